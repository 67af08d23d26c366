/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery: the reader's step: read, close, plan, put, retry. The planned-file protocol and its
 * invariants are in put.c.
 */
#include "delivery/delivery.h"

#include "base/check.h"
#include "base/mem.h"
#include "call/call.h"
#include "journal/journal.h"

#include "place.h"
#include "state.h"

enum {
    READ_EVENTS_MAX = 50000, /* in one step */
    SAVE_AFTER_MS = 10 * MS_PER_SECOND,
    SAVE_AFTER_EVENTS = 1000000,
};

static void on_switch(uint64_t trail_id, void *context) {
    struct delivery *delivery = context;
    delivery_collector_close_trail(delivery->collector, trail_id);
}

static struct delivery_options with_defaults(const struct delivery_options *options) {
    struct delivery_options full = *options;
    if (full.interval_ms == 0)
        full.interval_ms = 5 * MS_PER_MINUTE;
    if (full.retry_ms == 0)
        full.retry_ms = (int64_t)30 * MS_PER_DAY;
    if (full.file_bytes_max == 0)
        full.file_bytes_max = DELIVERY_FILE_BYTES_MAX;
    if (full.memory_bytes_max == 0)
        full.memory_bytes_max = (uint64_t)128 << 20;
    return full;
}

/* Groups that were planned beyond the reader's saved position, and lanes that a crash left. */
static bool load_plans(struct delivery *delivery, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_planned_group *groups = NULL;
    size_t count = 0;
    if (!catalog_plan_list_groups(
            delivery->stores.catalog, delivery->position, &arena, &groups, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        delivery_collector_skip(delivery->collector, groups[i].trail_id, groups[i].region, groups[i].folder,
            groups[i].last_position);
    }
    struct catalog_lane *lanes = NULL;
    if (!catalog_plan_list_lanes(delivery->stores.catalog, &arena, &lanes, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        delivery_lanes_open(&delivery->lanes, lanes[i].trail_id, lanes[i].bucket, MOMENT_MIN);
    return true;
}

static void drop_state(struct delivery *delivery) {
    delivery_source_finish(&delivery->source);
    delivery_collector_destroy(TAKE(delivery->collector));
    delivery_tracks_destroy(TAKE(delivery->tracks));
    delivery_lanes_finish(&delivery->lanes);
}

/* Begin from what the catalog says: at opening, and after a change that failed. */
static bool load_state(struct delivery *delivery, struct error *error) {
    const struct delivery_stores *stores = &delivery->stores;
    const struct delivery_options *options = &delivery->options;
    delivery->tracks = delivery_tracks_create(stores->catalog, on_switch, delivery);
    delivery->collector =
        delivery_collector_create(options->interval_ms, options->file_bytes_max, options->memory_bytes_max);
    delivery->source = delivery_source_make(stores->journal, stores->history);
    delivery->saved_at = MOMENT_MIN;
    if (!catalog_reader_position(stores->catalog, DELIVERY_READER, &delivery->position, error) ||
        !load_plans(delivery, error))
        return false;
    delivery->saved_position = delivery->position;
    return true;
}

static void closep(struct delivery **delivery) {
    delivery_close(*delivery);
}

struct delivery *delivery_open(
    const struct delivery_stores *stores, const struct delivery_options *options, struct error *error) {
    SCOPED(closep) struct delivery *delivery = MEM_NEW(struct delivery);
    delivery->stores = *stores;
    delivery->options = with_defaults(options);
    mutex_init(&delivery->stats_mutex);
    if (!load_state(delivery, error))
        return NULL;
    delivery->stats.position = delivery->position;
    return TAKE(delivery);
}

void delivery_close(struct delivery *delivery) {
    if (delivery == NULL)
        return;
    drop_state(delivery);
    mutex_finish(&delivery->stats_mutex);
    mem_free(delivery);
}

/* Match one event with the trails of its account. */
static bool on_event(
    uint64_t position, const struct event_envelope *envelope, void *context, struct error *error) {
    struct delivery *delivery = context;
    if (!delivery_tracks_meet(delivery->tracks, position, envelope->facets.id, error))
        return false;
    size_t count = 0;
    struct delivery_track *tracks = delivery_tracks_of(delivery->tracks, envelope->facets.account, &count);
    for (size_t i = 0; i < count; i++) {
        const struct catalog_version *version = tracks[i].current;
        if (version != NULL && version->is_logging &&
            delivery_place_wants(version, tracks[i].selectors, envelope))
            delivery_collector_add(delivery->collector, version, position, envelope, delivery->now);
    }
    delivery->position = position + 1;
    return !delivery_collector_is_full(delivery->collector);
}

/* History's retention was faster than this reader: say so, and go on with what is left. */
static bool skip_expired(struct delivery *delivery, uint64_t oldest_left, struct error *error) {
    ASSERT(oldest_left > delivery->position);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str name = arena_format(&arena, "reader %llu", (unsigned long long)delivery->position);
    struct call_gap gap = {
        .account = delivery->options.home_account,
        .region = delivery->options.home_region,
        .entry = STR_LITERAL("delivery"),
        .reason = STR_LITERAL("events passed the retention of history before delivery read them"),
        .count = oldest_left - delivery->position,
        .is_exact = false, /* not every one of them was for a trail */
        .first_at = MOMENT_NONE,
        .last_at = MOMENT_NONE,
        .now = delivery->now,
    };
    if (!delivery_report_gap(delivery, name, &gap, error))
        return false;
    delivery_tracks_skip(delivery->tracks, oldest_left, delivery->now);
    delivery->position = oldest_left;
    return true;
}

/* Read on to the journal's end, or as far as one step and memory go. */
static bool read_events(struct delivery *delivery, uint64_t *ret_end, struct error *error) {
    /* The end before the catalog: a change is committed before its event is admitted, so every event up
     * to this end finds its version loaded. */
    uint64_t end = journal_end(delivery->stores.journal);
    *ret_end = end;
    if (!delivery_tracks_load(delivery->tracks, delivery->position, error))
        return false;
    if (delivery->position > end)
        return delivery_tracks_reach(delivery->tracks, delivery->position, error);
    uint64_t last =
        end - delivery->position < READ_EVENTS_MAX ? end : delivery->position + READ_EVENTS_MAX - 1;
    uint64_t next = delivery->position;
    if (!delivery_source_read(
            &delivery->source, delivery->position, last, on_event, delivery, &next, error)) {
        if (error->kind != ERROR_NOT_FOUND)
            return error_context(error, "delivery reads position %llu", (unsigned long long)next);
        if (!skip_expired(delivery, next, error))
            return false;
    }
    return delivery_tracks_reach(delivery->tracks, delivery->position, error);
}

/* Is there progress that only the catalog's copy of the position lacks? */
static bool must_save(const struct delivery *delivery) {
    uint64_t position = delivery_collector_first_position(delivery->collector, delivery->position);
    if (position <= delivery->saved_position)
        return false;
    return position - delivery->saved_position >= SAVE_AFTER_EVENTS ||
           delivery->now.ms - SAVE_AFTER_MS >= delivery->saved_at.ms;
}

static struct moment earlier(struct moment a, struct moment b) {
    return a.ms < b.ms ? a : b;
}

static struct moment find_next_due(const struct delivery *delivery, uint64_t end) {
    if (delivery->position <= end)
        return delivery->now;
    struct moment due =
        earlier(delivery_collector_next_due(delivery->collector), delivery_lanes_next_due(&delivery->lanes));
    if (delivery->position > delivery->saved_position &&
        delivery_collector_open_count(delivery->collector) == 0)
        due = earlier(due, (struct moment){delivery->saved_at.ms + SAVE_AFTER_MS});
    return due.ms < delivery->now.ms ? delivery->now : due;
}

static void publish_stats(struct delivery *delivery) {
    MUTEX_SCOPE(&delivery->stats_mutex);
    delivery->stats.position = delivery->position;
    delivery->stats.backlog_lanes = delivery->lanes.count;
    delivery->stats.memory_bytes = delivery_collector_memory(delivery->collector);
    delivery->stats.waiting_since = delivery_lanes_waiting_since(&delivery->lanes);
    if (delivery_collector_open_count(delivery->collector) > 0) {
        struct moment due = delivery_collector_next_due(delivery->collector);
        delivery->stats.waiting_since =
            earlier(delivery->stats.waiting_since, (struct moment){due.ms - delivery->options.interval_ms});
    }
}

bool delivery_step(
    struct delivery *delivery, struct moment now, struct moment *ret_next_due, struct error *error) {
    delivery->now = now;
    if (delivery->broken) {
        drop_state(delivery);
        if (!load_state(delivery, error))
            return false;
        delivery->broken = false;
    }
    uint64_t end = 0;
    if (!read_events(delivery, &end, error))
        return false;
    delivery_collector_close_due(delivery->collector, now);
    if (delivery_collector_closed(delivery->collector) != NULL ||
        delivery_tracks_need_saving(delivery->tracks) || must_save(delivery)) {
        if (!delivery_plan_closed(delivery, error))
            return false;
    }
    if (!delivery_retry_due(delivery, error))
        return false;
    *ret_next_due = find_next_due(delivery, end);
    publish_stats(delivery);
    return true;
}

void delivery_stats(struct delivery *delivery, struct delivery_stats *ret_stats) {
    MUTEX_SCOPE(&delivery->stats_mutex);
    *ret_stats = delivery->stats;
}
