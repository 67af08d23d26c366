/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_world: a small Cairn for the tests of the API: every store on a simulated disk, the catalog in memory,
 * a clock that is moved by hand. Calls run as they do behind a connection, from after authentication on.
 */
#pragma once

#include "admission/admission.h"
#include "api/private.h"
#include "base/own.h"
#include "catalog/keys.h"
#include "history/history.h"
#include "journal/journal.h"
#include "objects/objects.h"
#include "seen/seen.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/clock.h"

#include <stdlib.h>

#define WORLD_ACCOUNT "123456789012"
#define WORLD_REGION  "us-east-1"
#define WORLD_ROOT    "AKIAROOTROOTROOTROOT"
#define WORLD_SECRET  "rootSecretRootSecret"

struct world {
    struct arena arena;
    struct disk_sim *sim;
    struct clock_manual clock;
    struct catalog *catalog;
    struct auth *auth;
    struct journal *journal;
    struct seen *seen;
    struct admission *admission;
    struct history *history;
    struct objects *objects;
    const struct api_extension *extension; /* NULL: none */
    struct api *api;
    struct auth_principal principal; /* who calls; root at first */
    const char *region;              /* where */
    /* What the last call answered. */
    struct str answer;
    struct json_parser *parser;
    struct json_value json; /* parsed, where it succeeded */
    const char *code;       /* "" where it succeeded */
    unsigned status;
    char message[1024];
};

static inline void world_bucket(struct world *world, const char *name, const char *account) {
    struct error error = {0};
    struct objects_bucket bucket = {.name = str_from(name),
        .owner_account = str_from(account),
        .region = STR_LITERAL(WORLD_REGION),
        .created_at = {world->clock.now_ms}};
    EXPECT(objects_bucket_create(world->objects, &bucket, &error));
}

static inline void world_start_api(struct world *world, struct api_options options) {
    struct error error = {0};
    world->extension = options.extension;
    options.catalog = world->catalog;
    options.auth = world->auth;
    options.admission = world->admission;
    options.history = world->history;
    options.journal = world->journal;
    options.objects = world->objects;
    options.clock = &world->clock.clock;
    options.version = STR_LITERAL("0.0.0");
    options.region = STR_LITERAL(WORLD_REGION);
    if (options.trails_per_region_max == 0)
        options.trails_per_region_max = 5;
    api_destroy(world->api);
    world->api = api_create(&options, &error);
    EXPECT(world->api != NULL);
}

static inline void world_open(struct world *world) {
    static const uint8_t key[SEAL_KEY_SIZE] = {7};
    struct error error = {0};
    *world =
        (struct world){.arena = ARENA_INIT, .sim = disk_sim_create(1), .region = WORLD_REGION, .code = ""};
    clock_manual_init(&world->clock, (struct moment){1767268800000}); /* 2026-01-01T12:00:00Z */
    struct disk *disk = disk_sim_disk(world->sim);
    struct catalog_options catalog_options = {.path = ":memory:", .key = key};
    struct journal_options journal_options = {.generation = 1};
    struct seen_options seen_options = {.memory_entries = 1024};
    struct admission_options admission_options = {.clock = &world->clock.clock};
    struct history_options history_options = {0};
    struct objects_options objects_options = {0};
    world->catalog = catalog_open(&catalog_options, &error);
    EXPECT(auth_install_root(world->catalog, STR_LITERAL(WORLD_ACCOUNT), STR_LITERAL(WORLD_ROOT),
        STR_LITERAL(WORLD_SECRET), (struct moment){world->clock.now_ms}, &error));
    world->auth = auth_create(world->catalog, &error);
    world->journal = journal_open(disk, &journal_options, &error);
    world->seen = seen_open(disk, &seen_options, &error);
    world->admission = admission_open(disk, world->journal, world->seen, &admission_options, &error);
    world->history = history_open(disk, &history_options, &error);
    world->objects = objects_open(disk, &objects_options, &error);
    EXPECT(
        world->auth != NULL && world->admission != NULL && world->history != NULL && world->objects != NULL);
    admission_start(world->admission);
    world_start_api(world, (struct api_options){0});
    world->principal = (struct auth_principal){.access_key_id = STR_LITERAL(WORLD_ROOT),
        .account = STR_LITERAL(WORLD_ACCOUNT),
        .user_name = STR_EMPTY,
        .arn = STR_LITERAL("arn:aws:iam::" WORLD_ACCOUNT ":root"),
        .principal_id = STR_LITERAL(WORLD_ACCOUNT),
        .role = CATALOG_ROLE_ADMIN,
        .is_root = true};
    world_bucket(world, "audit", WORLD_ACCOUNT);
}

