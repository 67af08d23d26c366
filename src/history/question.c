/* SPDX-License-Identifier: Apache-2.0 */
#include "question.h"

static bool check_limits(const struct history_query *query, struct error *error) {
    if (query->filter_count > HISTORY_FILTERS_MAX)
        return error_set(error, ERROR_LIMIT, "%zu filters; at most %d are possible", query->filter_count,
            HISTORY_FILTERS_MAX);
    if (query->limit < 1 || query->limit > HISTORY_LIMIT_MAX)
        return error_set(error, ERROR_LIMIT, "a limit of %zu results; 1 to %d are possible", query->limit,
            HISTORY_LIMIT_MAX);
    return true;
}

/* An event id needs no other list: hardly two events share one. */
static void take_id(struct history_question *question, const struct history_filter *filter) {
    struct uuid id;
    question->has_id = true;
    if (uuid_parse(filter->value, &id))
        question->id_hash = history_id_hash(id);
    else
        question->categories = 0;
}

static void take_terms(struct history_question *question) {
    const struct history_query *query = question->query;
    uint64_t place = history_place_hash(query->account, query->region);
    for (unsigned category = 0; category < HISTORY_CATEGORY_COUNT; category++) {
        uint64_t *terms = question->terms[category];
        for (size_t i = 0; i < query->filter_count; i++)
            terms[i] = history_term(
                place, (enum event_category)category, query->filters[i].attribute, query->filters[i].value);
        if (query->filter_count == 0)
            terms[0] = history_term_all(place, (enum event_category)category);
    }
    question->term_count = query->filter_count > 0 ? query->filter_count : 1;
}

bool history_question_prepare(
    const struct history_query *query, struct history_question *ret_question, struct error *error) {
    if (!check_limits(query, error))
        return false;
    unsigned all = (1U << HISTORY_CATEGORY_COUNT) - 1;
    struct history_question question = {.query = query,
        .categories = query->categories != 0 ? query->categories & all : all,
        .position_max = query->position_max,
        .time_ms_min = query->from.ms,
        .later_ms_min = INT64_MIN};
    /* `to` is inclusive: the first key after it, which no position reaches. */
    question.before = (struct history_key){query->to.ms, UINT64_MAX};
    struct history_key continued = {query->before_time.ms, query->before_position};
    if (query->has_before && history_key_is_before(continued, question.before))
        question.before = continued;
    for (size_t i = 0; i < query->filter_count; i++)
        if (query->filters[i].attribute == HISTORY_EVENT_ID)
            take_id(&question, &query->filters[i]);
    if (!question.has_id)
        take_terms(&question);
    *ret_question = question;
    return true;
}

bool history_question_matches(
    const struct history_question *question, const struct event_facets *facets, int64_t arrived_at_ms) {
    const struct history_query *query = question->query;
    int64_t later_ms = facets->time.ms > arrived_at_ms ? facets->time.ms : arrived_at_ms;
    if (later_ms < question->later_ms_min || (question->categories >> facets->category & 1) == 0)
        return false;
    if (!str_equals(facets->account, query->account) || !str_equals(facets->region, query->region))
        return false;
    for (size_t i = 0; i < query->filter_count; i++)
        if (!history_filter_matches(&query->filters[i], facets))
            return false;
    return true;
}
