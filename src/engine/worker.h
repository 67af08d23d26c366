/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker: the worker's side: what a job's function gets, and how it hears and answers. A worker does one job
 * on one thread (the library has more), and ends with the process: nothing is freed on purpose.
 *
 * Threads: the worker's own.
 */
#pragma once

#include "job.h"
#include "library.h"

struct engine_worker {
    struct engine_job job;
    struct engine_library library;
    struct duckdb_database *database;
    struct duckdb_connection *connection; /* to an empty database in memory */
    struct disk *disk;                    /* the data folder, for a job that writes by itself */
    struct arena arena;                   /* for the whole job */
    struct buf input;                     /* the last payload heard */
    int io_descriptor;                    /* for process_io_read_bytes() */
};

/* Hear the next frame; `ret_payload` lives until the next call and is followed by JSON_PADDING readable
 * bytes. ERROR_UNAVAILABLE: the parent is gone. */
NODISCARD bool engine_worker_hear(struct engine_worker *worker, enum engine_frame_kind *ret_kind,
    struct bytes *ret_payload, struct error *error);
/* Say a frame. ERROR_UNAVAILABLE: nobody listens. */
NODISCARD bool engine_worker_say(enum engine_frame_kind kind, struct bytes payload, struct error *error);

/* Run SQL of ours for its effect. What the library says becomes the error: ERROR_LIMIT for want of memory,
 * else `kind`. */
NODISCARD bool engine_worker_run(
    struct engine_worker *worker, const char *sql, enum error_kind kind, struct error *error);
/* The result's error as ours, false; the result is destroyed by the caller. */
bool engine_worker_fault(
    struct engine_worker *worker, struct duckdb_result *result, enum error_kind kind, struct error *error);
/* The same of a message of the library, or NULL where it gives none. */
bool engine_worker_tell(const char *message, enum error_kind kind, struct error *error);

/* The path of a file of the job, with the data folder in front; in the worker's arena. */
const char *engine_worker_path(struct engine_worker *worker, const char *name);
/* Append a text as an SQL literal, in quotes. */
void engine_append_literal(struct buf *buf, struct str text);

/* The jobs. Each runs when the worker is locked down and its database open; it hears and says what the job
 * needs, and has said the last frame when it returns true. A failure is said by the caller. */
NODISCARD bool engine_work_query(struct engine_worker *worker, struct error *error);
NODISCARD bool engine_work_write(struct engine_worker *worker, struct error *error);
NODISCARD bool engine_work_merge(struct engine_worker *worker, struct error *error);
