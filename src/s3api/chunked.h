/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunked: the aws-chunked encoding of bodies, decoded as it comes, in constant memory: chunks
 * (each signed, or not) and a trailer (signed, or not).
 *
 * Source: "Signature calculations for the Authorization header: transferring payload in
 * multiple chunks" and "... including trailing headers" of the AWS documentation.
 *
 * Threads: one owner.
 */
#pragma once

#include "aws/sigv4.h"
#include "base/buf.h"

enum { S3API_CHUNK_LINE_MAX = 1024, S3API_TRAILERS_MAX = 8 };

enum s3api_chunked_state {
    S3API_CHUNK_SIZE,
    S3API_CHUNK_DATA,
    S3API_CHUNK_END, /* the line break after data */
    S3API_CHUNK_TRAILER,
    S3API_CHUNK_DONE,
};

struct s3api_chunked {
    bool is_signed, has_trailer;
    struct aws_chunk_chain chain;
    enum s3api_chunked_state state;
    char line[S3API_CHUNK_LINE_MAX];
    size_t line_size;
    uint64_t chunk_left;
    bool chunk_is_last;
    char signature[AWS_SIGNATURE_SIZE];
    struct hash_stream *hash; /* of the chunk, where chunks are signed */
    struct buf trailer;       /* "name:value\n" lines, as they are signed */
    size_t trailer_count;
    bool trailer_is_verified;
};

/* `chain` NULL: not signed. */
void s3api_chunked_init(struct s3api_chunked *chunked, const struct aws_chunk_chain *chain, bool has_trailer);
void s3api_chunked_finish(struct s3api_chunked *chunked);

/* Decode a piece; what is data goes to `on_data`. Errors: SignatureDoesNotMatch, InvalidChunkSizeError,
 * MalformedTrailerError, or those of on_data. */
typedef bool s3api_on_data(struct bytes piece, void *context, struct error *error);
NODISCARD bool s3api_chunked_feed(struct s3api_chunked *chunked, struct bytes piece, s3api_on_data *on_data,
    void *context, struct error *error);
bool s3api_chunked_is_done(const struct s3api_chunked *chunked);

/* The value of a trailing header; empty where it did not come. Borrows from the decoder. */
struct str s3api_chunked_trailer(const struct s3api_chunked *chunked, struct str name);
