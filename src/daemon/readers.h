/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readers: the threads that move events on after they are durable: history's applier and
 * maintainer, delivery, digests. Each sleeps until there is something to do or a stop is asked for.
 *
 * Threads: create, start, stop and destroy from the main thread.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct delivery;
struct digest;
struct history;
struct journal;
struct readers;

struct readers_options {
    struct journal *journal; /* all borrowed */
    struct history *history;
    struct delivery *delivery;
    struct digest *digest;
};

struct readers *readers_create(const struct readers_options *options);

/* Apply what the journal has beyond history, on this thread: lookups are whole before the first request. */
NODISCARD bool readers_catch_up(struct readers *readers, uint64_t *ret_event_count, struct error *error);
void readers_start(struct readers *readers);

/* A trail changed: delivery and digests look again now, not at their next turn. */
void readers_wake(struct readers *readers);

/* Ask all to end, let each finish what is in flight, seal history, and join. */
void readers_stop(struct readers *readers);
void readers_destroy(struct readers *readers);

/* False once history could not go on. */
bool readers_are_healthy(struct readers *readers);
