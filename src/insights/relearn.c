/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relearn: after many late arrivals (an import) the model of a series is built again from its counts. It
 * happens at the end of a judged minute, a few series at a time, so that it follows from the journal as all
 * else does.
 */
#include "base/own.h"

#include "private.h"

#include <string.h>

enum {
    LEARNED_DAYS = 14, /* of the 15 for which there are counts of single minutes */
    LEARNED_MINUTES = LEARNED_DAYS * 1440,
    QUIET_MINUTES = 10, /* and none for so long */
    SERIES_A_MINUTE = 16,
};

static bool wants_relearning(const struct insights *insights, const struct insights_slot *slot) {
    return slot->key != NULL && slot->late_minutes >= INSIGHTS_LATE_MINUTES && slot->model.open_minute == 0 &&
           insights->judged - slot->late_at >= QUIET_MINUTES;
}

/* A model that was fed these counts, which begin at `first`. What it says of the past is told to nobody. */
static struct insights_model learn(
    const struct insights *insights, const double *counts, int64_t first, int64_t born) {
    struct insights_model model;
    size_t i = 0;
    while (i < LEARNED_MINUTES && counts[i] == 0)
        i++;
    if (born > first && born < first + (int64_t)i)
        i = (size_t)(born - first);
    insights_model_init(&model, first + (int64_t)i);
    for (; i < LEARNED_MINUTES; i++) {
        uint32_t count = counts[i] < UINT32_MAX ? (uint32_t)counts[i] : UINT32_MAX;
        (void)insights_model_step(&model, &insights->model_options, count);
    }
    /* What came late is not judged. */
    model.open_minute = 0;
    model.judged_from = (int32_t)model.next_minute;
    return model;
}

static bool relearn(
    struct insights *insights, struct insights_slot *slot, double *counts, struct error *error) {
    int64_t first = insights->judged - LEARNED_MINUTES;
    if (!insights_sum(
            insights, bytes_of(slot->key, slot->key_size), first, 1, counts, LEARNED_MINUTES, error))
        return false;
    struct insights_model model = learn(insights, counts, first, slot->model.born_minute);
    if (slot->model.born_minute < model.born_minute)
        model.born_minute = slot->model.born_minute;
    MUTEX_SCOPE(&insights->mutex);
    slot->model = model;
    slot->late_minutes = 0;
    insights->late_count--;
    return true;
}

bool insights_relearn(struct insights *insights, struct error *error) {
    SCOPED(own_free) double *counts = NULL;
    unsigned done = 0;
    bool is_any = insights->disk != NULL && insights->late_count > 0;
    for (uint32_t number = is_any ? insights->oldest : INSIGHTS_NONE;
         number != INSIGHTS_NONE && done < SERIES_A_MINUTE;) {
        struct insights_slot *slot = insights_slot_at(insights, number);
        number = slot->newer;
        if (!wants_relearning(insights, slot))
            continue;
        counts = counts != NULL ? counts : mem_alloc_array(LEARNED_MINUTES, sizeof *counts);
        if (!relearn(insights, slot, counts, error))
            return error_context(error, "learn what is usual again");
        done++;
    }
    return true;
}
