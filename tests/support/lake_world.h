/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake_world: event data stores on a simulated disk, with the catalog in memory, an engine without DuckDB, a
 * clock that is moved by hand, and a list of events that stands for the journal.
 */
#pragma once

#include "base/check.h"
#include "base/own.h"
#include "catalog/stores.h"
#include "codec/hash.h"
#include "event/event.h"
#include "lake/lake.h"
#include "support/disk_sim.h"
#include "support/fake_engine.h"
#include "support/tap.h"
#include "sys/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAKE_WORLD_START ((struct moment){1767268800000}) /* 2026-01-01T12:00:00Z */
#define LAKE_WORLD_A     "111122223333"
#define LAKE_WORLD_HOME  "eu-west-1"
enum { LAKE_WORLD_EVENTS_MAX = 1 << 14, LAKE_WORLD_RECORD_SIZE = 1024 };

static const uint8_t LAKE_WORLD_KEY[SEAL_KEY_SIZE] = {9};

struct lake_event {
    unsigned number;                         /* makes the id */
    unsigned variant;                        /* other content under the same id */
    const char *account, *region, *category; /* NULL: the usual */
    struct moment time;
    const char *more; /* members in addition */
};

struct lake_world {
    struct disk_sim *sim;
    struct catalog *catalog;
    struct engine *engine;
    struct clock_manual clock;
    struct lake *lake;
    struct lake_options options; /* what a test sets before lake_world_open() */
    struct event_parser *parser;
    struct lake_event *events; /* the journal: position i + 1 */
    size_t event_count;
    unsigned store_count;
    const struct moment *times; /* of events by number; NULL: as of now */
};

static inline bool lake_world_open(struct lake_world *world, struct error *error) {
    world->options.disk = disk_sim_disk(world->sim);
    world->options.catalog = world->catalog;
    world->options.engine = world->engine;
    world->options.clock = &world->clock.clock;
    world->options.cairn_id = catalog_cairn_id(world->catalog);
    world->options.generation = catalog_generation(world->catalog);
    world->lake = lake_open(&world->options, error);
    return world->lake != NULL;
}

static inline void lake_world_start(struct lake_world *world, uint64_t seed) {
    struct error error = {0};
    *world = (struct lake_world){.sim = disk_sim_create(seed)};
    world->catalog =
        catalog_open(&(struct catalog_options){.path = ":memory:", .key = LAKE_WORLD_KEY}, &error);
    world->engine = fake_engine_create(disk_sim_disk(world->sim));
    clock_manual_init(&world->clock, LAKE_WORLD_START);
    world->parser = event_parser_create();
    world->events = mem_alloc_array(LAKE_WORLD_EVENTS_MAX, sizeof *world->events);
    EXPECT(world->catalog != NULL);
}

static inline void lake_world_finish(struct lake_world *world) {
    lake_close(world->lake);
    engine_destroy(world->engine);
    catalog_close(world->catalog);
    event_parser_destroy(world->parser);
    disk_sim_destroy(world->sim);
    mem_free(world->events);
}

/* A store of the usual account and region, enabled, that takes events behind what is listed. */
static inline struct catalog_store lake_world_store(const struct lake_world *world, char text[64]) {
    (void)snprintf(text, 64, "00000000-0000-4000-8000-%012u", world->store_count + 1);
    return (struct catalog_store){.uuid = str_from(text),
        .account = STR_LITERAL(LAKE_WORLD_A),
        .region = STR_LITERAL(LAKE_WORLD_HOME),
        .name = str_from(text),
        .arn = str_from(text),
        .status = CATALOG_STORE_ENABLED,
        .retention_days = 90,
        .is_multi_region = true,
        .created_at = LAKE_WORLD_START,
        .updated_at = LAKE_WORLD_START,
        .deletion_at = MOMENT_NONE};
}

static inline uint64_t lake_world_create(struct lake_world *world, const struct catalog_store *store) {
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(world->catalog, &error);
    EXPECT(change != NULL && catalog_store_create(change, store, world->event_count + 1, &id, &error));
    EXPECT(catalog_commit(change, &error));
    world->store_count++;
    return id;
}

static inline uint64_t lake_world_add_store(struct lake_world *world) {
    char text[64];
    struct catalog_store store = lake_world_store(world, text);
    return lake_world_create(world, &store);
}

