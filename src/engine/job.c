/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include "base/check.h"

/* ---- jobs ---- */

static void append_names(struct buf *buf, const char *const *names, size_t count) {
    buf_append_varint(buf, count);
    for (size_t i = 0; i < count; i++)
        engine_append_text(buf, str_from(names[i]));
}

static void append_table(struct buf *buf, const struct engine_table *table) {
    engine_append_text(buf, table->id);
    engine_append_signed(buf, table->oldest.ms);
    append_names(buf, table->names, table->name_count);
}

bool engine_job_append(struct buf *buf, const struct engine_job *job, struct error *error) {
    ASSERT(job->table_count <= ENGINE_TABLES_MAX);
    buf_append_varint(buf, ENGINE_JOB_VERSION);
    buf_append_varint(buf, job->kind);
    engine_append_text(buf, job->root);
    engine_append_text(buf, job->library);
    buf_append_varint(buf, job->memory_bytes);
    buf_append_varint(buf, job->threads);
    buf_append_varint(buf, job->allow_unconfined);
    engine_append_text(buf, job->statement);
    buf_append_varint(buf, job->table_count);
    for (size_t i = 0; i < job->table_count; i++)
        append_table(buf, &job->tables[i]);
    engine_append_signed(buf, job->timeout_ms);
    buf_append_varint(buf, job->check_only);
    engine_append_text(buf, job->name);
    buf_append_varint(buf, job->keep_json);
    buf_append_varint(buf, job->is_sorted);
    append_names(buf, job->names, job->name_count);
    engine_append_signed(buf, job->oldest.ms);
    if (buf->size > ENGINE_FRAME_SIZE_MAX || buf->overflowed)
        return error_set(error, ERROR_LIMIT, "a job of too many files");
    return true;
}

static const char *const *read_names(struct arena *arena, struct engine_reader *reader, size_t *ret_count) {
    size_t count = engine_read_count(reader, ENGINE_FILES_MAX);
    const char **names = ARENA_ARRAY(arena, count, const char *);
    for (size_t i = 0; i < count; i++)
        names[i] = arena_text(arena, engine_read_text(reader));
    *ret_count = count;
    return names;
}

static void read_table(struct arena *arena, struct engine_reader *reader, struct engine_table *ret_table) {
    ret_table->id = engine_read_text(reader);
    ret_table->oldest.ms = engine_read_signed(reader);
    ret_table->names = read_names(arena, reader, &ret_table->name_count);
}

bool engine_job_parse(
    struct arena *arena, struct bytes payload, struct engine_job *ret_job, struct error *error) {
    struct engine_reader reader = engine_reader(payload);
    if (engine_read_number(&reader) != ENGINE_JOB_VERSION)
        return error_set(error, ERROR_CORRUPT, "a job of another version");
    uint64_t kind = engine_read_number(&reader);
    if (kind > ENGINE_JOB_STANDBY)
        return error_set(error, ERROR_CORRUPT, "a job of an unknown kind");
    struct engine_job job = {.kind = (enum engine_job_kind)kind};
    job.root = engine_read_text(&reader);
    job.library = engine_read_text(&reader);
    job.memory_bytes = engine_read_number(&reader);
    job.threads = (unsigned)engine_read_number(&reader);
    job.allow_unconfined = engine_read_flag(&reader);
    job.statement = engine_read_text(&reader);
    job.table_count = engine_read_count(&reader, ENGINE_TABLES_MAX);
    struct engine_table *tables = ARENA_ARRAY(arena, job.table_count, struct engine_table);
    for (size_t i = 0; i < job.table_count; i++)
        read_table(arena, &reader, &tables[i]);
    job.tables = tables;
    job.timeout_ms = engine_read_signed(&reader);
    job.check_only = engine_read_flag(&reader);
    job.name = engine_read_text(&reader);
    job.keep_json = engine_read_flag(&reader);
    job.is_sorted = engine_read_flag(&reader);
    job.names = read_names(arena, &reader, &job.name_count);
    job.oldest.ms = engine_read_signed(&reader);
    if (!engine_reader_end(&reader, "a job", error))
        return false;
    *ret_job = job;
    return true;
}

/* ---- answers ---- */

void engine_file_append(struct buf *buf, const struct engine_file *file) {
    buf_append_varint(buf, file->rows);
    buf_append_varint(buf, file->bytes);
    engine_append_signed(buf, file->oldest.ms);
    engine_append_signed(buf, file->newest.ms);
}

