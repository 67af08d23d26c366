/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scrub: a call's parameters on their way into its record: secrets left out or covered, names in the
 * record's casing. One walk for every service; what is secret is a table.
 */
#include "base/check.h"

#include "private.h"

#include <string.h>

enum secret_form { NOT_SECRET, HIDE, STARS, DROP };

#define SECRET(service, member, form) {service, member, form},
static const struct secret {
    const char *service, *member;
    enum secret_form form;
} secrets[] = {
#include "secret_table.h"
};
#undef SECRET

enum { SECRET_COUNT = sizeof secrets / sizeof *secrets };

static const char *const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

/* The rows that hold for one service, found once a part. */
struct scrubber {
    struct json_writer *writer;
    bool lowers_names;
    size_t count;
    struct {
        struct str member; /* without its mark */
        bool is_ending, is_top;
        enum secret_form form;
    } rows[SECRET_COUNT + CALL_HIDES_MAX];
};

static void add_row(struct scrubber *scrubber, struct str member, enum secret_form form) {
    bool is_ending = member.data[0] == '*', is_top = member.data[0] == '/';
    scrubber->rows[scrubber->count].member = str_slice(member, is_ending || is_top, SIZE_MAX);
    scrubber->rows[scrubber->count].is_ending = is_ending;
    scrubber->rows[scrubber->count].is_top = is_top;
    scrubber->rows[scrubber->count].form = form;
    scrubber->count++;
}

static void collect_rows(struct scrubber *scrubber, const struct call *call) {
    struct str service = call_service(call->event_source);
    for (size_t i = 0; i < SECRET_COUNT; i++) {
        if (secrets[i].service[0] != '\0' && !str_is(service, secrets[i].service))
            continue;
        add_row(scrubber, str_from(secrets[i].member), secrets[i].form);
    }
    ASSERT(call->hide_count <= CALL_HIDES_MAX);
    for (size_t i = 0; i < call->hide_count; i++) {
        if (call->hides[i].service.size == 0 || str_equals(call->hides[i].service, service))
            add_row(scrubber, call->hides[i].member, HIDE);
    }
}

/* Where a value stands: 0 is the part itself, 1 a parameter. */
struct place {
    unsigned depth;
    bool lowers_names; /* of its members */
};

static enum secret_form form_of(const struct scrubber *scrubber, struct str name, unsigned depth) {
    for (size_t i = 0; i < scrubber->count; i++) {
        struct str member = scrubber->rows[i].member;
        if (name.size < member.size || (name.size > member.size && !scrubber->rows[i].is_ending))
            continue;
        if (scrubber->rows[i].is_top && depth != 1)
            continue;
        if (str_equals_ignoring_case(str_slice(name, name.size - member.size, member.size), member))
            return scrubber->rows[i].form;
    }
    return NOT_SECRET;
}

/* Members whose own members are the caller's names, not AWS's: they are never lowered. */
static bool is_map(struct str name) {
    static const char *const maps[] = {"tags", "encryptionContext", "encryptionContextEquals",
        "encryptionContextSubset", "variables", "labels"};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        if (str_equals_ignoring_case(name, str_from(maps[i])))
            return true;
    }
    return false;
}

static void write_name(const struct scrubber *scrubber, struct str name, bool is_lowered) {
    bool is_upper = name.size != 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
    if (!is_lowered || !is_upper) {
        json_key(scrubber->writer, name);
        return;
    }
    struct buf lowered = BUF_INIT(BUF_UNBOUNDED);
    buf_append_char(&lowered, (char)(name.data[0] + ('a' - 'A')));
    buf_append(&lowered, name.data + 1, name.size - 1);
    json_key(scrubber->writer, buf_str(&lowered));
    buf_finish(&lowered);
}

/* Does a signed address stand in the text? Its query lets whoever reads it make the call. */
static bool has_signed_query(struct str text) {
    static const char *const marks[] = {
        "X-Amz-Signature=", "X-Amz-Signature%3D", "&Signature=", "?Signature="};
    for (size_t mark = 0; mark < sizeof marks / sizeof *marks; mark++) {
        size_t size = strlen(marks[mark]);
        for (size_t at = 0; at + size <= text.size; at++) {
            if (str_equals_ignoring_case(str_slice(text, at, size), str_from(marks[mark])))
                return true;
        }
    }
    return false;
}

