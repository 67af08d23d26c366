/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: what an S3 request is about: bucket and key from path or host, and the query's
 * parameters, decoded.
 *
 * Threads: pure; any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum { S3API_PARAMETERS_MAX = 100 };

struct s3api_pair {
    struct str name, value; /* decoded */
};

enum s3api_level { S3API_SERVICE, S3API_BUCKET, S3API_OBJECT };

struct s3api_request {
    struct str method;
    enum s3api_level level;
    struct str bucket, key; /* empty above their level */
    bool is_virtual_host;
    struct str host;
    const struct s3api_pair *parameters;
    size_t parameter_count;
};

struct s3api_request_line {
    struct str method, host, path, query; /* as they came */
    struct str virtual_host;              /* <bucket>.<virtual_host> names a bucket; empty: no host does */
};

/* InvalidURI where something cannot be decoded or is not UTF-8; KeyTooLongError. */
NODISCARD bool s3api_request_parse(struct arena *arena, const struct s3api_request_line *line,
    struct s3api_request *ret_request, struct error *error);

bool s3api_has_parameter(const struct s3api_request *request, const char *name);
struct str s3api_parameter(const struct s3api_request *request, const char *name); /* empty if none */

/* A whole number up to `max`, `otherwise` where there is none; InvalidArgument. */
NODISCARD bool s3api_parameter_number(const struct s3api_request *request, const char *name, uint64_t max,
    uint64_t *number /* in: otherwise; out */, struct error *error);

/* "/bucket/key" or "bucket/key", percent-encoded, with an optional "?versionId=null". */
struct s3api_source {
    struct str bucket, key;
};
NODISCARD bool s3api_source_parse(
    struct arena *arena, struct str text, struct s3api_source *ret_source, struct error *error);
