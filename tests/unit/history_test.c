/* SPDX-License-Identifier: Apache-2.0 */
/* What history promises, one sentence at a time. */
#include "history/history.h"
#include "support/disk_sim.h"
#include "support/history_model.h"

static const int64_t start_ms = 1700000000000;

struct fixture {
    struct disk_sim *sim;
    struct history_options options;
    struct history *history;
    struct history_model *model;
    struct error error;
};

static void open_history(struct fixture *fixture) {
    history_close(fixture->history);
    fixture->error = (struct error){0};
    fixture->history = history_open(disk_sim_disk(fixture->sim), &fixture->options, &fixture->error);
    if (fixture->history == NULL)
        printf("# %s\n", fixture->error.message);
}

static void set_up(struct fixture *fixture) {
    *fixture = (struct fixture){.sim = disk_sim_create(1), .model = history_model_create()};
    open_history(fixture);
}

static void tear_down(struct fixture *fixture) {
    history_close(fixture->history);
    history_model_destroy(fixture->model);
    disk_sim_destroy(fixture->sim);
}

static void apply(struct fixture *fixture, const struct sample_event *event) {
    struct bytes payload = history_model_add(fixture->model, event);
    EXPECT(history_apply(fixture->history, fixture->model->count, payload, &fixture->error));
}

static struct sample_event sample(uint64_t number) {
    return (struct sample_event){.number = number,
        .time_ms = start_ms + (int64_t)number * 1000,
        .arrived_at_ms = start_ms + (int64_t)number * 1000 + 500,
        .user = (unsigned)(number % 7),
        .name = (unsigned)(number % 5),
        .address = (unsigned)(number % 3),
        .resource = (unsigned)(number % 11),
        .error = (unsigned)(number % 4),
        .category = number % 6 == 0 ? EVENT_DATA : EVENT_MANAGEMENT,
        .read_only = number % 2 == 0};
}

static void apply_many(struct fixture *fixture, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct sample_event event = sample(fixture->model->count);
        apply(fixture, &event);
    }
}

static void maintain(struct fixture *fixture, int64_t now_ms, bool force_seal) {
    bool more = true;
    for (int steps = 0; more && steps < 1000; steps++, force_seal = false)
        if (!history_maintain(
                fixture->history, (struct moment){now_ms}, force_seal, &more, &fixture->error)) {
            printf("# %s\n", fixture->error.message);
            EXPECT(false);
            return;
        }
}

static struct history_query query_all(size_t limit) {
    return (struct history_query){.account = sample_account(0),
        .region = str_from(sample_region(0)),
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .limit = limit};
}

static bool agrees_by(struct fixture *fixture, enum history_attribute attribute, const char *value) {
    struct history_filter filter = {attribute, str_from(value)};
    struct history_query query = query_all(50);
    query.filters = &filter;
    query.filter_count = 1;
    return history_model_agrees(fixture->model, fixture->history, &query);
}

static size_t count_by(struct fixture *fixture, enum history_attribute attribute, const char *value) {
    struct history_filter filter = {attribute, str_from(value)};
    struct history_query query = query_all(1000);
    query.filters = &filter;
    query.filter_count = 1;
    struct arena arena = ARENA_INIT;
    struct history_page page = {0};
    EXPECT(history_lookup(fixture->history, &query, &arena, &page, &fixture->error));
    arena_finish(&arena);
    return page.count;
}

