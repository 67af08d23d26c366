/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart: uploads under way, one folder each below the bucket's uploads/: the file `upload` (no
 * bytes, the description of what was asked for) and one file per part.
 */
#include "multipart.h"

#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/random.h"

#include "multipart_path.h"
#include "remote.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

static const char PART_PREFIX[] = "part-";

#define ABANDONED_AFTER_MS ((int64_t)7 * MS_PER_DAY)

static bool is_upload_id(struct str id) {
    if (id.size != OBJECTS_UPLOAD_ID_SIZE)
        return false;
    for (size_t i = 0; i < id.size; i++) {
        if (!((id.data[i] >= '0' && id.data[i] <= '9') || (id.data[i] >= 'a' && id.data[i] <= 'f')))
            return false;
    }
    return true;
}

static struct str uploads_folder(struct arena *arena, struct str bucket) {
    return objects_path_bucket(arena, bucket, "/uploads");
}

struct str objects_multipart_folder(struct arena *arena, const struct objects_multipart *multipart) {
    return arena_format(
        arena, "%s/%.*s", uploads_folder(arena, multipart->bucket).data, STR(multipart->upload_id));
}

static struct str upload_path(struct arena *arena, const struct objects_multipart *multipart) {
    return arena_format(arena, "%s/upload", objects_multipart_folder(arena, multipart).data);
}

struct str objects_multipart_part_path(
    struct arena *arena, const struct objects_multipart *multipart, unsigned part_number) {
    return arena_format(
        arena, "%s/%s%05u", objects_multipart_folder(arena, multipart).data, PART_PREFIX, part_number);
}

static bool read_info(struct objects *objects, struct str path, struct arena *arena,
    struct objects_info *ret_info, struct error *error) {
    struct objects_file_info info;
    struct disk_file *file = objects_open_file(objects, path, arena, &info, error);
    if (file == NULL)
        return false;
    disk_close(file);
    *ret_info = info.info;
    return true;
}

bool objects_multipart_get(struct objects *objects, const struct objects_multipart *multipart,
    struct arena *arena, struct objects_info *ret_info, struct error *error) {
    struct objects_info info;
    if (objects_remote_has(objects->remote, multipart->bucket))
        return objects_no_such_bucket(error);
    if (!objects_check_bucket(objects, multipart->bucket, error))
        return false;
    if (!is_upload_id(multipart->upload_id))
        return objects_no_such_upload(error);
    if (!read_info(objects, upload_path(arena, multipart), arena, &info, error))
        return error->kind == ERROR_NOT_FOUND && objects_no_such_upload(error);
    if (!str_equals(info.key, multipart->key))
        return objects_no_such_upload(error);
    *ret_info = info;
    return true;
}

bool objects_multipart_check(
    struct objects *objects, const struct objects_multipart *multipart, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_info info;
    return objects_multipart_get(objects, multipart, &arena, &info, error);
}

static bool write_upload(struct objects *objects, const struct objects_multipart *multipart,
    const struct objects_metadata *metadata, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct objects_file_info info = {
        .info = {.key = multipart->key, .modified_at = clock_now(objects->clock), .metadata = *metadata}};
    objects_file_append_description(&text, &info);
    return disk_make_directory(objects->disk, objects_multipart_folder(&arena, multipart).data, error) &&
           disk_sync_directory(objects->disk, uploads_folder(&arena, multipart->bucket).data, error) &&
           disk_write_file(objects->disk, upload_path(&arena, multipart).data, buf_bytes(&text), error);
}

bool objects_multipart_create(struct objects *objects, struct str bucket, struct str key,
    const struct objects_metadata *metadata, struct arena *arena, struct str *ret_upload_id,
    struct error *error) {
    uint8_t random[OBJECTS_UPLOAD_ID_SIZE / 2];
    char id[OBJECTS_UPLOAD_ID_SIZE];
    random_bytes(random, sizeof(random));
    hex_encode(BYTES_OF(random), id);
    struct objects_multipart multipart = {bucket, key, arena_str(arena, str_of(id, sizeof(id)))};
    if (objects_remote_has(objects->remote, bucket))
        return objects_no_such_bucket(error);
    if (!objects_check_key(key, error) || !objects_check_writable(objects, error))
        return false;
    objects_sweep_when_due(objects);
    SCOPED(objects_lock_release)
    struct objects_lock lock = objects_lock_key(&objects->locks, bucket, key);
    if (!objects_check_bucket(objects, bucket, error) || !write_upload(objects, &multipart, metadata, error))
        return false;
    *ret_upload_id = multipart.upload_id;
    return true;
}

struct part_numbers {
    unsigned *numbers;
    size_t count, capacity;
};

static bool on_part(const char *name, bool is_directory, void *context) {
    struct part_numbers *list = context;
    struct str text = str_from(name);
    uint64_t number = 0;
    if (is_directory || !str_starts_with(text, str_from(PART_PREFIX)) ||
        !str_to_u64(str_slice(text, strlen(PART_PREFIX), SIZE_MAX), &number) || number < 1 ||
        number > OBJECTS_PART_COUNT_MAX)
        return true;
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->numbers = mem_resize_array(list->numbers, list->capacity, sizeof(unsigned));
    }
    list->numbers[list->count++] = (unsigned)number;
    return true;
}

