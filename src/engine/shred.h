/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shred: rows of cells into a Parquet file's columns.
 *
 * Threads: one owner.
 */
#pragma once

#include "parquet/parquet.h"

#include "columns.h"

/* The columns as the file has them; a column has the same index there. */
void engine_shred_columns(
    const struct engine_columns *columns, struct parquet_column ret_columns[ENGINE_COLUMN_COUNT]);

/* Put a row, which the caller ends. */
void engine_shred(struct parquet_writer *writer, const struct engine_columns *columns,
    const struct engine_cell cells[ENGINE_COLUMN_COUNT]);
