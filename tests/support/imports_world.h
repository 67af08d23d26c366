/* SPDX-License-Identifier: Apache-2.0 */
/* imports_world: lake_world with a bucket of log files and imports of them. */
#pragma once

#include "codec/compress.h"
#include "imports/private.h"
#include "objects/objects.h"
#include "support/lake_world.h"

#define IMPORTS_WORLD_BUCKET ((struct str){"logs", 4})
#define IMPORTS_WORLD_FILES  6
enum { IMPORTS_WORLD_PER_FILE = 5, IMPORTS_WORLD_EVENTS = IMPORTS_WORLD_FILES * IMPORTS_WORLD_PER_FILE };
enum { IMPORTS_WORLD_BATCH_BYTES = 5000 }; /* about three files: a run and a half */

struct imports_world {
    struct lake_world lake;
    struct objects *objects;
    struct imports *imports;
    uint64_t store;
};

static inline const char *imports_world_key(unsigned file, char text[256]) {
    (void)snprintf(text, 256,
        "AWSLogs/" LAKE_WORLD_A "/CloudTrail/" LAKE_WORLD_HOME "/2026/01/%02u/" LAKE_WORLD_A
        "_CloudTrail_" LAKE_WORLD_HOME "_202601%02uT1205Z_%u.json.gz",
        1 + file / 3, 1 + file / 3, file);
    return text;
}

static inline void imports_world_put(struct imports_world *world, unsigned file, struct str text) {
    struct error error = {0};
    char key[256];
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    EXPECT(gzip_append(&gzip, str_bytes(text), &error));
    EXPECT(objects_put(world->objects, IMPORTS_WORLD_BUCKET, str_from(imports_world_key(file, key)),
        buf_bytes(&gzip), NULL, STR_EMPTY, &error));
}

/* A file of the events file * 5 + 1 and on. */
static inline void imports_world_put_file(struct imports_world *world, unsigned file) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    char record[LAKE_WORLD_RECORD_SIZE];
    buf_append_text(&text, "{\"Records\":[");
    for (unsigned i = 0; i < IMPORTS_WORLD_PER_FILE; i++) {
        struct lake_event event = {
            .number = file * IMPORTS_WORLD_PER_FILE + i + 1, .time = {LAKE_WORLD_START.ms - MS_PER_HOUR}};
        buf_append_text(&text, i > 0 ? "," : "");
        buf_append_str(&text, lake_world_record(&event, record));
    }
    buf_append_text(&text, "]}");
    imports_world_put(world, file, buf_str(&text));
}

static inline bool imports_world_open(struct imports_world *world, struct error *error) {
    world->objects = objects_open(disk_sim_disk(world->lake.sim), NULL, error);
    if (world->objects == NULL || !lake_world_open(&world->lake, error))
        return false;
    struct imports_options options = {.catalog = world->lake.catalog,
        .objects = world->objects,
        .lake = world->lake.lake,
        .run_files_max = 2,
        .batch_bytes = IMPORTS_WORLD_BATCH_BYTES,
        .clock = &world->lake.clock.clock};
    world->imports = imports_create(&options);
    return true;
}

static inline void imports_world_close(struct imports_world *world) {
    imports_destroy(TAKE(world->imports));
    objects_close(TAKE(world->objects));
    lake_close(TAKE(world->lake.lake));
}

static inline void imports_world_start(struct imports_world *world, uint64_t seed) {
    struct error error = {0};
    struct objects_bucket bucket = {.name = IMPORTS_WORLD_BUCKET, .owner_account = STR_LITERAL(LAKE_WORLD_A)};
    *world = (struct imports_world){0};
    lake_world_start(&world->lake, seed);
    EXPECT(imports_world_open(world, &error));
    EXPECT(objects_bucket_create(world->objects, &bucket, &error));
    for (unsigned i = 0; i < IMPORTS_WORLD_FILES; i++)
        imports_world_put_file(world, i);
    world->store = lake_world_add_store(&world->lake);
}

static inline void imports_world_finish(struct imports_world *world) {
    imports_world_close(world);
    lake_world_finish(&world->lake);
}

static inline void imports_world_add(struct imports_world *world, const char *id) {
    struct error error = {0};
    struct catalog_import import = {.import_id = str_from(id),
        .account = STR_LITERAL(LAKE_WORLD_A),
        .region = STR_LITERAL(LAKE_WORLD_HOME),
        .store_arn = STR_LITERAL("00000000-0000-4000-8000-000000000001"),
        .store_uuid = STR_LITERAL("00000000-0000-4000-8000-000000000001"),
        .location_uri = STR_LITERAL("s3://logs/AWSLogs/"),
        .from_time = MOMENT_NONE,
        .to_time = MOMENT_NONE,
        .created_at = LAKE_WORLD_START,
        .updated_at = LAKE_WORLD_START};
    struct catalog_change *change = catalog_begin(world->lake.catalog, &error);
    EXPECT(change != NULL && catalog_import_add(change, &import, &error));
    EXPECT(catalog_commit(change, &error));
}

static inline struct catalog_import imports_world_get(
    struct imports_world *world, const char *id, struct arena *arena) {
    struct error error = {0};
    struct catalog_import import = {0};
    EXPECT(catalog_import_get(world->lake.catalog, str_from(id), arena, &import, &error));
    return import;
}

/* Set the status, as the API does to stop one, or to try one again. */
static inline void imports_world_set(
    struct imports_world *world, const char *id, enum catalog_import_status status, bool is_retry) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_import import = imports_world_get(world, id, &arena);
    import.status = status;
    import.is_retry = is_retry;
    struct catalog_change *change = catalog_begin(world->lake.catalog, &error);
    EXPECT(change != NULL && catalog_import_update(change, &import, &error));
    EXPECT(catalog_commit(change, &error));
}

static inline bool imports_world_run(struct imports_world *world, const char *id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import import = imports_world_get(world, id, &arena);
    return imports_run(world->imports, &import, error);
}
