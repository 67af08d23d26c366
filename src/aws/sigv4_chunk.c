/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4_chunk.c: the chain of signatures inside an aws-chunked body. */
#include "aws/sigv4.h"
#include "base/check.h"
#include "codec/text.h"

#include <stdio.h>
#include <string.h>

/* SHA-256 of nothing: the string to sign of a chunk holds it where a request has its headers. */
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

void aws_chunk_chain_init(struct aws_chunk_chain *chain, const uint8_t key[SHA256_SIZE],
    const struct aws_authorization *authorization) {
    ASSERT(authorization->signature.size == AWS_SIGNATURE_SIZE);
    ASSERT(authorization->time_text.size == sizeof chain->time_text);
    const struct aws_scope *scope = &authorization->scope;
    *chain = (struct aws_chunk_chain){0};
    memcpy(chain->key, key, SHA256_SIZE);
    memcpy(chain->previous, authorization->signature.data, AWS_SIGNATURE_SIZE);
    memcpy(chain->time_text, authorization->time_text.data, sizeof chain->time_text);
    int size = snprintf(chain->scope, sizeof chain->scope, "%.*s/%.*s/%.*s/aws4_request", STR(scope->date),
        STR(scope->region), STR(scope->service));
    ASSERT(size > 0 && (size_t)size < sizeof chain->scope);
}

static void sign_next(struct aws_chunk_chain *chain, const char *kind, const char *middle,
    const uint8_t hash[SHA256_SIZE], char ret_signature[AWS_SIGNATURE_SIZE]) {
    char hex[2 * SHA256_SIZE];
    hex_encode(bytes_of(hash, SHA256_SIZE), hex);
    char text[640];
    int size = snprintf(text, sizeof text, "%s\n%.*s\n%s\n%.*s\n%s%.*s", kind, (int)sizeof chain->time_text,
        chain->time_text, chain->scope, AWS_SIGNATURE_SIZE, chain->previous, middle, (int)sizeof hex, hex);
    ASSERT(size > 0 && (size_t)size < sizeof text);
    aws_signature(chain->key, str_of(text, (size_t)size), chain->previous);
    memcpy(ret_signature, chain->previous, AWS_SIGNATURE_SIZE);
}

void aws_chunk_sign(
    struct aws_chunk_chain *chain, const uint8_t hash[SHA256_SIZE], char ret_signature[AWS_SIGNATURE_SIZE]) {
    sign_next(chain, "AWS4-HMAC-SHA256-PAYLOAD", EMPTY_HASH "\n", hash, ret_signature);
}

void aws_trailer_sign(
    struct aws_chunk_chain *chain, const uint8_t hash[SHA256_SIZE], char ret_signature[AWS_SIGNATURE_SIZE]) {
    sign_next(chain, "AWS4-HMAC-SHA256-TRAILER", "", hash, ret_signature);
}
