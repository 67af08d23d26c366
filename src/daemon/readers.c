/* SPDX-License-Identifier: Apache-2.0 */
#include "readers.h"

#include "base/own.h"
#include "history/history.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "log.h"
#include "metric.h"

#include <stdatomic.h>
#include <stdio.h>

enum {
    CURSOR_WAIT_MS = 500,
    GATHER_MS = 3, /* events that come close together are applied together */
    WORK_WAIT_MS = 200,
    STEP_PAUSE_MS_MAX = 1000,
    RETRY_PAUSE_MS = 1000,
    LOG_PAUSE_MS = 30000, /* a trouble that lasts is told twice a minute, not ten times a second */
};

struct readers {
    struct readers_options options;
    struct journal *journal;
    struct thread *applier, *maintainer, *deliverer;
    struct mutex mutex;          /* guards is_stopping, delivery and digest (the pointers) */
    struct condition is_changed; /* of is_stopping */
    bool is_stopping;
    struct delivery *delivery;
    struct digest *digest;
    atomic_bool is_applier_failed, is_maintainer_failed; /* at the last attempt */
};

/* A failure that repeats is logged at most every LOG_PAUSE_MS; true where it is logged now. */
static bool log_sometimes(enum log_event event, const char *message, struct instant *last) {
    struct instant now = clock_instant(clock_real());
    if (last->ns != 0 && now.ns - last->ns < (int64_t)LOG_PAUSE_MS * 1000000)
        return false;
    *last = now;
    daemon_log(event, "%s", message);
    return true;
}

static bool is_stopping(struct readers *readers) {
    MUTEX_SCOPE(&readers->mutex);
    return readers->is_stopping;
}

/* Sleep, unless a stop comes first; false where it is time to stop. */
static bool pause_ms(struct readers *readers, int64_t ms) {
    MUTEX_SCOPE(&readers->mutex);
    if (!readers->is_stopping && ms > 0)
        IGNORE(condition_wait_ms(&readers->is_changed, &readers->mutex, ms), "either way we look");
    return !readers->is_stopping;
}

/* History. */

static bool apply(struct readers *readers, const struct journal_record *record, struct error *error) {
    while (!history_apply(readers->options.history, record->position, record->payload, error)) {
        if (error->kind != ERROR_UNAVAILABLE)
            return false;
        IGNORE(history_wait_for_room(readers->options.history, CURSOR_WAIT_MS), "we try again in any case");
        if (is_stopping(readers))
            return true; /* the journal has it: it is applied at the next start */
    }
    return true;
}

/* Until a stop, or a failure. */
static bool apply_all(struct readers *readers, struct error *error) {
    struct journal_cursor *cursor =
        journal_cursor_create(readers->journal, history_applied_position(readers->options.history) + 1);
    journal_cursor_set_pace(cursor);
    bool done = true;
    while (done && !is_stopping(readers)) {
        struct journal_record record = {0};
        done = journal_cursor_next(cursor, &record, error) &&
               (record.position == 0 || apply(readers, &record, error));
        if (done)
            atomic_store(&readers->is_applier_failed, false);
        if (done && record.position == 0 && journal_cursor_wait(cursor, CURSOR_WAIT_MS))
            clock_sleep_ms(GATHER_MS);
    }
    journal_cursor_destroy(cursor);
    return done;
}

/* What fails for want of descriptors or by a read error may work again in a while: nothing is skipped. */
static void run_applier(void *context) {
    struct readers *readers = context;
    struct instant logged = {0};
    for (bool goes_on = true; goes_on;) {
        struct error error = {0};
        if (apply_all(readers, &error))
            return;
        IGNORE(log_sometimes(LOG_history_failed, error.message, &logged), "it comes again");
        atomic_store(&readers->is_applier_failed, true);
        goes_on = pause_ms(readers, RETRY_PAUSE_MS);
    }
}

static bool maintain(struct readers *readers, bool force_seal, bool *ret_has_more, struct error *error) {
    struct history *history = readers->options.history;
    return history_maintain(history, clock_now(clock_real()), force_seal, ret_has_more, error) &&
           journal_release(readers->journal, history_sealed_position(history), error);
}

