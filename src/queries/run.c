/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.c: one query from the queue to its end.
 *
 * Invariants:
 *   1. Rows are durable before the catalog says FINISHED.
 *   2. A query that was cancelled stays cancelled, whatever its worker still answered.
 *   3. What a crash or a stop cuts stays open in the catalog, and begins anew.
 */
#include "base/own.h"
#include "catalog/stores.h"
#include "engine/engine.h"
#include "lake/lake.h"
#include "sys/clock.h"

#include "private.h"

#include <string.h>

/* The stores of a query, with the files that each has now. */
struct tables {
    struct engine_table *tables;
    struct lake_files **files;
    size_t count;
};

static void release(struct tables *tables) {
    for (size_t i = 0; i < tables->count; i++)
        lake_files_release(tables->files[i]);
}

static bool hold(struct queries *queries, const struct catalog_query *query, struct arena *arena,
    struct tables *ret_tables, struct error *error) {
    ret_tables->tables = ARENA_ARRAY(arena, query->store_count, struct engine_table);
    ret_tables->files = ARENA_ARRAY(arena, query->store_count, struct lake_files *);
    for (size_t i = 0; i < query->store_count; i++) {
        struct catalog_store store;
        struct str id = query->store_ids[i];
        if (!catalog_store_find(queries->options.catalog, id, arena, &store, error))
            return error_context(error, "event data store %.*s", STR(id));
        if (store.status == CATALOG_STORE_PENDING_DELETION)
            return error_set(error, ERROR_NOT_FOUND, "event data store %.*s is pending deletion", STR(id));
        struct lake_files *files = lake_files_hold(queries->options.lake, store.id, error);
        if (files == NULL)
            return error_context(error, "event data store %.*s", STR(id));
        struct engine_table *table = &ret_tables->tables[i];
        table->id = id;
        table->names = lake_files_names(files, &table->name_count);
        table->oldest = lake_files_oldest(files);
        table->rows = lake_files_rows(files);
        ret_tables->files[ret_tables->count++] = files;
    }
    return true;
}

bool queries_save(struct queries *queries, const struct catalog_query *query, struct error *error) {
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(queries->options.catalog, error);
    return change != NULL && catalog_query_update(change, query, error) &&
           catalog_commit(TAKE(change), error);
}

/* Invariant 2: the row as it stands now rules. */
static bool save_unless_cancelled(struct queries *queries, struct catalog_query *query, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(queries->options.catalog, error);
    struct catalog_query now;
    if (change == NULL || !catalog_query_get(queries->options.catalog, query->query_id, &arena, &now, error))
        return false;
    if (now.status == CATALOG_QUERY_CANCELLED) {
        query->status = now.status;
        query->ended_at = now.ended_at;
        query->delivery_status = now.delivery_status;
    }
    return catalog_query_update(change, query, error) && catalog_commit(TAKE(change), error);
}

/* Let others cancel what the engine runs, from here until it is let go. False: cancelled already. */
static bool show(struct queries *queries, struct queries_run *run, struct engine_query *engine_query) {
    MUTEX_SCOPE(&queries->mutex);
    run->engine_query = engine_query;
    return !run->is_cancelled && !queries->is_stopping;
}

static bool was_cut(struct queries *queries, struct queries_run *run, bool *ret_is_stopping) {
    MUTEX_SCOPE(&queries->mutex);
    *ret_is_stopping = queries->is_stopping && !run->is_cancelled;
    return run->is_cancelled || queries->is_stopping;
}

static bool take_rows(
    struct engine_query *engine_query, struct queries_rows_writer *writer, struct error *error) {
    struct engine_rows rows = {0};
    do {
        if (!engine_query_next(engine_query, &rows, error) || !queries_rows_append(writer, &rows, error))
            return false;
    } while (rows.row_count > 0);
    return true;
}

static void writer_closep(struct queries_rows_writer **writer) {
    queries_rows_close(*writer);
}

