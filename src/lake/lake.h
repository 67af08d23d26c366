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
 * Threads: lake_apply(), lake_commit() and lake_maintain() one owner; lake_add_imported() any; readers any.
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
    uint64_t batch_bytes; /* of records in memory before a commit is due; 0: 64 MiB */
    int64_t commit_ms;    /* and after so long at the latest; 0: 2 s: queryable within 5 s */
    uint64_t merge_rows;  /* files are merged up to so many rows; 0: 250,000 */
};

/* Open the stores of the catalog (folder "lake"). A store whose files are damaged is told of by its state and
 * takes nothing; the others go on. */
NODISCARD struct lake *lake_open(const struct lake_options *options, struct error *error);
void lake_close(struct lake *lake); /* what was not committed is dropped: the journal has it */

/* The position behind which the journal (or history) is to be applied, in order: the least of all stores. */
uint64_t lake_position(struct lake *lake);

/* Take an event for every store whose selectors, as of this position, match; each store leaves out what it
 * has. `payload` is its envelope. Stores that were made or changed since are noticed. */
NODISCARD bool lake_apply(struct lake *lake, uint64_t position, struct bytes payload, struct error *error);

/* Is a commit due (bytes or time)? */
bool lake_wants_commit(struct lake *lake);

/* Write what was taken to files and name them, with the position, in the manifests. While the engine is
 * missing: ERROR_UNAVAILABLE, and nothing is lost: the position stays. */
NODISCARD bool lake_commit(struct lake *lake, struct error *error);

/* A bounded piece of housekeeping: merging, retention, removal of stores that were deleted 7 days ago. */
NODISCARD bool lake_maintain(struct lake *lake, struct moment now, bool *ret_has_more, struct error *error);

/* Records of an import for one store, each with its id; selectors do not matter, retention does. All are in
 * the store when it returns true. Repeating adds nothing. */
struct lake_record {
    struct str bytes;
    struct uuid id;
    struct moment time;
    uint64_t content; /* first 8 bytes of its SHA-256 */
};
struct lake_added {
    uint64_t added, duplicates, conflicts, expired;
};
NODISCARD bool lake_add_imported(struct lake *lake, uint64_t store_id, const struct lake_record *records,
    size_t count, struct lake_added *ret_added, struct error *error);

/* The files of a store that may hold events of [from, to] now: they stay on disk until released, whatever
 * merging and retention do. */
NODISCARD struct lake_files *lake_files_hold(
    struct lake *lake, uint64_t store_id, struct error *error); /* ERROR_NOT_FOUND */
void lake_files_release(struct lake_files *files);              /* NULL is fine */
const char *const *lake_files_names(const struct lake_files *files, size_t *ret_count);
struct moment lake_files_oldest(const struct lake_files *files); /* retention: older rows are not shown */
uint64_t lake_files_rows(const struct lake_files *files);

struct lake_store_stats {
    uint64_t store_id, position, events, files, bytes;
    struct moment oldest, newest;
};
size_t lake_stats(struct lake *lake, struct arena *arena, struct lake_store_stats **ret_stats);
