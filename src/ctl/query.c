/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn query "SELECT ...": CloudTrail Lake's SQL, asked of a daemon: StartQuery, DescribeQuery until it has
 * ended, then page after page of rows. Interrupted, it cancels the query.
 */
#include "query.h"

#include "base/own.h"
#include "ctl/ctl.h"
#include "sys/clock.h"
#include "sys/process.h"
#include "sys/thread.h"

#include "statement.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_PAUSE_MS = 30, PAUSE_MS_MAX = 500, SIGNAL_LOOK_MS = 20, PAGE_ROWS = 1000 };

static const struct ctl_argument arguments[] = {
    {"output", CTL_TEXT, offsetof(struct ctl_query_arguments, output), "table|json|csv", "form of the rows"},
    {"store", CTL_TEXT, offsetof(struct ctl_query_arguments, store), "NAME",
        "event data store, by name, id or ARN, that the table `events' stands for (default: the only one)"},
    {"path", CTL_TEXTS, offsetof(struct ctl_query_arguments, paths), "PATH",
        "file or folder of CloudTrail logs to query without a daemon; may be given several times"},
    {"engine-library", CTL_TEXT, offsetof(struct ctl_query_arguments, engine_library), "FILE",
        "with --path: the SQL engine, libduckdb.so (or CAIRN_ENGINE_LIBRARY)"},
    {"allow-unconfined-workers", CTL_SWITCH, offsetof(struct ctl_query_arguments, allow_unconfined_workers),
        "", "with --path: run even where the kernel cannot lock the engine's processes down"},
    CTL_CONNECTION_ARGUMENTS(struct ctl_query_arguments),
};

/* One question to a daemon. */
struct asking {
    struct ctl_client *client;
    struct arena arena;
    struct ctl_statement statement;
    struct str query_id;
    uint64_t bytes_scanned;
    int64_t elapsed_ms;
    bool is_cancelled;
    struct thread *watcher;
    atomic_bool is_over, is_interrupted;
};

/* ---- signals ---- */

/* The first one cancels the query; the second one ends the program, should the daemon not answer. */
static void watch(void *context) {
    struct asking *asking = context;
    while (!atomic_load(&asking->is_over))
        if (process_wait_signal(SIGNAL_LOOK_MS) == PROCESS_TERMINATE &&
            atomic_exchange(&asking->is_interrupted, true))
            process_end(CTL_CANCELLED);
}

/* False once a signal came. */
static bool pause_for(struct asking *asking, int64_t pause_ms) {
    for (; pause_ms > 0 && !atomic_load(&asking->is_interrupted); pause_ms -= SIGNAL_LOOK_MS)
        clock_sleep_ms(pause_ms < SIGNAL_LOOK_MS ? pause_ms : SIGNAL_LOOK_MS);
    return !atomic_load(&asking->is_interrupted);
}

void ctl_query_print_end(const struct ctl_row_printer *printer, uint64_t bytes_scanned, int64_t elapsed_ms) {
    if (printer->form == CTL_ROWS_TABLE)
        (void)fprintf(stderr, "%llu row%s, %.1f MB read, %.2f s\n", (unsigned long long)printer->row_count,
            printer->row_count == 1 ? "" : "s", (double)bytes_scanned / 1e6, (double)elapsed_ms / 1e3);
}

/* ---- which store ---- */

/* The id is the last part of "arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/<id>". */
static struct str id_of(struct str arn) {
    size_t slash = str_find_char(arn, '/');
    return slash == SIZE_MAX ? arn : str_slice(arn, slash + 1, SIZE_MAX);
}

enum { STORES_MAX = 1000 };

struct choice {
    struct str wanted; /* name, id or ARN; empty: any */
    struct str ids[STORES_MAX];
    size_t count;     /* that fit */
    struct buf names; /* of all, for a message */
};

static void look_at(struct asking *asking, struct choice *choice, struct json_value store) {
    struct str name = json_text(json_get(store, "Name"));
    struct str arn = json_text(json_get(store, "EventDataStoreArn"));
    struct str wanted = choice->wanted;
    buf_append_format(&choice->names, "%s%.*s", choice->names.size > 0 ? ", " : "", STR(name));
    bool fits = wanted.size == 0 || str_equals(wanted, name) || str_equals(wanted, arn) ||
                str_equals_ignoring_case(wanted, id_of(arn));
    if (fits && choice->count < STORES_MAX)
        choice->ids[choice->count++] = arena_str(&asking->arena, id_of(arn));
}

static bool call(struct asking *asking, const char *operation, const char *member, struct str value,
    struct json_value *ret_answer, struct error *error) {
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    if (value.size > 0)
        json_member_string(&writer, member, value);
    json_end_object(&writer);
    return ctl_client_call_cloudtrail(asking->client, operation, buf_str(&body), ret_answer, error);
}

