/* SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include "base/check.h"
#include "base/own.h"

#include "rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { US_PER_MS = 1000, MERGE_LEVEL = 3 };

struct input {
    const char *path;
    int64_t oldest_us;                    /* of the rows that are not left out */
    struct duckdb_connection *connection; /* a stream of its own */
    struct duckdb_prepared *prepared;
    struct duckdb_result result;
    struct duckdb_chunk *chunk;
    uint64_t row_count, at; /* of the chunk */
    const int64_t *times;
};

struct merging {
    struct engine_rows_source source;
    struct engine_columns columns;
    struct moment oldest;
    struct input *inputs; /* by oldest_us */
    size_t input_count, opened_count;
    struct input **open; /* in any order */
    size_t open_count;
    struct duckdb_selection *every_row; /* row i is row i */
    uint64_t time_index;                /* of eventtime among the columns of depth 0 */
    int64_t first_us, last_us;          /* of the rows given so far */
    uint64_t given_count;
};

/* "read_parquet(a file) WHERE rows are not left out". */
static void append_rows(struct buf *sql, const struct merging *merging, const char *path) {
    buf_append_text(sql, "read_parquet(");
    engine_append_literal(sql, str_from(path));
    buf_append_char(sql, ')');
    if (merging->oldest.ms > MOMENT_MIN.ms)
        buf_append_format(sql, " WHERE eventtime >= epoch_ms(%" PRId64 ")", merging->oldest.ms);
}

/* Which columns, with which types, a table has, as one text. */
static void append_shape(struct buf *sql, const char *table, const char *path) {
    buf_append_text(sql, "(SELECT string_agg(column_name || ' ' || column_type) FROM (DESCRIBE FROM ");
    buf_append_text(sql, table);
    if (path != NULL)
        engine_append_literal(sql, str_from(path));
    buf_append_text(sql, ")))");
}

/* How old the input's rows are; one without rows is left out. Rows are copied from vector to vector later, so
 * the columns have to be just the Lake's. */
static bool look_at(struct merging *merging, const char *path, struct error *error) {
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&sql, "SELECT count(*), epoch_us(min(eventtime)), CAST(");
    append_shape(&sql, "read_parquet(", path);
    buf_append_text(&sql, " = ");
    append_shape(&sql, ENGINE_ROWS_FUNCTION "(", NULL);
    buf_append_text(&sql, " AS BIGINT) FROM ");
    append_rows(&sql, merging, path);
    enum { COUNT, OLDEST, IS_SAME_SHAPE, NUMBERS };
    int64_t numbers[NUMBERS];
    if (!engine_rows_numbers(merging->source.worker, buf_str(&sql), numbers, NUMBERS, error))
        return error_context(error, "read %.200s", path);
    if (numbers[IS_SAME_SHAPE] == 0)
        return error_set(error, ERROR_CORRUPT, "%.200s has other columns", path);
    if (numbers[COUNT] > 0)
        merging->inputs[merging->input_count++] = (struct input){.path = path, .oldest_us = numbers[OLDEST]};
    return true;
}

static int compare_inputs(const void *a, const void *b) {
    const struct input *left = a, *right = b;
    return (left->oldest_us > right->oldest_us) - (left->oldest_us < right->oldest_us);
}

static bool fail(struct merging *merging, const struct input *input, const char *message) {
    error_set(&merging->source.error, ERROR_CORRUPT, "%.300s", message == NULL ? "no reason" : message);
    return error_context(&merging->source.error, "read %.200s", input->path);
}

static void close_input(struct merging *merging, struct input *input) {
    const struct engine_library *library = &merging->source.worker->library;
    if (input->chunk != NULL)
        library->destroy_data_chunk(&input->chunk);
    library->destroy_result(&input->result);
    library->destroy_prepare(&input->prepared);
    library->disconnect(&input->connection);
}

