/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint: the heads of all chains in one signed text, docs/formats/checkpoint.md. The signature is
 * over every byte before its own member.
 */
#include "base/check.h"
#include "base/mem.h"
#include "catalog/digests.h"
#include "catalog/signing.h"
#include "catalog/trails.h"
#include "codec/json.h"
#include "digest/digest.h"

#include <string.h>

enum { CHECKPOINT_VERSION = 1 };

static const struct str SIGNATURE_MEMBER = {",\"signature\":\"", 14};

static bool write_chain(struct catalog *catalog, const struct catalog_chain *chain,
    struct json_writer *writer, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    struct catalog_digest last = {0};
    if (chain->last_digest_id == 0)
        return true;
    if (!catalog_trail_get(catalog, chain->trail_id, &arena, &trail, error) ||
        !catalog_digest_get(catalog, chain->last_digest_id, &arena, &last, error))
        return false;
    char hash[2 * SHA256_SIZE];
    hex_encode(BYTES_OF(last.body_sha256), hash);
    json_begin_object(writer);
    json_member_string(writer, "trailARN", trail.arn);
    json_member_string(writer, "region", chain->region);
    json_member_string(writer, "lastDigestS3Bucket", last.bucket);
    json_member_string(writer, "lastDigestS3Object", last.object_key);
    json_member_string(writer, "lastDigestHashValue", str_of(hash, sizeof hash));
    json_member_string(writer, "lastDigestSignature", last.signature);
    json_end_object(writer);
    return true;
}

static void write_head(
    struct catalog *catalog, struct moment now, struct str fingerprint, struct json_writer *writer) {
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(catalog_cairn_id(catalog), id);
    SCOPED(buf_finish) struct buf time = BUF_INIT(64);
    time_append_iso(&time, now);
    json_member_i64(writer, "checkpointVersion", CHECKPOINT_VERSION);
    json_member_string(writer, "cairnId", str_from(id));
    json_member_i64(writer, "generation", (int64_t)catalog_generation(catalog));
    json_member_string(writer, "time", buf_str(&time));
    json_member_string(writer, "publicKeyFingerprint", fingerprint);
}

static void destroy_key(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

static void destroy_parser(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

bool digest_checkpoint_append(struct catalog *catalog, struct moment now, int64_t key_rotation_interval_ms,
    struct str region, struct buf *out, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_signing_key key_info = {0};
    SCOPED(destroy_key) struct rsa_key *key = NULL;
    struct catalog_chain *chains = NULL;
    size_t count = 0;
    if (!catalog_signing_current(
            catalog, region, now, key_rotation_interval_ms, &arena, &key_info, &key, error) ||
        !catalog_chain_list(catalog, 0, &arena, &chains, &count, error))
        return false;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    write_head(catalog, now, key_info.fingerprint, &writer);
    json_key(&writer, STR_LITERAL("chains"));
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        if (!write_chain(catalog, &chains[i], &writer, error))
            return false;
    }
    json_end_array(&writer);
    SCOPED(buf_finish) struct buf signature = BUF_INIT(4096);
    if (!rsa_sign(key, buf_bytes(&text), &signature, error))
        return false;
    buf_append_str(&text, SIGNATURE_MEMBER);
    hex_append(&text, buf_bytes(&signature));
    buf_append_text(&text, "\"}");
    buf_append_str(out, buf_str(&text));
    return buf_check(out, "a checkpoint", error);
}

/* Where the signature's member begins: the last place that reads so. */
static size_t find_signature(struct str text) {
    size_t found = SIZE_MAX;
    for (size_t at = 0; at + SIGNATURE_MEMBER.size <= text.size; at++) {
        if (memcmp(text.data + at, SIGNATURE_MEMBER.data, SIGNATURE_MEMBER.size) == 0)
            found = at;
    }
    return found;
}

static bool check_signature(
    struct catalog *catalog, struct str checkpoint, struct json_value root, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_signing_key key_info = {0};
    struct str fingerprint = json_text(json_get(root, "publicKeyFingerprint"));
    if (!catalog_signing_find(catalog, fingerprint, &arena, &key_info, error))
        return error_set(error, ERROR_CORRUPT, "the catalog has no key %.*s", STR(fingerprint));
    SCOPED(destroy_key) struct rsa_key *key = rsa_key_from_public(key_info.public_der, error);
    if (key == NULL)
        return false;
    struct str hex = json_text(json_get(root, "signature"));
    size_t end = find_signature(checkpoint);
    uint8_t *signature = arena_alloc(&arena, hex.size / 2 + 1);
    if (end == SIZE_MAX || hex.size == 0 || hex.size % 2 != 0 || !hex_decode(hex, signature) ||
        !rsa_verify(key, str_bytes(str_slice(checkpoint, 0, end)), bytes_of(signature, hex.size / 2)))
        return error_set(error, ERROR_CORRUPT, "the checkpoint's signature does not hold");
    return true;
}

static bool check_chain(struct catalog *catalog, struct json_value chain, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str object_key = json_text(json_get(chain, "lastDigestS3Object"));
    struct catalog_digest digest = {0};
    struct error missing = {0};
    if (!catalog_digest_find_object(
            catalog, json_text(json_get(chain, "lastDigestS3Bucket")), object_key, &arena, &digest, &missing))
        return error_set(error, ERROR_CORRUPT, "the catalog has lost digest %.*s", STR(object_key));
    char hash[2 * SHA256_SIZE];
    hex_encode(BYTES_OF(digest.body_sha256), hash);
    if (!str_equals(json_text(json_get(chain, "lastDigestHashValue")), str_of(hash, sizeof hash)) ||
        !str_equals(json_text(json_get(chain, "lastDigestSignature")), digest.signature))
        return error_set(error, ERROR_CORRUPT, "the catalog has another digest %.*s", STR(object_key));
    return true;
}

bool digest_checkpoint_verify(struct catalog *catalog, struct str checkpoint, struct error *error) {
    SCOPED(destroy_parser) struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING;
    if (!json_parse(parser, checkpoint, &root, error))
        return error_context(error, "checkpoint");
    int64_t version = 0, generation = 0;
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(catalog_cairn_id(catalog), id);
    if (!json_i64(json_get(root, "checkpointVersion"), &version) || version != CHECKPOINT_VERSION)
        return error_set(error, ERROR_INVALID, "the checkpoint is not of version %d", CHECKPOINT_VERSION);
    if (!str_is(json_text(json_get(root, "cairnId")), id))
        return error_set(error, ERROR_CORRUPT, "the checkpoint is of another Cairn");
    if (!json_i64(json_get(root, "generation"), &generation) ||
        (uint64_t)generation > catalog_generation(catalog))
        return error_set(error, ERROR_CORRUPT, "the catalog is older than the checkpoint");
    if (!check_signature(catalog, checkpoint, root, error))
        return false;
    struct json_iterator chains = json_iterate(json_get(root, "chains"));
    while (json_next(&chains)) {
        if (!check_chain(catalog, chains.value, error))
            return false;
    }
    return true;
}
