/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_walk: depth first, each directory sorted by what its entries stand for: an object by
 * its name, a directory by its name and '/', so the order is that of whole keys. A component that
 * spans several directories is read into the list of the first one.
 */
#include "directory_walk.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "key_path.h"
#include "objects.h"

#include <stdlib.h>

struct entry {
    struct str part; /* of the key, with '/' where it is a directory */
    struct str path; /* from the directory of its level */
    bool is_directory;
};

struct level {
    struct arena arena;
    struct entry *entries;
    size_t count, capacity, next;
    size_t key_size, path_size; /* of the walk's buffers when this level is on top */
};

struct objects_walk {
    struct disk *disk;
    struct buf key, path;
    struct buf prefix, start_after, skip;
    bool has_skip;
    struct level *levels;
    size_t level_count, level_capacity;
    bool is_started;
};

/* Each component, and each part of a long one, costs one byte of the key at least. */
enum { LEVEL_COUNT_MAX = OBJECTS_KEY_SIZE_MAX + 1 };

static int compare_entries(const void *a, const void *b) {
    return str_compare(((const struct entry *)a)->part, ((const struct entry *)b)->part);
}

struct collection {
    struct objects_walk *walk;
    struct level *level;
    struct buf part, path; /* of a component that is being put together */
    struct error *error;
    bool failed;
};

static void cut(struct buf *buf, size_t size) {
    ASSERT(size <= buf->size);
    buf->size = size;
}

/* Could a key that starts with `start` (or is it) be wanted? */
static bool is_wanted(const struct objects_walk *walk, struct str start, bool is_directory) {
    struct str prefix = buf_str(&walk->prefix), after = buf_str(&walk->start_after);
    if (!str_starts_with(start, prefix) && !(is_directory && str_starts_with(prefix, start)))
        return false;
    if (walk->has_skip && str_starts_with(start, buf_str(&walk->skip)))
        return false;
    return str_compare(start, after) > 0 || (is_directory && str_starts_with(after, start));
}

static void add_entry(struct collection *collection, bool is_directory) {
    struct objects_walk *walk = collection->walk;
    struct level *level = collection->level;
    size_t key_size = walk->key.size;
    (void)buf_append_str(&walk->key, buf_str(&collection->part));
    if (is_directory)
        (void)buf_append_char(&walk->key, '/');
    struct str full = buf_str(&walk->key);
    if (full.size <= OBJECTS_KEY_SIZE_MAX && is_wanted(walk, full, is_directory)) {
        if (level->count == level->capacity) {
            level->capacity = level->capacity == 0 ? 16 : level->capacity * 2;
            level->entries = mem_resize_array(level->entries, level->capacity, sizeof(struct entry));
        }
        level->entries[level->count++] = (struct entry){
            .part = arena_str(&level->arena, str_slice(full, key_size, SIZE_MAX)),
            .path = arena_str(&level->arena, buf_str(&collection->path)),
            .is_directory = is_directory,
        };
    }
    cut(&walk->key, key_size);
}

static bool collect_directory(struct collection *collection);

static bool on_entry(const char *name, bool is_directory, void *context) {
    struct collection *collection = context;
    size_t part_size = collection->part.size, path_size = collection->path.size;
    enum objects_name_kind kind = objects_key_path_decode(str_from(name), is_directory, &collection->part);
    (void)buf_append_text(&collection->path, name);
    if (kind == OBJECTS_NAME_OBJECT || kind == OBJECTS_NAME_DIRECTORY)
        add_entry(collection, is_directory);
    else if (kind == OBJECTS_NAME_CONTINUATION && collection->part.size <= OBJECTS_KEY_SIZE_MAX) {
        (void)buf_append_char(&collection->path, '/');
        collection->failed = !collect_directory(collection);
    }
    cut(&collection->part, part_size);
    cut(&collection->path, path_size);
    return !collection->failed;
}

/* List the walk's directory plus the collection's path into the level. */
static bool collect_directory(struct collection *collection) {
    SCOPED(buf_finish) struct buf name = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_str(&name, buf_str(&collection->walk->path));
    (void)buf_append_str(&name, buf_str(&collection->path));
    ASSERT(name.size > 0 && name.data[name.size - 1] == '/');
    name.data[name.size - 1] = '\0'; /* without the last '/' */
    struct error listing = {0};
    if (!disk_list(collection->walk->disk, name.data, on_entry, collection, &listing)) {
        if (listing.kind == ERROR_NOT_FOUND) /* never made, or its last object just went */
            return true;
        *collection->error = listing;
        return false;
    }
    return !collection->failed;
}

