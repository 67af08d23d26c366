/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insights: a journal reader that counts calls and errors a minute, knows what is usual for each series, and
 * says as CloudTrail Insights records what is not. The mathematics: docs/insights-model.md.
 *
 * A series is (account, region, category, event source, event name, for errors their code; for data events
 * the trail that asks). Writes are counted as calls, every failing call as an error; of data events reads
 * too. Insight, gap and Cairn's own records are never counted.
 *
 * Promise: counts are exact (each event once, in the minute of its eventTime, late ones too) and equal after
 * a crash those of an uninterrupted run, and so are the insights: their ids follow from series, state and
 * minute. Memory is bounded by `series_max`: past it the series that were silent longest are let go (what was
 * counted stays on disk, what was learned is lost). While none was silent for an hour, of the calls of
 * further series only their number is kept; insights_stats() tells both. Who calls is told from bounded
 * summaries, see attribute.c.
 *
 * A rise is told of as soon as enough calls of its minute came; else a minute is judged, and learned from,
 * `grace_ms` after its end. What arrives later counts, and is not judged. Large late
 * arrivals (an import) are learned from when the model of their series is built again from the counts.
 *
 * Format:  docs/formats/insights.md (snapshots, counts)
 * Threads: one owner; insights_query() and insights_stats() any.
 */
#pragma once

#include "base/arena.h"
#include "event/event.h"

struct clock;
struct disk;
struct insights;

enum {
    INSIGHTS_GRACE_MS = 20000,
    INSIGHTS_ATTRIBUTIONS_MAX = 5, /* values of an attribute in a record, as AWS */
    INSIGHTS_VALUES_MAX = 21600,   /* of one query */
};

enum insights_type { INSIGHTS_CALL_RATE, INSIGHTS_ERROR_RATE };

struct insights_series {
    enum insights_type type;
    bool is_data;
    struct str account, region, event_source, event_name;
    struct str error_code; /* of errors */
    struct str trail_arn;  /* of data events */
};

struct insights_options {
    struct uuid cairn_id;
    uint64_t generation;
    uint64_t series_max;  /* 0: 250,000 */
    uint32_t unsaved_max; /* counts of a series' minute in memory before they go to files; 0: 262,144 */
    int64_t grace_ms;     /* 0: INSIGHTS_GRACE_MS */
    int64_t warm_ms;      /* learning before drops are told of and limits are normal; 0: 7 days */
    /* Events are taken since then; 0: always. What nobody could count before is taken as usual, so that a
     * stop is no drop. */
    struct moment started_at;
    /* The trails (ARNs, borrowed until the next call) that count this data event; NULL: none ever does. */
    size_t (*data_trails)(
        const struct event_facets *facets, struct str *ret_arns, size_t count_max, void *context);
    /* Does anybody want insights of this series now? Asked when one starts. NULL: yes. */
    bool (*is_wanted)(const struct insights_series *series, void *context);
    /* Admit an insight record, false to be asked again with the next advance: nothing is forgotten until
     * then. */
    bool (*on_insight)(struct str record, void *context, struct error *error);
    void *context;
};

/* Open or create the folder "insights" on `disk` (borrowed; NULL: in memory only, for replays). ERROR_CORRUPT
 * names the damaged file; ERROR_CONFLICT a foreign one. */
NODISCARD struct insights *insights_open(
    struct disk *disk, const struct insights_options *options, struct error *error);
void insights_close(struct insights *insights); /* without saving; NULL is fine */

/* The position behind which the journal (or history) is to be applied, in order. */
uint64_t insights_position(const struct insights *insights);

/* Count an event. `payload` is its envelope; other kinds only move the position. Judges before what had ended
 * when it arrived, and with it the minute under way, so records may come. After a failure all later calls
 * fail until it is opened again. */
NODISCARD bool insights_apply(
    struct insights *insights, uint64_t position, struct bytes payload, struct error *error);

/* Judge every minute that ended `grace_ms` before `now`: with the clock, only when all that arrived before
 * was applied, so that a replay judges alike. While catching up insights_apply() is enough. */
NODISCARD bool insights_advance(struct insights *insights, struct moment now, struct error *error);

/* A bounded piece of housekeeping: counts to disk, a snapshot when due (or now, with `force`), old counts
 * coarser or dropped. `ret_has_more`: call again at once. */
NODISCARD bool insights_maintain(
    struct insights *insights, struct moment now, bool force, bool *ret_has_more, struct error *error);

/* ListInsightsMetricData: sums for each `period_s` (60, 300 or 3600) from `from` to `to` (exclusive), oldest
 * first. With `fill_zeros` empty periods too. Kept for 15, 63 and 90 days. At most `count_max`; `ret_next` is
 * where the rest begins, or MOMENT_NONE. */
struct insights_query {
    struct insights_series series;
    int64_t period_s;
    struct moment from, to, now;
    bool fill_zeros;
    size_t count_max;
};
struct insights_values {
    struct moment *times;
    double *values;
    size_t count;
    struct moment next;
};
NODISCARD bool insights_query(struct insights *insights, const struct insights_query *query,
    struct arena *arena, struct insights_values *ret_values, struct error *error);

struct insights_stats {
    uint64_t position, series, memory_bytes, disk_bytes;
    uint64_t insights_started, insights_ended, insights_open;
    uint64_t events_counted, events_late, series_let_go;
    uint64_t series_not_kept;   /* calls of series for which there was no room */
    struct moment judged_until; /* every minute before it */
};
struct insights_stats insights_stats(struct insights *insights);
