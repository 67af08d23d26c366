/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tail.c: Tail: new events as they come, by long polls. A session is one call in the eyes of the record:
 * its id is sealed for the caller and the question, so that nobody can watch unrecorded with an id made up.
 */
#include "base/own.h"
#include "sys/clock.h"

#include "private.h"
#include "search.h"

enum {
    RESULTS_MAX = 1000,
    RESULTS_DEFAULT = 100,
    WAIT_S_MAX = 30,
    WAIT_S_DEFAULT = 20,
    LOOK_AGAIN_MS = 50,
    SCAN_MAX = 5000,            /* events looked at before the clock is */
    ANSWER_BYTES_MAX = 8 << 20, /* records of one answer, about */
};

struct api_tail_request {
    struct aws_integer after_position, max_results, wait_seconds;
    struct aws_list filters, categories;
    struct str session_id;
};
struct api_tail_response {
    struct aws_list events;
    struct aws_integer position;
    struct str session_id;
};

static const struct aws_shape after_position = {.kind = AWS_LONG, .min = 0, .max = INT64_MAX};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = RESULTS_MAX};
static const struct aws_shape wait_seconds = {.kind = AWS_INTEGER, .min = 0, .max = WAIT_S_MAX};
static const struct aws_member request_members[] = {
    API_MEMBER(api_tail_request, after_position, "AfterPosition", after_position),
    API_MEMBER(api_tail_request, filters, "Filters", api_filter_list),
    API_MEMBER(api_tail_request, categories, "Categories", api_category_list),
    API_MEMBER(api_tail_request, max_results, "MaxResults", max_results),
    API_MEMBER(api_tail_request, wait_seconds, "WaitSeconds", wait_seconds),
    API_MEMBER(api_tail_request, session_id, "SessionId", aws_string),
};
const struct aws_shape api_tail_request = AWS_SHAPE_OF(struct api_tail_request, request_members);
static const struct aws_member response_members[] = {
    API_MEMBER(api_tail_response, events, "Events", api_found_list),
    API_MEMBER(api_tail_response, position, "Position", aws_long),
    API_MEMBER(api_tail_response, session_id, "SessionId", aws_string),
};
const struct aws_shape api_tail_response = AWS_SHAPE_OF(struct api_tail_response, response_members);

/* One poll. */
struct watch {
    struct api_call *call;
    const struct history_query *query;
    struct arena scratch; /* of the event being looked at */
    struct api_found *events;
    size_t count, limit, bytes;
    uint64_t position; /* the last one looked at */
};

static bool any_resource(
    const struct event_resource *resources, size_t count, struct str value, bool by_type) {
    for (size_t i = 0; i < count; i++)
        if (str_equals(by_type ? resources[i].type : resources[i].name, value))
            return true;
    return false;
}

static bool id_is(const struct event_facets *facets, struct str value) {
    struct uuid uuid;
    return uuid_parse(value, &uuid) && bytes_equal(BYTES_OF(uuid.bytes), BYTES_OF(facets->id.bytes));
}

static bool filter_matches(const struct history_filter *filter, const struct event_facets *facets) {
    struct str value = filter->value;
    switch (filter->attribute) {
    case HISTORY_ACCESS_KEY_ID:
        return str_equals(facets->access_key_id, value);
    case HISTORY_EVENT_ID:
        return id_is(facets, value);
    case HISTORY_EVENT_NAME:
        return str_equals(facets->name, value);
    case HISTORY_EVENT_SOURCE:
        return str_equals(facets->source, value);
    case HISTORY_READ_ONLY:
        return str_equals(api_show_truth(facets->read_only), value);
    case HISTORY_RESOURCE_NAME:
        return any_resource(facets->lookup_resources, facets->lookup_resource_count, value, false);
    case HISTORY_RESOURCE_TYPE:
        return any_resource(facets->lookup_resources, facets->lookup_resource_count, value, true);
    case HISTORY_USERNAME:
        return str_equals(facets->username, value);
    case HISTORY_SOURCE_IP:
        return str_equals(facets->source_ip, value);
    case HISTORY_ERROR_CODE:
        return str_equals(facets->error_code, value);
    case HISTORY_USER_ARN:
        return str_equals(facets->user_arn, value);
    case HISTORY_RESOURCE_ARN:
        return any_resource(facets->resources, facets->resource_count, value, false);
    case HISTORY_ATTRIBUTE_COUNT:
        break;
    }
    return false;
}