static void write_text(const struct scrubber *scrubber, struct str text) {
    if (!has_signed_query(text)) {
        json_write_string(scrubber->writer, text);
        return;
    }
    struct buf cut = BUF_INIT(BUF_UNBOUNDED);
    buf_append_str(&cut, str_cut(&text, '?'));
    buf_append_char(&cut, '?');
    buf_append_text(&cut, hidden);
    json_write_string(scrubber->writer, buf_str(&cut));
    buf_finish(&cut);
}

static void write_value(const struct scrubber *scrubber, struct json_value value, struct place place);

static void write_member(
    const struct scrubber *scrubber, struct str name, struct json_value value, struct place object) {
    struct place place = {object.depth + 1, scrubber->lowers_names && !is_map(name)};
    enum secret_form form = form_of(scrubber, name, place.depth);
    if (form == DROP)
        return;
    write_name(scrubber, name, object.lowers_names);
    if (form == NOT_SECRET || json_kind(value) == JSON_NULL)
        write_value(scrubber, value, place);
    else
        json_write_string(scrubber->writer, str_from(form == STARS ? "****" : hidden));
}

static void write_scalar(const struct scrubber *scrubber, struct json_value value) {
    struct buf text = BUF_INIT(BUF_UNBOUNDED);
    json_append_value(&text, value);
    json_write_raw(scrubber->writer, buf_str(&text));
    buf_finish(&text);
}

/* Depth is bounded by the parser's JSON_DEPTH_MAX. */
static void write_value(const struct scrubber *scrubber, struct json_value value, struct place place) {
    struct json_iterator iterator = json_iterate(value);
    struct place element = {place.depth + 1, scrubber->lowers_names}; /* a list under "tags" is no map */
    switch (json_kind(value)) {
    case JSON_OBJECT:
        json_begin_object(scrubber->writer);
        while (json_next(&iterator))
            write_member(scrubber, iterator.key, iterator.value, place);
        json_end_object(scrubber->writer);
        break;
    case JSON_ARRAY:
        json_begin_array(scrubber->writer);
        while (json_next(&iterator))
            write_value(scrubber, iterator.value, element);
        json_end_array(scrubber->writer);
        break;
    case JSON_STRING:
        write_text(scrubber, json_text(value));
        break;
    case JSON_NULL:
    case JSON_BOOLEAN:
    case JSON_NUMBER:
        write_scalar(scrubber, value);
        break;
    }
}

/* Write a value with its secrets left out or covered. */
static void write_scrubbed(struct json_writer *writer, const struct call *call, struct json_value value) {
    bool lowers_names = call->casing == CALL_WIRE && !call_keeps_case(call->event_source);
    struct scrubber scrubber = {.writer = writer, .lowers_names = lowers_names};
    collect_rows(&scrubber, call);
    write_value(&scrubber, value, (struct place){0, lowers_names});
}

bool call_hide_parse(struct arena *arena, struct str text, struct call_hide **ret_rows, size_t *ret_count,
    struct error *error) {
    struct call_hide *rows = ARENA_ARRAY(arena, CALL_HIDES_MAX, struct call_hide);
    size_t count = 0;
    while (text.size != 0) {
        struct str row = str_trim(str_cut(&text, ','));
        struct str member = row;
        struct str service = str_cut(&member, ':');
        if (row.size == 0)
            continue;
        bool has_mark = member.size != 0 && (member.data[0] == '*' || member.data[0] == '/');
        if (service.size == 0 || member.size < (has_mark ? 2u : 1u))
            return error_set(error, ERROR_INVALID, "hide: \"%.*s\" is not SERVICE:MEMBER", STR(row));
        if (count == CALL_HIDES_MAX)
            return error_set(error, ERROR_LIMIT, "hide: more than %d members", CALL_HIDES_MAX);
        rows[count++] = (struct call_hide){str_is(service, "*") ? STR_EMPTY : service, member};
    }
    *ret_rows = rows;
    *ret_count = count;
    return true;
}

void call_append_scrubbed(struct buf *buf, const struct call *call, struct json_value part) {
    struct json_writer writer = JSON_WRITER(buf);
    write_scrubbed(&writer, call, part);
}
