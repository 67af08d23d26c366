/* SPDX-License-Identifier: Apache-2.0 */
#include "bucket_import.h"

#include "archive/archive.h"
#include "aws/arn.h"
#include "base/own.h"
#include "codec/json.h"
#include "codec/text.h"
#include "objects/objects.h"
#include "sys/clock.h"

#include "client.h"
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>

enum { REGIONS_MAX = 64, REASONS_MAX = 10, KEYS_MAX = 10000 };

struct key {
    struct str fingerprint;
    struct bytes public_der;
};

struct run {
    struct ctl_bucket_import *import;
    struct arena arena;
    struct objects *objects;
    struct archive *archive;
    struct str bucket, prefix;
    struct archive_counts counts;
    uint64_t files, bytes;
    struct str regions[REGIONS_MAX]; /* of files, to ask for their keys */
    size_t region_count;
    struct key *keys;
    size_t key_count;
    struct json_parser *parser;
    struct ctl_progress progress;
};

bool ctl_bucket_import_is_uri(struct str text) {
    return str_starts_with(text, STR_LITERAL("s3://"));
}

static struct str environment(const char *name) {
    return str_from(getenv(name));
}

/* ---- where the bucket is ---- */

static bool choose_endpoint(struct run *run, struct objects_remote_rule *rule, struct error *error) {
    struct ctl_client *client = run->import->client;
    struct ctl_credentials own = ctl_client_credentials(client);
    struct str endpoint =
        run->import->s3_endpoint.size > 0 ? run->import->s3_endpoint : environment("AWS_ENDPOINT_URL_S3");
    struct str ca_file = environment("AWS_CA_BUNDLE");
    *rule = (struct objects_remote_rule){.pattern = STR_LITERAL("*"),
        .endpoint = endpoint.size > 0 ? endpoint : ctl_client_endpoint(client),
        .region = ctl_client_region(client),
        .access_key_id = own.access_key_id,
        .secret_access_key = own.secret_access_key,
        .session_token = own.session_token,
        .ca_file = ca_file.size > 0 ? ca_file.data : NULL};
    if (endpoint.size == 0)
        return true;
    /* Somebody else's: the daemon's root credentials, which --data gives, are not for it. */
    rule->access_key_id = environment("AWS_ACCESS_KEY_ID");
    rule->secret_access_key = environment("AWS_SECRET_ACCESS_KEY");
    rule->session_token = environment("AWS_SESSION_TOKEN");
    if (rule->access_key_id.size > 0 && rule->secret_access_key.size > 0)
        return true;
    return error_set(error, ERROR_INVALID,
        "no credentials for %.*s: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", STR(endpoint));
}

/* ---- public keys, which the daemon knows ---- */

static void remember_region(struct run *run, struct str key) {
    while (key.size > 0 && !str_is(str_cut(&key, '/'), "CloudTrail"))
        ;
    struct str region = str_cut(&key, '/');
    if (!aws_is_region(region))
        return; /* somebody's own name for a folder */
    for (size_t i = 0; i < run->region_count; i++)
        if (str_equals(run->regions[i], region))
            return;
    if (run->region_count < REGIONS_MAX)
        run->regions[run->region_count++] = arena_str(&run->arena, region);
}

static void add_keys(struct run *run, struct json_value answer) {
    struct json_iterator list = json_iterate(json_get(answer, "PublicKeyList"));
    while (json_next(&list) && run->key_count < KEYS_MAX) {
        SCOPED(buf_finish) struct buf der = BUF_INIT(BUF_UNBOUNDED);
        if (!base64_decode(json_text(json_get(list.value, "Value")), &der))
            continue;
        run->keys = mem_resize_array(run->keys, run->key_count + 1, sizeof *run->keys);
        run->keys[run->key_count++] =
            (struct key){arena_str(&run->arena, json_text(json_get(list.value, "Fingerprint"))),
                arena_bytes(&run->arena, buf_bytes(&der))};
    }
}

/* Who may not list them learns that signatures are by keys that are not known. */
static void load_keys(struct run *run) {
    struct ctl_client *client = run->import->client;
    struct str home = arena_str(&run->arena, ctl_client_region(client));
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_member_i64(&writer, "StartTime", 0);
    json_key(&writer, STR_LITERAL("EndTime"));
    json_write_seconds(&writer, clock_now(clock_real()).ms);
    json_end_object(&writer);
    for (size_t i = 0; i < run->region_count; i++) {
        struct json_value answer = JSON_MISSING;
        struct error error = {0};
        ctl_client_set_region(client, run->regions[i]);
        if (ctl_client_call_cloudtrail(client, "ListPublicKeys", buf_str(&body), &answer, &error))
            add_keys(run, answer);
        else
            ctl_complain("cairn: public keys of %.*s: %s", STR(run->regions[i]), error.message);
    }
    ctl_client_set_region(client, home);
}

