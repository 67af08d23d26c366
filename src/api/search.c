/* SPDX-License-Identifier: Apache-2.0 */
/* search.c: Search: several attributes at once, every category, in the caller's account and region. */
#include "search.h"

#include "base/own.h"

#include "private.h"

enum {
    RESULTS_MAX = 1000,
    RESULTS_DEFAULT = 50,
    STEP_RESULTS = 50,        /* read at once, so that large records end a page early */
    PAGE_BYTES_MAX = 8 << 20, /* records of one page, about */
};

struct api_search_request {
    struct aws_list filters, categories;
    struct aws_timestamp start_time, end_time;
    struct aws_integer max_results;
    struct str next_token;
};
struct api_search_response {
    struct aws_list events;
    struct str next_token;
};

/* In the order of enum event_category; the last has no name of its own. */
static const char *const category_names[] = {
    "Management", "Data", "NetworkActivity", "Insight", "Aggregated", NULL};
static const char *const door_names[] = {[EVENT_DOOR_EVENTS] = "events",
    [EVENT_DOOR_IMPORT] = "import",
    [EVENT_DOOR_API] = "api",
    [EVENT_DOOR_S3] = "s3",
    [EVENT_DOOR_GATEWAY] = "gateway",
    [EVENT_DOOR_AUDIT] = "audit",
    [EVENT_DOOR_INTERNAL] = "internal",
    [EVENT_DOOR_SOURCE] = "source"};

static const struct aws_member filter_members[] = {
    API_REQUIRED(api_filter, name, "Name", aws_string),
    API_REQUIRED(api_filter, value, "Value", aws_string),
};
static const struct aws_shape filter = AWS_SHAPE_OF(struct api_filter, filter_members);
const struct aws_shape api_filter_list = {
    .kind = AWS_LIST, .element = &filter, .min = 0, .max = HISTORY_FILTERS_MAX};
static const struct aws_shape category = {.kind = AWS_STRING, .values = category_names};
const struct aws_shape api_category_list = AWS_LIST_OF(category);
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = RESULTS_MAX};

static const struct aws_member request_members[] = {
    API_MEMBER(api_search_request, filters, "Filters", api_filter_list),
    API_MEMBER(api_search_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_search_request, end_time, "EndTime", aws_timestamp),
    API_MEMBER(api_search_request, categories, "Categories", api_category_list),
    API_MEMBER(api_search_request, max_results, "MaxResults", max_results),
    API_MEMBER(api_search_request, next_token, "NextToken", aws_string),
};
const struct aws_shape api_search_request = AWS_SHAPE_OF(struct api_search_request, request_members);

static const struct aws_member found_members[] = {
    API_MEMBER(api_found, position, "Position", aws_long),
    API_MEMBER(api_found, event_id, "EventId", aws_string),
    API_MEMBER(api_found, event_name, "EventName", aws_string),
    API_MEMBER(api_found, event_source, "EventSource", aws_string),
    API_MEMBER(api_found, event_time, "EventTime", aws_timestamp),
    API_MEMBER(api_found, aws_region, "AwsRegion", aws_string),
    API_MEMBER(api_found, account_id, "AccountId", aws_string),
    API_MEMBER(api_found, username, "Username", aws_string),
    API_MEMBER(api_found, access_key_id, "AccessKeyId", aws_string),
    API_MEMBER(api_found, read_only, "ReadOnly", aws_string),
    API_MEMBER(api_found, event_category, "EventCategory", aws_string),
    API_MEMBER(api_found, source_ip_address, "SourceIPAddress", aws_string),
    API_MEMBER(api_found, error_code, "ErrorCode", aws_string),
    API_MEMBER(api_found, user_arn, "UserArn", aws_string),
    API_MEMBER(api_found, resources, "Resources", api_resource_list),
    API_MEMBER(api_found, arrival_time, "ArrivalTime", aws_timestamp),
    API_MEMBER(api_found, door, "Door", aws_string),
    API_MEMBER(api_found, is_witnessed, "Witnessed", aws_boolean),
    API_MEMBER(api_found, principal, "Principal", aws_string),
    API_MEMBER(api_found, cloud_trail_event, "CloudTrailEvent", aws_string),
};
static const struct aws_shape found = AWS_SHAPE_OF(struct api_found, found_members);
const struct aws_shape api_found_list = AWS_LIST_OF(found);
static const struct aws_member response_members[] = {
    API_MEMBER(api_search_response, events, "Events", api_found_list),
    API_MEMBER(api_search_response, next_token, "NextToken", aws_string),
};
const struct aws_shape api_search_response = AWS_SHAPE_OF(struct api_search_response, response_members);

