/* SPDX-License-Identifier: Apache-2.0 */
#include "statement.h"

#include "base/buf.h"
#include "base/own.h"

#include "screen.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_BEFORE = 100, SHOWN_AFTER = 50 }; /* bytes of a long line around the place */

/* What was typed at `text_at` begins at `sent_at` of what is sent. */
struct ctl_statement_piece {
    size_t text_at, sent_at;
};

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

static size_t end_of_quoted(struct str text, size_t at) {
    size_t end = at + 1;
    while (end < text.size && text.data[end] != text.data[at])
        end++;
    return end < text.size ? end + 1 : end;
}

static size_t end_of_comment(struct str text, size_t at, const char *mark) {
    size_t found = str_find(str_slice(text, at + 2, SIZE_MAX), str_from(mark));
    return found == SIZE_MAX ? text.size : at + 2 + found + strlen(mark);
}

/* The next word or sign from `*at` on, quoted text as one; blanks and comments are stepped over. False at the
 * end. */
static bool next_token(struct str text, size_t *at, struct str *ret_token) {
    while (*at < text.size) {
        char c = text.data[*at], next = *at + 1 < text.size ? text.data[*at + 1] : '\0';
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            ++*at;
        else if (c == '-' && next == '-')
            *at = end_of_comment(text, *at, "\n");
        else if (c == '/' && next == '*')
            *at = end_of_comment(text, *at, "*/");
        else
            break;
    }
    if (*at >= text.size)
        return false;
    size_t end = *at + 1;
    if (text.data[*at] == '\'' || text.data[*at] == '"')
        end = end_of_quoted(text, *at);
    else if (is_word_char(text.data[*at]))
        while (end < text.size && is_word_char(text.data[end]))
            end++;
    *ret_token = str_slice(text, *at, end - *at);
    *at = end;
    return true;
}

static bool is_events(struct str token) {
    return str_equals_ignoring_case(token, STR_LITERAL("events")) ||
           str_equals_ignoring_case(token, STR_LITERAL("$EDS_ID"));
}

static bool is_one_of(struct str token, const char *const *words) {
    while (*words != NULL && !str_equals_ignoring_case(token, str_from(*words)))
        words++;
    return *words != NULL;
}

enum { BRACKETS_MAX = 64 }; /* the daemon takes no more either */

/* Where a walk over the tokens is: may the next one be a table? */
struct place_in_text {
    size_t depth;                       /* of brackets */
    bool is_among_tables[BRACKETS_MAX]; /* between FROM and what ends its list, of each depth */
    bool takes_table;
};

static void step(struct place_in_text *at, struct str token) {
    static const char *const openers[] = {"from", "join", NULL};
    static const char *const closers[] = {"select", "where", "group", "having", "window", "order", "limit",
        "offset", "fetch", "union", "intersect", "except", NULL};
    at->depth += str_is(token, "(");
    bool *is_among_tables = &at->is_among_tables[at->depth < BRACKETS_MAX ? at->depth : BRACKETS_MAX - 1];
    bool opens = is_one_of(token, openers);
    if (opens || str_is(token, "(") || is_one_of(token, closers))
        *is_among_tables = opens;
    at->takes_table = opens || (str_is(token, ",") && *is_among_tables);
    at->depth -= str_is(token, ")") && at->depth > 0;
}

/* name AS (SELECT ...: its own table */
static bool is_defined_here(struct str text, size_t at) {
    struct str token;
    return next_token(text, &at, &token) && str_equals_ignoring_case(token, STR_LITERAL("as")) &&
           next_token(text, &at, &token) && str_is(token, "(");
}

bool ctl_statement_names_events(struct str text) {
    struct str token;
    struct place_in_text place = {.depth = 0};
    bool is_named = false;
    for (size_t at = 0; next_token(text, &at, &token); step(&place, token)) {
        if (!is_events(token))
            continue;
        if (is_defined_here(text, at))
            return false;
        is_named = is_named || place.takes_table;
    }
    return is_named;
}

/* As a table, or before a column's name. */
static bool stands_for_store(
    struct str text, size_t at, struct str token, struct str previous, bool takes_table) {
    struct str next = STR_EMPTY;
    IGNORE(next_token(text, &at, &next), "at the end there is none");
    return is_events(token) && !str_is(previous, ".") && (takes_table || str_is(next, "."));
}

static size_t count_tokens(struct str text) {
    struct str token;
    size_t count = 0;
    for (size_t at = 0; next_token(text, &at, &token);)
        count++;
    return count;
}

void ctl_statement_fill(
    struct arena *arena, struct str text, struct str store_id, struct ctl_statement *ret_statement) {
    SCOPED(buf_finish) struct buf sent = BUF_INIT(BUF_UNBOUNDED);
    struct ctl_statement statement = {.text = arena_str(arena, text), .store_id = arena_str(arena, store_id)};
    bool is_filled = ctl_statement_names_events(text);
    struct str token, previous = STR_EMPTY;
    struct place_in_text place = {.depth = 0};
    size_t copied = 0;
    statement.pieces = ARENA_ARRAY(arena, 2 * count_tokens(text) + 1, struct ctl_statement_piece);
    statement.piece_count = 1; /* both begin at 0 */
    for (size_t at = 0; is_filled && next_token(text, &at, &token); previous = token) {
        bool is_store = stands_for_store(text, at, token, previous, place.takes_table);
        step(&place, token);
        if (!is_store)
            continue;
        size_t start = (size_t)(token.data - text.data);
        buf_append_str(&sent, str_slice(text, copied, start - copied));
        statement.pieces[statement.piece_count++] = (struct ctl_statement_piece){start, sent.size};
        buf_append_str(&sent, store_id);
        statement.pieces[statement.piece_count++] = (struct ctl_statement_piece){at, sent.size};
        copied = at;
    }
    buf_append_str(&sent, str_slice(text, copied, SIZE_MAX));
    statement.sent = arena_str(arena, buf_str(&sent));
    *ret_statement = statement;
}

