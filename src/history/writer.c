/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer: blocks go straight through; everything after them stands in pages with a checksum each.
 * Tables whose entries come while another section is written wait in memory.
 */
#include "writer.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include "posting.h"
#include "segment.h"

#include <string.h>

enum { PENDING_SIZE = 256 * 1024, SYNC_STEP = 64 * 1024 * 1024 };

/* A table that is being written page by page, or whose entries wait in `entries`. */
struct table_writer {
    struct buf entries; /* key u64, value u32 */
    uint64_t *first_keys;
    uint32_t entry_count, first_page, page_count, page_capacity;
};

struct history_writer {
    struct disk *disk;
    struct disk_file *file;
    uint64_t size, synced; /* bytes handed in; bytes on disk for sure */
    struct buf pending;    /* not yet appended */
    uint8_t page[HISTORY_PAGE_SIZE];
    size_t page_used;
    uint32_t page_count; /* finished */
    struct buf scratch;
    struct table_writer tables[HISTORY_TABLE_COUNT];
    struct history_footer footer; /* first_keys stay NULL: the tables own them */
    int section;                  /* being written; -1: none */
    bool ids_begun;
    uint32_t columns_count;
};

struct history_writer *history_writer_create(struct disk *disk, uint64_t id, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(id, name);
    struct disk_file *file = disk_open(disk, name, DISK_CREATE, error);
    if (file == NULL)
        return NULL;
    struct history_writer *writer = MEM_NEW(struct history_writer);
    writer->disk = disk;
    writer->file = file;
    writer->section = -1;
    writer->pending = BUF_INIT(BUF_UNBOUNDED);
    writer->scratch = BUF_INIT(BUF_UNBOUNDED);
    for (unsigned i = 0; i < HISTORY_TABLE_COUNT; i++)
        writer->tables[i].entries = BUF_INIT(BUF_UNBOUNDED);
    history_header_append(&writer->pending);
    writer->size = writer->pending.size;
    return writer;
}

void history_writer_destroy(struct history_writer *writer) {
    if (writer == NULL)
        return;
    disk_close(writer->file);
    buf_finish(&writer->pending);
    buf_finish(&writer->scratch);
    for (unsigned i = 0; i < HISTORY_TABLE_COUNT; i++) {
        buf_finish(&writer->tables[i].entries);
        mem_free(writer->tables[i].first_keys);
    }
    mem_free(writer);
}

uint64_t history_writer_size(const struct history_writer *writer) {
    return writer->size;
}

/* Long files are synced as they grow, so that the last sync is short. */
static bool flush(struct history_writer *writer, struct error *error) {
    if (writer->pending.size > 0 &&
        !disk_append(writer->file, writer->pending.data, writer->pending.size, error))
        return false;
    buf_clear(&writer->pending);
    if (writer->size - writer->synced < SYNC_STEP)
        return true;
    writer->synced = writer->size;
    return disk_sync(writer->file, error);
}

static bool put(struct history_writer *writer, struct bytes bytes, struct error *error) {
    (void)buf_append_bytes(&writer->pending, bytes);
    writer->size += bytes.size;
    return writer->pending.size < PENDING_SIZE || flush(writer, error);
}

static void note_dictionary(struct history_footer *footer, uint32_t dictionary) {
    for (uint32_t i = 0; i < footer->dictionary_count; i++)
        if (footer->dictionaries[i] == dictionary)
            return;
    ASSERT(footer->dictionary_count < HISTORY_SEGMENT_DICTIONARIES_MAX);
    footer->dictionaries[footer->dictionary_count++] = dictionary;
}

static void hold_entry(struct table_writer *table, uint64_t key, uint32_t value) {
    (void)buf_append_u64(&table->entries, key);
    (void)buf_append_u32(&table->entries, value);
}