static void expect_every_attribute(struct fixture *fixture) {
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(fixture->model->events[17].facets.id, id);
    static const struct {
        enum history_attribute attribute;
        const char *value;
    } rows[] = {
        {HISTORY_ACCESS_KEY_ID, "AKIA3"},
        {HISTORY_EVENT_NAME, "Name2"},
        {HISTORY_EVENT_SOURCE, "s3.amazonaws.com"},
        {HISTORY_READ_ONLY, "true"},
        {HISTORY_READ_ONLY, "false"},
        {HISTORY_RESOURCE_NAME, "b4"},
        {HISTORY_RESOURCE_TYPE, "AWS::S3::Bucket"},
        {HISTORY_USERNAME, "u5"},
        {HISTORY_SOURCE_IP, "10.0.0.2"},
        {HISTORY_ERROR_CODE, "Error3"},
        {HISTORY_USER_ARN, "arn:aws:iam::111111111111:user/u1"},
        {HISTORY_RESOURCE_ARN, "arn:aws:s3:::b9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        EXPECT(agrees_by(fixture, rows[i].attribute, rows[i].value));
        EXPECT(count_by(fixture, rows[i].attribute, rows[i].value) > 0);
    }
    EXPECT_INT(count_by(fixture, HISTORY_EVENT_ID, id), 1);
    EXPECT(agrees_by(fixture, HISTORY_EVENT_ID, id));
    EXPECT_INT(count_by(fixture, HISTORY_EVENT_ID, "no-id"), 0);
    EXPECT_INT(count_by(fixture, HISTORY_USERNAME, "nobody"), 0);
    EXPECT_INT(count_by(fixture, HISTORY_USERNAME, ""), 0);
    EXPECT_INT(count_by(fixture, HISTORY_READ_ONLY, "True"), 0);
}

static void every_attribute_finds_its_events_in_memory(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 300);
    expect_every_attribute(&fixture);
    tear_down(&fixture);
}

static void every_attribute_finds_its_events_once_sealed(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 300);
    maintain(&fixture, start_ms, true);
    EXPECT_INT(history_sealed_position(fixture.history), 300);
    expect_every_attribute(&fixture);
    open_history(&fixture);
    EXPECT_INT(history_applied_position(fixture.history), 300);
    expect_every_attribute(&fixture);
    tear_down(&fixture);
}

static void attributes_have_names(void) {
    for (unsigned i = 0; i < HISTORY_ATTRIBUTE_COUNT; i++) {
        enum history_attribute found = HISTORY_ATTRIBUTE_COUNT;
        EXPECT(
            history_attribute_from_name(str_from(history_attribute_name((enum history_attribute)i)), &found));
        EXPECT(found == (enum history_attribute)i);
    }
    enum history_attribute unused;
    EXPECT(!history_attribute_from_name(STR_LITERAL("username"), &unused));
    EXPECT(
        history_attribute_from_name(STR_LITERAL("AccessKeyId"), &unused) && unused == HISTORY_ACCESS_KEY_ID);
}

static void an_event_is_found_as_it_was_admitted(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 20);
    maintain(&fixture, start_ms, true);
    apply_many(&fixture, 20);
    struct history_query query = query_all(100);
    struct arena arena = ARENA_INIT;
    struct history_page page;
    EXPECT(history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
    EXPECT_INT(page.count, 40);
    EXPECT(!page.has_more);
    for (size_t i = 0; i < page.count; i++)
        EXPECT(model_hit_is_whole(fixture.model, &page.hits[i]));
    EXPECT(page.hits[0].envelope.is_witnessed != page.hits[1].envelope.is_witnessed);
    arena_finish(&arena);
    tear_down(&fixture);
}

static void accounts_and_regions_are_kept_apart(void) {
    struct fixture fixture;
    set_up(&fixture);
    for (unsigned i = 0; i < 40; i++) {
        struct sample_event event = sample(i);
        event.account = i % 4 == 0;
        apply(&fixture, &event);
    }
    for (int sealed = 0; sealed < 2; sealed++) {
        for (unsigned account = 0; account < 2; account++) {
            struct history_query query = query_all(100);
            query.account = sample_account(account);
            query.region = str_from(sample_region(account));
            EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
            query.region = str_from(sample_region(1 - account));
            EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
        }
        maintain(&fixture, start_ms, true);
    }
    tear_down(&fixture);
}

static void note_place(struct str account, struct str region, uint64_t event_count, void *context) {
    (void)buf_append_format(context, "%.*s %.*s %" PRIu64 "\n", STR(account), STR(region), event_count);
}

static void places_are_counted_across_segments_and_memory(void) {
    struct fixture fixture;
    set_up(&fixture);
    for (unsigned i = 0; i < 30; i++) {
        struct sample_event event = sample(i);
        event.account = i % 3 == 0;
        apply(&fixture, &event);
        if (i == 9 || i == 19)
            maintain(&fixture, start_ms, true);
    }
    struct buf text = BUF_INIT(1000);
    EXPECT(history_places(fixture.history, note_place, &text, &fixture.error));
    EXPECT(str_is(buf_str(&text), "111111111111 us-east-1 20\n222222222222 eu-west-1 10\n"));
    buf_finish(&text);
    tear_down(&fixture);
}

