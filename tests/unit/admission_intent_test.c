/* SPDX-License-Identifier: Apache-2.0 */
#include "admission/private.h"
#include "base/own.h"
#include "journal/journal.h"
#include "support/disk_sim.h"
#include "support/event_text.h"
#include "support/tap.h"
#include "sys/clock.h"

static struct disk_sim *sim;
static struct error error;
static struct clock_manual now;
static struct journal *journal;
static struct seen *seen;
static struct admission *admission;
static const struct admission_sender gateway = {
    .door = EVENT_DOOR_GATEWAY, .principal = {"gateway/one", 11}, .is_witnessed = true};
static const struct admission_sender writer = {.door = EVENT_DOOR_EVENTS, .principal = {"arn:writer", 10}};

/* No thread: admission_submit() does its work. */
static void open_with(struct admission_options options) {
    struct journal_options journal_options = {.generation = 1, .segment_bytes = 4000};
    struct seen_options seen_options = {.memory_entries = 8};
    options.clock = &now.clock;
    journal = journal_open(disk_sim_disk(sim), &journal_options, &error);
    seen = journal != NULL ? seen_open(disk_sim_disk(sim), &seen_options, &error) : NULL;
    admission = seen != NULL ? admission_open(disk_sim_disk(sim), journal, seen, &options, &error) : NULL;
    EXPECT(admission != NULL);
}

static void close_all(void) {
    admission_close(admission);
    seen_close(seen);
    journal_close(journal);
}

static void reopen(void) {
    close_all();
    open_with((struct admission_options){0});
}

enum part { INTENT, RECORD, OTHER };

/* Calls have one number each: of the id, and of the sequence. The record says more than its intent. */
static void add(struct admission_batch *batch, enum part part, unsigned number) {
    char text[EVENT_TEXT_SIZE];
    if (part == INTENT)
        admission_batch_add_intent(batch, event_text(text, number, 0), number);
    else
        admission_batch_add_numbered(batch, event_text(text, number, 1), part == RECORD ? number : 0);
}

static struct admission_result submit_one(enum part part, unsigned number) {
    struct admission_batch *batch = admission_batch_create(admission, part == OTHER ? &writer : &gateway);
    add(batch, part, number);
    error = (struct error){0};
    IGNORE(admission_submit(admission, batch, 0, &error), "the caller looks at the error");
    struct admission_result result = admission_batch_result(batch, 0);
    admission_batch_destroy(batch);
    return result;
}

static bool accepts(enum part part, unsigned number) {
    return submit_one(part, number).outcome == ADMISSION_ACCEPTED && error.kind == ERROR_NONE;
}

static uint64_t open_count(void) {
    return admission_stats(admission).open_intents;
}

static void an_intent_is_in_the_journal_and_is_no_event(void) {
    open_with((struct admission_options){0});
    EXPECT_INT(submit_one(INTENT, 7).position, 1);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct journal_record record = {0};
    struct event_envelope envelope;
    struct journal_cursor *cursor = journal_cursor_create(journal, 1);
    EXPECT(journal_cursor_next(cursor, &record, &error) && record.position == 1);
    EXPECT(event_envelope_parse(&arena, record.payload, &envelope, &error));
    EXPECT(envelope.kind == EVENT_KIND_INTENT && envelope.sequence == 7);
    char text[EVENT_TEXT_SIZE];
    EXPECT(str_equals(envelope.record, event_text(text, 7, 0)) && envelope.arrived_at.ms == now.now_ms);
    journal_cursor_destroy(cursor);
    EXPECT(open_count() == 1 && admission_stats(admission).admitted == 0);
    close_all();
}

static void the_record_of_a_call_is_new_and_ends_its_intent(void) {
    open_with((struct admission_options){0});
    EXPECT(accepts(INTENT, 1) && accepts(INTENT, 2) && open_count() == 2);
    EXPECT(accepts(RECORD, 1) && open_count() == 1);
    EXPECT_INT(submit_one(RECORD, 1).outcome, ADMISSION_DUPLICATE);
    reopen();
    EXPECT(open_count() == 1 && accepts(RECORD, 2) && open_count() == 0);
    reopen();
    EXPECT_INT(open_count(), 0);
    close_all();
}

