/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: the tables, as a list of migrations. Each released version stays in the list; a file
 * goes through those it has not seen, in one transaction each. docs/formats/catalog.md.
 */
#include "base/check.h"

#include "sql.h"

static const char CORE_1[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, event_id BLOB NOT NULL UNIQUE,"
    " record TEXT NOT NULL) STRICT;"
    "CREATE TABLE readers (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

static const char KEYS_1[] =
    "CREATE TABLE access_keys (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " access_key_id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, user_name TEXT NOT NULL,"
    " arn TEXT NOT NULL, principal_id TEXT NOT NULL, role INTEGER NOT NULL, is_root INTEGER NOT NULL,"
    " is_enabled INTEGER NOT NULL, created_at INTEGER, secret_sealed BLOB NOT NULL) STRICT;"
    "CREATE INDEX access_keys_account ON access_keys (account);";

static const char TRAILS_1[] =
    "CREATE TABLE trails (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,"
    " home_region TEXT NOT NULL, name TEXT NOT NULL, arn TEXT NOT NULL, s3_bucket_name TEXT NOT NULL,"
    " s3_key_prefix TEXT NOT NULL, sns_topic_arn TEXT NOT NULL, sns_topic_name TEXT NOT NULL,"
    " kms_key_id TEXT NOT NULL, cloud_watch_logs_log_group_arn TEXT NOT NULL,"
    " cloud_watch_logs_role_arn TEXT NOT NULL, include_global_service_events INTEGER NOT NULL,"
    " is_multi_region INTEGER NOT NULL, is_organization_trail INTEGER NOT NULL,"
    " log_file_validation_enabled INTEGER NOT NULL, has_custom_event_selectors INTEGER NOT NULL,"
    " is_logging INTEGER NOT NULL, is_deleted INTEGER NOT NULL, event_selectors TEXT NOT NULL,"
    " event_selectors_are_advanced INTEGER NOT NULL, insight_selectors TEXT NOT NULL,"
    " aggregation_configurations TEXT NOT NULL, created_at INTEGER, updated_at INTEGER,"
    " latest_delivery_time INTEGER, latest_delivery_attempt_time INTEGER,"
    " latest_delivery_success_time INTEGER, latest_digest_delivery_time INTEGER,"
    " latest_delivery_error TEXT NOT NULL, latest_digest_delivery_error TEXT NOT NULL,"
    " start_logging_time INTEGER, stop_logging_time INTEGER) STRICT;"
    "CREATE UNIQUE INDEX trails_name ON trails (account, home_region, name) WHERE is_deleted = 0;"
    "CREATE INDEX trails_arn ON trails (arn);"
    "CREATE TABLE trail_tags (trail_id INTEGER NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL,"
    " value TEXT, PRIMARY KEY (trail_id, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trail_versions (id INTEGER PRIMARY KEY AUTOINCREMENT, trail_id INTEGER NOT NULL,"
    " from_position INTEGER NOT NULL, event_id BLOB NOT NULL, includes_own_event INTEGER NOT NULL,"
    " created_at INTEGER, account TEXT NOT NULL, home_region TEXT NOT NULL, trail_name TEXT NOT NULL,"
    " trail_arn TEXT NOT NULL, s3_bucket_name TEXT NOT NULL, s3_key_prefix TEXT NOT NULL,"
    " event_selectors TEXT NOT NULL, kms_key_id TEXT NOT NULL,"
    " event_selectors_are_advanced INTEGER NOT NULL, is_multi_region INTEGER NOT NULL,"
    " include_global_service_events INTEGER NOT NULL, is_logging INTEGER NOT NULL,"
    " is_deleted INTEGER NOT NULL, log_file_validation_enabled INTEGER NOT NULL,"
    " has_insights INTEGER NOT NULL, has_aggregation INTEGER NOT NULL) STRICT;"
    "CREATE INDEX trail_versions_trail ON trail_versions (trail_id);";

static const char FILES_1[] =
    "CREATE TABLE plans (id INTEGER PRIMARY KEY AUTOINCREMENT, trail_id INTEGER NOT NULL,"
    " version_id INTEGER NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, folder TEXT NOT NULL,"
    " first_position INTEGER NOT NULL, last_position INTEGER NOT NULL, record_count INTEGER NOT NULL,"
    " raw_bytes INTEGER NOT NULL, raw_sha256 BLOB NOT NULL, oldest_event_at INTEGER,"
    " newest_event_at INTEGER, bucket TEXT NOT NULL, object_key TEXT NOT NULL,"
    " is_digested INTEGER NOT NULL, digest_id INTEGER NOT NULL, state INTEGER NOT NULL,"
    " planned_at INTEGER, delivered_at INTEGER, attempts INTEGER NOT NULL,"
    " last_error TEXT NOT NULL, UNIQUE (object_key, bucket)) STRICT;"
    "CREATE INDEX plans_last ON plans (last_position);"
    "CREATE INDEX plans_planned ON plans (trail_id, bucket, first_position) WHERE state = 0;"
    "CREATE INDEX plans_undigested ON plans (trail_id, region)"
    " WHERE state = 1 AND is_digested = 1 AND digest_id = 0;"
    "CREATE INDEX plans_digest ON plans (digest_id);"
    "CREATE INDEX plans_delivered ON plans (delivered_at);"
    "CREATE TABLE folded_names (id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE plan_folds (digest_id INTEGER NOT NULL, trail_id INTEGER NOT NULL,"
    " file_count INTEGER NOT NULL, record_count INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,"
    " files_sha256 BLOB NOT NULL, PRIMARY KEY (trail_id, digest_id)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE digests (id INTEGER PRIMARY KEY AUTOINCREMENT, trail_id INTEGER NOT NULL,"
    " region TEXT NOT NULL, account TEXT NOT NULL, start_at INTEGER NOT NULL, end_at INTEGER NOT NULL,"
    " bucket TEXT NOT NULL, object_key TEXT NOT NULL, body_sha256 BLOB NOT NULL, body BLOB NOT NULL,"
    " signature TEXT NOT NULL, fingerprint TEXT NOT NULL, previous_id INTEGER NOT NULL,"
    " file_count INTEGER NOT NULL, is_put INTEGER NOT NULL, planned_at INTEGER, delivered_at INTEGER,"
    " next_attempt_at INTEGER, attempts INTEGER NOT NULL, last_error TEXT NOT NULL,"
    " UNIQUE (object_key, bucket)) STRICT;"
    "CREATE INDEX digests_trail ON digests (trail_id, region, end_at);"
    "CREATE INDEX digests_due ON digests (next_attempt_at) WHERE is_put = 0;"
    "CREATE TABLE digest_chains (id INTEGER PRIMARY KEY AUTOINCREMENT, trail_id INTEGER NOT NULL,"
    " region TEXT NOT NULL, version_id INTEGER NOT NULL, is_open INTEGER NOT NULL, anchor_at INTEGER,"
    " next_start_at INTEGER, last_digest_id INTEGER NOT NULL, UNIQUE (trail_id, region)) STRICT;"

    "CREATE TABLE signing_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL,"
    " fingerprint TEXT NOT NULL UNIQUE, public_der BLOB NOT NULL, valid_from INTEGER,"
    " valid_until INTEGER, private_sealed BLOB NOT NULL) STRICT;"
    "CREATE INDEX signing_keys_region ON signing_keys (region, valid_until);";

static const char LEARNED_2[] =
    "CREATE TABLE learned_keys (id INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL,"
    " access_key_id TEXT NOT NULL, learned_at INTEGER, expires_at INTEGER, type TEXT NOT NULL,"
    " principal_id TEXT NOT NULL, arn TEXT NOT NULL, account TEXT NOT NULL, user_name TEXT NOT NULL,"
    " has_session INTEGER NOT NULL, has_mfa INTEGER NOT NULL, issuer_type TEXT NOT NULL,"
    " issuer_principal_id TEXT NOT NULL, issuer_arn TEXT NOT NULL, issuer_account TEXT NOT NULL,"
    " issuer_user_name TEXT NOT NULL, source_identity TEXT NOT NULL, federated_provider TEXT NOT NULL,"
    " UNIQUE (entry, access_key_id)) STRICT;"
    "CREATE INDEX learned_keys_expiry ON learned_keys (expires_at);";

/* Which insights a trail asks for, as bits: until here nobody could ask for any. */
static const char INSIGHTS_3[] = "ALTER TABLE trails ADD COLUMN insights INTEGER NOT NULL DEFAULT 0;"
                                 "ALTER TABLE trails DROP COLUMN insight_selectors;"
                                 "ALTER TABLE trail_versions RENAME COLUMN has_insights TO insights;";

static const char STORES_4[] =
    "CREATE TABLE stores (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE,"
    " account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, arn TEXT NOT NULL,"
    " status INTEGER NOT NULL, pricing INTEGER NOT NULL, retention_days INTEGER NOT NULL,"
    " is_multi_region INTEGER NOT NULL, is_organization INTEGER NOT NULL,"
    " has_termination_protection INTEGER NOT NULL, event_selectors TEXT NOT NULL,"
    " kms_key_id TEXT NOT NULL, takes_large_events INTEGER NOT NULL, context_keys TEXT NOT NULL,"
    " insights INTEGER NOT NULL, insights_store_arn TEXT NOT NULL, is_federated INTEGER NOT NULL,"
    " federation_role_arn TEXT NOT NULL, created_at INTEGER, updated_at INTEGER, deletion_at INTEGER,"
    " UNIQUE (account, region, name)) STRICT;"
    "CREATE TABLE store_tags (store_id INTEGER NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL,"
    " value TEXT, PRIMARY KEY (store_id, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE store_versions (id INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER NOT NULL,"
    " from_position INTEGER NOT NULL, is_taking INTEGER NOT NULL, is_multi_region INTEGER NOT NULL,"
    " takes_large_events INTEGER NOT NULL, event_selectors TEXT NOT NULL) STRICT;"
    "CREATE INDEX store_versions_store ON store_versions (store_id);";

static const char QUERIES_4[] =
    "CREATE TABLE lake_queries (id INTEGER PRIMARY KEY AUTOINCREMENT, query_id TEXT NOT NULL UNIQUE,"
    " account TEXT NOT NULL, region TEXT NOT NULL, statement TEXT NOT NULL, alias TEXT NOT NULL,"
    " prompt TEXT NOT NULL, refresh_id TEXT NOT NULL, status INTEGER NOT NULL,"
    " error_message TEXT NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,"
    " elapsed_ms INTEGER NOT NULL, events_matched INTEGER NOT NULL, events_scanned INTEGER NOT NULL,"
    " bytes_scanned INTEGER NOT NULL, row_count INTEGER NOT NULL, delivery_uri TEXT NOT NULL,"
    " delivery_status INTEGER NOT NULL) STRICT;"
    "CREATE INDEX lake_queries_place ON lake_queries (account, region, id);"
    "CREATE INDEX lake_queries_open ON lake_queries (status) WHERE status <= 1;"
    "CREATE INDEX lake_queries_alias ON lake_queries (alias, id) WHERE alias <> '';"
    "CREATE INDEX lake_queries_ended ON lake_queries (ended_at);"
    "CREATE TABLE lake_query_stores (query_id INTEGER NOT NULL, place INTEGER NOT NULL,"
    " store_uuid TEXT NOT NULL, PRIMARY KEY (query_id, place)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX lake_query_stores_store ON lake_query_stores (store_uuid, query_id);";

/* Channels, their policies (and those of stores), dashboards. */
static const char CHANNELS_4[] =
    "CREATE TABLE channels (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE,"
    " account TEXT NOT NULL, region TEXT NOT NULL, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " source TEXT NOT NULL, destinations TEXT NOT NULL, created_at INTEGER, updated_at INTEGER,"
    " success_at INTEGER, attempt_at INTEGER, success_event_id TEXT NOT NULL,"
    " attempt_event_id TEXT NOT NULL, error_code TEXT NOT NULL,"
    " UNIQUE (account, region, name), UNIQUE (account, region, source)) STRICT;"
    "CREATE TABLE channel_versions (id INTEGER PRIMARY KEY AUTOINCREMENT, channel_arn TEXT NOT NULL,"
    " from_position INTEGER NOT NULL, destinations TEXT NOT NULL) STRICT;"
    "CREATE INDEX channel_versions_channel ON channel_versions (channel_arn, id);"
    "CREATE TABLE resource_policies (arn TEXT PRIMARY KEY, policy TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE resource_tags (arn TEXT NOT NULL, place INTEGER NOT NULL, has_value INTEGER NOT NULL,"
    " key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (arn, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE dashboards (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,"
    " region TEXT NOT NULL, name TEXT NOT NULL, arn TEXT NOT NULL UNIQUE, is_managed INTEGER NOT NULL,"
    " widgets TEXT NOT NULL, has_schedule INTEGER NOT NULL, schedule_is_enabled INTEGER NOT NULL,"
    " schedule_is_days INTEGER NOT NULL, schedule_value INTEGER NOT NULL,"
    " schedule_time_of_day TEXT NOT NULL, has_termination_protection INTEGER NOT NULL,"
    " is_updated INTEGER NOT NULL, created_at INTEGER, updated_at INTEGER, next_refresh_at INTEGER,"
    " last_refresh_id TEXT NOT NULL, last_failure_reason TEXT NOT NULL,"
    " UNIQUE (account, region, name)) STRICT;"
    "CREATE INDEX dashboards_due ON dashboards (next_refresh_at) WHERE next_refresh_at IS NOT NULL;"
    "CREATE TABLE query_aliases (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,"
    " region TEXT NOT NULL, alias TEXT NOT NULL, statement TEXT NOT NULL, prompt TEXT NOT NULL,"
    " dashboard_arn TEXT NOT NULL, created_at INTEGER, UNIQUE (account, region, alias)) STRICT;"
    "CREATE INDEX query_aliases_dashboard ON query_aliases (dashboard_arn, created_at);";

static const char IMPORTS_4[] =
    "CREATE TABLE imports (id INTEGER PRIMARY KEY AUTOINCREMENT, import_id TEXT NOT NULL UNIQUE,"
    " account TEXT NOT NULL, region TEXT NOT NULL, store_arn TEXT NOT NULL, store_uuid TEXT NOT NULL,"
    " location_uri TEXT NOT NULL, bucket_region TEXT NOT NULL, role_arn TEXT NOT NULL, from_time INTEGER,"
    " to_time INTEGER, status INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
    " prefixes_found INTEGER NOT NULL, prefixes_completed INTEGER NOT NULL,"
    " files_completed INTEGER NOT NULL, events_completed INTEGER NOT NULL,"
    " failed_entries INTEGER NOT NULL, is_retry INTEGER NOT NULL, after_key TEXT NOT NULL,"
    " files_proved INTEGER NOT NULL, files_altered INTEGER NOT NULL, files_missing INTEGER NOT NULL,"
    " files_unproved INTEGER NOT NULL, files_failed INTEGER NOT NULL, proof TEXT NOT NULL,"
    " is_proved_complete INTEGER NOT NULL) STRICT;"
    "CREATE INDEX imports_place ON imports (account, region, id);"
    "CREATE INDEX imports_open ON imports (status) WHERE status <= 1;"
    "CREATE TABLE import_failures (id INTEGER PRIMARY KEY AUTOINCREMENT, import INTEGER NOT NULL,"
    " location TEXT NOT NULL, status INTEGER NOT NULL, error_type TEXT NOT NULL,"
    " error_message TEXT NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (import, location)) STRICT;";

/* One line per version, each in as many pieces as it takes. */
enum { PIECES_MAX = 8 };
static const char *const MIGRATIONS[][PIECES_MAX] = {
    {CORE_1, KEYS_1, TRAILS_1, FILES_1}, {LEARNED_2}, {INSIGHTS_3},
    {STORES_4, QUERIES_4, CHANNELS_4, IMPORTS_4}, /* the lake's tables come together */
};
enum { VERSION = sizeof MIGRATIONS / sizeof MIGRATIONS[0] };

static bool read_version(struct catalog *catalog, uint64_t *ret_version, struct error *error) {
    SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(catalog, "PRAGMA user_version");
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    ASSERT(has_row);
    *ret_version = catalog_sql_number(&sql);
    return true;
}

static bool migrate_to(struct catalog *catalog, uint64_t version, struct error *error) {
    SCOPED(buf_finish) struct buf script = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&script, "BEGIN IMMEDIATE;");
    for (size_t i = 0; i < PIECES_MAX && MIGRATIONS[version - 1][i] != NULL; i++)
        buf_append_text(&script, MIGRATIONS[version - 1][i]);
    buf_append_format(&script, "PRAGMA user_version = %llu; COMMIT;", (unsigned long long)version);
    if (catalog_sql_script(catalog, script.data, error))
        return true;
    struct error ignored = {0};
    IGNORE(catalog_sql_script(catalog, "ROLLBACK", &ignored), "the first error tells more");
    return error_context(error, "migrate the catalog to version %llu", (unsigned long long)version);
}

bool catalog_migrate(struct catalog *catalog, struct error *error) {
    uint64_t version = 0;
    if (!read_version(catalog, &version, error))
        return false;
    if (version > VERSION) {
        return error_set(error, ERROR_CORRUPT,
            "the catalog is of format version %llu, this program knows up to %d", (unsigned long long)version,
            VERSION);
    }
    if (catalog->read_only && version < VERSION)
        return error_set(error, ERROR_CONFLICT, "the catalog needs a migration: start the daemon once");
    while (version < VERSION) {
        if (!migrate_to(catalog, ++version, error))
            return false;
    }
    return true;
}