/* Run it: true where it came to its own end. */
static bool answer(struct queries *queries, struct queries_run *run, struct catalog_query *query,
    const struct tables *tables, struct error *error) {
    struct engine_query_options options = {.statement = query->statement,
        .tables = tables->tables,
        .table_count = tables->count,
        .timeout_ms = queries->options.timeout_ms};
    SCOPED(writer_closep)
    struct queries_rows_writer *writer =
        queries_rows_begin(queries->options.disk, query->query_id, queries->options.result_bytes_max, error);
    if (writer == NULL)
        return false;
    struct engine_query *engine_query = engine_query_start(queries->options.engine, &options, error);
    if (engine_query == NULL)
        return false;
    bool done = show(queries, run, engine_query) && take_rows(engine_query, writer, error);
    struct error late = {0};
    if (!queries_rows_flush(writer, true, &late) && done) {
        *error = late;
        done = false;
    }
    IGNORE(show(queries, run, NULL), "nobody may cancel it from here on");
    struct engine_statistics statistics = engine_query_statistics(engine_query);
    engine_query_destroy(engine_query);
    query->row_count = queries_rows_count(writer);
    query->bytes_scanned = statistics.bytes_scanned;
    query->events_scanned = statistics.events_scanned;
    query->events_matched = statistics.events_matched;
    return done;
}

static void end(struct queries *queries, struct catalog_query *query, bool done, const struct error *error) {
    struct moment now = clock_now(queries->options.clock);
    int64_t elapsed = now.ms > query->started_at.ms ? now.ms - query->started_at.ms : 0;
    bool is_late = error->kind == ERROR_LIMIT && elapsed >= queries->options.timeout_ms;
    query->ended_at = now;
    query->elapsed_ms = (uint64_t)elapsed;
    query->status = done ? CATALOG_QUERY_FINISHED : is_late ? CATALOG_QUERY_TIMED_OUT : CATALOG_QUERY_FAILED;
    query->error_message = done ? STR_EMPTY : str_from(error->message);
    if (!done && query->delivery_status == CATALOG_DELIVERY_PENDING)
        query->delivery_status = CATALOG_DELIVERY_CANCELLED; /* AWS: partial rows are not delivered */
}

static void count(struct queries *queries, const struct catalog_query *query) {
    atomic_fetch_add(&queries->bytes_scanned, query->bytes_scanned);
    if (query->status == CATALOG_QUERY_FINISHED)
        atomic_fetch_add(&queries->finished, 1);
    if (query->status == CATALOG_QUERY_FAILED)
        atomic_fetch_add(&queries->failed, 1);
    if (query->status == CATALOG_QUERY_TIMED_OUT)
        atomic_fetch_add(&queries->timed_out, 1);
}

static bool run_query(
    struct queries *queries, struct queries_run *run, struct catalog_query *query, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(release) struct tables tables = {0};
    struct error why = {0};
    query->status = CATALOG_QUERY_RUNNING;
    query->started_at = clock_now(queries->options.clock);
    if (!save_unless_cancelled(queries, query, error))
        return false;
    if (query->status != CATALOG_QUERY_RUNNING)
        return true;
    bool done = hold(queries, query, &arena, &tables, &why) && answer(queries, run, query, &tables, &why);
    bool is_stopping = false;
    if (!done && was_cut(queries, run, &is_stopping) && is_stopping)
        return true; /* invariant 3 */
    end(queries, query, done, &why);
    if (!save_unless_cancelled(queries, query, error))
        return false;
    count(queries, query);
    if (query->status == CATALOG_QUERY_FINISHED)
        engine_standby_start(queries->options.engine);
    return true;
}

bool queries_run_one(
    struct queries *queries, struct queries_run *run, struct catalog_query *query, struct error *error) {
    if (!catalog_query_has_ended(query) && !run_query(queries, run, query, error))
        return false;
    if (query->status != CATALOG_QUERY_FINISHED || query->delivery_status != CATALOG_DELIVERY_PENDING)
        return true;
    return queries_deliver(queries, query, error);
}
