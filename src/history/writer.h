/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer: one segment file, written from front to back. The order of calls is the order of the
 * file: blocks, then history_writer_end_blocks(), columns, terms, ids, places, finish.
 * The file counts for nothing until a manifest names it.
 *
 * Threads: the maintainer.
 */
#pragma once

#include "column.h"
#include "footer.h"

struct disk;
struct history_writer;

/* What the footer says of the events as a whole; the caller fills it in as it learns it. */
struct history_writer_facts {
    uint64_t first_position;
    uint32_t doc_count;
    unsigned categories;
    int64_t time_ms_min, time_ms_max, later_ms_min, later_ms_max;
    uint64_t raw_bytes;
};

NODISCARD struct history_writer *history_writer_create(struct disk *disk, uint64_t id, struct error *error);

/* Frees; a file that was not finished stays behind for the next open to remove. */
void history_writer_destroy(struct history_writer *writer);
uint64_t history_writer_size(const struct history_writer *writer);

/* A block as it stands in the file (header and frame) whose first document has `offset`. */
NODISCARD bool history_writer_add_block(struct history_writer *writer, uint32_t offset, struct bytes block,
    uint32_t dictionary, struct error *error);
NODISCARD bool history_writer_end_blocks(struct history_writer *writer, struct error *error);

/* One full chunk after another; only the last may be shorter. */
NODISCARD bool history_writer_add_columns(
    struct history_writer *writer, const struct history_column_chunk *chunk, struct error *error);

/* Terms ascend; ranks ascend. */
NODISCARD bool history_writer_add_term(
    struct history_writer *writer, uint64_t term, const uint32_t *ranks, size_t count, struct error *error);

/* Keys ascend; made with history_id_key(). */
NODISCARD bool history_writer_add_id(struct history_writer *writer, uint64_t key, struct error *error);
NODISCARD bool history_writer_add_place(struct history_writer *writer, struct str account, struct str region,
    uint64_t count, struct error *error);

/* Tables, footer, sync of file and folder. */
NODISCARD bool history_writer_finish(
    struct history_writer *writer, const struct history_writer_facts *facts, struct error *error);

static inline uint64_t history_id_key(uint64_t id_hash, uint32_t offset) {
    return id_hash >> HISTORY_OFFSET_BITS << HISTORY_OFFSET_BITS | offset;
}
