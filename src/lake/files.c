/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files: invariants:
 * 1. The manifest names a file only when its content and name are durable, and its ids beside it.
 * 2. A file is deleted only when a manifest without it is durable, and nobody holds it.
 * 3. What the manifest does not name means nothing, and goes at opening.
 */
#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "store.h"

#include <stdio.h>
#include <string.h>

static void list_add(struct lake_file_list *list, struct lake_file *file) {
    list->items = mem_resize_array(list->items, list->count + 1, sizeof(struct lake_file *));
    list->items[list->count++] = file;
}

static void list_remove(struct lake_file_list *list, const struct lake_file *file) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == file) {
            list->items[i] = list->items[--list->count];
            return;
        }
    }
}

static struct lake_file *list_find(const struct lake_file_list *list, uint64_t sequence) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->entry.sequence == sequence)
            return list->items[i];
    }
    return NULL;
}

struct lake_file *lake_file_find(struct lake_store *store, uint64_t sequence) {
    struct lake_file *file = list_find(&store->files, sequence);
    return file != NULL ? file : list_find(&store->gone, sequence);
}

static void delete_file(struct lake_store *store, struct lake_file *file) {
    struct error ignored = {0};
    char name[LAKE_NAME_SIZE];
    lake_store_name(store, file->entry.sequence, ".parquet", name);
    if (!file->is_doubtful)
        IGNORE(disk_unlink(store->lake->options.disk, name, &ignored), "the next opening tries again");
    mem_free(file);
}

/* ---- one file ---- */

struct lake_file *lake_file_begin(struct lake_store *store) {
    struct lake_file *file = MEM_NEW(struct lake_file);
    MUTEX_SCOPE(&store->lake->mutex);
    file->holds = 1;
    file->entry.sequence = store->next_sequence++;
    list_add(&store->gone, file);
    return file;
}

void lake_file_release(struct lake_store *store, struct lake_file *file) {
    bool goes = false;
    mutex_lock(&store->lake->mutex);
    ASSERT(file->holds > 0);
    goes = --file->holds == 0 && !file->is_named;
    if (goes)
        list_remove(&store->gone, file);
    mutex_unlock(&store->lake->mutex);
    if (goes)
        delete_file(store, file);
}

bool lake_file_sync(struct lake_store *store, const struct lake_file *file, struct error *error) {
    struct disk *disk = store->lake->options.disk;
    char name[LAKE_NAME_SIZE];
    lake_store_name(store, file->entry.sequence, ".parquet", name);
    SCOPED(disk_closep) struct disk_file *open_file = disk_open(disk, name, DISK_WRITE, error);
    return open_file != NULL && disk_sync(open_file, error) &&
           disk_sync_directory(disk, store->folder, error);
}

/* ---- the set ---- */

