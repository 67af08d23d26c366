/* SPDX-License-Identifier: Apache-2.0 */
#include "leaf.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"

#include "hybrid.h"
#include "thrift.h"

#include <string.h>

enum {
    LEVELS_MIN = 1024,
    SIZE_BYTES = 4,
    /* Large enough for zstd to find what comes again, small enough to stay near to the processor. */
    PAGE_SIZE_MAX = 4 << 20,
    BOUND_SIZE_MAX = 256, /* a longer text is no bound: it would fill the footer */
    BITS_PER_BYTE = 8,
    /* A column whose texts hardly come again should not fill the words first. */
    JUDGED_WORDS = 512,
    JUDGED_SHARE = 8,
};

void parquet_leaf_finish(struct parquet_leaf *leaf) {
    mem_free(leaf->definitions);
    mem_free(leaf->repetitions);
    mem_free(leaf->numbers);
    parquet_words_finish(&leaf->words);
    buf_finish(&leaf->plain);
    buf_finish(&leaf->pages);
}

void parquet_leaf_clear(struct parquet_leaf *leaf) {
    leaf->row_count = leaf->level_count = leaf->value_count = 0;
    leaf->plain.limit = leaf->pages.limit = BUF_UNBOUNDED;
    buf_clear(&leaf->plain);
    buf_clear(&leaf->pages);
    leaf->paged_raw_size = leaf->paged_level_count = leaf->paged_value_count = 0;
    if (leaf->words.count > 0)
        parquet_words_clear(&leaf->words);
}

/* ---- putting ---- */

static void reserve_levels(struct parquet_leaf *leaf, size_t count) {
    if (leaf->level_count + count <= leaf->level_capacity)
        return;
    leaf->level_capacity = 2 * (leaf->level_count + count) + LEVELS_MIN;
    leaf->definitions = mem_resize(leaf->definitions, leaf->level_capacity);
    if (leaf->type->repetition_max > 0)
        leaf->repetitions = mem_resize(leaf->repetitions, leaf->level_capacity);
}

/* Rows for which nothing was put, up to `row`, are null from the top. */
static void catch_up(struct parquet_leaf *leaf, size_t row) {
    size_t count = row - leaf->row_count;
    if (count == 0)
        return;
    reserve_levels(leaf, count);
    memset(leaf->definitions + leaf->level_count, 0, count);
    if (leaf->type->repetition_max > 0)
        memset(leaf->repetitions + leaf->level_count, 0, count);
    leaf->level_count += count;
    leaf->row_count = row;
}

static void put_level(struct parquet_leaf *leaf, size_t row, unsigned definition, unsigned repetition) {
    if (repetition == 0) {
        catch_up(leaf, row);
        leaf->row_count++;
    }
    reserve_levels(leaf, 1);
    leaf->definitions[leaf->level_count] = (uint8_t)definition;
    if (leaf->type->repetition_max > 0)
        leaf->repetitions[leaf->level_count] = (uint8_t)repetition;
    leaf->level_count++;
}

void parquet_leaf_put_null(struct parquet_leaf *leaf, size_t row, unsigned definition, unsigned repetition) {
    ASSERT(definition < leaf->type->definition_max);
    put_level(leaf, row, definition, repetition);
}

static void append_plain(struct parquet_leaf *leaf, struct str text) {
    uint8_t *place = buf_reserve(&leaf->plain, SIZE_BYTES + text.size);
    ASSERT(place != NULL);
    store_u32(place, (uint32_t)text.size);
    if (text.size > 0)
        memcpy(place + SIZE_BYTES, text.data, text.size);
    buf_commit(&leaf->plain, SIZE_BYTES + text.size);
}

static void give_up_words(struct parquet_leaf *leaf) {
    for (size_t i = 0; i < leaf->value_count; i++)
        append_plain(leaf, parquet_words_text(&leaf->words, leaf->numbers[i]));
    parquet_words_clear(&leaf->words);
    leaf->is_plain = true;
}

static bool put_word(struct parquet_leaf *leaf, struct str text) {
    if (leaf->value_count == leaf->number_capacity) {
        leaf->number_capacity = 2 * leaf->number_capacity + LEVELS_MIN;
        leaf->numbers = mem_resize_array(leaf->numbers, leaf->number_capacity, sizeof *leaf->numbers);
    }
    size_t word_count = leaf->words.count;
    if (word_count >= JUDGED_WORDS && leaf->value_count - word_count < leaf->value_count / JUDGED_SHARE)
        return false;
    return parquet_words_find(&leaf->words, text, &leaf->numbers[leaf->value_count]);
}

static void cut_page(struct parquet_leaf *leaf);

void parquet_leaf_put_text(struct parquet_leaf *leaf, size_t row, unsigned repetition, struct str text) {
    ASSERT(leaf->type->physical == PARQUET_BYTES);
    put_level(leaf, row, leaf->type->definition_max, repetition);
    if (!leaf->is_plain && !put_word(leaf, text))
        give_up_words(leaf);
    if (leaf->is_plain)
        append_plain(leaf, text);
    leaf->value_count++;
    if (leaf->plain.size >= PAGE_SIZE_MAX && leaf->type->repetition_max == 0)
        cut_page(leaf);
}

