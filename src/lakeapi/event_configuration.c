/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_configuration.c: PutEventConfiguration, GetEventConfiguration.
 *
 * Of a store: MaxEventSize Large lets events of up to 1 MiB in; context keys are kept and shown, while tags
 * and condition keys of a call are known to the service that was called and to nobody who records it here, so
 * events get no eventContext of Cairn's making; what AWS wrote into imported ones stays. Of a trail:
 * aggregated events that come in are delivered to it; Cairn makes none.
 */
#include "api/trail.h"
#include "base/own.h"

#include "store.h"

struct context_keys {
    struct str type;
    struct aws_list equals;
};
struct aggregation {
    struct aws_list templates;
    struct str event_category;
};
struct lakeapi_event_configuration {
    struct str trail_name, trail_arn, event_data_store, event_data_store_arn, max_event_size;
    struct aws_list context_keys, aggregations; /* struct context_keys, struct aggregation */
};

static const char *const sizes[] = {"Standard", "Large", NULL};
static const char *const context_types[] = {"TagContext", "RequestContext", NULL};
static const char *const templates[] = {"API_ACTIVITY", "RESOURCE_ACCESS", "USER_ACTIONS", NULL};
static const char *const categories[] = {"Data", NULL};

static const struct aws_shape size_shape = {.kind = AWS_STRING, .values = sizes};
static const struct aws_shape context_type = {.kind = AWS_STRING, .values = context_types};
static const struct aws_shape context_key = {.kind = AWS_STRING, .min = 1, .max = 128};
static const struct aws_shape context_key_list = {
    .kind = AWS_LIST, .element = &context_key, .min = 1, .max = 50};
static const struct aws_member context_members[] = {
    API_REQUIRED(context_keys, type, "Type", context_type),
    API_REQUIRED(context_keys, equals, "Equals", context_key_list),
};
static const struct aws_shape context_shape = AWS_SHAPE_OF(struct context_keys, context_members);
static const struct aws_shape contexts = {.kind = AWS_LIST, .element = &context_shape, .max = 2};

static const struct aws_shape template_shape = {.kind = AWS_STRING, .values = templates};
static const struct aws_shape template_list = {
    .kind = AWS_LIST, .element = &template_shape, .min = 1, .max = 50};
static const struct aws_shape category = {.kind = AWS_STRING, .values = categories};
static const struct aws_member aggregation_members[] = {
    API_REQUIRED(aggregation, templates, "Templates", template_list),
    API_REQUIRED(aggregation, event_category, "EventCategory", category),
};
static const struct aws_shape aggregation_shape = AWS_SHAPE_OF(struct aggregation, aggregation_members);
static const struct aws_shape aggregations = {.kind = AWS_LIST, .element = &aggregation_shape, .max = 1};

#define PART(field, name, shape) API_MEMBER(lakeapi_event_configuration, field, name, shape)
#define CONTEXTS                 PART(context_keys, "ContextKeySelectors", contexts)
#define AGGREGATIONS             PART(aggregations, "AggregationConfigurations", aggregations)
static const struct aws_member put_members[] = {
    PART(trail_name, "TrailName", aws_string),
    PART(event_data_store, "EventDataStore", aws_string),
    PART(max_event_size, "MaxEventSize", size_shape),
    CONTEXTS,
    AGGREGATIONS,
};
static const struct aws_member get_members[] = {
    PART(trail_name, "TrailName", aws_string),
    PART(event_data_store, "EventDataStore", aws_string),
};
static const struct aws_member shown_members[] = {
    PART(trail_arn, "TrailARN", aws_string),
    PART(event_data_store_arn, "EventDataStoreArn", aws_string),
    PART(max_event_size, "MaxEventSize", size_shape),
    CONTEXTS,
    AGGREGATIONS,
};
static const struct aws_member context_list_members[] = {CONTEXTS};
static const struct aws_member aggregation_list_members[] = {AGGREGATIONS};
#undef PART
#undef CONTEXTS
#undef AGGREGATIONS

#define SHAPE(members) AWS_SHAPE_OF(struct lakeapi_event_configuration, members)
const struct aws_shape lakeapi_put_event_configuration_request = SHAPE(put_members);
const struct aws_shape lakeapi_put_event_configuration_response = SHAPE(shown_members);
const struct aws_shape lakeapi_get_event_configuration_request = SHAPE(get_members);
const struct aws_shape lakeapi_get_event_configuration_response = SHAPE(shown_members);
/* The lists as the catalog keeps them: as members alone of an object. */
static const struct aws_shape context_list_shape = SHAPE(context_list_members);
static const struct aws_shape aggregation_list_shape = SHAPE(aggregation_list_members);

static struct str write_list(struct api_call *call, const struct aws_shape *shape,
    const struct lakeapi_event_configuration *configuration, size_t count) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    if (count == 0)
        return STR_EMPTY;
    aws_shape_encode(&writer, shape, configuration, AWS_STYLE_WIRE);
    return arena_str(call->arena, buf_str(&text));
}

static bool read_list(struct api_call *call, const struct aws_shape *shape, struct str text,
    struct lakeapi_event_configuration *configuration) {
    struct json_value root;
    struct error error = {0};
    if (text.size == 0)
        return true;
    if (call->stored_parser == NULL)
        call->stored_parser = json_parser_create();
    return (json_parse(call->stored_parser, text, &root, &error) &&
               aws_shape_decode(call->arena, shape, root, configuration, &error)) ||
           api_fail_with(call, &error);
}

/* ---- rules ---- */

