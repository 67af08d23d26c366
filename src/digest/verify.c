/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: what the AWS CLI checks from the outside, and what only the catalog can tell.
 *
 * The catalog says which digests and files there must be, in which order and with which hashes; the
 * bucket says what there is. Whatever differs is a finding.
 */
#include "base/check.h"
#include "base/mem.h"
#include "catalog/signing.h"
#include "catalog/trails.h"
#include "codec/compress.h"
#include "codec/json.h"
#include "digest/digest.h"
#include "objects/objects.h"

#include "body.h"

#include <string.h>

enum { INFLATED_MAX = 256 << 20, GZIP_MAX = 256 << 20 };

static const char *const FINDING_TEXTS[] = {
    [DIGEST_VALID] = "valid",
    [DIGEST_MISSING] = "not found",
    [DIGEST_UNREADABLE] = "invalid format",
    [DIGEST_CHANGED] = "hash value doesn't match",
    [DIGEST_BAD_SIGNATURE] = "signature verification failed",
    [DIGEST_BROKEN_LINK] = "does not follow the digest before it",
    [DIGEST_PLANTED] = "was not delivered by Cairn",
    [DIGEST_NOT_LISTED] = "digest and catalog name different files",
};

const char *digest_finding_text(enum digest_finding_kind kind) {
    ASSERT((size_t)kind < sizeof FINDING_TEXTS / sizeof FINDING_TEXTS[0]);
    return FINDING_TEXTS[kind];
}

struct verifier {
    struct catalog *catalog;
    struct objects *objects;
    struct json_parser *parser;
    digest_on_finding *on_finding;
    void *context;
    struct digest_counts counts;
    bool stopped;
};

static void tell(struct verifier *verifier, const struct digest_finding *finding) {
    bool is_valid = finding->kind == DIGEST_VALID;
    if (finding->kind == DIGEST_PLANTED) {
        verifier->counts.planted++;
    } else if (finding->is_digest) {
        verifier->counts.digests++;
        verifier->counts.digests_valid += is_valid;
    } else {
        verifier->counts.files++;
        verifier->counts.files_valid += is_valid;
    }
    if (!verifier->stopped && !verifier->on_finding(finding, verifier->context))
        verifier->stopped = true;
}

/* Get and inflate an object. False with an error for what is no finding; else `ret_kind` says how it is. */
static bool fetch(struct verifier *verifier, struct str bucket, struct str object_key, struct arena *arena,
    struct buf *raw, struct objects_info *ret_info, enum digest_finding_kind *ret_kind, struct error *error) {
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(GZIP_MAX);
    *ret_kind = DIGEST_VALID;
    if (!objects_get(verifier->objects, bucket, object_key, arena, &gzip, ret_info, error)) {
        *ret_kind = error->kind == ERROR_NOT_FOUND ? DIGEST_MISSING : DIGEST_UNREADABLE;
        return error->kind == ERROR_NOT_FOUND || error->kind == ERROR_CORRUPT || error->kind == ERROR_LIMIT;
    }
    if (!gzip_inflate(buf_bytes(&gzip), raw, error))
        *ret_kind = DIGEST_UNREADABLE;
    return true;
}

static bool hash_is(const struct buf *raw, const uint8_t expected[SHA256_SIZE]) {
    uint8_t hash[SHA256_SIZE];
    hash_sha256(buf_bytes(raw), hash);
    return memcmp(hash, expected, SHA256_SIZE) == 0;
}

static bool check_file(struct verifier *verifier, struct str region, struct str bucket, struct str object_key,
    const uint8_t expected[SHA256_SIZE], struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf raw = BUF_INIT(INFLATED_MAX);
    struct digest_finding finding = {.region = region, .bucket = bucket, .object_key = object_key};
    if (!fetch(verifier, bucket, object_key, &arena, &raw, NULL, &finding.kind, error))
        return false;
    if (finding.kind == DIGEST_VALID && !hash_is(&raw, expected))
        finding.kind = DIGEST_CHANGED;
    tell(verifier, &finding);
    return true;
}

