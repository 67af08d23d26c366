/* SPDX-License-Identifier: Apache-2.0 */
/* selector.c: PutEventSelectors and GetEventSelectors. What selectors may be is event's to say. */
#include "selector.h"

#include "base/own.h"
#include "event/selector.h"

#include "private.h"
#include "trail.h"

struct api_selectors_request {
    struct str trail_name;
    struct aws_list event_selectors, advanced_event_selectors;
};
struct api_selectors_response {
    struct str trail_arn;
    struct aws_list event_selectors, advanced_event_selectors;
};
struct data_resource {
    struct str type;
    struct aws_list values;
};
struct basic_selector {
    struct str read_write_type;
    struct aws_boolean include_management_events;
    struct aws_list data_resources, exclude_management_event_sources;
};
struct field_selector {
    struct str field;
    struct aws_list equals, starts_with, ends_with, not_equals, not_starts_with, not_ends_with;
};
struct advanced_selector {
    struct str name;
    struct aws_list field_selectors;
};

static const struct aws_member data_resource_members[] = {
    API_MEMBER(data_resource, type, "Type", aws_string),
    API_MEMBER(data_resource, values, "Values", aws_string_list),
};
static const struct aws_shape data_resource = AWS_SHAPE_OF(struct data_resource, data_resource_members);
static const struct aws_shape data_resource_list = AWS_LIST_OF(data_resource);
static const struct aws_member basic_members[] = {
    API_MEMBER(basic_selector, read_write_type, "ReadWriteType", aws_string),
    API_MEMBER(basic_selector, include_management_events, "IncludeManagementEvents", aws_boolean),
    API_MEMBER(basic_selector, data_resources, "DataResources", data_resource_list),
    API_MEMBER(
        basic_selector, exclude_management_event_sources, "ExcludeManagementEventSources", aws_string_list),
};
static const struct aws_shape basic_selector = AWS_SHAPE_OF(struct basic_selector, basic_members);
static const struct aws_shape basic_selector_list = AWS_LIST_OF(basic_selector);
static const struct aws_member field_members[] = {
    API_MEMBER(field_selector, field, "Field", aws_string),
    API_MEMBER(field_selector, equals, "Equals", aws_string_list),
    API_MEMBER(field_selector, starts_with, "StartsWith", aws_string_list),
    API_MEMBER(field_selector, ends_with, "EndsWith", aws_string_list),
    API_MEMBER(field_selector, not_equals, "NotEquals", aws_string_list),
    API_MEMBER(field_selector, not_starts_with, "NotStartsWith", aws_string_list),
    API_MEMBER(field_selector, not_ends_with, "NotEndsWith", aws_string_list),
};
static const struct aws_shape field_selector = AWS_SHAPE_OF(struct field_selector, field_members);
static const struct aws_shape field_selector_list = AWS_LIST_OF(field_selector);
static const struct aws_member advanced_members[] = {
    API_MEMBER(advanced_selector, name, "Name", aws_string),
    API_MEMBER(advanced_selector, field_selectors, "FieldSelectors", field_selector_list),
};
static const struct aws_shape advanced_selector = AWS_SHAPE_OF(struct advanced_selector, advanced_members);
const struct aws_shape api_advanced_selector_list = AWS_LIST_OF(advanced_selector);

static const struct aws_member put_request_members[] = {
    API_MEMBER(api_selectors_request, trail_name, "TrailName", aws_string),
    API_MEMBER(api_selectors_request, event_selectors, "EventSelectors", basic_selector_list),
    API_MEMBER(api_selectors_request, advanced_event_selectors, "AdvancedEventSelectors",
        api_advanced_selector_list),
};
static const struct aws_member get_request_members[] = {
    API_MEMBER(api_selectors_request, trail_name, "TrailName", aws_string),
};
static const struct aws_member response_members[] = {
    API_MEMBER(api_selectors_response, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_selectors_response, event_selectors, "EventSelectors", basic_selector_list),
    API_MEMBER(api_selectors_response, advanced_event_selectors, "AdvancedEventSelectors",
        api_advanced_selector_list),
};
const struct aws_shape api_put_event_selectors_request =
    AWS_SHAPE_OF(struct api_selectors_request, put_request_members);
const struct aws_shape api_put_event_selectors_response =
    AWS_SHAPE_OF(struct api_selectors_response, response_members);
const struct aws_shape api_get_event_selectors_request =
    AWS_SHAPE_OF(struct api_selectors_request, get_request_members);
const struct aws_shape api_get_event_selectors_response =
    AWS_SHAPE_OF(struct api_selectors_response, response_members);

