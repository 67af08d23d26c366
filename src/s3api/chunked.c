/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunked: a state machine over lines and data.
 *
 *     SIZE --size line--> DATA --all of it--> END --line break--> SIZE ...
 *     SIZE --size 0-----> TRAILER (its last line is empty) ----> DONE
 *
 * Without a trailer the empty line after the last chunk plays its part.
 */
#include "chunked.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"

#include <string.h>

enum { TRAILER_SIZE_MAX = S3API_TRAILERS_MAX * S3API_CHUNK_LINE_MAX, SIZE_DIGITS_MAX = 16 };

static const char SIGNATURE_PARAMETER[] = "chunk-signature=";
static const char TRAILER_SIGNATURE[] = "x-amz-trailer-signature";

void s3api_chunked_init(
    struct s3api_chunked *chunked, const struct aws_chunk_chain *chain, bool has_trailer) {
    *chunked = (struct s3api_chunked){
        .is_signed = chain != NULL, .has_trailer = has_trailer, .trailer = BUF_INIT(TRAILER_SIZE_MAX)};
    if (chain != NULL)
        chunked->chain = *chain;
}

void s3api_chunked_finish(struct s3api_chunked *chunked) {
    hash_stream_destroy(chunked->hash);
    buf_finish(&chunked->trailer);
    mem_wipe(&chunked->chain, sizeof(chunked->chain));
    *chunked = (struct s3api_chunked){0};
}

static bool refuse_size(struct error *error) {
    return error_set(error, ERROR_INVALID,
        "InvalidChunkSizeError: The header of a chunk is not of the form that aws-chunked has");
}

static bool refuse_signature(struct error *error) {
    return error_set(error, ERROR_DENIED,
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you "
        "provided. Check your key and signing method.");
}

static bool refuse_trailer(struct error *error) {
    return error_set(error, ERROR_INVALID,
        "MalformedTrailerError: The request contained trailing data that was not well-formed or did not "
        "conform to our published schema.");
}

