/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_keep: what the keeper does: reserve, save, tell.
 *
 * Invariants:
 * 1. The file's reserved_end is never below `end`: a number that is given is reserved on disk.
 * 2. The file's `recorded` is what the journal has up to the file's position, whatever was reported here.
 * 3. A gap event is admitted only after the file has it as pending, with its bytes: told again after a crash
 *    it is a duplicate.
 * 4. Once admission has stopped, nothing is saved that may rest on the write that failed: what was shed, and
 *    what a fail-closed entry refused, whose intent may be in the journal. The next opening finds out.
 */
#include "admission/intent.h"
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "call/call.h"
#include "sys/clock.h"

#include "private.h"

#include <string.h>

enum {
    SAVE_EVERY_MS = 1000,       /* counts that changed */
    SAVE_IDLE_EVERY_MS = 60000, /* only the journal moved on */
    SAVE_AGAIN_MS = 100,        /* after a failure */
    TELL_EVERY_MS = 1000,       /* gap events of one entry */
    GROWTH_MAX = 4,             /* times as many numbers at once as before */
    SHRINK_AT = 4,              /* times as many in hand as needed: give back */
};

static const struct uuid gap_space = {
    {0xa4, 0x1d, 0x5c, 0x88, 0x0e, 0x73, 0x4b, 0x26, 0xb5, 0x91, 0x3f, 0xd0, 0x62, 0xc7, 0x1b, 0x0d}};

/* ---- gap events ---- */

/* No call of this Cairn has the id: the ledger's own is random. */
static struct uuid gap_id(const struct ledger *ledger) {
    uint8_t name[UUID_SIZE + 8];
    memcpy(name, ledger->state.ledger_id.bytes, UUID_SIZE);
    store_u64(name + UUID_SIZE, ledger->state.gap_number);
    return uuid_named(gap_space, BYTES_OF(name));
}

void ledger_add_gap(struct ledger *ledger, const struct ledger_shed *lost, bool is_exact, struct moment now) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(LEDGER_PENDING_SIZE_MAX);
    struct call_gap gap = {
        .event_id = gap_id(ledger),
        .account = ledger->options.account,
        .region = ledger->options.region,
        .entry = ledger->owned_principal,
        .reason = str_from(lost->reason),
        .count = lost->count,
        .is_exact = is_exact,
        .first_at = lost->first_at,
        .last_at = lost->last_at,
        .now = now,
    };
    call_append_gap(&record, &gap);
    ASSERT(!record.overflowed);
    ledger->state.gap_number++;
    ledger_state_add_pending(
        &ledger->state, lost->count, str_of(mem_copy(record.data, record.size), record.size));
    ledger->needs_save = true;
}

static bool admit(struct ledger *ledger, struct str record, struct error *error) {
    static const char padding[JSON_PADDING];
    const struct admission_sender sender = {.door = EVENT_DOOR_INTERNAL,
        .principal = STR_LITERAL("cairn.amazonaws.com"),
        .is_witnessed = true,
        .may_send_reserved = true};
    SCOPED(buf_finish) struct buf padded = BUF_INIT(LEDGER_PENDING_SIZE_MAX + sizeof padding);
    (void)buf_append_str(&padded, record);
    (void)buf_append(&padded, padding, sizeof padding);
    struct admission_batch *batch = admission_batch_create(ledger->options.admission, &sender);
    admission_batch_add(batch, str_of(padded.data, record.size));
    /* Not waiting for room: calls wait for the keeper. */
    bool done = admission_submit(ledger->options.admission, batch, 0, error);
    struct admission_result result = admission_batch_result(batch, 0);
    if (done && result.outcome == ADMISSION_REFUSED)
        done = error_set(error, ERROR_INVALID, "%s", result.reason);
    admission_batch_destroy(batch);
    return done;
}

/* Oldest first, and only what the file has (invariant 3). */
bool ledger_tell(struct ledger *ledger, struct error *error) {
    while (ledger->state.pending_count > 0 && !ledger->needs_save) {
        if (!admit(ledger, ledger->state.pending[0].record, error))
            return error_context(error, "tell of a gap");
        ledger_state_drop_pending(&ledger->state);
        ledger->changed = true;
    }
    return true;
}

/* ---- saving ---- */

