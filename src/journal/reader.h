/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: the frames of one segment file, read in large chunks.
 *
 * Threads: one owner; the file may grow meanwhile.
 */
#pragma once

#include "frame.h"

struct disk_file;

struct journal_reader {
    struct disk_file *owned_file; /* NULL before journal_reader_start() */
    uint64_t offset;              /* in the file, of the next frame */
    uint8_t *data;                /* file content from `offset` on: data[start, end) */
    size_t start, end, capacity;
};

/* Read `owned_file` from `offset` on; memory of an earlier file is used again. */
void journal_reader_start(struct journal_reader *reader, struct disk_file *owned_file, uint64_t offset);
void journal_reader_finish(struct journal_reader *reader);

/* Forget what was read ahead: the file has more by now. */
void journal_reader_refresh(struct journal_reader *reader);

/* Parse the next frame; it lives until the next call. JOURNAL_FRAME_PARTIAL: the file ends here.
 * Only a whole frame is stepped over. False where reading failed. */
NODISCARD bool journal_reader_next(struct journal_reader *reader, enum journal_frame_state *ret_state,
    struct journal_frame *ret_frame, struct error *error);

/* Look for a whole first frame of a group anywhere from the next byte on, with a position above
 * `position`: a proof that what is before it was durable. */
NODISCARD bool journal_reader_find_group(
    struct journal_reader *reader, uint64_t position, bool *ret_found, struct error *error);
