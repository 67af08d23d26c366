/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange: the parent's side of one job: a worker started, told its job, and heard. What a worker says is
 * checked as hostile: it has read bytes from outside.
 *
 * Threads: an exchange one owner, but for engine_exchange_cancel(): any.
 */
#pragma once

#include "engine/engine.h"
#include "sys/child.h"

#include "job.h"

#include <stdatomic.h>

struct engine_exchange {
    struct child *child;
    struct buf payload;
    atomic_bool is_cancelled;
    bool is_over; /* the last frame was heard, or it broke */
};

/* Start a worker and tell it its job; root, library, memory, threads and so on are filled in. */
NODISCARD bool engine_exchange_begin(
    struct engine *engine, struct engine_job *job, struct engine_exchange *ret_exchange, struct error *error);
/* Kills what still runs. */
void engine_exchange_end(struct engine_exchange *exchange);

NODISCARD bool engine_exchange_say(struct engine_exchange *exchange, enum engine_frame_kind kind,
    struct bytes payload, struct instant deadline, struct error *error);

/* The next frame; the payload lives until the next call. A worker's failure becomes the error; one that
 * breaks off is ERROR_UNAVAILABLE with how it ended; ERROR_LIMIT at the deadline; ERROR_CONFLICT: cancelled.
 * After an error the worker is killed. */
NODISCARD bool engine_exchange_hear(struct engine_exchange *exchange, struct instant deadline,
    enum engine_frame_kind *ret_kind, struct bytes *ret_payload, struct error *error);
/* The same where only one kind is right. */
NODISCARD bool engine_exchange_hear_only(struct engine_exchange *exchange, enum engine_frame_kind kind,
    struct instant deadline, struct bytes *ret_payload, struct error *error);
/* Give up on a worker whose answer makes no sense: kills it, and makes the error one of the worker's. */
bool engine_exchange_break(struct engine_exchange *exchange, struct error *error);
void engine_exchange_cancel(struct engine_exchange *exchange);

/* `ms` from now; 0: never. */
struct instant engine_deadline(int64_t ms);

/* Remove what is left of a file that a worker did not finish; it may not be there. */
void engine_remove_file(struct engine *engine, const char *name);