static int compare_numbers(const void *a, const void *b) {
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return left < right ? -1 : left > right;
}

static bool read_parts(struct objects *objects, const struct objects_multipart *multipart,
    struct arena *arena, const struct part_numbers *list, struct objects_part *parts, struct error *error) {
    for (size_t i = 0; i < list->count; i++) {
        struct str path = objects_multipart_part_path(arena, multipart, list->numbers[i]);
        parts[i].number = list->numbers[i];
        if (!read_info(objects, path, arena, &parts[i].info, error))
            return error->kind == ERROR_NOT_FOUND && objects_no_such_upload(error);
    }
    return true;
}

bool objects_multipart_parts(struct objects *objects, const struct objects_multipart *multipart,
    struct arena *arena, struct objects_part **ret_parts, size_t *ret_count, struct error *error) {
    struct part_numbers list = {0};
    if (!objects_multipart_check(objects, multipart, error))
        return false;
    if (!disk_list(objects->disk, objects_multipart_folder(arena, multipart).data, on_part, &list, error)) {
        mem_free(list.numbers);
        return error->kind == ERROR_NOT_FOUND && objects_no_such_upload(error);
    }
    if (list.count > 1)
        qsort(list.numbers, list.count, sizeof(unsigned), compare_numbers);
    struct objects_part *parts = ARENA_ARRAY(arena, list.count, struct objects_part);
    bool done = read_parts(objects, multipart, arena, &list, parts, error);
    if (done) {
        *ret_parts = parts;
        *ret_count = list.count;
    }
    mem_free(list.numbers);
    return done;
}

struct id_list {
    struct arena *arena;
    struct objects_multipart_entry *entries;
    size_t count, capacity;
};

static bool on_upload(const char *name, bool is_directory, void *context) {
    struct id_list *list = context;
    if (!is_directory || !is_upload_id(str_from(name)))
        return true;
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->entries =
            mem_resize_array(list->entries, list->capacity, sizeof(struct objects_multipart_entry));
    }
    list->entries[list->count++] =
        (struct objects_multipart_entry){.upload_id = arena_str(list->arena, str_from(name))};
    return true;
}

static int compare_entries(const void *a, const void *b) {
    const struct objects_multipart_entry *left = a, *right = b;
    int order = str_compare(left->key, right->key);
    if (order != 0)
        return order;
    if (left->started_at.ms != right->started_at.ms)
        return left->started_at.ms < right->started_at.ms ? -1 : 1;
    return str_compare(left->upload_id, right->upload_id);
}

/* Fill in what the ids stand for; those that went meanwhile, or never were whole, stay out. */
static bool read_uploads(
    struct objects *objects, struct str bucket, struct id_list *list, struct error *error) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct objects_multipart multipart = {.bucket = bucket, .upload_id = list->entries[i].upload_id};
        struct objects_info info;
        if (read_info(objects, upload_path(list->arena, &multipart), list->arena, &info, error))
            list->entries[kept++] =
                (struct objects_multipart_entry){info.key, multipart.upload_id, info.modified_at};
        else if (error->kind != ERROR_NOT_FOUND)
            return false;
    }
    list->count = kept;
    return true;
}

bool objects_multipart_list(struct objects *objects, struct str bucket, struct arena *arena,
    struct objects_multipart_entry **ret_entries, size_t *ret_count, struct error *error) {
    struct id_list list = {.arena = arena};
    if (objects_remote_has(objects->remote, bucket))
        return objects_no_such_bucket(error);
    if (!objects_check_bucket(objects, bucket, error))
        return false;
    bool done = disk_list(objects->disk, uploads_folder(arena, bucket).data, on_upload, &list, error) &&
                read_uploads(objects, bucket, &list, error);
    struct objects_multipart_entry *entries =
        ARENA_ARRAY(arena, list.count + 1, struct objects_multipart_entry);
    if (list.count > 0)
        memcpy(entries, list.entries, list.count * sizeof(*entries));
    mem_free(list.entries);
    if (!done)
        return false;
    qsort(entries, list.count, sizeof(*entries), compare_entries);
    *ret_entries = entries;
    *ret_count = list.count;
    return true;
}

