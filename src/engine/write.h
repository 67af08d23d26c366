/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: the write job: records gathered in memory, sorted by event time, to a Parquet file. What the engine
 * gets is sorted already, so it sorts nothing; it holds one row group at a time.
 *
 * Threads: the worker's own.
 */
#pragma once

#include "rows.h"
#include "vectors.h"

struct engine_write_record {
    int64_t time_ms;
    struct str text;
};

struct engine_write {
    struct engine_rows_source source; /* first: the table function finds it there */
    bool keep_json;
    struct engine_write_record *records;
    size_t record_count, record_capacity;
    uint64_t bytes;
    size_t written_count;
    struct arena arena; /* the records */
    struct engine_columns columns;
    struct engine_vectors vectors;
    struct engine_cell cells[ENGINE_COLUMN_COUNT];
};

/* The worker's database and connection are used. `write` stays where it is until it is finished. */
void engine_write_init(struct engine_write *write, struct engine_worker *worker, bool keep_json);
void engine_write_finish(struct engine_write *write);

/* Copies the record. ERROR_LIMIT where a quarter of the job's memory is full. */
NODISCARD bool engine_write_add(struct engine_write *write, struct str record, struct error *error);

/* Make the file at `path`. */
NODISCARD bool engine_write_make(
    struct engine_write *write, const char *path, struct engine_file *ret_file, struct error *error);
