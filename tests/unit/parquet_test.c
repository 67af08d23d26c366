/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a Parquet file that are decoded here again; whole files are read by real readers in
 * engine_file_test.c and tests/scenario/lake_columns_test.py. */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "parquet/hybrid.h"
#include "parquet/parquet.h"
#include "parquet/thrift.h"
#include "parquet/words.h"
#include "support/tap.h"

#include <string.h>

/* Decodes runs and packed numbers, by the format's text. */
static bool decode(struct bytes bytes, unsigned width, uint32_t *numbers, size_t count) {
    const uint8_t *at = bytes.data, *end = bytes.data + bytes.size;
    size_t done = 0;
    while (at < end) {
        uint64_t head = 0;
        if (!load_varint(&at, end, &head))
            return false;
        size_t taken = (size_t)(head >> 1) * ((head & 1) != 0 ? 8 : 1);
        size_t size = (head & 1) != 0 ? (size_t)(head >> 1) * width : (width + 7) / 8;
        if (size > (size_t)(end - at))
            return false;
        for (size_t i = 0; i < taken; i++) {
            uint32_t number = 0;
            for (unsigned bit = 0; bit < width; bit++) {
                size_t place = (head & 1) != 0 ? i * width + bit : bit;
                number |= (uint32_t)(at[place / 8] >> place % 8 & 1) << bit;
            }
            if (done < count)
                numbers[done] = number;
            else if (number != 0 || done >= count + 7)
                return false;
            done++;
        }
        at += size;
    }
    return done >= count;
}

static void numbers_come_back_whatever_runs_they_are_in(void) {
    enum { COUNT_MAX = 700 };
    static uint32_t numbers[COUNT_MAX], decoded[COUNT_MAX];
    uint64_t random = 1;
    for (unsigned round = 0; round < 2000; round++) {
        unsigned width = 1 + round % 20;
        size_t count = (round * 37) % COUNT_MAX;
        for (size_t i = 0; i < count;) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t run = 1 + (size_t)(random >> 60 == 0 ? random >> 50 & 255 : random >> 40 & 3);
            uint32_t number = (uint32_t)(random >> 20) & ((1u << width) - 1);
            for (; run > 0 && i < count; run--)
                numbers[i++] = number;
        }
        SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
        parquet_hybrid_append(&out, numbers, count, width);
        bool same = decode(buf_bytes(&out), width, decoded, count) &&
                    memcmp(numbers, decoded, count * sizeof *numbers) == 0;
        if (!same)
            printf("# round %u\n", round);
        EXPECT(same);
    }
}

static void a_run_takes_a_few_bytes(void) {
    SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
    parquet_hybrid_append_run(&out, 3, 20480, 2);
    EXPECT_INT(out.size, 4);
    static uint32_t decoded[20480];
    EXPECT(decode(buf_bytes(&out), 2, decoded, 20480));
    EXPECT_INT(decoded[20479], 3);
    EXPECT_INT(parquet_hybrid_width(0), 0);
    EXPECT_INT(parquet_hybrid_width(1), 1);
    EXPECT_INT(parquet_hybrid_width(4095), 12);
    EXPECT_INT(parquet_hybrid_width(4096), 13);
}

static void a_text_keeps_its_number_among_words(void) {
    struct parquet_words words = {0};
    parquet_words_clear(&words);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 4096; i++) {
            char text[16];
            uint32_t number = UINT32_MAX;
            (void)snprintf(text, sizeof text, "%u", i);
            EXPECT(parquet_words_find(&words, str_from(text), &number));
            EXPECT_INT(number, i);
            EXPECT(str_is(parquet_words_text(&words, i), text));
        }
        uint32_t number = 0;
        EXPECT(!parquet_words_find(&words, STR_LITERAL("one more"), &number));
        EXPECT_INT(words.count, 4096);
    }
    parquet_words_clear(&words);
    uint32_t number = 7;
    EXPECT(parquet_words_find(&words, STR_EMPTY, &number));
    EXPECT_INT(number, 0);
    parquet_words_finish(&words);
}

