/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_recover: what became of the numbers of an earlier life. The journal decides, whatever was reported:
 * a record is counted where it stands there, an open intent becomes a record, and what is left of the
 * numbers that were reserved was never forwarded (fail-closed) or may be lost.
 *
 * Doing it again after a crash in the middle gives the same: records that came from intents are in the
 * journal then, and what was lost goes into one file write with its gap event.
 */
#include "admission/intent.h"
#include "base/check.h"
#include "base/own.h"
#include "event/event.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/random.h"

#include "private.h"

#include <inttypes.h>
#include <string.h>

/* The code that an intent carries: a call whose outcome nobody saw. */
static const char unknown_outcome[] = "OutcomeUnknown";

/* Positions of the journal that were read. */
struct survey {
    struct str principal;
    struct arena arena;
    uint64_t next, last;
    uint64_t numbered, unknown; /* records found, and those of unknown outcome among them */
    uint64_t sequence_max;
};

static void survey_finish(struct survey *survey) {
    arena_finish(&survey->arena);
}

static void note_sequence(struct survey *survey, uint64_t sequence) {
    if (sequence > survey->sequence_max)
        survey->sequence_max = sequence;
}

static bool look_at(struct survey *survey, struct bytes payload, struct error *error) {
    struct event_envelope envelope;
    if (!event_envelope_parse_head(payload, &envelope, error))
        return false;
    if (envelope.sequence == 0 || !str_equals(envelope.principal, survey->principal))
        return true;
    note_sequence(survey, envelope.sequence);
    if (envelope.kind != EVENT_KIND_EVENT)
        return true;
    arena_clear(&survey->arena);
    if (!event_envelope_parse(&survey->arena, payload, &envelope, error))
        return false;
    survey->numbered++;
    survey->unknown += str_is(envelope.facets.error_code, unknown_outcome);
    return true;
}

static bool survey_with(struct survey *survey, struct journal_cursor *cursor, struct error *error) {
    while (survey->next <= survey->last) {
        struct journal_record record;
        if (!journal_cursor_next(cursor, &record, error))
            return false;
        ASSERT(record.position == survey->next);
        if (!look_at(survey, record.payload, error))
            return error_context(error, "position %" PRIu64, record.position);
        survey->next++;
    }
    return true;
}

/* What the journal let go of, before or meanwhile, is passed over: its calls count as lost. */
static bool survey_journal(struct survey *survey, struct journal *journal, struct error *error) {
    for (;;) {
        uint64_t oldest = journal_oldest(journal);
        if (survey->next < oldest)
            survey->next = oldest;
        struct journal_cursor *cursor = journal_cursor_create(journal, survey->next);
        bool done = survey_with(survey, cursor, error);
        journal_cursor_destroy(cursor);
        if (done || error->kind != ERROR_NOT_FOUND || journal_oldest(journal) <= survey->next)
            return done || error_context(error, "read the journal");
    }
}

/* ---- open intents ---- */

/* Also where a part failed: what is durable counts. */
static uint64_t count_admitted(const struct admission_batch *batch) {
    uint64_t count = 0;
    for (size_t i = 0; i < admission_batch_count(batch); i++)
        count += admission_batch_result(batch, i).outcome == ADMISSION_ACCEPTED;
    return count;
}

/* Where another event has the id already a record is refused for good, and that shows in the journal; one
 * that could not be read is trouble. */
static bool check_read(const struct admission_batch *batch, struct error *error) {
    static const struct uuid no_id;
    for (size_t i = 0; i < admission_batch_count(batch); i++) {
        struct admission_result result = admission_batch_result(batch, i);
        if (result.outcome == ADMISSION_REFUSED && memcmp(result.id.bytes, no_id.bytes, UUID_SIZE) == 0)
            return error_set(
                error, ERROR_INVALID, "the record of a call that was cut off: %s", result.reason);
    }
    return true;
}

static bool admit_batch(struct ledger *ledger, struct admission_batch *batch, struct error *error) {
    enum { TIMEOUT_MS = 30000 };
    return admission_batch_count(batch) == 0 ||
           (admission_submit(ledger->options.admission, batch, TIMEOUT_MS, error) &&
               check_read(batch, error));
}

static bool is_wanted(
    const struct ledger *ledger, const struct ledger_intents *wanted, const struct admission_intent *intent) {
    if (!str_equals(intent->principal, ledger->owned_principal))
        return false;
    bool found = wanted->sequences == NULL;
    for (size_t i = 0; !found && i < wanted->count; i++)
        found = wanted->sequences[i] == intent->sequence;
    return found;
}

