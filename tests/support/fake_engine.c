/* SPDX-License-Identifier: Apache-2.0 */
#include "support/fake_engine.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 << 20 };

struct engine {
    struct disk *disk;
    bool owns_disk;
    atomic_bool is_missing;
    atomic_int fail_in; /* jobs; -1: never */
};

struct row {
    struct moment time;
    struct str record;
    size_t order; /* equal times keep their order */
};

/* ---- the engine ---- */

struct engine *fake_engine_create(struct disk *disk) {
    struct engine *engine = MEM_NEW(struct engine);
    engine->disk = disk;
    atomic_init(&engine->fail_in, -1);
    return engine;
}

struct engine *engine_create(const struct engine_options *options) {
    struct error error = {0};
    struct disk *disk = disk_real_create(options->root, &error);
    ASSERT(disk != NULL);
    struct engine *engine = fake_engine_create(disk);
    engine->owns_disk = true;
    return engine;
}

void engine_destroy(struct engine *engine) {
    if (engine == NULL)
        return;
    if (engine->owns_disk)
        disk_real_destroy(engine->disk);
    mem_free(engine);
}

void fake_engine_set_missing(struct engine *engine, bool is_missing) {
    atomic_store(&engine->is_missing, is_missing);
}

void fake_engine_fail_at(struct engine *engine, int job) {
    atomic_store(&engine->fail_in, job);
}

/* There are no workers. */
void engine_standby_start(struct engine *engine) {
    (void)engine;
}

void engine_standby_tidy(struct engine *engine) {
    (void)engine;
}

bool engine_check(struct engine *engine, struct error *error) {
    if (atomic_load(&engine->is_missing))
        return error_set(error, ERROR_UNAVAILABLE, "the engine's library is missing (simulated)");
    return true;
}

/* Is this the job that dies? */
static bool dies(struct engine *engine) {
    int left = atomic_load(&engine->fail_in);
    if (left >= 0)
        atomic_store(&engine->fail_in, left - 1);
    return left == 0;
}

/* ---- files ---- */

static int by_time(const void *a, const void *b) {
    const struct row *left = a, *right = b;
    if (left->time.ms != right->time.ms)
        return left->time.ms < right->time.ms ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

/* The text of a member at any depth: enough for records of tests. */
static struct str member(struct str record, const char *key) {
    SCOPED(buf_finish) struct buf pattern = BUF_INIT(256);
    buf_append_format(&pattern, "\"%s\":\"", key);
    size_t at = str_find(record, buf_str(&pattern));
    if (at == SIZE_MAX)
        return STR_EMPTY;
    struct str rest = str_slice(record, at + pattern.size, SIZE_MAX);
    return str_slice(rest, 0, str_find_char(rest, '"'));
}

static struct moment time_of(struct str record) {
    struct moment time = {0};
    IGNORE(time_parse_iso(member(record, "eventTime"), &time), "a record without one happened in 1970");
    return time;
}

static bool write_file(struct engine *engine, const char *name, struct row *rows, size_t count,
    struct engine_file *ret_file, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(FILE_BYTES_MAX);
    if (count > 0)
        qsort(rows, count, sizeof *rows, by_time);
    struct moment oldest = {0}, newest = {0};
    if (count > 0) {
        oldest = rows[0].time;
        newest = rows[count - 1].time;
    }
    buf_append_format(&text, "FAKE %zu %jd %jd\n", count, (intmax_t)oldest.ms, (intmax_t)newest.ms);
    for (size_t i = 0; i < count; i++) {
        buf_append_format(&text, "%jd %zu ", (intmax_t)rows[i].time.ms, rows[i].record.size);
        buf_append_str(&text, rows[i].record);
        buf_append_char(&text, '\n');
    }
    bool is_dying = dies(engine);
    if (!buf_check(&text, "a file of the fake engine", error))
        return false;
    SCOPED(disk_closep) struct disk_file *file = disk_open(engine->disk, name, DISK_CREATE, error);
    if (file == NULL || !disk_append(file, text.data, is_dying ? text.size / 2 : text.size, error))
        return false;
    if (is_dying)
        return error_set(error, ERROR_UNAVAILABLE, "the worker died (simulated)");
    *ret_file = (struct engine_file){count, text.size, oldest, newest};
    return true;
}

/* Cut a number off. */
static bool cut_number(struct str *rest, char end, int64_t *ret_number) {
    return str_to_i64(str_cut(rest, end), ret_number);
}

bool fake_engine_read(
    struct disk *disk, const char *name, fake_engine_on_row *on_row, void *context, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(FILE_BYTES_MAX);
    if (!disk_read_file(disk, name, &text, error))
        return false;
    struct str rest = buf_str(&text);
    int64_t count = 0, ignored = 0;
    if (!str_is(str_cut(&rest, ' '), "FAKE") || !cut_number(&rest, ' ', &count) ||
        !cut_number(&rest, ' ', &ignored) || !cut_number(&rest, '\n', &ignored))
        return error_set(error, ERROR_CORRUPT, "%s is no file of the fake engine", name);
    for (int64_t i = 0; i < count; i++) {
        int64_t time = 0, size = 0;
        if (!cut_number(&rest, ' ', &time) || !cut_number(&rest, ' ', &size) ||
            (size_t)size + 1 > rest.size || rest.data[size] != '\n')
            return error_set(error, ERROR_CORRUPT, "%s is damaged at row %jd", name, (intmax_t)i);
        on_row((struct moment){time}, str_slice(rest, 0, (size_t)size), context);
        rest = str_slice(rest, (size_t)size + 1, SIZE_MAX);
    }
    return rest.size == 0 || error_set(error, ERROR_CORRUPT, "%s is longer than it says", name);
}

/* ---- writing and merging ---- */

struct rows {
    struct arena arena;
    struct row *items;
    size_t count, capacity;
    struct moment oldest; /* earlier ones are left out */
};

static void add_row(struct moment time, struct str record, void *context) {
    struct rows *rows = context;
    if (time.ms < rows->oldest.ms)
        return;
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity * 2 + 64;
        rows->items = mem_resize_array(rows->items, rows->capacity, sizeof *rows->items);
    }
    rows->items[rows->count] = (struct row){time, arena_str(&rows->arena, record), rows->count};
    rows->count++;
}

