/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/private.h"
#include "base/own.h"
#include "journal/journal.h"
#include "seen/seen.h"
#include "support/disk_sim.h"
#include "support/event_text.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

static struct disk_sim *sim;
static struct error error;
static struct clock_manual now;
static struct journal *journal;
static struct seen *seen;
static struct admission *admission;
static const struct admission_sender writer = {.door = EVENT_DOOR_EVENTS, .principal = {"arn:writer", 10}};

static bool open_with(struct admission_options options) {
    struct journal_options journal_options = {.generation = 1};
    struct seen_options seen_options = {.memory_entries = 64};
    options.clock = &now.clock;
    journal = journal_open(disk_sim_disk(sim), &journal_options, &error);
    seen = journal != NULL ? seen_open(disk_sim_disk(sim), &seen_options, &error) : NULL;
    admission = seen != NULL ? admission_open(disk_sim_disk(sim), journal, seen, &options, &error) : NULL;
    if (admission != NULL)
        admission_start(admission);
    return admission != NULL;
}

static void close_all(void) {
    if (admission != NULL)
        admission_stop(admission);
    admission_close(admission);
    seen_close(seen);
    journal_close(journal);
}

static struct admission_batch *batch_of(
    const struct admission_sender *sender, unsigned first, unsigned count, unsigned variant) {
    struct admission_batch *batch = admission_batch_create(admission, sender);
    for (unsigned i = 0; i < count; i++) {
        char text[EVENT_TEXT_SIZE];
        admission_batch_add(batch, event_text(text, first + i, variant));
    }
    return batch;
}

/* All results of a batch of `count` records have `expected`. */
static bool sends(unsigned first, unsigned count, unsigned variant, enum admission_outcome expected) {
    struct admission_batch *batch = batch_of(&writer, first, count, variant);
    bool ok = admission_submit(admission, batch, 1000, &error);
    for (size_t i = 0; ok && i < admission_batch_count(batch); i++)
        ok = admission_batch_result(batch, i).outcome == expected;
    admission_batch_destroy(batch);
    return ok;
}

static struct admission_result result_of(const struct admission_sender *sender, const char *text) {
    static char reason[512];
    static const char padding[JSON_PADDING];
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    EXPECT(buf_append_text(&record, text) && buf_append(&record, padding, sizeof padding));
    struct admission_batch *batch = admission_batch_create(admission, sender);
    admission_batch_add(batch, str_of(record.data, strlen(text)));
    EXPECT(admission_submit(admission, batch, 1000, &error));
    struct admission_result result = admission_batch_result(batch, 0);
    (void)snprintf(reason, sizeof reason, "%s", result.reason != NULL ? result.reason : "");
    result.reason = reason;
    admission_batch_destroy(batch);
    return result;
}

static bool read_envelope(struct arena *arena, uint64_t position, struct event_envelope *ret_envelope) {
    struct journal_cursor *cursor = journal_cursor_create(journal, position);
    struct journal_record record = {0};
    bool ok = journal_cursor_next(cursor, &record, &error) && record.position == position &&
              event_envelope_parse(arena, arena_bytes(arena, record.payload), ret_envelope, &error);
    journal_cursor_destroy(cursor);
    return ok;
}

static void accepted_records_are_in_the_journal_with_their_envelope(void) {
    EXPECT(open_with((struct admission_options){0}));
    struct admission_batch *batch = batch_of(&writer, 1, 3, 0);
    EXPECT(admission_submit(admission, batch, 1000, &error));
    EXPECT_INT(admission_batch_result(batch, 2).position, 3);
    EXPECT(str_is(admission_batch_result(batch, 0).account, "111122223333"));
    admission_batch_destroy(batch);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct event_envelope envelope;
    char text[EVENT_TEXT_SIZE];
    EXPECT(read_envelope(&arena, 2, &envelope));
    EXPECT(str_equals(envelope.record, event_text(text, 2, 0)));
    EXPECT(envelope.arrived_at.ms == now.now_ms && str_is(envelope.principal, "arn:writer"));
    EXPECT(!envelope.is_witnessed && envelope.door == EVENT_DOOR_EVENTS);
    close_all();
}

static void an_id_is_admitted_once_also_across_restarts(void) {
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(1, 500, 0, ADMISSION_ACCEPTED));
    EXPECT(sends(1, 500, 0, ADMISSION_DUPLICATE));
    close_all();
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(1, 500, 0, ADMISSION_DUPLICATE));
    EXPECT_INT(journal_end(journal), 500);
    struct admission_stats stats = admission_stats(admission);
    EXPECT(stats.duplicates == 500 && stats.admitted == 0 && stats.queued_bytes == 0);
    close_all();
}

