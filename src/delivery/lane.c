/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include "base/mem.h"

enum { WAIT_MS_MAX = 5 * MS_PER_MINUTE, FAILURES_COUNTED_MAX = 20 };

void delivery_lanes_finish(struct delivery_lanes *lanes) {
    for (size_t i = 0; i < lanes->count; i++)
        mem_free(lanes->lanes[i].owned_bucket);
    mem_free(lanes->lanes);
    *lanes = (struct delivery_lanes){0};
}

struct delivery_lane *delivery_lanes_find(
    struct delivery_lanes *lanes, uint64_t trail_id, struct str bucket) {
    for (size_t i = 0; i < lanes->count; i++) {
        if (lanes->lanes[i].trail_id == trail_id && str_is(bucket, lanes->lanes[i].owned_bucket))
            return &lanes->lanes[i];
    }
    return NULL;
}

struct delivery_lane *delivery_lanes_open(
    struct delivery_lanes *lanes, uint64_t trail_id, struct str bucket, struct moment now) {
    struct delivery_lane *lane = delivery_lanes_find(lanes, trail_id, bucket);
    if (lane != NULL)
        return lane;
    lanes->lanes = mem_resize_array(lanes->lanes, lanes->count + 1, sizeof *lanes->lanes);
    lane = &lanes->lanes[lanes->count++];
    *lane = (struct delivery_lane){trail_id, mem_copy(bucket.data, bucket.size), 0, now, now};
    return lane;
}

void delivery_lanes_remove(struct delivery_lanes *lanes, struct delivery_lane *lane) {
    mem_free(lane->owned_bucket);
    *lane = lanes->lanes[--lanes->count];
}

void delivery_lane_fail(struct delivery_lane *lane, struct moment now) {
    unsigned doublings = lane->failures < FAILURES_COUNTED_MAX ? lane->failures : FAILURES_COUNTED_MAX;
    int64_t wait_ms = (int64_t)MS_PER_SECOND << doublings;
    lane->until.ms = now.ms + (wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX);
    lane->failures++;
}

struct moment delivery_lanes_next_due(const struct delivery_lanes *lanes) {
    struct moment due = MOMENT_MAX;
    for (size_t i = 0; i < lanes->count; i++) {
        if (lanes->lanes[i].until.ms < due.ms)
            due = lanes->lanes[i].until;
    }
    return due;
}

struct moment delivery_lanes_waiting_since(const struct delivery_lanes *lanes) {
    struct moment since = MOMENT_MAX;
    for (size_t i = 0; i < lanes->count; i++) {
        if (lanes->lanes[i].opened_at.ms < since.ms)
            since = lanes->lanes[i].opened_at;
    }
    return since;
}
