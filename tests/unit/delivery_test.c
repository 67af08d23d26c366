/* SPDX-License-Identifier: Apache-2.0 */
/* delivery: what trails select comes out as log files, once, through changes, dead buckets and time. */
#include "codec/json.h"
#include "support/delivery_world.h"

enum { EVENTS_MAX = 512 };

/* What the objects of a bucket hold: how often each event, and in how many files. */
struct contents {
    uint8_t seen[EVENTS_MAX];
    size_t files, events;
    char first_key[512];
};

static void count_record(struct contents *contents, struct str record) {
    size_t at = str_find(record, STR_LITERAL("\"eventID\":\"ca170000-0000-4000-8000-0000"));
    EXPECT(at != SIZE_MAX);
    uint8_t number[4] = {0};
    EXPECT(hex_decode(str_slice(record, at + 39, 8), number));
    uint32_t id =
        (uint32_t)number[0] << 24 | (uint32_t)number[1] << 16 | (uint32_t)number[2] << 8 | number[3];
    EXPECT(id < EVENTS_MAX);
    contents->seen[id % EVENTS_MAX]++;
    contents->events++;
}

static bool on_record(struct str record, void *context) {
    count_record(context, record);
    return true;
}

static void on_object(struct str key, struct str raw, void *context) {
    struct contents *contents = context;
    if (contents->files++ == 0)
        (void)snprintf(contents->first_key, sizeof contents->first_key, "%.*s", STR(key));
    SCOPED(buf_finish) struct buf padded = BUF_INIT(BUF_UNBOUNDED);
    buf_append_str(&padded, raw);
    EXPECT(buf_reserve(&padded, JSON_PADDING) != NULL);
    EXPECT(str_starts_with(raw, STR_LITERAL("{\"Records\":[{")));
    struct json_parser *parser = json_parser_create();
    struct error error = {0};
    EXPECT(json_split_records(parser, str_of(padded.data, raw.size), on_record, contents, &error));
    json_parser_destroy(parser);
}

static struct contents read_bucket(struct world *world, const char *bucket) {
    struct contents contents = {0};
    world_each_object(world, bucket, on_object, &contents);
    return contents;
}

static void run_at(struct world *world, int64_t ms) {
    struct error error = {0};
    world->now.ms += ms;
    bool done = world_run(world, &error);
    EXPECT(done);
    if (!done)
        printf("# %s\n", error.message);
}

static uint64_t start_trail(struct world *world, struct catalog_trail trail) {
    EXPECT(world_change(world, world_create_trail, &trail));
    struct world_logging on = {trail.id, true};
    EXPECT(world_change(world, world_set_logging, &on));
    return trail.id;
}

static void the_start_is_the_first_event_delivered_and_the_stop_the_last(void) {
    struct world world;
    world_start(&world, 1, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    struct catalog_trail trail = world_trail(WORLD_A, "audit", "logs");
    EXPECT(world_change(&world, world_create_trail, &trail)); /* 1 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));    /* 2 */
    struct world_logging on = {trail.id, true}, off = {trail.id, false};
    EXPECT(world_change(&world, world_set_logging, &on));  /* 3 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 4 */
    EXPECT(world_emit(&world, WORLD_B, WORLD_HOME, true)); /* 5: another account's */
    EXPECT(world_change(&world, world_set_logging, &off)); /* 6 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 7 */
    EXPECT(world_change(&world, world_set_logging, &on));  /* 8 */
    run_at(&world, 0);
    run_at(&world, 1000);
    struct contents logs = read_bucket(&world, "logs");
    const unsigned expected[] = {0, 0, 0, 1, 1, 0, 1, 0, 1};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        EXPECT_INT(logs.seen[i], expected[i]);
    EXPECT_INT(logs.files, 2);
    world_finish(&world);
}

static void a_file_is_closed_after_the_interval_and_not_before(void) {
    struct world world;
    world_start(&world, 2, (struct delivery_options){0});
    EXPECT(world_bucket(&world, "logs"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs"));
    run_at(&world, 0);
    run_at(&world, 5 * MS_PER_MINUTE - 1);
    EXPECT_INT(read_bucket(&world, "logs").files, 0);
    run_at(&world, 1);
    struct contents logs = read_bucket(&world, "logs");
    EXPECT_INT(logs.files, 1);
    EXPECT(strncmp(logs.first_key,
               "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/01/"
               "111122223333_CloudTrail_eu-west-1_20260101T1205Z_",
               102) == 0);
    world_finish(&world);
}

static void each_region_and_trail_has_its_own_files(void) {
    struct world world;
    world_start(&world, 3, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs") && world_bucket(&world, "more"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs"));
    struct catalog_trail single = world_trail(WORLD_A, "single", "more");
    single.is_multi_region = false;
    start_trail(&world, single);
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));  /* 5 */
    EXPECT(world_emit(&world, WORLD_A, "us-east-1", true)); /* 6 */
    run_at(&world, 0);
    run_at(&world, 1000);
    struct contents logs = read_bucket(&world, "logs"), more = read_bucket(&world, "more");
    EXPECT_INT(logs.files, 2);
    EXPECT_INT(more.files, 1);
    EXPECT(logs.seen[5] == 1 && logs.seen[6] == 1 && more.seen[5] == 1 && more.seen[6] == 0);
    world_finish(&world);
}