bool ledger_check_stopped(struct ledger *ledger, struct error *error) {
    struct error reason = {0};
    if (!admission_has_stopped(ledger->options.admission, &reason))
        return true;
    return error_set(error, ERROR_UNAVAILABLE, "admission has stopped: %.300s", reason.message);
}

bool ledger_save(struct ledger *ledger, struct error *error) {
    struct ledger_state *state = &ledger->state;
    struct admission_tally tally = admission_tally(ledger->options.admission, ledger->owned_principal);
    state->position = tally.position;
    state->recorded = ledger->tally_base + (tally.numbered - ledger->tally_numbered);
    state->saved_at = clock_now(ledger->options.clock);
    state->is_fail_closed = ledger->options.is_fail_closed;
    if (!ledger_file_write(ledger->options.disk, ledger->path, state, error))
        return false;
    ledger->needs_save = ledger->changed = false;
    ledger->saved_at = clock_instant(ledger->options.clock);
    return true;
}

/* ---- keeping ---- */

static int64_t passed_ms(const struct ledger *ledger, struct instant since) {
    return (clock_instant(ledger->options.clock).ns - since.ns) / 1000000;
}

/* Called with the mutex held. How many numbers are given in a second; slowly less, quickly more. */
static void measure(struct ledger *ledger) {
    enum { STEP_MS_MIN = 10, STEP_MS_MAX = 1000 };
    int64_t ms = passed_ms(ledger, ledger->kept_at);
    ms = ms < STEP_MS_MIN ? STEP_MS_MIN : ms > STEP_MS_MAX ? STEP_MS_MAX : ms;
    uint64_t rate = (ledger->next - ledger->kept_next) * 1000 / (uint64_t)ms;
    uint64_t grown = ledger->ahead * GROWTH_MAX, slower = ledger->ahead - ledger->ahead / 4;
    uint64_t ahead = rate > slower ? rate : slower;
    bool has_given =
        ledger->next != ledger->kept_next; /* else the last step brought nothing: no reason to grow */
    if ((ledger->ran_dry && has_given) || ahead > grown)
        ahead = grown;
    ahead = ahead < LEDGER_AHEAD_MIN ? LEDGER_AHEAD_MIN : ahead;
    ledger->ahead = ahead > LEDGER_AHEAD_MAX ? LEDGER_AHEAD_MAX : ahead;
    ledger->low = ledger->ahead / 2;
    ledger->ran_dry = false;
    ledger->kept_next = ledger->next;
    ledger->kept_at = clock_instant(ledger->options.clock);
}

/* Called with the mutex held. Numbers in hand may become fewer at once, and more when they are saved. */
static void plan_reserve(struct ledger *ledger) {
    struct ledger_state *state = &ledger->state;
    uint64_t left = ledger->end - ledger->next;
    if (left > ledger->low && left <= ledger->ahead * SHRINK_AT)
        return;
    uint64_t end = ledger->next + ledger->ahead;
    if (end < ledger->end)
        ledger->end = end;
    ledger->needs_save = ledger->needs_save || state->reserved_end != end;
    state->reserved_end = end;
}

/* Called with the mutex held. */
static void move_boundary(struct ledger *ledger) {
    const struct ledger_numbers *numbers = &ledger->numbers;
    if (ledger->old_count > 0)
        return;
    ledger->since = ledger->boundary_at;
    ledger->boundary = ledger->next;
    ledger->boundary_at = clock_now(ledger->options.clock);
    ledger->old_count = numbers->seen - numbers->recorded - numbers->gaps - numbers->refused;
}

/* What was reported so far. */
struct report {
    uint64_t refused_numbered, refused_unnumbered;
    struct moment unresolved_since;
    struct ledger_shed shed; /* for a gap event */
};

static bool is_time_to_tell(const struct ledger *ledger, bool is_last) {
    return (is_last || passed_ms(ledger, ledger->told_at) >= TELL_EVERY_MS) &&
           ledger->state.pending_count < LEDGER_PENDING_MAX;
}

