/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake: event data stores on disk: Parquet files of events under DIR/lake/<store>, a manifest that says which
 * files there are and which times they hold, and `seen` with the store as its scope.
 *
 * Promise: each event is once in a store, whichever way it came (the journal, imports), after every crash: a
 * file is named by the manifest, together with the journal position that it reaches, in one atomic step, or
 * it is not there. Files are never changed, only replaced by merged ones; retention removes whole files.
 *
 * Format:  docs/formats/lake.md
 * Threads: lake_position(), lake_pass(), lake_apply(), lake_wants_commit() and lake_commit() one owner;
 *          lake_maintain() one, this or another; everything else any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "codec/text.h"

struct catalog;
struct clock;
struct disk;
struct engine;
struct event_facets;
struct lake;
struct lake_files;

struct lake_options {
    struct disk *disk;
    struct catalog *catalog;
    struct engine *engine;
    struct clock *clock; /* NULL: the real one */
    struct uuid cairn_id;
    uint64_t generation;
    bool keep_json;       /* the column eventjson */
    uint64_t batch_bytes; /* of records in memory, of all stores, before a commit is due; 0: 64 MiB */
    uint32_t batch_rows;  /* or so many of a store; as many ids are kept in memory; 0: 65,536 */
    int64_t commit_ms;    /* and after so long at the latest; 0: 2 s: queryable within 5 s */
    uint64_t merge_rows;  /* files are merged up to so many rows; 0: 250,000 */
    size_t sidecars_max;  /* commits whose ids are read again at the next start; 0: 64 */
};

/* Open the stores of the catalog (folder "lake"). A store whose files are damaged is told of by its state and
 * takes nothing; the others go on. */
NODISCARD struct lake *lake_open(const struct lake_options *options, struct error *error);
void lake_close(struct lake *lake); /* what was not committed is dropped: the journal has it */

/* The position behind which the journal (or history) is to be applied next, in order: the least of all stores
 * that are open; UINT64_MAX: there is none. It may go back, where a store is new or was opened again after a
 * failure (which it tries here, now and then): the owner asks before each batch. */
uint64_t lake_position(struct lake *lake);

/* The events up to `position` are not to be had any more: stores that lack them go on behind it. */
void lake_pass(struct lake *lake, uint64_t position);

/* Take an event for every store that stands right before it and whose selectors, as of this position, match.
 * `payload` is its envelope. Stores that were made or changed since are noticed. ERROR_LIMIT: commit first.
 */
NODISCARD bool lake_apply(struct lake *lake, uint64_t position, struct bytes payload, struct error *error);

/* Is a commit due (bytes or time)? */
bool lake_wants_commit(struct lake *lake);

/* Write what was taken to files and name them, with the position, in the manifests. A store for which that
 * fails is closed, and takes nothing until it is opened again, from what is on disk; the others are
 * committed. The error is the first one; ERROR_UNAVAILABLE while the engine is missing. Nothing is lost: the
 * position of that store stays. */
NODISCARD bool lake_commit(struct lake *lake, struct error *error);

/* A bounded piece of housekeeping: merging, retention, removal of stores that were deleted 7 days ago. May
 * run beside all the others: only to name what it made, it waits for a commit of the store, or a commit for
 * it. */
NODISCARD bool lake_maintain(struct lake *lake, struct moment now, bool *ret_has_more, struct error *error);

/* Records of an import for one store, each with its id; selectors do not matter, retention does. All are in
 * the store when it returns true. Repeating adds nothing. ERROR_NOT_FOUND: there is no such store. */
struct lake_record {
    struct str bytes;
    struct uuid id;
    struct moment time;
    uint64_t content; /* lake_content() */
};
uint64_t lake_content(struct str record); /* the first 8 bytes of its SHA-256 */
struct lake_added {
    uint64_t added, duplicates, conflicts, expired;
};
NODISCARD bool lake_add_imported(struct lake *lake, uint64_t store_id, const struct lake_record *records,
    size_t count, struct lake_added *ret_added, struct error *error);

/* The files of a store now: they stay on disk until released, whatever merging and retention do. Released
 * before the lake is closed. */
NODISCARD struct lake_files *lake_files_hold(
    struct lake *lake, uint64_t store_id, struct error *error); /* ERROR_NOT_FOUND */
void lake_files_release(struct lake_files *files);              /* NULL is fine */
const char *const *lake_files_names(const struct lake_files *files, size_t *ret_count);
struct moment lake_files_oldest(const struct lake_files *files); /* retention: older rows are not shown */
uint64_t lake_files_rows(const struct lake_files *files);

struct lake_store_stats {
    uint64_t store_id;
    struct str uuid;
    uint64_t position; /* of the journal: what the store takes up to there is in its files */
    uint64_t events, files, bytes;
    uint64_t duplicates, conflicts, expired; /* left out since the start */
    struct moment oldest, newest;            /* event times; MOMENT_NONE: there are no events */
    bool is_failing;                         /* takes nothing until it is opened again */
    struct str problem;                      /* why */
};
size_t lake_stats(struct lake *lake, struct arena *arena, struct lake_store_stats **ret_stats);