static void equal_times_are_ordered_by_position(void) {
    struct fixture fixture;
    set_up(&fixture);
    for (unsigned i = 0; i < 400; i++) {
        struct sample_event event = sample(i);
        event.time_ms = start_ms + (int64_t)(i % 3) * 1000;
        apply(&fixture, &event);
    }
    maintain(&fixture, start_ms, true);
    for (uint64_t position = 1; position < 400; position += 37) {
        struct history_query query = query_all(60);
        query.has_before = true;
        query.before_time = (struct moment){start_ms + 1000};
        query.before_position = position;
        EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
    }
    tear_down(&fixture);
}

static void time_ranges_are_inclusive(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 100);
    for (int sealed = 0; sealed < 2; sealed++) {
        struct history_query query = query_all(100);
        query.from = (struct moment){start_ms + 10000};
        query.to = (struct moment){start_ms + 20000};
        struct arena arena = ARENA_INIT;
        struct history_page page;
        EXPECT(history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
        EXPECT_INT(page.count, 11);
        arena_finish(&arena);
        EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
        maintain(&fixture, start_ms, true);
    }
    tear_down(&fixture);
}

/* Page through everything; between pages, newer and older events come in and segments change. */
static void paging_gives_each_event_once_while_others_come_in(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 250);
    maintain(&fixture, start_ms, true);
    apply_many(&fixture, 50);
    struct history_query query = query_all(17);
    query.categories = 1U << EVENT_MANAGEMENT | 1U << EVENT_DATA;
    size_t seen = 0;
    int64_t last_ms = INT64_MAX;
    for (bool more = true; more; seen++) {
        struct arena arena = ARENA_INIT;
        struct history_page page = {0};
        EXPECT(history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
        for (size_t i = 0; i < page.count; i++) {
            EXPECT_INT(page.hits[i].position, 300 - seen - i);
            EXPECT(page.hits[i].envelope.facets.time.ms < last_ms);
            last_ms = page.hits[i].envelope.facets.time.ms;
        }
        more = page.has_more && page.count > 0;
        if (page.count > 0) {
            query.before_position = page.hits[page.count - 1].position;
            query.before_time = page.hits[page.count - 1].envelope.facets.time;
            query.has_before = true;
        }
        query.position_max = page.position_max;
        seen += page.count - 1;
        arena_finish(&arena);
        apply_many(&fixture, 5);
        struct sample_event old = sample(fixture.model->count);
        old.time_ms = start_ms + 100;
        apply(&fixture, &old);
        maintain(&fixture, start_ms, seen % 2 == 0);
    }
    EXPECT_INT(seen, 300);
    tear_down(&fixture);
}

