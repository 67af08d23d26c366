/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aws-chunked: the first byte chooses signed or not, trailer or not, and how the rest is cut into
 * pieces. However it is cut, the outcome is the same; and what an encoder makes of the input decodes to it.
 */
#include "base/check.h"
#include "base/own.h"
#include "s3api/chunked.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool collect(struct bytes piece, void *context, struct error *error) {
    (void)error;
    return buf_append_bytes(context, piece);
}

static struct aws_chunk_chain make_chain(void) {
    struct aws_chunk_chain chain = {
        .time_text = "20261123T052000", .scope = "20261123/us-east-1/s3/aws4_request"};
    memset(chain.previous, '0', sizeof(chain.previous));
    return chain;
}

struct mode {
    bool is_signed, has_trailer;
};

static bool decode(struct mode mode, struct bytes text, size_t piece_size, struct buf *out) {
    struct s3api_chunked chunked;
    struct error error = {0};
    struct aws_chunk_chain chain = make_chain();
    bool done = true;
    s3api_chunked_init(&chunked, mode.is_signed ? &chain : NULL, mode.has_trailer);
    for (size_t at = 0; done && at < text.size; at += piece_size) {
        size_t size = text.size - at < piece_size ? text.size - at : piece_size;
        done = s3api_chunked_feed(&chunked, bytes_of(text.data + at, size), collect, out, &error);
    }
    done = done && s3api_chunked_is_done(&chunked);
    s3api_chunked_finish(&chunked);
    return done;
}

static void encode(struct mode mode, struct bytes data, size_t chunk_size, struct buf *out) {
    struct aws_chunk_chain chain = make_chain();
    for (size_t at = 0; at <= data.size; at += chunk_size) {
        size_t size = data.size - at < chunk_size ? data.size - at : chunk_size;
        uint8_t hash[SHA256_SIZE];
        char signature[AWS_SIGNATURE_SIZE];
        if (size == 0)
            break;
        hash_sha256(bytes_of(data.data + at, size), hash);
        aws_chunk_sign(&chain, hash, signature);
        (void)buf_append_format(out, "%zX", size);
        if (mode.is_signed)
            (void)buf_append_format(out, ";chunk-signature=%.*s", (int)sizeof(signature), signature);
        (void)buf_append_text(out, "\r\n");
        (void)buf_append(out, data.data + at, size);
        (void)buf_append_text(out, "\r\n");
    }
    uint8_t hash[SHA256_SIZE];
    char signature[AWS_SIGNATURE_SIZE];
    hash_sha256((struct bytes){0}, hash);
    aws_chunk_sign(&chain, hash, signature);
    (void)buf_append_text(out, "0");
    if (mode.is_signed)
        (void)buf_append_format(out, ";chunk-signature=%.*s", (int)sizeof(signature), signature);
    (void)buf_append_text(out, "\r\n\r\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct mode mode = {(data[0] & 1) != 0, (data[0] & 2) != 0};
    size_t piece_size = 1 + (size_t)(data[0] >> 2);
    struct bytes text = bytes_of(data + 1, size - 1);
    SCOPED(buf_finish) struct buf whole = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf pieces = BUF_INIT(BUF_UNBOUNDED);
    bool done = decode(mode, text, SIZE_MAX, &whole);
    ASSERT(done == decode(mode, text, piece_size, &pieces));
    ASSERT(!done || bytes_equal(buf_bytes(&whole), buf_bytes(&pieces)));
    SCOPED(buf_finish) struct buf encoded = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf decoded = BUF_INIT(BUF_UNBOUNDED);
    encode((struct mode){mode.is_signed, false}, text, piece_size, &encoded);
    ASSERT(decode((struct mode){mode.is_signed, false}, buf_bytes(&encoded), piece_size, &decoded));
    ASSERT(bytes_equal(buf_bytes(&decoded), text));
    return 0;
}
