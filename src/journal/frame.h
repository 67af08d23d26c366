/* SPDX-License-Identifier: Apache-2.0 */
/* frame: the bytes of one payload and of a segment's header (docs/formats/journal.md). Pure. */
#pragma once

#include "journal/journal.h"

enum {
    JOURNAL_HEADER_SIZE = 64,
    JOURNAL_FRAME_HEADER_SIZE = 16,
    JOURNAL_FRAME_SIZE_MAX = JOURNAL_FRAME_HEADER_SIZE + JOURNAL_PAYLOAD_SIZE_MAX,
};

struct journal_header {
    struct uuid cairn_id;
    uint64_t generation;
    uint64_t first_position;
};
void journal_header_write(uint8_t bytes[JOURNAL_HEADER_SIZE], const struct journal_header *header);
NODISCARD bool journal_header_parse(
    struct bytes bytes, struct journal_header *ret_header, struct error *error);

/* The first frame of a group says that all before it was durable when it was written. */
struct journal_frame {
    uint64_t position;
    bool starts_group;
    struct bytes payload;
};
void journal_frame_write(uint8_t bytes[JOURNAL_FRAME_HEADER_SIZE], const struct journal_frame *frame);

enum journal_frame_state {
    JOURNAL_FRAME_WHOLE,
    JOURNAL_FRAME_PARTIAL, /* the bytes end before the frame does */
    JOURNAL_FRAME_DAMAGED, /* this is no frame, whatever follows */
};

/* A frame that this process laid out itself in memory: its size, and its parts. Nothing is checked. */
size_t journal_frame_size(const uint8_t *bytes);
size_t journal_frame_read(const uint8_t *bytes, struct journal_frame *ret_frame);

/* Parse the frame at the start of `bytes`; the payload borrows from them. `ret_size` is the size
 * of a whole frame, and of a partial one the bytes needed to get further. */
enum journal_frame_state journal_frame_parse(
    struct bytes bytes, struct journal_frame *ret_frame, size_t *ret_size);