static void an_intent_and_its_record_may_come_together(void) {
    open_with((struct admission_options){0});
    struct admission_batch *batch = admission_batch_create(admission, &gateway);
    add(batch, INTENT, 1);
    add(batch, RECORD, 1);
    add(batch, INTENT, 2);
    EXPECT(admission_submit(admission, batch, 0, &error));
    EXPECT(admission_batch_result(batch, 1).outcome == ADMISSION_ACCEPTED && open_count() == 1);
    admission_batch_destroy(batch);
    close_all();
}

static void open_intents_come_back_as_they_were_oldest_first(void) {
    open_with((struct admission_options){0});
    for (unsigned number = 1; number <= 200; number++)
        EXPECT(accepts(INTENT, number));
    for (unsigned number = 1; number <= 200; number++)
        EXPECT(number % 67 == 0 || accepts(RECORD, number));
    EXPECT(accepts(INTENT, 67)); /* renewed: the youngest now */
    reopen();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct admission_intent *intents = NULL;
    size_t count = 0;
    EXPECT(admission_open_intents(admission, &arena, &intents, &count, &error) && count == 2);
    static const unsigned expected[] = {134, 67};
    for (size_t i = 0; i < count; i++) {
        char text[EVENT_TEXT_SIZE];
        EXPECT(str_equals(intents[i].record, event_text(text, expected[i], 0)));
        EXPECT(intents[i].sequence == expected[i] && str_is(intents[i].principal, "gateway/one"));
    }
    EXPECT_INT(intents[0].position, 134);
    struct admission_batch *batch = admission_batch_create(admission, &gateway);
    for (size_t i = 0; i < count; i++)
        admission_batch_add_numbered(batch, intents[i].record, intents[i].sequence);
    EXPECT(admission_submit(admission, batch, 0, &error) && open_count() == 0);
    admission_batch_destroy(batch);
    close_all();
}

static void the_journal_keeps_an_intent_while_it_is_open(void) {
    open_with((struct admission_options){0});
    EXPECT(accepts(INTENT, 1));
    for (unsigned number = 2; number < 60; number++)
        EXPECT(accepts(OTHER, number));
    EXPECT(journal_release(journal, journal_end(journal), &error));
    EXPECT_INT(journal_oldest(journal), 1);
    EXPECT(accepts(INTENT, 1)); /* renewed */
    EXPECT(journal_release(journal, journal_end(journal), &error));
    uint64_t oldest = journal_oldest(journal);
    EXPECT(oldest > 1 && oldest < 60);
    for (unsigned number = 60; number < 120; number++)
        EXPECT(accepts(OTHER, number));
    reopen();
    EXPECT(journal_release(journal, journal_end(journal), &error));
    EXPECT(journal_oldest(journal) <= 59 && open_count() == 1);
    EXPECT(accepts(RECORD, 1) && accepts(OTHER, 120));
    EXPECT(journal_release(journal, journal_end(journal), &error) && journal_oldest(journal) > 59);
    close_all();
}

static void below_the_floor_calls_end_but_none_begins(void) {
    enum { FLOOR = 1000000, ROOM = ADMISSION_INTENT_ROOM_BYTES };
    open_with((struct admission_options){.free_disk_floor = FLOOR});
    disk_sim_set_free_bytes(sim, FLOOR + 2 * ROOM + 10000);
    EXPECT(accepts(INTENT, 1) && accepts(INTENT, 2));
    EXPECT_INT(submit_one(INTENT, 3).outcome, ADMISSION_PENDING);
    EXPECT(error.kind == ERROR_LIMIT && open_count() == 2);
    disk_sim_set_free_bytes(sim, FLOOR + ROOM); /* the room of an intent is not for others */
    EXPECT_INT(submit_one(OTHER, 4).outcome, ADMISSION_PENDING);
    EXPECT_INT(error.kind, ERROR_LIMIT);
    disk_sim_set_free_bytes(sim, FLOOR / 2);
    EXPECT(accepts(RECORD, 1) && open_count() == 1);
    EXPECT(submit_one(RECORD, 5).outcome == ADMISSION_PENDING && error.kind == ERROR_LIMIT);
    close_all();
}