static void rows_finish(struct rows *rows) {
    arena_finish(&rows->arena);
    mem_free(rows->items);
}

struct engine_writer {
    struct engine *engine;
    char *name;
    struct rows rows;
};

struct engine_writer *engine_writer_begin(
    struct engine *engine, const char *name, bool keep_json, struct error *error) {
    (void)keep_json;
    if (!engine_check(engine, error))
        return NULL;
    struct engine_writer *writer = MEM_NEW(struct engine_writer);
    writer->engine = engine;
    writer->name = mem_text(name);
    writer->rows.oldest = MOMENT_MIN;
    return writer;
}

bool engine_writer_add(struct engine_writer *writer, struct bytes record, struct error *error) {
    (void)error;
    struct str text = bytes_str(record);
    add_row(time_of(text), text, &writer->rows);
    return true;
}

struct engine_writer *engine_writer_begin_sorted(
    struct engine *engine, const char *name, bool keep_json, struct error *error) {
    return engine_writer_begin(engine, name, keep_json, error);
}

bool engine_writer_add_sorted(
    struct engine_writer *writer, struct moment time, struct bytes record, struct error *error) {
    (void)error;
    ASSERT(writer->rows.count == 0 || time.ms >= writer->rows.items[writer->rows.count - 1].time.ms);
    add_row(time, bytes_str(record), &writer->rows);
    return true;
}

void engine_writer_abandon(struct engine_writer *owned_writer) {
    if (owned_writer == NULL)
        return;
    rows_finish(&owned_writer->rows);
    mem_free(owned_writer->name);
    mem_free(owned_writer);
}

bool engine_writer_finish(
    struct engine_writer *owned_writer, struct engine_file *ret_file, struct error *error) {
    bool done = write_file(owned_writer->engine, owned_writer->name, owned_writer->rows.items,
        owned_writer->rows.count, ret_file, error);
    engine_writer_abandon(owned_writer);
    return done;
}

bool engine_merge(struct engine *engine, const struct engine_merge *merge, struct engine_file *ret_file,
    struct error *error) {
    if (!engine_check(engine, error))
        return false;
    SCOPED(rows_finish) struct rows rows = {.oldest = merge->oldest};
    for (size_t i = 0; i < merge->name_count; i++) {
        if (!fake_engine_read(engine->disk, merge->names[i], add_row, &rows, error))
            return false;
    }
    return write_file(engine, merge->into, rows.items, rows.count, ret_file, error);
}

