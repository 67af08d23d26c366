/* SPDX-License-Identifier: Apache-2.0 */
/* call.c: calls of functions, as the table of functions says. */
#include "rewriter.h"

bool presto_is_template(const char *text) {
    return text[0] == ' ';
}

/* How often a template writes its argument `number`. */
static unsigned copies_of(const char *text, char number) {
    unsigned copies = 0;
    for (const char *c = text; *c != '\0'; c++)
        copies += c[0] == '$' && c[1] == number;
    return copies == 0 ? 1 : copies;
}

bool presto_rewrite_template(
    struct presto_rewriter *rewriter, const struct presto_call *call, const char *text, struct error *error) {
    rewriter->origin = call->name;
    for (const char *c = text; *c != '\0'; c++) {
        const char *dollar = c;
        while (*c != '\0' && *c != '$')
            c++;
        presto_emit_str(rewriter, str_of(dollar, (size_t)(c - dollar)));
        if (*c == '\0')
            break;
        size_t index = (size_t)(*++c - '1');
        if (index < call->argument_count &&
            !presto_rewrite_copies(rewriter, call->arguments[index], copies_of(text, *c), error))
            return false;
        rewriter->origin = call->name;
    }
    rewriter->previous = PREVIOUS_OPERAND;
    return presto_check_size(rewriter, error);
}

/* A name of the engine's before the arguments as they stand: DISTINCT and ORDER BY may be among them. */
static bool rename_call(
    struct presto_rewriter *rewriter, const struct presto_call *call, const char *name, struct error *error) {
    rewriter->origin = call->name;
    presto_emit(rewriter, " ");
    presto_emit(rewriter, name);
    presto_emit(rewriter, "(");
    struct sql_range inside = call->inside;
    if (sql_is_any(&rewriter->tokens, inside.begin, "distinct all") && inside.end > inside.begin + 1)
        presto_emit_token(rewriter, inside.begin++);
    /* A macro may write its argument more than once. */
    if (!presto_rewrite_copies(rewriter, inside, presto_is_macro(str_from(name)) ? 3 : 1, error))
        return false;
    presto_emit(rewriter, ")");
    rewriter->previous = PREVIOUS_OPERAND;
    return true;
}

static bool check_arguments(const struct presto_rewriter *rewriter, const struct presto_call *call,
    const struct presto_function *function, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct str name = tokens->list[call->name].text;
    if (function == NULL)
        return sql_fail(tokens, call->name, error, "function '%.*s' is not registered", STR(name));
    if (function->refusal != NULL)
        return sql_fail(
            tokens, call->name, error, "function '%s' is not covered: %s", function->name, function->refusal);
    if (call->argument_count < function->least || call->argument_count > function->most)
        return sql_fail(tokens, call->name, error, "unexpected parameters for function %s: %zu arguments",
            function->name, call->argument_count);
    for (size_t i = 0; i < call->argument_count; i++)
        if (sql_is_empty(call->arguments[i]))
            return sql_fail(tokens, call->arguments[i].begin, error, "an expression is expected here");
    bool is_template = function->special == NULL && presto_is_template(function->text);
    if (is_template && sql_is(tokens, call->inside.begin, "distinct"))
        return sql_fail(tokens, call->inside.begin, error, "DISTINCT is not covered in %s", function->name);
    return true;
}

bool presto_rewrite_call(struct presto_rewriter *rewriter, size_t *at, size_t end, struct error *error) {
    const struct sql_tokens *tokens = &rewriter->tokens;
    struct presto_call call = {.name = *at, .inside = sql_inside(tokens, *at + 1)};
    struct sql_range *arguments = NULL;
    call.argument_count = sql_split(tokens, call.inside, ",", &arguments);
    call.arguments = arguments;
    call.after = call.inside.end + 1;
    if (call.argument_count > PRESTO_ARGUMENTS_MAX)
        return sql_fail(tokens, *at, error, "a function takes at most %d arguments", PRESTO_ARGUMENTS_MAX);
    const struct presto_function *function =
        presto_function_find(tokens->list[*at].text, call.argument_count);
    if (!check_arguments(rewriter, &call, function, error))
        return false;
    bool is_done = false;
    unsigned names = rewriter->name_count;
    if (function->special != NULL)
        is_done = function->special(rewriter, &call, error);
    else if (presto_is_template(function->text))
        is_done = presto_rewrite_template(rewriter, &call, function->text, error);
    else
        is_done = rename_call(rewriter, &call, function->text, error);
    rewriter->name_count = names;
    rewriter->previous = PREVIOUS_OPERAND;
    *at = call.after < end ? call.after : end;
    return is_done;
}
