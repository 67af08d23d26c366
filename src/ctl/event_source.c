/* SPDX-License-Identifier: Apache-2.0 */
#include "event_source.h"

#include "base/own.h"
#include "codec/text.h"

#include "stored.h"

#include <stdio.h>

static const struct {
    const char *name;
    enum event_category category;
} categories[] = {
    {"Management", EVENT_MANAGEMENT},
    {"Data", EVENT_DATA},
    {"NetworkActivity", EVENT_NETWORK_ACTIVITY},
    {"Insight", EVENT_INSIGHT},
    {"Aggregated", EVENT_AGGREGATED},
};
enum { CATEGORY_COUNT = sizeof categories / sizeof categories[0] };

bool ctl_search_categories(
    const struct str *names, size_t count, struct ctl_search *search, struct error *error) {
    for (size_t i = 0; i < count; i++) {
        unsigned bit = 0;
        for (size_t k = 0; k < CATEGORY_COUNT; k++)
            bit |= str_is(names[i], categories[k].name) ? 1u << categories[k].category : 0u;
        if (bit == 0)
            return error_set(error, ERROR_INVALID,
                "category `%.*s' is unknown: Management, Data, NetworkActivity, Insight or Aggregated",
                STR(names[i]));
        search->categories |= bit;
    }
    return true;
}

void ctl_search_append_json(struct json_writer *writer, const struct ctl_search *search) {
    json_key(writer, STR_LITERAL("Filters"));
    json_begin_array(writer);
    for (size_t i = 0; i < search->filter_count; i++) {
        json_begin_object(writer);
        json_member_string(writer, "Name", str_from(history_attribute_name(search->filters[i].attribute)));
        json_member_string(writer, "Value", search->filters[i].value);
        json_end_object(writer);
    }
    json_end_array(writer);
    if (search->categories == 0)
        return;
    json_key(writer, STR_LITERAL("Categories"));
    json_begin_array(writer);
    for (size_t k = 0; k < CATEGORY_COUNT; k++) {
        if ((search->categories & 1u << categories[k].category) != 0)
            json_write_string(writer, str_from(categories[k].name));
    }
    json_end_array(writer);
}