static void duplicates_within_one_batch_are_found(void) {
    EXPECT(open_with((struct admission_options){0}));
    struct admission_batch *batch = batch_of(&writer, 1, 1, 0);
    char text[EVENT_TEXT_SIZE];
    admission_batch_add(batch, event_text(text, 1, 0));
    EXPECT(admission_submit(admission, batch, 1000, &error));
    EXPECT_INT(admission_batch_result(batch, 0).outcome, ADMISSION_ACCEPTED);
    EXPECT_INT(admission_batch_result(batch, 1).outcome, ADMISSION_DUPLICATE);
    admission_batch_destroy(batch);
    close_all();
}

static void another_content_under_a_known_id_is_refused_and_recorded(void) {
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(1, 1, 0, ADMISSION_ACCEPTED));
    EXPECT(sends(1, 1, 7, ADMISSION_REFUSED));
    EXPECT_INT(journal_end(journal), 2);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct event_envelope envelope;
    EXPECT(read_envelope(&arena, 2, &envelope));
    EXPECT(str_is(envelope.facets.name, "EventIdConflict") && envelope.is_witnessed);
    EXPECT(str_is(envelope.facets.source, "cairn.amazonaws.com"));
    EXPECT(str_is(envelope.facets.account, "111122223333") && str_is(envelope.facets.region, "us-east-1"));
    EXPECT(str_find(envelope.record, STR_LITERAL("00000000-0000-4000-8000-000000000001")) != SIZE_MAX);
    EXPECT(str_find(envelope.record, STR_LITERAL("\"sentBy\":\"arn:writer\"")) != SIZE_MAX);
    EXPECT(sends(1, 1, 7, ADMISSION_REFUSED));
    EXPECT_INT(journal_end(journal), 2); /* the same attempt again is not recorded again */
    EXPECT(sends(1, 1, 8, ADMISSION_REFUSED));
    EXPECT_INT(journal_end(journal), 3);
    EXPECT_INT(admission_stats(admission).conflicts, 3);
    close_all();
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(1, 1, 0, ADMISSION_DUPLICATE));
    close_all();
}

static bool accepts_nobody_else(struct str account, void *context) {
    return str_is(account, context);
}

static void each_record_is_judged_for_itself(void) {
    static char own_account[] = "999999999999";
    static const char gap[] =
        "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"accountId\":\"111122223333\"},"
        "\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventSource\":\"cairn.amazonaws.com\","
        "\"eventName\":\"EventsNotRecorded\",\"awsRegion\":\"us-east-1\",\"eventType\":\"AwsServiceEvent\","
        "\"eventID\":\"10000000-0000-4000-8000-000000000000\",\"recipientAccountId\":\"111122223333\"}";
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(strstr(result_of(&writer, gap).reason, "made by Cairn itself") != NULL);
    EXPECT_INT(result_of(&writer, "{\"eventVersion\":").outcome, ADMISSION_REFUSED);
    struct admission_sender admin = writer;
    admin.may_send_reserved = true;
    EXPECT_INT(result_of(&admin, gap).outcome, ADMISSION_ACCEPTED);
    struct admission_sender limited = writer;
    limited.accepts_account = accepts_nobody_else;
    limited.context = own_account;
    char text[EVENT_TEXT_SIZE];
    (void)event_text(text, 5, 0);
    EXPECT(strcmp(result_of(&limited, text).reason, "not accepted for account 111122223333") == 0);
    EXPECT_INT(result_of(&writer, text).outcome, ADMISSION_ACCEPTED);
    EXPECT_INT(admission_stats(admission).refused, 3);
    close_all();
}

static bool is_account_of_large_events(struct str account, void *context) {
    return str_is(account, context);
}

static void an_event_above_256_kib_is_for_stores_of_large_events_only(void) {
    EXPECT(open_with((struct admission_options){0}));
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    char record[EVENT_TEXT_SIZE];
    struct str small = event_text(record, 1, 0);
    EXPECT(buf_append_text(&text, "{\"filler\":\""));
    while (text.size + small.size < EVENT_SIZE_MAX)
        EXPECT(buf_append_char(&text, 'x'));
    EXPECT(buf_append_text(&text, "\",") && buf_append(&text, small.data + 1, small.size - 1));
    EXPECT(strstr(result_of(&writer, text.data).reason, "at most 262144") != NULL);
    struct admission_sender sender = writer;
    sender.takes_large = is_account_of_large_events;
    sender.context = (void *)(uintptr_t) "222233334444";
    EXPECT(strstr(result_of(&sender, text.data).reason, "at most 262144") != NULL);
    sender.context = (void *)(uintptr_t) "111122223333";
    struct admission_result result = result_of(&sender, text.data);
    EXPECT_INT(result.outcome, ADMISSION_ACCEPTED);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct event_envelope envelope;
    EXPECT(read_envelope(&arena, result.position, &envelope) && envelope.is_archive);
    close_all();
}

