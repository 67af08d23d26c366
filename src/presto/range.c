/* SPDX-License-Identifier: Apache-2.0 */
/* range.c: parts of a run of tokens, brackets taken as wholes. */
#include "rewriter.h"

struct presto_range presto_inside(const struct presto_tokens *tokens, size_t bracket) {
    return (struct presto_range){bracket + 1, tokens->list[bracket].partner};
}

bool presto_is_empty(struct presto_range range) {
    return range.begin >= range.end;
}

bool presto_is_single(
    const struct presto_tokens *tokens, struct presto_range range, enum presto_token_kind kind) {
    return range.end == range.begin + 1 && tokens->list[range.begin].kind == kind;
}

/* The token after this one, or after its closing bracket. */
static size_t step(const struct presto_tokens *tokens, size_t index) {
    bool opens = presto_is(tokens, index, "(") || presto_is(tokens, index, "[");
    return (opens ? tokens->list[index].partner : index) + 1;
}

size_t presto_find(const struct presto_tokens *tokens, struct presto_range range, const char *words) {
    for (size_t i = range.begin; i < range.end; i = step(tokens, i))
        if (presto_is_any(tokens, i, words))
            return i;
    return range.end;
}

size_t presto_split(struct presto_rewriter *rewriter, struct presto_range range, const char *separator,
    struct presto_range **ret_parts) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    size_t count = 1;
    for (size_t i = range.begin; i < range.end; i = step(tokens, i))
        count += presto_is(tokens, i, separator);
    struct presto_range *parts = ARENA_ARRAY(rewriter->arena, count, struct presto_range);
    for (size_t part = 0, at = range.begin; part < count; part++) {
        size_t end = presto_find(tokens, (struct presto_range){at, range.end}, separator);
        parts[part] = (struct presto_range){at, end};
        at = end + 1;
    }
    *ret_parts = parts;
    return presto_is_empty(range) ? 0 : count;
}

static bool is_name(const struct presto_tokens *tokens, size_t index) {
    return tokens->list[index].kind == PRESTO_WORD || tokens->list[index].kind == PRESTO_QUOTED ||
           tokens->list[index].kind == PRESTO_STORE;
}

/* Past an operand without operators: a name or call or bracket or literal, and what hangs on it:
 * .field, [index], FILTER (...), OVER (...). */
size_t presto_primary_end(const struct presto_tokens *tokens, struct presto_range range) {
    size_t at = range.begin;
    if (at >= range.end)
        return at;
    bool is_typed = presto_is_any(tokens, at, "date time timestamp interval") && at + 1 < range.end &&
                    tokens->list[at + 1].kind == PRESTO_TEXT;
    at = is_typed ? at + 2 : step(tokens, at);
    while (at < range.end) {
        if (presto_is(tokens, at, "(") || presto_is(tokens, at, "["))
            at = step(tokens, at);
        else if (presto_is(tokens, at, ".") && at + 1 < range.end)
            at += 2;
        else if (presto_is_any(tokens, at, "filter over") && presto_is(tokens, at + 1, "("))
            at = step(tokens, at + 1);
        else
            break;
    }
    return at < range.end ? at : range.end;
}

/* The begin of the operand that ends where the range does. */
size_t presto_primary_begin(const struct presto_tokens *tokens, struct presto_range range) {
    size_t at = range.end;
    while (at > range.begin) {
        size_t last = at - 1;
        if (presto_is(tokens, last, ")") || presto_is(tokens, last, "]")) {
            at = tokens->list[last].partner;
            if (at > range.begin && is_name(tokens, at - 1) && !presto_is_hard_keyword(tokens, at - 1))
                at--;
            else if (presto_is(tokens, at, "[") && at > range.begin &&
                     (presto_is(tokens, at - 1, ")") || presto_is(tokens, at - 1, "]")))
                continue;
        } else {
            at = last;
        }
        if (at <= range.begin + 1 || !presto_is(tokens, at - 1, "."))
            break;
        at--;
    }
    return at;
}