/* The input's next rows. Where there are none it is over, and no longer among the open ones. */
static bool fetch(struct merging *merging, size_t index) {
    const struct engine_library *library = &merging->source.worker->library;
    struct input *input = merging->open[index];
    if (input->chunk != NULL)
        library->destroy_data_chunk(&input->chunk);
    input->chunk = library->fetch_chunk(input->result);
    input->at = 0;
    input->row_count = input->chunk == NULL ? 0 : library->data_chunk_get_size(input->chunk);
    if (input->row_count > 0) {
        input->times =
            library->vector_get_data(library->data_chunk_get_vector(input->chunk, merging->time_index));
        return true;
    }
    /* The end and a failure look alike but for this. */
    const char *message = library->result_error(&input->result);
    if (message != NULL && *message != '\0')
        return fail(merging, input, message);
    close_input(merging, input);
    merging->open[index] = merging->open[--merging->open_count];
    return true;
}

/* A stream of the next input's rows. */
static bool open_next(struct merging *merging) {
    const struct engine_library *library = &merging->source.worker->library;
    struct input *input = &merging->inputs[merging->opened_count++];
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&sql, "SELECT * FROM ");
    append_rows(&sql, merging, input->path);
    if (library->connect(merging->source.worker->database, &input->connection) != DUCKDB_SUCCESS)
        return fail(merging, input, "no connection");
    merging->open[merging->open_count++] = input;
    if (library->prepare(input->connection, sql.data, &input->prepared) != DUCKDB_SUCCESS)
        return fail(merging, input, library->prepare_error(input->prepared));
    struct duckdb_pending *pending = NULL;
    bool done = library->pending_prepared_streaming(input->prepared, &pending) == DUCKDB_SUCCESS &&
                library->execute_pending(pending, &input->result) == DUCKDB_SUCCESS;
    if (!done)
        fail(merging, input, library->pending_error(pending));
    library->destroy_pending(&pending);
    return done && fetch(merging, merging->open_count - 1);
}

/* The open input with the oldest row to come, and the oldest row of all others, those not open yet too. */
static bool choose(struct merging *merging, size_t *ret_index, int64_t *ret_until_us) {
    for (;;) {
        size_t best = SIZE_MAX;
        int64_t best_us = INT64_MAX, until_us = INT64_MAX;
        for (size_t i = 0; i < merging->open_count; i++) {
            int64_t us = merging->open[i]->times[merging->open[i]->at];
            if (best == SIZE_MAX || us < best_us) {
                until_us = best_us;
                best_us = us;
                best = i;
            } else if (us < until_us) {
                until_us = us;
            }
        }
        bool is_more = merging->opened_count < merging->input_count;
        int64_t next_us = is_more ? merging->inputs[merging->opened_count].oldest_us : INT64_MAX;
        if (!is_more || (best != SIZE_MAX && best_us <= next_us)) {
            *ret_index = best;
            *ret_until_us = until_us < next_us ? until_us : next_us;
            return true;
        }
        if (!open_next(merging))
            return false;
    }
}

/* As many rows of the input as are no newer than the others' oldest, to row `row` of the chunk on. */
static bool give(struct merging *merging, struct input *input, int64_t until_us, struct duckdb_chunk *chunk,
    uint64_t *row) {
    const struct engine_library *library = &merging->source.worker->library;
    uint64_t rows_max = library->vector_size() - *row, count = 0;
    for (; count < rows_max && input->at + count < input->row_count; count++) {
        int64_t us = input->times[input->at + count];
        if (us > until_us)
            break;
        if (merging->given_count + count > 0 && us < merging->last_us)
            return fail(merging, input, "its events are not sorted by time");
        merging->last_us = us;
        if (merging->given_count + count == 0)
            merging->first_us = us;
    }
    uint64_t index = 0;
    for (size_t at = 0; at < ENGINE_COLUMN_COUNT; at = merging->columns.rows[at].end, index++)
        library->vector_copy_sel(library->data_chunk_get_vector(input->chunk, index),
            library->data_chunk_get_vector(chunk, index), merging->every_row, input->at + count, input->at,
            *row);
    merging->given_count += count;
    input->at += count;
    *row += count;
    return true;
}