/* Lines and columns count from 1, columns in characters. */
struct place {
    uint64_t line, column;
};

static bool is_inside_char(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t offset_of(struct str text, struct place place) {
    struct place now = {1, 1};
    size_t at = 0;
    while (
        at < text.size && (now.line < place.line || (now.line == place.line && now.column < place.column))) {
        if (now.line == place.line && text.data[at] == '\n')
            break;
        now = text.data[at] == '\n' ? (struct place){now.line + 1, 1}
                                    : (struct place){now.line, now.column + !is_inside_char(text.data[at])};
        at++;
    }
    while (at < text.size && is_inside_char(text.data[at]))
        at++;
    return at;
}

static struct place place_of(struct str text, size_t offset) {
    struct place place = {1, 1};
    for (size_t i = 0; i < offset && i < text.size; i++)
        place = text.data[i] == '\n'
                    ? (struct place){place.line + 1, 1}
                    : (struct place){place.line, place.column + !is_inside_char(text.data[i])};
    return place;
}

/* Where in the typed text. Within an id that was filled in: at the name that stands for it. */
static size_t typed_offset(const struct ctl_statement *statement, size_t sent_at) {
    size_t piece = 0;
    while (piece + 1 < statement->piece_count && statement->pieces[piece + 1].sent_at <= sent_at)
        piece++;
    size_t at = statement->pieces[piece].text_at;
    bool is_name = piece % 2 == 1; /* pieces take turns: text, name */
    if (!is_name)
        at += sent_at - statement->pieces[piece].sent_at;
    return at < statement->text.size ? at : statement->text.size;
}

/* "...line 2:7: what": the place, and what is said of it. */
static bool find_place(struct str message, struct place *ret_place, struct str *ret_what) {
    size_t at = str_find(message, STR_LITERAL("line "));
    if (at == SIZE_MAX)
        return false;
    struct str rest = str_slice(message, at + 5, SIZE_MAX);
    struct str line = str_cut(&rest, ':'), column = str_cut(&rest, ':');
    if (!str_to_u64(line, &ret_place->line) || !str_to_u64(column, &ret_place->column))
        return false;
    *ret_what = str_trim(rest);
    return true;
}

static void print_line(struct str text) {
    struct buf line = BUF_INIT(BUF_UNBOUNDED);
    buf_append_str(&line, text);
    for (size_t i = 0; i < line.size; i++)
        if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
            line.data[i] = ' ';
    (void)fprintf(stderr, "  %.*s\n  ", STR(buf_str(&line)));
    buf_finish(&line);
}

static void print_around(struct str text, size_t at) {
    size_t start = at, end = at;
    while (start > 0 && text.data[start - 1] != '\n' && at - start < SHOWN_BEFORE)
        start--;
    while (end < text.size && text.data[end] != '\n' && end - at < SHOWN_AFTER)
        end++;
    while (start < at && is_inside_char(text.data[start]))
        start++;
    while (end < text.size && is_inside_char(text.data[end]))
        end++;
    print_line(str_slice(text, start, end - start));
    for (size_t i = start; i < at; i++)
        if (!is_inside_char(text.data[i]))
            (void)fputc(' ', stderr);
    (void)fputs("^\n", stderr);
}

bool ctl_statement_place(
    const struct ctl_statement *statement, struct str message, size_t *ret_offset, struct str *ret_what) {
    struct place place;
    if (!find_place(message, &place, ret_what))
        return false;
    *ret_offset = typed_offset(statement, offset_of(statement->sent, place));
    return true;
}

/* The user never wrote the id that `events` stands for. */
static void print_message(const struct ctl_statement *statement, const char *prefix, struct str message) {
    SCOPED(buf_finish) struct buf line = BUF_INIT(BUF_UNBOUNDED);
    struct str id = statement->piece_count > 1 ? statement->store_id : STR_EMPTY;
    while (message.size > 0) {
        size_t at = id.size > 0 ? str_find(message, id) : SIZE_MAX;
        buf_append_format(&line, "%.*s%s", STR(str_slice(message, 0, at)), at == SIZE_MAX ? "" : "events");
        message = at == SIZE_MAX ? STR_EMPTY : str_slice(message, at + id.size, SIZE_MAX);
    }
    ctl_complain("cairn query: %s%.*s", prefix, STR(buf_str(&line)));
}

void ctl_statement_print_fault(const struct ctl_statement *statement, struct str message) {
    size_t at = 0;
    struct str what;
    if (!ctl_statement_place(statement, message, &at, &what)) {
        print_message(statement, "", message);
        return;
    }
    char prefix[64];
    struct place place = place_of(statement->text, at);
    (void)snprintf(prefix, sizeof prefix, "line %llu:%llu: ", (unsigned long long)place.line,
        (unsigned long long)place.column);
    print_message(statement, prefix, what);
    print_around(statement->text, at);
}
