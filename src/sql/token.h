/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token: a statement cut into tokens, and ranges of them. Blanks and comments are gone, brackets know their
 * partners. What is found wrong is told with AWS's form of place in front, "line 1:8: ...".
 *
 * Threads: any; tokens are values that live in their arena.
 */
#pragma once

#include "base/arena.h"

enum {
    SQL_STATEMENT_SIZE_MAX = 10000, /* AWS: characters of a QueryStatement; bytes here */
    SQL_DEPTH_MAX = 64,             /* of brackets */
};

enum sql_token_kind {
    SQL_WORD,   /* select, eventName */
    SQL_QUOTED, /* "a b", with its quotes */
    SQL_TEXT,   /* 'it''s', with its quotes */
    SQL_NUMBER,
    SQL_STORE,  /* a bare UUID */
    SQL_SYMBOL, /* ( ) [ ] , . ; + - * / % = < > <> != <= >= || -> */
};

struct sql_token {
    enum sql_token_kind kind;
    struct str text; /* a slice of the statement */
    size_t partner;  /* of a bracket: the index of the other one */
};

struct sql_tokens {
    struct arena *arena; /* borrowed; what is made of them lives there too */
    struct str text;     /* the whole statement */
    const struct sql_token *list;
    size_t count;
};

/* Tokens `begin` up to before `end`. */
struct sql_range {
    size_t begin, end;
};

/* ERROR_INVALID with the place: a strange character, an open quote, comment or bracket; ERROR_LIMIT. */
NODISCARD bool sql_tokens_read(
    struct arena *arena, struct str text, struct sql_tokens *ret_tokens, struct error *error);

/* Line and column of a byte, both from 1; columns count characters. */
struct sql_place {
    unsigned line, column;
};
struct sql_place sql_place_of(struct str text, size_t offset);

/* The byte that a token begins at; the end of the statement past the last. */
size_t sql_offset(const struct sql_tokens *tokens, size_t index);

/* ERROR_INVALID with the place of a byte, or of a token; returns false. */
bool sql_fail_at(struct str text, size_t offset, struct error *error, const char *format, ...) PRINTF(4, 5);
bool sql_fail(const struct sql_tokens *tokens, size_t index, struct error *error, const char *format, ...)
    PRINTF(4, 5);

/* Is it this word, in any case, or this symbol? False past the end. */
bool sql_is(const struct sql_tokens *tokens, size_t index, const char *text);

/* As sql_is() for any of the words of a list "and or not", blanks between. */
bool sql_is_any(const struct sql_tokens *tokens, size_t index, const char *words);

/* Is it a word that is a keyword wherever it stands? */
bool sql_is_hard_keyword(const struct sql_tokens *tokens, size_t index);

/* Is the text a UUID? */
bool sql_is_uuid(struct str text);

/* What a name or a text says: without its quotes, doubled ones single. */
struct str sql_unquoted(const struct sql_tokens *tokens, size_t index);

/* Ranges take brackets as wholes. */
struct sql_range sql_inside(const struct sql_tokens *tokens, size_t bracket);
bool sql_is_empty(struct sql_range range);
bool sql_is_single(const struct sql_tokens *tokens, struct sql_range range, enum sql_token_kind kind);

/* The first token that is one of the words, outside brackets; the end of the range where none is. */
size_t sql_find(const struct sql_tokens *tokens, struct sql_range range, const char *words);

/* The parts between separators; 0 of an empty range. */
size_t sql_split(const struct sql_tokens *tokens, struct sql_range range, const char *separator,
    struct sql_range **ret_parts);

/* Past the operand that the range begins with: a name or call or bracket or literal, and what hangs on it:
 * .field, [index], FILTER (...), OVER (...). */
size_t sql_primary_end(const struct sql_tokens *tokens, struct sql_range range);

/* The begin of the operand that ends where the range does. */
size_t sql_primary_begin(const struct sql_tokens *tokens, struct sql_range range);