static void arrival_time_never_goes_backwards(void) {
    EXPECT(open_with((struct admission_options){0}));
    int64_t start_ms = now.now_ms;
    EXPECT(sends(1, 1, 0, ADMISSION_ACCEPTED));
    clock_manual_advance(&now, -5000);
    EXPECT(sends(2, 1, 0, ADMISSION_ACCEPTED));
    close_all();
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(3, 1, 0, ADMISSION_ACCEPTED));
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct event_envelope envelope;
    EXPECT(read_envelope(&arena, 2, &envelope) && envelope.arrived_at.ms == start_ms);
    EXPECT(read_envelope(&arena, 3, &envelope) && envelope.arrived_at.ms == start_ms);
    close_all();
}

static void below_the_free_disk_floor_writes_are_refused_until_there_is_room(void) {
    EXPECT(open_with((struct admission_options){.free_disk_floor = 1000000}));
    disk_sim_set_free_bytes(sim, 1000100);
    EXPECT(!sends(1, 10, 0, ADMISSION_ACCEPTED) && error.kind == ERROR_LIMIT);
    disk_sim_set_free_bytes(sim, 999999);
    EXPECT(admission_stats(admission).is_refusing);
    disk_sim_set_free_bytes(sim, 9000000);
    EXPECT(!admission_stats(admission).is_refusing && sends(1, 10, 0, ADMISSION_ACCEPTED));
    close_all();
}

static void after_a_failed_write_everything_is_refused(void) {
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(1, 3, 0, ADMISSION_ACCEPTED));
    disk_sim_fail_at(sim, 1);
    EXPECT(!sends(4, 1, 0, ADMISSION_ACCEPTED) && error.kind == ERROR_IO);
    EXPECT(!sends(5, 1, 0, ADMISSION_ACCEPTED) && error.kind == ERROR_UNAVAILABLE);
    EXPECT(!sends(1, 1, 0, ADMISSION_DUPLICATE) && admission_stats(admission).is_refusing);
    EXPECT(admission_has_stopped(admission, &error) && error.kind == ERROR_IO);
    close_all();
    EXPECT(open_with((struct admission_options){0}));
    EXPECT(sends(1, 3, 0, ADMISSION_DUPLICATE) && sends(5, 1, 0, ADMISSION_ACCEPTED));
    close_all();
}