/* The stored list as the answer's structs: read back through the very shape that prints it. */
static bool show(struct api_call *call, struct str arn, struct str json, bool are_advanced) {
    struct error error = {0};
    struct str text = arena_format(
        call->arena, "{\"%s\":%.*s}", are_advanced ? "AdvancedEventSelectors" : "EventSelectors", STR(json));
    call->stored_parser = json_parser_create();
    struct json_value root;
    if (!json_parse(call->stored_parser, text, &root, &error) ||
        !aws_shape_decode(call->arena, call->operation->response, root, call->response, &error))
        return api_fail_with(call, &error);
    ((struct api_selectors_response *)call->response)->trail_arn = arn;
    return true;
}

bool api_selectors_show(struct api_call *call, struct str json, struct aws_list *ret_list) {
    static const struct aws_member members[] = {API_MEMBER(api_selectors_response, advanced_event_selectors,
        "AdvancedEventSelectors", api_advanced_selector_list)};
    static const struct aws_shape wrapper = AWS_SHAPE_OF(struct api_selectors_response, members);
    struct api_selectors_response shown = {0};
    struct error error = {0};
    struct str text = arena_format(call->arena, "{\"AdvancedEventSelectors\":%.*s}", STR(json));
    if (call->stored_parser == NULL)
        call->stored_parser = json_parser_create();
    struct json_value root;
    if (!json_parse(call->stored_parser, text, &root, &error) ||
        !aws_shape_decode(call->arena, &wrapper, root, &shown, &error))
        return api_fail_with(call, &error);
    *ret_list = shown.advanced_event_selectors;
    return true;
}

static struct event_selectors *parse(struct api_call *call, bool are_advanced) {
    struct error error = {0};
    struct event_selectors *selectors =
        are_advanced ? event_selectors_parse_advanced(json_get(call->body, "AdvancedEventSelectors"), &error)
                     : event_selectors_parse_basic(json_get(call->body, "EventSelectors"), &error);
    if (selectors == NULL)
        IGNORE(api_fail(call, API_INVALID_EVENT_SELECTORS, "%s", error.message), "NULL says the same");
    return selectors;
}

bool api_put_event_selectors(struct api_call *call) {
    struct api_selectors_request *request = call->request;
    bool are_advanced = request->advanced_event_selectors.is_set;
    struct catalog_trail trail;
    struct error error = {0};
    if (!api_trail_find_at_home(call, request->trail_name, &trail))
        return false;
    if (are_advanced && request->event_selectors.is_set)
        return api_fail(call, API_INVALID_EVENT_SELECTORS,
            "You cannot specify both EventSelectors and AdvancedEventSelectors in one request.");
    if (!are_advanced && !request->event_selectors.is_set)
        return api_fail(call, API_INVALID_EVENT_SELECTORS,
            "You must specify either EventSelectors or AdvancedEventSelectors.");
    SCOPED(event_selectors_destroyp) struct event_selectors *selectors = parse(call, are_advanced);
    if (selectors == NULL)
        return false;
    struct buf json = BUF_INIT(BUF_UNBOUNDED);
    event_selectors_append_json(&json, selectors);
    trail.event_selectors = arena_str(call->arena, buf_str(&json));
    buf_finish(&json);
    trail.event_selectors_are_advanced = are_advanced;
    trail.has_custom_event_selectors = !event_selectors_are_default(selectors);
    trail.updated_at = call->now;
    if (!catalog_trail_update(call->change, &trail, call->event_id, &error))
        return api_fail_with(call, &error);
    if (!show(call, trail.arn, trail.event_selectors, are_advanced))
        return false;
    /* AWS's record shows the request too with what the service filled in (facts 10.1). */
    const struct api_selectors_response *response = call->response;
    request->event_selectors = response->event_selectors;
    request->advanced_event_selectors = response->advanced_event_selectors;
    return true;
}

bool api_get_event_selectors(struct api_call *call) {
    const struct api_selectors_request *request = call->request;
    struct catalog_trail trail;
    if (!api_trail_find(call, request->trail_name, &trail))
        return false;
    if (trail.event_selectors.size > 0)
        return show(call, trail.arn, trail.event_selectors, trail.event_selectors_are_advanced);
    SCOPED(event_selectors_destroyp) struct event_selectors *selectors = event_selectors_default();
    SCOPED(buf_finish) struct buf json = BUF_INIT(BUF_UNBOUNDED);
    event_selectors_append_json(&json, selectors);
    return show(call, trail.arn, buf_str(&json), false);
}
