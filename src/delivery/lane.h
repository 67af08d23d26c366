/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lane: which (trail, bucket) pairs wait for another attempt, and until when. A lane is there while
 * files of it are planned and not put; one that fails holds up only itself.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/str.h"
#include "base/time.h"

struct delivery_lane {
    uint64_t trail_id;
    char *owned_bucket;
    unsigned failures; /* in a row */
    struct moment opened_at, until;
};

struct delivery_lanes {
    struct delivery_lane *lanes;
    size_t count;
};

void delivery_lanes_finish(struct delivery_lanes *lanes);

/* The lane, or NULL where nothing of it waits. */
struct delivery_lane *delivery_lanes_find(struct delivery_lanes *lanes, uint64_t trail_id, struct str bucket);

/* The lane, made where missing and due at once. */
struct delivery_lane *delivery_lanes_open(
    struct delivery_lanes *lanes, uint64_t trail_id, struct str bucket, struct moment now);
void delivery_lanes_remove(struct delivery_lanes *lanes, struct delivery_lane *lane);

/* An attempt failed: the next one comes after 1 s, 2 s, 4 s ... at most 5 minutes. */
void delivery_lane_fail(struct delivery_lane *lane, struct moment now);

/* The earliest end of a wait; MOMENT_MAX where there are no lanes. */
struct moment delivery_lanes_next_due(const struct delivery_lanes *lanes);

/* Since when the longest-waiting lane waits; MOMENT_MAX where there are none. */
struct moment delivery_lanes_waiting_since(const struct delivery_lanes *lanes);