static void one_record_of_our_own_is_admitted_in_one_call(void) {
    EXPECT(open_with((struct admission_options){0}));
    char text[EVENT_TEXT_SIZE];
    uint64_t position = 0;
    EXPECT(admission_admit(admission, &writer, event_text(text, 1, 0), &position, &error) && position == 1);
    EXPECT(!admission_admit(admission, &writer, STR_LITERAL("{}"), &position, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    close_all();
}

static void a_batch_larger_than_memory_goes_in_parts(void) {
    EXPECT(open_with((struct admission_options){0})); /* 64 ids in memory */
    EXPECT(sends(1, 9000, 0, ADMISSION_ACCEPTED));
    EXPECT_INT(journal_end(journal), 9000);
    admission_stop(admission);
    EXPECT_INT(seen_position(seen), 9000);
    close_all();
}

static void after_the_stop_senders_are_told(void) {
    EXPECT(open_with((struct admission_options){0}));
    admission_stop(admission);
    struct admission_batch *batch = batch_of(&writer, 1, 1, 0);
    EXPECT(!admission_submit(admission, batch, 0, &error) && error.kind == ERROR_UNAVAILABLE);
    EXPECT(strstr(error.message, "shutting down") != NULL);
    admission_batch_destroy(batch);
    close_all();
}

static void a_full_queue_is_overload(void) {
    struct journal_options journal_options = {0};
    struct seen_options seen_options = {0};
    struct admission_options options = {.queued_bytes_max = 1};
    journal = journal_open(disk_sim_disk(sim), &journal_options, &error);
    seen = seen_open(disk_sim_disk(sim), &seen_options, &error);
    admission = admission_open(disk_sim_disk(sim), journal, seen, &options, &error);
    EXPECT(admission != NULL && !admission_step(admission));
    struct admission_batch *first = batch_of(&writer, 1, 1, 0), *second = batch_of(&writer, 2, 1, 0);
    EXPECT(admission_hand_in(admission, first, 0, &error));
    EXPECT(!admission_submit(admission, second, 5, &error) && error.kind == ERROR_UNAVAILABLE);
    EXPECT(strstr(error.message, "overloaded") != NULL && admission_stats(admission).queued_bytes > 1);
    EXPECT(admission_step(admission) && first->done);
    EXPECT_INT(admission_batch_result(first, 0).outcome, ADMISSION_ACCEPTED);
    EXPECT_INT(admission_stats(admission).queued_bytes, 0);
    admission_batch_destroy(first);
    admission_batch_destroy(second);
    close_all();
}

enum { SENDERS = 4, SENT = 2000 };
static uint64_t accepted_count;

static void send_many(void *context) {
    const struct admission_sender *sender = context;
    for (unsigned first = 0; first < SENT; first += 50) {
        struct error problem = {0};
        struct admission_batch *batch = batch_of(sender, first, 50, 0);
        EXPECT(admission_submit(admission, batch, 10000, &problem));
        uint64_t accepted = 0;
        for (size_t i = 0; i < admission_batch_count(batch); i++)
            accepted += admission_batch_result(batch, i).outcome == ADMISSION_ACCEPTED;
        (void)__atomic_add_fetch(&accepted_count, accepted, __ATOMIC_RELAXED);
        admission_batch_destroy(batch);
    }
}

static void concurrent_senders_of_the_same_add_each_event_once(void) {
    EXPECT(open_with((struct admission_options){0}));
    struct admission_sender sender = writer;
    struct thread *threads[SENDERS];
    for (int i = 0; i < SENDERS; i++)
        threads[i] = thread_start("sender", send_many, &sender);
    for (int i = 0; i < SENDERS; i++)
        thread_join(threads[i]);
    EXPECT_INT(accepted_count, SENT);
    EXPECT_INT(journal_end(journal), SENT);
    EXPECT_INT(admission_stats(admission).duplicates, (SENDERS - 1) * SENT);
    close_all();
}

#define TEST_ON_NEW_DISK(function)                                                                           \
    do {                                                                                                     \
        sim = disk_sim_create(1);                                                                            \
        clock_manual_init(&now, (struct moment){1780000000000});                                             \
        TEST(function);                                                                                      \
        disk_sim_destroy(sim);                                                                               \
    } while (0)

static void ids_that_tell_the_content_never_conflict(void) {
    EXPECT(open_with((struct admission_options){0}));
    struct admission_sender sender = writer;
    sender.ids_tell_content = true;
    EXPECT(sends(1, 1, 0, ADMISSION_ACCEPTED));
    uint64_t conflicts = admission_stats(admission).conflicts;
    struct admission_batch *batch = batch_of(&sender, 1, 1, 7);
    EXPECT(admission_submit(admission, batch, 1000, &error));
    EXPECT_INT(admission_batch_result(batch, 0).outcome, ADMISSION_DUPLICATE);
    admission_batch_destroy(batch);
    EXPECT_INT(admission_stats(admission).conflicts, conflicts);
    EXPECT(sends(1, 1, 7, ADMISSION_REFUSED));
    EXPECT_INT(admission_stats(admission).conflicts, conflicts + 1);
    close_all();
}

int main(void) {
    TEST_ON_NEW_DISK(accepted_records_are_in_the_journal_with_their_envelope);
    TEST_ON_NEW_DISK(an_id_is_admitted_once_also_across_restarts);
    TEST_ON_NEW_DISK(duplicates_within_one_batch_are_found);
    TEST_ON_NEW_DISK(another_content_under_a_known_id_is_refused_and_recorded);
    TEST_ON_NEW_DISK(ids_that_tell_the_content_never_conflict);
    TEST_ON_NEW_DISK(each_record_is_judged_for_itself);
    TEST_ON_NEW_DISK(an_event_above_256_kib_is_for_stores_of_large_events_only);
    TEST_ON_NEW_DISK(arrival_time_never_goes_backwards);
    TEST_ON_NEW_DISK(below_the_free_disk_floor_writes_are_refused_until_there_is_room);
    TEST_ON_NEW_DISK(after_a_failed_write_everything_is_refused);
    TEST_ON_NEW_DISK(one_record_of_our_own_is_admitted_in_one_call);
    TEST_ON_NEW_DISK(a_batch_larger_than_memory_goes_in_parts);
    TEST_ON_NEW_DISK(after_the_stop_senders_are_told);
    TEST_ON_NEW_DISK(a_full_queue_is_overload);
    TEST_ON_NEW_DISK(concurrent_senders_of_the_same_add_each_event_once);
    return tap_done();
}
