/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "base/bits.h"
#include "base/buf.h"
#include "base/own.h"
#include "codec/hash.h"
#include "codec/text.h"
#include "engine/engine.h"
#include "sys/disk.h"

#include <stdio.h>
#include <string.h>

enum {
    VERSION = 1,
    BLOCK_AIM = 1 << 20,
    BLOCK_ROWS_MAX = 1000,
    BLOCK_SIZE_MAX = BLOCK_AIM + QUERIES_ROW_BYTES_MAX,
    COLUMNS_SIZE_MAX = 4 << 20,
    CELL_SIZE = 16, /* what an answer has around each value, null or not */
};

/* Offsets in the head of the file, which the names follow. */
enum {
    HEAD_MAGIC = 0,
    HEAD_VERSION = 8,
    HEAD_COLUMNS = 12,
    HEAD_NAMES_SIZE = 16,
    HEAD_CHECK = 20,
    HEAD_SIZE = 24
};

/* Offsets in the head of a block, which its values follow. */
enum { BLOCK_SIZE = 0, BLOCK_ROWS = 4, BLOCK_FIRST = 8, BLOCK_CHECK = 16, BLOCK_HEAD_SIZE = 20 };

static const char magic[8] = {'C', 'A', 'I', 'R', 'N', 'R', 'O', 'W'};

bool queries_rows_name(struct str query_id, char ret_name[QUERIES_ROWS_NAME_SIZE]) {
    struct uuid uuid;
    if (!uuid_parse(query_id, &uuid))
        return false;
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid, text);
    int size = snprintf(ret_name, QUERIES_ROWS_NAME_SIZE, "%s/%s.rows", QUERIES_ROWS_FOLDER, text);
    return size > 0 && size < QUERIES_ROWS_NAME_SIZE;
}

/* ---- writing ---- */

struct queries_rows_writer {
    struct disk *disk;
    struct disk_file *file;
    struct buf block; /* head and values so far */
    size_t column_count;
    uint64_t row_count, bytes, bytes_max;
    uint32_t block_rows;
    bool has_head;
};

static void writer_closep(struct queries_rows_writer **writer) {
    queries_rows_close(*writer);
}

struct queries_rows_writer *queries_rows_begin(
    struct disk *disk, struct str query_id, uint64_t bytes_max, struct error *error) {
    char name[QUERIES_ROWS_NAME_SIZE];
    struct error ignored = {0};
    if (!queries_rows_name(query_id, name)) {
        error_set(error, ERROR_INVALID, "`%.*s' is no query id", STR(query_id));
        return NULL;
    }
    IGNORE(disk_unlink(disk, name, &ignored), "mostly there is none: an earlier run was cut");
    SCOPED(writer_closep) struct queries_rows_writer *writer = MEM_NEW(struct queries_rows_writer);
    writer->disk = disk;
    writer->bytes_max = bytes_max;
    writer->block = BUF_INIT(BUF_UNBOUNDED);
    writer->file = disk_open(disk, name, DISK_CREATE, error);
    return writer->file == NULL ? NULL : TAKE(writer);
}

void queries_rows_close(struct queries_rows_writer *writer) {
    if (writer == NULL)
        return;
    disk_close(writer->file);
    buf_finish(&writer->block);
    mem_free(writer);
}

uint64_t queries_rows_count(const struct queries_rows_writer *writer) {
    return writer->row_count;
}

static bool append(struct queries_rows_writer *writer, struct error *error) {
    writer->bytes += writer->block.size;
    if (writer->bytes > writer->bytes_max)
        return error_set(error, ERROR_LIMIT, "the result is larger than %llu bytes",
            (unsigned long long)writer->bytes_max);
    return disk_append(writer->file, writer->block.data, writer->block.size, error);
}

