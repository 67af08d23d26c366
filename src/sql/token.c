/* SPDX-License-Identifier: Apache-2.0 */
/* token.c: cuts a statement into tokens, in one pass. */
#include "token.h"

#include "base/buf.h"
#include "codec/text.h"

#include <stdarg.h>
#include <stdio.h>

#define HARD_KEYWORDS                                                                                        \
    "and as between by case cross cube distinct else end escape except exists false from full group "        \
    "having in inner intersect is join left like natural not null on or order outer recursive right rollup " \
    "select then true union using values when where with"

struct lexer {
    struct sql_tokens *tokens;
    struct sql_token *list;
    size_t at;
    size_t open[SQL_DEPTH_MAX]; /* brackets that wait for their partner */
    size_t depth;
};

struct sql_place sql_place_of(struct str text, size_t offset) {
    struct sql_place place = {1, 1};
    for (size_t i = 0; i < offset && i < text.size; i++) {
        if (text.data[i] == '\n')
            place = (struct sql_place){place.line + 1, 1};
        else if (((unsigned char)text.data[i] & 0xc0) != 0x80) /* a character, not a further byte of one */
            place.column++;
    }
    return place;
}

size_t sql_offset(const struct sql_tokens *tokens, size_t index) {
    if (index >= tokens->count)
        return tokens->text.size;
    return (size_t)(tokens->list[index].text.data - tokens->text.data);
}

PRINTF(4, 0)
static bool fail_at(
    struct str text, size_t offset, struct error *error, const char *format, va_list arguments) {
    char message[320];
    (void)vsnprintf(message, sizeof(message), format, arguments);
    struct sql_place place = sql_place_of(text, offset);
    return error_set(error, ERROR_INVALID, "line %u:%u: %s", place.line, place.column, message);
}

bool sql_fail_at(struct str text, size_t offset, struct error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool answer = fail_at(text, offset, error, format, arguments);
    va_end(arguments);
    return answer;
}

bool sql_fail(const struct sql_tokens *tokens, size_t index, struct error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool answer = fail_at(tokens->text, sql_offset(tokens, index), error, format, arguments);
    va_end(arguments);
    return answer;
}

bool sql_is(const struct sql_tokens *tokens, size_t index, const char *text) {
    if (index >= tokens->count)
        return false;
    const struct sql_token *token = &tokens->list[index];
    return (token->kind == SQL_WORD || token->kind == SQL_SYMBOL) &&
           str_equals_ignoring_case(token->text, str_from(text));
}

bool sql_is_any(const struct sql_tokens *tokens, size_t index, const char *words) {
    if (index >= tokens->count || tokens->list[index].kind == SQL_TEXT)
        return false;
    struct str rest = str_from(words);
    while (rest.size > 0)
        if (str_equals_ignoring_case(str_cut(&rest, ' '), tokens->list[index].text))
            return true;
    return false;
}

bool sql_is_hard_keyword(const struct sql_tokens *tokens, size_t index) {
    return index < tokens->count && tokens->list[index].kind == SQL_WORD &&
           sql_is_any(tokens, index, HARD_KEYWORDS);
}

