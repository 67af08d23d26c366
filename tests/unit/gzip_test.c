/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "base/own.h"
#include "codec/compress.h"
#include "support/tap.h"

static struct error error;

/* Text that compresses about as records do. */
static void fill(struct buf *buf, size_t size) {
    for (uint32_t i = 0; buf->size < size; i++)
        buf_append_format(buf, "{\"eventID\":\"%08x\",\"eventName\":\"PutObject\"},", i * 2654435761u);
}

static bool inflates_to(struct bytes gzip, struct str expected) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(expected.size);
    return gzip_inflate(gzip, &text, &error) && str_equals(buf_str(&text), expected);
}

static void what_was_compressed_inflates(void) {
    static const size_t sizes[] = {0, 1, 100, 65536, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(4 << 20);
        SCOPED(buf_finish) struct buf gzip = BUF_INIT(4 << 20);
        fill(&text, sizes[i]);
        buf_append_text(&gzip, "before");
        EXPECT(gzip_append(&gzip, buf_bytes(&text), &error));
        struct bytes member = bytes_of(gzip.data + 6, gzip.size - 6);
        EXPECT(gzip_is(member));
        EXPECT(inflates_to(member, buf_str(&text)));
        EXPECT_INT(load_u32(member.data + member.size - 4), text.size); /* one member, its size at the end */
    }
}

static void a_full_buffer_refuses_and_keeps_what_it_had(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(4 << 20);
    SCOPED(buf_finish) struct buf small = BUF_INIT(5000);
    fill(&text, 1000000);
    buf_append_text(&small, "kept");
    EXPECT(!gzip_append(&small, buf_bytes(&text), &error));
    EXPECT_INT(error.kind, ERROR_LIMIT);
    EXPECT(str_is(buf_str(&small), "kept"));
}

/* "hello\n", written by gzip 1.12 with -n -9. */
static const uint8_t HELLO[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd,
    0xc9, 0xc9, 0xe7, 0x02, 0x00, 0x20, 0x30, 0x3a, 0x36, 0x06, 0x00, 0x00, 0x00};

static void members_in_a_row_are_one_content(void) {
    uint8_t twice[2 * sizeof HELLO];
    memcpy(twice, HELLO, sizeof HELLO);
    memcpy(twice + sizeof HELLO, HELLO, sizeof HELLO);
    EXPECT(inflates_to(BYTES_OF(HELLO), STR_LITERAL("hello\n")));
    EXPECT(inflates_to(BYTES_OF(twice), STR_LITERAL("hello\nhello\n")));
}

static void what_is_altered_cut_or_followed_by_more_is_refused(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1000);
    for (size_t size = 0; size < sizeof HELLO; size++)
        EXPECT(!gzip_inflate(bytes_of(HELLO, size), &text, &error) && error.kind == ERROR_INVALID);
    uint8_t altered[sizeof HELLO + 1] = {0};
    memcpy(altered, HELLO, sizeof HELLO);
    EXPECT(!gzip_inflate(BYTES_OF(altered), &text, &error) && error.kind == ERROR_INVALID);
    altered[sizeof HELLO - 5] ^= 1; /* the checksum */
    EXPECT(!gzip_inflate(bytes_of(altered, sizeof HELLO), &text, &error) && error.kind == ERROR_INVALID);
    EXPECT_INT(text.size, 0);
}

static void a_bomb_stops_at_the_limit(void) {
    SCOPED(buf_finish) struct buf zeros = BUF_INIT(64 << 20);
    SCOPED(buf_finish) struct buf bomb = BUF_INIT(4 << 20);
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    memset(buf_reserve(&zeros, 32 << 20), 0, 32 << 20);
    buf_commit(&zeros, 32 << 20);
    EXPECT(gzip_append(&bomb, buf_bytes(&zeros), &error));
    EXPECT(!gzip_inflate(buf_bytes(&bomb), &text, &error));
    EXPECT_INT(error.kind, ERROR_LIMIT);
    EXPECT_INT(text.size, 0);
    EXPECT(text.capacity <= (4 << 20));
}

static void a_false_size_at_the_end_takes_no_memory(void) {
    uint8_t lying[sizeof HELLO];
    memcpy(lying, HELLO, sizeof HELLO);
    memset(lying + sizeof HELLO - 4, 0xff, 4);
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    EXPECT(!gzip_inflate(BYTES_OF(lying), &text, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT(text.capacity < (1 << 20));
}

int main(void) {
    TEST(what_was_compressed_inflates);
    TEST(a_full_buffer_refuses_and_keeps_what_it_had);
    TEST(members_in_a_row_are_one_content);
    TEST(what_is_altered_cut_or_followed_by_more_is_refused);
    TEST(a_bomb_stops_at_the_limit);
    TEST(a_false_size_at_the_end_takes_no_memory);
    return tap_done();
}
