/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of insights: what it counts, what it says, what it forgets. */
#include "insights/portable.h"
#include "insights/private.h"
#include "support/insights_world.h"

enum { DAY = 1440, WARM = 8 * DAY, BUSY = 20 };

static bool has(const char *text, const char *part) {
    bool found = text != NULL && strstr(text, part) != NULL;
    if (!found)
        printf("# no %s in %s\n", part, text != NULL ? text : "nothing");
    return found;
}

static void open_world(struct insights_world *world, bool on_disk) {
    *world = (struct insights_world){.sim = on_disk ? disk_sim_create(1) : NULL};
    EXPECT(insights_world_reopen(world));
}

/* `count` calls in every minute from `from` to `to` (exclusive). */
static void call(
    struct insights_world *world, struct event_facets facets, int64_t from, int64_t to, int count) {
    for (int64_t minute = from; minute < to; minute++)
        for (int i = 0; i < count; i++) {
            facets.time = (struct moment){insights_world_time(minute).ms + i};
            EXPECT(insights_world_apply(world, &facets));
        }
}

/* As it is in life: about `count` calls a minute. */
static void call_about(
    struct insights_world *world, struct event_facets facets, int64_t from, int64_t to, int count) {
    for (int64_t minute = from; minute < to; minute++)
        call(world, facets, minute, minute + 1, count + (int)(minute * 7919 % 11) - 5);
}

/* A busy week, then ten minutes of an intruder on top of it, then quiet again. */
static void make_spike(struct insights_world *world, int64_t begin) {
    struct event_facets usual = insights_world_call(0), intruder = insights_world_call(0);
    intruder.user_arn = STR_LITERAL("arn:aws:iam::210987654321:user/mallory");
    intruder.user_agent = STR_LITERAL("curl/8.0");
    for (int64_t minute = begin; minute < begin + 10; minute++) {
        call(world, usual, minute, minute + 1, BUSY);
        call(world, intruder, minute, minute + 1, BUSY * 6);
    }
    call_about(world, usual, begin + 10, begin + 40, BUSY);
    EXPECT(insights_world_advance(world, begin + 40));
}

static int insight_average(const char *record) {
    static const char name[] = "\"insight\":{\"average\":";
    const char *at = strstr(record, name);
    return at != NULL ? (int)strtol(at + sizeof name - 1, NULL, 10) : 0;
}

static void an_unusual_rate_begins_and_ends_in_records(void) {
    struct insights_world world;
    open_world(&world, false);
    call_about(&world, insights_world_call(0), 0, WARM, BUSY);
    make_spike(&world, WARM);
    EXPECT(world.record_count >= 2);
    const char *start = world.records[0], *end = world.records[1];
    EXPECT(has(start, "\"eventTime\":\"2026-01-09T00:00:00Z\",\"awsRegion\":\"eu-west-1\""));
    EXPECT(has(start, "\"insightDetails\":{\"state\":\"Start\",\"eventSource\":\"ec2.amazonaws.com\","
                      "\"eventName\":\"RunInstances\",\"insightType\":\"ApiCallRateInsight\","
                      "\"sourceEventCategory\":\"Management\",\"insightContext\""));
    EXPECT(has(start, ",\"insightDuration\":1,\"baselineDuration\":10080}"));
    char so_far[512];
    int calls = insight_average(start); /* it could be told before the minute was over */
    EXPECT(calls > 2 * BUSY && calls <= 7 * BUSY);
    (void)snprintf(so_far, sizeof so_far,
        "\"attribute\":\"userIdentityArn\",\"insight\":[{\"value\":"
        "\"arn:aws:iam::210987654321:user/mallory\",\"average\":%d},{\"value\":"
        "\"arn:aws:sts::210987654321:assumed-role/Deployer\",\"average\":20}],\"baseline\":[{"
        "\"value\":\"arn:aws:sts::210987654321:assumed-role/Deployer\",\"average\":",
        calls - BUSY);
    EXPECT(has(start, so_far));
    (void)snprintf(so_far, sizeof so_far,
        "\"attribute\":\"errorCode\",\"insight\":[{\"value\":\"null\",\"average\":%d}],"
        "\"baseline\":[{\"value\":\"null\",\"average\":",
        calls);
    EXPECT(has(start, so_far));
    EXPECT(has(end, "\"state\":\"End\""));
    EXPECT(has(end, "\"eventTime\":\"2026-01-09T00:1"));
    EXPECT(has(end, "\"insightDuration\":1"));
    EXPECT_INT(insights_stats(world.insights).insights_open, 0);
    insights_world_close(&world);
}

