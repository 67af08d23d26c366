/* SPDX-License-Identifier: Apache-2.0 */
/* cairn tail: new events as they are admitted, until it is interrupted. */
#include "ctl/ctl.h"

#include "argument.h"
#include "event_source.h"

#include <stddef.h>
#include <stdio.h>

enum { WAIT_S = 20, PAGE = 500 };

struct tail_arguments {
    struct ctl_connection connection;
    struct str event_name, event_source, username, error_code, source_ip, user_arn, output;
    struct ctl_texts categories;
    uint64_t limit;
};

static const struct ctl_argument arguments[] = {
    {"event-name", CTL_TEXT, offsetof(struct tail_arguments, event_name), "NAME", "only this operation"},
    {"event-source", CTL_TEXT, offsetof(struct tail_arguments, event_source), "SOURCE", "only this service"},
    {"username", CTL_TEXT, offsetof(struct tail_arguments, username), "NAME", "only this user or session"},
    {"error-code", CTL_TEXT, offsetof(struct tail_arguments, error_code), "CODE", "only this error"},
    {"source-ip", CTL_TEXT, offsetof(struct tail_arguments, source_ip), "ADDRESS", "only from this address"},
    {"user-arn", CTL_TEXT, offsetof(struct tail_arguments, user_arn), "ARN", "only this caller"},
    {"category", CTL_TEXTS, offsetof(struct tail_arguments, categories), "CATEGORY", "as of `cairn lookup'"},
    {"limit", CTL_NUMBER, offsetof(struct tail_arguments, limit), "N",
        "end after so many events (default: never)"},
    {"output", CTL_TEXT, offsetof(struct tail_arguments, output), "json|table",
        "a line per event (default), or its record as JSON, one a line"},
    CTL_CONNECTION_ARGUMENTS(struct tail_arguments),
};

static const struct {
    size_t offset;
    enum history_attribute attribute;
} filters[] = {
    {offsetof(struct tail_arguments, event_name), HISTORY_EVENT_NAME},
    {offsetof(struct tail_arguments, event_source), HISTORY_EVENT_SOURCE},
    {offsetof(struct tail_arguments, username), HISTORY_USERNAME},
    {offsetof(struct tail_arguments, error_code), HISTORY_ERROR_CODE},
    {offsetof(struct tail_arguments, source_ip), HISTORY_SOURCE_IP},
    {offsetof(struct tail_arguments, user_arn), HISTORY_USER_ARN},
};

static bool build_search(const struct tail_arguments *given, struct ctl_search *search, struct error *error) {
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const struct str *value = (const void *)((const char *)given + filters[i].offset);
        if (value->size > 0)
            search->filters[search->filter_count++] = (struct history_filter){filters[i].attribute, *value};
    }
    return ctl_search_categories(given->categories.items, given->categories.count, search, error);
}

struct session {
    struct arena arena;
    int64_t position;
    struct str id;
    bool has_position;
};

static void append_request(struct buf *body, const struct ctl_search *search, const struct session *session) {
    struct json_writer writer = JSON_WRITER(body);
    json_begin_object(&writer);
    ctl_search_append_json(&writer, search);
    json_member_i64(&writer, "MaxResults", PAGE);
    json_member_i64(&writer, "WaitSeconds", WAIT_S);
    if (session->has_position) {
        json_member_i64(&writer, "AfterPosition", session->position);
        json_member_string(&writer, "SessionId", session->id);
    }
    json_end_object(&writer);
}

/* Columns cannot be aligned before everything is known, so a live line has its own plain form. */
static void print_line(const struct ctl_event *event) {
    struct buf line = BUF_INIT(BUF_UNBOUNDED);
    time_append_iso(&line, event->time);
    const struct str cells[] = {event->region, event->source, event->name, ctl_event_caller(event),
        event->source_ip, event->error_code};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        buf_append_format(&line, "  %.*s", STR(cells[i].size > 0 ? cells[i] : STR_LITERAL("-")));
    ctl_print_safely(buf_str(&line));
    (void)putchar('\n');
    buf_finish(&line);
}

static bool follow(struct ctl_client *client, const struct tail_arguments *given,
    const struct ctl_search *search, struct session *session, struct error *error) {
    bool as_json = str_is(given->output, "json");
    for (uint64_t printed = 0; given->limit == 0 || printed < given->limit;) {
        struct buf body = BUF_INIT(BUF_UNBOUNDED);
        append_request(&body, search, session);
        struct json_value answer = JSON_MISSING;
        bool done = ctl_client_call(client, "Tail", buf_str(&body), &answer, error);
        buf_finish(&body);
        if (!done)
            return false;
        struct json_iterator events = json_iterate(json_get(answer, "Events"));
        while (json_next(&events) && (given->limit == 0 || printed < given->limit)) {
            struct ctl_event event = ctl_event_from_json(events.value);
            if (as_json)
                printf("%.*s\n", STR(event.record));
            else
                print_line(&event);
            printed++;
        }
        if (fflush(stdout) != 0)
            return true; /* whoever read us has gone, as `cairn tail | head' does */
        if (!json_i64(json_get(answer, "Position"), &session->position))
            return error_set(error, ERROR_UNAVAILABLE, "the daemon's answer has no position");
        if (!session->has_position)
            session->id = arena_str(&session->arena, json_text(json_get(answer, "SessionId")));
        session->has_position = true;
    }
    return true;
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct tail_arguments *given = context;
    struct ctl_search search = {.filter_count = 0};
    (void)positionals;
    if (!build_search(given, &search, error))
        return CTL_USAGE;
    struct ctl_client *client = ctl_client_open(&given->connection, error);
    if (client == NULL)
        return CTL_FAILED;
    struct session session = {.position = 0};
    bool done = follow(client, given, &search, &session, error);
    arena_finish(&session.arena);
    ctl_client_close(client);
    return done ? CTL_DONE : CTL_FAILED;
}

const struct ctl_command ctl_tail = {"tail", "", "Print new events as they are admitted, until interrupted.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct tail_arguments), run};
