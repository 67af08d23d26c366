/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cairn import PATH...: files and folders of CloudTrail logs, gzip or not, one after the other,
 * cut into batches and sent to POST /events. Ids are admitted once, so it may be repeated and
 * interrupted at any point.
 */
#include "base/own.h"
#include "codec/compress.h"
#include "ctl/ctl.h"
#include "sys/disk.h"

#include "argument.h"
#include "client.h"
#include "screen.h"
#include "sender.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 30, FILES_MAX = 4 << 20, DEPTH_MAX = 64 };

struct import_arguments {
    struct ctl_connection connection;
    bool archive;
    struct str output;
};

static const struct ctl_argument arguments[] = {
    {"archive", CTL_SWITCH, offsetof(struct import_arguments, archive), "",
        "keep the events to lookups: trails do not deliver them"},
    {"output", CTL_TEXT, offsetof(struct import_arguments, output), "json|table", "form of the summary"},
    CTL_CONNECTION_ARGUMENTS(struct import_arguments),
};

struct file {
    char *path; /* relative to the disk's root */
    uint64_t size;
};

struct import {
    struct disk *disk;
    struct file *files;
    size_t file_count, file_capacity;
    uint64_t bytes_total, bytes_done;
    uint64_t broken_files;
    struct ctl_sender *sender;
    struct ctl_progress progress;
    struct buf raw, inflated;
    struct json_parser *parser;
};

static bool is_log_name(struct str name) {
    return str_ends_with(name, STR_LITERAL(".json")) || str_ends_with(name, STR_LITERAL(".json.gz")) ||
           str_ends_with(name, STR_LITERAL(".ndjson")) || str_ends_with(name, STR_LITERAL(".ndjson.gz")) ||
           str_ends_with(name, STR_LITERAL(".jsonl")) || str_ends_with(name, STR_LITERAL(".jsonl.gz"));
}

