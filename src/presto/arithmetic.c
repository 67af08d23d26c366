/* SPDX-License-Identifier: Apache-2.0 */
/* arithmetic.c: sums of dates. The engine makes a timestamp of a date and an interval, and a number of days
 * of two dates; Presto a date, and an interval. */
#include "rewriter.h"

/* Past `date [+-] interval ...`, or past `date - date`; `at` where there is none of it. */
static size_t sum_end(
    const struct presto_rewriter *rewriter, size_t at, size_t end, bool *ret_is_difference) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t after = sql_primary_end(tokens, (struct sql_range){at, end});
    if (!sql_is_any(tokens, after, "+ -") || after + 1 >= end)
        return at;
    size_t sum = at;
    *ret_is_difference = false;
    while (after + 1 < end && sql_is_any(tokens, after, "+ -") && sql_is(tokens, after + 1, "interval")) {
        size_t text = after + 2 + sql_is_any(tokens, after + 2, "+ -");
        after = text + 2 + (sql_is(tokens, text + 2, "to") ? 2 : 0); /* 'text' unit TO unit */
        sum = after <= end ? after : at;
    }
    if (!sql_is(tokens, after, "-"))
        return sum;
    struct sql_range right = {after + 1, sql_primary_end(tokens, (struct sql_range){after + 1, end})};
    if (presto_kind_of(rewriter, right) != KIND_DATE)
        return sum;
    *ret_is_difference = sum == at;
    return sum == at ? right.end : at; /* a timestamp minus a date is an interval in the engine, too */
}

bool presto_rewrite_date_sum(
    struct presto_rewriter *rewriter, size_t *at, size_t end, bool *ret_done, struct error *error) {
    bool is_difference = false;
    if (rewriter->sum_at == *at + 1 || rewriter->previous == PREVIOUS_OPERAND)
        return true;
    size_t sum = sum_end(rewriter, *at, end, &is_difference);
    struct sql_range first = {*at, sql_primary_end(&rewriter->tokens, (struct sql_range){*at, end})};
    if (sum == *at || presto_kind_of(rewriter, first) != KIND_DATE)
        return true;
    rewriter->origin = *at;
    rewriter->sum_at = *at + 1; /* the same operand is not to be taken for a sum again */
    presto_emit(rewriter, is_difference ? " to_days(CAST((" : " CAST((");
    if (!presto_rewrite_range(rewriter, (struct sql_range){*at, sum}, error))
        return false;
    presto_emit(rewriter, is_difference ? ") AS INTEGER))" : ") AS DATE)");
    rewriter->previous = PREVIOUS_OPERAND;
    *at = sum;
    *ret_done = true;
    return true;
}