struct str sql_unquoted(const struct sql_tokens *tokens, size_t index) {
    const struct sql_token *token = &tokens->list[index];
    if (token->kind != SQL_QUOTED && token->kind != SQL_TEXT)
        return token->text;
    struct str inside = str_slice(token->text, 1, token->text.size - 2);
    char quote = token->text.data[0];
    if (str_find_char(inside, quote) == SIZE_MAX)
        return inside;
    char *text = arena_alloc(tokens->arena, inside.size);
    size_t size = 0;
    for (size_t i = 0; i < inside.size; i++) {
        text[size++] = inside.data[i];
        if (inside.data[i] == quote)
            i++; /* the second of two */
    }
    return str_of(text, size);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool sql_is_uuid(struct str text) {
    struct uuid ignored;
    return uuid_parse(text, &ignored);
}

static bool fail(const struct lexer *lexer, size_t offset, struct error *error, const char *reason) {
    return sql_fail_at(lexer->tokens->text, offset, error, "%s", reason);
}

/* A fault that is no mistake, but past a limit. */
static bool too_much(const struct lexer *lexer, struct error *error, const char *reason) {
    (void)fail(lexer, lexer->at, error, reason);
    error->kind = ERROR_LIMIT;
    return false;
}

/* Past blanks and comments. */
static bool skip_blanks(struct lexer *lexer, struct error *error) {
    struct str text = lexer->tokens->text;
    while (lexer->at < text.size) {
        struct str rest = str_slice(text, lexer->at, SIZE_MAX);
        if (str_starts_with(rest, STR_LITERAL("--"))) {
            size_t end = str_find_char(rest, '\n');
            lexer->at = end == SIZE_MAX ? text.size : lexer->at + end;
        } else if (str_starts_with(rest, STR_LITERAL("/*"))) {
            size_t end = str_find(str_slice(rest, 2, SIZE_MAX), STR_LITERAL("*/"));
            if (end == SIZE_MAX)
                return fail(lexer, lexer->at, error, "this comment does not end");
            lexer->at += end + 4;
        } else if (rest.data[0] == ' ' || (rest.data[0] >= '\t' && rest.data[0] <= '\r')) {
            lexer->at++;
        } else {
            return true;
        }
    }
    return true;
}

/* The size of a quoted text or name; a doubled quote stands for itself. 0: it does not end. */
static size_t quoted_size(struct str rest) {
    char quote = rest.data[0];
    for (size_t i = 1; i < rest.size; i++) {
        if (rest.data[i] != quote)
            continue;
        if (i + 1 == rest.size || rest.data[i + 1] != quote)
            return i + 1;
        i++;
    }
    return 0;
}

static size_t word_size(struct str rest) {
    size_t size = 0;
    while (size < rest.size && (is_letter(rest.data[size]) || is_digit(rest.data[size])))
        size++;
    return size;
}

/* 12, 1.5, .5, 1e10, 1.5E-3 */
static size_t number_size(struct str rest) {
    size_t size = 0;
    while (size < rest.size && is_digit(rest.data[size]))
        size++;
    if (size < rest.size && rest.data[size] == '.')
        for (size++; size < rest.size && is_digit(rest.data[size]);)
            size++;
    if (size < rest.size && (rest.data[size] | 0x20) == 'e') {
        size_t digits = size + 1;
        if (digits < rest.size && (rest.data[digits] == '+' || rest.data[digits] == '-'))
            digits++;
        if (digits < rest.size && is_digit(rest.data[digits]))
            for (size = digits; size < rest.size && is_digit(rest.data[size]);)
                size++;
    }
    return size;
}

static size_t symbol_size(struct str rest) {
    static const char *const pairs[] = {"<=", ">=", "<>", "!=", "||", "->"};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (str_starts_with(rest, str_from(pairs[i])))
            return 2;
    return str_find_char(STR_LITERAL("()[],.;+-*/%=<>"), rest.data[0]) != SIZE_MAX ? 1 : 0;
}

/* A number or word may not run on into letters, nor an id: "12ab", "0a1b...-x". */
static bool ends_here(struct str rest, size_t size) {
    return size >= rest.size || !(is_letter(rest.data[size]) || is_digit(rest.data[size]));
}

static bool measure(struct lexer *lexer, struct str rest, enum sql_token_kind *ret_kind, size_t *ret_size,
    struct error *error) {
    char c = rest.data[0];
    *ret_kind = SQL_SYMBOL;
    *ret_size = 0;
    if (sql_is_uuid(str_slice(rest, 0, UUID_TEXT_SIZE)) && ends_here(rest, UUID_TEXT_SIZE)) {
        *ret_kind = SQL_STORE;
        *ret_size = UUID_TEXT_SIZE;
    } else if (c == '\'' || c == '"') {
        *ret_kind = c == '"' ? SQL_QUOTED : SQL_TEXT;
        *ret_size = quoted_size(rest);
        if (*ret_size == 0)
            return fail(lexer, lexer->at, error, "this quote does not end");
    } else if (is_letter(c)) {
        *ret_kind = SQL_WORD;
        *ret_size = word_size(rest);
    } else if (is_digit(c) || (c == '.' && rest.size > 1 && is_digit(rest.data[1]))) {
        *ret_kind = SQL_NUMBER;
        *ret_size = number_size(rest);
        if (!ends_here(rest, *ret_size))
            return fail(lexer, lexer->at, error,
                "identifiers must not start with a digit; surround it with double quotes");
    } else {
        *ret_size = symbol_size(rest);
    }
    if (*ret_size > 0)
        return true;
    if (c == '`')
        return fail(lexer, lexer->at, error, "backquoted identifiers are not supported; use double quotes");
    return fail(lexer, lexer->at, error, "this character is not expected here");
}

static bool match_bracket(struct lexer *lexer, size_t index, struct error *error) {
    struct sql_token *token = &lexer->list[index];
    char c = token->kind == SQL_SYMBOL && token->text.size == 1 ? token->text.data[0] : ' ';
    if (c == '(' || c == '[') {
        if (lexer->depth == SQL_DEPTH_MAX)
            return too_much(lexer, error, "brackets are nested too deeply");
        lexer->open[lexer->depth++] = index;
    } else if (c == ')' || c == ']') {
        char opening = c == ')' ? '(' : '[';
        if (lexer->depth == 0 || lexer->list[lexer->open[lexer->depth - 1]].text.data[0] != opening)
            return fail(lexer, lexer->at, error, "this bracket closes nothing");
        token->partner = lexer->open[--lexer->depth];
        lexer->list[token->partner].partner = index;
    }
    return true;
}

bool sql_tokens_read(
    struct arena *arena, struct str text, struct sql_tokens *ret_tokens, struct error *error) {
    if (text.size > SQL_STATEMENT_SIZE_MAX)
        return error_set(
            error, ERROR_LIMIT, "line 1:1: a statement has at most %d characters", SQL_STATEMENT_SIZE_MAX);
    if (!str_is_utf8(text) || str_find_char(text, '\0') != SIZE_MAX)
        return error_set(error, ERROR_INVALID, "line 1:1: the statement is not text");
    struct sql_tokens tokens = {.arena = arena, .text = text};
    struct lexer lexer = {.tokens = &tokens, .list = ARENA_ARRAY(arena, text.size + 1, struct sql_token)};
    for (;;) {
        if (!skip_blanks(&lexer, error))
            return false;
        if (lexer.at >= text.size)
            break;
        struct sql_token *token = &lexer.list[tokens.count];
        size_t size = 0;
        if (!measure(&lexer, str_slice(text, lexer.at, SIZE_MAX), &token->kind, &size, error))
            return false;
        token->text = str_slice(text, lexer.at, size);
        if (!match_bracket(&lexer, tokens.count++, error))
            return false;
        lexer.at += size;
    }
    tokens.list = lexer.list;
    if (lexer.depth > 0)
        return fail(&lexer, (size_t)(lexer.list[lexer.open[lexer.depth - 1]].text.data - text.data), error,
            "this bracket does not end");
    *ret_tokens = tokens;
    return true;
}
