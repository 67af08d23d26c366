/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: Lake queries from StartQuery to their last page: queued, run by a worker each, kept for 7 days,
 * delivered to a bucket. State is in the catalog (catalog/queries.h), rows in files under DIR/lake/results.
 *
 * Promise: an accepted query ends in a state that stays: one that a crash interrupted runs again at the next
 * start. Nothing but its own rows, and only those of its account and region, is shown to anybody.
 *
 * Format:  docs/formats/query-results.md
 * Threads: queries_start() and queries_stop() one; everything else any.
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

struct queries_options {
    struct disk *disk;
    struct catalog *catalog;
    struct engine *engine;
    struct lake *lake;
    struct objects *objects;
    struct clock *clock;              /* NULL: the real one */
    unsigned concurrency;             /* run at one time; 0: 2 */
    unsigned queue_max;               /* queued and running of an account and region; 0: 10, as AWS */
    int64_t timeout_ms;               /* 0: an hour */
    int64_t result_retention_ms;      /* 0: 7 days */
    uint64_t result_bytes_max;        /* of one query's rows; 0: 1 GiB */
    int64_t key_rotation_interval_ms; /* of the keys that sign results: digest's */
};
NODISCARD struct queries *queries_create(const struct queries_options *options, struct error *error);
void queries_destroy(struct queries *queries);
void queries_start(struct queries *queries); /* its threads; what was queued or interrupted runs */
void queries_stop(struct queries *queries);  /* running ones are cut, to run again at the next start */

/* Would the engine take it? Rewrites, checks and binds; ERROR_INVALID "line 1:8: ...", for
 * InvalidQueryStatementException. The ids of the stores that it names come back in any case that it can be
 * read. The stores must exist; may the caller read them is the caller's business. */
NODISCARD bool queries_check(struct queries *queries, struct arena *arena, struct str statement,
    struct str **ret_store_ids, size_t *ret_count, struct error *error);

/* To be called after the commit of a change that added a query (catalog_query_add()). */
void queries_wake(struct queries *queries);

/* Cancel one that is queued or running: ERROR_CONFLICT where it has ended. */
NODISCARD bool queries_cancel(struct queries *queries, struct str query_id, struct error *error);

/* A page of the rows that are there, from row `from` on; partial ones of a query that timed out too. */
struct query_page {
    const struct str *columns; /* names */
    size_t column_count, row_count;
    const struct str *values; /* row after row; data NULL: null */
    uint64_t next;            /* row that the next page begins with; 0: this was the last */
};
NODISCARD bool queries_read(struct queries *queries, struct str query_id, uint64_t from, size_t count_max,
    struct arena *arena, struct query_page *ret_page, struct error *error);

/* Drop what is past its retention; bounded. */
NODISCARD bool queries_maintain(struct queries *queries, struct moment now, struct error *error);

struct queries_stats {
    uint64_t started, finished, failed, cancelled, timed_out, bytes_scanned;
    unsigned queued, running;
};
struct queries_stats queries_stats(struct queries *queries);
