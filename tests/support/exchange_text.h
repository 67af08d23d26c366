/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange_text: heads of requests and replies written as text, for tests and fuzz targets of protocol.
 *   "PUT /b/k?acl\nHost: h\nAuthorization: ...\n\nbody"      "404\nx-amz-request-id: r\n\nbody"
 */
#pragma once

#include "dialect/dialect.h"

#include <stdio.h>

enum { EXCHANGE_HEADERS_MAX = 64 };

/* The Authorization header of a call to a service. */
#define EXCHANGE_SIGNED(service)                                                                             \
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260302/eu-west-1/" service                     \
    "/aws4_request, SignedHeaders=host;x-amz-date, Signature=00\n"

/* Cut the header lines off, up to a blank line; what is behind it stays in the rest. */
static inline size_t exchange_headers(
    struct arena *arena, struct str *rest, const struct protocol_header **ret_headers) {
    struct protocol_header *headers = ARENA_ARRAY(arena, EXCHANGE_HEADERS_MAX, struct protocol_header);
    size_t count = 0;
    while (rest->size > 0 && count < EXCHANGE_HEADERS_MAX) {
        struct str value = str_cut(rest, '\n');
        if (value.size == 0)
            break;
        headers[count].name = str_cut(&value, ':');
        headers[count++].value = value;
    }
    *ret_headers = headers;
    return count;
}

static inline struct protocol_request exchange_request(
    struct arena *arena, struct str text, struct bytes *ret_body) {
    struct str target = str_cut(&text, '\n');
    struct protocol_request request = {.host_suffixes = STR_LITERAL("localhost,s3.example.com"),
        .region = STR_LITERAL("eu-central-1"),
        .is_aws = true};
    request.method = str_cut(&target, ' ');
    request.target = target;
    request.header_count = exchange_headers(arena, &text, &request.headers);
    *ret_body = str_bytes(text);
    return request;
}

static inline struct protocol_reply exchange_reply(
    struct arena *arena, struct str text, struct bytes *ret_body) {
    uint64_t status = 0;
    struct protocol_reply reply = {.status = 200};
    if (str_to_u64(str_cut(&text, '\n'), &status) && status < 1000)
        reply.status = (unsigned)status;
    reply.header_count = exchange_headers(arena, &text, &reply.headers);
    *ret_body = str_bytes(text);
    return reply;
}

/* The whole exchange, as far as its bodies are wanted. `keys` may be NULL. */
static inline struct protocol_call exchange_read_with(struct arena *arena, struct protocol_keys *keys,
    const struct protocol_request *request, struct bytes body, struct str reply_text) {
    struct protocol_call call;
    dialect_begin(arena, request, &call);
    if (call.body_bytes_max > 0 && body.size <= call.body_bytes_max)
        dialect_read_body(arena, keys, body, &call);
    struct protocol_reply reply = exchange_reply(arena, reply_text, &body);
    dialect_begin_reply(&reply, &call);
    if (body.size > call.reply_bytes_max)
        body = bytes_of("", 0);
    dialect_read_reply(arena, keys, &reply, body, &call);
    return call;
}

static inline struct protocol_call exchange_read(
    struct arena *arena, const struct protocol_request *request, struct bytes body, struct str reply_text) {
    return exchange_read_with(arena, NULL, request, body, reply_text);
}

static inline struct protocol_call exchange_of(
    struct arena *arena, const char *request_text, const char *reply_text) {
    struct bytes body;
    struct protocol_request request = exchange_request(arena, str_from(request_text), &body);
    return exchange_read(arena, &request, body, str_from(reply_text));
}

/* Says what it is where it is not. */
static inline bool is_text(const char *what, struct str is, const char *expected) {
    bool is_so = str_is(is, expected);
    if (!is_so)
        printf("# %s is %.*s\n#  expected %s\n", what, STR(is), expected);
    return is_so;
}
