/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: the bytes of a store's manifest and of the ids beside its files (docs/formats/lake.md). Pure.
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"
#include "base/time.h"
#include "codec/text.h"

enum {
    LAKE_FILES_MAX = 1 << 18, /* of a store */
    LAKE_SIDECARS_MAX = 1 << 12,
    LAKE_MANIFEST_SIZE_MAX = 64 << 20,
    LAKE_IDS_MAX = 1 << 20, /* of one sidecar */
    LAKE_IDS_SIZE_MAX = 32 + 24 * LAKE_IDS_MAX,
    LAKE_NAME_SIZE = 96, /* of any name in a store's folder, from the root of the disk */
};

/* A file of events. */
struct lake_entry {
    uint64_t sequence; /* its name */
    uint64_t rows, bytes;
    struct moment oldest, newest; /* event times, both in the file */
};

struct lake_manifest {
    struct uuid cairn_id, store;
    uint64_t generation;
    uint64_t position;      /* of the journal, up to which the store has what it takes */
    uint64_t next_sequence; /* of the next file: none was given out twice */
    bool is_removed;        /* the store goes, folder and all, once the catalog has let go of it */
    struct lake_entry *files;
    size_t file_count;
    uint64_t *sidecars; /* sequences whose ids `seen` may not have yet */
    size_t sidecar_count;
};
void lake_manifest_finish(struct lake_manifest *manifest);

void lake_manifest_append(struct buf *buf, const struct lake_manifest *manifest);

/* ERROR_CORRUPT; ERROR_INVALID where a newer program wrote it. */
NODISCARD bool lake_manifest_parse(struct str text, struct lake_manifest *ret_manifest, struct error *error);

/* The ids of one commit. */
struct lake_id {
    struct uuid id;
    uint64_t content;
};
void lake_ids_append(struct buf *buf, uint64_t sequence, const struct lake_id *ids, size_t count);

/* ERROR_CORRUPT, also where they are of another sequence. The array is the caller's, freed with mem_free().
 */
NODISCARD bool lake_ids_parse(
    struct bytes bytes, uint64_t sequence, struct lake_id **ret_ids, size_t *ret_count, struct error *error);
