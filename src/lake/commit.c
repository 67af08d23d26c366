/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: records into a new file, each once.
 *
 * The ids are claimed first, in memory. From then on a failure must close the store: what was claimed and not
 * written would pass for written. `seen` writes its memory to disk only when nobody writes and all that was
 * claimed is named; until then the ids of a commit lie in a sidecar beside its file.
 */
#include "base/check.h"
#include "base/own.h"
#include "engine/engine.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* A store that takes nothing moves its position so often; reading again from an old one is no harm. */
    POSITION_LAG_MAX = 1 << 16,
    POSITION_MS_MAX = 60 * 1000,
};

/* What is left of the records: those to be written. */
struct fresh {
    const struct lake_record **records;
    struct lake_id *ids;
    size_t count;
};

static void fresh_finish(struct fresh *fresh) {
    mem_free(fresh->records);
    mem_free(fresh->ids);
}

/* With the turn: give `seen` what only sidecars have, where those are many, or `force` says so. */
static bool give_ids(struct lake_store *store, bool force, struct error *error) {
    bool is_due = store->sidecar_count >= store->lake->options.sidecars_max || seen_wants_flush(store->seen);
    if (!is_due && !(force && store->sidecar_count > 0))
        return true;
    lake_store_drain(store);
    if (!lake_store_is_open(store))
        return error_set(error, ERROR_UNAVAILABLE, "the event data store failed meanwhile");
    mutex_lock(&store->lake->mutex);
    uint64_t covered = store->next_sequence - 1;
    mutex_unlock(&store->lake->mutex);
    if (!seen_flush(store->seen, covered, error))
        return lake_store_fail(store, error);
    for (size_t i = 0; i < store->sidecar_count; i++) {
        struct error ignored = {0};
        char name[LAKE_NAME_SIZE];
        lake_store_name(store, store->sidecars[i], ".ids", name);
        IGNORE(disk_unlink(store->lake->options.disk, name, &ignored), "the next opening tries again");
    }
    store->sidecar_count = 0;
    atomic_store(&store->wants_seen_merge, seen_wants_merge(store->seen));
    return true;
}

/* Judge the records that are not past retention. */
static bool claim(struct lake_store *store, const struct lake_record *records, size_t count,
    struct fresh *fresh, struct lake_added *added, struct error *error) {
    struct moment cutoff = lake_store_cutoff(store, clock_now(store->lake->options.clock));
    SCOPED(own_free) struct seen_claim *claims = mem_alloc_array(count + 1, sizeof *claims);
    fresh->records = mem_alloc_array(count + 1, sizeof *fresh->records);
    fresh->ids = mem_alloc_array(count + 1, sizeof *fresh->ids);
    size_t claimed = 0;
    for (size_t i = 0; i < count; i++) {
        if (records[i].time.ms < cutoff.ms) {
            added->expired++;
            continue;
        }
        fresh->records[claimed] = &records[i];
        claims[claimed++] = (struct seen_claim){.id = records[i].id, .content = records[i].content};
    }
    if (!seen_check(store->seen, claims, claimed, error))
        return false;
    for (size_t i = 0; i < claimed; i++) {
        added->duplicates += claims[i].verdict == SEEN_DUPLICATE;
        added->conflicts += claims[i].verdict == SEEN_CONFLICT;
        if (claims[i].verdict != SEEN_NEW)
            continue;
        fresh->records[fresh->count] = fresh->records[i];
        fresh->ids[fresh->count++] = (struct lake_id){claims[i].id, claims[i].content};
    }
    added->added = fresh->count;
    return true;
}

/* By time, and those of one time as they came. */
static int compare_records(const void *a, const void *b) {
    const struct lake_record *left = *(const struct lake_record *const *)a;
    const struct lake_record *right = *(const struct lake_record *const *)b;
    if (left->time.ms != right->time.ms)
        return left->time.ms < right->time.ms ? -1 : 1;
    return (left > right) - (left < right);
}

static void sort_by_time(const struct fresh *fresh) {
    for (size_t i = 1; i < fresh->count; i++) {
        if (fresh->records[i]->time.ms < fresh->records[i - 1]->time.ms) {
            qsort(fresh->records, fresh->count, sizeof(const struct lake_record *), compare_records);
            return;
        }
    }
}

static bool write_events(
    struct lake_store *store, struct lake_file *file, const struct fresh *fresh, struct error *error) {
    const struct lake_options *options = &store->lake->options;
    char name[LAKE_NAME_SIZE];
    lake_store_name(store, file->entry.sequence, ".parquet", name);
    struct engine_writer *writer =
        engine_writer_begin_sorted(options->engine, name, options->keep_json, error);
    if (writer == NULL)
        return false;
    sort_by_time(fresh); /* while the worker starts */
    for (size_t i = 0; i < fresh->count; i++) {
        const struct lake_record *record = fresh->records[i];
        if (!engine_writer_add_sorted(writer, record->time, str_bytes(record->bytes), error)) {
            engine_writer_abandon(writer);
            return false;
        }
    }
    struct engine_file written = {0};
    if (!engine_writer_finish(writer, &written, error))
        return false;
    if (written.rows != fresh->count)
        return error_set(error, ERROR_CORRUPT, "the engine wrote %" PRIu64 " events of %zu to %s",
            written.rows, fresh->count, name);
    file->entry.rows = written.rows;
    file->entry.bytes = written.bytes;
    file->entry.oldest = written.oldest;
    file->entry.newest = written.newest;
    return true;
}

