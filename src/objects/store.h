/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: what the parts of `objects` share: where things lie on the disk, and the two steps that
 * make files appear and disappear durably.
 *
 * Threads: any; the counters and flags are atomic, the rest does not change.
 */
#pragma once

#include "locks.h"
#include "object_file.h"
#include "objects.h"

#include <stdatomic.h>

struct objects_remote;

struct objects {
    struct disk *disk;
    struct clock *clock;
    struct objects_locks locks;
    struct objects_remote *remote; /* NULL: no rules */
    uint64_t free_disk_floor;
    atomic_uint_fast64_t staging_count;
    atomic_int_fast64_t swept_at_ms; /* multipart uploads that nobody completed */
    atomic_bool broken; /* a folder could not be synced: what it holds is in doubt until reopened */
};

#define OBJECTS_ROOT    "objects"
#define OBJECTS_FORMAT  OBJECTS_ROOT "/format"
#define OBJECTS_STAGING OBJECTS_ROOT "/staging"
#define OBJECTS_BUCKETS OBJECTS_ROOT "/buckets"

/* Paths, each a new NUL-terminated buffer of the arena. */
struct str objects_path_bucket(struct arena *arena, struct str bucket, const char *below /* "", "/keys" */);
struct str objects_path_object(struct arena *arena, struct str bucket, struct str key);

/* Codes and messages as S3 has them. */
bool objects_no_such_bucket(struct error *error);
bool objects_no_such_key(struct error *error);
bool objects_no_such_upload(struct error *error);
NODISCARD bool objects_check_writable(const struct objects *objects, struct error *error);
NODISCARD bool objects_check_key(struct str key, struct error *error);
NODISCARD bool objects_check_bucket(const struct objects *objects, struct str bucket, struct error *error);

/* Move a synced file to `path`, making the folders that are missing below `root` (which exists and
 * is durable), and sync all that lead to it. */
NODISCARD bool objects_publish(
    struct objects *objects, struct str from, struct str root, struct str path, struct error *error);

/* Unlink a file durably; folders below `root` that are empty then go too. Fine where it is gone. */
NODISCARD bool objects_withdraw(
    struct objects *objects, struct str root, struct str path, struct error *error);

/* Remove a folder and all in it; not synced. */
NODISCARD bool objects_remove_tree(struct disk *disk, struct str path, struct error *error);

/* Drop uploads that were given up a week ago, at most once an hour. */
void objects_sweep_when_due(struct objects *objects);

/* The current object at `path`: ERROR_NOT_FOUND, or its file and description. */
struct disk_file *objects_open_file(struct objects *objects, struct str path, struct arena *arena,
    struct objects_file_info *ret_info, struct error *error);
