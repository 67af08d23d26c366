/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queries: Lake queries from StartQuery to their last page: queued, each run by a worker of the engine, kept
 * for 7 days, delivered to a bucket. State is in the catalog (catalog/queries.h), rows are in files under
 * DIR/lake/results.
 *
 * Promise: an accepted query ends in a state that stays; one that a crash or a stop interrupted runs again at
 * the next start. What is answered are whole rows of the query's own file and nothing else.
 *
 * Format:  docs/formats/query-results.md
 * Threads: queries_start() and queries_stop() one; everything else any. Its lock comes before the catalog's:
 *          within a change only queries_add(), queries_cancel() and queries_read() may be called.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "catalog/queries.h"

struct clock;
struct disk;
struct engine;
struct lake;
struct objects;
struct queries;

enum {
    QUERIES_PAGE_ROWS_MAX = 1000,    /* AWS: MaxQueryResults */
    QUERIES_PAGE_BYTES_MAX = 4 << 20 /* names too; a page ends behind the row that reaches it */
};

struct queries_options { /* all borrowed */
    struct disk *disk;
    struct catalog *catalog;
    struct engine *engine;
    struct lake *lake;
    struct objects *objects;
    struct clock *clock;              /* NULL: the real one */
    unsigned concurrency;             /* run at one time; 0: 2 */
    unsigned open_max;                /* queued and running of an account and region; 0: 10, as AWS */
    int64_t timeout_ms;               /* 0: an hour, as AWS */
    int64_t result_retention_ms;      /* 0: 7 days, as AWS */
    uint64_t result_bytes_max;        /* of one query's rows; 0: 1 GiB */
    int64_t key_rotation_interval_ms; /* of the keys that sign what is delivered: those of digests */
};

/* Makes the folder "lake/results" where it is missing, and drops what no query owns. */
NODISCARD struct queries *queries_create(const struct queries_options *options, struct error *error);
void queries_destroy(struct queries *queries); /* NULL is fine */

/* Its threads: what was queued, interrupted or not delivered goes on. Stopping cuts what runs. */
void queries_start(struct queries *queries);
void queries_stop(struct queries *queries);

/* A statement, and whose it is: accounts take turns. */
struct queries_statement {
    struct str account, text;
};

/* Would the engine take it? Rewrites, checks and binds, by a worker unless it passed lately: ERROR_INVALID
 * "line 1:8: ...", for InvalidQueryStatementException. The ids of the stores that it names come back whenever
 * they can be read off, on failure too; whether they exist, and who may read them, is the caller's question.
 */
NODISCARD bool queries_check(struct queries *queries, struct arena *arena,
    const struct queries_statement *statement, const struct str **ret_store_ids, size_t *ret_count,
    struct error *error);

/* No check begins from here on, and those under way end within seconds: ERROR_UNAVAILABLE. For the end of the
 * daemon, whose connections would else wait for statements that plan for long. */
void queries_end_checks(struct queries *queries);

/* Add one, QUEUED, in the change: catalog_query_add() with the limit. Then, after the commit, wake. */
NODISCARD bool queries_add(struct queries *queries, struct catalog_change *change,
    const struct catalog_query *query, struct error *error);
void queries_wake(struct queries *queries);

/* Cancel one that is queued or running, in the change. ERROR_CONFLICT where it has ended, ERROR_NOT_FOUND.
 * `ret_query` is as it then stands. Then, after the commit and not before, queries_cut() stops what runs of
 * it: a thread that looks for a query waits for the change with the lock that this takes. */
NODISCARD bool queries_cancel(struct queries *queries, struct catalog_change *change, struct str query_id,
    struct arena *arena, struct catalog_query *ret_query, struct error *error);
void queries_cut(struct queries *queries, struct str query_id);

/* Rows that are there, from row `from` on, at most `count_max`: all of a finished query, what was written so
 * far of others. */
struct queries_page {
    const struct str *columns; /* names */
    size_t column_count, row_count;
    const struct str *values; /* row after row; data NULL: null */
    uint64_t next;            /* row that the next page begins with; 0: there is none yet */
};
NODISCARD bool queries_read(struct queries *queries, struct str query_id, uint64_t from, size_t count_max,
    struct arena *arena, struct queries_page *ret_page, struct error *error);

/* Drop some of what is past its retention. */
NODISCARD bool queries_maintain(struct queries *queries, struct moment now, struct error *error);

struct queries_stats { /* since the start; queued and running: now */
    uint64_t finished, failed, cancelled, timed_out, bytes_scanned;
    unsigned queued, running;
};
struct queries_stats queries_stats(struct queries *queries);
