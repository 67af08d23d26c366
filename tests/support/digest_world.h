/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest_world: a second pair of eyes on digests. It knows nothing of the catalog's rows: it lists the
 * bucket, walks each region's digests from newest to oldest as the AWS CLI does, checks signatures with
 * the listed public keys, links and hashes, and collects the log files that are named.
 */
#pragma once

#include "catalog/signing.h"
#include "codec/json.h"
#include "digest/digest.h"
#include "support/delivery_world.h"

enum { WALK_KEYS_MAX = 4096 };

struct walk {
    struct world *world;
    const char *bucket;
    struct arena arena;
    struct str digests[WALK_KEYS_MAX], files[WALK_KEYS_MAX];
    uint8_t named[WALK_KEYS_MAX]; /* how often each file is */
    size_t digest_count, file_count;
    size_t starting, empty, faults;
    struct str fingerprints[64];
    size_t fingerprint_count;
};

static inline void walk_on_object(struct str key, struct str raw, void *context) {
    struct walk *walk = context;
    (void)raw;
    if (str_find(key, STR_LITERAL("/CloudTrail-Digest/")) != SIZE_MAX)
        walk->digests[walk->digest_count++] = arena_str(&walk->arena, key);
    else
        walk->files[walk->file_count++] = arena_str(&walk->arena, key);
    EXPECT(walk->digest_count < WALK_KEYS_MAX && walk->file_count < WALK_KEYS_MAX);
}

static inline void walk_fault(struct walk *walk, struct str key, const char *what) {
    walk->faults++;
    printf("# %.*s: %s\n", STR(key), what);
}

static inline bool walk_get(struct walk *walk, struct str key, struct buf *raw, struct objects_info *info) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    return objects_get(
               walk->world->objects, str_from(walk->bucket), key, &walk->arena, &body, info, &error) &&
           gzip_inflate(buf_bytes(&body), raw, &error);
}

static inline struct str walk_metadata(const struct objects_info *info, const char *name) {
    for (size_t i = 0; i < info->metadata.user_count; i++) {
        if (str_is(info->metadata.user[i].name, name))
            return info->metadata.user[i].value;
    }
    return STR_EMPTY;
}

static inline void walk_hash(const struct buf *raw, char ret_hex[2 * SHA256_SIZE]) {
    uint8_t hash[SHA256_SIZE];
    hash_sha256(buf_bytes(raw), hash);
    hex_encode(BYTES_OF(hash), ret_hex);
}

static inline void walk_signature(struct walk *walk, struct str key, const struct buf *raw,
    const struct objects_info *info, struct json_value root) {
    struct error error = {0};
    struct catalog_signing_key *keys = NULL;
    size_t count = 0;
    struct moment end = {0};
    struct str end_text = json_text(json_get(root, "digestEndTime"));
    EXPECT(time_parse_iso(end_text, &end));
    struct moment until = {end.ms + 2 * MS_PER_HOUR};
    EXPECT(catalog_signing_list(
        walk->world->catalog, STR_EMPTY, WORLD_START, until, &walk->arena, &keys, &count, &error));
    struct str fingerprint = json_text(json_get(root, "digestPublicKeyFingerprint"));
    struct str previous = json_text(json_get(root, "previousDigestSignature"));
    char hash[2 * SHA256_SIZE];
    walk_hash(raw, hash);
    SCOPED(buf_finish) struct buf text = BUF_INIT(8192);
    buf_append_format(&text, "%.*s\n%s/%.*s\n%.*s\n%.*s", STR(end_text), walk->bucket, STR(key),
        (int)sizeof hash, hash, STR(previous.size > 0 ? previous : STR_LITERAL("null")));
    struct str hex = walk_metadata(info, "signature");
    uint8_t signature[256] = {0};
    bool holds = false;
    for (size_t i = 0; i < count; i++) {
        if (!str_equals(keys[i].fingerprint, fingerprint) || hex.size != 512 || !hex_decode(hex, signature))
            continue;
        struct rsa_key *public = rsa_key_from_public(keys[i].public_der, &error);
        holds = rsa_verify(public, buf_bytes(&text), BYTES_OF(signature));
        rsa_key_destroy(public);
    }
    if (!holds || !str_is(walk_metadata(info, "signature-algorithm"), "SHA256withRSA"))
        walk_fault(walk, key, "signature verification failed");
    for (size_t i = 0; i < walk->fingerprint_count; i++) {
        if (str_equals(walk->fingerprints[i], fingerprint))
            return;
    }
    EXPECT(walk->fingerprint_count < 64);
    walk->fingerprints[walk->fingerprint_count++] = arena_str(&walk->arena, fingerprint);
}

