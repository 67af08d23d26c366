/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns: a record is walked once, without a tree. Each member of an object is looked for among the parts of
 * its struct, beginning after the last one found: records have their members in the table's order, so nearly
 * always the first look finds it. Of a key that stands twice the first counts, as in json_get(): what
 * selectors saw is what queries see.
 */
#include "columns.h"

#include "base/check.h"
#include "base/mem.h"
#include "codec/hash.h"
#include "codec/json_walk.h"
#include "codec/text.h"

#include "columns_insight.h"

#include <string.h>

enum { FEW_KEYS = 16, US_PER_MS = 1000 };

static const struct engine_column table[ENGINE_COLUMN_COUNT] = {
#define TABLE_ROW(row_depth, row_name, row_kind, row_key)                                                    \
    {.name = #row_name, .key = {row_key, sizeof row_key - 1}, .kind = ENGINE_##row_kind, .depth = row_depth},
    ENGINE_COLUMN_TABLE(TABLE_ROW)
#undef TABLE_ROW
};

void engine_columns_init(struct engine_columns *columns) {
    *columns = (struct engine_columns){.arena = ARENA_INIT};
    memcpy(columns->rows, table, sizeof table);
    for (size_t i = 0; i < ENGINE_COLUMN_COUNT; i++) {
        size_t end = i + 1;
        while (end < ENGINE_COLUMN_COUNT && table[end].depth > table[i].depth)
            end++;
        columns->rows[i].end = end;
    }
    columns->time_column = engine_columns_find(columns, "eventtime");
    columns->insight_column = engine_columns_find(columns, "insightdetails");
}

void engine_columns_finish(struct engine_columns *columns) {
    arena_finish(&columns->arena);
    mem_free(columns->stack);
}

size_t engine_columns_find(const struct engine_columns *columns, const char *name) {
    size_t at = 0;
    while (strcmp(columns->rows[at].name, name) != 0) {
        at = columns->rows[at].end;
        ASSERT(at < ENGINE_COLUMN_COUNT);
    }
    return at;
}

/* Cells of a map or list pile up here until it is known how many there are. */
static void push(struct engine_columns *columns, const struct engine_cell *cells, size_t count) {
    if (columns->stack_size + count > columns->stack_capacity) {
        columns->stack_capacity = (columns->stack_size + count) * 2;
        columns->stack = mem_resize_array(columns->stack, columns->stack_capacity, sizeof *columns->stack);
    }
    memcpy(columns->stack + columns->stack_size, cells, count * sizeof *cells);
    columns->stack_size += count;
}

/* What was pushed since `base` becomes the items of `cell`. */
static void pop(
    struct engine_columns *columns, size_t base, size_t cells_per_item, struct engine_cell *ret_cell) {
    size_t count = columns->stack_size - base;
    struct engine_cell *items = arena_alloc_unset(&columns->arena, count * sizeof *items);
    if (count > 0)
        memcpy(items, columns->stack + base, count * sizeof *items);
    columns->stack_size = base;
    *ret_cell = (struct engine_cell){ENGINE_CELL_VALUE, .items = items, .item_count = count / cells_per_item};
}

/* What was taken last, from between its quotes. */
static struct str decode(struct engine_columns *columns, const struct json_walk *walk, struct str raw) {
    return walk->is_escaped ? json_walk_decode(&columns->arena, raw) : raw;
}

static struct engine_cell text_cell(
    struct engine_columns *columns, const struct json_walk *walk, enum json_kind kind, struct str raw) {
    if (kind == JSON_NULL)
        return (struct engine_cell){.state = ENGINE_CELL_NULL};
    struct str text = kind == JSON_STRING ? decode(columns, walk, json_walk_unquote(raw)) : raw;
    return (struct engine_cell){ENGINE_CELL_VALUE, .text = text};
}

/* Of entries with the same key the first stays; returns how many cells stay. The order stays too. */
static size_t drop_repeated_keys(
    struct engine_columns *columns, struct engine_cell *entries, size_t cell_count) {
    size_t kept = 0, slot_count = 1;
    while (slot_count < cell_count)
        slot_count *= 2;
    uint32_t *slots = NULL; /* 1 + the entry's place among the kept ones */
    if (cell_count / 2 > FEW_KEYS)
        slots = ARENA_ARRAY(&columns->arena, slot_count, uint32_t);
    for (size_t i = 0; i < cell_count; i += 2) {
        struct str key = entries[i].text;
        bool is_known = false;
        size_t slot = slots == NULL ? 0 : hash_quick(str_bytes(key), 0) & (slot_count - 1);
        for (size_t other = 0; slots == NULL && !is_known && other < kept; other += 2)
            is_known = str_equals(entries[other].text, key);
        for (; slots != NULL && slots[slot] != 0 && !is_known; slot = (slot + 1) & (slot_count - 1))
            is_known = str_equals(entries[(slots[slot] - 1) * 2].text, key);
        if (is_known)
            continue;
        if (slots != NULL)
            slots[slot] = (uint32_t)(kept / 2) + 1;
        memmove(entries + kept, entries + i, 2 * sizeof *entries);
        kept += 2;
    }
    return kept;
}

static struct engine_cell take_map(struct engine_columns *columns, struct json_walk *walk) {
    size_t base = columns->stack_size;
    struct str raw_key;
    json_walk_enter(walk, '{');
    while (json_walk_member(walk, &raw_key)) {
        struct str key = decode(columns, walk, raw_key);
        enum json_kind kind = json_walk_kind(walk);
        struct str value = json_walk_value(walk);
        struct engine_cell entry[2] = {
            {ENGINE_CELL_VALUE, .text = key},
            text_cell(columns, walk, kind, value),
        };
        push(columns, entry, 2);
    }
    size_t pushed = columns->stack_size - base;
    if (pushed > 2)
        columns->stack_size = base + drop_repeated_keys(columns, columns->stack + base, pushed);
    struct engine_cell cell;
    pop(columns, base, 2, &cell);
    return cell;
}

static void take_struct(struct engine_columns *columns, struct json_walk *walk, size_t first, size_t end,
    struct engine_cell *cells);

/* An array of structs; elements of other kinds are left out. */
static struct engine_cell take_list(struct engine_columns *columns, struct json_walk *walk, size_t column) {
    size_t base = columns->stack_size;
    size_t end = columns->rows[column].end, part_count = end - column - 1;
    json_walk_enter(walk, '[');
    while (json_walk_element(walk)) {
        if (json_walk_kind(walk) != JSON_OBJECT) {
            json_walk_value(walk);
            continue;
        }
        struct engine_cell *parts = ARENA_ARRAY(&columns->arena, part_count, struct engine_cell);
        take_struct(columns, walk, column + 1, end, parts);
        push(columns, parts, part_count);
    }
    struct engine_cell cell;
    pop(columns, base, part_count, &cell);
    return cell;
}

static struct engine_cell boolean_cell(enum json_kind kind, struct str raw) {
    struct str text = kind == JSON_STRING ? json_walk_unquote(raw) : raw;
    bool is_true = str_is(text, "true");
    if (!is_true && !str_is(text, "false"))
        return (struct engine_cell){.state = ENGINE_CELL_NULL};
    return (struct engine_cell){ENGINE_CELL_VALUE, .number = is_true};
}

static struct engine_cell time_cell(struct str raw) {
    struct moment moment;
    struct str text = json_walk_unquote(raw);
    if (!time_parse_iso(text, &moment) && !time_parse_basic(text, &moment))
        return (struct engine_cell){.state = ENGINE_CELL_NULL};
    return (struct engine_cell){ENGINE_CELL_VALUE, .number = moment.ms * US_PER_MS};
}

static struct engine_cell number_cell(
    enum engine_column_kind column_kind, enum json_kind kind, struct str raw) {
    double real;
    if (kind != JSON_NUMBER || !json_walk_number(raw, &real))
        return (struct engine_cell){.state = ENGINE_CELL_NULL};
    if (column_kind == ENGINE_DOUBLE)
        return (struct engine_cell){ENGINE_CELL_VALUE, .real = real};
    if (!(real >= INT32_MIN && real <= INT32_MAX))
        return (struct engine_cell){.state = ENGINE_CELL_NULL};
    return (struct engine_cell){ENGINE_CELL_VALUE, .number = (int64_t)real};
}

void engine_columns_take(
    struct engine_columns *columns, struct json_walk *walk, size_t column, struct engine_cell *cell) {
    enum json_kind kind = json_walk_kind(walk);
    const struct engine_column *row = &columns->rows[column];
    if (row->kind == ENGINE_STRUCT && kind == JSON_OBJECT) {
        cell->state = ENGINE_CELL_VALUE;
        take_struct(columns, walk, column + 1, row->end, cell + 1);
        return;
    }
    if (row->kind == ENGINE_MAP && kind == JSON_OBJECT) {
        *cell = take_map(columns, walk);
        return;
    }
    if (row->kind == ENGINE_LIST && kind == JSON_ARRAY) {
        *cell = take_list(columns, walk, column);
        return;
    }
    struct str raw = json_walk_value(walk);
    *cell = (struct engine_cell){.state = ENGINE_CELL_NULL};
    switch (row->kind) {
    case ENGINE_TEXT:
        *cell = text_cell(columns, walk, kind, raw);
        break;
    case ENGINE_BOOLEAN:
        *cell = boolean_cell(kind, raw);
        break;
    case ENGINE_TIME:
        *cell = time_cell(raw);
        break;
    case ENGINE_INTEGER:
    case ENGINE_DOUBLE:
        *cell = number_cell(row->kind, kind, raw);
        break;
    case ENGINE_MAP: /* of another kind of value than these have */
    case ENGINE_STRUCT:
    case ENGINE_LIST:
    case ENGINE_RECORD:
        break;
    }
}

/* The column among [first, end) with that key, looked for from `start` on, around; `end` where none has it.
 */
static size_t find_part(
    const struct engine_columns *columns, size_t first, size_t end, size_t start, struct str key) {
    const struct engine_column *rows = columns->rows;
    size_t at = start;
    do {
        if (at == end) {
            at = first;
            continue;
        }
        if (rows[at].key.size == key.size && memcmp(rows[at].key.data, key.data, key.size) == 0)
            return at;
        at = rows[at].end;
    } while (at != start);
    return end;
}

/* The members of the object that comes, into the cells of columns [first, end). */
static void take_struct(struct engine_columns *columns, struct json_walk *walk, size_t first, size_t end,
    struct engine_cell *cells) {
    struct str raw_key;
    size_t start = first;
    json_walk_enter(walk, '{');
    while (json_walk_member(walk, &raw_key)) {
        size_t part = find_part(columns, first, end, start, decode(columns, walk, raw_key));
        if (part == end || cells[part - first].state != ENGINE_CELL_ABSENT) {
            json_walk_value(walk);
            continue;
        }
        engine_columns_take(columns, walk, part, &cells[part - first]);
        start = columns->rows[part].end;
    }
}

/* Where the window that comes starts. */
static struct engine_cell take_window(struct json_walk *walk) {
    struct engine_cell time = {.state = ENGINE_CELL_ABSENT};
    struct str raw_key;
    if (!json_walk_enter(walk, '{')) {
        json_walk_value(walk);
        return time;
    }
    while (json_walk_member(walk, &raw_key)) {
        struct str value = json_walk_value(walk);
        if (str_is(raw_key, "windowStart"))
            time = time_cell(value);
    }
    return time;
}

static int64_t find_time(struct engine_columns *columns, struct str record) { /* in microseconds */
    struct json_walk walk = JSON_WALK(record);
    struct str raw_key;
    struct engine_cell time = {.state = ENGINE_CELL_ABSENT}, window = time;
    json_walk_enter(&walk, '{');
    while (time.state != ENGINE_CELL_VALUE && json_walk_member(&walk, &raw_key)) {
        struct str key = decode(columns, &walk, raw_key);
        if (str_is(key, "eventTime"))
            time = time_cell(json_walk_value(&walk));
        else if (str_is(key, "timeWindow"))
            window = take_window(&walk);
        else
            json_walk_value(&walk);
    }
    return time.state == ENGINE_CELL_VALUE     ? time.number
           : window.state == ENGINE_CELL_VALUE ? window.number
                                               : 0;
}

void engine_columns_clear(struct engine_columns *columns) {
    arena_clear(&columns->arena);
}

struct moment engine_columns_time(struct engine_columns *columns, struct str record) {
    arena_clear(&columns->arena);
    return (struct moment){find_time(columns, record) / US_PER_MS};
}

void engine_columns_extract(struct engine_columns *columns, struct str record, bool keep_json,
    struct engine_cell ret_cells[ENGINE_COLUMN_COUNT]) {
    memset(ret_cells, 0, ENGINE_COLUMN_COUNT * sizeof *ret_cells);
    struct json_walk walk = JSON_WALK(record);
    if (json_walk_kind(&walk) == JSON_OBJECT)
        take_struct(columns, &walk, 0, ENGINE_COLUMN_COUNT, ret_cells);
    struct engine_cell *time = &ret_cells[columns->time_column];
    if (time->state != ENGINE_CELL_VALUE)
        *time = (struct engine_cell){ENGINE_CELL_VALUE, .number = find_time(columns, record)};
    if (ret_cells[columns->insight_column].state == ENGINE_CELL_VALUE)
        engine_columns_take_insight(columns, record, ret_cells);
    if (keep_json)
        ret_cells[ENGINE_COLUMN_COUNT - 1] = (struct engine_cell){ENGINE_CELL_VALUE, .text = record};
}
