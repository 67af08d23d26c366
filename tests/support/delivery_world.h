/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery_world: a small Cairn for the tests of delivery and digest: journal and objects on a
 * simulated disk, the catalog in memory, a clock that stands still until it is moved, and calls
 * that change trails as the API does (the change and its outbox record, then the event).
 */
#pragma once

#include "base/own.h"
#include "catalog/plans.h"
#include "catalog/trails.h"
#include "codec/compress.h"
#include "delivery/delivery.h"
#include "event/event.h"
#include "history/history.h"
#include "journal/journal.h"
#include "objects/objects.h"
#include "support/disk_sim.h"
#include "support/seeds.h"
#include "support/tap.h"

#define WORLD_START ((struct moment){1767268800000}) /* 2026-01-01T12:00:00Z */
#define WORLD_HOME  "eu-west-1"
#define WORLD_A     "111122223333"
#define WORLD_B     "444455556666"

static const uint8_t WORLD_KEY[SEAL_KEY_SIZE] = {7};

/* The tests' own history: a copy of every payload that was admitted, by position. */
struct history {
    struct buf *payloads;
    size_t count;
    uint64_t retained_from; /* earlier ones are past retention */
};

bool history_read(struct history *history, uint64_t from_position, size_t count_max,
    history_on_event *on_event, void *context, uint64_t *ret_next, struct error *error) {
    if (from_position < history->retained_from) {
        *ret_next = history->retained_from;
        return error_set(error, ERROR_NOT_FOUND, "position %ju is past retention", (uintmax_t)from_position);
    }
    uint64_t next = from_position;
    for (size_t i = 0; i < count_max && next <= history->count; i++, next++) {
        if (!on_event(next, buf_bytes(&history->payloads[next - 1]), context))
            break;
    }
    *ret_next = next;
    return true;
}

struct world {
    struct history history;
    struct disk_sim *sim;
    struct catalog *catalog;
    struct journal *journal;
    struct objects *objects;
    struct delivery *delivery;
    struct delivery_options options;
    struct event_parser *parser;
    struct moment now;
    uint64_t random;
    uint32_t next_event; /* number of the next event: part of its id */
};

static inline uint64_t world_roll(struct world *world) {
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return world->random >> 33;
}

/* Open what is not the catalog; false where a store does not open (a fault was armed). */
static inline bool world_open(struct world *world, struct error *error) {
    struct disk *disk = disk_sim_disk(world->sim);
    world->journal =
        journal_open(disk, &(struct journal_options){.segment_bytes = 20000, .generation = 1}, error);
    if (world->journal == NULL)
        return false;
    world->objects = objects_open(disk, &(struct objects_options){0}, error);
    if (world->objects == NULL)
        return false;
    struct delivery_stores stores = {world->catalog, world->journal, &world->history, world->objects};
    world->delivery = delivery_open(&stores, &world->options, error);
    return world->delivery != NULL;
}

static inline void world_close(struct world *world) {
    delivery_close(world->delivery);
    world->delivery = NULL;
    if (world->objects != NULL)
        objects_close(world->objects);
    world->objects = NULL;
    journal_close(world->journal);
    world->journal = NULL;
}

static inline void world_start(struct world *world, uint64_t seed, struct delivery_options options) {
    struct error error = {0};
    *world = (struct world){.sim = disk_sim_create(seed),
        .options = options,
        .random = seed,
        .now = WORLD_START,
        .next_event = 1};
    world->parser = event_parser_create();
    world->catalog = catalog_open(&(struct catalog_options){.path = ":memory:", .key = WORLD_KEY}, &error);
    EXPECT(world->catalog != NULL && world_open(world, &error));
}

static inline void world_finish(struct world *world) {
    world_close(world);
    catalog_close(world->catalog);
    event_parser_destroy(world->parser);
    disk_sim_destroy(world->sim);
    for (size_t i = 0; i < world->history.count; i++)
        buf_finish(&world->history.payloads[i]);
    mem_free(world->history.payloads);
}

static inline bool world_bucket(struct world *world, const char *name) {
    struct error error = {0};
    struct objects_bucket bucket = {.name = str_from(name),
        .owner_account = STR_LITERAL(WORLD_A),
        .region = STR_LITERAL(WORLD_HOME),
        .created_at = world->now};
    return objects_bucket_create(world->objects, &bucket, &error);
}

struct world_event {
    const char *account, *region, *source, *name;
    bool is_write, is_data, is_archive;
    uint32_t number; /* makes the id */
};

