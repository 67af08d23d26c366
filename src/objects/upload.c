/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload: an object on its way in, a file under staging/ until its commit. MD5 and CRC32C
 * are taken as the bytes pass.
 */
#include "upload.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "multipart_path.h"
#include "reader.h"
#include "remote.h"
#include "store.h"

#include <string.h>

struct objects_upload {
    struct objects *objects;
    struct arena arena;
    struct str bucket, key, staging, root, path;
    struct str bucket_owner;
    struct moment bucket_created_at;
    struct disk_file *file;             /* NULL after the commit, or after a failed write */
    struct hash_stream *md5, *checksum; /* checksum NULL: none was asked for */
    uint64_t size, size_max, floor_checked_until;
    uint32_t crc32c;
    bool is_part, committed;
};

/* A bucket deleted and made again meanwhile is another bucket. */
static bool check_same_bucket(const struct objects_upload *upload, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_bucket bucket;
    if (!objects_bucket_get(upload->objects, upload->bucket, &arena, &bucket, error))
        return false;
    return (bucket.created_at.ms == upload->bucket_created_at.ms &&
               str_equals(bucket.owner_account, upload->bucket_owner)) ||
           objects_no_such_bucket(error);
}

static bool open_staging(struct objects_upload *upload, struct error *error) {
    struct objects *objects = upload->objects;
    uint_fast64_t number = atomic_fetch_add(&objects->staging_count, 1);
    upload->staging = arena_format(&upload->arena, OBJECTS_STAGING "/%llu", (unsigned long long)number);
    upload->file = disk_open(objects->disk, upload->staging.data, DISK_CREATE, error);
    return upload->file != NULL;
}

static struct objects_upload *upload_create(struct objects *objects, struct str bucket, struct str key) {
    struct objects_upload *upload = MEM_NEW(struct objects_upload);
    upload->objects = objects;
    upload->size_max = OBJECTS_PUT_SIZE_MAX;
    upload->bucket = arena_str(&upload->arena, bucket);
    upload->key = arena_str(&upload->arena, key);
    upload->md5 = hash_stream_create(HASH_MD5);
    return upload;
}

static void upload_destroyp(struct objects_upload **upload) {
    objects_upload_destroy(*upload);
}

static bool remember_bucket(struct objects_upload *upload, struct error *error) {
    struct objects_bucket bucket;
    if (objects_remote_has(upload->objects->remote, upload->bucket))
        return objects_no_such_bucket(error);
    if (!objects_check_writable(upload->objects, error) ||
        !objects_bucket_get(upload->objects, upload->bucket, &upload->arena, &bucket, error))
        return false;
    upload->bucket_owner = bucket.owner_account;
    upload->bucket_created_at = bucket.created_at;
    return true;
}

struct objects_upload *objects_upload_begin(
    struct objects *objects, struct str bucket, struct str key, struct error *error) {
    if (!objects_check_key(key, error))
        return NULL;
    SCOPED(upload_destroyp) struct objects_upload *upload = upload_create(objects, bucket, key);
    upload->root = objects_path_bucket(&upload->arena, bucket, "/keys");
    upload->path = objects_path_object(&upload->arena, bucket, key);
    if (!remember_bucket(upload, error) || !open_staging(upload, error))
        return NULL;
    return TAKE(upload);
}

struct objects_upload *objects_upload_begin_part(struct objects *objects,
    const struct objects_multipart *multipart, unsigned part_number, struct error *error) {
    if (part_number < 1 || part_number > OBJECTS_PART_COUNT_MAX) {
        error_set(error, ERROR_INVALID,
            "InvalidArgument: Part number must be an integer between 1 and %d, inclusive",
            OBJECTS_PART_COUNT_MAX);
        return NULL;
    }
    SCOPED(upload_destroyp)
    struct objects_upload *upload = upload_create(objects, multipart->bucket, multipart->key);
    upload->is_part = true;
    if (!remember_bucket(upload, error) || !objects_multipart_check(objects, multipart, error))
        return NULL;
    upload->root = objects_multipart_folder(&upload->arena, multipart);
    upload->path = objects_multipart_part_path(&upload->arena, multipart, part_number);
    return open_staging(upload, error) ? TAKE(upload) : NULL;
}

void objects_upload_set_size_max(struct objects_upload *upload, uint64_t size_max) {
    upload->size_max = size_max;
}

