/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types: the Lake's columns as types of the SQL engine.
 *
 * Threads: any.
 */
#pragma once

#include "columns.h"
#include "library.h"

/* The columns of depth 0 as result columns of a table function. */
void engine_types_declare(
    const struct engine_library *library, const struct engine_columns *columns, struct duckdb_bind *bind);
