/* SPDX-License-Identifier: Apache-2.0 */
/* query: what operations on queries share: StartQuery's and the refreshes of dashboards. */
#pragma once

#include "catalog/queries.h"
#include "queries/queries.h"

#include "private.h"

enum { LAKEAPI_STATEMENT_SIZE_MAX = 10000 }; /* AWS: characters of a QueryStatement */

struct lakeapi_start_query_request {
    struct str query_statement, delivery_s3_uri, query_alias, event_data_store_owner_account_id;
    struct aws_list query_parameters;
};
struct lakeapi_query_request { /* DescribeQuery, GetQueryResults, CancelQuery */
    struct str event_data_store, query_id, query_alias, refresh_id, next_token;
    struct str event_data_store_owner_account_id;
    struct aws_integer max_query_results;
};
struct lakeapi_list_queries_request {
    struct str event_data_store, next_token, query_status;
    struct aws_integer max_results;
    struct aws_timestamp start_time, end_time;
};

struct lakeapi_query_statistics { /* each answer shows a part of it */
    struct aws_integer events_matched, events_scanned, bytes_scanned, execution_time_in_millis;
    struct aws_integer results_count, total_results_count;
    struct aws_timestamp creation_time;
};
struct lakeapi_query { /* a query in an answer: each operation shows a part of it */
    struct str query_id, query_string, query_status, error_message, delivery_s3_uri, delivery_status, prompt;
    struct str event_data_store_owner_account_id, next_token;
    struct lakeapi_query_statistics *query_statistics;
    struct aws_list query_result_rows; /* rows: lists of maps of one entry */
    struct aws_timestamp creation_time;
};
struct lakeapi_list_queries_response {
    struct aws_list queries; /* struct lakeapi_query */
    struct str next_token;
};

/* A query to be: what StartQuery was asked for, or a widget of a dashboard. */
struct lakeapi_query_order {
    struct str statement;                 /* as it is to run */
    struct str alias, prompt, refresh_id; /* empty: none */
    struct str delivery_uri;              /* empty: none */
    struct str owner;                     /* account that must own one of the stores; empty: any */
};

/* Would it run? Its stores are there, active and open to the caller, the engine takes the statement, the
 * bucket takes the rows. Outside of a change: `ret_query` lives in the arena. */
bool lakeapi_query_prepare(
    struct api_call *call, const struct lakeapi_query_order *order, struct catalog_query *ret_query);

/* Put parameters in the place of '?', in order: within quotes as they are, elsewhere as a number, a store's
 * id or a quoted text. InvalidParameterException where their numbers differ. */
bool lakeapi_query_fill(struct api_call *call, struct str statement, const struct aws_list *parameters,
    struct str *ret_statement);

/* The caller's query: QueryIdNotFoundException; InactiveEventDataStoreException where one of its stores waits
 * for its deletion. */
bool lakeapi_query_find(
    struct api_call *call, const struct lakeapi_query_request *request, struct catalog_query *ret_query);

/* QUEUED, RUNNING, ... */
const char *lakeapi_query_status_text(enum catalog_query_status status);