void objects_upload_set_checksum(struct objects_upload *upload, enum hash_kind kind) {
    ASSERT(upload->checksum == NULL);
    upload->checksum = hash_stream_create(kind);
}

/* The journal shares the disk, and must not find it full of objects. */
static bool check_floor(struct objects_upload *upload, size_t size, struct error *error) {
    enum { CHECK_EVERY_BYTES = 1 << 20 };
    uint64_t free_bytes = 0;
    if (upload->objects->free_disk_floor == 0 || upload->size + size < upload->floor_checked_until)
        return true;
    upload->floor_checked_until = upload->size + size + CHECK_EVERY_BYTES;
    return disk_free_bytes(upload->objects->disk, &free_bytes, error) &&
           (free_bytes >= upload->objects->free_disk_floor ||
               error_set(error, ERROR_LIMIT, "ServiceUnavailable: the disk is nearly full"));
}

bool objects_upload_append(struct objects_upload *upload, struct bytes data, struct error *error) {
    ASSERT(!upload->committed);
    if (data.size > upload->size_max - upload->size)
        return error_set(
            error, ERROR_LIMIT, "EntityTooLarge: Your proposed upload exceeds the maximum allowed size");
    if (upload->file == NULL)
        return error_set(error, ERROR_IO, "InternalError: an earlier write of this upload failed");
    if (!check_floor(upload, data.size, error))
        return false;
    if (!disk_append(upload->file, data.data, data.size, error)) {
        disk_close(TAKE(upload->file)); /* what of it reached the file is not known */
        return false;
    }
    hash_stream_update(upload->md5, data);
    if (upload->checksum != NULL)
        hash_stream_update(upload->checksum, data);
    upload->crc32c = hash_crc32c(upload->crc32c, data);
    upload->size += data.size;
    return true;
}

bool objects_upload_append_from(struct objects_upload *upload, struct objects_reader *reader, uint64_t offset,
    uint64_t size, struct error *error) {
    enum { PIECE = 256 * 1024 };
    SCOPED(own_free) uint8_t *piece = mem_alloc(PIECE);
    while (size > 0) {
        size_t got = 0;
        if (!objects_reader_read(reader, offset, piece, size < PIECE ? (size_t)size : PIECE, &got, error))
            return false;
        if (got == 0)
            return error_set(error, ERROR_INVALID, "InvalidRange: the range passes the end of the object");
        if (!objects_upload_append(upload, bytes_of(piece, got), error))
            return false;
        offset += got;
        size -= got;
    }
    return true;
}

/* Description, sync, close: the staging file is then complete. */
static bool finish_file(
    struct objects_upload *upload, const struct objects_file_info *info, struct error *error) {
    SCOPED(buf_finish) struct buf description = BUF_INIT(BUF_UNBOUNDED);
    objects_file_append_description(&description, info);
    struct disk_file *file = TAKE(upload->file);
    if (file == NULL)
        return error_set(error, ERROR_IO, "InternalError: an earlier write of this upload failed");
    bool done = disk_append(file, description.data, description.size, error) && disk_sync(file, error);
    disk_close(file);
    return done;
}

static size_t metadata_size(const struct objects_metadata *metadata) {
    size_t size = metadata->content_type.size + metadata->content_encoding.size +
                  metadata->content_disposition.size + metadata->content_language.size +
                  metadata->cache_control.size + metadata->expires.size;
    for (size_t i = 0; i < metadata->user_count; i++)
        size += metadata->user[i].name.size + metadata->user[i].value.size;
    return size;
}

static bool matches(struct str condition, struct str etag) {
    return str_is(condition, "*") || str_equals(condition, etag);
}

/* Under the key's lock. */
static bool check_conditions(
    struct objects_upload *upload, const struct objects_commit *commit, struct error *error) {
    if (commit->if_match.size == 0 && commit->if_none_match.size == 0)
        return true;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_file_info current = {0};
    struct disk_file *file = objects_open_file(upload->objects, upload->path, &arena, &current, error);
    if (file == NULL) {
        if (error->kind != ERROR_NOT_FOUND)
            return false;
        return commit->if_match.size == 0 || objects_no_such_key(error);
    }
    disk_close(file);
    if ((commit->if_match.size > 0 && !matches(commit->if_match, current.info.etag)) ||
        (commit->if_none_match.size > 0 && matches(commit->if_none_match, current.info.etag)))
        return error_set(error, ERROR_CONFLICT,
            "PreconditionFailed: At least one of the pre-conditions you specified did not hold");
    return true;
}

