/* SPDX-License-Identifier: Apache-2.0 */
/* cairn status: how a daemon is: positions, readers' lag, trails and their last deliveries. */
#include "codec/text.h"
#include "ctl/ctl.h"

#include "argument.h"
#include "client.h"
#include "screen.h"
#include "stored.h"

#include <stddef.h>
#include <stdio.h>

struct status_arguments {
    struct ctl_connection connection;
    struct str output;
};

static const struct ctl_argument arguments[] = {
    {"output", CTL_TEXT, offsetof(struct status_arguments, output), "json|table", "form of the answer"},
    CTL_CONNECTION_ARGUMENTS(struct status_arguments),
};

/* A value as people read it: times of members named ...Time, numbers and texts as they are. */
static struct str cell_text(struct arena *arena, const char *name, struct json_value value) {
    double number = 0;
    if (!json_double(value, &number)) {
        bool boolean = false;
        if (json_boolean(value, &boolean))
            return boolean ? STR_LITERAL("yes") : STR_LITERAL("no");
        return json_text(value);
    }
    if (!str_ends_with(str_from(name), STR_LITERAL("Time")))
        return arena_format(arena, "%.0f", number);
    struct buf text = BUF_INIT(64);
    time_append_iso(&text, (struct moment){(int64_t)(number * MS_PER_SECOND)});
    struct str copy = arena_str(arena, buf_str(&text));
    buf_finish(&text);
    return copy;
}

static void print_rows(
    struct arena *arena, struct json_value list, const char *const *members, size_t count) {
    struct ctl_table table;
    if (json_count(list) == 0)
        return;
    ctl_table_begin(&table, count);
    for (size_t i = 0; i < count; i++)
        ctl_table_cell(&table, str_from(members[i]));
    struct json_iterator rows = json_iterate(list);
    while (json_next(&rows)) {
        for (size_t i = 0; i < count; i++) {
            struct str text = cell_text(arena, members[i], json_get(rows.value, members[i]));
            ctl_table_cell(&table, text.size > 0 ? text : STR_LITERAL("-"));
        }
    }
    printf("\n");
    ctl_table_print(&table);
}

static void print_table(struct json_value status) {
    static const char *const readers[] = {"Name", "Position", "Lag"};
    static const char *const trails[] = {"Name", "IsLogging", "LatestDeliveryTime", "LatestDeliveryError",
        "LatestDigestDeliveryTime", "LatestDigestDeliveryError"};
    static const char *const gateways[] = {
        "Name", "Listen", "Upstream", "Guarantee", "Seen", "Recorded", "Gaps", "Refused", "InFlight"};
    static const char *const imports[] = {"ImportId", "S3LocationUri", "ProvedComplete", "Proof"};
    struct arena arena = ARENA_INIT;
    struct json_iterator members = json_iterate(status);
    while (json_next(&members)) {
        enum json_kind kind = json_kind(members.value);
        if (kind == JSON_ARRAY || kind == JSON_OBJECT)
            continue;
        const char *name = arena_text(&arena, members.key);
        printf("%-18s", name);
        ctl_print_safely(cell_text(&arena, name, members.value));
        printf("\n");
    }
    print_rows(&arena, json_get(status, "Readers"), readers, sizeof readers / sizeof readers[0]);
    print_rows(&arena, json_get(status, "Trails"), trails, sizeof trails / sizeof trails[0]);
    print_rows(&arena, json_get(status, "Gateways"), gateways, sizeof gateways / sizeof gateways[0]);
    print_rows(&arena, json_get(status, "Imports"), imports, sizeof imports / sizeof imports[0]);
    arena_finish(&arena);
}

/* With no daemon there is less to tell, and saying so is the most important part. */
static int print_stopped(const struct status_arguments *given, struct error *error) {
    struct ctl_stored *stored = ctl_stored_open(given->connection.data, STR_EMPTY, STR_EMPTY, error);
    if (stored == NULL)
        return CTL_FAILED;
    struct ctl_stored_status status = {0};
    ctl_stored_status(stored, &status);
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {{"JournalPosition", status.journal_position}, {"SealedPosition", status.sealed_position},
        {"Events", status.history.events}, {"Segments", status.history.segments},
        {"HistoryBytes", status.history.disk_bytes}, {"JournalBytes", status.journal_bytes}};
    bool as_json = str_is(given->output, "json");
    printf(as_json ? "{\"Running\":false" : "no daemon runs on this folder\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (as_json)
            printf(",\"%s\":%llu", rows[i].name, (unsigned long long)rows[i].value);
        else
            printf("%-18s%llu\n", rows[i].name, (unsigned long long)rows[i].value);
    }
    printf(as_json ? "}\n" : "");
    ctl_stored_close(stored);
    return CTL_DONE;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct status_arguments *given = context;
    (void)positionals;
    const struct ctl_connection *connection = &given->connection;
    if (connection->endpoint.size == 0 && connection->data.size > 0 && !ctl_daemon_runs(connection->data))
        return print_stopped(given, error);
    struct ctl_client *client = ctl_client_open(connection, error);
    if (client == NULL)
        return CTL_FAILED;
    struct json_value status = JSON_MISSING;
    bool done = ctl_client_call(client, "GetStatus", STR_LITERAL("{}"), &status, error);
    if (done && str_is(given->output, "json")) {
        struct buf text = BUF_INIT(BUF_UNBOUNDED);
        json_append_value(&text, status);
        printf("%.*s\n", STR(buf_str(&text)));
        buf_finish(&text);
    } else if (done) {
        print_table(status);
    }
    ctl_client_close(client);
    return done ? CTL_DONE : CTL_FAILED;
}

const struct ctl_command ctl_status = {"status", "",
    "Show how a daemon is: positions, lag, trails and deliveries.", arguments, CTL_ARGUMENT_COUNT(arguments),
    sizeof(struct status_arguments), run};
