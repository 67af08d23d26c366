/* SPDX-License-Identifier: Apache-2.0 */
/* signing: rows of key pairs; the private key leaves only as an opened rsa_key. */
#include "catalog/signing.h"

#include "base/check.h"
#include "codec/hash.h"

#include "sql.h"

#include <string.h>

struct row {
    struct catalog_signing_key key;
    struct bytes private_sealed;
};

_Static_assert(offsetof(struct row, key) == 0, "lists read keys with the row's columns");

static const struct catalog_field FIELDS[] = {
    {"id", CATALOG_FIELD_NUMBER, offsetof(struct row, key.id)},
    {"region", CATALOG_FIELD_TEXT, offsetof(struct row, key.region)},
    {"fingerprint", CATALOG_FIELD_TEXT, offsetof(struct row, key.fingerprint)},
    {"public_der", CATALOG_FIELD_BYTES, offsetof(struct row, key.public_der)},
    {"valid_from", CATALOG_FIELD_MOMENT, offsetof(struct row, key.valid_from)},
    {"valid_until", CATALOG_FIELD_MOMENT, offsetof(struct row, key.valid_until)},
    {"private_sealed", CATALOG_FIELD_BYTES, offsetof(struct row, private_sealed)},
};
static const struct catalog_table KEYS = CATALOG_TABLE("signing_keys", FIELDS);

/* What a sealed private key belongs to: swapped between rows it does not open. */
static struct str seal_context(struct arena *arena, const struct catalog_signing_key *key) {
    return arena_format(arena, "signing key %.*s %.*s", STR(key->region), STR(key->fingerprint));
}

static void wipe(struct buf *buf) {
    if (buf->data != NULL)
        mem_wipe(buf->data, buf->capacity);
    buf_finish(buf);
}

static void destroy_key(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

static bool read_valid(struct catalog *catalog, struct str region, struct moment now, struct arena *arena,
    struct row *ret_row, bool *ret_found, struct error *error) {
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &KEYS,
        "WHERE region = ?1 AND valid_until > ?2 AND valid_from <= ?2 ORDER BY valid_until DESC LIMIT 1");
    catalog_sql_bind_text(&sql, region);
    catalog_sql_bind_moment(&sql, now);
    if (!catalog_sql_next(&sql, ret_found, error))
        return false;
    if (*ret_found)
        catalog_table_read(&sql, &KEYS, arena, ret_row);
    return true;
}

/* A fresh pair; `row` has its region and validity. */
static bool make_key(struct catalog *catalog, struct row *row, struct arena *arena, struct rsa_key **ret_key,
    struct error *error) {
    SCOPED(destroy_key) struct rsa_key *key = rsa_key_generate(CATALOG_SIGNING_BITS, error);
    if (key == NULL)
        return false;
    SCOPED(buf_finish) struct buf public = BUF_INIT(4096);
    SCOPED(wipe) struct buf private = BUF_INIT(8192);
    SCOPED(buf_finish) struct buf sealed = BUF_INIT(8192);
    if (!rsa_key_append_public(key, &public, error) || !rsa_key_append_private(key, &private, error))
        return false;
    uint8_t md5[MD5_SIZE];
    hash_md5(buf_bytes(&public), md5);
    char fingerprint[2 * MD5_SIZE];
    hex_encode(BYTES_OF(md5), fingerprint);
    row->key.fingerprint = arena_str(arena, str_of(fingerprint, sizeof fingerprint));
    row->key.public_der = arena_bytes(arena, buf_bytes(&public));
    if (!catalog_seal(catalog, seal_context(arena, &row->key), buf_bytes(&private), &sealed, error))
        return false;
    row->private_sealed = arena_bytes(arena, buf_bytes(&sealed));
    *ret_key = TAKE(key);
    return true;
}

static bool make_row(struct catalog *catalog, struct row *row, struct arena *arena, struct rsa_key **ret_key,
    struct error *error) {
    SCOPED(destroy_key) struct rsa_key *key = NULL;
    if (!make_key(catalog, row, arena, &key, error))
        return false;
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
    if (change == NULL || !catalog_table_insert(change, &KEYS, row, &row->key.id, error) ||
        !catalog_commit(TAKE(change), error))
        return false;
    *ret_key = TAKE(key);
    return true;
}

static bool open_row(struct catalog *catalog, const struct row *row, struct arena *arena,
    struct rsa_key **ret_key, struct error *error) {
    SCOPED(wipe) struct buf private = BUF_INIT(8192);
    if (!catalog_unseal(catalog, seal_context(arena, &row->key), row->private_sealed, &private, error))
        return error_context(error, "open signing key %.*s", STR(row->key.fingerprint));
    *ret_key = rsa_key_from_private(buf_bytes(&private), error);
    return *ret_key != NULL;
}

bool catalog_signing_current(struct catalog *catalog, struct str region, struct moment now,
    int64_t rotation_interval_ms, struct arena *arena, struct catalog_signing_key *ret_info,
    struct rsa_key **ret_key, struct error *error) {
    ASSERT(rotation_interval_ms > 0);
    CATALOG_SCOPE(catalog);
    struct row row = {0};
    bool found = false;
    if (!read_valid(catalog, region, now, arena, &row, &found, error))
        return false;
    if (!found) {
        struct moment from = {now.ms - now.ms % MS_PER_SECOND};
        row.key.region = region;
        row.key.valid_from = from;
        row.key.valid_until = (struct moment){from.ms + rotation_interval_ms};
    }
    if (found ? !open_row(catalog, &row, arena, ret_key, error)
              : !make_row(catalog, &row, arena, ret_key, error))
        return false;
    *ret_info = row.key;
    return true;
}

bool catalog_signing_list(struct catalog *catalog, struct str region, struct moment from, struct moment to,
    struct arena *arena, struct catalog_signing_key **ret_keys, size_t *ret_count, struct error *error) {
    static const struct catalog_table PUBLIC = {"signing_keys", FIELDS, sizeof FIELDS / sizeof FIELDS[0] - 1};
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &PUBLIC,
        "WHERE (?1 = '' OR region = ?1) AND valid_until >= ?2 AND valid_from <= ?3 ORDER BY valid_from, id");
    catalog_sql_bind_text(&sql, region);
    catalog_sql_bind_moment(&sql, from);
    catalog_sql_bind_moment(&sql, to);
    void *keys = NULL;
    if (!catalog_table_read_all(&sql, &PUBLIC, arena, sizeof **ret_keys, &keys, ret_count, error))
        return false;
    *ret_keys = keys;
    return true;
}

bool catalog_signing_find(struct catalog *catalog, struct str fingerprint, struct arena *arena,
    struct catalog_signing_key *ret_key, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql = catalog_table_select(catalog, &KEYS, "WHERE fingerprint = ?");
    catalog_sql_bind_text(&sql, fingerprint);
    bool has_row = false;
    if (!catalog_sql_next(&sql, &has_row, error))
        return false;
    if (!has_row)
        return error_set(error, ERROR_NOT_FOUND, "there is no signing key %.*s", STR(fingerprint));
    struct row row = {0};
    catalog_table_read(&sql, &KEYS, arena, &row);
    *ret_key = row.key;
    return true;
}
