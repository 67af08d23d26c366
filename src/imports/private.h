/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the files of imports share. */
#pragma once

#include "archive/archive.h"
#include "event/event.h"
#include "imports/imports.h"
#include "lake/lake.h"
#include "sys/thread.h"

#include <stdatomic.h>

/* field / guarded by: options / set at creation; is_stopping, is_woken / mutex; numbers / atomic */
struct imports {
    struct imports_options options;
    struct mutex mutex;
    struct condition is_changed;
    struct thread *thread;
    bool is_stopping, is_woken;
    atomic_uint_fast64_t files, events, duplicates, failures, bytes;
    atomic_uint running;
};

/* Sleep, unless something changes; false where it is time to stop. */
bool imports_pause_ms(struct imports *imports, int64_t ms);

/* What became of a file. Failures have names as S3 has them, or the digests' validator. */
enum imports_outcome {
    IMPORTS_TAKEN,      /* no digest names it */
    IMPORTS_PROVED,     /* as its digest names it */
    IMPORTS_MISSING,    /* NoSuchKey: a digest names it */
    IMPORTS_ALTERED,    /* DigestMismatch: not what its digest names */
    IMPORTS_UNREADABLE, /* InvalidLogFile, AccessDenied, ...: it, or one of its records */
};

struct imports_file {
    struct archive_file file; /* key in the run's arena */
    enum imports_outcome outcome;
    struct str error_type, error_message; /* of a failure; in the run's arena */
    uint64_t records;                     /* that the store keeps: those past its retention are left out */
    struct buf packed;                    /* what ahead.c fetched of it; else without memory */
};

/* file.c: fetches files and gives their records in batches to the store. */
struct imports_reader;
struct imports_reader *imports_reader_create(
    struct imports *imports, uint64_t store_id, int64_t retention_days);
void imports_reader_destroy(struct imports_reader *reader); /* NULL is fine */

/* Fetch one file, or take what is fetched of it, into the batch. ERROR_UNAVAILABLE: not now, try again. Where
 * it cannot be had at all, `file` says so and nothing is in the batch. */
NODISCARD bool imports_reader_fetch(struct imports_reader *reader, const struct archive *archive,
    struct imports_file *file, struct arena *arena, struct error *error);

/* Take the records of the file that was fetched last; where the batch is large enough, it goes to the store.
 */
NODISCARD bool imports_reader_take(
    struct imports_reader *reader, struct imports_file *file, struct arena *arena, struct error *error);

/* Memory of the files in the batch, which is bounded whatever is in them. */
uint64_t imports_reader_held_bytes(const struct imports_reader *reader);

/* Everything read so far is in the store when it returns true. */
NODISCARD bool imports_reader_flush(struct imports_reader *reader, struct error *error);

/* How many there were; and how many there must have been for what was read so far to be in the store. */
uint64_t imports_reader_flushes(const struct imports_reader *reader);
uint64_t imports_reader_flushes_due(const struct imports_reader *reader);

/* ahead.c: start to fetch the packed files of a run, which live until the destroy; wait for one of them. NULL
 * is fine in both. */
struct imports_ahead;
struct imports_ahead *imports_ahead_start(
    const struct archive *archive, struct imports_file *files, size_t count);
void imports_ahead_wait(struct imports_ahead *ahead, size_t i);
void imports_ahead_destroy(struct imports_ahead *ahead);

/* run.c: one import, until it has ended, is stopped or has to wait (false: try again later). */
NODISCARD bool imports_run(struct imports *imports, struct catalog_import *import, struct error *error);
