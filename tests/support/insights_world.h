/* SPDX-License-Identifier: Apache-2.0 */
/* insights_world: a reader of insights, fed with events of our own; keeps the records that it admits. */
#pragma once

#include "base/own.h"
#include "event/event.h"
#include "insights/insights.h"
#include "support/disk_sim.h"
#include "support/tap.h"

#include <stdlib.h>

enum { WORLD_RECORDS_MAX = 64, WORLD_START_MINUTE = 29453760 /* 2026-01-01T00:00Z, a Thursday */ };

struct insights_world {
    struct insights *insights;
    struct insights_options options;
    struct disk_sim *sim; /* NULL: in memory */
    uint64_t position;
    char *records[WORLD_RECORDS_MAX];
    size_t record_count;
    bool refuses; /* the records */
};

static inline bool insights_world_take(struct str record, void *context, struct error *error) {
    struct insights_world *world = context;
    if (world->refuses)
        return error_set(error, ERROR_UNAVAILABLE, "not now");
    EXPECT(world->record_count < WORLD_RECORDS_MAX);
    if (world->record_count < WORLD_RECORDS_MAX)
        world->records[world->record_count++] = mem_copy(record.data, record.size);
    return true;
}

static inline bool insights_world_reopen(struct insights_world *world) {
    struct error error = {0};
    insights_close(world->insights);
    world->options.on_insight = insights_world_take;
    world->options.context = world;
    world->insights =
        insights_open(world->sim != NULL ? disk_sim_disk(world->sim) : NULL, &world->options, &error);
    if (world->insights == NULL)
        printf("# open: %s\n", error.message);
    return world->insights != NULL;
}

static inline void insights_world_close(struct insights_world *world) {
    insights_close(world->insights);
    if (world->sim != NULL)
        disk_sim_destroy(world->sim);
    for (size_t i = 0; i < world->record_count; i++)
        mem_free(world->records[i]);
}

static inline struct moment insights_world_time(int64_t minute) {
    return (struct moment){(WORLD_START_MINUTE + minute) * MS_PER_MINUTE};
}

/* A call to be varied: a failing or good write by somebody. */
static inline struct event_facets insights_world_call(int64_t minute) {
    return (struct event_facets){.time = insights_world_time(minute),
        .category = EVENT_MANAGEMENT,
        .read_only = EVENT_FALSE,
        .management_event = EVENT_TRUE,
        .name = STR_LITERAL("RunInstances"),
        .source = STR_LITERAL("ec2.amazonaws.com"),
        .region = STR_LITERAL("eu-west-1"),
        .account = STR_LITERAL("210987654321"),
        .event_type = STR_LITERAL("AwsApiCall"),
        .category_text = STR_LITERAL("Management"),
        .user_arn = STR_LITERAL("arn:aws:sts::210987654321:assumed-role/Deployer/session-1"),
        .user_agent = STR_LITERAL("aws-cli/2.27.0")};
}

static inline bool insights_world_apply_at(
    struct insights_world *world, const struct event_facets *facets, struct moment arrived_at) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf payload = BUF_INIT(1 << 16);
    struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_EVENTS,
        .arrived_at = arrived_at,
        .facets = *facets,
        .record = STR_LITERAL("{}")};
    event_envelope_append(&payload, &envelope);
    bool applied = insights_apply(world->insights, world->position + 1, buf_bytes(&payload), &error);
    if (applied)
        world->position++;
    else
        printf("# apply: %s\n", error.message);
    return applied;
}

/* It arrives in the second in which it happened. */
static inline bool insights_world_apply(struct insights_world *world, const struct event_facets *facets) {
    return insights_world_apply_at(world, facets, facets->time);
}

static inline bool insights_world_advance(struct insights_world *world, int64_t minute) {
    struct error error = {0};
    struct moment now = {insights_world_time(minute).ms + INSIGHTS_GRACE_MS};
    bool advanced = insights_advance(world->insights, now, &error);
    if (!advanced)
        printf("# advance: %s\n", error.message);
    return advanced;
}

/* Until nothing is left to do. */
static inline bool insights_world_maintain(struct insights_world *world, int64_t minute, bool force) {
    struct error error = {0};
    bool has_more = true, ok = true;
    for (int i = 0; ok && has_more && i < 1000; i++)
        ok = insights_maintain(
            world->insights, insights_world_time(minute), force && i == 0, &has_more, &error);
    if (!ok)
        printf("# maintain: %s\n", error.message);
    return ok;
}

static inline struct insights_series insights_world_series(void) {
    struct event_facets facets = insights_world_call(0);
    return (struct insights_series){.type = INSIGHTS_CALL_RATE,
        .account = facets.account,
        .region = facets.region,
        .event_source = facets.source,
        .event_name = facets.name};
}

/* The sum of a series from minute `from` to `to` (exclusive), by periods of so many seconds. */
static inline double insights_world_sum(
    struct insights_world *world, struct insights_series series, int64_t from, int64_t to, int64_t period_s) {
    struct error error = {0};
    struct arena arena = ARENA_INIT;
    struct insights_query query = {.series = series,
        .period_s = period_s,
        .from = insights_world_time(from),
        .to = insights_world_time(to),
        .now = insights_world_time(to),
        .count_max = INSIGHTS_VALUES_MAX};
    struct insights_values values = {0};
    bool asked = insights_query(world->insights, &query, &arena, &values, &error);
    if (!asked)
        printf("# query: %s\n", error.message);
    EXPECT(asked);
    double sum = 0;
    for (size_t i = 0; asked && i < values.count; i++)
        sum += values.values[i];
    arena_finish(&arena);
    return sum;
}
