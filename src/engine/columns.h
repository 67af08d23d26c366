/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns: one record's text to the values of the Lake's columns (column_table.h). Pure: knows nothing of the
 * engine. A record of any kind and shape gives a row; what does not fit its column is null there, or text.
 *
 * Threads: an extractor one owner.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

#include "column_table.h"

enum engine_column_kind {
    ENGINE_TEXT,    /* a string's text; of any other value the JSON as it stands */
    ENGINE_BOOLEAN, /* also of "true" and "false" */
    ENGINE_INTEGER, /* 32 bits */
    ENGINE_DOUBLE,
    ENGINE_TIME,   /* microseconds since 1970 UTC */
    ENGINE_MAP,    /* an object's members: key and text, or null */
    ENGINE_STRUCT, /* an object; its parts follow */
    ENGINE_LIST,   /* an array of structs; their parts follow */
    ENGINE_RECORD, /* the record's bytes */
};

enum {
#define ENGINE_COLUMN_COUNTED(depth, name, kind, key) +1
    ENGINE_COLUMN_COUNT = ENGINE_COLUMN_TABLE(ENGINE_COLUMN_COUNTED),
#undef ENGINE_COLUMN_COUNTED
};

struct engine_column {
    const char *name;
    struct str key;
    enum engine_column_kind kind;
    unsigned depth;
    size_t end; /* index of the next column that is no part of this one */
};

struct engine_cell {
    enum { ENGINE_CELL_ABSENT, ENGINE_CELL_NULL, ENGINE_CELL_VALUE } state;
    union {
        struct str text;
        int64_t number; /* boolean, integer, time */
        double real;
        struct {
            const struct engine_cell *items; /* map: key, value, key, ...; list: each element's parts */
            size_t item_count;
        };
    };
};

struct engine_columns {
    struct engine_column rows[ENGINE_COLUMN_COUNT];
    size_t time_column, insight_column; /* indexes of eventtime, insightdetails */
    struct arena arena;                 /* what cells borrow */
    struct engine_cell *stack;
    size_t stack_size, stack_capacity;
};

void engine_columns_init(struct engine_columns *columns);
void engine_columns_finish(struct engine_columns *columns);

/* Index of a column of depth 0 by its name, which has to be one. */
size_t engine_columns_find(const struct engine_columns *columns, const char *name);

/* Fill one cell for each column, parts of lists excepted: those stand in the list's items. What is not
 * ENGINE_CELL_VALUE is null, and so are its parts, whatever stands there. `keep_json`: eventjson too.
 * Cells borrow the record, and the extractor until it is cleared. */
void engine_columns_extract(struct engine_columns *columns, struct str record, bool keep_json,
    struct engine_cell ret_cells[ENGINE_COLUMN_COUNT]);
void engine_columns_clear(struct engine_columns *columns);

/* The event's time, as event_parse() takes it: eventTime, or where the window of an aggregated event starts;
 * 1970 where neither is a time. It is in the column too, which is never null. Clears the extractor. */
struct moment engine_columns_time(struct engine_columns *columns, struct str record);
