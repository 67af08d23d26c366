/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn query --path: the records of log files, written to files of the engine in a folder of our own that
 * lasts as long as the command. Whatever id the statement names stands for all of them, so a statement that
 * was written for a store runs as it is.
 */
#include "base/own.h"
#include "codec/text.h"
#include "ctl/ctl.h"
#include "engine/engine.h"
#include "event/event.h"
#include "presto/presto.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/process.h"
#include "sys/random.h"
#include "sys/thread.h"

#include "archive.h"
#include "query.h"
#include "screen.h"
#include "statement.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PIECE_BYTES = 192 << 20, /* of records in a file: below what a writer takes */
    RECORDS_A_LOOK = 256,
    SIGNAL_LOOK_MS = 20,
    REASONS_MAX = 10,
};

#define EVENTS_ID "00000000-0000-0000-0000-000000000000" /* what `events` stands for */

struct folder_query {
    struct arena arena;
    struct ctl_statement statement;
    struct disk *disk; /* of the folder that holds ours */
    char *folder;      /* ours; NULL: not made */
    struct engine *engine;
    struct event_parser *parser;
    struct moment now;
    /* files */
    struct engine_writer *writer;
    const char **names;
    size_t name_count, name_capacity;
    uint64_t piece_bytes, rows, refused, records;
    bool is_cancelled, is_fault; /* of the statement */
    struct error error;          /* of the writer */
};

/* ---- our folder ---- */

static bool make_folder(struct folder_query *query, struct error *error) {
    const char *parent = getenv("TMPDIR");
    parent = parent != NULL && *parent != '\0' ? parent : "/tmp";
    query->disk = disk_real_create(parent, error);
    if (query->disk == NULL)
        return error_context(error, "a folder for the time of the query");
    struct str name = arena_format(&query->arena, "cairn-query-%016llx", (unsigned long long)random_u64());
    if (!disk_make_directory(query->disk, name.data, error))
        return error_context(error, "a folder for the time of the query");
    query->folder = arena_text(&query->arena, name);
    return true;
}

static char *root_of(const struct folder_query *query) {
    const char *parent = getenv("TMPDIR");
    struct buf path = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&path, "%s/%s", parent != NULL && *parent != '\0' ? parent : "/tmp", query->folder);
    char *root = process_absolute_path(path.data);
    buf_finish(&path);
    return root;
}

struct removal {
    struct disk *disk;
    const char *folder;
};

static bool remove_entry(const char *name, bool is_directory, void *context) {
    struct removal *removal = context;
    struct error ignored = {0};
    SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&path, "%s/%s", removal->folder, name);
    IGNORE(!is_directory && disk_unlink(removal->disk, path.data, &ignored), "what stays is told of below");
    return true;
}

static void remove_folder(struct folder_query *query) {
    struct removal removal = {query->disk, query->folder};
    struct error error = {0};
    if (query->folder != NULL && (!disk_list(query->disk, query->folder, remove_entry, &removal, &error) ||
                                     !disk_remove_directory(query->disk, query->folder, &error)))
        ctl_complain("cairn query: %s", error.message);
    if (query->disk != NULL)
        disk_real_destroy(query->disk);
}

/* ---- records to files ---- */

static bool begin_piece(struct folder_query *query) {
    if (query->name_count == query->name_capacity) {
        query->name_capacity = query->name_capacity * 2 + 16;
        query->names = mem_resize_array(query->names, query->name_capacity, sizeof *query->names);
    }
    struct str name = arena_format(&query->arena, "%zu.parquet", query->name_count);
    query->writer = engine_writer_begin(query->engine, name.data, true, &query->error);
    if (query->writer == NULL)
        return false;
    query->names[query->name_count++] = name.data;
    query->piece_bytes = 0;
    return true;
}

static bool finish_piece(struct folder_query *query) {
    struct engine_file file = {0};
    if (query->writer == NULL)
        return true;
    if (!engine_writer_finish(TAKE(query->writer), &file, &query->error))
        return false;
    query->rows += file.rows;
    return true;
}

static bool check_record(struct folder_query *query, struct str record) {
    struct event_facets facets;
    struct error error = {0};
    if (event_parse(query->parser, record, query->now, &facets, &error))
        return true;
    if (query->refused++ < REASONS_MAX)
        ctl_complain(
            "cairn query: record %llu is left out: %s", (unsigned long long)query->records, error.message);
    return false;
}

static bool on_record(struct str record, void *context) {
    struct folder_query *query = context;
    if (query->records++ % RECORDS_A_LOOK == 0 && process_wait_signal(0) == PROCESS_TERMINATE) {
        query->is_cancelled = true;
        return false;
    }
    if (!check_record(query, record))
        return true;
    if (query->piece_bytes + record.size > PIECE_BYTES && !finish_piece(query))
        return false;
    if (query->writer == NULL && !begin_piece(query))
        return false;
    query->piece_bytes += record.size;
    return engine_writer_add(query->writer, str_bytes(record), &query->error);
}

static bool read_paths(
    struct folder_query *query, const struct ctl_texts *paths, uint64_t *ret_broken, struct error *error) {
    struct ctl_archive archive;
    bool done = true;
    query->parser = event_parser_create();
    query->now = clock_now(clock_real());
    ctl_archive_init(&archive, on_record, query);
    for (size_t i = 0; done && !archive.is_stopped && i < paths->count; i++)
        done = ctl_archive_read(&archive, paths->items[i], error);
    *ret_broken = archive.broken_files;
    if (done && query->is_cancelled)
        done = error_set(error, ERROR_CONFLICT, "cancelled");
    else if (done && (archive.is_stopped || !finish_piece(query))) {
        *error = query->error;
        done = false;
    }
    engine_writer_abandon(TAKE(query->writer));
    event_parser_destroy(query->parser);
    ctl_archive_finish(&archive);
    return done;
}

