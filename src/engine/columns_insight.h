/* SPDX-License-Identifier: Apache-2.0 */
/* columns_insight: what a store of insights has in columns of its own, out of `insightDetails`. */
#pragma once

#include "codec/json_walk.h"

#include "columns.h"

/* In columns.c: the value that comes, into the cell of a column and the cells of its parts, which follow. */
void engine_columns_take(
    struct engine_columns *columns, struct json_walk *walk, size_t column, struct engine_cell *cell);

void engine_columns_take_insight(
    struct engine_columns *columns, struct str record, struct engine_cell cells[ENGINE_COLUMN_COUNT]);
