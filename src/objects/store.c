/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: opening, paths, and the durable appearance and disappearance of files.
 *
 * Invariants:
 *   1. A file below keys/ or uploads/ is whole: it is written and synced under staging/ and comes by rename.
 *   2. What was acknowledged is durable: every folder from the file up to its root was synced after the
 * rename.
 *   3. staging/ holds nothing that anybody waits for when the store opens.
 *   4. After a folder failed to sync, nothing is written until the store is opened anew.
 */
#include "store.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "key_path.h"
#include "remote.h"

#include <string.h>

static const char FORMAT_TEXT[] = "cairn objects 1\n";

struct str objects_path_bucket(struct arena *arena, struct str bucket, const char *below) {
    return arena_format(arena, OBJECTS_BUCKETS "/%.*s%s", STR(bucket), below);
}

struct str objects_path_object(struct arena *arena, struct str bucket, struct str key) {
    SCOPED(buf_finish) struct buf path = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_format(&path, OBJECTS_BUCKETS "/%.*s/keys/", STR(bucket));
    objects_key_path_append(&path, key);
    return arena_str(arena, buf_str(&path));
}

bool objects_no_such_bucket(struct error *error) {
    return error_set(error, ERROR_NOT_FOUND, "NoSuchBucket: The specified bucket does not exist");
}

bool objects_no_such_key(struct error *error) {
    return error_set(error, ERROR_NOT_FOUND, "NoSuchKey: The specified key does not exist.");
}

bool objects_no_such_upload(struct error *error) {
    return error_set(error, ERROR_NOT_FOUND,
        "NoSuchUpload: The specified upload does not exist. The upload ID may be invalid, or the upload may "
        "have been aborted or completed.");
}

bool objects_check_writable(const struct objects *objects, struct error *error) {
    return !atomic_load(&objects->broken) ||
           error_set(error, ERROR_IO,
               "ServiceUnavailable: the object store refuses writes since a folder could not be synced");
}

bool objects_check_key(struct str key, struct error *error) {
    if (key.size == 0)
        return error_set(error, ERROR_INVALID, "InvalidArgument: a key may not be empty");
    if (key.size > OBJECTS_KEY_SIZE_MAX)
        return error_set(error, ERROR_INVALID, "KeyTooLongError: Your key is too long");
    return true;
}

static bool break_store(struct objects *objects) {
    atomic_store(&objects->broken, true);
    return false;
}

/* A copy that can be cut at its slashes. */
struct path {
    char *text;
    size_t root_size;
};

static struct path path_copy(struct arena *arena, struct str root, struct str path) {
    ASSERT(str_starts_with(path, root) && path.size > root.size && path.data[root.size] == '/');
    return (struct path){arena_text(arena, path), root.size};
}

/* Cut off the last component; false at the root. */
static bool path_go_up(struct path *path) {
    char *slash = strrchr(path->text, '/');
    ASSERT(slash != NULL);
    if ((size_t)(slash - path->text) < path->root_size)
        return false;
    *slash = '\0';
    return true;
}

