/* SPDX-License-Identifier: Apache-2.0 */
#include "types.h"

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

void engine_types_declare(
    const struct engine_library *library, const struct engine_columns *columns, struct duckdb_bind *bind) {
    for (size_t at = 0; at < ENGINE_COLUMN_COUNT; at = columns->rows[at].end) {
        struct duckdb_type *type = make_type(library, columns, at);
        library->bind_add_result_column(bind, columns->rows[at].name, type);
        library->destroy_logical_type(&type);
    }
}
