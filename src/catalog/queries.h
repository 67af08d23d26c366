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
    uint64_t id;         /* given by the catalog; grows with time */
    struct str query_id; /* UUID text */
    struct str account, region;
    struct str statement;        /* as it was sent, parameters filled in */
    struct str alias;            /* of a dashboard's or a generated query; empty: none */
    struct str prompt;           /* of a generated one */
    struct str refresh_id;       /* of a dashboard's refresh; empty: none */
    const struct str *store_ids; /* UUIDs of the stores that it reads */
    size_t store_count;
    enum catalog_query_status status;
    struct str error_message;
    struct moment created_at, started_at, ended_at; /* MOMENT_NONE: not yet */
    uint64_t elapsed_ms;
    uint64_t events_matched, events_scanned, bytes_scanned, row_count;
    struct str delivery_uri; /* empty: none */
    enum catalog_delivery_status delivery_status;
};

/* Has it ended, in one way or another? */
static inline bool catalog_query_has_ended(const struct catalog_query *query) {
    return query->status > CATALOG_QUERY_RUNNING;
}

/* A new one, as `query` says but id and status: QUEUED. ERROR_LIMIT where `open_max` of its account and
 * region are queued or running already: of refreshes, where it is of one, else of those that are of none. */
NODISCARD bool catalog_query_add(
    struct catalog_change *change, const struct catalog_query *query, unsigned open_max, struct error *error);

/* Replace all that may change by what `query` says, found by its id: status, error, times, numbers, delivery.
 */
NODISCARD bool catalog_query_update(
    struct catalog_change *change, const struct catalog_query *query, struct error *error);

/* Copies in the arena. ERROR_NOT_FOUND. */
NODISCARD bool catalog_query_get(struct catalog *catalog, struct str query_id, struct arena *arena,
    struct catalog_query *ret_query, struct error *error);

/* The newest with that alias, of that refresh where `refresh_id` is not empty. */
NODISCARD bool catalog_query_find_alias(struct catalog *catalog, struct str account, struct str region,
    struct str alias, struct str refresh_id, struct arena *arena, struct catalog_query *ret_query,
    struct error *error);

/* Those that read `store_id` (empty: any) and were made in [from, to], newest first. */
struct catalog_query_filter {
    struct str account, region, store_id;
    struct moment from, to;
    bool has_status;
    enum catalog_query_status status;
    uint64_t before_id; /* continue below this id; 0: from the newest */
    size_t limit;
};
NODISCARD bool catalog_query_list(struct catalog *catalog, const struct catalog_query_filter *filter,
    struct arena *arena, struct catalog_query **ret_queries, size_t *ret_count, struct error *error);

/* Queued and running ones of all accounts, and ended ones whose delivery is pending; oldest first. */
NODISCARD bool catalog_query_list_open(struct catalog *catalog, struct arena *arena,
    struct catalog_query **ret_queries, size_t *ret_count, struct error *error);

/* Those that ended before `before`, oldest first; and their removal. */
NODISCARD bool catalog_query_list_ended(struct catalog *catalog, struct moment before, size_t limit,
    struct arena *arena, struct catalog_query **ret_queries, size_t *ret_count, struct error *error);
NODISCARD bool catalog_query_remove(struct catalog_change *change, struct str query_id, struct error *error);
