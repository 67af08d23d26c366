/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive: files and folders of CloudTrail logs, gzip or not, as import and replay read them. Private to ctl.
 *
 * Files are read in the order of their paths. What cannot be read is told on standard error and counted.
 */
#pragma once

#include "base/buf.h"

#include "screen.h"

struct disk;
struct json_parser;

/* JSON_PADDING readable bytes follow the record; false stops. */
typedef bool ctl_archive_on_record(struct str record, void *context);

struct ctl_archive {
    ctl_archive_on_record *on_record; /* set by the owner, with context */
    void *context;
    uint64_t records, broken_files;
    bool is_stopped; /* by on_record */
    /* private */
    struct disk *disk;
    struct ctl_archive_file *files;
    size_t file_count, file_capacity;
    uint64_t bytes_total, bytes_done; /* of whole files */
    uint64_t file_bytes;              /* of the one that is read, */
    struct str text;                  /* and its content, inflated */
    struct ctl_progress progress;
    struct buf raw, inflated;
    struct json_parser *parser;
};
void ctl_archive_init(struct ctl_archive *archive, ctl_archive_on_record *on_record, void *context);
void ctl_archive_finish(struct ctl_archive *archive);

/* Everything below a path of the command line. ERROR_NOT_FOUND, ERROR_IO, ERROR_LIMIT where that cannot be.
 */
NODISCARD bool ctl_archive_read(struct ctl_archive *archive, struct str path, struct error *error);
