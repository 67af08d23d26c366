/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive: reading a trail's log files out of a bucket, Cairn's own store or any S3: which files there are
 * (by listing, and by what digests name), their records, and what the digests prove of them.
 *
 * Which keys are log files: gzip files (.json.gz) in a folder `CloudTrail` of CloudTrail's layout, or in the
 * folder that the prefix itself names, but never digests. Files outside that layout are taken where a prefix
 * leads to them.
 *
 * Threads: an archive has one owner; archive_fetch() and its steps any thread, also several at once.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"
#include "codec/hash.h"

struct archive;
struct objects;

enum {
    ARCHIVE_FILE_BYTES_MAX = 256 << 20,  /* of one log file, inflated */
    ARCHIVE_DIGEST_BYTES_MAX = 64 << 20, /* of one digest, inflated */
    ARCHIVE_FOLDER_FILES_MAX = 1 << 20,  /* of one day, region and account */
};

/* The public key (PKCS#1 DER, in the arena) that has this fingerprint; false: it is not known. */
typedef bool archive_find_key(
    struct str fingerprint, struct arena *arena, struct bytes *ret_public_der, void *context);

struct archive_options {
    struct objects *objects;    /* borrowed */
    archive_find_key *find_key; /* NULL: no key is known */
    void *find_key_context;
    struct str bucket, prefix; /* copied */
    struct moment from, to;    /* by the dates in file names, else in prefixes; MOMENT_MIN, MOMENT_MAX: all */
    bool (*goes_on)(void *context); /* asked before each step into the bucket: false ends what is under way
                                       with ERROR_UNAVAILABLE. NULL: it goes on */
    void *goes_on_context;
    struct str after; /* resume behind this key; empty: from the start. Copied */
};

/* Never fails: what is wrong shows at the first step. */
struct archive *archive_open(const struct archive_options *options);
void archive_close(struct archive *archive); /* NULL is fine */

struct archive_file {
    struct str key; /* empty: there are no more. Borrowed until the next archive_next() */
    uint64_t size;  /* as it lies there, compressed; 0 where it is not listed */
    bool is_listed; /* false: a digest names it, and the bucket does not have it */
    bool has_hash;  /* a digest names it, with this SHA-256 of what it inflates to: */
    uint8_t sha256[SHA256_SIZE];
    bool is_late; /* found missing after the listing was done: out of the order of keys, no place to resume
                     from */
};

/* The next file, in the order of keys. ERROR_NOT_FOUND, ERROR_DENIED, ERROR_UNAVAILABLE as objects_list(). */
NODISCARD bool archive_next(struct archive *archive, struct archive_file *ret_file, struct error *error);

/* Folders (a day of a region and account) met so far. */
uint64_t archive_folders(const struct archive *archive);

/* Fetch and inflate a file into `raw` (cleared first; JSON_PADDING readable bytes follow), and hold it to its
 * hash. ERROR_INVALID: no gzip; ERROR_CONFLICT: not what its digest names; others as objects_get(). */
NODISCARD bool archive_fetch(
    const struct archive *archive, const struct archive_file *file, struct buf *raw, struct error *error);

/* The same in two steps: the file as it lies there, as objects_get(); and what it inflates to. */
NODISCARD bool archive_get(
    const struct archive *archive, const struct archive_file *file, struct buf *packed, struct error *error);
NODISCARD bool archive_unpack(
    const struct archive_file *file, struct bytes packed, struct buf *raw, struct error *error);

/* What was found out about files, counted by whoever reads them. */
struct archive_counts {
    uint64_t proved, altered, missing, unproved, failed;
};

/* Where an import may be judged: reads every digest of the places that the listing met. Complete is only an
 * archive whose digests are an unbroken chain, all validly signed, that names every file, all of which were
 * read as they are named. */
struct archive_proof {
    bool is_complete;
    uint64_t digests, digests_unsigned, gaps, files_named;
    struct str reason; /* in the arena: why not, in one sentence; what was proved, where complete */
};
NODISCARD bool archive_prove(struct archive *archive, const struct archive_counts *counts,
    struct arena *arena, struct archive_proof *ret_proof, struct error *error);

/* "s3://bucket/prefix" into its parts; false where it is none. */
bool archive_parse_uri(struct str uri, struct str *ret_bucket, struct str *ret_prefix);