static void a_page_limit_and_a_filter_count_have_bounds(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct arena arena = ARENA_INIT;
    struct history_page page;
    struct history_query query = query_all(HISTORY_LIMIT_MAX + 1);
    EXPECT(!history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
    EXPECT(fixture.error.kind == ERROR_LIMIT);
    query.limit = 0;
    EXPECT(!history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
    struct history_filter filters[HISTORY_FILTERS_MAX + 1] = {{0}};
    query = query_all(1);
    query.filters = filters;
    query.filter_count = HISTORY_FILTERS_MAX + 1;
    EXPECT(!history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
    EXPECT(fixture.error.kind == ERROR_LIMIT);
    arena_finish(&arena);
    tear_down(&fixture);
}

static void many_filters_must_all_hold(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 2000);
    struct history_filter filters[] = {{HISTORY_USERNAME, STR_LITERAL("u3")},
        {HISTORY_EVENT_NAME, STR_LITERAL("Name1")}, {HISTORY_SOURCE_IP, STR_LITERAL("10.0.0.1")},
        {HISTORY_READ_ONLY, STR_LITERAL("false")}};
    for (int sealed = 0; sealed < 2; sealed++) {
        for (size_t count = 1; count <= 4; count++) {
            struct history_query query = query_all(1000);
            query.filters = filters;
            query.filter_count = count;
            EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
        }
        maintain(&fixture, start_ms, true);
    }
    tear_down(&fixture);
}

static void positions_must_follow_each_other(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct sample_event event = sample(0);
    struct bytes payload = history_model_add(fixture.model, &event);
    EXPECT(history_apply(fixture.history, 5, payload, &fixture.error)); /* the journal begins there */
    EXPECT(!history_apply(fixture.history, 5, payload, &fixture.error));
    EXPECT(fixture.error.kind == ERROR_CONFLICT);
    EXPECT(!history_apply(fixture.history, 7, payload, &fixture.error));
    EXPECT(history_apply(fixture.history, 6, payload, &fixture.error));
    EXPECT_INT(history_applied_position(fixture.history), 6);
    maintain(&fixture, start_ms, true);
    EXPECT_INT(history_sealed_position(fixture.history), 6);
    tear_down(&fixture);
}

static void a_payload_that_is_none_is_refused(void) {
    struct fixture fixture;
    set_up(&fixture);
    EXPECT(!history_apply(fixture.history, 1, BYTES_OF("nonsense"), &fixture.error));
    EXPECT(fixture.error.kind == ERROR_CORRUPT);
    EXPECT_INT(history_applied_position(fixture.history), 0);
    tear_down(&fixture);
}

static void memory_that_is_full_waits_for_the_maintainer(void) {
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.seal_bytes = 40000;
    open_history(&fixture);
    struct sample_event event = sample(0);
    struct bytes payload = history_model_add(fixture.model, &event);
    uint64_t position = 1;
    while (position < 1000 && history_apply(fixture.history, position, payload, &fixture.error))
        position++;
    EXPECT(position > 20 && position < 1000);
    EXPECT(fixture.error.kind == ERROR_UNAVAILABLE);
    EXPECT(!history_wait_for_room(fixture.history, 0));
    maintain(&fixture, start_ms, false);
    EXPECT(history_wait_for_room(fixture.history, 0));
    EXPECT(history_apply(fixture.history, position, payload, &fixture.error));
    tear_down(&fixture);
}

static void a_memtable_is_sealed_when_it_is_old(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 3);
    maintain(&fixture, start_ms, false);
    maintain(&fixture, start_ms + MS_PER_MINUTE - 1, false);
    EXPECT_INT(history_sealed_position(fixture.history), 0);
    maintain(&fixture, start_ms + MS_PER_MINUTE, false);
    EXPECT_INT(history_sealed_position(fixture.history), 3);
    tear_down(&fixture);
}

static void many_small_segments_become_few(void) {
    struct fixture fixture;
    set_up(&fixture);
    for (int i = 0; i < 100; i++) {
        apply_many(&fixture, 9);
        maintain(&fixture, start_ms, true);
    }
    struct history_stats stats;
    history_stats(fixture.history, &stats);
    EXPECT_INT(stats.events, 900);
    EXPECT(stats.segments <= 12);
    expect_every_attribute(&fixture);
    open_history(&fixture);
    expect_every_attribute(&fixture);
    tear_down(&fixture);
}

static void what_is_past_retention_is_neither_found_nor_kept(void) {
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.retention_ms = fixture.model->retention_ms = MS_PER_HOUR;
    open_history(&fixture);
    apply_many(&fixture, 100); /* over 100 seconds */
    maintain(&fixture, start_ms, true);
    apply_many(&fixture, 100);
    struct history_query query = query_all(1000);
    int64_t last_ms = start_ms + 99 * 1000 + 500;
    query.now = (struct moment){last_ms + MS_PER_HOUR - 50 * 1000};
    EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
    struct history_stats stats;
    history_stats(fixture.history, &stats);
    EXPECT_INT(stats.events, 200);
    query.now = (struct moment){last_ms + MS_PER_HOUR + 1};
    maintain(&fixture, query.now.ms, false);
    history_stats(fixture.history, &stats);
    EXPECT_INT(stats.events, 100);
    EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
    tear_down(&fixture);
}

static void an_old_event_that_came_late_stays_for_all_of_retention(void) {
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.retention_ms = fixture.model->retention_ms = MS_PER_HOUR;
    open_history(&fixture);
    struct sample_event event = sample(0);
    event.time_ms = start_ms - 300LL * MS_PER_DAY;
    apply(&fixture, &event);
    maintain(&fixture, start_ms, true);
    struct history_query query = query_all(10);
    query.now = (struct moment){start_ms + MS_PER_HOUR};
    maintain(&fixture, query.now.ms, false);
    struct arena arena = ARENA_INIT;
    struct history_page page;
    EXPECT(history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
    EXPECT_INT(page.count, 1);
    query.now.ms += 501;
    EXPECT(history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
    EXPECT_INT(page.count, 0);
    arena_finish(&arena);
    tear_down(&fixture);
}

static void the_sealed_position_stays_when_everything_expired(void) {
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.retention_ms = 1000;
    open_history(&fixture);
    apply_many(&fixture, 10);
    maintain(&fixture, start_ms, true);
    maintain(&fixture, start_ms + MS_PER_DAY, false);
    EXPECT_INT(history_sealed_position(fixture.history), 10);
    open_history(&fixture);
    EXPECT_INT(history_sealed_position(fixture.history), 10);
    struct history_stats stats;
    history_stats(fixture.history, &stats);
    EXPECT_INT(stats.segments, 0);
    tear_down(&fixture);
}

struct reading {
    const struct history_model *model;
    uint64_t expected, stop_at;
    bool wrong;
};

static bool note_event(uint64_t position, struct bytes payload, void *context) {
    struct reading *reading = context;
    reading->wrong = reading->wrong || position != reading->expected ||
                     !bytes_equal(payload, reading->model->payloads[position - 1]);
    reading->expected++;
    return position != reading->stop_at;
}

static void a_lagging_reader_gets_the_journals_payloads_in_order(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 100);
    maintain(&fixture, start_ms, true);
    apply_many(&fixture, 50);
    maintain(&fixture, start_ms, true);
    apply_many(&fixture, 50);
    struct reading reading = {.model = fixture.model, .expected = 37};
    uint64_t next = 0;
    EXPECT(history_read(fixture.history, 37, 1000, note_event, &reading, &next, &fixture.error));
    EXPECT(!reading.wrong);
    EXPECT_INT(next, 201);
    reading.expected = 90;
    EXPECT(history_read(fixture.history, 90, 20, note_event, &reading, &next, &fixture.error));
    EXPECT(!reading.wrong);
    EXPECT_INT(next, 110);
    reading.expected = 140;
    reading.stop_at = 155;
    EXPECT(history_read(fixture.history, 140, 100, note_event, &reading, &next, &fixture.error));
    EXPECT_INT(next, 156);
    EXPECT(history_read(fixture.history, 201, 100, note_event, &reading, &next, &fixture.error));
    EXPECT_INT(next, 201);
    tear_down(&fixture);
}

static void a_reader_that_is_too_late_is_told_where_events_begin(void) {
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.retention_ms = MS_PER_HOUR;
    open_history(&fixture);
    apply_many(&fixture, 100);
    maintain(&fixture, start_ms, true);
    apply_many(&fixture, 20);
    maintain(&fixture, start_ms + 2 * MS_PER_HOUR, false);
    struct reading reading = {.model = fixture.model, .expected = 101};
    uint64_t next = 0;
    EXPECT(!history_read(fixture.history, 7, 10, note_event, &reading, &next, &fixture.error));
    EXPECT(fixture.error.kind == ERROR_NOT_FOUND);
    EXPECT_INT(next, 101);
    EXPECT(history_read(fixture.history, next, 1000, note_event, &reading, &next, &fixture.error));
    EXPECT(!reading.wrong);
    EXPECT_INT(next, 121);
    tear_down(&fixture);
}

/* Intents and marks take a position, and only readers by position ever see them. */
static void what_is_no_event_is_kept_but_not_found(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 5);
    struct event_envelope mark = fixture.model->events[2];
    mark.kind = EVENT_KIND_MARK;
    struct buf payload = BUF_INIT(100000);
    event_envelope_append(&payload, &mark);
    fixture.model->payloads[5] = buf_bytes(&payload);
    fixture.model->events[5] = mark;
    fixture.model->count = 6;
    EXPECT(history_apply(fixture.history, 6, buf_bytes(&payload), &fixture.error));
    apply_many(&fixture, 5);
    for (int sealed = 0; sealed < 2; sealed++) {
        struct history_query query = query_all(100);
        EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
        struct reading reading = {.model = fixture.model, .expected = 1};
        uint64_t next = 0;
        EXPECT(history_read(fixture.history, 1, 100, note_event, &reading, &next, &fixture.error));
        EXPECT(!reading.wrong);
        EXPECT_INT(next, 12);
        maintain(&fixture, start_ms, true);
    }
    buf_finish(&payload);
    tear_down(&fixture);
}

static void another_cairns_folder_is_refused(void) {
    struct fixture fixture;
    set_up(&fixture);
    fixture.options.generation = 3;
    open_history(&fixture);
    apply_many(&fixture, 5);
    maintain(&fixture, start_ms, true);
    fixture.options.cairn_id.bytes[3] = 9;
    open_history(&fixture);
    EXPECT(fixture.history == NULL && fixture.error.kind == ERROR_CONFLICT);
    fixture.options.cairn_id.bytes[3] = 0;
    fixture.options.generation = 2;
    open_history(&fixture);
    EXPECT(fixture.history == NULL && fixture.error.kind == ERROR_CONFLICT);
    fixture.options.generation = 4;
    open_history(&fixture);
    EXPECT(fixture.history != NULL);
    tear_down(&fixture);
}

static void read_only_writes_nothing_and_still_takes_the_journals_tail(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 50);
    maintain(&fixture, start_ms, true);
    fixture.options.read_only = true;
    fixture.options.seal_bytes = 1000;
    open_history(&fixture);
    disk_sim_set_free_bytes(fixture.sim, 0);
    apply_many(&fixture, 100);
    maintain(&fixture, start_ms + MS_PER_DAY, true);
    EXPECT_INT(history_sealed_position(fixture.history), 50);
    expect_every_attribute(&fixture);
    tear_down(&fixture);
}

