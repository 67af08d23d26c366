/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.c: log files to records of the store. Files stay inflated in memory until their batch is in the store:
 * records are slices of them, never copied. The next batch has the memory of the one before: fresh memory
 * costs as much as inflating into it.
 */
#include "base/own.h"
#include "codec/json.h"
#include "sys/clock.h"

#include "private.h"

#include <string.h>

enum {
    BATCH_BYTES = 64 << 20,     /* of records; about 50,000 events */
    HELD_BYTES = 192 << 20,     /* of inflated files, whatever is in them beside records */
    KEPT_BYTES = 96 << 20,      /* of memory from one batch to the next */
    KEPT_FILE_BYTES = 16 << 20, /* of which one file has at most */
    BATCH_RECORDS = 100000,
    MESSAGE_SIZE = 256,
};

struct imports_reader {
    struct imports *imports;
    uint64_t store_id;
    int64_t retention_days;
    struct json_parser *splitter;
    struct event_parser *parser;
    struct moment now;
    /* the batch */
    struct buf *files; /* behind the batch's own: memory for the next ones */
    size_t file_count, begun_count, file_capacity;
    struct lake_record *records;
    size_t record_count, record_capacity;
    uint64_t bytes, flushes;
    bool has_fetched; /* the last of `files` was not split yet */
    /* of the file that is split */
    size_t refused;
    char why[MESSAGE_SIZE];
};

struct imports_reader *imports_reader_create(
    struct imports *imports, uint64_t store_id, int64_t retention_days) {
    struct imports_reader *reader = MEM_NEW(struct imports_reader);
    reader->imports = imports;
    reader->store_id = store_id;
    reader->retention_days = retention_days;
    reader->splitter = json_parser_create();
    reader->parser = event_parser_create();
    return reader;
}

static void clear(struct imports_reader *reader) {
    uint64_t kept = 0;
    for (size_t i = 0; i < reader->begun_count; i++) {
        struct buf *file = &reader->files[i];
        if (file->capacity > KEPT_FILE_BYTES || kept + file->capacity > KEPT_BYTES)
            buf_finish(file);
        kept += file->capacity;
    }
    reader->file_count = 0;
    reader->record_count = 0;
    reader->bytes = 0;
}

void imports_reader_destroy(struct imports_reader *reader) {
    if (reader == NULL)
        return;
    for (size_t i = 0; i < reader->begun_count; i++)
        buf_finish(&reader->files[i]);
    mem_free(reader->files);
    mem_free(reader->records);
    event_parser_destroy(reader->parser);
    json_parser_destroy(reader->splitter);
    mem_free(reader);
}

uint64_t imports_reader_held_bytes(const struct imports_reader *reader) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < reader->file_count; i++)
        bytes += reader->files[i].capacity;
    return bytes;
}

bool imports_reader_flush(struct imports_reader *reader, struct error *error) {
    struct lake_added added = {0};
    if (reader->record_count > 0 && !lake_add_imported(reader->imports->options.lake, reader->store_id,
                                        reader->records, reader->record_count, &added, error))
        return false;
    atomic_fetch_add(&reader->imports->events, added.added);
    atomic_fetch_add(&reader->imports->duplicates, added.duplicates);
    atomic_fetch_add(&reader->imports->bytes, reader->bytes);
    clear(reader);
    reader->flushes++;
    return true;
}

uint64_t imports_reader_flushes(const struct imports_reader *reader) {
    return reader->flushes;
}

uint64_t imports_reader_flushes_due(const struct imports_reader *reader) {
    return reader->flushes + (reader->record_count > 0);
}

static void add_record(struct imports_reader *reader, struct str bytes, const struct event_facets *facets) {
    if (reader->record_count == reader->record_capacity) {
        reader->record_capacity = reader->record_capacity * 2 + 4096;
        reader->records = mem_resize_array(reader->records, reader->record_capacity, sizeof *reader->records);
    }
    reader->records[reader->record_count++] =
        (struct lake_record){bytes, facets->id, facets->time, lake_content(bytes)};
    reader->bytes += bytes.size;
}

/* A record that is none fails its file; the others of the file are taken. */
static bool on_record(struct str record, void *context) {
    struct imports_reader *reader = context;
    struct event_facets facets;
    struct error error = {0};
    if (event_parse(reader->parser, record, reader->now, &facets, &error)) {
        if (facets.time.ms >= reader->now.ms - reader->retention_days * MS_PER_DAY)
            add_record(reader, record, &facets);
        return true;
    }
    if (reader->refused++ == 0) {
        struct str why = str_slice(str_from(error.message), 0, MESSAGE_SIZE - 1);
        memcpy(reader->why, why.data, why.size);
        reader->why[why.size] = '\0';
    }
    return true;
}

