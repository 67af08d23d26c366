/* SPDX-License-Identifier: Apache-2.0 */
/* dashboards.c: rows of dashboards. */
#include "catalog/dashboards.h"

#include "catalog/aliases.h"
#include "catalog/policies.h"
#include "catalog/resource_tags.h"

#include "sql.h"

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_dashboard, member) }

static const struct catalog_field DASHBOARD_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, account),
    PLAIN(TEXT, region),
    PLAIN(TEXT, name),
    PLAIN(TEXT, arn),
    PLAIN(BOOLEAN, is_managed),
    PLAIN(TEXT, widgets),
    PLAIN(BOOLEAN, has_schedule),
    PLAIN(BOOLEAN, schedule_is_enabled),
    PLAIN(BOOLEAN, schedule_is_days),
    PLAIN(NUMBER, schedule_value),
    PLAIN(TEXT, schedule_time_of_day),
    PLAIN(BOOLEAN, has_termination_protection),
    PLAIN(BOOLEAN, is_updated),
    PLAIN(MOMENT, created_at),
    PLAIN(MOMENT, updated_at),
    PLAIN(MOMENT, next_refresh_at),
    PLAIN(TEXT, last_refresh_id),
    PLAIN(TEXT, last_failure_reason),
};
static const struct catalog_table DASHBOARDS = CATALOG_TABLE("dashboards", DASHBOARD_FIELDS);

bool catalog_dashboard_create(struct catalog_change *change, const struct catalog_dashboard *dashboard,
    uint64_t *ret_id, struct error *error) {
    struct catalog_dashboard row = *dashboard;
    row.id = 0;
    return catalog_table_insert(change, &DASHBOARDS, &row, ret_id, error);
}

bool catalog_dashboard_update(
    struct catalog_change *change, const struct catalog_dashboard *dashboard, struct error *error) {
    return catalog_table_update(change, &DASHBOARDS, dashboard, error);
}

static bool delete_row(struct catalog_change *change, uint64_t id, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "DELETE FROM dashboards WHERE id = ?");
    catalog_sql_bind_number(&sql, id);
    if (!catalog_sql_run(&sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 0)
        return error_set(
            error, ERROR_NOT_FOUND, "there is no dashboard of number %llu", (unsigned long long)id);
    return true;
}

bool catalog_dashboard_delete(
    struct catalog_change *change, const struct catalog_dashboard *dashboard, struct error *error) {
    return delete_row(change, dashboard->id, error) &&
           catalog_alias_delete_of(change, dashboard->arn, error) &&
           catalog_resource_tags_put(change, dashboard->arn, NULL, 0, error) &&
           catalog_policy_delete(change, dashboard->arn, NULL, error);
}

bool catalog_dashboard_find(struct catalog *catalog, struct str account, struct str region, struct str name,
    struct arena *arena, struct catalog_dashboard *ret_dashboard, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &DASHBOARDS, "WHERE account = ? AND region = ? AND name = ?");
    catalog_sql_bind_text(&sql, account);
    catalog_sql_bind_text(&sql, region);
    catalog_sql_bind_text(&sql, name);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "there is no dashboard %.*s", STR(str_slice(name, 0, 128)));
    catalog_table_read(&sql, &DASHBOARDS, arena, ret_dashboard);
    return true;
}

static bool read_all(struct catalog_sql *sql, struct arena *arena, struct catalog_dashboard **ret_dashboards,
    size_t *ret_count, struct error *error) {
    void *dashboards = NULL;
    if (!catalog_table_read_all(
            sql, &DASHBOARDS, arena, sizeof(struct catalog_dashboard), &dashboards, ret_count, error))
        return false;
    *ret_dashboards = dashboards;
    return true;
}

bool catalog_dashboard_list(struct catalog *catalog, struct str account, struct str region,
    struct arena *arena, struct catalog_dashboard **ret_dashboards, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &DASHBOARDS, "WHERE account = ? AND region = ? ORDER BY name");
    catalog_sql_bind_text(&sql, account);
    catalog_sql_bind_text(&sql, region);
    return read_all(&sql, arena, ret_dashboards, ret_count, error);
}

bool catalog_dashboard_list_due(struct catalog *catalog, struct moment now, struct arena *arena,
    struct catalog_dashboard **ret_dashboards, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &DASHBOARDS, "WHERE next_refresh_at <= ? ORDER BY next_refresh_at, id");
    catalog_sql_bind_moment(&sql, now);
    return read_all(&sql, arena, ret_dashboards, ret_count, error);
}
