/* SPDX-License-Identifier: Apache-2.0 */
/* opening: what the journal tells when admission starts: ids that `seen` does not have yet, and open intents.
 */
#include "base/check.h"
#include "base/own.h"
#include "journal/journal.h"

#include "private.h"

#include <inttypes.h>
#include <string.h>

/* The journal must keep what `seen` would lose, and every open intent. */
static void hold(struct admission *admission) {
    uint64_t position = seen_position(admission->seen);
    uint64_t oldest = admission_intents_oldest(&admission->intents);
    journal_hold(admission->journal, oldest <= position ? oldest - 1 : position);
}

bool admission_flush_seen(struct admission *admission, uint64_t position, struct error *error) {
    if (seen_wants_flush(admission->seen) && !seen_flush(admission->seen, position, error))
        return false;
    hold(admission);
    return true;
}

/* An intent is open until its record comes. */
static void track(struct admission *admission, uint64_t position, const struct event_envelope *envelope) {
    MUTEX_SCOPE(&admission->mutex);
    if (envelope->kind == EVENT_KIND_INTENT)
        admission_intents_put(&admission->intents, &envelope->facets.id, position);
    else if (envelope->kind == EVENT_KIND_EVENT)
        admission_intents_remove(&admission->intents, &envelope->facets.id);
}

static bool remember_id(struct admission *admission, uint64_t position, const struct event_envelope *envelope,
    struct error *error) {
    struct seen_claim claim = {.id = envelope->facets.id, .content = admission_content(envelope->sha256)};
    if (!seen_check(admission->seen, &claim, 1, error))
        return false;
    if (claim.verdict == SEEN_CONFLICT)
        return error_set(error, ERROR_CORRUPT, "its event id is known with other content");
    return admission_flush_seen(admission, position, error);
}

static bool replay_record(
    struct admission *admission, const struct journal_record *record, uint64_t known, struct error *error) {
    struct event_envelope envelope;
    if (!event_envelope_parse_head(record->payload, &envelope, error))
        return false;
    if (envelope.arrived_at.ms > admission->group->last_arrival.ms)
        admission->group->last_arrival = envelope.arrived_at;
    track(admission, record->position, &envelope);
    return record->position <= known || envelope.kind != EVENT_KIND_EVENT ||
           remember_id(admission, record->position, &envelope, error);
}

static bool replay_from(
    struct admission *admission, struct journal_cursor *cursor, uint64_t known, struct error *error) {
    for (;;) {
        struct journal_record record;
        if (!journal_cursor_next(cursor, &record, error))
            return false;
        if (record.position == 0)
            return true;
        if (!replay_record(admission, &record, known, error))
            return error_context(error, "position %" PRIu64, record.position);
    }
}

/* From the oldest position on: an intent may be older than what `seen` lacks. */
bool admission_replay(struct admission *admission, struct error *error) {
    uint64_t known = seen_position(admission->seen), end = journal_end(admission->journal);
    uint64_t oldest = journal_oldest(admission->journal);
    if (known > end)
        return error_set(error, ERROR_CORRUPT,
            "admitted ids reach position %" PRIu64 ", but the journal ends at %" PRIu64
            ": were they restored from different backups?",
            known, end);
    if (known + 1 < oldest)
        return error_set(error, ERROR_CORRUPT,
            "admitted ids end at position %" PRIu64 ", but the journal begins at %" PRIu64
            ": the ids between them are lost",
            known, oldest);
    journal_hold(admission->journal, oldest - 1);
    struct journal_cursor *cursor = journal_cursor_create(admission->journal, oldest);
    bool done = replay_from(admission, cursor, known, error);
    journal_cursor_destroy(cursor);
    if (!done)
        return error_context(error, "replay the journal");
    admission->settled_position = end;
    hold(admission);
    return true;
}

/* The intents at those positions, in one pass. */
struct collecting {
    const uint64_t *positions;
    size_t position_count;
    struct arena *arena;
    struct admission_intent *intents;
    size_t count;
};

static bool collect(struct collecting *collecting, const struct journal_record *record, struct error *error) {
    static const uint8_t padding[JSON_PADDING];
    struct arena *arena = collecting->arena;
    struct event_envelope envelope;
    uint8_t *kept = arena_alloc_unset(arena, record->payload.size + sizeof padding);
    memcpy(kept, record->payload.data, record->payload.size);
    memcpy(kept + record->payload.size, padding, sizeof padding);
    if (!event_envelope_parse(arena, bytes_of(kept, record->payload.size), &envelope, error))
        return error_context(error, "position %" PRIu64, record->position);
    collecting->intents[collecting->count++] = (struct admission_intent){.position = record->position,
        .sequence = envelope.sequence,
        .id = envelope.facets.id,
        .principal = envelope.principal,
        .record = envelope.record};
    return true;
}

static bool collect_all(struct collecting *collecting, struct journal_cursor *cursor, struct error *error) {
    while (collecting->count < collecting->position_count) {
        struct journal_record record;
        if (!journal_cursor_next(cursor, &record, error))
            return false;
        ASSERT(record.position != 0);
        if (record.position == collecting->positions[collecting->count] &&
            !collect(collecting, &record, error))
            return false;
    }
    return true;
}

bool admission_open_intents(struct admission *admission, struct arena *arena,
    struct admission_intent **ret_intents, size_t *ret_count, struct error *error) {
    SCOPED(own_free) uint64_t *positions = NULL;
    size_t count = 0;
    {
        MUTEX_SCOPE(&admission->mutex);
        positions = admission_intents_positions(&admission->intents);
        count = admission->intents.count;
    }
    struct collecting collecting = {.positions = positions, .position_count = count, .arena = arena};
    if (count > 0) {
        collecting.intents = ARENA_ARRAY(arena, count, struct admission_intent);
        struct journal_cursor *cursor = journal_cursor_create(admission->journal, positions[0]);
        bool done = collect_all(&collecting, cursor, error);
        journal_cursor_destroy(cursor);
        if (!done)
            return error_context(error, "read the open intents");
    }
    *ret_intents = collecting.intents;
    *ret_count = count;
    return true;
}