/* One call each second of minutes from `begin` on, and from second `from` on as many more; the second in
 * which a record came, or 0. */
static int told_in_second(struct insights_world *world, int64_t begin, int from, int more) {
    struct event_facets usual = insights_world_call(0), intruder = insights_world_call(0);
    intruder.user_arn = STR_LITERAL("arn:aws:iam::210987654321:user/mallory");
    for (int second = 0; second < 180; second++) {
        usual.time = intruder.time = (struct moment){insights_world_time(begin).ms + second * 1000};
        EXPECT(second % 3 != 0 || insights_world_apply(world, &usual));
        for (int i = 0; second >= from && i < more; i++)
            EXPECT(insights_world_apply(world, &intruder));
        if (world->record_count > 0)
            return second;
    }
    return 0;
}

static void a_rise_is_told_of_before_its_minute_is_over(void) {
    for (int from = 0; from < 60; from += 7) {
        struct insights_world world;
        open_world(&world, false);
        call_about(&world, insights_world_call(0), 0, WARM, BUSY);
        int told = told_in_second(&world, WARM, from, 2);
        /* 120 more a minute where 20 are usual: a third of a minute is enough, or at most twice that. */
        EXPECT(told >= from + 10 && told <= from + 40);
        EXPECT(insights_stats(world.insights).judged_until.ms <= insights_world_time(WARM + told / 60).ms);
        EXPECT(world.record_count == 1 && has(world.records[0], "mallory"));
        insights_world_close(&world);
    }
}

/* As before, until it is over; with a snapshot as soon as the start was told. */
static void tell_all(struct insights_world *world, bool saves) {
    struct event_facets facets = insights_world_call(0);
    open_world(world, true);
    call_about(world, facets, 0, WARM, BUSY);
    int second = told_in_second(world, WARM, 45, 2);
    EXPECT_INT(world->record_count, 1);
    EXPECT(!saves || (insights_world_maintain(world, WARM + 1, true) && insights_world_reopen(world)));
    for (; second < 600; second++) {
        facets.time = (struct moment){insights_world_time(WARM).ms + second * 1000};
        for (int i = 0; i < 2; i++)
            EXPECT(insights_world_apply(world, &facets));
    }
    call_about(world, facets, WARM + 10, WARM + 30, BUSY);
    EXPECT(insights_world_advance(world, WARM + 30));
    EXPECT_INT(world->record_count, 2);
    EXPECT_INT(insights_stats(world->insights).insights_open, 0);
}

static void what_was_foreseen_goes_on_after_a_restart_and_is_told_once(void) {
    struct insights_world world, restarted;
    tell_all(&world, false);
    tell_all(&restarted, true);
    for (size_t i = 0; i < 2; i++)
        EXPECT(strcmp(world.records[i], restarted.records[i]) == 0);
    EXPECT(has(world.records[1], "\"state\":\"End\""));
    EXPECT(insight_average(world.records[1]) > 100); /* the minutes in full, of the first 15 seconds too */
    insights_world_close(&world);
    insights_world_close(&restarted);
}

static void a_minute_that_has_not_begun_starts_nothing(void) {
    struct insights_world world;
    open_world(&world, false);
    call_about(&world, insights_world_call(0), 0, WARM, BUSY);
    struct event_facets facets = insights_world_call(WARM + 5);
    for (int i = 0; i < 20 * BUSY; i++)
        EXPECT(insights_world_apply_at(&world, &facets, insights_world_time(WARM)));
    EXPECT_INT(world.record_count, 0);
    insights_world_close(&world);
}

