/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows: how rows of ours, with the Lake's columns, become a Parquet file: a table function of ours gives
 * them, and the engine copies what it gives, in that order.
 *
 * Threads: the worker's own.
 */
#pragma once

#include "columns.h"
#include "worker.h"

/* Where the rows come from: the first member of what both callbacks of the table function get. */
struct engine_rows_source {
    struct engine_worker *worker;
    const struct engine_columns *columns;
    int compression_level; /* of zstd */
    /* Fill a chunk, none at the end; false and the error where it fails. */
    bool (*fill)(struct engine_rows_source *source, struct duckdb_chunk *chunk);
    struct error error;
};

#define ENGINE_ROWS_FUNCTION "cairn_rows"

/* Make the rows known to the engine as the table function of that name; `source` stays where it is. Once in a
 * worker. */
NODISCARD bool engine_rows_register(struct engine_rows_source *source, struct error *error);

/* Then copy them all to a new file at `path`; tells rows and bytes, not the times. */
NODISCARD bool engine_rows_copy(
    struct engine_rows_source *source, const char *path, struct engine_file *ret_file, struct error *error);

/* The answer of the jobs that make a file. */
NODISCARD bool engine_rows_say(const struct engine_file *file, struct error *error);

/* Run SQL of ours and give the numbers of the first row, at most `count`; null is 0. */
NODISCARD bool engine_rows_numbers(
    struct engine_worker *worker, struct str sql, int64_t *ret_numbers, size_t count, struct error *error);