/* ---- the query ---- */

/* Looks for signals while the main thread waits for rows. */
struct watcher {
    struct engine_query *query;
    struct thread *thread;
    atomic_bool is_over, is_cancelled;
};

static void watch(void *context) {
    struct watcher *watcher = context;
    while (!atomic_load(&watcher->is_over)) {
        if (process_wait_signal(SIGNAL_LOOK_MS) != PROCESS_TERMINATE)
            continue;
        atomic_store(&watcher->is_cancelled, true);
        engine_query_cancel(watcher->query);
    }
}

static const struct str *copy_names(struct arena *arena, const struct engine_rows *rows) {
    struct str *names = ARENA_ARRAY(arena, rows->column_count, struct str);
    for (size_t i = 0; i < rows->column_count; i++)
        names[i] = arena_str(arena, rows->columns[i]);
    return names;
}

static bool print_rows(
    struct engine_query *query, struct arena *arena, struct ctl_row_printer *printer, struct error *error) {
    struct engine_rows rows;
    for (;;) {
        if (!engine_query_next(query, &rows, error))
            return false;
        if (printer->columns == NULL && rows.column_count > 0)
            ctl_row_printer_columns(printer, copy_names(arena, &rows), rows.column_count);
        for (size_t i = 0; i < rows.row_count; i++)
            ctl_row_printer_add(printer, &rows.values[i * rows.column_count]);
        if (rows.row_count == 0 || !ctl_row_printer_flush(printer))
            return true;
    }
}

/* Every id that the statement names is a table of all the files. */
static struct engine_query *start(struct folder_query *query, bool check_only, struct error *error) {
    const struct str *ids = NULL;
    size_t count = presto_tables(&query->arena, query->statement.sent, &ids);
    struct engine_table *tables = ARENA_ARRAY(&query->arena, count + 1, struct engine_table);
    for (size_t i = 0; i < count; i++)
        tables[i] = (struct engine_table){.id = ids[i],
            .names = query->names,
            .name_count = query->name_count,
            .rows = query->rows,
            .oldest = MOMENT_MIN};
    struct engine_query_options options = {
        .statement = query->statement.sent, .tables = tables, .table_count = count, .check_only = check_only};
    return engine_query_start(query->engine, &options, error);
}

/* Before files are read: would it run? */
static bool check_statement(struct folder_query *query, struct error *error) {
    struct presto_statement rewritten;
    struct engine_rows rows;
    query->is_fault = true;
    if (!presto_rewrite(&query->arena, query->statement.sent, &rewritten, error))
        return false;
    query->is_fault = false;
    struct engine_query *check = start(query, true, error);
    bool done = check != NULL && engine_query_next(check, &rows, error);
    engine_query_destroy(check);
    query->is_fault = !done && error->kind == ERROR_INVALID;
    return done;
}

static bool answer(struct folder_query *query, enum ctl_row_form form, struct error *error) {
    struct watcher watcher = {.query = start(query, false, error)};
    struct ctl_row_printer printer;
    if (watcher.query == NULL)
        return false;
    watcher.thread = thread_start("signals", watch, &watcher);
    ctl_row_printer_begin(&printer, form);
    bool done = print_rows(watcher.query, &query->arena, &printer, error);
    atomic_store(&watcher.is_over, true);
    thread_join(watcher.thread);
    ctl_row_printer_end(&printer);
    struct engine_statistics statistics = engine_query_statistics(watcher.query);
    if (done)
        ctl_query_print_end(&printer, statistics.bytes_scanned, statistics.elapsed_ms);
    query->is_cancelled = atomic_load(&watcher.is_cancelled);
    query->is_fault = !done && error->kind == ERROR_INVALID;
    engine_query_destroy(watcher.query);
    return done;
}

static bool open_engine(
    struct folder_query *query, const struct ctl_query_arguments *given, struct error *error) {
    struct str library =
        given->engine_library.size > 0 ? given->engine_library : str_from(getenv("CAIRN_ENGINE_LIBRARY"));
    SCOPED(own_free) char *root = root_of(query);
    if (root == NULL)
        return error_set(error, ERROR_IO, "no path leads to %s", query->folder);
    struct engine_options options = {.root = root,
        .library = arena_text(&query->arena, library),
        .allow_unconfined = given->allow_unconfined_workers};
    query->engine = engine_create(&options);
    return engine_check(query->engine, error);
}

static int exit_code_of(struct folder_query *query, bool done, uint64_t left_out, struct error *error) {
    if (done)
        return left_out > 0 ? CTL_PARTIAL : CTL_DONE;
    if (query->is_cancelled)
        return CTL_CANCELLED;
    if (query->is_fault) {
        ctl_statement_print_fault(&query->statement, str_from(error->message));
        *error = (struct error){0}; /* it is told */
    }
    return CTL_FAILED;
}

int ctl_query_folder(const struct ctl_query_arguments *given, struct str text, struct error *error) {
    struct folder_query query = {.records = 0};
    uint64_t broken_files = 0;
    ctl_statement_fill(&query.arena, text, STR_LITERAL(EVENTS_ID), &query.statement);
    bool done = make_folder(&query, error) && open_engine(&query, given, error) &&
                check_statement(&query, error) && read_paths(&query, &given->paths, &broken_files, error) &&
                answer(&query, ctl_row_form(given->output), error);
    int exit_code = exit_code_of(&query, done, broken_files + query.refused, error);
    engine_destroy(query.engine);
    remove_folder(&query);
    mem_free(query.names);
    arena_finish(&query.arena);
    return exit_code;
}
