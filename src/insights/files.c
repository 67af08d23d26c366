/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files: invariants:
 * 1. The manifest names a file only when its content and name are durable and a snapshot covers what it
 * counts.
 * 2. A file goes only when a manifest without it is durable.
 * 3. What the manifest does not name means nothing, and goes at opening.
 */
#include "files.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"
#include "sys/thread.h"

#include "merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    MERGE_FILES = 8, /* of one day and tier that become one of the next */
    STEP_COUNTS = 1 << 16,
    MANIFEST_SIZE_MAX = 4 << 20,
    NUMBER_DIGITS = 20,
};

static const char manifest_name[] = "insights/manifest";

/* How long counts of a period are kept, as AWS does: then they become those of the next. */
static const struct {
    uint16_t period_minutes;
    uint16_t days;
} kept[] = {{1, 15}, {5, 63}, {60, 90}};
enum { KEPT = sizeof kept / sizeof *kept };

void insights_files_init(struct insights_files *files, struct disk *disk, struct mutex *mutex,
    const struct insights_options *options) {
    *files = (struct insights_files){.disk = disk,
        .mutex = mutex,
        .manifest = {.cairn_id = options->cairn_id, .generation = options->generation, .next_number = 1}};
}

void insights_files_finish(struct insights_files *files) {
    insights_merge_destroy(files->merge);
    mem_free(files->files);
}

void insights_snapshot_name(uint64_t number, char ret_name[INSIGHTS_FILE_NAME_SIZE]) {
    (void)snprintf(ret_name, INSIGHTS_FILE_NAME_SIZE, "insights/%020" PRIu64 ".snapshot", number);
}

/* ---- the manifest ---- */

static bool save_manifest(
    struct insights_files *files, const struct insights_manifest *manifest, bool all, struct error *error) {
    SCOPED(own_free) struct insights_file *named = mem_alloc_array(files->count + 1, sizeof *named);
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++)
        if (all || !files->files[i].is_pending)
            named[count++] = files->files[i];
    if (count > INSIGHTS_FILES_MAX)
        return error_set(error, ERROR_LIMIT, "more than %d files of counts", INSIGHTS_FILES_MAX);
    SCOPED(buf_finish) struct buf buf = BUF_INIT(MANIFEST_SIZE_MAX);
    insights_manifest_append(&buf, manifest, named, count);
    return buf_check(&buf, "manifest", error) &&
           disk_write_file(files->disk, manifest_name, buf_bytes(&buf), error);
}

static bool check_manifest(
    const struct insights_files *files, const struct insights_manifest *manifest, struct error *error) {
    if (memcmp(&files->manifest.cairn_id, &manifest->cairn_id, sizeof manifest->cairn_id) != 0)
        return error_set(error, ERROR_CONFLICT, "counts belong to another Cairn");
    if (manifest->generation > files->manifest.generation)
        return error_set(error, ERROR_CONFLICT,
            "counts are of generation %" PRIu64 ", the other stores of %" PRIu64
            ": was a part of the data folder restored from a backup?",
            manifest->generation, files->manifest.generation);
    return true;
}

static bool load_manifest(struct insights_files *files, struct error *error) {
    SCOPED(buf_finish) struct buf buf = BUF_INIT(MANIFEST_SIZE_MAX);
    if (!disk_read_file(files->disk, manifest_name, &buf, error))
        return error->kind == ERROR_NOT_FOUND;
    struct insights_manifest manifest;
    if (!insights_manifest_parse(buf_bytes(&buf), &manifest, &files->files, &files->count, error))
        return error_context(error, "%s", manifest_name);
    if (!check_manifest(files, &manifest, error))
        return false;
    manifest.generation = files->manifest.generation;
    files->manifest = manifest;
    return true;
}

static bool is_named(const struct insights_files *files, uint64_t number) {
    for (size_t i = 0; i < files->count; i++)
        if (files->files[i].number == number)
            return true;
    return number == files->manifest.snapshot;
}