static bool write_sidecar(
    struct lake_store *store, uint64_t sequence, const struct fresh *fresh, struct error *error) {
    char name[LAKE_NAME_SIZE];
    lake_store_name(store, sequence, ".ids", name);
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(LAKE_IDS_SIZE_MAX);
    lake_ids_append(&bytes, sequence, fresh->ids, fresh->count);
    SCOPED(disk_closep)
    struct disk_file *file = disk_open(store->lake->options.disk, name, DISK_CREATE, error);
    return file != NULL && disk_append(file, bytes.data, bytes.size, error) && disk_sync(file, error);
}

static bool publish(
    struct lake_store *store, struct lake_file *file, uint64_t position, struct error *error) {
    struct lake_file_list files = {
        mem_alloc_array(store->files.count + 1, sizeof(struct lake_file *)), store->files.count + 1};
    if (store->files.count > 0)
        memcpy(files.items, store->files.items, store->files.count * sizeof(struct lake_file *));
    files.items[store->files.count] = file;
    store->sidecars = mem_resize_array(store->sidecars, store->sidecar_count + 1, sizeof *store->sidecars);
    store->sidecars[store->sidecar_count++] = file->entry.sequence;
    return lake_files_publish(store, files, position != 0 ? position : store->position, error);
}

/* One new file beside those that there are; `position` 0: it stays. */
static bool write_fresh(
    struct lake_store *store, const struct fresh *fresh, uint64_t position, struct error *error) {
    struct lake_file *file = lake_file_begin(store);
    uint64_t epoch = atomic_load(&store->open_epoch);
    lake_store_begin_write(store);
    /* The sync of the folder covers the sidecar's name too. */
    bool done = write_events(store, file, fresh, error) &&
                write_sidecar(store, file->entry.sequence, fresh, error) &&
                lake_file_sync(store, file, error);
    lake_store_end_write(store);
    if (atomic_load(&store->open_epoch) != epoch)
        done = done && error_set(error, ERROR_UNAVAILABLE, "the event data store failed meanwhile");
    else if (done)
        done = publish(store, file, position, error);
    else
        lake_store_fail(store, error);
    lake_file_release(store, file);
    return done;
}

/* What was a duplicate of what others had claimed is in the store when they are. */
static bool await_others(struct lake_store *store, uint64_t epoch, struct error *error) {
    lake_store_drain(store);
    return atomic_load(&store->open_epoch) == epoch ||
           error_set(error, ERROR_UNAVAILABLE, "the event data store failed meanwhile");
}

/* Only the position, where it is worth a write. */
static bool move_position(struct lake_store *store, uint64_t position, struct error *error) {
    struct moment now = clock_now(store->lake->options.clock);
    bool is_due = position > store->position && (position - store->position >= POSITION_LAG_MAX ||
                                                    now.ms - store->manifest_at.ms >= POSITION_MS_MAX);
    if (!is_due)
        return true;
    if (!lake_files_write_manifest(store, store->files, position, false, error))
        return lake_store_fail(store, error);
    store->manifest_at = now;
    MUTEX_SCOPE(&store->lake->mutex);
    store->position = position;
    return true;
}

static void count_added(struct lake_store *store, const struct lake_added *added) {
    MUTEX_SCOPE(&store->lake->mutex);
    store->failures = 0;
    store->counters.added += added->added;
    store->counters.duplicates += added->duplicates;
    store->counters.conflicts += added->conflicts;
    store->counters.expired += added->expired;
}

bool lake_commit_records(struct lake_store *store, const struct lake_record *records, size_t count,
    uint64_t position, struct lake_added *ret_added, struct error *error) {
    ASSERT(lake_store_is_open(store) && count <= store->lake->options.batch_rows);
    ASSERT(position == 0 || position >= store->position);
    SCOPED(fresh_finish) struct fresh fresh = {0};
    struct lake_added added = {0};
    if (count > 0) {
        if (!give_ids(store, seen_room(store->seen) < count, error))
            return false;
        /* Files could be written without the engine, but not merged: they would be thousands. */
        if (!engine_check(store->lake->options.engine, error) ||
            !claim(store, records, count, &fresh, &added, error))
            return lake_store_fail(store, error);
    }
    uint64_t epoch = atomic_load(&store->open_epoch);
    if (fresh.count > 0 && !write_fresh(store, &fresh, position, error))
        return false;
    if (added.duplicates + added.conflicts > 0 && !await_others(store, epoch, error))
        return false;
    if (fresh.count == 0 && position != 0 && !move_position(store, position, error))
        return false;
    count_added(store, &added);
    *ret_added = added;
    return true;
}