void ctl_event_printer_begin(struct ctl_event_printer *printer, enum ctl_event_form form) {
    *printer = (struct ctl_event_printer){.form = form};
    if (form == CTL_EVENTS_JSON)
        printf("{\"Records\":[");
    if (form != CTL_EVENTS_TABLE)
        return;
    static const char *const heads[] = {
        "TIME", "REGION", "EVENT", "SOURCE", "USER", "ADDRESS", "ERROR", "ID"};
    ctl_table_begin(&printer->table, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        ctl_table_cell(&printer->table, str_from(heads[i]));
}

struct str ctl_event_caller(const struct ctl_event *event) {
    if (event->username.size > 0)
        return event->username;
    return event->access_key_id.size > 0 ? event->access_key_id : STR_LITERAL("-");
}

static void add_row(struct ctl_table *table, const struct ctl_event *event) {
    struct buf time = BUF_INIT(64);
    time_append_iso(&time, event->time);
    const struct str cells[] = {buf_str(&time), event->region, event->name, event->source,
        ctl_event_caller(event), event->source_ip, event->error_code, event->id};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        ctl_table_cell(table, cells[i].size > 0 ? cells[i] : STR_LITERAL("-"));
    buf_finish(&time);
}

void ctl_event_printer_add(struct ctl_event_printer *printer, const struct ctl_event *event) {
    switch (printer->form) {
    case CTL_EVENTS_TABLE:
        add_row(&printer->table, event);
        break;
    case CTL_EVENTS_JSON:
        printf(printer->count > 0 ? ",\n" : "\n");
        (void)fwrite(event->record.data, 1, event->record.size, stdout);
        break;
    }
    printer->count++;
}

void ctl_event_printer_end(struct ctl_event_printer *printer) {
    if (printer->form == CTL_EVENTS_JSON)
        printf("\n]}\n");
    if (printer->form == CTL_EVENTS_TABLE)
        ctl_table_print(&printer->table);
    (void)fflush(stdout);
}

struct ctl_event ctl_event_from_json(struct json_value event) {
    double seconds = 0;
    IGNORE(json_double(json_get(event, "EventTime"), &seconds), "an event without a time shows 1970");
    return (struct ctl_event){
        .time = {(int64_t)(seconds * MS_PER_SECOND)},
        .region = json_text(json_get(event, "AwsRegion")),
        .name = json_text(json_get(event, "EventName")),
        .source = json_text(json_get(event, "EventSource")),
        .username = json_text(json_get(event, "Username")),
        .access_key_id = json_text(json_get(event, "AccessKeyId")),
        .source_ip = json_text(json_get(event, "SourceIPAddress")),
        .error_code = json_text(json_get(event, "ErrorCode")),
        .id = json_text(json_get(event, "EventId")),
        .record = json_text(json_get(event, "CloudTrailEvent")),
    };
}

struct ctl_event_source {
    struct ctl_client *client; /* or: */
    struct ctl_stored *stored;
    struct arena arena;
    struct str next_token;
};

struct ctl_event_source *ctl_event_source_open(
    const struct ctl_connection *connection, struct str account, struct str region, struct error *error) {
    struct ctl_event_source *source = MEM_NEW(struct ctl_event_source);
    bool is_stopped =
        connection->endpoint.size == 0 && connection->data.size > 0 && !ctl_daemon_runs(connection->data);
    if (is_stopped)
        source->stored = ctl_stored_open(connection->data, account, region, error);
    else if (account.size > 0)
        IGNORE(error_set(error, ERROR_INVALID,
                   "a running daemon shows the account of the key: --account is for "
                   "the folder of a stopped one"),
            "NULL says the same");
    else
        source->client = ctl_client_open(connection, error);
    if (source->client != NULL && region.size > 0)
        ctl_client_set_region(source->client, region);
    if (source->stored != NULL || source->client != NULL)
        return source;
    mem_free(source);
    return NULL;
}

void ctl_event_source_close(struct ctl_event_source *source) {
    if (source == NULL)
        return;
    ctl_client_close(source->client);
    ctl_stored_close(source->stored);
    arena_finish(&source->arena);
    mem_free(source);
}

static void append_request(struct buf *body, const struct ctl_search *search, struct str next_token) {
    struct json_writer writer = JSON_WRITER(body);
    json_begin_object(&writer);
    ctl_search_append_json(&writer, search);
    json_member_i64(&writer, "MaxResults", (int64_t)search->limit);
    if (search->from.ms != MOMENT_MIN.ms) {
        json_key(&writer, STR_LITERAL("StartTime"));
        json_write_seconds(&writer, search->from.ms);
    }
    if (search->to.ms != MOMENT_MAX.ms) {
        json_key(&writer, STR_LITERAL("EndTime"));
        json_write_seconds(&writer, search->to.ms);
    }
    if (next_token.size > 0)
        json_member_string(&writer, "NextToken", next_token);
    json_end_object(&writer);
}

static bool remote_page(struct ctl_event_source *source, const struct ctl_search *search,
    struct ctl_event_printer *printer, size_t *ret_count, bool *ret_has_more, struct error *error) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    append_request(&body, search, source->next_token);
    struct json_value answer = JSON_MISSING;
    bool done = ctl_client_call(source->client, "Search", buf_str(&body), &answer, error);
    buf_finish(&body);
    if (!done)
        return false;
    struct json_iterator events = json_iterate(json_get(answer, "Events"));
    size_t count = 0;
    for (; json_next(&events); count++) {
        struct ctl_event event = ctl_event_from_json(events.value);
        ctl_event_printer_add(printer, &event);
    }
    arena_clear(&source->arena);
    source->next_token = arena_str(&source->arena, json_text(json_get(answer, "NextToken")));
    *ret_count = count;
    *ret_has_more = source->next_token.size > 0;
    return true;
}

bool ctl_event_source_page(struct ctl_event_source *source, const struct ctl_search *search,
    struct ctl_event_printer *printer, size_t *ret_count, bool *ret_has_more, struct error *error) {
    if (source->stored != NULL)
        return ctl_stored_page(source->stored, search, printer, ret_count, ret_has_more, error);
    return remote_page(source, search, printer, ret_count, ret_has_more, error);
}
