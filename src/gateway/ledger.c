/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger: numbers for calls, and what became of each.
 *
 * Invariants:
 * 1. The file's reserved_end is never below `end`: a number that is given is reserved on disk.
 * 2. The file's `recorded` is what the journal has up to the file's position, whatever was reported here.
 * 3. A gap event is admitted only after the file has it as pending, with its bytes: told again after a crash
 *    it is a duplicate.
 * 4. Nothing is saved once admission has stopped: reports that rest on a failed write may be wrong.
 */
#include "gateway/ledger.h"

#include "admission/admission.h"
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "call/call.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "ledger_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SAVE_EVERY_MS = 1000,       /* counts that changed */
    SAVE_IDLE_EVERY_MS = 60000, /* only the journal moved on */
    TELL_EVERY_MS = 1000,       /* gap events of one entry */
    GROWTH_MAX = 4,             /* times as many numbers at once as before */
    SHRINK_AT = 4,              /* times as many in hand as needed: give back */
};

static const struct uuid gap_space = {
    {0xa4, 0x1d, 0x5c, 0x88, 0x0e, 0x73, 0x4b, 0x26, 0xb5, 0x91, 0x3f, 0xd0, 0x62, 0xc7, 0x1b, 0x0d}};

static void ledger_destroy(struct ledger *ledger) {
    ledger_state_finish(&ledger->state);
    mutex_finish(&ledger->mutex);
    const struct str texts[] = {
        ledger->owned_name, ledger->owned_account, ledger->owned_region, ledger->owned_principal};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        mem_free((char *)(uintptr_t)texts[i].data);
    mem_free(ledger);
}

static void ledger_destroyp(struct ledger **ledger) {
    if (*ledger != NULL)
        ledger_destroy(*ledger);
}

static struct str own_text(struct str text) {
    return str_of(mem_copy(text.data, text.size), text.size);
}

static struct ledger *ledger_create(const struct ledger_options *options) {
    ASSERT(options->name.size <= GATEWAY_NAME_SIZE_MAX);
    struct ledger *ledger = MEM_NEW(struct ledger);
    char principal[sizeof "gateway/" + GATEWAY_NAME_SIZE_MAX];
    (void)snprintf(
        ledger->path, sizeof ledger->path, LEDGER_FOLDER "/%.*s" LEDGER_SUFFIX, STR(options->name));
    (void)snprintf(principal, sizeof principal, "gateway/%.*s", STR(options->name));
    ledger->options = *options;
    ledger->options.name = ledger->owned_name = own_text(options->name);
    ledger->options.account = ledger->owned_account = own_text(options->account);
    ledger->options.region = ledger->owned_region = own_text(options->region);
    ledger->owned_principal = own_text(str_from(principal));
    if (ledger->options.clock == NULL)
        ledger->options.clock = clock_real();
    mutex_init(&ledger->mutex);
    return ledger;
}

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
    ledger_state_add_pending(&ledger->state, lost->count, own_text(buf_str(&record)));
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

static bool check_stopped(struct ledger *ledger, struct error *error) {
    struct error reason = {0};
    if (!admission_has_stopped(ledger->options.admission, &reason))
        return true;
    return error_set(error, ERROR_UNAVAILABLE, "admission has stopped: %.300s", reason.message);
}

static bool save(struct ledger *ledger, struct error *error) {
    struct ledger_state *state = &ledger->state;
    struct admission_tally tally = admission_tally(ledger->options.admission, ledger->owned_principal);
    state->position = tally.position;
    state->recorded = ledger->tally_base + (tally.numbered - ledger->tally_numbered);
    state->saved_at = clock_now(ledger->options.clock);
    state->guarantee = ledger->options.guarantee;
    if (!ledger_file_write(ledger->options.disk, ledger->path, state, error))
        return false;
    ledger->needs_save = ledger->changed = false;
    ledger->saved_at = clock_instant(ledger->options.clock);
    return true;
}

/* ---- opening and closing ---- */

