/* SPDX-License-Identifier: Apache-2.0 */
/* select.c: SELECT and VALUES. Columns keep their names as the user wrote them, not as the store has them;
 * those of the outermost SELECT that have none are _col0, _col1 by position, as AWS names them. */
#include "rewriter.h"

static const char after_items[] =
    "from where group having window order limit offset fetch union except intersect";

static bool is_name(const struct sql_tokens *tokens, size_t index) {
    const struct sql_token *token = &tokens->list[index];
    return token->kind == SQL_QUOTED || (token->kind == SQL_WORD && !sql_is_hard_keyword(tokens, index));
}

/* Words that stand for a value, not for a column. */
static bool is_moment(const struct sql_tokens *tokens, size_t index) {
    return tokens->list[index].kind == SQL_WORD &&
           sql_is_any(tokens, index, "current_date current_timestamp localtimestamp current_time localtime");
}

/* Is the item a path of names, or does it end with a field of what a bracket closed? */
static bool ends_with_field(const struct sql_tokens *tokens, struct sql_range item) {
    size_t at = item.end - 1;
    while (at >= item.begin + 2 && sql_is(tokens, at - 1, ".")) {
        at -= 2;
        if (sql_is_any(tokens, at, ") ]"))
            return true;
    }
    return at == item.begin && at + 1 < item.end;
}

/* Is the last word of an item an alias: does what is before it end a value? */
static bool ends_with_alias(const struct sql_tokens *tokens, struct sql_range item) {
    size_t before = item.end - 2;
    const struct sql_token *token = &tokens->list[before];
    if (sql_is(tokens, before, "as"))
        return true;
    if (sql_is_any(tokens, before, "over to") || (sql_is(tokens, before, "*") && before > item.begin))
        return false; /* OVER w, YEAR TO MONTH, a * b */
    bool is_unit = token->kind == SQL_TEXT && before > item.begin &&
                   sql_is_any(tokens, item.end - 1, "day hour minute second month year week") &&
                   sql_is_any(tokens, before - 1, "interval + -"); /* INTERVAL '1' DAY */
    bool is_operator = token->kind == SQL_SYMBOL && !sql_is_any(tokens, before, ") ] *");
    bool is_keyword =
        sql_is_hard_keyword(tokens, before) && !sql_is_any(tokens, before, "end null true false");
    return !is_unit && !is_operator && !is_keyword;
}

/* The name that an item has by itself: an alias, or a column's; SIZE_MAX: none. */
static size_t own_name(const struct sql_tokens *tokens, struct sql_range item, bool *ret_is_alias) {
    size_t last = item.end - 1;
    *ret_is_alias = false;
    if (!is_name(tokens, last))
        return SIZE_MAX;
    if (item.begin == last)
        return is_moment(tokens, last) ? SIZE_MAX : last;
    if (sql_is(tokens, last - 1, "."))
        return ends_with_field(tokens, item) ? last : SIZE_MAX;
    *ret_is_alias = ends_with_alias(tokens, item);
    return *ret_is_alias ? last : SIZE_MAX;
}

static bool rewrite_item(struct presto_rewriter *rewriter, struct sql_range item, size_t index, bool is_named,
    struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    if (sql_is_empty(item))
        return sql_fail(tokens, item.begin, error, "an expression is expected here");
    bool is_alias = false, is_star = sql_is(tokens, item.end - 1, "*");
    size_t name = own_name(tokens, item, &is_alias);
    struct sql_range value = item;
    if (is_alias)
        value.end = sql_is(tokens, name - 1, "as") ? name - 1 : name;
    enum sql_kind kind = presto_kind_of(rewriter, value);
    if (!presto_rewrite_range(rewriter, value, error))
        return false;
    if (name != SIZE_MAX && is_alias)
        presto_name_kind(rewriter, sql_unquoted(tokens, name), kind);
    if (is_star || (!is_named && name == SIZE_MAX))
        return true;
    if (name != SIZE_MAX)
        rewriter->origin = name;
    presto_emit(rewriter, " AS");
    presto_emit_identifier(rewriter,
        name != SIZE_MAX ? sql_unquoted(tokens, name) : arena_format(rewriter->arena, "_col%zu", index));
    return true;
}

/* Where the items end. IS DISTINCT FROM and WITHIN GROUP are parts of an item. */
static size_t items_end(const struct sql_tokens *tokens, struct sql_range range) {
    size_t at = sql_find(tokens, range, after_items);
    while (at < range.end && ((sql_is(tokens, at, "from") && sql_is(tokens, at - 1, "distinct")) ||
                                 (sql_is(tokens, at, "group") && sql_is(tokens, at - 1, "within"))))
        at = sql_find(tokens, (struct sql_range){at + 1, range.end}, after_items);
    return at;
}

bool presto_rewrite_select(struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    bool is_named = *at == rewriter->outermost;
    presto_emit_token(rewriter, (*at)++);
    if (*at < end && sql_is_any(tokens, *at, "distinct all") && !sql_is(tokens, *at + 1, "."))
        presto_emit_token(rewriter, (*at)++);
    struct sql_range items = {*at, items_end(tokens, (struct sql_range){*at, end})};
    struct sql_range *parts = NULL;
    size_t count = sql_split(tokens, items, ",", &parts);
    if (count == 0)
        return sql_fail(tokens, *at, error, "an expression is expected here");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            presto_emit_token(rewriter, parts[i].begin - 1);
        if (!rewrite_item(rewriter, parts[i], i, is_named, error))
            return false;
    }
    rewriter->previous = PREVIOUS_OPERAND;
    *at = items.end;
    return true;
}

/* VALUES 1, 2 as VALUES (1), (2). */
bool presto_rewrite_values(struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    presto_emit_token(rewriter, (*at)++);
    struct sql_range rows = {*at, sql_find(tokens, (struct sql_range){*at, end}, after_items)};
    struct sql_range *parts = NULL;
    size_t count = sql_split(tokens, rows, ",", &parts);
    for (size_t i = 0; i < count; i++) {
        struct sql_range row = parts[i];
        bool is_row = sql_is(tokens, row.begin, "row") && sql_is(tokens, row.begin + 1, "(");
        row.begin += is_row;
        if (sql_is(tokens, row.begin, "(") && tokens->list[row.begin].partner + 1 == row.end)
            row = sql_inside(tokens, row.begin);
        presto_emit(rewriter, i == 0 ? " (" : ", (");
        if (!presto_rewrite_range(rewriter, row, error))
            return false;
        presto_emit(rewriter, ")");
    }
    rewriter->previous = PREVIOUS_OPERAND;
    *at = rows.end;
    return true;
}

size_t presto_outermost_select(const struct sql_tokens *tokens, struct sql_range range) {
    while (sql_is(tokens, range.begin, "("))
        range = sql_inside(tokens, range.begin);
    if (!sql_is(tokens, range.begin, "with"))
        return range.begin;
    size_t at = sql_find(tokens, range, "select");
    for (size_t i = range.begin; at == range.end && i + 1 < range.end; i++) /* WITH ... (SELECT ...) */
        if (sql_is(tokens, i, ")") && sql_is(tokens, i + 1, "("))
            return presto_outermost_select(tokens, sql_inside(tokens, i + 1));
    return at;
}
