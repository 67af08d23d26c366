/* SPDX-License-Identifier: Apache-2.0 */
/* principal.c: making keys, and the root key that comes from outside. */
#include "auth/auth.h"
#include "aws/arn.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/own.h"
#include "call/call.h"
#include "sys/random.h"

#include <string.h>

/* What AWS's ids are made of: base32 without look-alikes is not needed, they are never typed. */
static const char id_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char secret_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* `size` random characters of an alphabet of 32 or 64, and a NUL. */
static void random_text(char *text, size_t size, const char *alphabet) {
    uint8_t bytes[64];
    size_t letters = strlen(alphabet);
    ASSERT(size <= sizeof bytes && (letters == 32 || letters == 64));
    random_bytes(bytes, size);
    for (size_t i = 0; i < size; i++)
        text[i] = alphabet[bytes[i] % letters];
    text[size] = '\0';
    mem_wipe(bytes, sizeof bytes);
}

struct call_identity auth_call_identity(const struct auth_principal *principal) {
    if (principal->is_service)
        return (struct call_identity){.type = STR_LITERAL("AWSService"), .invoked_by = principal->arn};
    return (struct call_identity){.type = principal->is_root ? STR_LITERAL("Root") : STR_LITERAL("IAMUser"),
        .principal_id = principal->principal_id,
        .arn = principal->arn,
        .account = principal->account,
        .access_key_id = principal->access_key_id,
        .user_name = principal->user_name,
        .session_began_at = MOMENT_NONE};
}

void auth_credentials_generate(struct auth_credentials *ret_credentials) {
    memcpy(ret_credentials->access_key_id, "AKIA", 4);
    random_text(ret_credentials->access_key_id + 4, 16, id_alphabet);
    random_text(ret_credentials->secret_access_key, 40, secret_alphabet);
}

/* Letters, digits and the characters of `more`. */
static bool is_made_of(struct str text, struct str more) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && str_find_char(more, c) == SIZE_MAX)
            return false;
    }
    return true;
}

/* IAM's rules for access key ids and user names. */
static bool is_access_key_id(struct str text) {
    return text.size >= 16 && text.size <= 128 && is_made_of(text, STR_LITERAL("_"));
}

static bool is_user_name(struct str name) {
    return name.size >= 1 && name.size <= 64 && is_made_of(name, STR_LITERAL("_+=,.@-"));
}

static bool check_root(struct str account, struct str access_key_id, struct str secret, struct error *error) {
    if (!aws_is_account_id(account))
        return error_set(error, ERROR_INVALID, "'%.*s' is no account id: 12 digits", STR(account));
    if (!is_access_key_id(access_key_id))
        return error_set(
            error, ERROR_INVALID, "the root access key id must be 16 to 128 letters, digits or underscores");
    if (secret.size < 8 || secret.size > 128)
        return error_set(error, ERROR_INVALID, "the root secret access key must have 8 to 128 characters");
    return true;
}

static bool secret_is(struct catalog *catalog, const struct catalog_key *key, struct str secret, bool *ret_is,
    struct error *error) {
    SCOPED(buf_finish) struct buf stored = BUF_INIT(BUF_UNBOUNDED);
    if (!catalog_key_unseal(catalog, key, &stored, error))
        return false;
    *ret_is = bytes_equal_in_constant_time(buf_bytes(&stored), str_bytes(secret));
    if (stored.data != NULL)
        mem_wipe(stored.data, stored.size);
    return true;
}

/* Disable the account's other root keys and find the row of this key id, if there is one. */
static bool retire_other_roots(struct catalog_change *change, const struct catalog_key *keys, size_t count,
    const struct catalog_key *root, const struct catalog_key **ret_same, struct error *error) {
    const struct catalog_key *same = NULL;
    for (size_t i = 0; i < count; i++) {
        if (str_equals(keys[i].access_key_id, root->access_key_id))
            same = &keys[i];
        else if (keys[i].is_root && keys[i].is_enabled && str_equals(keys[i].account, root->account) &&
                 !catalog_key_set_enabled(change, keys[i].access_key_id, false, error))
            return false;
    }
    if (same != NULL && !same->is_root)
        return error_set(error, ERROR_CONFLICT, "the root access key id is already that of a user");
    *ret_same = same;
    return true;
}

bool auth_install_root(struct catalog *catalog, struct str account, struct str access_key_id,
    struct str secret_access_key, struct moment now, struct error *error) {
    if (!check_root(account, access_key_id, secret_access_key, error))
        return false;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_key *keys = NULL;
    size_t count = 0;
    if (!catalog_key_list(catalog, STR_EMPTY, &arena, &keys, &count, error))
        return false;
    struct catalog_key root = {.access_key_id = access_key_id,
        .account = account,
        .user_name = STR_EMPTY,
        .arn = arena_format(&arena, "arn:aws:iam::%.*s:root", STR(account)),
        .principal_id = account,
        .role = CATALOG_ROLE_ADMIN,
        .is_root = true,
        .is_enabled = true,
        .created_at = now};
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, error);
    const struct catalog_key *same = NULL;
    if (change == NULL || !retire_other_roots(change, keys, count, &root, &same, error))
        return false;
    bool is_same_secret = false;
    struct bytes secret = str_bytes(secret_access_key);
    if (same == NULL) {
        if (!catalog_key_create(change, &root, secret, error))
            return false;
    } else {
        root.id = same->id;
        root.created_at = same->created_at;
        if (!secret_is(catalog, same, secret_access_key, &is_same_secret, error))
            return false;
        bool is_same = is_same_secret && same->is_enabled && str_equals(same->account, account);
        if (!is_same && !catalog_key_update(change, &root, secret, error))
            return false;
    }
    return catalog_commit(TAKE(change), error);
}

/* The principal id of the user's other keys, or a new one. */
static bool find_principal_id(
    struct catalog *catalog, struct catalog_key *key, struct arena *arena, struct error *error) {
    struct catalog_key *keys = NULL;
    size_t count = 0;
    if (!catalog_key_list(catalog, key->account, arena, &keys, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!keys[i].is_root && str_equals(keys[i].user_name, key->user_name)) {
            key->principal_id = keys[i].principal_id;
            return true;
        }
    }
    char text[17];
    random_text(text, 16, id_alphabet);
    key->principal_id = arena_format(arena, "AIDA%s", text);
    return true;
}

bool auth_create_user_key(struct catalog *catalog, struct catalog_change *change, struct catalog_key *key,
    struct arena *arena, struct auth_credentials *ret_credentials, struct error *error) {
    if (!aws_is_account_id(key->account))
        return error_set(
            error, ERROR_INVALID, "'%.*s' is no account id: 12 digits", STR(str_slice(key->account, 0, 64)));
    if (!is_user_name(key->user_name))
        return error_set(
            error, ERROR_INVALID, "a user name has 1 to 64 characters of letters, digits and _+=,.@-");
    if (!find_principal_id(catalog, key, arena, error))
        return false;
    struct auth_credentials credentials;
    auth_credentials_generate(&credentials);
    key->access_key_id = arena_str(arena, str_from(credentials.access_key_id));
    key->arn = arena_format(arena, "arn:aws:iam::%.*s:user/%.*s", STR(key->account), STR(key->user_name));
    key->is_root = false;
    key->is_enabled = true;
    if (!catalog_key_create(change, key, str_bytes(str_from(credentials.secret_access_key)), error))
        return false;
    *ret_credentials = credentials;
    mem_wipe(&credentials, sizeof credentials);
    return true;
}