/* ---- queries ---- */

struct engine_query {
    struct rows rows; /* of all tables, read at the start */
    char *statement;
    size_t next;
    bool check_only;
    struct instant started_at;
    int64_t timeout_ms;
    atomic_bool is_cancelled;
    struct arena arena; /* of the rows given last */
    struct engine_statistics statistics;
};

struct engine_query *engine_query_start(
    struct engine *engine, const struct engine_query_options *options, struct error *error) {
    if (!engine_check(engine, error))
        return NULL;
    struct engine_query *query = MEM_NEW(struct engine_query);
    query->statement = mem_copy(options->statement.data, options->statement.size);
    query->check_only = options->check_only;
    query->timeout_ms = options->timeout_ms;
    query->started_at = clock_instant(clock_real());
    for (size_t i = 0; i < options->table_count; i++) {
        const struct engine_table *table = &options->tables[i];
        query->rows.oldest = table->oldest;
        for (size_t j = 0; j < table->name_count; j++) {
            struct disk_stat stat = {0};
            if (!disk_stat(engine->disk, table->names[j], &stat, error) ||
                !fake_engine_read(engine->disk, table->names[j], add_row, &query->rows, error)) {
                engine_query_destroy(query);
                return NULL;
            }
            query->statistics.bytes_scanned += stat.size;
        }
    }
    query->statistics.events_scanned = query->rows.count;
    return query;
}

void engine_query_destroy(struct engine_query *query) {
    if (query == NULL)
        return;
    rows_finish(&query->rows);
    arena_finish(&query->arena);
    mem_free(query->statement);
    mem_free(query);
}

static bool says(const struct engine_query *query, const char *word) {
    return strstr(query->statement, word) != NULL;
}

static int64_t elapsed_ms(const struct engine_query *query) {
    return (clock_instant(clock_real()).ns - query->started_at.ns) / 1000000;
}

/* What ends the query instead of rows. */
static bool check_end(struct engine_query *query, struct error *error) {
    if (says(query, "FAIL"))
        return error_set(error, ERROR_INVALID, "line 1:8: Column 'nothing' cannot be resolved (simulated)");
    if (says(query, "BIG"))
        return error_set(error, ERROR_LIMIT, "the query needs more memory than it may have (simulated)");
    if (says(query, "PAUSE"))
        clock_sleep_ms(10);
    do {
        if (atomic_load(&query->is_cancelled))
            return error_set(error, ERROR_CONFLICT, "the query was cancelled");
        if (query->timeout_ms > 0 && elapsed_ms(query) >= query->timeout_ms)
            return error_set(error, ERROR_LIMIT, "the query timed out");
        if (says(query, "SLOW"))
            clock_sleep_ms(1);
    } while (says(query, "SLOW"));
    if (says(query, "DIE") && (query->next > 0 || query->rows.count == 0))
        return error_set(error, ERROR_UNAVAILABLE, "the worker died (simulated)");
    return true;
}

bool engine_query_next(struct engine_query *query, struct engine_rows *ret_rows, struct error *error) {
    static const struct str COLUMNS[] = {{"eventid", 7}, {"eventtime", 9}};
    if (!check_end(query, error))
        return false;
    arena_clear(&query->arena);
    size_t left = query->check_only ? 0 : query->rows.count - query->next;
    size_t count = left < FAKE_ENGINE_ROWS_MAX ? left : FAKE_ENGINE_ROWS_MAX;
    struct str *values = ARENA_ARRAY(&query->arena, count * 2 + 1, struct str);
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &query->rows.items[query->next + i];
        SCOPED(buf_finish) struct buf time = BUF_INIT(64);
        time_append_iso(&time, row->time);
        values[2 * i] = arena_str(&query->arena, member(row->record, "eventID"));
        values[2 * i + 1] = arena_str(&query->arena, buf_str(&time));
    }
    query->next += count;
    query->statistics.events_matched += count;
    *ret_rows = (struct engine_rows){COLUMNS, 2, count, values};
    return true;
}

void engine_query_cancel(struct engine_query *query) {
    atomic_store(&query->is_cancelled, true);
}

struct engine_statistics engine_query_statistics(const struct engine_query *query) {
    struct engine_statistics statistics = query->statistics;
    statistics.elapsed_ms = elapsed_ms(query);
    return statistics;
}
