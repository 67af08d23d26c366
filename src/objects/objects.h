/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects: buckets and what is in them: a local directory (the embedded default) or any S3
 * endpoint, chosen per bucket name or pattern.
 *
 * Promise: an object is there whole or not at all; what objects_put() acknowledged survives a
 * power cut (directory backend). Keys are stored faithfully whatever they contain and never
 * lead outside their bucket.
 *
 * Every error message starts with the code that S3 has for it ("NoSuchKey: ..."), so that a door can
 * answer with it. Streaming puts, multipart uploads and range reads: objects/upload.h,
 * objects/multipart.h, objects/reader.h (directory backend only).
 *
 * Format:  docs/formats/objects.md
 * Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"

struct clock;
struct disk;
struct objects;

enum { OBJECTS_KEY_SIZE_MAX = 1024, OBJECTS_METADATA_SIZE_MAX = 2048 * 4, OBJECTS_LIST_MAX = 1000 };

struct objects_pair { /* user metadata, without the x-amz-meta- prefix, lower case */
    struct str name, value;
};

/* System headers and user metadata of an object. Empty texts are absent. */
struct objects_metadata {
    struct str content_type, content_encoding, content_disposition, content_language, cache_control, expires;
    struct str checksum_algorithm, checksum_value, checksum_type; /* "CRC64NVME", base64, "FULL_OBJECT" */
    const struct objects_pair *user;
    size_t user_count;
};

struct objects_info {
    struct str key;
    uint64_t size;
    struct moment modified_at;
    struct str etag; /* without quotes */
    struct objects_metadata metadata;
    const uint64_t *part_sizes; /* of an object that came as a multipart upload */
    size_t part_count;
};

struct objects_bucket {
    struct str name, owner_account, region;
    struct moment created_at;
    struct str policy; /* JSON as it was put; empty: none */
    bool is_remote;
};

/* A rule of the configuration: buckets whose name matches `pattern` ('*' any run) live at an S3 endpoint. */
struct objects_remote_rule {
    struct str pattern, endpoint, region, access_key_id, secret_access_key;
    struct str session_token; /* empty: none */
    bool virtual_style;       /* else path style */
    bool acl_none;            /* leave x-amz-acl out, for stores that refuse the header */
    const char *ca_file;
};

struct objects_options {
    const struct objects_remote_rule *rules; /* copied; the first that matches a name holds */
    size_t rule_count;
    struct clock *clock;      /* NULL: the real one */
    uint64_t free_disk_floor; /* bytes; below it uploads are refused */
};

/* Folder "objects" of the disk; NULL: there are only buckets at endpoints, and a rule for every name. */
NODISCARD struct objects *objects_open(
    struct disk *disk, const struct objects_options *options, struct error *error);
void objects_close(struct objects *objects);
/* For a shutdown: requests to endpoints, now or later, end as ERROR_UNAVAILABLE within seconds. */
void objects_end_remote(struct objects *objects);

/* Buckets. Names are checked by S3's rules: ERROR_INVALID. ERROR_CONFLICT: it exists, or is not empty. */
NODISCARD bool objects_bucket_create(
    struct objects *objects, const struct objects_bucket *bucket, struct error *error);
NODISCARD bool objects_bucket_delete(struct objects *objects, struct str bucket, struct error *error);
NODISCARD bool objects_bucket_get(struct objects *objects, struct str bucket, struct arena *arena,
    struct objects_bucket *ret_bucket, struct error *error);
NODISCARD bool objects_bucket_set_policy(
    struct objects *objects, struct str bucket, struct str policy /* empty: none */, struct error *error);
NODISCARD bool objects_bucket_list(struct objects *objects, struct str owner_account, struct arena *arena,
    struct objects_bucket **ret_buckets, size_t *ret_count, struct error *error);

/* Put a whole small object (log files, digests) on any backend; retries are the caller's.
 * `acl` is sent to remote stores ("bucket-owner-full-control"). Remote errors are ERROR_NOT_FOUND for
 * NoSuchBucket, ERROR_DENIED for AccessDenied, ERROR_UNAVAILABLE for what retrying may help; the message
 * starts with the S3 error code. */
NODISCARD bool objects_put(struct objects *objects, struct str bucket, struct str key, struct bytes body,
    const struct objects_metadata *metadata, struct str acl, struct error *error);

/* Read an object whole; ERROR_LIMIT past out's limit. `ret_info` may be NULL. */
NODISCARD bool objects_get(struct objects *objects, struct str bucket, struct str key, struct arena *arena,
    struct buf *out, struct objects_info *ret_info, struct error *error);
NODISCARD bool objects_head(struct objects *objects, struct str bucket, struct str key, struct arena *arena,
    struct objects_info *ret_info, struct error *error);
NODISCARD bool objects_delete(
    struct objects *objects, struct str bucket, struct str key, struct error *error); /* fine if gone */

struct objects_list_query {
    struct str prefix, delimiter, start_after; /* keys strictly greater than start_after */
    size_t limit;
};
struct objects_page {
    struct objects_info *objects; /* remote: without metadata */
    size_t object_count;
    struct str *prefixes; /* common prefixes, in order */
    size_t prefix_count;
    bool is_truncated;
    struct str next; /* pass as start_after: the last key or common prefix */
};
NODISCARD bool objects_list(struct objects *objects, struct str bucket,
    const struct objects_list_query *query, struct arena *arena, struct objects_page *ret_page,
    struct error *error);
