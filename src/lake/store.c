/* SPDX-License-Identifier: Apache-2.0 */
/* store: opening and closing, the turn, and what becomes of one that failed. */
#include "store.h"

#include "base/check.h"
#include "base/own.h"
#include "catalog/stores.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ids of so many full batches fit into memory: before they are flushed, all writes must have ended. */
enum { SEEN_BATCHES = 4 };

static const char manifest_name[] = "manifest.json";

struct lake_store *lake_store_create(struct lake *lake, uint64_t id, struct uuid uuid) {
    struct lake_store *store = MEM_NEW(struct lake_store);
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid, text);
    store->lake = lake;
    store->id = id;
    store->uuid = uuid;
    (void)snprintf(store->folder, sizeof store->folder, "lake/%s", text);
    store->next_sequence = 1;
    store->retry_at = store->merge_after = MOMENT_MIN;
    store->batch = BUF_INIT(BUF_UNBOUNDED);
    return store;
}

static void free_files(struct lake_file_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        ASSERT(list->items[i]->holds == 0);
        mem_free(list->items[i]);
    }
    mem_free(list->items);
}

void lake_store_destroy(struct lake_store *store) {
    seen_close(store->seen);
    free_files(&store->files);
    free_files(&store->gone);
    mem_free(store->sidecars);
    lake_rules_destroy(store->rules);
    buf_finish(&store->batch);
    mem_free(store->rows);
    arena_finish(&store->arena);
    mem_free(store);
}

void lake_store_name(
    const struct lake_store *store, uint64_t sequence, const char *suffix, char ret_name[LAKE_NAME_SIZE]) {
    (void)snprintf(ret_name, LAKE_NAME_SIZE, "%.64s/%020" PRIu64 "%.10s", store->folder, sequence, suffix);
}

struct moment lake_store_cutoff(struct lake_store *store, struct moment now) {
    MUTEX_SCOPE(&store->lake->mutex);
    return (struct moment){now.ms - store->settings.retention_ms};
}

bool lake_store_is_open(const struct lake_store *store) {
    return atomic_load(&store->open_epoch) != 0;
}

/* ---- the turn ---- */

/* Those who come back from a write go before those who wait for a turn: with the mutex held. */
static bool is_free_for(const struct lake_store *store, uint64_t ticket) {
    return !store->is_taken && !store->is_draining && store->returning == 0 && store->serving == ticket;
}

void lake_store_take_turn(struct lake_store *store) {
    struct lake *lake = store->lake;
    MUTEX_SCOPE(&lake->mutex);
    uint64_t ticket = store->tickets++;
    while (!is_free_for(store, ticket))
        condition_wait(&lake->is_changed, &lake->mutex);
    store->serving++;
    store->is_taken = true;
}

static void leave(struct lake_store *store) {
    ASSERT(store->is_taken);
    store->is_taken = false;
    condition_broadcast(&store->lake->is_changed);
}

void lake_store_leave(struct lake_store *store) {
    MUTEX_SCOPE(&store->lake->mutex);
    leave(store);
}

void lake_store_begin_write(struct lake_store *store) {
    MUTEX_SCOPE(&store->lake->mutex);
    store->writing++;
    leave(store);
}

void lake_store_end_write(struct lake_store *store) {
    struct lake *lake = store->lake;
    MUTEX_SCOPE(&lake->mutex);
    store->returning++;
    while (store->is_taken)
        condition_wait(&lake->is_changed, &lake->mutex);
    store->returning--;
    store->writing--;
    store->is_taken = true;
}

void lake_store_drain(struct lake_store *store) {
    struct lake *lake = store->lake;
    MUTEX_SCOPE(&lake->mutex);
    if (store->writing == 0)
        return;
    store->is_draining = true;
    leave(store);
    while (store->writing > 0 || store->is_taken)
        condition_wait(&lake->is_changed, &lake->mutex);
    store->is_draining = false;
    store->is_taken = true;
}

