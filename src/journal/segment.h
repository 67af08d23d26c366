/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment: the files of the journal: their names, creation and recovery.
 *
 * A segment reaches its name only whole (temporary name, sync, rename, sync of the folder), so
 * a file with a bad header is damage, never an unfinished creation.
 *
 * Threads: pure but for the disk; creation and recovery by the appender.
 */
#pragma once

#include "frame.h"

struct disk;
struct disk_file;

enum { JOURNAL_NAME_SIZE = sizeof "journal/00000000000000000001.log" };
#define JOURNAL_FOLDER "journal"

void journal_segment_name(uint64_t first_position, char ret_name[JOURNAL_NAME_SIZE]);

/* The first positions of all segments, ascending; an owned array. ERROR_NOT_FOUND: no folder. */
NODISCARD bool journal_segment_list(
    struct disk *disk, uint64_t **ret_owned_firsts, size_t *ret_count, struct error *error);

/* Open to read and check the header against `expected`. ERROR_CORRUPT, ERROR_CONFLICT (foreign). */
NODISCARD struct disk_file *journal_segment_open(
    struct disk *disk, const struct journal_header *expected, struct error *error);

/* What scanning a segment to its valid end tells. */
struct journal_tail {
    uint64_t end_position;   /* of the last valid frame; first_position - 1 where there is none */
    uint64_t group_position; /* first position of the last group; first_position where there is none */
    uint64_t group_offset, end_offset;
};

/* Scan the last segment. A damaged frame ends it, unless a group follows that proves that the
 * damage was durable once: ERROR_CORRUPT. */
NODISCARD bool journal_segment_scan(struct disk *disk, const struct journal_header *expected,
    struct journal_tail *ret_tail, struct error *error);

/* Make the segment of `header`, durable with its name, and open it for appending. Its content
 * is `size` bytes from `offset` of the segment `from_position`, or nothing where size is 0. It
 * may take the place of the very segment that it is copied from. */
struct journal_copy {
    uint64_t from_position, offset, size;
};
NODISCARD struct disk_file *journal_segment_create(struct disk *disk, const struct journal_header *header,
    const struct journal_copy *copy, struct error *error);