static struct level *push_level(struct objects_walk *walk) {
    ASSERT(walk->level_count < LEVEL_COUNT_MAX);
    if (walk->level_count == walk->level_capacity) {
        walk->level_capacity = walk->level_capacity == 0 ? 16 : walk->level_capacity * 2;
        walk->levels = mem_resize_array(walk->levels, walk->level_capacity, sizeof(struct level));
    }
    struct level *level = &walk->levels[walk->level_count++];
    *level = (struct level){.key_size = walk->key.size, .path_size = walk->path.size};
    return level;
}

static void pop_level(struct objects_walk *walk) {
    struct level *level = &walk->levels[--walk->level_count];
    mem_free(level->entries);
    arena_finish(&level->arena);
}

static bool enter_directory(struct objects_walk *walk, struct error *error) {
    struct level *level = push_level(walk);
    struct collection collection = {.walk = walk,
        .level = level,
        .part = BUF_INIT(BUF_UNBOUNDED),
        .path = BUF_INIT(BUF_UNBOUNDED),
        .error = error};
    bool done = collect_directory(&collection);
    buf_finish(&collection.part);
    buf_finish(&collection.path);
    if (done && level->count > 1)
        qsort(level->entries, level->count, sizeof(struct entry), compare_entries);
    return done;
}

struct objects_walk *objects_walk_create(
    struct disk *disk, struct str root, struct str prefix, struct str start_after) {
    struct objects_walk *walk = MEM_NEW(struct objects_walk);
    walk->disk = disk;
    walk->key = walk->path = walk->prefix = walk->start_after = walk->skip = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_str(&walk->prefix, prefix);
    (void)buf_append_str(&walk->start_after, start_after);
    (void)buf_append_str(&walk->path, root);
    (void)buf_append_char(&walk->path, '/');
    /* Whole components of the prefix name the directory to begin in. */
    size_t base_size = prefix.size;
    while (base_size > 0 && prefix.data[base_size - 1] != '/')
        base_size--;
    (void)buf_append_str(&walk->key, str_slice(prefix, 0, base_size));
    objects_key_path_append_directory(&walk->path, str_slice(prefix, 0, base_size));
    return walk;
}

void objects_walk_destroy(struct objects_walk *walk) {
    if (walk == NULL)
        return;
    while (walk->level_count > 0)
        pop_level(walk);
    mem_free(walk->levels);
    buf_finish(&walk->key);
    buf_finish(&walk->path);
    buf_finish(&walk->prefix);
    buf_finish(&walk->start_after);
    buf_finish(&walk->skip);
    mem_free(walk);
}

void objects_walk_skip(struct objects_walk *walk, struct str prefix) {
    buf_clear(&walk->skip);
    (void)buf_append_str(&walk->skip, prefix);
    walk->has_skip = true;
}

bool objects_walk_next(struct objects_walk *walk, bool *ret_found, struct str *ret_key, struct str *ret_path,
    struct error *error) {
    if (!walk->is_started && !enter_directory(walk, error))
        return false;
    walk->is_started = true;
    while (walk->level_count > 0) {
        struct level *level = &walk->levels[walk->level_count - 1];
        cut(&walk->key, level->key_size);
        cut(&walk->path, level->path_size);
        if (level->next == level->count) {
            pop_level(walk);
            continue;
        }
        const struct entry *entry = &level->entries[level->next++];
        (void)buf_append_str(&walk->key, entry->part);
        (void)buf_append_str(&walk->path, entry->path);
        if (!is_wanted(walk, buf_str(&walk->key), entry->is_directory))
            continue; /* a skip came after the directory was read */
        if (!entry->is_directory) {
            *ret_found = true;
            *ret_key = buf_str(&walk->key);
            *ret_path = buf_str(&walk->path);
            return true;
        }
        (void)buf_append_char(&walk->path, '/');
        if (!enter_directory(walk, error))
            return false;
    }
    *ret_found = false;
    return true;
}