static bool write_head(
    struct queries_rows_writer *writer, const struct engine_rows *rows, struct error *error) {
    struct buf *head = &writer->block;
    buf_clear(head);
    buf_append(head, magic, sizeof magic);
    buf_append_u32(head, VERSION);
    buf_append_u32(head, (uint32_t)rows->column_count);
    buf_append_u64(head, 0); /* size and check, below */
    for (size_t i = 0; i < rows->column_count; i++) {
        buf_append_varint(head, rows->columns[i].size);
        buf_append_str(head, rows->columns[i]);
    }
    size_t names_size = head->size - HEAD_SIZE;
    if (rows->column_count > QUERIES_COLUMNS_MAX || names_size > COLUMNS_SIZE_MAX)
        return error_set(error, ERROR_LIMIT, "the result has too many columns");
    uint8_t *bytes = (uint8_t *)head->data;
    store_u32(bytes + HEAD_NAMES_SIZE, (uint32_t)names_size);
    uint32_t check =
        hash_crc32c(hash_crc32c(0, bytes_of(bytes, HEAD_CHECK)), bytes_of(bytes + HEAD_SIZE, names_size));
    store_u32(bytes + HEAD_CHECK, check);
    writer->column_count = rows->column_count;
    writer->has_head = true;
    bool done = append(writer, error);
    buf_clear(head);
    return done;
}

static bool write_block(struct queries_rows_writer *writer, struct error *error) {
    if (writer->block_rows == 0)
        return true;
    uint8_t *bytes = (uint8_t *)writer->block.data;
    size_t size = writer->block.size - BLOCK_HEAD_SIZE;
    store_u32(bytes + BLOCK_SIZE, (uint32_t)size);
    store_u32(bytes + BLOCK_ROWS, writer->block_rows);
    store_u64(bytes + BLOCK_FIRST, writer->row_count - writer->block_rows);
    uint32_t check =
        hash_crc32c(hash_crc32c(0, bytes_of(bytes, BLOCK_CHECK)), bytes_of(bytes + BLOCK_HEAD_SIZE, size));
    store_u32(bytes + BLOCK_CHECK, check);
    bool done = append(writer, error);
    buf_clear(&writer->block);
    writer->block_rows = 0;
    return done;
}

static bool append_row(struct queries_rows_writer *writer, const struct str *values, struct error *error) {
    uint64_t size = 0;
    for (size_t i = 0; i < writer->column_count; i++)
        size += values[i].size + VARINT_SIZE_MAX;
    if (size > QUERIES_ROW_BYTES_MAX)
        return error_set(
            error, ERROR_LIMIT, "a row of the result is larger than %d bytes", QUERIES_ROW_BYTES_MAX);
    if (writer->block.size == 0)
        IGNORE(buf_reserve(&writer->block, BLOCK_HEAD_SIZE), "unbounded");
    if (writer->block.size == 0)
        buf_commit(&writer->block, BLOCK_HEAD_SIZE);
    for (size_t i = 0; i < writer->column_count; i++) {
        buf_append_varint(&writer->block, values[i].data == NULL ? 0 : values[i].size + 1);
        if (values[i].size > 0)
            buf_append_str(&writer->block, values[i]);
    }
    writer->block_rows++;
    writer->row_count++;
    bool is_full = writer->block.size >= BLOCK_AIM || writer->block_rows == BLOCK_ROWS_MAX;
    return !is_full || write_block(writer, error);
}

bool queries_rows_append(
    struct queries_rows_writer *writer, const struct engine_rows *rows, struct error *error) {
    if (!writer->has_head && !write_head(writer, rows, error))
        return false;
    if (rows->column_count != writer->column_count)
        return error_set(error, ERROR_UNAVAILABLE, "the worker changed its columns under way");
    for (size_t i = 0; i < rows->row_count; i++)
        if (!append_row(writer, rows->values + i * rows->column_count, error))
            return false;
    return true;
}

bool queries_rows_flush(struct queries_rows_writer *writer, bool durably, struct error *error) {
    return write_block(writer, error) &&
           (!durably || (disk_sync(writer->file, error) &&
                            disk_sync_directory(writer->disk, QUERIES_ROWS_FOLDER, error)));
}

/* ---- reading ---- */

struct reading {
    struct disk_file *file;
    uint64_t offset, size; /* of the next block; of the file */
    struct arena *arena;
    struct queries_page page;
    size_t count_max, bytes, row_bytes; /* row_bytes: of a row of nulls, names and all */
    struct buf buf;
};

