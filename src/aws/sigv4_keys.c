/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4_keys.c: the cache of signing keys, a small table indexed by a hash; a newer key takes the place. */
#include "aws/sigv4.h"
#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

enum { SLOT_COUNT = 64 };

struct slot {
    uint8_t fingerprint[SHA256_SIZE]; /* of everything that the key derives from */
    uint8_t key[SHA256_SIZE];
    bool used;
};

struct aws_key_cache {
    struct slot slots[SLOT_COUNT];
};

struct aws_key_cache *aws_key_cache_create(void) {
    return MEM_NEW(struct aws_key_cache);
}

void aws_key_cache_clear(struct aws_key_cache *cache) {
    mem_wipe(cache, sizeof *cache);
}

void aws_key_cache_destroy(struct aws_key_cache *cache) {
    if (cache == NULL)
        return;
    aws_key_cache_clear(cache);
    mem_free(cache);
}

void aws_key_cache_get(struct aws_key_cache *cache, struct str access_key_id, struct str secret_access_key,
    const struct aws_scope *scope, uint8_t ret_key[SHA256_SIZE]) {
    /* The secret is part of the fingerprint, so that a key id with a new secret never meets the old key. */
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&text, "%.*s\n%.*s\n%.*s\n%.*s\n", STR(access_key_id), STR(scope->date),
        STR(scope->region), STR(scope->service));
    buf_append_str(&text, secret_access_key);
    uint8_t fingerprint[SHA256_SIZE];
    hash_sha256(buf_bytes(&text), fingerprint);
    mem_wipe(text.data, text.size);
    buf_finish(&text);
    struct slot *slot = &cache->slots[fingerprint[0] % SLOT_COUNT];
    if (!slot->used || memcmp(slot->fingerprint, fingerprint, sizeof fingerprint) != 0) {
        aws_signing_key(secret_access_key, scope, slot->key);
        memcpy(slot->fingerprint, fingerprint, sizeof fingerprint);
        slot->used = true;
    }
    memcpy(ret_key, slot->key, SHA256_SIZE);
}
