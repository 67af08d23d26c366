/* SPDX-License-Identifier: Apache-2.0 */
/* query_shape.c: requests and answers of the operations on queries as tables, in the order of AWS's model. */
#include "query.h"
#include "store.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
static const struct aws_pattern alias_pattern = {"^[a-zA-Z][a-zA-Z0-9._\\-]*$", LETTERS "0123456789._-"};

static const struct aws_shape statement = {.kind = AWS_STRING, .min = 1, .max = LAKEAPI_STATEMENT_SIZE_MAX};
static const struct aws_shape delivery_uri = {.kind = AWS_STRING, .min = 0, .max = 1024};
static const struct aws_shape alias = {.kind = AWS_STRING, .min = 1, .max = 256, .pattern = &alias_pattern};
static const struct aws_shape parameter = {.kind = AWS_STRING, .min = 1, .max = 1024};
static const struct aws_shape parameters = {.kind = AWS_LIST, .element = &parameter, .min = 1, .max = 10};
static const struct aws_shape account = {
    .kind = AWS_STRING, .min = 12, .max = 16, .pattern = &aws_pattern_digits};
static const struct aws_shape refresh_id = {
    .kind = AWS_STRING, .min = 10, .max = 20, .pattern = &aws_pattern_digits};
static const struct aws_shape query_id = {
    .kind = AWS_STRING, .min = 36, .max = 36, .pattern = &aws_pattern_uuid};

static const struct aws_member start_members[] = {
    API_MEMBER(lakeapi_start_query_request, query_statement, "QueryStatement", statement),
    API_MEMBER(lakeapi_start_query_request, delivery_s3_uri, "DeliveryS3Uri", delivery_uri),
    API_MEMBER(lakeapi_start_query_request, query_alias, "QueryAlias", alias),
    API_MEMBER(lakeapi_start_query_request, query_parameters, "QueryParameters", parameters),
    API_MEMBER(lakeapi_start_query_request, event_data_store_owner_account_id, "EventDataStoreOwnerAccountId",
        account),
};

#define REQUEST(field, name, shape) API_MEMBER(lakeapi_query_request, field, name, shape)
#define STORE                       REQUEST(event_data_store, "EventDataStore", lakeapi_store_reference)
#define QUERY                       API_REQUIRED(lakeapi_query_request, query_id, "QueryId", query_id)
#define OWNER                       REQUEST(event_data_store_owner_account_id, "EventDataStoreOwnerAccountId", account)
static const struct aws_member describe_members[] = {
    STORE,
    REQUEST(query_id, "QueryId", query_id),
    REQUEST(query_alias, "QueryAlias", alias),
    REQUEST(refresh_id, "RefreshId", refresh_id),
    OWNER,
};
static const struct aws_member results_members[] = {
    STORE,
    QUERY,
    REQUEST(next_token, "NextToken", aws_string),
    REQUEST(max_query_results, "MaxQueryResults", aws_integer),
    OWNER,
};
static const struct aws_member cancel_members[] = {STORE, QUERY, OWNER};
#undef REQUEST
#undef STORE
#undef QUERY
#undef OWNER

