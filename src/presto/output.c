/* SPDX-License-Identifier: Apache-2.0 */
/* output.c: what the rewriter writes, and where each piece of it came from. */
#include "rewriter.h"

#include <stdio.h>

static size_t origin_offset(const struct presto_rewriter *rewriter, size_t index) {
    const struct presto_tokens *tokens = &rewriter->tokens;
    if (index >= tokens->count)
        return tokens->text.size;
    return (size_t)(tokens->list[index].text.data - tokens->text.data);
}

static void add_piece(struct presto_rewriter *rewriter, struct presto_piece piece) {
    if (rewriter->piece_count == rewriter->piece_capacity) {
        size_t capacity = rewriter->piece_capacity * 2 + 64;
        struct presto_piece *pieces = ARENA_ARRAY(rewriter->arena, capacity, struct presto_piece);
        for (size_t i = 0; i < rewriter->piece_count; i++)
            pieces[i] = rewriter->pieces[i];
        rewriter->pieces = pieces;
        rewriter->piece_capacity = capacity;
    }
    rewriter->pieces[rewriter->piece_count++] = piece;
}

void presto_emit_str(struct presto_rewriter *rewriter, struct str text) {
    size_t offset = origin_offset(rewriter, rewriter->origin);
    const struct presto_piece *last =
        rewriter->piece_count > 0 ? &rewriter->pieces[rewriter->piece_count - 1] : NULL;
    if (last == NULL || last->exact || last->text_offset != offset)
        add_piece(rewriter, (struct presto_piece){rewriter->sql.size, offset, false});
    buf_append_str(&rewriter->sql, text);
}

void presto_emit(struct presto_rewriter *rewriter, const char *text) {
    presto_emit_str(rewriter, str_from(text));
}

void presto_emit_token(struct presto_rewriter *rewriter, size_t index) {
    buf_append_char(&rewriter->sql, ' ');
    add_piece(rewriter, (struct presto_piece){rewriter->sql.size, origin_offset(rewriter, index), true});
    buf_append_str(&rewriter->sql, rewriter->tokens.list[index].text);
    rewriter->origin = index;
}

static void emit_quoted(struct presto_rewriter *rewriter, struct str text, char quote) {
    buf_append_char(&rewriter->sql, ' ');
    presto_emit_str(rewriter, STR_EMPTY);
    buf_append_char(&rewriter->sql, quote);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == quote)
            buf_append_char(&rewriter->sql, quote);
        buf_append_char(&rewriter->sql, text.data[i]);
    }
    buf_append_char(&rewriter->sql, quote);
}

void presto_emit_identifier(struct presto_rewriter *rewriter, struct str name) {
    emit_quoted(rewriter, name, '"');
}

void presto_emit_text(struct presto_rewriter *rewriter, struct str text) {
    emit_quoted(rewriter, text, '\'');
}

struct str presto_unquoted(struct presto_rewriter *rewriter, size_t index) {
    const struct presto_token *token = &rewriter->tokens.list[index];
    if (token->kind != PRESTO_QUOTED && token->kind != PRESTO_TEXT)
        return token->text;
    struct str inside = str_slice(token->text, 1, token->text.size - 2);
    char quote = token->text.data[0];
    if (str_find_char(inside, quote) == SIZE_MAX)
        return inside;
    char *text = arena_alloc(rewriter->arena, inside.size);
    size_t size = 0;
    for (size_t i = 0; i < inside.size; i++) {
        text[size++] = inside.data[i];
        if (inside.data[i] == quote)
            i++; /* the second of two */
    }
    return str_of(text, size);
}

bool presto_check_size(struct presto_rewriter *rewriter, struct error *error) {
    if (!rewriter->sql.overflowed)
        return true;
    return error_set(error, ERROR_LIMIT, "line 1:1: the statement is too complex");
}

bool presto_fail(
    const struct presto_rewriter *rewriter, size_t index, struct error *error, const char *format, ...) {
    char message[320];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return presto_fail_at(rewriter->tokens.text, origin_offset(rewriter, index), error, "%s", message);
}

struct presto_place presto_place(const struct presto_statement *statement, size_t offset) {
    size_t low = 0, high = statement->piece_count;
    while (low < high) { /* the first piece past the offset */
        size_t middle = low + (high - low) / 2;
        if (statement->pieces[middle].sql_offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return (struct presto_place){1, 1};
    const struct presto_piece *piece = &statement->pieces[low - 1];
    size_t past = piece->exact ? offset - piece->sql_offset : 0;
    return presto_place_of(statement->text, piece->text_offset + past);
}