bool ledger_end_intents(struct ledger *ledger, struct ledger_intents *wanted, struct error *error) {
    const struct admission_sender sender = {
        .door = EVENT_DOOR_GATEWAY, .principal = ledger->owned_principal, .is_witnessed = true};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct admission_intent *intents = NULL;
    size_t count = 0;
    if (!admission_open_intents(ledger->options.admission, &arena, &intents, &count, error))
        return false;
    struct admission_batch *batch = admission_batch_create(ledger->options.admission, &sender);
    for (size_t i = 0; i < count; i++) {
        if (!is_wanted(ledger, wanted, &intents[i]))
            continue;
        if (intents[i].sequence > wanted->ret_sequence_max)
            wanted->ret_sequence_max = intents[i].sequence;
        admission_batch_add_numbered(batch, intents[i].record, intents[i].sequence);
    }
    bool done = admit_batch(ledger, batch, error);
    wanted->ret_admitted = count_admitted(batch);
    admission_batch_destroy(batch);
    ledger->state.unknown_outcomes += wanted->ret_admitted;
    return done || error_context(error, "end the calls that were cut off");
}

/* ---- the numbers ---- */

static bool check_state(const struct ledger *ledger, struct error *error) {
    const struct ledger_state *state = &ledger->state;
    uint64_t end = journal_end(ledger->options.journal);
    if (memcmp(state->cairn_id.bytes, ledger->options.cairn_id.bytes, UUID_SIZE) != 0)
        return error_set(error, ERROR_CONFLICT, "%s is of another Cairn", ledger->path);
    if (state->generation > ledger->options.generation)
        return error_set(error, ERROR_CONFLICT,
            "%s is of generation %" PRIu64 ", later than %" PRIu64 " of the other stores", ledger->path,
            state->generation, ledger->options.generation);
    if (state->position > end)
        return error_set(error, ERROR_CORRUPT,
            "%s reaches position %" PRIu64 ", but the journal ends at %" PRIu64
            ": were they restored from different backups?",
            ledger->path, state->position, end);
    return true;
}

/* The state on disk, or that of an entry that is new, or whose file is gone: then the counts begin anew
 * with what the journal has, and `ret_exists` is false. */
static bool load(struct ledger *ledger, bool *ret_exists, struct error *error) {
    struct ledger_state *state = &ledger->state;
    if (!ledger_file_read(ledger->options.disk, ledger->path, state, ret_exists, error))
        return false;
    if (*ret_exists && !check_state(ledger, error))
        return false;
    if (!*ret_exists) {
        *state = (struct ledger_state){.reserved_end = 1, .is_fail_closed = ledger->options.is_fail_closed};
        random_bytes(state->ledger_id.bytes, UUID_SIZE);
    }
    state->cairn_id = ledger->options.cairn_id;
    state->generation = ledger->options.generation;
    return true;
}

/* Calls that are in `seen` but under nothing else yet become refused ones or a gap. */
static void settle_lost(struct ledger *ledger, uint64_t lost, bool is_whole) {
    struct ledger_state *state = &ledger->state;
    struct moment now = clock_now(ledger->options.clock);
    if (lost == 0)
        return;
    if (state->is_fail_closed) {
        state->refused += lost;
        return;
    }
    struct ledger_shed shed = {.count = lost,
        .first_at = state->unresolved_since,
        .last_at = state->is_closed ? state->saved_at : now,
        .reason = state->is_closed
                      ? "The gateway was stopped while these calls were in flight."
                      : "The gateway ended without warning: at most so many calls were not recorded."};
    ledger_add_gap(ledger, &shed, state->is_closed && is_whole, now);
}

/* Make every number below the next one count once. */
static void balance(struct ledger *ledger, bool exists, bool is_whole, uint64_t sequence_max) {
    struct ledger_state *state = &ledger->state;
    uint64_t next = state->reserved_end > sequence_max ? state->reserved_end : sequence_max + 1;
    uint64_t counted = state->recorded + state->refused + state->gaps + ledger_state_pending_calls(state);
    uint64_t given = next - 1 - state->forgotten;
    if (exists && counted < given)
        settle_lost(ledger, given - counted, is_whole);
    /* A call that was refused because the disk failed may have left its intent there. */
    if (exists && counted > given && counted - given <= state->refused)
        state->refused -= counted - given;
    counted = state->recorded + state->refused + state->gaps + ledger_state_pending_calls(state);
    if (next <= counted)
        next = counted + 1;
    state->reserved_end = next;
    state->forgotten = next - 1 - counted;
}

