/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: the job that runs a user's statement. The worker is locked down already; this is the second fence,
 * the library's own: views over only the stores that the caller may read, settings that cannot be changed any
 * more, a statement that was rewritten by us and whose syntax tree, as the library understands it, was
 * checked. Only then it runs. Rows are sent as they come.
 */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/json.h"
#include "presto/presto.h"
#include "sys/process.h"

#include "fault.h"
#include "value.h"
#include "view.h"
#include "worker.h"

#include <string.h>

/* What the gate takes; each parser says no a little later. */
enum { TREE_DEPTH_MAX = PRESTO_TREE_DEPTH_MAX + 16 };

struct answer {
    struct engine_worker *worker;
    struct presto_statement statement;
    struct json_parser *parser;
    struct engine_type *types;
    size_t column_count;
    struct buf values, value; /* of the rows not sent yet; of one value */
    size_t row_count;         /* of those */
    uint64_t bytes_before;    /* read when the statement began */
};

/* Once the user's statement is parsed nothing below can be set, by any statement. */
static const char settings_after[] = "SET enable_external_access=false;"
                                     "SET errors_as_json=true;"
                                     "SET lock_configuration=true;";

/* Files may be read by the views alone: the library checks each name that it opens against this list. */
static bool allow_files(struct engine_worker *worker, struct error *error) {
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    const struct engine_job *job = &worker->job;
    const char *comma = "";
    buf_append_text(&sql, "SET allowed_paths=[");
    for (size_t i = 0; i < job->table_count; i++)
        for (size_t k = 0; k < job->tables[i].name_count; k++, comma = ", ") {
            buf_append_text(&sql, comma);
            engine_append_literal(&sql, str_from(engine_worker_path(worker, job->tables[i].names[k])));
        }
    buf_append_text(&sql, "]");
    return *comma == '\0' || engine_worker_run(worker, sql.data, ERROR_UNAVAILABLE, error);
}

static bool create_views(struct engine_worker *worker, struct error *error) {
    for (size_t i = 0; i < worker->job.table_count; i++) {
        SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
        engine_view_append(&sql, worker->job.root, &worker->job.tables[i]);
        if (!engine_worker_run(worker, sql.data, ERROR_IO, error))
            return false;
    }
    return true;
}

static bool prepare_database(struct answer *answer, struct error *error) {
    struct engine_worker *worker = answer->worker;
    const char *macros = arena_text(&worker->arena, answer->statement.macros);
    return engine_worker_run(worker, presto_settings, ERROR_UNAVAILABLE, error) &&
           create_views(worker, error) &&
           (*macros == '\0' || engine_worker_run(worker, macros, ERROR_UNAVAILABLE, error)) &&
           allow_files(worker, error) && engine_worker_run(worker, settings_after, ERROR_UNAVAILABLE, error);
}

/* ---- the gate ---- */

/* What the library itself understands of the statement: json_serialize_sql()'s answer, parsed. */
static bool read_tree(struct answer *answer, struct json_value *ret_tree, struct error *error) {
    struct engine_worker *worker = answer->worker;
    const struct engine_library *library = &worker->library;
    struct duckdb_prepared *prepared = NULL;
    struct duckdb_result result = {0};
    if (library->prepare(worker->connection, "SELECT json_serialize_sql(?::VARCHAR)", &prepared) !=
            DUCKDB_SUCCESS ||
        library->bind_varchar_length(prepared, 1, answer->statement.sql.data, answer->statement.sql.size) !=
            DUCKDB_SUCCESS ||
        library->execute_prepared(prepared, &result) != DUCKDB_SUCCESS)
        return engine_fault_tell(answer->parser, &answer->statement, library->result_error(&result), error);
    struct duckdb_chunk *chunk = library->fetch_chunk(result);
    if (chunk == NULL || library->data_chunk_get_size(chunk) != 1)
        return error_set(error, ERROR_UNAVAILABLE, "the SQL engine does not tell how it reads the statement");
    struct engine_type type = {.id = DUCKDB_VARCHAR};
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    if (!engine_type_append(&text, library, &type, library->data_chunk_get_vector(chunk, 0), 0) ||
        !json_parse(answer->parser, buf_str(&text), ret_tree, error))
        return error_set(error, ERROR_INVALID, "line 1:1: the statement is nested too deep");
    return true;
}

