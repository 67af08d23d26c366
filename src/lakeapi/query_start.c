/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_start.c: StartQuery, CancelQuery, and how a query comes to be.
 *
 * Without the engine the statement is still read, so that its faults are told; then the answer is
 * UnsupportedOperationException, which says what is missing.
 */
#include "api/bucket.h"
#include "base/own.h"
#include "catalog/aliases.h"
#include "engine/engine.h"

#include "query.h"
#include "store.h"
#include "uri.h"

/* What lies between a statement and its rows; told only after all that the caller can mend. */
static bool refuse_statement(struct api_call *call, const struct error *error) {
    struct error missing = {0};
    if (error->kind == ERROR_INVALID || error->kind == ERROR_LIMIT)
        return api_fail(call, API_INVALID_STATEMENT, "%s", error->message);
    if (error->kind == ERROR_UNAVAILABLE && !engine_check(lakeapi_of(call)->engine, &missing))
        return api_fail(call, API_UNSUPPORTED, "Queries cannot run: %s", missing.message);
    return api_fail(call, API_INTERNAL, "%s", error->message);
}

static bool check_stores(
    struct api_call *call, const struct str *ids, size_t count, struct str owner, struct str *ret_arn) {
    bool has_owner = owner.size == 0 || count == 0; /* without stores the statement is at fault */
    for (size_t i = 0; i < count; i++) {
        struct catalog_store store;
        if (!lakeapi_store_find_active(call, ids[i], &store))
            return false;
        if (i == 0)
            *ret_arn = store.arn;
        has_owner = has_owner || str_equals(store.account, owner);
    }
    return has_owner ||
           api_fail(call, API_NO_STORE, "The specified event data store was not found in account %.*s: %.*s",
               STR(owner), STR(ids[0]));
}

static bool check_delivery(struct api_call *call, struct str uri, struct str store_arn) {
    struct lakeapi_place place;
    return uri.size == 0 ||
           (lakeapi_place_parse(call, uri, &place) &&
               api_bucket_check(call, place.bucket,
                   api_bucket_folder(call, place.prefix, "CloudTrail-Lake/Query"), store_arn));
}

bool lakeapi_query_prepare(
    struct api_call *call, const struct lakeapi_query_order *order, struct catalog_query *ret_query) {
    struct queries *queries = lakeapi_of(call)->queries;
    const struct str *ids = NULL;
    size_t count = 0;
    struct str arn = STR_EMPTY;
    struct error error = {0};
    if (queries == NULL)
        return api_fail(call, API_UNSUPPORTED, "Queries are turned off in this Cairn.");
    struct queries_statement statement = {call->account, order->statement};
    bool would_run = queries_check(queries, call->arena, &statement, &ids, &count, &error);
    if (!check_stores(call, ids, count, order->owner, &arn))
        return false;
    if (!would_run)
        return refuse_statement(call, &error);
    if (!check_delivery(call, order->delivery_uri, arn))
        return false;
    *ret_query = (struct catalog_query){.query_id = lakeapi_new_id(call),
        .account = call->account,
        .region = call->region,
        .statement = order->statement,
        .alias = order->alias,
        .prompt = order->prompt,
        .refresh_id = order->refresh_id,
        .store_ids = ids,
        .store_count = count,
        .status = CATALOG_QUERY_QUEUED,
        .error_message = STR_EMPTY,
        .created_at = call->now,
        .started_at = MOMENT_NONE,
        .ended_at = MOMENT_NONE,
        .delivery_uri = order->delivery_uri,
        .delivery_status = order->delivery_uri.size > 0 ? CATALOG_DELIVERY_PENDING : CATALOG_DELIVERY_NONE};
    return true;
}

static void wake(struct api_call *call) {
    queries_wake(lakeapi_of(call)->queries);
}

