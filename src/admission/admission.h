/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admission: the one door to the journal. Checks records, admits each event id once, stamps
 * them and makes them durable.
 *
 * Promise: a record answered ADMISSION_ACCEPTED or ADMISSION_DUPLICATE is on disk and survives a
 * power cut; a refused one changed nothing, except that an id conflict is itself recorded.
 *
 * A sender builds a batch on its own thread (parsing and checks happen there) and submits it; one
 * thread groups batches, asks `seen`, appends to the journal with one sync per group, and wakes the
 * senders. Memory for waiting batches is bounded: past it senders are told to come later.
 *
 * An intent says that a call has begun. It is as durable as a record, but no reader shows it.
 *
 * Threads: a batch belongs to its sender; admission_submit() from any; one admission thread inside.
 */
#pragma once

#include "base/error.h"
#include "event/event.h"

enum { ADMISSION_INTENT_ROOM_BYTES = 320 << 10 };

struct admission;
struct admission_batch;
struct clock;
struct disk;
struct journal;
struct seen;

struct admission_options {
    uint64_t queued_bytes_max;  /* of records waiting; 0: 128 MiB */
    uint64_t group_bytes;       /* about so many payload bytes per sync; 0: 1 MiB */
    uint64_t free_disk_floor;   /* bytes; below it writes are refused */
    struct clock *clock;        /* NULL: the real one */
    struct str account, region; /* home of records of admission's own where the event has none; borrowed */
};

/* All are borrowed. Reads the journal behind seen_position() again, so that `seen` knows every id. */
NODISCARD struct admission *admission_open(struct disk *disk, struct journal *journal, struct seen *seen,
    const struct admission_options *options, struct error *error);

/* Start and stop the admission thread. Tests may instead drive admission_step(), which admission_submit()
 * does itself while no thread was started. After the stop every submit is refused with ERROR_UNAVAILABLE;
 * what was queued before is finished. */
void admission_start(struct admission *admission);
void admission_stop(struct admission *admission);
void admission_close(struct admission *admission);

/* One group: false where nothing was queued. */
bool admission_step(struct admission *admission);

enum admission_outcome { ADMISSION_PENDING, ADMISSION_ACCEPTED, ADMISSION_DUPLICATE, ADMISSION_REFUSED };

struct admission_sender {
    enum event_door door;
    struct str principal; /* ARN */
    bool is_witnessed, is_archive;
    bool may_send_reserved; /* gap, insight and Cairn's own records: Cairn itself, or an admin's import */
    /* May the sender send for this account? NULL: for any. A refusal reads "not accepted for account". */
    bool (*accepts_account)(struct str account, void *context);
    void *context;
};

/* The sender's texts must outlive the batch. */
struct admission_batch *admission_batch_create(
    struct admission *admission, const struct admission_sender *sender);
void admission_batch_destroy(struct admission_batch *batch); /* NULL is fine */

/* Parse, check and keep one record (copied); its result has the next index, also where it is refused.
 * JSON_PADDING readable bytes follow `record`. */
void admission_batch_add(struct admission_batch *batch, struct str record);
size_t admission_batch_count(const struct admission_batch *batch);

/* A record of the gateway, with the sequence number of its call at its entry (0 for further parts). */
void admission_batch_add_numbered(struct admission_batch *batch, struct str record, uint64_t sequence);

/* A call that has begun: `record` is what is known of it so far, fit to be admitted as it is, with the id
 * that the call's record will have. It goes to the journal as an intent, which no reader shows; room for a
 * record of ADMISSION_INTENT_ROOM_BYTES is kept for it: that record is taken below the free-disk floor too.
 * The intent is open until a record with its id is admitted (here or after a restart); while it is open the
 * journal keeps it. Adding it again (a call that takes long) renews it, so that the journal need not
 * keep all that came since. Never after its record. */
void admission_batch_add_intent(struct admission_batch *batch, struct str record, uint64_t sequence);

struct admission_result {
    enum admission_outcome outcome;
    uint64_t position; /* of an accepted one */
    struct uuid id;
    struct str account, region; /* empty where the record could not be read so far */
    struct moment time;
    const char *reason; /* why it is refused; NULL otherwise */
};

/* Hand the batch in and wait until every result is final. ERROR_UNAVAILABLE: overloaded for `timeout_ms`
 * (nothing of the batch was taken; come again), stopping, or the journal refuses writes.
 * ERROR_LIMIT: the disk is too full, at least for a part of the batch: a record that closes an open intent is
 * taken when an intent beside it is not. Where it fails after waiting, the results that are ACCEPTED or
 * DUPLICATE are final; the PENDING ones may be durable all the same. The same batch may be submitted again,
 * as each id is admitted once. */
NODISCARD bool admission_submit(
    struct admission *admission, struct admission_batch *batch, int64_t timeout_ms, struct error *error);
struct admission_result admission_batch_result(const struct admission_batch *batch, size_t index);

/* As admission_submit(), but returns at once: false with ERROR_UNAVAILABLE where the queue is full or
 * closed (nothing was taken), else `on_done` runs once, without a lock held, when every result is final or
 * admission_batch_failed() says why not: on the admission thread, or on that of admission_stop() or
 * admission_close(). It must not block; it may destroy, clear and submit the batch. */
typedef void admission_on_done(struct admission_batch *batch, void *context);
NODISCARD bool admission_submit_later(struct admission *admission, struct admission_batch *batch,
    admission_on_done *on_done, void *context, struct error *error);
/* A batch that failed may be handed in again as it is. */
bool admission_batch_failed(const struct admission_batch *batch, struct error *ret_error);

/* Use the memory of a finished batch for another of the same sender. */
void admission_batch_clear(struct admission_batch *batch);

/* The intents that are open, oldest first. To be asked before calls begin: then they are the calls whose
 * outcome a crash left unknown. Admitting `record` as it is closes one. Texts live in the arena and are
 * padded. ERROR_CORRUPT, ERROR_IO: the journal cannot be read. */
struct admission_intent {
    uint64_t position, sequence;
    struct uuid id;
    struct str principal, record;
};
NODISCARD bool admission_open_intents(struct admission *admission, struct arena *arena,
    struct admission_intent **ret_intents, size_t *ret_count, struct error *error);

/* How many numbered records of a principal were admitted since this was first asked for it, each id once: all
 * those up to a position of the journal, at one moment. */
struct admission_tally {
    uint64_t numbered, position;
};
struct admission_tally admission_tally(struct admission *admission, struct str principal);

/* One record of Cairn's own (api, s3api, gaps): batch, add, submit. ERROR_INVALID where the record itself is
 * bad. */
NODISCARD bool admission_admit(struct admission *admission, const struct admission_sender *sender,
    struct str record, uint64_t *ret_position, struct error *error);

struct admission_stats {
    uint64_t admitted, duplicates, conflicts, refused; /* records since start, without intents */
    uint64_t queued_bytes;
    uint64_t open_intents;
    bool is_refusing; /* journal broken or disk too full */
};
struct admission_stats admission_stats(struct admission *admission);

/* Has a failed write stopped admission until the next opening? Then why, for the log. */
bool admission_has_stopped(struct admission *admission, struct error *ret_reason);
