/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket: buckets of the directory backend. A bucket is there as soon as its bucket.json is, and
 * gone as soon as that is gone; what a crash leaves around it is cleared by the next one of
 * the name.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/json.h"
#include "codec/text.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "directory_walk.h"
#include "remote.h"
#include "store.h"

#include <stdlib.h>
#include <string.h>

enum {
    NAME_SIZE_MIN = 3,
    NAME_SIZE_MAX = 63,
    BUCKET_FILE_SIZE_MAX = 256 * 1024,
    POLICY_SIZE_MAX = 20 * 1024
};

static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool is_ipv4_like(struct str name) {
    int numbers = 0;
    while (name.size > 0) {
        uint64_t number = 0;
        if (!str_to_u64(str_cut(&name, '.'), &number))
            return false;
        numbers++;
    }
    return numbers == 4;
}

/* S3's rules for general purpose buckets, with the affixes it keeps for itself. */
static bool is_bucket_name(struct str name) {
    static const char *const PREFIXES[] = {"xn--", "sthree-"};
    static const char *const SUFFIXES[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
    if (name.size < NAME_SIZE_MIN || name.size > NAME_SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (!is_name_character(name.data[i]))
            return false;
        if (name.data[i] == '.' && (i == 0 || i + 1 == name.size || name.data[i - 1] == '.'))
            return false;
    }
    if (name.data[0] == '-' || name.data[name.size - 1] == '-' || is_ipv4_like(name))
        return false;
    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
        if (str_starts_with(name, str_from(PREFIXES[i])))
            return false;
    }
    for (size_t i = 0; i < sizeof(SUFFIXES) / sizeof(SUFFIXES[0]); i++) {
        if (str_ends_with(name, str_from(SUFFIXES[i])))
            return false;
    }
    return true;
}

static bool check_name(struct str name, struct error *error) {
    return is_bucket_name(name) ||
           error_set(error, ERROR_INVALID, "InvalidBucketName: The specified bucket is not valid: %.*s",
               STR(str_slice(name, 0, 80)));
}

static bool write_bucket(struct objects *objects, const struct objects_bucket *bucket, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUCKET_FILE_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&text);
    json_begin_object(&writer);
    json_member_i64(&writer, "version", 1);
    json_member_string(&writer, "name", bucket->name);
    json_member_string(&writer, "ownerAccount", bucket->owner_account);
    json_member_string(&writer, "region", bucket->region);
    json_member_i64(&writer, "createdAtMs", bucket->created_at.ms);
    json_member_string(&writer, "policy", bucket->policy);
    json_end_object(&writer);
    (void)buf_append_char(&text, '\n');
    if (!buf_check(&text, "InvalidArgument: bucket description", error))
        return false;
    struct str path = objects_path_bucket(&arena, bucket->name, "/bucket.json");
    return disk_write_file(objects->disk, path.data, buf_bytes(&text), error);
}

static void json_parser_destroyp(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

static bool parse_bucket(
    struct str text, struct arena *arena, struct objects_bucket *ret_bucket, struct error *error) {
    SCOPED(json_parser_destroyp) struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING;
    int64_t version = 0;
    struct objects_bucket bucket = {0};
    if (!json_parse(parser, text, &root, error)) {
        error->kind = ERROR_CORRUPT;
        return false;
    }
    if (!json_i64(json_get(root, "version"), &version) || version != 1 ||
        !json_i64(json_get(root, "createdAtMs"), &bucket.created_at.ms))
        return error_set(error, ERROR_CORRUPT, "not a description of a bucket in version 1");
    bucket.name = arena_str(arena, json_text(json_get(root, "name")));
    bucket.owner_account = arena_str(arena, json_text(json_get(root, "ownerAccount")));
    bucket.region = arena_str(arena, json_text(json_get(root, "region")));
    bucket.policy = arena_str(arena, json_text(json_get(root, "policy")));
    *ret_bucket = bucket;
    return true;
}

static bool read_bucket(struct objects *objects, struct str name, struct arena *arena,
    struct objects_bucket *ret_bucket, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUCKET_FILE_SIZE_MAX);
    struct str path = objects_path_bucket(arena, name, "/bucket.json");
    if (!is_bucket_name(name))
        return objects_no_such_bucket(error);
    if (!disk_read_file(objects->disk, path.data, &text, error))
        return error->kind == ERROR_NOT_FOUND ? objects_no_such_bucket(error)
                                              : error_context(error, "InternalError: bucket %.*s", STR(name));
    return parse_bucket(buf_str(&text), arena, ret_bucket, error) ||
           error_context(error, "InternalError: bucket %.*s", STR(name));
}

bool objects_bucket_get(struct objects *objects, struct str bucket, struct arena *arena,
    struct objects_bucket *ret_bucket, struct error *error) {
    if (objects_remote_has(objects->remote, bucket))
        return objects_remote_bucket_get(objects->remote, bucket, arena, ret_bucket, error);
    return read_bucket(objects, bucket, arena, ret_bucket, error);
}

bool objects_check_bucket(const struct objects *objects, struct str bucket, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str path = objects_path_bucket(&arena, bucket, "/bucket.json");
    struct disk_stat stat;
    if (!is_bucket_name(bucket))
        return objects_no_such_bucket(error);
    if (disk_stat(objects->disk, path.data, &stat, error))
        return true;
    return error->kind == ERROR_NOT_FOUND && objects_no_such_bucket(error);
}

