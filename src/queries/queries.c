/* SPDX-License-Identifier: Apache-2.0 */
/* queries.c: the queue and its threads, and what others ask of queries. */
#include "catalog/queries.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "engine/engine.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "private.h"

#include <string.h>

enum {
    CONCURRENCY = 2,
    CONCURRENCY_MAX = 64,
    OPEN_MAX = 10,
    TIMEOUT_MS = 60 * 60 * 1000,
    IDLE_MS = 30000,
    RETRY_PAUSE_MS = 5000,
    DROPPED_AT_ONCE = 100,
};
#define RETENTION_MS     ((int64_t)7 * MS_PER_DAY)
#define RESULT_BYTES_MAX ((uint64_t)1 << 30)

/* Files whose query the catalog does not know: made before a crash, or restored without it. */
struct strays {
    struct queries *queries;
    struct arena arena;
    struct str *ids;
    size_t count, capacity;
};

static bool on_result(const char *name, bool is_directory, void *context) {
    struct strays *strays = context;
    struct catalog_query query;
    struct error error = {0};
    struct str id = str_slice(str_from(name), 0, UUID_TEXT_SIZE);
    if (is_directory ||
        catalog_query_get(strays->queries->options.catalog, id, &strays->arena, &query, &error) ||
        error.kind != ERROR_NOT_FOUND)
        return true;
    if (strays->count == strays->capacity) {
        strays->capacity = strays->capacity * 2 + 16;
        strays->ids = mem_resize_array(strays->ids, strays->capacity, sizeof *strays->ids);
    }
    strays->ids[strays->count++] = arena_str(&strays->arena, id);
    return true;
}

static bool drop_strays(struct queries *queries, struct error *error) {
    struct strays strays = {.queries = queries, .arena = ARENA_INIT};
    struct disk *disk = queries->options.disk;
    bool done = disk_list(disk, QUERIES_ROWS_FOLDER, on_result, &strays, error);
    for (size_t i = 0; i < strays.count && done; i++)
        done = queries_rows_remove(disk, strays.ids[i], error);
    mem_free(strays.ids);
    arena_finish(&strays.arena);
    return done;
}

struct queries *queries_create(const struct queries_options *options, struct error *error) {
    struct queries *queries = MEM_NEW(struct queries);
    struct queries_options *own = &queries->options;
    *own = *options;
    own->clock = own->clock != NULL ? own->clock : clock_real();
    own->concurrency = own->concurrency != 0 ? own->concurrency : CONCURRENCY;
    own->open_max = own->open_max != 0 ? own->open_max : OPEN_MAX;
    own->timeout_ms = own->timeout_ms != 0 ? own->timeout_ms : TIMEOUT_MS;
    own->result_retention_ms = own->result_retention_ms != 0 ? own->result_retention_ms : RETENTION_MS;
    own->result_bytes_max = own->result_bytes_max != 0 ? own->result_bytes_max : RESULT_BYTES_MAX;
    ASSERT(own->concurrency <= CONCURRENCY_MAX);
    queries->runs = mem_alloc_array(own->concurrency, sizeof *queries->runs);
    queries->threads = mem_alloc_array(own->concurrency, sizeof(struct thread *));
    mutex_init(&queries->mutex);
    condition_init(&queries->is_changed);
    condition_init(&queries->checks_changed);
    queries->passed = mem_alloc_array(QUERIES_PASSED_COUNT, sizeof *queries->passed);
    if (disk_make_directory(own->disk, "lake", error) && disk_sync_directory(own->disk, "", error) &&
        disk_make_directory(own->disk, QUERIES_ROWS_FOLDER, error) &&
        disk_sync_directory(own->disk, "lake", error) && drop_strays(queries, error))
        return queries;
    queries_destroy(queries);
    return NULL;
}

void queries_destroy(struct queries *queries) {
    if (queries == NULL)
        return;
    condition_finish(&queries->checks_changed);
    mem_free(queries->passed);
    condition_finish(&queries->is_changed);
    mutex_finish(&queries->mutex);
    mem_free(queries->threads);
    mem_free(queries->runs);
    mem_free(queries);
}