static bool fill(struct engine_rows_source *source, struct duckdb_chunk *chunk) {
    struct merging *merging = (struct merging *)source;
    const struct engine_library *library = &source->worker->library;
    uint64_t row = 0;
    while (row < library->vector_size()) {
        size_t index = SIZE_MAX;
        int64_t until_us = INT64_MAX;
        if (!choose(merging, &index, &until_us))
            return false;
        if (index == SIZE_MAX)
            break;
        struct input *input = merging->open[index];
        if (!give(merging, input, until_us, chunk, &row))
            return false;
        if (input->at == input->row_count && !fetch(merging, index))
            return false;
    }
    library->data_chunk_set_size(chunk, row);
    return true;
}

static void finish(struct merging **owned_merging) {
    struct merging *merging = *owned_merging;
    const struct engine_library *library = &merging->source.worker->library;
    while (merging->open_count > 0)
        close_input(merging, merging->open[--merging->open_count]);
    if (merging->every_row != NULL)
        library->destroy_selection_vector(merging->every_row);
    engine_columns_finish(&merging->columns);
    mem_free(merging->inputs);
    mem_free(merging->open);
    mem_free(merging);
}

static struct merging *begin(struct engine_worker *worker, const struct engine_merge_paths *paths) {
    struct merging *merging = MEM_NEW(struct merging);
    merging->source = (struct engine_rows_source){
        .worker = worker, .columns = &merging->columns, .compression_level = MERGE_LEVEL, .fill = fill};
    engine_columns_init(&merging->columns);
    merging->oldest = paths->oldest;
    merging->inputs = mem_alloc_array(paths->count, sizeof *merging->inputs);
    merging->open = mem_alloc_array(paths->count, sizeof *merging->open);
    for (size_t at = 0; at != merging->columns.time_column; at = merging->columns.rows[at].end)
        merging->time_index++;
    uint64_t row_count = worker->library.vector_size();
    merging->every_row = worker->library.create_selection_vector(row_count);
    uint32_t *rows = worker->library.selection_vector_get_data_ptr(merging->every_row);
    for (uint32_t i = 0; i < row_count; i++)
        rows[i] = i;
    return merging;
}

bool engine_merge_make(struct engine_worker *worker, const struct engine_merge_paths *paths,
    struct engine_file *ret_file, struct error *error) {
    SCOPED(finish) struct merging *merging = begin(worker, paths);
    if (!engine_rows_register(&merging->source, error))
        return false;
    for (size_t i = 0; i < paths->count; i++) {
        if (!look_at(merging, paths->paths[i], error))
            return false;
    }
    qsort(merging->inputs, merging->input_count, sizeof *merging->inputs, compare_inputs);
    struct engine_file file = {.oldest = MOMENT_NONE, .newest = MOMENT_NONE};
    if (!engine_rows_copy(&merging->source, paths->into, &file, error))
        return false;
    ASSERT(file.rows == merging->given_count);
    if (file.rows > 0) {
        file.oldest = (struct moment){merging->first_us / US_PER_MS};
        file.newest = (struct moment){merging->last_us / US_PER_MS};
    }
    *ret_file = file;
    return true;
}

bool engine_work_merge(struct engine_worker *worker, struct error *error) {
    const struct engine_job *job = &worker->job;
    const char **paths = ARENA_ARRAY(&worker->arena, job->name_count, const char *);
    for (size_t i = 0; i < job->name_count; i++)
        paths[i] = engine_worker_path(worker, job->names[i]);
    struct engine_merge_paths merge = {
        .paths = paths,
        .count = job->name_count,
        .into = engine_worker_path(worker, arena_text(&worker->arena, job->name)),
        .oldest = job->oldest,
    };
    struct engine_file file;
    return engine_merge_make(worker, &merge, &file, error) && engine_rows_say(&file, error);
}
