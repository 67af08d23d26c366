/* SPDX-License-Identifier: Apache-2.0 */
/* metadata: an object's description, from headers and to headers. Threads: the exchange's. */
#pragma once

#include "exchange.h"

/* System headers and x-amz-meta-; no checksum. MetadataTooLarge. */
NODISCARD bool s3api_metadata_read(
    struct s3api_exchange *exchange, struct objects_metadata *ret_metadata, struct error *error);

/* The headers of an answer that carries the object, with the overrides that the query asks for. */
void s3api_metadata_send(struct s3api_exchange *exchange, const struct objects_info *info);

/* ETag, checksum and its type of a new object or part. */
void s3api_metadata_send_result(struct s3api_exchange *exchange, const struct objects_info *info);

/* One of the two alone: a refusal has no body that a checksum could be of. */
void s3api_metadata_send_etag(struct s3api_exchange *exchange, const struct objects_info *info);
void s3api_metadata_send_checksum(struct s3api_exchange *exchange, const struct objects_info *info);

/* <ETag> and the checksum's elements; `type` too where it is asked for. */
void s3api_metadata_write(struct buf *xml, const struct objects_info *info, bool with_type);

/* The checksum that the headers name for the body. `ret_value` is empty where it comes as a trailer, or
 * not at all; `ret_algorithm` NULL in the last case. InvalidRequest. */
NODISCARD bool s3api_checksum_read(struct s3api_exchange *exchange,
    const struct s3api_algorithm **ret_algorithm, struct str *ret_value, struct error *error);

/* The MD5 in Content-MD5; `ret_is_given` false without. InvalidDigest. */
NODISCARD bool s3api_md5_read(const struct s3api_exchange *exchange, uint8_t ret_md5[MD5_SIZE],
    bool *ret_is_given, struct error *error);

/* What the body's checksum must be, when all of it came: from header or trailer. MalformedTrailerError,
 * InvalidRequest. */
NODISCARD bool s3api_checksum_expected(
    struct s3api_exchange *exchange, struct str *ret_value, struct error *error);
