/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame: what parent and worker say to each other, as bytes (docs/formats/worker.md). Pure. Either side
 * treats the other's bytes as hostile: sizes are checked against limits before anything is allocated, unknown
 * kinds and bytes left over are errors, and no count is believed beyond what its bytes can hold.
 *
 * Threads: any; a reader one owner.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum {
    ENGINE_FRAME_HEAD_SIZE = 5,          /* size u32, kind u8 */
    ENGINE_FRAME_SIZE_MAX = 16 << 20,    /* of a payload */
    ENGINE_FRAME_BATCH_SIZE = 256 << 10, /* rows and records are sent when so much is together */
    ENGINE_ROW_SIZE_MAX = 8 << 20,       /* of the values of one row of an answer */
    ENGINE_COLUMNS_MAX = 4096,           /* of an answer */
    ENGINE_FRAME_VALUES_MAX = 64 << 10,  /* of the rows in one frame: they cost memory even where null */
    ENGINE_MESSAGE_SIZE_MAX = 400,       /* of a failure */
};

enum engine_frame_kind {
    /* to the worker */
    ENGINE_FRAME_JOB = 1, /* first, once */
    ENGINE_FRAME_RECORDS, /* of a write job */
    ENGINE_FRAME_END,     /* no more records */
    /* from the worker */
    ENGINE_FRAME_COLUMNS = 16, /* of a query's answer, once */
    ENGINE_FRAME_ROWS,
    ENGINE_FRAME_FILE,   /* what a write or merge job made; the end */
    ENGINE_FRAME_DONE,   /* the end of a complete answer to a query or a check */
    ENGINE_FRAME_FAILED, /* the end of everything else */
};

/* Append a head for a payload of `size` bytes; the payload follows. */
void engine_frame_append_head(struct buf *buf, enum engine_frame_kind kind, size_t size);

/* Size and kind from a head's bytes. ERROR_CORRUPT for a size past the limit or a kind that the direction
 * does not have. */
NODISCARD bool engine_frame_parse_head(const uint8_t head[ENGINE_FRAME_HEAD_SIZE], bool is_from_worker,
    enum engine_frame_kind *ret_kind, size_t *ret_size, struct error *error);

/* Numbers are varints, texts a varint of their size and their bytes; signed numbers zigzag. A reader past the
 * end, or with a number that does not fit, reads zeros from then on: check once, with engine_reader_end(). */
struct engine_reader {
    const uint8_t *at, *end;
    bool is_broken;
};
struct engine_reader engine_reader(struct bytes payload);
uint64_t engine_read_number(struct engine_reader *reader);
int64_t engine_read_signed(struct engine_reader *reader);
bool engine_read_flag(struct engine_reader *reader);
struct str engine_read_text(struct engine_reader *reader); /* borrowed */
/* A count of things that have at least one byte each: no more than bytes are left, nor than `max`. */
size_t engine_read_count(struct engine_reader *reader, size_t max);
NODISCARD bool engine_reader_end(const struct engine_reader *reader, const char *what, struct error *error);

void engine_append_signed(struct buf *buf, int64_t number);
void engine_append_text(struct buf *buf, struct str text);
