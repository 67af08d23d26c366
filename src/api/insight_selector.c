/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insight_selector.c: PutInsightSelectors and GetInsightSelectors: which insights a trail asks for, and
 * the way to those of event data stores.
 *
 * They stay when logging stops, as with AWS: a trail that does not log gets no insights until it logs again.
 */
#include "insight_selector.h"

#include "base/own.h"
#include "event/selector.h"

#include "private.h"
#include "trail.h"

enum { TYPE_COUNT = 2, CATEGORY_COUNT = 2 };

struct insight_selector {
    struct str insight_type;
    struct aws_list event_categories;
};

/* What is no type or category has an exception of its own, so the shapes have no constraints. */
static const struct aws_member selector_members[] = {
    API_MEMBER(insight_selector, insight_type, "InsightType", aws_string),
    API_MEMBER(insight_selector, event_categories, "EventCategories", aws_string_list),
};
static const struct aws_shape selector = AWS_SHAPE_OF(struct insight_selector, selector_members);
static const struct aws_shape selector_list = AWS_LIST_OF(selector);
static const struct aws_member put_request_members[] = {
    API_MEMBER(api_insight_selectors_request, trail_name, "TrailName", aws_string),
    API_REQUIRED(api_insight_selectors_request, insight_selectors, "InsightSelectors", selector_list),
    API_MEMBER(api_insight_selectors_request, event_data_store, "EventDataStore", aws_string),
    API_MEMBER(api_insight_selectors_request, insights_destination, "InsightsDestination", aws_string),
};
static const struct aws_member get_request_members[] = {
    API_MEMBER(api_insight_selectors_request, trail_name, "TrailName", aws_string),
    API_MEMBER(api_insight_selectors_request, event_data_store, "EventDataStore", aws_string),
};
static const struct aws_member response_members[] = {
    API_MEMBER(api_insight_selectors_response, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_insight_selectors_response, insight_selectors, "InsightSelectors", selector_list),
    API_MEMBER(api_insight_selectors_response, event_data_store_arn, "EventDataStoreArn", aws_string),
    API_MEMBER(api_insight_selectors_response, insights_destination, "InsightsDestination", aws_string),
};
const struct aws_shape api_put_insight_selectors_request =
    AWS_SHAPE_OF(struct api_insight_selectors_request, put_request_members);
const struct aws_shape api_put_insight_selectors_response =
    AWS_SHAPE_OF(struct api_insight_selectors_response, response_members);
const struct aws_shape api_get_insight_selectors_request =
    AWS_SHAPE_OF(struct api_insight_selectors_request, get_request_members);
const struct aws_shape api_get_insight_selectors_response =
    AWS_SHAPE_OF(struct api_insight_selectors_response, response_members);

/* In the order of catalog_insight(): call rate before error rate, management before data. */
static const char *const types[TYPE_COUNT] = {"ApiCallRateInsight", "ApiErrorRateInsight"};
static const char *const categories[CATEGORY_COUNT] = {"Management", "Data"};

/* The place of the text in the table; `count` where it is none of them. */
static size_t find(const char *const *table, size_t count, struct str text) {
    size_t i = 0;
    while (i < count && !str_is(text, table[i]))
        i++;
    return i;
}

static bool check_target(struct api_call *call, const struct api_insight_selectors_request *request) {
    bool has_store = request->event_data_store.data != NULL || request->insights_destination.data != NULL;
    if (has_store && request->trail_name.data != NULL)
        return api_fail(call, API_INVALID_COMBINATION,
            "You cannot specify TrailName together with EventDataStore or InsightsDestination.");
    if (has_store && call->api->options.extension == NULL)
        return api_fail(call, API_UNSUPPORTED, "There are no event data stores: name a trail.");
    if (request->event_data_store.data == NULL && request->trail_name.data == NULL)
        return api_fail(call, API_INVALID_COMBINATION, "You must specify TrailName or EventDataStore.");
    return true;
}

static bool read_selector(struct api_call *call, const struct insight_selector *asked, unsigned *insights) {
    size_t type = find(types, TYPE_COUNT, asked->insight_type);
    if (type == TYPE_COUNT)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "Value %.*s for InsightType is invalid. Valid values are: ApiCallRateInsight, "
            "ApiErrorRateInsight.",
            STR(str_slice(asked->insight_type, 0, 64)));
    if (asked->event_categories.count == 0)
        *insights |= catalog_insight(type > 0, false);
    for (size_t i = 0; i < asked->event_categories.count; i++) {
        struct str name = *AWS_ITEM(asked->event_categories, struct str, i);
        size_t category = find(categories, CATEGORY_COUNT, name);
        if (category == CATEGORY_COUNT)
            return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
                "Value %.*s for EventCategories is invalid. Valid values are: Management, Data.",
                STR(str_slice(name, 0, 64)));
        *insights |= catalog_insight(type > 0, category > 0);
    }
    return true;
}

