/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: one event data store: its files, its ids, who may change them when. Private to lake.
 *
 * The turn: one thread at a time changes the files of a store (a commit, an import's commit, the new manifest
 * of a merge or of retention), however long the disk takes, in the order in which they came. It is a number
 * under the lake's mutex and no mutex itself, for none is held over I/O. Merging happens outside of the turn:
 * its inputs never change. So does the writing of a commit's file: its ids are claimed with the turn, and
 * with the turn again the file is named; so several threads write at once. What they claimed is lost where
 * the store fails meanwhile, and so they name their file only in the opening in which they claimed.
 *
 * field / guarded by
 *   files, position, was_opened               changed with turn and mutex: either is enough to read them
 *   seen, sidecars, manifest_at, merge_after  the turn
 *   batch, rows, rules, *_epoch, first_*      the owner (lake_apply)
 *   the rest                                  the lake's mutex; atomic ones go without
 *
 * Threads: see there.
 */
#pragma once

#include "lake/lake.h"
#include "seen/seen.h"
#include "sys/thread.h"

#include "format.h"

#include <stdatomic.h>

enum {
    LAKE_RETRY_MS_MIN = 1000, /* until a store that failed is opened again: doubled each time */
    LAKE_RETRY_MS_MAX = 60 * 1000,
    LAKE_PENDING_MS = 7 * MS_PER_DAY, /* of a deleted store */
};

/* A file in memory, as long as the manifest names it or somebody reads it. */
struct lake_file {
    struct lake_entry entry;
    unsigned holds;
    bool is_named;           /* else it is deleted with the last hold */
    unsigned merge_failures; /* of the thread that merges */
    bool is_doubtful;        /* a manifest that may name it failed: only the next opening may delete it */
};

struct lake_file_list {
    struct lake_file **items;
    size_t count;
};

/* What the catalog says of a store. */
struct lake_settings {
    struct str account, region, arn; /* never change; of the store's arena */
    int64_t retention_ms;
    struct moment removal_at; /* MOMENT_MAX: it is not deleted */
    bool is_gone;             /* the catalog has it no more */
};

struct lake_row {
    size_t offset, size; /* in the batch's bytes */
    struct uuid id;
    struct moment time;
    uint64_t content;
};

struct lake_rules;

struct lake_counters {
    uint64_t added, duplicates, conflicts, expired;
};

struct lake_store {
    struct lake *lake;
    uint64_t id;
    struct uuid uuid;
    char folder[LAKE_NAME_SIZE];
    struct arena arena;
    struct lake_settings settings;
    uint64_t tickets, serving;   /* given out; whose turn is next */
    bool is_taken, is_draining;  /* somebody has the turn; or waits with it for those who write */
    unsigned writing, returning; /* commits that write outside of the turn; that want it back */
    struct lake_file_list files; /* named by the manifest */
    struct lake_file_list
        gone; /* held but not named: replaced ones, and a merge's output until it is named */
    uint64_t next_sequence;
    uint64_t position;               /* of the manifest */
    bool was_opened;                 /* files are known, even if it failed since */
    uint64_t epochs;                 /* openings so far */
    atomic_uint_fast64_t open_epoch; /* 0: not open */
    struct error problem;            /* why it is not open */
    unsigned failures;
    struct moment retry_at;
    struct lake_counters counters;
    struct seen *seen;
    uint64_t *sidecars;
    size_t sidecar_count;
    atomic_bool wants_seen_merge;
    bool is_emptied;           /* the folder of a store that is gone */
    struct moment manifest_at; /* written last */
    struct moment merge_after; /* a merge failed */
    /* The owner's. */
    atomic_uint_fast64_t taken;   /* position that batch and files reach */
    atomic_uint_fast64_t settled; /* that the files reach; the manifest's may be behind, where nothing came */
    uint64_t taken_epoch;
    struct lake_rules *rules;
    struct buf batch;
    struct lake_row *rows;
    size_t row_count, row_capacity;
    struct moment first_taken_at;
};

struct lake {
    struct lake_options options;
    struct mutex mutex;
    struct condition is_changed; /* a turn ended */
    struct lake_store **stores;  /* never shrinks */
    size_t store_count;
    uint64_t generation; /* of the catalog's stores, as they are known here */
    /* The owner's. */
    struct lake_store **own;
    size_t own_count;
    uint64_t own_generation;
    struct arena rules_arena;
    struct catalog_store *sources; /* stores that ask for insights */
    size_t source_count;
    struct arena arena; /* of one event */
    struct buf spare;   /* memory of a large batch, for the next one */
    int64_t spare_until;
    struct json_parser *parser;
    /* Of lake_maintain()'s thread. */
    size_t next_maintained;
};

