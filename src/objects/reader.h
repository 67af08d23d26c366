/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: one version of an object, read at any offset; it stays whole while others replace or
 * delete the object.
 *
 * Threads: one owner each.
 */
#pragma once

#include "objects/objects.h"

struct objects_reader;

/* NoSuchBucket, NoSuchKey. `ret_info` lives in the arena. */
NODISCARD struct objects_reader *objects_reader_open(struct objects *objects, struct str bucket,
    struct str key, struct arena *arena, struct objects_info *ret_info, struct error *error);

/* Read up to `size` bytes; fewer only at the object's end. What was read from start to end in order
 * is checked against the stored checksum with the last piece: ERROR_CORRUPT. */
NODISCARD bool objects_reader_read(struct objects_reader *reader, uint64_t offset, void *data, size_t size,
    size_t *ret_size, struct error *error);
void objects_reader_close(struct objects_reader *reader); /* NULL is fine */
