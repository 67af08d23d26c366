/* SPDX-License-Identifier: Apache-2.0 */
/*
 * put: the planned-file protocol.
 *
 * Invariants:
 *   1. A file is planned (committed) before any byte of it is put.
 *   2. The plan names key, positions and hash; the same change moves the reader's position to the
 *      first event that is in no plan. So each event is in one plan or still ahead.
 *   3. A file is marked done only after it was put.
 */
#include "base/check.h"
#include "base/mem.h"
#include "codec/compress.h"
#include "objects/objects.h"

#include "place.h"
#include "state.h"

#include <string.h>

static struct catalog_plan make_plan(
    const struct delivery *delivery, const struct delivery_file *file, struct arena *arena) {
    const struct catalog_version *version = file->version;
    char unique[DELIVERY_UNIQUE_SIZE];
    delivery_place_unique(unique);
    struct delivery_name name = {
        .prefix = version->s3_key_prefix,
        .account = version->account,
        .folder = str_from(file->folder),
        .region = delivery_file_region(file),
        .stamp = delivery_place_stamp(delivery->now, delivery->options.interval_ms),
        .unique = str_of(unique, sizeof unique),
    };
    SCOPED(buf_finish) struct buf key = BUF_INIT(BUF_UNBOUNDED);
    delivery_place_append_key(&key, &name);
    struct catalog_plan plan = {
        .trail_id = version->trail_id,
        .version_id = version->id,
        .account = version->account,
        .region = name.region,
        .folder = name.folder,
        .first_position = file->first_position,
        .last_position = file->last_position,
        .record_count = file->record_count,
        .raw_bytes = file->raw.size,
        .oldest_event_at = file->oldest_event_at,
        .newest_event_at = file->newest_event_at,
        .bucket = version->s3_bucket_name,
        .object_key = arena_str(arena, buf_str(&key)),
        .is_digested = version->log_file_validation_enabled,
        .planned_at = delivery->now,
        .delivered_at = MOMENT_NONE,
    };
    hash_sha256(buf_bytes(&file->raw), plan.raw_sha256);
    return plan;
}

static bool add_plans(
    struct catalog_change *change, struct catalog_plan *plans, size_t count, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        if (!catalog_plan_add(change, &plans[i], &plans[i].id, error))
            return error_context(error, "plan %.*s", STR(plans[i].object_key));
    }
    return true;
}

/* Invariants 1 and 2: everything in one change. */
static bool commit_plans(
    struct delivery *delivery, struct catalog_plan *plans, size_t count, struct error *error) {
    uint64_t position = delivery_collector_first_position(delivery->collector, delivery->position);
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(delivery->stores.catalog, error);
    bool done = change != NULL && add_plans(change, plans, count, error) &&
                delivery_tracks_save(delivery->tracks, change, error) &&
                catalog_reader_advance(change, DELIVERY_READER, position, error) &&
                catalog_commit(TAKE(change), error);
    if (!done) {
        delivery->broken = true;
        return error_context(error, "plan log files");
    }
    delivery_tracks_saved(delivery->tracks);
    delivery->saved_position = position;
    delivery->saved_at = delivery->now;
    MUTEX_SCOPE(&delivery->stats_mutex);
    for (size_t i = 0; i < count; i++) {
        delivery->stats.files_planned++;
        delivery->stats.events_planned += plans[i].record_count;
        delivery->stats.raw_bytes_planned += plans[i].raw_bytes;
    }
    return true;
}

static bool put_object(
    struct delivery *delivery, const struct catalog_plan *plan, struct bytes gzip, struct error *error) {
    static const struct objects_metadata METADATA = {
        .content_type = {"application/json", 16},
        .content_encoding = {"gzip", 4},
    };
    return objects_put(delivery->stores.objects, plan->bucket, plan->object_key, gzip, &METADATA,
        STR_LITERAL("bucket-owner-full-control"), error);
}

void delivery_put_file(struct delivery *delivery, const struct catalog_plan *plan, struct bytes raw,
    struct delivery_outcome *ret_outcome) {
    *ret_outcome = (struct delivery_outcome){.plan_id = plan->id, .trail_id = plan->trail_id};
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    struct error error = {0};
    if (gzip_append(&gzip, raw, &error) && put_object(delivery, plan, buf_bytes(&gzip), &error)) {
        ret_outcome->done = true;
        ret_outcome->gzip_bytes = gzip.size;
        struct delivery_lane *lane = delivery_lanes_find(&delivery->lanes, plan->trail_id, plan->bucket);
        if (lane != NULL)
            lane->failures = 0;
        return;
    }
    delivery_lane_fail(
        delivery_lanes_open(&delivery->lanes, plan->trail_id, plan->bucket, delivery->now), delivery->now);
    struct str why = str_slice(str_from(error.message), 0, sizeof ret_outcome->why - 1);
    ASSERT(why.size > 0);
    memcpy(ret_outcome->why, why.data, why.size);
}

