/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: the write job: records gathered in memory, sorted by event time, to a Parquet file. It takes no
 * library: one row group after the other goes from records to columns to the file.
 *
 * Threads: the worker's own.
 */
#pragma once

#include "columns.h"
#include "worker.h"

struct engine_write_record {
    int64_t time_ms;
    struct str text;
};

struct engine_write {
    bool keep_json;
    uint64_t bytes, bytes_max; /* of the records */
    struct engine_write_record *records;
    size_t record_count, record_capacity;
    struct arena arena; /* the records */
    struct engine_columns columns;
    struct engine_cell cells[ENGINE_COLUMN_COUNT];
};

/* `bytes_max`: of all records together. */
void engine_write_init(struct engine_write *write, uint64_t bytes_max, bool keep_json);
void engine_write_finish(struct engine_write *write);

/* Copies the record. ERROR_LIMIT where they would be too many bytes. */
NODISCARD bool engine_write_add(struct engine_write *write, struct str record, struct error *error);

/* Make the file, or leave none. */
NODISCARD bool engine_write_make(struct engine_write *write, struct disk *disk, const char *name,
    struct engine_file *ret_file, struct error *error);
