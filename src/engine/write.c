/* SPDX-License-Identifier: Apache-2.0 */
#include "write.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/utf8.h"
#include "sys/disk.h"

#include "rows.h"
#include "shred.h"

#include <inttypes.h>
#include <string.h>

/* Rows and bytes of records in a row group: what a reader reads, or passes over, at once, and what is held in
 * memory besides the records: about 60 MiB of usual ones. The level is zstd's: a file is merged soon. */
enum { GROUP_ROWS_MAX = 20480, GROUP_BYTES_MAX = 64 << 20, WRITE_LEVEL = 1, US_PER_MS = 1000 };

void engine_write_init(struct engine_write *write, uint64_t bytes_max, bool keep_json) {
    *write = (struct engine_write){.keep_json = keep_json, .bytes_max = bytes_max};
    engine_columns_init(&write->columns);
}

void engine_write_finish(struct engine_write *write) {
    engine_columns_finish(&write->columns);
    arena_finish(&write->arena);
    mem_free(write->records);
}

/* Records were checked at their door; should one be no UTF-8 all the same, its bad bytes are replaced,
 * because the engine and readers of Parquet take it on trust. */
static struct str copy_as_utf8(struct arena *arena, struct str text) {
    if (str_is_utf8(text))
        return arena_str(arena, text);
    size_t replacement_size = sizeof UTF8_REPLACEMENT - 1;
    char *copy = arena_alloc_unset(arena, text.size * replacement_size);
    size_t size = 0;
    for (size_t at = 0; at < text.size;) {
        size_t sequence = utf8_sequence_size(text, at);
        memcpy(copy + size, sequence > 0 ? text.data + at : UTF8_REPLACEMENT,
            sequence > 0 ? sequence : replacement_size);
        size += sequence > 0 ? sequence : replacement_size;
        at += sequence > 0 ? sequence : 1;
    }
    return str_of(copy, size);
}

bool engine_write_add(struct engine_write *write, struct str record, struct error *error) {
    if (write->bytes + record.size > write->bytes_max)
        return error_set(
            error, ERROR_LIMIT, "a file takes at most %" PRIu64 " bytes of records", write->bytes_max);
    if (write->record_count == write->record_capacity) {
        write->record_capacity = write->record_capacity == 0 ? 1024 : write->record_capacity * 2;
        write->records = mem_resize_array(write->records, write->record_capacity, sizeof *write->records);
    }
    struct str text = copy_as_utf8(&write->arena, record);
    write->records[write->record_count++] =
        (struct engine_write_record){engine_columns_time(&write->columns, text).ms, text};
    write->bytes += record.size;
    return true;
}

/* By time. Of one time those come first that came first, which lie lower in no order that can be told from
 * addresses: so the sort has to be stable. */
static void sort(struct engine_write_record *records, size_t count) {
    bool is_sorted = true;
    for (size_t i = 1; i < count && is_sorted; i++)
        is_sorted = records[i - 1].time_ms <= records[i].time_ms;
    if (is_sorted)
        return;
    SCOPED(own_free) struct engine_write_record *other = mem_alloc_array(count, sizeof *other);
    struct engine_write_record *from = records, *to = other;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t middle = start + run < count ? start + run : count;
            size_t end = start + 2 * run < count ? start + 2 * run : count;
            for (size_t at = start, left = start, right = middle; at < end; at++) {
                bool is_left = left < middle && (right == end || from[left].time_ms <= from[right].time_ms);
                to[at] = from[is_left ? left++ : right++];
            }
        }
        struct engine_write_record *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != records)
        memcpy(records, from, count * sizeof *records);
}

static bool on_bytes(void *file, struct bytes bytes, struct error *error) {
    return disk_append(file, bytes.data, bytes.size, error);
}

static bool put_records(struct engine_write *write, struct parquet_writer *writer, struct error *error) {
    uint64_t row_count = 0, bytes = 0;
    for (size_t i = 0; i < write->record_count; i++) {
        const struct engine_write_record *record = &write->records[i];
        bytes += record->text.size;
        if ((row_count == GROUP_ROWS_MAX || bytes > GROUP_BYTES_MAX)) {
            if (!parquet_end_group(writer, error))
                return false;
            row_count = 0;
            bytes = record->text.size;
        }
        engine_columns_clear(&write->columns); /* what the row before said is copied */
        engine_columns_extract(&write->columns, record->text, write->keep_json, write->cells);
        /* The same, but in a text that is no JSON: then too what is told of the file is what is in it. */
        write->cells[write->columns.time_column].number = record->time_ms * US_PER_MS;
        engine_shred(writer, &write->columns, write->cells);
        parquet_end_row(writer);
        row_count++;
    }
    return true;
}

static bool write_file(
    struct engine_write *write, struct disk_file *file, uint64_t *ret_bytes, struct error *error) {
    struct parquet_column columns[ENGINE_COLUMN_COUNT];
    engine_shred_columns(&write->columns, columns);
    const struct parquet_options options = {.columns = columns,
        .column_count = ENGINE_COLUMN_COUNT,
        .compression_level = WRITE_LEVEL,
        .created_by = "cairn version 1",
        .on_bytes = on_bytes,
        .context = file};
    struct parquet_writer *writer = parquet_writer_create(&options);
    bool done = disk_truncate(file, 0, error) && put_records(write, writer, error) &&
                parquet_writer_finish(writer, ret_bytes, error);
    parquet_writer_destroy(writer);
    return done;
}

bool engine_write_make(struct engine_write *write, struct disk *disk, const char *name,
    struct engine_file *ret_file, struct error *error) {
    sort(write->records, write->record_count);
    struct engine_file file = {.rows = write->record_count, .oldest = MOMENT_NONE, .newest = MOMENT_NONE};
    SCOPED(disk_closep) struct disk_file *opened = disk_open(disk, name, DISK_WRITE, error);
    if (opened == NULL || !write_file(write, opened, &file.bytes, error)) {
        struct error ignored = {0};
        if (opened != NULL)
            IGNORE(disk_unlink(disk, name, &ignored), "nobody names a part of a file");
        return error_context(error, "write a file of events");
    }
    if (write->record_count > 0) {
        file.oldest = (struct moment){write->records[0].time_ms};
        file.newest = (struct moment){write->records[write->record_count - 1].time_ms};
    }
    *ret_file = file;
    return true;
}

static bool hear_records(struct engine_worker *worker, struct engine_write *write, struct error *error) {
    for (;;) {
        enum engine_frame_kind kind;
        struct bytes payload;
        if (!engine_worker_hear(worker, &kind, &payload, error))
            return false;
        if (kind == ENGINE_FRAME_END)
            return true;
        struct engine_reader reader = engine_reader(payload);
        while (!reader.is_broken && reader.at < reader.end) {
            struct str record = engine_read_text(&reader);
            if (!reader.is_broken && !engine_write_add(write, record, error))
                return false;
        }
        if (kind != ENGINE_FRAME_RECORDS || !engine_reader_end(&reader, "records", error))
            return error_set(error, ERROR_CORRUPT, "the daemon said no records");
    }
}

bool engine_work_write(struct engine_worker *worker, struct error *error) {
    SCOPED(own_free) struct engine_write *write = MEM_NEW(struct engine_write);
    engine_write_init(write, worker->job.memory_bytes / 4, worker->job.keep_json);
    const char *name = arena_text(&worker->arena, worker->job.name);
    struct engine_file file;
    bool done =
        hear_records(worker, write, error) && engine_write_make(write, worker->disk, name, &file, error);
    engine_write_finish(write);
    return done && engine_rows_say(&file, error);
}
