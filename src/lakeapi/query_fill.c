/* SPDX-License-Identifier: Apache-2.0 */
/* query_fill.c: parameters in the place of '?'. */
#include "base/own.h"

#include "query.h"

/* A number or a store's id stands as it is; everything else is a text. */
static bool is_bare(struct str value) {
    struct uuid ignored;
    if (value.size == UUID_TEXT_SIZE && uuid_parse(value, &ignored))
        return true;
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
    return value.size > 0;
}

static void append_text(struct buf *buf, struct str value) {
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '\'')
            buf_append_text(buf, "'");
        buf_append_str(buf, str_of(value.data + i, 1));
    }
}

static void append_value(struct buf *buf, struct str value, bool is_quoted) {
    bool needs_quotes = !is_quoted && !is_bare(value);
    buf_append_text(buf, needs_quotes ? "'" : "");
    append_text(buf, value);
    buf_append_text(buf, needs_quotes ? "'" : "");
}

/* Where in a statement we are: '?' is a place for a parameter outside of comments and quoted names. */
enum place { IN_CODE, IN_TEXT, IN_NAME, IN_LINE_COMMENT, IN_COMMENT_BEGIN, IN_COMMENT, IN_COMMENT_END };

/* The place behind the character at `at`. */
static enum place advance(enum place place, struct str statement, size_t at) {
    char c = statement.data[at], next = at + 1 < statement.size ? statement.data[at + 1] : '\0';
    switch (place) {
    case IN_CODE:
        if (c == '-' && next == '-')
            return IN_LINE_COMMENT;
        if (c == '/' && next == '*')
            return IN_COMMENT_BEGIN;
        return c == '\'' ? IN_TEXT : c == '"' ? IN_NAME : IN_CODE;
    case IN_TEXT:
        return c == '\'' ? IN_CODE : IN_TEXT; /* a doubled one begins a text again */
    case IN_NAME:
        return c == '"' ? IN_CODE : IN_NAME;
    case IN_LINE_COMMENT:
        return c == '\n' ? IN_CODE : IN_LINE_COMMENT;
    case IN_COMMENT_BEGIN: /* its star, which is not that of its end too */
        return IN_COMMENT;
    case IN_COMMENT:
        return c == '*' && next == '/' ? IN_COMMENT_END : IN_COMMENT;
    case IN_COMMENT_END: /* its slash */
        return IN_CODE;
    }
    return place;
}

bool lakeapi_query_fill(struct api_call *call, struct str statement, const struct aws_list *parameters,
    struct str *ret_statement) {
    SCOPED(buf_finish) struct buf filled = BUF_INIT(BUF_UNBOUNDED);
    enum place place = IN_CODE;
    size_t used = 0;
    for (size_t i = 0; i < statement.size; i++) {
        bool is_parameter = statement.data[i] == '?' && (place == IN_CODE || place == IN_TEXT);
        if (!is_parameter)
            buf_append_char(&filled, statement.data[i]);
        else if (used < parameters->count)
            append_value(&filled, *AWS_ITEM(*parameters, struct str, used), place == IN_TEXT);
        used += is_parameter;
        place = advance(place, statement, i);
    }
    if (used != parameters->count)
        return api_fail(call, API_INVALID_PARAMETER,
            "The query takes %zu query parameters; %zu were specified.", used, parameters->count);
    if (filled.size > LAKEAPI_STATEMENT_SIZE_MAX)
        return api_fail(call, API_INVALID_STATEMENT, "The query statement has more than %d characters.",
            LAKEAPI_STATEMENT_SIZE_MAX);
    *ret_statement = arena_str(call->arena, buf_str(&filled));
    return true;
}