static inline void walk_files(struct walk *walk, struct str key, struct json_value root) {
    struct json_iterator files = json_iterate(json_get(root, "logFiles"));
    if (json_count(json_get(root, "logFiles")) == 0)
        walk->empty++;
    while (json_next(&files)) {
        struct str name = json_text(json_get(files.value, "s3Object"));
        SCOPED(buf_finish) struct buf raw = BUF_INIT((size_t)64 << 20);
        char hash[2 * SHA256_SIZE] = {0};
        if (!walk_get(walk, name, &raw, NULL))
            walk_fault(walk, name, "not found");
        walk_hash(&raw, hash);
        if (!str_equals(json_text(json_get(files.value, "hashValue")), str_of(hash, sizeof hash)))
            walk_fault(walk, name, "hash value doesn't match");
        size_t i = 0;
        while (i < walk->file_count && !str_equals(walk->files[i], name))
            i++;
        if (i == walk->file_count)
            walk_fault(walk, key, "names a file that is not there");
        else
            walk->named[i]++;
    }
}

/* One digest; `ret_previous` is the key that it links to, empty for a starting one. */
static inline void walk_digest(struct walk *walk, struct str key, struct str expected_hash,
    struct str *ret_previous, struct str *ret_previous_hash) {
    SCOPED(buf_finish) struct buf raw = BUF_INIT((size_t)64 << 20);
    struct objects_info info = {0};
    struct error error = {0};
    struct json_value root = JSON_MISSING;
    struct json_parser *parser = json_parser_create();
    *ret_previous = *ret_previous_hash = STR_EMPTY;
    if (!walk_get(walk, key, &raw, &info) || !json_parse(parser, buf_str(&raw), &root, &error)) {
        walk_fault(walk, key, "invalid format");
    } else {
        char hash[2 * SHA256_SIZE];
        walk_hash(&raw, hash);
        if (expected_hash.size > 0 && !str_equals(expected_hash, str_of(hash, sizeof hash)))
            walk_fault(walk, key, "is not what the next digest links to");
        if (!str_equals(json_text(json_get(root, "digestS3Object")), key))
            walk_fault(walk, key, "has been moved from its original location");
        walk_signature(walk, key, &raw, &info, root);
        walk_files(walk, key, root);
        *ret_previous = arena_str(&walk->arena, json_text(json_get(root, "previousDigestS3Object")));
        *ret_previous_hash = arena_str(&walk->arena, json_text(json_get(root, "previousDigestHashValue")));
        walk->starting += ret_previous->size == 0;
    }
    json_parser_destroy(parser);
}

static inline struct str walk_region(struct str key) {
    size_t at = str_find(key, STR_LITERAL("/CloudTrail-Digest/"));
    struct str rest = str_slice(key, at + 19, key.size);
    return str_cut(&rest, '/');
}

/* Walk all: newest to oldest, region by region (keys sort by region, then end). */
static inline struct walk *walk_bucket(struct world *world, const char *bucket) {
    struct walk *walk = MEM_NEW(struct walk);
    walk->world = world;
    walk->bucket = bucket;
    world_each_object(world, bucket, walk_on_object, walk);
    struct str link = STR_EMPTY, hash = STR_EMPTY;
    for (size_t i = walk->digest_count; i-- > 0;) {
        struct str key = walk->digests[i];
        if (link.size > 0 && !str_equals(link, key))
            walk_fault(walk, link, "not found where the next digest links to");
        struct str expected = str_equals(link, key) ? hash : STR_EMPTY;
        walk_digest(walk, key, expected, &link, &hash);
        bool is_last = i == 0 || !str_equals(walk_region(walk->digests[i - 1]), walk_region(key));
        if (is_last && link.size > 0)
            walk_fault(walk, link, "not found where the next digest links to");
        if (is_last)
            link = hash = STR_EMPTY;
    }
    return walk;
}

static inline void walk_free(struct walk *walk) {
    arena_finish(&walk->arena);
    mem_free(walk);
}
