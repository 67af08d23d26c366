/* SPDX-License-Identifier: Apache-2.0 */
/* format: the bytes of a run file and of the manifest (docs/formats/seen.md). Pure. */
#pragma once

#include "base/buf.h"
#include "seen/seen.h"

enum {
    SEEN_PAGE_SIZE = 4096,
    SEEN_ENTRY_SIZE = 24,
    SEEN_PAGE_ENTRIES_MAX = 170,
    SEEN_BLOCK_SIZE = 64,  /* of the filter: one cache line */
    SEEN_FILTER_BITS = 12, /* per entry */
    SEEN_RUNS_MAX = 4096,
};

struct seen_entry {
    struct uuid id;
    uint64_t content; /* never 0 */
};

/* What all files of one store share. */
struct seen_identity {
    struct uuid cairn_id;
    uint64_t generation;
    uint64_t seed; /* of the hash that orders ids: random, so that nobody can choose ids that collide */
};

uint64_t seen_hash(const struct seen_identity *identity, const struct uuid *id);

struct seen_run_header {
    struct seen_identity identity;
    uint64_t number;
    uint64_t entry_count; /* at least 1 */
};
void seen_run_header_write(uint8_t page[SEEN_PAGE_SIZE], const struct seen_run_header *header);
NODISCARD bool seen_run_header_parse(
    struct bytes bytes, struct seen_run_header *ret_header, struct error *error);

uint64_t seen_page_count(uint64_t entry_count);
uint64_t seen_block_count(uint64_t entry_count);

void seen_page_write(uint8_t page[SEEN_PAGE_SIZE], const struct seen_entry *entries, size_t count);

/* The entries of a page; `ret_count` is 1 to SEEN_PAGE_ENTRIES_MAX. */
NODISCARD bool seen_page_parse(struct bytes page, struct seen_entry ret_entries[SEEN_PAGE_ENTRIES_MAX],
    size_t *ret_count, struct error *error);

/* Find one id in a page without decoding the rest. */
NODISCARD bool seen_page_find(
    struct bytes page, const struct uuid *id, uint64_t *ret_content /* 0: not here */, struct error *error);

struct seen_manifest {
    struct seen_identity identity;
    uint64_t position;
    uint64_t next_number; /* of the next run */
    uint64_t *numbers;    /* of the runs, owned by whoever holds the manifest */
    size_t count;
};
void seen_manifest_append(struct buf *buf, const struct seen_manifest *manifest);

/* On success the numbers are the caller's to free. */
NODISCARD bool seen_manifest_parse(
    struct bytes bytes, struct seen_manifest *ret_manifest, struct error *error);
