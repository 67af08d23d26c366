/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan: which segments to merge. Size-tiered: as soon as a dozen neighbours of about one size stand together.
 * Segments far apart in time stay apart, so that retention can drop them whole; once a stretch
 * of time is over, what is left of it is put together however small it is.
 */
#include "merge.h"

enum { WINDOWS_PER_RETENTION = 16, SMALLEST_BYTES = 64 * 1024, TIERS = 8 };

static unsigned tier_of(const struct history_segment *segment) {
    uint64_t weight = segment->footer.data_end / SMALLEST_BYTES;
    unsigned tier = 0;
    for (; weight >= HISTORY_MERGE_FACTOR && tier < TIERS - 1; weight /= HISTORY_MERGE_FACTOR)
        tier++;
    return tier;
}

/* A run of segments that might become one. */
struct run {
    size_t start, count;
    uint64_t docs, terms, bytes;
    int64_t later_ms_min, later_ms_max;
    bool is_full; /* the next one would pass a limit of size */
};

static void start_run(struct run *run, size_t start) {
    *run = (struct run){.start = start, .later_ms_min = INT64_MAX, .later_ms_max = INT64_MIN};
}

/* Add the segment after the run where all limits allow it. */
static bool extend_run(struct run *run, const struct history_set *set, int64_t window_ms) {
    const struct history_segment *segment = set->segments[run->start + run->count];
    const struct history_footer *footer = &segment->footer;
    struct run longer = *run;
    longer.count++;
    longer.docs += footer->doc_count;
    longer.terms += footer->tables[HISTORY_TERMS].entry_count;
    longer.bytes += footer->data_end;
    if (footer->later_ms_min < longer.later_ms_min)
        longer.later_ms_min = footer->later_ms_min;
    if (footer->later_ms_max > longer.later_ms_max)
        longer.later_ms_max = footer->later_ms_max;
    run->is_full = longer.docs > HISTORY_SEGMENT_DOCS_MAX || longer.terms > HISTORY_SEGMENT_TERMS_MAX ||
                   longer.bytes > HISTORY_SEGMENT_DATA_MAX || longer.count > HISTORY_MERGE_INPUTS_MAX;
    if (run->is_full || longer.later_ms_max - longer.later_ms_min > window_ms)
        return false;
    if (run->count > 0 &&
        history_segment_end(set->segments[run->start + run->count - 1]) != footer->first_position)
        return false;
    *run = longer;
    return true;
}

static bool find_tier_run(
    const struct history_set *set, unsigned tier, int64_t window_ms, struct run *ret_run) {
    struct run run;
    start_run(&run, 0);
    while (run.start + run.count < set->count) {
        size_t next = run.start + run.count;
        if (tier_of(set->segments[next]) > tier) {
            start_run(&run, next + 1);
            continue;
        }
        if (!extend_run(&run, set, window_ms)) {
            /* A run that fills a segment need not be a dozen. Others drop their first and try again. */
            if (run.is_full && run.count >= HISTORY_MERGE_FACTOR / 3) {
                *ret_run = run;
                return true;
            }
            start_run(&run, run.start + 1);
            continue;
        }
        if (run.count == HISTORY_MERGE_FACTOR) {
            *ret_run = run;
            return true;
        }
    }
    return false;
}

/* Segments whose window of time is over: as many as fit, at least two. */
static bool find_closed_run(
    const struct history_set *set, int64_t window, int64_t window_ms, struct run *ret_run) {
    struct run run;
    start_run(&run, 0);
    while (run.start + run.count < set->count) {
        const struct history_footer *footer = &set->segments[run.start + run.count]->footer;
        int64_t own = footer->later_ms_max / window_ms;
        bool same = run.count == 0 || own == run.later_ms_max / window_ms;
        if (own < window && same && extend_run(&run, set, window_ms))
            continue;
        if (run.count > 1)
            break;
        start_run(&run, run.start + 1);
    }
    *ret_run = run;
    return run.count > 1;
}

size_t history_merge_plan(
    const struct history_set *set, int64_t now_ms, int64_t retention_ms, size_t *ret_start) {
    int64_t window_ms = retention_ms > 0 ? retention_ms / WINDOWS_PER_RETENTION + 1 : INT64_MAX;
    struct run run = {0};
    bool found = false;
    for (unsigned tier = 0; tier < TIERS && !found; tier++)
        found = find_tier_run(set, tier, window_ms, &run);
    if (!found && retention_ms > 0)
        found = find_closed_run(set, now_ms / window_ms, window_ms, &run);
    if (!found)
        return 0;
    *ret_start = run.start;
    return run.count;
}
