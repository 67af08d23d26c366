/* SPDX-License-Identifier: Apache-2.0 */
/* policies.c: one row a resource. */
#include "catalog/policies.h"

#include "sql.h"

bool catalog_policy_put(
    struct catalog_change *change, struct str arn, struct str policy, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "INSERT INTO resource_policies (arn, policy) VALUES (?, ?)"
                                     " ON CONFLICT (arn) DO UPDATE SET policy = excluded.policy");
    catalog_sql_bind_text(&sql, arn);
    catalog_sql_bind_text(&sql, policy);
    return catalog_sql_run(&sql, error);
}

bool catalog_policy_get(struct catalog *catalog, struct str arn, struct arena *arena, struct str *ret_policy,
    struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog, "SELECT policy FROM resource_policies WHERE arn = ?");
    catalog_sql_bind_text(&sql, arn);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "%.*s has no policy", STR(str_slice(arn, 0, 256)));
    *ret_policy = catalog_sql_text(&sql, arena);
    return true;
}

bool catalog_policy_delete(
    struct catalog_change *change, struct str arn, bool *ret_had_one, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "DELETE FROM resource_policies WHERE arn = ?");
    catalog_sql_bind_text(&sql, arn);
    if (!catalog_sql_run(&sql, error))
        return false;
    if (ret_had_one != NULL)
        *ret_had_one = catalog_sql_changed(change->catalog) > 0;
    return true;
}