static bool find_key(
    struct str fingerprint, struct arena *arena, struct bytes *ret_public_der, void *context) {
    struct run *run = context;
    (void)arena;
    for (size_t i = 0; i < run->key_count; i++) {
        if (!str_equals(run->keys[i].fingerprint, fingerprint))
            continue;
        *ret_public_der = run->keys[i].public_der;
        return true;
    }
    return false;
}

/* ---- files ---- */

static bool on_record(struct str record, void *context) {
    struct run *run = context;
    return ctl_sender_add(run->import->sender, record);
}

static void leave_out(struct run *run, const struct archive_file *file, uint64_t *count, const char *why) {
    uint64_t before = run->counts.altered + run->counts.missing + run->counts.failed;
    ++*count;
    if (before >= REASONS_MAX)
        return;
    ctl_progress_end(&run->progress);
    ctl_complain("cairn: s3://%.*s/%.*s: %s", STR(run->bucket), STR(file->key), why);
    if (before + 1 == REASONS_MAX)
        ctl_complain("cairn: further files are counted, not shown");
}

/* False where it is not the file's own fault, so that nothing after it can be had either. */
static bool read_file(
    struct run *run, const struct archive_file *file, struct buf *raw, struct error *error) {
    struct error why = {0};
    if (!archive_fetch(run->archive, file, raw, &why)) {
        if (why.kind == ERROR_UNAVAILABLE || why.kind == ERROR_IO) {
            *error = why;
            return false;
        }
        if (!file->is_listed)
            leave_out(run, file, &run->counts.missing, "a digest names it, and it is not there");
        else
            leave_out(run, file, why.kind == ERROR_CONFLICT ? &run->counts.altered : &run->counts.failed,
                why.message);
        return true;
    }
    run->bytes += raw->size;
    if (!json_split_records(run->parser, buf_str(raw), on_record, run, &why))
        leave_out(run, file, &run->counts.failed, why.message);
    else if (file->has_hash)
        run->counts.proved++;
    else
        run->counts.unproved++;
    return !ctl_sender_failed(run->import->sender) || ctl_sender_flush(run->import->sender, error);
}

static void show_progress(struct run *run) {
    char text[64];
    (void)snprintf(text, sizeof text, "%llu files  %llu events", (unsigned long long)run->files,
        (unsigned long long)ctl_sender_summary(run->import->sender)->sent);
    ctl_progress_wait(&run->progress, text, run->bytes);
}

static bool read_files(struct run *run, struct error *error) {
    SCOPED(buf_finish) struct buf raw = BUF_INIT(BUF_UNBOUNDED);
    for (;;) {
        struct archive_file file;
        if (!archive_next(run->archive, &file, error))
            return false;
        if (file.key.size == 0)
            return ctl_sender_flush(run->import->sender, error);
        run->files++;
        remember_region(run, file.key);
        if (!read_file(run, &file, &raw, error))
            return false;
        show_progress(run);
    }
}

/* ---- the whole ---- */

static bool prove(struct run *run, struct str uri, struct ctl_sender_proof *ret_proof, struct error *error) {
    struct archive_proof proof;
    load_keys(run);
    if (!archive_prove(run->archive, &run->counts, run->import->arena, &proof, error))
        return error_context(error, "digests");
    *ret_proof = (struct ctl_sender_proof){.uri = uri,
        .reason = proof.reason,
        .is_complete = proof.is_complete,
        .files = run->counts.proved + run->counts.unproved,
        .left_out = run->counts.altered + run->counts.missing + run->counts.failed};
    return true;
}

static bool open_bucket(struct run *run, struct str uri, struct error *error) {
    struct objects_remote_rule rule;
    struct objects_options options = {.rules = &rule, .rule_count = 1};
    if (!archive_parse_uri(uri, &run->bucket, &run->prefix))
        return error_set(error, ERROR_INVALID, "no bucket is named: s3://BUCKET/PREFIX");
    if (!choose_endpoint(run, &rule, error))
        return false;
    run->objects = objects_open(NULL, &options, error);
    if (run->objects == NULL)
        return false;
    struct archive_options archive = {.objects = run->objects,
        .find_key = find_key,
        .find_key_context = run,
        .bucket = run->bucket,
        .prefix = run->prefix,
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .after = STR_EMPTY};
    run->archive = archive_open(&archive);
    return true;
}

bool ctl_bucket_import_run(struct ctl_bucket_import *import, struct str uri,
    struct ctl_sender_proof *ret_proof, struct error *error) {
    SCOPED(own_free) struct run *run = MEM_NEW(struct run);
    run->import = import;
    run->parser = json_parser_create();
    bool done = open_bucket(run, uri, error);
    if (done) {
        ctl_progress_begin(&run->progress, 0);
        done = read_files(run, error);
        ctl_progress_end(&run->progress);
    }
    done = done && prove(run, uri, ret_proof, error);
    archive_close(run->archive);
    objects_close(run->objects);
    json_parser_destroy(run->parser);
    mem_free(run->keys);
    arena_finish(&run->arena);
    return done || error_context(error, "%.*s", STR(uri));
}
