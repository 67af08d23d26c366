/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insight_reader: the thread that shows every event to insights, from the journal or, where that has let go,
 * from history; and admits what insights finds.
 *
 * A failed write closes insights and opens it again from its last snapshot: nothing is counted twice.
 *
 * Threads: open, start, stop and close from the main thread; the rest any.
 */
#pragma once

#include "insights/insights.h"

struct catalog;
struct history;
struct insight_reader;
struct journal;
struct metrics;

struct insight_reader_options {
    struct disk *disk; /* what is named here and below is borrowed */
    struct catalog *catalog;
    struct history *history;
    struct journal *journal;
    uint64_t series_max;
    int64_t grace_ms, warm_ms;
    /* Admit a record; false to be asked again. */
    bool (*on_insight)(struct str record, void *context, struct error *error);
    void *context;
};

NODISCARD struct insight_reader *daemon_insight_reader_open(
    const struct insight_reader_options *options, struct error *error);
void daemon_insight_reader_start(struct insight_reader *reader);

/* End the thread and save what is counted: before admission stops. */
void daemon_insight_reader_stop(struct insight_reader *reader);
void daemon_insight_reader_close(struct insight_reader *reader);

/* NULL is fine for all of these. */
uint64_t daemon_insight_reader_position(struct insight_reader *reader);
void daemon_insight_reader_fill_metrics(struct insight_reader *reader, struct metrics *metrics);

/* insights_query(); ERROR_UNAVAILABLE while it is being opened again. */
NODISCARD bool daemon_insight_reader_query(struct insight_reader *reader, const struct insights_query *query,
    struct arena *arena, struct insights_values *ret_values, struct error *error);
