/* SPDX-License-Identifier: Apache-2.0 */
/* commit: a chunk of records goes to the journal, each id once, and its results become final. */
#include "base/check.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "private.h"

#include <stdio.h>

static bool check_floor(struct admission *admission, struct error *error) {
    uint64_t free_bytes = 0;
    if (admission->free_disk_floor == 0)
        return true;
    if (!disk_free_bytes(admission->disk, &free_bytes, error))
        return false;
    if (free_bytes >= admission->free_disk_floor + admission->group->bytes)
        return true;
    return error_set(error, ERROR_LIMIT,
        "the disk has %llu bytes left and %llu are kept free: events are refused until there is room",
        (unsigned long long)free_bytes, (unsigned long long)admission->free_disk_floor);
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

static bool judge(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    for (size_t i = 0; i < group->count; i++) {
        const struct admission_entry *entry = &group->entries[i];
        group->claims[i] = (struct seen_claim){
            .id = entry->batch->results[entry->item->result].id, .content = entry->item->content};
    }
    if (!seen_check(admission->seen, group->claims, group->count, error))
        return false;
    group->payload_count = 0;
    for (size_t i = 0; i < group->count; i++)
        if (group->claims[i].verdict == SEEN_NEW) {
            group->payload_of[i] = group->payload_count;
            group->payloads[group->payload_count++] = payload_of(&group->entries[i]);
        }
    return true;
}

/* Each attempt to use an id twice leaves a record of its own. */
static bool record_conflicts(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    for (size_t i = 0; i < group->count; i++) {
        if (group->claims[i].verdict != SEEN_CONFLICT)
            continue;
        struct seen_claim claim;
        struct bytes payload;
        if (!admission_conflict_payload(group, &group->entries[i], &payload, &claim, error) ||
            !seen_check(admission->seen, &claim, 1, error))
            return false;
        if (claim.verdict == SEEN_NEW)
            group->payloads[group->payload_count++] = payload;
    }
    return true;
}

static void settle(struct admission_group *group, uint64_t first_position, struct admission_stats *stats) {
    for (size_t i = 0; i < group->count; i++) {
        struct admission_batch *batch = group->entries[i].batch;
        struct admission_result *result = &batch->results[group->entries[i].item->result];
        switch (group->claims[i].verdict) {
        case SEEN_NEW:
            result->outcome = ADMISSION_ACCEPTED;
            result->position = first_position + group->payload_of[i];
            stats->admitted++;
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
    }
}

bool admission_commit(struct admission *admission, struct error *error) {
    struct admission_group *group = admission->group;
    uint64_t first_position = 0;
    arena_clear(&group->arena);
    if (!check_floor(admission, error))
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
    group->new_count += group->payload_count;
    MUTEX_SCOPE(&admission->mutex);
    settle(group, first_position, &admission->stats);
    return true;
}
