/* SPDX-License-Identifier: Apache-2.0 */
/* query_read.c: finding queries; DescribeQuery, GetQueryResults, ListQueries. */
#include "page.h"
#include "query.h"
#include "store.h"

const char *lakeapi_query_status_text(enum catalog_query_status status) {
    switch (status) {
    case CATALOG_QUERY_QUEUED:
        return "QUEUED";
    case CATALOG_QUERY_RUNNING:
        return "RUNNING";
    case CATALOG_QUERY_FINISHED:
        return "FINISHED";
    case CATALOG_QUERY_FAILED:
        return "FAILED";
    case CATALOG_QUERY_CANCELLED:
        return "CANCELLED";
    case CATALOG_QUERY_TIMED_OUT:
        return "TIMED_OUT";
    }
    return "";
}

static struct str delivery_text(enum catalog_delivery_status status) {
    static const char *const texts[] = {
        [CATALOG_DELIVERY_PENDING] = "PENDING",
        [CATALOG_DELIVERY_SUCCESS] = "SUCCESS",
        [CATALOG_DELIVERY_FAILED] = "FAILED",
        [CATALOG_DELIVERY_FAILED_SIGNING_FILE] = "FAILED_SIGNING_FILE",
        [CATALOG_DELIVERY_RESOURCE_NOT_FOUND] = "RESOURCE_NOT_FOUND",
        [CATALOG_DELIVERY_ACCESS_DENIED] = "ACCESS_DENIED",
        [CATALOG_DELIVERY_ACCESS_DENIED_SIGNING_FILE] = "ACCESS_DENIED_SIGNING_FILE",
        [CATALOG_DELIVERY_CANCELLED] = "CANCELLED",
    };
    return status == CATALOG_DELIVERY_NONE ? (struct str){NULL, 0} : str_from(texts[status]);
}

static bool not_found(struct api_call *call, struct str query_id) {
    return api_fail(call, API_NO_QUERY, "The query ID does not exist or does not map to a query: %.*s",
        STR(str_slice(query_id, 0, 256)));
}

/* The stores that the query reads: where one is gone, or is going, its rows are too. */
static bool check_stores(
    struct api_call *call, const struct lakeapi_query_request *request, const struct catalog_query *query) {
    struct catalog_store named, store;
    bool has_named = request->event_data_store.data == NULL, has_owner = true;
    if (!has_named && !lakeapi_store_find_active(call, request->event_data_store, &named))
        return false;
    if (request->event_data_store_owner_account_id.data != NULL)
        has_owner = str_equals(request->event_data_store_owner_account_id, call->account);
    for (size_t i = 0; i < query->store_count; i++) {
        if (!lakeapi_store_find_active(call, query->store_ids[i], &store))
            return false;
        has_named = has_named || str_equals(store.uuid, named.uuid);
        has_owner = has_owner || str_equals(request->event_data_store_owner_account_id, store.account);
    }
    return (has_named && has_owner) || not_found(call, query->query_id);
}

bool lakeapi_query_find(
    struct api_call *call, const struct lakeapi_query_request *request, struct catalog_query *ret_query) {
    struct error error = {0};
    if (lakeapi_of(call)->queries == NULL)
        return api_fail(call, API_UNSUPPORTED, "Queries are turned off in this Cairn.");
    bool is_found =
        catalog_query_get(call->api->options.catalog, request->query_id, call->arena, ret_query, &error);
    if (!is_found && error.kind != ERROR_NOT_FOUND)
        return api_fail_with(call, &error);
    if (!is_found || !str_equals(ret_query->account, call->account) ||
        !str_equals(ret_query->region, call->region))
        return not_found(call, request->query_id);
    return check_stores(call, request, ret_query);
}

static bool find_by_alias(
    struct api_call *call, const struct lakeapi_query_request *request, struct catalog_query *ret_query) {
    struct error error = {0};
    struct str refresh_id = request->refresh_id.data != NULL ? request->refresh_id : STR_EMPTY;
    if (catalog_query_find_alias(call->api->options.catalog, call->account, call->region,
            request->query_alias, refresh_id, call->arena, ret_query, &error))
        return check_stores(call, request, ret_query);
    return error.kind == ERROR_NOT_FOUND ? not_found(call, request->query_alias)
                                         : api_fail_with(call, &error);
}

