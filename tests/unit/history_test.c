/* SPDX-License-Identifier: Apache-2.0 */
/* What lookups promise, one sentence at a time. */
#include "support/history_fixture.h"

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
    for (bool more = true; more;) {
        struct arena arena = ARENA_INIT;
        struct history_page page = {0};
        EXPECT(history_lookup(fixture.history, &query, &arena, &page, &fixture.error));
        for (size_t i = 0; i < page.count; i++)
            EXPECT_INT(page.hits[i].position, 300 - seen - i);
        more = page.has_more && page.count > 0;
        if (page.count > 0) {
            query.before_position = page.hits[page.count - 1].position;
            query.before_time = page.hits[page.count - 1].envelope.facets.time;
            query.has_before = true;
        }
        query.position_max = page.position_max;
        seen += page.count;
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

int main(void) {
    TEST(attributes_have_names);
    TEST(every_attribute_finds_its_events_in_memory);
    TEST(every_attribute_finds_its_events_once_sealed);
    TEST(an_event_is_found_as_it_was_admitted);
    TEST(accounts_and_regions_are_kept_apart);
    TEST(equal_times_are_ordered_by_position);
    TEST(time_ranges_are_inclusive);
    TEST(paging_gives_each_event_once_while_others_come_in);
    TEST(a_page_limit_and_a_filter_count_have_bounds);
    TEST(many_filters_must_all_hold);
    TEST(many_small_segments_become_few);
    TEST(read_only_writes_nothing_and_still_takes_the_journals_tail);
    return tap_done();
}
