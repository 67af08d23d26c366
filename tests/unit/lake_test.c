/* SPDX-License-Identifier: Apache-2.0 */
/* lake: stores take what their selectors say, each event once; files are merged, kept and removed. */
#include "support/lake_world.h"

enum { NUMBERS = 512 };
static unsigned counts[NUMBERS + 1];

static void list_numbers(struct lake_world *world, unsigned first, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        lake_world_list_number(world, first + i);
}

static void run(struct lake_world *world) {
    struct error error = {0};
    bool done = lake_world_run(world, &error);
    EXPECT(done);
    if (!done)
        printf("# %s\n", error.message);
}

static void reopen(struct lake_world *world) {
    struct error error = {0};
    lake_close(world->lake);
    disk_sim_crash(world->sim);
    EXPECT(lake_world_open(world, &error));
}

static void expect_each_once(struct lake_world *world, uint64_t store, unsigned first, unsigned count) {
    EXPECT_INT(lake_world_count_rows(world, store, counts, NUMBERS), count);
    for (unsigned i = 0; i < count; i++)
        EXPECT_INT(counts[first + i], 1);
}

static uint64_t open_world(struct lake_world *world) {
    struct error error = {0};
    lake_world_start(world, 1);
    EXPECT(lake_world_open(world, &error));
    return lake_world_add_store(world);
}

static void what_was_committed_is_there_once_after_a_crash_and_a_second_reading(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    list_numbers(&world, 1, 20);
    run(&world);
    expect_each_once(&world, store, 1, 20);
    reopen(&world);
    expect_each_once(&world, store, 1, 20);
    EXPECT_INT(lake_position(world.lake), 20);
    list_numbers(&world, 21, 5);
    struct error error = {0};
    EXPECT(lake_world_catch_up(&world, &error)); /* not committed */
    reopen(&world);
    expect_each_once(&world, store, 1, 20);
    run(&world);
    expect_each_once(&world, store, 1, 25);
    lake_world_finish(&world);
}

static void an_event_that_comes_again_is_left_out_and_another_of_its_id_too(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    list_numbers(&world, 1, 3);
    run(&world);
    list_numbers(&world, 2, 3); /* 2 and 3 again: the same content */
    lake_world_list(&world, (struct lake_event){.number = 1, .variant = 9});
    run(&world);
    expect_each_once(&world, store, 1, 4);
    struct lake_store_stats stats = lake_world_stats(&world, store);
    EXPECT_INT(stats.duplicates, 2);
    EXPECT_INT(stats.conflicts, 1);
    EXPECT_INT(stats.events, 4);
    reopen(&world);
    list_numbers(&world, 1, 1);
    run(&world);
    expect_each_once(&world, store, 1, 4);
    lake_world_finish(&world);
}

