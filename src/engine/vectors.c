/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vectors: most cells of most rows are null, so every vector begins with all its rows null and only values
 * are written. The engine has the children of a list (of a map: its keys and values) in vectors of their own,
 * that grow: they are looked up again whenever they have grown.
 */
#include "vectors.h"

#include "base/check.h"

#include <string.h>

enum { ROWS_PER_WORD = 64 };

static struct duckdb_type *make_type(
    const struct engine_library *library, const struct engine_columns *columns, size_t column);

static struct duckdb_type *make_struct(
    const struct engine_library *library, const struct engine_columns *columns, size_t column) {
    struct duckdb_type *types[ENGINE_COLUMN_COUNT];
    const char *names[ENGINE_COLUMN_COUNT];
    uint64_t count = 0;
    for (size_t at = column + 1; at < columns->rows[column].end; at = columns->rows[at].end) {
        names[count] = columns->rows[at].name;
        types[count++] = make_type(library, columns, at);
    }
    struct duckdb_type *type = library->create_struct_type(types, names, count);
    for (uint64_t i = 0; i < count; i++)
        library->destroy_logical_type(&types[i]);
    return type;
}

static struct duckdb_type *make_type(
    const struct engine_library *library, const struct engine_columns *columns, size_t column) {
    static const enum duckdb_type_id simple[] = {
        [ENGINE_TEXT] = DUCKDB_VARCHAR,
        [ENGINE_BOOLEAN] = DUCKDB_BOOLEAN,
        [ENGINE_INTEGER] = DUCKDB_INTEGER,
        [ENGINE_DOUBLE] = DUCKDB_DOUBLE,
        [ENGINE_TIME] = DUCKDB_TIMESTAMP,
        [ENGINE_RECORD] = DUCKDB_VARCHAR,
    };
    enum engine_column_kind kind = columns->rows[column].kind;
    if (kind == ENGINE_STRUCT)
        return make_struct(library, columns, column);
    if (kind != ENGINE_MAP && kind != ENGINE_LIST)
        return library->create_logical_type((int)simple[kind]);
    struct duckdb_type *part = kind == ENGINE_MAP ? library->create_logical_type(DUCKDB_VARCHAR)
                                                  : make_struct(library, columns, column);
    struct duckdb_type *type =
        kind == ENGINE_MAP ? library->create_map_type(part, part) : library->create_list_type(part);
    library->destroy_logical_type(&part);
    return type;
}

void engine_vectors_declare(
    const struct engine_library *library, const struct engine_columns *columns, struct duckdb_bind *bind) {
    for (size_t at = 0; at < ENGINE_COLUMN_COUNT; at = columns->rows[at].end) {
        struct duckdb_type *type = make_type(library, columns, at);
        library->bind_add_result_column(bind, columns->rows[at].name, type);
        library->destroy_logical_type(&type);
    }
}

static uint64_t *writable_validity(const struct engine_library *library, struct duckdb_vector *vector) {
    library->vector_ensure_validity_writable(vector);
    uint64_t *validity = library->vector_get_validity(vector);
    ASSERT(validity != NULL);
    return validity;
}

/* Rows [from, to) become null; both are multiples of a word's rows. */
static void clear_rows(uint64_t *validity, uint64_t from, uint64_t to) {
    memset(validity + from / ROWS_PER_WORD, 0, (to - from) / ROWS_PER_WORD * sizeof *validity);
}

static void set_valid(uint64_t *validity, uint64_t row) {
    validity[row / ROWS_PER_WORD] |= (uint64_t)1 << (row % ROWS_PER_WORD);
}

static void bind_vector(
    struct engine_vectors *vectors, size_t column, struct duckdb_vector *vector, uint64_t from, uint64_t to);

/* The parts of a struct, which have a row for each of its own. */
static void bind_parts(
    struct engine_vectors *vectors, size_t column, struct duckdb_vector *vector, uint64_t from, uint64_t to) {
    const struct engine_column *rows = vectors->columns->rows;
    uint64_t index = 0;
    for (size_t at = column + 1; at < rows[column].end; at = rows[at].end)
        bind_vector(vectors, at, vectors->library->struct_vector_get_child(vector, index++), from, to);
}

/* Make room for `capacity` entries or elements, and look up where they are now. */
static void reserve(struct engine_vectors *vectors, size_t column, uint64_t capacity) {
    const struct engine_library *library = vectors->library;
    struct engine_vector *list = &vectors->all[column];
    uint64_t before = list->capacity;
    ASSERT(library->list_vector_reserve(list->vector, capacity) == DUCKDB_SUCCESS);
    list->capacity = capacity;
    struct duckdb_vector *child = library->list_vector_get_child(list->vector);
    if (vectors->columns->rows[column].kind == ENGINE_LIST) {
        bind_parts(vectors, column, child, before, capacity);
        return;
    }
    struct duckdb_vector *values = library->struct_vector_get_child(child, 1);
    list->key_data = library->vector_get_data(library->struct_vector_get_child(child, 0));
    list->value_data = library->vector_get_data(values);
    list->value_validity = writable_validity(library, values);
    clear_rows(list->value_validity, before, capacity);
}

/* Look up a column's vector, whose rows from `from` on are new and become null. */
static void bind_vector(
    struct engine_vectors *vectors, size_t column, struct duckdb_vector *vector, uint64_t from, uint64_t to) {
    const struct engine_library *library = vectors->library;
    struct engine_vector *bound = &vectors->all[column];
    bound->vector = vector;
    bound->validity = writable_validity(library, vector);
    clear_rows(bound->validity, from, to);
    enum engine_column_kind kind = vectors->columns->rows[column].kind;
    if (kind == ENGINE_STRUCT) {
        bind_parts(vectors, column, vector, from, to);
        return;
    }
    bound->data = library->vector_get_data(vector);
    if (kind != ENGINE_MAP && kind != ENGINE_LIST)
        return;
    memset((struct duckdb_list *)bound->data + from, 0, (to - from) * sizeof(struct duckdb_list));
    if (from == 0) {
        bound->size = 0;
        bound->capacity = 0;
        reserve(vectors, column, library->vector_size());
    }
}

