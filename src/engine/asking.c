/* SPDX-License-Identifier: Apache-2.0 */
/* asking: the parent's side of a query. */
#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"

#include "exchange.h"

enum { NS_PER_MS = 1000000 };

struct engine_query {
    struct engine_exchange exchange;
    struct arena arena;        /* of the columns */
    struct arena rows_arena;   /* until the next call */
    const struct str *columns; /* NULL: not heard yet */
    size_t column_count;
    struct instant started, deadline;
    bool is_complete;
    atomic_uint_fast64_t bytes_scanned, events_matched;
    uint64_t events_scanned;
    atomic_int_fast64_t elapsed_ms; /* when it ended; -1: it runs */
};

struct engine_query *engine_query_start(
    struct engine *engine, const struct engine_query_options *options, struct error *error) {
    if (options->table_count > ENGINE_TABLES_MAX) {
        error_set(error, ERROR_LIMIT, "a query over %zu event data stores", options->table_count);
        return NULL;
    }
    struct engine_job job = {.kind = ENGINE_JOB_QUERY,
        .statement = options->statement,
        .tables = options->tables,
        .table_count = options->table_count,
        .timeout_ms = options->timeout_ms,
        .check_only = options->check_only};
    struct engine_query *query = MEM_NEW(struct engine_query);
    query->started = clock_instant(clock_real());
    query->deadline = engine_deadline(options->timeout_ms);
    for (size_t i = 0; i < options->table_count; i++)
        query->events_scanned += options->tables[i].rows;
    atomic_store(&query->elapsed_ms, -1);
    if (engine_exchange_begin(engine, &job, &query->exchange, error))
        return query;
    mem_free(query);
    return NULL;
}

void engine_query_destroy(struct engine_query *query) {
    if (query == NULL)
        return;
    engine_exchange_end(&query->exchange);
    arena_finish(&query->arena);
    arena_finish(&query->rows_arena);
    mem_free(query);
}

static int64_t elapsed_ms(const struct engine_query *query) {
    return (clock_instant(clock_real()).ns - query->started.ns) / NS_PER_MS;
}

/* A frame of an answer; false is a failure, a frame out of turn one of the worker's. */
static bool take_frame(struct engine_query *query, enum engine_frame_kind kind, struct bytes payload,
    struct engine_answer_rows *ret_rows, struct error *error) {
    if (kind == ENGINE_FRAME_COLUMNS && query->columns == NULL)
        return engine_columns_parse(&query->arena, payload, &query->columns, &query->column_count, error);
    if (kind == ENGINE_FRAME_ROWS && query->columns != NULL)
        return engine_rows_parse(&query->rows_arena, payload, query->column_count, ret_rows, error);
    if (kind == ENGINE_FRAME_DONE) {
        struct engine_reader reader = engine_reader(payload);
        ret_rows->bytes_scanned = engine_read_number(&reader);
        query->is_complete = engine_reader_end(&reader, "the end of an answer", error);
        return query->is_complete;
    }
    return error_set(error, ERROR_CORRUPT, "a frame of kind %d out of turn", (int)kind);
}

static bool next_rows(struct engine_query *query, struct engine_answer_rows *ret_rows, struct error *error) {
    while (!query->is_complete && ret_rows->row_count == 0) {
        enum engine_frame_kind kind;
        struct bytes payload;
        if (!engine_exchange_hear(&query->exchange, query->deadline, &kind, &payload, error))
            return false;
        if (!take_frame(query, kind, payload, ret_rows, error)) {
            engine_exchange_break(&query->exchange, error);
            return false;
        }
        if (ret_rows->bytes_scanned != 0)
            atomic_store(&query->bytes_scanned, ret_rows->bytes_scanned);
    }
    return true;
}

bool engine_query_next(struct engine_query *query, struct engine_rows *ret_rows, struct error *error) {
    struct engine_answer_rows rows = {0};
    arena_clear(&query->rows_arena);
    bool done = next_rows(query, &rows, error);
    if ((!done || query->is_complete) && atomic_load(&query->elapsed_ms) < 0)
        atomic_store(&query->elapsed_ms, elapsed_ms(query));
    if (!done)
        return false;
    atomic_fetch_add(&query->events_matched, rows.row_count);
    *ret_rows = (struct engine_rows){query->columns, query->column_count, rows.row_count, rows.values};
    return true;
}

void engine_query_cancel(struct engine_query *query) {
    engine_exchange_cancel(&query->exchange);
}

struct engine_statistics engine_query_statistics(const struct engine_query *query) {
    int64_t ended_ms = atomic_load(&query->elapsed_ms);
    return (struct engine_statistics){.bytes_scanned = atomic_load(&query->bytes_scanned),
        .events_scanned = query->events_scanned,
        .events_matched = atomic_load(&query->events_matched),
        .elapsed_ms = ended_ms >= 0 ? ended_ms : elapsed_ms(query)};
}
