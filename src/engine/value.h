/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: values of an answer as the texts that AWS gives (docs/lake-sql.md, "How values are printed").
 *
 * Threads: the worker's own.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

#include "library.h"

struct engine_type {   /* a column's type, taken apart once */
    int id, stored_as; /* stored_as: of decimals and enumerations */
    uint8_t scale;     /* of decimals */
    uint64_t length;   /* of arrays of one length */
    size_t part_count;
    struct engine_type *parts; /* list: its element; map: key and value; struct: its fields */
    struct str *names;         /* of a struct's fields */
    struct duckdb_type *type;
};

/* In the arena. ERROR_INVALID for a type that no text is known for. */
NODISCARD bool engine_type_describe(struct arena *arena, const struct engine_library *library,
    struct duckdb_type *owned_type, struct engine_type *ret_type, struct error *error);

/* Append the value in row `row`; false where it is null, and nothing is appended. */
bool engine_type_append(struct buf *buf, const struct engine_library *library, const struct engine_type *type,
    struct duckdb_vector *vector, uint64_t row);
