/* SPDX-License-Identifier: Apache-2.0 */
/*
 * question: a history_query made ready: limits checked, terms hashed, bounds folded into one.
 *
 * Threads: values.
 */
#pragma once

#include "attribute.h"

/* (event time, position): the order of answers. */
struct history_key {
    int64_t time_ms;
    uint64_t position;
};

static inline bool history_key_is_before(struct history_key a, struct history_key b) {
    return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.position < b.position;
}

struct history_question {
    const struct history_query *query;
    unsigned categories; /* never 0 unless nothing can match */
    size_t term_count;   /* per category; all must hold; 0 where has_id */
    uint64_t terms[HISTORY_CATEGORY_COUNT][HISTORY_FILTERS_MAX];
    bool has_id; /* one of the filters is an event id: the walk goes by that alone */
    uint64_t id_hash;
    struct history_key before; /* only what is before it */
    uint64_t position_max;     /* 0 where the query leaves it to the snapshot */
    int64_t time_ms_min;
    int64_t later_ms_min; /* retention: the later of event time and arrival is at least this; the store fills
                             it in */
};

/* ERROR_LIMIT for a filter count or limit out of range. `query` is borrowed. */
NODISCARD bool history_question_prepare(
    const struct history_query *query, struct history_question *ret_question, struct error *error);

/* Everything that is asked for of one event, from its facets. */
bool history_question_matches(
    const struct history_question *question, const struct event_facets *facets, int64_t arrived_at_ms);
