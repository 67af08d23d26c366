/* SPDX-License-Identifier: Apache-2.0 */
#include "footer.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"

#include <string.h>

enum { VERSION = 1 };
static const char header_magic[8] = "CAIRNHSG";
static const char tail_magic[8] = "GSHNRIAC";

void history_header_append(struct buf *buf) {
    (void)buf_append(buf, header_magic, sizeof header_magic);
    (void)buf_append_u16(buf, VERSION);
    (void)buf_append_u16(buf, 0); /* features a reader may ignore */
    (void)buf_append_u32(buf, 0); /* features it must know */
}

bool history_header_check(const uint8_t header[HISTORY_SEGMENT_HEADER_SIZE], struct error *error) {
    if (memcmp(header, header_magic, sizeof header_magic) != 0)
        return error_set(error, ERROR_CORRUPT, "not a history segment");
    if (load_u16(header + 8) != VERSION)
        return error_set(error, ERROR_CORRUPT, "history segment of version %u, this program reads %d",
            load_u16(header + 8), VERSION);
    if (load_u32(header + 12) != 0)
        return error_set(
            error, ERROR_CORRUPT, "history segment with unknown features %#x", load_u32(header + 12));
    return true;
}

static void append_table(
    struct buf *buf, enum history_table number, const struct history_footer_table *table) {
    (void)buf_append_u32(buf, table->first_page);
    (void)buf_append_u32(buf, table->entry_count);
    uint32_t page_count = history_table_page_count(number, table->entry_count);
    for (uint32_t page = 0; page < page_count; page++)
        (void)buf_append_u64(buf, table->first_keys[page]);
}

void history_footer_append(struct buf *buf, const struct history_footer *footer) {
    size_t start = buf->size;
    (void)buf_append_u64(buf, footer->first_position);
    (void)buf_append_u32(buf, footer->doc_count);
    (void)buf_append_u32(buf, footer->categories);
    (void)buf_append_u64(buf, (uint64_t)footer->time_ms_min);
    (void)buf_append_u64(buf, (uint64_t)footer->time_ms_max);
    (void)buf_append_u64(buf, (uint64_t)footer->later_ms_min);
    (void)buf_append_u64(buf, (uint64_t)footer->later_ms_max);
    (void)buf_append_u64(buf, footer->raw_bytes);
    (void)buf_append_u64(buf, footer->data_end);
    (void)buf_append_u32(buf, footer->page_count);
    for (unsigned i = 0; i < HISTORY_SECTION_COUNT; i++) {
        (void)buf_append_u32(buf, footer->sections[i].first_page);
        (void)buf_append_u64(buf, footer->sections[i].size);
    }
    (void)buf_append_u32(buf, footer->dictionary_count);
    for (uint32_t i = 0; i < footer->dictionary_count; i++)
        (void)buf_append_u32(buf, footer->dictionaries[i]);
    for (unsigned i = 0; i < HISTORY_TABLE_COUNT; i++)
        append_table(buf, (enum history_table)i, &footer->tables[i]);
    size_t size = buf->size - start;
    uint32_t crc = hash_crc32c(0, bytes_of(buf->data + start, size));
    (void)buf_append_u32(buf, (uint32_t)size);
    (void)buf_append_u32(buf, crc);
    (void)buf_append(buf, tail_magic, sizeof tail_magic);
}

bool history_tail_read(const uint8_t tail[HISTORY_SEGMENT_TAIL_SIZE], uint32_t *ret_size, uint32_t *ret_crc,
    struct error *error) {
    if (memcmp(tail + 8, tail_magic, sizeof tail_magic) != 0)
        return error_set(error, ERROR_CORRUPT, "the file does not end as a history segment");
    *ret_size = load_u32(tail);
    *ret_crc = load_u32(tail + 4);
    return true;
}

/* Reads numbers in order; once the bytes are used up it gives zeros and remembers. */
struct cursor {
    const uint8_t *at, *end;
    bool is_short;
};

static const uint8_t *take(struct cursor *cursor, size_t size) {
    static const uint8_t zeros[8];
    if ((size_t)(cursor->end - cursor->at) < size) {
        cursor->is_short = true;
        return zeros;
    }
    cursor->at += size;
    return cursor->at - size;
}

static uint32_t take_u32(struct cursor *cursor) {
    return load_u32(take(cursor, 4));
}

static uint64_t take_u64(struct cursor *cursor) {
    return load_u64(take(cursor, 8));
}

