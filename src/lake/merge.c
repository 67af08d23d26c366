/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: many small files become few. Files are merged within a window of time (a day, or 30 days where
 * events are kept long), so that retention can take whole ones. A file's window is that of its newest event.
 *
 * A group begins with the smallest files of a window and grows while the next one is not much larger than all
 * before together: so no event is written again often, and a late one does not rewrite a large file. A window
 * that is over is merged as soon as there are two such files, the present one when there are eight.
 */
#include "base/check.h"
#include "base/own.h"
#include "engine/engine.h"
#include "sys/clock.h"

#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUTS_MAX = 64,
    INPUTS_MIN = 8,      /* of a window that still fills */
    INPUTS_MIN_OVER = 2, /* of one that is over */
    GROWTH = 4,          /* a file may be so much larger than those before together */
    SMALL_ROWS = 1000,   /* or so small that it does not matter */
    SHORT_RETENTION_DAYS = 92,
    LONG_WINDOW_DAYS = 30,
    OVER_AFTER_MS = 60 * 60 * 1000,
    FAILURE_PAUSE_MS = 60 * 1000,
    FAILURES_MAX = 3, /* with a file among the inputs: then it is left alone, or it would stop all merging */
};

struct candidate {
    struct lake_file *file;
    int64_t window;
    uint64_t rows;
};

struct group {
    struct lake_file *files[INPUTS_MAX];
    size_t count;
    uint64_t rows;
    struct moment oldest; /* event in them */
};

static int by_window_and_rows(const void *a, const void *b) {
    const struct candidate *left = a, *right = b;
    if (left->window != right->window)
        return left->window < right->window ? -1 : 1;
    if (left->rows != right->rows)
        return left->rows < right->rows ? -1 : 1;
    return left->file->entry.sequence < right->file->entry.sequence ? -1 : 1;
}

static int64_t window_ms(int64_t retention_ms) {
    bool is_short = retention_ms <= (int64_t)SHORT_RETENTION_DAYS * MS_PER_DAY;
    return is_short ? MS_PER_DAY : (int64_t)LONG_WINDOW_DAYS * MS_PER_DAY;
}

/* Floor, before 1970 too. */
static int64_t window_of(struct moment moment, int64_t size_ms) {
    int64_t window = moment.ms / size_ms;
    return moment.ms % size_ms < 0 ? window - 1 : window;
}

/* The group of a window's files, sorted by rows. */
static struct group gather(const struct candidate *candidates, size_t count, uint64_t rows_max) {
    struct group group = {.oldest = MOMENT_MAX};
    for (size_t i = 0; i < count && group.count < INPUTS_MAX; i++) {
        const struct lake_entry *entry = &candidates[i].file->entry;
        bool is_near = group.count == 0 || entry->rows <= SMALL_ROWS || entry->rows <= GROWTH * group.rows;
        if (!is_near || group.rows + entry->rows > rows_max)
            break;
        group.files[group.count++] = candidates[i].file;
        group.rows += entry->rows;
        if (entry->oldest.ms < group.oldest.ms)
            group.oldest = entry->oldest;
    }
    return group;
}

/* Find a group and hold its files. */
static struct group choose(struct lake_store *store, struct moment now) {
    struct lake *lake = store->lake;
    MUTEX_SCOPE(&lake->mutex);
    int64_t size_ms = window_ms(store->settings.retention_ms);
    size_t count = 0;
    SCOPED(own_free)
    struct candidate *candidates = mem_alloc_array(store->files.count + 1, sizeof *candidates);
    for (size_t i = 0; i < store->files.count; i++) {
        struct lake_file *file = store->files.items[i];
        if (file->merge_failures < FAILURES_MAX)
            candidates[count++] =
                (struct candidate){file, window_of(file->entry.newest, size_ms), file->entry.rows};
    }
    if (count > 1)
        qsort(candidates, count, sizeof *candidates, by_window_and_rows);
    for (size_t start = 0, end = 0; start < count; start = end) {
        while (end < count && candidates[end].window == candidates[start].window)
            end++;
        bool is_over = (candidates[start].window + 1) * size_ms + OVER_AFTER_MS < now.ms;
        struct group group = gather(candidates + start, end - start, lake->options.merge_rows);
        if (group.count < (is_over ? (size_t)INPUTS_MIN_OVER : (size_t)INPUTS_MIN))
            continue;
        for (size_t i = 0; i < group.count; i++)
            group.files[i]->holds++;
        return group;
    }
    return (struct group){0};
}