void lake_store_close(struct lake_store *store) {
    atomic_store(&store->open_epoch, 0);
    seen_close(TAKE(store->seen));
}

bool lake_store_fail(struct lake_store *store, const struct error *error) {
    lake_store_close(store);
    MUTEX_SCOPE(&store->lake->mutex);
    int64_t pause_ms = (int64_t)LAKE_RETRY_MS_MIN << (store->failures < 6 ? store->failures : 6);
    store->failures++;
    store->problem = *error;
    store->retry_at = (struct moment){clock_now(store->lake->options.clock).ms +
                                      (pause_ms < LAKE_RETRY_MS_MAX ? pause_ms : LAKE_RETRY_MS_MAX)};
    return false;
}

bool lake_store_may_open(struct lake_store *store, struct moment now) {
    MUTEX_SCOPE(&store->lake->mutex);
    return !store->settings.is_gone && now.ms >= store->retry_at.ms;
}

/* ---- opening ---- */

/* The sequence of "<20 digits><suffix>"; false where the name is another. */
static bool name_sequence(const char *name, const char *suffix, uint64_t *ret_sequence) {
    struct str text = str_from(name);
    return text.size == 20 + strlen(suffix) && str_ends_with(text, str_from(suffix)) &&
           str_to_u64(str_slice(text, 0, 20), ret_sequence);
}

struct listing {
    struct lake_store *store;
    bool has_files;
};

static bool look_for_files(const char *name, bool is_directory, void *context) {
    struct listing *listing = context;
    uint64_t sequence = 0;
    listing->has_files = listing->has_files || (!is_directory && name_sequence(name, ".parquet", &sequence));
    return !listing->has_files;
}

/* A store that is opened for the first time. Files without a manifest are a damage, and no reason to delete
 * them: the manifest is always there before the first. */
