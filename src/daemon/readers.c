/* SPDX-License-Identifier: Apache-2.0 */
#include "readers.h"

#include "base/own.h"
#include "delivery/delivery.h"
#include "digest/digest.h"
#include "history/history.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "log.h"

#include <stdatomic.h>

enum {
    CURSOR_WAIT_MS = 500,
    MAINTAIN_PAUSE_MS = 200,
    STEP_PAUSE_MS_MAX = 1000,
    RETRY_PAUSE_MS = 1000,
    LOG_PAUSE_MS = 30000, /* a trouble that lasts is told twice a minute, not ten times a second */
};

struct readers {
    struct readers_options options;
    struct thread *threads[4];
    struct mutex mutex;          /* guards is_stopping, wake_count */
    struct condition is_changed; /* of what the mutex guards */
    bool is_stopping;
    uint64_t wake_count;
    atomic_bool is_failed;
};

struct readers *daemon_readers_create(const struct readers_options *options) {
    struct readers *readers = MEM_NEW(struct readers);
    readers->options = *options;
    mutex_init(&readers->mutex);
    condition_init(&readers->is_changed);
    return readers;
}

static bool is_stopping(struct readers *readers) {
    MUTEX_SCOPE(&readers->mutex);
    return readers->is_stopping;
}

/* Sleep, unless a stop or a wake comes first; false where it is time to stop. */
static bool pause_ms(struct readers *readers, int64_t ms, uint64_t *seen_wake_count) {
    MUTEX_SCOPE(&readers->mutex);
    if (!readers->is_stopping && readers->wake_count == *seen_wake_count && ms > 0)
        IGNORE(condition_wait_ms(&readers->is_changed, &readers->mutex, ms), "either way we look");
    *seen_wake_count = readers->wake_count;
    return !readers->is_stopping;
}

/* Apply all there is now. */
static bool apply_ready(
    struct readers *readers, struct journal_cursor *cursor, uint64_t *count, struct error *error) {
    for (;;) {
        struct journal_record record = {0};
        if (!journal_cursor_next(cursor, &record, error))
            return false;
        if (record.position == 0)
            return true;
        if (!history_apply(readers->options.history, record.position, record.payload, error))
            return false;
        ++*count;
    }
}

bool daemon_readers_catch_up(struct readers *readers, uint64_t *ret_event_count, struct error *error) {
    struct history *history = readers->options.history;
    struct journal_cursor *cursor =
        journal_cursor_create(readers->options.journal, history_applied_position(history) + 1);
    uint64_t count = 0;
    bool done = true;
    bool has_more = true;
    while (done && has_more) {
        done = apply_ready(readers, cursor, &count, error) &&
               history_maintain(history, clock_now(clock_real()), false, &has_more, error);
    }
    journal_cursor_destroy(cursor);
    *ret_event_count = count;
    return done || error_context(error, "index what the journal holds");
}

static void run_applier(void *context) {
    struct readers *readers = context;
    struct history *history = readers->options.history;
    struct journal_cursor *cursor =
        journal_cursor_create(readers->options.journal, history_applied_position(history) + 1);
    struct error error = {0};
    uint64_t count = 0;
    while (!is_stopping(readers)) {
        if (!apply_ready(readers, cursor, &count, &error)) {
            daemon_log(LOG_history_failed, "%s", error.message);
            atomic_store(&readers->is_failed, true);
            break;
        }
        IGNORE(journal_cursor_wait(cursor, CURSOR_WAIT_MS), "a timeout only asks for a stop");
    }
    journal_cursor_destroy(cursor);
}

/* Log a failure that repeats at most every LOG_PAUSE_MS. */
static void log_sometimes(enum log_event event, const struct error *error, struct instant *last) {
    struct instant now = clock_instant(clock_real());
    if (last->ns != 0 && now.ns - last->ns < (int64_t)LOG_PAUSE_MS * 1000000)
        return;
    *last = now;
    daemon_log(event, "%s", error->message);
}

static void run_maintainer(void *context) {
    struct readers *readers = context;
    struct instant logged = {0};
    uint64_t wakes = 0;
    for (bool has_more = false; pause_ms(readers, has_more ? 0 : MAINTAIN_PAUSE_MS, &wakes);) {
        struct error error = {0};
        has_more = false;
        bool done =
            history_maintain(readers->options.history, clock_now(clock_real()), false, &has_more, &error) &&
            journal_release(
                readers->options.journal, history_sealed_position(readers->options.history), &error);
        if (done)
            continue;
        log_sometimes(LOG_maintenance_failed, &error, &logged);
        if (!pause_ms(readers, RETRY_PAUSE_MS, &wakes))
            break;
    }
}

static int64_t until(struct moment due) {
    int64_t ms = due.ms - clock_now(clock_real()).ms;
    return ms < 0 ? 0 : ms > STEP_PAUSE_MS_MAX ? STEP_PAUSE_MS_MAX : ms;
}

static void run_delivery(void *context) {
    struct readers *readers = context;
    struct instant logged = {0};
    uint64_t wakes = 0;
    struct moment due = MOMENT_MIN;
    while (pause_ms(readers, until(due), &wakes)) {
        struct error error = {0};
        due = MOMENT_MAX;
        if (!delivery_step(readers->options.delivery, clock_now(clock_real()), &due, &error)) {
            log_sometimes(LOG_delivery_failed, &error, &logged);
            due.ms = clock_now(clock_real()).ms + RETRY_PAUSE_MS;
        }
    }
}

static void run_digest(void *context) {
    struct readers *readers = context;
    struct instant logged = {0};
    uint64_t wakes = 0;
    struct moment due = MOMENT_MIN;
    while (pause_ms(readers, until(due), &wakes)) {
        struct error error = {0};
        due = MOMENT_MAX;
        if (!digest_step(readers->options.digest, clock_now(clock_real()), &due, &error)) {
            log_sometimes(LOG_digest_failed, &error, &logged);
            due.ms = clock_now(clock_real()).ms + RETRY_PAUSE_MS;
        }
    }
}

void daemon_readers_start(struct readers *readers) {
    readers->threads[0] = thread_start("history", run_applier, readers);
    readers->threads[1] = thread_start("maintain", run_maintainer, readers);
    readers->threads[2] = thread_start("delivery", run_delivery, readers);
    readers->threads[3] = thread_start("digest", run_digest, readers);
}

void daemon_readers_wake(struct readers *readers) {
    MUTEX_SCOPE(&readers->mutex);
    readers->wake_count++;
    condition_broadcast(&readers->is_changed);
}

void daemon_readers_stop(struct readers *readers) {
    mutex_lock(&readers->mutex);
    readers->is_stopping = true;
    condition_broadcast(&readers->is_changed);
    mutex_unlock(&readers->mutex);
    journal_interrupt(readers->options.journal);
    for (size_t i = 0; i < sizeof readers->threads / sizeof readers->threads[0]; i++)
        thread_join(TAKE(readers->threads[i]));
    struct error error = {0};
    uint64_t count = 0;
    bool has_more = false;
    if (!daemon_readers_catch_up(readers, &count, &error) ||
        !history_maintain(readers->options.history, clock_now(clock_real()), true, &has_more, &error))
        daemon_log(LOG_maintenance_failed, "%s", error.message);
}

void daemon_readers_destroy(struct readers *readers) {
    if (readers == NULL)
        return;
    condition_finish(&readers->is_changed);
    mutex_finish(&readers->mutex);
    mem_free(readers);
}

bool daemon_readers_are_healthy(struct readers *readers) {
    return !atomic_load(&readers->is_failed);
}
