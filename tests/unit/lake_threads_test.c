/* SPDX-License-Identifier: Apache-2.0 */
/* lake: an owner, housekeeping, an import and readers at once: each event once, files stay as long as held.
 */
#include "base/own.h"
#include "support/lake_world.h"
#include "sys/thread.h"

#include <stdatomic.h>

enum { LIVE = 600, IMPORTED = 600, NUMBERS = LIVE + IMPORTED + 1 };

static struct lake_world world;
static uint64_t store;
static struct moment times[NUMBERS + 1];
static atomic_bool is_over;

static void maintain(void *context) {
    (void)context;
    while (!atomic_load(&is_over)) {
        struct error error = {0};
        bool has_more = false;
        EXPECT(lake_maintain(world.lake, LAKE_WORLD_START, &has_more, &error));
        clock_sleep_ms(has_more ? 0 : 1);
    }
}

/* Ranges that overlap each other, what comes live, and those of the other thread that imports. What one was
 * told to be a duplicate is there, even if the other is just writing it. */
static void import(void *context) {
    (void)context;
    for (unsigned first = LIVE / 2; first + 40 < NUMBERS; first += 20) {
        struct error error = {0};
        struct lake_added added = {0};
        EXPECT(lake_world_import(&world, store, first, 40, &added, &error));
        EXPECT_INT(added.added + added.duplicates, 40);
        SCOPED(own_free) unsigned *counts = mem_alloc_array(NUMBERS + 1, sizeof *counts);
        EXPECT(lake_world_count_rows(&world, store, counts, NUMBERS) != SIZE_MAX);
        for (unsigned i = first; i < first + 40; i++)
            EXPECT_INT(counts[i], 1);
        clock_sleep_ms(1);
    }
}

static void read_rows(void *context) {
    unsigned *counts = context;
    size_t before = 0;
    while (!atomic_load(&is_over)) {
        size_t rows = lake_world_count_rows(&world, store, counts, NUMBERS);
        EXPECT(rows != SIZE_MAX && rows >= before);
        before = rows;
        for (unsigned i = 0; i < NUMBERS; i++)
            EXPECT(counts[i] <= 1);
        clock_sleep_ms(2);
    }
}

static void own(void) {
    for (unsigned i = 1; i <= LIVE; i++) {
        struct error error = {0};
        lake_world_list_number(&world, i);
        EXPECT(lake_world_catch_up(&world, &error));
        if (i % 7 == 0)
            EXPECT(lake_commit(world.lake, &error));
    }
    struct error error = {0};
    EXPECT(lake_world_run(&world, &error));
}

static void all_at_once_each_event_is_there_once(void) {
    static unsigned counts[3][NUMBERS + 1];
    struct error error = {0};
    lake_world_start(&world, 1);
    for (unsigned i = 0; i <= NUMBERS; i++)
        times[i].ms = LAKE_WORLD_START.ms - (int64_t)(i % 300) * MS_PER_HOUR;
    world.times = times;
    world.options.merge_rows = 256;
    world.options.sidecars_max = 8;
    EXPECT(lake_world_open(&world, &error));
    store = lake_world_add_store(&world);
    struct thread *threads[] = {thread_start("import", import, NULL), thread_start("import", import, NULL),
        thread_start("maintain", maintain, NULL), thread_start("read", read_rows, counts[0]),
        thread_start("read", read_rows, counts[1])};
    own();
    thread_join(threads[0]);
    thread_join(threads[1]);
    atomic_store(&is_over, true);
    for (int i = 2; i < 5; i++)
        thread_join(threads[i]);
    EXPECT(lake_world_maintain(&world, &error));
    size_t rows = lake_world_count_rows(&world, store, counts[2], NUMBERS);
    size_t expected = 0;
    for (unsigned i = 1; i < NUMBERS; i++)
        expected += counts[2][i] == 1;
    EXPECT_INT(rows, expected);
    EXPECT(rows >= LIVE + IMPORTED - 40);
    struct lake_world_names names = lake_world_list_names(&world, 1);
    EXPECT_INT(names.parquet, lake_world_stats(&world, store).files);
    buf_finish(&names.text);
    lake_world_finish(&world);
}

int main(void) {
    TEST(all_at_once_each_event_is_there_once);
    return tap_done();
}
