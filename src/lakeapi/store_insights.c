/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_insights.c: PutInsightSelectors and GetInsightSelectors on event data stores: insights found in what
 * a store takes go to another store, whose category is Insight.
 */
#include "api/insight_selector.h"
#include "base/own.h"

#include "store.h"

bool lakeapi_store_check_insights(
    struct api_call *call, const struct event_selectors *selectors, unsigned insights) {
    enum { DATA = 12 }; /* both bits of catalog_insight() for data events */
    bool has_writes = event_selectors_reach(selectors, EVENT_MANAGEMENT, false);
    bool has_management = has_writes || event_selectors_reach(selectors, EVENT_MANAGEMENT, true);
    if ((insights & DATA) != 0)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "Event data stores have insights on management events only.");
    if ((insights & catalog_insight(false, false)) != 0 && !has_writes)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "ApiCallRateInsight needs an event data store that logs write management events.");
    if (insights != 0 && !has_management)
        return api_fail(call, API_INVALID_INSIGHT_SELECTORS,
            "ApiErrorRateInsight needs an event data store that logs management events.");
    return true;
}

static bool check_source(struct api_call *call, const struct catalog_store *store, unsigned insights) {
    struct error error = {0};
    SCOPED(event_selectors_destroyp)
    struct event_selectors *selectors = event_selectors_read_store(store->event_selectors, &error);
    return selectors == NULL ? api_fail_with(call, &error)
                             : lakeapi_store_check_insights(call, selectors, insights);
}

/* The store that insights of `source` go to: one of the same account, as a store takes events of no other. */
static bool find_destination(
    struct api_call *call, const struct catalog_store *source, struct str reference, struct str *ret_arn) {
    struct catalog_store store;
    enum event_family family = EVENT_FAMILY_CLOUDTRAIL;
    if (reference.data == NULL)
        return api_fail(call, API_INVALID_COMBINATION,
            "InsightsDestination is required to enable insights on an event data store.");
    if (!lakeapi_store_find_active(call, reference, &store) || !lakeapi_store_family(call, &store, &family))
        return false;
    if (!str_equals(store.account, source->account))
        return api_fail(call, API_INVALID_PARAMETER,
            "InsightsDestination must be an event data store of the same account: %.*s", STR(store.arn));
    if (family != EVENT_FAMILY_INSIGHT)
        return api_fail(call, API_INVALID_PARAMETER,
            "InsightsDestination must be an event data store whose eventCategory is Insight: %.*s",
            STR(store.arn));
    *ret_arn = store.arn;
    return true;
}

static void show(struct api_call *call, const struct catalog_store *store) {
    *(struct api_insight_selectors_response *)call->response =
        (struct api_insight_selectors_response){.event_data_store_arn = store->arn,
            .insights_destination = aws_optional_text(store->insights_store_arn),
            .insight_selectors = api_insights_show(call->arena, store->insights)};
}

bool lakeapi_put_store_insights(struct api_call *call) {
    struct api_insight_selectors_request *request = call->request;
    struct catalog_store store;
    unsigned insights = 0;
    struct str destination = STR_EMPTY;
    if (!lakeapi_store_find_active(call, request->event_data_store, &store) ||
        !api_insights_read(call, &request->insight_selectors, &insights) ||
        !check_source(call, &store, insights))
        return false;
    if (insights != 0 && !find_destination(call, &store, request->insights_destination, &destination))
        return false;
    store.insights = insights;
    store.insights_store_arn = destination;
    store.updated_at = call->now;
    if (!lakeapi_store_save(call, &store))
        return false;
    show(call, &store);
    return true;
}

bool lakeapi_get_store_insights(struct api_call *call) {
    const struct api_insight_selectors_request *request = call->request;
    struct catalog_store store;
    if (!lakeapi_store_find_active(call, request->event_data_store, &store))
        return false;
    if (store.insights == 0)
        return api_fail(call, API_INSIGHT_NOT_ENABLED,
            "Event data store %.*s does not have Insights enabled. Edit the event data store settings to "
            "enable "
            "Insights, and then try the operation again.",
            STR(store.arn));
    show(call, &store);
    return true;
}
