/* SPDX-License-Identifier: Apache-2.0 */
#include "schema.h"

#include "base/check.h"

#include "thrift.h"

enum { NAMES_MAX = 4 * PARQUET_DEPTH_MAX }; /* a list adds two */

static const struct {
    enum parquet_physical physical;
    enum parquet_converted converted;
} simple[] = {
    [PARQUET_TEXT] = {PARQUET_BYTES, CONVERTED_UTF8},
    [PARQUET_BOOLEAN] = {PARQUET_BIT, NOT_CONVERTED},
    [PARQUET_INTEGER] = {PARQUET_INT32, CONVERTED_INT_32},
    [PARQUET_DOUBLE] = {PARQUET_REAL64, NOT_CONVERTED},
    [PARQUET_TIME] = {PARQUET_INT64, CONVERTED_TIMESTAMP_MICROS},
};

/* Where building stands: the names from the root to it, and its levels. */
struct place {
    const char *names[NAMES_MAX];
    size_t name_count;
    unsigned definition, repetition;
};

static struct place below(const struct place *place, const char *name, enum parquet_presence presence) {
    struct place result = *place;
    ASSERT(result.name_count < NAMES_MAX);
    result.names[result.name_count++] = name;
    result.definition += presence != REQUIRED;
    result.repetition += presence == REPEATED;
    return result;
}

static void add_head(struct parquet_schema *schema, struct parquet_thrift *thrift,
    enum parquet_presence presence, const char *name) {
    *thrift = PARQUET_THRIFT(&schema->elements);
    parquet_thrift_i32(thrift, ELEMENT_PRESENCE, (int32_t)presence);
    parquet_thrift_text(thrift, ELEMENT_NAME, str_from(name));
    schema->element_count++;
}

static void add_group(struct parquet_schema *schema, enum parquet_presence presence, const char *name,
    size_t child_count, enum parquet_converted converted) {
    struct parquet_thrift thrift;
    add_head(schema, &thrift, presence, name);
    parquet_thrift_i32(&thrift, ELEMENT_CHILDREN, (int32_t)child_count);
    if (converted != NOT_CONVERTED)
        parquet_thrift_i32(&thrift, ELEMENT_CONVERTED, converted);
    parquet_thrift_end(&thrift);
}

static void add_leaf_element(
    struct parquet_schema *schema, enum parquet_presence presence, const char *name, enum parquet_kind kind) {
    struct parquet_thrift thrift = PARQUET_THRIFT(&schema->elements);
    parquet_thrift_i32(&thrift, ELEMENT_TYPE, (int32_t)simple[kind].physical);
    parquet_thrift_i32(&thrift, ELEMENT_PRESENCE, (int32_t)presence);
    parquet_thrift_text(&thrift, ELEMENT_NAME, str_from(name));
    if (simple[kind].converted != NOT_CONVERTED)
        parquet_thrift_i32(&thrift, ELEMENT_CONVERTED, simple[kind].converted);
    if (kind == PARQUET_TIME) {
        /* Readers give such times without a zone, as those are that other writers of a store's files make. */
        parquet_thrift_begin(&thrift, ELEMENT_LOGICAL);
        parquet_thrift_begin(&thrift, LOGICAL_TIMESTAMP);
        parquet_thrift_flag(&thrift, TIMESTAMP_IS_UTC, false);
        parquet_thrift_begin(&thrift, TIMESTAMP_UNIT);
        parquet_thrift_empty(&thrift, UNIT_MICROS);
        parquet_thrift_end(&thrift);
        parquet_thrift_end(&thrift);
        parquet_thrift_end(&thrift);
    }
    parquet_thrift_end(&thrift);
    schema->element_count++;
}

static void add_leaf(struct parquet_schema *schema, const struct place *place, const char *name,
    enum parquet_presence presence, enum parquet_kind kind) {
    struct place leaf = below(place, name, presence);
    struct buf path = BUF_INIT(BUF_UNBOUNDED);
    struct parquet_thrift thrift = PARQUET_THRIFT(&path);
    for (size_t i = 0; i < leaf.name_count; i++)
        parquet_thrift_element_text(&thrift, str_from(leaf.names[i]));
    add_leaf_element(schema, presence, name, kind);
    schema->leaves[schema->leaf_count++] =
        (struct parquet_leaf_type){simple[kind].physical, (uint8_t)leaf.definition, (uint8_t)leaf.repetition,
            arena_bytes(&schema->arena, buf_bytes(&path)), leaf.name_count};
    buf_finish(&path);
}

