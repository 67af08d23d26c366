/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readers: the threads that move events on after they are durable: history's applier and
 * maintainer, delivery, digests. Each sleeps until there is something to do or a stop is asked for.
 *
 * Threads: create, start, stop and destroy from the main thread.
 */
#pragma once

#include "delivery/delivery.h"
#include "digest/digest.h"

struct history;
struct metrics;
struct readers;

struct readers_options {
    struct history *history; /* what is named here and below is borrowed */
    struct delivery_stores delivery_stores;
    struct delivery_options delivery;
    struct digest_options digest;
};

NODISCARD struct readers *readers_open(const struct readers_options *options, struct error *error);

/* Apply what the journal has beyond history, on this thread: lookups are whole before the first request. */
NODISCARD bool readers_catch_up(struct readers *readers, uint64_t *ret_event_count, struct error *error);
void readers_start(struct readers *readers);

/* Ask all to end, let each finish what is in flight, join them, seal history, and free. NULL is fine. */
void readers_close(struct readers *readers);

/* False once history could not go on. */
bool readers_are_healthy(struct readers *readers);
struct delivery_stats readers_delivery_stats(struct readers *readers);
void readers_fill_metrics(struct readers *readers, struct metrics *metrics);
