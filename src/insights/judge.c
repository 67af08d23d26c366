/* SPDX-License-Identifier: Apache-2.0 */
/* judge: minute after minute, each series' count goes to its model; what the model says becomes a record. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

enum { SWEEP_MINUTES = 16, FOLLOWED = 1024 /* series a stretch under the mutex */ };

int64_t insights_minute_of(struct moment moment) {
    int64_t minute = moment.ms / MS_PER_MINUTE;
    return moment.ms % MS_PER_MINUTE < 0 ? minute - 1 : minute;
}

/* A series whose model said something this minute. */
struct change {
    struct insights_slot *slot;
    struct insights_verdict verdict;
};

struct changes {
    struct change *rows;
    size_t count, capacity;
};

static void note(
    struct changes *changes, struct insights_slot *slot, const struct insights_verdict *verdict) {
    if (changes->count == changes->capacity) {
        changes->capacity = changes->capacity * 2 + 16;
        changes->rows = mem_resize_array(changes->rows, changes->capacity, sizeof *changes->rows);
    }
    changes->rows[changes->count++] = (struct change){slot, *verdict};
}

static void judge_slot(struct insights *insights, uint32_t number, uint32_t minute, struct changes *changes) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    if (slot->key == NULL)
        return;
    ASSERT(slot->model.next_minute == minute);
    uint32_t count = insights_count_take(insights, number, minute);
    if (insights->judged < insights->unwatched_until) {
        uint32_t usual = (uint32_t)(insights_model_expect(&slot->model) + 0.5);
        count = count < usual ? usual : count;
        insights->wants_snapshot = true;
    }
    struct insights_verdict verdict = insights_model_step(&slot->model, &insights->model_options, count);
    if (verdict.change == INSIGHTS_UNCHANGED || verdict.change == INSIGHTS_ENDED)
        insights_attribute(insights, slot, minute);
    if (verdict.change != INSIGHTS_UNCHANGED)
        note(changes, slot, &verdict);
    if (minute % 60 == 59)
        insights_attribute_hour(slot);
}

/* ---- records ---- */

static void add_pending(struct insights *insights, struct str record) {
    insights->pending =
        mem_resize_array(insights->pending, insights->pending_count + 1, sizeof *insights->pending);
    insights->pending[insights->pending_count++] = mem_copy(record.data, record.size);
}

void insights_offer_pending(struct insights *insights) {
    uint32_t taken = 0;
    struct error error = {0};
    while (
        taken < insights->pending_count && insights->options.on_insight != NULL &&
        insights->options.on_insight(str_from(insights->pending[taken]), insights->options.context, &error))
        taken++;
    if (insights->options.on_insight == NULL)
        taken = insights->pending_count;
    for (uint32_t i = 0; i < insights->pending_count; i++) {
        if (i < taken)
            mem_free(insights->pending[i]);
        else
            insights->pending[i - taken] = insights->pending[i];
    }
    insights->pending_count -= taken;
}

static void tell(struct insights *insights, const struct change *change) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(EVENT_SIZE_MAX);
    insights_record_append(insights, change->slot, &change->verdict, &record);
    ASSERT(!record.overflowed);
    add_pending(insights, buf_str(&record));
}

static bool is_wanted(const struct insights *insights, const struct insights_slot *slot) {
    struct error impossible = {0};
    struct insights_series series;
    return insights->options.is_wanted == NULL ||
           (insights_key_parse(bytes_of(slot->key, slot->key_size), &series, &impossible) &&
               insights->options.is_wanted(&series, insights->options.context));
}

/* Its minutes that are not judged yet come into the book when they are; the record has what came so far. */
static void tell_start(struct insights *insights, const struct change *change) {
    struct insights_slot *slot = change->slot;
    struct insights_book judged = {.counts = {{0}}};
    uint32_t from = (uint32_t)slot->model.next_minute, to = (uint32_t)change->verdict.end_minute;
    if (from < change->verdict.start_minute)
        from = (uint32_t)change->verdict.start_minute;
    if (slot->book != NULL)
        judged = *slot->book;
    insights_attribute_add(insights, slot, from, to);
    tell(insights, change);
    if (slot->book != NULL)
        *slot->book = judged;
}