static bool record_outcome(struct delivery *delivery, struct catalog_change *change,
    const struct delivery_outcome *outcome, struct error *error) {
    if (outcome->done)
        return catalog_plan_set_done(change, outcome->plan_id, delivery->now, error);
    if (outcome->lost)
        return catalog_plan_set_lost(change, outcome->plan_id, error);
    return catalog_plan_set_failed(change, outcome->plan_id, str_from(outcome->why), error);
}

/* A trail's status is that of its last attempt. */
static bool is_last_of_trail(const struct delivery_outcome *outcomes, size_t count, size_t index) {
    for (size_t i = index + 1; i < count; i++) {
        if (outcomes[i].trail_id == outcomes[index].trail_id)
            return false;
    }
    return true;
}

static bool record_all(struct delivery *delivery, struct catalog_change *change,
    const struct delivery_outcome *outcomes, size_t count, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        const struct delivery_outcome *outcome = &outcomes[i];
        if (!record_outcome(delivery, change, outcome, error))
            return false;
        if (is_last_of_trail(outcomes, count, i) &&
            !catalog_trail_set_delivery_status(
                change, outcome->trail_id, delivery->now, str_from(outcome->why), error))
            return false;
    }
    return true;
}

bool delivery_record_outcomes(
    struct delivery *delivery, const struct delivery_outcome *outcomes, size_t count, struct error *error) {
    if (count == 0)
        return true;
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(delivery->stores.catalog, error);
    if (change == NULL || !record_all(delivery, change, outcomes, count, error) ||
        !catalog_commit(TAKE(change), error)) {
        delivery->broken = true;
        return error_context(error, "record delivered log files");
    }
    MUTEX_SCOPE(&delivery->stats_mutex);
    for (size_t i = 0; i < count; i++) {
        delivery->stats.files_done += outcomes[i].done;
        delivery->stats.files_lost += outcomes[i].lost;
        delivery->stats.attempts_failed += !outcomes[i].done && !outcomes[i].lost;
        delivery->stats.gzip_bytes_done += outcomes[i].gzip_bytes;
    }
    return true;
}

/* Files of lanes that wait stay plans: they are built again when the lane is tried. */
static bool put_all(struct delivery *delivery, const struct delivery_file *file,
    const struct catalog_plan *plans, size_t count, struct error *error) {
    enum { BATCH = 64 };
    struct delivery_outcome outcomes[BATCH];
    size_t outcome_count = 0;
    for (size_t i = 0; i < count; i++, file = file->next) {
        ASSERT(file->record_count == plans[i].record_count);
        if (delivery_lanes_find(&delivery->lanes, plans[i].trail_id, plans[i].bucket) != NULL)
            continue;
        delivery_put_file(delivery, &plans[i], buf_bytes(&file->raw), &outcomes[outcome_count++]);
        if (outcome_count == BATCH) {
            if (!delivery_record_outcomes(delivery, outcomes, outcome_count, error))
                return false;
            outcome_count = 0;
        }
    }
    return delivery_record_outcomes(delivery, outcomes, outcome_count, error); /* invariant 3 */
}

static void destroy_files(struct delivery_file **files) {
    while (*files != NULL) {
        struct delivery_file *next = (*files)->next;
        delivery_file_destroy(*files);
        *files = next;
    }
}

bool delivery_plan_closed(struct delivery *delivery, struct error *error) {
    SCOPED(destroy_files) struct delivery_file *files = delivery_collector_take(delivery->collector);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    size_t count = 0;
    for (const struct delivery_file *file = files; file != NULL; file = file->next)
        count++;
    struct catalog_plan *plans = ARENA_ARRAY(&arena, count, struct catalog_plan);
    size_t made = 0;
    for (const struct delivery_file *file = files; file != NULL; file = file->next)
        plans[made++] = make_plan(delivery, file, &arena);
    return commit_plans(delivery, plans, count, error) && put_all(delivery, files, plans, count, error);
}
