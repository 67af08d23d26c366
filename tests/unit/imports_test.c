/* SPDX-License-Identifier: Apache-2.0 */
/* imports: every file of an archive once, failures listed and tried again, stopped and resumed. */
#include "support/imports_world.h"

static unsigned counts[IMPORTS_WORLD_EVENTS + 1];

static void expect_events(struct imports_world *world, unsigned first, unsigned last) {
    EXPECT_INT(
        lake_world_count_rows(&world->lake, world->store, counts, IMPORTS_WORLD_EVENTS), last - first + 1);
    for (unsigned i = first; i <= last; i++)
        EXPECT_INT(counts[i], 1);
}

static size_t failures(struct imports_world *world, const struct catalog_import *import, struct arena *arena,
    struct catalog_import_failure **ret_failures) {
    struct error error = {0};
    size_t count = 0;
    EXPECT(catalog_import_failure_list(
        world->lake.catalog, import->id, 0, 100, arena, ret_failures, &count, &error));
    return count;
}

static void run(struct imports_world *world, const char *id) {
    struct error error = {0};
    bool done = imports_world_run(world, id, &error);
    EXPECT(done);
    if (!done)
        printf("# %s\n", error.message);
}

/* A new import of the archive takes all of it, whose events are there once then. */
static struct catalog_import import_all(struct imports_world *world, const char *id, struct arena *arena) {
    imports_world_add(world, id);
    run(world, id);
    struct catalog_import import = imports_world_get(world, id, arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_COMPLETED);
    EXPECT_INT(import.files_completed, IMPORTS_WORLD_FILES);
    EXPECT_INT(import.events_completed, IMPORTS_WORLD_EVENTS);
    expect_events(world, 1, IMPORTS_WORLD_EVENTS);
    return import;
}

static struct archive *open_archive(struct imports_world *world) {
    struct archive_options options = {
        .objects = world->objects, .bucket = IMPORTS_WORLD_BUCKET, .from = MOMENT_MIN, .to = MOMENT_MAX};
    return archive_open(&options);
}

static void an_archive_imported_twice_is_there_once(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    imports_world_start(&world, 1);
    struct catalog_import import = import_all(&world, "i1", &arena);
    EXPECT_INT(import.prefixes_found, 2);
    EXPECT_INT(import.prefixes_completed, 2);
    EXPECT_INT(import.failed_entries, 0);
    EXPECT(!import.is_proved_complete && import.proof.size > 0);
    (void)import_all(&world, "i2", &arena);
    EXPECT_INT(imports_stats(world.imports).duplicates, IMPORTS_WORLD_EVENTS);
}

static void what_cannot_be_taken_is_listed_and_taken_by_a_retry(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import_failure *failed = NULL;
    imports_world_start(&world, 1);
    imports_world_put(&world, 1, STR_LITERAL("{\"Records\":[{\"eventVersion\":"));
    imports_world_put(&world, 3, STR_LITERAL("{\"Records\":[{\"eventVersion\":\"1.08\"}]}"));
    imports_world_add(&world, "i1");
    run(&world, "i1");
    struct catalog_import import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_FAILED);
    EXPECT_INT(import.files_completed, IMPORTS_WORLD_FILES - 2);
    EXPECT_INT(import.failed_entries, 2);
    EXPECT_INT(failures(&world, &import, &arena, &failed), 2);
    char key[256];
    EXPECT(str_ends_with(failed[0].location, str_from(imports_world_key(1, key))));
    EXPECT(str_starts_with(failed[0].location, STR_LITERAL("s3://logs/AWSLogs/")));
    EXPECT(str_is(failed[0].error_type, "InvalidLogFile") && failed[0].error_message.size > 0);
    EXPECT(str_is(failed[1].error_type, "InvalidRecord"));

    imports_world_put_file(&world, 1); /* one was mended */
    imports_world_set(&world, "i1", CATALOG_IMPORT_INITIALIZING, true);
    run(&world, "i1");
    import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_FAILED);
    EXPECT_INT(import.failed_entries, 1);
    EXPECT_INT(imports_stats(world.imports).files, IMPORTS_WORLD_FILES + 2);
    imports_world_put_file(&world, 3);
    imports_world_set(&world, "i1", CATALOG_IMPORT_INITIALIZING, true);
    run(&world, "i1");
    import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_COMPLETED);
    EXPECT_INT(import.files_completed, IMPORTS_WORLD_FILES);
    EXPECT_INT(import.files_failed, 0);
    EXPECT_INT(failures(&world, &import, &arena, &failed), 2);
    EXPECT_INT(failed[0].status, CATALOG_IMPORT_FAILURE_SUCCEEDED);
    EXPECT_INT(failed[1].status, CATALOG_IMPORT_FAILURE_SUCCEEDED);
    expect_events(&world, 1, IMPORTS_WORLD_EVENTS);
}

