/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retry: files that were planned and not put, after a crash or while a bucket was away. They are built
 * again from their positions, and their hash must be the planned one: what is put is what was planned.
 */
#include "base/check.h"
#include "base/mem.h"
#include "call/call.h"

#include "place.h"
#include "state.h"

#include <string.h>

enum { LANE_BATCH = 64 };

/* One plan being built again. */
struct rebuild {
    const struct catalog_plan *plan;
    const struct catalog_version *version;
    struct event_selectors *selectors;
    struct delivery_file file;
};

/* Plans whose spans overlap are built in one pass. */
struct pass {
    struct rebuild rebuilds[LANE_BATCH];
    size_t count;
    uint64_t first, last, bytes;
};

static void finish_pass(struct pass *pass) {
    for (size_t i = 0; i < pass->count; i++) {
        event_selectors_destroy(pass->rebuilds[i].selectors);
        buf_finish(&pass->rebuilds[i].file.raw);
    }
    pass->count = 0;
}

static bool belongs(const struct rebuild *rebuild, uint64_t position, const struct event_envelope *envelope) {
    const struct catalog_plan *plan = rebuild->plan;
    if (position < plan->first_position || position > plan->last_position ||
        !str_equals(plan->region, envelope->facets.region))
        return false;
    const char *folder = delivery_place_folder(envelope->facets.category);
    return folder != NULL && str_is(plan->folder, folder) &&
           delivery_place_wants(rebuild->version, rebuild->selectors, envelope);
}

static bool on_event(
    uint64_t position, const struct event_envelope *envelope, void *context, struct error *error) {
    struct pass *pass = context;
    (void)error;
    for (size_t i = 0; i < pass->count; i++) {
        struct rebuild *rebuild = &pass->rebuilds[i];
        if (belongs(rebuild, position, envelope) && rebuild->file.raw.size <= rebuild->plan->raw_bytes)
            delivery_file_append(&rebuild->file, position, envelope);
    }
    return true;
}

static bool add_rebuild(struct delivery *delivery, struct pass *pass, const struct catalog_plan *plan,
    struct arena *arena, struct error *error) {
    struct catalog_version *version = ARENA_NEW(arena, struct catalog_version);
    struct rebuild *rebuild = &pass->rebuilds[pass->count];
    *rebuild = (struct rebuild){.plan = plan, .version = version};
    rebuild->file = (struct delivery_file){.version = version, .raw = BUF_INIT(BUF_UNBOUNDED)};
    if (!catalog_version_get(delivery->stores.catalog, plan->version_id, arena, version, error) ||
        !delivery_place_parse_selectors(version, &rebuild->selectors, error))
        return false;
    pass->count++;
    pass->bytes += plan->raw_bytes;
    pass->last = plan->last_position > pass->last ? plan->last_position : pass->last;
    return true;
}

/* Fill a pass with the first plan and those after it that overlap and fit in memory. */
static bool fill_pass(struct delivery *delivery, struct pass *pass, const struct catalog_plan *plans,
    size_t count, struct arena *arena, struct error *error) {
    uint64_t bytes_max = delivery->options.memory_bytes_max / 2;
    pass->first = plans[0].first_position;
    for (size_t i = 0; i < count; i++) {
        bool fits = i == 0 ||
                    (plans[i].first_position <= pass->last && pass->bytes + plans[i].raw_bytes <= bytes_max);
        if (!fits)
            break;
        if (!add_rebuild(delivery, pass, &plans[i], arena, error))
            return false;
    }
    return true;
}

static bool is_as_planned(const struct delivery_file *file, const struct catalog_plan *plan) {
    uint8_t hash[SHA256_SIZE];
    hash_sha256(buf_bytes(&file->raw), hash);
    return file->record_count == plan->record_count && memcmp(hash, plan->raw_sha256, SHA256_SIZE) == 0;
}

static bool give_up(struct delivery *delivery, const struct catalog_plan *plan,
    const struct catalog_version *version, struct str reason, struct delivery_outcome *ret_outcome,
    struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct call_gap gap = {
        .account = plan->account,
        .region = plan->region,
        .entry = arena_format(&arena, "delivery %.*s", STR(version->trail_arn)),
        .reason = arena_format(
            &arena, "%.*s: s3://%.*s/%.*s", STR(reason), STR(plan->bucket), STR(plan->object_key)),
        .count = plan->record_count,
        .is_exact = true,
        .first_at = plan->oldest_event_at,
        .last_at = plan->newest_event_at,
        .now = plan->planned_at, /* not the time of giving up: a repeat must give the same bytes */
    };
    if (!delivery_report_gap(delivery, plan->object_key, &gap, error))
        return false;
    *ret_outcome = (struct delivery_outcome){.plan_id = plan->id, .trail_id = plan->trail_id, .lost = true};
    struct str text = str_slice(reason, 0, sizeof ret_outcome->why - 1);
    memcpy(ret_outcome->why, text.data, text.size);
    return true;
}