static bool make_directories(struct objects *objects, struct path path, struct error *error) {
    for (char *slash = strchr(path.text + path.root_size + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = disk_make_directory(objects->disk, path.text, error);
        *slash = '/';
        /* One that another writer's delete took away again: the caller tries once more. */
        if (!made)
            return error->kind == ERROR_NOT_FOUND;
    }
    return true;
}

static bool sync_up_to_root(struct objects *objects, struct path path, struct error *error) {
    while (path_go_up(&path)) {
        if (!disk_sync_directory(objects->disk, path.text, error))
            return break_store(objects);
    }
    return true;
}

bool objects_publish(
    struct objects *objects, struct str from, struct str root, struct str path, struct error *error) {
    enum { TRIES = 16 }; /* folders may vanish under us only as often as others delete */
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const char *source = arena_text(&arena, from), *target = arena_text(&arena, path);
    for (int i = 0; !disk_rename(objects->disk, source, target, error); i++) {
        if (error->kind != ERROR_NOT_FOUND || i == TRIES ||
            !make_directories(objects, path_copy(&arena, root, path), error))
            return false;
    }
    return sync_up_to_root(objects, path_copy(&arena, root, path), error);
}

bool objects_withdraw(struct objects *objects, struct str root, struct str path, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct path parent = path_copy(&arena, root, path);
    if (!disk_unlink(objects->disk, parent.text, error)) {
        if (error->kind != ERROR_NOT_FOUND)
            return false;
        /* Perhaps gone by a delete that was not synced: its folder may be gone as well. */
    }
    (void)path_go_up(&parent);
    if (!disk_sync_directory(objects->disk, parent.text, error) && error->kind != ERROR_NOT_FOUND)
        return break_store(objects);
    struct error ignored = {0};
    while (
        strlen(parent.text) > parent.root_size && disk_remove_directory(objects->disk, parent.text, &ignored))
        (void)path_go_up(&parent);
    return true;
}

struct tree {
    struct disk *disk;
    struct str path;
    struct error *error;
    bool failed;
};

static bool remove_entry(const char *name, bool is_directory, void *context) {
    struct tree *tree = context;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str path = arena_format(&arena, "%.*s/%s", STR(tree->path), name);
    tree->failed = is_directory ? !objects_remove_tree(tree->disk, path, tree->error)
                                : !disk_unlink(tree->disk, path.data, tree->error);
    return !tree->failed;
}

bool objects_remove_tree(struct disk *disk, struct str path, struct error *error) {
    struct tree tree = {.disk = disk, .path = path, .error = error};
    if (!disk_list(disk, path.data, remove_entry, &tree, error))
        return error->kind == ERROR_NOT_FOUND;
    return !tree.failed && disk_remove_directory(disk, path.data, error);
}

struct disk_file *objects_open_file(struct objects *objects, struct str path, struct arena *arena,
    struct objects_file_info *ret_info, struct error *error) {
    struct disk_file *file = disk_open(objects->disk, path.data, DISK_READ, error);
    if (file == NULL)
        return NULL;
    if (!objects_file_read_info(file, arena, ret_info, error)) {
        disk_close(file);
        error_context(error, "InternalError: %.200s", path.data);
        return NULL;
    }
    return file;
}

static bool check_format(struct disk *disk, struct error *error) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(256);
    if (disk_read_file(disk, OBJECTS_FORMAT, &text, error))
        return str_is(buf_str(&text), FORMAT_TEXT) ||
               error_set(error, ERROR_CORRUPT, "the format of " OBJECTS_ROOT " is \"%.*s\", not known here",
                   STR(str_trim(str_slice(buf_str(&text), 0, 60))));
    if (error->kind != ERROR_NOT_FOUND)
        return false;
    return disk_write_file(disk, OBJECTS_FORMAT, str_bytes(str_from(FORMAT_TEXT)), error);
}

static bool make_root(struct disk *disk, struct error *error) {
    return disk_make_directory(disk, OBJECTS_ROOT, error) && disk_sync_directory(disk, "", error) &&
           check_format(disk, error) &&
           objects_remove_tree(disk, STR_LITERAL(OBJECTS_STAGING), error) && /* invariant 3 */
           disk_make_directory(disk, OBJECTS_STAGING, error) &&
           disk_make_directory(disk, OBJECTS_BUCKETS, error) &&
           disk_sync_directory(disk, OBJECTS_ROOT, error) &&
           disk_sync_directory(disk, OBJECTS_BUCKETS, error);
}

struct objects *objects_open(struct disk *disk, const struct objects_options *options, struct error *error) {
    ASSERT(disk != NULL || (options != NULL && options->rule_count > 0));
    if (disk != NULL && !make_root(disk, error)) {
        error_context(error, "open objects");
        return NULL;
    }
    struct objects *objects = MEM_NEW(struct objects);
    objects->disk = disk;
    objects->clock = options != NULL && options->clock != NULL ? options->clock : clock_real();
    objects->free_disk_floor = options != NULL ? options->free_disk_floor : 0;
    objects_locks_init(&objects->locks);
    if (options != NULL && options->rule_count > 0)
        objects->remote = objects_remote_create(options, objects->clock);
    if (disk != NULL)
        objects_sweep_when_due(objects);
    return objects;
}

void objects_end_remote(struct objects *objects) {
    if (objects->remote != NULL)
        objects_remote_end(objects->remote);
}

void objects_close(struct objects *objects) {
    if (objects == NULL)
        return;
    objects_remote_destroy(objects->remote);
    objects_locks_finish(&objects->locks);
    mem_free(objects);
}
