/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep: what goes: files past retention, and stores that were deleted 7 days ago. A removal is written into
 * the manifest first, then the catalog lets go of the store, then the folder is emptied, the manifest last:
 * so at every point of it the next opening knows whether to go on. A folder that the catalog does not know
 * and that does not say so itself is left alone: the catalog may be an older one, restored.
 */
#include "base/own.h"
#include "catalog/stores.h"
#include "sys/disk.h"

#include "store.h"

#include <stdio.h>
#include <string.h>

enum { SEEN_MERGE_ENTRIES = 1 << 16 };

/* ---- retention ---- */

static bool has_expired(struct lake_store *store, struct moment cutoff) {
    MUTEX_SCOPE(&store->lake->mutex);
    for (size_t i = 0; i < store->files.count; i++) {
        if (store->files.items[i]->entry.newest.ms < cutoff.ms)
            return true;
    }
    return false;
}

/* With the turn. */
static bool drop_expired(struct lake_store *store, struct moment cutoff, struct error *error) {
    struct lake_file_list files = {mem_alloc_array(store->files.count + 1, sizeof(struct lake_file *)), 0};
    for (size_t i = 0; i < store->files.count; i++) {
        if (store->files.items[i]->entry.newest.ms >= cutoff.ms)
            files.items[files.count++] = store->files.items[i];
    }
    return lake_files_publish(store, files, store->position, error);
}

/* ---- folders ---- */

struct emptying {
    struct disk *disk;
    const char *folder;
    bool keeps_manifest;
    bool is_blocked; /* something did not go */
};

static bool empty_folder(const char *name, bool is_directory, void *context) {
    struct emptying *emptying = context;
    struct error ignored = {0};
    char path[LAKE_NAME_SIZE + 300];
    if (emptying->keeps_manifest && strcmp(name, "manifest.json") == 0)
        return true;
    (void)snprintf(path, sizeof path, "%s/%.255s", emptying->folder, name);
    bool done = is_directory ? disk_remove_directory(emptying->disk, path, &ignored)
                             : disk_unlink(emptying->disk, path, &ignored);
    emptying->is_blocked = emptying->is_blocked || !done;
    return true;
}

/* Everything in it, then the folder. The manifest only once the rest is gone for good. */
static bool remove_folder(struct disk *disk, const char *folder, struct error *error) {
    char seen[LAKE_NAME_SIZE + 16], manifest[LAKE_NAME_SIZE + 16];
    (void)snprintf(seen, sizeof seen, "%s/seen", folder);
    (void)snprintf(manifest, sizeof manifest, "%s/manifest.json", folder);
    struct disk_stat stat = {0};
    struct emptying ids = {disk, seen, false, false}, all = {disk, folder, true, false};
    if (disk_stat(disk, seen, &stat, error)) {
        if (!disk_list(disk, seen, empty_folder, &ids, error) || !disk_sync_directory(disk, seen, error))
            return false;
    } else if (error->kind != ERROR_NOT_FOUND) {
        return false;
    }
    error->kind = ERROR_NONE;
    if (!disk_list(disk, folder, empty_folder, &all, error) || !disk_sync_directory(disk, folder, error))
        return false;
    if (ids.is_blocked || all.is_blocked)
        return error_set(error, ERROR_IO, "%s could not be emptied", folder);
    if (!disk_unlink(disk, manifest, error) && error->kind != ERROR_NOT_FOUND)
        return false;
    error->kind = ERROR_NONE;
    return disk_remove_directory(disk, folder, error) && disk_sync_directory(disk, "lake", error);
}

/* ---- removal ---- */

/* The catalog lets go of the store, unless it was restored meanwhile. */
static bool remove_row(struct lake_store *store, struct moment now, bool *ret_removed, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store row = {0};
    SCOPED(catalog_rollbackp)
    struct catalog_change *change = catalog_begin(store->lake->options.catalog, error);
    if (change == NULL || !catalog_store_get(store->lake->options.catalog, store->id, &arena, &row, error))
        return false;
    *ret_removed =
        row.status == CATALOG_STORE_PENDING_DELETION && row.deletion_at.ms + LAKE_PENDING_MS <= now.ms;
    if (!*ret_removed)
        return true;
    return catalog_store_remove(change, store->id, error) && catalog_commit(TAKE(change), error);
}

/* With the turn; a damaged store goes without a word in its manifest. */
static bool remove_store(struct lake_store *store, struct moment now, struct error *error) {
    lake_store_drain(store); /* nobody names a file in a store that is removed */
    bool is_removed = false, is_open = lake_store_is_open(store);
    if (is_open && !lake_files_write_manifest(store, store->files, store->position, true, error))
        return lake_store_fail(store, error);
    if (!remove_row(store, now, &is_removed, error))
        return lake_store_fail(store, error); /* the row may be gone, or not: the next look tells */
    if (!is_removed)
        return !is_open || lake_files_write_manifest(store, store->files, store->position, false, error) ||
               lake_store_fail(store, error);
    mutex_lock(&store->lake->mutex);
    store->settings.is_gone = true;
    mutex_unlock(&store->lake->mutex);
    lake_store_close(store);
    return true;
}