/* ---- the queue ---- */

static bool is_running(const struct queries *queries, struct str query_id) {
    for (size_t i = 0; i < queries->options.concurrency; i++)
        if (str_is(query_id, queries->runs[i].query_id))
            return true;
    return false;
}

static size_t count_running_of(const struct queries *queries, struct str account) {
    size_t count = 0;
    for (size_t i = 0; i < queries->options.concurrency; i++)
        count += queries->runs[i].query_id[0] != '\0' && str_is(account, queries->runs[i].account);
    return count;
}

/* The oldest that no thread has of the account that has the fewest threads: so nobody's ten slow queries hold
 * up another's one. Deliveries come last: a bucket that is away holds up no query. */
static const struct catalog_query *choose(
    const struct queries *queries, const struct catalog_query *open, size_t count) {
    const struct catalog_query *chosen = NULL;
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < 2 * count && (chosen == NULL || i != count); i++) {
        const struct catalog_query *query = &open[i % count];
        if (catalog_query_has_ended(query) != (i >= count) || is_running(queries, query->query_id))
            continue;
        size_t running = count_running_of(queries, query->account);
        if (running < fewest) {
            fewest = running;
            chosen = query;
        }
    }
    return chosen;
}

static void copy_text(char *place, size_t size, struct str text) {
    ASSERT(text.size < size);
    memcpy(place, text.data, text.size);
    place[text.size] = '\0';
}

/* The next one, taken for `run`; with the mutex held. False: there is none. */
static bool take(struct queries *queries, struct queries_run *run, struct arena *arena,
    struct catalog_query *ret_query, struct error *error) {
    struct catalog_query *open = NULL;
    size_t count = 0;
    if (!catalog_query_list_open(queries->options.catalog, arena, &open, &count, error))
        return false;
    const struct catalog_query *query = choose(queries, open, count);
    if (query == NULL)
        return false;
    copy_text(run->query_id, sizeof run->query_id, query->query_id);
    copy_text(run->account, sizeof run->account, query->account);
    run->is_cancelled = false;
    *ret_query = *query;
    return true;
}

/* Sleep until something changes; false where it is time to stop. */
static bool wait_ms(struct queries *queries, int64_t ms) {
    if (!queries->is_stopping)
        IGNORE(condition_wait_ms(&queries->is_changed, &queries->mutex, ms), "either way we look");
    return !queries->is_stopping;
}

static void run_thread(void *context) {
    struct queries_run *run = context;
    struct queries *queries = run->queries;
    struct arena arena = ARENA_INIT;
    mutex_lock(&queries->mutex);
    while (!queries->is_stopping) {
        struct catalog_query query;
        struct error error = {0};
        arena_clear(&arena);
        bool has_query = take(queries, run, &arena, &query, &error);
        bool done = !has_query && error.kind == ERROR_NONE;
        if (has_query) {
            mutex_unlock(&queries->mutex);
            done = queries_run_one(queries, run, &query, &error);
            mutex_lock(&queries->mutex);
            run->query_id[0] = '\0';
        }
        if (!done || !has_query)
            IGNORE(wait_ms(queries, done ? IDLE_MS : RETRY_PAUSE_MS), "the loop looks itself");
    }
    mutex_unlock(&queries->mutex);
    arena_finish(&arena);
}

void queries_start(struct queries *queries) {
    for (size_t i = 0; i < queries->options.concurrency; i++) {
        queries->runs[i].queries = queries;
        queries->threads[i] = thread_start("query", run_thread, &queries->runs[i]);
    }
}

void queries_stop(struct queries *queries) {
    mutex_lock(&queries->mutex);
    queries->is_stopping = true;
    for (size_t i = 0; i < queries->options.concurrency; i++)
        if (queries->runs[i].engine_query != NULL)
            engine_query_cancel(queries->runs[i].engine_query);
    condition_broadcast(&queries->is_changed);
    mutex_unlock(&queries->mutex);
    for (size_t i = 0; i < queries->options.concurrency; i++)
        thread_join(TAKE(queries->threads[i]));
}