bool history_writer_add_block(struct history_writer *writer, uint32_t offset, struct bytes block,
    uint32_t dictionary, struct error *error) {
    ASSERT(writer->page_count == 0 && writer->size <= UINT32_MAX);
    hold_entry(&writer->tables[HISTORY_BLOCKS], offset, (uint32_t)writer->size);
    if (dictionary != 0)
        note_dictionary(&writer->footer, dictionary);
    return put(writer, block, error);
}

bool history_writer_end_blocks(struct history_writer *writer, struct error *error) {
    static const uint8_t zeros[HISTORY_PAGE_SIZE];
    writer->footer.data_end = writer->size;
    return put(writer, bytes_of(zeros, history_pages_offset(writer->size) - writer->size), error);
}

/* A page's checksum starts from its number, so that a page in the wrong place shows. */
static bool end_page(struct history_writer *writer, struct error *error) {
    if (writer->page_used == 0)
        return true;
    memset(writer->page + writer->page_used, 0, HISTORY_PAGE_ROOM - writer->page_used);
    store_u32(writer->page + HISTORY_PAGE_ROOM,
        hash_crc32c(writer->page_count, bytes_of(writer->page, HISTORY_PAGE_ROOM)));
    writer->page_used = 0;
    writer->page_count++;
    return put(writer, BYTES_OF(writer->page), error);
}

static bool put_paged(struct history_writer *writer, struct bytes bytes, struct error *error) {
    while (bytes.size > 0) {
        size_t room = HISTORY_PAGE_ROOM - writer->page_used;
        size_t size = bytes.size < room ? bytes.size : room;
        memcpy(writer->page + writer->page_used, bytes.data, size);
        writer->page_used += size;
        bytes.data += size;
        bytes.size -= size;
        if (writer->page_used == HISTORY_PAGE_ROOM && !end_page(writer, error))
            return false;
    }
    return true;
}

/* Append to a section; the first call of another section ends the one before. */
static bool put_section(
    struct history_writer *writer, enum history_section section, struct bytes bytes, struct error *error) {
    if (writer->section != (int)section) {
        ASSERT(writer->section < (int)section);
        if (!end_page(writer, error))
            return false;
        writer->section = (int)section;
        writer->footer.sections[section].first_page = writer->page_count;
    }
    writer->footer.sections[section].size += bytes.size;
    return put_paged(writer, bytes, error);
}

bool history_writer_add_columns(
    struct history_writer *writer, const struct history_column_chunk *chunk, struct error *error) {
    ASSERT(writer->columns_count % HISTORY_COLUMN_CHUNK == 0);
    writer->columns_count += (uint32_t)chunk->count;
    hold_entry(&writer->tables[HISTORY_CHUNKS], history_time_key(chunk->times_ms[0]),
        (uint32_t)writer->footer.sections[HISTORY_COLUMNS].size);
    buf_clear(&writer->scratch);
    history_column_append(&writer->scratch, chunk);
    return put_section(writer, HISTORY_COLUMNS, buf_bytes(&writer->scratch), error);
}

bool history_writer_add_term(
    struct history_writer *writer, uint64_t term, const uint32_t *ranks, size_t count, struct error *error) {
    struct table_writer *table = &writer->tables[HISTORY_TERMS];
    if (count == 1) {
        hold_entry(table, term, ranks[0] | HISTORY_RANK_INLINE);
        return true;
    }
    uint64_t place = writer->footer.sections[HISTORY_POSTINGS].size;
    ASSERT(place < HISTORY_RANK_INLINE);
    hold_entry(table, term, (uint32_t)place);
    buf_clear(&writer->scratch);
    history_posting_append(&writer->scratch, ranks, count);
    return put_section(writer, HISTORY_POSTINGS, buf_bytes(&writer->scratch), error);
}

static bool begin_table(struct history_writer *writer, enum history_table table, struct error *error) {
    if (!end_page(writer, error))
        return false;
    writer->tables[table].first_page = writer->page_count;
    return true;
}