static bool parse_hex_size(struct str digits, uint64_t *ret_size) {
    uint64_t size = 0;
    if (digits.size == 0 || digits.size > SIZE_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        char c = digits.data[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        size = size << 4 | digit;
    }
    *ret_size = size;
    return true;
}

static bool parse_signature(struct s3api_chunked *chunked, struct str parameters) {
    while (parameters.size > 0) {
        struct str parameter = str_trim(str_cut(&parameters, ';'));
        if (!str_starts_with(parameter, str_from(SIGNATURE_PARAMETER)))
            continue;
        struct str value = str_slice(parameter, strlen(SIGNATURE_PARAMETER), SIZE_MAX);
        if (value.size != AWS_SIGNATURE_SIZE)
            return false;
        memcpy(chunked->signature, value.data, AWS_SIGNATURE_SIZE);
        return true;
    }
    return false;
}

/* The chunk's data has passed: does its signature cover it? */
static bool verify_chunk(struct s3api_chunked *chunked, struct error *error) {
    if (!chunked->is_signed)
        return true;
    uint8_t hash[HASH_SIZE_MAX];
    char expected[AWS_SIGNATURE_SIZE];
    (void)hash_stream_finish(chunked->hash, hash);
    hash_stream_destroy(TAKE(chunked->hash));
    aws_chunk_sign(&chunked->chain, hash, expected);
    return bytes_equal_in_constant_time(BYTES_OF(expected), BYTES_OF(chunked->signature)) ||
           refuse_signature(error);
}

static bool on_size_line(struct s3api_chunked *chunked, struct str line, struct error *error) {
    if (!parse_hex_size(str_cut(&line, ';'), &chunked->chunk_left))
        return refuse_size(error);
    if (chunked->is_signed) {
        if (!parse_signature(chunked, line))
            return refuse_signature(error);
        chunked->hash = hash_stream_create(HASH_SHA256);
    }
    chunked->chunk_is_last = chunked->chunk_left == 0;
    chunked->state = chunked->chunk_is_last ? S3API_CHUNK_TRAILER : S3API_CHUNK_DATA;
    return !chunked->chunk_is_last || verify_chunk(chunked, error);
}

static bool verify_trailer(struct s3api_chunked *chunked, struct str signature, struct error *error) {
    uint8_t hash[SHA256_SIZE];
    char expected[AWS_SIGNATURE_SIZE];
    hash_sha256(buf_bytes(&chunked->trailer), hash);
    aws_trailer_sign(&chunked->chain, hash, expected);
    chunked->trailer_is_verified = true;
    return bytes_equal_in_constant_time(BYTES_OF(expected), str_bytes(signature)) || refuse_signature(error);
}

static bool on_trailer_line(struct s3api_chunked *chunked, struct str line, struct error *error) {
    if (line.size == 0) {
        if (chunked->has_trailer && chunked->is_signed && !chunked->trailer_is_verified)
            return refuse_signature(error);
        chunked->state = S3API_CHUNK_DONE;
        return true;
    }
    struct str value = line, name = str_trim(str_cut(&value, ':'));
    value = str_trim(value);
    if (!chunked->has_trailer || chunked->trailer_is_verified || name.size == 0 ||
        ++chunked->trailer_count > S3API_TRAILERS_MAX)
        return refuse_trailer(error);
    if (chunked->is_signed && str_equals_ignoring_case(name, str_from(TRAILER_SIGNATURE)))
        return verify_trailer(chunked, value, error);
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        (void)buf_append_char(&chunked->trailer, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
    }
    (void)buf_append_char(&chunked->trailer, ':');
    (void)buf_append_str(&chunked->trailer, value);
    (void)buf_append_char(&chunked->trailer, '\n');
    return !chunked->trailer.overflowed || refuse_trailer(error);
}

static bool on_line(struct s3api_chunked *chunked, struct error *error) {
    struct str line = str_of(chunked->line, chunked->line_size);
    chunked->line_size = 0;
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        line.size--;
    if (chunked->state == S3API_CHUNK_TRAILER)
        return on_trailer_line(chunked, line, error);
    if (chunked->state == S3API_CHUNK_SIZE)
        return on_size_line(chunked, line, error);
    ASSERT(chunked->state == S3API_CHUNK_END);
    chunked->state = S3API_CHUNK_SIZE;
    return line.size == 0 || refuse_size(error);
}

/* Take bytes up to the end of a line; returns how many. */
static size_t take_line(
    struct s3api_chunked *chunked, struct bytes piece, bool *ret_done, struct error *error) {
    const uint8_t *end = memchr(piece.data, '\n', piece.size);
    size_t size = end == NULL ? piece.size : (size_t)(end - piece.data);
    if (size > sizeof(chunked->line) - chunked->line_size) {
        *ret_done = refuse_size(error);
        return 0;
    }
    memcpy(chunked->line + chunked->line_size, piece.data, size);
    chunked->line_size += size;
    *ret_done = end == NULL || on_line(chunked, error);
    return end == NULL ? size : size + 1;
}

static bool take_data(struct s3api_chunked *chunked, struct bytes data, s3api_on_data *on_data, void *context,
    struct error *error) {
    if (chunked->is_signed)
        hash_stream_update(chunked->hash, data);
    chunked->chunk_left -= data.size;
    if (!on_data(data, context, error))
        return false;
    if (chunked->chunk_left > 0)
        return true;
    chunked->state = S3API_CHUNK_END;
    return verify_chunk(chunked, error);
}

bool s3api_chunked_feed(struct s3api_chunked *chunked, struct bytes piece, s3api_on_data *on_data,
    void *context, struct error *error) {
    while (piece.size > 0) {
        size_t used = 0;
        bool done = false;
        if (chunked->state == S3API_CHUNK_DONE)
            return refuse_trailer(error);
        if (chunked->state == S3API_CHUNK_DATA) {
            used = piece.size < chunked->chunk_left ? piece.size : (size_t)chunked->chunk_left;
            done = take_data(chunked, bytes_of(piece.data, used), on_data, context, error);
        } else {
            used = take_line(chunked, piece, &done, error);
        }
        if (!done)
            return false;
        piece = bytes_of(piece.data + used, piece.size - used);
    }
    return true;
}

bool s3api_chunked_is_done(const struct s3api_chunked *chunked) {
    return chunked->state == S3API_CHUNK_DONE;
}

struct str s3api_chunked_trailer(const struct s3api_chunked *chunked, struct str name) {
    struct str lines = buf_str(&chunked->trailer);
    while (lines.size > 0) {
        struct str value = str_cut(&lines, '\n');
        if (str_equals_ignoring_case(str_cut(&value, ':'), name))
            return value;
    }
    return STR_EMPTY;
}