/* Change a store as the API does. */
typedef void lake_world_edit(struct catalog_store *store);
static inline void lake_world_change(struct lake_world *world, uint64_t id, lake_world_edit *edit) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_store store = {0};
    struct catalog_change *change = catalog_begin(world->catalog, &error);
    EXPECT(change != NULL && catalog_store_get(world->catalog, id, &arena, &store, &error));
    edit(&store);
    EXPECT(catalog_store_update(change, &store, world->event_count + 1, &error));
    EXPECT(catalog_commit(change, &error));
}

/* ---- events ---- */

static inline struct str lake_world_record(
    const struct lake_event *event, char text[LAKE_WORLD_RECORD_SIZE]) {
    SCOPED(buf_finish) struct buf time = BUF_INIT(64);
    time_append_iso(&time, event->time);
    const char *category = event->category != NULL ? event->category : "Management";
    int size = snprintf(text, LAKE_WORLD_RECORD_SIZE,
        "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\"},\"eventTime\":\"%s\","
        "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"ListBuckets\",\"awsRegion\":\"%s\","
        "\"sourceIPAddress\":\"192.0.2.%u\",\"eventID\":\"00000000-0000-4000-9000-%012u\","
        "\"eventType\":\"AwsApiCall\",\"recipientAccountId\":\"%s\",%s\"eventCategory\":\"%s\"}",
        time.data, event->region != NULL ? event->region : LAKE_WORLD_HOME, event->variant, event->number,
        event->account != NULL ? event->account : LAKE_WORLD_A, event->more != NULL ? event->more : "",
        category);
    ASSERT(size > 0 && size < LAKE_WORLD_RECORD_SIZE - JSON_PADDING);
    memset(text + size, 0, JSON_PADDING);
    return str_of(text, (size_t)size);
}

static inline void lake_world_list(struct lake_world *world, struct lake_event event) {
    ASSERT(world->event_count < LAKE_WORLD_EVENTS_MAX);
    if (event.time.ms == 0)
        event.time.ms = world->clock.now_ms - world->clock.now_ms % 1000;
    world->events[world->event_count++] = event;
}

/* The usual event of that number. */
static inline void lake_world_list_number(struct lake_world *world, unsigned number) {
    struct moment time = world->times != NULL ? world->times[number] : (struct moment){0};
    lake_world_list(world, (struct lake_event){.number = number, .time = time});
}

static inline bool lake_world_apply(struct lake_world *world, uint64_t position, struct error *error) {
    char text[LAKE_WORLD_RECORD_SIZE];
    struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_EVENTS,
        .arrived_at = {world->clock.now_ms},
        .record = lake_world_record(&world->events[position - 1], text)};
    hash_sha256(str_bytes(envelope.record), envelope.sha256);
    struct moment far = {world->clock.now_ms + MS_PER_DAY};
    if (!event_parse(world->parser, envelope.record, far, &envelope.facets, error)) {
        printf("# %s\n", error->message);
        EXPECT(false);
        return false;
    }
    SCOPED(buf_finish) struct buf payload = BUF_INIT(BUF_UNBOUNDED);
    event_envelope_append(&payload, &envelope);
    return lake_apply(world->lake, position, buf_bytes(&payload), error);
}

/* Apply what the stores lack of the list, as an owner who asks where to go on; without a commit. */
static inline bool lake_world_catch_up(struct lake_world *world, struct error *error) {
    uint64_t position = lake_position(world->lake);
    while (position < world->event_count) {
        bool done = lake_world_apply(world, position + 1, error);
        if (!done && error->kind == ERROR_LIMIT)
            done = lake_commit(world->lake, error) && lake_world_apply(world, position + 1, error);
        if (!done)
            return false;
        position++;
    }
    return true;
}

static inline bool lake_world_run(struct lake_world *world, struct error *error) {
    return lake_world_catch_up(world, error) && lake_commit(world->lake, error);
}

/* Import events of these numbers; without `times` each is a minute older than the one before. */
static inline bool lake_world_import(struct lake_world *world, uint64_t store_id, unsigned first,
    unsigned count, struct lake_added *ret_added, struct error *error) {
    SCOPED(own_free) char *texts = mem_alloc_array(count, LAKE_WORLD_RECORD_SIZE);
    SCOPED(own_free) struct lake_record *records = mem_alloc_array(count, sizeof *records);
    for (unsigned i = 0; i < count; i++) {
        struct lake_event event = {.number = first + i,
            .time = {world->clock.now_ms - world->clock.now_ms % 1000 - (int64_t)(first + i) * 60000}};
        if (world->times != NULL)
            event.time = world->times[event.number];
        char id[UUID_TEXT_SIZE + 1];
        (void)snprintf(id, sizeof id, "00000000-0000-4000-9000-%012u", event.number);
        struct str text = lake_world_record(&event, texts + (size_t)i * LAKE_WORLD_RECORD_SIZE);
        records[i] = (struct lake_record){.bytes = text, .time = event.time, .content = lake_content(text)};
        EXPECT(uuid_parse(str_from(id), &records[i].id));
    }
    return lake_add_imported(world->lake, store_id, records, count, ret_added, error);
}

