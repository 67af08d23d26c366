/* SPDX-License-Identifier: Apache-2.0 */
/* output.c: what the rewriter writes, and where each piece of it came from. */
#include "rewriter.h"

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
    size_t offset = sql_offset(&rewriter->tokens, rewriter->origin);
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
    add_piece(
        rewriter, (struct presto_piece){rewriter->sql.size, sql_offset(&rewriter->tokens, index), true});
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

bool presto_check_size(struct presto_rewriter *rewriter, struct error *error) {
    if (!rewriter->sql.overflowed)
        return true;
    return error_set(error, ERROR_LIMIT, "line 1:1: the statement is too complex");
}

struct sql_place presto_place(const struct presto_statement *statement, size_t offset) {
    size_t low = 0, high = statement->piece_count;
    while (low < high) { /* the first piece past the offset */
        size_t middle = low + (high - low) / 2;
        if (statement->pieces[middle].sql_offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return (struct sql_place){1, 1};
    const struct presto_piece *piece = &statement->pieces[low - 1];
    size_t past = piece->exact ? offset - piece->sql_offset : 0;
    return sql_place_of(statement->text, piece->text_offset + past);
}
