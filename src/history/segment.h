/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment: one sealed file, read. Immutable, so that any number of threads reads it, each with its own
 * reader; counted references (guarded by history's mutex) keep it open while somebody does.
 * Every byte is checked before it is believed: ERROR_CORRUPT names the file.
 *
 * Format:  docs/formats/history.md, "Segment"
 * Threads: any, once open.
 */
#pragma once

#include "column.h"
#include "dictionary.h"
#include "document.h"
#include "posting.h"
#include "reader.h"

enum { HISTORY_BLOCK_HEADER_SIZE = 16 };

struct history_segment {
    struct disk_file *file;
    uint64_t id, file_size;
    struct history_footer footer;
    const struct zstd_dictionary *dictionaries[HISTORY_SEGMENT_DICTIONARIES_MAX]; /* as footer.dictionaries */
    size_t references;
};

/* "history/00000000000000a.segment"; and back, 0 where the name is no segment's. */
void history_segment_name(uint64_t id, char ret_name[HISTORY_NAME_SIZE]);
uint64_t history_segment_id_of_name(const char *name);

NODISCARD struct history_segment *history_segment_open(
    struct disk *disk, uint64_t id, struct history_dictionaries *dictionaries, struct error *error);
void history_segment_close(struct history_segment *segment);

/* The position after the last. */
uint64_t history_segment_end(const struct history_segment *segment);

/* Tables. history_table_search() gives the first entry whose key is at least `key` (entry_count where none).
 */
NODISCARD bool history_table_entry(const struct history_segment *segment, struct history_reader *reader,
    enum history_table table, uint32_t index, uint64_t *ret_key, uint32_t *ret_value, struct error *error);
NODISCARD bool history_table_search(const struct history_segment *segment, struct history_reader *reader,
    enum history_table table, uint64_t key, uint32_t *ret_index, struct error *error);

/* Fill `into` from a section at `place`; its size shrinks where the section ends before. */
struct history_span {
    uint8_t *data;
    size_t size;
};
NODISCARD bool history_section_read(const struct history_segment *segment, struct history_reader *reader,
    enum history_section section, uint64_t place, struct history_span *into, struct error *error);

/* Event time and offset of a rank; a whole chunk of them. */
NODISCARD bool history_segment_row(const struct history_segment *segment, struct history_reader *reader,
    uint32_t rank, int64_t *ret_time_ms, uint32_t *ret_offset, struct error *error);
NODISCARD bool history_segment_chunk(const struct history_segment *segment, struct history_reader *reader,
    uint32_t chunk, struct history_column_chunk *ret_chunk, struct error *error);

/* How many documents come before (time, position). */
NODISCARD bool history_segment_rank_before(const struct history_segment *segment,
    struct history_reader *reader, int64_t time_ms, uint64_t position, uint32_t *ret_rank,
    struct error *error);

/* The document at an offset; its texts live in the reader until its next few blocks. */
NODISCARD bool history_segment_document(const struct history_segment *segment, struct history_reader *reader,
    uint32_t offset, struct history_document *ret_document, struct error *error);

/* Where a block stands, and its bytes with the checksum verified. */
struct history_block_place {
    uint32_t first_offset, doc_count;
    uint64_t start, end; /* in the file */
};
NODISCARD bool history_segment_block_place(const struct history_segment *segment,
    struct history_reader *reader, uint32_t index, struct history_block_place *ret_place,
    struct error *error);
NODISCARD bool history_block_check(struct bytes block, struct error *error);
uint32_t history_block_dictionary(struct bytes block);

/* The header that goes in front of a frame. */
void history_block_store_header(
    uint8_t block[HISTORY_BLOCK_HEADER_SIZE], struct bytes frame, uint32_t raw_size, uint32_t dictionary);

/* A walk along a posting list, newest first. */
struct history_posting_walk {
    const struct history_segment *segment;
    uint32_t count; /* in the list */
    uint32_t chunk; /* decoded below */
    uint32_t chunk_count;
    uint64_t skips, chunks; /* places in the section */
    uint32_t loaded, next;  /* of the chunk: how many, and the current one */
    uint32_t ranks[HISTORY_POSTING_CHUNK];
};

/* Start at the newest rank; an empty walk where the segment does not know the term. */
NODISCARD bool history_posting_walk_start(struct history_posting_walk *walk,
    const struct history_segment *segment, struct history_reader *reader, uint64_t term, struct error *error);
/* Start at the list of entry `index` of HISTORY_TERMS. */
NODISCARD bool history_posting_walk_open(struct history_posting_walk *walk,
    const struct history_segment *segment, struct history_reader *reader, uint32_t value,
    struct error *error);
bool history_posting_walk_ended(const struct history_posting_walk *walk);
uint32_t history_posting_walk_rank(const struct history_posting_walk *walk);
NODISCARD bool history_posting_walk_step(
    struct history_posting_walk *walk, struct history_reader *reader, struct error *error);
/* Go on to the first rank that is at most `rank`. */
NODISCARD bool history_posting_walk_seek(
    struct history_posting_walk *walk, struct history_reader *reader, uint32_t rank, struct error *error);

/* The next entry of HISTORY_PLACES before `end`; `ret_ended` where there is none. False where the bytes are
 * damaged. */
bool history_place_next(const uint8_t **cursor, const uint8_t *end, struct str *ret_account,
    struct str *ret_region, uint64_t *ret_event_count, bool *ret_ended);
