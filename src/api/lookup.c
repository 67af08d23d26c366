/* SPDX-License-Identifier: Apache-2.0 */
/* lookup.c: LookupEvents: management or insight events of the caller's account and region, newest first. */
#include "base/own.h"
#include "history/history.h"

#include "private.h"
#include "search.h"

enum { RESULTS_MAX = 50, VALUE_WEIGHT_MAX = 2000 };

struct lookup_attribute {
    struct str key, value;
};
struct api_lookup_request {
    struct aws_list lookup_attributes;
    struct aws_timestamp start_time, end_time;
    struct str event_category, next_token;
    struct aws_integer max_results;
};
struct resource {
    struct str type, name;
};
struct api_lookup_response {
    struct aws_list events;
    struct str next_token;
};

static const struct aws_member attribute_members[] = {
    API_MEMBER(lookup_attribute, key, "AttributeKey", aws_string),
    API_MEMBER(lookup_attribute, value, "AttributeValue", aws_string),
};
static const struct aws_shape attribute = AWS_SHAPE_OF(struct lookup_attribute, attribute_members);
static const struct aws_shape attribute_list = AWS_LIST_OF(attribute);
/* What is out of bounds has exceptions of its own, so the shape has no constraints. */
static const struct aws_member request_members[] = {
    API_MEMBER(api_lookup_request, lookup_attributes, "LookupAttributes", attribute_list),
    API_MEMBER(api_lookup_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_lookup_request, end_time, "EndTime", aws_timestamp),
    API_MEMBER(api_lookup_request, event_category, "EventCategory", aws_string),
    API_MEMBER(api_lookup_request, max_results, "MaxResults", aws_integer),
    API_MEMBER(api_lookup_request, next_token, "NextToken", aws_string),
};
const struct aws_shape api_lookup_events_request = AWS_SHAPE_OF(struct api_lookup_request, request_members);

static const struct aws_member resource_members[] = {
    API_MEMBER(resource, type, "ResourceType", aws_string),
    API_MEMBER(resource, name, "ResourceName", aws_string),
};
static const struct aws_shape resource = AWS_SHAPE_OF(struct resource, resource_members);
const struct aws_shape api_resource_list = AWS_LIST_OF(resource);
static const struct aws_member event_members[] = {
    API_MEMBER(api_event, event_id, "EventId", aws_string),
    API_MEMBER(api_event, event_name, "EventName", aws_string),
    API_MEMBER(api_event, read_only, "ReadOnly", aws_string),
    API_MEMBER(api_event, access_key_id, "AccessKeyId", aws_string),
    API_MEMBER(api_event, event_time, "EventTime", aws_timestamp),
    API_MEMBER(api_event, event_source, "EventSource", aws_string),
    API_MEMBER(api_event, username, "Username", aws_string),
    API_MEMBER(api_event, resources, "Resources", api_resource_list),
    API_MEMBER(api_event, cloud_trail_event, "CloudTrailEvent", aws_string),
};
static const struct aws_shape event_shape = AWS_SHAPE_OF(struct api_event, event_members);
const struct aws_shape api_event_list = AWS_LIST_OF(event_shape);
static const struct aws_member response_members[] = {
    API_MEMBER(api_lookup_response, events, "Events", api_event_list),
    API_MEMBER(api_lookup_response, next_token, "NextToken", aws_string),
};
const struct aws_shape api_lookup_events_response =
    AWS_SHAPE_OF(struct api_lookup_response, response_members);

/* AWS counts '_', ' ', ',' and newline twice (facts 5). */
static size_t weight(struct str value) {
    size_t sum = 0;
    for (size_t i = 0; i < value.size; i++) {
        bool is_continuation = ((unsigned char)value.data[i] & 0xc0) == 0x80;
        bool counts_twice = str_find_char(STR_LITERAL("_ ,\n"), value.data[i]) != SIZE_MAX;
        sum += is_continuation ? 0 : counts_twice ? 2 : 1;
    }
    return sum;
}

static bool check_attributes(
    struct api_call *call, const struct api_lookup_request *request, struct history_query *query) {
    if (request->lookup_attributes.count == 0)
        return true;
    if (request->lookup_attributes.count > 1)
        return api_fail(call, API_INVALID_LOOKUP_ATTRIBUTES, "You can specify only one lookup attribute.");
    const struct lookup_attribute *asked = AWS_ITEM(request->lookup_attributes, struct lookup_attribute, 0);
    struct history_filter *filter = ARENA_NEW(call->arena, struct history_filter);
    bool is_known = history_attribute_from_name(asked->key, &filter->attribute) &&
                    filter->attribute <= HISTORY_USERNAME; /* the eight of AWS come first */
    if (!is_known)
        return api_fail(call, API_INVALID_LOOKUP_ATTRIBUTES, "The lookup attribute key is not valid: %.*s",
            STR(str_slice(asked->key, 0, 64)));
    bool is_insight = query->categories == 1u << EVENT_INSIGHT;
    bool fits_insight = filter->attribute == HISTORY_EVENT_ID || filter->attribute == HISTORY_EVENT_NAME ||
                        filter->attribute == HISTORY_EVENT_SOURCE;
    if (is_insight && !fits_insight)
        return api_fail(call, API_INVALID_LOOKUP_ATTRIBUTES,
            "Insights events can be looked up by EventId, EventName or EventSource.");
    if (asked->value.size == 0 || weight(asked->value) > VALUE_WEIGHT_MAX)
        return api_fail(call, API_INVALID_LOOKUP_ATTRIBUTES,
            "The lookup attribute value must have 1 to %d characters, where '_', ' ', ',' and newline count "
            "as "
            "two.",
            VALUE_WEIGHT_MAX);
    filter->value = asked->value;
    query->filters = filter;
    query->filter_count = 1;
    return true;
}