static bool append_part(struct objects *objects, struct objects_upload *upload, struct str path,
    const struct objects_part *part, struct error *error) {
    enum { PIECE = 256 * 1024 };
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_file_info info;
    struct disk_file *file = objects_open_file(objects, path, &arena, &info, error);
    bool is_same = file != NULL && str_equals(info.info.etag, part->info.etag);
    if (!is_same) {
        disk_close(file);
        if (file == NULL && error->kind != ERROR_NOT_FOUND)
            return false;
        return error_set(error, ERROR_INVALID,
            "InvalidPart: One or more of the specified parts could not be found. The part may not have been "
            "uploaded, or the specified entity tag may not match the part's entity tag.");
    }
    SCOPED(own_free) uint8_t *piece = mem_alloc(PIECE);
    uint64_t offset = 0;
    uint32_t crc32c = 0;
    bool done = true;
    while (done && offset < info.info.size) {
        uint64_t left = info.info.size - offset;
        size_t size = left < PIECE ? (size_t)left : PIECE;
        done = disk_read_exactly(file, offset, piece, size, error) &&
               objects_upload_append(upload, bytes_of(piece, size), error);
        crc32c = hash_crc32c(crc32c, bytes_of(piece, size));
        offset += size;
    }
    disk_close(file);
    return done && (crc32c == info.body_crc32c ||
                       error_set(error, ERROR_CORRUPT, "InternalError: a part's bytes fail their checksum"));
}

static void upload_destroyp(struct objects_upload **upload) {
    objects_upload_destroy(*upload);
}

bool objects_multipart_complete(struct objects *objects, const struct objects_multipart *multipart,
    const struct objects_commit *commit, const struct objects_part *parts, size_t part_count,
    struct arena *arena, struct objects_info *ret_info, struct error *error) {
    if (!objects_multipart_check(objects, multipart, error))
        return false;
    SCOPED(upload_destroyp)
    struct objects_upload *upload = objects_upload_begin(objects, multipart->bucket, multipart->key, error);
    if (upload == NULL)
        return false;
    objects_upload_set_size_max(upload, OBJECTS_OBJECT_SIZE_MAX);
    if (commit->checksum != NULL)
        objects_upload_set_checksum(upload, *commit->checksum);
    for (size_t i = 0; i < part_count; i++) {
        struct str path = objects_multipart_part_path(arena, multipart, parts[i].number);
        if (!append_part(objects, upload, path, &parts[i], error))
            return false;
    }
    if (!objects_upload_commit(upload, commit, arena, ret_info, error))
        return false;
    struct error ignored = {0};
    IGNORE(objects_multipart_abort(objects, multipart, &ignored), "what stays of the parts is swept later");
    return true;
}

/* The `upload` file goes first and durably: without it the rest is nobody's. */
static bool remove_upload(
    struct objects *objects, const struct objects_multipart *multipart, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str folder = objects_multipart_folder(&arena, multipart);
    if (!disk_unlink(objects->disk, upload_path(&arena, multipart).data, error))
        return error->kind == ERROR_NOT_FOUND && objects_no_such_upload(error);
    return disk_sync_directory(objects->disk, folder.data, error) &&
           objects_remove_tree(objects->disk, folder, error);
}

bool objects_multipart_abort(
    struct objects *objects, const struct objects_multipart *multipart, struct error *error) {
    if (!objects_check_writable(objects, error) || !objects_multipart_check(objects, multipart, error))
        return false;
    SCOPED(objects_lock_release)
    struct objects_lock lock = objects_lock_key(&objects->locks, multipart->bucket, multipart->key);
    return remove_upload(objects, multipart, error);
}

static bool sweep_bucket(
    struct objects *objects, struct str bucket, struct moment before, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct id_list list = {.arena = &arena};
    if (!disk_list(objects->disk, uploads_folder(&arena, bucket).data, on_upload, &list, error))
        return error->kind == ERROR_NOT_FOUND;
    bool done = true;
    for (size_t i = 0; done && i < list.count; i++) {
        struct objects_multipart multipart = {.bucket = bucket, .upload_id = list.entries[i].upload_id};
        struct objects_info info;
        struct disk_stat stat;
        struct str folder = objects_multipart_folder(&arena, &multipart);
        SCOPED(objects_lock_release) struct objects_lock lock = objects_lock_all(&objects->locks);
        if (read_info(objects, upload_path(&arena, &multipart), &arena, &info, error))
            done = info.modified_at.ms >= before.ms || remove_upload(objects, &multipart, error);
        else if (error->kind == ERROR_NOT_FOUND && disk_stat(objects->disk, folder.data, &stat, error))
            done = objects_remove_tree(objects->disk, folder, error); /* an abort that a crash cut short */
    }
    mem_free(list.entries);
    return done;
}

bool objects_multipart_sweep(struct objects *objects, struct moment before, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_bucket *buckets = NULL;
    size_t count = 0;
    if (!objects_bucket_list(objects, STR_EMPTY, &arena, &buckets, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!sweep_bucket(objects, buckets[i].name, before, error))
            return false;
    }
    return true;
}

void objects_sweep_when_due(struct objects *objects) {
    int64_t now_ms = clock_now(objects->clock).ms;
    int_fast64_t swept_at_ms = atomic_load(&objects->swept_at_ms);
    if (now_ms - swept_at_ms < MS_PER_HOUR ||
        !atomic_compare_exchange_strong(&objects->swept_at_ms, &swept_at_ms, now_ms))
        return;
    struct error ignored = {0};
    IGNORE(objects_multipart_sweep(objects, (struct moment){now_ms - ABANDONED_AFTER_MS}, &ignored),
        "nobody waits for it; what failed is tried again in an hour");
}
