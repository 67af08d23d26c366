/* SPDX-License-Identifier: Apache-2.0 */
/* select.c: SELECT and VALUES. Columns keep their names as the user wrote them, not as the store has them;
 * those of the outermost SELECT that have none are _col0, _col1 by position, as AWS names them. */
#include "rewriter.h"

static const char after_items[] =
    "from where group having window order limit offset fetch union except intersect";

static bool is_name(const struct presto_tokens *tokens, size_t index) {
    const struct presto_token *token = &tokens->list[index];
    return token->kind == PRESTO_QUOTED ||
           (token->kind == PRESTO_WORD && !presto_is_hard_keyword(tokens, index));
}

/* Words that stand for a value, not for a column. */
static bool is_moment(const struct presto_tokens *tokens, size_t index) {
    return tokens->list[index].kind == PRESTO_WORD &&
           presto_is_any(
               tokens, index, "current_date current_timestamp localtimestamp current_time localtime");
}

/* Is the item a path of names, or does it end with a field of what a bracket closed? */
static bool ends_with_field(const struct presto_tokens *tokens, struct presto_range item) {
    size_t at = item.end - 1;
    while (at >= item.begin + 2 && presto_is(tokens, at - 1, ".")) {
        at -= 2;
        if (presto_is_any(tokens, at, ") ]"))
            return true;
    }
    return at == item.begin && at + 1 < item.end;
}

/* Is the last word of an item an alias: does what is before it end a value? */
static bool ends_with_alias(const struct presto_tokens *tokens, struct presto_range item) {
    size_t before = item.end - 2;
    const struct presto_token *token = &tokens->list[before];
    if (presto_is(tokens, before, "as"))
        return true;
    if (presto_is_any(tokens, before, "over to") || (presto_is(tokens, before, "*") && before > item.begin))
        return false; /* OVER w, YEAR TO MONTH, a * b */
    bool is_unit = token->kind == PRESTO_TEXT && before > item.begin &&
                   presto_is_any(tokens, item.end - 1, "day hour minute second month year week") &&
                   presto_is_any(tokens, before - 1, "interval + -"); /* INTERVAL '1' DAY */
    bool is_operator = token->kind == PRESTO_SYMBOL && !presto_is_any(tokens, before, ") ] *");
    bool is_keyword =
        presto_is_hard_keyword(tokens, before) && !presto_is_any(tokens, before, "end null true false");
    return !is_unit && !is_operator && !is_keyword;
}

/* The name that an item has by itself: an alias, or a column's; SIZE_MAX: none. */
static size_t own_name(const struct presto_tokens *tokens, struct presto_range item, bool *ret_is_alias) {
    size_t last = item.end - 1;
    *ret_is_alias = false;
    if (!is_name(tokens, last))
        return SIZE_MAX;
    if (item.begin == last)
        return is_moment(tokens, last) ? SIZE_MAX : last;
    if (presto_is(tokens, last - 1, "."))
        return ends_with_field(tokens, item) ? last : SIZE_MAX;
    *ret_is_alias = ends_with_alias(tokens, item);
    return *ret_is_alias ? last : SIZE_MAX;
}

static bool rewrite_item(struct presto_rewriter *rewriter, struct presto_range item, size_t index,
    bool is_named, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    if (presto_is_empty(item))
        return presto_fail(rewriter, item.begin, error, "an expression is expected here");
    bool is_alias = false, is_star = presto_is(tokens, item.end - 1, "*");
    size_t name = own_name(tokens, item, &is_alias);
    struct presto_range value = item;
    if (is_alias)
        value.end = presto_is(tokens, name - 1, "as") ? name - 1 : name;
    enum presto_kind kind = presto_kind_of(rewriter, value);
    if (!presto_rewrite_range(rewriter, value, error))
        return false;
    if (name != SIZE_MAX && is_alias)
        presto_name_kind(rewriter, presto_unquoted(rewriter, name), kind);
    if (is_star || (!is_named && name == SIZE_MAX))
        return true;
    if (name != SIZE_MAX)
        rewriter->origin = name;
    presto_emit(rewriter, " AS");
    presto_emit_identifier(rewriter,
        name != SIZE_MAX ? presto_unquoted(rewriter, name) : arena_format(rewriter->arena, "_col%zu", index));
    return true;
}

/* Where the items end. IS DISTINCT FROM and WITHIN GROUP are parts of an item. */
static size_t items_end(const struct presto_tokens *tokens, struct presto_range range) {
    size_t at = presto_find(tokens, range, after_items);
    while (at < range.end && ((presto_is(tokens, at, "from") && presto_is(tokens, at - 1, "distinct")) ||
                                 (presto_is(tokens, at, "group") && presto_is(tokens, at - 1, "within"))))
        at = presto_find(tokens, (struct presto_range){at + 1, range.end}, after_items);
    return at;
}

bool presto_rewrite_select(struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    bool is_named = *at == rewriter->outermost;
    presto_emit_token(rewriter, (*at)++);
    if (*at < end && presto_is_any(tokens, *at, "distinct all") && !presto_is(tokens, *at + 1, "."))
        presto_emit_token(rewriter, (*at)++);
    struct presto_range items = {*at, items_end(tokens, (struct presto_range){*at, end})};
    struct presto_range *parts = NULL;
    size_t count = presto_split(rewriter, items, ",", &parts);
    if (count == 0)
        return presto_fail(rewriter, *at, error, "an expression is expected here");
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
    const struct presto_tokens *tokens = &rewriter->tokens;
    presto_emit_token(rewriter, (*at)++);
    struct presto_range rows = {*at, presto_find(tokens, (struct presto_range){*at, end}, after_items)};
    struct presto_range *parts = NULL;
    size_t count = presto_split(rewriter, rows, ",", &parts);
    for (size_t i = 0; i < count; i++) {
        struct presto_range row = parts[i];
        bool is_row = presto_is(tokens, row.begin, "row") && presto_is(tokens, row.begin + 1, "(");
        row.begin += is_row;
        if (presto_is(tokens, row.begin, "(") && tokens->list[row.begin].partner + 1 == row.end)
            row = presto_inside(tokens, row.begin);
        presto_emit(rewriter, i == 0 ? " (" : ", (");
        if (!presto_rewrite_range(rewriter, row, error))
            return false;
        presto_emit(rewriter, ")");
    }
    rewriter->previous = PREVIOUS_OPERAND;
    *at = rows.end;
    return true;
}

size_t presto_outermost_select(const struct presto_tokens *tokens, struct presto_range range) {
    while (presto_is(tokens, range.begin, "("))
        range = presto_inside(tokens, range.begin);
    if (!presto_is(tokens, range.begin, "with"))
        return range.begin;
    size_t at = presto_find(tokens, range, "select");
    for (size_t i = range.begin; at == range.end && i + 1 < range.end; i++) /* WITH ... (SELECT ...) */
        if (presto_is(tokens, i, ")") && presto_is(tokens, i + 1, "("))
            return presto_outermost_select(tokens, presto_inside(tokens, i + 1));
    return at;
}
