/* SPDX-License-Identifier: Apache-2.0 */
#include "archive.h"

#include "base/own.h"
#include "codec/compress.h"
#include "codec/json.h"
#include "sys/disk.h"

#include "screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 30, FILES_MAX = 4 << 20, DEPTH_MAX = 64, RECORDS_A_LOOK = 256 };

struct ctl_archive_file {
    char *path; /* relative to the disk's root */
    uint64_t size;
};

void ctl_archive_init(struct ctl_archive *archive, ctl_archive_on_record *on_record, void *context) {
    *archive = (struct ctl_archive){.on_record = on_record,
        .context = context,
        .raw = BUF_INIT(FILE_BYTES_MAX),
        .inflated = BUF_INIT(FILE_BYTES_MAX),
        .parser = json_parser_create()};
}

void ctl_archive_finish(struct ctl_archive *archive) {
    json_parser_destroy(archive->parser);
    buf_finish(&archive->raw);
    buf_finish(&archive->inflated);
    mem_free(archive->files);
}

static bool is_log_name(struct str name) {
    return str_ends_with(name, STR_LITERAL(".json")) || str_ends_with(name, STR_LITERAL(".json.gz")) ||
           str_ends_with(name, STR_LITERAL(".ndjson")) || str_ends_with(name, STR_LITERAL(".ndjson.gz")) ||
           str_ends_with(name, STR_LITERAL(".jsonl")) || str_ends_with(name, STR_LITERAL(".jsonl.gz"));
}

static bool add_file(struct ctl_archive *archive, const char *path, uint64_t size, struct error *error) {
    if (archive->file_count == FILES_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d files: import a folder at a time", FILES_MAX);
    if (archive->file_count == archive->file_capacity) {
        archive->file_capacity = archive->file_capacity == 0 ? 64 : archive->file_capacity * 2;
        archive->files = mem_resize_array(archive->files, archive->file_capacity, sizeof *archive->files);
    }
    archive->files[archive->file_count++] = (struct ctl_archive_file){mem_text(path), size};
    archive->bytes_total += size;
    return true;
}

/* Digest files stand beside log files and are no events. */
static bool is_digest_path(const char *path) {
    return strstr(path, "/CloudTrail-Digest/") != NULL || strstr(path, "_CloudTrail-Digest_") != NULL;
}

struct walk {
    struct ctl_archive *archive;
    const char *folder;
    int depth;
    bool failed;
    struct error *error;
};

static bool collect(
    struct ctl_archive *archive, const char *path, bool is_named, int depth, struct error *error);

static bool on_entry(const char *name, bool is_directory, void *context) {
    struct walk *walk = context;
    struct buf path = BUF_INIT(BUF_UNBOUNDED);
    if (walk->folder[0] != '\0')
        buf_append_format(&path, "%s/", walk->folder);
    buf_append_text(&path, name);
    struct disk_stat stat = {0};
    struct error ignored = {0};
    /* A link to a file is read as the file; one to a folder could lead in circles. */
    if (!is_directory && disk_stat(walk->archive->disk, path.data, &stat, &ignored) && stat.is_directory)
        ctl_complain("cairn: %s: left out, a link to a folder: name it to import it", path.data);
    else if (is_directory || is_log_name(str_from(name)))
        walk->failed = !collect(walk->archive, path.data, false, walk->depth + 1, walk->error);
    buf_finish(&path);
    return !walk->failed;
}

static bool collect(
    struct ctl_archive *archive, const char *path, bool is_named, int depth, struct error *error) {
    struct disk_stat stat = {0};
    if (depth > DEPTH_MAX)
        return error_set(error, ERROR_LIMIT, "%s: folders are nested more than %d deep", path, DEPTH_MAX);
    struct error lost = {0};
    if (!disk_stat(archive->disk, path, &stat, &lost) && is_named)
        return error_set(error, lost.kind, "%s", lost.message);
    if (!stat.is_directory)
        return (!is_named && is_digest_path(path)) || add_file(archive, path, stat.size, error);
    struct walk walk = {archive, path, depth, false, error};
    return disk_list(archive->disk, path, on_entry, &walk, error) && !walk.failed;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct ctl_archive_file *)a)->path, ((const struct ctl_archive_file *)b)->path);
}

