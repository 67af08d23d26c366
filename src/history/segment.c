/* SPDX-License-Identifier: Apache-2.0 */
#include "segment.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include <stdio.h>
#include <string.h>

void history_segment_name(uint64_t id, char ret_name[HISTORY_NAME_SIZE]) {
    (void)snprintf(ret_name, HISTORY_NAME_SIZE, "history/%016llx.segment", (unsigned long long)id);
}

uint64_t history_segment_id_of_name(const char *name) {
    uint8_t id[8];
    if (strlen(name) != 16 + strlen(".segment") || strcmp(name + 16, ".segment") != 0 ||
        !hex_decode(str_of(name, 16), id))
        return 0;
    return load_u64_big(id);
}

/* Every complaint about a segment's bytes goes through here, so that it names the file. */
static bool corrupt(const struct history_segment *segment, struct error *error, const char *what) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(segment->id, name);
    return error_set(error, ERROR_CORRUPT, "%s: %s", name, what);
}

static bool in_segment(const struct history_segment *segment, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(segment->id, name);
    return error_context(error, "%s", name);
}

static bool read_footer(struct history_segment *segment, struct error *error) {
    uint8_t header[HISTORY_SEGMENT_HEADER_SIZE];
    uint8_t tail[HISTORY_SEGMENT_TAIL_SIZE];
    if (!disk_size(segment->file, &segment->file_size, error))
        return false;
    if (segment->file_size < sizeof header + sizeof tail)
        return error_set(error, ERROR_CORRUPT, "a file of %llu bytes is no history segment",
            (unsigned long long)segment->file_size);
    uint32_t size = 0;
    uint32_t crc = 0;
    if (!disk_read_exactly(segment->file, 0, header, sizeof header, error) ||
        !history_header_check(header, error) ||
        !disk_read_exactly(segment->file, segment->file_size - sizeof tail, tail, sizeof tail, error) ||
        !history_tail_read(tail, &size, &crc, error))
        return false;
    if (size > HISTORY_FOOTER_SIZE_MAX || size > segment->file_size - sizeof header - sizeof tail)
        return error_set(error, ERROR_CORRUPT, "footer of %u bytes", size);
    SCOPED(own_free) uint8_t *footer = mem_alloc(size);
    if (!disk_read_exactly(segment->file, segment->file_size - sizeof tail - size, footer, size, error))
        return false;
    if (hash_crc32c(0, bytes_of(footer, size)) != crc)
        return error_set(error, ERROR_CORRUPT, "checksum of the footer does not match");
    return history_footer_read(bytes_of(footer, size), segment->file_size, &segment->footer, error);
}

static bool open_file(struct history_segment *segment, struct disk *disk,
    struct history_dictionaries *dictionaries, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(segment->id, name);
    segment->file = disk_open(disk, name, DISK_READ, error);
    if (segment->file == NULL || !read_footer(segment, error))
        return false;
    for (uint32_t i = 0; i < segment->footer.dictionary_count; i++) {
        segment->dictionaries[i] =
            history_dictionaries_find(dictionaries, segment->footer.dictionaries[i], error);
        if (segment->dictionaries[i] == NULL)
            return false;
    }
    return true;
}

struct history_segment *history_segment_open(
    struct disk *disk, uint64_t id, struct history_dictionaries *dictionaries, struct error *error) {
    struct history_segment *segment = MEM_NEW(struct history_segment);
    segment->id = id;
    segment->references = 1;
    if (open_file(segment, disk, dictionaries, error))
        return segment;
    (void)in_segment(segment, error);
    history_segment_close(segment);
    return NULL;
}

void history_segment_close(struct history_segment *segment) {
    if (segment == NULL)
        return;
    disk_close(segment->file);
    history_footer_finish(&segment->footer);
    mem_free(segment);
}

uint64_t history_segment_end(const struct history_segment *segment) {
    return segment->footer.first_position + segment->footer.doc_count;
}

