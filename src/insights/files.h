/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files: the files of counts, a day each and several a day, and the manifest that says which of them count. A
 * count is the sum of what all of them say.
 *
 * Threads: changed by the owner under the mutex that insights_files_use() was given.
 */
#pragma once

#include "base/buf.h"

#include "counts.h"

enum { INSIGHTS_FILES_MAX = 1 << 16, INSIGHTS_DAY_MINUTES = 1440 };

struct insights_file {
    uint64_t number, bytes;
    uint32_t day; /* since 1970 */
    uint16_t period_minutes;
    uint8_t tier;    /* merges that it went through */
    bool is_pending; /* counts with the next snapshot: not named in the manifest yet */
};

/* What the manifest says besides. */
struct insights_manifest {
    struct uuid cairn_id;
    uint64_t generation, position, snapshot, next_number;
};

struct insights_merge;
struct insights_files {
    struct disk *disk;
    struct mutex *mutex;
    struct insights_manifest manifest; /* as it is on disk, but for next_number */
    struct insights_file *files;
    size_t count;
    struct insights_merge *merge; /* in progress */
    int64_t settled_day;          /* on this day there was nothing to do, until files change; 0: look */
};

void insights_files_init(struct insights_files *files, struct disk *disk, struct mutex *mutex,
    const struct insights_options *options);
void insights_files_finish(struct insights_files *files);

/* Read the manifest, and remove what it does not name. */
NODISCARD bool insights_files_load(struct insights_files *files, struct error *error);

/* Name a new snapshot, of `position`; from now on all files count. */
NODISCARD bool insights_files_commit(
    struct insights_files *files, uint64_t snapshot, uint64_t position, struct error *error);
void insights_snapshot_name(uint64_t number, char ret_name[INSIGHTS_FILE_NAME_SIZE]);

/* A new file of one day; add() takes it over when it is finished. */
struct insights_counts_head insights_files_head(struct insights_files *files, uint32_t period_minutes);
void insights_files_add(struct insights_files *files, const struct insights_file *file);

/* A bounded step: merge, make coarser, drop. */
NODISCARD bool insights_files_maintain(
    struct insights_files *files, struct moment now, bool *ret_has_more, struct error *error);
size_t insights_files_pending(const struct insights_files *files);
uint64_t insights_files_bytes(const struct insights_files *files);

/* The bytes of a manifest. */
void insights_manifest_append(struct buf *buf, const struct insights_manifest *manifest,
    const struct insights_file *files, size_t count);
NODISCARD bool insights_manifest_parse(struct bytes bytes, struct insights_manifest *ret_manifest,
    struct insights_file **ret_files, size_t *ret_count, struct error *error);