static void describe(struct api_call *call, const struct catalog_query *query, struct lakeapi_query *shown) {
    struct lakeapi_query_statistics *statistics = ARENA_NEW(call->arena, struct lakeapi_query_statistics);
    *statistics =
        (struct lakeapi_query_statistics){.events_matched = AWS_SET_INTEGER((int64_t)query->events_matched),
            .events_scanned = AWS_SET_INTEGER((int64_t)query->events_scanned),
            .bytes_scanned = AWS_SET_INTEGER((int64_t)query->bytes_scanned),
            .execution_time_in_millis = AWS_SET_INTEGER((int64_t)query->elapsed_ms),
            .creation_time = AWS_SET_TIMESTAMP(query->created_at)};
    *shown = (struct lakeapi_query){.query_id = query->query_id,
        .query_string = query->statement,
        .query_status = str_from(lakeapi_query_status_text(query->status)),
        .query_statistics = statistics,
        .error_message = aws_optional_text(query->error_message),
        .delivery_s3_uri = aws_optional_text(query->delivery_uri),
        .delivery_status = delivery_text(query->delivery_status),
        .prompt = aws_optional_text(query->prompt)};
}

bool lakeapi_describe_query(struct api_call *call) {
    const struct lakeapi_query_request *request = call->request;
    struct lakeapi_query *shown = call->response;
    struct catalog_query query;
    bool has_id = request->query_id.data != NULL, has_alias = request->query_alias.data != NULL;
    if (has_id == has_alias)
        return api_fail(call, API_INVALID_PARAMETER, "You must specify either QueryId or QueryAlias.");
    if (request->refresh_id.data != NULL && !has_alias)
        return api_fail(call, API_INVALID_PARAMETER, "RefreshId can be used only with QueryAlias.");
    if (!(has_id ? lakeapi_query_find(call, request, &query) : find_by_alias(call, request, &query)))
        return false;
    describe(call, &query, shown);
    shown->event_data_store_owner_account_id = request->event_data_store_owner_account_id;
    return true;
}

/* Each row a list of maps of one entry, column to value: what was null is an empty text. */
static struct aws_list show_rows(struct arena *arena, const struct queries_page *page) {
    size_t cell_count = page->row_count * page->column_count;
    struct aws_list *rows = ARENA_ARRAY(arena, page->row_count, struct aws_list);
    struct aws_list *cells = ARENA_ARRAY(arena, cell_count, struct aws_list);
    struct aws_entry *entries = ARENA_ARRAY(arena, cell_count, struct aws_entry);
    for (size_t i = 0; i < cell_count; i++) {
        struct str value = page->values[i];
        entries[i] =
            (struct aws_entry){page->columns[i % page->column_count], value.data != NULL ? value : STR_EMPTY};
        cells[i] = (struct aws_list){true, 1, &entries[i]};
    }
    for (size_t i = 0; i < page->row_count; i++)
        rows[i] = (struct aws_list){true, page->column_count, &cells[i * page->column_count]};
    return (struct aws_list){true, page->row_count, rows};
}

bool lakeapi_get_query_results(struct api_call *call) {
    const struct lakeapi_query_request *request = call->request;
    struct lakeapi_query *shown = call->response;
    struct catalog_query query;
    struct lakeapi_page asked;
    struct queries_page page = {.row_count = 0};
    struct error error = {0};
    if (!lakeapi_page_open(
            call, request->max_query_results, request->next_token, request->query_id, &asked) ||
        !lakeapi_query_find(call, request, &query))
        return false;
    if (catalog_query_has_ended(&query) && !queries_read(lakeapi_of(call)->queries, query.query_id,
                                               asked.after_id, asked.size, call->arena, &page, &error))
        return api_fail_with(call, &error);
    struct lakeapi_query_statistics *statistics = ARENA_NEW(call->arena, struct lakeapi_query_statistics);
    *statistics = (struct lakeapi_query_statistics){.results_count = AWS_SET_INTEGER((int64_t)page.row_count),
        .total_results_count = AWS_SET_INTEGER((int64_t)query.row_count),
        .bytes_scanned = AWS_SET_INTEGER((int64_t)query.bytes_scanned)};
    *shown = (struct lakeapi_query){.query_status = str_from(lakeapi_query_status_text(query.status)),
        .query_statistics = statistics,
        .query_result_rows = show_rows(call->arena, &page),
        .error_message = aws_optional_text(query.error_message)};
    if (page.next != 0)
        shown->next_token = lakeapi_page_token(call, page.next, request->query_id);
    return true;
}