void queries_wake(struct queries *queries) {
    MUTEX_SCOPE(&queries->mutex);
    condition_broadcast(&queries->is_changed);
}

/* ---- what others ask ---- */

bool queries_add(struct queries *queries, struct catalog_change *change, const struct catalog_query *query,
    struct error *error) {
    return catalog_query_add(change, query, queries->options.open_max, error);
}

void queries_cut(struct queries *queries, struct str query_id) {
    atomic_fetch_add(&queries->cancelled, 1);
    MUTEX_SCOPE(&queries->mutex);
    for (size_t i = 0; i < queries->options.concurrency; i++) {
        struct queries_run *run = &queries->runs[i];
        if (!str_is(query_id, run->query_id))
            continue;
        run->is_cancelled = true;
        if (run->engine_query != NULL)
            engine_query_cancel(run->engine_query);
    }
}

bool queries_cancel(struct queries *queries, struct catalog_change *change, struct str query_id,
    struct arena *arena, struct catalog_query *ret_query, struct error *error) {
    struct catalog_query query;
    if (!catalog_query_get(queries->options.catalog, query_id, arena, &query, error))
        return false;
    if (catalog_query_has_ended(&query))
        return error_set(error, ERROR_CONFLICT, "the query has ended");
    struct moment now = clock_now(queries->options.clock);
    query.status = CATALOG_QUERY_CANCELLED;
    query.ended_at = now;
    if (query.started_at.ms != MOMENT_NONE.ms && now.ms > query.started_at.ms)
        query.elapsed_ms = (uint64_t)(now.ms - query.started_at.ms);
    if (query.delivery_status == CATALOG_DELIVERY_PENDING)
        query.delivery_status = CATALOG_DELIVERY_CANCELLED;
    if (!catalog_query_update(change, &query, error))
        return false;
    *ret_query = query;
    return true;
}

bool queries_read(struct queries *queries, struct str query_id, uint64_t from, size_t count_max,
    struct arena *arena, struct queries_page *ret_page, struct error *error) {
    return queries_rows_read(queries->options.disk, query_id, from, count_max, arena, ret_page, error);
}

/* The row goes first: a file without one is dropped at the next start. */
static bool drop(struct queries *queries, struct str query_id, struct error *error) {
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(queries->options.catalog, error);
    return change != NULL && catalog_query_remove(change, query_id, error) &&
           catalog_commit(TAKE(change), error) && queries_rows_remove(queries->options.disk, query_id, error);
}

bool queries_maintain(struct queries *queries, struct moment now, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_query *ended = NULL;
    size_t count = 0;
    struct moment before = {now.ms - queries->options.result_retention_ms};
    bool done = catalog_query_list_ended(
        queries->options.catalog, before, DROPPED_AT_ONCE, &arena, &ended, &count, error);
    for (size_t i = 0; i < count && done; i++) {
        mutex_lock(&queries->mutex);
        bool is_busy = is_running(queries, ended[i].query_id); /* a cancelled one that is being cut */
        mutex_unlock(&queries->mutex);
        done = is_busy || drop(queries, ended[i].query_id, error);
    }
    return done;
}

struct queries_stats queries_stats(struct queries *queries) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error ignored = {0};
    struct catalog_query *open = NULL;
    size_t count = 0;
    IGNORE(catalog_query_list_open(queries->options.catalog, &arena, &open, &count, &ignored),
        "the numbers are for people");
    struct queries_stats stats = {atomic_load(&queries->finished), atomic_load(&queries->failed),
        atomic_load(&queries->cancelled), atomic_load(&queries->timed_out),
        atomic_load(&queries->bytes_scanned), 0, 0};
    for (size_t i = 0; i < count; i++) {
        stats.queued += open[i].status == CATALOG_QUERY_QUEUED;
        stats.running += open[i].status == CATALOG_QUERY_RUNNING;
    }
    return stats;
}