static void look(struct ledger *ledger, bool is_last, struct report *ret_report) {
    struct ledger_state *state = &ledger->state;
    MUTEX_SCOPE(&ledger->mutex);
    ledger->changed = ledger->changed || ledger->next != ledger->kept_next;
    measure(ledger);
    move_boundary(ledger);
    *ret_report = (struct report){.refused_numbered = ledger->refused_numbered,
        .refused_unnumbered = ledger->refused_unnumbered,
        .unresolved_since = ledger->since};
    if (is_time_to_tell(ledger, is_last)) {
        ret_report->shed = ledger->shed;
        ledger->shed = (struct ledger_shed){0};
    }
    if (is_last)
        state->reserved_end = ledger->end = ledger->next;
    else
        plan_reserve(ledger);
}

/* `has_stopped`: asked after the look, so that nothing uncertain slips in (invariant 4). */
static void take_over(struct ledger *ledger, const struct report *report, bool has_stopped) {
    struct ledger_state *state = &ledger->state;
    bool is_certain = !has_stopped || !ledger->options.is_fail_closed;
    uint64_t refused = is_certain ? report->refused_numbered : state->refused;
    ledger->changed = ledger->changed || state->refused != refused ||
                      state->refused_unnumbered != report->refused_unnumbered;
    state->refused = refused;
    state->refused_unnumbered = report->refused_unnumbered;
    if (has_stopped)
        return;
    state->unresolved_since = report->unresolved_since;
    if (report->shed.count == 0)
        return;
    ledger_add_gap(ledger, &report->shed, true, clock_now(ledger->options.clock));
    ledger->told_at = clock_instant(ledger->options.clock);
}

static bool is_due(struct ledger *ledger) {
    int64_t ms = passed_ms(ledger, ledger->saved_at);
    return ledger->needs_save || (ledger->changed && ms >= SAVE_EVERY_MS) || ms >= SAVE_IDLE_EVERY_MS;
}

/* A disk that fails is not tried at each call that asks for numbers. */
static bool save_if_due(struct ledger *ledger, bool is_last, struct error *error) {
    if (!is_due(ledger))
        return true;
    if (!is_last && ledger->save_error.kind != ERROR_NONE &&
        passed_ms(ledger, ledger->failed_at) < SAVE_AGAIN_MS) {
        *error = ledger->save_error;
        return false;
    }
    if (ledger_save(ledger, &ledger->save_error)) {
        ledger->save_error = (struct error){0};
        return true;
    }
    ledger->failed_at = clock_instant(ledger->options.clock);
    *error = ledger->save_error;
    return false;
}

static void use_reserve(struct ledger *ledger) {
    MUTEX_SCOPE(&ledger->mutex);
    if (ledger->end < ledger->state.reserved_end)
        ledger->end = ledger->state.reserved_end;
}

/* A fail-closed call has a record in any case: its intent, where its own could not be admitted. */
static bool end_cut_off(struct ledger *ledger, struct error *error) {
    uint64_t sequences[LEDGER_CUT_OFF_MAX];
    struct ledger_intents intents = {.sequences = sequences};
    {
        MUTEX_SCOPE(&ledger->mutex);
        intents.count = ledger->cut_off_count;
        memcpy(sequences, ledger->cut_off, intents.count * sizeof *sequences);
    }
    if (intents.count == 0)
        return true;
    bool done = ledger_end_intents(ledger, &intents, error);
    ledger->changed = true;
    MUTEX_SCOPE(&ledger->mutex);
    ledger->numbers.recorded += intents.ret_admitted;
    ledger->numbers.unknown_outcomes += intents.ret_admitted;
    if (!done)
        return false;
    for (size_t i = 0; i < intents.count; i++)
        ledger_resolve(ledger, sequences[i]);
    ledger->cut_off_count -= intents.count;
    memmove(ledger->cut_off, ledger->cut_off + intents.count, ledger->cut_off_count * sizeof *sequences);
    return true;
}

bool ledger_step(struct ledger *ledger, bool is_last, struct error *error) {
    struct report report;
    struct error stopped = {0};
    look(ledger, is_last, &report);
    bool has_stopped = !ledger_check_stopped(ledger, &stopped);
    take_over(ledger, &report, has_stopped);
    if (!save_if_due(ledger, is_last, error))
        return false;
    use_reserve(ledger);
    if (has_stopped)
        *error = stopped;
    return !has_stopped && ledger_tell(ledger, error) && end_cut_off(ledger, error);
}

bool ledger_keep(struct ledger *ledger, struct error *error) {
    return ledger_step(ledger, false, error) ||
           error_context(error, "the ledger of gateway \"%.*s\"", STR(ledger->options.name));
}
