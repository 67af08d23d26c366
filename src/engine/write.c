/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write: the write job: records to a Parquet file, sorted by event time. It takes no library. Records that
 * come sorted, with their times, go to their columns as they come, so that a row group is all that is held;
 * others are gathered first.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/utf8.h"
#include "sys/disk.h"

#include "rows.h"
#include "shred.h"

#include <inttypes.h>
#include <string.h>

/* Rows and bytes of records in a row group: what a reader reads, or passes over, at once. The level is
 * zstd's: a file is merged soon. */
enum { GROUP_ROWS_MAX = 20480, GROUP_BYTES_MAX = 64 << 20, WRITE_LEVEL = 1, US_PER_MS = 1000 };

struct held {
    int64_t time_ms;
    struct str text;
};

struct writing {
    const struct engine_job *job;
    struct parquet_writer *writer;
    struct engine_columns columns;
    struct engine_cell cells[ENGINE_COLUMN_COUNT];
    uint64_t group_rows, group_bytes;
    struct engine_file made;
    /* Where records are gathered: all of them. */
    struct held *records;
    size_t record_count, record_capacity;
    uint64_t bytes;
    struct arena arena;
};

/* ---- rows ---- */

static bool put_row(struct writing *writing, int64_t time_ms, struct str record, struct error *error) {
    int64_t time_us = 0;
    if (__builtin_mul_overflow(time_ms, (int64_t)US_PER_MS, &time_us))
        return error_set(error, ERROR_CORRUPT, "the daemon gave a record no time");
    if (writing->made.rows > 0 && time_ms < writing->made.newest.ms)
        return error_set(error, ERROR_CORRUPT, "the daemon's records are not sorted");
    if (writing->group_rows == GROUP_ROWS_MAX || writing->group_bytes > GROUP_BYTES_MAX) {
        if (!parquet_end_group(writing->writer, error))
            return false;
        writing->group_rows = writing->group_bytes = 0;
    }
    engine_columns_clear(&writing->columns); /* what the row before said is copied */
    engine_columns_extract(&writing->columns, record, writing->job->keep_json, writing->cells);
    /* What is told of the file is what is in it. */
    writing->cells[writing->columns.time_column].number = time_us;
    engine_shred(writing->writer, &writing->columns, writing->cells);
    parquet_end_row(writing->writer);
    writing->group_rows++;
    writing->group_bytes += record.size;
    if (writing->made.rows++ == 0)
        writing->made.oldest.ms = time_ms;
    writing->made.newest.ms = time_ms;
    return true;
}

/* Records were checked at their door; should one be no UTF-8 all the same, its bad bytes are replaced,
 * because readers of Parquet take it on trust. */
static struct str repair_utf8(struct arena *arena, struct str text) {
    if (str_is_utf8(text))
        return text;
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

/* ---- records that are not sorted ---- */

static bool hold(struct writing *writing, struct str record, struct error *error) {
    uint64_t bytes_max = writing->job->memory_bytes / 4;
    if (writing->bytes + record.size > bytes_max)
        return error_set(error, ERROR_LIMIT, "a file takes at most %" PRIu64 " bytes of records", bytes_max);
    if (writing->record_count == writing->record_capacity) {
        writing->record_capacity = writing->record_capacity == 0 ? 1024 : writing->record_capacity * 2;
        writing->records =
            mem_resize_array(writing->records, writing->record_capacity, sizeof *writing->records);
    }
    struct str text = arena_str(&writing->arena, record);
    writing->records[writing->record_count++] =
        (struct held){engine_columns_time(&writing->columns, text).ms, text};
    writing->bytes += record.size;
    return true;
}

/* By time. Of one time those come first that came first, which lie lower in no order that can be told from
 * addresses: so the sort has to be stable. */
static void sort(struct held *records, size_t count) {
    bool is_sorted = true;
    for (size_t i = 1; i < count && is_sorted; i++)
        is_sorted = records[i - 1].time_ms <= records[i].time_ms;
    if (is_sorted)
        return;
    SCOPED(own_free) struct held *other = mem_alloc_array(count, sizeof *other);
    struct held *from = records, *to = other;
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t start = 0; start < count; start += 2 * run) {
            size_t middle = start + run < count ? start + run : count;
            size_t end = start + 2 * run < count ? start + 2 * run : count;
            for (size_t at = start, left = start, right = middle; at < end; at++) {
                bool is_left = left < middle && (right == end || from[left].time_ms <= from[right].time_ms);
                to[at] = from[is_left ? left++ : right++];
            }
        }
        struct held *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != records)
        memcpy(records, from, count * sizeof *records);
}

