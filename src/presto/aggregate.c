/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.c: aggregate and window functions whose parts the engine wants in other places. */
#include "rewriter.h"

/* map_agg(k, v), multimap_agg(k, v): a list of pairs, made a map by a macro. FILTER and OVER belong to the
 * list, so they move inside. */
bool presto_pairs(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    if (sql_is(tokens, call->inside.begin, "distinct"))
        return sql_fail(tokens, call->inside.begin, error, "DISTINCT is not covered here");
    presto_emit(
        rewriter, sql_is(tokens, call->name, "map_agg") ? " presto_map_agg(" : " presto_multimap_agg(");
    presto_emit(rewriter, "list(struct_pack(key :=");
    if (!presto_rewrite_copies(rewriter, call->arguments[0], 2, error))
        return false;
    presto_emit(rewriter, ", value :=");
    if (!presto_rewrite_range(rewriter, call->arguments[1], error))
        return false;
    presto_emit(rewriter, ")) FILTER (WHERE (");
    if (!presto_rewrite_copies(rewriter, call->arguments[0], 2, error))
        return false;
    presto_emit(rewriter, ") IS NOT NULL");
    if (sql_is(tokens, call->after, "filter") && sql_is(tokens, call->after + 1, "(")) {
        struct sql_range filter = sql_inside(tokens, call->after + 1);
        filter.begin += sql_is(tokens, filter.begin, "where");
        call->after = filter.end + 1;
        presto_emit(rewriter, " AND (");
        if (!presto_rewrite_range(rewriter, filter, error))
            return false;
        presto_emit(rewriter, ")");
    }
    presto_emit(rewriter, ")");
    if (sql_is(tokens, call->after, "over")) {
        bool is_window = sql_is(tokens, call->after + 1, "(");
        size_t end = is_window ? tokens->list[call->after + 1].partner + 1 : call->after + 2;
        rewriter->previous = PREVIOUS_OPERAND;
        presto_emit_token(rewriter, call->after);
        if (!presto_rewrite_range(rewriter, (struct sql_range){call->after + 1, end}, error))
            return false;
        call->after = end;
    }
    presto_emit(rewriter, ")");
    return true;
}

/* listagg(value, separator) WITHIN GROUP (ORDER BY ...) */
bool presto_listagg(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct sql_range inside = call->inside;
    size_t overflow = sql_find(tokens, inside, "on");
    if (overflow < inside.end)
        return sql_fail(tokens, overflow, error, "ON OVERFLOW is not covered");
    bool is_ordered = sql_is(tokens, call->after, "within") && sql_is(tokens, call->after + 1, "group") &&
                      sql_is(tokens, call->after + 2, "(");
    if (!is_ordered)
        return sql_fail(tokens, call->name, error, "listagg needs WITHIN GROUP (ORDER BY ...)");
    presto_emit(rewriter, " string_agg(");
    if (sql_is(tokens, inside.begin, "distinct"))
        presto_emit_token(rewriter, inside.begin++);
    if (!presto_rewrite_range(rewriter, inside, error))
        return false;
    if (call->argument_count == 1)
        presto_emit(rewriter, ", ''");
    if (!presto_rewrite_range(rewriter, sql_inside(tokens, call->after + 2), error))
        return false;
    presto_emit(rewriter, ")");
    call->after = tokens->list[call->after + 2].partner + 1;
    return true;
}

/* first_value(x) IGNORE NULLS OVER ...: the words move into the brackets. */
bool presto_window_value(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    presto_emit_token(rewriter, call->name);
    presto_emit(rewriter, "(");
    if (!presto_rewrite_range(rewriter, call->inside, error))
        return false;
    if (sql_is_any(tokens, call->after, "ignore respect") && sql_is(tokens, call->after + 1, "nulls")) {
        presto_emit_token(rewriter, call->after);
        presto_emit_token(rewriter, call->after + 1);
        call->after += 2;
    }
    presto_emit(rewriter, ")");
    return true;
}
