/* SPDX-License-Identifier: Apache-2.0 */
/* condition: conditional headers and ranges, as RFC 9110 orders them. Threads: pure; any. */
#pragma once

#include "objects/objects.h"

/* Header values; empty: absent. */
struct s3api_conditions {
    struct str if_match, if_none_match, if_modified_since, if_unmodified_since;
};
enum s3api_verdict { S3API_PROCEED, S3API_NOT_MODIFIED, S3API_PRECONDITION_FAILED };
enum s3api_verdict s3api_conditions_check(
    const struct s3api_conditions *conditions, const struct objects_info *info);

struct str s3api_etag_strip(struct str text); /* without quotes */

enum s3api_range { S3API_RANGE_NONE, S3API_RANGE_SATISFIABLE, S3API_RANGE_NOT_SATISFIABLE };

/* One "bytes=" range of an object of `size`. What is not one, or is several, is no range, as S3 has it. */
enum s3api_range s3api_range_parse(
    struct str header, uint64_t size, uint64_t *ret_offset, uint64_t *ret_size);
