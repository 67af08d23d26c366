/* SPDX-License-Identifier: Apache-2.0 */
/* aliases.c: rows of named statements. */
#include "catalog/aliases.h"

#include "sql.h"

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_alias, member) }

static const struct catalog_field ALIAS_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, account),
    PLAIN(TEXT, region),
    PLAIN(TEXT, alias),
    PLAIN(TEXT, statement),
    PLAIN(TEXT, prompt),
    PLAIN(TEXT, dashboard_arn),
    PLAIN(MOMENT, created_at),
};
static const struct catalog_table ALIASES = CATALOG_TABLE("query_aliases", ALIAS_FIELDS);

bool catalog_alias_add(
    struct catalog_change *change, const struct catalog_alias *alias, struct error *error) {
    struct catalog_alias row = *alias;
    row.id = 0;
    return catalog_table_insert(change, &ALIASES, &row, &row.id, error);
}

bool catalog_alias_find(struct catalog *catalog, struct str account, struct str region, struct str alias,
    struct arena *arena, struct catalog_alias *ret_alias, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &ALIASES, "WHERE account = ? AND region = ? AND alias = ?");
    catalog_sql_bind_text(&sql, account);
    catalog_sql_bind_text(&sql, region);
    catalog_sql_bind_text(&sql, alias);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "there is no query alias %.*s", STR(alias));
    catalog_table_read(&sql, &ALIASES, arena, ret_alias);
    return true;
}

bool catalog_alias_delete_of(struct catalog_change *change, struct str dashboard_arn, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(
        change->catalog, "DELETE FROM query_aliases WHERE dashboard_arn = ? AND dashboard_arn <> ''");
    catalog_sql_bind_text(&sql, dashboard_arn);
    return catalog_sql_run(&sql, error);
}

bool catalog_alias_delete_generated(
    struct catalog_change *change, struct moment before, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "DELETE FROM query_aliases WHERE dashboard_arn = '' AND created_at < ?");
    catalog_sql_bind_moment(&sql, before);
    return catalog_sql_run(&sql, error);
}