static void an_insight_is_a_record_that_the_parser_knows(void) {
    struct insights_world world;
    open_world(&world, false);
    call_about(&world, insights_world_call(0), 0, WARM, BUSY);
    make_spike(&world, WARM);
    struct event_parser *parser = event_parser_create();
    struct event_facets facets[2];
    struct error error = {0};
    char shared[2][40] = {"", ""}, ids[2][UUID_TEXT_SIZE + 1];
    for (size_t i = 0; i < 2 && i < world.record_count; i++) {
        SCOPED(buf_finish) struct buf padded = BUF_INIT(1 << 20);
        struct str record = str_from(world.records[i]);
        buf_append_str(&padded, record);
        memset(buf_reserve(&padded, JSON_PADDING), 0, JSON_PADDING);
        EXPECT(event_parse(parser, buf_str(&padded), insights_world_time(WARM + 60), &facets[i], &error));
        EXPECT_INT(facets[i].category, EVENT_INSIGHT);
        EXPECT(!facets[i].id_is_derived && event_is_reserved(&facets[i]));
        (void)snprintf(shared[i], sizeof shared[i], "%.*s", STR(facets[i].shared_id));
        uuid_format(facets[i].id, ids[i]);
    }
    EXPECT(strlen(shared[0]) == UUID_TEXT_SIZE && strcmp(shared[0], shared[1]) == 0);
    EXPECT(strcmp(ids[0], ids[1]) != 0);
    event_parser_destroy(parser);
    insights_world_close(&world);
}

static void a_failing_call_counts_as_an_error_even_where_it_reads(void) {
    struct insights_world world;
    open_world(&world, false);
    struct event_facets facets = insights_world_call(0);
    struct insights_series series = insights_world_series();
    facets.read_only = EVENT_TRUE;
    call(&world, facets, 0, 1, 1);
    facets.error_code = STR_LITERAL("AccessDenied");
    call(&world, facets, 0, 1, 2);
    facets.read_only = EVENT_FALSE;
    call(&world, facets, 0, 1, 3);
    EXPECT_INT(insights_world_sum(&world, series, 0, 2, 60), 3);
    series.type = INSIGHTS_ERROR_RATE;
    EXPECT_INT(insights_world_sum(&world, series, 0, 2, 60), 0);
    series.error_code = STR_LITERAL("AccessDenied");
    EXPECT_INT(insights_world_sum(&world, series, 0, 2, 60), 5);
    EXPECT_INT(insights_stats(world.insights).events_counted, 5);
    insights_world_close(&world);
}

static void insights_gaps_and_data_events_nobody_wants_are_not_counted(void) {
    struct insights_world world;
    open_world(&world, false);
    struct event_facets facets = insights_world_call(0);
    facets.category = EVENT_DATA;
    call(&world, facets, 0, 1, 1);
    facets.category = EVENT_INSIGHT;
    call(&world, facets, 0, 1, 1);
    facets.category = EVENT_MANAGEMENT;
    facets.source = STR_LITERAL("cairn.amazonaws.com");
    call(&world, facets, 0, 1, 1);
    EXPECT_INT(insights_stats(world.insights).events_counted, 0);
    EXPECT_INT(insights_stats(world.insights).series, 0);
    EXPECT_INT(insights_stats(world.insights).position, 3);
    insights_world_close(&world);
}

static size_t two_trails(
    const struct event_facets *facets, struct str *ret_arns, size_t count_max, void *context) {
    (void)facets, (void)context;
    EXPECT(count_max >= 2);
    ret_arns[0] = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:210987654321:trail/a");
    ret_arns[1] = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:210987654321:trail/b");
    return 2;
}

static void a_data_event_counts_for_each_trail_that_asks(void) {
    struct insights_world world = {.options = {.data_trails = two_trails}};
    EXPECT(insights_world_reopen(&world));
    struct event_facets facets = insights_world_call(0);
    struct insights_series series = insights_world_series();
    facets.category = EVENT_DATA;
    facets.read_only = EVENT_TRUE;
    call(&world, facets, 0, 1, 3);
    series.is_data = true;
    series.trail_arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:210987654321:trail/b");
    EXPECT_INT(insights_world_sum(&world, series, 0, 2, 60), 3);
    EXPECT_INT(insights_stats(world.insights).series, 2);
    insights_world_close(&world);
}