static bool make_query(
    struct api_call *call, const struct api_lookup_request *request, struct history_query *ret_query) {
    int64_t limit = request->max_results.is_set ? request->max_results.value : RESULTS_MAX;
    if (limit < 1 || limit > RESULTS_MAX)
        return api_fail(call, API_INVALID_MAX_RESULTS, "MaxResults must be between 1 and %d.", RESULTS_MAX);
    bool is_insight = str_is(request->event_category, "insight");
    if (request->event_category.data != NULL && !is_insight)
        return api_fail(call, API_INVALID_EVENT_CATEGORY, "The event category is not valid: %.*s",
            STR(str_slice(request->event_category, 0, 64)));
    struct history_query query = {.account = call->account,
        .region = call->region,
        .from = request->start_time.is_set ? request->start_time.value : MOMENT_MIN,
        .to = request->end_time.is_set ? request->end_time.value : MOMENT_MAX,
        .categories = 1u << (is_insight ? EVENT_INSIGHT : EVENT_MANAGEMENT),
        .limit = (size_t)limit};
    if (query.from.ms > query.to.ms)
        return api_fail(call, API_INVALID_TIME_RANGE, "Start time cannot be later than end time.");
    if (!check_attributes(call, request, &query))
        return false;
    *ret_query = query;
    return true;
}

/* What must not change from page to page: everything but the size of a page. */
static struct str parameters_of(struct api_call *call, const struct history_query *query) {
    const struct history_filter *filter = query->filter_count > 0 ? query->filters : NULL;
    return arena_format(call->arena, "%lld %lld %u %d %.*s", (long long)query->from.ms,
        (long long)query->to.ms, query->categories, filter != NULL ? (int)filter->attribute : -1,
        STR(filter != NULL ? filter->value : STR_EMPTY));
}

struct aws_list api_show_resources(struct arena *arena, const struct event_facets *facets) {
    struct resource *list = ARENA_ARRAY(arena, facets->lookup_resource_count, struct resource);
    for (size_t i = 0; i < facets->lookup_resource_count; i++)
        list[i] = (struct resource){
            aws_optional_text(facets->lookup_resources[i].type), facets->lookup_resources[i].name};
    return (struct aws_list){true, facets->lookup_resource_count, list};
}

struct str api_show_event_id(struct arena *arena, const struct event_facets *facets) {
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(facets->id, text);
    return arena_str(arena, str_of(text, UUID_TEXT_SIZE));
}

struct str api_show_truth(enum event_truth truth) {
    static const char *const texts[] = {
        [EVENT_ABSENT] = NULL, [EVENT_FALSE] = "false", [EVENT_TRUE] = "true"};
    return texts[truth] == NULL ? (struct str){NULL, 0} : str_from(texts[truth]);
}

struct api_event api_show_event(struct arena *arena, const struct event_envelope *envelope) {
    const struct event_facets *facets = &envelope->facets;
    return (struct api_event){.event_id = api_show_event_id(arena, facets),
        .event_name = facets->name,
        .read_only = api_show_truth(facets->read_only),
        .access_key_id = aws_optional_text(facets->access_key_id),
        .event_source = facets->source,
        .username = aws_optional_text(facets->username),
        .cloud_trail_event = envelope->record,
        .event_time = AWS_SET_TIMESTAMP(facets->time),
        .resources = api_show_resources(arena, facets)};
}

bool api_page_continue(
    struct api_call *call, struct str token, struct str parameters, struct history_query *query) {
    if (token.data == NULL)
        return true;
    struct api_page page;
    if (!api_page_token_open(call, token, parameters, &page))
        return api_fail(call, API_INVALID_NEXT_TOKEN, "The NextToken is not valid for these parameters.");
    query->position_max = page.position_max;
    query->has_before = true;
    query->before_time = page.time;
    query->before_position = page.position;
    return true;
}

struct str api_page_next(struct api_call *call, const struct history_page *page, struct str parameters) {
    if (!page->has_more || page->count == 0)
        return (struct str){NULL, 0};
    const struct history_hit *last = &page->hits[page->count - 1];
    struct api_page next = {page->position_max, last->envelope.facets.time, last->position};
    return api_page_token_seal(call, &next, parameters);
}

bool api_lookup_events(struct api_call *call) {
    const struct api_lookup_request *request = call->request;
    struct api_lookup_response *response = call->response;
    struct history_query query;
    struct history_page page = {.count = 0};
    struct error error = {0};
    if (!make_query(call, request, &query))
        return false;
    struct str parameters = parameters_of(call, &query);
    if (!api_page_continue(call, request->next_token, parameters, &query))
        return false;
    if (query.categories == 1u << EVENT_INSIGHT)
        return api_insights_find(
            call, &query, parameters, STR_EMPTY, &response->events, &response->next_token);
    if (!history_lookup(call->api->options.history, &query, call->arena, &page, &error))
        return api_fail_with(call, &error);
    struct api_event *events = ARENA_ARRAY(call->arena, page.count, struct api_event);
    for (size_t i = 0; i < page.count; i++)
        events[i] = api_show_event(call->arena, &page.hits[i].envelope);
    response->events = (struct aws_list){true, page.count, events};
    response->next_token = api_page_next(call, &page, parameters);
    return true;
}