static void fail(
    struct imports_file *file, enum imports_outcome outcome, const char *type, struct str message) {
    file->outcome = outcome;
    file->error_type = str_from(type);
    file->error_message = message;
}

/* Names as S3 gives them where it gave one ("AccessDenied: ..."). */
static void fail_fetch(struct imports_file *file, struct arena *arena, const struct error *error) {
    struct str message = arena_str(arena, str_from(error->message)), rest = message;
    struct str code = str_cut(&rest, ':');
    if (!file->file.is_listed)
        fail(file, IMPORTS_MISSING, "NoSuchKey",
            STR_LITERAL("A digest names this log file, and it is not there."));
    else if (error->kind == ERROR_CONFLICT)
        fail(file, IMPORTS_ALTERED, "DigestMismatch", message);
    else if (error->kind == ERROR_NOT_FOUND || error->kind == ERROR_DENIED)
        fail(file, IMPORTS_UNREADABLE, arena_text(arena, code), message);
    else
        fail(file, IMPORTS_UNREADABLE, "InvalidLogFile", message);
}

static struct buf *add_file(struct imports_reader *reader) {
    if (reader->file_count == reader->file_capacity) {
        reader->file_capacity = reader->file_capacity * 2 + 64;
        reader->files = mem_resize_array(reader->files, reader->file_capacity, sizeof *reader->files);
    }
    if (reader->file_count == reader->begun_count)
        reader->files[reader->begun_count++] = BUF_INIT(BUF_UNBOUNDED);
    return &reader->files[reader->file_count++];
}

/* Nothing points into it. */
static void drop_file(struct imports_reader *reader) {
    struct buf *file = &reader->files[--reader->file_count];
    if (file->capacity > KEPT_FILE_BYTES)
        buf_finish(file);
}

static bool is_full(const struct imports_reader *reader) {
    uint64_t bytes_max = reader->imports->options.batch_bytes;
    return reader->bytes >= (bytes_max != 0 ? bytes_max : BATCH_BYTES) ||
           reader->record_count >= BATCH_RECORDS || imports_reader_held_bytes(reader) >= HELD_BYTES;
}

static void split(
    struct imports_reader *reader, struct buf *raw, struct imports_file *file, struct arena *arena) {
    struct error error = {0};
    size_t before = reader->record_count;
    reader->refused = 0;
    reader->now = clock_now(reader->imports->options.clock);
    bool is_whole = json_split_records(reader->splitter, buf_str(raw), on_record, reader, &error);
    file->records = reader->record_count - before;
    file->outcome = file->file.has_hash ? IMPORTS_PROVED : IMPORTS_TAKEN;
    if (!is_whole)
        fail(file, IMPORTS_UNREADABLE, "InvalidLogFile", arena_format(arena, "%s", error.message));
    else if (reader->refused > 0)
        fail(file, IMPORTS_UNREADABLE, "InvalidRecord",
            arena_format(
                arena, "%zu records cannot be taken, the first one: %s", reader->refused, reader->why));
    if (file->records == 0)
        drop_file(reader);
}

bool imports_reader_fetch(struct imports_reader *reader, const struct archive *archive,
    struct imports_file *file, struct arena *arena, struct error *error) {
    struct error why = {0};
    struct buf *raw = add_file(reader);
    reader->has_fetched = file->packed.data == NULL
                              ? archive_fetch(archive, &file->file, raw, &why)
                              : archive_unpack(&file->file, buf_bytes(&file->packed), raw, &why);
    buf_finish(&file->packed);
    if (reader->has_fetched)
        return true;
    drop_file(reader);
    if (why.kind == ERROR_UNAVAILABLE || why.kind == ERROR_IO) {
        *error = why;
        return false;
    }
    fail_fetch(file, arena, &why);
    return true;
}

bool imports_reader_take(
    struct imports_reader *reader, struct imports_file *file, struct arena *arena, struct error *error) {
    if (!reader->has_fetched)
        return true;
    reader->has_fetched = false;
    split(reader, &reader->files[reader->file_count - 1], file, arena);
    return !is_full(reader) || imports_reader_flush(reader, error);
}
