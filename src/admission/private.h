/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Admission's own state, shared by its parts.
 *
 *   field                                            used by
 *   disk, journal, seen, clock, limits, accounts     fixed at opening
 *   queue                                            any thread
 *   group (all of struct admission_group)            the admission thread
 *   kits, stats, failure, tallies                     under the mutex
 *   intents, settled_position                         written by the admission thread under the mutex
 *   a batch                                          its sender; between submit and done the admission thread
 *   batch->done, batch->error                        under the batch's mutex
 */
#pragma once

#include "admission/intent.h"
#include "base/arena.h"
#include "base/buf.h"
#include "seen/seen.h"
#include "sys/thread.h"

#include <stdatomic.h>

enum {
    ADMISSION_KITS_MAX = 16,
    ADMISSION_KIT_BYTES_MAX = 2 << 20, /* more memory than that is given back */
    ADMISSION_CHUNK_COUNT_MAX = 4096,  /* records that are made durable together */
    ADMISSION_CHUNK_BYTES_MAX = 2 << 20,
    ADMISSION_BATCH_BYTES_MAX = 256 << 20,
};

/* A record that passed all checks. */
struct admission_item {
    size_t offset, size; /* of its payload in the batch */
    size_t result;       /* index */
    uint64_t content;    /* the first bytes of its SHA-256 */
    bool is_intent, is_numbered;
};

/* What is costly to make for each batch: a parser, and memory that has grown to the size of one. */
struct admission_kit {
    struct event_parser *parser;
    struct buf payloads;
};

struct admission_batch {
    struct admission *admission;
    struct admission_sender sender;
    struct admission_kit kit;
    struct arena arena; /* texts of the results */
    struct admission_item *items;
    size_t item_count, item_capacity;
    struct admission_result *results;
    size_t result_count, result_capacity;
    struct mutex mutex;
    struct condition changed;
    bool submitted, done;
    struct error error;         /* ERROR_NONE where all results are final */
    admission_on_done *on_done; /* NULL: the sender waits */
    void *done_context;
    size_t numbered_count;
    struct admission_tally_slot *tally; /* of its principal; NULL: nobody counts */
};

/* Numbered records of one principal. */
struct admission_tally_slot {
    struct str principal;
    uint64_t numbered;
};

struct admission_intent_slot {
    struct uuid id;
    uint64_t position;
    uint32_t next;         /* in its bucket, or free */
    uint32_t older, newer; /* by position */
};

/* The open intents. */
struct admission_intents {
    struct admission_intent_slot *slots;
    uint32_t *buckets;
    size_t capacity, count;
    uint32_t free, oldest, newest;
};

/* A record on its way into the journal. */
struct admission_entry {
    struct admission_batch *batch;
    const struct admission_item *item;
    size_t claim; /* index in claims; of records */
};

/* What is written together, and memory that is used again from group to group. */
struct admission_group {
    struct admission_entry entries[ADMISSION_CHUNK_COUNT_MAX];
    struct seen_claim claims[ADMISSION_CHUNK_COUNT_MAX];
    struct bytes
        payloads[2 * ADMISSION_CHUNK_COUNT_MAX];  /* each may be a conflict with a record of its own */
    size_t payload_of[ADMISSION_CHUNK_COUNT_MAX]; /* index in payloads, of new records and of intents */
    size_t count, claim_count, payload_count;
    uint64_t bytes;
    struct event_parser *parser; /* of records about conflicts */
    struct arena arena;
    struct moment last_arrival;
    struct str account, region; /* of records about events that have none */
    uint64_t secret;            /* makes the ids of those records unforeseeable */
    uint64_t new_count;         /* records since the last merge */
};

struct admission {
    struct disk *disk;
    struct journal *journal;
    struct seen *seen;
    struct clock *clock;
    uint64_t group_bytes, free_disk_floor;
    struct queue *queue;
    struct thread *thread;
    struct admission_group *group;
    struct mutex mutex;
    struct admission_kit kits[ADMISSION_KITS_MAX];
    size_t kit_count;
    struct admission_stats stats;
    struct error failure; /* what broke it; ERROR_NONE: nothing did */
    struct admission_intents intents;
    uint64_t settled_position; /* results and tallies are right up to here */
    struct admission_tally_slot **tallies;
    size_t tally_count;
    atomic_bool has_thread; /* has had one, once it was started */
};

/* Batches borrow their kits from a small store. */
struct admission_kit admission_take_kit(struct admission *admission);
void admission_give_kit(struct admission *admission, struct admission_kit owned_kit);

/* The first half of admission_submit(): queue the batch; for tests that call admission_step() themselves. */
NODISCARD bool admission_hand_in(
    struct admission *admission, struct admission_batch *batch, int64_t timeout_ms, struct error *error);

/* Make the results of the chunk final: judge, append to the journal, count. On failure no result is. What the
 * disk has no room for is taken out first, and only the batches that it came from fail. */
NODISCARD bool admission_commit(struct admission *admission, struct error *error);

/* The payload of the record that says that `entry` was refused for its id; in the group's arena. `ret_claim`
 * is for the id of that record, the same for every repetition of the same attempt. */
NODISCARD bool admission_conflict_payload(struct admission_group *group, const struct admission_entry *entry,
    struct bytes *ret_payload, struct seen_claim *ret_claim, struct error *error);

/* Admit nothing from now on: what is durable and what is remembered may differ. */
void admission_break(struct admission *admission, const struct error *reason);

/* opening.c: read the journal: tell `seen` what came after its last flush, and find the open intents. */
NODISCARD bool admission_replay(struct admission *admission, struct error *error);

/* Flush `seen` where it wants that, and hold what the journal must keep. */
NODISCARD bool admission_flush_seen(struct admission *admission, uint64_t position, struct error *error);

/* intent.c. Positions only grow; putting an id again moves it. */
void admission_intents_put(struct admission_intents *intents, const struct uuid *id, uint64_t position);
void admission_intents_remove(struct admission_intents *intents, const struct uuid *id);
bool admission_intents_have(const struct admission_intents *intents, const struct uuid *id);
uint64_t admission_intents_oldest(const struct admission_intents *intents);     /* UINT64_MAX: none is open */
uint64_t *admission_intents_positions(const struct admission_intents *intents); /* ascending; to be freed */
void admission_intents_finish(struct admission_intents *intents);

/* The 8 bytes of a SHA-256 that `seen` keeps. */
uint64_t admission_content(const uint8_t sha256[SHA256_SIZE]);