bool engine_file_parse(struct bytes payload, struct engine_file *ret_file, struct error *error) {
    struct engine_reader reader = engine_reader(payload);
    struct engine_file file = {0};
    file.rows = engine_read_number(&reader);
    file.bytes = engine_read_number(&reader);
    file.oldest.ms = engine_read_signed(&reader);
    file.newest.ms = engine_read_signed(&reader);
    if (!engine_reader_end(&reader, "what the worker says of its file", error))
        return false;
    *ret_file = file;
    return true;
}

void engine_failure_append(struct buf *buf, const struct error *error) {
    buf_append_varint(buf, error->kind);
    engine_append_text(buf, str_slice(str_from(error->message), 0, ENGINE_MESSAGE_SIZE_MAX));
}

/* Bytes that a terminal or a log might act on become spaces; what is cut inside a character or is no UTF-8
 * becomes question marks. */
static void copy_printable(struct str text, char *ret_text) {
    bool is_utf8 = str_is_utf8(text);
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        ret_text[i] = c < ' ' || c == 0x7f ? ' ' : c >= 0x80 && !is_utf8 ? '?' : (char)c;
    }
    ret_text[text.size] = '\0';
}

void engine_failure_parse(struct bytes payload, struct error *error) {
    struct engine_reader reader = engine_reader(payload);
    uint64_t number = engine_read_number(&reader);
    struct str text = str_slice(engine_read_text(&reader), 0, ENGINE_MESSAGE_SIZE_MAX);
    char message[ENGINE_MESSAGE_SIZE_MAX + 1];
    if (!engine_reader_end(&reader, "the worker's failure", error))
        return;
    copy_printable(text, message);
    switch (number) {
    case ERROR_INVALID:
    case ERROR_NOT_FOUND:
    case ERROR_LIMIT:
    case ERROR_UNAVAILABLE:
    case ERROR_IO:
        (void)error_set(error, (enum error_kind)number, "%s", message);
        return;
    default: /* what a worker has no business to say: it broke */
        (void)error_set(error, ERROR_CORRUPT, "%s", message);
    }
}

/* ---- rows ---- */

void engine_value_append(struct buf *buf, struct str value) {
    if (value.data == NULL) {
        buf_append_varint(buf, 0);
        return;
    }
    buf_append_varint(buf, value.size + 1);
    buf_append_str(buf, value);
}

static struct str read_value(struct engine_reader *reader) {
    uint64_t number = engine_read_number(reader);
    if (number == 0)
        return (struct str){NULL, 0};
    if (number - 1 > (size_t)(reader->end - reader->at)) {
        reader->is_broken = true;
        reader->at = reader->end;
        return (struct str){NULL, 0};
    }
    struct str value = str_of((const char *)reader->at, (size_t)number - 1);
    reader->at += number - 1;
    return value;
}

bool engine_rows_parse(struct arena *arena, struct bytes payload, size_t column_count,
    struct engine_answer_rows *ret_rows, struct error *error) {
    struct engine_reader reader = engine_reader(payload);
    struct engine_answer_rows rows = {.bytes_scanned = engine_read_number(&reader)};
    uint64_t count = engine_read_number(&reader);
    size_t left = (size_t)(reader.end - reader.at);
    /* A value has a byte at least, so that no count makes an array larger than its frame warrants. */
    if (column_count == 0 || count > left / column_count || count * column_count > ENGINE_FRAME_VALUES_MAX)
        return error_set(error, ERROR_CORRUPT, "rows of an answer are not of their form");
    rows.row_count = (size_t)count;
    struct str *values = ARENA_ARRAY(arena, rows.row_count * column_count, struct str);
    for (size_t i = 0; i < rows.row_count * column_count; i++)
        values[i] = read_value(&reader);
    rows.values = values;
    if (!engine_reader_end(&reader, "rows of an answer", error))
        return false;
    *ret_rows = rows;
    return true;
}

bool engine_columns_parse(struct arena *arena, struct bytes payload, const struct str **ret_columns,
    size_t *ret_count, struct error *error) {
    struct engine_reader reader = engine_reader(payload);
    size_t count = engine_read_count(&reader, ENGINE_COLUMNS_MAX);
    struct str *columns = ARENA_ARRAY(arena, count, struct str);
    for (size_t i = 0; i < count; i++)
        columns[i] = arena_str(arena, engine_read_text(&reader));
    if (!engine_reader_end(&reader, "columns of an answer", error))
        return false;
    if (count == 0)
        return error_set(error, ERROR_CORRUPT, "an answer without columns");
    *ret_columns = columns;
    *ret_count = count;
    return true;
}
