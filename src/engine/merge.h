/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the merge job: files sorted by event time to one, in slices of time that have about as many rows
 * each. Only the rows of a slice are held at once, however the files' times overlap; files that have nothing
 * in a slice are not opened for it.
 *
 * Threads: the worker's own.
 */
#pragma once

#include "worker.h"

struct engine_merge_paths { /* whole paths */
    const char *const *paths;
    size_t count;
    const char *into;
    struct moment oldest;
};

NODISCARD bool engine_merge_make(struct engine_worker *worker, const struct engine_merge_paths *merge,
    struct engine_file *ret_file, struct error *error);