static void a_stopped_import_takes_no_more_and_can_go_on(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    imports_world_start(&world, 1);
    imports_world_add(&world, "i1");
    struct catalog_import import = imports_world_get(&world, "i1", &arena);
    struct error error = {0};
    imports_world_set(&world, "i1", CATALOG_IMPORT_STOPPED, false);
    EXPECT(imports_run(world.imports, &import, &error)); /* read before it was stopped */
    EXPECT_INT(imports_world_get(&world, "i1", &arena).status, CATALOG_IMPORT_STOPPED);
    imports_world_set(&world, "i1", CATALOG_IMPORT_INITIALIZING, false);
    run(&world, "i1");
    EXPECT_INT(imports_world_get(&world, "i1", &arena).status, CATALOG_IMPORT_COMPLETED);
    expect_events(&world, 1, IMPORTS_WORLD_EVENTS);
}

static void an_import_waits_for_an_engine_that_is_missing(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    imports_world_start(&world, 1);
    imports_world_add(&world, "i1");
    fake_engine_set_missing(world.lake.engine, true);
    EXPECT(!imports_world_run(&world, "i1", &error));
    struct catalog_import import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_IN_PROGRESS);
    EXPECT_INT(import.files_completed, 0);
    fake_engine_set_missing(world.lake.engine, false);
    imports_world_close(&world);
    EXPECT(imports_world_open(&world, &error));
    run(&world, "i1");
    import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_COMPLETED);
    EXPECT_INT(import.events_completed, IMPORTS_WORLD_EVENTS);
    expect_events(&world, 1, IMPORTS_WORLD_EVENTS);
}

static void a_bucket_that_is_not_there_fails_the_import_and_a_retry_lists_it_anew(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import_failure *failed = NULL;
    struct error error = {0};
    imports_world_start(&world, 1);
    imports_world_add(&world, "i1");
    struct catalog_import import = imports_world_get(&world, "i1", &arena);
    import.location_uri = STR_LITERAL("s3://elsewhere/AWSLogs/");
    EXPECT(imports_run(world.imports, &import, &error));
    import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_FAILED);
    EXPECT_INT(failures(&world, &import, &arena, &failed), 1);
    EXPECT(str_is(failed[0].location, "s3://elsewhere/AWSLogs/"));
    EXPECT(str_is(failed[0].error_type, "NoSuchBucket"));
    struct objects_bucket bucket = {
        .name = STR_LITERAL("elsewhere"), .owner_account = STR_LITERAL(LAKE_WORLD_A)};
    EXPECT(objects_bucket_create(world.objects, &bucket, &error));
    imports_world_set(&world, "i1", CATALOG_IMPORT_INITIALIZING, true);
    run(&world, "i1");
    EXPECT_INT(imports_world_get(&world, "i1", &arena).status, CATALOG_IMPORT_COMPLETED);
}