static void take_numbers(struct cursor *cursor, struct history_footer *footer) {
    footer->first_position = take_u64(cursor);
    footer->doc_count = take_u32(cursor);
    footer->categories = take_u32(cursor);
    footer->time_ms_min = (int64_t)take_u64(cursor);
    footer->time_ms_max = (int64_t)take_u64(cursor);
    footer->later_ms_min = (int64_t)take_u64(cursor);
    footer->later_ms_max = (int64_t)take_u64(cursor);
    footer->raw_bytes = take_u64(cursor);
    footer->data_end = take_u64(cursor);
    footer->page_count = take_u32(cursor);
    for (unsigned i = 0; i < HISTORY_SECTION_COUNT; i++) {
        footer->sections[i].first_page = take_u32(cursor);
        footer->sections[i].size = take_u64(cursor);
    }
}

static bool take_dictionaries(struct cursor *cursor, struct history_footer *footer) {
    footer->dictionary_count = take_u32(cursor);
    if (footer->dictionary_count > HISTORY_SEGMENT_DICTIONARIES_MAX)
        return false;
    for (uint32_t i = 0; i < footer->dictionary_count; i++)
        footer->dictionaries[i] = take_u32(cursor);
    return !cursor->is_short;
}

static bool pages_fit(const struct history_footer *footer, uint64_t first_page, uint64_t page_count) {
    return first_page + page_count <= footer->page_count;
}

static bool take_table(struct cursor *cursor, enum history_table number, struct history_footer *footer) {
    struct history_footer_table *table = &footer->tables[number];
    table->first_page = take_u32(cursor);
    table->entry_count = take_u32(cursor);
    uint32_t page_count = history_table_page_count(number, table->entry_count);
    if (cursor->is_short || table->entry_count > INT32_MAX ||
        !pages_fit(footer, table->first_page, page_count) ||
        (size_t)(cursor->end - cursor->at) / 8 < page_count)
        return false;
    table->first_keys = mem_alloc_array(page_count, sizeof *table->first_keys);
    for (uint32_t page = 0; page < page_count; page++)
        table->first_keys[page] = take_u64(cursor);
    return true;
}

/* Years 0001 to 9999 and then some, so that differences never overflow. */
static bool is_range(int64_t first_ms, int64_t last_ms) {
    const int64_t far_ms = (int64_t)1 << 50;
    return -far_ms < first_ms && first_ms <= last_ms && last_ms < far_ms;
}

static bool numbers_agree(const struct history_footer *footer, uint64_t file_size, size_t footer_size) {
    if (footer->doc_count == 0 || footer->doc_count > HISTORY_SEGMENT_DOCS_MAX ||
        footer->first_position == 0 || footer->first_position > UINT64_MAX - footer->doc_count)
        return false;
    if (footer->data_end < HISTORY_SEGMENT_HEADER_SIZE ||
        footer->data_end > HISTORY_SEGMENT_DATA_MAX + (64U << 20))
        return false;
    if (!is_range(footer->time_ms_min, footer->time_ms_max) ||
        !is_range(footer->later_ms_min, footer->later_ms_max))
        return false;
    uint64_t end = history_pages_offset(footer->data_end) + (uint64_t)footer->page_count * HISTORY_PAGE_SIZE +
                   footer_size + HISTORY_SEGMENT_TAIL_SIZE;
    if (end != file_size)
        return false;
    for (unsigned i = 0; i < HISTORY_SECTION_COUNT; i++) {
        uint64_t size = footer->sections[i].size;
        if (size > file_size || !pages_fit(footer, footer->sections[i].first_page,
                                    (size + HISTORY_PAGE_ROOM - 1) / HISTORY_PAGE_ROOM))
            return false;
    }
    return true;
}

bool history_footer_read(
    struct bytes bytes, uint64_t file_size, struct history_footer *ret_footer, struct error *error) {
    struct cursor cursor = {bytes.data, bytes.data + bytes.size, false};
    SCOPED(history_footer_finish) struct history_footer footer = {0};
    take_numbers(&cursor, &footer);
    bool whole = !cursor.is_short && numbers_agree(&footer, file_size, bytes.size) &&
                 take_dictionaries(&cursor, &footer);
    for (unsigned i = 0; i < HISTORY_TABLE_COUNT && whole; i++)
        whole = take_table(&cursor, (enum history_table)i, &footer);
    if (!whole || cursor.at != cursor.end || footer.tables[HISTORY_BLOCKS].entry_count == 0 ||
        footer.tables[HISTORY_CHUNKS].entry_count == 0)
        return error_set(error, ERROR_CORRUPT, "footer with numbers that do not agree");
    *ret_footer = footer;
    footer = (struct history_footer){0};
    return true;
}

void history_footer_finish(struct history_footer *footer) {
    for (unsigned i = 0; i < HISTORY_TABLE_COUNT; i++)
        mem_free(footer->tables[i].first_keys);
    *footer = (struct history_footer){0};
}
