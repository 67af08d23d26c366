/* SPDX-License-Identifier: Apache-2.0 */
/* unnest.c: UNNEST of arrays, arrays of rows, maps, several of them, WITH ORDINALITY. */
#include "rewriter.h"

struct unnest {
    struct presto_call *call;
    bool has_ordinality;
    bool has_columns;    /* AS t(a, b) */
    size_t column_count; /* without the ordinality's */
};

/* What follows: WITH ORDINALITY, AS t (a, b). `call->after` moves past WITH ORDINALITY only. */
static void read_tail(struct presto_rewriter *rewriter, struct unnest *unnest) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t at = unnest->call->after;
    if (sql_is(tokens, at, "with") && sql_is(tokens, at + 1, "ordinality")) {
        unnest->has_ordinality = true;
        at += 2;
        unnest->call->after = at;
    }
    at += sql_is(tokens, at, "as");
    if (!sql_is(tokens, at + 1, "(") || sql_is_hard_keyword(tokens, at) || sql_is(tokens, at, ","))
        return;
    struct sql_range *columns = NULL;
    unnest->column_count = sql_split(tokens, sql_inside(tokens, at + 1), ",", &columns);
    unnest->column_count -= unnest->has_ordinality && unnest->column_count > 0;
    unnest->has_columns = true;
}

/* How one argument is taken apart: an array gives one column, a map two, an array of rows its fields. */
static enum sql_kind argument_kind(
    const struct presto_rewriter *rewriter, const struct unnest *unnest, struct sql_range argument) {
    enum sql_kind kind = presto_kind_of(rewriter, argument);
    size_t arguments = unnest->call->argument_count;
    if (kind == KIND_MAP)
        return KIND_MAP;
    if (kind == KIND_ROWS && unnest->has_columns)
        return unnest->column_count > arguments ? KIND_ROWS : KIND_ARRAY;
    if (kind == KIND_ROWS)
        return KIND_ROWS;
    return arguments == 1 && unnest->column_count > 1 ? KIND_ROWS : KIND_ARRAY;
}

static bool emit_argument(struct presto_rewriter *rewriter, const struct unnest *unnest,
    struct sql_range argument, struct error *error) {
    enum sql_kind kind = argument_kind(rewriter, unnest, argument);
    unsigned copies = unnest->has_ordinality ? 2 : 1;
    presto_emit(rewriter, kind == KIND_MAP ? " unnest(map_entries(" : " unnest(");
    if (!presto_rewrite_copies(rewriter, argument, copies, error))
        return false;
    presto_emit(rewriter, kind == KIND_MAP    ? "), max_depth := 2)"
                          : kind == KIND_ROWS ? ", max_depth := 2)"
                                              : ")");
    return true;
}

/* 1, 2, ... as many as the longest has elements. */
static bool emit_ordinality(
    struct presto_rewriter *rewriter, const struct unnest *unnest, struct error *error) {
    presto_emit(rewriter, ", unnest(generate_series(1, greatest(0");
    for (size_t i = 0; i < unnest->call->argument_count; i++) {
        struct sql_range argument = unnest->call->arguments[i];
        bool is_map = presto_kind_of(rewriter, argument) == KIND_MAP;
        presto_emit(rewriter, is_map ? ", len(map_keys(" : ", len(");
        if (!presto_rewrite_copies(rewriter, argument, 2, error))
            return false;
        presto_emit(rewriter, is_map ? "))" : ")");
    }
    presto_emit(rewriter, ")))");
    return true;
}

bool presto_unnest(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    if (call->name == 0 || !sql_is_any(tokens, call->name - 1, "from join , ("))
        return sql_fail(tokens, call->name, error, "UNNEST belongs into FROM");
    struct unnest unnest = {.call = call};
    read_tail(rewriter, &unnest);
    presto_emit(rewriter, " LATERAL (SELECT");
    for (size_t i = 0; i < call->argument_count; i++) {
        presto_emit(rewriter, i == 0 ? "" : ",");
        if (!emit_argument(rewriter, &unnest, call->arguments[i], error))
            return false;
    }
    if (unnest.has_ordinality && !emit_ordinality(rewriter, &unnest, error))
        return false;
    presto_emit(rewriter, ")");
    return true;
}
