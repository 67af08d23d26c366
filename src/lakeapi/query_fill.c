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

bool lakeapi_query_fill(struct api_call *call, struct str statement, const struct aws_list *parameters,
    struct str *ret_statement) {
    SCOPED(buf_finish) struct buf filled = BUF_INIT(BUF_UNBOUNDED);
    size_t used = 0;
    bool is_quoted = false, is_comment = false;
    for (size_t i = 0; i < statement.size; i++) {
        char c = statement.data[i];
        bool is_dashes = c == '-' && i + 1 < statement.size && statement.data[i + 1] == '-';
        is_comment = c != '\n' && (is_comment || (is_dashes && !is_quoted));
        if (c == '\'' && !is_comment)
            is_quoted = !is_quoted;
        if (c != '?' || is_comment)
            buf_append_str(&filled, str_of(&c, 1));
        else if (used < parameters->count)
            append_value(&filled, *AWS_ITEM(*parameters, struct str, used), is_quoted);
        used += c == '?' && !is_comment;
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
