/* SPDX-License-Identifier: Apache-2.0 */
/* digests: rows of digests and of chains. */
#include "catalog/digests.h"

#include "base/check.h"

#include "sql.h"

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_digest, member) }

static const struct catalog_field DIGEST_FIELDS[] = {
    PLAIN(NUMBER, id), PLAIN(NUMBER, trail_id), PLAIN(TEXT, region), PLAIN(TEXT, account),
    PLAIN(MOMENT, start_at), PLAIN(MOMENT, end_at), PLAIN(TEXT, bucket), PLAIN(TEXT, object_key),
    PLAIN(HASH, body_sha256), PLAIN(TEXT, signature), PLAIN(TEXT, fingerprint), PLAIN(NUMBER, previous_id),
    PLAIN(NUMBER, file_count), PLAIN(BOOLEAN, is_put), PLAIN(MOMENT, planned_at), PLAIN(MOMENT, delivered_at),
    PLAIN(MOMENT, next_attempt_at), PLAIN(NUMBER, attempts), PLAIN(TEXT, last_error),
    PLAIN(BYTES, body), /* the last one: lists leave it out */
};
static const struct catalog_table DIGESTS = CATALOG_TABLE("digests", DIGEST_FIELDS);
static const struct catalog_table DIGESTS_WITHOUT_BODY = {
    "digests", DIGEST_FIELDS, sizeof DIGEST_FIELDS / sizeof DIGEST_FIELDS[0] - 1};