static void set_location(struct imports_world *world, const char *id, const char *store, const char *uri) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_import import = imports_world_get(world, id, &arena);
    import.store_uuid = str_from(store);
    import.location_uri = str_from(uri);
    struct catalog_change *change = catalog_begin(world->lake.catalog, &error);
    EXPECT(change != NULL && catalog_import_update(change, &import, &error));
    EXPECT(catalog_commit(change, &error));
}

static void an_import_whose_bucket_became_anothers_reads_nothing(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import_failure *failed = NULL;
    struct error error = {0};
    imports_world_start(&world, 1);
    imports_world_add(&world, "i1");
    struct objects_bucket bucket = {
        .name = STR_LITERAL("theirs"), .owner_account = STR_LITERAL("999988887777")};
    EXPECT(objects_bucket_create(world.objects, &bucket, &error));
    set_location(&world, "i1", "00000000-0000-4000-8000-000000000001", "s3://theirs/");
    run(&world, "i1");
    struct catalog_import import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_FAILED);
    EXPECT_INT(failures(&world, &import, &arena, &failed), 1);
    EXPECT(str_is(failed[0].error_type, "AccessDenied"));
}

static void an_import_whose_store_is_gone_ends(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import_failure *failed = NULL;
    imports_world_start(&world, 1);
    imports_world_add(&world, "i1");
    set_location(&world, "i1", "00000000-0000-4000-8000-0000000000ff", "s3://logs/AWSLogs/");
    run(&world, "i1");
    struct catalog_import import = imports_world_get(&world, "i1", &arena);
    EXPECT_INT(import.status, CATALOG_IMPORT_FAILED);
    EXPECT_INT(failures(&world, &import, &arena, &failed), 1);
    EXPECT(str_is(failed[0].error_type, "EventDataStoreNotFound"));
}

/* A digest that names a file of a day that the bucket has no folder of. */
static void put_digest(struct imports_world *world) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    struct error error = {0};
    char key[256];
    buf_append_format(&text,
        "{\"logFiles\":[{\"s3Bucket\":\"logs\",\"s3Object\":\"%s\",\"hashValue\":\"%064d\"}]}",
        imports_world_key(3 * 9, key), 0);
    EXPECT(gzip_append(&gzip, buf_bytes(&text), &error));
    EXPECT(objects_put(world->objects, IMPORTS_WORLD_BUCKET,
        STR_LITERAL(
            "AWSLogs/" LAKE_WORLD_A "/CloudTrail-Digest/" LAKE_WORLD_HOME "/2026/01/10/" LAKE_WORLD_A
            "_CloudTrail-Digest_" LAKE_WORLD_HOME "_trail_" LAKE_WORLD_HOME "_20260110T130000Z.json.gz"),
        buf_bytes(&gzip), NULL, STR_EMPTY, &error));
}

static void what_is_missing_counts_once_however_often_an_import_goes_on(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    imports_world_start(&world, 1);
    put_digest(&world);
    imports_world_add(&world, "i1");
    for (int i = 0; i < 3; i++) {
        run(&world, "i1");
        struct catalog_import import = imports_world_get(&world, "i1", &arena);
        EXPECT_INT(import.status, CATALOG_IMPORT_FAILED);
        EXPECT_INT(import.failed_entries, 1);
        EXPECT_INT(import.files_missing, 1);
        EXPECT_INT(import.files_completed, IMPORTS_WORLD_FILES);
        imports_world_set(&world, "i1", CATALOG_IMPORT_INITIALIZING, false); /* as a crash before its end */
    }
}