static inline struct uuid world_event_id(uint32_t number) {
    return (struct uuid){{0xca, 0x17, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, (uint8_t)(number >> 24),
        (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}};
}

static inline void world_record(const struct world *world, const struct world_event *event, struct buf *out) {
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(world_event_id(event->number), id);
    SCOPED(buf_finish) struct buf time = BUF_INIT(64);
    time_append_iso(&time, world->now);
    buf_append_format(out,
        "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"accountId\":\"%s\"},"
        "\"eventTime\":\"%s\",\"eventSource\":\"%s\",\"eventName\":\"%s\",\"awsRegion\":\"%s\","
        "\"sourceIPAddress\":\"192.0.2.1\",\"eventID\":\"%s\",\"readOnly\":%s,\"eventType\":\"AwsApiCall\","
        "\"managementEvent\":%s,\"recipientAccountId\":\"%s\",\"eventCategory\":\"%s\"}",
        event->account, time.data, event->source, event->name, event->region, id,
        event->is_write ? "false" : "true", event->is_data ? "false" : "true", event->account,
        event->is_data ? "Data" : "Management");
}

/* Append one event as admission would; false where the journal refused. */
static inline bool world_admit(struct world *world, const struct world_event *event, struct error *error) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(4096);
    world_record(world, event, &record);
    struct str text = buf_str(&record);
    IGNORE(buf_reserve(&record, JSON_PADDING) == NULL, "there is room");
    text.data = record.data;
    struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_EVENTS,
        .is_archive = event->is_archive,
        .arrived_at = world->now,
        .principal = STR_LITERAL("arn:aws:iam::111122223333:user/tester"),
        .record = text};
    struct error parse_error = {0};
    bool parsed = event_parse(world->parser, text, world->now, &envelope.facets, &parse_error);
    EXPECT(parsed);
    if (!parsed)
        printf("# %s: %.*s\n", parse_error.message, STR(text));
    SCOPED(buf_finish) struct buf payload = BUF_INIT(BUF_UNBOUNDED);
    event_envelope_append(&payload, &envelope);
    struct bytes bytes = buf_bytes(&payload);
    uint64_t position = 0;
    if (!journal_append(world->journal, &bytes, 1, &position, error))
        return false;
    struct history *history = &world->history;
    history->payloads = mem_resize_array(history->payloads, position, sizeof *history->payloads);
    while (history->count < position)
        history->payloads[history->count++] = BUF_INIT(BUF_UNBOUNDED);
    buf_append_bytes(&history->payloads[position - 1], bytes);
    return true;
}

static inline bool world_emit(struct world *world, const char *account, const char *region, bool is_write) {
    struct error error = {0};
    struct world_event event = {.account = account,
        .region = region,
        .source = "ec2.amazonaws.com",
        .name = is_write ? "RunInstances" : "DescribeInstances",
        .is_write = is_write,
        .number = world->next_event++};
    return world_admit(world, &event, &error);
}

/* A change of a trail: `make` does it inside the change; then its own event is admitted. */
typedef bool world_make(struct world *world, struct catalog_change *change, struct uuid event_id,
    void *context, struct error *error);

/* 0: it failed; else the number of the change's own event. */
static inline uint32_t world_change_only(
    struct world *world, world_make *make, void *context, struct error *error) {
    uint32_t number = world->next_event++;
    struct uuid id = world_event_id(number);
    char text[32];
    (void)snprintf(text, sizeof text, "%u", number);
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(world->catalog, error);
    if (change == NULL || !make(world, change, id, context, error) ||
        !catalog_outbox_add(change, str_from(text), id, error) || !catalog_commit(TAKE(change), error))
        return 0;
    return number;
}

/* Is the event of that number in the journal? Admission's memory of ids, for the outbox. */
static inline bool world_has_event(struct world *world, uint32_t number) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct uuid id = world_event_id(number);
    struct journal_cursor *cursor = journal_cursor_create(world->journal, 1);
    bool found = false;
    for (;;) {
        struct journal_record record = {0};
        struct event_envelope envelope;
        if (!journal_cursor_next(cursor, &record, &error) || record.position == 0 || found ||
            !event_envelope_parse(&arena, record.payload, &envelope, &error))
            break;
        found = memcmp(envelope.facets.id.bytes, id.bytes, UUID_SIZE) == 0;
    }
    journal_cursor_destroy(cursor);
    return found;
}