static const struct catalog_field CHAIN_FIELDS[] = {
    {"id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_chain, id)},
    {"trail_id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_chain, trail_id)},
    {"region", CATALOG_FIELD_TEXT, offsetof(struct catalog_chain, region)},
    {"version_id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_chain, version_id)},
    {"is_open", CATALOG_FIELD_BOOLEAN, offsetof(struct catalog_chain, is_open)},
    {"anchor_at", CATALOG_FIELD_MOMENT, offsetof(struct catalog_chain, anchor_at)},
    {"next_start_at", CATALOG_FIELD_MOMENT, offsetof(struct catalog_chain, next_start_at)},
    {"last_digest_id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_chain, last_digest_id)},
};
static const struct catalog_table CHAINS = CATALOG_TABLE("digest_chains", CHAIN_FIELDS);

bool catalog_digest_add(struct catalog_change *change, const struct catalog_digest *digest, uint64_t *ret_id,
    struct error *error) {
    ASSERT(digest->id == 0 && !digest->is_put && digest->body.size > 0);
    ASSERT(digest->start_at.ms <= digest->end_at.ms);
    return catalog_table_insert(change, &DIGESTS, digest, ret_id, error);
}

/* The one row of a bound select. */
static bool read_one(struct catalog_sql *sql, const struct catalog_table *table, struct arena *arena,
    struct catalog_digest *ret_digest, struct error *error) {
    bool has_row = false;
    if (!catalog_sql_next(sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "there is no such digest");
    *ret_digest = (struct catalog_digest){0};
    catalog_table_read(sql, table, arena, ret_digest);
    return true;
}

bool catalog_digest_get(struct catalog *catalog, uint64_t digest_id, struct arena *arena,
    struct catalog_digest *ret_digest, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_table_select(catalog, &DIGESTS, "WHERE id = ?");
    catalog_sql_bind_number(&sql, digest_id);
    return read_one(&sql, &DIGESTS, arena, ret_digest, error);
}

/* Run an UPDATE of one digest that is still to be put. */
static bool run_for_unput(
    struct catalog_change *change, struct catalog_sql *sql, uint64_t digest_id, struct error *error) {
    if (!catalog_sql_run(sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 1)
        return true;
    return error_set(error, ERROR_CONFLICT, "digest %llu is not to be put", (unsigned long long)digest_id);
}

bool catalog_digest_set_put(
    struct catalog_change *change, uint64_t digest_id, struct moment delivered_at, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "UPDATE digests SET is_put = 1, body = x'', delivered_at = ?, attempts "
                                     "= attempts + 1, last_error = ''"
                                     " WHERE id = ? AND is_put = 0");
    catalog_sql_bind_moment(&sql, delivered_at);
    catalog_sql_bind_number(&sql, digest_id);
    return run_for_unput(change, &sql, digest_id, error);
}

bool catalog_digest_set_failed(struct catalog_change *change, uint64_t digest_id,
    struct moment next_attempt_at, struct str why, struct error *error) {
    if (next_attempt_at.ms != MOMENT_NONE.ms) {
        SCOPED(catalog_sql_done)
        struct catalog_sql others = catalog_sql(change->catalog,
            "UPDATE digests SET next_attempt_at = ?1 FROM (SELECT trail_id AS t, bucket AS b FROM digests"
            " WHERE id = ?2) WHERE trail_id = t AND bucket = b AND is_put = 0 AND next_attempt_at < ?1");
        catalog_sql_bind_moment(&others, next_attempt_at);
        catalog_sql_bind_number(&others, digest_id);
        if (!catalog_sql_run(&others, error))
            return false;
    }
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog,
        "UPDATE digests SET next_attempt_at = ?, attempts = attempts + 1, last_error = ?"
        " WHERE id = ? AND is_put = 0");
    catalog_sql_bind_moment(&sql, next_attempt_at);
    catalog_sql_bind_text(&sql, why);
    catalog_sql_bind_number(&sql, digest_id);
    return run_for_unput(change, &sql, digest_id, error);
}

static bool list(struct catalog_sql *sql, const struct catalog_table *table, struct arena *arena,
    struct catalog_digest **ret_digests, size_t *ret_count, struct error *error) {
    void *digests = NULL;
    if (!catalog_table_read_all(sql, table, arena, sizeof **ret_digests, &digests, ret_count, error))
        return false;
    *ret_digests = digests;
    return true;
}

bool catalog_digest_list_due(struct catalog *catalog, struct moment now, size_t limit, struct arena *arena,
    struct catalog_digest **ret_digests, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(
        catalog, &DIGESTS, "WHERE is_put = 0 AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ?");
    catalog_sql_bind_moment(&sql, now);
    catalog_sql_bind_number(&sql, limit);
    return list(&sql, &DIGESTS, arena, ret_digests, ret_count, error);
}

bool catalog_digest_next_due(struct catalog *catalog, struct moment *ret_moment, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(catalog, "SELECT min(next_attempt_at) FROM digests WHERE is_put = 0");
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    *ret_moment = catalog_sql_moment(&sql);
    return true;
}

bool catalog_digest_list(struct catalog *catalog, uint64_t trail_id, struct moment from, struct moment to,
    struct arena *arena, struct catalog_digest **ret_digests, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &DIGESTS_WITHOUT_BODY,
        "WHERE trail_id = ? AND end_at >= ? AND end_at <= ? ORDER BY region, end_at, id");
    catalog_sql_bind_number(&sql, trail_id);
    catalog_sql_bind_moment(&sql, from);
    catalog_sql_bind_moment(&sql, to);
    return list(&sql, &DIGESTS_WITHOUT_BODY, arena, ret_digests, ret_count, error);
}

bool catalog_digest_find_object(struct catalog *catalog, struct str bucket, struct str object_key,
    struct arena *arena, struct catalog_digest *ret_digest, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &DIGESTS_WITHOUT_BODY, "WHERE object_key = ? AND bucket = ?");
    catalog_sql_bind_text(&sql, object_key);
    catalog_sql_bind_text(&sql, bucket);
    return read_one(&sql, &DIGESTS_WITHOUT_BODY, arena, ret_digest, error);
}

bool catalog_digest_latest_end(struct catalog *catalog, uint64_t trail_id, struct str region,
    struct moment *ret_end, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(catalog,
        "SELECT max(end_at) FROM digests JOIN trails AS other ON other.id = digests.trail_id"
        " JOIN trails AS this ON this.arn = other.arn WHERE this.id = ? AND digests.region = ?");
    catalog_sql_bind_number(&sql, trail_id);
    catalog_sql_bind_text(&sql, region);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    *ret_end = catalog_sql_moment(&sql);
    return true;
}

bool catalog_chain_list(struct catalog *catalog, uint64_t trail_id, struct arena *arena,
    struct catalog_chain **ret_chains, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &CHAINS, "WHERE ?1 = 0 OR trail_id = ?1 ORDER BY trail_id, region");
    catalog_sql_bind_number(&sql, trail_id);
    void *chains = NULL;
    if (!catalog_table_read_all(&sql, &CHAINS, arena, sizeof **ret_chains, &chains, ret_count, error))
        return false;
    *ret_chains = chains;
    return true;
}

bool catalog_chain_save(
    struct catalog_change *change, const struct catalog_chain *chain, struct error *error) {
    uint64_t id = 0;
    return chain->id == 0 ? catalog_table_insert(change, &CHAINS, chain, &id, error)
                          : catalog_table_update(change, &CHAINS, chain, error);
}
