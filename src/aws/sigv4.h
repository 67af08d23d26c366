/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv4: AWS Signature Version 4, both ways: what a client adds to its request and what a
 * server makes of one. Service "s3" signs its path encoded once and as it stands; every other
 * service normalises the path and encodes it a second time.
 *
 * Source: "Signature Version 4 signing process" and "Signature calculations for the
 * Authorization header: transferring payload in multiple chunks" of the AWS documentation.
 *
 * Threads: values and pure functions; a key cache one owner at a time.
 */
#pragma once

#include "base/arena.h"
#include "base/time.h"
#include "codec/hash.h"

enum {
    AWS_SIGNATURE_SIZE = 2 * SHA256_SIZE,
    AWS_SIGNED_HEADERS_MAX = 100,
    AWS_PRESIGN_S_MAX = 7 * 24 * 60 * 60
};

#define AWS_UNSIGNED_PAYLOAD   "UNSIGNED-PAYLOAD"
#define AWS_STREAMING_SIGNED   "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
#define AWS_STREAMING_TRAILER  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
#define AWS_STREAMING_UNSIGNED "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

struct aws_header {
    struct str name, value;
};

/* What is signed: the request as it stands on the wire. */
struct aws_request {
    struct str method;
    struct str path;                  /* raw, before '?' */
    struct str query;                 /* raw, after '?' */
    const struct aws_header *headers; /* with Host */
    size_t header_count;
    struct str payload_hash; /* hex SHA-256 of the body, or one of the markers above */
};

/* What a signature is valid for. */
struct aws_scope {
    struct str date, region, service; /* date: YYYYMMDD */
};

/* What a signed request says about its signature. Texts borrow from the request or the arena. */
struct aws_authorization {
    bool is_presigned; /* in the query, else in the Authorization header */
    struct str access_key_id, session_token, signed_headers, signature;
    struct aws_scope scope;
    struct str time_text; /* YYYYMMDDThhmmssZ */
    struct moment time;
    int64_t expires_s; /* of a presigned request */
};

/* The parts of "AKID/YYYYMMDD/region/service/aws4_request" (SigV4A: has no region), which may be empty or
 * senseless; false where there are too few of them. */
bool aws_credential_split(
    struct str credential, bool has_region, struct str *ret_access_key_id, struct aws_scope *ret_scope);

/* The scope's service without checking anything, to choose a door; empty where there is none. */
struct str aws_claimed_service(const struct aws_request *request);

/* ERROR_NOT_FOUND where the request carries no signature at all; ERROR_INVALID, with AWS's message, where
 * what it carries is not whole. The signature itself is not checked here. */
NODISCARD bool aws_authorization_parse(struct arena *arena, const struct aws_request *request,
    struct aws_authorization *ret_authorization, struct error *error);

/* The name of the first header that must be signed and is not: Host, and any x-amz-* one; else empty. */
struct str aws_unsigned_header(
    const struct aws_request *request, const struct aws_authorization *authorization);

/* The two texts that lead to the signature; also shown to a client whose signature is wrong. */
struct str aws_canonical_request(
    struct arena *arena, const struct aws_request *request, const struct aws_authorization *authorization);
struct str aws_string_to_sign(
    struct arena *arena, struct str canonical_request, const struct aws_authorization *authorization);

void aws_signing_key(
    struct str secret_access_key, const struct aws_scope *scope, uint8_t ret_key[SHA256_SIZE]);
void aws_signature(
    const uint8_t key[SHA256_SIZE], struct str string_to_sign, char ret_signature[AWS_SIGNATURE_SIZE]);

/* Compares in constant time. */
bool aws_signature_matches(
    const uint8_t key[SHA256_SIZE], struct str string_to_sign, const struct aws_authorization *authorization);

/* Recent signing keys, so that a busy caller costs one HMAC a request and not five. Wiped when dropped. */
struct aws_key_cache;
struct aws_key_cache *aws_key_cache_create(void);
void aws_key_cache_destroy(struct aws_key_cache *cache);
void aws_key_cache_clear(struct aws_key_cache *cache); /* after a key was disabled */
void aws_key_cache_get(struct aws_key_cache *cache, struct str access_key_id, struct str secret_access_key,
    const struct aws_scope *scope, uint8_t ret_key[SHA256_SIZE]);

/* A client's side: the request's headers with x-amz-date, x-amz-content-sha256, x-amz-security-token
 * (where there is a token) and Authorization added; all in the arena. */
struct aws_sign_options {
    struct str access_key_id, secret_access_key, session_token, region, service;
    struct moment now;
};
size_t aws_sign(struct arena *arena, const struct aws_request *request,
    const struct aws_sign_options *options, struct aws_header **ret_headers);

/* aws-chunked bodies: each chunk's signature covers the one before; the request's is the seed. */
struct aws_chunk_chain {
    uint8_t key[SHA256_SIZE];
    char previous[AWS_SIGNATURE_SIZE];
    char time_text[16];
    char scope[256]; /* NUL-terminated */
};
void aws_chunk_chain_init(struct aws_chunk_chain *chain, const uint8_t key[SHA256_SIZE],
    const struct aws_authorization *authorization);

/* The next chunk's signature (the last chunk is empty), or the trailer's; `hash` is the SHA-256 of the
 * chunk's data, or of the trailer's "name:value\n" lines. The chain moves on. */
void aws_chunk_sign(
    struct aws_chunk_chain *chain, const uint8_t hash[SHA256_SIZE], char ret_signature[AWS_SIGNATURE_SIZE]);
void aws_trailer_sign(
    struct aws_chunk_chain *chain, const uint8_t hash[SHA256_SIZE], char ret_signature[AWS_SIGNATURE_SIZE]);
