/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column: event times and offsets by rank, in packed chunks.
 *
 * Format:  docs/formats/history.md, "Columns"
 * Threads: pure.
 */
#pragma once

#include "base/buf.h"

enum {
    HISTORY_COLUMN_CHUNK = 128,
    HISTORY_COLUMN_HEADER_SIZE = 8 + 1 + 1 + 4 + 1,
    HISTORY_COLUMN_CHUNK_SIZE_MAX =
        HISTORY_COLUMN_HEADER_SIZE + 7 * HISTORY_COLUMN_CHUNK + 4 * HISTORY_COLUMN_CHUNK,
};

struct history_column_chunk {
    size_t count; /* HISTORY_COLUMN_CHUNK but in the last chunk */
    int64_t times_ms[HISTORY_COLUMN_CHUNK];
    uint32_t offsets[HISTORY_COLUMN_CHUNK];
};

/* Times ascend. */
void history_column_append(struct buf *buf, const struct history_column_chunk *chunk);

/* One row of a chunk of `count` rows from its bytes (more may follow), or all of them; false where the bytes
 * are no chunk. */
bool history_column_get(
    struct bytes chunk, size_t count, size_t row, int64_t *ret_time_ms, uint32_t *ret_offset);
bool history_column_decode(struct bytes bytes, size_t count, struct history_column_chunk *ret_chunk);
