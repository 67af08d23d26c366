/* SPDX-License-Identifier: Apache-2.0 */
/* objects: the simple calls, on the directory or, where a rule says so, at another endpoint. */
#include "objects.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "directory_walk.h"
#include "reader.h"
#include "remote.h"
#include "store.h"
#include "upload.h"

static void upload_destroyp(struct objects_upload **upload) {
    objects_upload_destroy(*upload);
}

static void reader_closep(struct objects_reader **reader) {
    objects_reader_close(*reader);
}

bool objects_put(struct objects *objects, struct str bucket, struct str key, struct bytes body,
    const struct objects_metadata *metadata, struct str acl, struct error *error) {
    if (objects_remote_has(objects->remote, bucket)) {
        struct objects_remote_put put = {bucket, key, acl, body, metadata};
        return objects_remote_put(objects->remote, &put, error);
    }
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(upload_destroyp)
    struct objects_upload *upload = objects_upload_begin(objects, bucket, key, error);
    struct objects_commit commit = {.metadata = metadata};
    struct objects_info info;
    return upload != NULL && objects_upload_append(upload, body, error) &&
           objects_upload_commit(upload, &commit, &arena, &info, error);
}

bool objects_get(struct objects *objects, struct str bucket, struct str key, struct arena *arena,
    struct buf *out, struct objects_info *ret_info, struct error *error) {
    struct objects_info info;
    if (objects_remote_has(objects->remote, bucket)) {
        struct objects_remote_get get = {bucket, key, out};
        if (!objects_remote_get(objects->remote, &get, arena, &info, error))
            return false;
    } else {
        SCOPED(reader_closep)
        struct objects_reader *reader = objects_reader_open(objects, bucket, key, arena, &info, error);
        if (reader == NULL)
            return false;
        size_t got = 0;
        void *room = info.size > SIZE_MAX ? NULL : buf_reserve(out, (size_t)info.size);
        if (room == NULL)
            return error_set(
                error, ERROR_LIMIT, "EntityTooLarge: an object of %llu bytes", (unsigned long long)info.size);
        if (!objects_reader_read(reader, 0, room, (size_t)info.size, &got, error))
            return false;
        buf_commit(out, got);
    }
    if (ret_info != NULL)
        *ret_info = info;
    return true;
}

bool objects_head(struct objects *objects, struct str bucket, struct str key, struct arena *arena,
    struct objects_info *ret_info, struct error *error) {
    if (objects_remote_has(objects->remote, bucket)) {
        struct objects_remote_get get = {bucket, key, NULL};
        return objects_remote_get(objects->remote, &get, arena, ret_info, error);
    }
    SCOPED(reader_closep)
    struct objects_reader *reader = objects_reader_open(objects, bucket, key, arena, ret_info, error);
    return reader != NULL;
}

bool objects_delete(struct objects *objects, struct str bucket, struct str key, struct error *error) {
    if (objects_remote_has(objects->remote, bucket))
        return objects_remote_delete(objects->remote, bucket, key, error);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    if (!objects_check_key(key, error) || !objects_check_writable(objects, error))
        return false;
    SCOPED(objects_lock_release) struct objects_lock lock = objects_lock_key(&objects->locks, bucket, key);
    return objects_check_bucket(objects, bucket, error) &&
           objects_withdraw(objects, objects_path_bucket(&arena, bucket, "/keys"),
               objects_path_object(&arena, bucket, key), error);
}

struct listing {
    struct objects *objects;
    const struct objects_list_query *query;
    struct arena *arena;
    struct objects_page page;
};

/* The key up to the first delimiter after the prefix; empty where there is none. */
static struct str common_prefix(const struct objects_list_query *query, struct str key) {
    if (query->delimiter.size == 0)
        return STR_EMPTY;
    size_t at = str_find(str_slice(key, query->prefix.size, SIZE_MAX), query->delimiter);
    return at == SIZE_MAX ? STR_EMPTY : str_slice(key, 0, query->prefix.size + at + query->delimiter.size);
}

static bool add_object(struct listing *listing, struct str key, struct str path, struct error *error) {
    struct objects_page *page = &listing->page;
    struct objects_file_info info;
    struct disk_file *file = objects_open_file(listing->objects, path, listing->arena, &info, error);
    if (file == NULL)
        return error->kind == ERROR_NOT_FOUND; /* deleted since the folder was read */
    disk_close(file);
    info.info.key = page->next = arena_str(listing->arena, key);
    page->objects[page->object_count++] = info.info;
    return true;
}

static bool add_key(struct listing *listing, struct objects_walk *walk, struct str key, struct str path,
    struct error *error) {
    struct objects_page *page = &listing->page;
    struct str group = common_prefix(listing->query, key);
    bool is_listed = group.size > 0 && str_equals(group, listing->query->start_after);
    if (!is_listed && page->object_count + page->prefix_count == listing->query->limit) {
        page->is_truncated = true;
        return true;
    }
    if (group.size == 0)
        return add_object(listing, key, path, error);
    if (!is_listed)
        page->prefixes[page->prefix_count++] = page->next = arena_str(listing->arena, group);
    objects_walk_skip(walk, group);
    return true;
}

static void walk_destroyp(struct objects_walk **walk) {
    objects_walk_destroy(*walk);
}

bool objects_list(struct objects *objects, struct str bucket, const struct objects_list_query *query,
    struct arena *arena, struct objects_page *ret_page, struct error *error) {
    ASSERT(query->limit <= OBJECTS_LIST_MAX);
    if (objects_remote_has(objects->remote, bucket))
        return objects_remote_list(objects->remote, bucket, query, arena, ret_page, error);
    if (!objects_check_bucket(objects, bucket, error))
        return false;
    struct listing listing = {
        .objects = objects,
        .query = query,
        .arena = arena,
        .page = {.objects = ARENA_ARRAY(arena, query->limit + 1, struct objects_info),
            .prefixes = ARENA_ARRAY(arena, query->limit + 1, struct str),
            .next = STR_EMPTY},
    };
    SCOPED(walk_destroyp)
    struct objects_walk *walk = objects_walk_create(
        objects->disk, objects_path_bucket(arena, bucket, "/keys"), query->prefix, query->start_after);
    bool found = true;
    while (!listing.page.is_truncated) {
        struct str key, path;
        if (!objects_walk_next(walk, &found, &key, &path, error))
            return false;
        if (!found)
            break;
        if (!add_key(&listing, walk, key, path, error))
            return false;
    }
    *ret_page = listing.page;
    return true;
}