bool api_insights_read(struct api_call *call, const struct aws_list *list, unsigned *ret_insights) {
    *ret_insights = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!read_selector(call, AWS_ITEM(*list, struct insight_selector, i), ret_insights))
            return false;
    return true;
}

/* Insights need events to be found in: AWS asks that the trail logs them (facts 7.1). */
static bool check_logged(struct api_call *call, const struct catalog_trail *trail, unsigned insights) {
    struct error error = {0};
    SCOPED(event_selectors_destroyp)
    struct event_selectors *selectors =
        event_selectors_read(trail->event_selectors, trail->event_selectors_are_advanced, &error);
    if (selectors == NULL)
        return api_fail_with(call, &error);
    bool has_writes = event_selectors_reach(selectors, EVENT_MANAGEMENT, false);
    bool has_management = has_writes || event_selectors_reach(selectors, EVENT_MANAGEMENT, true);
    bool has_data = event_selectors_reach(selectors, EVENT_DATA, false) ||
                    event_selectors_reach(selectors, EVENT_DATA, true);
    if ((insights & catalog_insight(false, false)) != 0 && !has_writes)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "ApiCallRateInsight on management events needs a trail that logs write management events.");
    if ((insights & catalog_insight(true, false)) != 0 && !has_management)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "ApiErrorRateInsight on management events needs a trail that logs management events.");
    if ((insights & (catalog_insight(false, true) | catalog_insight(true, true))) != 0 && !has_data)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "Insights on data events need a trail that logs data events.");
    return true;
}

struct aws_list api_insights_show(struct arena *arena, unsigned insights) {
    struct insight_selector *list = ARENA_ARRAY(arena, TYPE_COUNT, struct insight_selector);
    size_t count = 0;
    for (size_t type = 0; type < TYPE_COUNT; type++) {
        struct str *names = ARENA_ARRAY(arena, CATEGORY_COUNT, struct str);
        size_t name_count = 0;
        for (size_t category = 0; category < CATEGORY_COUNT; category++)
            if ((insights & catalog_insight(type > 0, category > 0)) != 0)
                names[name_count++] = str_from(categories[category]);
        if (name_count > 0)
            list[count++] = (struct insight_selector){str_from(types[type]), {true, name_count, names}};
    }
    return (struct aws_list){true, count, list};
}

/* The log files of insights go where the trail's others go: AWS looks whether they can. */
bool api_put_insight_selectors_prepare(struct api_call *call) {
    const struct api_insight_selectors_request *request = call->request;
    struct catalog_trail trail;
    unsigned insights = 0;
    bool is_for_trail = request->event_data_store.data == NULL;
    if (!check_target(call, request) ||
        (is_for_trail && !api_trail_find_at_home(call, request->trail_name, &trail)) ||
        !api_insights_read(call, &request->insight_selectors, &insights))
        return false;
    /* To accept it and never tell would be silence where somebody waits for an alarm. */
    if (insights != 0 && call->api->options.insights_query == NULL)
        return api_fail(call, API_UNSUPPORTED, "Insights are turned off in this Cairn.");
    return !is_for_trail || insights == 0 || api_trail_check_bucket(call, &trail);
}

bool api_put_insight_selectors(struct api_call *call) {
    struct api_insight_selectors_request *request = call->request;
    struct catalog_trail trail;
    struct error error = {0};
    if (request->event_data_store.data != NULL)
        return call->api->options.extension->put_store_insights(call);
    if (!api_trail_find_at_home(call, request->trail_name, &trail) ||
        !api_insights_read(call, &request->insight_selectors, &trail.insights) ||
        !check_logged(call, &trail, trail.insights))
        return false;
    trail.updated_at = call->now;
    if (!catalog_trail_update(call->change, &trail, call->event_id, &error))
        return api_fail_with(call, &error);
    struct aws_list shown = api_insights_show(call->arena, trail.insights);
    *(struct api_insight_selectors_response *)call->response =
        (struct api_insight_selectors_response){.trail_arn = trail.arn, .insight_selectors = shown};
    request->insight_selectors = shown; /* the record shows what the service filled in, as for selectors */
    return true;
}

bool api_get_insight_selectors(struct api_call *call) {
    const struct api_insight_selectors_request *request = call->request;
    struct catalog_trail trail;
    if (!check_target(call, request))
        return false;
    if (request->event_data_store.data != NULL)
        return call->api->options.extension->get_store_insights(call);
    if (!api_trail_find(call, request->trail_name, &trail))
        return false;
    if (trail.insights == 0)
        return api_fail(call, API_INSIGHT_NOT_ENABLED,
            "Trail %.*s does not have Insights enabled. Edit the trail settings to enable Insights, and then "
            "try the operation again.",
            STR(trail.arn));
    *(struct api_insight_selectors_response *)call->response = (struct api_insight_selectors_response){
        .trail_arn = trail.arn, .insight_selectors = api_insights_show(call->arena, trail.insights)};
    return true;
}
