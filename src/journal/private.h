/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's own state, shared by journal.c and cursor.c.
 *
 *   field                                                   used by
 *   disk, header, options                                   fixed at opening
 *   file, file_first, file_bytes                            the appender only
 *   segments, end, held, broken, interrupted, cursors, stats, pace, waiters      under the mutex
 *   recent                                                  see recent.h
 */
#pragma once

#include "sys/thread.h"

#include "recent.h"
#include "segment.h"

struct journal_segment {
    uint64_t first;
    uint64_t bytes;
};

/* Who waits for a position, on its own stack: nobody is woken before it has come. */
struct journal_waiter {
    struct journal_waiter *next;
    uint64_t position;
    struct condition reached;
};

struct journal {
    struct disk *disk;
    struct clock *clock;
    struct journal_header header; /* of new segments; first_position is filled in for each */
    uint64_t segment_bytes;
    bool read_only;

    struct disk_file *file; /* the last segment */
    uint64_t file_first;    /* its first position */
    uint64_t file_bytes;

    struct mutex mutex;
    struct condition advanced;
    struct journal_waiter *waiters;
    struct journal_segment *segments; /* each ends where the next begins */
    size_t segment_count;
    uint64_t end;
    uint64_t held; /* nothing after this position is released */
    size_t cursors;
    uint64_t pace; /* what the reader that sets the pace needs next; UINT64_MAX: there is none */
    struct journal_recent recent;
    bool broken, interrupted;
    struct journal_stats stats;
};