static bool begin_manifest(
    struct lake_store *store, struct lake_manifest *ret_manifest, struct error *error) {
    struct listing listing = {store, false};
    if (!disk_list(store->lake->options.disk, store->folder, look_for_files, &listing, error))
        return false;
    if (listing.has_files)
        return error_set(error, ERROR_CORRUPT, "%s has files and no manifest", store->folder);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store_version *versions = NULL;
    size_t count = 0;
    if (!catalog_store_version_list(
            store->lake->options.catalog, store->id, &arena, &versions, &count, error))
        return false;
    if (count == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no store %" PRIu64, store->id);
    uint64_t position = versions[0].from_position - 1;
    if (!lake_files_write_manifest(store, (struct lake_file_list){0}, position, false, error))
        return false;
    *ret_manifest = (struct lake_manifest){.position = position, .next_sequence = 1};
    return true;
}

static bool check_manifest(
    const struct lake_store *store, const struct lake_manifest *manifest, struct error *error) {
    const struct lake_options *options = &store->lake->options;
    if (memcmp(&manifest->cairn_id, &options->cairn_id, sizeof options->cairn_id) != 0)
        return error_set(error, ERROR_CONFLICT, "%s belongs to another Cairn", store->folder);
    if (memcmp(&manifest->store, &store->uuid, sizeof store->uuid) != 0)
        return error_set(error, ERROR_CORRUPT, "%s holds another store", store->folder);
    if (manifest->generation > options->generation)
        return error_set(error, ERROR_CONFLICT,
            "%s is of generation %" PRIu64 ", the other stores of %" PRIu64
            ": was a part of the data folder restored from a backup?",
            store->folder, manifest->generation, options->generation);
    return true;
}

static bool load_manifest(struct lake_store *store, struct lake_manifest *ret_manifest, struct error *error) {
    char name[LAKE_NAME_SIZE + 16];
    (void)snprintf(name, sizeof name, "%s/%s", store->folder, manifest_name);
    SCOPED(buf_finish) struct buf text = BUF_INIT(LAKE_MANIFEST_SIZE_MAX);
    if (!disk_read_file(store->lake->options.disk, name, &text, error)) {
        if (error->kind != ERROR_NOT_FOUND)
            return false;
        error->kind = ERROR_NONE;
        return begin_manifest(store, ret_manifest, error);
    }
    SCOPED(lake_manifest_finish) struct lake_manifest manifest = {0};
    if (!lake_manifest_parse(buf_str(&text), &manifest, error) || !check_manifest(store, &manifest, error))
        return error_context(error, "%s", name);
    *ret_manifest = manifest;
    manifest = (struct lake_manifest){0};
    return true;
}

/* Does every file lie there, as long as it should be? */
static bool check_files(
    const struct lake_store *store, const struct lake_manifest *manifest, struct error *error) {
    for (size_t i = 0; i < manifest->file_count; i++) {
        char name[LAKE_NAME_SIZE];
        struct disk_stat stat = {0};
        lake_store_name(store, manifest->files[i].sequence, ".parquet", name);
        if (!disk_stat(store->lake->options.disk, name, &stat, error))
            return error_context(error, "a file of events");
        if (stat.size != manifest->files[i].bytes)
            return error_set(error, ERROR_CORRUPT, "%s has %" PRIu64 " bytes, not %" PRIu64, name, stat.size,
                manifest->files[i].bytes);
    }
    return true;
}

static bool claim_sidecar(struct lake_store *store, uint64_t sequence, struct error *error) {
    char name[LAKE_NAME_SIZE];
    lake_store_name(store, sequence, ".ids", name);
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(LAKE_IDS_SIZE_MAX);
    SCOPED(own_free) struct lake_id *ids = NULL;
    size_t count = 0;
    if (!disk_read_file(store->lake->options.disk, name, &bytes, error) ||
        !lake_ids_parse(buf_bytes(&bytes), sequence, &ids, &count, error)) {
        error->kind = error->kind == ERROR_NOT_FOUND ? ERROR_CORRUPT : error->kind;
        return error_context(error, "%s", name);
    }
    SCOPED(own_free) struct seen_claim *claims = mem_alloc_array(count + 1, sizeof *claims);
    for (size_t i = 0; i < count; i++)
        claims[i] = (struct seen_claim){.id = ids[i].id, .content = ids[i].content};
    if (seen_room(store->seen) < count && !seen_flush(store->seen, sequence - 1, error))
        return false;
    return seen_check(store->seen, claims, count, error);
}

static int by_number(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

/* Open `seen`, and tell it the ids that only sidecars have. */
static bool open_seen(struct lake_store *store, struct lake_manifest *manifest, struct error *error) {
    const struct lake_options *options = &store->lake->options;
    char folder[LAKE_NAME_SIZE + 16];
    (void)snprintf(folder, sizeof folder, "%s/seen", store->folder);
    struct seen_options seen_options = {.cairn_id = options->cairn_id,
        .generation = options->generation,
        .folder = folder,
        .memory_entries = SEEN_BATCHES * options->batch_rows};
    ASSERT(store->seen == NULL);
    store->seen = seen_open(options->disk, &seen_options, error);
    if (store->seen == NULL)
        return false;
    mem_free(store->sidecars);
    store->sidecars = mem_alloc_array(manifest->sidecar_count + 1, sizeof *store->sidecars);
    store->sidecar_count = 0;
    if (manifest->sidecar_count > 1)
        qsort(manifest->sidecars, manifest->sidecar_count, sizeof *manifest->sidecars, by_number);
    uint64_t covered = seen_position(store->seen);
    for (size_t i = 0; i < manifest->sidecar_count; i++) {
        if (manifest->sidecars[i] <= covered)
            continue;
        if (!claim_sidecar(store, manifest->sidecars[i], error))
            return false;
        store->sidecars[store->sidecar_count++] = manifest->sidecars[i];
    }
    return true;
}

static bool is_needed(struct lake_store *store, const char *name, bool is_directory) {
    uint64_t sequence = 0;
    if (is_directory)
        return strcmp(name, "seen") == 0;
    if (strcmp(name, manifest_name) == 0)
        return true;
    if (name_sequence(name, ".ids", &sequence)) {
        for (size_t i = 0; i < store->sidecar_count; i++)
            if (store->sidecars[i] == sequence)
                return true;
        return false;
    }
    MUTEX_SCOPE(&store->lake->mutex);
    return name_sequence(name, ".parquet", &sequence) && lake_file_find(store, sequence) != NULL;
}

static bool remove_stray(const char *name, bool is_directory, void *context) {
    struct listing *listing = context;
    struct error ignored = {0};
    char path[LAKE_NAME_SIZE + 256];
    if (is_directory || is_needed(listing->store, name, is_directory))
        return true;
    (void)snprintf(path, sizeof path, "%s/%.255s", listing->store->folder, name);
    IGNORE(disk_unlink(listing->store->lake->options.disk, path, &ignored), "the next opening tries again");
    return true;
}

/* The files that the manifest names; those that somebody holds are the same objects as before. */
static void take_files(struct lake_store *store, const struct lake_manifest *manifest) {
    struct lake_file_list list = {mem_alloc_array(manifest->file_count + 1, sizeof(struct lake_file *)), 0};
    for (size_t i = 0; i < manifest->file_count; i++) {
        mutex_lock(&store->lake->mutex);
        struct lake_file *file = lake_file_find(store, manifest->files[i].sequence);
        mutex_unlock(&store->lake->mutex);
        if (file == NULL)
            file = MEM_NEW(struct lake_file);
        file->entry = manifest->files[i];
        file->is_doubtful = false;
        list.items[list.count++] = file;
    }
    lake_files_replace(store, list);
}

static bool open_store(struct lake_store *store, struct error *error) {
    struct lake *lake = store->lake;
    struct disk *disk = lake->options.disk;
    SCOPED(lake_manifest_finish) struct lake_manifest manifest = {0};
    struct listing listing = {store, false};
    /* The sync of the folder: a manifest that can be read need not be durable yet, and what only an older one
     * names is about to go. */
    if (!disk_make_directory(disk, store->folder, error) || !disk_sync_directory(disk, "lake", error) ||
        !load_manifest(store, &manifest, error) || !disk_sync_directory(disk, store->folder, error) ||
        !check_files(store, &manifest, error) || !open_seen(store, &manifest, error))
        return false;
    take_files(store, &manifest);
    if (!disk_list(disk, store->folder, remove_stray, &listing, error))
        return false;
    uint64_t covered = seen_position(store->seen);
    MUTEX_SCOPE(&lake->mutex);
    if (store->next_sequence < manifest.next_sequence)
        store->next_sequence = manifest.next_sequence;
    /* Or ids of a file to come would pass for ones that `seen` has. */
    if (store->next_sequence <= covered)
        store->next_sequence = covered + 1;
    store->position = manifest.position;
    store->was_opened = true;
    store->failures = 0;
    store->manifest_at = clock_now(lake->options.clock);
    atomic_store(&store->open_epoch, ++store->epochs);
    return true;
}

bool lake_store_enter(struct lake_store *store, struct error *error) {
    struct moment now = clock_now(store->lake->options.clock);
    lake_store_take_turn(store);
    if (lake_store_is_open(store))
        return true;
    if (!lake_store_may_open(store, now)) {
        mutex_lock(&store->lake->mutex);
        *error = store->problem;
        if (error->kind == ERROR_NONE)
            error_set(error, ERROR_NOT_FOUND, "the store is being removed");
        mutex_unlock(&store->lake->mutex);
    } else if (open_store(store, error)) {
        return true;
    } else {
        lake_store_fail(store, error);
    }
    lake_store_leave(store);
    return false;
}
