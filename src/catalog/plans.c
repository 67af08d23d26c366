/* SPDX-License-Identifier: Apache-2.0 */
/* plans: rows of planned log files, the reader's position, and the folding of old rows. */
#include "catalog/plans.h"

#include "base/bits.h"
#include "base/check.h"

#include "sql.h"

#include <string.h>

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_plan, member) }

static const struct catalog_field PLAN_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(NUMBER, trail_id),
    PLAIN(NUMBER, version_id),
    PLAIN(TEXT, account),
    PLAIN(TEXT, region),
    PLAIN(TEXT, folder),
    PLAIN(NUMBER, first_position),
    PLAIN(NUMBER, last_position),
    PLAIN(NUMBER, record_count),
    PLAIN(NUMBER, raw_bytes),
    PLAIN(HASH, raw_sha256),
    PLAIN(MOMENT, oldest_event_at),
    PLAIN(MOMENT, newest_event_at),
    PLAIN(TEXT, bucket),
    PLAIN(TEXT, object_key),
    PLAIN(BOOLEAN, is_digested),
    PLAIN(NUMBER, digest_id),
    PLAIN(SMALL, state),
    PLAIN(MOMENT, planned_at),
    PLAIN(MOMENT, delivered_at),
    PLAIN(NUMBER, attempts),
    PLAIN(TEXT, last_error),
};
static const struct catalog_table PLANS = CATALOG_TABLE("plans", PLAN_FIELDS);

bool catalog_reader_position(
    struct catalog *catalog, const char *reader, uint64_t *ret_position, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog, "SELECT position FROM readers WHERE name = ?");
    catalog_sql_bind_text(&sql, str_from(reader));
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    *ret_position = has_row ? catalog_sql_number(&sql) : 1;
    return true;
}

bool catalog_reader_advance(
    struct catalog_change *change, const char *reader, uint64_t position, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "INSERT INTO readers VALUES (?1, ?2)"
                                     " ON CONFLICT (name) DO UPDATE SET position = ?2 WHERE position < ?2");
    catalog_sql_bind_text(&sql, str_from(reader));
    catalog_sql_bind_number(&sql, position);
    return catalog_sql_run(&sql, error);
}

bool catalog_plan_add(
    struct catalog_change *change, const struct catalog_plan *plan, uint64_t *ret_id, struct error *error) {
    ASSERT(plan->id == 0 && plan->state == CATALOG_PLAN_PLANNED && plan->record_count > 0);
    ASSERT(plan->first_position > 0 && plan->first_position <= plan->last_position);
    return catalog_table_insert(change, &PLANS, plan, ret_id, error);
}

static bool list(struct catalog_sql *sql, struct arena *arena, struct catalog_plan **ret_plans,
    size_t *ret_count, struct error *error) {
    void *plans = NULL;
    if (!catalog_table_read_all(sql, &PLANS, arena, sizeof **ret_plans, &plans, ret_count, error))
        return false;
    *ret_plans = plans;
    return true;
}

/* Run an UPDATE of one plan, which must be one that is still to be put. */
static bool leave_planned(
    struct catalog_change *change, struct catalog_sql *sql, uint64_t plan_id, struct error *error) {
    if (!catalog_sql_run(sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 1)
        return true;
    return error_set(error, ERROR_CONFLICT, "plan %llu is not to be put", (unsigned long long)plan_id);
}

bool catalog_plan_set_done(
    struct catalog_change *change, uint64_t plan_id, struct moment delivered_at, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog,
        "UPDATE plans SET state = 1, delivered_at = ?, attempts = attempts + 1, last_error = ''"
        " WHERE id = ? AND state = 0");
    catalog_sql_bind_moment(&sql, delivered_at);
    catalog_sql_bind_number(&sql, plan_id);
    return leave_planned(change, &sql, plan_id, error);
}

bool catalog_plan_set_failed(
    struct catalog_change *change, uint64_t plan_id, struct str why, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog,
        "UPDATE plans SET attempts = attempts + 1, last_error = ? WHERE id = ? AND state = 0");
    catalog_sql_bind_text(&sql, why);
    catalog_sql_bind_number(&sql, plan_id);
    return leave_planned(change, &sql, plan_id, error);
}

bool catalog_plan_set_lost(struct catalog_change *change, uint64_t plan_id, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "UPDATE plans SET state = 2 WHERE id = ? AND state = 0");
    catalog_sql_bind_number(&sql, plan_id);
    return leave_planned(change, &sql, plan_id, error);
}

bool catalog_plan_list_lanes(struct catalog *catalog, struct arena *arena, struct catalog_lane **ret_lanes,
    size_t *ret_count, struct error *error) {
    static const struct catalog_field FIELDS[] = {
        {"trail_id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_lane, trail_id)},
        {"bucket", CATALOG_FIELD_TEXT, offsetof(struct catalog_lane, bucket)},
    };
    static const struct catalog_table LANES = CATALOG_TABLE("plans", FIELDS);
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &LANES, "WHERE state = 0 GROUP BY trail_id, bucket");
    void *lanes = NULL;
    if (!catalog_table_read_all(&sql, &LANES, arena, sizeof **ret_lanes, &lanes, ret_count, error))
        return false;
    *ret_lanes = lanes;
    return true;
}