/* Invariant 3. */
static bool remove_stray(const char *name, bool is_directory, void *context) {
    const struct insights_files *files = context;
    struct str text = str_from(name);
    uint64_t number = 0;
    struct error ignored = {0};
    char path[2 * INSIGHTS_FILE_NAME_SIZE];
    if (is_directory || text.size < NUMBER_DIGITS || text.size > INSIGHTS_FILE_NAME_SIZE ||
        !str_to_u64(str_slice(text, 0, NUMBER_DIGITS), &number) || is_named(files, number))
        return true;
    (void)snprintf(path, sizeof path, "insights/%s", name);
    IGNORE(disk_unlink(files->disk, path, &ignored), "it only takes space; the next opening tries again");
    return true;
}

bool insights_files_load(struct insights_files *files, struct error *error) {
    /* The sync: a manifest that can be read need not be durable yet, and what only an older one names is
     * about to go (invariant 2). */
    return disk_make_directory(files->disk, "insights", error) &&
           disk_sync_directory(files->disk, "", error) && load_manifest(files, error) &&
           disk_sync_directory(files->disk, "insights", error) &&
           disk_list(files->disk, "insights", remove_stray, files, error);
}

static void remove_file(struct insights_files *files, const char *name) {
    struct error ignored = {0};
    IGNORE(disk_unlink(files->disk, name, &ignored), "the next opening tries again");
}

bool insights_files_commit(
    struct insights_files *files, uint64_t snapshot, uint64_t position, struct error *error) {
    struct insights_manifest manifest = files->manifest;
    char name[INSIGHTS_FILE_NAME_SIZE];
    manifest.snapshot = snapshot;
    manifest.position = position;
    if (!save_manifest(files, &manifest, true, error))
        return false;
    insights_snapshot_name(files->manifest.snapshot, name);
    if (files->manifest.snapshot != 0)
        remove_file(files, name);
    files->manifest = manifest;
    files->settled_day = 0;
    MUTEX_SCOPE(files->mutex);
    for (size_t i = 0; i < files->count; i++)
        files->files[i].is_pending = false;
    return true;
}

/* ---- the set ---- */

struct insights_counts_head insights_files_head(struct insights_files *files, uint32_t period_minutes) {
    return (struct insights_counts_head){.cairn_id = files->manifest.cairn_id,
        .generation = files->manifest.generation,
        .number = files->manifest.next_number++,
        .period_minutes = period_minutes};
}

void insights_files_add(struct insights_files *files, const struct insights_file *file) {
    files->files = mem_resize_array(files->files, files->count + 1, sizeof *files->files);
    files->files[files->count++] = *file;
}

/* Without those that the merge has read; all of them where `day` has expired. */
static void drop(struct insights_files *files, const struct insights_merge *merge, uint32_t day) {
    size_t left = 0;
    MUTEX_SCOPE(files->mutex);
    for (size_t i = 0; i < files->count; i++) {
        const struct insights_file *file = &files->files[i];
        bool goes =
            merge != NULL ? insights_merge_uses(merge, file->number) : file->day == day && !file->is_pending;
        if (!goes)
            files->files[left++] = *file;
    }
    files->count = left;
}

size_t insights_files_pending(const struct insights_files *files) {
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++)
        count += files->files[i].is_pending ? 1 : 0;
    return count;
}

uint64_t insights_files_bytes(const struct insights_files *files) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < files->count; i++)
        bytes += files->files[i].bytes;
    return bytes;
}

/* ---- merging ---- */

/* What a count of this day is worth now: the shortest period that is kept, 0: none is. */
static uint16_t period_of_day(uint32_t day, struct moment now) {
    int64_t age = now.ms / MS_PER_DAY - (int64_t)day - 1; /* whole days since it ended */
    for (unsigned i = 0; i < KEPT; i++)
        if (age <= kept[i].days)
            return kept[i].period_minutes;
    return 0;
}

