/* SPDX-License-Identifier: Apache-2.0 */
#include "insight_reader.h"

#include "base/own.h"
#include "catalog/catalog.h"
#include "history/history.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "insight_wish.h"
#include "log.h"
#include "metric.h"

#include <stdatomic.h>

enum {
    BATCH_EVENTS = 4096, /* before housekeeping has its turn */
    IDLE_MS = 200,
    RETRY_PAUSE_MS = 1000,
    LOG_PAUSE_MS = 30000,
    /* The clock is used so much late: an event is stamped a little before it is durable, and a minute that is
     * judged before the event is seen would be judged otherwise by a replay. */
    CLOCK_MARGIN_MS = 2000,
};

struct insight_reader {
    struct insight_reader_options options;
    struct insight_wishes *wishes;
    struct moment started_at;      /* this process: nothing was taken for some time before */
    struct journal_cursor *cursor; /* of the thread */
    struct thread *thread;
    struct mutex mutex;          /* guards insights (the pointer) and is_stopping */
    struct condition is_changed; /* of is_stopping */
    bool is_stopping;
    struct insights *insights; /* NULL: could not be opened again yet */
    atomic_bool is_failed;     /* at the last attempt */
    struct instant logged_at;
};

static void log_failure(struct insight_reader *reader, const char *message) {
    struct instant now = clock_instant(clock_real());
    if (reader->logged_at.ns != 0 && now.ns - reader->logged_at.ns < (int64_t)LOG_PAUSE_MS * 1000000)
        return;
    reader->logged_at = now;
    daemon_log(LOG_insights_failed, "%s", message);
}

/* Sleep, unless a stop comes first; false where it is time to stop. */
static bool pause_ms(struct insight_reader *reader, int64_t ms) {
    MUTEX_SCOPE(&reader->mutex);
    if (!reader->is_stopping && ms > 0)
        IGNORE(condition_wait_ms(&reader->is_changed, &reader->mutex, ms), "either way we look");
    return !reader->is_stopping;
}

static size_t data_trails(
    const struct event_facets *facets, struct str *ret_arns, size_t count_max, void *context) {
    struct insight_reader *reader = context;
    return daemon_insight_wishes_trails(reader->wishes, facets, ret_arns, count_max);
}

static bool is_wanted(const struct insights_series *series, void *context) {
    struct insight_reader *reader = context;
    return daemon_insight_wishes_want(reader->wishes, series);
}

/* What cannot be admitted now is offered again later. */
static bool on_insight(struct str record, void *context, struct error *error) {
    struct insight_reader *reader = context;
    if (reader->options.on_insight(record, reader->options.context, error))
        return true;
    log_failure(reader, error->message);
    return false;
}

static bool reopen(struct insight_reader *reader, struct error *error) {
    const struct insight_reader_options *options = &reader->options;
    struct insights_options insights_options = {.cairn_id = catalog_cairn_id(options->catalog),
        .generation = catalog_generation(options->catalog),
        .series_max = options->series_max,
        .grace_ms = options->grace_ms,
        .warm_ms = options->warm_ms,
        .started_at = reader->started_at,
        .data_trails = data_trails,
        .is_wanted = is_wanted,
        .on_insight = on_insight,
        .context = reader};
    MUTEX_SCOPE(&reader->mutex);
    insights_close(TAKE(reader->insights));
    reader->insights = insights_open(options->disk, &insights_options, error);
    return reader->insights != NULL;
}

/* Reading. */

struct reading {
    struct insight_reader *reader;
    struct error *error;
    bool is_failed;
};

static bool on_event(uint64_t position, struct bytes payload, void *context) {
    struct reading *reading = context;
    reading->is_failed = !insights_apply(reading->reader->insights, position, payload, reading->error);
    return !reading->is_failed;
}

/* What the journal let go of. History's retention may have taken the oldest: counting goes on behind it. */
static bool read_history(
    struct insight_reader *reader, uint64_t from, uint64_t *ret_next, struct error *error) {
    struct reading reading = {reader, error, false};
    *ret_next = from;
    if (history_read(reader->options.history, from, BATCH_EVENTS, on_event, &reading, ret_next, error))
        return !reading.is_failed;
    if (reading.is_failed || error->kind != ERROR_NOT_FOUND)
        return false;
    error->kind = ERROR_NONE;
    return true;
}

/* At most a batch; `ret_next` is where it goes on. */
static bool read_journal(
    struct insight_reader *reader, uint64_t from, uint64_t *ret_next, struct error *error) {
    if (reader->cursor == NULL || journal_cursor_position(reader->cursor) != from) {
        journal_cursor_destroy(reader->cursor);
        reader->cursor = journal_cursor_create(reader->options.journal, from);
    }
    *ret_next = from;
    for (size_t i = 0; i < BATCH_EVENTS; i++) {
        struct journal_record record = {0};
        if (!journal_cursor_next(reader->cursor, &record, error)) {
            bool is_released = error->kind == ERROR_NOT_FOUND;
            error->kind = is_released ? ERROR_NONE : error->kind;
            return is_released; /* the next batch comes from history */
        }
        if (record.position == 0)
            return true;
        if (!insights_apply(reader->insights, record.position, record.payload, error))
            return false;
        *ret_next = record.position + 1;
    }
    return true;
}

