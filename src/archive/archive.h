/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive: reading a trail's log files out of a bucket, Cairn's own store or any S3: which files there are
 * (by the digests where there are digests, by listing otherwise), their records, and whether the digests
 * prove that nothing is missing.
 *
 * Threads: an archive one owner.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"

struct archive;
struct objects;
struct catalog;

enum { ARCHIVE_FILE_BYTES_MAX = 256 << 20 }; /* of one log file, inflated */

struct archive_options {
    struct objects *objects;
    struct catalog *catalog;   /* where Cairn's own public keys are; NULL: signatures are not checked */
    struct str bucket, prefix; /* copied; prefix as in s3://bucket/prefix, with CloudTrail's below or in it */
    struct moment from, to;    /* by the dates in prefixes and file names; MOMENT_MIN, MOMENT_MAX: all */
    struct str after; /* resume: files up to this key (in archive's order) are done; empty: from the start */
};
NODISCARD struct archive *archive_open(const struct archive_options *options, struct error *error);
void archive_close(struct archive *archive);

/* The next log file's key, or an empty one at the end. Order is that of keys, so that an import resumes. */
NODISCARD bool archive_next(struct archive *archive, struct str *ret_key, struct error *error);

/* Fetch a file and give its records, inflated, each exactly as it stands there. ERROR_INVALID: no gzip, no
 * CloudTrail file; ERROR_CONFLICT: not the content that a digest names; others as objects_get(). */
typedef bool archive_on_record(struct str record, void *context);
NODISCARD bool archive_read(struct archive *archive, struct str key, archive_on_record *on_record,
    void *context, struct error *error);

/* What the digests prove, once all files were read: complete only where an unbroken, validly signed chain
 * names every file and all were there with the content named. */
struct archive_proof {
    bool is_complete;
    uint64_t digests, files, files_proved, files_missing, files_altered, files_unproved, gaps;
    struct str reason; /* why not, in one sentence; empty where complete */
};
void archive_prove(struct archive *archive, struct arena *arena, struct archive_proof *ret_proof);
