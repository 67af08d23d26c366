/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the files of queries share. */
#pragma once

#include "codec/hash.h"
#include "queries/queries.h"
#include "sys/thread.h"

#include "rows.h"

#include <stdatomic.h>

struct engine_query;
struct queries_check;

enum { QUERIES_PASSED_COUNT = 256 }; /* statements whose check is remembered */

/* A query that a thread runs. field / guarded by: all by queries->mutex. */
struct queries_run {
    struct queries *queries; /* whose it is; set at start */
    char query_id[40];       /* empty: none */
    char account[16];        /* whose query it is */
    struct engine_query *engine_query;
    bool is_cancelled;
};

/* The mutex comes before the catalog's: it is held while the catalog is read, and never taken in a change.
 * field / guarded by: options / set at creation; runs, is_stopping, checks, are_checks_*, passed* / mutex;
 * numbers / atomic */
struct queries {
    struct queries_options options;
    struct mutex mutex;
    struct condition is_changed;
    struct queries_run *runs; /* one for each thread */
    struct thread **threads;
    bool is_stopping;
    struct queries_check
        *checks; /* of statements that are not started yet, in the order in which they came */
    struct condition checks_changed;
    bool are_checks_over;           /* none begins any more */
    bool are_checks_cut;            /* none goes on any more */
    uint8_t (*passed)[SHA256_SIZE]; /* hashes of statements that passed; a ring */
    size_t passed_count;            /* of all time */
    atomic_uint_fast64_t finished, failed, cancelled, timed_out, bytes_scanned;
};

/* run.c: run one to its end, which is in the catalog when it returns true. False: not now, try again. */
NODISCARD bool queries_run_one(
    struct queries *queries, struct queries_run *run, struct catalog_query *query, struct error *error);

/* Write what the query has become. */
NODISCARD bool queries_save(struct queries *queries, const struct catalog_query *query, struct error *error);

/* deliver.c: put the rows of a finished query into its bucket; what comes of it is its delivery_status.
 * False: the bucket may answer later. */
NODISCARD bool queries_deliver(struct queries *queries, struct catalog_query *query, struct error *error);
