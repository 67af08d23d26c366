/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's own state, shared by journal.c and cursor.c.
 *
 *   field                                                   used by
 *   disk, header, options                                   fixed at opening
 *   file, file_bytes, scratch                               the appender only
 *   segments, end, held, broken, interrupted, cursors, stats      under the mutex
 */
#pragma once

#include "base/buf.h"
#include "sys/thread.h"

#include "segment.h"

struct journal_segment {
    uint64_t first;
    uint64_t bytes;
};

struct journal {
    struct disk *disk;
    struct clock *clock;
    struct journal_header header; /* of new segments; first_position is filled in for each */
    uint64_t segment_bytes;
    bool read_only;

    struct disk_file *file; /* the last segment */
    uint64_t file_bytes;
    struct buf scratch; /* frames on their way to the file */

    struct mutex mutex;
    struct condition grown;
    struct journal_segment *segments; /* each ends where the next begins */
    size_t segment_count;
    uint64_t end;
    uint64_t held; /* nothing after this position is released */
    size_t cursors;
    bool broken, interrupted;
    struct journal_stats stats;
};
