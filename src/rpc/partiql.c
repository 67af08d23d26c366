/* SPDX-License-Identifier: Apache-2.0 */
/* partiql: statements without their literals. Comments go too: they may hold anything. */
#include "base/own.h"

#include "dynamodb.h"

struct scanner {
    struct str text;
    size_t at;
    struct buf out;
    char before; /* the last character that was no space */
};

static char peek(const struct scanner *scanner, size_t ahead) {
    if (scanner->at + ahead >= scanner->text.size)
        return '\0';
    return scanner->text.data[scanner->at + ahead];
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '$' ||
           (uint8_t)c >= 0x80;
}

/* Step behind the quote that ends what begins here; a doubled one does not end it. */
static void skip_quoted(struct scanner *scanner, char quote) {
    for (scanner->at++; scanner->at < scanner->text.size; scanner->at++) {
        if (peek(scanner, 0) != quote)
            continue;
        if (peek(scanner, 1) != quote)
            break;
        scanner->at++;
    }
    scanner->at++;
}

static void skip_comment(struct scanner *scanner) {
    bool is_line = peek(scanner, 0) == '-';
    struct str end = is_line ? STR_LITERAL("\n") : STR_LITERAL("*/");
    size_t size = str_find(str_slice(scanner->text, scanner->at, SIZE_MAX), end);
    scanner->at = size == SIZE_MAX ? scanner->text.size : scanner->at + size + end.size;
    buf_append_char(&scanner->out, ' ');
}

/* A word or a number, with what a number may have in it. */
static void take_word(struct scanner *scanner) {
    size_t start = scanner->at;
    bool is_number = is_digit(peek(scanner, 0));
    while (is_word(peek(scanner, 0)) || (is_number && peek(scanner, 0) == '.'))
        scanner->at++;
    if (is_number)
        buf_append_text(&scanner->out, "***(Redacted)");
    else
        buf_append(&scanner->out, scanner->text.data + start, scanner->at - start);
}

/* Double quotes make a name, but where only a value can stand somebody took them for the others. */
static bool is_value_quote(const struct scanner *scanner, char c) {
    char before = scanner->before;
    bool follows_operator = before == '=' || before == '<' || before == '>' || before == ':' || before == '[';
    return c == '\'' || c == '`' || (c == '"' && follows_operator);
}

static void take_token(struct scanner *scanner) {
    char c = peek(scanner, 0);
    size_t start = scanner->at;
    if (is_value_quote(scanner, c)) {
        skip_quoted(scanner, c);
        buf_append_text(&scanner->out, "***(Redacted)");
    } else if (c == '"') {
        skip_quoted(scanner, c);
        buf_append_str(&scanner->out, str_slice(scanner->text, start, scanner->at - start));
    } else if ((c == '-' && peek(scanner, 1) == '-') || (c == '/' && peek(scanner, 1) == '*')) {
        skip_comment(scanner);
    } else if (is_word(c)) {
        take_word(scanner);
    } else {
        buf_append_char(&scanner->out, c);
        scanner->at++;
    }
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
        scanner->before = c;
}

void rpc_write_statement(struct json_writer *writer, struct str statement) {
    struct scanner scanner = {.text = statement, .out = BUF_INIT(BUF_UNBOUNDED)};
    while (scanner.at < statement.size)
        take_token(&scanner);
    json_write_string(writer, buf_str(&scanner.out));
    buf_finish(&scanner.out);
}
