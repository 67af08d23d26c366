/* SPDX-License-Identifier: Apache-2.0 */
/* insight_data.c: ListInsightsData: the insights that a trail's data events gave; and LookupEvents' ones. */
#include "base/own.h"
#include "event/insight.h"
#include "history/history.h"

#include "private.h"
#include "search.h"
#include "trail.h"

enum {
    RESULTS_MAX = 50,
    SCANNED_MAX = 1000, /* insights looked at for one page, wanted or not */
    TOKEN_SIZE_MIN = 4,
    TOKEN_SIZE_MAX = 1000,
    VALUE_SIZE_MAX = 2000,
};

/* The map of dimensions has at most one item, and knows three keys. */
struct dimensions {
    struct str event_id, event_name, event_source;
};
struct api_insights_data_request {
    struct str insight_source, data_type;
    struct dimensions *dimensions;
    struct aws_timestamp start_time, end_time;
    struct aws_integer max_results;
    struct str next_token;
};
struct api_insights_data_response {
    struct aws_list events;
    struct str next_token;
};

static const struct aws_shape dimension = {.kind = AWS_STRING, .min = 1, .max = VALUE_SIZE_MAX};
static const struct aws_member dimension_members[] = {
    API_MEMBER(dimensions, event_id, "EventId", dimension),
    API_MEMBER(dimensions, event_name, "EventName", dimension),
    API_MEMBER(dimensions, event_source, "EventSource", dimension),
};
static const struct aws_shape dimensions = AWS_SHAPE_OF(struct dimensions, dimension_members);
static const char *const data_types[] = {"InsightsEvents", NULL};
static const struct aws_shape data_type = {.kind = AWS_STRING, .values = data_types};
static const struct aws_shape source = {.kind = AWS_STRING, .min = 3, .max = 256};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = RESULTS_MAX};
static const struct aws_shape token = {.kind = AWS_STRING, .min = TOKEN_SIZE_MIN, .max = TOKEN_SIZE_MAX};
static const struct aws_member request_members[] = {
    API_REQUIRED(api_insights_data_request, insight_source, "InsightSource", source),
    API_REQUIRED(api_insights_data_request, data_type, "DataType", data_type),
    API_MEMBER(api_insights_data_request, dimensions, "Dimensions", dimensions),
    API_MEMBER(api_insights_data_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_insights_data_request, end_time, "EndTime", aws_timestamp),
    API_MEMBER(api_insights_data_request, max_results, "MaxResults", max_results),
    API_MEMBER(api_insights_data_request, next_token, "NextToken", token),
};
static const struct aws_member response_members[] = {
    API_MEMBER(api_insights_data_response, events, "Events", api_event_list),
    API_MEMBER(api_insights_data_response, next_token, "NextToken", aws_string),
};
const struct aws_shape api_list_insights_data_request =
    AWS_SHAPE_OF(struct api_insights_data_request, request_members);
const struct aws_shape api_list_insights_data_response =
    AWS_SHAPE_OF(struct api_insights_data_response, response_members);

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

static bool is_asked_for(
    struct json_parser *parser, const struct event_envelope *envelope, struct str trail_arn) {
    struct error error = {0};
    struct event_insight insight = {0};
    if (!event_insight_parse(parser, envelope->record, &insight, &error))
        return trail_arn.size == 0; /* a form that we do not know is no data event's */
    return insight.is_data == (trail_arn.size > 0) &&
           (trail_arn.size == 0 || str_equals(insight.source, trail_arn));
}

/* Where the next page begins, or nowhere. */
static struct str token_after(
    struct api_call *call, const struct history_page *page, size_t seen, struct str parameters) {
    struct history_page shown = *page;
    shown.count = seen;
    shown.has_more = page->has_more || seen < page->count;
    return api_page_next(call, &shown, parameters);
}