void parquet_leaf_put_number(struct parquet_leaf *leaf, size_t row, unsigned repetition, int64_t number) {
    put_level(leaf, row, leaf->type->definition_max, repetition);
    if (leaf->type->physical == PARQUET_BIT)
        buf_append_u8(&leaf->plain, number != 0);
    else if (leaf->type->physical == PARQUET_INT32)
        buf_append_u32(&leaf->plain, (uint32_t)number);
    else
        buf_append_u64(&leaf->plain, (uint64_t)number);
    leaf->value_count++;
}

void parquet_leaf_put_real(struct parquet_leaf *leaf, size_t row, unsigned repetition, double number) {
    uint64_t bits = 0;
    ASSERT(leaf->type->physical == PARQUET_REAL64);
    memcpy(&bits, &number, sizeof bits);
    put_level(leaf, row, leaf->type->definition_max, repetition);
    buf_append_u64(&leaf->plain, bits);
    leaf->value_count++;
}

/* ---- bounds ---- */

static void widen_by_texts(const struct buf *texts, struct parquet_chunk *chunk) {
    struct str least = STR_EMPTY, greatest = STR_EMPTY;
    for (size_t at = 0; at < texts->size;) {
        struct str text = str_of(texts->data + at + SIZE_BYTES, load_u32((const uint8_t *)texts->data + at));
        if (at == 0 || str_compare(text, least) < 0)
            least = text;
        if (at == 0 || str_compare(text, greatest) > 0)
            greatest = text;
        at += SIZE_BYTES + text.size;
    }
    chunk->has_bounds = texts->size > 0 && least.size <= BOUND_SIZE_MAX && greatest.size <= BOUND_SIZE_MAX;
    chunk->least = least;
    chunk->greatest = greatest;
}

static int64_t load_number(const char *place, size_t size) {
    return size == sizeof(uint32_t) ? (int32_t)load_u32((const uint8_t *)place)
                                    : (int64_t)load_u64((const uint8_t *)place);
}

static void widen_by_numbers(const struct buf *numbers, size_t size, struct parquet_chunk *chunk) {
    const char *least = numbers->data, *greatest = numbers->data;
    for (size_t at = size; at < numbers->size; at += size) {
        int64_t number = load_number(numbers->data + at, size);
        if (number < load_number(least, size))
            least = numbers->data + at;
        if (number > load_number(greatest, size))
            greatest = numbers->data + at;
    }
    chunk->has_bounds = numbers->size > 0;
    chunk->least = str_of(least, size);
    chunk->greatest = str_of(greatest, size);
}

/* Of booleans and of reals, whose zeros and no-numbers need care, there are none. */
static void find_bounds(const struct parquet_leaf *leaf, struct parquet_chunk *chunk) {
    if (leaf->paged_level_count > 0)
        return; /* the values are gone, and are large */
    if (leaf->type->physical == PARQUET_BYTES)
        widen_by_texts(leaf->is_plain ? &leaf->plain : &leaf->words.texts, chunk);
    else if (leaf->type->physical == PARQUET_INT32)
        widen_by_numbers(&leaf->plain, sizeof(uint32_t), chunk);
    else if (leaf->type->physical == PARQUET_INT64)
        widen_by_numbers(&leaf->plain, sizeof(uint64_t), chunk);
}

/* ---- pages ---- */

static uint32_t *reserve_numbers(struct parquet_press *press, size_t count) {
    if (count > press->number_capacity) {
        press->number_capacity = count + count / 2;
        press->numbers = mem_resize_array(press->numbers, press->number_capacity, sizeof *press->numbers);
    }
    return press->numbers;
}

/* Levels are preceded by their size. Most columns have the same everywhere. */
static void append_levels(
    struct parquet_press *press, const uint8_t *levels, size_t count, unsigned level_max) {
    struct buf *body = &press->body;
    unsigned width = parquet_hybrid_width(level_max);
    size_t start = body->size;
    buf_append_u32(body, 0);
    if (count > 0 && memcmp(levels, levels + 1, count - 1) == 0) {
        parquet_hybrid_append_run(body, levels[0], count, width);
    } else {
        uint32_t *numbers = reserve_numbers(press, count);
        for (size_t i = 0; i < count; i++)
            numbers[i] = levels[i];
        parquet_hybrid_append(body, numbers, count, width);
    }
    store_u32((uint8_t *)body->data + start, (uint32_t)(body->size - start - SIZE_BYTES));
}

static void append_bits(struct buf *body, const struct buf *booleans) {
    for (size_t at = 0; at < booleans->size; at += BITS_PER_BYTE) {
        uint8_t bits = 0;
        for (size_t i = 0; i < BITS_PER_BYTE && at + i < booleans->size; i++)
            bits |= (uint8_t)(booleans->data[at + i] << i);
        buf_append_u8(body, bits);
    }
}

