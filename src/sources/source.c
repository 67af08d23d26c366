/* SPDX-License-Identifier: Apache-2.0 */
/* source.c: what both kinds of sources share. */
#include "source.h"

#include "base/check.h"
#include "base/own.h"

#include <string.h>

/* The name space of event ids: of "source NAME", then what the source calls unique. */
static const struct uuid name_space = {
    {0x4c, 0x8e, 0x1b, 0x52, 0x6f, 0x0d, 0x4a, 0x7b, 0x9d, 0x53, 0xe1, 0x2f, 0x66, 0xa0, 0x3c, 0x95}};

static void parser_destroyp(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

void sources_reading_init(struct source_reading *reading) {
    reading->arena = ARENA_INIT;
    reading->recorder = call_recorder_create();
    reading->record = BUF_INIT(BUF_UNBOUNDED);
    reading->event_count = reading->record_count = reading->skipped_count = 0;
    reading->was_stopped = false;
}

void sources_reading_finish(struct source_reading *reading) {
    arena_finish(&reading->arena);
    call_recorder_destroy(reading->recorder);
    buf_finish(&reading->record);
}

/* ---- documents ---- */

static bool read_document(struct source_reading *reading, struct json_value document,
    sources_on_document *on_document, struct error *error) {
    if (json_kind(document) != JSON_ARRAY)
        return on_document(reading, document, error);
    struct json_iterator iterator = json_iterate(document);
    while (!reading->was_stopped && json_next(&iterator))
        if (!on_document(reading, iterator.value, error))
            return false;
    return true;
}

static bool read_lines(struct source_reading *reading, struct json_parser *parser, struct str body,
    sources_on_document *on_document, struct error *error) {
    for (size_t number = 1; body.size > 0 && !reading->was_stopped; number++) {
        struct str line = str_trim(str_cut(&body, '\n'));
        struct json_value document = JSON_MISSING;
        if (line.size == 0 || str_is(line, "\r"))
            continue;
        if (!json_parse(parser, line, &document, error) ||
            !read_document(reading, document, on_document, error))
            return error_context(error, "line %zu", number);
    }
    return true;
}

/* Is there an end of a document within the text, as between lines of documents? */
static bool has_lines(struct str body) {
    for (size_t i = 0; i + 1 < body.size; i++)
        if (body.data[i] == '\n' && (body.data[i + 1] == '{' || body.data[i + 1] == '['))
            return true;
    return false;
}

bool sources_read_documents(
    struct source_reading *reading, struct str body, sources_on_document *on_document, struct error *error) {
    SCOPED(parser_destroyp) struct json_parser *parser = json_parser_create();
    struct json_value document = JSON_MISSING;
    if (json_parse(parser, body, &document, error))
        return read_document(reading, document, on_document, error);
    return has_lines(body) && read_lines(reading, parser, body, on_document, error);
}

bool sources_begin_event(struct source_reading *reading, struct error *error) {
    if (reading->event_count == SOURCES_EVENTS_MAX)
        return error_set(error, ERROR_LIMIT, "a request holds at most %d events", SOURCES_EVENTS_MAX);
    reading->event_count++;
    arena_clear(&reading->arena);
    return true;
}

/* ---- events ---- */

void sources_add(struct source_reading *reading, struct call *call) {
    struct buf *record = &reading->record;
    if (reading->was_stopped)
        return;
    call->account = reading->entry->account;
    call->region = reading->entry->region;
    call->casing = CALL_CASED;
    buf_clear(record);
    call_append_record(reading->recorder, record, call);
    ASSERT(!record->overflowed);
    size_t size = record->size;
    memset(buf_reserve(record, JSON_PADDING), 0, JSON_PADDING);
    reading->record_count++;
    reading->was_stopped = !reading->on_record(str_of(record->data, size), reading->context);
}

struct uuid sources_event_id(
    const struct source_reading *reading, struct str name, struct json_value event, size_t part) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_format(&text, "source %.*s\n", STR(reading->entry->name));
    if (name.size > 0)
        buf_append_str(&text, name);
    else
        json_append_value(&text, event);
    if (part > 0)
        buf_append_format(&text, "\npart %zu", part);
    return uuid_named(name_space, buf_bytes(&text));
}

struct moment sources_time(const struct source_reading *reading, struct json_value time) {
    struct moment moment;
    if (!time_parse_iso(json_text(time), &moment) || moment.ms < 0 ||
        moment.ms > reading->now.ms + EVENT_AHEAD_MS_MAX)
        return reading->now;
    return moment;
}

struct str sources_text(struct json_value object, const char *member) {
    struct str text = json_text(json_get(object, member));
    size_t size = text.size < SOURCES_TEXT_SIZE_MAX ? text.size : SOURCES_TEXT_SIZE_MAX;
    while (size > 0 && size < text.size && ((uint8_t)text.data[size] & 0xc0) == 0x80)
        size--;
    return str_slice(text, 0, size);
}

void sources_write_text(struct json_writer *writer, const char *name, struct str text) {
    if (text.size > 0)
        json_member_string(writer, name, text);
}

bool sources_is_secret_name(struct arena *arena, struct str name) {
    static const char *const words[] = {"signature", "credential", "token", "secret", "password"};
    struct str lower = arena_lower_case(arena, str_slice(name, 0, SOURCES_TEXT_SIZE_MAX));
    if (str_is(lower, "continuation-token"))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find(lower, str_from(words[i])) != SIZE_MAX)
            return true;
    return false;
}