static struct str metadata_of(const struct objects_info *info, const char *name) {
    for (size_t i = 0; i < info->metadata.user_count; i++) {
        if (str_is(info->metadata.user[i].name, name))
            return info->metadata.user[i].value;
    }
    return STR_EMPTY;
}

/* Does the signature in the metadata hold for those bytes, under the key that the digest names? */
static bool signature_holds(struct verifier *verifier, const struct catalog_digest *row,
    const struct objects_info *info, struct json_value body, struct arena *arena) {
    struct error error = {0};
    struct catalog_signing_key key_info = {0};
    struct str fingerprint = json_text(json_get(body, "digestPublicKeyFingerprint"));
    if (!catalog_signing_find(verifier->catalog, fingerprint, arena, &key_info, &error))
        return false;
    struct str hex = metadata_of(info, "signature");
    if (hex.size == 0 || hex.size % 2 != 0 || hex.size > 4096 ||
        metadata_of(info, "signature-algorithm").size == 0)
        return false;
    uint8_t *signature = arena_alloc(arena, hex.size / 2);
    struct rsa_key *key = rsa_key_from_public(key_info.public_der, &error);
    if (key == NULL || !hex_decode(hex, signature)) {
        rsa_key_destroy(key);
        return false;
    }
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    digest_append_signed(&text, row->end_at, row->bucket, row->object_key, row->body_sha256,
        json_text(json_get(body, "previousDigestSignature")));
    bool holds = rsa_verify(key, buf_bytes(&text), bytes_of(signature, hex.size / 2));
    rsa_key_destroy(key);
    return holds;
}

/* Is its previous digest the one that the catalog has before it? */
static bool link_holds(struct verifier *verifier, const struct catalog_digest *row,
    const struct catalog_digest *before, struct json_value body, struct arena *arena) {
    struct error error = {0};
    struct catalog_digest previous = {0};
    struct str object_key = json_text(json_get(body, "previousDigestS3Object"));
    if (row->previous_id == 0)
        return object_key.size == 0;
    if (before != NULL && before->id != row->previous_id)
        return false;
    if (!catalog_digest_get(verifier->catalog, row->previous_id, arena, &previous, &error))
        return false;
    char hash[2 * SHA256_SIZE];
    hex_encode(BYTES_OF(previous.body_sha256), hash);
    return str_equals(object_key, previous.object_key) &&
           str_equals(json_text(json_get(body, "previousDigestHashValue")), str_of(hash, sizeof hash)) &&
           str_equals(json_text(json_get(body, "previousDigestSignature")), previous.signature);
}

/* Check every file that the digest names. */
static bool check_listed(struct verifier *verifier, const struct catalog_digest *row, struct json_value body,
    struct error *error) {
    struct json_iterator files = json_iterate(json_get(body, "logFiles"));
    while (!verifier->stopped && json_next(&files)) {
        struct str bucket = json_text(json_get(files.value, "s3Bucket"));
        struct str object_key = json_text(json_get(files.value, "s3Object"));
        struct str hex = json_text(json_get(files.value, "hashValue"));
        uint8_t hash[SHA256_SIZE] = {0};
        bool knows = false;
        if (!catalog_plan_knows_object(verifier->catalog, bucket, object_key, &knows, error))
            return false;
        if (hex.size != 2 * SHA256_SIZE || !hex_decode(hex, hash) || !knows) {
            tell(verifier,
                &(struct digest_finding){DIGEST_NOT_LISTED, false, row->region, bucket, object_key});
        } else if (!check_file(verifier, row->region, bucket, object_key, hash, error)) {
            return false;
        }
    }
    return true;
}

/* The digest itself is of no use: check its files by the catalog's list. */
static bool check_known(
    struct verifier *verifier, const struct catalog_digest *row, struct arena *arena, struct error *error) {
    struct catalog_plan *plans = NULL;
    size_t count = 0;
    if (!catalog_plan_list_digested(verifier->catalog, row->id, arena, &plans, &count, error))
        return false;
    for (size_t i = 0; i < count && !verifier->stopped; i++) {
        if (!check_file(
                verifier, row->region, plans[i].bucket, plans[i].object_key, plans[i].raw_sha256, error))
            return false;
    }
    return true;
}