bool ledger_recover(struct ledger *ledger, struct error *error) {
    struct admission *admission = ledger->options.admission;
    struct ledger_state *state = &ledger->state;
    bool exists = false;
    if (!load(ledger, &exists, error))
        return false;
    struct admission_tally tally = admission_tally(admission, ledger->owned_principal);
    SCOPED(survey_finish)
    struct survey survey = {.principal = ledger->owned_principal,
        .arena = ARENA_INIT,
        .next = state->position + 1,
        .last = tally.position};
    bool is_whole = state->position + 1 >= journal_oldest(ledger->options.journal);
    struct ledger_intents intents = {.sequences = NULL};
    if (!survey_journal(&survey, ledger->options.journal, error) ||
        !ledger_end_intents(ledger, &intents, error))
        return false;
    note_sequence(&survey, intents.ret_sequence_max);
    state->unknown_outcomes += survey.unknown;
    state->recorded += survey.numbered;
    ledger->tally_base = state->recorded;
    ledger->tally_numbered = tally.numbered;
    state->recorded += admission_tally(admission, ledger->owned_principal).numbered - tally.numbered;
    struct error ignored = {0};
    IGNORE(ledger_tell(ledger, &ignored), "the keeper tries again");
    if (state->pending_count == LEDGER_PENDING_MAX)
        return error_set(error, ERROR_UNAVAILABLE, "gap events of earlier lives could not be admitted yet");
    balance(ledger, exists, is_whole, survey.sequence_max);
    return true;
}

/* ---- entries that are configured no more ---- */

enum { LEFT_BEHIND_MAX = 64 }; /* more are settled at the next start */

struct left_behind {
    const struct ledger_options *options;
    const struct str *names;
    size_t name_count;
    struct arena arena;
    struct str found[LEFT_BEHIND_MAX];
    size_t found_count;
};

static bool is_among(const struct str *names, size_t count, struct str name) {
    for (size_t i = 0; i < count; i++)
        if (str_equals(names[i], name))
            return true;
    return false;
}

static void note_name(struct left_behind *left, struct str name) {
    if (name.size > 0 && name.size <= LEDGER_NAME_SIZE_MAX && str_find_char(name, '/') == SIZE_MAX &&
        left->found_count < LEFT_BEHIND_MAX && !is_among(left->names, left->name_count, name) &&
        !is_among(left->found, left->found_count, name))
        left->found[left->found_count++] = arena_str(&left->arena, name);
}

static bool note_file(const char *file_name, bool is_directory, void *context) {
    struct str name = str_from(file_name), suffix = STR_LITERAL(LEDGER_SUFFIX);
    if (!is_directory && name.size > suffix.size &&
        str_equals(str_slice(name, name.size - suffix.size, suffix.size), suffix))
        note_name(context, str_slice(name, 0, name.size - suffix.size));
    return true;
}

static bool find_left_behind(struct left_behind *left, struct error *error) {
    const struct str prefix = STR_LITERAL("gateway/");
    struct admission_intent *intents = NULL;
    size_t count = 0;
    struct error missing = {0};
    if (!disk_list(left->options->disk, LEDGER_FOLDER, note_file, left, &missing) &&
        missing.kind != ERROR_NOT_FOUND) {
        *error = missing;
        return false;
    }
    if (!admission_open_intents(left->options->admission, &left->arena, &intents, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_starts_with(intents[i].principal, prefix))
            note_name(left, str_slice(intents[i].principal, prefix.size, SIZE_MAX));
    return true;
}

bool ledger_settle_left_behind(
    const struct ledger_options *options, const struct str *names, size_t name_count, struct error *error) {
    struct left_behind left = {
        .options = options, .names = names, .name_count = name_count, .arena = ARENA_INIT};
    bool done = find_left_behind(&left, error);
    for (size_t i = 0; done && i < left.found_count; i++) {
        struct ledger_options one = *options;
        one.name = left.found[i];
        struct ledger *ledger = ledger_open_reserving(&one, false, error);
        done = ledger != NULL;
        ledger_close(ledger);
    }
    arena_finish(&left.arena);
    return done;
}