static bool is_asked_for(const struct history_query *query, const struct event_envelope *envelope) {
    const struct event_facets *facets = &envelope->facets;
    bool is_here = str_equals(facets->account, query->account) && str_equals(facets->region, query->region);
    bool fits = query->categories == 0 || (query->categories & 1u << facets->category) != 0;
    if (envelope->kind != EVENT_KIND_EVENT || !is_here || !fits)
        return false;
    for (size_t i = 0; i < query->filter_count; i++)
        if (!filter_matches(&query->filters[i], facets))
            return false;
    return true;
}

static bool look_at(uint64_t position, struct bytes payload, void *context) {
    struct watch *watch = context;
    struct event_envelope envelope;
    struct error error = {0};
    arena_clear(&watch->scratch);
    watch->position = position;
    /* History has read it before, so a payload that is no envelope is one that nobody can show. */
    if (!event_envelope_parse(&watch->scratch, payload, &envelope, &error) ||
        !is_asked_for(watch->query, &envelope))
        return true;
    struct arena *arena = watch->call->arena;
    struct bytes kept = arena_bytes(arena, payload);
    if (!event_envelope_parse(arena, kept, &envelope, &error))
        return true;
    watch->events[watch->count++] = api_show_found(arena, position, &envelope);
    watch->bytes += payload.size;
    return watch->count < watch->limit && watch->bytes < ANSWER_BYTES_MAX;
}

/* Look at what came since; false with the call failed. */
static bool look(struct watch *watch, uint64_t applied) {
    struct history *history = watch->call->api->options.history;
    bool is_full = false;
    while (watch->position < applied && !is_full) {
        uint64_t from = watch->position + 1, next = 0;
        struct error error = {0};
        if (!history_read(history, from, SCAN_MAX, look_at, watch, &next, &error)) {
            if (error.kind != ERROR_NOT_FOUND)
                return api_fail_with(watch->call, &error);
            watch->position = next - 1; /* retention took what was before */
        }
        is_full = watch->count >= watch->limit || watch->bytes >= ANSWER_BYTES_MAX;
        if (watch->position < from)
            break;
    }
    return true;
}

static bool wait_for_events(struct watch *watch, int64_t wait_ms) {
    struct api_call *call = watch->call;
    struct clock *clock = call->api->options.clock;
    int64_t until_ns = clock_instant(clock).ns + wait_ms * 1000000;
    for (;;) {
        uint64_t applied = history_applied_position(call->api->options.history);
        if (!look(watch, applied))
            return false;
        bool is_stopping =
            call->exchange != NULL && http_server_is_stopping(http_exchange_server(call->exchange));
        if (watch->count > 0 || is_stopping || clock_instant(clock).ns >= until_ns)
            return true;
        clock_sleep_ms(LOOK_AGAIN_MS);
    }
}

/* Whose session, and of what question. */
static struct str session_parameters(struct api_call *call, const struct history_query *query) {
    return arena_format(call->arena, "%.*s %.*s", STR(call->principal.access_key_id),
        STR(api_search_parameters(call, query)));
}

static bool open_session(struct api_call *call, const struct history_query *query, struct str session_id,
    struct str *ret_session_id) {
    struct str parameters = session_parameters(call, query);
    struct api_page session = {.time = call->now};
    if (session_id.data == NULL) {
        *ret_session_id = api_page_token_seal(call, &session, parameters);
        return true;
    }
    if (!api_page_token_open(call, session_id, parameters, &session))
        return api_fail(
            call, API_INVALID_TOKEN, "The SessionId is not one of this caller and these filters.");
    call->is_unrecorded = true; /* the session's first call is its record */
    *ret_session_id = session_id;
    return true;
}

static int64_t or_default(struct aws_integer given, int64_t otherwise) {
    return given.is_set ? given.value : otherwise;
}

bool api_tail(struct api_call *call) {
    const struct api_tail_request *request = call->request;
    struct api_tail_response *response = call->response;
    struct history_query query = {.from = MOMENT_MIN, .to = MOMENT_MAX};
    uint64_t applied = history_applied_position(call->api->options.history);
    if (!api_search_question(call, &request->filters, &request->categories, &query) ||
        !open_session(call, &query, request->session_id, &response->session_id))
        return false;
    struct watch watch = {.call = call,
        .query = &query,
        .scratch = ARENA_INIT,
        .limit = (size_t)or_default(request->max_results, RESULTS_DEFAULT),
        .position = (uint64_t)or_default(request->after_position, (int64_t)applied)};
    watch.events = ARENA_ARRAY(call->arena, watch.limit, struct api_found);
    bool succeeded = wait_for_events(&watch, or_default(request->wait_seconds, WAIT_S_DEFAULT) * 1000);
    arena_finish(&watch.scratch);
    response->events = (struct aws_list){true, watch.count, watch.events};
    response->position = AWS_SET_INTEGER((int64_t)watch.position);
    return succeeded;
}
