/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posting: a list of ranks, newest (highest) first, in chunks that can be skipped.
 *
 * Format:  docs/formats/history.md, "Posting list"
 * Threads: pure.
 */
#pragma once

#include "base/buf.h"

enum {
    HISTORY_POSTING_CHUNK = 128,
    /* A list's head: count, then per chunk of a list of several its newest rank and place. */
    HISTORY_POSTING_SKIP_SIZE = 8,
    HISTORY_POSTING_CHUNK_SIZE_MAX = 5 + 1 + 4 * HISTORY_POSTING_CHUNK,
};

/* Append a list; `ranks` ascend. */
void history_posting_append(struct buf *buf, const uint32_t *ranks, size_t count);

/* Decode a chunk of `count` ranks from its first bytes, newest first; false where the bytes are not one. */
bool history_posting_decode(struct bytes chunk, size_t count, uint32_t *ret_ranks);
