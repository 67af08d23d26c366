/* SPDX-License-Identifier: Apache-2.0 */
/* special.c: functions with a grammar of their own, or whose value's type depends on an argument's. */
#include "rewriter.h"

static bool emit_around(struct presto_rewriter *rewriter, const char *before, struct sql_range value,
    const char *after, struct error *error) {
    presto_emit(rewriter, before);
    if (!presto_rewrite_copies(rewriter, value, 1, error))
        return false;
    presto_emit(rewriter, after);
    return true;
}

/* extract(year FROM x) is year(x). */
bool presto_extract(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t from = sql_find(tokens, call->inside, "from");
    if (from != call->inside.begin + 1 || from + 1 >= call->inside.end)
        return sql_fail(tokens, call->name, error, "EXTRACT is of the form EXTRACT(field FROM value)");
    struct sql_range value = {from + 1, call->inside.end};
    const struct presto_function *field = presto_function_find(tokens->list[call->inside.begin].text, 1);
    bool is_field =
        field != NULL && field->text != NULL &&
        sql_is_any(tokens, call->inside.begin,
            "year quarter month week day day_of_month day_of_week dow day_of_year doy year_of_week "
            "yow hour minute second millisecond");
    if (!is_field)
        return sql_fail(tokens, call->inside.begin, error, "this field is not covered in EXTRACT");
    struct presto_call inner = {call->inside.begin, call->after, value, &value, 1};
    if (presto_is_template(field->text))
        return presto_rewrite_template(rewriter, &inner, field->text, error);
    presto_emit(rewriter, " ");
    presto_emit(rewriter, field->text);
    return emit_around(rewriter, "(", value, ")", error);
}

/* trim(s), trim(BOTH 'x' FROM s), trim(LEADING FROM s) */
bool presto_trim(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct sql_range inside = call->inside, value = inside, characters = {0, 0};
    size_t from = sql_find(tokens, inside, "from");
    const char *name = sql_is(tokens, inside.begin, "leading")    ? "l"
                       : sql_is(tokens, inside.begin, "trailing") ? "r"
                                                                  : "";
    if (from < inside.end) {
        value.begin = from + 1;
        characters = (struct sql_range){
            inside.begin + sql_is_any(tokens, inside.begin, "leading trailing both"), from};
    }
    if (sql_is_empty(value) || sql_find(tokens, inside, ",") < inside.end)
        return sql_fail(tokens, call->name, error, "TRIM is of the form TRIM(BOTH 'x' FROM value)");
    bool has_characters = !sql_is_empty(characters);
    presto_emit_str(
        rewriter, arena_format(rewriter->arena, " %s%strim(", has_characters ? "" : "presto_", name));
    if (!presto_rewrite_range(rewriter, value, error))
        return false;
    return has_characters ? emit_around(rewriter, ",", characters, ")", error)
                          : (presto_emit(rewriter, ")"), true);
}

/* substring(s, 1, 2), substring(s FROM 1 FOR 2) */
bool presto_substring(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t from = sql_find(tokens, call->inside, "from");
    struct sql_range parts[3] = {{0, 0}};
    size_t count = call->argument_count;
    if (from < call->inside.end) {
        size_t length = sql_find(tokens, call->inside, "for");
        parts[0] = (struct sql_range){call->inside.begin, from};
        parts[1] = (struct sql_range){from + 1, length};
        parts[2] = (struct sql_range){length + 1, call->inside.end};
        count = length < call->inside.end ? 3 : 2;
    } else {
        for (size_t i = 0; i < count && i < 3; i++)
            parts[i] = call->arguments[i];
    }
    if (count < 2 || sql_is_empty(parts[0]) || sql_is_empty(parts[1]))
        return sql_fail(tokens, call->name, error, "SUBSTRING takes a text and a position");
    struct presto_call inner = {call->name, call->after, call->inside, parts, count};
    return presto_rewrite_template(
        rewriter, &inner, count == 3 ? " presto_substr($1, $2, $3)" : " presto_substr($1, $2)", error);
}

/* position('x' IN s) */
bool presto_position(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    size_t in = sql_find(&rewriter->tokens, call->inside, "in");
    struct sql_range needle = {call->inside.begin, in}, text = {in + 1, call->inside.end};
    if (sql_is_empty(needle) || sql_is_empty(text))
        return sql_fail(
            &rewriter->tokens, call->name, error, "POSITION is of the form POSITION('x' IN value)");
    return emit_around(rewriter, " strpos(", text, ",", error) &&
           emit_around(rewriter, "", needle, ")", error);
}

