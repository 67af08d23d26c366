/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P2, P7.
 *
 * Pull the plug on the door. Rounds of opening journal, ids and admission, sending batches of new,
 * repeated and conflicting records as a careless sender would, with one operation that fails, then a
 * power cut. After each reopening: what was answered accepted is at its position, every id is in
 * the journal at most once, nothing conflicting ever gets in; at the end every record is sent
 * again and every id is there exactly once.
 */
#include "base/bits.h"
#include "support/admission_world.h"
#include "support/event_text.h"

enum { BATCHES = 10, IDS = 200, POSITIONS = 1000, GENUINE = 0, PLANTED = 1 };

static uint64_t position_of[IDS]; /* 0: not known to be admitted */
static bool promised[IDS];        /* answered accepted or duplicate */
static uint64_t released;

static void add(struct admission_batch *batch, unsigned id, unsigned variant) {
    char text[EVENT_TEXT_SIZE];
    admission_batch_add(batch, event_text(text, id, variant));
}

/* New ones, now and then an old one again or another content under an admitted id. */
static struct admission_batch *make_batch(const struct stores *stores) {
    static const struct admission_sender sender = {.door = EVENT_DOOR_EVENTS};
    struct admission_batch *batch = admission_batch_create(stores->admission, &sender);
    for (uint64_t count = 1 + roll() % 3; count > 0 && sent + 1 < IDS; count--)
        add(batch, ++sent, GENUINE);
    unsigned old = 1 + (unsigned)(roll() % sent);
    if (roll() % 2 == 0)
        add(batch, old, position_of[old] != 0 && roll() % 2 == 0 ? PLANTED : GENUINE);
    return batch;
}

static bool note_results(const struct admission_batch *batch) {
    for (size_t i = 0; i < admission_batch_count(batch); i++) {
        struct admission_result result = admission_batch_result(batch, i);
        unsigned id = id_of(&result.id);
        if (result.outcome == ADMISSION_PENDING)
            return false;
        promised[id] = promised[id] || result.outcome == ADMISSION_DUPLICATE;
        if (result.outcome != ADMISSION_ACCEPTED)
            continue;
        promised[id] = true;
        if (position_of[id] != 0)
            return false; /* admitted a second time */
        position_of[id] = result.position;
    }
    return true;
}

static bool work(struct stores *stores) {
    bool ok = true, failed_before = false;
    struct error error = {0};
    for (int i = 0; i < BATCHES; i++) {
        struct admission_batch *batch = make_batch(stores);
        EXPECT(admission_hand_in(stores->admission, batch, 0, &error));
        EXPECT(admission_step(stores->admission) && batch->done);
        if (batch->error.kind == ERROR_NONE)
            ok = ok && note_results(batch) && !failed_before;
        else
            failed_before = failed_before || journal_is_broken(stores->journal);
        admission_batch_destroy(batch);
        clock_manual_advance(&now, (int64_t)(roll() % 100) - 30);
        if (roll() % 4 == 0) {
            released = journal_end(stores->journal);
            IGNORE(journal_release(stores->journal, released, &error), "what cannot go stays");
        }
    }
    if (roll() % 3 == 0)
        admission_stop(stores->admission);
    return ok;
}

/* One record of the journal against what we know. */
static bool check_record(
    const struct journal_record *record, struct arena *arena, int64_t *last_arrival, unsigned *ret_id) {
    struct error error = {0};
    struct event_envelope envelope;
    char text[EVENT_TEXT_SIZE];
    if (!event_envelope_parse(arena, record->payload, &envelope, &error))
        return false;
    bool ok = envelope.arrived_at.ms >= *last_arrival;
    *last_arrival = envelope.arrived_at.ms;
    if (str_is(envelope.facets.name, "EventIdConflict"))
        return ok;
    unsigned id = id_of(&envelope.facets.id);
    ok = ok && id <= sent && str_equals(envelope.record, event_text(text, id, GENUINE)) &&
         (position_of[id] == 0 || position_of[id] == record->position);
    position_of[id] = record->position;
    *ret_id = id;
    return ok;
}

static bool journal_matches(struct journal *journal) {
    struct error error = {0};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    uint64_t oldest = journal_oldest(journal), end = journal_end(journal);
    int64_t last_arrival = INT64_MIN;
    unsigned id_at[POSITIONS] = {0};
    struct journal_cursor *cursor = journal_cursor_create(journal, oldest);
    bool ok = oldest <= released + 1 && end < POSITIONS;
    for (uint64_t position = oldest; ok && position <= end; position++) {
        struct journal_record record = {0};
        arena_clear(&arena);
        ok = journal_cursor_next(cursor, &record, &error) &&
             check_record(&record, &arena, &last_arrival, &id_at[position]);
    }
    journal_cursor_destroy(cursor);
    for (unsigned id = 1; ok && id <= sent; id++)
        ok = position_of[id] == 0 ? !promised[id] : position_of[id] < oldest || id_at[position_of[id]] == id;
    return ok;
}

/* What was admitted is a duplicate now, the rest comes in; in the end each id is there once. */
static bool all_can_be_sent_again(struct stores *stores) {
    static const struct admission_sender sender = {.door = EVENT_DOOR_EVENTS};
    struct error error = {0};
    struct admission_batch *batch = admission_batch_create(stores->admission, &sender);
    for (unsigned id = 1; id <= sent; id++)
        add(batch, id, GENUINE);
    bool ok = admission_hand_in(stores->admission, batch, 0, &error) && admission_step(stores->admission) &&
              batch->error.kind == ERROR_NONE;
    for (unsigned id = 1; ok && id <= sent; id++)
        ok = admission_batch_result(batch, id - 1).outcome ==
             (position_of[id] != 0 ? ADMISSION_DUPLICATE : ADMISSION_ACCEPTED);
    ok = ok && note_results(batch) && journal_matches(stores->journal);
    admission_batch_destroy(batch);
    return ok;
}

static bool reopens_and_matches(bool is_last) {
    struct error error = {0};
    struct stores stores;
    bool ok = open_stores(&stores, &error) && journal_matches(stores.journal) &&
              (!is_last || all_can_be_sent_again(&stores));
    if (!ok)
        printf("# %s\n", error.message);
    close_stores(&stores);
    return ok;
}

static bool run_round(int point, bool is_last) {
    struct error error = {0};
    struct stores stores;
    disk_sim_fail_at(sim, point);
    bool ok = !open_stores(&stores, &error) || work(&stores);
    close_stores(&stores);
    disk_sim_fail_at(sim, -1);
    if (ok && roll() % 2 == 0)
        ok = reopens_and_matches(false);
    disk_sim_crash(sim);
    return ok && reopens_and_matches(is_last);
}

static void forget(void) {
    memset(position_of, 0, sizeof position_of);
    memset(promised, 0, sizeof promised);
    released = 0;
}

static void every_event_is_admitted_exactly_once_whatever_fails(void) {
    world_try_seeds(forget, run_round);
}

int main(void) {
    TEST(every_event_is_admitted_exactly_once_whatever_fails);
    return tap_done();
}