static bool add_file(struct import *import, const char *path, uint64_t size, struct error *error) {
    if (import->file_count == FILES_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d files: import a folder at a time", FILES_MAX);
    if (import->file_count == import->file_capacity) {
        import->file_capacity = import->file_capacity == 0 ? 64 : import->file_capacity * 2;
        import->files = mem_resize_array(import->files, import->file_capacity, sizeof *import->files);
    }
    import->files[import->file_count++] = (struct file){mem_text(path), size};
    import->bytes_total += size;
    return true;
}

/* Digest files stand beside log files and are no events. */
static bool is_digest_path(const char *path) {
    return strstr(path, "/CloudTrail-Digest/") != NULL || strstr(path, "_CloudTrail-Digest_") != NULL;
}

struct walk {
    struct import *import;
    const char *folder;
    int depth;
    bool failed;
    struct error *error;
};

static bool collect(struct import *import, const char *path, bool is_named, int depth, struct error *error);

static bool on_entry(const char *name, bool is_directory, void *context) {
    struct walk *walk = context;
    struct buf path = BUF_INIT(BUF_UNBOUNDED);
    if (walk->folder[0] != '\0')
        buf_append_format(&path, "%s/", walk->folder);
    buf_append_text(&path, name);
    struct disk_stat stat = {0};
    struct error ignored = {0};
    /* A link to a file is read as the file; one to a folder could lead in circles. */
    if (!is_directory && disk_stat(walk->import->disk, path.data, &stat, &ignored) && stat.is_directory)
        (void)fprintf(stderr, "cairn: %s: left out, a link to a folder: name it to import it\n", path.data);
    else if (is_directory || is_log_name(str_from(name)))
        walk->failed = !collect(walk->import, path.data, false, walk->depth + 1, walk->error);
    buf_finish(&path);
    return !walk->failed;
}

static bool collect(struct import *import, const char *path, bool is_named, int depth, struct error *error) {
    struct disk_stat stat = {0};
    if (depth > DEPTH_MAX)
        return error_set(error, ERROR_LIMIT, "%s: folders are nested more than %d deep", path, DEPTH_MAX);
    struct error lost = {0};
    if (!disk_stat(import->disk, path, &stat, &lost) && is_named)
        return error_set(error, lost.kind, "%s", lost.message);
    if (!stat.is_directory)
        return (!is_named && is_digest_path(path)) || add_file(import, path, stat.size, error);
    struct walk walk = {import, path, depth, false, error};
    return disk_list(import->disk, path, on_entry, &walk, error) && !walk.failed;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static bool on_record(struct str record, void *context) {
    struct import *import = context;
    return ctl_sender_add(import->sender, record);
}

static bool split_lines(struct import *import, struct str text) {
    while (text.size > 0) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (line.size > 0 && !on_record(line, import))
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

static bool import_file(struct import *import, const struct file *file, struct error *error) {
    buf_clear(&import->raw);
    buf_clear(&import->inflated);
    struct buf *text = &import->raw;
    if (!disk_read_file(import->disk, file->path, &import->raw, error))
        return false;
    if (gzip_is(buf_bytes(&import->raw))) {
        if (!gzip_inflate(buf_bytes(&import->raw), &import->inflated, error))
            return false;
        text = &import->inflated;
    }
    size_t size = text->size;
    if (buf_reserve(text, JSON_PADDING) == NULL)
        return error_set(error, ERROR_LIMIT, "larger than %d bytes", FILE_BYTES_MAX);
    memset(text->data + size, 0, JSON_PADDING);
    struct str records = str_of(text->data, size);
    if (looks_like_lines(str_from(file->path), records))
        return split_lines(import, records);
    return json_split_records(import->parser, records, on_record, import, error);
}

static bool import_files(struct import *import, struct error *error) {
    ctl_progress_begin(&import->progress, import->bytes_total);
    for (size_t i = 0; i < import->file_count; i++) {
        struct error file_error = {0};
        if (!import_file(import, &import->files[i], &file_error)) {
            if (ctl_sender_failed(import->sender))
                break;
            import->broken_files++;
            ctl_progress_end(&import->progress);
            (void)fprintf(stderr, "cairn: %s: %s\n", import->files[i].path, file_error.message);
        }
        if (ctl_sender_failed(import->sender))
            break;
        import->bytes_done += import->files[i].size;
        ctl_progress_update(&import->progress, import->bytes_done, ctl_sender_summary(import->sender)->sent);
    }
    bool done = ctl_sender_flush(import->sender, error);
    ctl_progress_end(&import->progress);
    return done;
}

/* Names on the command line may be absolute or lead upwards; each gets a disk of its own. */
static bool import_path(struct import *import, struct str path, struct error *error) {
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
    import->disk = disk_real_create(folder, error);
    if (import->disk != NULL)
        disk_real_follow_links(import->disk);
    import->file_count = 0;
    bool done = import->disk != NULL && collect(import, name, true, 0, error);
    if (done && import->file_count > 0)
        qsort(import->files, import->file_count, sizeof *import->files, by_path);
    done = done && import_files(import, error);
    for (size_t i = 0; i < import->file_count; i++)
        mem_free(import->files[i].path);
    disk_real_destroy(import->disk);
    mem_free(text);
    return done || error_context(error, "%.*s", STR(path));
}

static int run(const struct ctl_positionals *positionals, void *context, struct error *error) {
    const struct import_arguments *given = context;
    if (positionals->count == 0) {
        IGNORE(error_set(error, ERROR_INVALID, "name the files or folders to import: cairn import PATH..."),
            "the message is the result");
        return CTL_USAGE;
    }
    struct ctl_client *client = ctl_client_open(&given->connection, error);
    if (client == NULL)
        return CTL_FAILED;
    struct import import = {.raw = BUF_INIT(FILE_BYTES_MAX), .inflated = BUF_INIT(FILE_BYTES_MAX)};
    import.parser = json_parser_create();
    import.sender = ctl_sender_create(client, given->archive);
    bool done = true;
    for (size_t i = 0; done && i < positionals->count; i++)
        done = import_path(&import, positionals->items[i], error);
    const struct ctl_sender_summary *summary = ctl_sender_summary(import.sender);
    if (done)
        done = ctl_sender_print_summary(import.sender, str_is(given->output, "json"), error);
    int exit_code = !done ? CTL_FAILED : import.broken_files + summary->refused > 0 ? CTL_PARTIAL : CTL_DONE;
    ctl_sender_destroy(import.sender);
    json_parser_destroy(import.parser);
    buf_finish(&import.raw);
    buf_finish(&import.inflated);
    mem_free(import.files);
    ctl_client_close(client);
    return exit_code;
}

const struct ctl_command ctl_import = {"import", "PATH...",
    "Send files or folders of CloudTrail log files to a daemon. They may be .json, .ndjson or one of them\n"
    "with .gz. It can be repeated and interrupted: an event is kept once.",
    arguments, CTL_ARGUMENT_COUNT(arguments), sizeof(struct import_arguments), run};
