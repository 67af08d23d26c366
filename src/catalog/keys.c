/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c: access keys as rows; the sealed secret is bound to its key id. */
#include "catalog/keys.h"

#include "sql.h"

static const struct catalog_field KEY_FIELDS[] = {
    {"id", CATALOG_FIELD_NUMBER, offsetof(struct catalog_key, id)},
    {"access_key_id", CATALOG_FIELD_TEXT, offsetof(struct catalog_key, access_key_id)},
    {"account", CATALOG_FIELD_TEXT, offsetof(struct catalog_key, account)},
    {"user_name", CATALOG_FIELD_TEXT, offsetof(struct catalog_key, user_name)},
    {"arn", CATALOG_FIELD_TEXT, offsetof(struct catalog_key, arn)},
    {"principal_id", CATALOG_FIELD_TEXT, offsetof(struct catalog_key, principal_id)},
    {"role", CATALOG_FIELD_SMALL, offsetof(struct catalog_key, role)},
    {"is_root", CATALOG_FIELD_BOOLEAN, offsetof(struct catalog_key, is_root)},
    {"is_enabled", CATALOG_FIELD_BOOLEAN, offsetof(struct catalog_key, is_enabled)},
    {"created_at", CATALOG_FIELD_MOMENT, offsetof(struct catalog_key, created_at)},
    {"secret_sealed", CATALOG_FIELD_BYTES, offsetof(struct catalog_key, secret_sealed)},
};
static const struct catalog_table KEYS = CATALOG_TABLE("access_keys", KEY_FIELDS);

static struct str seal_context(struct arena *arena, struct str access_key_id) {
    return arena_format(arena, "access key %.*s", STR(access_key_id));
}

/* A copy of `key` whose sealed secret is `secret`; `buf` holds the sealed bytes. */
static bool with_secret(struct catalog *catalog, const struct catalog_key *key, struct bytes secret,
    struct buf *buf, struct catalog_key *ret_key, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    if (!catalog_seal(catalog, seal_context(&arena, key->access_key_id), secret, buf, error))
        return false;
    *ret_key = *key;
    ret_key->secret_sealed = buf_bytes(buf);
    return true;
}

bool catalog_key_create(
    struct catalog_change *change, const struct catalog_key *key, struct bytes secret, struct error *error) {
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(BUF_UNBOUNDED);
    struct catalog_key row;
    uint64_t id;
    return with_secret(change->catalog, key, secret, &sealed, &row, error) &&
           catalog_table_insert(change, &KEYS, &row, &id, error);
}

bool catalog_key_update(
    struct catalog_change *change, const struct catalog_key *key, struct bytes secret, struct error *error) {
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(BUF_UNBOUNDED);
    struct catalog_key row;
    return with_secret(change->catalog, key, secret, &sealed, &row, error) &&
           catalog_table_update(change, &KEYS, &row, error);
}

bool catalog_key_set_enabled(
    struct catalog_change *change, struct str access_key_id, bool is_enabled, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_sql(change->catalog, "UPDATE access_keys SET is_enabled = ? WHERE access_key_id = ?");
    catalog_sql_bind_number(&sql, is_enabled);
    catalog_sql_bind_text(&sql, access_key_id);
    if (!catalog_sql_run(&sql, error))
        return false;
    if (catalog_sql_changed(change->catalog) == 0)
        return error_set(error, ERROR_NOT_FOUND, "no access key %.*s", STR(str_slice(access_key_id, 0, 64)));
    return true;
}

bool catalog_key_list(struct catalog *catalog, struct str account, struct arena *arena,
    struct catalog_key **ret_keys, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &KEYS, "WHERE ?1 = '' OR account = ?1 ORDER BY id");
    catalog_sql_bind_text(&sql, account);
    void *keys = NULL;
    if (!catalog_table_read_all(&sql, &KEYS, arena, sizeof(struct catalog_key), &keys, ret_count, error))
        return false;
    *ret_keys = keys;
    return true;
}

bool catalog_key_unseal(
    struct catalog *catalog, const struct catalog_key *key, struct buf *out, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    return catalog_unseal(
               catalog, seal_context(&arena, key->access_key_id), key->secret_sealed, out, error) ||
           error_context(error, "secret of access key %.*s", STR(str_slice(key->access_key_id, 0, 64)));
}
