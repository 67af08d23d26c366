/* SPDX-License-Identifier: Apache-2.0 */
/* commit: a chunk of records goes to the journal, each id once, and its results become final. */
#include "base/check.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "private.h"

#include <stdio.h>

/* Bytes that may be written, less what is kept free and what open intents have reserved. */
static bool find_room(struct admission *admission, int64_t *ret_room, struct error *error) {
    uint64_t free_bytes = 0;
    *ret_room = INT64_MAX;
    if (admission->free_disk_floor == 0 && admission->intents.count == 0)
        return true;
    if (!disk_free_bytes(admission->disk, &free_bytes, error))
        return false;
    uint64_t kept = admission->free_disk_floor + admission->intents.count * ADMISSION_INTENT_ROOM_BYTES;
    if (free_bytes < INT64_MAX)
        *ret_room = (int64_t)free_bytes - (int64_t)kept;
    return true;
}

static bool refuse_full(const struct admission *admission, struct error *error) {
    return error_set(error, ERROR_LIMIT,
        "the disk is nearly full: %llu bytes are kept free, and events are refused until there is room",
        (unsigned long long)(admission->free_disk_floor +
                             admission->intents.count * ADMISSION_INTENT_ROOM_BYTES));
}

/* Room was reserved when the intent came: its record is taken whatever there is now. */
static bool closes_intent(const struct admission *admission, const struct admission_entry *entry) {
    return !entry->item->is_intent &&
           admission_intents_have(&admission->intents, &entry->batch->results[entry->item->result].id);
}

/* Leave in the chunk what there is room for. A batch that lost a record gets none of its later ones in
 * either, but for those that close an intent. */
static bool choose(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    int64_t room = 0;
    size_t count = 0;
    if (!find_room(admission, &room, error))
        return false;
    for (size_t i = 0; i < group->count; i++) {
        struct admission_entry entry = group->entries[i];
        int64_t needed =
            (int64_t)entry.item->size + (entry.item->is_intent ? ADMISSION_INTENT_ROOM_BYTES : 0);
        if (!closes_intent(admission, &entry)) {
            if (entry.batch->error.kind == ERROR_NONE && room < needed)
                (void)refuse_full(admission, &entry.batch->error);
            if (entry.batch->error.kind != ERROR_NONE)
                continue;
            room -= needed;
        }
        group->entries[count++] = entry;
    }
    group->count = count;
    return true;
}

static struct bytes payload_of(const struct admission_entry *entry) {
    return bytes_of(entry->batch->kit.payloads.data + entry->item->offset, entry->item->size);
}

/* Arrival time never goes backwards, whatever the clock does. */
static void stamp(struct admission_group *group, struct clock *clock) {
    struct moment now = clock_now(clock);
    if (now.ms > group->last_arrival.ms)
        group->last_arrival = now;
    for (size_t i = 0; i < group->count; i++) {
        const struct admission_entry *entry = &group->entries[i];
        event_envelope_stamp(
            (uint8_t *)entry->batch->kit.payloads.data + entry->item->offset, group->last_arrival);
    }
}

static bool is_to_be_written(const struct admission_group *group, const struct admission_entry *entry) {
    return entry->item->is_intent || group->claims[entry->claim].verdict == SEEN_NEW;
}

/* Intents are no claims to their ids: their records will be. */
static bool judge(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    group->claim_count = 0;
    for (size_t i = 0; i < group->count; i++) {
        struct admission_entry *entry = &group->entries[i];
        if (entry->item->is_intent)
            continue;
        entry->claim = group->claim_count;
        group->claims[group->claim_count++] = (struct seen_claim){
            .id = entry->batch->results[entry->item->result].id, .content = entry->item->content};
    }
    if (group->claim_count > 0 && !seen_check(admission->seen, group->claims, group->claim_count, error))
        return false;
    group->payload_count = 0;
    for (size_t i = 0; i < group->count; i++)
        if (is_to_be_written(group, &group->entries[i])) {
            group->payload_of[i] = group->payload_count;
            group->payloads[group->payload_count++] = payload_of(&group->entries[i]);
        }
    return true;
}

static enum seen_verdict verdict_of(
    const struct admission_group *group, const struct admission_entry *entry) {
    enum seen_verdict verdict = group->claims[entry->claim].verdict;
    bool is_repetition = verdict == SEEN_CONFLICT && entry->batch->sender.ids_tell_content;
    return is_repetition ? SEEN_DUPLICATE : verdict;
}

/* Each attempt to use an id twice leaves a record of its own. */
static bool record_conflicts(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    for (size_t i = 0; i < group->count; i++) {
        const struct admission_entry *entry = &group->entries[i];
        if (entry->item->is_intent || verdict_of(group, entry) != SEEN_CONFLICT)
            continue;
        struct seen_claim claim;
        struct bytes payload;
        if (!admission_conflict_payload(group, entry, &payload, &claim, error) ||
            !seen_check(admission->seen, &claim, 1, error))
            return false;
        if (claim.verdict == SEEN_NEW)
            group->payloads[group->payload_count++] = payload;
    }
    return true;
}

/* Here the outcome of a record is certain, whichever it is: its intent is over. */
static void settle_record(struct admission *admission, const struct admission_entry *entry,
    struct admission_result *result, uint64_t position) {
    struct admission_stats *stats = &admission->stats;
    switch (verdict_of(admission->group, entry)) {
    case SEEN_NEW:
        result->outcome = ADMISSION_ACCEPTED;
        result->position = position;
        stats->admitted++;
        if (entry->item->is_numbered && entry->batch->tally != NULL)
            entry->batch->tally->numbered++;
        break;
    case SEEN_DUPLICATE:
        result->outcome = ADMISSION_DUPLICATE;
        stats->duplicates++;
        break;
    case SEEN_CONFLICT:
        result->outcome = ADMISSION_REFUSED;
        result->reason = "an event with this eventID and other content was recorded before";
        stats->conflicts++;
        break;
    }
    admission_intents_remove(&admission->intents, &result->id);
}

static void settle(struct admission *admission, uint64_t first_position) {
    struct admission_group *group = admission->group;
    MUTEX_SCOPE(&admission->mutex);
    for (size_t i = 0; i < group->count; i++) {
        const struct admission_entry *entry = &group->entries[i];
        struct admission_result *result = &entry->batch->results[entry->item->result];
        uint64_t position = first_position + group->payload_of[i];
        if (!entry->item->is_intent) {
            settle_record(admission, entry, result, position);
            continue;
        }
        result->outcome = ADMISSION_ACCEPTED;
        result->position = position;
        admission_intents_put(&admission->intents, &result->id, position);
    }
    if (group->payload_count > 0)
        admission->settled_position = first_position + group->payload_count - 1;
}

bool admission_commit(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    uint64_t first_position = 0;
    arena_clear(&group->arena);
    if (!choose(admission, error))
        return false;
    stamp(group, admission->clock);
    if (!judge(admission, error))
        return false;
    /* From here on ids are remembered whose records are not durable yet: failing means to stop. */
    if (!record_conflicts(admission, error) ||
        (group->payload_count > 0 && !journal_append(admission->journal, group->payloads,
                                         group->payload_count, &first_position, error))) {
        admission_break(admission, error);
        return false;
    }
    group->new_count += group->claim_count;
    settle(admission, first_position);
    return true;
}
