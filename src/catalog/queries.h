/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queries: Lake queries and what became of them.
 *
 * Threads: any.
 */
#pragma once

#include "base/time.h"
#include "catalog/catalog.h"

enum catalog_query_status {
    CATALOG_QUERY_QUEUED,
    CATALOG_QUERY_RUNNING,
    CATALOG_QUERY_FINISHED,
    CATALOG_QUERY_FAILED,
    CATALOG_QUERY_CANCELLED,
    CATALOG_QUERY_TIMED_OUT
};
enum catalog_delivery_status {
    CATALOG_DELIVERY_NONE,
    CATALOG_DELIVERY_PENDING,
    CATALOG_DELIVERY_SUCCESS,
    CATALOG_DELIVERY_FAILED,
    CATALOG_DELIVERY_FAILED_SIGNING_FILE,
    CATALOG_DELIVERY_RESOURCE_NOT_FOUND,
    CATALOG_DELIVERY_ACCESS_DENIED,
    CATALOG_DELIVERY_ACCESS_DENIED_SIGNING_FILE,
    CATALOG_DELIVERY_CANCELLED
};

struct catalog_query {
    struct str query_id; /* UUID text */
    struct str account, region;
    struct str statement;        /* as it was sent, parameters filled in */
    struct str alias;            /* of a dashboard's or a generated query; empty: none */
    struct str prompt;           /* of a generated one */
    struct str refresh_id;       /* of a dashboard's refresh; empty: none */
    struct str widget;           /* its place in the dashboard, with refresh_id */
    const struct str *store_ids; /* UUIDs of the stores that it reads */
    size_t store_count;
    enum catalog_query_status status;
    struct str error_message;
    struct moment created_at, started_at, ended_at; /* MOMENT_NONE: not yet */
    int64_t elapsed_ms;
    uint64_t events_matched, events_scanned, bytes_scanned, row_count;
    struct str delivery_uri; /* empty: none */
    enum catalog_delivery_status delivery_status;
};

/* A new one, QUEUED. ERROR_LIMIT where `queue_max` of its account and region are queued or running. */
NODISCARD bool catalog_query_add(struct catalog_change *change, const struct catalog_query *query,
    unsigned queue_max, struct error *error);
/* Replace all that may change: status, error, times, statistics, delivery. */
NODISCARD bool catalog_query_update(
    struct catalog_change *change, const struct catalog_query *query, struct error *error);
NODISCARD bool catalog_query_get(struct catalog *catalog, struct str query_id, struct arena *arena,
    struct catalog_query *ret_query, struct error *error); /* ERROR_NOT_FOUND */
/* The newest with that alias (and refresh, where not empty). */
NODISCARD bool catalog_query_find_alias(struct catalog *catalog, struct str account, struct str region,
    struct str alias, struct str refresh_id, struct arena *arena, struct catalog_query *ret_query,
    struct error *error);

struct catalog_query_list { /* newest first */
    struct str account, region, store_id;
    struct moment from, to; /* creation, both inclusive */
    int status;             /* enum catalog_query_status, or -1: any */
    struct moment before;   /* continue after this pair; MOMENT_MAX: from the start */
    struct str before_query_id;
    size_t limit;
};
NODISCARD bool catalog_query_list(struct catalog *catalog, const struct catalog_query_list *which,
    struct arena *arena, struct catalog_query **ret_queries, size_t *ret_count, struct error *error);
/* Queued and running ones, oldest first, of all accounts. */
NODISCARD bool catalog_query_list_open(struct catalog *catalog, struct arena *arena,
    struct catalog_query **ret_queries, size_t *ret_count, struct error *error);
/* Ids of those that ended before `before`; and their removal. */
NODISCARD bool catalog_query_list_ended(struct catalog *catalog, struct moment before, size_t limit,
    struct arena *arena, struct str **ret_query_ids, size_t *ret_count, struct error *error);
NODISCARD bool catalog_query_remove(struct catalog_change *change, struct str query_id, struct error *error);
