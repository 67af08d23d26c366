/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c: the Lake compares eventTime with texts, be they literals (which the engine reads as times too)
 * or made by date_format() and the like: those are read as times here. */
#include "rewriter.h"

static bool is_time(enum sql_kind kind) {
    return kind == KIND_TIMESTAMP || kind == KIND_ZONED || kind == KIND_DATE;
}

/* The operand at `*at`; as a time where it is a text that is no literal. */
static bool rewrite_operand(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t end = sql_primary_end(tokens, (struct sql_range){*at, range.end});
    struct sql_range operand = {*at, end};
    if (sql_is(tokens, end, "||"))
        operand.end = end = sql_find(tokens, (struct sql_range){end, range.end},
            "and or group order having limit union except intersect = < >");
    bool is_literal = sql_is_single(tokens, operand, SQL_TEXT);
    if (is_literal || sql_is_empty(operand) || presto_kind_of(rewriter, operand) != KIND_TEXT)
        return true; /* goes on as usual */
    rewriter->origin = *at;
    presto_emit(rewriter, " CAST(");
    if (!presto_rewrite_range(rewriter, operand, error))
        return false;
    presto_emit(rewriter, " AS TIMESTAMP)");
    rewriter->previous = PREVIOUS_OPERAND;
    *at = operand.end;
    return true;
}

bool presto_rewrite_comparison(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t begin = sql_primary_begin(tokens, (struct sql_range){range.begin, *at});
    struct sql_range left = {begin, *at};
    bool is_timed = !sql_is_empty(left) && is_time(presto_kind_of(rewriter, left));
    presto_emit_token(rewriter, (*at)++);
    rewriter->previous = PREVIOUS_OTHER;
    return !is_timed || *at >= range.end || rewrite_operand(rewriter, range, at, error);
}

bool presto_rewrite_between(
    struct presto_rewriter *rewriter, struct sql_range range, size_t *at, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t before = sql_is(tokens, *at - 1, "not") ? *at - 1 : *at;
    struct sql_range left = {sql_primary_begin(tokens, (struct sql_range){range.begin, before}), before};
    bool is_timed = !sql_is_empty(left) && is_time(presto_kind_of(rewriter, left));
    presto_emit_token(rewriter, (*at)++);
    rewriter->previous = PREVIOUS_KEYWORD;
    if (!is_timed || *at >= range.end)
        return true;
    size_t and_at = sql_find(tokens, (struct sql_range){*at, range.end}, "and");
    if (!rewrite_operand(rewriter, (struct sql_range){range.begin, and_at}, at, error) ||
        !presto_rewrite_range(rewriter, (struct sql_range){*at, and_at}, error))
        return false;
    *at = and_at;
    if (and_at + 1 >= range.end)
        return true;
    presto_emit_token(rewriter, (*at)++);
    rewriter->previous = PREVIOUS_KEYWORD;
    return rewrite_operand(rewriter, range, at, error);
}
