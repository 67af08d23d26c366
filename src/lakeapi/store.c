/* SPDX-License-Identifier: Apache-2.0 */
/* store.c: finding stores and showing them; GetEventDataStore, ListEventDataStores. */
#include "store.h"

#include "api/selector.h"
#include "api/tag.h"
#include "base/own.h"
#include "journal/journal.h"

#include "page.h"

static bool refuse_arn(struct api_call *call, struct str reference) {
    return api_fail(call, API_STORE_ARN_INVALID,
        "The specified event data store ARN is not valid or does not map to an event data store in your "
        "account: %.*s",
        STR(reference));
}

static bool not_found(struct api_call *call, struct str reference) {
    return api_fail(call, API_NO_STORE, "The specified event data store was not found: %.*s", STR(reference));
}

/* The id of a reference, which is an ARN's last part or the whole of it. */
static bool read_reference(struct api_call *call, struct str reference, struct str *ret_uuid) {
    struct aws_arn arn;
    struct str uuid = reference;
    if (str_starts_with(reference, STR_LITERAL("arn:"))) {
        if (!aws_arn_parse(reference, &arn) || !str_is(arn.service, "cloudtrail"))
            return refuse_arn(call, reference);
        uuid = arn.resource;
        if (!str_is(str_cut(&uuid, '/'), "eventdatastore"))
            return refuse_arn(call, reference);
    }
    struct uuid ignored;
    if (uuid.size != UUID_TEXT_SIZE || !uuid_parse(uuid, &ignored))
        return refuse_arn(call, reference);
    *ret_uuid = uuid;
    return true;
}

bool lakeapi_store_find(struct api_call *call, struct str reference, struct catalog_store *ret_store) {
    struct str uuid = STR_EMPTY;
    struct error error = {0};
    if (!read_reference(call, reference, &uuid))
        return false;
    if (!catalog_store_find(call->api->options.catalog, uuid, call->arena, ret_store, &error))
        return error.kind == ERROR_NOT_FOUND ? not_found(call, reference) : api_fail_with(call, &error);
    bool is_whole = reference.size > UUID_TEXT_SIZE; /* of an ARN every part counts */
    if ((is_whole && !str_equals(ret_store->arn, reference)) || !str_equals(ret_store->region, call->region))
        return not_found(call, reference);
    bool may = false, is_own = str_equals(ret_store->account, call->account);
    if (!lakeapi_may_access(call, ret_store->arn, ret_store->account, &may))
        return false;
    if (may)
        return true;
    return is_own ? lakeapi_refuse_access(call, ret_store->arn) : not_found(call, reference);
}

bool lakeapi_store_find_active(struct api_call *call, struct str reference, struct catalog_store *ret_store) {
    if (!lakeapi_store_find(call, reference, ret_store))
        return false;
    if (ret_store->status == CATALOG_STORE_PENDING_DELETION)
        return api_fail(call, API_STORE_INACTIVE,
            "The event data store is inactive, because it is pending deletion: %.*s", STR(ret_store->arn));
    return true;
}

/* The selectors in force: a store without any takes all management events. */
static struct event_selectors *read_selectors(struct api_call *call, const struct catalog_store *store) {
    struct error error = {0};
    struct event_selectors *selectors = event_selectors_read_store(store->event_selectors, &error);
    if (selectors == NULL)
        IGNORE(api_fail_with(call, &error), "NULL says the same");
    return selectors;
}

bool lakeapi_store_family(
    struct api_call *call, const struct catalog_store *store, enum event_family *ret_family) {
    SCOPED(event_selectors_destroyp) struct event_selectors *selectors = read_selectors(call, store);
    if (selectors == NULL)
        return false;
    *ret_family = event_selectors_family(selectors);
    return true;
}

bool lakeapi_store_save(struct api_call *call, struct catalog_store *store) {
    struct error error = {0};
    uint64_t next_position = journal_end(call->api->options.journal) + 1;
    bool is_saved = store->id == 0
                        ? catalog_store_create(call->change, store, next_position, &store->id, &error)
                        : catalog_store_update(call->change, store, next_position, &error);
    if (!is_saved && error.kind == ERROR_CONFLICT)
        return api_fail(call, API_STORE_EXISTS, "An event data store with the name %.*s already exists.",
            STR(store->name));
    return is_saved || api_fail_with(call, &error);
}

