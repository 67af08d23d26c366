/* SPDX-License-Identifier: Apache-2.0 */
/* queries: rows of Lake queries, and of the stores that each reads. */
#include "catalog/queries.h"

#include "sql.h"

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_query, member) }

static const struct catalog_field QUERY_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, query_id),
    PLAIN(TEXT, account),
    PLAIN(TEXT, region),
    PLAIN(TEXT, statement),
    PLAIN(TEXT, alias),
    PLAIN(TEXT, prompt),
    PLAIN(TEXT, refresh_id),
    PLAIN(SMALL, status),
    PLAIN(TEXT, error_message),
    PLAIN(MOMENT, created_at),
    PLAIN(MOMENT, started_at),
    PLAIN(MOMENT, ended_at),
    PLAIN(NUMBER, elapsed_ms),
    PLAIN(NUMBER, events_matched),
    PLAIN(NUMBER, events_scanned),
    PLAIN(NUMBER, bytes_scanned),
    PLAIN(NUMBER, row_count),
    PLAIN(TEXT, delivery_uri),
    PLAIN(SMALL, delivery_status),
};
static const struct catalog_table QUERIES = CATALOG_TABLE("lake_queries", QUERY_FIELDS);

/* Queries of a refresh and those of people have places of their own. */
static bool check_room(
    struct catalog *catalog, const struct catalog_query *query, unsigned open_max, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog,
        "SELECT count(*) FROM lake_queries WHERE status <= 1 AND account = ? AND region = ?"
        " AND (refresh_id = '') = (? = '')");
    catalog_sql_bind_text(&sql, query->account);
    catalog_sql_bind_text(&sql, query->region);
    catalog_sql_bind_text(&sql, query->refresh_id);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (has_row && catalog_sql_number(&sql) >= open_max)
        return error_set(error, ERROR_LIMIT, "%u queries are queued or running", open_max);
    return true;
}

static bool add_stores(
    struct catalog *catalog, uint64_t id, const struct catalog_query *query, struct error *error) {
    for (size_t i = 0; i < query->store_count; i++) {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_sql(
            catalog, "INSERT INTO lake_query_stores (query_id, place, store_uuid) VALUES (?, ?, ?)");
        catalog_sql_bind_number(&sql, id);
        catalog_sql_bind_number(&sql, i);
        catalog_sql_bind_text(&sql, query->store_ids[i]);
        if (!catalog_sql_run(&sql, error))
            return false;
    }
    return true;
}

bool catalog_query_add(struct catalog_change *change, const struct catalog_query *query, unsigned open_max,
    struct error *error) {
    struct catalog_query row = *query;
    row.id = 0;
    row.status = CATALOG_QUERY_QUEUED;
    return check_room(change->catalog, query, open_max, error) &&
           catalog_table_insert(change, &QUERIES, &row, &row.id, error) &&
           add_stores(change->catalog, row.id, query, error);
}

bool catalog_query_update(
    struct catalog_change *change, const struct catalog_query *query, struct error *error) {
    return catalog_table_update(change, &QUERIES, query, error);
}

static bool read_stores(
    struct catalog *catalog, struct arena *arena, struct catalog_query *query, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog,
        "SELECT store_uuid, count(*) OVER () FROM lake_query_stores WHERE query_id = ? ORDER BY place");
    catalog_sql_bind_number(&sql, query->id);
    struct str *ids = NULL;
    bool has_row = false;
    query->store_count = 0;
    while (catalog_sql_next(&sql, &has_row, error) && has_row) {
        struct str id = catalog_sql_text(&sql, arena);
        if (ids == NULL)
            ids = ARENA_ARRAY(arena, catalog_sql_number(&sql), struct str);
        ids[query->store_count++] = id;
    }
    query->store_ids = ids;
    return !has_row;
}

/* All rows of a bound select, with their stores. */
static bool read_all(struct catalog *catalog, struct catalog_sql *sql, struct arena *arena,
    struct catalog_query **ret_queries, size_t *ret_count, struct error *error) {
    void *rows = NULL;
    size_t count = 0;
    if (!catalog_table_read_all(sql, &QUERIES, arena, sizeof(struct catalog_query), &rows, &count, error))
        return false;
    struct catalog_query *queries = rows;
    for (size_t i = 0; i < count; i++)
        if (!read_stores(catalog, arena, &queries[i], error))
            return false;
    *ret_queries = queries;
    *ret_count = count;
    return true;
}