/* ---- store.c ---- */

/* lake.c: by id, as the catalog has it now. ERROR_NOT_FOUND. */
struct lake_store *lake_store_find(struct lake *lake, uint64_t store_id, struct error *error);

struct lake_store *lake_store_create(struct lake *lake, uint64_t id, struct uuid uuid);
void lake_store_destroy(struct lake_store *store);

/* Wait for the turn, and open the store where it is not. False, without the turn, where it cannot be. */
NODISCARD bool lake_store_enter(struct lake_store *store, struct error *error);
void lake_store_take_turn(struct lake_store *store); /* without opening */
void lake_store_leave(struct lake_store *store);

/* With the turn: give it up to write, and have it back. With the turn: let all those come back who write, and
 * nobody else meanwhile. */
void lake_store_begin_write(struct lake_store *store);
void lake_store_end_write(struct lake_store *store);
void lake_store_drain(struct lake_store *store);

/* With the turn: close it; where memory and disk may say different things, the disk is right, and the next
 * lake_store_enter() after a while reads it again. Returns false, for `return lake_store_fail(...)`. */
bool lake_store_fail(struct lake_store *store, const struct error *error);
void lake_store_close(struct lake_store *store); /* with the turn; no failure */

bool lake_store_is_open(const struct lake_store *store);
bool lake_store_may_open(struct lake_store *store, struct moment now); /* or has it just failed? */

void lake_store_name(
    const struct lake_store *store, uint64_t sequence, const char *suffix, char ret_name[LAKE_NAME_SIZE]);
struct moment lake_store_cutoff(struct lake_store *store, struct moment now); /* retention: older is gone */

/* ---- files.c: the files of a store, and who holds them ---- */

/* With the turn: write the manifest; nothing changes in memory. */
NODISCARD bool lake_files_write_manifest(struct lake_store *store, struct lake_file_list files,
    uint64_t position, bool is_removed, struct error *error);

/* With the turn: make the manifest durable that has `files` (whose array it takes) and `position`; then they
 * are the store's, and old ones that are not among them go as soon as nobody holds them. Where it fails, so
 * has the store. */
NODISCARD bool lake_files_publish(
    struct lake_store *store, struct lake_file_list owned_files, uint64_t position, struct error *error);

/* With the turn: the files are these from now on. */
void lake_files_replace(struct lake_store *store, struct lake_file_list owned_files);

/* A file to be, with the next sequence: held by the caller, deleted at its release unless it is named. */
struct lake_file *lake_file_begin(struct lake_store *store);
void lake_file_release(struct lake_store *store, struct lake_file *file);

/* Make what the engine wrote durable: content and name. */
NODISCARD bool lake_file_sync(struct lake_store *store, const struct lake_file *file, struct error *error);

/* Named or held; NULL: neither. Under the mutex. */
struct lake_file *lake_file_find(struct lake_store *store, uint64_t sequence);

/* ---- commit.c ---- */

/* With the turn, which it gives up while it writes: add what is new of the records (at most batch_rows), and
 * the position that they reach (0: it stays). What others are adding just now is in the store, too, when it
 * returns true. Where it fails, so has the store. */
NODISCARD bool lake_commit_records(struct lake_store *store, const struct lake_record *records, size_t count,
    uint64_t position, struct lake_added *ret_added, struct error *error);

/* ---- rules.c: what a store takes; the owner's ---- */

struct event_envelope;
NODISCARD struct lake_rules *lake_rules_read(struct catalog *catalog, uint64_t store_id, struct error *error);
void lake_rules_destroy(struct lake_rules *rules);
NODISCARD bool lake_rules_take(const struct lake_store *store, uint64_t position,
    const struct event_envelope *envelope, bool *ret_takes, struct error *error);

/* ---- merge.c, keep.c: steps of lake_maintain(); `ret_worked`: something was done ---- */

NODISCARD bool lake_merge_step(
    struct lake_store *store, struct moment now, bool *ret_worked, struct error *error);
NODISCARD bool lake_keep_step(
    struct lake_store *store, struct moment now, bool *ret_worked, struct error *error);

/* At opening: folders of stores that were being removed when the power went. */
NODISCARD bool lake_keep_clean(struct lake *lake, struct error *error);
