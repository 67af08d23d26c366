/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "journal/frame.h"
#include "support/tap.h"

enum { SIZE = JOURNAL_FRAME_HEADER_SIZE + 5 };

static void write_hello(uint8_t frame[SIZE]) {
    struct journal_frame hello = {7, true, bytes_of("hello", 5)};
    memcpy(frame + JOURNAL_FRAME_HEADER_SIZE, "hello", 5);
    journal_frame_write(frame, &hello);
}

static enum journal_frame_state state_of(const uint8_t *bytes, size_t size) {
    struct journal_frame frame;
    size_t frame_size = 0;
    return journal_frame_parse(bytes_of(bytes, size), &frame, &frame_size);
}

static void a_written_frame_parses_back(void) {
    uint8_t bytes[SIZE];
    struct journal_frame frame;
    size_t size = 0;
    write_hello(bytes);
    EXPECT_INT(journal_frame_parse(BYTES_OF(bytes), &frame, &size), JOURNAL_FRAME_WHOLE);
    EXPECT_INT(size, SIZE);
    EXPECT(frame.position == 7 && frame.starts_group && bytes_equal(frame.payload, bytes_of("hello", 5)));
}

static void every_shorter_frame_is_partial(void) {
    uint8_t bytes[SIZE];
    write_hello(bytes);
    for (size_t size = 0; size < SIZE; size++)
        EXPECT_INT(state_of(bytes, size), JOURNAL_FRAME_PARTIAL);
}

static void every_single_flipped_bit_is_noticed(void) {
    uint8_t bytes[SIZE];
    write_hello(bytes);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        EXPECT(state_of(bytes, SIZE) != JOURNAL_FRAME_WHOLE);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void zeros_are_no_frame(void) {
    uint8_t zeros[SIZE] = {0};
    EXPECT_INT(state_of(zeros, SIZE), JOURNAL_FRAME_DAMAGED);
}

static void the_bytes_of_a_frame_are_as_documented(void) {
    uint8_t bytes[SIZE];
    write_hello(bytes);
    EXPECT(load_u32(bytes) == (5 | 0x80000000u));
    EXPECT(load_u64(bytes + 8) == 7);
    EXPECT(memcmp(bytes + 16, "hello", 5) == 0);
}

static void every_flipped_bit_of_a_header_is_noticed(void) {
    struct journal_header written = {.generation = 3, .first_position = 99}, header;
    uint8_t bytes[JOURNAL_HEADER_SIZE];
    struct error error = {0};
    memcpy(written.cairn_id.bytes, "0123456789abcdef", UUID_SIZE);
    journal_header_write(bytes, &written);
    EXPECT(journal_header_parse(BYTES_OF(bytes), &header, &error));
    EXPECT(header.generation == 3 && header.first_position == 99);
    EXPECT(memcmp(header.cairn_id.bytes, written.cairn_id.bytes, UUID_SIZE) == 0);
    EXPECT(!journal_header_parse(bytes_of(bytes, sizeof bytes - 1), &header, &error));
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        EXPECT(!journal_header_parse(BYTES_OF(bytes), &header, &error) && error.kind == ERROR_CORRUPT);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

int main(void) {
    TEST(a_written_frame_parses_back);
    TEST(every_shorter_frame_is_partial);
    TEST(every_single_flipped_bit_is_noticed);
    TEST(zeros_are_no_frame);
    TEST(the_bytes_of_a_frame_are_as_documented);
    TEST(every_flipped_bit_of_a_header_is_noticed);
    return tap_done();
}