bool api_insights_find(struct api_call *call, struct history_query *query, struct str parameters,
    struct str trail_arn, struct aws_list *ret_events, struct str *ret_next) {
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    size_t wanted = query->limit, count = 0, scanned = 0;
    struct api_event *events = ARENA_ARRAY(call->arena, wanted, struct api_event);
    struct history_page page = {.has_more = true};
    size_t seen = 0;
    query->limit = RESULTS_MAX;
    while (page.has_more && count < wanted && scanned < SCANNED_MAX) {
        struct error error = {0};
        if (!history_lookup(call->api->options.history, query, call->arena, &page, &error))
            return api_fail_with(call, &error);
        for (seen = 0; seen < page.count && count < wanted; seen++, scanned++) {
            const struct event_envelope *envelope = &page.hits[seen].envelope;
            if (is_asked_for(parser, envelope, trail_arn))
                events[count++] = api_show_event(call->arena, envelope);
        }
        if (page.count == 0)
            break;
        const struct history_hit *last = &page.hits[page.count - 1];
        query->position_max = page.position_max;
        query->has_before = true;
        query->before_time = last->envelope.facets.time;
        query->before_position = last->position;
    }
    *ret_events = (struct aws_list){true, count, events};
    *ret_next = token_after(call, &page, seen, parameters);
    return true;
}

static bool check_dimensions(
    struct api_call *call, const struct dimensions *asked, struct history_query *query) {
    static const enum history_attribute attributes[] = {
        HISTORY_EVENT_ID, HISTORY_EVENT_NAME, HISTORY_EVENT_SOURCE};
    if (asked == NULL)
        return true;
    /* An unknown key is no member of the struct, so the document is counted. */
    const struct str *values = &asked->event_id;
    size_t known = aws_shape_count_set(&dimensions, asked);
    if (known != 1 || json_count(json_get(call->body, "Dimensions")) != 1)
        return api_fail(call, API_INVALID_PARAMETER,
            "Dimensions takes exactly one item, whose key is EventId, EventName or EventSource.");
    struct history_filter *filter = ARENA_NEW(call->arena, struct history_filter);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (values[i].data != NULL)
            *filter = (struct history_filter){attributes[i], values[i]};
    query->filters = filter;
    query->filter_count = 1;
    return true;
}

static struct str parameters_of(
    struct api_call *call, const struct history_query *query, struct str trail_arn) {
    const struct history_filter *filter = query->filter_count > 0 ? query->filters : NULL;
    return arena_format(call->arena, "%.*s %lld %lld %d %.*s", STR(trail_arn), (long long)query->from.ms,
        (long long)query->to.ms, filter != NULL ? (int)filter->attribute : -1,
        STR(filter != NULL ? filter->value : STR_EMPTY));
}

bool api_list_insights_data(struct api_call *call) {
    const struct api_insights_data_request *request = call->request;
    struct api_insights_data_response *response = call->response;
    struct catalog_trail trail;
    struct aws_arn arn;
    struct str name;
    if (!api_trail_parse_arn(call, request->insight_source, &arn, &name) ||
        !api_trail_find(call, request->insight_source, &trail))
        return false;
    struct history_query query = {.account = call->account,
        .region = call->region,
        .from = request->start_time.is_set ? request->start_time.value : MOMENT_MIN,
        .to = request->end_time.is_set ? request->end_time.value : MOMENT_MAX,
        .categories = 1u << EVENT_INSIGHT,
        .limit = request->max_results.is_set ? (size_t)request->max_results.value : RESULTS_MAX};
    if (query.from.ms > query.to.ms)
        return api_fail(call, API_INVALID_PARAMETER, "Start time cannot be later than end time.");
    if (!check_dimensions(call, request->dimensions, &query))
        return false;
    struct str parameters = parameters_of(call, &query, trail.arn);
    if (!api_page_continue(call, request->next_token, parameters, &query))
        return false;
    return api_insights_find(call, &query, parameters, trail.arn, &response->events, &response->next_token);
}
