/* SPDX-License-Identifier: Apache-2.0 */
/* literal_argument.c: functions with an argument that must be a literal, because it is translated: formats
 * and units of times, JSON paths, replacements. */
#include "sql/format.h"

#include "rewriter.h"

static bool literal_argument(struct presto_rewriter *rewriter, const struct presto_call *call, size_t index,
    const char *what, struct str *ret_text, struct error *error) {
    struct sql_range argument = call->arguments[index];
    if (!sql_is_single(&rewriter->tokens, argument, SQL_TEXT))
        return sql_fail(&rewriter->tokens, argument.begin, error, "%s must be a literal text here", what);
    *ret_text = sql_unquoted(&rewriter->tokens, argument.begin);
    return true;
}

static bool is_joda(const struct presto_rewriter *rewriter, size_t name) {
    return sql_is_any(&rewriter->tokens, name, "format_datetime parse_datetime");
}

static bool read_format(struct presto_rewriter *rewriter, const struct presto_call *call,
    struct str *ret_format, struct error *error) {
    struct str format;
    if (!literal_argument(rewriter, call, 1, "the format", &format, error))
        return false;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(PRESTO_SQL_SIZE_MAX);
    struct error reason = {0};
    bool is_read =
        is_joda(rewriter, call->name)
            ? sql_format_joda(format, sql_is(&rewriter->tokens, call->name, "parse_datetime"), &buf, &reason)
            : sql_format_mysql(format, &buf, &reason);
    if (!is_read)
        return sql_fail(&rewriter->tokens, call->arguments[1].begin, error, "%s", reason.message);
    *ret_format = arena_str(rewriter->arena, buf_str(&buf));
    return buf_check(&buf, "format", error);
}

/* date_format(x, '%Y'), format_datetime(x, 'yyyy') */
bool presto_date_format(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    struct str format;
    if (!read_format(rewriter, call, &format, error))
        return false;
    presto_emit(rewriter, " strftime(");
    /* The Lake reads a literal as a time. */
    bool is_text = presto_kind_of(rewriter, call->arguments[0]) == KIND_TEXT;
    presto_emit(rewriter, is_text ? "CAST(" : "");
    if (!presto_rewrite_range(rewriter, call->arguments[0], error))
        return false;
    presto_emit(rewriter, is_text ? " AS TIMESTAMP)," : ",");
    presto_emit_text(rewriter, format);
    presto_emit(rewriter, ")");
    return true;
}

/* date_parse(text, '%Y'): a timestamp; parse_datetime(text, 'yyyy'): one with a zone */
bool presto_date_parse(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    struct str format;
    if (!read_format(rewriter, call, &format, error))
        return false;
    bool is_zoned = is_joda(rewriter, call->name);
    bool has_year =
        str_find(format, STR_LITERAL("%Y")) != SIZE_MAX || str_find(format, STR_LITERAL("%y")) != SIZE_MAX;
    presto_emit(
        rewriter, has_year ? " CAST(strptime(" : " CAST(strptime('1970 ' || ("); /* the engine says 1900 */
    if (!presto_rewrite_range(rewriter, call->arguments[0], error))
        return false;
    presto_emit(rewriter, has_year ? "," : "),");
    presto_emit_text(rewriter, has_year ? format : arena_format(rewriter->arena, "%%Y %.*s", STR(format)));
    presto_emit(rewriter, is_zoned ? ") AS TIMESTAMPTZ)" : ") AS TIMESTAMP)");
    return true;
}

static const struct {
    const char *name, *interval; /* of a number $2 */
} units[] = {
    {"millisecond", "to_milliseconds($2)"},
    {"second", "to_seconds($2)"},
    {"minute", "to_minutes($2)"},
    {"hour", "to_hours($2)"},
    {"day", "to_days(CAST($2 AS INTEGER))"},
    {"week", "to_weeks(CAST($2 AS INTEGER))"},
    {"month", "to_months(CAST($2 AS INTEGER))"},
    {"quarter", "to_months(3 * CAST($2 AS INTEGER))"},
    {"year", "to_years(CAST($2 AS INTEGER))"},
};

