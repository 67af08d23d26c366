/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.c: from a committed change to the journal, in order.
 *
 * Invariants:
 * 1. Records are admitted in the order of their commits: where a trail's versions begin depends on it.
 * 2. A record leaves the outbox only after it was admitted (now or before a crash: then as a duplicate).
 */
#include "base/own.h"

#include "private.h"

#include <string.h>

enum { ADMIT_TIMEOUT_MS = 30 * 1000 };

/* field / guarded by: is_flushing, round, last_succeeded, last_error / mutex; the rest set at creation */
struct api_outbox {
    struct catalog *catalog;
    struct admission *admission;
    struct mutex mutex;
    struct condition changed;
    bool is_flushing;
    uint64_t round; /* flushes that ended */
    bool last_succeeded;
    struct error last_error;
};

struct api_outbox *api_outbox_create(struct catalog *catalog, struct admission *admission) {
    struct api_outbox *outbox = MEM_NEW(struct api_outbox);
    outbox->catalog = catalog;
    outbox->admission = admission;
    mutex_init(&outbox->mutex);
    condition_init(&outbox->changed);
    return outbox;
}

void api_outbox_destroy(struct api_outbox *outbox) {
    if (outbox == NULL)
        return;
    condition_finish(&outbox->changed);
    mutex_finish(&outbox->mutex);
    mem_free(outbox);
}

static void batch_destroyp(struct admission_batch **batch) {
    if (*batch != NULL)
        admission_batch_destroy(*batch);
}

/* Records need readable bytes after them; the catalog gives exact copies. */
static void add_record(struct admission_batch *batch, struct arena *arena, struct str record) {
    char *padded = arena_alloc(arena, record.size + JSON_PADDING);
    memcpy(padded, record.data, record.size);
    admission_batch_add(batch, str_of(padded, record.size));
}

static bool delete_admitted(struct api_outbox *outbox, const struct admission_batch *batch,
    const struct catalog_outbox_entry *entries, size_t count, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(outbox->catalog, error);
    if (change == NULL)
        return false;
    const char *refused = NULL;
    for (size_t i = 0; i < count; i++) {
        struct admission_result result = admission_batch_result(batch, i);
        if (result.outcome == ADMISSION_REFUSED)
            refused = result.reason; /* our bug: it stays, and shows, instead of vanishing */
        else if (!catalog_outbox_delete(change, entries[i].event_id, error))
            return false;
    }
    if (!catalog_commit(TAKE(change), error))
        return false;
    return refused == NULL || error_set(error, ERROR_INVALID, "own record refused: %s", refused);
}

static bool flush(struct api_outbox *outbox, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_outbox_entry *entries = NULL;
    size_t count = 0;
    if (!catalog_outbox_list(outbox->catalog, &arena, &entries, &count, error))
        return false;
    if (count == 0)
        return true;
    struct admission_sender sender = api_record_sender();
    SCOPED(batch_destroyp)
    struct admission_batch *batch = admission_batch_create(outbox->admission, &sender);
    for (size_t i = 0; i < count; i++)
        add_record(batch, &arena, entries[i].record);
    return admission_submit(outbox->admission, batch, ADMIT_TIMEOUT_MS, error) &&
           delete_admitted(outbox, batch, entries, count, error);
}

bool api_outbox_flush(struct api_outbox *outbox, struct error *error) {
    mutex_lock(&outbox->mutex);
    /* A flush under way may have read the list before our commit: only one that begins after now counts. */
    uint64_t enough = outbox->round + (outbox->is_flushing ? 2 : 1);
    while (outbox->is_flushing && outbox->round < enough)
        condition_wait(&outbox->changed, &outbox->mutex);
    if (outbox->round >= enough) {
        bool succeeded = outbox->last_succeeded;
        if (!succeeded)
            *error = outbox->last_error;
        mutex_unlock(&outbox->mutex);
        return succeeded;
    }
    outbox->is_flushing = true;
    mutex_unlock(&outbox->mutex);

    bool succeeded = flush(outbox, error);

    mutex_lock(&outbox->mutex);
    outbox->is_flushing = false;
    outbox->round++;
    outbox->last_succeeded = succeeded;
    if (!succeeded)
        outbox->last_error = *error;
    condition_broadcast(&outbox->changed);
    mutex_unlock(&outbox->mutex);
    return succeeded;
}