static void late_events_count_in_their_minute_and_open_nothing(void) {
    struct insights_world world;
    open_world(&world, true);
    struct event_facets facets = insights_world_call(0);
    call(&world, facets, 0, 100, 2);
    for (int i = 0; i < 1000; i++) {
        facets.time = insights_world_time(5);
        EXPECT(insights_world_apply_at(&world, &facets, insights_world_time(100)));
    }
    EXPECT(insights_world_maintain(&world, 101, true));
    for (int i = 0; i < 10; i++) {
        facets.time = insights_world_time(5);
        EXPECT(insights_world_apply_at(&world, &facets, insights_world_time(100)));
    }
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 5, 6, 60), 1012);
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 0, 102, 60), 200 + 1010);
    EXPECT_INT(insights_stats(world.insights).events_late, 1010);
    EXPECT_INT(world.record_count, 0);
    insights_world_close(&world);
}

static void a_series_learns_from_what_is_imported(void) {
    struct insights_world world;
    open_world(&world, true);
    struct event_facets facets = insights_world_call(0);
    call(&world, facets, 20 * DAY, 20 * DAY + 1, 1);
    for (int64_t minute = 0; minute < 20 * DAY; minute++)
        for (int64_t i = minute * 7919 % 11; i < BUSY + 5; i += 1) {
            facets.time = insights_world_time(minute);
            EXPECT(insights_world_apply_at(&world, &facets, insights_world_time(20 * DAY)));
            if (world.position % 40000 == 0)
                EXPECT(insights_world_maintain(&world, 20 * DAY, true));
        }
    call_about(&world, insights_world_call(0), 20 * DAY + 1, 20 * DAY + 60, BUSY);
    EXPECT_INT(world.record_count, 0);
    make_spike(&world, 20 * DAY + 60);
    EXPECT(world.record_count >= 2 && has(world.records[0], "2026-01-21T01:00:00Z"));
    EXPECT(has(world.records[0], "\"baselineDuration\":10080"));
    insights_world_close(&world);
}

static void an_event_ahead_of_time_waits_for_its_minute(void) {
    struct insights_world world;
    open_world(&world, true);
    struct event_facets facets = insights_world_call(14);
    EXPECT(insights_world_apply_at(&world, &facets, insights_world_time(1)));
    EXPECT(insights_world_maintain(&world, 1, true));
    EXPECT(insights_world_reopen(&world));
    EXPECT(insights_world_advance(&world, 20));
    EXPECT_INT(insights_stats(world.insights).events_late, 0);
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 14, 15, 60), 1);
    insights_world_close(&world);
}

static void counts_stay_through_snapshots_merges_and_days(void) {
    struct insights_world world;
    open_world(&world, true);
    double expected = 0;
    for (int64_t minute = 0; minute < 20 * DAY; minute += 30) {
        call(&world, insights_world_call(0), minute, minute + 1, 1 + (int)(minute / DAY));
        expected += 1 + (double)(minute / DAY);
        EXPECT(insights_world_maintain(&world, minute, minute % 720 == 0));
        if (minute % (5 * DAY) == 0)
            EXPECT(insights_world_reopen(&world));
    }
    EXPECT(insights_world_advance(&world, 20 * DAY));
    EXPECT(insights_world_maintain(&world, 20 * DAY, true));
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 0, 20 * DAY, 3600), expected);
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 0, 20 * DAY, 300), expected);
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 19 * DAY, 20 * DAY, 60), 20 * 48);
    EXPECT(insights_world_maintain(&world, 200 * DAY, true));
    EXPECT_INT(insights_world_sum(&world, insights_world_series(), 0, 20 * DAY, 3600), 0);
    insights_world_close(&world);
}

static void a_query_comes_in_pages_and_fills_zeros_on_request(void) {
    struct insights_world world;
    open_world(&world, false);
    call(&world, insights_world_call(0), 2, 4, 5);
    struct error error = {0};
    struct arena arena = ARENA_INIT;
    struct insights_values values = {0};
    struct insights_query query = {.series = insights_world_series(),
        .period_s = 60,
        .from = insights_world_time(0),
        .to = insights_world_time(10),
        .now = insights_world_time(10),
        .fill_zeros = true,
        .count_max = 3};
    EXPECT(insights_query(world.insights, &query, &arena, &values, &error));
    EXPECT_INT(values.count, 3);
    EXPECT(values.values[1] == 0 && values.values[2] == 5);
    EXPECT_INT(values.next.ms, insights_world_time(3).ms);
    query.fill_zeros = false;
    EXPECT(insights_query(world.insights, &query, &arena, &values, &error));
    EXPECT_INT(values.count, 2);
    EXPECT_INT(values.times[0].ms, insights_world_time(2).ms);
    EXPECT_INT(values.next.ms, MOMENT_NONE.ms);
    query.period_s = 61;
    EXPECT(!insights_query(world.insights, &query, &arena, &values, &error) && error.kind == ERROR_INVALID);
    arena_finish(&arena);
    insights_world_close(&world);
}

