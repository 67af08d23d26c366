/* SPDX-License-Identifier: Apache-2.0 */
/* token: a statement cut into tokens; blanks and comments are gone, brackets know their partners. */
#pragma once

#include "base/arena.h"

enum presto_token_kind {
    PRESTO_WORD,   /* select, eventName */
    PRESTO_QUOTED, /* "a b", with its quotes */
    PRESTO_TEXT,   /* 'it''s', with its quotes */
    PRESTO_NUMBER,
    PRESTO_STORE,  /* a bare UUID */
    PRESTO_SYMBOL, /* ( ) [ ] , . ; + - * / % = < > <> != <= >= || -> */
};

struct presto_token {
    enum presto_token_kind kind;
    struct str text; /* a slice of the statement */
    size_t partner;  /* of a bracket: the index of the other one */
};

struct presto_tokens {
    struct str text; /* the whole statement */
    const struct presto_token *list;
    size_t count;
};

/* Tokens `begin` up to before `end`. */
struct presto_range {
    size_t begin, end;
};

/* ERROR_INVALID with the place: a strange character, an open quote, comment or bracket; ERROR_LIMIT. */
NODISCARD bool presto_tokens_read(
    struct arena *arena, struct str text, struct presto_tokens *ret_tokens, struct error *error);

/* "line 1:8: ..." for a byte of the statement; returns false. */
bool presto_fail_at(struct str text, size_t offset, struct error *error, const char *format, ...)
    PRINTF(4, 5);

/* Line and column of a byte; columns count characters. */
struct presto_place presto_place_of(struct str text, size_t offset);

/* Is it this word, in any case, or this symbol? False past the end. */
bool presto_is(const struct presto_tokens *tokens, size_t index, const char *text);

/* As presto_is() for any of the words of a list "and or not", blanks between. */
bool presto_is_any(const struct presto_tokens *tokens, size_t index, const char *words);

/* Is the text a UUID? */
bool presto_is_uuid(struct str text);
