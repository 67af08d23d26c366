/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory_walk: the keys of a bucket in byte order, read from its tree of directories as far as
 * they are asked for.
 *
 * Threads: one owner. Objects that come or go meanwhile may or may not show.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

struct disk;
struct objects_walk;

/* Keys below the directory `root` that start with `prefix` and are greater than `start_after`. */
struct objects_walk *objects_walk_create(
    struct disk *disk, struct str root, struct str prefix, struct str start_after);
void objects_walk_destroy(struct objects_walk *walk);

/* The next key and the path of its file; both are the walk's and good until the next call. */
NODISCARD bool objects_walk_next(struct objects_walk *walk, bool *ret_found, struct str *ret_key,
    struct str *ret_path, struct error *error);

/* Leave out what is left of the keys that start with `prefix`. */
void objects_walk_skip(struct objects_walk *walk, struct str prefix);
