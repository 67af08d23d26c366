/* SPDX-License-Identifier: Apache-2.0 */
#include "body.h"

#include "auth/auth.h"
#include "base/own.h"
#include "codec/text.h"

static bool has_marker(struct str payload_hash, bool *ret_is_signed, bool *ret_has_trailer) {
    static const struct {
        const char *marker;
        bool is_signed, has_trailer;
    } MARKERS[] = {
        {AWS_STREAMING_SIGNED, true, false},
        {AWS_STREAMING_TRAILER, true, true},
        {AWS_STREAMING_UNSIGNED, false, true},
    };
    for (size_t i = 0; i < sizeof(MARKERS) / sizeof(MARKERS[0]); i++) {
        if (!str_is(payload_hash, MARKERS[i].marker))
            continue;
        *ret_is_signed = MARKERS[i].is_signed;
        *ret_has_trailer = MARKERS[i].has_trailer;
        return true;
    }
    return false;
}

static bool parse_length(struct str text, uint64_t *ret_size, struct error *error) {
    *ret_size = UINT64_MAX;
    if (text.size == 0 || str_to_u64(text, ret_size))
        return true;
    return error_set(error, ERROR_INVALID, "InvalidArgument: The length of the body is not a number");
}

static bool init_chunked(struct s3api_body *body, const struct s3api_body_options *options, bool is_signed,
    bool has_trailer, struct error *error) {
    struct aws_chunk_chain chain;
    if (!parse_length(options->decoded_content_length, &body->size_expected, error))
        return false;
    if (body->size_expected == UINT64_MAX)
        return error_set(
            error, ERROR_INVALID, "MissingContentLength: You must provide the Content-Length HTTP header.");
    if (is_signed)
        aws_chunk_chain_init(&chain, options->identity->signing_key, &options->identity->authorization);
    s3api_chunked_init(&body->chunked, is_signed ? &chain : NULL, has_trailer);
    mem_wipe(&chain, sizeof(chain));
    body->is_chunked = true;
    return true;
}

static bool init_plain(
    struct s3api_body *body, const struct s3api_body_options *options, struct error *error) {
    struct str hash = options->identity->payload_hash;
    if (!parse_length(options->content_length, &body->size_expected, error))
        return false;
    if (body->size_expected == UINT64_MAX) {
        if (!options->may_be_absent)
            return error_set(error, ERROR_INVALID,
                "MissingContentLength: You must provide the Content-Length HTTP header.");
    }
    if (str_is(hash, AWS_UNSIGNED_PAYLOAD))
        return true;
    if (hash.size != 2 * SHA256_SIZE || !hex_decode(hash, body->sha256_expected))
        return error_set(error, ERROR_INVALID,
            "InvalidRequest: The value of x-amz-content-sha256 is invalid: \"%.*s\"",
            STR(str_slice(hash, 0, 80)));
    body->sha256 = hash_stream_create(HASH_SHA256);
    return true;
}

bool s3api_body_init(struct s3api_body *body, const struct s3api_body_options *options, struct error *error) {
    bool is_signed = false, has_trailer = false;
    *body = (struct s3api_body){0};
    if (has_marker(options->identity->payload_hash, &is_signed, &has_trailer))
        return init_chunked(body, options, is_signed, has_trailer, error);
    return init_plain(body, options, error);
}

void s3api_body_finish(struct s3api_body *body) {
    if (body->is_chunked)
        s3api_chunked_finish(&body->chunked);
    hash_stream_destroy(body->sha256);
    *body = (struct s3api_body){0};
}

static bool refuse_incomplete(struct error *error) {
    return error_set(error, ERROR_INVALID,
        "IncompleteBody: You did not provide the number of bytes specified by the Content-Length HTTP "
        "header.");
}

struct counted {
    struct s3api_body *body;
    s3api_on_data *on_data;
    void *context;
};

static bool on_decoded(struct bytes piece, void *context, struct error *error) {
    struct counted *counted = context;
    struct s3api_body *body = counted->body;
    if (piece.size > body->size_expected - body->size)
        return refuse_incomplete(error);
    body->size += piece.size;
    return counted->on_data(piece, counted->context, error);
}

bool s3api_body_feed(
    struct s3api_body *body, struct bytes piece, s3api_on_data *on_data, void *context, struct error *error) {
    struct counted counted = {body, on_data, context};
    if (body->is_chunked)
        return s3api_chunked_feed(&body->chunked, piece, on_decoded, &counted, error);
    if (body->sha256 != NULL)
        hash_stream_update(body->sha256, piece);
    return on_decoded(piece, &counted, error);
}

bool s3api_body_end(struct s3api_body *body, struct error *error) {
    uint8_t hash[HASH_SIZE_MAX];
    if ((body->size_expected != UINT64_MAX && body->size != body->size_expected) ||
        (body->is_chunked && !s3api_chunked_is_done(&body->chunked)))
        return refuse_incomplete(error);
    if (body->sha256 == NULL)
        return true;
    size_t size = hash_stream_finish(body->sha256, hash);
    hash_stream_destroy(TAKE(body->sha256));
    return bytes_equal(bytes_of(hash, size), BYTES_OF(body->sha256_expected)) ||
           error_set(error, ERROR_DENIED,
               "XAmzContentSHA256Mismatch: The provided 'x-amz-content-sha256' header does not match what "
               "was "
               "computed.");
}
