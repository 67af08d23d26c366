/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <string.h>

enum { TEXT_SIZE_MAX = 400 };

/* The kinds of the library that are not the statement's fault. */
static const struct {
    const char *name;
    enum error_kind kind;
    const char *message; /* NULL: the library's own */
} faults[] = {
    {"Out of Memory", ERROR_LIMIT, "the query needs more memory than --query-memory allows"},
    {"INTERRUPT", ERROR_LIMIT, "timed out"},
    {"IO", ERROR_IO, NULL},
    {"FATAL", ERROR_UNAVAILABLE, NULL},
    {"INTERNAL", ERROR_UNAVAILABLE, NULL},
};

/* Without advice that names things of the library: what the rewritten text looks like, settings, other files.
 */
static struct str first_line(struct str text) {
    size_t end = str_find_char(text, '\n');
    return str_slice(text, 0,
        end == SIZE_MAX || end == 0 ? TEXT_SIZE_MAX
        : end < TEXT_SIZE_MAX       ? end
                                    : TEXT_SIZE_MAX);
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Where a name stands in the rewritten text for the first time; SIZE_MAX where it does not. */
static size_t find_name(struct str sql, struct str name) {
    for (size_t at = 0; name.size > 0 && at + name.size <= sql.size; at++) {
        bool is_whole = (at == 0 || !is_word(sql.data[at - 1])) &&
                        (at + name.size == sql.size || !is_word(sql.data[at + name.size]));
        if (is_whole && str_equals_ignoring_case(str_slice(sql, at, name.size), name))
            return at;
    }
    return SIZE_MAX;
}

/* A column that is not there, in Presto's words. The library finds it in two ways: with a place, or, since
 * each column of the rewritten answer has a name, as one that is used before it is made; then without. */
static bool tell_missing_column(
    const struct presto_statement *statement, struct json_value fault, struct error *error) {
    const struct str used_early = STR_LITERAL("referenced that exists in the SELECT clause");
    struct str said = json_text(json_get(fault, "exception_message")),
               name = json_text(json_get(fault, "name"));
    uint64_t offset = 0;
    if (str_is(json_text(json_get(fault, "error_subtype")), "COLUMN_NOT_FOUND")) {
        if (!str_to_u64(json_text(json_get(fault, "position")), &offset))
            offset = find_name(statement->sql, name);
    } else if (str_find(said, used_early) != SIZE_MAX) {
        (void)str_cut(&said, '"');
        name = str_cut(&said, '"');
        offset = find_name(statement->sql, name);
    } else {
        return false;
    }
    if (offset > statement->sql.size)
        return !error_set(error, ERROR_INVALID, "Column '%.*s' cannot be resolved", STR(name));
    struct sql_place place = presto_place(statement, (size_t)offset);
    return !error_set(error, ERROR_INVALID, "line %u:%u: Column '%.*s' cannot be resolved", place.line,
        place.column, STR(name));
}

static bool tell(const struct presto_statement *statement, struct str text, struct json_value position,
    struct error *error) {
    uint64_t offset = 0;
    struct str line = first_line(text);
    if (str_find(text, STR_LITERAL("expression depth")) != SIZE_MAX) /* it advises to change a setting */
        return error_set(error, ERROR_INVALID, "line 1:1: the statement is nested too deep");
    if (!json_exists(position) || !str_to_u64(json_text(position), &offset) || offset > statement->sql.size)
        return error_set(error, ERROR_INVALID, "%.*s", STR(line));
    struct sql_place place = presto_place(statement, (size_t)offset);
    return error_set(error, ERROR_INVALID, "line %u:%u: %.*s", place.line, place.column, STR(line));
}

bool engine_fault_tell_parse(
    const struct presto_statement *statement, struct json_value answer, struct error *error) {
    return tell(statement, json_text(json_get(answer, "error_message")), json_get(answer, "position"), error);
}

bool engine_fault_tell(struct json_parser *parser, const struct presto_statement *statement,
    const char *message, struct error *error) {
    struct str text = str_from(message == NULL ? "the SQL engine gives no reason" : message);
    struct error not_json;
    struct json_value fault = JSON_MISSING;
    /* Some kinds have their name in front of the JSON. */
    size_t start = str_find_char(text, '{');
    bool is_json = start != SIZE_MAX &&
                   json_parse(parser, str_slice(text, start, text.size), &fault, &not_json) &&
                   json_kind(json_get(fault, "exception_message")) == JSON_STRING;
    if (str_find(text, STR_LITERAL("std::bad_alloc")) != SIZE_MAX)
        return error_set(error, ERROR_LIMIT, "%s", faults[0].message);
    if (!is_json)
        return error_set(error, ERROR_INVALID, "%.*s", STR(first_line(text)));
    struct str said = json_text(json_get(fault, "exception_message"));
    struct str type = json_text(json_get(fault, "exception_type"));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (str_equals_ignoring_case(type, str_from(faults[i].name))) {
            struct str known = faults[i].message == NULL ? first_line(said) : str_from(faults[i].message);
            return error_set(error, faults[i].kind, "%.*s", STR(known));
        }
    if (tell_missing_column(statement, fault, error))
        return false;
    return tell(statement, said, json_get(fault, "position"), error);
}