static bool is_expired(const struct delivery *delivery, const struct catalog_plan *plan) {
    return plan->planned_at.ms + delivery->options.retry_ms <= delivery->now.ms;
}

/* Put what a pass built. `ret_goes_on` false where the bucket refused: the lane waits again. */
static bool put_pass(struct delivery *delivery, struct pass *pass, struct delivery_outcome *outcomes,
    size_t *outcome_count, bool *ret_goes_on, struct error *error) {
    bool goes_on = true;
    for (size_t i = 0; i < pass->count; i++) {
        struct rebuild *rebuild = &pass->rebuilds[i];
        struct delivery_outcome *outcome = &outcomes[*outcome_count];
        const char *lost_because = NULL;
        if (rebuild->file.record_count > 0)
            delivery_file_end(&rebuild->file);
        if (!is_as_planned(&rebuild->file, rebuild->plan)) {
            lost_because = "the stored events are not the planned ones";
        } else {
            if (goes_on) {
                delivery_put_file(delivery, rebuild->plan, buf_bytes(&rebuild->file.raw), outcome);
                goes_on = outcome->done;
            } else if (!is_expired(delivery, rebuild->plan)) {
                continue;
            }
            if (!goes_on && is_expired(delivery, rebuild->plan))
                lost_because = "the bucket refused it for the whole retry period";
        }
        if (lost_because != NULL &&
            !give_up(delivery, rebuild->plan, rebuild->version, str_from(lost_because), outcome, error))
            return false;
        (*outcome_count)++;
    }
    *ret_goes_on = goes_on;
    return true;
}

/* Events that history no longer has: their plans can never be built. */
static bool give_up_expired_events(struct delivery *delivery, struct pass *pass, uint64_t oldest_left,
    struct delivery_outcome *outcomes, size_t *outcome_count, struct error *error) {
    for (size_t i = 0; i < pass->count; i++) {
        const struct rebuild *rebuild = &pass->rebuilds[i];
        if (rebuild->plan->first_position >= oldest_left)
            continue;
        if (!give_up(delivery, rebuild->plan, rebuild->version,
                STR_LITERAL("its events are past the retention of history"), &outcomes[*outcome_count],
                error))
            return false;
        (*outcome_count)++;
    }
    return true;
}

/* Build and put one pass of the lane's plans; `ret_goes_on` false where the lane must wait. */
static bool run_pass(struct delivery *delivery, struct pass *pass, bool *ret_goes_on, struct error *error) {
    struct delivery_outcome outcomes[LANE_BATCH];
    size_t outcome_count = 0;
    struct delivery_source source = delivery_source_make(delivery->stores.journal, delivery->stores.history);
    uint64_t next = pass->first;
    bool read = true;
    while (read && next <= pass->last) {
        uint64_t before = next;
        read = delivery_source_read(&source, next, pass->last, on_event, pass, &next, error);
        if (read && next == before)
            read = error_set(error, ERROR_CORRUPT, "planned events are not in the journal");
    }
    delivery_source_finish(&source);
    bool done = false;
    *ret_goes_on = true;
    if (read)
        done = put_pass(delivery, pass, outcomes, &outcome_count, ret_goes_on, error);
    else if (error->kind == ERROR_NOT_FOUND)
        done = give_up_expired_events(delivery, pass, next, outcomes, &outcome_count, error);
    return done && delivery_record_outcomes(delivery, outcomes, outcome_count, error);
}

/* One batch of one lane. */
static bool retry_lane(
    struct delivery *delivery, struct catalog_lane key, struct arena *arena, struct error *error) {
    struct catalog_plan *plans = NULL;
    size_t count = 0;
    if (!catalog_plan_list_planned(delivery->stores.catalog, key, LANE_BATCH, arena, &plans, &count, error))
        return false;
    if (count == 0) {
        struct delivery_lane *lane = delivery_lanes_find(&delivery->lanes, key.trail_id, key.bucket);
        delivery_lanes_remove(&delivery->lanes, lane);
        return true;
    }
    bool goes_on = true;
    for (size_t at = 0; at < count && goes_on;) {
        struct pass *pass = ARENA_NEW(arena, struct pass);
        bool done = fill_pass(delivery, pass, plans + at, count - at, arena, error) &&
                    run_pass(delivery, pass, &goes_on, error);
        at += pass->count;
        finish_pass(pass);
        if (!done)
            return false;
    }
    return true;
}

bool delivery_retry_due(struct delivery *delivery, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_lane *keys = ARENA_ARRAY(&arena, delivery->lanes.count, struct catalog_lane);
    size_t count = 0;
    for (size_t i = 0; i < delivery->lanes.count; i++) {
        const struct delivery_lane *lane = &delivery->lanes.lanes[i];
        if (lane->until.ms <= delivery->now.ms)
            keys[count++] =
                (struct catalog_lane){lane->trail_id, arena_str(&arena, str_from(lane->owned_bucket))};
    }
    for (size_t i = 0; i < count; i++) {
        if (!retry_lane(delivery, keys[i], &arena, error))
            return false;
    }
    return true;
}