/* date_trunc(unit, x), date_add(unit, n, x), date_diff(unit, from, to): whole units that lie between. */
bool presto_date_unit(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct str unit;
    size_t found = 0, count = sizeof(units) / sizeof(units[0]);
    if (!literal_argument(rewriter, call, 0, "the unit", &unit, error))
        return false;
    while (found < count && !str_equals_ignoring_case(unit, str_from(units[found].name)))
        found++;
    if (found == count)
        return sql_fail(
            tokens, call->arguments[0].begin, error, "'%.*s' is not a valid unit of time", STR(unit));
    size_t last = call->argument_count - 1;
    bool is_date = presto_kind_of(rewriter, call->arguments[last]) == KIND_DATE;
    const char *text = NULL;
    if (sql_is(tokens, call->name, "date_diff"))
        text = "date_sub($1, $2, $3)";
    else if (sql_is(tokens, call->name, "date_trunc"))
        text = is_date ? "CAST(date_trunc($1, $2) AS DATE)" : "date_trunc($1, $2)";
    else
        text = arena_text(
            rewriter->arena, arena_format(rewriter->arena,
                                 is_date ? "CAST(($3) + %s AS DATE)" : "(($3) + %s)", units[found].interval));
    presto_emit(rewriter, " ");
    return presto_rewrite_template(rewriter, call, text, error);
}

static const struct {
    const char *name, *text; /* up to the path, and behind it */
    unsigned copies;
} by_path[] = {
    {"json_extract", " presto_json_extract(", 2},
    {"json_extract_scalar", " presto_json_extract_scalar(", 3},
    {"json_size", " presto_json_size(", 4},
};

/* json_extract(json, '$.a') and its kin */
bool presto_json_by_path(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    struct str path;
    size_t found = 0;
    while (!sql_is(&rewriter->tokens, call->name, by_path[found].name))
        found++;
    if (!literal_argument(rewriter, call, 1, "the JSON path", &path, error))
        return false;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(PRESTO_SQL_SIZE_MAX);
    struct error reason = {0};
    if (!sql_json_path(path, &buf, &reason))
        return sql_fail(&rewriter->tokens, call->arguments[1].begin, error, "%s", reason.message);
    presto_emit(rewriter, by_path[found].text);
    if (!presto_rewrite_copies(rewriter, call->arguments[0], by_path[found].copies, error))
        return false;
    presto_emit(rewriter, ",");
    presto_emit_text(rewriter, buf_str(&buf));
    presto_emit(rewriter, ")");
    return buf_check(&buf, "path", error);
}

/* $1 is a group and \$ a dollar in Presto's replacement; \1 and $ in the engine's. */
static bool read_replacement(struct str text, struct buf *buf) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i], next = i + 1 < text.size ? text.data[i + 1] : ' ';
        if (c == '$' && next >= '0' && next <= '9') {
            buf_append_char(buf, '\\');
            buf_append_char(buf, next);
            i++;
        } else if (c == '$') {
            return false; /* ${name}, or one that Presto refuses */
        } else if (c == '\\') {
            buf_append_text(buf, next == '\\' ? "\\\\" : "");
            if (next != '\\')
                buf_append_char(buf, next);
            i++;
        } else {
            buf_append_char(buf, c);
        }
    }
    return true;
}

/* regexp_replace(text, pattern[, replacement]): of all matches */
bool presto_regexp_replace(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    struct str replacement = STR_EMPTY;
    if (call->argument_count == 3 &&
        sql_find(&rewriter->tokens, call->arguments[2], "->") < call->arguments[2].end)
        return sql_fail(&rewriter->tokens, call->arguments[2].begin, error,
            "regexp_replace with a lambda is not covered");
    if (call->argument_count == 3 &&
        !literal_argument(rewriter, call, 2, "the replacement", &replacement, error))
        return false;
    SCOPED(buf_finish) struct buf buf = BUF_INIT(PRESTO_SQL_SIZE_MAX);
    if (!read_replacement(replacement, &buf))
        return sql_fail(
            &rewriter->tokens, call->arguments[2].begin, error, "only $0 to $9 are covered in a replacement");
    struct presto_call inner = *call;
    inner.argument_count = 2;
    if (!presto_rewrite_template(rewriter, &inner, " regexp_replace($1, $2,", error))
        return false;
    presto_emit_text(rewriter, buf_str(&buf));
    presto_emit(rewriter, ", 'g')");
    return buf_check(&buf, "replacement", error);
}
