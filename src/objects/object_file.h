/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_file: one file per object: its bytes as they are, then its description, then a footer of
 * fixed size that finds both. One rename makes bytes and description visible together.
 *
 * Format:  docs/formats/objects.md
 * Threads: functions any.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

#include "objects.h"

struct disk_file;

enum { OBJECTS_FOOTER_SIZE = 48, OBJECTS_DESCRIPTION_SIZE_MAX = 256 * 1024 };

struct objects_file_info {
    struct objects_info info;
    uint32_t body_crc32c;
};

/* What comes after the bytes. */
void objects_file_append_description(struct buf *out, const struct objects_file_info *info);

/* Read and check footer and description; texts are copied into the arena. ERROR_CORRUPT. */
NODISCARD bool objects_file_read_info(
    struct disk_file *file, struct arena *arena, struct objects_file_info *ret_info, struct error *error);

/* As above from the whole end of a file (`tail` ends where the file ends). For fuzzing too. */
NODISCARD bool objects_file_parse_tail(struct bytes tail, uint64_t file_size, struct arena *arena,
    struct objects_file_info *ret_info, struct error *error);
