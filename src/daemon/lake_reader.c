/* SPDX-License-Identifier: Apache-2.0 */
#include "lake_reader.h"

#include "base/own.h"
#include "history/history.h"
#include "journal/journal.h"
#include "lake/lake.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "log.h"
#include "metric.h"

#include <stdatomic.h>
#include <stdio.h>

enum {
    BATCH_EVENTS = 4096, /* before it is asked anew where to go on */
    IDLE_MS = 200,       /* and so long at most: a commit may be due, a store may be new */
    RETRY_PAUSE_MS = 1000,
    LOG_PAUSE_MS = 30000,
    MAINTAIN_PAUSE_MS = 1000,
    /* Stores that take nothing write down how far they are. */
    COMMIT_EVENTS = 1 << 16,
    COMMIT_PAUSE_MS = 60000,
};

struct lake_reader {
    struct lake_reader_options options;
    struct thread *taker, *maintainer;
    struct mutex mutex;          /* guards is_stopping and logged_at */
    struct condition is_changed; /* of is_stopping */
    bool is_stopping;
    struct instant logged_at;
    atomic_bool is_failing; /* at the last attempt */
    /* Of the thread that takes. */
    struct journal_cursor *cursor;
    uint64_t applied; /* since the last commit */
    struct instant committed_at;
};

static void log_failure(struct lake_reader *reader, const char *message) {
    struct instant now = clock_instant(clock_real());
    mutex_lock(&reader->mutex);
    bool is_told =
        reader->logged_at.ns != 0 && now.ns - reader->logged_at.ns < (int64_t)LOG_PAUSE_MS * 1000000;
    if (!is_told)
        reader->logged_at = now;
    mutex_unlock(&reader->mutex);
    if (!is_told)
        daemon_log(LOG_lake_failed, "%s", message);
}

/* Sleep, unless a stop comes first; false where it is time to stop. */
static bool pause_ms(struct lake_reader *reader, int64_t ms) {
    MUTEX_SCOPE(&reader->mutex);
    if (!reader->is_stopping && ms > 0)
        IGNORE(condition_wait_ms(&reader->is_changed, &reader->mutex, ms), "either way we look");
    return !reader->is_stopping;
}

/* ---- taking ---- */

struct reading {
    struct lake_reader *reader;
    struct error *error;
    bool is_failed;
};

static bool apply(struct lake_reader *reader, uint64_t position, struct bytes payload, struct error *error) {
    reader->applied++;
    return lake_apply(reader->options.lake, position, payload, error);
}

static bool on_event(uint64_t position, struct bytes payload, void *context) {
    struct reading *reading = context;
    reading->is_failed = !apply(reading->reader, position, payload, reading->error);
    return !reading->is_failed && !lake_wants_commit(reading->reader->options.lake);
}

/* What the journal let go of. Where retention of history took the oldest, the stores go on behind them. */
static bool read_history(struct lake_reader *reader, uint64_t from, bool *ret_moved, struct error *error) {
    struct reading reading = {reader, error, false};
    uint64_t next = from;
    bool done = history_read(reader->options.history, from, BATCH_EVENTS, on_event, &reading, &next, error);
    if (!done && !reading.is_failed && error->kind == ERROR_NOT_FOUND) {
        lake_pass(reader->options.lake, next - 1);
        error->kind = ERROR_NONE;
        done = true;
    }
    *ret_moved = next != from;
    return done && !reading.is_failed;
}

static bool read_journal(struct lake_reader *reader, uint64_t from, bool *ret_moved, struct error *error) {
    if (reader->cursor == NULL || journal_cursor_position(reader->cursor) != from) {
        journal_cursor_destroy(reader->cursor);
        reader->cursor = journal_cursor_create(reader->options.journal, from);
    }
    *ret_moved = false;
    for (size_t i = 0; i < BATCH_EVENTS; i++) {
        struct journal_record record = {0};
        if (!journal_cursor_next(reader->cursor, &record, error)) {
            bool is_released = error->kind == ERROR_NOT_FOUND;
            error->kind = is_released ? ERROR_NONE : error->kind;
            *ret_moved = is_released; /* the next batch comes from history */
            return is_released;
        }
        if (record.position == 0)
            return true;
        if (!apply(reader, record.position, record.payload, error))
            return false;
        *ret_moved = true;
        if (lake_wants_commit(reader->options.lake))
            return true;
    }
    return true;
}

static bool is_commit_due(const struct lake_reader *reader) {
    int64_t since_ms = (clock_instant(clock_real()).ns - reader->committed_at.ns) / 1000000;
    return lake_wants_commit(reader->options.lake) || reader->applied >= COMMIT_EVENTS ||
           since_ms >= COMMIT_PAUSE_MS;
}

static bool commit(struct lake_reader *reader, struct error *error) {
    reader->applied = 0;
    reader->committed_at = clock_instant(clock_real());
    return lake_commit(reader->options.lake, error);
}

