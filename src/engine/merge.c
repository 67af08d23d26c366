/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the merge job: files sorted by event time to one, in slices of time that have about as many rows
 * each. Only the rows of a slice are held at once, however the files' times overlap; files that have nothing
 * in a slice are not opened for it.
 */
#include "base/check.h"
#include "base/own.h"

#include "rows.h"

#include <inttypes.h>

enum { US_PER_MS = 1000, MERGE_LEVEL = 3 };

/* What a row takes while it is sorted: this, and twice its bytes in the file before compression, because
 * there texts that come again stand once. Half of the worker's memory is for that, and for what is needed for
 * any slice. */
enum {
    ROW_BYTES = 2048,
    ROW_TIMES = 2,
    SLICE_BYTES = 128 << 20,
    SLICE_ROWS_MIN = 2048,
    SLICE_ROWS_MAX = 1 << 20
};

struct input {
    const char *path;
    int64_t oldest_us, newest_us; /* of the rows that are not left out */
};

struct merging {
    struct engine_rows_source source;
    struct engine_columns columns;
    struct input *inputs;
    size_t input_count, input_capacity;
    uint64_t bytes;   /* of the inputs, before compression */
    int64_t *ends_us; /* the newest time of each slice */
    size_t slice_count, slice;
    struct duckdb_connection *connection; /* other than that of the copy, which asks for the rows */
    struct duckdb_prepared *prepared;     /* NULL: between slices */
    struct duckdb_result result;
    struct duckdb_selection *every_row; /* row i is row i */
    uint64_t time_index;                /* of eventtime among the columns of depth 0 */
    int64_t first_us, last_us;          /* of the rows given so far */
    uint64_t given_count;
};

/* " WHERE rows are not left out", with the word that is given. */
static void append_condition(struct buf *sql, const char *word, const struct merging *merging) {
    struct moment oldest = merging->source.worker->job.oldest;
    if (oldest.ms > MOMENT_MIN.ms)
        buf_append_format(sql, " %s eventtime >= epoch_ms(%" PRId64 ")", word, oldest.ms);
}

/* "function(the job's files)". */
static void append_list(struct buf *sql, const char *function, struct engine_worker *worker) {
    buf_append_format(sql, "%s([", function);
    for (size_t i = 0; i < worker->job.name_count; i++) {
        buf_append_text(sql, i == 0 ? "" : ", ");
        engine_append_literal(sql, str_from(engine_worker_path(worker, worker->job.names[i])));
    }
    buf_append_text(sql, "])");
}

/* Rows are copied from vector to vector, so the columns have to be just the Lake's. The engine sees to it
 * that all files have those of the first. */
static bool check_columns(struct merging *merging, struct error *error) {
    static const char *const shape =
        "(SELECT string_agg(column_name || ' ' || column_type) FROM (DESCRIBE FROM ";
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&sql, "SELECT CAST(%s" ENGINE_ROWS_FUNCTION "())) = %s", shape, shape);
    append_list(&sql, "read_parquet", merging->source.worker);
    buf_append_text(&sql, ")) AS BIGINT)");
    int64_t is_same = 0;
    if (!engine_rows_numbers(merging->source.worker, buf_str(&sql), &is_same, 1, error))
        return false;
    return is_same != 0 || error_set(error, ERROR_CORRUPT, "a file has other columns");
}

/* Run SQL and give each of its chunks to `take`. */
static bool run(struct merging *merging, const struct buf *sql,
    void (*take)(struct merging *merging, struct duckdb_chunk *chunk), struct error *error) {
    const struct engine_library *library = &merging->source.worker->library;
    struct duckdb_result result = {0};
    bool done = library->query(merging->connection, sql->data, &result) == DUCKDB_SUCCESS;
    if (!done)
        engine_worker_fault(merging->source.worker, &result, ERROR_CORRUPT, error);
    for (struct duckdb_chunk *chunk; done && (chunk = library->fetch_chunk(result)) != NULL;) {
        take(merging, chunk);
        library->destroy_data_chunk(&chunk);
    }
    library->destroy_result(&result);
    return done;
}

static const void *column(struct merging *merging, struct duckdb_chunk *chunk, uint64_t index) {
    const struct engine_library *library = &merging->source.worker->library;
    return library->vector_get_data(library->data_chunk_get_vector(chunk, index));
}

static void take_inputs(struct merging *merging, struct duckdb_chunk *chunk) {
    enum { NAME, OLDEST, NEWEST, BYTES };
    const union duckdb_text *names = column(merging, chunk, NAME);
    const int64_t *oldest = column(merging, chunk, OLDEST), *newest = column(merging, chunk, NEWEST);
    const int64_t *bytes = column(merging, chunk, BYTES);
    uint64_t count = merging->source.worker->library.data_chunk_get_size(chunk);
    for (uint64_t i = 0; i < count && merging->input_count < merging->input_capacity; i++) {
        bool is_inlined = names[i].inlined.size <= sizeof names[i].inlined.bytes;
        struct str path =
            str_of(is_inlined ? names[i].inlined.bytes : names[i].pointed.data, names[i].inlined.size);
        const char *copy = arena_text(&merging->source.worker->arena, path);
        merging->inputs[merging->input_count++] = (struct input){copy, oldest[i], newest[i]};
        merging->bytes += (uint64_t)bytes[i];
    }
}