void engine_vectors_begin(struct engine_vectors *vectors, struct duckdb_chunk *chunk) {
    const struct engine_library *library = vectors->library;
    uint64_t index = 0;
    for (size_t at = 0; at < ENGINE_COLUMN_COUNT; at = vectors->columns->rows[at].end)
        bind_vector(vectors, at, library->data_chunk_get_vector(chunk, index++), 0, library->vector_size());
}

/* A longer text is not copied: it stays where the cell has it. */
static void put_text(union duckdb_text *data, uint64_t row, struct str text) {
    data[row] = (union duckdb_text){.inlined.size = (uint32_t)text.size};
    if (text.size <= sizeof data[row].inlined.bytes) {
        if (text.size > 0)
            memcpy(data[row].inlined.bytes, text.data, text.size);
        return;
    }
    memcpy(data[row].pointed.prefix, text.data, sizeof data[row].pointed.prefix);
    data[row].pointed.data = text.data;
}

/* Where the next `count` entries or elements of the list begin, with room for them. */
static uint64_t take_rows(struct engine_vectors *vectors, size_t column, uint64_t row, uint64_t count) {
    struct engine_vector *list = &vectors->all[column];
    uint64_t capacity = list->capacity;
    while (list->size + count > capacity)
        capacity *= 2;
    if (capacity > list->capacity)
        reserve(vectors, column, capacity);
    uint64_t first = list->size;
    ((struct duckdb_list *)list->data)[row] = (struct duckdb_list){first, count};
    list->size += count;
    return first;
}

static void put_map(
    struct engine_vectors *vectors, size_t column, uint64_t row, const struct engine_cell *cell) {
    const struct engine_vector *map = &vectors->all[column];
    uint64_t first = take_rows(vectors, column, row, cell->item_count);
    for (size_t i = 0; i < cell->item_count; i++) {
        const struct engine_cell *value = &cell->items[2 * i + 1];
        put_text(map->key_data, first + i, cell->items[2 * i].text);
        if (value->state != ENGINE_CELL_VALUE)
            continue;
        put_text(map->value_data, first + i, value->text);
        set_valid(map->value_validity, first + i);
    }
}

static void put_columns(
    struct engine_vectors *vectors, size_t first, size_t end, uint64_t row, const struct engine_cell *cells);

static void put_list(
    struct engine_vectors *vectors, size_t column, uint64_t row, const struct engine_cell *cell) {
    size_t end = vectors->columns->rows[column].end, part_count = end - column - 1;
    uint64_t first = take_rows(vectors, column, row, cell->item_count);
    for (size_t i = 0; i < cell->item_count; i++)
        put_columns(vectors, column + 1, end, first + i, cell->items + i * part_count);
}

static void put_value(
    struct engine_vectors *vectors, size_t column, uint64_t row, const struct engine_cell *cell) {
    struct engine_vector *bound = &vectors->all[column];
    set_valid(bound->validity, row);
    switch (vectors->columns->rows[column].kind) {
    case ENGINE_TEXT:
    case ENGINE_RECORD:
        put_text(bound->data, row, cell->text);
        break;
    case ENGINE_BOOLEAN:
        ((bool *)bound->data)[row] = cell->number != 0;
        break;
    case ENGINE_INTEGER:
        ((int32_t *)bound->data)[row] = (int32_t)cell->number;
        break;
    case ENGINE_DOUBLE:
        ((double *)bound->data)[row] = cell->real;
        break;
    case ENGINE_TIME:
        ((int64_t *)bound->data)[row] = cell->number;
        break;
    case ENGINE_MAP:
        put_map(vectors, column, row, cell);
        break;
    case ENGINE_LIST:
        put_list(vectors, column, row, cell);
        break;
    case ENGINE_STRUCT:
        put_columns(vectors, column + 1, vectors->columns->rows[column].end, row, cell + 1);
        break;
    }
}

/* Columns [first, end), whose cells are at `cells`. */
static void put_columns(
    struct engine_vectors *vectors, size_t first, size_t end, uint64_t row, const struct engine_cell *cells) {
    const struct engine_column *rows = vectors->columns->rows;
    for (size_t at = first; at < end; at = rows[at].end) {
        const struct engine_cell *cell = &cells[at - first];
        if (cell->state == ENGINE_CELL_VALUE)
            put_value(vectors, at, row, cell);
    }
}

void engine_vectors_put(
    struct engine_vectors *vectors, uint64_t row, const struct engine_cell cells[ENGINE_COLUMN_COUNT]) {
    put_columns(vectors, 0, ENGINE_COLUMN_COUNT, row, cells);
}

void engine_vectors_end(struct engine_vectors *vectors, struct duckdb_chunk *chunk, uint64_t row_count) {
    for (size_t i = 0; i < ENGINE_COLUMN_COUNT; i++) {
        enum engine_column_kind kind = vectors->columns->rows[i].kind;
        if (kind == ENGINE_MAP || kind == ENGINE_LIST)
            ASSERT(vectors->library->list_vector_set_size(vectors->all[i].vector, vectors->all[i].size) ==
                   DUCKDB_SUCCESS);
    }
    vectors->library->data_chunk_set_size(chunk, row_count);
}