/* Admit what is in the outbox, as at start and before an answer. */
static inline bool world_empty_outbox(struct world *world, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_outbox_entry *entries = NULL;
    size_t count = 0;
    if (!catalog_outbox_list(world->catalog, &arena, &entries, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        IGNORE(str_to_u64(entries[i].record, &number), "we wrote it");
        struct world_event event = {.account = WORLD_A,
            .region = WORLD_HOME,
            .source = "cloudtrail.amazonaws.com",
            .name = "ChangeTrail",
            .is_write = true,
            .number = (uint32_t)number};
        if (!world_has_event(world, event.number) && !world_admit(world, &event, error))
            return false;
        SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(world->catalog, error);
        if (change == NULL || !catalog_outbox_delete(change, entries[i].event_id, error) ||
            !catalog_commit(TAKE(change), error))
            return false;
    }
    return true;
}

static inline bool world_change(struct world *world, world_make *make, void *context) {
    struct error error = {0};
    return world_change_only(world, make, context, &error) != 0 && world_empty_outbox(world, &error);
}

static inline bool world_create_trail(struct world *world, struct catalog_change *change,
    struct uuid event_id, void *context, struct error *error) {
    (void)world;
    struct catalog_trail *trail = context;
    return catalog_trail_create(change, trail, event_id, &trail->id, error);
}

static inline bool world_update_trail(struct world *world, struct catalog_change *change,
    struct uuid event_id, void *context, struct error *error) {
    (void)world;
    return catalog_trail_update(change, context, event_id, error);
}

struct world_logging {
    uint64_t trail_id;
    bool is_on;
};

static inline bool world_set_logging(struct world *world, struct catalog_change *change, struct uuid event_id,
    void *context, struct error *error) {
    const struct world_logging *logging = context;
    return catalog_trail_set_logging(change, logging->trail_id, logging->is_on, world->now, event_id, error);
}

static inline bool world_delete_trail(struct world *world, struct catalog_change *change,
    struct uuid event_id, void *context, struct error *error) {
    return catalog_trail_delete(change, *(uint64_t *)context, world->now, event_id, error);
}

static inline struct catalog_trail world_trail(const char *account, const char *name, const char *bucket) {
    return (struct catalog_trail){
        .account = str_from(account),
        .home_region = STR_LITERAL(WORLD_HOME),
        .name = str_from(name),
        .arn = str_from(name),
        .s3_bucket_name = str_from(bucket),
        .include_global_service_events = true,
        .is_multi_region = true,
        .log_file_validation_enabled = true,
        .created_at = WORLD_START,
        .updated_at = WORLD_START,
    };
}

/* Step until nothing is due at this moment; false on a store's failure. */
static inline bool world_run(struct world *world, struct error *error) {
    for (int i = 0; i < 1000; i++) {
        struct moment due = {0};
        if (!delivery_step(world->delivery, world->now, &due, error))
            return false;
        if (due.ms > world->now.ms)
            return true;
    }
    return error_set(error, ERROR_LIMIT, "delivery does not come to rest");
}

/* Every object of a bucket, inflated. */
typedef void world_on_object(struct str key, struct str raw, void *context);
static inline size_t world_each_object(
    struct world *world, const char *bucket, world_on_object *on_object, void *context) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct str after = STR_EMPTY;
    size_t seen = 0;
    for (bool more = true; more;) {
        struct objects_list_query query = {.start_after = after, .limit = OBJECTS_LIST_MAX};
        struct objects_page page = {0};
        if (!objects_list(world->objects, str_from(bucket), &query, &arena, &page, &error)) {
            printf("# list %s: %s\n", bucket, error.message);
            EXPECT(false);
            return seen;
        }
        for (size_t i = 0; i < page.object_count; i++) {
            SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
            SCOPED(buf_finish) struct buf raw = BUF_INIT((size_t)64 << 20);
            EXPECT(objects_get(
                world->objects, str_from(bucket), page.objects[i].key, &arena, &body, NULL, &error));
            EXPECT(gzip_inflate(buf_bytes(&body), &raw, &error));
            on_object(page.objects[i].key, buf_str(&raw), context);
            seen++;
        }
        more = page.is_truncated;
        after = page.next;
    }
    return seen;
}

/* Arm one fault, or none: an operation of the disk fails, or all from there on, or a commit of the catalog
 * does, before or after it took effect. */
static inline void world_arm(struct world *world) {
    int point = (int)(world_roll(world) % 60);
    switch (world_roll(world) % 5) {
    case 0:
        disk_sim_fail_at(world->sim, point);
        break;
    case 1:
        disk_sim_fail_from(world->sim, point);
        break;
    case 2:
    case 3:
        catalog_fail_commit(world->catalog, 1 + world_roll(world) % 15, world_roll(world) % 2 == 0);
        break;
    default:
        break;
    }
}

/* Try each seed until one fails; the number of it is printed for `make crash SEED=`. */
static inline void world_try_seeds(struct seeds seeds, bool (*run_seed)(uint64_t seed)) {
    for (uint64_t seed = seeds.first; seed < seeds.end && tap_ok; seed++) {
        tap_ok = run_seed(seed) && tap_ok;
        if (!tap_ok)
            printf("# replay: seed %ju\n", (uintmax_t)seed);
    }
}
