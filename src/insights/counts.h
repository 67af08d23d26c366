/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts: a file of counts, written once, sorted by series and time (docs/formats/insights.md).
 *
 * Threads: a writer or reader one owner.
 */
#pragma once

#include "codec/text.h"

#include "key.h"

struct disk;
struct insights_counts_writer;
struct insights_counts_reader;

enum { INSIGHTS_FILE_NAME_SIZE = 64 };

struct insights_counts_head {
    struct uuid cairn_id;
    uint64_t generation, number;
    uint32_t period_minutes; /* 1, 5 or 60: all times are multiples */
};

/* A count of one period. */
struct insights_count {
    uint64_t hash;
    struct bytes key;
    uint32_t minute, count;
};

void insights_counts_name(uint64_t number, char ret_name[INSIGHTS_FILE_NAME_SIZE]);

/* Counts come in order of (hash, key, minute); those of one period are added up. finish() makes the file
 * durable and returns its size; both it and destroy() free the writer. */
NODISCARD struct insights_counts_writer *insights_counts_create(
    struct disk *disk, const struct insights_counts_head *head, struct error *error);
NODISCARD bool insights_counts_add(
    struct insights_counts_writer *writer, const struct insights_count *count, struct error *error);
NODISCARD bool insights_counts_finish(
    struct insights_counts_writer *owned_writer, uint64_t *ret_bytes, struct error *error);
void insights_counts_destroy(struct insights_counts_writer *writer); /* NULL is fine */

/* ERROR_CORRUPT names the file, ERROR_CONFLICT tells of another Cairn's, ERROR_NOT_FOUND that it is gone. */
NODISCARD struct insights_counts_reader *insights_counts_open(
    struct disk *disk, const struct insights_counts_head *head, struct error *error);
void insights_counts_close(struct insights_counts_reader *reader); /* NULL is fine */

/* The next count in order; the key lives until the next call. `ret_done`: there is none. */
NODISCARD bool insights_counts_next(struct insights_counts_reader *reader, struct insights_count *ret_count,
    bool *ret_done, struct error *error);

/* Step to the first block that may have the series: what comes before it is not read. */
void insights_counts_seek(struct insights_counts_reader *reader, uint64_t hash);

int insights_count_compare(const struct insights_count *a, const struct insights_count *b);

/* The entries of one block, unpacked: for the reader, and to be fuzzed. */
struct insights_counts_block {
    const uint8_t *at, *end;
    struct insights_count count; /* of the entry under way */
    uint64_t left;
    uint32_t period_minutes;
};
NODISCARD bool insights_counts_block_next(
    struct insights_counts_block *block, bool *ret_done, struct error *error);