static void run_maintainer(void *context) {
    struct readers *readers = context;
    struct instant logged = {0};
    bool has_more = false;
    while (!is_stopping(readers)) {
        struct error error = {0};
        if (!has_more)
            history_wait_for_work(readers->options.history, WORK_WAIT_MS);
        has_more = false;
        bool done = maintain(readers, false, &has_more, &error);
        atomic_store(&readers->is_maintainer_failed, !done);
        if (done)
            continue;
        IGNORE(log_sometimes(LOG_maintenance_failed, error.message, &logged), "it comes again");
        IGNORE(pause_ms(readers, RETRY_PAUSE_MS), "the loop looks itself");
    }
}

bool daemon_readers_catch_up(struct readers *readers, uint64_t *ret_event_count, struct error *error) {
    struct history *history = readers->options.history;
    struct journal_cursor *cursor =
        journal_cursor_create(readers->journal, history_applied_position(history) + 1);
    uint64_t count = 0;
    bool done = true;
    for (struct journal_record record = {.position = 1}; done && record.position != 0;) {
        done = journal_cursor_next(cursor, &record, error);
        bool is_taken = !done || record.position == 0;
        while (!is_taken && done) {
            bool has_more = false;
            is_taken = history_apply(history, record.position, record.payload, error);
            done =
                is_taken || (error->kind == ERROR_UNAVAILABLE && maintain(readers, false, &has_more, error));
            count += is_taken;
        }
    }
    journal_cursor_destroy(cursor);
    *ret_event_count = count;
    return done || error_context(error, "index what the journal holds");
}

/* Delivery and digests, on one thread: a digest tells of the files that were delivered before it. */

static bool reopen(struct readers *readers, struct error *error) {
    MUTEX_SCOPE(&readers->mutex);
    delivery_close(TAKE(readers->delivery));
    digest_close(TAKE(readers->digest));
    readers->delivery = delivery_open(&readers->options.delivery_stores, &readers->options.delivery, error);
    if (readers->delivery != NULL)
        readers->digest = digest_open(readers->options.delivery_stores.catalog,
            readers->options.delivery_stores.objects, &readers->options.digest, error);
    return readers->digest != NULL;
}

static bool step(struct readers *readers, struct moment *ret_due, struct error *error) {
    struct moment delivery_due = MOMENT_MAX;
    struct moment digest_due = MOMENT_MAX;
    if (readers->digest == NULL && !reopen(readers, error))
        return false;
    if (!delivery_step(readers->delivery, clock_now(clock_real()), &delivery_due, error) ||
        !digest_step(readers->digest, clock_now(clock_real()), &digest_due, error))
        return false;
    struct digest_stats digest = {0};
    digest_stats(readers->digest, &digest);
    if (!daemon_checkpoint_update(&readers->options.checkpoint, digest.digests_put, error))
        return false;
    *ret_due = delivery_due.ms < digest_due.ms ? delivery_due : digest_due;
    return true;
}

/* Until something is due, or so many events are new that they had better be read while the journal has them
 * in memory. */
static void wait_for_work(struct readers *readers, struct moment due) {
    enum { EVENTS_WORTH_A_STEP = 2000 };
    /* From the end that the step has seen, not from where it stopped: what it left, it left for a reason. */
    uint64_t end = journal_end(readers->journal);
    int64_t left_ms = due.ms - clock_now(clock_real()).ms;
    if (left_ms > 0)
        IGNORE(journal_wait_until(readers->journal, end + EVENTS_WORTH_A_STEP,
                   left_ms < STEP_PAUSE_MS_MAX ? left_ms : STEP_PAUSE_MS_MAX),
            "either way the next step looks itself");
}

/* Attempts at files of one kind that failed, as the log has it. */
struct failures {
    enum log_event event;
    uint64_t told;
    struct instant logged;
};

static void report(struct failures *failures, uint64_t count) {
    if (count < failures->told) /* opened again: counted from 0 */
        failures->told = 0;
    char message[128];
    (void)snprintf(message, sizeof message, "%llu attempts failed; `cairn status' shows which trail and why",
        (unsigned long long)(count - failures->told));
    if (count > failures->told && log_sometimes(failures->event, message, &failures->logged))
        failures->told = count;
}

/* A put that fails is no error of a step: it shows in the trail's status, and here. */
static void report_attempts(struct readers *readers, struct failures *files, struct failures *digests) {
    struct delivery_stats delivery = {0};
    struct digest_stats digest = {0};
    delivery_stats(readers->delivery, &delivery);
    digest_stats(readers->digest, &digest);
    report(files, delivery.attempts_failed);
    report(digests, digest.attempts_failed);
}