/* The content of a page, until the reader needs its slot for another. */
static const uint8_t *get_page(const struct history_segment *segment, struct history_reader *reader,
    uint32_t page, struct error *error) {
    struct history_reader_page **slot =
        &reader->pages[(page ^ segment->id * 0x9e3779b1U) % HISTORY_READER_PAGES];
    if (*slot != NULL && (*slot)->segment_id == segment->id && (*slot)->page == page)
        return (*slot)->content;
    uint8_t bytes[HISTORY_PAGE_SIZE];
    uint64_t offset = history_pages_offset(segment->footer.data_end) + (uint64_t)page * HISTORY_PAGE_SIZE;
    ASSERT(page < segment->footer.page_count);
    if (!disk_read_exactly(segment->file, offset, bytes, sizeof bytes, error)) {
        (void)in_segment(segment, error);
        return NULL;
    }
    if (load_u32(bytes + HISTORY_PAGE_ROOM) != hash_crc32c(page, bytes_of(bytes, HISTORY_PAGE_ROOM))) {
        (void)corrupt(segment, error, "checksum of a page does not match");
        return NULL;
    }
    if (*slot == NULL)
        *slot = MEM_NEW(struct history_reader_page);
    (*slot)->segment_id = segment->id;
    (*slot)->page = page;
    memcpy((*slot)->content, bytes, HISTORY_PAGE_ROOM);
    return (*slot)->content;
}

bool history_table_entry(const struct history_segment *segment, struct history_reader *reader,
    enum history_table table, uint32_t index, uint64_t *ret_key, uint32_t *ret_value, struct error *error) {
    const struct history_footer_table *place = &segment->footer.tables[table];
    ASSERT(index < place->entry_count);
    uint32_t per_page = history_table_entries_per_page(table);
    const uint8_t *page = get_page(segment, reader, place->first_page + index / per_page, error);
    if (page == NULL)
        return false;
    const uint8_t *entry = page + index % per_page * history_table_entry_size(table);
    *ret_key = load_u64(entry);
    *ret_value = table == HISTORY_IDS ? 0 : load_u32(entry + 8);
    return true;
}

