/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint: DIR/checkpoint.json, the heads of all digest chains in one signed text. A catalog that
 * was rolled back or edited no longer has what it tells of. Threads: one at a time.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdint.h>

struct catalog;
struct disk;

struct checkpoint {
    struct catalog *catalog; /* borrowed, as the disk */
    struct disk *disk;
    struct str region; /* whose key signs */
    int64_t key_rotation_ms;
    uint64_t digests_put; /* when it was written last */
};

/* Does the catalog have all that the file tells of? True where there is no file yet; ERROR_CORRUPT names
 * what is gone. */
NODISCARD bool daemon_checkpoint_check(const struct checkpoint *checkpoint, struct error *error);

/* Write the file anew where digests were put since the last time. */
NODISCARD bool daemon_checkpoint_update(
    struct checkpoint *checkpoint, uint64_t digests_put, struct error *error);
