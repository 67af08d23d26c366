/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload: put an object or a part of a multipart upload piece by piece, in constant memory. It
 * becomes visible, whole and durable, with objects_upload_commit() and not before; one that is
 * not committed leaves nothing behind.
 *
 * Threads: one owner each.
 */
#pragma once

#include "codec/hash.h"
#include "objects/objects.h"

struct objects_upload;
struct objects_reader;

enum { OBJECTS_PART_COUNT_MAX = 10000, OBJECTS_UPLOAD_ID_SIZE = 48 };
#define OBJECTS_PUT_SIZE_MAX    ((uint64_t)5 << 30) /* S3's for one put and for one part */
#define OBJECTS_OBJECT_SIZE_MAX ((uint64_t)5 << 40)

/* NoSuchBucket (also for remote buckets: they are written with objects_put()), KeyTooLongError. */
NODISCARD struct objects_upload *objects_upload_begin(
    struct objects *objects, struct str bucket, struct str key, struct error *error);

/* The part of a multipart upload: NoSuchUpload, InvalidArgument. */
struct objects_multipart {
    struct str bucket, key, upload_id;
};
NODISCARD struct objects_upload *objects_upload_begin_part(struct objects *objects,
    const struct objects_multipart *multipart, unsigned part_number, struct error *error);

/* EntityTooLarge past `size_max` of the object (OBJECTS_PUT_SIZE_MAX unless it is put together). */
NODISCARD bool objects_upload_append(struct objects_upload *upload, struct bytes data, struct error *error);

/* Append `size` bytes of another object. */
NODISCARD bool objects_upload_append_from(struct objects_upload *upload, struct objects_reader *reader,
    uint64_t offset, uint64_t size, struct error *error);
void objects_upload_set_size_max(struct objects_upload *upload, uint64_t size_max);

/* Take a checksum of what is appended from now on, beside the MD5. The commit then compares it with
 * metadata.checksum_value (BadDigest), or fills that in where it is empty. */
void objects_upload_set_checksum(struct objects_upload *upload, enum hash_kind kind);

struct objects_commit {
    const struct objects_metadata *metadata; /* NULL: none */
    struct str etag;                         /* empty: the MD5 in hex */
    const uint8_t *md5_expected;             /* MD5_SIZE bytes, or NULL; BadDigest */
    const enum hash_kind *checksum;          /* objects_multipart_complete(): objects_upload_set_checksum() */
    const uint64_t *part_sizes;
    size_t part_count;
    /* Conditions on what is there now, checked in the same step: an ETag or "*"; empty: none.
     * PreconditionFailed, NoSuchKey. */
    struct str if_match, if_none_match;
};
NODISCARD bool objects_upload_commit(struct objects_upload *upload, const struct objects_commit *commit,
    struct arena *arena, struct objects_info *ret_info, struct error *error);

/* Free, and drop what was not committed. NULL is fine. */
void objects_upload_destroy(struct objects_upload *upload);
