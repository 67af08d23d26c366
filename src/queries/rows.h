/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows: the answer of a query as a file: the names of its columns, then blocks of rows
 * (docs/formats/query-results.md). Private to queries.
 *
 * Threads: a writer one owner; queries_rows_read() any, also while the file is written.
 */
#pragma once

#include "queries/queries.h"

struct disk;
struct engine_rows;

#define QUERIES_ROWS_FOLDER "lake/results"
enum {
    QUERIES_ROWS_NAME_SIZE = 64,
    QUERIES_ROW_BYTES_MAX = 16 << 20,
    QUERIES_COLUMNS_MAX = 4096,
};

/* "lake/results/<query id>.rows"; false where the id is none. */
NODISCARD bool queries_rows_name(struct str query_id, char ret_name[QUERIES_ROWS_NAME_SIZE]);

/* Begin the file anew. */
struct queries_rows_writer;
NODISCARD struct queries_rows_writer *queries_rows_begin(
    struct disk *disk, struct str query_id, uint64_t bytes_max, struct error *error);

/* ERROR_LIMIT where a row or all of them are too large. */
NODISCARD bool queries_rows_append(
    struct queries_rows_writer *writer, const struct engine_rows *rows, struct error *error);

/* What was appended is in the file for readers; for a query that ended it is durable, too. */
NODISCARD bool queries_rows_flush(struct queries_rows_writer *writer, bool durably, struct error *error);
uint64_t queries_rows_count(const struct queries_rows_writer *writer);
void queries_rows_close(struct queries_rows_writer *owned_writer); /* NULL is fine */

/* As queries_read(). A file that is not there yet has no columns and no rows. */
NODISCARD bool queries_rows_read(struct disk *disk, struct str query_id, uint64_t from, size_t count_max,
    struct arena *arena, struct queries_page *ret_page, struct error *error);
NODISCARD bool queries_rows_remove(struct disk *disk, struct str query_id, struct error *error);