/* The files of this day and tier (-1: any), as far as they count already. */
static size_t list_files(
    const struct insights_files *files, uint32_t day, int tier, struct insights_file *ret_files) {
    size_t count = 0;
    for (size_t i = 0; i < files->count && count < INSIGHTS_MERGE_FILES_MAX; i++) {
        const struct insights_file *file = &files->files[i];
        if (file->day == day && !file->is_pending && (tier < 0 || file->tier == tier))
            ret_files[count++] = *file;
    }
    return count;
}

static bool begin_merge(
    struct insights_files *files, struct moment now, bool *ret_begun, struct error *error) {
    struct insights_file inputs[INSIGHTS_MERGE_FILES_MAX];
    *ret_begun = false;
    for (size_t i = 0; i < files->count; i++) {
        const struct insights_file *file = &files->files[i];
        uint16_t period = period_of_day(file->day, now);
        bool is_too_fine = file->period_minutes < period;
        if (file->is_pending || period == 0)
            continue;
        size_t count = list_files(files, file->day, is_too_fine ? -1 : file->tier, inputs);
        if (!is_too_fine && count < MERGE_FILES)
            continue;
        uint16_t longest = period;
        for (size_t k = 0; k < count; k++)
            longest = inputs[k].period_minutes > longest ? inputs[k].period_minutes : longest;
        files->merge = insights_merge_create(files, inputs, count, longest, error);
        *ret_begun = true;
        return files->merge != NULL;
    }
    return true;
}

static bool forget_files(
    struct insights_files *files, const struct insights_file *gone, size_t count, struct error *error) {
    if (!save_manifest(files, &files->manifest, false, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        char name[INSIGHTS_FILE_NAME_SIZE];
        insights_counts_name(gone[i].number, name);
        remove_file(files, name);
    }
    return true;
}

static bool publish_merge(
    struct insights_files *files, const struct insights_file *output, struct error *error) {
    struct insights_file inputs[INSIGHTS_MERGE_FILES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < files->count; i++)
        if (insights_merge_uses(files->merge, files->files[i].number))
            inputs[count++] = files->files[i];
    drop(files, files->merge, 0);
    mutex_lock(files->mutex);
    insights_files_add(files, output);
    mutex_unlock(files->mutex);
    insights_merge_destroy(TAKE(files->merge));
    return forget_files(files, inputs, count, error);
}

/* A day past keeping goes, up to INSIGHTS_MERGE_FILES_MAX files at a time. */
static bool drop_expired(
    struct insights_files *files, struct moment now, bool *ret_dropped, struct error *error) {
    struct insights_file gone[INSIGHTS_MERGE_FILES_MAX];
    *ret_dropped = false;
    for (size_t i = 0; i < files->count; i++) {
        uint32_t day = files->files[i].day;
        if (files->files[i].is_pending || period_of_day(day, now) != 0)
            continue;
        *ret_dropped = true;
        size_t count = list_files(files, day, -1, gone);
        drop(files, NULL, day);
        return forget_files(files, gone, count, error);
    }
    return true;
}

bool insights_files_maintain(
    struct insights_files *files, struct moment now, bool *ret_has_more, struct error *error) {
    bool worked = false;
    if (files->merge != NULL) {
        struct insights_file output;
        *ret_has_more = true;
        return insights_merge_step(files->merge, STEP_COUNTS, &output, error) &&
               (output.number == 0 || publish_merge(files, &output, error));
    }
    if (files->settled_day == now.ms / MS_PER_DAY) {
        *ret_has_more = false;
        return true;
    }
    if (!drop_expired(files, now, &worked, error) || (!worked && !begin_merge(files, now, &worked, error)))
        return false;
    files->settled_day = worked ? 0 : now.ms / MS_PER_DAY;
    *ret_has_more = worked;
    return true;
}