static bool list_stores(struct asking *asking, struct choice *choice, struct error *error) {
    struct str token = STR_EMPTY;
    do {
        struct json_value answer = JSON_MISSING;
        if (!call(asking, "ListEventDataStores", "NextToken", token, &answer, error))
            return false;
        struct json_iterator stores = json_iterate(json_get(answer, "EventDataStores"));
        while (json_next(&stores))
            look_at(asking, choice, stores.value);
        token = arena_str(&asking->arena, json_text(json_get(answer, "NextToken")));
    } while (token.size > 0);
    return true;
}

/* Those that wait for their deletion are not asked; the list does not say which they are. */
static bool drop_deleted(struct asking *asking, struct choice *choice, struct error *error) {
    size_t kept = 0;
    for (size_t i = 0; i < choice->count; i++) {
        struct json_value answer = JSON_MISSING;
        if (!call(asking, "GetEventDataStore", "EventDataStore", choice->ids[i], &answer, error))
            return false;
        if (!str_is(json_text(json_get(answer, "Status")), "PENDING_DELETION"))
            choice->ids[kept++] = choice->ids[i];
    }
    choice->count = kept;
    return true;
}

static bool choose(struct asking *asking, struct choice *choice, struct error *error) {
    if (!list_stores(asking, choice, error) || (choice->count > 1 && !drop_deleted(asking, choice, error)))
        return false;
    if (choice->count == 1)
        return true;
    struct str names = choice->names.size > 0 ? buf_str(&choice->names) : STR_LITERAL("none");
    if (choice->wanted.size == 0)
        return error_set(error, ERROR_INVALID,
            "`events' stands for the only event data store, or the one that --store names; there are: %.*s",
            STR(str_slice(names, 0, 300)));
    return error_set(error, ERROR_INVALID, "--store %.*s: %s; there are: %.*s",
        STR(str_slice(choice->wanted, 0, 100)), choice->count == 0 ? "there is none" : "there are several",
        STR(str_slice(names, 0, 250)));
}

static bool fill_store(struct asking *asking, struct str text, struct str wanted, struct error *error) {
    SCOPED(own_free) struct choice *choice = MEM_NEW(struct choice);
    choice->wanted = wanted;
    choice->ids[0] = STR_EMPTY;
    choice->names = BUF_INIT(BUF_UNBOUNDED);
    bool done = !ctl_statement_names_events(text) || choose(asking, choice, error);
    buf_finish(&choice->names);
    if (done)
        ctl_statement_fill(&asking->arena, text, choice->ids[0], &asking->statement);
    return done;
}

/* ---- the query ---- */

static bool start(struct asking *asking, struct error *error) {
    struct json_value answer = JSON_MISSING;
    if (!call(asking, "StartQuery", "QueryStatement", asking->statement.sent, &answer, error))
        return false;
    asking->query_id = arena_str(&asking->arena, json_text(json_get(answer, "QueryId")));
    return true;
}

static bool cancel(struct asking *asking, struct error *error) {
    struct json_value answer = JSON_MISSING;
    struct error too_late = {0};
    asking->is_cancelled = true;
    IGNORE(call(asking, "CancelQuery", "QueryId", asking->query_id, &answer, &too_late),
        "it may have ended meanwhile");
    return error_set(error, ERROR_CONFLICT, "cancelled");
}

/* True once its rows are there. */
static bool wait(struct asking *asking, struct ctl_progress *progress, struct error *error) {
    int64_t pause_ms = FIRST_PAUSE_MS;
    for (;;) {
        struct json_value answer = JSON_MISSING;
        if (!pause_for(asking, pause_ms))
            return cancel(asking, error);
        if (!call(asking, "DescribeQuery", "QueryId", asking->query_id, &answer, error))
            return false;
        struct str status = json_text(json_get(answer, "QueryStatus"));
        struct json_value statistics = json_get(answer, "QueryStatistics");
        IGNORE(json_u64(json_get(statistics, "BytesScanned"), &asking->bytes_scanned), "shown only");
        IGNORE(json_i64(json_get(statistics, "ExecutionTimeInMillis"), &asking->elapsed_ms), "shown only");
        if (str_is(status, "FINISHED"))
            return true;
        bool is_queued = str_is(status, "QUEUED");
        struct str message = json_text(json_get(answer, "ErrorMessage"));
        if (!is_queued && !str_is(status, "RUNNING"))
            return error_set(
                error, ERROR_INVALID, "%.*s%s%.*s", STR(status), message.size > 0 ? ": " : "", STR(message));
        ctl_progress_wait(progress, is_queued ? "queued" : "running", asking->bytes_scanned);
        pause_ms = pause_ms * 2 < PAUSE_MS_MAX ? pause_ms * 2 : PAUSE_MS_MAX;
    }
}

/* A row is a list of maps of one entry; the first one tells the columns. */
static void begin_columns(struct asking *asking, struct ctl_row_printer *printer, struct json_value row) {
    struct str *columns = ARENA_ARRAY(&asking->arena, json_count(row), struct str);
    size_t count = 0;
    for (struct json_iterator cells = json_iterate(row); json_next(&cells); count++) {
        struct json_iterator cell = json_iterate(cells.value);
        columns[count] = json_next(&cell) ? arena_str(&asking->arena, cell.key) : STR_EMPTY;
    }
    if (count > 0)
        ctl_row_printer_columns(printer, columns, count);
}