static void begin_life(struct ledger *ledger, bool reserves) {
    struct ledger_state *state = &ledger->state;
    struct moment now = clock_now(ledger->options.clock);
    ledger->next = ledger->end = ledger->kept_next = ledger->boundary = state->reserved_end;
    ledger->ahead = LEDGER_AHEAD_MIN;
    ledger->low = LEDGER_AHEAD_MIN / 2;
    ledger->since = ledger->boundary_at = now;
    ledger->kept_at = clock_instant(ledger->options.clock);
    ledger->refused_numbered = state->refused;
    ledger->refused_unnumbered = state->refused_unnumbered;
    state->unresolved_since = now;
    state->is_closed = !reserves;
    state->reserved_end += reserves ? LEDGER_AHEAD_MIN : 0;
}

static void show_numbers(struct ledger *ledger) {
    const struct ledger_state *state = &ledger->state;
    struct ledger_numbers numbers = {
        .recorded = state->recorded,
        .gaps = state->gaps + ledger_state_pending_calls(state),
        .refused = state->refused + state->refused_unnumbered,
        .unknown_outcomes = state->unknown_outcomes,
    };
    numbers.seen = numbers.recorded + numbers.gaps + numbers.refused;
    ledger->numbers = numbers;
}

static bool make_folder(struct disk *disk, struct error *error) {
    return disk_make_directory(disk, LEDGER_FOLDER, error) && disk_sync_directory(disk, "", error);
}

struct ledger *ledger_open_reserving(
    const struct ledger_options *options, bool reserves, struct error *error) {
    SCOPED(ledger_destroyp) struct ledger *ledger = ledger_create(options);
    if (!make_folder(options->disk, error) || !ledger_recover(ledger, error) ||
        !check_stopped(ledger, error)) {
        error_context(error, "the ledger of gateway \"%.*s\"", STR(options->name));
        return NULL;
    }
    begin_life(ledger, reserves);
    if (!save(ledger, error)) {
        error_context(error, "the ledger of gateway \"%.*s\"", STR(options->name));
        return NULL;
    }
    show_numbers(ledger);
    ledger->end = ledger->state.reserved_end;
    struct error ignored = {0};
    IGNORE(ledger_tell(ledger, &ignored), "the keeper tries again");
    return TAKE(ledger);
}

struct ledger *ledger_open(const struct ledger_options *options, struct error *error) {
    return ledger_open_reserving(options, true, error);
}

/* ---- calls ---- */

uint64_t ledger_begin(struct ledger *ledger) {
    MUTEX_SCOPE(&ledger->mutex);
    if (ledger->next >= ledger->end) {
        ledger->ran_dry = true;
        return 0;
    }
    ledger->numbers.seen++;
    return ledger->next++;
}

/* Called with the mutex held: the outcome of a call is known. */
static void resolve(struct ledger *ledger, uint64_t sequence) {
    if (sequence > 0 && sequence < ledger->boundary && ledger->old_count > 0)
        ledger->old_count--;
}

void ledger_recorded(struct ledger *ledger, uint64_t sequence) {
    MUTEX_SCOPE(&ledger->mutex);
    resolve(ledger, sequence);
    ledger->numbers.recorded++;
}

void ledger_refused(struct ledger *ledger, uint64_t sequence) {
    MUTEX_SCOPE(&ledger->mutex);
    resolve(ledger, sequence);
    ledger->numbers.refused++;
    if (sequence > 0) {
        ledger->refused_numbered++;
        return;
    }
    ledger->numbers.seen++;
    ledger->refused_unnumbered++;
}

void ledger_shed(struct ledger *ledger, uint64_t sequence, struct moment time, const char *reason) {
    ASSERT(sequence > 0);
    MUTEX_SCOPE(&ledger->mutex);
    struct ledger_shed *shed = &ledger->shed;
    if (ledger->options.guarantee == GATEWAY_FAIL_CLOSED) {
        if (ledger->cut_off_count < LEDGER_CUT_OFF_MAX)
            ledger->cut_off[ledger->cut_off_count++] = sequence;
        return;
    }
    resolve(ledger, sequence);
    ledger->numbers.gaps++;
    if (shed->count++ == 0)
        *shed = (struct ledger_shed){1, time, time, reason};
    if (time.ms < shed->first_at.ms)
        shed->first_at = time;
    if (time.ms > shed->last_at.ms)
        shed->last_at = time;
}

