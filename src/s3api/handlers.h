/* SPDX-License-Identifier: Apache-2.0 */
/* handlers: what the rows of operation_table.h lead to, by file. Threads: the exchange's. */
#pragma once

#include "operation.h"

/* bucket.c */
s3api_handler s3api_list_buckets, s3api_create_bucket, s3api_delete_bucket, s3api_head_bucket,
    s3api_get_bucket_location;

/* policy.c */
s3api_handler s3api_get_acl, s3api_put_acl, s3api_get_bucket_policy, s3api_put_bucket_policy,
    s3api_delete_bucket_policy;

/* plain.c: what a bucket without further configuration answers */
s3api_handler s3api_plain;

/* object_get.c, object_put.c, object_copy.c, object_delete.c */
s3api_handler s3api_get_object, s3api_put_object, s3api_copy_object, s3api_delete_object,
    s3api_delete_objects;

/* list.c */
s3api_handler s3api_list_objects, s3api_list_objects_v2, s3api_list_object_versions;

/* multipart.c, multipart_complete.c, multipart_list.c */
s3api_handler s3api_create_multipart_upload, s3api_upload_part, s3api_upload_part_copy, s3api_list_parts,
    s3api_complete_multipart_upload, s3api_abort_multipart_upload, s3api_list_multipart_uploads;

/* Of STREAM operations, when the headers came: `exchange->upload` is then ready to take the body. */
NODISCARD bool s3api_begin_put_object(struct s3api_exchange *exchange, struct error *error);
NODISCARD bool s3api_begin_upload_part(struct s3api_exchange *exchange, struct error *error);
