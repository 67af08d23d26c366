/* SPDX-License-Identifier: Apache-2.0 */
/* imports: rows of imports and of the files that each could not take. */
#include "catalog/imports.h"

#include "sql.h"

#define IMPORT(kind, member)                                                                                 \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_import, member) }
#define FAILURE(kind, member)                                                                                \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_import_failure, member) }

static const struct catalog_field IMPORT_FIELDS[] = {
    IMPORT(NUMBER, id),
    IMPORT(TEXT, import_id),
    IMPORT(TEXT, account),
    IMPORT(TEXT, region),
    IMPORT(TEXT, store_arn),
    IMPORT(TEXT, store_uuid),
    IMPORT(TEXT, location_uri),
    IMPORT(TEXT, bucket_region),
    IMPORT(TEXT, role_arn),
    IMPORT(MOMENT, from_time),
    IMPORT(MOMENT, to_time),
    IMPORT(SMALL, status),
    IMPORT(MOMENT, created_at),
    IMPORT(MOMENT, updated_at),
    IMPORT(NUMBER, prefixes_found),
    IMPORT(NUMBER, prefixes_completed),
    IMPORT(NUMBER, files_completed),
    IMPORT(NUMBER, events_completed),
    IMPORT(NUMBER, failed_entries),
    IMPORT(BOOLEAN, is_retry),
    IMPORT(TEXT, after_key),
    IMPORT(NUMBER, files_proved),
    IMPORT(NUMBER, files_altered),
    IMPORT(NUMBER, files_missing),
    IMPORT(NUMBER, files_unproved),
    IMPORT(NUMBER, files_failed),
    IMPORT(TEXT, proof),
    IMPORT(BOOLEAN, is_proved_complete),
};
static const struct catalog_table IMPORTS = CATALOG_TABLE("imports", IMPORT_FIELDS);

static const struct catalog_field FAILURE_FIELDS[] = {
    FAILURE(NUMBER, id),
    FAILURE(NUMBER, import),
    FAILURE(TEXT, location),
    FAILURE(SMALL, status),
    FAILURE(TEXT, error_type),
    FAILURE(TEXT, error_message),
    FAILURE(MOMENT, updated_at),
};
static const struct catalog_table FAILURES = CATALOG_TABLE("import_failures", FAILURE_FIELDS);

/* Rows that say how many there are in their first column. */
static bool count_rows(struct catalog_sql *sql, uint64_t *ret_count, struct error *error) {
    bool has_row = false;
    *ret_count = 0;
    if (!catalog_sql_next(sql, &has_row, error))
        return false;
    *ret_count = has_row ? catalog_sql_number(sql) : 0;
    return true;
}

static bool check_none_runs(
    struct catalog *catalog, const struct catalog_import *import, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog,
        "SELECT count(*) FROM imports WHERE status <= 1 AND account = ? AND region = ? AND import_id <> ?");
    catalog_sql_bind_text(&sql, import->account);
    catalog_sql_bind_text(&sql, import->region);
    catalog_sql_bind_text(&sql, import->import_id);
    uint64_t count = 0;
    if (!count_rows(&sql, &count, error))
        return false;
    return count == 0 || error_set(error, ERROR_CONFLICT, "the account has an import that runs");
}

bool catalog_import_add(
    struct catalog_change *change, const struct catalog_import *import, struct error *error) {
    struct catalog_import row = *import;
    row.id = 0;
    row.status = CATALOG_IMPORT_INITIALIZING;
    return check_none_runs(change->catalog, import, error) &&
           catalog_table_insert(change, &IMPORTS, &row, &row.id, error);
}

bool catalog_import_update(
    struct catalog_change *change, const struct catalog_import *import, struct error *error) {
    bool is_open = import->status <= CATALOG_IMPORT_IN_PROGRESS;
    return (!is_open || check_none_runs(change->catalog, import, error)) &&
           catalog_table_update(change, &IMPORTS, import, error);
}