/* A batch, and a commit where one is due; then a rest where there was nothing. */
static bool step(struct lake_reader *reader, struct error *error) {
    struct journal *journal = reader->options.journal;
    uint64_t position = lake_position(reader->options.lake);
    bool has_stores = position != UINT64_MAX, moved = false;
    uint64_t next = has_stores ? position + 1 : journal_end(journal) + 1;
    if (has_stores && next <= journal_end(journal) &&
        !(next < journal_oldest(journal) ? read_history(reader, next, &moved, error)
                                         : read_journal(reader, next, &moved, error)))
        return false;
    if (is_commit_due(reader) && !commit(reader, error))
        return false;
    if (!moved && next > journal_end(journal))
        IGNORE(journal_wait_until(journal, next, IDLE_MS), "either way we look");
    else if (!moved) /* history does not have it yet */
        IGNORE(pause_ms(reader, IDLE_MS), "the loop looks itself");
    return true;
}

static void take(void *context) {
    struct lake_reader *reader = context;
    for (int64_t pause = 0; pause_ms(reader, pause);) {
        struct error error = {0};
        bool done = step(reader, &error);
        atomic_store(&reader->is_failing, !done);
        pause = done ? 0 : RETRY_PAUSE_MS;
        if (!done)
            log_failure(reader, error.message);
    }
}

static void maintain(void *context) {
    struct lake_reader *reader = context;
    for (int64_t pause = MAINTAIN_PAUSE_MS; pause_ms(reader, pause);) {
        struct error error = {0};
        bool has_more = false;
        if (!lake_maintain(reader->options.lake, clock_now(clock_real()), &has_more, &error))
            log_failure(reader, error.message);
        pause = has_more ? 0 : MAINTAIN_PAUSE_MS;
    }
}

/* ---- life cycle ---- */

struct lake_reader *daemon_lake_reader_open(const struct lake_reader_options *options) {
    struct lake_reader *reader = MEM_NEW(struct lake_reader);
    reader->options = *options;
    reader->committed_at = clock_instant(clock_real());
    mutex_init(&reader->mutex);
    condition_init(&reader->is_changed);
    return reader;
}

void daemon_lake_reader_start(struct lake_reader *reader) {
    if (reader == NULL)
        return;
    reader->taker = thread_start("lake", take, reader);
    reader->maintainer = thread_start("lake-maintain", maintain, reader);
}

void daemon_lake_reader_stop(struct lake_reader *reader) {
    if (reader == NULL || reader->taker == NULL)
        return;
    mutex_lock(&reader->mutex);
    reader->is_stopping = true;
    condition_broadcast(&reader->is_changed);
    mutex_unlock(&reader->mutex);
    thread_join(TAKE(reader->taker));
    thread_join(TAKE(reader->maintainer));
    struct error error = {0};
    if (!commit(reader, &error))
        log_failure(reader, error.message);
    journal_cursor_destroy(TAKE(reader->cursor));
}

void daemon_lake_reader_close(struct lake_reader *reader) {
    if (reader == NULL)
        return;
    daemon_lake_reader_stop(reader);
    condition_finish(&reader->is_changed);
    mutex_finish(&reader->mutex);
    mem_free(reader);
}

/* ---- numbers ---- */

uint64_t daemon_lake_reader_position(struct lake_reader *reader) {
    if (reader == NULL)
        return 0;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct lake_store_stats *stats = NULL;
    size_t count = lake_stats(reader->options.lake, &arena, &stats);
    uint64_t least = journal_end(reader->options.journal);
    for (size_t i = 0; i < count; i++)
        least = stats[i].position < least ? stats[i].position : least;
    return least;
}

void daemon_lake_reader_fill_metrics(struct lake_reader *reader, struct metrics *metrics) {
    if (reader == NULL)
        return;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct lake_store_stats *stats = NULL;
    size_t count = lake_stats(reader->options.lake, &arena, &stats);
    uint64_t end = journal_end(reader->options.journal);
    metrics->lake_failing = atomic_load(&reader->is_failing);
    for (size_t i = 0; i < count; i++) {
        uint64_t lag = end > stats[i].position ? end - stats[i].position : 0;
        metrics->lake_lag = lag > metrics->lake_lag ? lag : metrics->lake_lag;
        if (metrics->store_count == METRIC_STORES_MAX)
            continue;
        struct metric_store *store = &metrics->stores[metrics->store_count++];
        *store = (struct metric_store){.lag = lag,
            .events = stats[i].events,
            .files = stats[i].files,
            .bytes = stats[i].bytes,
            .duplicates = stats[i].duplicates,
            .conflicts = stats[i].conflicts,
            .expired = stats[i].expired,
            .failing = stats[i].is_failing};
        (void)snprintf(store->uuid, sizeof store->uuid, "%.*s", STR(stats[i].uuid));
    }
}
