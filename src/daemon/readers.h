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

#include "checkpoint.h"

struct history;
struct metrics;
struct readers;

struct readers_options {
    struct history *history; /* what is named here and below is borrowed */
    struct delivery_stores delivery_stores;
    struct delivery_options delivery;
    struct digest_options digest;
    struct checkpoint checkpoint;
};

NODISCARD struct readers *daemon_readers_open(const struct readers_options *options, struct error *error);

/* Apply what the journal has beyond history, on this thread: lookups are whole before the first request. */
NODISCARD bool daemon_readers_catch_up(
    struct readers *readers, uint64_t *ret_event_count, struct error *error);
void daemon_readers_start(struct readers *readers);

/* Ask all to end, let each finish what is in flight, join them, seal history, and free. NULL is fine. */
void daemon_readers_close(struct readers *readers);

/* False once history could not go on. */
bool daemon_readers_are_healthy(struct readers *readers);
struct delivery_stats daemon_readers_delivery_stats(struct readers *readers);
void daemon_readers_fill_metrics(struct readers *readers, struct metrics *metrics);
