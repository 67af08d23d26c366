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

/* Where a name stands in the rewritten text, from a place on; SIZE_MAX where it does not. */
static size_t find_name(struct str sql, size_t from, struct str name) {
    for (size_t at = from; name.size > 0 && at + name.size <= sql.size; at++) {
        bool is_whole = (at == 0 || !is_word(sql.data[at - 1])) &&
                        (at + name.size == sql.size || !is_word(sql.data[at + name.size]));
        if (is_whole && str_equals_ignoring_case(str_slice(sql, at, name.size), name))
            return at;
    }
    return SIZE_MAX;
}

/* Where a name stands as a field of something. */
static size_t find_field(struct str sql, struct str name) {
    const struct str before = STR_LITERAL(". \"");
    size_t at = find_name(sql, 0, name);
    while (at != SIZE_MAX &&
           (at < before.size || !str_equals(str_slice(sql, at - before.size, before.size), before)))
        at = find_name(sql, at + 1, name);
    return at;
}

/* Where a word stands that the text has once only: of several, nothing says which is meant. */
static size_t find_only(struct str sql, struct str word) {
    size_t at = find_name(sql, 0, word);
    return at == SIZE_MAX || find_name(sql, at + 1, word) == SIZE_MAX ? at : SIZE_MAX;
}

/* Put the place that an offset in the rewritten text comes from before the error's message; returns false.
 * SIZE_MAX: nobody knows it. */
static bool place(const struct presto_statement *statement, size_t offset, struct error *error) {
    if (offset > statement->sql.size)
        return false;
    struct sql_place at = presto_place(statement, offset);
    return error_context(error, "line %u:%u", at.line, at.column);
}

/* What the library says of a column or field that is not there, up to its name, and how its place is found
 * where that is not told. A column that is not there is also found as one that is used before it is made,
 * since each column of the rewritten answer has a name. */
static const struct {
    const char *said;
    size_t (*find)(struct str sql, struct str name);
} missing[] = {
    {"does not have a column named \"", find_only},
    {"Could not find key \"", find_field},
    {"Cannot extract field '", find_field},
};

static bool find_missing(const struct presto_statement *statement, struct json_value fault,
    struct str *ret_name, size_t *ret_offset) {
    const struct str used_early = STR_LITERAL("referenced that exists in the SELECT clause");
    struct str said = json_text(json_get(fault, "exception_message")),
               name = json_text(json_get(fault, "name"));
    bool is_used_early = str_find(said, used_early) != SIZE_MAX;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        struct str before = str_from(missing[i].said);
        size_t at = str_find(said, before);
        if (at == SIZE_MAX)
            continue;
        struct str rest = str_slice(said, at + before.size, said.size);
        *ret_name = str_cut(&rest, before.data[before.size - 1]);
        *ret_offset = missing[i].find(statement->sql, *ret_name);
        return true;
    }
    if (is_used_early) {
        (void)str_cut(&said, '"');
        name = str_cut(&said, '"');
    } else if (!str_is(json_text(json_get(fault, "error_subtype")), "COLUMN_NOT_FOUND")) {
        return false;
    }
    *ret_name = name;
    *ret_offset = find_name(statement->sql, 0, name);
    return true;
}

/* A column that is not there, in Presto's words. */
static bool tell_missing_column(
    const struct presto_statement *statement, struct json_value fault, struct error *error) {
    struct str name = STR_EMPTY;
    size_t offset = SIZE_MAX;
    uint64_t told = 0;
    if (!find_missing(statement, fault, &name, &offset))
        return false;
    if (str_to_u64(json_text(json_get(fault, "position")), &told))
        offset = (size_t)told;
    error_set(error, ERROR_INVALID, "Column '%.*s' cannot be resolved", STR(name));
    return !place(statement, offset, error);
}

/* Faults that the library tells without their place, and the word of the statement that they are about. */
static const struct {
    const char *said, *word;
} unplaced[] = {
    {"GROUP BY term out of range", "group"},
    {"in COALESCE operator", "coalesce"},
    {"Set operations can only apply", "union"},
    {"Set operations can only apply", "except"},
    {"Set operations can only apply", "intersect"},
};

static size_t find_unplaced(struct str sql, struct str said) {
    for (size_t i = 0; i < sizeof unplaced / sizeof *unplaced; i++) {
        size_t at = find_only(sql, str_from(unplaced[i].word));
        if (at != SIZE_MAX && str_find(said, str_from(unplaced[i].said)) != SIZE_MAX)
            return at;
    }
    return SIZE_MAX;
}

/* What macros say by a cast that fails, see macro_table.h. */
static struct str without_cast(struct str said) {
    static const char *const reasons[] = {"not a whole number: ", "Index must be greater than zero",
        "instance must be positive", "array indices start at 1", "length must not be negative"};
    const struct str before = STR_LITERAL("Could not convert string '"), after = STR_LITERAL("' to INT");
    struct str inner = str_slice(said, before.size, said.size);
    size_t end = str_find(inner, after);
    if (!str_starts_with(said, before) || end == SIZE_MAX)
        return said;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (str_starts_with(inner, str_from(reasons[i])))
            return str_slice(inner, 0, end);
    return said;
}

static bool tell(const struct presto_statement *statement, struct str text, struct json_value position,
    struct error *error) {
    uint64_t offset = 0;
    struct str line = without_cast(first_line(text));
    if (str_find(text, STR_LITERAL("expression depth")) != SIZE_MAX) /* it advises to change a setting */
        return error_set(error, ERROR_INVALID, "line 1:1: the statement is nested too deep");
    if (!json_exists(position) || !str_to_u64(json_text(position), &offset))
        offset = find_unplaced(statement->sql, line);
    error_set(error, ERROR_INVALID, "%.*s", STR(line));
    return place(statement, (size_t)offset, error);
}

bool engine_fault_tell_parse(
    const struct presto_statement *statement, struct json_value answer, struct error *error) {
    struct str said = json_text(json_get(answer, "error_message"));
    const struct str before = STR_LITERAL("at or near \"\""), after = STR_LITERAL("\"\"");
    struct str name = STR_EMPTY;
    uint64_t offset = 0;
    if (str_find(said, before) != SIZE_MAX)
        name = str_slice(said, str_find(said, before) + before.size, said.size);
    /* A name is in double quotes in the rewritten text, and so the library puts it in two pairs of them. */
    if (str_find(name, after) == SIZE_MAX || !str_to_u64(json_text(json_get(answer, "position")), &offset))
        return tell(statement, said, json_get(answer, "position"), error);
    error_set(error, ERROR_INVALID, "syntax error at or near \"%.*s\"",
        STR(str_slice(name, 0, str_find(name, after))));
    return place(statement, (size_t)offset, error);
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