static bool read_all(struct catalog_sql *sql, struct arena *arena, struct catalog_import **ret_imports,
    size_t *ret_count, struct error *error) {
    void *rows = NULL;
    if (!catalog_table_read_all(sql, &IMPORTS, arena, sizeof(struct catalog_import), &rows, ret_count, error))
        return false;
    *ret_imports = rows;
    return true;
}

bool catalog_import_get(struct catalog *catalog, struct str import_id, struct arena *arena,
    struct catalog_import *ret_import, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &IMPORTS, "WHERE import_id = ?");
    catalog_sql_bind_text(&sql, import_id);
    struct catalog_import *imports = NULL;
    size_t count = 0;
    if (!read_all(&sql, arena, &imports, &count, error))
        return false;
    if (count == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no such import");
    *ret_import = imports[0];
    return true;
}

bool catalog_import_list(struct catalog *catalog, const struct catalog_import_filter *filter,
    struct arena *arena, struct catalog_import **ret_imports, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &IMPORTS,
        "WHERE account = ? AND region = ? AND id < ? AND (? = '' OR store_arn = ?)"
        " AND status >= ? AND status <= ? ORDER BY id DESC LIMIT ?");
    catalog_sql_bind_text(&sql, filter->account);
    catalog_sql_bind_text(&sql, filter->region);
    catalog_sql_bind_number(&sql, filter->before_id != 0 ? filter->before_id : INT64_MAX);
    catalog_sql_bind_text(&sql, filter->store_arn);
    catalog_sql_bind_text(&sql, filter->store_arn);
    catalog_sql_bind_number(&sql, filter->has_status ? filter->status : CATALOG_IMPORT_INITIALIZING);
    catalog_sql_bind_number(&sql, filter->has_status ? filter->status : CATALOG_IMPORT_STOPPED);
    catalog_sql_bind_number(&sql, filter->limit);
    return read_all(&sql, arena, ret_imports, ret_count, error);
}

bool catalog_import_list_open(struct catalog *catalog, struct arena *arena,
    struct catalog_import **ret_imports, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &IMPORTS, "WHERE status <= 1 ORDER BY id");
    return read_all(&sql, arena, ret_imports, ret_count, error);
}

bool catalog_import_is_running(
    struct catalog *catalog, struct str store_uuid, bool *ret_is_running, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(catalog, "SELECT count(*) FROM imports WHERE status <= 1 AND store_uuid = ?");
    catalog_sql_bind_text(&sql, store_uuid);
    uint64_t count = 0;
    if (!count_rows(&sql, &count, error))
        return false;
    *ret_is_running = count > 0;
    return true;
}

static bool failure_delete(
    struct catalog_change *change, const struct catalog_import_failure *failure, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "DELETE FROM import_failures WHERE import = ? AND location = ?");
    catalog_sql_bind_number(&sql, failure->import);
    catalog_sql_bind_text(&sql, failure->location);
    return catalog_sql_run(&sql, error);
}

bool catalog_import_failure_put(
    struct catalog_change *change, const struct catalog_import_failure *failure, struct error *error) {
    struct catalog_import_failure row = *failure;
    row.id = 0;
    return failure_delete(change, failure, error) &&
           catalog_table_insert(change, &FAILURES, &row, &row.id, error);
}

bool catalog_import_failure_list(struct catalog *catalog, uint64_t import, uint64_t after_id, size_t limit,
    struct arena *arena, struct catalog_import_failure **ret_failures, size_t *ret_count,
    struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &FAILURES, "WHERE import = ? AND id > ? ORDER BY id LIMIT ?");
    catalog_sql_bind_number(&sql, import);
    catalog_sql_bind_number(&sql, after_id);
    catalog_sql_bind_number(&sql, limit);
    void *rows = NULL;
    if (!catalog_table_read_all(
            &sql, &FAILURES, arena, sizeof(struct catalog_import_failure), &rows, ret_count, error))
        return false;
    *ret_failures = rows;
    return true;
}
