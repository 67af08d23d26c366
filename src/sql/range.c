/* SPDX-License-Identifier: Apache-2.0 */
/* range.c: parts of a run of tokens, brackets taken as wholes. */
#include "token.h"

struct sql_range sql_inside(const struct sql_tokens *tokens, size_t bracket) {
    return (struct sql_range){bracket + 1, tokens->list[bracket].partner};
}

bool sql_is_empty(struct sql_range range) {
    return range.begin >= range.end;
}

bool sql_is_single(const struct sql_tokens *tokens, struct sql_range range, enum sql_token_kind kind) {
    return range.end == range.begin + 1 && tokens->list[range.begin].kind == kind;
}

/* The token after this one, or after its closing bracket. */
static size_t step(const struct sql_tokens *tokens, size_t index) {
    bool opens = sql_is(tokens, index, "(") || sql_is(tokens, index, "[");
    return (opens ? tokens->list[index].partner : index) + 1;
}

size_t sql_find(const struct sql_tokens *tokens, struct sql_range range, const char *words) {
    for (size_t i = range.begin; i < range.end; i = step(tokens, i))
        if (sql_is_any(tokens, i, words))
            return i;
    return range.end;
}

size_t sql_split(const struct sql_tokens *tokens, struct sql_range range, const char *separator,
    struct sql_range **ret_parts) {
    size_t count = 1;
    for (size_t i = range.begin; i < range.end; i = step(tokens, i))
        count += sql_is(tokens, i, separator);
    struct sql_range *parts = ARENA_ARRAY(tokens->arena, count, struct sql_range);
    for (size_t part = 0, at = range.begin; part < count; part++) {
        size_t end = sql_find(tokens, (struct sql_range){at, range.end}, separator);
        parts[part] = (struct sql_range){at, end};
        at = end + 1;
    }
    *ret_parts = parts;
    return sql_is_empty(range) ? 0 : count;
}

static bool is_name(const struct sql_tokens *tokens, size_t index) {
    return tokens->list[index].kind == SQL_WORD || tokens->list[index].kind == SQL_QUOTED ||
           tokens->list[index].kind == SQL_STORE;
}

size_t sql_primary_end(const struct sql_tokens *tokens, struct sql_range range) {
    size_t at = range.begin;
    if (at >= range.end)
        return at;
    bool is_typed = sql_is_any(tokens, at, "date time timestamp interval") && at + 1 < range.end &&
                    tokens->list[at + 1].kind == SQL_TEXT;
    at = is_typed ? at + 2 : step(tokens, at);
    while (at < range.end) {
        if (sql_is(tokens, at, "(") || sql_is(tokens, at, "["))
            at = step(tokens, at);
        else if (sql_is(tokens, at, ".") && at + 1 < range.end)
            at += 2;
        else if (sql_is_any(tokens, at, "filter over") && sql_is(tokens, at + 1, "("))
            at = step(tokens, at + 1);
        else
            break;
    }
    return at < range.end ? at : range.end;
}

size_t sql_primary_begin(const struct sql_tokens *tokens, struct sql_range range) {
    size_t at = range.end;
    while (at > range.begin) {
        size_t last = at - 1;
        if (sql_is(tokens, last, ")") || sql_is(tokens, last, "]")) {
            at = tokens->list[last].partner;
            if (at > range.begin && is_name(tokens, at - 1) && !sql_is_hard_keyword(tokens, at - 1))
                at--;
            else if (sql_is(tokens, at, "[") && at > range.begin &&
                     (sql_is(tokens, at - 1, ")") || sql_is(tokens, at - 1, "]")))
                continue;
        } else {
            at = last;
        }
        if (at <= range.begin + 1 || !sql_is(tokens, at - 1, "."))
            break;
        at--;
    }
    return at;
}
