/* SPDX-License-Identifier: Apache-2.0 */
/* What history promises about keeping events: memory, sealing, retention, reading by position. */
#include "support/history_fixture.h"

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

/* Two stretches of time, three segments in each. */
static void fill_two_windows(struct fixture *fixture) {
    fixture->options.retention_ms = fixture->model->retention_ms = 16 * MS_PER_HOUR; /* windows of an hour */
    open_history(fixture);
    for (unsigned i = 0; i < 6; i++) {
        for (unsigned j = 0; j < 5; j++) {
            struct sample_event event = sample(fixture->model->count);
            event.time_ms = event.arrived_at_ms =
                start_ms + (int64_t)(i / 3) * 3 * MS_PER_HOUR + (int64_t)j * 1000;
            apply(fixture, &event);
        }
        maintain(fixture, start_ms, true);
    }
}

static uint64_t segment_count(struct fixture *fixture) {
    struct history_stats stats;
    history_stats(fixture->history, &stats);
    return stats.segments;
}

static void what_is_left_of_a_stretch_of_time_is_merged_when_it_is_over(void) {
    struct fixture fixture;
    set_up(&fixture);
    fill_two_windows(&fixture);
    EXPECT_INT(segment_count(&fixture), 6);
    maintain(&fixture, start_ms + 3 * MS_PER_HOUR, false);
    EXPECT_INT(segment_count(&fixture), 4); /* only the first stretch is over */
    maintain(&fixture, start_ms + 5 * MS_PER_HOUR, false);
    EXPECT_INT(segment_count(&fixture), 2);
    struct history_query query = query_all(100);
    EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
    tear_down(&fixture);
}

static void merging_never_delays_what_retention_drops(void) {
    struct fixture fixture;
    set_up(&fixture);
    fill_two_windows(&fixture);
    maintain(&fixture, start_ms + 5 * MS_PER_HOUR, false);
    maintain(&fixture, start_ms + 16 * MS_PER_HOUR + MS_PER_MINUTE, false);
    struct history_stats stats;
    history_stats(fixture.history, &stats);
    EXPECT_INT(stats.events, 15);
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

static bool is_bare_intent(uint64_t position, struct bytes payload, void *context) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct event_envelope envelope;
    struct error error;
    bool *ret_is_bare = context;
    *ret_is_bare = event_envelope_parse(&arena, payload, &envelope, &error) &&
                   envelope.kind == EVENT_KIND_INTENT && position == 6 && envelope.record.size == 0 &&
                   envelope.sequence == 0;
    return false;
}

/* The journal has those that are open. */
static void of_an_intent_only_its_place_is_kept(void) {
    struct fixture fixture;
    set_up(&fixture);
    apply_many(&fixture, 5);
    struct event_envelope intent = fixture.model->events[2];
    intent.kind = EVENT_KIND_INTENT;
    intent.sequence = 9;
    struct buf payload = BUF_INIT(100000);
    event_envelope_append(&payload, &intent);
    EXPECT(history_apply(fixture.history, 6, buf_bytes(&payload), &fixture.error));
    for (int sealed = 0; sealed < 2; sealed++) {
        bool is_bare = false;
        uint64_t next = 0;
        EXPECT(history_read(fixture.history, 6, 1, is_bare_intent, &is_bare, &next, &fixture.error));
        EXPECT(is_bare);
        struct history_query query = query_all(100);
        EXPECT(history_model_agrees(fixture.model, fixture.history, &query));
        struct history_stats stats;
        history_stats(fixture.history, &stats);
        EXPECT_INT(stats.events, 5);
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

int main(void) {
    TEST(positions_must_follow_each_other);
    TEST(a_payload_that_is_none_is_refused);
    TEST(memory_that_is_full_waits_for_the_maintainer);
    TEST(a_memtable_is_sealed_when_it_is_old);
    TEST(what_is_past_retention_is_neither_found_nor_kept);
    TEST(an_old_event_that_came_late_stays_for_all_of_retention);
    TEST(the_sealed_position_stays_when_everything_expired);
    TEST(what_is_left_of_a_stretch_of_time_is_merged_when_it_is_over);
    TEST(merging_never_delays_what_retention_drops);
    TEST(a_lagging_reader_gets_the_journals_payloads_in_order);
    TEST(a_reader_that_is_too_late_is_told_where_events_begin);
    TEST(what_is_no_event_is_kept_but_not_found);
    TEST(of_an_intent_only_its_place_is_kept);
    TEST(another_cairns_folder_is_refused);
    TEST(an_empty_disk_is_an_empty_history_for_reading);
    TEST(large_records_are_kept_whole);
    TEST(places_are_counted_across_segments_and_memory);
    return tap_done();
}
