/* SPDX-License-Identifier: Apache-2.0 */
/* versions: what a trail selects and where it delivers, from one journal position to the next. */
#include "base/check.h"
#include "catalog/trails.h"

#include "sql.h"

#include <string.h>

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_version, member) }

static const struct catalog_field VERSION_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(NUMBER, trail_id),
    PLAIN(NUMBER, from_position),
    PLAIN(UUID, event_id),
    PLAIN(BOOLEAN, includes_own_event),
    PLAIN(MOMENT, created_at),
    PLAIN(TEXT, account),
    PLAIN(TEXT, home_region),
    PLAIN(TEXT, trail_name),
    PLAIN(TEXT, trail_arn),
    PLAIN(TEXT, s3_bucket_name),
    PLAIN(TEXT, s3_key_prefix),
    PLAIN(TEXT, event_selectors),
    PLAIN(TEXT, kms_key_id),
    PLAIN(BOOLEAN, event_selectors_are_advanced),
    PLAIN(BOOLEAN, is_multi_region),
    PLAIN(BOOLEAN, include_global_service_events),
    PLAIN(BOOLEAN, is_logging),
    PLAIN(BOOLEAN, is_deleted),
    PLAIN(BOOLEAN, log_file_validation_enabled),
    PLAIN(SMALL, insights),
    PLAIN(BOOLEAN, has_aggregation),
};
enum { FIRST_SETTING = 6 }; /* columns from here on say what the version does */
static const struct catalog_table VERSIONS = CATALOG_TABLE("trail_versions", VERSION_FIELDS);

static bool same_field(const struct catalog_field *field, const void *a, const void *b) {
    const void *left = (const char *)a + field->offset, *right = (const char *)b + field->offset;
    if (field->kind == CATALOG_FIELD_TEXT)
        return str_equals(*(const struct str *)left, *(const struct str *)right);
    if (field->kind == CATALOG_FIELD_SMALL)
        return *(const unsigned *)left == *(const unsigned *)right;
    ASSERT(field->kind == CATALOG_FIELD_BOOLEAN);
    return *(const bool *)left == *(const bool *)right;
}

static bool same_settings(const struct catalog_version *a, const struct catalog_version *b) {
    for (size_t i = FIRST_SETTING; i < VERSIONS.field_count; i++) {
        if (!same_field(&VERSION_FIELDS[i], a, b))
            return false;
    }
    return true;
}

/* The newest version of a trail; `ret_found` false where it has none yet. */
static bool read_latest(struct catalog *catalog, uint64_t trail_id, struct arena *arena,
    struct catalog_version *ret_version, bool *ret_found, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &VERSIONS, "WHERE trail_id = ? ORDER BY id DESC LIMIT 1");
    catalog_sql_bind_number(&sql, trail_id);
    if (!catalog_sql_next(&sql, ret_found, error))
        return false;
    if (*ret_found)
        catalog_table_read(&sql, &VERSIONS, arena, ret_version);
    return true;
}

bool catalog_version_add(struct catalog_change *change, const struct catalog_trail *trail,
    struct uuid event_id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_version latest = {0};
    bool has_latest = false;
    if (!read_latest(change->catalog, trail->id, &arena, &latest, &has_latest, error))
        return false;
    struct catalog_version version = {
        .trail_id = trail->id,
        .event_id = event_id,
        .includes_own_event = trail->is_logging && !latest.is_logging,
        .created_at = trail->updated_at,
        .account = trail->account,
        .home_region = trail->home_region,
        .trail_name = trail->name,
        .trail_arn = trail->arn,
        .s3_bucket_name = trail->s3_bucket_name,
        .s3_key_prefix = trail->s3_key_prefix,
        .event_selectors = trail->event_selectors,
        .kms_key_id = trail->kms_key_id,
        .event_selectors_are_advanced = trail->event_selectors_are_advanced,
        .is_multi_region = trail->is_multi_region,
        .include_global_service_events = trail->include_global_service_events,
        .is_logging = trail->is_logging,
        .is_deleted = trail->is_deleted,
        .log_file_validation_enabled = trail->log_file_validation_enabled,
        .insights = trail->insights,
        .has_aggregation = trail->aggregation_configurations.size > 0,
    };
    if (has_latest && same_settings(&latest, &version))
        return true;
    return catalog_table_insert(change, &VERSIONS, &version, &version.id, error);
}

bool catalog_version_list(struct catalog *catalog, uint64_t trail_id, uint64_t after_id, struct arena *arena,
    struct catalog_version **ret_versions, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &VERSIONS, "WHERE id > ?1 AND (?2 = 0 OR trail_id = ?2) ORDER BY id");
    catalog_sql_bind_number(&sql, after_id);
    catalog_sql_bind_number(&sql, trail_id);
    void *versions = NULL;
    if (!catalog_table_read_all(&sql, &VERSIONS, arena, sizeof **ret_versions, &versions, ret_count, error))
        return false;
    *ret_versions = versions;
    return true;
}

bool catalog_version_get(struct catalog *catalog, uint64_t version_id, struct arena *arena,
    struct catalog_version *ret_version, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &VERSIONS, "WHERE id = ?");
    catalog_sql_bind_number(&sql, version_id);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(
            error, ERROR_NOT_FOUND, "there is no trail version %llu", (unsigned long long)version_id);
    catalog_table_read(&sql, &VERSIONS, arena, ret_version);
    return true;
}

bool catalog_version_resolve(
    struct catalog_change *change, uint64_t version_id, uint64_t from_position, struct error *error) {
    ASSERT(from_position > 0);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(
        change->catalog, "UPDATE trail_versions SET from_position = ? WHERE id = ? AND from_position = 0");
    catalog_sql_bind_number(&sql, from_position);
    catalog_sql_bind_number(&sql, version_id);
    return catalog_sql_run(&sql, error);
}