static void an_empty_disk_is_an_empty_history_for_reading(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct disk_sim *sim = disk_sim_create(2);
    struct history_options options = {.read_only = true};
    struct history *history = history_open(disk_sim_disk(sim), &options, &fixture.error);
    EXPECT(history != NULL && history_sealed_position(history) == 0);
    history_close(history);
    disk_sim_destroy(sim);
    tear_down(&fixture);
}

static void large_records_are_kept_whole(void) {
    struct fixture fixture;
    set_up(&fixture);
    for (unsigned i = 0; i < 12; i++) {
        struct sample_event event = sample(i);
        event.padding = i % 3 == 0 ? 240000 : 10;
        apply(&fixture, &event);
    }
    maintain(&fixture, start_ms, true);
    struct history_query query = query_all(100);
    EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
    tear_down(&fixture);
}

int main(void) {
    TEST(attributes_have_names);
    TEST(every_attribute_finds_its_events_in_memory);
    TEST(every_attribute_finds_its_events_once_sealed);
    TEST(an_event_is_found_as_it_was_admitted);
    TEST(accounts_and_regions_are_kept_apart);
    TEST(places_are_counted_across_segments_and_memory);
    TEST(equal_times_are_ordered_by_position);
    TEST(time_ranges_are_inclusive);
    TEST(paging_gives_each_event_once_while_others_come_in);
    TEST(a_page_limit_and_a_filter_count_have_bounds);
    TEST(many_filters_must_all_hold);
    TEST(positions_must_follow_each_other);
    TEST(a_payload_that_is_none_is_refused);
    TEST(memory_that_is_full_waits_for_the_maintainer);
    TEST(a_memtable_is_sealed_when_it_is_old);
    TEST(many_small_segments_become_few);
    TEST(what_is_past_retention_is_neither_found_nor_kept);
    TEST(an_old_event_that_came_late_stays_for_all_of_retention);
    TEST(the_sealed_position_stays_when_everything_expired);
    TEST(a_lagging_reader_gets_the_journals_payloads_in_order);
    TEST(a_reader_that_is_too_late_is_told_where_events_begin);
    TEST(what_is_no_event_is_kept_but_not_found);
    TEST(another_cairns_folder_is_refused);
    TEST(read_only_writes_nothing_and_still_takes_the_journals_tail);
    TEST(an_empty_disk_is_an_empty_history_for_reading);
    TEST(large_records_are_kept_whole);
    return tap_done();
}