/* The one row of a bound select. */
static bool read_one(struct catalog *catalog, struct catalog_sql *sql, struct arena *arena,
    struct catalog_query *ret_query, struct error *error) {
    struct catalog_query *queries = NULL;
    size_t count = 0;
    if (!read_all(catalog, sql, arena, &queries, &count, error))
        return false;
    if (count == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no such query");
    *ret_query = queries[0];
    return true;
}

bool catalog_query_get(struct catalog *catalog, struct str query_id, struct arena *arena,
    struct catalog_query *ret_query, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &QUERIES, "WHERE query_id = ?");
    catalog_sql_bind_text(&sql, query_id);
    return read_one(catalog, &sql, arena, ret_query, error);
}

bool catalog_query_find_alias(struct catalog *catalog, struct str account, struct str region,
    struct str alias, struct str refresh_id, struct arena *arena, struct catalog_query *ret_query,
    struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &QUERIES,
        "WHERE alias = ? AND account = ? AND region = ? AND (? = '' OR refresh_id = ?)"
        " ORDER BY id DESC LIMIT 1");
    catalog_sql_bind_text(&sql, alias);
    catalog_sql_bind_text(&sql, account);
    catalog_sql_bind_text(&sql, region);
    catalog_sql_bind_text(&sql, refresh_id);
    catalog_sql_bind_text(&sql, refresh_id);
    return read_one(catalog, &sql, arena, ret_query, error);
}

bool catalog_query_list(struct catalog *catalog, const struct catalog_query_filter *filter,
    struct arena *arena, struct catalog_query **ret_queries, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &QUERIES,
        "WHERE account = ? AND region = ? AND id < ? AND created_at >= ? AND created_at <= ?"
        " AND status >= ? AND status <= ? AND (? = '' OR id IN"
        " (SELECT query_id FROM lake_query_stores WHERE store_uuid = ?)) ORDER BY id DESC LIMIT ?");
    catalog_sql_bind_text(&sql, filter->account);
    catalog_sql_bind_text(&sql, filter->region);
    catalog_sql_bind_number(&sql, filter->before_id != 0 ? filter->before_id : INT64_MAX);
    catalog_sql_bind_moment(&sql, filter->from);
    catalog_sql_bind_moment(&sql, filter->to);
    catalog_sql_bind_number(&sql, filter->has_status ? filter->status : CATALOG_QUERY_QUEUED);
    catalog_sql_bind_number(&sql, filter->has_status ? filter->status : CATALOG_QUERY_TIMED_OUT);
    catalog_sql_bind_text(&sql, filter->store_id);
    catalog_sql_bind_text(&sql, filter->store_id);
    catalog_sql_bind_number(&sql, filter->limit);
    return read_all(catalog, &sql, arena, ret_queries, ret_count, error);
}

bool catalog_query_list_open(struct catalog *catalog, struct arena *arena, struct catalog_query **ret_queries,
    size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(
        catalog, &QUERIES, "WHERE status <= 1 OR (status = 2 AND delivery_status = 1) ORDER BY id");
    return read_all(catalog, &sql, arena, ret_queries, ret_count, error);
}

bool catalog_query_list_ended(struct catalog *catalog, struct moment before, size_t limit,
    struct arena *arena, struct catalog_query **ret_queries, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(
        catalog, &QUERIES, "WHERE status > 1 AND ended_at < ? ORDER BY ended_at LIMIT ?");
    catalog_sql_bind_moment(&sql, before);
    catalog_sql_bind_number(&sql, limit);
    return read_all(catalog, &sql, arena, ret_queries, ret_count, error);
}

bool catalog_query_remove(struct catalog_change *change, struct str query_id, struct error *error) {
    static const char *const STEPS[] = {
        "DELETE FROM lake_query_stores WHERE query_id IN (SELECT id FROM lake_queries WHERE query_id = ?)",
        "DELETE FROM lake_queries WHERE query_id = ?"};
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
        SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(change->catalog, STEPS[i]);
        catalog_sql_bind_text(&sql, query_id);
        if (!catalog_sql_run(&sql, error))
            return false;
    }
    return true;
}
