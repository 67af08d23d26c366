/* SPDX-License-Identifier: Apache-2.0 */
/* lambda.c: functions that take lambdas. A map's lambda of two names becomes one of an entry: its names are
 * replaced in its body. */
#include "rewriter.h"

struct lambda {
    struct str names[3];
    size_t count;
    struct sql_range body;
};

/* x -> body, (x, y) -> body */
static bool read_lambda(struct presto_rewriter *rewriter, struct sql_range range, size_t count,
    struct lambda *ret_lambda, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    size_t arrow = sql_find(tokens, range, "->");
    struct lambda lambda = {.body = {arrow + 1, range.end}};
    struct sql_range names = {range.begin, arrow}, *parts = NULL;
    if (sql_is(tokens, names.begin, "("))
        names = sql_inside(tokens, names.begin);
    lambda.count = sql_split(tokens, names, ",", &parts);
    if (arrow >= range.end || sql_is_empty(lambda.body) || lambda.count != count)
        return sql_fail(tokens, range.begin, error, "a lambda of %zu arguments is expected here", count);
    for (size_t i = 0; i < count; i++) {
        if (!sql_is_single(tokens, parts[i], SQL_WORD) && !sql_is_single(tokens, parts[i], SQL_QUOTED))
            return sql_fail(tokens, parts[i].begin, error, "a name is expected here");
        lambda.names[i] = sql_unquoted(tokens, parts[i].begin);
    }
    *ret_lambda = lambda;
    return true;
}

/* The body, with names bound to what stands for them. */
static bool rewrite_body(struct presto_rewriter *rewriter, const struct lambda *lambda,
    const struct str instead[], unsigned copies, struct error *error) {
    const struct presto_binding *outer = rewriter->bindings;
    struct presto_binding bindings[3];
    for (size_t i = 0; i < lambda->count; i++) {
        bindings[i] = (struct presto_binding){lambda->names[i], instead[i], rewriter->bindings};
        rewriter->bindings = &bindings[i];
    }
    bool is_done = presto_rewrite_copies(rewriter, lambda->body, copies, error);
    rewriter->bindings = outer;
    return is_done;
}

/* A name for a lambda's argument. They are counted by nesting, so that the same lambda is the same text each
 * time: GROUP BY compares. */
static struct str fresh_name(struct presto_rewriter *rewriter) {
    return arena_format(rewriter->arena, "presto_%u", rewriter->name_count++);
}

static struct str format_name(struct presto_rewriter *rewriter, struct str name, const char *suffix) {
    return arena_format(rewriter->arena, "%.*s%s", STR(name), suffix);
}

/* list, lambda x: body */
static bool list_and_lambda(
    struct presto_rewriter *rewriter, const struct presto_call *call, struct error *error) {
    struct lambda lambda;
    if (!presto_rewrite_range(rewriter, call->arguments[0], error) ||
        !read_lambda(rewriter, call->arguments[1], 1, &lambda, error))
        return false;
    struct str name = fresh_name(rewriter);
    presto_emit_str(rewriter, arena_format(rewriter->arena, ", lambda %.*s:", STR(name)));
    return rewrite_body(rewriter, &lambda, &name, 1, error);
}

bool presto_lambda_list(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    bool is_filter = sql_is(&rewriter->tokens, call->name, "filter");
    presto_emit(rewriter, is_filter ? " list_filter(" : " list_transform(");
    if (!list_and_lambda(rewriter, call, error))
        return false;
    presto_emit(rewriter, ")");
    return true;
}

/* any_match, all_match, none_match */
bool presto_lambda_match(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    presto_emit(rewriter, sql_is(tokens, call->name, "any_match")   ? " presto_any(list_transform("
                          : sql_is(tokens, call->name, "all_match") ? " presto_all(list_transform("
                                                                    : " NOT presto_any(list_transform(");
    if (!list_and_lambda(rewriter, call, error))
        return false;
    presto_emit(rewriter, "))");
    return true;
}

