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
 * What a gateway needs beyond (intents, numbers, batches that nobody waits for): admission/intent.h.
 *
 * Threads: a batch belongs to its sender; admission_submit() from any; one admission thread inside.
 */
#pragma once

#include "base/error.h"
#include "event/event.h"

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
    /* Its ids are made of what matters of the record, by a secret: one of the same id is a repetition even
     * where its bytes differ (in the time of its arrival), no conflict. */
    bool ids_tell_content;
    /* May the sender send for this account? NULL: for any. A refusal reads "not accepted for account". */
    bool (*accepts_account)(struct str account, void *context);
    /* Are there event data stores of large events in the account? Then one above EVENT_SIZE_MAX, up to
     * EVENT_LARGE_SIZE_MAX, is taken, as an archive's: no trail delivers it. NULL: there are none. */
    bool (*takes_large)(struct str account, void *context);
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

/* Use the memory of a finished batch for another of the same sender. */
void admission_batch_clear(struct admission_batch *batch);

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
