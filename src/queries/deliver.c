/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver.c: a finished query's rows in its bucket, as AWS lays them out ("Validate CloudTrail Lake saved
 * query results" in the CloudTrail user guide): parts of gzip CSV, then result_sign.json, whose signature is
 * over the SHA-256 of the parts as they are stored, in hex, with single spaces between. Keys follow from the
 * query, so that a second attempt writes the same objects.
 */
#include "base/own.h"
#include "catalog/signing.h"
#include "codec/compress.h"
#include "codec/crypto.h"
#include "codec/hash.h"
#include "codec/json.h"
#include "codec/text.h"
#include "objects/objects.h"
#include "sys/clock.h"

#include "csv.h"
#include "private.h"

#include <string.h>

enum {
    PART_AIM = 64 << 20, /* of CSV text; AWS allows parts of a terabyte */
    GIVE_UP_MS = 15 * 60 * 1000,
    HASH_TEXT_SIZE = 2 * SHA256_SIZE,
};

struct delivery {
    struct queries *queries;
    const struct catalog_query *query;
    struct str bucket;
    struct buf folder; /* with its last slash */
    struct buf hashes; /* of the parts, with spaces */
    size_t part_count;
};

static void delivery_finish(struct delivery *delivery) {
    buf_finish(&delivery->folder);
    buf_finish(&delivery->hashes);
}

/* s3://bucket/prefix, as StartQuery checked it. */
static void place(struct delivery *delivery) {
    struct str rest = str_slice(delivery->query->delivery_uri, strlen("s3://"), SIZE_MAX);
    delivery->bucket = str_cut(&rest, '/');
    while (rest.size > 0 && rest.data[rest.size - 1] == '/')
        rest.size--;
    struct civil_time at = time_civil(delivery->query->ended_at);
    if (rest.size > 0)
        buf_append_format(&delivery->folder, "%.*s/", STR(rest));
    buf_append_format(&delivery->folder, "AWSLogs/%.*s/CloudTrail-Lake/Query/%04d/%02d/%02d/%.*s/",
        STR(delivery->query->account), at.year, at.month, at.day, STR(delivery->query->query_id));
}

static bool put(struct delivery *delivery, struct str name, struct str content_type, struct bytes body,
    struct error *error) {
    SCOPED(buf_finish) struct buf key = BUF_INIT(OBJECTS_KEY_SIZE_MAX);
    buf_append_str(&key, buf_str(&delivery->folder));
    buf_append_str(&key, name);
    struct objects_metadata metadata = {.content_type = content_type};
    return buf_check(&key, "the object's key", error) &&
           objects_put(delivery->queries->options.objects, delivery->bucket, buf_str(&key), body, &metadata,
               STR_LITERAL("bucket-owner-full-control"), error);
}

static void part_name(size_t number, struct buf *ret_name) {
    buf_append_format(ret_name, "result_%zu.csv.gz", number);
}

static bool put_part(struct delivery *delivery, const struct buf *csv, struct error *error) {
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf name = BUF_INIT(64);
    uint8_t hash[SHA256_SIZE];
    part_name(delivery->part_count + 1, &name);
    if (!gzip_append(&gzip, buf_bytes(csv), error) ||
        !put(delivery, buf_str(&name), STR_LITERAL("application/gzip"), buf_bytes(&gzip), error))
        return false;
    hash_sha256(buf_bytes(&gzip), hash);
    if (delivery->part_count++ > 0)
        buf_append_char(&delivery->hashes, ' ');
    hex_append(&delivery->hashes, BYTES_OF(hash));
    return true;
}

/* Each part begins with the names of the columns; a query without rows has one part. */
static bool put_parts(struct delivery *delivery, struct error *error) {
    SCOPED(buf_finish) struct buf csv = BUF_INIT(BUF_UNBOUNDED);
    uint64_t next = 0;
    do {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct queries_page page;
        if (!queries_rows_read(delivery->queries->options.disk, delivery->query->query_id, next,
                QUERIES_PAGE_ROWS_MAX, &arena, &page, error))
            return false;
        if (csv.size == 0)
            queries_csv_append(&csv, page.columns, page.column_count);
        for (size_t i = 0; i < page.row_count; i++)
            queries_csv_append(&csv, page.values + i * page.column_count, page.column_count);
        next = page.next;
        if (next != 0 && csv.size < PART_AIM)
            continue;
        if (!put_part(delivery, &csv, error))
            return false;
        buf_clear(&csv);
    } while (next != 0);
    return true;
}