static void print_row(struct ctl_row_printer *printer, struct json_value row, struct str *values) {
    size_t count = 0;
    for (struct json_iterator cells = json_iterate(row); count < printer->column_count; count++) {
        struct json_iterator cell = json_iterate(json_next(&cells) ? cells.value : JSON_MISSING);
        values[count] = json_next(&cell) ? json_text(cell.value) : STR_EMPTY;
    }
    ctl_row_printer_add(printer, values);
}

/* False: nobody reads the rows any more, as with `| head'. */
static bool print_page(struct asking *asking, struct ctl_row_printer *printer, struct json_value answer) {
    struct json_iterator rows = json_iterate(json_get(answer, "QueryResultRows"));
    SCOPED(own_free) struct str *values = NULL;
    while (json_next(&rows)) {
        if (printer->columns == NULL)
            begin_columns(asking, printer, rows.value);
        if (values == NULL)
            values = mem_alloc_array(printer->column_count + 1, sizeof *values);
        print_row(printer, rows.value, values);
    }
    return ctl_row_printer_flush(printer);
}

static bool print_pages(struct asking *asking, struct ctl_row_printer *printer, struct error *error) {
    struct str token = STR_EMPTY;
    do {
        SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
        struct json_writer writer = JSON_WRITER(&body);
        struct json_value answer = JSON_MISSING;
        if (atomic_load(&asking->is_interrupted))
            return cancel(asking, error);
        json_begin_object(&writer);
        json_member_string(&writer, "QueryId", asking->query_id);
        json_member_i64(&writer, "MaxQueryResults", PAGE_ROWS);
        if (token.size > 0)
            json_member_string(&writer, "NextToken", token);
        json_end_object(&writer);
        if (!ctl_client_call_cloudtrail(asking->client, "GetQueryResults", buf_str(&body), &answer, error))
            return false;
        if (!print_page(asking, printer, answer))
            return true;
        token = arena_str(&asking->arena, json_text(json_get(answer, "NextToken")));
    } while (token.size > 0);
    return true;
}

static bool ask(struct asking *asking, enum ctl_row_form form, struct error *error) {
    struct ctl_progress progress;
    if (!start(asking, error))
        return false;
    ctl_progress_begin(&progress, 0);
    bool done = wait(asking, &progress, error);
    ctl_progress_end(&progress);
    if (!done)
        return false;
    struct ctl_row_printer printer;
    ctl_row_printer_begin(&printer, form);
    done = print_pages(asking, &printer, error);
    ctl_row_printer_end(&printer);
    if (done)
        ctl_query_print_end(&printer, asking->bytes_scanned, asking->elapsed_ms);
    return done;
}

static int query_daemon(const struct ctl_query_arguments *given, struct str text, struct error *error) {
    struct asking asking = {.client = ctl_client_open(&given->connection, error)};
    int exit_code = CTL_FAILED;
    if (asking.client == NULL)
        return CTL_FAILED;
    asking.watcher = thread_start("signals", watch, &asking);
    if (!fill_store(&asking, text, given->store, error)) {
        exit_code = CTL_FAILED;
    } else if (ask(&asking, ctl_row_form(given->output), error)) {
        exit_code = CTL_DONE;
    } else if (asking.is_cancelled) {
        exit_code = CTL_CANCELLED;
    } else {
        ctl_statement_print_fault(&asking.statement, str_from(error->message));
        *error = (struct error){0}; /* it is told */
    }
    atomic_store(&asking.is_over, true);
    thread_join(asking.watcher);
    arena_finish(&asking.arena);
    ctl_client_close(asking.client);
    return exit_code;
}

static bool check(
    const struct ctl_positionals *positionals, const struct ctl_query_arguments *given, struct error *error) {
    if (positionals->count != 1)
        return error_set(error, ERROR_INVALID,
            "give one statement, in quotes: cairn query \"SELECT eventName, count(*) FROM events GROUP BY "
            "1\"");
    if (given->paths.count > 0 &&
        (given->store.size > 0 || given->connection.endpoint.size > 0 || given->connection.data.size > 0))
        return error_set(
            error, ERROR_INVALID, "--path needs no daemon: leave --store, --endpoint and --data out");
    if (given->store.size > 0 && !ctl_statement_names_events(positionals->items[0]))
        return error_set(error, ERROR_INVALID,
            "--store is what the table `events' stands for, and the statement has no FROM events");
    return true;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct ctl_query_arguments *given = context;
    if (!check(positionals, given, error))
        return CTL_USAGE;
    process_prepare(); /* signals are waited for */
    struct str text = positionals->items[0];
    return given->paths.count > 0 ? ctl_query_folder(given, text, error) : query_daemon(given, text, error);
}

const struct ctl_command ctl_query = {"query", "STATEMENT",
    "Ask event data stores, or folders of log files, in CloudTrail Lake's SQL.\n"
    "Tables are ids of event data stores; `events' after FROM or JOIN stands for the one of --store, for "
    "the\n"
    "only one there is, or for the files of --path. Interrupting it cancels the query.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct ctl_query_arguments), run};
