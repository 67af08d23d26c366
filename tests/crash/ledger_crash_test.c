/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P2, P3, P7.
 *
 * Pull the plug on a gateway entry. Rounds of opening the stores and the ledger in either mode, calls
 * that are refused, forwarded, recorded, shed or left in flight, reports that come late or never, a disk that
 * is nearly full now and then, and one operation that fails, or all from one on; then a clean close or none,
 * and a power cut. After each reopening, in calls: seen = recorded + gaps + refused; recorded is what the
 * journal has; no call that was forwarded in fail-closed mode is without a record; the gaps are no fewer than
 * what was lost, and at most so many more as were reserved; gap events tell each of them once, the exact ones
 * only of calls that were lost; nothing is in the journal twice.
 */
#include "ledger/private.h"
#include "support/gateway_world.h"
#include "support/seeds.h"
#include "support/tap.h"

enum { SEEDS = 12, POINTS = 96, ROUNDS = 3, STEPS = 24, CALLS = 4096, FLOOR = 1 << 20 };

/* What really became of a call. */
struct truth {
    bool is_given, is_forwarded, is_fail_closed;
    bool has_intent; /* answered durable */
    bool is_ended;   /* in this life: nothing more happens to it */
    bool has_record, has_late_report;
    bool is_counted; /* shed, or in flight at a clean close: known to be lost, where it has no record */
};

static struct gateway_world world;
static struct ledger *ledger;
static bool is_fail_closed;
static uint64_t random_state;
static struct truth calls[CALLS];
static uint64_t given, unnumbered, last_given;
static uint64_t reserved_end, never_given; /* of this life; of all lives */