static void rsa_key_destroyp(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

static bool sign(struct delivery *delivery, struct arena *arena, struct catalog_signing_key *ret_info,
    struct buf *signature, struct error *error) {
    struct queries *queries = delivery->queries;
    SCOPED(rsa_key_destroyp) struct rsa_key *key = NULL;
    return catalog_signing_current(queries->options.catalog, delivery->query->region,
               clock_now(queries->options.clock), queries->options.key_rotation_interval_ms, arena, ret_info,
               &key, error) &&
           rsa_sign(key, buf_bytes(&delivery->hashes), signature, error);
}

/* The members in the order of AWS's sample. */
static void write_sign_file(const struct delivery *delivery, const struct catalog_signing_key *key,
    const struct buf *signature, struct buf *ret_body) {
    struct json_writer writer = JSON_WRITER(ret_body);
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    json_begin_object(&writer);
    json_member_string(&writer, "version", STR_LITERAL("1.0"));
    json_member_string(&writer, "region", delivery->query->region);
    json_key(&writer, STR_LITERAL("files"));
    json_begin_array(&writer);
    for (size_t i = 0; i < delivery->part_count; i++) {
        buf_clear(&text);
        part_name(i + 1, &text);
        struct str hashes = buf_str(&delivery->hashes);
        json_begin_object(&writer);
        json_member_string(
            &writer, "fileHashValue", str_slice(hashes, i * (HASH_TEXT_SIZE + 1), HASH_TEXT_SIZE));
        json_member_string(&writer, "fileName", buf_str(&text));
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_member_string(&writer, "hashAlgorithm", STR_LITERAL("SHA-256"));
    json_member_string(&writer, "signatureAlgorithm", STR_LITERAL("SHA256withRSA"));
    buf_clear(&text);
    time_append_iso(&text, delivery->query->ended_at);
    json_member_string(&writer, "queryCompleteTime", buf_str(&text));
    buf_clear(&text);
    hex_append(&text, buf_bytes(signature));
    json_member_string(&writer, "hashSignature", buf_str(&text));
    json_member_string(&writer, "publicKeyFingerprint", key->fingerprint);
    json_end_object(&writer);
}

static bool put_sign_file(struct delivery *delivery, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf signature = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct catalog_signing_key key;
    if (!sign(delivery, &arena, &key, &signature, error))
        return false;
    write_sign_file(delivery, &key, &signature, &body);
    return put(
        delivery, STR_LITERAL("result_sign.json"), STR_LITERAL("application/json"), buf_bytes(&body), error);
}

static enum catalog_delivery_status status_of(const struct error *error, bool is_sign_file) {
    if (error->kind == ERROR_NOT_FOUND)
        return CATALOG_DELIVERY_RESOURCE_NOT_FOUND;
    if (error->kind == ERROR_DENIED)
        return is_sign_file ? CATALOG_DELIVERY_ACCESS_DENIED_SIGNING_FILE : CATALOG_DELIVERY_ACCESS_DENIED;
    return is_sign_file ? CATALOG_DELIVERY_FAILED_SIGNING_FILE : CATALOG_DELIVERY_FAILED;
}

bool queries_deliver(struct queries *queries, struct catalog_query *query, struct error *error) {
    SCOPED(delivery_finish)
    struct delivery delivery = {.queries = queries,
        .query = query,
        .folder = BUF_INIT(BUF_UNBOUNDED),
        .hashes = BUF_INIT(BUF_UNBOUNDED)};
    struct error why = {0};
    place(&delivery);
    bool has_parts = put_parts(&delivery, &why);
    bool done = has_parts && put_sign_file(&delivery, &why);
    bool is_early = clock_now(queries->options.clock).ms - query->ended_at.ms < GIVE_UP_MS;
    if (!done && why.kind == ERROR_UNAVAILABLE && is_early) {
        *error = why;
        return false;
    }
    query->delivery_status = done ? CATALOG_DELIVERY_SUCCESS : status_of(&why, has_parts);
    return queries_save(queries, query, error);
}