struct api_found api_show_found(
    struct arena *arena, uint64_t position, const struct event_envelope *envelope) {
    const struct event_facets *facets = &envelope->facets;
    return (struct api_found){.position = AWS_SET_INTEGER((int64_t)position),
        .event_id = api_show_event_id(arena, facets),
        .event_name = aws_optional_text(facets->name),
        .event_source = aws_optional_text(facets->source),
        .aws_region = facets->region,
        .account_id = facets->account,
        .username = aws_optional_text(facets->username),
        .access_key_id = aws_optional_text(facets->access_key_id),
        .read_only = api_show_truth(facets->read_only),
        .event_category = aws_optional_text(facets->category_text),
        .source_ip_address = aws_optional_text(facets->source_ip),
        .error_code = aws_optional_text(facets->error_code),
        .user_arn = aws_optional_text(facets->user_arn),
        .door = str_from(door_names[envelope->door]),
        .principal = aws_optional_text(envelope->principal),
        .cloud_trail_event = envelope->record,
        .event_time = AWS_SET_TIMESTAMP(facets->time),
        .arrival_time = AWS_SET_TIMESTAMP(envelope->arrived_at),
        .is_witnessed = AWS_SET_BOOLEAN(envelope->is_witnessed),
        .resources = api_show_resources(arena, facets)};
}

static unsigned category_bit(struct str name) {
    for (unsigned i = 0; category_names[i] != NULL; i++)
        if (str_is(name, category_names[i]))
            return 1u << i;
    return 0;
}

bool api_search_question(struct api_call *call, const struct aws_list *filters,
    const struct aws_list *categories, struct history_query *query) {
    struct history_filter *asked = ARENA_ARRAY(call->arena, filters->count, struct history_filter);
    for (size_t i = 0; i < filters->count; i++) {
        const struct api_filter *given = AWS_ITEM(*filters, struct api_filter, i);
        if (!history_attribute_from_name(given->name, &asked[i].attribute))
            return api_fail(call, API_INVALID_PARAMETER, "Events have no attribute %.*s to filter by.",
                STR(str_slice(given->name, 0, 64)));
        asked[i].value = given->value;
    }
    query->account = call->account;
    query->region = call->region;
    query->filters = asked;
    query->filter_count = filters->count;
    query->categories = 0;
    for (size_t i = 0; i < categories->count; i++)
        query->categories |= category_bit(*AWS_ITEM(*categories, struct str, i));
    return true;
}

struct str api_search_parameters(struct api_call *call, const struct history_query *query) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(
        &text, "%lld %lld %u", (long long)query->from.ms, (long long)query->to.ms, query->categories);
    for (size_t i = 0; i < query->filter_count; i++)
        buf_append_format(&text, " %u %zu:%.*s", (unsigned)query->filters[i].attribute,
            query->filters[i].value.size, STR(query->filters[i].value));
    return arena_str(call->arena, buf_str(&text));
}

static size_t show_page(struct arena *arena, const struct history_page *page, struct api_found *ret_events) {
    size_t bytes = 0;
    for (size_t i = 0; i < page->count; i++) {
        bytes += page->hits[i].envelope.record.size;
        ret_events[i] = api_show_found(arena, page->hits[i].position, &page->hits[i].envelope);
    }
    return bytes;
}

/* As many events as are asked for, or as make a page full; `page` is the last one read. */
static bool find_events(struct api_call *call, struct history_query *query, struct history_page *page,
    struct aws_list *ret_events) {
    size_t wanted = query->limit, count = 0, bytes = 0;
    struct api_found *events = ARENA_ARRAY(call->arena, wanted, struct api_found);
    do {
        struct error error = {0};
        query->limit = wanted - count < STEP_RESULTS ? wanted - count : STEP_RESULTS;
        if (!history_lookup(call->api->options.history, query, call->arena, page, &error))
            return api_fail_with(call, &error);
        bytes += show_page(call->arena, page, events + count);
        count += page->count;
        if (page->count == 0)
            break;
        const struct history_hit *last = &page->hits[page->count - 1];
        query->position_max = page->position_max;
        query->has_before = true;
        query->before_time = last->envelope.facets.time;
        query->before_position = last->position;
    } while (page->has_more && count < wanted && bytes < PAGE_BYTES_MAX);
    *ret_events = (struct aws_list){true, count, events};
    return true;
}

bool api_search(struct api_call *call) {
    const struct api_search_request *request = call->request;
    struct api_search_response *response = call->response;
    struct history_query query = {.from = request->start_time.is_set ? request->start_time.value : MOMENT_MIN,
        .to = request->end_time.is_set ? request->end_time.value : MOMENT_MAX,
        .limit = request->max_results.is_set ? (size_t)request->max_results.value : RESULTS_DEFAULT};
    if (query.from.ms > query.to.ms)
        return api_fail(call, API_INVALID_TIME_RANGE, "Start time cannot be later than end time.");
    if (!api_search_question(call, &request->filters, &request->categories, &query))
        return false;
    struct str parameters = api_search_parameters(call, &query);
    struct history_page page = {.count = 0};
    if (!api_page_continue(call, request->next_token, parameters, &query) ||
        !find_events(call, &query, &page, &response->events))
        return false;
    response->next_token = api_page_next(call, &page, parameters);
    return true;
}
