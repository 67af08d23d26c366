/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest: the one file that says what the history is: which segments, and how far they reach.
 * Replaced as a whole; whatever it does not name is garbage.
 *
 * Format:  docs/formats/history.md, "Manifest"
 * Threads: the maintainer.
 */
#pragma once

#include "base/buf.h"
#include "codec/text.h"

#include <stdint.h>

struct disk;

enum { HISTORY_MANIFEST_SEGMENTS_MAX = 65536 };

struct history_manifest_segment {
    uint64_t id, first_position, end_position; /* end: after the last */
};

struct history_manifest {
    struct uuid cairn_id;
    uint64_t generation;
    uint64_t sealed_position; /* never goes back, even when retention took everything */
    uint64_t next_id;
    bool exists; /* was read from a file */
    size_t segment_count;
    struct history_manifest_segment *segments; /* by position */
};

/* Where there is no manifest yet, an empty one. Finish it with history_manifest_finish(). */
NODISCARD bool history_manifest_read(
    struct disk *disk, struct history_manifest *ret_manifest, struct error *error);

/* Durable when it returns. */
NODISCARD bool history_manifest_write(
    struct disk *disk, const struct history_manifest *manifest, struct error *error);
void history_manifest_finish(struct history_manifest *manifest);