struct ledger_numbers ledger_numbers(struct ledger *ledger) {
    MUTEX_SCOPE(&ledger->mutex);
    struct ledger_numbers numbers = ledger->numbers;
    numbers.in_flight = numbers.seen - numbers.recorded - numbers.gaps - numbers.refused;
    return numbers;
}

/* ---- keeping ---- */

bool ledger_wants_keeping(struct ledger *ledger) {
    MUTEX_SCOPE(&ledger->mutex);
    return ledger->end - ledger->next <= ledger->low;
}

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
    if (ledger->ran_dry || ahead > grown)
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

/* Take over what was reported; `ret_shed` is for a gap event. */
static void look(struct ledger *ledger, bool is_last, struct ledger_shed *ret_shed) {
    struct ledger_state *state = &ledger->state;
    *ret_shed = (struct ledger_shed){0};
    MUTEX_SCOPE(&ledger->mutex);
    bool is_time = is_last || passed_ms(ledger, ledger->told_at) >= TELL_EVERY_MS;
    ledger->changed = ledger->changed || ledger->next != ledger->kept_next ||
                      state->refused != ledger->refused_numbered ||
                      state->refused_unnumbered != ledger->refused_unnumbered;
    measure(ledger);
    move_boundary(ledger);
    state->refused = ledger->refused_numbered;
    state->refused_unnumbered = ledger->refused_unnumbered;
    state->unresolved_since = ledger->since;
    if (is_time && ledger->shed.count > 0 && state->pending_count < LEDGER_PENDING_MAX) {
        *ret_shed = ledger->shed;
        ledger->shed = (struct ledger_shed){0};
    }
    if (is_last)
        state->reserved_end = ledger->end = ledger->next;
    else
        plan_reserve(ledger);
}

static bool is_due(struct ledger *ledger) {
    int64_t ms = passed_ms(ledger, ledger->saved_at);
    return ledger->needs_save || (ledger->changed && ms >= SAVE_EVERY_MS) || ms >= SAVE_IDLE_EVERY_MS;
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
    if (!ledger_end_intents(ledger, &intents, error))
        return false;
    ledger->changed = true;
    MUTEX_SCOPE(&ledger->mutex);
    ledger->numbers.recorded += intents.ret_admitted;
    ledger->numbers.unknown_outcomes += intents.ret_admitted;
    for (size_t i = 0; i < intents.count; i++)
        resolve(ledger, sequences[i]);
    ledger->cut_off_count -= intents.count;
    memmove(ledger->cut_off, ledger->cut_off + intents.count, ledger->cut_off_count * sizeof *sequences);
    return true;
}

/* What was reported up to `look` is right if admission goes on still (invariant 4). */
static bool keep(struct ledger *ledger, bool is_last, struct error *error) {
    struct ledger_shed shed;
    look(ledger, is_last, &shed);
    if (shed.count > 0) {
        ledger_add_gap(ledger, &shed, true, clock_now(ledger->options.clock));
        ledger->told_at = clock_instant(ledger->options.clock);
    }
    if (!check_stopped(ledger, error))
        return false;
    if (is_due(ledger) && !save(ledger, error))
        return false;
    use_reserve(ledger);
    return ledger_tell(ledger, error) && end_cut_off(ledger, error);
}

bool ledger_keep(struct ledger *ledger, struct error *error) {
    return keep(ledger, false, error) ||
           error_context(error, "the ledger of gateway \"%.*s\"", STR(ledger->options.name));
}

void ledger_close(struct ledger *ledger) {
    if (ledger == NULL)
        return;
    struct error ignored = {0};
    ledger->state.is_closed = true;
    ledger->needs_save = true;
    IGNORE(keep(ledger, true, &ignored), "then the next opening counts as after a crash");
    ledger_destroy(ledger);
}