static bool check(struct answer *answer, struct error *error) {
    struct json_value tree;
    bool is_refused = false;
    if (!read_tree(answer, &tree, error))
        return false;
    if (json_boolean(json_get(tree, "error"), &is_refused) && is_refused)
        return engine_fault_tell_parse(&answer->statement, tree, error);
    return presto_check_tree(&answer->statement, tree, error);
}

/* One statement that is a SELECT, by the library's own word once more; bound, so that names are checked. */
static bool prepare(struct answer *answer, struct duckdb_prepared **ret_prepared, struct error *error) {
    struct engine_worker *worker = answer->worker;
    const struct engine_library *library = &worker->library;
    struct duckdb_extracted *extracted = NULL;
    struct duckdb_prepared *prepared = NULL;
    const char *sql = arena_text(&worker->arena, answer->statement.sql);
    uint64_t count = library->extract_statements(worker->connection, sql, &extracted);
    if (count != 1)
        return error_set(error, ERROR_INVALID, "one SELECT statement is wanted");
    if (library->prepare_extracted_statement(worker->connection, extracted, 0, &prepared) != DUCKDB_SUCCESS)
        return engine_fault_tell(answer->parser, &answer->statement, library->prepare_error(prepared), error);
    if (library->prepared_statement_type(prepared) != DUCKDB_STATEMENT_SELECT)
        return error_set(error, ERROR_INVALID, "only SELECT statements can be run");
    *ret_prepared = prepared;
    return true;
}

/* ---- rows ---- */

static uint64_t bytes_scanned(const struct answer *answer) {
    return process_io_read_bytes(answer->worker->io_descriptor) - answer->bytes_before;
}

static bool send_columns(struct answer *answer, struct duckdb_result *result, struct error *error) {
    const struct engine_library *library = &answer->worker->library;
    SCOPED(buf_finish) struct buf payload = BUF_INIT(ENGINE_FRAME_SIZE_MAX);
    size_t count = (size_t)library->column_count(result);
    if (count == 0 || count > ENGINE_COLUMNS_MAX)
        return error_set(error, ERROR_LIMIT, "an answer of %zu columns", count);
    answer->column_count = count;
    answer->types = ARENA_ARRAY(&answer->worker->arena, count, struct engine_type);
    buf_append_varint(&payload, count);
    for (size_t i = 0; i < count; i++) {
        engine_append_text(&payload, str_from(library->column_name(result, i)));
        if (!engine_type_describe(&answer->worker->arena, library, library->column_logical_type(result, i),
                &answer->types[i], error))
            return error_context(error, "column %zu", i + 1);
    }
    return buf_check(&payload, "the names of the columns", error) &&
           engine_worker_say(ENGINE_FRAME_COLUMNS, buf_bytes(&payload), error);
}

static bool send_rows(struct answer *answer, struct error *error) {
    SCOPED(buf_finish) struct buf payload = BUF_INIT(ENGINE_FRAME_SIZE_MAX);
    if (answer->row_count == 0)
        return true;
    buf_append_varint(&payload, bytes_scanned(answer));
    buf_append_varint(&payload, answer->row_count);
    buf_append_str(&payload, buf_str(&answer->values));
    buf_clear(&answer->values);
    answer->row_count = 0;
    return buf_check(&payload, "rows", error) &&
           engine_worker_say(ENGINE_FRAME_ROWS, buf_bytes(&payload), error);
}