/* What the files say of themselves at their ends. One without rows says nothing, and is left out. */
static bool find_inputs(struct merging *merging, struct error *error) {
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&sql, "SELECT file_name, coalesce(epoch_us(min(TRY_CAST(stats_min_value AS TIMESTAMP)) "
                          "FILTER (path_in_schema = "
                          "'eventtime')), 0), coalesce(epoch_us(max(TRY_CAST(stats_max_value AS TIMESTAMP)) "
                          "FILTER (path_in_schema = "
                          "'eventtime')), 0), CAST(sum(total_uncompressed_size) AS BIGINT) FROM ");
    append_list(&sql, "parquet_metadata", merging->source.worker);
    buf_append_text(&sql, " GROUP BY file_name ORDER BY file_name");
    merging->input_capacity = merging->source.worker->job.name_count;
    merging->inputs = mem_alloc_array(merging->input_capacity, sizeof *merging->inputs);
    return run(merging, &sql, take_inputs, error);
}

/* "read_parquet(those inputs that have rows in that time)"; how many they are. */
static size_t append_inputs(struct buf *sql, const struct merging *merging, int64_t from_us, int64_t to_us) {
    size_t count = 0;
    buf_append_text(sql, "read_parquet([");
    for (size_t i = 0; i < merging->input_count; i++) {
        const struct input *input = &merging->inputs[i];
        if (input->newest_us < from_us || input->oldest_us > to_us)
            continue;
        buf_append_text(sql, count++ == 0 ? "" : ", ");
        engine_append_literal(sql, str_from(input->path));
    }
    buf_append_text(sql, "])");
    return count;
}

static void take_ends(struct merging *merging, struct duckdb_chunk *chunk) {
    const int64_t *ends_us = column(merging, chunk, 0);
    uint64_t count = merging->source.worker->library.data_chunk_get_size(chunk);
    merging->ends_us =
        mem_resize_array(merging->ends_us, merging->slice_count + count, sizeof *merging->ends_us);
    for (uint64_t i = 0; i < count; i++)
        merging->ends_us[merging->slice_count++] = ends_us[i];
}

static bool count_rows(struct merging *merging, uint64_t *ret_count, struct error *error) {
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    int64_t count = 0;
    buf_append_text(&sql, "SELECT count(*) FROM ");
    append_inputs(&sql, merging, INT64_MIN, INT64_MAX);
    if (!engine_rows_numbers(merging->source.worker, buf_str(&sql), &count, 1, error))
        return false;
    *ret_count = (uint64_t)count;
    return true;
}

/* Where the slices end: with the time of each so-many-th row. Rows of one time stay together, however many.
 */
static bool cut(struct merging *merging, struct error *error) {
    uint64_t row_count = 0;
    if (!count_rows(merging, &row_count, error))
        return false;
    uint64_t row_bytes = ROW_BYTES + ROW_TIMES * merging->bytes / (row_count + 1);
    uint64_t memory_bytes = merging->source.worker->job.memory_bytes / 2;
    uint64_t rows = memory_bytes < SLICE_BYTES ? 0 : (memory_bytes - SLICE_BYTES) / row_bytes;
    rows = rows < SLICE_ROWS_MIN ? SLICE_ROWS_MIN : rows > SLICE_ROWS_MAX ? SLICE_ROWS_MAX : rows;
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&sql,
        "SELECT epoch_us(max(eventtime)) FROM (SELECT eventtime, (row_number() OVER (ORDER BY eventtime) - "
        "1) "
        "// %" PRIu64 " AS slice FROM ",
        rows);
    append_inputs(&sql, merging, INT64_MIN, INT64_MAX);
    append_condition(&sql, "WHERE", merging);
    buf_append_text(&sql, ") GROUP BY slice ORDER BY 1");
    return run(merging, &sql, take_ends, error);
}

static bool fail(struct merging *merging, const char *message) {
    return engine_worker_tell(message, ERROR_CORRUPT, &merging->source.error);
}

static void close_slice(struct merging *merging) {
    const struct engine_library *library = &merging->source.worker->library;
    library->destroy_result(&merging->result);
    library->destroy_prepare(&merging->prepared);
    merging->prepared = NULL;
    merging->slice++;
}