static void words_do_not_grow_beyond_their_bytes(void) {
    struct parquet_words words = {0};
    parquet_words_clear(&words);
    SCOPED(own_free) char *text = mem_alloc(600000);
    uint32_t number = 0;
    EXPECT(parquet_words_find(&words, str_of(text, 600000), &number));
    EXPECT(!parquet_words_find(&words, str_of(text, 599999), &number));
    EXPECT(parquet_words_find(&words, str_of(text, 600000), &number));
    parquet_words_finish(&words);
}

static void a_struct_is_as_the_compact_protocol_has_it(void) {
    SCOPED(buf_finish) struct buf out = BUF_INIT(BUF_UNBOUNDED);
    struct parquet_thrift thrift = PARQUET_THRIFT(&out);
    parquet_thrift_i32(&thrift, 1, -1);
    parquet_thrift_i64(&thrift, 3, 300);
    parquet_thrift_begin(&thrift, 4);
    parquet_thrift_flag(&thrift, 2, true);
    parquet_thrift_end(&thrift);
    parquet_thrift_list(&thrift, 5, THRIFT_BINARY, 1);
    parquet_thrift_element_text(&thrift, STR_LITERAL("ab"));
    parquet_thrift_end(&thrift);
    static const uint8_t expected[] = {
        0x15, 0x01, 0x26, 0xd8, 0x04, 0x1c, 0x21, 0x00, 0x19, 0x18, 0x02, 'a', 'b', 0x00};
    EXPECT(bytes_equal(buf_bytes(&out), bytes_of(expected, sizeof expected)));
}

static bool append(void *context, struct bytes bytes, struct error *error) {
    (void)error;
    return buf_append_bytes(context, bytes);
}

static bool refuse(void *context, struct bytes bytes, struct error *error) {
    (void)context, (void)bytes;
    return error_set(error, ERROR_IO, "full");
}

static const struct parquet_column columns[] = {
    {"name", PARQUET_TEXT, 0}, {"place", PARQUET_STRUCT, 0}, {"number", PARQUET_INTEGER, 1}};

static void a_file_begins_and_ends_as_one(void) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf file = BUF_INIT(BUF_UNBOUNDED);
    const struct parquet_options options = {.columns = columns,
        .column_count = 3,
        .compression_level = 1,
        .created_by = "test version 1",
        .on_bytes = append,
        .context = &file};
    struct parquet_writer *writer = parquet_writer_create(&options);
    parquet_put_text(writer, 0, 0, STR_LITERAL("a"));
    parquet_put_null(writer, 2, 0);
    parquet_end_row(writer);
    EXPECT(parquet_end_group(writer, &error));
    EXPECT(parquet_end_group(writer, &error)); /* nothing */
    parquet_put_number(writer, 2, 0, -7);
    parquet_end_row(writer);
    uint64_t size = 0;
    EXPECT(parquet_writer_finish(writer, &size, &error));
    EXPECT_INT(size, file.size);
    EXPECT(memcmp(file.data, "PAR1", 4) == 0 && memcmp(file.data + size - 4, "PAR1", 4) == 0);
    uint32_t footer_size = load_u32((const uint8_t *)file.data + size - 8);
    EXPECT(footer_size + 12 < size);
    parquet_writer_destroy(writer);
}

static void what_cannot_be_written_is_told(void) {
    struct error error = {0};
    const struct parquet_options options = {
        .columns = columns, .column_count = 3, .created_by = "test version 1", .on_bytes = refuse};
    struct parquet_writer *writer = parquet_writer_create(&options);
    uint64_t size = 0;
    EXPECT(!parquet_writer_finish(writer, &size, &error));
    EXPECT_INT(error.kind, ERROR_IO);
    parquet_writer_destroy(writer);
}

int main(void) {
    TEST(numbers_come_back_whatever_runs_they_are_in);
    TEST(a_run_takes_a_few_bytes);
    TEST(a_text_keeps_its_number_among_words);
    TEST(words_do_not_grow_beyond_their_bytes);
    TEST(a_struct_is_as_the_compact_protocol_has_it);
    TEST(a_file_begins_and_ends_as_one);
    TEST(what_cannot_be_written_is_told);
    return tap_done();
}