static void reading_finish(struct reading *reading) {
    disk_close(reading->file);
    buf_finish(&reading->buf);
}

/* `size` bytes at `offset` into the buffer; false without an error where the file does not have them (yet).
 */
static bool load(struct reading *reading, uint64_t offset, size_t size, struct error *error) {
    if (offset > reading->size || size > reading->size - offset)
        return false;
    buf_clear(&reading->buf);
    void *place = buf_reserve(&reading->buf, size);
    if (!disk_read_exactly(reading->file, offset, place, size, error))
        return false;
    buf_commit(&reading->buf, size);
    return true;
}

static bool damaged(struct error *error) {
    return error_set(error, ERROR_CORRUPT, "the file of the query's rows is damaged");
}

/* Texts of a size each, zero (with `has_nulls`) being no text; copied to the arena. */
static bool take_text(const uint8_t **cursor, const uint8_t *end, bool has_nulls, struct str *ret_text) {
    uint64_t size = 0;
    if (!load_varint(cursor, end, &size))
        return false;
    *ret_text = (struct str){NULL, 0};
    if (has_nulls && size-- == 0)
        return true;
    if (size > (uint64_t)(end - *cursor))
        return false;
    *ret_text = str_of((const char *)*cursor, (size_t)size);
    *cursor += size;
    return true;
}

/* True with no columns where the file is too short yet. */
static bool read_head(struct reading *reading, struct error *error) {
    if (!load(reading, 0, HEAD_SIZE, error))
        return error->kind == ERROR_NONE;
    uint8_t head[HEAD_SIZE];
    memcpy(head, reading->buf.data, HEAD_SIZE);
    uint32_t columns = load_u32(head + HEAD_COLUMNS), size = load_u32(head + HEAD_NAMES_SIZE);
    if (memcmp(head, magic, sizeof magic) != 0 || load_u32(head + HEAD_VERSION) != VERSION ||
        columns > QUERIES_COLUMNS_MAX || size > COLUMNS_SIZE_MAX)
        return damaged(error);
    if (!load(reading, HEAD_SIZE, size, error))
        return error->kind == ERROR_NONE;
    struct bytes names = arena_bytes(reading->arena, buf_bytes(&reading->buf));
    uint32_t check = hash_crc32c(hash_crc32c(0, bytes_of(head, HEAD_CHECK)), names);
    if (check != load_u32(head + HEAD_CHECK))
        return damaged(error);
    struct str *texts = ARENA_ARRAY(reading->arena, columns, struct str);
    const uint8_t *cursor = names.data, *end = names.data + names.size;
    for (uint32_t i = 0; i < columns; i++)
        if (!take_text(&cursor, end, false, &texts[i]))
            return damaged(error);
    reading->page.columns = texts;
    reading->page.column_count = columns;
    reading->offset = HEAD_SIZE + (uint64_t)size;
    return true;
}

struct block {
    uint64_t first;
    uint32_t rows, size;
    struct bytes values; /* once read */
};

/* The head of the next block; false without an error at the end. */
static bool read_block_head(struct reading *reading, struct block *ret_block, struct error *error) {
    if (!load(reading, reading->offset, BLOCK_HEAD_SIZE, error))
        return false;
    const uint8_t *head = (const uint8_t *)reading->buf.data;
    *ret_block = (struct block){
        load_u64(head + BLOCK_FIRST), load_u32(head + BLOCK_ROWS), load_u32(head + BLOCK_SIZE), {NULL, 0}};
    if (ret_block->rows == 0 || ret_block->rows > BLOCK_ROWS_MAX || ret_block->size > BLOCK_SIZE_MAX)
        return damaged(error);
    return true;
}