static uint64_t roll(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

static struct moment now(void) {
    return clock_now(&world.now.clock);
}

/* ---- a life ---- */

static bool submit(bool is_intent, uint64_t sequence) {
    struct error error = {0};
    enum admission_outcome outcome =
        gateway_world_submit(&world, is_intent, (unsigned)sequence, sequence, &error);
    return outcome == ADMISSION_ACCEPTED || outcome == ADMISSION_DUPLICATE;
}

static void begin_call(void) {
    uint64_t sequence = ledger_begin(ledger);
    if (sequence == 0) {
        ledger_refused(ledger, 0);
        unnumbered++;
        return;
    }
    struct truth *call = &calls[sequence];
    EXPECT(!call->is_given && sequence < CALLS); /* no number is given twice */
    *call = (struct truth){.is_given = true, .is_fail_closed = is_fail_closed};
    given++;
    last_given = sequence;
    if (call->is_fail_closed)
        call->has_intent = submit(true, sequence);
    call->is_forwarded = call->is_fail_closed ? call->has_intent : roll() % 8 != 0;
    call->is_ended = !call->is_forwarded;
    if (call->is_ended)
        ledger_refused(ledger, sequence);
}

static struct truth *pick(uint64_t *ret_sequence) {
    uint64_t back = roll() % 12;
    *ret_sequence = last_given > back ? last_given - back : 1;
    struct truth *call = &calls[*ret_sequence];
    return call->is_given && !call->is_ended ? call : NULL;
}

/* Whoever cannot record a call says that it is lost, though nobody knows after a failed write. */
static void end_call(void) {
    uint64_t sequence;
    struct truth *call = pick(&sequence);
    if (call == NULL)
        return;
    if (roll() % 8 == 0) {
        call->is_ended = true;
        call->is_counted = !call->is_fail_closed;
        ledger_shed(ledger, sequence, now(), "memory was full");
    } else if (call->is_fail_closed && roll() % 8 == 0) {
        (void)submit(true, sequence);
    } else if (submit(false, sequence)) {
        call->is_ended = call->has_record = true;
        call->has_late_report = roll() % 4 == 0;
        if (!call->has_late_report)
            ledger_recorded(ledger, sequence);
    } else if (!call->is_fail_closed) {
        call->is_ended = call->is_counted = true;
        ledger_shed(ledger, sequence, now(), "the record was refused");
    }
}

static void report_late(void) {
    uint64_t sequence = last_given > 6 ? last_given - roll() % 6 : 1;
    if (!calls[sequence].has_late_report)
        return;
    calls[sequence].has_late_report = false;
    ledger_recorded(ledger, sequence);
}

static void forget_life(bool is_clean) {
    for (uint64_t sequence = 1; sequence < CALLS; sequence++) {
        struct truth *call = &calls[sequence];
        call->is_counted = call->is_counted || (is_clean && !call->is_ended);
        call->is_ended = true;
        call->has_late_report = false;
    }
}

static void note_reserve(void) {
    if (ledger->state.reserved_end > reserved_end)
        reserved_end = ledger->state.reserved_end;
}

/* More calls at once than numbers are in hand. */
static void burst(void) {
    for (int i = 0; i < LEDGER_AHEAD_MIN + 8; i++)
        begin_call();
}

static void work(void) {
    struct error error = {0};
    int bursts = (int)(roll() % 16) - 13;
    for (int step = 0; step < STEPS; step++) {
        disk_sim_set_free_bytes(world.sim, roll() % 6 == 0 ? FLOOR - 1000 : UINT64_MAX);
        begin_call();
        if (roll() % 8 == 0 && bursts-- > 0)
            burst();
        end_call();
        end_call();
        report_late();
        clock_manual_advance(&world.now, 100 + (int64_t)(roll() % 900));
        if (roll() % 2 == 0)
            IGNORE(ledger_keep(ledger, &error), "tried again in the next step");
        note_reserve();
    }
    disk_sim_set_free_bytes(world.sim, UINT64_MAX);
}

static bool open_all(struct error *error) {
    struct ledger_options options;
    ledger = NULL;
    if (!gateway_world_open(&world, (struct admission_options){.free_disk_floor = FLOOR}, error))
        return false;
    is_fail_closed = roll() % 3 == 0;
    options = gateway_world_ledger(&world, is_fail_closed);
    never_given += LEDGER_AHEAD_MIN; /* also of those that fail at the end */
    ledger = ledger_open(&options, error);
    reserved_end = ledger != NULL ? ledger->next : 0;
    return ledger != NULL;
}

static void close_all(bool is_clean) {
    if (!is_clean)
        disk_sim_fail_from(world.sim, 0);
    if (ledger != NULL && reserved_end > ledger->next)
        never_given += reserved_end - ledger->next;
    ledger_close(ledger);
    ledger = NULL;
    if (!is_clean)
        disk_sim_fail_at(world.sim, -1);
    gateway_world_close(&world);
    forget_life(is_clean);
}

/* ---- after it ---- */

struct tally {
    uint64_t recorded, unknown, lost, counted;
};

static bool note_record(const struct event_envelope *envelope, bool *is_there, struct tally *tally) {
    if (str_is(envelope->facets.name, "EventIdConflict"))
        return false;
    if (envelope->kind != EVENT_KIND_EVENT || envelope->sequence == 0)
        return true;
    if (envelope->sequence >= CALLS || is_there[envelope->sequence])
        return false;
    is_there[envelope->sequence] = true;
    tally->recorded++;
    tally->unknown += str_is(envelope->facets.error_code, "OutcomeUnknown");
    return true;
}

/* The journal lets go of nothing here, so it has all records. */
static bool read_journal(bool *is_there, struct tally *tally) {
    struct error error = {0};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct journal_cursor *cursor = journal_cursor_create(world.journal, 1);
    bool ok = true;
    for (uint64_t position = 1; ok && position <= journal_end(world.journal); position++) {
        struct journal_record record = {0};
        struct event_envelope envelope = {0};
        arena_clear(&arena);
        ok = journal_cursor_next(cursor, &record, &error) &&
             event_envelope_parse(&arena, record.payload, &envelope, &error) &&
             note_record(&envelope, is_there, tally);
    }
    journal_cursor_destroy(cursor);
    return ok;
}

static bool calls_are_right(const bool *is_there, struct tally *tally) {
    for (uint64_t sequence = 1; sequence < CALLS; sequence++) {
        const struct truth *call = &calls[sequence];
        if ((is_there[sequence] && !call->is_given) || (call->has_record && !is_there[sequence]))
            return false;
        bool is_lost = call->is_forwarded && !is_there[sequence];
        if (is_lost && call->is_fail_closed)
            return false;
        tally->lost += is_lost;
        tally->counted += is_lost && call->is_counted;
    }
    return true;
}

#define CHECK(condition) (ok = ((condition) || (printf("# not: %s\n", #condition), false)) && ok)

static bool matches(void) {
    static bool is_there[CALLS];
    struct tally tally = {0};
    struct gateway_world_gaps told = {0};
    struct ledger_numbers numbers = ledger_numbers(ledger);
    bool ok = true;
    memset(is_there, 0, sizeof is_there);
    CHECK(read_journal(is_there, &tally) && gateway_world_gaps(&world, &told));
    CHECK(calls_are_right(is_there, &tally));
    CHECK(numbers.in_flight == 0);
    CHECK(numbers.seen == numbers.recorded + numbers.gaps + numbers.refused);
    CHECK(numbers.recorded == tally.recorded && numbers.unknown_outcomes == tally.unknown);
    CHECK(numbers.seen >= given && numbers.seen <= given + unnumbered + never_given);
    CHECK(numbers.gaps >= tally.lost && told.calls == numbers.gaps && told.exact_calls <= tally.counted);
    CHECK(admission_stats(world.admission).open_intents == 0);
    return ok;
}

static bool reopens_and_matches(void) {
    struct error error = {0};
    bool ok = open_all(&error);
    if (!ok)
        printf("# %s\n", error.message);
    ok = ok && matches();
    close_all(roll() % 2 == 0);
    return ok;
}

static bool run_round(int point) {
    struct error error = {0};
    if (roll() % 4 == 0)
        disk_sim_fail_from(world.sim, point);
    else
        disk_sim_fail_at(world.sim, point);
    if (open_all(&error))
        work();
    close_all(roll() % 3 == 0);
    disk_sim_fail_at(world.sim, -1);
    if (roll() % 2 == 0 && !reopens_and_matches())
        return false;
    disk_sim_crash(world.sim);
    return reopens_and_matches();
}

static void start_over(uint64_t seed, int point) {
    world = (struct gateway_world){.sim = disk_sim_create(seed)};
    clock_manual_init(&world.now, (struct moment){1780000000000});
    random_state = seed * POINTS + (uint64_t)point;
    memset(calls, 0, sizeof calls);
    given = unnumbered = never_given = last_given = 0;
}

static void every_call_is_accounted_for_whatever_fails(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        for (int point = 0; point < POINTS && tap_ok; point++) {
            start_over(seed, point);
            for (int round = 0; round < ROUNDS && tap_ok; round++) {
                tap_ok = run_round(point * 4 + round * 17) && tap_ok;
                if (!tap_ok)
                    printf("# replay: seed %ju point %d round %d\n", (uintmax_t)seed, point, round);
            }
            disk_sim_destroy(world.sim);
        }
    }
}

int main(void) {
    TEST(every_call_is_accounted_for_whatever_fails);
    return tap_done();
}
