/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job: what a worker is told to do, and the answers that are not rows, with their encoding
 * (docs/formats/worker.md). Pure.
 *
 * Threads: any.
 */
#pragma once

#include "engine/engine.h"

#include "frame.h"

enum { ENGINE_JOB_VERSION = 1, ENGINE_TABLES_MAX = 64, ENGINE_FILES_MAX = 1 << 20 };

enum engine_job_kind {
    ENGINE_JOB_CHECK,
    ENGINE_JOB_QUERY,
    ENGINE_JOB_WRITE,
    ENGINE_JOB_MERGE,
    ENGINE_JOB_STANDBY, /* get ready for a query, which is the next job */
};

struct engine_job {
    enum engine_job_kind kind;
    struct str root, library; /* paths */
    uint64_t memory_bytes;
    unsigned threads;
    bool allow_unconfined;
    /* query */
    struct str statement;
    const struct engine_table *tables;
    size_t table_count;
    int64_t timeout_ms;
    bool check_only;
    /* write and merge */
    struct str name;          /* of the file to make, below root */
    bool keep_json;           /* write */
    bool is_sorted;           /* write: each record has its time before it, and they rise */
    const char *const *names; /* merge: of the files to read */
    size_t name_count;
    struct moment oldest; /* merge */
};

/* The payload of ENGINE_FRAME_JOB. ERROR_LIMIT where it is too large for a frame. */
NODISCARD bool engine_job_append(struct buf *buf, const struct engine_job *job, struct error *error);
/* Texts borrow the payload, the rest is in the arena. ERROR_CORRUPT. */
NODISCARD bool engine_job_parse(
    struct arena *arena, struct bytes payload, struct engine_job *ret_job, struct error *error);

/* ENGINE_FRAME_FILE. */
void engine_file_append(struct buf *buf, const struct engine_file *file);
NODISCARD bool engine_file_parse(struct bytes payload, struct engine_file *ret_file, struct error *error);

/* ENGINE_FRAME_FAILED: a parsed one is in `error`, of the kinds that a worker may have, printable, and cut.
 */
void engine_failure_append(struct buf *buf, const struct error *error);
void engine_failure_parse(struct bytes payload, struct error *error);

/* ENGINE_FRAME_DONE, and at the end of ENGINE_FRAME_ROWS: bytes read from files so far. */

/* Rows: texts, or null, row after row. Appending gathers; the head is put in front at the end. */
void engine_value_append(struct buf *buf, struct str value); /* data NULL: null */
struct engine_answer_rows {
    uint64_t bytes_scanned;
    size_t row_count;
    const struct str *values; /* borrow the payload */
};
/* ENGINE_FRAME_ROWS is: bytes scanned, rows, values. */
NODISCARD bool engine_rows_parse(struct arena *arena, struct bytes payload, size_t column_count,
    struct engine_answer_rows *ret_rows, struct error *error);
/* ENGINE_FRAME_COLUMNS is: names. */
NODISCARD bool engine_columns_parse(struct arena *arena, struct bytes payload, const struct str **ret_columns,
    size_t *ret_count, struct error *error);