/* map_filter, transform_keys, transform_values */
bool presto_lambda_map(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    bool is_filter = sql_is(tokens, call->name, "map_filter");
    bool is_keys = sql_is(tokens, call->name, "transform_keys");
    struct lambda lambda;
    struct str name = fresh_name(rewriter);
    struct str key = format_name(rewriter, name, ".key"), value = format_name(rewriter, name, ".value");
    presto_emit(rewriter, is_filter ? " map_from_entries(list_filter(map_entries("
                                    : " map_from_entries(list_transform(map_entries(");
    if (!presto_rewrite_range(rewriter, call->arguments[0], error) ||
        !read_lambda(rewriter, call->arguments[1], 2, &lambda, error))
        return false;
    presto_emit_str(rewriter, arena_format(rewriter->arena, "), lambda %.*s:", STR(name)));
    if (!is_filter)
        presto_emit_str(rewriter,
            is_keys ? STR_LITERAL(" struct_pack(key := ")
                    : arena_format(rewriter->arena, " struct_pack(key := %.*s, value := ", STR(key)));
    if (!rewrite_body(rewriter, &lambda, (struct str[]){key, value}, 1, error))
        return false;
    if (is_keys)
        presto_emit_str(rewriter, arena_format(rewriter->arena, ", value := %.*s", STR(value)));
    presto_emit(rewriter, is_filter ? "))" : ")))");
    return true;
}

bool presto_zip_with(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    struct lambda lambda;
    struct str name = fresh_name(rewriter);
    struct str left = format_name(rewriter, name, "[1]"), right = format_name(rewriter, name, "[2]");
    presto_emit(rewriter, " list_transform(presto_zip(");
    if (!presto_rewrite_copies(rewriter, call->arguments[0], 2, error))
        return false;
    presto_emit(rewriter, ",");
    if (!presto_rewrite_copies(rewriter, call->arguments[1], 2, error) ||
        !read_lambda(rewriter, call->arguments[2], 2, &lambda, error))
        return false;
    presto_emit_str(rewriter, arena_format(rewriter->arena, "), lambda %.*s:", STR(name)));
    if (!rewrite_body(rewriter, &lambda, (struct str[]){left, right}, 1, error))
        return false;
    presto_emit(rewriter, ")");
    return true;
}

/*
 * reduce(array, start, (state, x) -> ..., state -> ...): the engine's list_reduce() wants states of the
 * elements' type, so both travel in one struct.
 */
bool presto_reduce(struct presto_rewriter *rewriter, struct presto_call *call, struct error *error) {
    struct lambda step, last;
    if (!read_lambda(rewriter, call->arguments[2], 2, &step, error) ||
        !read_lambda(rewriter, call->arguments[3], 1, &last, error))
        return false;
    struct str x = fresh_name(rewriter), left = fresh_name(rewriter), right = fresh_name(rewriter);
    struct str state = format_name(rewriter, left, ".s"), element = format_name(rewriter, right, ".x[1]");
    struct str result = fresh_name(rewriter);
    presto_emit(rewriter, " list_transform([list_reduce(list_transform(");
    if (!presto_rewrite_copies(rewriter, call->arguments[0], 1, error))
        return false;
    presto_emit_str(rewriter, arena_format(rewriter->arena, ", lambda %.*s: struct_pack(s :=", STR(x)));
    if (!presto_rewrite_copies(rewriter, call->arguments[1], 2, error))
        return false;
    presto_emit_str(
        rewriter, arena_format(rewriter->arena,
                      ", x := [%.*s])), lambda %.*s, %.*s: struct_pack(s :=", STR(x), STR(left), STR(right)));
    if (!rewrite_body(rewriter, &step, (struct str[]){state, element}, 1, error))
        return false;
    presto_emit_str(rewriter, arena_format(rewriter->arena, ", x := %.*s.x), struct_pack(s :=", STR(right)));
    if (!presto_rewrite_copies(rewriter, call->arguments[1], 2, error))
        return false;
    presto_emit_str(rewriter, arena_format(rewriter->arena, ", x := [])).s], lambda %.*s:", STR(result)));
    if (!rewrite_body(rewriter, &last, &result, 1, error))
        return false;
    presto_emit(rewriter, ")[1]");
    return true;
}