/* What is wrong with a digest that could be read; the first thing counts. */
static enum digest_finding_kind judge(struct verifier *verifier, const struct catalog_digest *row,
    const struct catalog_digest *before, const struct objects_info *info, struct json_value body) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    if (!signature_holds(verifier, row, info, body, &arena))
        return DIGEST_BAD_SIGNATURE;
    if (!link_holds(verifier, row, before, body, &arena))
        return DIGEST_BROKEN_LINK;
    return json_count(json_get(body, "logFiles")) == row->file_count ? DIGEST_VALID : DIGEST_NOT_LISTED;
}

static bool check_digest(struct verifier *verifier, const struct catalog_digest *row,
    const struct catalog_digest *before, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf raw = BUF_INIT(INFLATED_MAX);
    struct digest_finding finding = {
        .is_digest = true, .region = row->region, .bucket = row->bucket, .object_key = row->object_key};
    struct objects_info info = {0};
    struct json_value body = JSON_MISSING;
    if (!fetch(verifier, row->bucket, row->object_key, &arena, &raw, &info, &finding.kind, error))
        return false;
    if (finding.kind == DIGEST_VALID && !json_parse(verifier->parser, buf_str(&raw), &body, error))
        finding.kind = DIGEST_UNREADABLE;
    if (finding.kind == DIGEST_VALID && !hash_is(&raw, row->body_sha256))
        finding.kind = DIGEST_CHANGED;
    bool is_useful = finding.kind == DIGEST_VALID;
    if (is_useful)
        finding.kind = judge(verifier, row, before, &info, body);
    tell(verifier, &finding);
    return is_useful ? check_listed(verifier, row, body, error) : check_known(verifier, row, &arena, error);
}

static bool check_chain(struct verifier *verifier, uint64_t trail_id, const struct moment range[2],
    struct arena *arena, struct error *error) {
    struct catalog_digest *rows = NULL;
    size_t count = 0;
    if (!catalog_digest_list(verifier->catalog, trail_id, range[0], range[1], arena, &rows, &count, error))
        return false;
    for (size_t i = 0; i < count && !verifier->stopped; i++) {
        bool has_before = i > 0 && str_equals(rows[i - 1].region, rows[i].region);
        if (rows[i].is_put && !check_digest(verifier, &rows[i], has_before ? &rows[i - 1] : NULL, error))
            return false;
    }
    return true;
}

/* Files that are delivered, and that no digest names yet. */
static bool check_undigested(
    struct verifier *verifier, uint64_t trail_id, struct arena *arena, struct error *error) {
    struct catalog_undigested *regions = NULL;
    size_t region_count = 0;
    if (!catalog_plan_list_undigested_regions(
            verifier->catalog, trail_id, arena, &regions, &region_count, error))
        return false;
    for (size_t r = 0; r < region_count; r++) {
        struct catalog_plan *plans = NULL;
        size_t count = INT32_MAX;
        if (!catalog_plan_list_undigested(
                verifier->catalog, trail_id, regions[r].region, arena, &plans, &count, error))
            return false;
        for (size_t i = 0; i < count && !verifier->stopped; i++) {
            if (!check_file(verifier, plans[i].region, plans[i].bucket, plans[i].object_key,
                    plans[i].raw_sha256, error))
                return false;
        }
    }
    return true;
}

/* The date folders of ".../<region>/YYYY/MM/DD/<file>"; false where the key has none. */
static bool date_of_key(struct str object_key, struct moment *ret_day) {
    size_t slash = object_key.size;
    while (slash > 0 && object_key.data[slash - 1] != '/')
        slash--;
    if (slash < 12)
        return false;
    uint64_t year = 0, month = 0, day = 0;
    struct str date = str_slice(object_key, slash - 11, 10);
    if (date.data[4] != '/' || date.data[7] != '/' || !str_to_u64(str_slice(date, 0, 4), &year) ||
        !str_to_u64(str_slice(date, 5, 2), &month) || !str_to_u64(str_slice(date, 8, 2), &day) || month < 1 ||
        month > 12 || day < 1 || day > 31 || year < 1)
        return false;
    *ret_day = time_from_civil((struct civil_time){.year = (int)year, .month = (int)month, .day = (int)day});
    return true;
}