static void start(struct insights *insights, const struct change *change) {
    struct insights_slot *slot = change->slot;
    mutex_lock(&insights->mutex);
    insights_attribute_open(
        insights, slot, (uint32_t)change->verdict.start_minute, (uint32_t)slot->model.next_minute);
    insights->stats.insights_started++;
    insights->stats.insights_open++;
    mutex_unlock(&insights->mutex);
    slot->is_told = is_wanted(insights, slot);
    if (slot->is_told)
        tell_start(insights, change);
}

static void end(struct insights *insights, const struct change *change) {
    struct insights_slot *slot = change->slot;
    insights_attribute_trim(
        insights, slot, (uint32_t)change->verdict.end_minute, (uint32_t)slot->model.next_minute);
    if (slot->is_told)
        tell(insights, change);
    slot->is_told = false;
    MUTEX_SCOPE(&insights->mutex);
    insights_attribute_close(insights, slot);
    insights->stats.insights_ended++;
    insights->stats.insights_open--;
}

/* ---- before the end of a minute ---- */

/* Of large counts, 64 to 128 in each octave are looked at. */
static bool is_looked_at(uint32_t count) {
    unsigned steps = 0;
    while (count >> steps >= 128)
        steps++;
    return (count & ((1U << steps) - 1)) == 0;
}

void insights_judge_early(struct insights *insights, uint32_t number, int64_t minute, uint32_t count) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    uint32_t counts[INSIGHTS_AHEAD_MINUTES_MAX];
    unsigned minutes = (unsigned)(minute - slot->model.next_minute) + 1;
    if (!is_looked_at(count) ||
        !insights_model_may_rise(&slot->model, &insights->model_options, minute, count))
        return;
    ASSERT(minutes <= INSIGHTS_AHEAD_MINUTES_MAX);
    for (unsigned i = 0; i < minutes; i++)
        counts[i] = insights_count_so_far(insights, number, (uint32_t)slot->model.next_minute + i);
    struct change change = {
        slot, insights_model_foresee(&slot->model, &insights->model_options, counts, minutes)};
    if (change.verdict.change == INSIGHTS_UNCHANGED)
        return;
    mutex_lock(&insights->mutex);
    insights_model_open(&slot->model, &change.verdict);
    mutex_unlock(&insights->mutex);
    start(insights, &change);
    insights_offer_pending(insights);
}

/* ---- minutes ---- */

static void judge_stretch(
    struct insights *insights, uint32_t first, uint32_t minute, struct changes *changes) {
    MUTEX_SCOPE(&insights->mutex);
    for (uint32_t i = first; i < insights->slot_count && i < first + FOLLOWED; i++)
        judge_slot(insights, i, minute, changes);
}

static bool judge_minute(struct insights *insights, struct error *error) {
    struct changes changes = {0};
    uint32_t minute = (uint32_t)insights->judged;
    for (uint32_t first = 0; first < insights->slot_count; first += FOLLOWED)
        judge_stretch(insights, first, minute, &changes);
    for (size_t i = 0; i < changes.count; i++)
        changes.rows[i].verdict.change == INSIGHTS_STARTED ? start(insights, &changes.rows[i])
                                                           : end(insights, &changes.rows[i]);
    mem_free(changes.rows);
    if (minute % SWEEP_MINUTES == 0)
        insights_values_collect(insights);
    mutex_lock(&insights->mutex);
    insights->judged++;
    insights->stats.judged_until = (struct moment){insights->judged * MS_PER_MINUTE};
    mutex_unlock(&insights->mutex);
    return insights_relearn(insights, error) &&
           (insights->unsaved_count < insights->options.unsaved_max || insights_flush(insights, error));
}

bool insights_judge_until(struct insights *insights, int64_t minute, struct error *error) {
    bool is_idle = insights->stats.series == 0 || insights->judged == INT64_MIN;
    if (is_idle && minute > insights->judged) {
        MUTEX_SCOPE(&insights->mutex);
        insights->judged = minute;
        insights->stats.judged_until = (struct moment){minute * MS_PER_MINUTE};
    }
    while (insights->judged < minute) {
        if (!judge_minute(insights, error))
            return false;
        if (insights->pending_count > 0)
            insights_offer_pending(insights);
    }
    return true;
}
