/* SPDX-License-Identifier: Apache-2.0 */
/* state: what the parts of delivery share. Private to the folder. Threads: one owner; stats under its mutex.
 */
#pragma once

#include "catalog/plans.h"
#include "catalog/trails.h"
#include "delivery/delivery.h"
#include "sys/thread.h"

#include "collect.h"
#include "lane.h"
#include "source.h"
#include "track.h"

#define DELIVERY_READER "delivery"

/* field / guarded by: stats: stats_mutex; everything else: the owner */
struct delivery {
    struct delivery_stores stores;
    struct delivery_options options;
    struct delivery_tracks *tracks;
    struct delivery_collector *collector;
    struct delivery_source source; /* of the reader; rebuilding has its own */
    struct delivery_lanes lanes;
    uint64_t position;       /* next to read */
    uint64_t saved_position; /* as the catalog has it */
    struct moment saved_at;
    struct moment now; /* of this step */
    bool broken;       /* a change of the catalog failed: nobody knows its fate, begin again from there */
    struct mutex stats_mutex;
    struct delivery_stats stats;
};

/* What came of trying to put one file. */
struct delivery_outcome {
    uint64_t plan_id, trail_id;
    bool done, lost;
    uint64_t gzip_bytes;
    char why[160];
};

/* put.c: plan the closed files in one change with positions and the reader's place; then try to put them. */
NODISCARD bool delivery_plan_closed(struct delivery *delivery, struct error *error);

/* Build and put one planned file from its inflated bytes. Never fails: it tells. */
void delivery_put_file(struct delivery *delivery, const struct catalog_plan *plan, struct bytes raw,
    struct delivery_outcome *ret_outcome);

/* Write outcomes and the status of their trails in one change. */
NODISCARD bool delivery_record_outcomes(
    struct delivery *delivery, const struct delivery_outcome *outcomes, size_t count, struct error *error);

/* retry.c: try the lanes that are due. */
NODISCARD bool delivery_retry_due(struct delivery *delivery, struct error *error);

/* gap.c: say that events will not be delivered. `name` makes the event's id: a repeat has the same. */
struct call_gap;
NODISCARD bool delivery_report_gap(
    struct delivery *delivery, struct str name, const struct call_gap *gap, struct error *error);
