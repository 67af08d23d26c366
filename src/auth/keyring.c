/* SPDX-License-Identifier: Apache-2.0 */
/* keyring.c: a sorted array of keys, replaced whole when keys change. */
#include "keyring.h"

#include "base/mem.h"
#include "base/own.h"
#include "sys/thread.h"

#include <stdlib.h>

enum { SECRET_SIZE_MAX = 256 };

struct entry {
    struct auth_principal principal; /* texts in the ring's arena */
    struct str secret;               /* in the ring's `secrets`; empty: disabled */
    bool is_enabled;
};

/* One loading of the keys. */
struct ring {
    struct arena arena;
    struct buf secrets;
    struct entry *entries; /* sorted by key id */
    size_t count;
};

/* field / guarded by: ring, signing_keys / mutex; catalog / set at creation.
 * `reloading` is held from reading the keys to putting them in place, outside of the catalog's lock and of
 * `mutex`: else an older list, with a key that was disabled meanwhile, could come last. */
struct auth_keyring {
    struct catalog *catalog;
    struct mutex reloading;
    struct mutex mutex;
    struct ring *ring;
    struct aws_key_cache *signing_keys;
};

static void ring_destroy(struct ring *ring) {
    if (ring == NULL)
        return;
    if (ring->secrets.data != NULL)
        mem_wipe(ring->secrets.data, ring->secrets.size);
    buf_finish(&ring->secrets);
    arena_finish(&ring->arena);
    mem_free(ring);
}

static void ring_destroyp(struct ring **ring) {
    ring_destroy(*ring);
}

static int compare_entries(const void *left, const void *right) {
    const struct entry *a = left, *b = right;
    return str_compare(a->principal.access_key_id, b->principal.access_key_id);
}

static int compare_id(const void *id, const void *entry) {
    return str_compare(*(const struct str *)id, ((const struct entry *)entry)->principal.access_key_id);
}

static bool add_key(
    struct ring *ring, struct catalog *catalog, const struct catalog_key *key, struct error *error) {
    size_t start = ring->secrets.size;
    if (key->is_enabled && !catalog_key_unseal(catalog, key, &ring->secrets, error))
        return false;
    struct entry *entry = &ring->entries[ring->count++];
    entry->principal = (struct auth_principal){.access_key_id = key->access_key_id,
        .account = key->account,
        .user_name = key->user_name,
        .arn = key->arn,
        .principal_id = key->principal_id,
        .role = (enum catalog_role)key->role,
        .is_root = key->is_root};
    entry->is_enabled = key->is_enabled;
    entry->secret = str_slice(buf_str(&ring->secrets), start, SIZE_MAX);
    return true;
}

static struct ring *load(struct catalog *catalog, struct error *error) {
    SCOPED(ring_destroyp) struct ring *ring = MEM_NEW(struct ring);
    struct catalog_key *keys = NULL;
    size_t count = 0;
    if (!catalog_key_list(catalog, STR_EMPTY, &ring->arena, &keys, &count, error))
        return NULL;
    ring->entries = ARENA_ARRAY(&ring->arena, count, struct entry);
    /* Room for all at once: the buffer never moves, so no copy of a secret is left in freed memory. */
    ring->secrets = BUF_INIT(count * SECRET_SIZE_MAX + 1);
    (void)buf_reserve(&ring->secrets, count * SECRET_SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        if (!add_key(ring, catalog, &keys[i], error))
            return NULL;
    qsort(ring->entries, ring->count, sizeof *ring->entries, compare_entries);
    return TAKE(ring);
}

struct auth_keyring *auth_keyring_create(struct catalog *catalog, struct error *error) {
    struct ring *ring = load(catalog, error);
    if (ring == NULL)
        return NULL;
    struct auth_keyring *keyring = MEM_NEW(struct auth_keyring);
    keyring->catalog = catalog;
    keyring->ring = ring;
    keyring->signing_keys = aws_key_cache_create();
    mutex_init(&keyring->mutex);
    mutex_init(&keyring->reloading);
    return keyring;
}

void auth_keyring_destroy(struct auth_keyring *keyring) {
    if (keyring == NULL)
        return;
    ring_destroy(keyring->ring);
    aws_key_cache_destroy(keyring->signing_keys);
    mutex_finish(&keyring->mutex);
    mutex_finish(&keyring->reloading);
    mem_free(keyring);
}

bool auth_keyring_reload(struct auth_keyring *keyring, struct error *error) {
    MUTEX_SCOPE(&keyring->reloading);
    struct ring *ring = load(keyring->catalog, error);
    if (ring == NULL)
        return false;
    mutex_lock(&keyring->mutex);
    struct ring *before = keyring->ring;
    keyring->ring = ring;
    aws_key_cache_clear(keyring->signing_keys);
    mutex_unlock(&keyring->mutex);
    ring_destroy(before);
    return true;
}

static const struct entry *find(const struct ring *ring, struct str access_key_id) {
    if (ring->count == 0)
        return NULL;
    return bsearch(&access_key_id, ring->entries, ring->count, sizeof *ring->entries, compare_id);
}

static struct auth_principal copy_principal(const struct auth_principal *principal, struct arena *arena) {
    return (struct auth_principal){.access_key_id = arena_str(arena, principal->access_key_id),
        .account = arena_str(arena, principal->account),
        .user_name = arena_str(arena, principal->user_name),
        .arn = arena_str(arena, principal->arn),
        .principal_id = arena_str(arena, principal->principal_id),
        .role = principal->role,
        .is_root = principal->is_root};
}

enum auth_key auth_keyring_look_up(struct auth_keyring *keyring, struct str access_key_id,
    struct arena *arena, struct auth_principal *ret_principal) {
    MUTEX_SCOPE(&keyring->mutex);
    const struct entry *entry = find(keyring->ring, access_key_id);
    if (entry == NULL)
        return AUTH_KEY_UNKNOWN;
    if (ret_principal != NULL)
        *ret_principal = copy_principal(&entry->principal, arena);
    return entry->is_enabled ? AUTH_KEY_ENABLED : AUTH_KEY_DISABLED;
}

bool auth_keyring_find(struct auth_keyring *keyring, struct str access_key_id, const struct aws_scope *scope,
    struct arena *arena, struct auth_principal *ret_principal, uint8_t ret_signing_key[SHA256_SIZE]) {
    MUTEX_SCOPE(&keyring->mutex);
    const struct entry *entry = find(keyring->ring, access_key_id);
    if (entry == NULL || !entry->is_enabled)
        return false;
    *ret_principal = copy_principal(&entry->principal, arena);
    aws_key_cache_get(keyring->signing_keys, access_key_id, entry->secret, scope, ret_signing_key);
    return true;
}

bool auth_keyring_has_account(struct auth_keyring *keyring, struct str account) {
    MUTEX_SCOPE(&keyring->mutex);
    for (size_t i = 0; i < keyring->ring->count; i++)
        if (keyring->ring->entries[i].is_enabled &&
            str_equals(keyring->ring->entries[i].principal.account, account))
            return true;
    return false;
}