/* The folder of a store that the catalog let go of, as soon as nobody reads from it. */
static bool remove_rest(struct lake_store *store, bool *ret_worked, struct error *error) {
    struct lake *lake = store->lake;
    mutex_lock(&lake->mutex);
    bool is_due = store->settings.is_gone && !store->is_emptied;
    mutex_unlock(&lake->mutex);
    if (!is_due)
        return true;
    lake_store_take_turn(store);
    lake_store_close(store);
    lake_files_replace(store, (struct lake_file_list){0});
    mutex_lock(&lake->mutex);
    bool is_held = store->gone.count > 0;
    mutex_unlock(&lake->mutex);
    bool done = is_held || remove_folder(lake->options.disk, store->folder, error);
    if (done && !is_held) {
        mutex_lock(&lake->mutex);
        store->is_emptied = true;
        mutex_unlock(&lake->mutex);
        *ret_worked = true;
    }
    lake_store_leave(store);
    return done;
}

/* ---- steps ---- */

static bool keep_open_store(
    struct lake_store *store, struct moment now, bool *ret_worked, struct error *error) {
    struct moment cutoff = lake_store_cutoff(store, now);
    mutex_lock(&store->lake->mutex);
    bool is_due = store->settings.removal_at.ms <= now.ms;
    mutex_unlock(&store->lake->mutex);
    if (!is_due && !has_expired(store, cutoff) && !atomic_load(&store->wants_seen_merge))
        return true;
    if (!lake_store_enter(store, error)) {
        if (!is_due || error->kind != ERROR_CORRUPT)
            return false;
        lake_store_take_turn(store);
    }
    bool done = true;
    if (is_due)
        done = remove_store(store, now, error);
    else if (has_expired(store, cutoff))
        done = drop_expired(store, cutoff, error);
    else if (!seen_merge(store->seen, SEEN_MERGE_ENTRIES, error))
        done = lake_store_fail(store, error);
    atomic_store(&store->wants_seen_merge, store->seen != NULL && seen_wants_merge(store->seen));
    lake_store_leave(store);
    *ret_worked = done;
    return done;
}

bool lake_keep_step(struct lake_store *store, struct moment now, bool *ret_worked, struct error *error) {
    bool worked = false;
    mutex_lock(&store->lake->mutex);
    bool is_gone = store->settings.is_gone;
    mutex_unlock(&store->lake->mutex);
    if (!(is_gone ? remove_rest(store, &worked, error)
                  : !lake_store_may_open(store, now) || keep_open_store(store, now, &worked, error)))
        return false;
    *ret_worked = worked;
    return true;
}

/* ---- at opening ---- */

struct cleaning {
    struct lake *lake;
    struct arena arena;
    char **names;
    size_t count;
};

static bool list_unknown(const char *name, bool is_directory, void *context) {
    struct cleaning *cleaning = context;
    struct uuid uuid = {0};
    if (!is_directory || !uuid_parse(str_from(name), &uuid))
        return true;
    for (size_t i = 0; i < cleaning->lake->store_count; i++) {
        if (memcmp(&cleaning->lake->stores[i]->uuid, &uuid, sizeof uuid) == 0)
            return true;
    }
    cleaning->names = mem_resize_array(cleaning->names, cleaning->count + 1, sizeof(char *));
    cleaning->names[cleaning->count++] = arena_text(&cleaning->arena, str_from(name));
    return true;
}

/* Does the folder say that its store is removed, or is there nothing to lose in it? */
static bool may_go(struct lake *lake, const char *folder) {
    struct error why = {0};
    char name[LAKE_NAME_SIZE + 16];
    (void)snprintf(name, sizeof name, "%s/manifest.json", folder);
    SCOPED(buf_finish) struct buf text = BUF_INIT(LAKE_MANIFEST_SIZE_MAX);
    SCOPED(lake_manifest_finish) struct lake_manifest manifest = {0};
    if (!disk_read_file(lake->options.disk, name, &text, &why))
        return why.kind == ERROR_NOT_FOUND && disk_remove_directory(lake->options.disk, folder, &why);
    return lake_manifest_parse(buf_str(&text), &manifest, &why) && manifest.is_removed &&
           memcmp(&manifest.cairn_id, &lake->options.cairn_id, sizeof manifest.cairn_id) == 0;
}

bool lake_keep_clean(struct lake *lake, struct error *error) {
    struct cleaning cleaning = {.lake = lake};
    bool done = disk_list(lake->options.disk, "lake", list_unknown, &cleaning, error);
    for (size_t i = 0; done && i < cleaning.count; i++) {
        char folder[LAKE_NAME_SIZE];
        struct disk_stat stat = {0};
        struct error ignored = {0};
        (void)snprintf(folder, sizeof folder, "lake/%.36s", cleaning.names[i]);
        if (may_go(lake, folder) && disk_stat(lake->options.disk, folder, &stat, &ignored))
            done = remove_folder(lake->options.disk, folder, error);
    }
    mem_free(cleaning.names);
    arena_finish(&cleaning.arena);
    return done;
}
