/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P3, P7.
 *
 * Pull the plug on calls of a gateway that forwards nothing without an intent. Rounds of opening journal,
 * ids and admission, beginning calls, renewing and ending them among records of others, letting the
 * journal go as far as it may, with one operation that fails, then a power cut. After each reopening: every
 * call whose intent was answered durable is either open, with the bytes and number it had, or has its
 * record in the journal; none that was answered ended is open; at the end all that are open are ended as
 * they are, and then every id has exactly one record.
 */
#include "support/admission_world.h"
#include "support/event_text.h"

enum { BATCHES = 12, IDS = 300, BEGUN = 0, ENDED = 1 };

/* What was promised of a call. */
struct promise {
    bool begun, ended;
    bool maybe_ended; /* its record was sent */
    bool is_other;    /* no call: a record of another sender */
};

static struct promise promises[IDS];
static const struct admission_sender gateway = {
    .door = EVENT_DOOR_GATEWAY, .principal = {"gateway/one", 11}, .is_witnessed = true};

struct part {
    unsigned id;
    bool is_record;
};

struct sending {
    struct admission_batch *batch;
    struct part parts[8];
    size_t count;
};

static void add(struct sending *sending, unsigned id, bool is_record) {
    char text[EVENT_TEXT_SIZE];
    sending->parts[sending->count++] = (struct part){id, is_record};
    if (!is_record) {
        admission_batch_add_intent(sending->batch, event_text(text, id, BEGUN), id);
        return;
    }
    promises[id].maybe_ended = true;
    admission_batch_add_numbered(sending->batch, event_text(text, id, ENDED), id);
}

/* New calls and records of others; old calls are renewed or ended, once. */
static struct sending make_batch(const struct stores *stores) {
    struct sending sending = {.batch = admission_batch_create(stores->admission, &gateway)};
    for (uint64_t count = 1 + roll() % 3; count > 0 && sent + 1 < IDS; count--) {
        promises[++sent].is_other = roll() % 3 == 0;
        add(&sending, sent, promises[sent].is_other);
    }
    for (uint64_t count = roll() % 4; count > 0; count--) {
        unsigned old = 1 + (unsigned)(roll() % sent);
        if (promises[old].begun && !promises[old].maybe_ended)
            add(&sending, old, roll() % 4 != 0);
    }
    return sending;
}

static void note_results(const struct sending *sending) {
    for (size_t i = 0; i < sending->count; i++) {
        struct promise *promise = &promises[sending->parts[i].id];
        enum admission_outcome outcome = admission_batch_result(sending->batch, i).outcome;
        bool is_durable = outcome == ADMISSION_ACCEPTED || outcome == ADMISSION_DUPLICATE;
        promise->ended = promise->ended || (is_durable && sending->parts[i].is_record);
        promise->begun = promise->begun || is_durable;
    }
}

static void work(struct stores *stores) {
    struct error error = {0};
    for (int i = 0; i < BATCHES; i++) {
        struct sending sending = make_batch(stores);
        EXPECT(admission_hand_in(stores->admission, sending.batch, 0, &error));
        EXPECT(admission_step(stores->admission) && sending.batch->done);
        note_results(&sending);
        admission_batch_destroy(sending.batch);
        clock_manual_advance(&now, (int64_t)(roll() % 100));
        if (roll() % 3 == 0)
            IGNORE(journal_release(stores->journal, journal_end(stores->journal), &error),
                "what cannot go stays");
    }
    if (roll() % 3 == 0)
        admission_stop(stores->admission);
}

/* What the journal shows of each id now. */
struct found {
    uint64_t begun_at, ended_at;
    unsigned end_count;
};

static bool read_journal(struct journal *journal, struct found *ret_found) {
    struct error error = {0};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    uint64_t oldest = journal_oldest(journal), end = journal_end(journal);
    struct journal_cursor *cursor = journal_cursor_create(journal, oldest);
    bool ok = true;
    for (uint64_t position = oldest; ok && position <= end; position++) {
        struct journal_record record = {0};
        struct event_envelope envelope = {0};
        arena_clear(&arena);
        ok = journal_cursor_next(cursor, &record, &error) &&
             event_envelope_parse(&arena, record.payload, &envelope, &error);
        struct found *found = &ret_found[ok ? id_of(&envelope.facets.id) : 0];
        *(envelope.kind == EVENT_KIND_INTENT ? &found->begun_at : &found->ended_at) = position;
        found->end_count += envelope.kind == EVENT_KIND_EVENT;
    }
    journal_cursor_destroy(cursor);
    return ok;
}