static void a_record_that_nobody_takes_is_offered_again(void) {
    struct insights_world world;
    open_world(&world, true);
    call_about(&world, insights_world_call(0), 0, WARM, BUSY);
    world.refuses = true;
    make_spike(&world, WARM);
    EXPECT_INT(world.record_count, 0);
    EXPECT(insights_world_maintain(&world, WARM + 41, true));
    EXPECT(insights_world_reopen(&world));
    world.refuses = false;
    EXPECT(insights_world_advance(&world, WARM + 41));
    EXPECT(world.record_count >= 2);
    insights_world_close(&world);
}

/* The reader stops for two hours; what happens then is not told by how long it was. */
static size_t records_after_a_stop(struct moment started_at) {
    struct insights_world world;
    open_world(&world, true);
    call_about(&world, insights_world_call(0), 0, WARM, BUSY);
    EXPECT(insights_world_maintain(&world, WARM, true));
    world.options.started_at = started_at;
    EXPECT(insights_world_reopen(&world));
    EXPECT(insights_world_advance(&world, WARM + 120));
    call_about(&world, insights_world_call(0), WARM + 121, WARM + 180, BUSY);
    size_t count = world.record_count;
    insights_world_close(&world);
    return count;
}

static void a_stop_of_the_reader_is_no_drop_of_calls(void) {
    EXPECT(records_after_a_stop((struct moment){0}) > 0);
    EXPECT_INT(records_after_a_stop(insights_world_time(WARM + 120)), 0);
}

static bool nobody(const struct insights_series *series, void *context) {
    (void)context;
    return !str_is(series->event_name, "RunInstances");
}

static void an_insight_that_nobody_wants_is_not_told(void) {
    struct insights_world world = {.options = {.is_wanted = nobody}};
    EXPECT(insights_world_reopen(&world));
    call_about(&world, insights_world_call(0), 0, WARM, BUSY);
    make_spike(&world, WARM);
    EXPECT_INT(world.record_count, 0);
    EXPECT(insights_stats(world.insights).insights_started >= 1);
    insights_world_close(&world);
}

static struct event_facets named(int number, char name[16]) {
    struct event_facets facets = insights_world_call(0);
    (void)snprintf(name, 16, "Call%d", number);
    facets.name = str_from(name);
    return facets;
}

static void the_series_that_was_silent_longest_goes_first(void) {
    struct insights_world world = {.sim = disk_sim_create(1), .options = {.series_max = 4}};
    EXPECT(insights_world_reopen(&world));
    char name[16];
    for (int i = 0; i < 4; i++)
        call(&world, named(i, name), i, i + 1, 1);
    call(&world, named(9, name), 10, 11, 1); /* a burst: all of them are young */
    EXPECT_INT(insights_stats(world.insights).series_not_kept, 1);
    call(&world, named(0, name), 90, 91, 1);
    call(&world, named(5, name), 91, 92, 1);
    EXPECT_INT(insights_stats(world.insights).series, 4);
    EXPECT_INT(insights_stats(world.insights).series_let_go, 1);
    struct insights_series series = insights_world_series();
    series.event_name = STR_LITERAL("Call1"); /* what was counted stays */
    EXPECT_INT(insights_world_sum(&world, series, 0, 100, 60), 1);
    insights_world_close(&world);
}

static void a_foreign_or_damaged_folder_is_refused(void) {
    struct insights_world world;
    open_world(&world, true);
    call(&world, insights_world_call(0), 0, 3, 1);
    EXPECT(insights_world_maintain(&world, 3, true));
    world.options.cairn_id.bytes[0] = 1;
    EXPECT(!insights_world_reopen(&world));
    world.options.cairn_id.bytes[0] = 0;
    EXPECT(insights_world_reopen(&world));
    EXPECT(disk_sim_flip_bit(world.sim, "insights/manifest", 500));
    EXPECT(!insights_world_reopen(&world));
    insights_world_close(&world);
}