static void imports_and_live_events_are_each_there_once(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    struct lake_added added = {0};
    EXPECT(lake_world_import(&world, store, 1, 30, &added, &error));
    EXPECT_INT(added.added, 30);
    EXPECT(lake_world_import(&world, store, 21, 20, &added, &error));
    EXPECT_INT(added.duplicates, 10);
    EXPECT_INT(added.added, 10);
    /* The same through the journal: times differ but for number 0, so these are conflicts. */
    list_numbers(&world, 35, 10);
    run(&world);
    expect_each_once(&world, store, 1, 44);
    EXPECT_INT(lake_world_stats(&world, store).conflicts, 6);
    EXPECT(!lake_world_import(&world, store + 1, 1, 1, &added, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    lake_world_finish(&world);
}

static void a_large_import_is_cut_into_files_that_a_writer_takes(void) {
    SCOPED(lake_world_finish) struct lake_world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct lake_added added = {0};
    struct lake_store_stats *stats = NULL;
    lake_world_start(&world, 1);
    world.options.batch_bytes = 1; /* so that no two records are in one file */
    EXPECT(lake_world_open(&world, &error));
    uint64_t store = lake_world_add_store(&world);
    EXPECT(lake_world_import(&world, store, 1, 7, &added, &error));
    EXPECT_INT(added.added, 7);
    EXPECT_INT(lake_stats(world.lake, &arena, &stats), 1);
    EXPECT_INT(stats[0].files, 7);
    EXPECT_INT(stats[0].events, 7);
}

static void an_import_between_taking_and_committing_does_not_double(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    struct lake_added added = {0};
    struct lake_event event = {.number = 7, .time = {LAKE_WORLD_START.ms - 7 * 60000}};
    lake_world_list(&world, event); /* as the import has it */
    EXPECT(lake_world_catch_up(&world, &error));
    EXPECT(lake_world_import(&world, store, 5, 5, &added, &error));
    EXPECT_INT(added.added, 5);
    EXPECT(lake_commit(world.lake, &error));
    expect_each_once(&world, store, 5, 5);
    EXPECT_INT(lake_world_stats(&world, store).duplicates, 1);
    lake_world_finish(&world);
}

static void stop_taking(struct catalog_store *store) {
    store->status = CATALOG_STORE_STOPPED_INGESTION;
}

static void start_taking(struct catalog_store *store) {
    store->status = CATALOG_STORE_ENABLED;
}

static void a_store_takes_what_it_took_at_the_events_position(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    list_numbers(&world, 1, 5);
    lake_world_change(&world, store, stop_taking);
    list_numbers(&world, 6, 5);
    lake_world_change(&world, store, start_taking);
    list_numbers(&world, 11, 5);
    run(&world);
    EXPECT_INT(lake_world_count_rows(&world, store, counts, NUMBERS), 10);
    EXPECT_INT(counts[5] + counts[11], 2);
    EXPECT_INT(counts[6] + counts[10], 0);
    lake_world_finish(&world);
}

static void a_store_made_later_begins_there_and_holds_nobody_up(void) {
    struct lake_world world;
    uint64_t first = open_world(&world);
    struct error error = {0};
    list_numbers(&world, 1, 5);
    run(&world);
    list_numbers(&world, 6, 5);
    uint64_t second = lake_world_add_store(&world);
    list_numbers(&world, 11, 5);
    EXPECT_INT(lake_position(world.lake), 5);
    run(&world);
    expect_each_once(&world, first, 1, 15);
    expect_each_once(&world, second, 11, 5);
    EXPECT(lake_world_catch_up(&world, &error));
    lake_world_finish(&world);
}

static void accounts_regions_and_selectors_are_heeded(void) {
    struct lake_world world;
    struct error error = {0};
    char text[64];
    lake_world_start(&world, 1);
    EXPECT(lake_world_open(&world, &error));
    struct catalog_store store = lake_world_store(&world, text);
    store.is_multi_region = false;
    uint64_t home = lake_world_create(&world, &store);
    store = lake_world_store(&world, text);
    store.event_selectors =
        STR_LITERAL("[{\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"NetworkActivity\"]},"
                    "{\"Field\":\"eventSource\",\"Equals\":[\"s3.amazonaws.com\"]}]}]");
    uint64_t network = lake_world_create(&world, &store);
    lake_world_list(&world, (struct lake_event){.number = 1});
    lake_world_list(&world, (struct lake_event){.number = 2, .region = "us-east-1"});
    lake_world_list(&world, (struct lake_event){.number = 3, .account = "999999999999"});
    lake_world_list(&world, (struct lake_event){.number = 4, .category = "NetworkActivity"});
    run(&world);
    expect_each_once(&world, home, 1, 1);
    expect_each_once(&world, network, 4, 1);
    lake_world_finish(&world);
}

static const char insight[] =
    "\"insightDetails\":{\"state\":\"Start\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":\"X\","
    "\"insightType\":\"ApiCallRateInsight\",\"sourceEventCategory\":\"Management\"},";

static void insights_go_where_a_store_sends_them(void) {
    struct lake_world world;
    struct error error = {0};
    char text[64], other[64];
    lake_world_start(&world, 1);
    EXPECT(lake_world_open(&world, &error));
    struct catalog_store store = lake_world_store(&world, text);
    store.event_selectors =
        STR_LITERAL("[{\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Insight\"]}]}]");
    uint64_t destination = lake_world_create(&world, &store);
    lake_world_list(&world, (struct lake_event){.number = 1, .category = "Insight", .more = insight});
    run(&world);
    EXPECT_INT(lake_world_count_rows(&world, destination, counts, NUMBERS), 0);
    struct catalog_store source = lake_world_store(&world, other);
    source.insights = catalog_insight(false, false);
    source.insights_store_arn = store.arn;
    lake_world_create(&world, &source);
    lake_world_list(&world, (struct lake_event){.number = 2, .category = "Insight", .more = insight});
    run(&world);
    expect_each_once(&world, destination, 2, 1);
    lake_world_finish(&world);
}

static void files_are_merged_and_every_event_stays(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    for (unsigned i = 0; i < 40; i++) {
        list_numbers(&world, 1 + 3 * i, 3);
        run(&world);
    }
    struct lake_files *held = lake_files_hold(world.lake, store, &error);
    EXPECT_INT(lake_world_stats(&world, store).files, 40);
    EXPECT(lake_world_maintain(&world, &error));
    EXPECT(lake_world_stats(&world, store).files < 8);
    expect_each_once(&world, store, 1, 120);
    /* What is held can still be read. */
    size_t name_count = 0;
    const char *const *names = lake_files_names(held, &name_count);
    struct lake_world_count count = {counts, NUMBERS, 0};
    for (size_t i = 0; i < name_count; i++)
        EXPECT(fake_engine_read(disk_sim_disk(world.sim), names[i], lake_world_on_row, &count, &error));
    EXPECT_INT(count.rows, 120);
    lake_files_release(held);
    struct lake_world_names left = lake_world_list_names(&world, 1);
    EXPECT_INT(left.parquet, lake_world_stats(&world, store).files);
    buf_finish(&left.text);
    reopen(&world);
    expect_each_once(&world, store, 1, 120);
    lake_world_finish(&world);
}

static void a_file_that_cannot_be_merged_stops_no_other(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    for (unsigned i = 1; i <= 16; i++) { /* eight of a day that is over, eight of today */
        struct moment time = {LAKE_WORLD_START.ms - (i <= 8 ? 3LL * MS_PER_DAY : 0)};
        lake_world_list(&world, (struct lake_event){.number = i, .time = time});
        run(&world);
    }
    EXPECT(disk_sim_flip_bit(
        world.sim, "lake/00000000-0000-4000-8000-000000000001/00000000000000000001.parquet", 3));
    for (int i = 0; i < 3; i++) {
        EXPECT(!lake_world_maintain(&world, &error));
        clock_manual_advance(&world.clock, MS_PER_MINUTE);
    }
    EXPECT(lake_world_maintain(&world, &error));
    EXPECT_INT(lake_world_stats(&world, store).files, 9);
    lake_world_finish(&world);
}

static void keep_a_week(struct catalog_store *store) {
    store->retention_days = 7;
}

static void what_is_past_retention_is_neither_taken_nor_shown_nor_kept(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    lake_world_list(
        &world, (struct lake_event){.number = 1, .time = {LAKE_WORLD_START.ms - 91LL * MS_PER_DAY}});
    lake_world_list(
        &world, (struct lake_event){.number = 2, .time = {LAKE_WORLD_START.ms - 80LL * MS_PER_DAY}});
    lake_world_list(&world, (struct lake_event){.number = 3, .time = LAKE_WORLD_START});
    run(&world);
    expect_each_once(&world, store, 2, 2);
    EXPECT_INT(lake_world_stats(&world, store).expired, 1);
    lake_world_change(&world, store, keep_a_week);
    struct lake_files *files = lake_files_hold(world.lake, store, &error);
    EXPECT(lake_files_oldest(files).ms == LAKE_WORLD_START.ms - 7LL * MS_PER_DAY);
    lake_files_release(files);
    clock_manual_advance(&world.clock, 8LL * MS_PER_DAY);
    EXPECT(lake_world_maintain(&world, &error));
    EXPECT_INT(lake_world_stats(&world, store).files, 0);
    struct lake_world_names names = lake_world_list_names(&world, 1);
    EXPECT_INT(names.parquet, 0);
    buf_finish(&names.text);
    lake_world_finish(&world);
}

static void drop(struct catalog_store *store) {
    store->status = CATALOG_STORE_PENDING_DELETION;
    store->deletion_at = LAKE_WORLD_START;
}

static void restore(struct catalog_store *store) {
    store->status = CATALOG_STORE_ENABLED;
    store->deletion_at = MOMENT_NONE;
}

static void a_deleted_store_goes_after_seven_days_unless_restored(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    uint64_t other = lake_world_add_store(&world);
    list_numbers(&world, 1, 5);
    run(&world);
    lake_world_change(&world, store, drop);
    lake_world_change(&world, other, drop);
    list_numbers(&world, 6, 5);
    run(&world);
    clock_manual_advance(&world.clock, 7LL * MS_PER_DAY - 1);
    EXPECT(lake_world_maintain(&world, &error));
    expect_each_once(&world, store, 1, 5);
    lake_world_change(&world, other, restore);
    list_numbers(&world, 11, 5);
    run(&world);
    struct lake_files *held = lake_files_hold(world.lake, store, &error);
    clock_manual_advance(&world.clock, 1);
    EXPECT(lake_world_maintain(&world, &error));
    EXPECT(lake_files_hold(world.lake, store, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    struct lake_world_names names = lake_world_list_names(&world, 1);
    EXPECT_INT(names.parquet, 1);
    buf_finish(&names.text);
    lake_files_release(held);
    EXPECT(lake_world_maintain(&world, &error));
    struct disk_stat stat = {0};
    EXPECT(!disk_stat(disk_sim_disk(world.sim), "lake/00000000-0000-4000-8000-000000000001", &stat, &error));
    EXPECT_INT(lake_world_count_rows(&world, other, counts, NUMBERS), 10);
    EXPECT_INT(counts[6], 0);
    lake_world_finish(&world);
}

static void without_the_engine_nothing_is_lost(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    struct error error = {0};
    list_numbers(&world, 1, 5);
    fake_engine_set_missing(world.engine, true);
    EXPECT(!lake_world_run(&world, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    EXPECT(lake_world_stats(&world, store).is_failing);
    EXPECT(lake_position(world.lake) == UINT64_MAX);
    fake_engine_set_missing(world.engine, false);
    clock_manual_advance(&world.clock, 2000);
    EXPECT_INT(lake_position(world.lake), 0);
    run(&world);
    expect_each_once(&world, store, 1, 5);
    lake_world_finish(&world);
}

static void a_store_that_fails_holds_no_other_up_and_comes_back(void) {
    struct lake_world world;
    uint64_t first = open_world(&world);
    struct error error = {0};
    uint64_t second = lake_world_add_store(&world);
    list_numbers(&world, 1, 5);
    fake_engine_fail_at(world.engine, 0);
    EXPECT(!lake_world_run(&world, &error));
    EXPECT(lake_world_stats(&world, first).is_failing);
    expect_each_once(&world, second, 1, 5);
    list_numbers(&world, 6, 5);
    run(&world);
    expect_each_once(&world, second, 1, 10);
    clock_manual_advance(&world.clock, 2000);
    run(&world);
    expect_each_once(&world, first, 1, 10);
    expect_each_once(&world, second, 1, 10);
    lake_world_finish(&world);
}

static void a_damaged_store_is_told_of_and_the_others_go_on(void) {
    struct lake_world world;
    uint64_t first = open_world(&world);
    struct error error = {0};
    uint64_t second = lake_world_add_store(&world);
    list_numbers(&world, 1, 5);
    run(&world);
    lake_close(world.lake);
    EXPECT(disk_sim_flip_bit(world.sim, "lake/00000000-0000-4000-8000-000000000001/manifest.json", 2003));
    EXPECT(lake_world_open(&world, &error));
    struct lake_store_stats stats = lake_world_stats(&world, first);
    EXPECT(stats.is_failing && str_find(stats.problem, STR_LITERAL("checksum")) != SIZE_MAX);
    EXPECT(lake_files_hold(world.lake, first, &error) == NULL);
    list_numbers(&world, 6, 5);
    run(&world);
    expect_each_once(&world, second, 1, 10);
    lake_world_finish(&world);
}

static void ids_go_to_seen_and_sidecars_with_them(void) {
    struct lake_world world;
    uint64_t store = open_world(&world);
    for (unsigned i = 1; i <= 150; i++) {
        list_numbers(&world, i, 1);
        run(&world);
    }
    struct lake_world_names names = lake_world_list_names(&world, 1);
    EXPECT(names.ids > 0 && names.ids <= 64);
    buf_finish(&names.text);
    reopen(&world);
    list_numbers(&world, 1, 150);
    run(&world);
    expect_each_once(&world, store, 1, 150);
    EXPECT_INT(lake_world_stats(&world, store).duplicates, 150);
    lake_world_finish(&world);
}

static void a_commit_is_due_after_a_while_or_when_much_is_taken(void) {
    struct lake_world world;
    open_world(&world);
    struct error error = {0};
    EXPECT(!lake_wants_commit(world.lake));
    list_numbers(&world, 1, 1);
    EXPECT(lake_world_catch_up(&world, &error));
    EXPECT(!lake_wants_commit(world.lake));
    clock_manual_advance(&world.clock, 2000);
    EXPECT(lake_wants_commit(world.lake));
    EXPECT(lake_commit(world.lake, &error));
    EXPECT(!lake_wants_commit(world.lake));
    lake_world_finish(&world);
}

/* Batches of more than a store keeps the memory of, in turn with small ones: nothing of one shows in another.
 */
static void large_batches_of_stores_share_memory_and_nothing_else(void) {
    enum { LARGE = 5200, ROUNDS = 3, SMALL = 10, ALL = ROUNDS * (LARGE + SMALL) };
    static unsigned all_counts[ALL + 1];
    struct lake_world world;
    struct error error = {0};
    char more[700];
    (void)snprintf(more, sizeof more, "\"requestParameters\":{\"x\":\"%0460d\"},", 7);
    lake_world_start(&world, 1);
    EXPECT(lake_world_open(&world, &error));
    uint64_t first = lake_world_add_store(&world), second = lake_world_add_store(&world);
    unsigned number = 0;
    for (unsigned round = 0; round < 2 * ROUNDS; round++) {
        for (unsigned i = 0; i < (round % 2 == 0 ? LARGE : SMALL); i++)
            lake_world_list(&world, (struct lake_event){.number = ++number, .more = more});
        run(&world);
    }
    const uint64_t stores[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        EXPECT_INT(lake_world_count_rows(&world, stores[i], all_counts, ALL), ALL);
        for (unsigned k = 1; k <= ALL; k++)
            EXPECT_INT(all_counts[k], 1);
    }
    lake_world_finish(&world);
}

int main(void) {
    TEST(what_was_committed_is_there_once_after_a_crash_and_a_second_reading);
    TEST(an_event_that_comes_again_is_left_out_and_another_of_its_id_too);
    TEST(imports_and_live_events_are_each_there_once);
    TEST(a_large_import_is_cut_into_files_that_a_writer_takes);
    TEST(an_import_between_taking_and_committing_does_not_double);
    TEST(a_store_takes_what_it_took_at_the_events_position);
    TEST(a_store_made_later_begins_there_and_holds_nobody_up);
    TEST(accounts_regions_and_selectors_are_heeded);
    TEST(insights_go_where_a_store_sends_them);
    TEST(files_are_merged_and_every_event_stays);
    TEST(a_file_that_cannot_be_merged_stops_no_other);
    TEST(what_is_past_retention_is_neither_taken_nor_shown_nor_kept);
    TEST(a_deleted_store_goes_after_seven_days_unless_restored);
    TEST(without_the_engine_nothing_is_lost);
    TEST(a_store_that_fails_holds_no_other_up_and_comes_back);
    TEST(a_damaged_store_is_told_of_and_the_others_go_on);
    TEST(ids_go_to_seen_and_sidecars_with_them);
    TEST(a_commit_is_due_after_a_while_or_when_much_is_taken);
    TEST(large_batches_of_stores_share_memory_and_nothing_else);
    return tap_done();
}