static const struct aws_member list_members[] = {
    API_REQUIRED(lakeapi_list_queries_request, event_data_store, "EventDataStore", lakeapi_store_reference),
    API_MEMBER(lakeapi_list_queries_request, next_token, "NextToken", aws_string),
    API_MEMBER(lakeapi_list_queries_request, max_results, "MaxResults", aws_integer),
    API_MEMBER(lakeapi_list_queries_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(lakeapi_list_queries_request, end_time, "EndTime", aws_timestamp),
    API_MEMBER(lakeapi_list_queries_request, query_status, "QueryStatus", aws_string),
};

#define STATISTIC(field, name, shape) API_MEMBER(lakeapi_query_statistics, field, name, shape)
static const struct aws_member description_members[] = {
    STATISTIC(events_matched, "EventsMatched", aws_long),
    STATISTIC(events_scanned, "EventsScanned", aws_long),
    STATISTIC(bytes_scanned, "BytesScanned", aws_long),
    STATISTIC(execution_time_in_millis, "ExecutionTimeInMillis", aws_long),
    STATISTIC(creation_time, "CreationTime", aws_timestamp),
};
static const struct aws_member page_members[] = {
    STATISTIC(results_count, "ResultsCount", aws_long),
    STATISTIC(total_results_count, "TotalResultsCount", aws_long),
    STATISTIC(bytes_scanned, "BytesScanned", aws_long),
};
#undef STATISTIC
static const struct aws_shape description =
    AWS_SHAPE_OF(struct lakeapi_query_statistics, description_members);
static const struct aws_shape page = AWS_SHAPE_OF(struct lakeapi_query_statistics, page_members);
static const struct aws_shape row = AWS_LIST_OF(aws_string_map);
static const struct aws_shape rows = AWS_LIST_OF(row);

#define SHOWN(field, name, shape) API_MEMBER(lakeapi_query, field, name, shape)
#define SHOWN_OWNER               SHOWN(event_data_store_owner_account_id, "EventDataStoreOwnerAccountId", aws_string)
static const struct aws_member started_members[] = {SHOWN(query_id, "QueryId", aws_string), SHOWN_OWNER};
static const struct aws_member described_members[] = {
    SHOWN(query_id, "QueryId", aws_string),
    SHOWN(query_string, "QueryString", aws_string),
    SHOWN(query_status, "QueryStatus", aws_string),
    SHOWN(query_statistics, "QueryStatistics", description),
    SHOWN(error_message, "ErrorMessage", aws_string),
    SHOWN(delivery_s3_uri, "DeliveryS3Uri", aws_string),
    SHOWN(delivery_status, "DeliveryStatus", aws_string),
    SHOWN(prompt, "Prompt", aws_string),
    SHOWN_OWNER,
};
static const struct aws_member result_members[] = {
    SHOWN(query_status, "QueryStatus", aws_string),
    SHOWN(query_statistics, "QueryStatistics", page),
    SHOWN(query_result_rows, "QueryResultRows", rows),
    SHOWN(next_token, "NextToken", aws_string),
    SHOWN(error_message, "ErrorMessage", aws_string),
};
static const struct aws_member cancelled_members[] = {
    SHOWN(query_id, "QueryId", aws_string),
    SHOWN(query_status, "QueryStatus", aws_string),
    SHOWN_OWNER,
};
static const struct aws_member listed_members[] = {
    SHOWN(query_id, "QueryId", aws_string),
    SHOWN(query_status, "QueryStatus", aws_string),
    SHOWN(creation_time, "CreationTime", aws_timestamp),
};
#undef SHOWN
#undef SHOWN_OWNER
static const struct aws_shape listed = AWS_SHAPE_OF(struct lakeapi_query, listed_members);
static const struct aws_shape listed_queries = AWS_LIST_OF(listed);
static const struct aws_member list_response_members[] = {
    API_MEMBER(lakeapi_list_queries_response, queries, "Queries", listed_queries),
    API_MEMBER(lakeapi_list_queries_response, next_token, "NextToken", aws_string),
};

const struct aws_shape lakeapi_start_query_request =
    AWS_SHAPE_OF(struct lakeapi_start_query_request, start_members);
const struct aws_shape lakeapi_start_query_response = AWS_SHAPE_OF(struct lakeapi_query, started_members);
const struct aws_shape lakeapi_describe_query_request =
    AWS_SHAPE_OF(struct lakeapi_query_request, describe_members);
const struct aws_shape lakeapi_describe_query_response =
    AWS_SHAPE_OF(struct lakeapi_query, described_members);
const struct aws_shape lakeapi_get_query_results_request =
    AWS_SHAPE_OF(struct lakeapi_query_request, results_members);
const struct aws_shape lakeapi_get_query_results_response =
    AWS_SHAPE_OF(struct lakeapi_query, result_members);
const struct aws_shape lakeapi_cancel_query_request =
    AWS_SHAPE_OF(struct lakeapi_query_request, cancel_members);
const struct aws_shape lakeapi_cancel_query_response = AWS_SHAPE_OF(struct lakeapi_query, cancelled_members);
const struct aws_shape lakeapi_list_queries_request =
    AWS_SHAPE_OF(struct lakeapi_list_queries_request, list_members);
const struct aws_shape lakeapi_list_queries_response =
    AWS_SHAPE_OF(struct lakeapi_list_queries_response, list_response_members);