static bool merge_files(struct lake_store *store, const struct group *group, struct moment cutoff,
    struct lake_file *output, struct error *error) {
    struct engine_file made = {0};
    char names[INPUTS_MAX][LAKE_NAME_SIZE], into[LAKE_NAME_SIZE];
    const char *pointers[INPUTS_MAX];
    for (size_t i = 0; i < group->count; i++) {
        lake_store_name(store, group->files[i]->entry.sequence, ".parquet", names[i]);
        pointers[i] = names[i];
    }
    lake_store_name(store, output->entry.sequence, ".parquet", into);
    struct engine_merge merge = {
        .names = pointers, .name_count = group->count, .into = into, .oldest = cutoff};
    if (!engine_merge(store->lake->options.engine, &merge, &made, error))
        return false;
    /* Nothing but what is past retention may be missing: the inputs are about to go. */
    if (made.rows == 0 || made.rows > group->rows ||
        (group->oldest.ms >= cutoff.ms && made.rows != group->rows))
        return error_set(error, ERROR_CORRUPT, "merging %zu files of %" PRIu64 " events gave %" PRIu64,
            group->count, group->rows, made.rows);
    output->entry.rows = made.rows;
    output->entry.bytes = made.bytes;
    output->entry.oldest = made.oldest;
    output->entry.newest = made.newest;
    return lake_file_sync(store, output, error);
}

static bool is_of_group(const struct group *group, const struct lake_file *file) {
    for (size_t i = 0; i < group->count; i++) {
        if (group->files[i] == file)
            return true;
    }
    return false;
}

/* With the turn: the output in place of its inputs, if they are all still there. */
static bool name_output(
    struct lake_store *store, const struct group *group, struct lake_file *output, struct error *error) {
    struct lake_file_list files = {mem_alloc_array(store->files.count + 1, sizeof(struct lake_file *)), 0};
    for (size_t i = 0; i < store->files.count; i++) {
        if (!is_of_group(group, store->files.items[i]))
            files.items[files.count++] = store->files.items[i];
    }
    if (files.count + group->count != store->files.count) {
        mem_free(files.items); /* retention took some: the next merge is without them */
        return true;
    }
    files.items[files.count++] = output;
    return lake_files_publish(store, files, store->position, error);
}

static bool publish(
    struct lake_store *store, const struct group *group, struct lake_file *output, struct error *error) {
    lake_store_take_turn(store);
    bool done = !lake_store_is_open(store) || name_output(store, group, output, error);
    lake_store_leave(store);
    return done;
}

bool lake_merge_step(struct lake_store *store, struct moment now, bool *ret_worked, struct error *error) {
    *ret_worked = false;
    if (!lake_store_is_open(store) || now.ms < store->merge_after.ms)
        return true;
    struct group group = choose(store, now);
    if (group.count == 0)
        return true;
    struct lake_file *output = lake_file_begin(store);
    bool done = merge_files(store, &group, lake_store_cutoff(store, now), output, error) &&
                publish(store, &group, output, error);
    lake_file_release(store, output);
    struct error missing = {0};
    bool blames_files = !done && engine_check(store->lake->options.engine, &missing);
    for (size_t i = 0; i < group.count; i++) {
        group.files[i]->merge_failures += blames_files;
        lake_file_release(store, group.files[i]);
    }
    if (!done)
        store->merge_after = (struct moment){now.ms + FAILURE_PAUSE_MS};
    *ret_worked = done;
    return done;
}