/* concat is NULL where any part is: so is ||. Halves of halves, so that many parts make no deep tree. */
static bool concat_parts(
    struct presto_rewriter *rewriter, const struct sql_range parts[], size_t count, struct error *error) {
    if (count == 1)
        return emit_around(rewriter, "(", parts[0], ")", error);
    presto_emit(rewriter, "(");
    if (!concat_parts(rewriter, parts, count / 2, error))
        return false;
    presto_emit(rewriter, " || ");
    if (!concat_parts(rewriter, parts + count / 2, count - count / 2, error))
        return false;
    presto_emit(rewriter, ")");
    return true;
}

bool presto_concat(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    presto_emit(rewriter, " ");
    return concat_parts(rewriter, call->arguments, call->argument_count, error);
}

/* NULL where any argument is; the engine's functions pass over them. */
bool presto_strict(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    bool is_zip = sql_is(&rewriter->tokens, call->name, "zip");
    struct str name = arena_lower_case(rewriter->arena, rewriter->tokens.list[call->name].text);
    for (size_t i = 0; i < call->argument_count; i++) {
        presto_emit(rewriter, i == 0 ? " CASE WHEN (" : " OR (");
        if (!presto_rewrite_copies(rewriter, call->arguments[i], 2, error))
            return false;
        presto_emit(rewriter, ") IS NULL");
    }
    presto_emit(rewriter, " THEN NULL ELSE ");
    presto_emit_str(rewriter, is_zip ? STR_LITERAL("list_zip") : name);
    presto_emit(rewriter, "(");
    if (!presto_rewrite_copies(rewriter, call->inside, 2, error))
        return false;
    presto_emit(rewriter, ") END");
    return true;
}

/* floor and ceil of a whole number are one, too; the engine's are doubles. */
bool presto_to_whole(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    enum sql_kind kind = presto_kind_of(rewriter, call->inside);
    bool is_floor = sql_is(tokens, call->name, "floor");
    bool is_other = sql_is(tokens, call->inside.begin, "null");
    for (size_t i = call->inside.begin; i < call->inside.end;
         i++) /* a fraction makes a double or a decimal of it */
        is_other |=
            tokens->list[i].kind == SQL_NUMBER && str_find_char(tokens->list[i].text, '.') != SIZE_MAX;
    const char *text = is_floor ? " floor($1)" : " ceil($1)";
    if (kind == KIND_NUMBER)
        text = " CAST($1 AS BIGINT)";
    else if (kind != KIND_DOUBLE && !is_other)
        text = is_floor ? " cast_to_type(floor($1), $1)" : " cast_to_type(ceil($1), $1)";
    return presto_rewrite_template(rewriter, call, text, error);
}

bool presto_cardinality(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    bool is_map = presto_kind_of(rewriter, call->inside) == KIND_MAP;
    return emit_around(
        rewriter, is_map ? " len(map_keys(" : " len(", call->inside, is_map ? "))" : ")", error);
}

bool presto_length(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    bool is_binary = presto_kind_of(rewriter, call->inside) == KIND_BINARY;
    return emit_around(rewriter, is_binary ? " octet_length(" : " length(", call->inside, ")", error);
}

bool presto_reverse(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    enum sql_kind kind = presto_kind_of(rewriter, call->inside);
    bool is_array = kind == KIND_ARRAY || kind == KIND_ROWS;
    return emit_around(rewriter, is_array ? " list_reverse(" : " reverse(", call->inside, ")", error);
}

/* sequence(start, stop[, step]): downward by itself; of dates, dates. */
bool presto_sequence(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    bool is_date = presto_kind_of(rewriter, call->arguments[0]) == KIND_DATE;
    if (is_date)
        return presto_rewrite_template(rewriter, call,
            call->argument_count == 2 ? " CAST(generate_series($1, $2, to_days(CASE WHEN ($1) <= ($2) THEN 1 "
                                        "ELSE -1 END)) AS DATE[])"
                                      : " CAST(generate_series($1, $2, $3) AS DATE[])",
            error);
    return presto_rewrite_template(rewriter, call,
        call->argument_count == 2 ? " generate_series($1, $2, CASE WHEN ($1) <= ($2) THEN 1 ELSE -1 END)"
                                  : " generate_series($1, $2, $3)",
        error);
}
