/* SPDX-License-Identifier: Apache-2.0 */
/* operation: which operation a request is; the rows of operation_table.h. Threads: pure; any. */
#pragma once

#include "request.h"

struct s3api_exchange;

/* Answers the exchange, or fails with "Code: message". A STREAM operation runs when its body came whole. */
typedef bool s3api_handler(struct s3api_exchange *exchange, struct error *error);

enum s3api_body_kind { S3API_BODY_NONE, S3API_BODY_SMALL, S3API_BODY_STREAM };

struct s3api_operation {
    const char *method, *parameter, *header, *name;
    enum s3api_level level;
    bool is_read_only;
    enum s3api_body_kind body;
    s3api_handler *handler;
};

/* `has_header` says whether the request has a header. NULL with NotImplemented, MethodNotAllowed. */
typedef bool s3api_has_header(const char *name, void *context);
const struct s3api_operation *s3api_operation_find(
    const struct s3api_request *request, s3api_has_header *has_header, void *context, struct error *error);
