/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent: the newest frames in memory. The appender lays them out here on their way to the file, and
 * readers that keep up get them from here: no disk read, no second checksum.
 *
 * A block holds frames exactly as they stand in one segment, in one piece. What is published of it never
 * changes, so readers share it, each with a reference; the last one to let go frees it. A reader that
 * falls behind goes on in the file.
 *
 * Threads: room, add and unwritten by the appender without a lock; all else under the journal's mutex.
 * A reader that holds a reference reads the published bytes without a lock.
 */
#pragma once

#include "frame.h"

enum {
    JOURNAL_BLOCK_SIZE = 2 << 20, /* a group or two of full size */
    JOURNAL_BLOCKS = 8,           /* so many are kept for readers; each reader may hold one more */
};

/* Where a frame stands on disk: segment by its first position, byte in its file. */
struct journal_spot {
    uint64_t segment, offset;
};

struct journal_block {
    struct journal_spot spot; /* of its first byte */
    uint64_t first_position;
    uint64_t end_position; /* of the last published frame; first_position - 1 where there is none */
    size_t published;      /* bytes */
    size_t written, size;  /* bytes in the file, bytes laid out; of the appender */
    size_t capacity;
    unsigned references;
    uint8_t data[];
};

struct journal_recent {
    struct journal_block *blocks[JOURNAL_BLOCKS]; /* a ring; NULL: not used yet */
    size_t newest;
};

/* Drop all blocks; no reader may hold one. */
void journal_recent_finish(struct journal_recent *recent);

/* Begin a block of `capacity` bytes for frames from `first_position` on, which will stand at `spot`. The
 * oldest one goes. */
struct journal_block *journal_recent_begin(
    struct journal_recent *recent, uint64_t first_position, struct journal_spot spot, size_t capacity);

/* The block that is being filled; NULL: none. */
struct journal_block *journal_recent_newest(const struct journal_recent *recent);

/* Lay out one frame; false where the block is full. */
NODISCARD bool journal_block_add(struct journal_block *block, const struct journal_frame *frame);

/* All frames laid out so far, up to `end_position`, are durable: readers may see them. */
void journal_recent_publish(struct journal_recent *recent, uint64_t end_position);

/* Is `position` in the older half of the blocks, or gone already, where all blocks are in use? */
bool journal_recent_is_old(const struct journal_recent *recent, uint64_t position);

/* The block that has `position` published, with a reference for the caller; NULL: none. */
struct journal_block *journal_recent_take(struct journal_recent *recent, uint64_t position);
void journal_block_give_back(struct journal_block *owned_block); /* NULL is fine */
