/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_change.c: CreateEventDataStore, UpdateEventDataStore, DeleteEventDataStore, RestoreEventDataStore,
 * StartEventDataStoreIngestion, StopEventDataStoreIngestion.
 *
 * What AWS does over minutes is done when the call returns, so of the states in between only CREATED is seen:
 * in the answer of CreateEventDataStore.
 */
#include "api/tag.h"
#include "api/trail.h"
#include "base/own.h"
#include "catalog/channels.h"
#include "catalog/imports.h"

#include "store.h"

#define DEFAULT_SELECTORS                                                                                    \
    "[{\"Name\":\"Default management events\",\"FieldSelectors\":"                                           \
    "[{\"Field\":\"eventCategory\",\"Equals\":[\"Management\"]}]}]"

/* Cairn has neither of these services: there is nothing that an item or evidence could come from. */
static bool check_family(struct api_call *call, enum event_family family) {
    if (family == EVENT_FAMILY_CONFIGURATION)
        return api_fail(call, API_INVALID_EVENT_SELECTORS,
            "Value ConfigurationItem for field eventCategory is invalid: AWS Config is not in use.");
    if (family == EVENT_FAMILY_EVIDENCE)
        return api_fail(call, API_INVALID_EVENT_SELECTORS,
            "Value Evidence for field eventCategory is invalid: Audit Manager is not in use.");
    return true;
}

/* Take the selectors of the request in, where it has some. */
static bool take_selectors(
    struct api_call *call, const struct lakeapi_store_request *request, struct catalog_store *store) {
    struct error error = {0};
    if (!request->advanced_event_selectors.is_set)
        return true;
    SCOPED(event_selectors_destroyp)
    struct event_selectors *selectors =
        event_selectors_parse_store(json_get(call->body, "AdvancedEventSelectors"), &error);
    if (selectors == NULL)
        return api_fail(call, API_INVALID_EVENT_SELECTORS, "%s", error.message);
    enum event_family before = EVENT_FAMILY_CLOUDTRAIL, family = event_selectors_family(selectors);
    if (!check_family(call, family))
        return false;
    if (store->id != 0 && !lakeapi_store_family(call, store, &before))
        return false;
    if (store->id != 0 && before != family)
        return api_fail(call, API_INVALID_EVENT_SELECTORS,
            "The event category of an event data store cannot be changed to another kind of events.");
    if (!lakeapi_store_check_insights(call, selectors, store->insights))
        return false;
    SCOPED(buf_finish) struct buf json = BUF_INIT(BUF_UNBOUNDED);
    event_selectors_append_json(&json, selectors);
    store->event_selectors = arena_str(call->arena, buf_str(&json));
    return true;
}

/* BillingMode, and the RetentionPeriod that it allows. */
static bool take_retention(
    struct api_call *call, const struct lakeapi_store_request *request, struct catalog_store *store) {
    bool is_fixed = str_is(request->billing_mode, "FIXED_RETENTION_PRICING");
    if (store->id != 0 && is_fixed && store->pricing != CATALOG_STORE_FIXED)
        return api_fail(call, API_INVALID_PARAMETER,
            "The billing mode of an event data store cannot be changed from EXTENDABLE_RETENTION_PRICING to "
            "FIXED_RETENTION_PRICING.");
    if (request->billing_mode.data != NULL)
        store->pricing = is_fixed ? CATALOG_STORE_FIXED : CATALOG_STORE_EXTENDABLE;
    if (request->retention_period.is_set)
        store->retention_days = request->retention_period.value;
    else if (store->id == 0)
        store->retention_days =
            is_fixed ? LAKEAPI_RETENTION_DEFAULT_FIXED : LAKEAPI_RETENTION_DEFAULT_EXTENDABLE;
    if (store->pricing == CATALOG_STORE_FIXED && store->retention_days > LAKEAPI_RETENTION_MAX_FIXED)
        return api_fail(call, API_INVALID_PARAMETER,
            "The retention period of an event data store with FIXED_RETENTION_PRICING is at most %d days.",
            LAKEAPI_RETENTION_MAX_FIXED);
    return true;
}

static void take_flag(bool *flag, struct aws_boolean asked) {
    if (asked.is_set)
        *flag = asked.value;
}

/* What a request says of a store, new or not, with every rule that AWS has for it. */
static bool take_settings(
    struct api_call *call, const struct lakeapi_store_request *request, struct catalog_store *store) {
    if (request->organization_enabled.value)
        return api_fail(call, API_NO_ORGANIZATION,
            "Your account is not a member of an organization: CloudTrail cannot make an event data store of "
            "an "
            "organization.");
    if (!api_kms_key_check(call, request->kms_key_id) || !take_retention(call, request, store) ||
        !take_selectors(call, request, store))
        return false;
    if (request->name.data != NULL)
        store->name = request->name;
    take_flag(&store->is_multi_region, request->multi_region_enabled);
    take_flag(&store->has_termination_protection, request->termination_protection_enabled);
    return true;
}

static bool check_limit(struct api_call *call) {
    struct catalog_store *stores = NULL;
    size_t count = 0;
    catalog_store_list(call->api->options.catalog, call->account, call->region, call->arena, &stores, &count);
    unsigned asked = lakeapi_of(call)->stores_max, stores_max = asked != 0 ? asked : LAKEAPI_STORES_MAX;
    return count < stores_max ||
           api_fail(call, API_TOO_MANY_STORES,
               "Your account has used the maximum number of event data stores: %u. Those that are pending "
               "deletion count; cairn serve --event-data-stores-max allows more.",
               stores_max);
}