static void one_senders_refusal_is_no_other_ones(void) {
    open_with((struct admission_options){.free_disk_floor = 1000000});
    EXPECT(accepts(INTENT, 1) && accepts(INTENT, 2));
    disk_sim_set_free_bytes(sim, 500000);
    struct admission_batch *other = admission_batch_create(admission, &writer);
    add(other, OTHER, 3);
    struct admission_batch *mixed = admission_batch_create(admission, &gateway);
    add(mixed, RECORD, 1);
    add(mixed, INTENT, 4);
    add(mixed, RECORD, 2);
    struct admission_batch *closing = admission_batch_create(admission, &gateway);
    add(closing, RECORD, 1);
    EXPECT(admission_hand_in(admission, other, 0, &error) && admission_hand_in(admission, mixed, 0, &error));
    EXPECT(admission_submit(admission, closing, 0, &error));
    EXPECT(other->done && admission_batch_failed(other, &error) && error.kind == ERROR_LIMIT);
    EXPECT(mixed->done && admission_batch_failed(mixed, &error) && error.kind == ERROR_LIMIT);
    EXPECT_INT(admission_batch_result(mixed, 0).outcome, ADMISSION_ACCEPTED);
    EXPECT_INT(admission_batch_result(mixed, 1).outcome, ADMISSION_PENDING);
    EXPECT_INT(admission_batch_result(mixed, 2).outcome, ADMISSION_ACCEPTED);
    EXPECT_INT(admission_batch_result(closing, 0).outcome, ADMISSION_DUPLICATE);
    EXPECT_INT(open_count(), 0);
    disk_sim_set_free_bytes(sim, UINT64_MAX);
    EXPECT(admission_submit(admission, mixed, 0, &error)); /* again, all of it */
    EXPECT_INT(admission_batch_result(mixed, 0).outcome, ADMISSION_DUPLICATE);
    EXPECT_INT(admission_batch_result(mixed, 1).outcome, ADMISSION_ACCEPTED);
    admission_batch_destroy(other);
    admission_batch_destroy(mixed);
    admission_batch_destroy(closing);
    close_all();
}

static unsigned done_count;

static void count_and_let_go(struct admission_batch *batch, void *context) {
    struct error why = {0};
    bool *ret_failed = context;
    done_count++;
    *ret_failed = admission_batch_failed(batch, &why);
    if (!*ret_failed)
        EXPECT_INT(admission_batch_result(batch, 0).outcome, ADMISSION_ACCEPTED);
    if (*ret_failed)
        admission_batch_destroy(batch);
    else
        admission_batch_clear(batch);
}

static void a_batch_that_nobody_waits_for_tells_its_end_once_and_is_used_again(void) {
    open_with((struct admission_options){.queued_bytes_max = 1});
    struct admission_batch *batch = admission_batch_create(admission, &gateway);
    struct admission_batch *second = admission_batch_create(admission, &gateway);
    bool failed = false;
    done_count = 0;
    for (unsigned number = 1; number <= 3; number++) {
        add(batch, INTENT, number);
        EXPECT(admission_submit_later(admission, batch, count_and_let_go, &failed, &error));
        EXPECT_INT(done_count, number - 1);
        EXPECT(admission_step(admission) && done_count == number && !failed);
        EXPECT_INT(admission_batch_count(batch), 0);
    }
    add(batch, INTENT, 4);
    add(second, INTENT, 5);
    EXPECT(admission_submit_later(admission, batch, count_and_let_go, &failed, &error));
    EXPECT(!admission_submit_later(admission, second, count_and_let_go, &failed, &error));
    EXPECT(error.kind == ERROR_UNAVAILABLE && done_count == 3);
    admission_batch_destroy(second);
    struct admission *closing = admission;
    admission = NULL;
    admission_close(closing);
    EXPECT(done_count == 4 && failed);
    close_all();
}

enum { LOOPS = 3, CALLS_PER_LOOP = 300 };

/* One loop of a gateway: a batch goes out, comes back, and goes out again. */
struct loop {
    unsigned first;
    struct mutex mutex;
    struct condition returned;
    struct admission_batch *batch; /* NULL: on its way */
    bool has_failed;
};

static void hand_back(struct admission_batch *batch, void *context) {
    struct loop *loop = context;
    struct error why = {0};
    MUTEX_SCOPE(&loop->mutex);
    loop->has_failed = loop->has_failed || admission_batch_failed(batch, &why);
    loop->batch = batch;
    condition_signal(&loop->returned);
}

