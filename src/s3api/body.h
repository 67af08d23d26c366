/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body: a request's body on its way in: decoded where it is aws-chunked, counted, and hashed where
 * the signature covers its SHA-256. What uses it must not take effect before s3api_body_finish().
 *
 * Threads: one owner.
 */
#pragma once

#include "chunked.h"

struct auth_identity;

struct s3api_body {
    bool is_chunked;
    struct s3api_chunked chunked;
    struct hash_stream *sha256; /* NULL where the payload is not signed whole */
    uint8_t sha256_expected[SHA256_SIZE];
    uint64_t size, size_expected; /* decoded; UINT64_MAX: not known */
};

struct s3api_body_options {
    const struct auth_identity *identity;
    struct str content_length, decoded_content_length; /* header values; empty: absent */
    bool may_be_absent;                                /* no length is no body */
};

/* InvalidArgument, MissingContentLength, InvalidRequest. */
NODISCARD bool s3api_body_init(
    struct s3api_body *body, const struct s3api_body_options *options, struct error *error);
void s3api_body_finish(struct s3api_body *body); /* frees; zeroed is fine */

/* Errors of s3api_chunked_feed(); IncompleteBody where more comes than was announced. */
NODISCARD bool s3api_body_feed(
    struct s3api_body *body, struct bytes piece, s3api_on_data *on_data, void *context, struct error *error);

/* All has come: IncompleteBody, XAmzContentSHA256Mismatch. */
NODISCARD bool s3api_body_end(struct s3api_body *body, struct error *error);