static void files_stay_below_their_size_and_memory_below_its_bound(void) {
    struct world world;
    world_start(&world, 4,
        (struct delivery_options){.interval_ms = 1000, .file_bytes_max = 3000, .memory_bytes_max = 40000});
    EXPECT(world_bucket(&world, "logs"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs"));
    for (int i = 0; i < 200; i++) {
        static const char *const REGIONS[] = {
            WORLD_HOME, "us-east-1", "us-west-2", "sa-east-1", "af-south-1"};
        EXPECT(world_emit(&world, WORLD_A, REGIONS[i % 5], true));
    }
    struct moment due = {0};
    struct error error = {0};
    for (int i = 0; i < 100 && due.ms <= world.now.ms; i++) {
        EXPECT(delivery_step(world.delivery, world.now, &due, &error));
        struct delivery_stats stats = {0};
        delivery_stats(world.delivery, &stats);
        EXPECT(stats.memory_bytes <= 40000 + 8192);
    }
    run_at(&world, 1000);
    struct contents logs = read_bucket(&world, "logs");
    EXPECT_INT(logs.events, 201);
    for (size_t i = 2; i < 203; i++)
        EXPECT_INT(logs.seen[i], 1);
    EXPECT(logs.files >= 201 * 400 / 3000);
    world_finish(&world);
}

static void narrowing_the_selectors_does_not_hide_itself(void) {
    struct world world;
    world_start(&world, 5, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    struct catalog_trail trail = world_trail(WORLD_A, "audit", "logs");
    trail.id = start_trail(&world, trail);                 /* 1, 2 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 3 */
    trail.event_selectors =
        STR_LITERAL("[{\"ReadWriteType\":\"ReadOnly\",\"IncludeManagementEvents\":true}]");
    EXPECT(world_change(&world, world_update_trail, &trail)); /* 4, a write */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));    /* 5 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, false));   /* 6 */
    run_at(&world, 0);
    run_at(&world, 1000);
    struct contents logs = read_bucket(&world, "logs");
    EXPECT(logs.seen[3] == 1 && logs.seen[4] == 1 && logs.seen[5] == 0 && logs.seen[6] == 1);
    world_finish(&world);
}

static void a_dead_bucket_holds_up_only_itself_and_misses_nothing(void) {
    struct world world;
    world_start(&world, 6, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs"));                /* 1, 2 */
    uint64_t dead = start_trail(&world, world_trail(WORLD_A, "dead", "gone")); /* 3, 4 */
    for (int i = 0; i < 20; i++) {
        EXPECT(world_emit(&world, WORLD_A, i % 2 == 0 ? WORLD_HOME : "us-east-1", true)); /* 5 to 24 */
        run_at(&world, 700);
    }
    run_at(&world, 1000);
    EXPECT_INT(read_bucket(&world, "logs").events, 23);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_trail trail = {0};
    EXPECT(catalog_trail_get(world.catalog, dead, &arena, &trail, &error));
    EXPECT(str_is(trail.status.latest_delivery_error, "NoSuchBucket"));
    EXPECT_INT(trail.status.latest_delivery_time.ms, MOMENT_NONE.ms);
    struct catalog_plan *plans = NULL;
    size_t count = 0;
    EXPECT(catalog_plan_list_planned(world.catalog, (struct catalog_lane){dead, STR_LITERAL("gone")}, 1000,
        &arena, &plans, &count, &error));
    EXPECT(count > 2);

    /* The journal lets go of it all meanwhile: the files are built from history. */
    EXPECT(journal_release(world.journal, journal_end(world.journal), &error));
    EXPECT(world_bucket(&world, "gone"));
    run_at(&world, 5 * MS_PER_MINUTE);
    struct contents gone = read_bucket(&world, "gone");
    EXPECT_INT(gone.events, 21);
    for (size_t i = 4; i < 25; i++)
        EXPECT_INT(gone.seen[i], 1);
    for (size_t i = 0; i < count; i++) {
        struct objects_info info = {0};
        EXPECT(objects_head(world.objects, STR_LITERAL("gone"), plans[i].object_key, &arena, &info, &error));
    }
    EXPECT(catalog_trail_get(world.catalog, dead, &arena, &trail, &error));
    EXPECT_INT(trail.status.latest_delivery_error.size, 0);
    EXPECT_INT(trail.status.latest_delivery_time.ms, world.now.ms);
    world_finish(&world);
}

/* The journal removes a segment's file first and forgets the segment then: between the two its reader finds
 * a segment without a file. */
static void a_segment_that_is_being_released_is_read_from_history(void) {
    struct world world;
    world_start(&world, 6, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs")); /* 1, 2 */
    for (int i = 0; i < 100; i++)                               /* 3 to 102: several segments */
        EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));
    struct error error = {0};
    EXPECT(journal_stats(world.journal).segment_count > 1);
    EXPECT(disk_unlink(disk_sim_disk(world.sim), "journal/00000000000000000001.log", &error));
    run_at(&world, 0);
    run_at(&world, 1000);
    EXPECT_INT(read_bucket(&world, "logs").events, 101);
    world_finish(&world);
}

struct gaps {
    unsigned count;
    char record[2][2048];
};

static bool on_gap(struct str record, void *context, struct error *error) {
    struct gaps *gaps = context;
    (void)error;
    if (gaps->count < 2)
        (void)snprintf(gaps->record[gaps->count], sizeof gaps->record[0], "%.*s", STR(record));
    gaps->count++;
    return true;
}

static void a_file_is_given_up_after_the_retry_period_and_said_so(void) {
    struct world world;
    struct gaps gaps = {0};
    world_start(&world, 7,
        (struct delivery_options){
            .interval_ms = 1000, .retry_ms = 10 * MS_PER_MINUTE, .on_gap = on_gap, .gap_context = &gaps});
    start_trail(&world, world_trail(WORLD_A, "dead", "gone"));
    run_at(&world, 0);
    run_at(&world, 1000);
    for (int i = 0; i < 3; i++)
        run_at(&world, 3 * MS_PER_MINUTE);
    EXPECT_INT(gaps.count, 0);
    run_at(&world, 5 * MS_PER_MINUTE);
    EXPECT_INT(gaps.count, 1);
    EXPECT(strstr(gaps.record[0], "\"eventName\":\"EventsNotRecorded\"") != NULL);
    EXPECT(strstr(gaps.record[0], "\"count\":1,\"exact\":true") != NULL);
    run_at(&world, MS_PER_HOUR);
    EXPECT_INT(gaps.count, 1);
    struct delivery_stats stats = {0};
    delivery_stats(world.delivery, &stats);
    EXPECT_INT(stats.files_lost, 1);
    EXPECT_INT(stats.backlog_lanes, 0);
    struct error error = {0};
    struct event_facets facets = {0};
    SCOPED(buf_finish) struct buf text = BUF_INIT(8192);
    buf_append_text(&text, gaps.record[0]);
    EXPECT(buf_reserve(&text, JSON_PADDING) != NULL);
    EXPECT(event_parse(world.parser, buf_str(&text), world.now, &facets, &error));
    EXPECT(event_is_reserved(&facets));
    world_finish(&world);
}

static void events_past_retention_are_a_gap_and_reading_goes_on(void) {
    struct world world;
    struct gaps gaps = {0};
    world_start(&world, 8,
        (struct delivery_options){.interval_ms = 1000,
            .on_gap = on_gap,
            .gap_context = &gaps,
            .home_account = STR_LITERAL(WORLD_A),
            .home_region = STR_LITERAL(WORLD_HOME)});
    EXPECT(world_bucket(&world, "logs"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs")); /* 1, 2 */
    run_at(&world, 0);
    world_close(&world);
    struct error error = {0};
    EXPECT(world_open(&world, &error));
    for (int i = 0; i < 300; i++)                              /* more than a segment */
        EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 3 to 302 */
    EXPECT(journal_release(world.journal, journal_end(world.journal), &error));
    uint64_t oldest = journal_oldest(world.journal);
    EXPECT(oldest > 100);
    world.history.retained_from = 100;
    run_at(&world, 5 * MS_PER_MINUTE);
    run_at(&world, 1000);
    EXPECT_INT(gaps.count, 1);
    EXPECT(strstr(gaps.record[0], "\"exact\":false") != NULL);
    struct contents logs = read_bucket(&world, "logs");
    EXPECT_INT(logs.seen[99], 0);
    EXPECT_INT(logs.seen[100], 1);
    EXPECT_INT(logs.seen[302], 1);
    EXPECT_INT(logs.events, 203);
    world_finish(&world);
}

static void what_was_accepted_before_a_deletion_is_still_delivered(void) {
    struct world world;
    world_start(&world, 9, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    uint64_t id = start_trail(&world, world_trail(WORLD_A, "audit", "logs")); /* 1, 2 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));                    /* 3 */
    EXPECT(world_change(&world, world_delete_trail, &id));                    /* 4 */
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));                    /* 5 */
    run_at(&world, 0); /* the end of a version closes its files at once */
    struct contents logs = read_bucket(&world, "logs");
    EXPECT(logs.seen[2] == 1 && logs.seen[3] == 1 && logs.seen[4] == 1 && logs.seen[5] == 0);
    world_finish(&world);
}

static void changes_that_pass_each_other_on_the_way_to_the_journal_keep_their_order(void) {
    struct world world;
    world_start(&world, 10, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    uint64_t id = start_trail(&world, world_trail(WORLD_A, "audit", "logs")); /* 1, 2 */
    struct error error = {0};
    struct world_logging off = {id, false}, on = {id, true};
    uint32_t stop = world_change_only(&world, world_set_logging, &off, &error); /* 3 */
    uint32_t start = world_change_only(&world, world_set_logging, &on, &error); /* 4 */
    struct world_event event = {
        WORLD_A, WORLD_HOME, "cloudtrail.amazonaws.com", "ChangeTrail", .is_write = true, .number = start};
    EXPECT(world_admit(&world, &event, &error)); /* the start comes first */
    event.number = stop;
    EXPECT(world_admit(&world, &event, &error));
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 5 */
    run_at(&world, 0);
    run_at(&world, 1000);
    struct contents logs = read_bucket(&world, "logs");
    EXPECT(logs.seen[3] == 1 && logs.seen[4] == 1 && logs.seen[5] == 1); /* the later change wins */
    world_finish(&world);
}

static void a_restart_reads_again_only_what_is_not_planned(void) {
    struct world world;
    world_start(&world, 11, (struct delivery_options){.interval_ms = 1000});
    EXPECT(world_bucket(&world, "logs"));
    start_trail(&world, world_trail(WORLD_A, "audit", "logs")); /* 1, 2 */
    run_at(&world, 0);
    run_at(&world, 600);
    EXPECT(world_emit(&world, WORLD_A, "us-east-1", true)); /* 3: opens later, stays open */
    run_at(&world, 0);
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 4 */
    run_at(&world, 600);                                   /* the home region's file is closed */
    struct error error = {0};
    world_close(&world);
    EXPECT(world_open(&world, &error));
    EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true)); /* 5 */
    run_at(&world, 0);
    run_at(&world, 1000);
    struct contents logs = read_bucket(&world, "logs");
    for (size_t i = 2; i < 6; i++)
        EXPECT_INT(logs.seen[i], 1);
    world_finish(&world);
}

static void after_a_failed_change_it_begins_again_from_the_catalog(void) {
    for (int after_effect = 0; after_effect < 2; after_effect++) {
        struct world world;
        struct error error = {0};
        struct moment due = {0};
        world_start(&world, 12, (struct delivery_options){.interval_ms = 1000});
        EXPECT(world_bucket(&world, "logs"));
        start_trail(&world, world_trail(WORLD_A, "audit", "logs")); /* 1, 2 */
        EXPECT(world_emit(&world, WORLD_A, WORLD_HOME, true));      /* 3 */
        run_at(&world, 0);
        catalog_fail_commit(world.catalog, 1, after_effect);
        world.now.ms += 1000;
        EXPECT(!delivery_step(world.delivery, world.now, &due, &error));
        EXPECT(catalog_restart(world.catalog, &error));
        run_at(&world, 1000);
        run_at(&world, 1000);
        struct contents logs = read_bucket(&world, "logs");
        EXPECT(logs.seen[2] == 1 && logs.seen[3] == 1);
        EXPECT_INT(logs.files, 1);
        world_finish(&world);
    }
}

int main(void) {
    TEST(the_start_is_the_first_event_delivered_and_the_stop_the_last);
    TEST(a_file_is_closed_after_the_interval_and_not_before);
    TEST(each_region_and_trail_has_its_own_files);
    TEST(files_stay_below_their_size_and_memory_below_its_bound);
    TEST(narrowing_the_selectors_does_not_hide_itself);
    TEST(a_dead_bucket_holds_up_only_itself_and_misses_nothing);
    TEST(a_segment_that_is_being_released_is_read_from_history);
    TEST(a_file_is_given_up_after_the_retry_period_and_said_so);
    TEST(events_past_retention_are_a_gap_and_reading_goes_on);
    TEST(what_was_accepted_before_a_deletion_is_still_delivered);
    TEST(changes_that_pass_each_other_on_the_way_to_the_journal_keep_their_order);
    TEST(a_restart_reads_again_only_what_is_not_planned);
    TEST(after_a_failed_change_it_begins_again_from_the_catalog);
    return tap_done();
}