static struct admission_batch *await_batch(struct loop *loop) {
    MUTEX_SCOPE(&loop->mutex);
    while (loop->batch == NULL)
        condition_wait(&loop->returned, &loop->mutex);
    return TAKE(loop->batch);
}

static void run_loop(void *context) {
    struct loop *loop = context;
    loop->batch = admission_batch_create(admission, &gateway);
    for (unsigned i = 0; i < CALLS_PER_LOOP; i++) {
        for (int part = INTENT; part <= RECORD; part++) {
            struct error problem = {0};
            struct admission_batch *batch = await_batch(loop);
            admission_batch_clear(batch);
            add(batch, (enum part)part, loop->first + i);
            EXPECT(admission_submit_later(admission, batch, hand_back, loop, &problem));
        }
    }
    admission_batch_destroy(await_batch(loop));
}

static void loops_share_groups_and_each_gets_its_batch_back(void) {
    open_with((struct admission_options){0});
    (void)admission_tally(admission, gateway.principal);
    admission_start(admission);
    struct loop loops[LOOPS];
    struct thread *threads[LOOPS];
    for (unsigned i = 0; i < LOOPS; i++) {
        loops[i] = (struct loop){.first = 1 + i * CALLS_PER_LOOP};
        mutex_init(&loops[i].mutex);
        condition_init(&loops[i].returned);
        threads[i] = thread_start("loop", run_loop, &loops[i]);
    }
    for (unsigned i = 0; i < LOOPS; i++) {
        thread_join(threads[i]);
        EXPECT(!loops[i].has_failed);
        condition_finish(&loops[i].returned);
        mutex_finish(&loops[i].mutex);
    }
    EXPECT_INT(open_count(), 0);
    EXPECT_INT(admission_tally(admission, gateway.principal).numbered, LOOPS * CALLS_PER_LOOP);
    EXPECT_INT(journal_end(journal), 2 * LOOPS * CALLS_PER_LOOP);
    admission_stop(admission);
    close_all();
}

static void numbered_records_are_counted_once_each(void) {
    open_with((struct admission_options){0});
    struct str principal = gateway.principal;
    EXPECT(accepts(RECORD, 1));
    EXPECT(admission_tally(admission, principal).numbered == 0);
    EXPECT(accepts(INTENT, 2) && accepts(RECORD, 2) && accepts(RECORD, 3) && accepts(OTHER, 4));
    EXPECT_INT(submit_one(RECORD, 3).outcome, ADMISSION_DUPLICATE);
    struct admission_tally tally = admission_tally(admission, principal);
    EXPECT(tally.numbered == 2 && tally.position == journal_end(journal));
    reopen();
    EXPECT_INT(admission_tally(admission, principal).position, 5);
    close_all();
}

#define TEST_ON_NEW_DISK(function)                                                                           \
    do {                                                                                                     \
        sim = disk_sim_create(1);                                                                            \
        clock_manual_init(&now, (struct moment){1780000000000});                                             \
        error = (struct error){0};                                                                           \
        TEST(function);                                                                                      \
        disk_sim_destroy(sim);                                                                               \
    } while (0)

int main(void) {
    TEST_ON_NEW_DISK(an_intent_is_in_the_journal_and_is_no_event);
    TEST_ON_NEW_DISK(the_record_of_a_call_is_new_and_ends_its_intent);
    TEST_ON_NEW_DISK(an_intent_and_its_record_may_come_together);
    TEST_ON_NEW_DISK(open_intents_come_back_as_they_were_oldest_first);
    TEST_ON_NEW_DISK(the_journal_keeps_an_intent_while_it_is_open);
    TEST_ON_NEW_DISK(below_the_floor_calls_end_but_none_begins);
    TEST_ON_NEW_DISK(one_senders_refusal_is_no_other_ones);
    TEST_ON_NEW_DISK(a_batch_that_nobody_waits_for_tells_its_end_once_and_is_used_again);
    TEST_ON_NEW_DISK(loops_share_groups_and_each_gets_its_batch_back);
    TEST_ON_NEW_DISK(numbered_records_are_counted_once_each);
    return tap_done();
}
