/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "s3api/chunked.h"
#include "support/tap.h"

static struct error error;

static struct aws_chunk_chain make_chain(void) {
    struct aws_chunk_chain chain = {
        .time_text = "20261123T052000", .scope = "20261123/us-east-1/s3/aws4_request"};
    memset(chain.key, 7, sizeof(chain.key));
    memset(chain.previous, 'a', sizeof(chain.previous));
    return chain;
}

static bool collect(struct bytes piece, void *context, struct error *unused) {
    (void)unused;
    return buf_append_bytes(context, piece);
}

/* Decode `text` in pieces of `size`; true where it is whole. */
static bool decode(struct s3api_chunked *chunked, struct str text, size_t size, struct buf *out) {
    error = (struct error){0};
    for (size_t at = 0; at < text.size; at += size) {
        if (!s3api_chunked_feed(chunked, str_bytes(str_slice(text, at, size)), collect, out, &error))
            return false;
    }
    return s3api_chunked_is_done(chunked);
}

static void append_signed_chunk(struct buf *text, struct aws_chunk_chain *chain, const char *data) {
    uint8_t hash[SHA256_SIZE];
    char signature[AWS_SIGNATURE_SIZE];
    hash_sha256(str_bytes(str_from(data)), hash);
    aws_chunk_sign(chain, hash, signature);
    (void)buf_append_format(
        text, "%zx;chunk-signature=%.*s\r\n%s", strlen(data), (int)sizeof(signature), signature, data);
    if (data[0] != '\0')
        (void)buf_append_text(text, "\r\n");
}

/* "hello world" in two chunks, with a signed trailer. */
static void make_signed(struct buf *text, bool has_trailer) {
    static const char TRAILER[] = "x-amz-checksum-crc32:DUoRhQ==";
    struct aws_chunk_chain chain = make_chain();
    append_signed_chunk(text, &chain, "hello ");
    append_signed_chunk(text, &chain, "world");
    append_signed_chunk(text, &chain, "");
    if (has_trailer) {
        uint8_t hash[SHA256_SIZE];
        char signature[AWS_SIGNATURE_SIZE];
        SCOPED(buf_finish) struct buf lines = BUF_INIT(BUF_UNBOUNDED);
        (void)buf_append_format(&lines, "%s\n", TRAILER);
        hash_sha256(buf_bytes(&lines), hash);
        aws_trailer_sign(&chain, hash, signature);
        (void)buf_append_format(
            text, "%s\r\nx-amz-trailer-signature:%.*s\r\n", TRAILER, (int)sizeof(signature), signature);
    }
    (void)buf_append_text(text, "\r\n");
}

static void signed_chunks_decode_however_they_are_cut(void) {
    for (int with_trailer = 0; with_trailer < 2; with_trailer++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        make_signed(&text, with_trailer == 1);
        for (size_t size = 1; size <= text.size; size++) {
            struct s3api_chunked chunked;
            struct aws_chunk_chain chain = make_chain();
            SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
            s3api_chunked_init(&chunked, &chain, with_trailer == 1);
            EXPECT(decode(&chunked, buf_str(&text), size, &out));
            EXPECT(str_is(buf_str(&out), "hello world"));
            struct str trailer = s3api_chunked_trailer(&chunked, STR_LITERAL("X-Amz-Checksum-Crc32"));
            EXPECT(str_is(trailer, with_trailer == 1 ? "DUoRhQ==" : ""));
            s3api_chunked_finish(&chunked);
        }
    }
}

static void any_changed_byte_is_noticed(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    make_signed(&text, true);
    for (size_t i = 0; i < text.size; i++) {
        struct s3api_chunked chunked;
        struct aws_chunk_chain chain = make_chain();
        SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
        text.data[i] ^= 4;
        s3api_chunked_init(&chunked, &chain, true);
        bool done = decode(&chunked, buf_str(&text), 64, &out);
        struct str trailer = s3api_chunked_trailer(&chunked, STR_LITERAL("x-amz-checksum-crc32"));
        /* A changed '\r' may pass for a line's end; what was signed is then still the same. */
        EXPECT(!done || (str_is(buf_str(&out), "hello world") && str_is(trailer, "DUoRhQ==")));
        s3api_chunked_finish(&chunked);
        text.data[i] ^= 4;
    }
}

static void a_missing_end_is_not_done(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    make_signed(&text, true);
    for (size_t size = 0; size < text.size; size++) {
        struct s3api_chunked chunked;
        struct aws_chunk_chain chain = make_chain();
        SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
        s3api_chunked_init(&chunked, &chain, true);
        EXPECT(!decode(&chunked, str_slice(buf_str(&text), 0, size), 1000, &out));
        s3api_chunked_finish(&chunked);
    }
}

static void what_is_not_of_the_form_is_refused(void) {
    static const struct {
        const char *text, *code;
    } CASES[] = {
        {"x\r\n", "InvalidChunkSizeError:"},
        {"\r\n", "InvalidChunkSizeError:"},
        {"11111111111111111\r\n", "InvalidChunkSizeError:"},
        {"1\r\nab\r\n", "InvalidChunkSizeError:"},
        {"0\r\nnothing\r\n:x\r\n", "MalformedTrailerError:"},
        {"0\r\n\r\nmore", "MalformedTrailerError:"},
        {"0\r\na:1\r\nb:1\r\nc:1\r\nd:1\r\ne:1\r\nf:1\r\ng:1\r\nh:1\r\ni:1\r\n", "MalformedTrailerError:"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct s3api_chunked chunked;
        SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
        s3api_chunked_init(&chunked, NULL, true);
        EXPECT(!decode(&chunked, str_from(CASES[i].text), 1000, &out));
        EXPECT(str_starts_with(str_from(error.message), str_from(CASES[i].code)));
        s3api_chunked_finish(&chunked);
    }
}

static void an_unsigned_trailer_after_signed_chunks_is_refused(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
    struct s3api_chunked chunked;
    struct aws_chunk_chain chain = make_chain(), signer = make_chain();
    append_signed_chunk(&text, &signer, "");
    (void)buf_append_text(&text, "x-amz-checksum-crc32:AAAAAA==\r\n\r\n");
    s3api_chunked_init(&chunked, &chain, true);
    EXPECT(!decode(&chunked, buf_str(&text), 1000, &out));
    EXPECT(str_starts_with(str_from(error.message), STR_LITERAL("SignatureDoesNotMatch:")));
    s3api_chunked_finish(&chunked);
}

int main(void) {
    TEST(signed_chunks_decode_however_they_are_cut);
    TEST(any_changed_byte_is_noticed);
    TEST(a_missing_end_is_not_done);
    TEST(what_is_not_of_the_form_is_refused);
    TEST(an_unsigned_trailer_after_signed_chunks_is_refused);
    return tap_done();
}