static bool is_as_it_was(const struct admission_intent *intent) {
    char text[EVENT_TEXT_SIZE];
    unsigned id = id_of(&intent->id);
    return id <= sent && str_equals(intent->record, event_text(text, id, BEGUN)) && intent->sequence == id &&
           str_equals(intent->principal, gateway.principal) && !promises[id].ended;
}

/* Nothing that was promised is missing, and nothing is open that has its record. */
static bool matches(struct stores *stores, struct arena *arena) {
    struct error error = {0};
    struct found found[IDS] = {0};
    bool is_open[IDS] = {0};
    struct admission_intent *intents = NULL;
    size_t count = 0;
    if (!read_journal(stores->journal, found) ||
        !admission_open_intents(stores->admission, arena, &intents, &count, &error))
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned id = id_of(&intents[i].id);
        if (!is_as_it_was(&intents[i]) || found[id].begun_at != intents[i].position || is_open[id] ||
            (i > 0 && intents[i].position <= intents[i - 1].position))
            return false;
        is_open[id] = true;
    }
    for (unsigned id = 1; id <= sent; id++) {
        const struct promise *promise = &promises[id];
        bool has_record = found[id].end_count > 0;
        bool must_be_open = promise->begun && !promise->ended && !promise->is_other && !has_record;
        bool may_be_open = found[id].begun_at > 0 && !has_record && !promise->ended;
        if (found[id].end_count > 1 || (must_be_open && !is_open[id]) || is_open[id] != may_be_open)
            return false;
        /* What a crash brought to light is as good as promised. */
        promises[id].begun = promises[id].begun || is_open[id];
        promises[id].ended = promises[id].ended || has_record;
        promises[id].maybe_ended = promises[id].ended;
    }
    return admission_stats(stores->admission).open_intents == count;
}

/* As the gateway does it: what is open is ended as it is. */
static bool all_can_be_ended(struct stores *stores, struct arena *arena) {
    struct error error = {0};
    struct admission_intent *intents = NULL;
    size_t count = 0;
    if (!admission_open_intents(stores->admission, arena, &intents, &count, &error))
        return false;
    struct admission_batch *batch = admission_batch_create(stores->admission, &gateway);
    for (size_t i = 0; i < count; i++)
        admission_batch_add_numbered(batch, intents[i].record, intents[i].sequence);
    bool ok = admission_submit(stores->admission, batch, 0, &error);
    for (size_t i = 0; ok && i < count; i++) {
        ok = admission_batch_result(batch, i).outcome == ADMISSION_ACCEPTED;
        promises[id_of(&intents[i].id)].ended = true;
    }
    admission_batch_destroy(batch);
    return ok && admission_stats(stores->admission).open_intents == 0 && matches(stores, arena);
}

static bool reopens_and_matches(bool is_last) {
    struct error error = {0};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct stores stores;
    bool ok = open_stores(&stores, &error) && matches(&stores, &arena) &&
              ((!is_last && roll() % 3 != 0) || all_can_be_ended(&stores, &arena));
    if (!ok)
        printf("# %s\n", error.message);
    close_stores(&stores);
    return ok;
}

static bool run_round(int point, bool is_last) {
    struct error error = {0};
    struct stores stores;
    disk_sim_fail_at(sim, point);
    if (open_stores(&stores, &error))
        work(&stores);
    close_stores(&stores);
    disk_sim_fail_at(sim, -1);
    if (roll() % 2 == 0 && !reopens_and_matches(false))
        return false;
    disk_sim_crash(sim);
    return reopens_and_matches(is_last);
}

static void forget(void) {
    memset(promises, 0, sizeof promises);
}

static void no_call_that_began_is_forgotten_whatever_fails(void) {
    world_try_seeds(forget, run_round);
}

int main(void) {
    TEST(no_call_that_began_is_forgotten_whatever_fails);
    return tap_done();
}
