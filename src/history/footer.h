/* SPDX-License-Identifier: Apache-2.0 */
/*
 * footer: the values at the end of a segment file, kept in memory while it is open.
 *
 * A segment holds consecutive journal positions. A document's offset is its position minus the
 * first, its rank its place in (event time, position) order. Blocks go by offset, posting lists
 * and columns by rank.
 *
 * Format:  docs/formats/history.md, "Segment"
 * Threads: values.
 */
#pragma once

#include "base/buf.h"

enum {
    HISTORY_PAGE_SIZE = 4096,
    HISTORY_PAGE_ROOM = HISTORY_PAGE_SIZE - 4, /* the rest is the page's CRC32C */
    HISTORY_SEGMENT_HEADER_SIZE = 16,
    HISTORY_SEGMENT_TAIL_SIZE = 16,
    HISTORY_SEGMENT_DOCS_MAX = 1 << 22,
    HISTORY_SEGMENT_TERMS_MAX = 5 << 20,
    HISTORY_SEGMENT_DICTIONARIES_MAX = 64,
    HISTORY_FOOTER_SIZE_MAX = 64 << 20,
    HISTORY_OFFSET_BITS = 24, /* of an offset inside an id key */
};

#define HISTORY_SEGMENT_DATA_MAX ((uint64_t)3 << 30) /* block offsets have 32 bits */

/* Runs of bytes in whole pages. */
enum history_section {
    HISTORY_COLUMNS,  /* chunks of (event time, offset) by rank */
    HISTORY_POSTINGS, /* lists of ranks */
    HISTORY_PLACES,   /* (account, region, count) */
    HISTORY_SECTION_COUNT
};

/* Runs of entries of one size, ascending by key; no entry crosses a page. */
enum history_table {
    HISTORY_IDS,    /* hash of the event id and offset */
    HISTORY_TERMS,  /* term -> its list */
    HISTORY_BLOCKS, /* first offset -> place in the file */
    HISTORY_CHUNKS, /* first event time -> place in HISTORY_COLUMNS */
    HISTORY_TABLE_COUNT
};

struct history_footer_section {
    uint32_t first_page;
    uint64_t size;
};

struct history_footer_table {
    uint32_t first_page;
    uint32_t entry_count;
    uint64_t *first_keys; /* of each page */
};

struct history_footer {
    uint64_t first_position;
    uint32_t doc_count;
    unsigned categories;
    int64_t time_ms_min, time_ms_max;   /* event time */
    int64_t later_ms_min, later_ms_max; /* the later of event time and arrival */
    uint64_t raw_bytes;                 /* of documents before compression */
    uint64_t data_end;                  /* blocks end here; pages begin at the next multiple of a page */
    uint32_t page_count;
    struct history_footer_section sections[HISTORY_SECTION_COUNT];
    struct history_footer_table tables[HISTORY_TABLE_COUNT];
    uint32_t dictionary_count;
    uint32_t dictionaries[HISTORY_SEGMENT_DICTIONARIES_MAX];
};

/* Bytes of a table's entry, and how many of them a page holds. */
static inline size_t history_table_entry_size(enum history_table table) {
    return table == HISTORY_IDS ? 8 : 12;
}
static inline uint32_t history_table_entries_per_page(enum history_table table) {
    return (uint32_t)(HISTORY_PAGE_ROOM / history_table_entry_size(table));
}
static inline uint32_t history_table_page_count(enum history_table table, uint32_t entry_count) {
    uint32_t per_page = history_table_entries_per_page(table);
    return (entry_count + per_page - 1) / per_page;
}

/* Event times as table keys: unsigned, in the same order. */
static inline uint64_t history_time_key(int64_t time_ms) {
    return (uint64_t)time_ms ^ 1ULL << 63;
}
static inline int64_t history_key_time(uint64_t key) {
    return (int64_t)(key ^ 1ULL << 63);
}

static inline uint64_t history_pages_offset(uint64_t data_end) {
    return (data_end + HISTORY_PAGE_SIZE - 1) / HISTORY_PAGE_SIZE * HISTORY_PAGE_SIZE;
}

/* The header that starts a segment file. */
void history_header_append(struct buf *buf);
NODISCARD bool history_header_check(const uint8_t header[HISTORY_SEGMENT_HEADER_SIZE], struct error *error);

/* Footer and the tail that ends the file. */
void history_footer_append(struct buf *buf, const struct history_footer *footer);

/* The footer's size from a file's last bytes. */
NODISCARD bool history_tail_read(const uint8_t tail[HISTORY_SEGMENT_TAIL_SIZE], uint32_t *ret_size,
    uint32_t *ret_crc, struct error *error);

/* Every number is checked against the others; `ret_footer` is then the caller's to finish. */
NODISCARD bool history_footer_read(
    struct bytes bytes, uint64_t file_size, struct history_footer *ret_footer, struct error *error);
void history_footer_finish(struct history_footer *footer);

/* A term's value: with this bit its only rank, else where its list stands in HISTORY_POSTINGS. */
#define HISTORY_RANK_INLINE 0x80000000U