/* A series as it is in a snapshot, with so many bytes of its model and nothing else. */
static void append_series(struct buf *buf, size_t model_bytes) {
    struct insights_series series = {.account = STR_LITERAL("210987654321"),
        .event_source = STR_LITERAL("ec2.amazonaws.com"),
        .event_name = STR_LITERAL("RunInstances")};
    struct insights_model model;
    insights_model_init(&model, WORLD_START_MINUTE);
    uint8_t key[INSIGHTS_KEY_SIZE_MAX];
    size_t key_size = insights_key_write(key, &series);
    buf_append_u16(buf, (uint16_t)key_size);
    buf_append(buf, key, key_size);
    size_t before = buf->size;
    insights_model_append(buf, &model);
    buf->size = before + model_bytes;
    for (int i = 0; i < 2 + 4; i++) /* cells (8), minutes (12), usual minutes */
        buf_append_u32(buf, 0);
    for (int i = 0; i < 2 * INSIGHTS_SHARES; i++)
        buf_append_u32(buf, 0);
    for (int i = 0; i < 3; i++) /* not told, no book, no open minutes */
        buf_append_u8(buf, 0);
}

static void series_of_snapshots_of_both_versions_are_read(void) {
    static const struct {
        enum insights_chunk kind;
        size_t model_bytes, other_bytes;
    } versions[] = {{INSIGHTS_CHUNK_SERIES_1, INSIGHTS_MODEL_BYTES_1, INSIGHTS_MODEL_BYTES},
        {INSIGHTS_CHUNK_SERIES, INSIGHTS_MODEL_BYTES, INSIGHTS_MODEL_BYTES_1}};
    for (int i = 0; i < 2; i++) {
        struct insights_world world;
        struct error error = {0};
        struct buf chunk = BUF_INIT(1 << 16), other = BUF_INIT(1 << 16);
        open_world(&world, false);
        world.insights->judged = WORLD_START_MINUTE;
        append_series(&chunk, versions[i].model_bytes);
        append_series(&other, versions[i].other_bytes);
        EXPECT(!insights_snapshot_take(world.insights, versions[i].kind, buf_bytes(&other), &error));
        insights_world_close(&world);
        open_world(&world, false);
        world.insights->judged = WORLD_START_MINUTE;
        EXPECT(insights_snapshot_take(world.insights, versions[i].kind, buf_bytes(&chunk), &error));
        EXPECT_INT(insights_stats(world.insights).series, 1);
        insights_world_close(&world);
        buf_finish(&chunk);
        buf_finish(&other);
    }
}

int main(void) {
    TEST(an_unusual_rate_begins_and_ends_in_records);
    TEST(a_rise_is_told_of_before_its_minute_is_over);
    TEST(what_was_foreseen_goes_on_after_a_restart_and_is_told_once);
    TEST(a_minute_that_has_not_begun_starts_nothing);
    TEST(an_insight_is_a_record_that_the_parser_knows);
    TEST(a_failing_call_counts_as_an_error_even_where_it_reads);
    TEST(insights_gaps_and_data_events_nobody_wants_are_not_counted);
    TEST(a_data_event_counts_for_each_trail_that_asks);
    TEST(late_events_count_in_their_minute_and_open_nothing);
    TEST(a_series_learns_from_what_is_imported);
    TEST(an_event_ahead_of_time_waits_for_its_minute);
    TEST(counts_stay_through_snapshots_merges_and_days);
    TEST(a_query_comes_in_pages_and_fills_zeros_on_request);
    TEST(a_record_that_nobody_takes_is_offered_again);
    TEST(an_insight_that_nobody_wants_is_not_told);
    TEST(a_stop_of_the_reader_is_no_drop_of_calls);
    TEST(the_series_that_was_silent_longest_goes_first);
    TEST(a_foreign_or_damaged_folder_is_refused);
    TEST(series_of_snapshots_of_both_versions_are_read);
    return tap_done();
}