/* ---- what is there ---- */

struct lake_world_count {
    unsigned *counts; /* by number */
    size_t number_max, rows;
};

static inline void lake_world_on_row(struct moment time, struct str record, void *context) {
    struct lake_world_count *count = context;
    size_t at = str_find(record, STR_LITERAL("4000-9000-"));
    uint64_t number = 0;
    (void)time;
    EXPECT(at != SIZE_MAX && str_to_u64(str_slice(record, at + 10, 12), &number));
    EXPECT(number <= count->number_max);
    count->counts[number]++;
    count->rows++;
}

/* How often each number up to `number_max` is in the store. The rows; SIZE_MAX: it cannot be read. */
static inline size_t lake_world_count_rows(
    struct lake_world *world, uint64_t store_id, unsigned *ret_counts, size_t number_max) {
    struct error error = {0};
    struct lake_world_count count = {ret_counts, number_max, 0};
    memset(ret_counts, 0, (number_max + 1) * sizeof *ret_counts);
    struct lake_files *files = lake_files_hold(world->lake, store_id, &error);
    if (files == NULL)
        return SIZE_MAX;
    size_t name_count = 0;
    const char *const *names = lake_files_names(files, &name_count);
    for (size_t i = 0; i < name_count; i++) {
        if (!fake_engine_read(disk_sim_disk(world->sim), names[i], lake_world_on_row, &count, &error)) {
            printf("# %s\n", error.message);
            EXPECT(false);
        }
    }
    EXPECT_INT(lake_files_rows(files), count.rows);
    lake_files_release(files);
    return count.rows;
}

/* The names in a store's folder that are no directories. */
struct lake_world_names {
    struct buf text; /* with spaces between */
    size_t parquet, ids, other;
};

static inline bool lake_world_on_name(const char *name, bool is_directory, void *context) {
    struct lake_world_names *names = context;
    struct str text = str_from(name);
    if (is_directory)
        return true;
    buf_append_format(&names->text, "%s ", name);
    if (str_ends_with(text, STR_LITERAL(".parquet")))
        names->parquet++;
    else if (str_ends_with(text, STR_LITERAL(".ids")))
        names->ids++;
    else
        names->other += strcmp(name, "manifest.json") != 0;
    return true;
}

static inline struct lake_world_names lake_world_list_names(struct lake_world *world, unsigned store_number) {
    char folder[64];
    struct error error = {0};
    struct lake_world_names names = {.text = BUF_INIT(BUF_UNBOUNDED)};
    (void)snprintf(folder, sizeof folder, "lake/00000000-0000-4000-8000-%012u", store_number);
    IGNORE(disk_list(disk_sim_disk(world->sim), folder, lake_world_on_name, &names, &error),
        "a folder that is not there has no names");
    return names;
}

static inline struct lake_store_stats lake_world_stats(struct lake_world *world, uint64_t store_id) {
    static struct arena arena;
    arena_clear(&arena);
    struct lake_store_stats *stats = NULL, found = {0};
    size_t count = lake_stats(world->lake, &arena, &stats);
    for (size_t i = 0; i < count; i++) {
        if (stats[i].store_id == store_id)
            found = stats[i];
    }
    static char problem[512];
    (void)snprintf(problem, sizeof problem, "%.*s", STR(found.problem));
    found.problem = str_from(problem);
    found.uuid = STR_EMPTY;
    arena_finish(&arena);
    return found;
}

/* Housekeeping until there is no more to do. */
static inline bool lake_world_maintain(struct lake_world *world, struct error *error) {
    bool has_more = true;
    for (int i = 0; i < 1000 && has_more; i++) {
        if (!lake_maintain(world->lake, (struct moment){world->clock.now_ms}, &has_more, error))
            return false;
    }
    return !has_more || error_set(error, ERROR_LIMIT, "housekeeping does not come to rest");
}
