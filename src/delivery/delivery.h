/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery: trails to log files. Reads the journal in order (history by position, where the journal
 * has let go), collects per (trail, account, region, folder) what the trails' versions select, plans
 * each file in the catalog in one change with the reader's position, builds it, puts it, marks it done.
 *
 * Promise: every event that a trail selects is in exactly one log file of that trail, through any
 * crash: a file that was planned is built again with the same bytes under the same key; what was not
 * planned is read again. A file that cannot be put for the retry period is given up with a gap event,
 * never silently.
 *
 * There is one reader for all trails. Planning does not wait for buckets, so a dead bucket holds up
 * nothing but its own files, which stay plans and are built from history when it comes back.
 *
 * Format:  docs/formats/catalog.md (plans), CloudTrail's own for what is delivered
 * Threads: one owner calls delivery_step(); delivery_stats() from any thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

#include <stdint.h>

struct catalog;
struct delivery;
struct history;
struct journal;
struct objects;

enum { DELIVERY_FILE_BYTES_MAX = 50 * 1000 * 1000 }; /* AWS: 50 MB before compression */

/* Everything borrowed; history may be NULL where the journal keeps all (tests). */
struct delivery_stores {
    struct catalog *catalog;
    struct journal *journal;
    struct history *history;
    struct objects *objects;
};

/* Admit a record of Cairn's own (EventsNotRecorded). Its id is deterministic, so that a repeat after
 * a crash is a duplicate; true where it is admitted or was before. */
typedef bool delivery_on_gap(struct str record, void *context, struct error *error);

/* Zero members take the default in brackets. */
struct delivery_options {
    int64_t interval_ms;       /* a file is closed this long after its first event [5 m] */
    int64_t retry_ms;          /* an undeliverable file is retried for so long [30 days] */
    uint64_t file_bytes_max;   /* inflated [DELIVERY_FILE_BYTES_MAX] */
    uint64_t memory_bytes_max; /* of all files that are being collected [128 MiB] */
    struct str home_region;    /* awsRegion and account of gap events without a trail */
    struct str home_account;
    delivery_on_gap *on_gap; /* NULL: gaps are only counted */
    void *gap_context;
};

struct delivery_stats {
    uint64_t position; /* next to read */
    uint64_t files_planned, files_done, files_lost, attempts_failed;
    uint64_t events_planned, raw_bytes_planned, gzip_bytes_done;
    uint64_t backlog_lanes; /* (trail, bucket) pairs that wait for another attempt */
    uint64_t memory_bytes;  /* collected and not planned yet */
    struct moment
        waiting_since; /* the oldest event taken and not delivered was taken then; MOMENT_MAX: none waits */
};

/* Continue where the catalog says. Borrows the stores. */
NODISCARD struct delivery *delivery_open(
    const struct delivery_stores *stores, const struct delivery_options *options, struct error *error);

/* Close; what is collected and not planned is read again next time. NULL is fine. */
void delivery_close(struct delivery *delivery);

/* Do a bounded piece of what is due at `now`. `ret_next_due` is when to call again at the latest
 * (`now` itself: there is more to do at once), or MOMENT_MAX; new events in the journal are a reason
 * to call earlier. Failed puts are no error: they are retried. False where a store fails; after a
 * failed change of the catalog the next step begins again from what the catalog says. */
NODISCARD bool delivery_step(
    struct delivery *delivery, struct moment now, struct moment *ret_next_due, struct error *error);

void delivery_stats(struct delivery *delivery, struct delivery_stats *ret_stats);