static bool publish(struct objects_upload *upload, const struct objects_commit *commit, struct error *error) {
    struct objects *objects = upload->objects;
    SCOPED(objects_lock_release)
    struct objects_lock lock = objects_lock_key(&objects->locks, upload->bucket, upload->key);
    struct disk_stat stat;
    if (!objects_check_writable(objects, error) || !check_same_bucket(upload, error) ||
        !check_conditions(upload, commit, error))
        return false;
    if (upload->is_part && !disk_stat(objects->disk, upload->root.data, &stat, error))
        return error->kind == ERROR_NOT_FOUND && objects_no_such_upload(error); /* aborted meanwhile */
    return objects_publish(objects, upload->staging, upload->root, upload->path, error);
}

/* Compare the checksum with the one that was announced, or note it. */
static bool settle_checksum(struct objects_upload *upload, struct arena *arena,
    struct objects_metadata *metadata, struct error *error) {
    uint8_t hash[HASH_SIZE_MAX];
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    if (upload->checksum == NULL)
        return true;
    size_t size = hash_stream_finish(upload->checksum, hash);
    hash_stream_destroy(TAKE(upload->checksum));
    (void)base64_append(&text, bytes_of(hash, size));
    if (metadata->checksum_value.size == 0)
        metadata->checksum_value = arena_str(arena, buf_str(&text));
    return str_equals(metadata->checksum_value, buf_str(&text)) ||
           error_set(error, ERROR_INVALID,
               "BadDigest: The %.*s you specified did not match the calculated checksum.",
               STR(metadata->checksum_algorithm));
}

static bool describe(struct objects_upload *upload, const struct objects_commit *commit, struct arena *arena,
    struct objects_file_info *ret_info, struct error *error) {
    static const struct objects_metadata NONE = {0};
    uint8_t md5[HASH_SIZE_MAX];
    (void)hash_stream_finish(upload->md5, md5);
    hash_stream_destroy(TAKE(upload->md5));
    if (commit->md5_expected != NULL && memcmp(md5, commit->md5_expected, MD5_SIZE) != 0)
        return error_set(
            error, ERROR_INVALID, "BadDigest: The Content-MD5 you specified did not match what we received.");
    struct objects_metadata metadata = commit->metadata != NULL ? *commit->metadata : NONE;
    if (!settle_checksum(upload, arena, &metadata, error))
        return false;
    if (metadata_size(&metadata) > OBJECTS_METADATA_SIZE_MAX)
        return error_set(error, ERROR_LIMIT,
            "MetadataTooLarge: Your metadata headers exceed the maximum allowed metadata size");
    char hex[2 * MD5_SIZE];
    hex_encode(bytes_of(md5, MD5_SIZE), hex);
    *ret_info = (struct objects_file_info){
        .info = {.key = upload->key,
            .size = upload->size,
            .modified_at = clock_now(upload->objects->clock),
            .etag = arena_str(arena, commit->etag.size > 0 ? commit->etag : str_of(hex, sizeof(hex))),
            .metadata = metadata,
            .part_sizes = commit->part_sizes,
            .part_count = commit->part_count},
        .body_crc32c = upload->crc32c,
    };
    return true;
}

bool objects_upload_commit(struct objects_upload *upload, const struct objects_commit *commit,
    struct arena *arena, struct objects_info *ret_info, struct error *error) {
    ASSERT(!upload->committed && upload->md5 != NULL);
    struct objects_file_info info;
    if (!describe(upload, commit, arena, &info, error) || !finish_file(upload, &info, error) ||
        !publish(upload, commit, error))
        return false;
    upload->committed = true;
    info.info.key = arena_str(arena, info.info.key);
    *ret_info = info.info;
    return true;
}

void objects_upload_destroy(struct objects_upload *upload) {
    if (upload == NULL)
        return;
    disk_close(upload->file);
    struct error ignored = {0};
    if (!upload->committed && upload->staging.size > 0)
        IGNORE(disk_unlink(upload->objects->disk, upload->staging.data, &ignored), "swept at the next start");
    hash_stream_destroy(upload->md5);
    hash_stream_destroy(upload->checksum);
    arena_finish(&upload->arena);
    mem_free(upload);
}