bool catalog_plan_list_planned(struct catalog *catalog, struct catalog_lane lane, size_t limit,
    struct arena *arena, struct catalog_plan **ret_plans, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &PLANS,
        "WHERE state = 0 AND trail_id = ? AND bucket = ? ORDER BY first_position, id LIMIT ?");
    catalog_sql_bind_number(&sql, lane.trail_id);
    catalog_sql_bind_text(&sql, lane.bucket);
    catalog_sql_bind_number(&sql, limit);
    return list(&sql, arena, ret_plans, ret_count, error);
}

bool catalog_plan_list_groups(struct catalog *catalog, uint64_t from_position, struct arena *arena,
    struct catalog_planned_group **ret_groups, size_t *ret_count, struct error *error) {
    static const struct catalog_field FIELDS[] = {
        {"trail_id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_planned_group, trail_id)},
        {"region", CATALOG_FIELD_TEXT, offsetof(struct catalog_planned_group, region)},
        {"folder", CATALOG_FIELD_TEXT, offsetof(struct catalog_planned_group, folder)},
        {"max(last_position)", CATALOG_FIELD_NUMBER, offsetof(struct catalog_planned_group, last_position)},
    };
    static const struct catalog_table GROUPS = CATALOG_TABLE("plans", FIELDS);
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &GROUPS, "WHERE last_position >= ? GROUP BY trail_id, region, folder");
    catalog_sql_bind_number(&sql, from_position);
    void *groups = NULL;
    if (!catalog_table_read_all(&sql, &GROUPS, arena, sizeof **ret_groups, &groups, ret_count, error))
        return false;
    *ret_groups = groups;
    return true;
}

bool catalog_plan_backlog(
    struct catalog *catalog, uint64_t trail_id, bool for_digest, uint64_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(catalog, "SELECT count(*) FROM plans WHERE state = 0 AND (?1 = 0 OR trail_id = ?1)"
                             " AND is_digested >= ?2");
    catalog_sql_bind_number(&sql, trail_id);
    catalog_sql_bind_number(&sql, for_digest);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    *ret_count = catalog_sql_number(&sql);
    return true;
}

#define UNDIGESTED "state = 1 AND is_digested = 1 AND digest_id = 0"

bool catalog_plan_list_undigested(struct catalog *catalog, uint64_t trail_id, struct str region,
    struct arena *arena, struct catalog_plan **ret_plans, size_t *count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(
        catalog, &PLANS, "WHERE " UNDIGESTED " AND trail_id = ? AND region = ? ORDER BY id LIMIT ?");
    catalog_sql_bind_number(&sql, trail_id);
    catalog_sql_bind_text(&sql, region);
    catalog_sql_bind_number(&sql, *count);
    return list(&sql, arena, ret_plans, count, error);
}

bool catalog_plan_list_digested(struct catalog *catalog, uint64_t digest_id, struct arena *arena,
    struct catalog_plan **ret_plans, size_t *ret_count, struct error *error) {
    ASSERT(digest_id > 0);
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &PLANS, "WHERE digest_id = ? ORDER BY id");
    catalog_sql_bind_number(&sql, digest_id);
    return list(&sql, arena, ret_plans, ret_count, error);
}

bool catalog_plan_set_digest(
    struct catalog_change *change, uint64_t plan_id, uint64_t digest_id, struct error *error) {
    ASSERT(digest_id > 0);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "UPDATE plans SET digest_id = ? WHERE id = ? AND " UNDIGESTED);
    catalog_sql_bind_number(&sql, digest_id);
    catalog_sql_bind_number(&sql, plan_id);
    return leave_planned(change, &sql, plan_id, error);
}

bool catalog_plan_list_undigested_regions(struct catalog *catalog, uint64_t trail_id, struct arena *arena,
    struct catalog_undigested **ret_regions, size_t *ret_count, struct error *error) {
    static const struct catalog_field FIELDS[] = {
        {"region", CATALOG_FIELD_TEXT, offsetof(struct catalog_undigested, region)},
        {"min(delivered_at)", CATALOG_FIELD_MOMENT, offsetof(struct catalog_undigested, oldest_delivered_at)},
    };
    static const struct catalog_table REGIONS = CATALOG_TABLE("plans", FIELDS);
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(
        catalog, &REGIONS, "WHERE " UNDIGESTED " AND trail_id = ? GROUP BY region ORDER BY region");
    catalog_sql_bind_number(&sql, trail_id);
    void *regions = NULL;
    if (!catalog_table_read_all(&sql, &REGIONS, arena, sizeof **ret_regions, &regions, ret_count, error))
        return false;
    *ret_regions = regions;
    return true;
}