/* A stream of the slice's rows, sorted. */
static bool open_slice(struct merging *merging) {
    const struct engine_library *library = &merging->source.worker->library;
    int64_t to_us = merging->ends_us[merging->slice];
    int64_t after_us = merging->slice == 0 ? INT64_MIN : merging->ends_us[merging->slice - 1];
    SCOPED(buf_finish) struct buf sql = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&sql, "SELECT * FROM ");
    size_t count = append_inputs(&sql, merging, after_us, to_us);
    buf_append_format(&sql, " WHERE eventtime <= make_timestamp(%" PRId64 ")", to_us);
    if (merging->slice > 0)
        buf_append_format(&sql, " AND eventtime > make_timestamp(%" PRId64 ")", after_us);
    else
        append_condition(&sql, "AND", merging);
    if (count > 1) /* one file is sorted */
        buf_append_text(&sql, " ORDER BY eventtime");
    bool done = library->prepare(merging->connection, sql.data, &merging->prepared) == DUCKDB_SUCCESS;
    if (!done)
        return fail(merging, library->prepare_error(merging->prepared));
    struct duckdb_pending *pending = NULL;
    done = library->pending_prepared_streaming(merging->prepared, &pending) == DUCKDB_SUCCESS;
    if (!done)
        fail(merging, library->pending_error(pending));
    else if (library->execute_pending(pending, &merging->result) != DUCKDB_SUCCESS)
        done = fail(merging, library->result_error(&merging->result));
    library->destroy_pending(&pending);
    return done;
}

/* Into the chunk that the copy asks for. */
static bool give(struct merging *merging, struct duckdb_chunk *from, struct duckdb_chunk *to) {
    const struct engine_library *library = &merging->source.worker->library;
    uint64_t row_count = library->data_chunk_get_size(from), index = 0;
    const int64_t *times =
        library->vector_get_data(library->data_chunk_get_vector(from, merging->time_index));
    for (uint64_t i = 0; i < row_count; i++) {
        if (merging->given_count + i == 0)
            merging->first_us = times[i];
        else if (times[i] < merging->last_us)
            return fail(merging, "events that are not sorted by time");
        merging->last_us = times[i];
    }
    for (size_t at = 0; at < ENGINE_COLUMN_COUNT; at = merging->columns.rows[at].end, index++)
        library->vector_copy_sel(library->data_chunk_get_vector(from, index),
            library->data_chunk_get_vector(to, index), merging->every_row, row_count, 0, 0);
    library->data_chunk_set_size(to, row_count);
    merging->given_count += row_count;
    return true;
}

static bool fill(struct engine_rows_source *source, struct duckdb_chunk *chunk) {
    struct merging *merging = (struct merging *)source;
    const struct engine_library *library = &source->worker->library;
    while (merging->slice < merging->slice_count) {
        if (merging->prepared == NULL && !open_slice(merging))
            return false;
        struct duckdb_chunk *from = library->fetch_chunk(merging->result);
        bool is_given = from == NULL || give(merging, from, chunk);
        if (from != NULL) {
            library->destroy_data_chunk(&from);
            return is_given;
        }
        /* The end and a failure look alike but for this. */
        const char *message = library->result_error(&merging->result);
        if (message != NULL && *message != '\0')
            return fail(merging, message);
        close_slice(merging);
    }
    library->data_chunk_set_size(chunk, 0);
    return true;
}

static void finish(struct merging **owned_merging) {
    struct merging *merging = *owned_merging;
    const struct engine_library *library = &merging->source.worker->library;
    if (merging->prepared != NULL)
        close_slice(merging);
    library->destroy_selection_vector(merging->every_row);
    library->disconnect(&merging->connection);
    engine_columns_finish(&merging->columns);
    mem_free(merging->inputs);
    mem_free(merging->ends_us);
    mem_free(merging);
}

static struct merging *begin(struct engine_worker *worker) {
    struct merging *merging = MEM_NEW(struct merging);
    merging->source = (struct engine_rows_source){
        .worker = worker, .columns = &merging->columns, .compression_level = MERGE_LEVEL, .fill = fill};
    engine_columns_init(&merging->columns);
    for (size_t at = 0; at != merging->columns.time_column; at = merging->columns.rows[at].end)
        merging->time_index++;
    ASSERT(worker->library.connect(worker->database, &merging->connection) == DUCKDB_SUCCESS);
    uint64_t row_count = worker->library.vector_size();
    merging->every_row = worker->library.create_selection_vector(row_count);
    uint32_t *rows = worker->library.selection_vector_get_data_ptr(merging->every_row);
    for (uint32_t i = 0; i < row_count; i++)
        rows[i] = i;
    return merging;
}

bool engine_work_merge(struct engine_worker *worker, struct error *error) {
    SCOPED(finish) struct merging *merging = begin(worker);
    struct engine_file file = {.oldest = MOMENT_NONE, .newest = MOMENT_NONE};
    const char *into = engine_worker_path(worker, arena_text(&worker->arena, worker->job.name));
    if (!engine_rows_register(&merging->source, error) || !check_columns(merging, error) ||
        !find_inputs(merging, error) || (merging->input_count > 0 && !cut(merging, error)) ||
        !engine_rows_copy(&merging->source, into, &file, error))
        return false;
    ASSERT(file.rows == merging->given_count);
    if (file.rows > 0) {
        file.oldest = (struct moment){merging->first_us / US_PER_MS};
        file.newest = (struct moment){merging->last_us / US_PER_MS};
    }
    return engine_rows_say(&file, error);
}
