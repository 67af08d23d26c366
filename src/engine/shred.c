/* SPDX-License-Identifier: Apache-2.0 */
#include "shred.h"

void engine_shred_columns(
    const struct engine_columns *columns, struct parquet_column ret_columns[ENGINE_COLUMN_COUNT]) {
    static const enum parquet_kind kinds[] = {
        [ENGINE_TEXT] = PARQUET_TEXT,
        [ENGINE_BOOLEAN] = PARQUET_BOOLEAN,
        [ENGINE_INTEGER] = PARQUET_INTEGER,
        [ENGINE_DOUBLE] = PARQUET_DOUBLE,
        [ENGINE_TIME] = PARQUET_TIME,
        [ENGINE_MAP] = PARQUET_MAP,
        [ENGINE_STRUCT] = PARQUET_STRUCT,
        [ENGINE_LIST] = PARQUET_LIST,
        [ENGINE_RECORD] = PARQUET_TEXT,
    };
    for (size_t i = 0; i < ENGINE_COLUMN_COUNT; i++)
        ret_columns[i] = (struct parquet_column){
            columns->rows[i].name, kinds[columns->rows[i].kind], columns->rows[i].depth};
}

struct shredding {
    struct parquet_writer *writer;
    const struct engine_columns *columns;
};

static void put_columns(const struct shredding *shredding, size_t first, size_t end,
    const struct engine_cell *cells, unsigned repetition);

static void put_map(
    const struct shredding *shredding, size_t column, const struct engine_cell *map, unsigned repetition) {
    struct parquet_writer *writer = shredding->writer;
    if (map->item_count == 0)
        parquet_put_empty(writer, column, repetition);
    for (size_t i = 0; i < map->item_count; i++) {
        const struct engine_cell *key = &map->items[2 * i], *value = key + 1;
        parquet_put_entry(writer, column, i == 0 ? repetition : parquet_repetition(writer, column), key->text,
            value->state == ENGINE_CELL_VALUE ? &value->text : NULL);
    }
}

static void put_list(
    const struct shredding *shredding, size_t column, const struct engine_cell *list, unsigned repetition) {
    size_t end = shredding->columns->rows[column].end, part_count = end - column - 1;
    if (list->item_count == 0)
        parquet_put_empty(shredding->writer, column, repetition);
    for (size_t i = 0; i < list->item_count; i++)
        put_columns(shredding, column + 1, end, list->items + i * part_count,
            i == 0 ? repetition : parquet_repetition(shredding->writer, column));
}

static void put_value(
    const struct shredding *shredding, size_t column, const struct engine_cell *cell, unsigned repetition) {
    switch (shredding->columns->rows[column].kind) {
    case ENGINE_TEXT:
    case ENGINE_RECORD:
        parquet_put_text(shredding->writer, column, repetition, cell->text);
        break;
    case ENGINE_BOOLEAN:
    case ENGINE_INTEGER:
    case ENGINE_TIME:
        parquet_put_number(shredding->writer, column, repetition, cell->number);
        break;
    case ENGINE_DOUBLE:
        parquet_put_real(shredding->writer, column, repetition, cell->real);
        break;
    case ENGINE_MAP:
        put_map(shredding, column, cell, repetition);
        break;
    case ENGINE_LIST:
        put_list(shredding, column, cell, repetition);
        break;
    case ENGINE_STRUCT:
        put_columns(shredding, column + 1, shredding->columns->rows[column].end, cell + 1, repetition);
        break;
    }
}

/* Columns [first, end), whose cells are at `cells`. */
static void put_columns(const struct shredding *shredding, size_t first, size_t end,
    const struct engine_cell *cells, unsigned repetition) {
    const struct engine_column *rows = shredding->columns->rows;
    for (size_t at = first; at < end; at = rows[at].end) {
        const struct engine_cell *cell = &cells[at - first];
        if (cell->state == ENGINE_CELL_VALUE)
            put_value(shredding, at, cell, repetition);
        else if (rows[at].depth > 0)
            parquet_put_null(shredding->writer, at, repetition);
    }
}

void engine_shred(struct parquet_writer *writer, const struct engine_columns *columns,
    const struct engine_cell cells[ENGINE_COLUMN_COUNT]) {
    put_columns(&(struct shredding){writer, columns}, 0, ENGINE_COLUMN_COUNT, cells, 0);
}