static const char *status_text(enum catalog_store_status status) {
    switch (status) {
    case CATALOG_STORE_CREATED:
        return "CREATED";
    case CATALOG_STORE_ENABLED:
        return "ENABLED";
    case CATALOG_STORE_PENDING_DELETION:
        return "PENDING_DELETION";
    case CATALOG_STORE_STARTING_INGESTION:
        return "STARTING_INGESTION";
    case CATALOG_STORE_STOPPING_INGESTION:
        return "STOPPING_INGESTION";
    case CATALOG_STORE_STOPPED_INGESTION:
        return "STOPPED_INGESTION";
    }
    return "";
}

bool lakeapi_store_show(
    struct api_call *call, const struct catalog_store *store, struct lakeapi_store *ret_shown) {
    struct lakeapi_store shown = {.event_data_store_arn = store->arn,
        .name = store->name,
        .status = str_from(status_text(store->status)),
        .multi_region_enabled = AWS_SET_BOOLEAN(store->is_multi_region),
        .organization_enabled = AWS_SET_BOOLEAN(store->is_organization),
        .retention_period = AWS_SET_INTEGER(store->retention_days),
        .termination_protection_enabled = AWS_SET_BOOLEAN(store->has_termination_protection),
        .tags_list = api_tags_show(call->arena, store->tags, store->tag_count),
        .created_timestamp = AWS_SET_TIMESTAMP(store->created_at),
        .updated_timestamp = AWS_SET_TIMESTAMP(store->updated_at),
        .kms_key_id = aws_optional_text(store->kms_key_id),
        .billing_mode = store->pricing == CATALOG_STORE_FIXED ? STR_LITERAL("FIXED_RETENTION_PRICING")
                                                              : STR_LITERAL("EXTENDABLE_RETENTION_PRICING"),
        .federation_status = store->is_federated ? STR_LITERAL("ENABLED") : STR_LITERAL("DISABLED"),
        .federation_role_arn = aws_optional_text(store->federation_role_arn)};
    if (!api_selectors_show(call, store->event_selectors, &shown.advanced_event_selectors))
        return false;
    *ret_shown = shown;
    return true;
}

bool lakeapi_get_store(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store;
    return lakeapi_store_find(call, request->event_data_store, &store) &&
           lakeapi_store_show(call, &store, call->response);
}

bool lakeapi_list_stores(struct api_call *call) {
    const struct lakeapi_list_stores_request *request = call->request;
    struct lakeapi_list_stores_response *response = call->response;
    struct lakeapi_page page;
    if (!lakeapi_page_open(call, request->max_results, request->next_token, STR_EMPTY, &page))
        return false;
    struct catalog_store *stores = NULL;
    size_t count = 0, shown = 0, at = 0;
    catalog_store_list(call->api->options.catalog, call->account, call->region, call->arena, &stores, &count);
    while (at < count && stores[at].id <= page.after_id)
        at++;
    struct lakeapi_store *list = ARENA_ARRAY(call->arena, count, struct lakeapi_store);
    for (; at < count && shown < page.size; at++)
        list[shown++] =
            (struct lakeapi_store){.event_data_store_arn = stores[at].arn, .name = stores[at].name};
    response->event_data_stores = (struct aws_list){true, shown, list};
    if (at < count)
        response->next_token = lakeapi_page_token(call, stores[at - 1].id, STR_EMPTY);
    return true;
}

bool lakeapi_store_load_tags(
    struct api_call *call, const struct aws_arn *arn, struct str uuid, struct api_tagged *ret_tagged) {
    struct catalog_store *store = ARENA_NEW(call->arena, struct catalog_store);
    struct str reference = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:eventdatastore/%.*s",
        STR(arn->partition), STR(arn->region), STR(arn->account), STR(uuid));
    if (!lakeapi_store_find_active(call, reference, store))
        return false;
    *ret_tagged = (struct api_tagged){.resource = store, .tags = store->tags, .count = store->tag_count};
    return true;
}

bool lakeapi_store_save_tags(struct api_call *call, const struct api_tagged *tagged) {
    struct catalog_store *store = tagged->resource;
    store->tags = tagged->tags;
    store->tag_count = tagged->count;
    return lakeapi_store_save(call, store);
}