static void note_first_key(struct table_writer *table, uint64_t key) {
    if (table->page_count == table->page_capacity) {
        table->page_capacity = table->page_capacity > 0 ? 2 * table->page_capacity : 64;
        table->first_keys =
            mem_resize_array(table->first_keys, table->page_capacity, sizeof *table->first_keys);
    }
    table->first_keys[table->page_count++] = key;
}

static bool put_entry(struct history_writer *writer, enum history_table number, uint64_t key, uint32_t value,
    struct error *error) {
    struct table_writer *table = &writer->tables[number];
    uint32_t place = table->entry_count++ % history_table_entries_per_page(number);
    if (place == 0) {
        if (!end_page(writer, error))
            return false;
        note_first_key(table, key);
    }
    size_t size = history_table_entry_size(number);
    uint8_t *entry = writer->page + writer->page_used;
    store_u64(entry, key);
    if (size > 8)
        store_u32(entry + 8, value);
    writer->page_used += size;
    ASSERT(writer->page_used <= HISTORY_PAGE_ROOM);
    return true;
}

bool history_writer_add_id(struct history_writer *writer, uint64_t key, struct error *error) {
    if (!writer->ids_begun && !begin_table(writer, HISTORY_IDS, error))
        return false;
    writer->ids_begun = true;
    return put_entry(writer, HISTORY_IDS, key, 0, error);
}

bool history_writer_add_place(struct history_writer *writer, struct str account, struct str region,
    uint64_t count, struct error *error) {
    buf_clear(&writer->scratch);
    (void)buf_append_varint(&writer->scratch, account.size);
    (void)buf_append_str(&writer->scratch, account);
    (void)buf_append_varint(&writer->scratch, region.size);
    (void)buf_append_str(&writer->scratch, region);
    (void)buf_append_varint(&writer->scratch, count);
    return put_section(writer, HISTORY_PLACES, buf_bytes(&writer->scratch), error);
}

static bool put_held(struct history_writer *writer, enum history_table number, struct error *error) {
    if (!begin_table(writer, number, error))
        return false;
    const struct buf *held = &writer->tables[number].entries;
    const uint8_t *entries = buf_bytes(held).data;
    for (size_t at = 0; at < held->size; at += 12)
        if (!put_entry(writer, number, load_u64(entries + at), load_u32(entries + at + 8), error))
            return false;
    return true;
}

static void fill_footer(struct history_writer *writer, const struct history_writer_facts *facts) {
    struct history_footer *footer = &writer->footer;
    ASSERT(writer->columns_count == facts->doc_count);
    footer->first_position = facts->first_position;
    footer->doc_count = facts->doc_count;
    footer->categories = facts->categories;
    footer->time_ms_min = facts->time_ms_min;
    footer->time_ms_max = facts->time_ms_max;
    footer->later_ms_min = facts->later_ms_min;
    footer->later_ms_max = facts->later_ms_max;
    footer->raw_bytes = facts->raw_bytes;
    footer->page_count = writer->page_count;
    for (unsigned i = 0; i < HISTORY_TABLE_COUNT; i++)
        footer->tables[i] = (struct history_footer_table){.first_page = writer->tables[i].first_page,
            .entry_count = writer->tables[i].entry_count,
            .first_keys = writer->tables[i].first_keys};
}

bool history_writer_finish(
    struct history_writer *writer, const struct history_writer_facts *facts, struct error *error) {
    if (!put_held(writer, HISTORY_TERMS, error) || !put_held(writer, HISTORY_BLOCKS, error) ||
        !put_held(writer, HISTORY_CHUNKS, error) || !end_page(writer, error))
        return false;
    fill_footer(writer, facts);
    buf_clear(&writer->scratch);
    history_footer_append(&writer->scratch, &writer->footer);
    return put(writer, buf_bytes(&writer->scratch), error) && flush(writer, error) &&
           disk_sync(writer->file, error) && disk_sync_directory(writer->disk, "history", error);
}
