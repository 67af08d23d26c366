/* SPDX-License-Identifier: Apache-2.0 */
/* seal: a frozen memtable becomes a segment file. Threads: the maintainer. */
#pragma once

#include "dictionary.h"
#include "memtable.h"

/* Write segment `id` durably. */
NODISCARD bool history_seal(struct disk *disk, uint64_t id, const struct history_memtable *memtable,
    struct history_dictionaries *dictionaries, struct error *error);
