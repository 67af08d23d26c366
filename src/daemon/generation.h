/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation: the number of the daemon's start, in the catalog and, beside the stores that carry it, in the
 * file `generation`. A catalog behind that file was restored alone: it is refused, however often one tries.
 *
 * Threads: one owner, before the stores open.
 */
#pragma once

#include "base/error.h"

struct catalog;
struct disk;

/* Check the catalog's generation and raise it. ERROR_CONFLICT where the catalog is older than its data. */
NODISCARD bool daemon_generation_advance(struct catalog *catalog, struct disk *disk, struct error *error);
