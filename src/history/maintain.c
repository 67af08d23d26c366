/* SPDX-License-Identifier: Apache-2.0 */
/* maintain: the background work, one bounded step at a time; sealing goes before everything else. */
#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "merge.h"
#include "seal.h"
#include "store.h"

/* True while a frozen memtable waits to be sealed; freezes the active one where it is due. */
static bool freeze_if_due(struct history *history, int64_t now_ms, bool force_seal) {
    MUTEX_SCOPE(&history->mutex);
    const struct history_memtable *active = history->active->memtable;
    uint64_t first_position = history_memtable_first_position(active);
    if (history->frozen != NULL || history_memtable_count(active) == 0)
        return history->frozen != NULL;
    if (history->active_since_position != first_position) {
        history->active_since_position = first_position;
        history->active_since_ms = now_ms;
    }
    if (force_seal || history_memtable_bytes(active) >= history->options.seal_bytes ||
        now_ms - history->active_since_ms >= history->options.seal_after_ms)
        history_freeze(history);
    return history->frozen != NULL;
}

static bool seal_frozen(struct history *history, struct error *error) {
    const struct history_memtable *memtable = history->frozen->memtable; /* only this thread drops it */
    uint64_t id = history->next_id++;
    if (!history_seal(history->disk, id, memtable, history->dictionaries, error))
        return false;
    struct history_segment *segment = history_segment_open(history->disk, id, history->dictionaries, error);
    if (segment == NULL)
        return false;
    uint64_t sealed_position = history_segment_end(segment) - 1;
    struct history_set *set = history_set_replace(history, history->set, history->set->count, 0, segment);
    return history_publish(history, set, sealed_position, true, error);
}

static bool remove_file(struct history *history, uint64_t id, struct error *error) {
    char name[HISTORY_NAME_SIZE];
    history_segment_name(id, name);
    return disk_unlink(history->disk, name, error);
}

/* A segment goes when its last event has; one at a time, which is the oldest as a rule. */
static bool drop_expired(struct history *history, int64_t now_ms, bool *ret_dropped, struct error *error) {
    *ret_dropped = false;
    for (size_t i = 0; i < history->set->count && history->options.retention_ms > 0; i++) {
        const struct history_segment *segment = history->set->segments[i];
        if (segment->footer.later_ms_max >= now_ms - history->options.retention_ms ||
            history_merge_uses(history->merge, segment->id))
            continue;
        uint64_t id = segment->id;
        struct history_set *set = history_set_replace(history, history->set, i, 1, NULL);
        *ret_dropped = true;
        return history_publish(history, set, history->sealed_position, false, error) &&
               remove_file(history, id, error);
    }
    return true;
}

static bool publish_merge(struct history *history, struct error *error) {
    struct history_merge_result result = history_merge_result(history->merge);
    struct history_segment *segment =
        history_segment_open(history->disk, result.id, history->dictionaries, error);
    if (segment == NULL)
        return false;
    size_t start = 0;
    while (history->set->segments[start]->id != result.input_ids[0])
        start++;
    struct history_set *set = history_set_replace(history, history->set, start, result.input_count, segment);
    if (!history_publish(history, set, history->sealed_position, false, error))
        return false;
    for (size_t i = 0; i < result.input_count; i++)
        if (!remove_file(history, result.input_ids[i], error))
            return false;
    history_merge_destroy(TAKE(history->merge));
    return true;
}

static bool merge_some(struct history *history, int64_t now_ms, bool *ret_has_more, struct error *error) {
    if (history->merge == NULL) {
        size_t start = 0;
        size_t count = history_merge_plan(history->set, now_ms, history->options.retention_ms, &start);
        *ret_has_more = count > 0;
        if (count == 0)
            return true;
        history->merge = history_merge_create(history, start, count, error);
        return history->merge != NULL;
    }
    bool done = false;
    *ret_has_more = true;
    if (!history_merge_step(history->merge, &done, error))
        return false;
    return !done || publish_merge(history, error);
}

static bool maintain(
    struct history *history, int64_t now_ms, bool force_seal, bool *ret_has_more, struct error *error) {
    *ret_has_more = true;
    if (freeze_if_due(history, now_ms, force_seal))
        return seal_frozen(history, error) || error_context(error, "seal");
    bool dropped = false;
    if (!drop_expired(history, now_ms, &dropped, error))
        return error_context(error, "drop what is past retention");
    return dropped || merge_some(history, now_ms, ret_has_more, error) || error_context(error, "merge");
}

bool history_maintain(
    struct history *history, struct moment now, bool force_seal, bool *ret_has_more, struct error *error) {
    if (history->options.read_only) {
        *ret_has_more = false;
        return true;
    }
    if (history->broken)
        return error_set(error, ERROR_UNAVAILABLE, "history failed to write before and must be opened again");
    mutex_lock(&history->mutex);
    if (now.ms > history->now_ms)
        history->now_ms = now.ms;
    mutex_unlock(&history->mutex);
    bool has_more = false;
    if (!maintain(history, now.ms, force_seal, &has_more, error)) {
        history->broken = true;
        return false;
    }
    *ret_has_more = has_more;
    return true;
}
