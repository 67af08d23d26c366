/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: what a struct history is made of, for the files of this folder.
 *
 * field                              guarded by
 * set, active, frozen, references    mutex
 * sealed_position, now_ms            mutex
 * idle_readers                       mutex
 * apply_arena                        the applier's alone
 * merge, next_id, broken, ...        the maintainer's alone
 */
#pragma once

#include "sys/thread.h"

#include "memtable.h"
#include "segment.h"

struct history_merge;

/* A memtable and who uses it. */
struct history_memory {
    struct history_memtable *memtable;
    size_t references;
};

/* The sealed segments at one moment, by position. Immutable; replaced as a whole. */
struct history_set {
    size_t references;
    size_t count;
    struct history_segment *segments[];
};

struct history {
    struct disk *disk;
    struct history_options options;
    struct history_dictionaries *dictionaries;
    struct mutex mutex;
    struct condition room, work;
    struct history_set *set;
    struct history_memory *active, *frozen; /* frozen: being sealed, or NULL */
    uint64_t applied_position, sealed_position;
    int64_t now_ms; /* of the last history_maintain() */
    struct history_reader *idle_readers;
    unsigned idle_reader_count;
    struct arena apply_arena; /* the applier's, for one envelope */
    /* The maintainer's. */
    struct history_reader *maintainer_reader;
    struct history_merge *merge; /* under way, or NULL */
    uint64_t next_id;
    uint64_t active_since_position; /* the memtable whose age is being watched, by its first position */
    int64_t active_since_ms;
    bool broken;
};

/* What a reader sees, however the store goes on; the memtables newest first. */
struct history_snapshot {
    struct history_set *set;
    struct history_memory *memories[2];
    struct history_memtable_view views[2];
    unsigned memory_count;
    uint64_t applied_position;
    int64_t now_ms;
};

/* Called with the mutex held: the active memtable becomes the frozen one. */
void history_freeze(struct history *history);

/* `question` may be NULL: views then know their counts only. */
void history_snapshot_take(
    struct history *history, const struct history_question *question, struct history_snapshot *ret_snapshot);
void history_snapshot_release(struct history *history, struct history_snapshot *snapshot);

struct history_reader *history_reader_borrow(struct history *history);
void history_reader_return(struct history *history, struct history_reader *reader);

/* A set that shares the segments of another: from it, `count` segments from `start` on are replaced by
 * `owned_segment`, or by none. The caller publishes it. */
struct history_set *history_set_replace(struct history *history, const struct history_set *set, size_t start,
    size_t count, struct history_segment *owned_segment);
void history_set_release(struct history *history, struct history_set *set);

/* Make a set durable as the manifest, then the one that readers see. Takes `owned_set` either way. */
NODISCARD bool history_publish(struct history *history, struct history_set *owned_set,
    uint64_t sealed_position, bool drop_frozen, struct error *error);
