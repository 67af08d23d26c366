/* SPDX-License-Identifier: Apache-2.0 */
/* failure.c: what the engine says of a statement, in words that fit the user's own text. */
#include "rewriter.h"

/* The name in double quotes that the message is about. */
static struct str quoted_name(struct str message) {
    struct str rest = message;
    (void)str_cut(&rest, '"');
    return str_find_char(rest, '"') == SIZE_MAX ? STR_EMPTY : str_cut(&rest, '"');
}

/* The place of the first token that is the name; the statement's begin where there is none. */
static struct presto_place place_of_name(const struct presto_statement *statement, struct str name) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct presto_tokens tokens = {0};
    struct error error;
    bool is_read = presto_tokens_read(&arena, statement->text, &tokens, &error);
    for (size_t i = 0; is_read && i < tokens.count; i++) {
        struct str text = tokens.list[i].text;
        if (tokens.list[i].kind == PRESTO_QUOTED)
            text = str_slice(text, 1, text.size - 2);
        if (str_equals_ignoring_case(text, name))
            return presto_place_of(
                statement->text, (size_t)(tokens.list[i].text.data - statement->text.data));
    }
    return (struct presto_place){1, 1};
}

struct failure {
    struct str message;
    uint64_t position;
    bool has_position, is_limit;
};

/* "Binder Error: {"exception_type":"Binder","exception_message":"...","position":"7"}", or words alone. */
static struct failure read_failure(struct json_parser *parser, struct str text) {
    struct failure failure = {.message = text};
    struct json_value root = JSON_MISSING;
    struct error error;
    size_t begin = str_find_char(text, '{');
    if (begin == SIZE_MAX || !json_parse(parser, str_slice(text, begin, SIZE_MAX), &root, &error) ||
        !json_string(json_get(root, "exception_message"), &failure.message))
        return failure;
    struct str type = json_text(json_get(root, "exception_type"));
    failure.has_position = str_to_u64(json_text(json_get(root, "position")), &failure.position);
    failure.is_limit = str_is(type, "Out of Memory") || str_is(type, "Interrupt");
    return failure;
}

bool presto_engine_failure(const struct presto_statement *statement, struct str text, struct error *error) {
    struct json_parser *parser = json_parser_create();
    struct failure failure = read_failure(parser, text);
    struct str line = failure.message;
    line = str_cut(&line, '\n'); /* hints of the engine's own follow */
    struct str name = quoted_name(line);
    bool is_column = name.size > 0 && (str_starts_with(line, STR_LITERAL("Referenced ")) ||
                                          str_starts_with(line, STR_LITERAL("Column \"")));
    struct presto_place place = {1, 1};
    if (failure.has_position)
        place = presto_place(statement, (size_t)failure.position);
    else if (name.size > 0)
        place = place_of_name(statement, name);
    if (is_column)
        (void)error_set(error, ERROR_INVALID, "line %u:%u: Column '%.*s' cannot be resolved", place.line,
            place.column, name.size < 200 ? (int)name.size : 200, name.data);
    else if (failure.is_limit)
        (void)error_set(error, ERROR_LIMIT, "%.*s", line.size < 400 ? (int)line.size : 400, line.data);
    else
        (void)error_set(error, ERROR_INVALID, "line %u:%u: %.*s", place.line, place.column,
            line.size < 400 ? (int)line.size : 400, line.data);
    json_parser_destroy(parser);
    return false;
}