static bool read_block(struct reading *reading, struct block *block, struct error *error) {
    if (!load(reading, reading->offset, BLOCK_HEAD_SIZE + (size_t)block->size, error))
        return false;
    struct bytes bytes = arena_bytes(reading->arena, buf_bytes(&reading->buf));
    block->values = bytes_of(bytes.data + BLOCK_HEAD_SIZE, block->size);
    uint32_t check = hash_crc32c(hash_crc32c(0, bytes_of(bytes.data, BLOCK_CHECK)), block->values);
    return check == load_u32(bytes.data + BLOCK_CHECK) || damaged(error);
}

/* Take the rows of a block from `from` on; false where the page is full (or without meaning: an error). */
static bool take_rows(struct reading *reading, const struct block *block, uint64_t from, struct str *values,
    struct error *error) {
    size_t columns = reading->page.column_count;
    const uint8_t *cursor = block->values.data, *end = block->values.data + block->values.size;
    for (uint64_t row = block->first; row < block->first + block->rows; row++) {
        if (row >= from &&
            (reading->page.row_count == reading->count_max || reading->bytes >= QUERIES_PAGE_BYTES_MAX)) {
            reading->page.next = row;
            return false;
        }
        struct str *place = values + (row >= from ? reading->page.row_count * columns : 0);
        for (size_t i = 0; i < columns; i++) {
            if (!take_text(&cursor, end, true, &place[i]))
                return damaged(error);
            reading->bytes += row >= from ? place[i].size : 0;
        }
        reading->bytes += row >= from ? reading->row_bytes : 0;
        reading->page.row_count += row >= from ? 1 : 0;
    }
    return true;
}

/* A table of many columns has few rows a page, before there is room for any. */
static void measure_row(struct reading *reading) {
    for (size_t i = 0; i < reading->page.column_count; i++)
        reading->row_bytes += reading->page.columns[i].size + CELL_SIZE;
    size_t fitting = QUERIES_PAGE_BYTES_MAX / (reading->row_bytes + 1) + 1;
    if (reading->count_max > fitting)
        reading->count_max = fitting;
}

static bool read_rows(struct reading *reading, uint64_t from, struct error *error) {
    measure_row(reading);
    struct str *values =
        ARENA_ARRAY(reading->arena, reading->count_max * reading->page.column_count + 1, struct str);
    reading->page.values = values;
    struct block block;
    while (read_block_head(reading, &block, error)) {
        bool is_before = block.first + block.rows <= from;
        if (!is_before && !read_block(reading, &block, error))
            break;
        if (!is_before && !take_rows(reading, &block, from, values, error))
            break;
        reading->offset += BLOCK_HEAD_SIZE + (uint64_t)block.size;
    }
    return error->kind == ERROR_NONE;
}

bool queries_rows_read(struct disk *disk, struct str query_id, uint64_t from, size_t count_max,
    struct arena *arena, struct queries_page *ret_page, struct error *error) {
    char name[QUERIES_ROWS_NAME_SIZE];
    *ret_page = (struct queries_page){0};
    if (!queries_rows_name(query_id, name))
        return error_set(error, ERROR_INVALID, "`%.*s' is no query id", STR(query_id));
    SCOPED(reading_finish)
    struct reading reading = {.arena = arena,
        .count_max = count_max < QUERIES_PAGE_ROWS_MAX ? count_max : QUERIES_PAGE_ROWS_MAX,
        .buf = BUF_INIT(HEAD_SIZE + (size_t)BLOCK_SIZE_MAX)};
    struct error here = {0};
    reading.file = disk_open(disk, name, DISK_READ, &here);
    if (reading.file == NULL && here.kind == ERROR_NOT_FOUND)
        return true;
    if (reading.file == NULL || !disk_size(reading.file, &reading.size, &here) ||
        !read_head(&reading, &here) || (reading.offset > 0 && !read_rows(&reading, from, &here))) {
        *error = here;
        return false;
    }
    *ret_page = reading.page;
    return true;
}

bool queries_rows_remove(struct disk *disk, struct str query_id, struct error *error) {
    char name[QUERIES_ROWS_NAME_SIZE];
    if (!queries_rows_name(query_id, name))
        return true;
    struct error here = {0};
    if (disk_unlink(disk, name, &here) || here.kind == ERROR_NOT_FOUND)
        return true;
    *error = here;
    return false;
}
