/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: the merge job: files sorted by event time to one. Each is read as a stream, from when the merge
 * comes to its oldest event, so only files whose times overlap are held at once, a row group of each.
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
