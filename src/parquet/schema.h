/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: columns as Parquet has them: a tree of groups, whose leaves are what is stored. How deep a value is
 * there (its definition) and in which list it is another one (its repetition) is counted as in Dremel.
 *
 * Threads: constant once it is made.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "parquet/parquet.h"

#include "format.h"

struct parquet_leaf_type {
    enum parquet_physical physical;
    uint8_t definition_max, repetition_max;
    struct bytes path; /* the field path_in_schema, encoded but for its head */
    size_t path_count;
};

struct parquet_node {
    size_t leaf, leaf_end; /* of the column and its parts */
    uint8_t definition;    /* where it is there */
    uint8_t repetition;    /* of the further elements of a list or map */
};

struct parquet_schema {
    struct arena arena;
    const struct parquet_column *columns;
    size_t column_count;
    struct parquet_node *nodes;       /* of each column */
    struct parquet_leaf_type *leaves; /* a map has two: keys, values */
    size_t leaf_count;
    struct buf elements; /* the field schema, encoded but for its head */
    size_t element_count;
};

void parquet_schema_init(
    struct parquet_schema *schema, const struct parquet_column *columns, size_t column_count);
void parquet_schema_finish(struct parquet_schema *schema);