/* The last page whose first key is below `key`, else the first page. */
static uint32_t page_before(const struct history_footer_table *place, uint32_t page_count, uint64_t key) {
    uint32_t low = 0;
    uint32_t high = page_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (place->first_keys[middle] < key)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool history_table_search(const struct history_segment *segment, struct history_reader *reader,
    enum history_table table, uint64_t key, uint32_t *ret_index, struct error *error) {
    const struct history_footer_table *place = &segment->footer.tables[table];
    uint32_t page_count = history_table_page_count(table, place->entry_count);
    if (page_count == 0 || place->first_keys[0] >= key) {
        *ret_index = 0;
        return true;
    }
    uint32_t number = page_before(place, page_count, key);
    const uint8_t *page = get_page(segment, reader, place->first_page + number, error);
    if (page == NULL)
        return false;
    size_t entry_size = history_table_entry_size(table);
    uint32_t per_page = history_table_entries_per_page(table);
    uint32_t low = 0;
    uint32_t high = place->entry_count - number * per_page;
    if (high > per_page)
        high = per_page;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (load_u64(page + middle * entry_size) < key)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_index = number * per_page + low;
    return true;
}

bool history_section_read(const struct history_segment *segment, struct history_reader *reader,
    enum history_section section, uint64_t place, struct history_span *into, struct error *error) {
    const struct history_footer_section *part = &segment->footer.sections[section];
    if (place > part->size)
        return corrupt(segment, error, "a place outside of its section");
    if (into->size > part->size - place)
        into->size = (size_t)(part->size - place);
    for (size_t done = 0; done < into->size;) {
        uint64_t at = place + done;
        const uint8_t *page =
            get_page(segment, reader, part->first_page + (uint32_t)(at / HISTORY_PAGE_ROOM), error);
        if (page == NULL)
            return false;
        size_t start = (size_t)(at % HISTORY_PAGE_ROOM);
        size_t size =
            HISTORY_PAGE_ROOM - start < into->size - done ? HISTORY_PAGE_ROOM - start : into->size - done;
        memcpy(into->data + done, page + start, size);
        done += size;
    }
    return true;
}

static size_t rows_of(const struct history_segment *segment, uint32_t chunk) {
    uint32_t left = segment->footer.doc_count - chunk * HISTORY_COLUMN_CHUNK;
    return left < HISTORY_COLUMN_CHUNK ? left : HISTORY_COLUMN_CHUNK;
}

static bool read_chunk(const struct history_segment *segment, struct history_reader *reader, uint32_t chunk,
    struct history_span *into, struct error *error) {
    uint64_t key = 0;
    uint32_t place = 0;
    if (chunk >= segment->footer.tables[HISTORY_CHUNKS].entry_count)
        return corrupt(segment, error, "a rank beyond the last");
    return history_table_entry(segment, reader, HISTORY_CHUNKS, chunk, &key, &place, error) &&
           history_section_read(segment, reader, HISTORY_COLUMNS, place, into, error);
}

bool history_segment_row(const struct history_segment *segment, struct history_reader *reader, uint32_t rank,
    int64_t *ret_time_ms, uint32_t *ret_offset, struct error *error) {
    uint8_t bytes[HISTORY_COLUMN_CHUNK_SIZE_MAX];
    struct history_span span = {bytes, sizeof bytes};
    uint32_t chunk = rank / HISTORY_COLUMN_CHUNK;
    if (!read_chunk(segment, reader, chunk, &span, error))
        return false;
    uint32_t offset = 0;
    if (rank >= segment->footer.doc_count ||
        !history_column_get(bytes_of(bytes, span.size), rows_of(segment, chunk), rank % HISTORY_COLUMN_CHUNK,
            ret_time_ms, &offset) ||
        offset >= segment->footer.doc_count)
        return corrupt(segment, error, "a damaged column");
    *ret_offset = offset;
    return true;
}

bool history_segment_chunk(const struct history_segment *segment, struct history_reader *reader,
    uint32_t chunk, struct history_column_chunk *ret_chunk, struct error *error) {
    uint8_t bytes[HISTORY_COLUMN_CHUNK_SIZE_MAX];
    struct history_span span = {bytes, sizeof bytes};
    if (!read_chunk(segment, reader, chunk, &span, error))
        return false;
    if (!history_column_decode(bytes_of(bytes, span.size), rows_of(segment, chunk), ret_chunk))
        return corrupt(segment, error, "a damaged column");
    for (size_t i = 0; i < ret_chunk->count; i++)
        if (ret_chunk->offsets[i] >= segment->footer.doc_count)
            return corrupt(segment, error, "a column with an offset beyond the last");
    return true;
}

/* Chunks ascend by (time, position), but their table knows times only: equal times are settled by looking. */
static bool chunk_starts_before(const struct history_segment *segment, struct history_reader *reader,
    uint32_t chunk, int64_t time_ms, uint64_t position, bool *ret_before, struct error *error) {
    int64_t first_ms = 0;
    uint32_t offset = 0;
    if (!history_segment_row(segment, reader, chunk * HISTORY_COLUMN_CHUNK, &first_ms, &offset, error))
        return false;
    uint64_t first_position = segment->footer.first_position + offset;
    *ret_before = first_ms != time_ms ? first_ms < time_ms : first_position < position;
    return true;
}

bool history_segment_rank_before(const struct history_segment *segment, struct history_reader *reader,
    int64_t time_ms, uint64_t position, uint32_t *ret_rank, struct error *error) {
    if (time_ms > segment->footer.time_ms_max) {
        *ret_rank = segment->footer.doc_count;
        return true;
    }
    uint32_t low = 0; /* chunks before it start before the pair, chunks from `high` on do not */
    uint32_t high = segment->footer.tables[HISTORY_CHUNKS].entry_count;
    uint32_t first_equal = 0;
    if (!history_table_search(
            segment, reader, HISTORY_CHUNKS, history_time_key(time_ms), &first_equal, error))
        return false;
    low = first_equal;
    if (time_ms < INT64_MAX &&
        !history_table_search(segment, reader, HISTORY_CHUNKS, history_time_key(time_ms + 1), &high, error))
        return false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        bool before = false;
        if (!chunk_starts_before(segment, reader, middle, time_ms, position, &before, error))
            return false;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) {
        *ret_rank = 0;
        return true;
    }
    struct history_column_chunk chunk;
    if (!history_segment_chunk(segment, reader, low - 1, &chunk, error))
        return false;
    uint32_t row = 0;
    for (; row < chunk.count; row++) {
        uint64_t at = segment->footer.first_position + chunk.offsets[row];
        if (chunk.times_ms[row] > time_ms || (chunk.times_ms[row] == time_ms && at >= position))
            break;
    }
    *ret_rank = (low - 1) * HISTORY_COLUMN_CHUNK + row;
    return true;
}
