/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a record is, it gives a row: every cell lies in the record or the extractor, no map has a key
 * twice, in a record that is JSON the columns have what the parser finds, and a file takes the row. */
#include "base/check.h"
#include "base/own.h"
#include "codec/json.h"
#include "engine/columns.h"
#include "engine/shred.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct engine_columns columns;
static uint64_t touched;

static void touch(struct str text) {
    for (size_t i = 0; i < text.size; i++)
        touched += (uint8_t)text.data[i];
}

static void check_map(const struct engine_cell *map) {
    for (size_t i = 0; i < map->item_count; i++) {
        ASSERT(map->items[2 * i].state == ENGINE_CELL_VALUE);
        touch(map->items[2 * i].text);
        if (map->items[2 * i + 1].state == ENGINE_CELL_VALUE)
            touch(map->items[2 * i + 1].text);
        for (size_t other = 0; other < i && other < 100; other++)
            ASSERT(!str_equals(map->items[2 * other].text, map->items[2 * i].text));
    }
}

static void check(size_t first, size_t end, const struct engine_cell *cells) {
    for (size_t at = first; at < end; at = columns.rows[at].end) {
        const struct engine_cell *cell = &cells[at - first];
        size_t parts = columns.rows[at].end - at - 1;
        if (cell->state != ENGINE_CELL_VALUE)
            continue;
        if (columns.rows[at].kind == ENGINE_TEXT || columns.rows[at].kind == ENGINE_RECORD)
            touch(cell->text);
        else if (columns.rows[at].kind == ENGINE_MAP)
            check_map(cell);
        else if (columns.rows[at].kind == ENGINE_STRUCT)
            check(at + 1, columns.rows[at].end, cell + 1);
        for (size_t i = 0; columns.rows[at].kind == ENGINE_LIST && i < cell->item_count; i++)
            check(at + 1, columns.rows[at].end, cell->items + i * parts);
    }
}

/* Texts and maps of depth 0, beside the parser's. */
static void compare(struct json_value record, const struct engine_cell *cells) {
    for (size_t at = 0; at < ENGINE_COLUMN_COUNT - 1; at = columns.rows[at].end) {
        struct json_value value = json_get_str(record, columns.rows[at].key);
        enum engine_column_kind kind = columns.rows[at].kind;
        if (kind == ENGINE_TEXT && json_kind(value) == JSON_STRING)
            ASSERT(cells[at].state == ENGINE_CELL_VALUE && str_equals(cells[at].text, json_text(value)));
        if (kind == ENGINE_TEXT && json_exists(value) && json_kind(value) == JSON_NULL)
            ASSERT(cells[at].state != ENGINE_CELL_VALUE);
        if (kind != ENGINE_MAP || json_kind(value) != JSON_OBJECT)
            continue;
        ASSERT(cells[at].state == ENGINE_CELL_VALUE && cells[at].item_count <= json_count(value));
        for (size_t i = 0; i < cells[at].item_count; i++) {
            struct json_value member = json_get_str(value, cells[at].items[2 * i].text);
            const struct engine_cell *item = &cells[at].items[2 * i + 1];
            ASSERT(json_exists(member));
            ASSERT((json_kind(member) == JSON_NULL) == (item->state != ENGINE_CELL_VALUE));
            if (json_kind(member) == JSON_STRING)
                ASSERT(str_equals(item->text, json_text(member)));
        }
    }
}

static bool count_bytes(void *context, struct bytes bytes, struct error *error) {
    (void)error;
    *(uint64_t *)context += bytes.size;
    return true;
}

/* Twice, so that its texts come again, as a row group of its own of a file of some. */
static void put(const struct engine_cell *cells) {
    enum { GROUPS_MAX = 64, ROWS = 2 };
    static struct parquet_column parquet_columns[ENGINE_COLUMN_COUNT];
    static struct parquet_writer *writer;
    static uint64_t counted, group_count;
    struct error error;
    if (writer == NULL) {
        counted = group_count = 0;
        engine_shred_columns(&columns, parquet_columns);
        writer = parquet_writer_create(&(struct parquet_options){.columns = parquet_columns,
            .column_count = ENGINE_COLUMN_COUNT,
            .compression_level = 1,
            .created_by = "fuzz version 1",
            .on_bytes = count_bytes,
            .context = &counted});
    }
    for (unsigned row = 0; row < ROWS; row++) {
        engine_shred(writer, &columns, cells);
        parquet_end_row(writer);
    }
    ASSERT(parquet_end_group(writer, &error));
    if (++group_count < GROUPS_MAX)
        return;
    uint64_t size = 0;
    ASSERT(parquet_writer_finish(writer, &size, &error));
    ASSERT(size == counted && size > 0);
    parquet_writer_destroy(writer);
    writer = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct json_parser *parser;
    static struct engine_cell cells[ENGINE_COLUMN_COUNT];
    if (parser == NULL) {
        parser = json_parser_create();
        engine_columns_init(&columns);
    }
    SCOPED(own_free) char *copy = mem_alloc(size + 1);
    copy = mem_resize(copy, size > 0 ? size : 1);
    for (size_t i = 0; i < size; i++)
        copy[i] = (char)data[i];
    struct str record = str_of(copy, size);
    struct moment time = engine_columns_time(&columns, record);
    engine_columns_extract(&columns, record, true, cells);
    ASSERT(cells[columns.time_column].state == ENGINE_CELL_VALUE);
    check(0, ENGINE_COLUMN_COUNT, cells);
    put(cells);
    struct error error;
    struct json_value root = JSON_MISSING;
    if (json_parse(parser, record, &root, &error) && json_kind(root) == JSON_OBJECT) {
        ASSERT(cells[columns.time_column].number == time.ms * 1000);
        compare(root, cells);
    }
    return 0;
}