/* Exactly one of the two, and nothing beside it that belongs to the other. */
static bool check_combination(struct api_call *call, const struct lakeapi_event_configuration *request) {
    bool has_trail = request->trail_name.data != NULL, has_store = request->event_data_store.data != NULL;
    if (has_trail == has_store)
        return api_fail(
            call, API_INVALID_COMBINATION, "You must specify either TrailName or EventDataStore.");
    if (has_trail && (request->max_event_size.data != NULL || request->context_keys.is_set))
        return api_fail(call, API_INVALID_COMBINATION,
            "MaxEventSize and ContextKeySelectors are settings of event data stores, not of trails.");
    if (has_store && request->aggregations.is_set)
        return api_fail(call, API_INVALID_COMBINATION,
            "AggregationConfigurations is a setting of trails, not of event data stores.");
    return true;
}

static bool check_no_double(struct api_call *call, const struct aws_list *texts) {
    for (size_t i = 0; i < texts->count; i++)
        for (size_t j = 0; j < i; j++)
            if (str_equals(*AWS_ITEM(*texts, struct str, i), *AWS_ITEM(*texts, struct str, j)))
                return api_fail(call, API_INVALID_PARAMETER, "%.*s is specified more than once.",
                    STR(*AWS_ITEM(*texts, struct str, i)));
    return true;
}

static bool check_context_keys(struct api_call *call, const struct aws_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct context_keys *keys = AWS_ITEM(*list, struct context_keys, i);
        if (!check_no_double(call, &keys->equals))
            return false;
        if (i > 0 && str_equals(keys->type, AWS_ITEM(*list, struct context_keys, 0)->type))
            return api_fail(call, API_INVALID_PARAMETER,
                "There is more than one context key selector of the type %.*s.", STR(keys->type));
    }
    return true;
}

static bool find_store(struct api_call *call, struct str reference, struct catalog_store *ret_store) {
    enum event_family family = EVENT_FAMILY_CLOUDTRAIL;
    if (!lakeapi_store_find_active(call, reference, ret_store) ||
        !lakeapi_store_family(call, ret_store, &family))
        return false;
    return family == EVENT_FAMILY_CLOUDTRAIL ||
           api_fail(call, API_STORE_CATEGORY,
               "The event data store %.*s does not log CloudTrail events: it has no event configuration.",
               STR(ret_store->arn));
}

/* ---- the two kinds ---- */

static bool show_store(struct api_call *call, const struct catalog_store *store) {
    struct lakeapi_event_configuration *response = call->response;
    response->event_data_store_arn = store->arn;
    response->max_event_size = str_from(sizes[store->takes_large_events ? 1 : 0]);
    response->context_keys = (struct aws_list){true, 0, NULL};
    return read_list(call, &context_list_shape, store->context_keys, response);
}

static bool put_store(struct api_call *call, const struct lakeapi_event_configuration *request) {
    struct catalog_store store;
    if (request->max_event_size.data == NULL && !request->context_keys.is_set)
        return api_fail(call, API_INVALID_PARAMETER, "You must specify MaxEventSize or ContextKeySelectors.");
    if (!find_store(call, request->event_data_store, &store) ||
        !check_context_keys(call, &request->context_keys))
        return false;
    if (request->max_event_size.data != NULL)
        store.takes_large_events = str_is(request->max_event_size, "Large");
    if (request->context_keys.is_set)
        store.context_keys = write_list(call, &context_list_shape, request, request->context_keys.count);
    if (store.context_keys.size > 0 && !store.takes_large_events)
        return api_fail(call, API_INVALID_PARAMETER,
            "With context key selectors the maximum event size must be Large: %.*s.", STR(store.arn));
    store.updated_at = call->now;
    return lakeapi_store_save(call, &store) && show_store(call, &store);
}

static bool show_trail(struct api_call *call, const struct catalog_trail *trail) {
    struct lakeapi_event_configuration *response = call->response;
    response->trail_arn = trail->arn;
    response->aggregations = (struct aws_list){true, 0, NULL};
    return read_list(call, &aggregation_list_shape, trail->aggregation_configurations, response);
}

static bool put_trail(struct api_call *call, const struct lakeapi_event_configuration *request) {
    struct catalog_trail trail;
    struct error error = {0};
    if (!request->aggregations.is_set)
        return api_fail(call, API_INVALID_PARAMETER, "You must specify AggregationConfigurations.");
    if (!api_trail_find_at_home(call, request->trail_name, &trail))
        return false;
    for (size_t i = 0; i < request->aggregations.count; i++)
        if (!check_no_double(call, &AWS_ITEM(request->aggregations, struct aggregation, i)->templates))
            return false;
    trail.aggregation_configurations =
        write_list(call, &aggregation_list_shape, request, request->aggregations.count);
    trail.updated_at = call->now;
    return (catalog_trail_update(call->change, &trail, call->event_id, &error) ||
               api_fail_with(call, &error)) &&
           show_trail(call, &trail);
}

bool lakeapi_put_event_configuration(struct api_call *call) {
    const struct lakeapi_event_configuration *request = call->request;
    return check_combination(call, request) &&
           (request->trail_name.data != NULL ? put_trail(call, request) : put_store(call, request));
}

bool lakeapi_get_event_configuration(struct api_call *call) {
    const struct lakeapi_event_configuration *request = call->request;
    struct catalog_store store;
    struct catalog_trail trail;
    if (!check_combination(call, request))
        return false;
    if (request->trail_name.data != NULL)
        return api_trail_find(call, request->trail_name, &trail) && show_trail(call, &trail);
    return find_store(call, request->event_data_store, &store) && show_store(call, &store);
}
