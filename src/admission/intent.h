/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intent: what a gateway needs of admission: calls that have begun, records with the numbers of their calls,
 * and batches that nobody waits for.
 *
 * Promise: an intent is as durable as a record, but no reader shows it. It is open until a record with its id
 * is admitted, here or after a restart; that record always finds room.
 *
 * Threads: as admission.h.
 */
#pragma once

#include "admission/admission.h"

enum { ADMISSION_INTENT_ROOM_BYTES = 320 << 10 };

/* A record of the gateway, with the sequence number of its call at its entry (0 for further parts). */
void admission_batch_add_numbered(struct admission_batch *batch, struct str record, uint64_t sequence);

/* A call that has begun: `record` is what is known of it so far, fit to be admitted as it is, with the id
 * that the call's record will have. It goes to the journal as an intent, which no reader shows; room for a
 * record of ADMISSION_INTENT_ROOM_BYTES is kept for it: that record is taken below the free-disk floor too.
 * The intent is open until a record with its id is admitted (here or after a restart); while it is open the
 * journal keeps it. Adding it again (a call that takes long) renews it, so that the journal need not
 * keep all that came since. Never after its record. */
void admission_batch_add_intent(struct admission_batch *batch, struct str record, uint64_t sequence);

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

/* As admission_submit(), but returns at once: false with ERROR_UNAVAILABLE where the queue is full or
 * closed (nothing was taken), else `on_done` runs once, without a lock held, when every result is final or
 * admission_batch_failed() says why not: on the admission thread, or on that of admission_stop() or
 * admission_close(). It must not block; it may destroy, clear and submit the batch. */
typedef void admission_on_done(struct admission_batch *batch, void *context);
NODISCARD bool admission_submit_later(struct admission *admission, struct admission_batch *batch,
    admission_on_done *on_done, void *context, struct error *error);
/* A batch that failed may be handed in again as it is. */
bool admission_batch_failed(const struct admission_batch *batch, struct error *ret_error);
