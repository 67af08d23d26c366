/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: events by position, from the journal while it has them, else from history.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "event/event.h"

struct history;
struct journal;
struct journal_cursor;

struct delivery_source {
    struct journal *journal;
    struct history *history; /* may be NULL */
    struct journal_cursor *cursor;
    struct arena arena; /* of the event that is being shown */
};

struct delivery_source delivery_source_make(struct journal *journal, struct history *history);
void delivery_source_finish(struct delivery_source *source);

/* One event; false to stop, with an error or (kind ERROR_NONE) without. It lives for the call. */
typedef bool delivery_on_event(
    uint64_t position, const struct event_envelope *envelope, void *context, struct error *error);

/* Show the events of [from, last] in order. `ret_next` is the position after the last one shown, also
 * on failure. ERROR_NOT_FOUND: history's retention took the events from there, `ret_next` is the
 * first one that is left. */
NODISCARD bool delivery_source_read(struct delivery_source *source, uint64_t from, uint64_t last,
    delivery_on_event *on_event, void *context, uint64_t *ret_next, struct error *error);