static void run_deliverer(void *context) {
    struct readers *readers = context;
    struct instant logged = {0};
    struct failures files = {.event = LOG_delivery_failed}, digests = {.event = LOG_digest_failed};
    struct moment due = MOMENT_MIN;
    for (int64_t pause = 0; pause_ms(readers, pause);) {
        struct error error = {0};
        pause = 0;
        if (step(readers, &due, &error)) {
            report_attempts(readers, &files, &digests);
            wait_for_work(readers, due);
            continue;
        }
        IGNORE(log_sometimes(LOG_delivery_stopped, error.message, &logged), "it comes again");
        pause = RETRY_PAUSE_MS;
        if (!reopen(readers, &error))
            IGNORE(log_sometimes(LOG_delivery_stopped, error.message, &logged), "it comes again");
    }
}

/* Life cycle. */

struct readers *daemon_readers_open(const struct readers_options *options, struct error *error) {
    struct readers *readers = MEM_NEW(struct readers);
    readers->options = *options;
    readers->journal = options->delivery_stores.journal;
    mutex_init(&readers->mutex);
    condition_init(&readers->is_changed);
    if (reopen(readers, error))
        return readers;
    daemon_readers_close(readers);
    return NULL;
}

void daemon_readers_start(struct readers *readers) {
    readers->applier = thread_start("history", run_applier, readers);
    readers->maintainer = thread_start("maintain", run_maintainer, readers);
    readers->deliverer = thread_start("delivery", run_deliverer, readers);
}

/* What is in memory need not be read again at the next start. */
static void seal_history(struct readers *readers) {
    struct error error = {0};
    uint64_t count = 0;
    bool has_more = true;
    bool done = daemon_readers_catch_up(readers, &count, &error);
    while (done &&
           history_sealed_position(readers->options.history) <
               history_applied_position(readers->options.history) &&
           has_more)
        done = maintain(readers, true, &has_more, &error);
    if (!done)
        daemon_log(LOG_maintenance_failed, "%s", error.message);
}

void daemon_readers_close(struct readers *readers) {
    if (readers == NULL)
        return;
    mutex_lock(&readers->mutex);
    readers->is_stopping = true;
    condition_broadcast(&readers->is_changed);
    mutex_unlock(&readers->mutex);
    journal_interrupt(readers->journal);
    bool has_run = readers->applier != NULL;
    thread_join(readers->applier);
    thread_join(readers->maintainer);
    thread_join(readers->deliverer);
    if (has_run)
        seal_history(readers);
    delivery_close(readers->delivery);
    digest_close(readers->digest);
    condition_finish(&readers->is_changed);
    mutex_finish(&readers->mutex);
    mem_free(readers);
}

bool daemon_readers_are_healthy(struct readers *readers) {
    return !atomic_load(&readers->is_applier_failed) && !atomic_load(&readers->is_maintainer_failed);
}

struct delivery_stats daemon_readers_delivery_stats(struct readers *readers) {
    struct delivery_stats stats = {.position = 1, .waiting_since = MOMENT_MAX};
    MUTEX_SCOPE(&readers->mutex);
    if (readers->delivery != NULL)
        delivery_stats(readers->delivery, &stats);
    return stats;
}

void daemon_readers_fill_metrics(struct readers *readers, struct metrics *metrics) {
    metrics->delivery = daemon_readers_delivery_stats(readers);
    const struct delivery_stats *delivery = &metrics->delivery;
    uint64_t finished =
        delivery->files_done + delivery->files_lost; /* those of an earlier run count here only */
    metrics->files_waiting = delivery->files_planned > finished ? delivery->files_planned - finished : 0;
    int64_t now_ms = clock_now(clock_real()).ms;
    if (delivery->waiting_since.ms < now_ms)
        metrics->delivery_oldest_ms = (uint64_t)(now_ms - delivery->waiting_since.ms);
    metrics->delivery_lag = journal_end(readers->journal) + 1 - delivery->position;
    MUTEX_SCOPE(&readers->mutex);
    if (readers->digest != NULL)
        digest_stats(readers->digest, &metrics->digest);
    const struct digest_stats *digest = &metrics->digest;
    if (digest->latest_put_at.ms != MOMENT_NONE.ms && digest->digests_put > 0)
        metrics->digest_age_ms = (uint64_t)(now_ms - digest->latest_put_at.ms);
}
