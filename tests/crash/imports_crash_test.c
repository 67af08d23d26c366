/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: an import goes on where it was after every crash, and each event is once in its store.
 *
 * In each round an operation of the disk fails (or a commit of the catalog, before or after it took effect),
 * then the power is cut; again and again, until the import has come to its end. Two threads import, so the
 * same seed may fail at different places: what must hold does not depend on that.
 */
#include "support/imports_world.h"
#include "support/seeds.h"

enum { SEEDS = 60, POINTS = 90, CRASHES = 4, COMMITS = 6, ATTEMPTS = 20 };

static unsigned counts[IMPORTS_WORLD_EVENTS + 1];

static bool restart(struct imports_world *world) {
    struct error error = {0};
    imports_world_close(world);
    disk_sim_crash(world->lake.sim);
    return catalog_restart(world->lake.catalog, &error) && imports_world_open(world, &error);
}

static bool has_ended(struct imports_world *world) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    return imports_world_get(world, "i1", &arena).status >= CATALOG_IMPORT_COMPLETED;
}

/* Nothing fails any more: it must come to its end, with everything once and every file counted once. */
static void expect_whole(struct imports_world *world, uint64_t seed) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    bool done = has_ended(world);
    for (int i = 0; i < ATTEMPTS && !done; i++) {
        clock_manual_advance(
            &world->lake.clock, MS_PER_MINUTE); /* a store that failed is opened again later */
        done = imports_world_run(world, "i1", &error) && has_ended(world);
    }
    struct catalog_import import = imports_world_get(world, "i1", &arena);
    bool held = done && import.status == CATALOG_IMPORT_COMPLETED &&
                import.files_completed == IMPORTS_WORLD_FILES &&
                import.events_completed == IMPORTS_WORLD_EVENTS && import.failed_entries == 0 &&
                lake_world_count_rows(&world->lake, world->store, counts, IMPORTS_WORLD_EVENTS) ==
                    IMPORTS_WORLD_EVENTS;
    for (unsigned i = 1; i <= IMPORTS_WORLD_EVENTS && held; i++)
        held = counts[i] == 1;
    EXPECT(held);
    if (!held)
        printf("# seed %" PRIu64 ": status %d, %llu files, %llu events, %llu failed: %s\n", seed,
            import.status, (unsigned long long)import.files_completed,
            (unsigned long long)import.events_completed, (unsigned long long)import.failed_entries,
            error.message);
}

static bool start(struct imports_world *world, uint64_t seed) {
    struct error error = {0};
    imports_world_start(world, seed);
    imports_world_add(world, "i1");
    /* The store's folder and the log files are there before the power is cut for the first time. */
    return lake_commit(world->lake.lake, &error);
}

static void each_event_is_there_once_after_any_failure_of_the_disk(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        struct imports_world world;
        EXPECT(start(&world, seed));
        for (uint64_t crash = 0; crash < CRASHES && !has_ended(&world); crash++) {
            struct error error = {0};
            disk_sim_fail_at(world.lake.sim, (int)((seed * 7 + crash * 31) % POINTS));
            IGNORE(imports_world_run(&world, "i1", &error), "it fails where the disk does");
            EXPECT(restart(&world));
        }
        expect_whole(&world, seed);
        imports_world_finish(&world);
    }
}

static void each_event_is_there_once_after_any_failed_commit(void) {
    for (uint64_t i = 0; i < 2 * COMMITS; i++) {
        struct imports_world world;
        struct error error = {0};
        EXPECT(start(&world, i));
        catalog_fail_commit(world.lake.catalog, 1 + i / 2, i % 2 == 1);
        IGNORE(imports_world_run(&world, "i1", &error), "it fails where the commit does");
        EXPECT(restart(&world));
        expect_whole(&world, i);
        imports_world_finish(&world);
    }
}

static void each_event_is_there_once_after_a_killed_writer(void) {
    for (int job = 0; job < 4; job++) {
        struct imports_world world;
        struct error error = {0};
        EXPECT(start(&world, (uint64_t)job));
        fake_engine_fail_at(world.lake.engine, job);
        IGNORE(imports_world_run(&world, "i1", &error), "it fails where the writer does");
        expect_whole(&world, (uint64_t)job); /* without a restart */
        imports_world_finish(&world);
    }
}

int main(void) {
    TEST(each_event_is_there_once_after_any_failure_of_the_disk);
    TEST(each_event_is_there_once_after_any_failed_commit);
    TEST(each_event_is_there_once_after_a_killed_writer);
    return tap_done();
}
