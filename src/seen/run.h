/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run: one immutable file of entries sorted by hash, with a filter and the first hash of
 * each page in memory.
 */
#pragma once

#include "format.h"
#include "table.h"

struct disk;
struct disk_file;

enum { SEEN_NAME_SIZE_MAX = 256 };

/* Where the runs of one store are and what they have in common. */
struct seen_place {
    struct disk *disk;
    const char *folder;
    struct seen_identity identity;
};
void seen_run_name(const struct seen_place *place, uint64_t number, char ret_name[SEEN_NAME_SIZE_MAX]);

struct seen_run {
    uint64_t number;
    uint64_t entry_count, page_count, block_count;
    struct disk_file *file;
    uint64_t *fences; /* the first hash of each page */
    void *owned_blocks;
    uint64_t (*blocks)[8]; /* the filter */
};

NODISCARD struct seen_run *seen_run_open(
    const struct seen_place *place, uint64_t number, struct error *error);
void seen_run_close(struct seen_run *run); /* NULL is fine */
uint64_t seen_run_bytes(const struct seen_run *run);

/* False where no entry has this hash; true where one may have. */
bool seen_run_may_have(const struct seen_run *run, uint64_t hash);
void seen_run_prefetch(const struct seen_run *run, uint64_t hash);

/* The content of `id`, 0 where it is not here. */
NODISCARD bool seen_run_find(const struct seen_run *run, uint64_t hash, const struct uuid *id,
    uint64_t *ret_content, struct error *error);
NODISCARD bool seen_run_read_page(const struct seen_run *run, uint64_t page,
    struct seen_entry ret_entries[SEEN_PAGE_ENTRIES_MAX], size_t *ret_count, struct error *error);

/* Writing: exactly `entry_count` entries in the order of their hashes, then finish. */
struct seen_writer;
NODISCARD struct seen_writer *seen_writer_create(
    const struct seen_place *place, uint64_t number, uint64_t entry_count, struct error *error);
NODISCARD bool seen_writer_add(
    struct seen_writer *writer, uint64_t hash, const struct seen_entry *entry, struct error *error);

/* The durable run with its durable name; the writer is gone in any case. */
NODISCARD struct seen_run *seen_writer_finish(struct seen_writer *owned_writer, struct error *error);
void seen_writer_destroy(struct seen_writer *writer); /* given up: the file stays, unreferenced */