bool lake_files_write_manifest(struct lake_store *store, struct lake_file_list files, uint64_t position,
    bool is_removed, struct error *error) {
    const struct lake_options *options = &store->lake->options;
    SCOPED(own_free) struct lake_entry *entries = mem_alloc_array(files.count + 1, sizeof *entries);
    struct lake_manifest manifest = {.cairn_id = options->cairn_id,
        .store = store->uuid,
        .generation = options->generation,
        .position = position,
        .is_removed = is_removed,
        .files = entries,
        .file_count = files.count,
        .sidecars = store->sidecars,
        .sidecar_count = store->sidecar_count};
    mutex_lock(&store->lake->mutex);
    for (size_t i = 0; i < files.count; i++)
        entries[i] = files.items[i]->entry;
    manifest.next_sequence = store->next_sequence;
    mutex_unlock(&store->lake->mutex);
    if (files.count > LAKE_FILES_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d files in a store", LAKE_FILES_MAX);
    char name[LAKE_NAME_SIZE + 16];
    (void)snprintf(name, sizeof name, "%s/manifest.json", store->folder);
    SCOPED(buf_finish) struct buf text = BUF_INIT(LAKE_MANIFEST_SIZE_MAX);
    lake_manifest_append(&text, &manifest);
    return buf_check(&text, "the manifest of a store", error) &&
           disk_write_file(options->disk, name, buf_bytes(&text), error);
}

void lake_files_replace(struct lake_store *store, struct lake_file_list owned_files) {
    struct lake_file_list old = {0}, doomed = {0};
    mutex_lock(&store->lake->mutex);
    old = store->files;
    for (size_t i = 0; i < old.count; i++)
        old.items[i]->is_named = false;
    for (size_t i = 0; i < owned_files.count; i++) {
        owned_files.items[i]->is_named = true;
        list_remove(&store->gone, owned_files.items[i]);
    }
    for (size_t i = 0; i < old.count; i++) {
        if (!old.items[i]->is_named)
            list_add(old.items[i]->holds > 0 ? &store->gone : &doomed, old.items[i]);
    }
    store->files = owned_files;
    mutex_unlock(&store->lake->mutex);
    for (size_t i = 0; i < doomed.count; i++)
        delete_file(store, doomed.items[i]);
    mem_free(doomed.items);
    mem_free(old.items);
}

bool lake_files_publish(
    struct lake_store *store, struct lake_file_list owned_files, uint64_t position, struct error *error) {
    if (!lake_files_write_manifest(store, owned_files, position, false, error)) {
        /* Nobody knows which manifest will be read: files that only one of them names must stay. */
        for (size_t i = 0; i < owned_files.count; i++)
            owned_files.items[i]->is_doubtful = !owned_files.items[i]->is_named;
        mem_free(owned_files.items);
        return lake_store_fail(store, error);
    }
    mutex_lock(&store->lake->mutex);
    store->position = position;
    mutex_unlock(&store->lake->mutex);
    store->manifest_at = clock_now(store->lake->options.clock);
    lake_files_replace(store, owned_files);
    return true;
}

/* ---- holding ---- */

struct lake_files {
    struct lake_store *store;
    struct lake_file **items;
    size_t count;
    struct arena arena;
    const char **names;
    struct moment oldest;
    uint64_t rows;
};

static void hold_all(struct lake_store *store, struct lake_files *files) {
    MUTEX_SCOPE(&store->lake->mutex);
    files->items = mem_alloc_array(store->files.count + 1, sizeof(struct lake_file *));
    for (size_t i = 0; i < store->files.count; i++) {
        struct lake_file *file = store->files.items[i];
        if (file->entry.newest.ms < files->oldest.ms)
            continue;
        file->holds++;
        files->items[files->count++] = file;
        files->rows += file->entry.rows;
    }
}

struct lake_files *lake_files_hold(struct lake *lake, uint64_t store_id, struct error *error) {
    struct lake_store *store = lake_store_find(lake, store_id, error);
    if (store == NULL)
        return NULL;
    mutex_lock(&lake->mutex);
    bool is_known = store->was_opened;
    mutex_unlock(&lake->mutex);
    if (!is_known) {
        if (!lake_store_enter(store, error))
            return NULL;
        lake_store_leave(store);
    }
    struct lake_files *files = MEM_NEW(struct lake_files);
    files->store = store;
    files->oldest = lake_store_cutoff(store, clock_now(lake->options.clock));
    hold_all(store, files);
    files->names = ARENA_ARRAY(&files->arena, files->count + 1, const char *);
    for (size_t i = 0; i < files->count; i++) {
        char name[LAKE_NAME_SIZE];
        lake_store_name(store, files->items[i]->entry.sequence, ".parquet", name);
        files->names[i] = arena_text(&files->arena, str_from(name));
    }
    return files;
}

void lake_files_release(struct lake_files *files) {
    if (files == NULL)
        return;
    for (size_t i = 0; i < files->count; i++)
        lake_file_release(files->store, files->items[i]);
    mem_free(files->items);
    arena_finish(&files->arena);
    mem_free(files);
}

const char *const *lake_files_names(const struct lake_files *files, size_t *ret_count) {
    *ret_count = files->count;
    return files->names;
}

struct moment lake_files_oldest(const struct lake_files *files) {
    return files->oldest;
}

uint64_t lake_files_rows(const struct lake_files *files) {
    return files->rows;
}