static bool make_bucket(struct objects *objects, const struct objects_bucket *bucket, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str folder = objects_path_bucket(&arena, bucket->name, "");
    return objects_remove_tree(objects->disk, folder, error) &&
           disk_make_directory(objects->disk, folder.data, error) &&
           disk_make_directory(
               objects->disk, objects_path_bucket(&arena, bucket->name, "/keys").data, error) &&
           disk_make_directory(
               objects->disk, objects_path_bucket(&arena, bucket->name, "/uploads").data, error) &&
           disk_sync_directory(objects->disk, folder.data, error) &&
           disk_sync_directory(objects->disk, OBJECTS_BUCKETS, error) && write_bucket(objects, bucket, error);
}

bool objects_bucket_create(
    struct objects *objects, const struct objects_bucket *bucket, struct error *error) {
    if (!check_name(bucket->name, error) || !objects_check_writable(objects, error))
        return false;
    if (objects_remote_has(objects->remote, bucket->name))
        return error_set(error, ERROR_CONFLICT, "BucketAlreadyExists: the bucket %.*s is at another endpoint",
            STR(bucket->name));
    SCOPED(objects_lock_release) struct objects_lock lock = objects_lock_all(&objects->locks);
    if (objects_check_bucket(objects, bucket->name, error))
        return error_set(
            error, ERROR_CONFLICT, "BucketAlreadyExists: The requested bucket name is not available");
    if (error->kind != ERROR_NOT_FOUND)
        return false;
    struct objects_bucket created = *bucket;
    if (created.created_at.ms == 0)
        created.created_at = clock_now(objects->clock);
    return make_bucket(objects, &created, error);
}

static bool check_empty(struct objects *objects, struct str keys, struct error *error) {
    struct objects_walk *walk = objects_walk_create(objects->disk, keys, STR_EMPTY, STR_EMPTY);
    bool found = false;
    struct str key, path;
    bool done = objects_walk_next(walk, &found, &key, &path, error);
    objects_walk_destroy(walk);
    if (done && found)
        return error_set(
            error, ERROR_CONFLICT, "BucketNotEmpty: The bucket you tried to delete is not empty");
    return done;
}

bool objects_bucket_delete(struct objects *objects, struct str bucket, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str folder = objects_path_bucket(&arena, bucket, "");
    if (objects_remote_has(objects->remote, bucket))
        return error_set(
            error, ERROR_DENIED, "AccessDenied: the bucket %.*s is at another endpoint", STR(bucket));
    if (!objects_check_writable(objects, error))
        return false;
    SCOPED(objects_lock_release) struct objects_lock lock = objects_lock_all(&objects->locks);
    if (!objects_check_bucket(objects, bucket, error) ||
        !check_empty(objects, objects_path_bucket(&arena, bucket, "/keys"), error) ||
        !disk_unlink(objects->disk, objects_path_bucket(&arena, bucket, "/bucket.json").data, error))
        return false;
    if (!disk_sync_directory(objects->disk, folder.data, error)) {
        atomic_store(&objects->broken, true); /* invariant 4 of store.c */
        return false;
    }
    struct error ignored = {0};
    IGNORE(objects_remove_tree(objects->disk, folder, &ignored), "the next bucket of the name clears it");
    return true;
}

bool objects_bucket_set_policy(
    struct objects *objects, struct str bucket, struct str policy, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_bucket description;
    if (objects_remote_has(objects->remote, bucket))
        return error_set(
            error, ERROR_DENIED, "AccessDenied: the bucket %.*s is at another endpoint", STR(bucket));
    if (policy.size > POLICY_SIZE_MAX)
        return error_set(
            error, ERROR_LIMIT, "PolicyTooLarge: a bucket policy has at most %d bytes", POLICY_SIZE_MAX);
    if (!objects_check_writable(objects, error))
        return false;
    SCOPED(objects_lock_release) struct objects_lock lock = objects_lock_all(&objects->locks);
    if (!read_bucket(objects, bucket, &arena, &description, error))
        return false;
    description.policy = policy;
    return write_bucket(objects, &description, error);
}

struct names {
    struct arena *arena;
    struct str *names;
    size_t count, capacity;
};

static bool on_bucket(const char *name, bool is_directory, void *context) {
    struct names *names = context;
    if (!is_directory || !is_bucket_name(str_from(name)))
        return true;
    if (names->count == names->capacity) {
        names->capacity = names->capacity == 0 ? 16 : names->capacity * 2;
        names->names = mem_resize_array(names->names, names->capacity, sizeof(struct str));
    }
    names->names[names->count++] = arena_str(names->arena, str_from(name));
    return true;
}

static int compare_names(const void *a, const void *b) {
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool read_buckets(struct objects *objects, const struct names *names, struct str owner_account,
    struct objects_bucket *buckets, size_t *ret_count, struct error *error) {
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (!read_bucket(objects, names->names[i], names->arena, &buckets[count], error)) {
            if (error->kind == ERROR_NOT_FOUND) /* the rest of one that was deleted */
                continue;
            return false;
        }
        count += owner_account.size == 0 || str_equals(buckets[count].owner_account, owner_account);
    }
    *ret_count = count;
    return true;
}

bool objects_bucket_list(struct objects *objects, struct str owner_account, struct arena *arena,
    struct objects_bucket **ret_buckets, size_t *ret_count, struct error *error) {
    struct names names = {.arena = arena};
    if (!disk_list(objects->disk, OBJECTS_BUCKETS, on_bucket, &names, error))
        return false;
    if (names.count > 1)
        qsort(names.names, names.count, sizeof(struct str), compare_names);
    struct objects_bucket *buckets = ARENA_ARRAY(arena, names.count + 1, struct objects_bucket);
    bool done = read_buckets(objects, &names, owner_account, buckets, ret_count, error);
    mem_free(names.names);
    if (done)
        *ret_buckets = buckets;
    return done;
}
