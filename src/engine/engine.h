/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: the SQL engine (DuckDB), in worker processes only. The daemon never loads the library: each job,
 * writing a file of events, merging files, answering a query, is one short-lived process of the same binary
 * (`cairn worker`), started by exec with a clean environment, that locks itself down before it touches a byte
 * from outside: Landlock (only its own files), seccomp (no sockets, no exec), limits on memory, files and
 * time. It refuses to run where neither Landlock nor another user id is to be had, unless an option says so.
 *
 * Names of files are relative to the root of the data folder, as sys/disk.h has them. What a writer or merger
 * made is complete when the call returns, and durable once the caller has synced file and folder.
 *
 * Format:  docs/formats/worker.md (what parent and worker say to each other), docs/formats/lake.md (columns)
 * Threads: an engine any; a writer or query its owner, except engine_query_cancel(): any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"

struct engine;

struct engine_options {
    const char *root;      /* absolute path of the data folder */
    const char *library;   /* path of libduckdb.so; NULL or empty: where the build puts it, see library.c */
    const char *program;   /* NULL: this program */
    uint64_t memory_bytes; /* of one worker; 0: 1 GiB */
    unsigned threads;      /* of one query; 0: as many as there are processors, at most 4 */
    bool allow_unconfined; /* run workers even where the kernel cannot lock them down */
    int64_t standby_ms;    /* how long a worker waits for a query, see engine_standby_start(); 0: a minute */
};

/* Never fails for want of the library: engine_check() and every job tell. */
struct engine *engine_create(const struct engine_options *options);
void engine_destroy(struct engine *engine); /* its jobs must be over; NULL is fine */

/* Could a job run? ERROR_UNAVAILABLE says what is missing and what to do: no library, another version of it,
 * no way to lock a worker down. The answer is remembered for a while. */
NODISCARD bool engine_check(struct engine *engine, struct error *error);

/* Start the worker of a coming query, so that it loads the library while nobody waits for it, which takes
 * most of a small query's time. One waits at most; none where it cannot be started, which the query tells. It
 * has seen nothing from outside, and locks itself down when it knows which files its query may read. */
void engine_standby_start(struct engine *engine);
/* End the one that has waited too long. To be called now and then. */
void engine_standby_tidy(struct engine *engine);

/* Which columns a file has: docs/formats/lake.md. All of the Lake's columns, always. */
struct engine_file { /* what a worker says of the file that it made */
    uint64_t rows, bytes;
    struct moment oldest, newest; /* event times, both in the file */
};

/* Write records (each one CloudTrail record of any category, checked before) to a new Parquet file, sorted by
 * event time. A file takes as many bytes of records as are a quarter of `memory_bytes`: ERROR_LIMIT. `add`
 * may wait for the worker. Ends with finish or abandon, which leaves no file. Errors of the worker come from
 * add or finish; ERROR_UNAVAILABLE as engine_check(). */
struct engine_writer;
NODISCARD struct engine_writer *engine_writer_begin(
    struct engine *engine, const char *name, bool keep_json, struct error *error);
NODISCARD bool engine_writer_add(struct engine_writer *writer, struct bytes record, struct error *error);

/* The same for records that come sorted, with their times, which never fall: it takes less time, the memory
 * of a row group, and as many as there are. `time`: as event_parse() takes it; the file has it as eventtime.
 */
NODISCARD struct engine_writer *engine_writer_begin_sorted(
    struct engine *engine, const char *name, bool keep_json, struct error *error);
NODISCARD bool engine_writer_add_sorted(
    struct engine_writer *writer, struct moment time, struct bytes record, struct error *error);

NODISCARD bool engine_writer_finish(
    struct engine_writer *owned_writer, struct engine_file *ret_file, struct error *error);
void engine_writer_abandon(struct engine_writer *owned_writer); /* NULL is fine */

/* Merge files into a new one, sorted; rows of events before `oldest` are left out. Takes the memory of some
 * tens of thousands of rows, however many there are: 384 MiB is enough for usual records, ERROR_LIMIT where
 * it is not. */
struct engine_merge {
    const char *const *names;
    size_t name_count;
    const char *into;
    struct moment oldest; /* MOMENT_MIN: all */
};
NODISCARD bool engine_merge(struct engine *engine, const struct engine_merge *merge,
    struct engine_file *ret_file, struct error *error);

struct engine_table {
    struct str id; /* as statements name it */
    const char *const *names;
    size_t name_count;    /* 0: an empty table */
    uint64_t rows;        /* of all files, as the caller knows: for events_scanned only */
    struct moment oldest; /* rows of events before it are not shown; MOMENT_MIN: all */
};
struct engine_query_options {
    struct str statement; /* the user's own text: the worker rewrites and checks it */
    const struct engine_table *tables;
    size_t table_count;
    int64_t timeout_ms; /* killed after it: ERROR_LIMIT "timed out"; 0: never */
    bool check_only;    /* rewrite, check, bind, and end without rows */
};

/* Start; the statement's faults come from the first engine_query_next(): ERROR_INVALID "line 1:8: ...". */
struct engine_query;
NODISCARD struct engine_query *engine_query_start(
    struct engine *engine, const struct engine_query_options *options, struct error *error);
void engine_query_destroy(struct engine_query *query); /* kills what still runs; NULL is fine */

/* The next rows, as texts: what AWS answers are always texts. `row_count` 0 at the end, which is only then
 * the end of a complete answer. ERROR_INVALID: the statement's fault; ERROR_LIMIT: memory or time;
 * ERROR_CONFLICT: cancelled; ERROR_UNAVAILABLE: the worker. All live until the next call. */
struct engine_rows {
    const struct str *columns; /* names, as AWS gives them: unnamed ones are _col0, _col1 */
    size_t column_count, row_count;
    const struct str *values; /* row after row; data NULL: null */
};
NODISCARD bool engine_query_next(
    struct engine_query *query, struct engine_rows *ret_rows, struct error *error);
void engine_query_cancel(struct engine_query *query);

struct engine_statistics {   /* so far */
    uint64_t bytes_scanned;  /* read from the files */
    uint64_t events_scanned; /* rows of the files that it names */
    uint64_t events_matched; /* rows that it answered */
    int64_t elapsed_ms;
};
struct engine_statistics engine_query_statistics(const struct engine_query *query);

/* The worker's side: what main() calls for `cairn worker`; returns the exit code. Nobody else calls it. */
int engine_worker(int argc, char **argv);
