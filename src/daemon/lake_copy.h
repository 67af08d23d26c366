/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake_copy: a thread that keeps a copy of the event data stores' files in a bucket, for other tools to read:
 * PREFIX/<uuid>/<file>.parquet and, once all files that it names are there, PREFIX/<uuid>/manifest.json.
 * Files that the manifest names no more go after it. The copy of a store that is removed stays.
 *
 * Threads: open, start, stop and close from the main thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct disk;
struct lake;
struct lake_copy;
struct objects;

struct lake_copy_options { /* all borrowed */
    struct str target;     /* "BUCKET" or "BUCKET/PREFIX" */
    struct disk *disk;
    struct lake *lake;
    struct objects *objects;
};

/* ERROR_INVALID where the target names no bucket. */
NODISCARD struct lake_copy *daemon_lake_copy_open(
    const struct lake_copy_options *options, struct error *error);
void daemon_lake_copy_start(struct lake_copy *copy); /* NULL is fine, here and below */
void daemon_lake_copy_stop(struct lake_copy *copy);
void daemon_lake_copy_close(struct lake_copy *copy);
