/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.c: aggregate and window functions whose parts the engine wants in other places. */
#include "rewriter.h"

/* map_agg(k, v), multimap_agg(k, v): a list of pairs, made a map by a macro. FILTER and OVER belong to the
 * list, so they move inside. */
bool presto_pairs(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    if (presto_is(tokens, call->inside.begin, "distinct"))
        return presto_fail(rewriter, call->inside.begin, error, "DISTINCT is not covered here");
    presto_emit(
        rewriter, presto_is(tokens, call->name, "map_agg") ? " presto_map_agg(" : " presto_multimap_agg(");
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
    if (presto_is(tokens, call->after, "filter") && presto_is(tokens, call->after + 1, "(")) {
        struct presto_range filter = presto_inside(tokens, call->after + 1);
        filter.begin += presto_is(tokens, filter.begin, "where");
        call->after = filter.end + 1;
        presto_emit(rewriter, " AND (");
        if (!presto_rewrite_range(rewriter, filter, error))
            return false;
        presto_emit(rewriter, ")");
    }
    presto_emit(rewriter, ")");
    if (presto_is(tokens, call->after, "over")) {
        bool is_window = presto_is(tokens, call->after + 1, "(");
        size_t end = is_window ? tokens->list[call->after + 1].partner + 1 : call->after + 2;
        rewriter->previous = PREVIOUS_OPERAND;
        presto_emit_token(rewriter, call->after);
        if (!presto_rewrite_range(rewriter, (struct presto_range){call->after + 1, end}, error))
            return false;
        call->after = end;
    }
    presto_emit(rewriter, ")");
    return true;
}

/* listagg(value, separator) WITHIN GROUP (ORDER BY ...) */
bool presto_listagg(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    struct presto_range inside = call->inside;
    size_t overflow = presto_find(tokens, inside, "on");
    if (overflow < inside.end)
        return presto_fail(rewriter, overflow, error, "ON OVERFLOW is not covered");
    bool is_ordered = presto_is(tokens, call->after, "within") &&
                      presto_is(tokens, call->after + 1, "group") && presto_is(tokens, call->after + 2, "(");
    if (!is_ordered)
        return presto_fail(rewriter, call->name, error, "listagg needs WITHIN GROUP (ORDER BY ...)");
    presto_emit(rewriter, " string_agg(");
    if (presto_is(tokens, inside.begin, "distinct"))
        presto_emit_token(rewriter, inside.begin++);
    if (!presto_rewrite_range(rewriter, inside, error))
        return false;
    if (call->argument_count == 1)
        presto_emit(rewriter, ", ''");
    if (!presto_rewrite_range(rewriter, presto_inside(tokens, call->after + 2), error))
        return false;
    presto_emit(rewriter, ")");
    call->after = tokens->list[call->after + 2].partner + 1;
    return true;
}

/* first_value(x) IGNORE NULLS OVER ...: the words move into the brackets. */
bool presto_window_value(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    presto_emit_token(rewriter, call->name);
    presto_emit(rewriter, "(");
    if (!presto_rewrite_range(rewriter, call->inside, error))
        return false;
    if (presto_is_any(tokens, call->after, "ignore respect") && presto_is(tokens, call->after + 1, "nulls")) {
        presto_emit_token(rewriter, call->after);
        presto_emit_token(rewriter, call->after + 1);
        call->after += 2;
    }
    presto_emit(rewriter, ")");
    return true;
}