static size_t end_of(const struct parquet_schema *schema, size_t column) {
    size_t end = column + 1;
    while (end < schema->column_count && schema->columns[end].depth > schema->columns[column].depth)
        end++;
    return end;
}

static size_t count_columns(const struct parquet_schema *schema, size_t first, size_t end) {
    size_t count = 0;
    for (size_t at = first; at < end; at = end_of(schema, at))
        count++;
    return count;
}

static void add_columns(struct parquet_schema *schema, const struct place *place, size_t first, size_t end);

static void add_map(struct parquet_schema *schema, const struct place *map, const char *name) {
    struct place entry = below(map, "key_value", REPEATED);
    add_group(schema, OPTIONAL, name, 1, CONVERTED_MAP);
    add_group(schema, REPEATED, "key_value", 2, NOT_CONVERTED);
    add_leaf(schema, &entry, "key", REQUIRED, PARQUET_TEXT);
    add_leaf(schema, &entry, "value", OPTIONAL, PARQUET_TEXT);
}

static void add_list(struct parquet_schema *schema, const struct place *list, size_t column, size_t end) {
    struct place repeated = below(list, "list", REPEATED);
    struct place element = below(&repeated, "element", OPTIONAL);
    add_group(schema, OPTIONAL, schema->columns[column].name, 1, CONVERTED_LIST);
    add_group(schema, REPEATED, "list", 1, NOT_CONVERTED);
    add_group(schema, OPTIONAL, "element", count_columns(schema, column + 1, end), NOT_CONVERTED);
    add_columns(schema, &element, column + 1, end);
}

static void add_column(struct parquet_schema *schema, const struct place *place, size_t column) {
    const struct parquet_column *row = &schema->columns[column];
    struct parquet_node *node = &schema->nodes[column];
    size_t end = end_of(schema, column);
    struct place inside = below(place, row->name, OPTIONAL);
    ASSERT(row->depth < PARQUET_DEPTH_MAX);
    *node = (struct parquet_node){.leaf = schema->leaf_count,
        .definition = (uint8_t)inside.definition,
        .repetition = (uint8_t)(inside.repetition + 1)};
    if (row->kind == PARQUET_MAP) {
        add_map(schema, &inside, row->name);
    } else if (row->kind == PARQUET_LIST) {
        add_list(schema, &inside, column, end);
    } else if (row->kind == PARQUET_STRUCT) {
        add_group(schema, OPTIONAL, row->name, count_columns(schema, column + 1, end), NOT_CONVERTED);
        add_columns(schema, &inside, column + 1, end);
    } else {
        add_leaf(schema, place, row->name, OPTIONAL, row->kind);
    }
    node->leaf_end = schema->leaf_count;
}

static void add_columns(struct parquet_schema *schema, const struct place *place, size_t first, size_t end) {
    for (size_t at = first; at < end; at = end_of(schema, at))
        add_column(schema, place, at);
}

void parquet_schema_init(
    struct parquet_schema *schema, const struct parquet_column *columns, size_t column_count) {
    *schema = (struct parquet_schema){
        .columns = columns, .column_count = column_count, .elements = BUF_INIT(BUF_UNBOUNDED)};
    schema->nodes = ARENA_ARRAY(&schema->arena, column_count, struct parquet_node);
    schema->leaves = ARENA_ARRAY(&schema->arena, 2 * column_count, struct parquet_leaf_type);
    add_group(schema, REQUIRED, "events", count_columns(schema, 0, column_count), NOT_CONVERTED);
    add_columns(schema, &(struct place){.name_count = 0}, 0, column_count);
}

void parquet_schema_finish(struct parquet_schema *schema) {
    buf_finish(&schema->elements);
    arena_finish(&schema->arena);
}