static void append_values(const struct parquet_leaf *leaf, struct buf *body) {
    if (leaf->words.count > 0) {
        /* Numbers of no bits, which one word would need, are not what every reader expects. */
        unsigned width = leaf->words.count == 1 ? 1 : parquet_hybrid_width((uint32_t)leaf->words.count - 1);
        buf_append_u8(body, (uint8_t)width);
        parquet_hybrid_append(body, leaf->numbers, leaf->value_count, width);
    } else if (leaf->type->physical == PARQUET_BIT) {
        append_bits(body, &leaf->plain);
    } else {
        buf_append_bytes(body, buf_bytes(&leaf->plain));
    }
}

struct page {
    int32_t type, encoding;
    size_t count;
};

/* Adds what the page takes before compression, with its head, to `raw_size`. */
static bool append_page(struct parquet_press *press, const struct page *page, struct bytes body,
    struct buf *out, uint64_t *raw_size, struct error *error) {
    buf_clear(&press->packed);
    if (!zstd_compress(press->compressor, NULL, body, &press->packed, error))
        return false;
    ASSERT(body.size <= INT32_MAX && press->packed.size <= INT32_MAX);
    size_t start = out->size;
    struct parquet_thrift thrift = PARQUET_THRIFT(out);
    parquet_thrift_i32(&thrift, PAGE_TYPE, page->type);
    parquet_thrift_i32(&thrift, PAGE_RAW_SIZE, (int32_t)body.size);
    parquet_thrift_i32(&thrift, PAGE_SIZE, (int32_t)press->packed.size);
    parquet_thrift_begin(&thrift, page->type == PAGE_TYPE_DATA ? PAGE_DATA : PAGE_DICTIONARY);
    parquet_thrift_i32(&thrift, HEAD_COUNT, (int32_t)page->count);
    parquet_thrift_i32(&thrift, HEAD_ENCODING, page->encoding);
    if (page->type == PAGE_TYPE_DATA) {
        parquet_thrift_i32(&thrift, HEAD_DEFINITION_ENCODING, ENCODING_RLE);
        parquet_thrift_i32(&thrift, HEAD_REPETITION_ENCODING, ENCODING_RLE);
    }
    parquet_thrift_end(&thrift);
    parquet_thrift_end(&thrift);
    *raw_size += out->size - start + body.size;
    buf_append_bytes(out, buf_bytes(&press->packed));
    return true;
}

static bool append_data_page(
    const struct parquet_leaf *leaf, struct buf *out, uint64_t *raw_size, struct error *error) {
    struct parquet_press *press = leaf->press;
    buf_clear(&press->body);
    if (leaf->type->repetition_max > 0)
        append_levels(press, leaf->repetitions, leaf->level_count, leaf->type->repetition_max);
    append_levels(press, leaf->definitions, leaf->level_count, leaf->type->definition_max);
    append_values(leaf, &press->body);
    const struct page page = {
        PAGE_TYPE_DATA, leaf->words.count > 0 ? ENCODING_DICTIONARY : ENCODING_PLAIN, leaf->level_count};
    return append_page(press, &page, buf_bytes(&press->body), out, raw_size, error);
}

static void cut_page(struct parquet_leaf *leaf) {
    struct error ignored = {0};
    if (!append_data_page(leaf, &leaf->pages, &leaf->paged_raw_size, &ignored))
        leaf->is_failed = true;
    leaf->paged_level_count += leaf->level_count;
    leaf->paged_value_count += leaf->value_count;
    leaf->level_count = leaf->value_count = 0;
    buf_clear(&leaf->plain);
}

bool parquet_leaf_append(struct parquet_leaf *leaf, size_t row_count, struct buf *out,
    struct parquet_chunk *ret_chunk, struct error *error) {
    size_t start = out->size;
    if (leaf->is_failed)
        return error_set(error, ERROR_LIMIT, "a page could not be compressed");
    catch_up(leaf, row_count);
    struct parquet_chunk chunk = {.has_words = leaf->words.count > 0, .raw_size = leaf->paged_raw_size};
    find_bounds(leaf, &chunk);
    const struct page words = {PAGE_TYPE_DICTIONARY, ENCODING_PLAIN, leaf->words.count};
    if (chunk.has_words &&
        !append_page(leaf->press, &words, buf_bytes(&leaf->words.texts), out, &chunk.raw_size, error))
        return false;
    chunk.dictionary_size = out->size - start;
    buf_append_bytes(out, buf_bytes(&leaf->pages));
    if (leaf->level_count > 0 && !append_data_page(leaf, out, &chunk.raw_size, error))
        return false;
    chunk.size = out->size - start;
    chunk.level_count = leaf->paged_level_count + leaf->level_count;
    chunk.null_count = chunk.level_count - leaf->paged_value_count - leaf->value_count;
    *ret_chunk = chunk;
    return true;
}
