/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history_model: what a history should answer, found by looking at every event there is.
 */
#pragma once

#include "base/own.h"
#include "history/history.h"
#include "support/sample_event.h"
#include "support/tap.h"

#include <stdlib.h>

enum { MODEL_EVENTS_MAX = 8192 };

struct history_model {
    struct event_parser *parser;
    struct arena arena;
    size_t count; /* the event at position i + 1 is events[i] */
    struct bytes payloads[MODEL_EVENTS_MAX];
    struct event_envelope events[MODEL_EVENTS_MAX];
    int64_t retention_ms;
};

static inline struct history_model *history_model_create(void) {
    struct history_model *model = mem_alloc(sizeof *model);
    model->parser = event_parser_create();
    return model;
}

static inline void history_model_destroy(struct history_model *model) {
    event_parser_destroy(model->parser);
    arena_finish(&model->arena);
    mem_free(model);
}

/* The next event; returns its payload. */
static inline struct bytes history_model_add(struct history_model *model, const struct sample_event *event) {
    struct buf payload = BUF_INIT(BUF_UNBOUNDED);
    struct error error = {0};
    ASSERT(model->count < MODEL_EVENTS_MAX);
    if (!sample_payload(model->parser, &payload, event, &error)) {
        printf("# %s\n", error.message);
        ASSERT(false);
    }
    struct bytes kept = arena_bytes(&model->arena, buf_bytes(&payload));
    buf_finish(&payload);
    model->payloads[model->count] = kept;
    ASSERT(event_envelope_parse(&model->arena, kept, &model->events[model->count], &error));
    model->count++;
    return kept;
}

static inline bool model_filter_holds(
    const struct history_filter *filter, const struct event_facets *facets) {
    char id[UUID_TEXT_SIZE + 1];
    switch (filter->attribute) {
    case HISTORY_ACCESS_KEY_ID:
        return str_equals(filter->value, facets->access_key_id);
    case HISTORY_EVENT_ID:
        uuid_format(facets->id, id);
        return str_is(filter->value, id);
    case HISTORY_EVENT_NAME:
        return str_equals(filter->value, facets->name);
    case HISTORY_EVENT_SOURCE:
        return str_equals(filter->value, facets->source);
    case HISTORY_READ_ONLY:
        return str_is(filter->value, facets->read_only == EVENT_TRUE ? "true" : "false");
    case HISTORY_RESOURCE_NAME:
        for (size_t i = 0; i < facets->lookup_resource_count; i++)
            if (str_equals(filter->value, facets->lookup_resources[i].name))
                return true;
        return false;
    case HISTORY_RESOURCE_TYPE:
        for (size_t i = 0; i < facets->lookup_resource_count; i++)
            if (str_equals(filter->value, facets->lookup_resources[i].type))
                return true;
        return false;
    case HISTORY_USERNAME:
        return str_equals(filter->value, facets->username);
    case HISTORY_SOURCE_IP:
        return str_equals(filter->value, facets->source_ip);
    case HISTORY_ERROR_CODE:
        return filter->value.size > 0 && str_equals(filter->value, facets->error_code);
    case HISTORY_USER_ARN:
        return str_equals(filter->value, facets->user_arn);
    case HISTORY_RESOURCE_ARN:
        for (size_t i = 0; i < facets->resource_count; i++)
            if (str_equals(filter->value, facets->resources[i].name))
                return true;
        return false;
    case HISTORY_ATTRIBUTE_COUNT:
        break;
    }
    return false;
}

/* As history orders them: is (time, position) of a before that of b? */
static inline bool model_is_older(const struct history_model *model, size_t a, size_t b) {
    int64_t time_a = model->events[a].facets.time.ms;
    int64_t time_b = model->events[b].facets.time.ms;
    return time_a != time_b ? time_a < time_b : a < b;
}

static inline bool model_matches(
    const struct history_model *model, size_t index, const struct history_query *query) {
    const struct event_envelope *event = &model->events[index];
    const struct event_facets *facets = &event->facets;
    int64_t time_ms = facets->time.ms;
    int64_t later_ms = time_ms > event->arrived_at.ms ? time_ms : event->arrived_at.ms;
    if (event->kind != EVENT_KIND_EVENT || !str_equals(facets->account, query->account) ||
        !str_equals(facets->region, query->region) || time_ms < query->from.ms || time_ms > query->to.ms)
        return false;
    if (query->categories != 0 && (query->categories >> facets->category & 1) == 0)
        return false;
    if (model->retention_ms > 0 && later_ms < query->now.ms - model->retention_ms)
        return false;
    if (query->position_max != 0 && index + 1 > query->position_max)
        return false;
    if (query->has_before && (time_ms > query->before_time.ms ||
                                 (time_ms == query->before_time.ms && index + 1 >= query->before_position)))
        return false;
    for (size_t i = 0; i < query->filter_count; i++)
        if (!model_filter_holds(&query->filters[i], facets))
            return false;
    return true;
}

/* The positions of the answer, newest first; returns how many there are in all. */
static inline size_t history_model_lookup(
    const struct history_model *model, const struct history_query *query, uint64_t *ret_positions) {
    static _Thread_local size_t found[MODEL_EVENTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < model->count; i++) {
        if (!model_matches(model, i, query))
            continue;
        size_t place = count++;
        for (; place > 0 && model_is_older(model, found[place - 1], i); place--)
            found[place] = found[place - 1];
        found[place] = i;
    }
    for (size_t i = 0; i < count && i < query->limit; i++)
        ret_positions[i] = found[i] + 1;
    return count;
}

/* Does the hit carry just what was put in? */
static inline bool model_hit_is_whole(const struct history_model *model, const struct history_hit *hit) {
    struct buf payload = BUF_INIT(BUF_UNBOUNDED);
    event_envelope_append(&payload, &hit->envelope);
    bool same = hit->position >= 1 && hit->position <= model->count &&
                bytes_equal(buf_bytes(&payload), model->payloads[hit->position - 1]);
    buf_finish(&payload);
    return same;
}

/* Ask both; true where they agree on everything. */
static inline bool history_model_agrees(
    const struct history_model *model, struct history *history, const struct history_query *query) {
    static uint64_t expected[HISTORY_LIMIT_MAX];
    struct arena arena = ARENA_INIT;
    struct history_page page = {0};
    struct error error = {0};
    bool same = history_lookup(history, query, &arena, &page, &error);
    size_t total = history_model_lookup(model, query, expected);
    size_t count = total < query->limit ? total : query->limit;
    if (!same)
        printf("# %s\n", error.message);
    if (same && (page.count != count || page.has_more != (total > count))) {
        printf("# %zu hits (%s), expected %zu of %zu\n", page.count, page.has_more ? "more" : "all", count,
            total);
        same = false;
    }
    for (size_t i = 0; i < count && same; i++) {
        same = page.hits[i].position == expected[i] && model_hit_is_whole(model, &page.hits[i]);
        if (!same)
            printf("# hit %zu is position %" PRIu64 ", expected %" PRIu64 "\n", i, page.hits[i].position,
                expected[i]);
    }
    arena_finish(&arena);
    return same;
}
