/* SPDX-License-Identifier: Apache-2.0 */
/* learned: rows of keys that gateways saw. */
#include "catalog/learned.h"

#include "sql.h"

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_learned_key, member) }

static const struct catalog_field LEARNED_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, entry),
    PLAIN(TEXT, access_key_id),
    PLAIN(MOMENT, learned_at),
    PLAIN(MOMENT, expires_at),
    PLAIN(TEXT, type),
    PLAIN(TEXT, principal_id),
    PLAIN(TEXT, arn),
    PLAIN(TEXT, account),
    PLAIN(TEXT, user_name),
    PLAIN(BOOLEAN, has_session),
    PLAIN(BOOLEAN, has_mfa),
    PLAIN(TEXT, issuer_type),
    PLAIN(TEXT, issuer_principal_id),
    PLAIN(TEXT, issuer_arn),
    PLAIN(TEXT, issuer_account),
    PLAIN(TEXT, issuer_user_name),
    PLAIN(TEXT, source_identity),
    PLAIN(TEXT, federated_provider),
};
static const struct catalog_table LEARNED = CATALOG_TABLE("learned_keys", LEARNED_FIELDS);

bool catalog_learned_put(
    struct catalog_change *change, const struct catalog_learned_key *key, struct error *error) {
    struct catalog_learned_key row = *key;
    row.id = 0;
    return catalog_learned_delete(change, key->entry, key->access_key_id, error) &&
           catalog_table_insert(change, &LEARNED, &row, &row.id, error);
}

bool catalog_learned_delete(
    struct catalog_change *change, struct str entry, struct str access_key_id, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "DELETE FROM learned_keys WHERE entry = ? AND access_key_id = ?");
    catalog_sql_bind_text(&sql, entry);
    catalog_sql_bind_text(&sql, access_key_id);
    return catalog_sql_run(&sql, error);
}

bool catalog_learned_delete_expired(struct catalog_change *change, struct moment now, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_sql(change->catalog, "DELETE FROM learned_keys WHERE expires_at < ?");
    catalog_sql_bind_moment(&sql, now);
    return catalog_sql_run(&sql, error);
}

bool catalog_learned_list(struct catalog *catalog, struct str entry, struct arena *arena,
    struct catalog_learned_key **ret_keys, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &LEARNED, "WHERE entry = ? ORDER BY id");
    catalog_sql_bind_text(&sql, entry);
    void *keys = NULL;
    if (!catalog_table_read_all(
            &sql, &LEARNED, arena, sizeof(struct catalog_learned_key), &keys, ret_count, error))
        return false;
    *ret_keys = keys;
    return true;
}