static inline void world_close(struct world *world) {
    json_parser_destroy(world->parser);
    api_destroy(world->api);
    admission_stop(world->admission);
    admission_close(world->admission);
    objects_close(world->objects);
    history_close(world->history);
    seen_close(world->seen);
    journal_close(world->journal);
    auth_destroy(world->auth);
    catalog_close(world->catalog);
    disk_sim_destroy(world->sim);
    arena_finish(&world->arena);
}

/* History takes what the journal has. */
static inline void world_catch_up(struct world *world) {
    struct error error = {0};
    struct journal_cursor *cursor =
        journal_cursor_create(world->journal, history_applied_position(world->history) + 1);
    struct journal_record record = {0};
    while (journal_cursor_next(cursor, &record, &error) && record.position != 0)
        EXPECT(history_apply(world->history, record.position, record.payload, &error));
    journal_cursor_destroy(cursor);
}

static inline void world_keep_answer(struct world *world, const struct api_call *call, bool succeeded) {
    struct error error = {0};
    world->code = succeeded ? "" : call->fault.code;
    world->status = succeeded ? 200 : call->fault.status;
    (void)snprintf(
        world->message, sizeof world->message, "%.*s", STR(succeeded ? STR_EMPTY : call->fault.message));
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    if (succeeded)
        aws_shape_encode(&writer, call->operation->response, call->response, AWS_STYLE_WIRE);
    world->answer = arena_str(&world->arena, buf_str(&text));
    buf_finish(&text);
    json_parser_destroy(world->parser);
    world->parser = json_parser_create();
    if (succeeded)
        EXPECT(json_parse(world->parser, world->answer, &world->json, &error));
}

/* Call an operation as world->principal in world->region. */
static inline bool world_call_service(
    struct world *world, enum api_service service, const char *name, const char *body) {
    struct arena arena = ARENA_INIT;
    static uint8_t next;
    struct api_call call = {.api = world->api,
        .arena = &arena,
        .operation = api_operation_find(world->extension, service, str_from(name)),
        .principal = world->principal,
        .account = world->principal.account,
        .region = str_from(world->region),
        .now = {world->clock.now_ms}};
    uint8_t random[UUID_SIZE] = {
        next++, (uint8_t)service, (uint8_t)name[0], (uint8_t)(world->clock.now_ms >> 8)};
    call.event_id = uuid_random(random);
    uuid_format(call.event_id, call.request_id);
    bool succeeded = api_call_run(&call, str_from(body));
    world_keep_answer(world, &call, succeeded);
    json_parser_destroy(call.parser);
    json_parser_destroy(call.stored_parser);
    arena_finish(&arena);
    return succeeded;
}

static inline bool world_call(struct world *world, const char *name, const char *body) {
    bool succeeded = world_call_service(world, API_CLOUDTRAIL, name, body);
    return succeeded;
}

/* The call fails with this code, and a message that holds these words. */
static inline bool world_refuses(
    struct world *world, const char *name, const char *body, const char *code, const char *words) {
    bool succeeded = world_call(world, name, body);
    bool is_refused = !succeeded && strcmp(world->code, code) == 0 && strstr(world->message, words) != NULL;
    if (!is_refused)
        printf("# %s %s: %s %s\n", name, body, succeeded ? "succeeded" : world->code, world->message);
    return is_refused;
}

/* The records in the journal from `position` on that are of this event name; the last one's text. */
static inline size_t world_records(
    struct world *world, uint64_t position, const char *event_name, struct str *ret_last) {
    struct error error = {0};
    size_t count = 0;
    struct journal_cursor *cursor = journal_cursor_create(world->journal, position);
    struct journal_record record = {0};
    while (journal_cursor_next(cursor, &record, &error) && record.position != 0) {
        struct event_envelope envelope;
        struct bytes kept = arena_bytes(&world->arena, record.payload);
        EXPECT(event_envelope_parse(&world->arena, kept, &envelope, &error));
        if (!str_is(envelope.facets.name, event_name))
            continue;
        *ret_last = envelope.record;
        count++;
    }
    journal_cursor_destroy(cursor);
    return count;
}

static inline bool world_has(struct str text, const char *part) {
    bool has = str_find(text, str_from(part)) != SIZE_MAX;
    if (!has)
        printf("# no %s in %.*s\n", part, STR(text));
    return has;
}
