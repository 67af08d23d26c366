/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type: Presto's types, by the names that the engine has for them. Threads: any.
 */
#pragma once

#include "token.h"

/* What is known of an expression's type without asking the engine. */
enum sql_kind {
    KIND_ANY,
    KIND_ARRAY,
    KIND_BINARY,
    KIND_BOOLEAN,
    KIND_DATE,
    KIND_DOUBLE,
    KIND_INTERVAL,
    KIND_JSON,
    KIND_MAP,
    KIND_NUMBER,
    KIND_ROWS, /* an array of rows */
    KIND_SAME, /* in tables of functions only: of the first argument's */
    KIND_TEXT,
    KIND_TIME,
    KIND_TIMESTAMP,
    KIND_ZONED,
};

struct sql_type {
    struct str name; /* the engine's */
    enum sql_kind kind;
};

/* The type that a range names; ERROR_INVALID, with the place, for what is none or is not covered. */
NODISCARD bool sql_type_read(
    const struct sql_tokens *tokens, struct sql_range range, struct sql_type *ret_type, struct error *error);
