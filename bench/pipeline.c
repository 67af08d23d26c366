/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline.h"

#include "base/own.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "bench.h"

enum { COUNTED_BATCH = 4096 /* before housekeeping has its turn, as in the daemon */ };

static void apply(struct pipeline *pipeline, const struct journal_record *record) {
    for (;;) {
        struct error error = {0};
        if (history_apply(pipeline->history, record->position, record->payload, &error))
            return;
        if (error.kind != ERROR_UNAVAILABLE)
            bench_fail(&error);
        IGNORE(history_wait_for_room(pipeline->history, 100), "we try again in any case");
    }
}

static void run_applier(void *context) {
    struct pipeline *pipeline = context;
    struct journal_cursor *cursor =
        journal_cursor_create(pipeline->journal, history_applied_position(pipeline->history) + 1);
    journal_cursor_set_pace(cursor);
    while (!atomic_load(&pipeline->is_stopping)) {
        struct error error = {0};
        struct journal_record record = {0};
        if (!journal_cursor_next(cursor, &record, &error))
            bench_fail(&error);
        if (record.position == 0)
            IGNORE(journal_cursor_wait(cursor, 100), "a timeout only asks for a stop");
        else
            apply(pipeline, &record);
    }
    journal_cursor_destroy(cursor);
}

static void count_batch(struct pipeline *pipeline, struct journal_cursor *cursor) {
    struct error error = {0};
    struct journal_record record = {0};
    for (int i = 0; i < COUNTED_BATCH; i++) {
        if (!journal_cursor_next(cursor, &record, &error))
            bench_fail(&error);
        if (record.position == 0)
            break;
        if (!insights_apply(pipeline->insights, record.position, record.payload, &error))
            bench_fail(&error);
        atomic_store(&pipeline->counted_position, record.position);
    }
    bool has_more = false;
    struct moment now = clock_now(clock_real());
    if (!insights_maintain(pipeline->insights, now, false, &has_more, &error))
        bench_fail(&error);
    if (record.position == 0)
        IGNORE(journal_cursor_wait(cursor, 100), "a timeout only asks for a stop");
}

static void run_counter(void *context) {
    struct pipeline *pipeline = context;
    struct journal_cursor *cursor = journal_cursor_create(pipeline->journal, 1);
    while (!atomic_load(&pipeline->is_stopping))
        count_batch(pipeline, cursor);
    journal_cursor_destroy(cursor);
    pipeline->counter_cpu_seconds = bench_thread_cpu_seconds();
}

/* Who reads the journal may still need what is behind it. */
static uint64_t read_by_all(struct pipeline *pipeline) {
    uint64_t sealed = history_sealed_position(pipeline->history);
    uint64_t counted = atomic_load(&pipeline->counted_position);
    return pipeline->insights != NULL && counted < sealed ? counted : sealed;
}

static bool maintain(struct pipeline *pipeline, bool force_seal) {
    struct error error = {0};
    bool has_more = false;
    if (!history_maintain(pipeline->history, clock_now(clock_real()), force_seal, &has_more, &error) ||
        !journal_release(pipeline->journal, read_by_all(pipeline), &error))
        bench_fail(&error);
    return has_more;
}

static void run_maintainer(void *context) {
    struct pipeline *pipeline = context;
    while (!atomic_load(&pipeline->is_stopping)) {
        if (!maintain(pipeline, false))
            history_wait_for_work(pipeline->history, 100);
    }
}

void pipeline_open(struct pipeline *pipeline, const char *folder) {
    struct error error = {0};
    struct uuid id = {{1}};
    *pipeline = (struct pipeline){.disk = disk_real_create(folder, &error)};
    if (pipeline->disk == NULL)
        bench_fail(&error);
    struct history_options history_options = {.retention_ms = (int64_t)90 * MS_PER_DAY};
    pipeline->history = history_open(pipeline->disk, &history_options, &error);
    struct journal_options journal_options = {.cairn_id = id, .generation = 1};
    if (pipeline->history != NULL)
        pipeline->journal = journal_open(pipeline->disk, &journal_options, &error);
    struct seen_options seen_options = {.cairn_id = id, .generation = 1};
    if (pipeline->journal != NULL)
        pipeline->seen = seen_open(pipeline->disk, &seen_options, &error);
    struct admission_options admission_options = {
        .account = STR_LITERAL("123456789012"), .region = STR_LITERAL("us-east-1")};
    if (pipeline->seen != NULL)
        pipeline->admission =
            admission_open(pipeline->disk, pipeline->journal, pipeline->seen, &admission_options, &error);
    if (pipeline->admission == NULL)
        bench_fail(&error);
    admission_start(pipeline->admission);
    pipeline->applier = thread_start("history", run_applier, pipeline);
    pipeline->maintainer = thread_start("maintain", run_maintainer, pipeline);
}

void pipeline_start_insights(struct pipeline *pipeline) {
    struct error error = {0};
    struct insights_options options = {.cairn_id = {{1}}, .generation = 1};
    pipeline->insights = insights_open(pipeline->disk, &options, &error);
    if (pipeline->insights == NULL)
        bench_fail(&error);
    pipeline->counter = thread_start("insights", run_counter, pipeline);
}

void pipeline_wait_searchable(struct pipeline *pipeline) {
    while (history_applied_position(pipeline->history) < journal_end(pipeline->journal) ||
           (pipeline->insights != NULL &&
               atomic_load(&pipeline->counted_position) < journal_end(pipeline->journal)))
        clock_sleep_ms(1);
}

void pipeline_seal(struct pipeline *pipeline) {
    pipeline_wait_searchable(pipeline);
    atomic_store(&pipeline->is_stopping, true);
    thread_join(TAKE(pipeline->applier));
    thread_join(TAKE(pipeline->maintainer));
    if (pipeline->counter != NULL)
        thread_join(TAKE(pipeline->counter));
    while (maintain(pipeline, true)) {
    }
}

void pipeline_close(struct pipeline *pipeline) {
    admission_stop(pipeline->admission);
    if (pipeline->applier != NULL)
        pipeline_seal(pipeline);
    admission_close(pipeline->admission);
    insights_close(pipeline->insights);
    history_close(pipeline->history);
    seen_close(pipeline->seen);
    journal_close(pipeline->journal);
    disk_real_destroy(pipeline->disk);
}