/* The thread's one step: a batch, or with nothing left the clock; then housekeeping. */
static bool step(struct insight_reader *reader, uint64_t *next, bool *ret_is_idle, struct error *error) {
    struct moment now = clock_now(clock_real());
    uint64_t from = *next;
    bool done = from < journal_oldest(reader->options.journal) ? read_history(reader, from, next, error)
                                                               : read_journal(reader, from, next, error);
    if (!done)
        return false;
    bool is_idle = *next == from && from > journal_end(reader->options.journal);
    struct moment late = {now.ms - CLOCK_MARGIN_MS};
    bool has_more = false;
    if (is_idle && !insights_advance(reader->insights, late, error))
        return false;
    if (!insights_maintain(reader->insights, now, false, &has_more, error))
        return false;
    *ret_is_idle = *next == from && !has_more;
    return true;
}

static bool run_until_failure(struct insight_reader *reader, struct error *error) {
    if (reader->insights == NULL && !reopen(reader, error))
        return false;
    uint64_t next = insights_position(reader->insights) + 1;
    bool is_idle = false;
    while (pause_ms(reader, 0)) {
        if (!step(reader, &next, &is_idle, error))
            return false;
        atomic_store(&reader->is_failed, false);
        if (is_idle && next > journal_end(reader->options.journal))
            IGNORE(journal_wait_until(reader->options.journal, next, IDLE_MS), "either way we look");
        else if (is_idle) /* history does not have it yet */
            IGNORE(pause_ms(reader, IDLE_MS), "the loop looks itself");
    }
    return true;
}

static void run(void *context) {
    struct insight_reader *reader = context;
    for (bool goes_on = true; goes_on;) {
        struct error error = {0};
        if (run_until_failure(reader, &error))
            return;
        atomic_store(&reader->is_failed, true);
        log_failure(reader, error.message);
        goes_on = pause_ms(reader, RETRY_PAUSE_MS);
        if (goes_on && !reopen(reader, &error))
            log_failure(reader, error.message);
    }
}

/* Life cycle. */

struct insight_reader *daemon_insight_reader_open(
    const struct insight_reader_options *options, struct error *error) {
    struct insight_reader *reader = MEM_NEW(struct insight_reader);
    reader->options = *options;
    reader->started_at = clock_now(clock_real());
    reader->wishes = daemon_insight_wishes_create(options->catalog);
    mutex_init(&reader->mutex);
    condition_init(&reader->is_changed);
    if (reopen(reader, error))
        return reader;
    daemon_insight_reader_close(reader);
    return NULL;
}

void daemon_insight_reader_start(struct insight_reader *reader) {
    if (reader != NULL)
        reader->thread = thread_start("insights", run, reader);
}

/* What is counted need not be read again at the next start. */
static void save(struct insight_reader *reader) {
    struct error error = {0};
    bool has_more = false;
    if (reader->insights != NULL && !atomic_load(&reader->is_failed) &&
        !insights_maintain(reader->insights, clock_now(clock_real()), true, &has_more, &error))
        log_failure(reader, error.message);
}

void daemon_insight_reader_stop(struct insight_reader *reader) {
    if (reader == NULL || reader->thread == NULL)
        return;
    mutex_lock(&reader->mutex);
    reader->is_stopping = true;
    condition_broadcast(&reader->is_changed);
    mutex_unlock(&reader->mutex);
    thread_join(TAKE(reader->thread));
    save(reader);
    journal_cursor_destroy(TAKE(reader->cursor));
}

void daemon_insight_reader_close(struct insight_reader *reader) {
    if (reader == NULL)
        return;
    daemon_insight_reader_stop(reader);
    insights_close(reader->insights);
    daemon_insight_wishes_destroy(reader->wishes);
    condition_finish(&reader->is_changed);
    mutex_finish(&reader->mutex);
    mem_free(reader);
}

static struct insights_stats stats_of(struct insight_reader *reader) {
    MUTEX_SCOPE(&reader->mutex);
    return reader->insights != NULL ? insights_stats(reader->insights)
                                    : (struct insights_stats){.position = 0};
}

uint64_t daemon_insight_reader_position(struct insight_reader *reader) {
    return reader == NULL ? 0 : stats_of(reader).position;
}

void daemon_insight_reader_fill_metrics(struct insight_reader *reader, struct metrics *metrics) {
    if (reader == NULL)
        return;
    metrics->insights = stats_of(reader);
    uint64_t end = journal_end(reader->options.journal), position = metrics->insights.position;
    metrics->insights_lag = end > position ? end - position : 0;
    metrics->insights_failing = atomic_load(&reader->is_failed);
}

bool daemon_insight_reader_query(struct insight_reader *reader, const struct insights_query *query,
    struct arena *arena, struct insights_values *ret_values, struct error *error) {
    MUTEX_SCOPE(&reader->mutex);
    if (reader->insights == NULL)
        return error_set(error, ERROR_UNAVAILABLE, "the counts of insights are being opened again");
    return insights_query(reader->insights, query, arena, ret_values, error);
}
