/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vectors: rows of cells into a chunk of the SQL engine's vectors, whose layout the engine's C interface
 * gives.
 *
 * Threads: one owner.
 */
#pragma once

#include "columns.h"
#include "library.h"

struct engine_vector {
    struct duckdb_vector *vector;
    void *data;
    uint64_t *validity; /* a bit for each row; all null at first */
    /* of a map or list: the rows of all its entries or elements */
    uint64_t size, capacity;
    union duckdb_text *key_data, *value_data; /* map */
    uint64_t *value_validity;
};

struct engine_vectors {
    const struct engine_library *library;
    const struct engine_columns *columns;
    struct engine_vector all[ENGINE_COLUMN_COUNT];
};

/* The columns of depth 0 as result columns of a table function. */
void engine_vectors_declare(
    const struct engine_library *library, const struct engine_columns *columns, struct duckdb_bind *bind);

/* Into a chunk: begin, one row after the other from 0 on, at most `vector_size()` of them, end. The chunk
 * borrows the texts of the cells. */
void engine_vectors_begin(struct engine_vectors *vectors, struct duckdb_chunk *chunk);
void engine_vectors_put(
    struct engine_vectors *vectors, uint64_t row, const struct engine_cell cells[ENGINE_COLUMN_COUNT]);
void engine_vectors_end(struct engine_vectors *vectors, struct duckdb_chunk *chunk, uint64_t row_count);