static void files_without_records_take_no_memory_until_the_next_batch(void) {
    enum { FILES = 3, SIZE = 4 << 20 };
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct error error = {0};
    imports_world_start(&world, 1);
    void *blanks = buf_reserve(&text, SIZE);
    memset(blanks, ' ', SIZE);
    buf_commit(&text, SIZE);
    buf_append_text(&text, "{\"Records\":[]}");
    imports_world_put(&world, 0, buf_str(&text));
    buf_finish(&text);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct archive *archive = open_archive(&world);
    struct imports_file file = {0};
    EXPECT(archive_next(archive, &file.file, &error));
    struct imports_reader *reader = imports_reader_create(world.imports, world.store, 3653);
    for (int i = 0; i < FILES; i++) {
        EXPECT(imports_reader_fetch(reader, archive, &file, &arena, &error));
        EXPECT(imports_reader_take(reader, &file, &arena, &error));
        EXPECT_INT(file.outcome, IMPORTS_TAKEN);
        EXPECT(imports_reader_held_bytes(reader) == 0);
    }
    imports_reader_destroy(reader);
    archive_close(archive);
}

static void small_files_share_a_file_of_the_store(void) {
    enum { READERS_MAX = 4 };
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    imports_world_start(&world, 1);
    imports_destroy(world.imports);
    struct imports_options options = {.catalog = world.lake.catalog,
        .objects = world.objects,
        .lake = world.lake.lake,
        .run_files_max = 1, /* a run for each: their records wait for each other */
        .clock = &world.lake.clock.clock};
    world.imports = imports_create(&options);
    (void)import_all(&world, "i1", &arena);
    struct lake_store_stats *stats = NULL;
    EXPECT_INT(lake_stats(world.lake.lake, &arena, &stats), 1);
    EXPECT(stats[0].files < READERS_MAX);
}

static void files_fetched_ahead_are_taken_like_the_others(void) {
    SCOPED(imports_world_finish) struct imports_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct imports_file files[IMPORTS_WORLD_FILES] = {0};
    imports_world_start(&world, 1);
    struct archive *archive = open_archive(&world);
    for (size_t i = 0; i < IMPORTS_WORLD_FILES; i++) {
        EXPECT(archive_next(archive, &files[i].file, &error));
        files[i].file.key = arena_str(&arena, files[i].file.key);
    }
    files[1].file.size = 1; /* it has grown since it was listed */
    struct imports_reader *reader = imports_reader_create(world.imports, world.store, 3653);
    struct imports_ahead *ahead = imports_ahead_start(archive, files, IMPORTS_WORLD_FILES);
    for (size_t i = 0; i < IMPORTS_WORLD_FILES; i++) {
        imports_ahead_wait(ahead, i);
        EXPECT((files[i].packed.data != NULL) == (i != 1));
        EXPECT(imports_reader_fetch(reader, archive, &files[i], &arena, &error));
        EXPECT(imports_reader_take(reader, &files[i], &arena, &error));
        EXPECT_INT(files[i].outcome, IMPORTS_TAKEN);
        EXPECT(files[i].packed.data == NULL);
    }
    imports_ahead_destroy(ahead);
    EXPECT(imports_reader_flush(reader, &error));
    expect_events(&world, 1, IMPORTS_WORLD_EVENTS);
    imports_reader_destroy(reader);
    imports_ahead_destroy(
        imports_ahead_start(archive, files, IMPORTS_WORLD_FILES)); /* nobody waits for them */
    for (size_t i = 0; i < IMPORTS_WORLD_FILES; i++)
        buf_finish(&files[i].packed);
    archive_close(archive);
}

int main(void) {
    TEST(an_archive_imported_twice_is_there_once);
    TEST(what_cannot_be_taken_is_listed_and_taken_by_a_retry);
    TEST(a_stopped_import_takes_no_more_and_can_go_on);
    TEST(an_import_waits_for_an_engine_that_is_missing);
    TEST(a_bucket_that_is_not_there_fails_the_import_and_a_retry_lists_it_anew);
    TEST(an_import_whose_bucket_became_anothers_reads_nothing);
    TEST(an_import_whose_store_is_gone_ends);
    TEST(what_is_missing_counts_once_however_often_an_import_goes_on);
    TEST(files_without_records_take_no_memory_until_the_next_batch);
    TEST(small_files_share_a_file_of_the_store);
    TEST(files_fetched_ahead_are_taken_like_the_others);
    return tap_done();
}
