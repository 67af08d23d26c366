/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger: numbers for calls, and what became of each. What the keeper does is in keep.c, opening after
 * a crash in recover.c.
 */
#include "ledger/ledger.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "private.h"

#include <stdio.h>
#include <string.h>

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
    ASSERT(options->name.size <= LEDGER_NAME_SIZE_MAX);
    struct ledger *ledger = MEM_NEW(struct ledger);
    char principal[sizeof "gateway/" + LEDGER_NAME_SIZE_MAX];
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
        !ledger_check_stopped(ledger, error)) {
        error_context(error, "the ledger of gateway \"%.*s\"", STR(options->name));
        return NULL;
    }
    begin_life(ledger, reserves);
    if (!ledger_save(ledger, error)) {
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

void ledger_resolve(struct ledger *ledger, uint64_t sequence) {
    if (sequence > 0 && sequence < ledger->boundary && ledger->old_count > 0)
        ledger->old_count--;
}

void ledger_recorded(struct ledger *ledger, uint64_t sequence) {
    MUTEX_SCOPE(&ledger->mutex);
    ledger_resolve(ledger, sequence);
    ledger->numbers.recorded++;
}

void ledger_refused(struct ledger *ledger, uint64_t sequence) {
    MUTEX_SCOPE(&ledger->mutex);
    ledger_resolve(ledger, sequence);
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
    if (ledger->options.is_fail_closed) {
        if (ledger->cut_off_count < LEDGER_CUT_OFF_MAX)
            ledger->cut_off[ledger->cut_off_count++] = sequence;
        return;
    }
    ledger_resolve(ledger, sequence);
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

bool ledger_wants_keeping(struct ledger *ledger) {
    MUTEX_SCOPE(&ledger->mutex);
    return ledger->end - ledger->next <= ledger->low;
}

void ledger_close(struct ledger *ledger) {
    if (ledger == NULL)
        return;
    struct error ignored = {0};
    ledger->state.is_closed = true;
    ledger->needs_save = true;
    IGNORE(ledger_step(ledger, true, &ignored), "then the next opening counts as after a crash");
    ledger_destroy(ledger);
}