/* Within a file, too: an archive may be one large one. */
static void show_progress(struct ctl_archive *archive, struct str record) {
    double share = (double)(record.data - archive->text.data) / (double)archive->text.size;
    uint64_t bytes = (uint64_t)((double)archive->file_bytes * share);
    ctl_progress_update(&archive->progress, archive->bytes_done + bytes, archive->records);
}

static bool on_record(struct str record, void *context) {
    struct ctl_archive *archive = context;
    if (++archive->records % RECORDS_A_LOOK == 0)
        show_progress(archive, record);
    archive->is_stopped = !archive->on_record(record, archive->context);
    return !archive->is_stopped;
}

static bool split_lines(struct ctl_archive *archive, struct str text) {
    while (text.size > 0) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.size > 0 && !on_record(line, archive))
            return false;
    }
    return true;
}

/* A file is {"Records":[...]}, an array, or a record a line. */
static bool looks_like_lines(struct str name, struct str text) {
    if (str_find(name, STR_LITERAL(".ndjson")) != SIZE_MAX ||
        str_find(name, STR_LITERAL(".jsonl")) != SIZE_MAX)
        return true;
    return str_find(str_slice(text, 0, 256), STR_LITERAL("\"eventVersion\"")) != SIZE_MAX &&
           str_find(str_slice(text, 0, 256), STR_LITERAL("\"Records\"")) == SIZE_MAX && text.data[0] == '{';
}

static bool read_file(struct ctl_archive *archive, const struct ctl_archive_file *file, struct error *error) {
    buf_clear(&archive->raw);
    buf_clear(&archive->inflated);
    struct buf *text = &archive->raw;
    if (!disk_read_file(archive->disk, file->path, &archive->raw, error))
        return false;
    if (gzip_is(buf_bytes(&archive->raw))) {
        if (!gzip_inflate(buf_bytes(&archive->raw), &archive->inflated, error))
            return false;
        text = &archive->inflated;
    }
    size_t size = text->size;
    if (buf_reserve(text, JSON_PADDING) == NULL)
        return error_set(error, ERROR_LIMIT, "larger than %d bytes", FILE_BYTES_MAX);
    memset(text->data + size, 0, JSON_PADDING);
    struct str records = str_of(text->data, size);
    archive->text = records;
    archive->file_bytes = file->size;
    if (looks_like_lines(str_from(file->path), records))
        return split_lines(archive, records);
    return json_split_records(archive->parser, records, on_record, archive, error);
}

static void read_files(struct ctl_archive *archive) {
    ctl_progress_begin(&archive->progress, archive->bytes_total);
    for (size_t i = 0; i < archive->file_count && !archive->is_stopped; i++) {
        struct error error = {0};
        if (!read_file(archive, &archive->files[i], &error) && !archive->is_stopped) {
            archive->broken_files++;
            ctl_progress_end(&archive->progress);
            ctl_complain("cairn: %s: %s", archive->files[i].path, error.message);
        }
        archive->bytes_done += archive->files[i].size;
        ctl_progress_update(&archive->progress, archive->bytes_done, archive->records);
    }
    ctl_progress_end(&archive->progress);
}

/* Names on the command line may be absolute or lead upwards; each gets a disk of its own. */
bool ctl_archive_read(struct ctl_archive *archive, struct str path, struct error *error) {
    char *text = mem_copy(path.data, path.size);
    while (path.size > 1 && text[path.size - 1] == '/')
        text[--path.size] = '\0';
    char *slash = strrchr(text, '/');
    const char *name = slash == NULL ? text : slash + 1;
    const char *folder = slash == NULL ? "." : slash == text ? "/" : text;
    bool is_dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (is_dots) {
        folder = text;
        name = "";
    } else if (slash != NULL) {
        *slash = '\0';
    }
    archive->disk = disk_real_create(folder, error);
    if (archive->disk != NULL)
        disk_real_follow_links(archive->disk);
    archive->file_count = 0;
    bool done = archive->disk != NULL && collect(archive, name, true, 0, error);
    if (done && archive->file_count > 0)
        qsort(archive->files, archive->file_count, sizeof *archive->files, by_path);
    if (done)
        read_files(archive);
    for (size_t i = 0; i < archive->file_count; i++)
        mem_free(archive->files[i].path);
    disk_real_destroy(archive->disk);
    mem_free(text);
    return done || error_context(error, "%.*s", STR(path));
}