static bool is_known(struct verifier *verifier, struct str bucket, struct str object_key, struct arena *arena,
    bool *ret_known, struct error *error) {
    struct catalog_digest digest = {0};
    struct error missing = {0};
    *ret_known = catalog_digest_find_object(verifier->catalog, bucket, object_key, arena, &digest, &missing);
    if (*ret_known)
        return true;
    if (missing.kind != ERROR_NOT_FOUND)
        return error_set(error, missing.kind, "%s", missing.message);
    return catalog_plan_knows_object(verifier->catalog, bucket, object_key, ret_known, error);
}

/* One page of a listing: tell of what nobody here put there in the days of the range. */
static bool check_page(struct verifier *verifier, struct str bucket, const struct objects_page *page,
    const struct moment range[2], struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < page->object_count && !verifier->stopped; i++) {
        struct digest_finding finding = {
            .kind = DIGEST_PLANTED, .bucket = bucket, .object_key = page->objects[i].key};
        struct moment day = {0};
        if (date_of_key(finding.object_key, &day) &&
            (day.ms + MS_PER_DAY <= range[0].ms || day.ms > range[1].ms))
            continue;
        bool known = false;
        if (!is_known(verifier, bucket, finding.object_key, &arena, &known, error))
            return false;
        if (known || str_ends_with(finding.object_key, STR_LITERAL("/")))
            continue;
        finding.is_digest = str_find(finding.object_key, STR_LITERAL("/CloudTrail-Digest/")) != SIZE_MAX;
        tell(verifier, &finding);
    }
    return true;
}

/* Everything below the account's folder. */
static bool find_planted(struct verifier *verifier, const struct catalog_trail *trail,
    const struct moment range[2], struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf prefix = BUF_INIT(BUF_UNBOUNDED), after = BUF_INIT(BUF_UNBOUNDED);
    if (trail->s3_key_prefix.size > 0)
        buf_append_format(&prefix, "%.*s/", STR(trail->s3_key_prefix));
    buf_append_format(&prefix, "AWSLogs/%.*s/CloudTrail", STR(trail->account));
    for (bool more = true; more && !verifier->stopped;) {
        arena_clear(&arena);
        struct objects_list_query query = {
            .prefix = buf_str(&prefix), .start_after = buf_str(&after), .limit = OBJECTS_LIST_MAX};
        struct objects_page page = {0};
        if (!objects_list(verifier->objects, trail->s3_bucket_name, &query, &arena, &page, error))
            return error->kind == ERROR_NOT_FOUND; /* no bucket: its files were found missing above */
        if (!check_page(verifier, trail->s3_bucket_name, &page, range, error))
            return false;
        buf_clear(&after);
        buf_append_str(&after, page.next);
        more = page.is_truncated;
    }
    return true;
}

bool digest_verify(struct catalog *catalog, struct objects *objects, uint64_t trail_id,
    const struct moment range[2], digest_on_finding *on_finding, void *context,
    struct digest_counts *ret_counts, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    if (!catalog_trail_get(catalog, trail_id, &arena, &trail, error))
        return false;
    struct verifier verifier = {.catalog = catalog,
        .objects = objects,
        .parser = json_parser_create(),
        .on_finding = on_finding,
        .context = context};
    bool done = check_chain(&verifier, trail_id, range, &arena, error) &&
                (verifier.stopped || check_undigested(&verifier, trail_id, &arena, error)) &&
                (verifier.stopped || find_planted(&verifier, &trail, range, error));
    json_parser_destroy(verifier.parser);
    if (!done)
        return error_context(error, "verify %.*s", STR(trail.arn));
    *ret_counts = verifier.counts;
    return true;
}