static bool read_status(struct api_call *call, struct str text, struct catalog_query_filter *filter) {
    if (text.data == NULL)
        return true;
    for (unsigned status = 0; status <= CATALOG_QUERY_TIMED_OUT; status++) {
        filter->status = (enum catalog_query_status)status;
        filter->has_status = str_is(text, lakeapi_query_status_text(filter->status));
        if (filter->has_status)
            return true;
    }
    return api_fail(call, API_INVALID_QUERY_STATUS,
        "The query status is not valid: %.*s. Valid values are: QUEUED, RUNNING, FINISHED, FAILED, "
        "CANCELLED, "
        "TIMED_OUT.",
        STR(str_slice(text, 0, 64)));
}

/* The past seven days, or the part of them that is asked for. */
static bool read_range(struct api_call *call, const struct lakeapi_list_queries_request *request,
    struct catalog_query_filter *filter) {
    enum { DAYS = 7 };
    filter->from = (struct moment){call->now.ms - DAYS * MS_PER_DAY};
    filter->to = call->now;
    if (request->start_time.is_set && request->start_time.value.ms > filter->from.ms)
        filter->from = request->start_time.value;
    if (request->end_time.is_set && request->end_time.value.ms < filter->to.ms)
        filter->to = request->end_time.value;
    if (request->start_time.is_set && request->end_time.is_set &&
        request->start_time.value.ms >= request->end_time.value.ms)
        return api_fail(call, API_INVALID_DATE_RANGE,
            "The date range is not valid: the start time must be before the end time.");
    return true;
}

/* What a page's token stands for, so that no other list takes it. */
static struct str parameters_of(struct api_call *call, const struct lakeapi_list_queries_request *request) {
    return arena_format(call->arena, "%.*s\n%.*s\n%lld\n%lld", STR(request->event_data_store),
        STR(request->query_status),
        (long long)(request->start_time.is_set ? request->start_time.value.ms : 0),
        (long long)(request->end_time.is_set ? request->end_time.value.ms : 0));
}

bool lakeapi_list_queries(struct api_call *call) {
    const struct lakeapi_list_queries_request *request = call->request;
    struct lakeapi_list_queries_response *response = call->response;
    struct catalog_query_filter filter = {.account = call->account, .region = call->region};
    struct str parameters = parameters_of(call, request);
    struct catalog_store store;
    struct lakeapi_page page;
    struct catalog_query *queries = NULL;
    size_t count = 0;
    struct error error = {0};
    if (!read_range(call, request, &filter) || !read_status(call, request->query_status, &filter) ||
        !lakeapi_page_open(call, request->max_results, request->next_token, parameters, &page) ||
        !lakeapi_store_find_active(call, request->event_data_store, &store))
        return false;
    filter.store_id = store.uuid;
    filter.before_id = page.after_id;
    filter.limit = page.size + 1; /* one more tells that there is another page */
    if (!catalog_query_list(call->api->options.catalog, &filter, call->arena, &queries, &count, &error))
        return api_fail_with(call, &error);
    size_t shown = count < page.size ? count : page.size;
    struct lakeapi_query *list = ARENA_ARRAY(call->arena, shown, struct lakeapi_query);
    for (size_t i = 0; i < shown; i++)
        list[i] = (struct lakeapi_query){.query_id = queries[i].query_id,
            .query_status = str_from(lakeapi_query_status_text(queries[i].status)),
            .creation_time = AWS_SET_TIMESTAMP(queries[i].created_at)};
    response->queries = (struct aws_list){true, shown, list};
    if (count > shown)
        response->next_token = lakeapi_page_token(call, queries[shown - 1].id, parameters);
    return true;
}