/* Queue it, in the call's change: MaxConcurrentQueriesException. It starts once the change is durable. */
static bool add_query(struct api_call *call, const struct catalog_query *query) {
    struct error error = {0};
    call->on_committed = wake;
    if (queries_add(lakeapi_of(call)->queries, call->change, query, &error))
        return true;
    if (error.kind == ERROR_LIMIT)
        return api_fail(call, API_TOO_MANY_QUERIES,
            "You are already running the maximum number of concurrent queries. Wait a minute for some "
            "queries to "
            "finish, and then run the query again.");
    return api_fail_with(call, &error);
}

/* The statement that an alias stands for, its parameters filled in. */
static bool take_alias(struct api_call *call, const struct lakeapi_start_query_request *request,
    struct lakeapi_query_order *order) {
    struct catalog_alias alias;
    struct error error = {0};
    if (!catalog_alias_find(call->api->options.catalog, call->account, call->region, request->query_alias,
            call->arena, &alias, &error))
        return error.kind == ERROR_NOT_FOUND
                   ? api_fail(call, API_INVALID_PARAMETER, "The query alias was not found: %.*s",
                         STR(request->query_alias))
                   : api_fail_with(call, &error);
    order->alias = alias.alias;
    order->prompt = alias.prompt;
    return lakeapi_query_fill(call, alias.statement, &request->query_parameters, &order->statement);
}

bool lakeapi_start_query_prepare(struct api_call *call) {
    const struct lakeapi_start_query_request *request = call->request;
    struct str none = STR_EMPTY;
    bool has_statement = request->query_statement.data != NULL, has_alias = request->query_alias.data != NULL;
    struct lakeapi_query_order order = {.statement = request->query_statement,
        .alias = none,
        .prompt = none,
        .refresh_id = none,
        .delivery_uri = request->delivery_s3_uri.size > 0 ? request->delivery_s3_uri : none,
        .owner = request->event_data_store_owner_account_id.size > 0
                     ? request->event_data_store_owner_account_id
                     : none};
    struct catalog_query *query = ARENA_NEW(call->arena, struct catalog_query);
    if (has_statement == has_alias)
        return api_fail(call, API_INVALID_PARAMETER, "You must specify either QueryStatement or QueryAlias.");
    if (has_statement && request->query_parameters.is_set)
        return api_fail(call, API_INVALID_PARAMETER, "QueryParameters can be used only with QueryAlias.");
    call->prepared = query;
    return (!has_alias || take_alias(call, request, &order)) && lakeapi_query_prepare(call, &order, query);
}

bool lakeapi_start_query(struct api_call *call) {
    const struct lakeapi_start_query_request *request = call->request;
    const struct catalog_query *query = call->prepared;
    struct lakeapi_query *shown = call->response;
    if (!add_query(call, query))
        return false;
    shown->query_id = query->query_id;
    shown->event_data_store_owner_account_id = request->event_data_store_owner_account_id;
    return true;
}

static void cut(struct api_call *call) {
    const struct lakeapi_query_request *request = call->request;
    queries_cut(lakeapi_of(call)->queries, request->query_id);
}

bool lakeapi_cancel_query(struct api_call *call) {
    const struct lakeapi_query_request *request = call->request;
    struct lakeapi_query *shown = call->response;
    struct catalog_query query;
    struct error error = {0};
    if (!lakeapi_query_find(call, request, &query))
        return false;
    if (!queries_cancel(lakeapi_of(call)->queries, call->change, query.query_id, call->arena, &query, &error))
        return error.kind == ERROR_CONFLICT ? api_fail(call, API_QUERY_INACTIVE,
                                                  "The query cannot be canceled: it is in the %s state.",
                                                  lakeapi_query_status_text(query.status))
                                            : api_fail_with(call, &error);
    call->on_committed = cut;
    shown->query_id = query.query_id;
    shown->query_status = str_from(lakeapi_query_status_text(query.status));
    shown->event_data_store_owner_account_id = request->event_data_store_owner_account_id;
    return true;
}
