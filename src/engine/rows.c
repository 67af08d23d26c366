/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "base/own.h"

#include "types.h"

#include <string.h>

/* A row group is what a reader reads, or passes over, at once, and what the writer holds in memory: about 60
 * MiB of usual records. */
#define PARQUET_OPTIONS                                                                                      \
    "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL %d, ROW_GROUP_SIZE 20480, RETURN_STATS)"

/* The table functions' callbacks get no context but through the library, which they need for it. A worker has
 * one job, a process one worker. */
static const struct engine_library *library;

static void bind(struct duckdb_bind *binding) {
    const struct engine_rows_source *source = library->bind_get_extra_info(binding);
    engine_types_declare(library, source->columns, binding);
}

static void init(struct duckdb_init *initializing) {
    library->init_set_max_threads(initializing, 1);
}

static void run(struct duckdb_function *function, struct duckdb_chunk *chunk) {
    struct engine_rows_source *source = library->function_get_extra_info(function);
    if (!source->fill(source, chunk))
        library->function_set_error(function, source->error.message);
}

bool engine_rows_register(struct engine_rows_source *source, struct error *error) {
    library = &source->worker->library;
    struct duckdb_table_function *function = library->create_table_function();
    library->table_function_set_name(function, ENGINE_ROWS_FUNCTION);
    library->table_function_set_extra_info(function, source, NULL);
    library->table_function_set_bind(function, bind);
    library->table_function_set_init(function, init);
    library->table_function_set_function(function, run);
    int state = library->register_table_function(source->worker->connection, function);
    library->destroy_table_function(&function);
    return state == DUCKDB_SUCCESS || error_set(error, ERROR_UNAVAILABLE, "the SQL engine takes no function");
}

bool engine_rows_numbers(
    struct engine_worker *worker, struct str sql, int64_t *ret_numbers, size_t count, struct error *error) {
    const struct engine_library *duckdb = &worker->library;
    struct duckdb_result result = {0};
    SCOPED(own_free) char *text = mem_copy(sql.data, sql.size);
    bool done = duckdb->query(worker->connection, text, &result) == DUCKDB_SUCCESS;
    struct duckdb_chunk *chunk = done ? duckdb->fetch_chunk(result) : NULL;
    if (chunk == NULL)
        engine_worker_fault(worker, &result, ERROR_UNAVAILABLE, error);
    for (size_t i = 0; chunk != NULL && i < count; i++) {
        struct duckdb_vector *vector = duckdb->data_chunk_get_vector(chunk, i);
        const uint64_t *validity = duckdb->vector_get_validity(vector);
        bool is_null = validity != NULL && (validity[0] & 1) == 0;
        ret_numbers[i] = is_null ? 0 : ((const int64_t *)duckdb->vector_get_data(vector))[0];
    }
    done = chunk != NULL;
    if (done)
        duckdb->destroy_data_chunk(&chunk);
    duckdb->destroy_result(&result);
    return done;
}

bool engine_rows_copy(
    struct engine_rows_source *source, const char *path, struct engine_file *ret_file, struct error *error) {
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&sql, "COPY (SELECT * FROM " ENGINE_ROWS_FUNCTION "()) TO ");
    engine_append_literal(&sql, str_from(path));
    buf_append_format(&sql, " " PARQUET_OPTIONS, source->compression_level);
    /* The answer: name, rows, bytes, bytes of the footer, statistics. */
    enum { ROWS = 1, BYTES = 2, NUMBERS };
    int64_t numbers[NUMBERS];
    if (!engine_rows_numbers(source->worker, buf_str(&sql), numbers, NUMBERS, error)) {
        if (source->error.kind != ERROR_NONE)
            *error = source->error;
        return error_context(error, "write a file of events");
    }
    ret_file->rows = (uint64_t)numbers[ROWS];
    ret_file->bytes = (uint64_t)numbers[BYTES];
    return true;
}

bool engine_rows_say(const struct engine_file *file, struct error *error) {
    SCOPED(buf_finish) struct buf payload = BUF_INIT(BUF_UNBOUNDED);
    engine_file_append(&payload, file);
    return engine_worker_say(ENGINE_FRAME_FILE, buf_bytes(&payload), error);
}