static struct catalog_store new_store(struct api_call *call) {
    struct str uuid = lakeapi_new_id(call), none = STR_EMPTY;
    return (struct catalog_store){.uuid = uuid,
        .account = call->account,
        .region = call->region,
        .name = none,
        .arn = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:eventdatastore/%.*s",
            STR(aws_partition_of(call->region)), STR(call->region), STR(call->account), STR(uuid)),
        .status = CATALOG_STORE_ENABLED,
        .is_multi_region = true,
        .has_termination_protection = true,
        .event_selectors = STR_LITERAL(DEFAULT_SELECTORS),
        .kms_key_id = none,
        .context_keys = none,
        .insights_store_arn = none,
        .federation_role_arn = none,
        .created_at = call->now,
        .updated_at = call->now,
        .deletion_at = MOMENT_NONE};
}

bool lakeapi_create_store(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store = new_store(call);
    struct api_tagged tagged = {.tags = NULL};
    if (!take_settings(call, request, &store) || !api_tags_merge(call, &tagged, &request->tags_list) ||
        !check_limit(call))
        return false;
    store.tags = tagged.tags;
    store.tag_count = tagged.count;
    if (request->start_ingestion.is_set && !request->start_ingestion.value)
        store.status = CATALOG_STORE_STOPPED_INGESTION;
    if (!lakeapi_store_save(call, &store))
        return false;
    store.status = CATALOG_STORE_CREATED;
    return lakeapi_store_show(call, &store, call->response);
}

static bool check_idle(struct api_call *call, const struct catalog_store *store) {
    struct error error = {0};
    bool is_filled = false;
    if (!catalog_import_is_running(call->api->options.catalog, store->uuid, &is_filled, &error))
        return api_fail_with(call, &error);
    return !is_filled || api_fail(call, API_STORE_IMPORTING,
                             "The event data store has an import in progress: %.*s", STR(store->arn));
}

bool lakeapi_update_store(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store;
    enum { MEMBERS_WITHOUT_CHANGE = 1 };
    if (aws_shape_count_set(call->operation->request, request) == MEMBERS_WITHOUT_CHANGE)
        return api_fail(call, API_INVALID_PARAMETER,
            "You must specify at least one setting of the event data store to change.");
    if (!lakeapi_store_find_active(call, request->event_data_store, &store) || !check_idle(call, &store) ||
        !take_settings(call, request, &store))
        return false;
    store.updated_at = call->now;
    return lakeapi_store_save(call, &store) && lakeapi_store_show(call, &store, call->response);
}

static bool check_no_channel(struct api_call *call, const struct catalog_store *store) {
    struct error error = {0};
    bool is_named = false;
    if (!catalog_channel_names_store(call->api->options.catalog, store->arn, &is_named, &error))
        return api_fail_with(call, &error);
    return !is_named || api_fail(call, API_STORE_HAS_CHANNEL,
                            "The event data store cannot be deleted while a channel sends events to it: %.*s",
                            STR(store->arn));
}

bool lakeapi_delete_store(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store;
    if (!lakeapi_store_find_active(call, request->event_data_store, &store))
        return false;
    if (store.has_termination_protection)
        return api_fail(call, API_STORE_PROTECTED,
            "The event data store cannot be deleted because termination protection is enabled for it: %.*s",
            STR(store.arn));
    if (store.is_federated)
        return api_fail(call, API_STORE_FEDERATED,
            "The event data store cannot be deleted because federation is enabled for it: %.*s",
            STR(store.arn));
    if (!check_idle(call, &store) || !check_no_channel(call, &store))
        return false;
    store.status = CATALOG_STORE_PENDING_DELETION;
    store.deletion_at = call->now;
    store.updated_at = call->now;
    return lakeapi_store_save(call, &store);
}

static bool refuse_status(struct api_call *call, const struct catalog_store *store, const char *needed) {
    return api_fail(call, API_STORE_STATUS, "The status of the event data store %.*s must be %s.",
        STR(store->arn), needed);
}

bool lakeapi_restore_store(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store;
    if (!lakeapi_store_find(call, request->event_data_store, &store))
        return false;
    if (store.status != CATALOG_STORE_PENDING_DELETION)
        return refuse_status(call, &store, "PENDING_DELETION");
    store.status = CATALOG_STORE_ENABLED;
    store.deletion_at = MOMENT_NONE;
    store.updated_at = call->now;
    return lakeapi_store_save(call, &store) && lakeapi_store_show(call, &store, call->response);
}

static bool switch_ingestion(struct api_call *call, enum catalog_store_status from, const char *from_text,
    enum catalog_store_status to) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store;
    enum event_family family = EVENT_FAMILY_CLOUDTRAIL;
    if (!lakeapi_store_find(call, request->event_data_store, &store) ||
        !lakeapi_store_family(call, &store, &family))
        return false;
    if (family != EVENT_FAMILY_CLOUDTRAIL)
        return api_fail(call, API_STORE_CATEGORY,
            "Ingestion can be started and stopped on event data stores of the categories Management, Data, "
            "NetworkActivity and ConfigurationItem.");
    if (store.status != from)
        return refuse_status(call, &store, from_text);
    store.status = to;
    store.updated_at = call->now;
    return lakeapi_store_save(call, &store);
}

bool lakeapi_start_ingestion(struct api_call *call) {
    return switch_ingestion(
        call, CATALOG_STORE_STOPPED_INGESTION, "STOPPED_INGESTION", CATALOG_STORE_ENABLED);
}

bool lakeapi_stop_ingestion(struct api_call *call) {
    return switch_ingestion(call, CATALOG_STORE_ENABLED, "ENABLED", CATALOG_STORE_STOPPED_INGESTION);
}