static bool put_held(struct writing *writing, struct error *error) {
    sort(writing->records, writing->record_count);
    for (size_t i = 0; i < writing->record_count; i++)
        if (!put_row(writing, writing->records[i].time_ms, writing->records[i].text, error))
            return false;
    return true;
}

/* ---- the job ---- */

static bool take_records(struct writing *writing, struct engine_reader *reader, struct error *error) {
    SCOPED(arena_finish) struct arena repaired = ARENA_INIT;
    while (!reader->is_broken && reader->at < reader->end) {
        int64_t time_ms = writing->job->is_sorted ? engine_read_signed(reader) : 0;
        struct str record = engine_read_text(reader);
        if (reader->is_broken)
            break;
        record = repair_utf8(&repaired, record);
        if (!(writing->job->is_sorted ? put_row(writing, time_ms, record, error)
                                      : hold(writing, record, error)))
            return false;
    }
    return engine_reader_end(reader, "records", error);
}

static bool hear_records(struct engine_worker *worker, struct writing *writing, struct error *error) {
    for (;;) {
        enum engine_frame_kind kind;
        struct bytes payload;
        if (!engine_worker_hear(worker, &kind, &payload, error))
            return false;
        if (kind == ENGINE_FRAME_END)
            return true;
        if (kind != ENGINE_FRAME_RECORDS)
            return error_set(error, ERROR_CORRUPT, "the daemon said no records");
        struct engine_reader reader = engine_reader(payload);
        if (!take_records(writing, &reader, error))
            return false;
    }
}

static bool on_bytes(void *file, struct bytes bytes, struct error *error) {
    return disk_append(file, bytes.data, bytes.size, error);
}

static struct writing *begin(struct engine_worker *worker, struct disk_file *file) {
    struct writing *writing = MEM_NEW(struct writing);
    struct parquet_column columns[ENGINE_COLUMN_COUNT];
    writing->job = &worker->job;
    writing->made = (struct engine_file){.oldest = MOMENT_NONE, .newest = MOMENT_NONE};
    engine_columns_init(&writing->columns);
    engine_shred_columns(&writing->columns, columns);
    writing->writer = parquet_writer_create(&(struct parquet_options){.columns = columns,
        .column_count = ENGINE_COLUMN_COUNT,
        .compression_level = WRITE_LEVEL,
        .created_by = "cairn version 1",
        .on_bytes = on_bytes,
        .context = file});
    return writing;
}

static void finish(struct writing **owned_writing) {
    struct writing *writing = *owned_writing;
    parquet_writer_destroy(writing->writer);
    engine_columns_finish(&writing->columns);
    arena_finish(&writing->arena);
    mem_free(writing->records);
    mem_free(writing);
}

static bool write_file(
    struct engine_worker *worker, struct disk_file *file, struct engine_file *ret_file, struct error *error) {
    SCOPED(finish) struct writing *writing = begin(worker, file);
    if (!disk_truncate(file, 0, error) || !hear_records(worker, writing, error) ||
        !put_held(writing, error) || !parquet_writer_finish(writing->writer, &writing->made.bytes, error))
        return false;
    *ret_file = writing->made;
    return true;
}

bool engine_work_write(struct engine_worker *worker, struct error *error) {
    const char *name = arena_text(&worker->arena, worker->job.name);
    struct engine_file file;
    SCOPED(disk_closep) struct disk_file *opened = disk_open(worker->disk, name, DISK_WRITE, error);
    if (opened != NULL && write_file(worker, opened, &file, error))
        return engine_rows_say(&file, error);
    struct error ignored = {0};
    if (opened != NULL)
        IGNORE(disk_unlink(worker->disk, name, &ignored), "nobody names a part of a file");
    return error_context(error, "write a file of events");
}
