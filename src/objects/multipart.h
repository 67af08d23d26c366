/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart: uploads in parts, assembled at the end. Parts are durable when acknowledged; an upload
 * that nobody completes goes after a week.
 *
 * Threads: any.
 */
#pragma once

#include "objects/upload.h"

/* `metadata` is kept for the object; checksum_algorithm and checksum_type in it are what was asked for. */
NODISCARD bool objects_multipart_create(struct objects *objects, struct str bucket, struct str key,
    const struct objects_metadata *metadata, struct arena *arena, struct str *ret_upload_id,
    struct error *error);

/* What was given at the start; key and modified_at are the upload's. NoSuchUpload. */
NODISCARD bool objects_multipart_get(struct objects *objects, const struct objects_multipart *multipart,
    struct arena *arena, struct objects_info *ret_info, struct error *error);

struct objects_part {
    unsigned number;
    struct objects_info info;
};
NODISCARD bool objects_multipart_parts(struct objects *objects, const struct objects_multipart *multipart,
    struct arena *arena, struct objects_part **ret_parts, size_t *ret_count, struct error *error);

/* All uploads under way, by key and start. */
struct objects_multipart_entry {
    struct str key, upload_id;
    struct moment started_at;
};
NODISCARD bool objects_multipart_list(struct objects *objects, struct str bucket, struct arena *arena,
    struct objects_multipart_entry **ret_entries, size_t *ret_count, struct error *error);

/* Put the parts together in the order given (each with the ETag that the client names, checked:
 * InvalidPart). `commit` has the metadata, ETag and conditions of the object. */
NODISCARD bool objects_multipart_complete(struct objects *objects, const struct objects_multipart *multipart,
    const struct objects_commit *commit, const struct objects_part *parts, size_t part_count,
    struct arena *arena, struct objects_info *ret_info, struct error *error);
NODISCARD bool objects_multipart_abort(
    struct objects *objects, const struct objects_multipart *multipart, struct error *error);

/* Drop uploads that began before `before`, of all buckets. */
NODISCARD bool objects_multipart_sweep(struct objects *objects, struct moment before, struct error *error);