static bool add_row(
    struct answer *answer, struct duckdb_vector *const *vectors, uint64_t row, struct error *error) {
    const struct engine_library *library = &answer->worker->library;
    size_t before = answer->values.size;
    for (size_t i = 0; i < answer->column_count; i++) {
        buf_clear(&answer->value);
        bool exists = engine_type_append(&answer->value, library, &answer->types[i], vectors[i], row);
        if (answer->value.overflowed)
            return error_set(error, ERROR_LIMIT, "a value of more than %d bytes", ENGINE_ROW_SIZE_MAX);
        struct str text = answer->value.data == NULL ? STR_EMPTY : buf_str(&answer->value);
        engine_value_append(&answer->values, exists ? text : (struct str){NULL, 0});
    }
    if (answer->values.overflowed || answer->values.size - before > ENGINE_ROW_SIZE_MAX)
        return error_set(error, ERROR_LIMIT, "a row of more than %d bytes", ENGINE_ROW_SIZE_MAX);
    answer->row_count++;
    bool is_full = answer->values.size >= ENGINE_FRAME_BATCH_SIZE ||
                   (answer->row_count + 1) * answer->column_count > ENGINE_FRAME_VALUES_MAX;
    return !is_full || send_rows(answer, error);
}

static bool add_chunk(struct answer *answer, struct duckdb_chunk *chunk, struct error *error) {
    const struct engine_library *library = &answer->worker->library;
    struct arena arena = ARENA_INIT;
    struct duckdb_vector **vectors = ARENA_ARRAY(&arena, answer->column_count, struct duckdb_vector *);
    for (size_t i = 0; i < answer->column_count; i++)
        vectors[i] = library->data_chunk_get_vector(chunk, i);
    uint64_t count = library->data_chunk_get_size(chunk);
    bool done = true;
    for (uint64_t row = 0; row < count && done; row++)
        done = add_row(answer, vectors, row, error);
    arena_finish(&arena);
    /* A slow answer shows its first rows as they come. */
    return done && send_rows(answer, error);
}

static bool send_answer(struct answer *answer, struct duckdb_result *result, struct error *error) {
    const struct engine_library *library = &answer->worker->library;
    if (!send_columns(answer, result, error))
        return false;
    for (;;) {
        struct duckdb_chunk *chunk = library->fetch_chunk(*result);
        if (chunk == NULL)
            break;
        if (!add_chunk(answer, chunk, error))
            return false;
        library->destroy_data_chunk(&chunk);
    }
    /* The end and a failure look alike, but for this. */
    const char *message = library->result_error(result);
    if (message != NULL && *message != '\0')
        return engine_fault_tell(answer->parser, &answer->statement, message, error);
    return true;
}

static bool run(struct answer *answer, struct duckdb_prepared *prepared, struct error *error) {
    const struct engine_library *library = &answer->worker->library;
    struct duckdb_pending *pending = NULL;
    struct duckdb_result result = {0};
    if (library->pending_prepared_streaming(prepared, &pending) != DUCKDB_SUCCESS)
        return engine_fault_tell(answer->parser, &answer->statement, library->pending_error(pending), error);
    if (library->execute_pending(pending, &result) != DUCKDB_SUCCESS)
        return engine_fault_tell(answer->parser, &answer->statement, library->result_error(&result), error);
    return send_answer(answer, &result, error);
}

static bool end(struct answer *answer, struct error *error) {
    SCOPED(buf_finish) struct buf payload = BUF_INIT(ENGINE_FRAME_HEAD_SIZE + VARINT_SIZE_MAX);
    buf_append_varint(&payload, bytes_scanned(answer));
    return engine_worker_say(ENGINE_FRAME_DONE, buf_bytes(&payload), error);
}

bool engine_work_query(struct engine_worker *worker, struct error *error) {
    /* Not freed: the process ends. */
    struct answer *answer = MEM_NEW(struct answer);
    struct duckdb_prepared *prepared = NULL;
    answer->worker = worker;
    answer->parser = json_parser_create_deep(TREE_DEPTH_MAX);
    answer->values = BUF_INIT(ENGINE_FRAME_BATCH_SIZE + ENGINE_ROW_SIZE_MAX + ENGINE_FRAME_BATCH_SIZE);
    answer->value = BUF_INIT(ENGINE_ROW_SIZE_MAX);
    answer->bytes_before = process_io_read_bytes(worker->io_descriptor);
    if (!presto_rewrite(&worker->arena, worker->job.statement, &answer->statement, error) ||
        !prepare_database(answer, error) || !check(answer, error) || !prepare(answer, &prepared, error))
        return false;
    if (!worker->job.check_only && !run(answer, prepared, error))
        return false;
    return end(answer, error);
}