bool catalog_plan_find_object(struct catalog *catalog, struct str bucket, struct str object_key,
    struct arena *arena, struct catalog_plan *ret_plan, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &PLANS, "WHERE object_key = ? AND bucket = ?");
    catalog_sql_bind_text(&sql, object_key);
    catalog_sql_bind_text(&sql, bucket);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "no log file was planned as %.*s", STR(object_key));
    catalog_table_read(&sql, &PLANS, arena, ret_plan);
    return true;
}

/* What stays of the name of a folded file: 8 bytes of its SHA-256, as SQLite's signed integer. */
static uint64_t folded_name(struct str bucket, struct str object_key) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&text, "%.*s/%.*s", STR(bucket), STR(object_key));
    uint8_t hash[SHA256_SIZE];
    hash_sha256(buf_bytes(&text), hash);
    return load_u64_big(hash) & INT64_MAX;
}

bool catalog_plan_knows_object(
    struct catalog *catalog, struct str bucket, struct str object_key, bool *ret_knows, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(catalog, "SELECT EXISTS (SELECT 1 FROM plans WHERE object_key = ? AND bucket = ?)"
                             " OR EXISTS (SELECT 1 FROM folded_names WHERE id = ?)");
    catalog_sql_bind_text(&sql, object_key);
    catalog_sql_bind_text(&sql, bucket);
    catalog_sql_bind_number(&sql, folded_name(bucket, object_key));
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    *ret_knows = catalog_sql_number(&sql) != 0;
    return true;
}

/* The summary a row folds into: a count, sizes, and a chain of hashes over key and content hash. */
struct fold {
    uint64_t file_count, record_count, raw_bytes;
    uint8_t files_sha256[SHA256_SIZE];
};

static bool read_fold(
    struct catalog *catalog, const struct catalog_plan *plan, struct fold *ret_fold, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(catalog, "SELECT file_count, record_count, raw_bytes, files_sha256 FROM plan_folds"
                             " WHERE trail_id = ? AND digest_id = ?");
    catalog_sql_bind_number(&sql, plan->trail_id);
    catalog_sql_bind_number(&sql, plan->digest_id);
    *ret_fold = (struct fold){0};
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return true;
    ret_fold->file_count = catalog_sql_number(&sql);
    ret_fold->record_count = catalog_sql_number(&sql);
    ret_fold->raw_bytes = catalog_sql_number(&sql);
    struct bytes hash = catalog_sql_bytes(&sql, &arena);
    if (hash.size != SHA256_SIZE)
        return error_set(error, ERROR_CORRUPT, "a folded hash is not of %d bytes", SHA256_SIZE);
    memcpy(ret_fold->files_sha256, hash.data, SHA256_SIZE);
    return true;
}

static bool fold_one(struct catalog_change *change, const struct catalog_plan *plan, struct error *error) {
    struct fold fold;
    if (!read_fold(change->catalog, plan, &fold, error))
        return false;
    fold.file_count++;
    fold.record_count += plan->record_count;
    fold.raw_bytes += plan->raw_bytes;
    SCOPED(buf_finish) struct buf line = BUF_INIT(BUF_UNBOUNDED);
    buf_append_bytes(&line, BYTES_OF(fold.files_sha256));
    buf_append_bytes(&line, BYTES_OF(plan->raw_sha256));
    buf_append_str(&line, plan->object_key);
    hash_sha256(buf_bytes(&line), fold.files_sha256);

    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "INSERT OR REPLACE INTO plan_folds VALUES (?, ?, ?, ?, ?, ?)");
    catalog_sql_bind_number(&sql, plan->digest_id);
    catalog_sql_bind_number(&sql, plan->trail_id);
    catalog_sql_bind_number(&sql, fold.file_count);
    catalog_sql_bind_number(&sql, fold.record_count);
    catalog_sql_bind_number(&sql, fold.raw_bytes);
    catalog_sql_bind_bytes(&sql, BYTES_OF(fold.files_sha256));
    if (!catalog_sql_run(&sql, error))
        return false;
    SCOPED(catalog_sql_done)
    struct catalog_sql name = catalog_sql(change->catalog, "INSERT OR IGNORE INTO folded_names VALUES (?)");
    catalog_sql_bind_number(&name, folded_name(plan->bucket, plan->object_key));
    SCOPED(catalog_sql_done)
    struct catalog_sql removal = catalog_sql(change->catalog, "DELETE FROM plans WHERE id = ?");
    catalog_sql_bind_number(&removal, plan->id);
    return catalog_sql_run(&name, error) && catalog_sql_run(&removal, error);
}

bool catalog_plan_fold(struct catalog_change *change, struct moment before, size_t limit, size_t *ret_count,
    struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_plan *plans = NULL;
    size_t count = 0;
    {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_table_select(change->catalog, &PLANS,
            "WHERE delivered_at < ? AND state = 1 AND (digest_id > 0 OR is_digested = 0)"
            " ORDER BY delivered_at, id LIMIT ?");
        catalog_sql_bind_moment(&sql, before);
        catalog_sql_bind_number(&sql, limit);
        if (!list(&sql, &arena, &plans, &count, error))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!fold_one(change, &plans[i], error))
            return false;
    }
    *ret_count = count;
    return true;
}
