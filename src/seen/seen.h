/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen: which event ids were admitted, and with what content. Ids are never forgotten.
 *
 * Promise: of all claims of one id the first is SEEN_NEW; later ones are SEEN_DUPLICATE with the same
 * content and SEEN_CONFLICT with another. What is in the files is complete up to seen_position();
 * after a start the owner checks again what came later (from the journal).
 *
 * One store is one scope of ids.
 *
 * Format:  docs/formats/seen.md
 * Threads: one owner.
 */
#pragma once

#include "base/error.h"
#include "codec/text.h"

struct disk;
struct seen;

struct seen_options {
    struct uuid cairn_id;    /* files of another Cairn are refused */
    uint64_t generation;     /* files of a later generation are refused */
    const char *folder;      /* on the disk; its parent exists. NULL: "seen" */
    uint32_t memory_entries; /* kept in memory before seen_wants_flush(); 0: 262,144 (about 13 MB) */
};

/* Open or create. ERROR_CORRUPT names the damaged file, ERROR_CONFLICT a foreign one. Borrows `disk`. */
NODISCARD struct seen *seen_open(struct disk *disk, const struct seen_options *options, struct error *error);
void seen_close(struct seen *seen); /* what was not flushed is gone; NULL is fine */

enum seen_verdict { SEEN_NEW, SEEN_DUPLICATE, SEEN_CONFLICT };
struct seen_claim {
    struct uuid id;
    uint64_t content; /* of the content, e.g. the first 8 bytes of its SHA-256 */
    enum seen_verdict verdict;
};

/* Judge the claims in order, and remember the new ones in memory. On failure nothing is
 * remembered; ERROR_LIMIT: flush first. */
NODISCARD bool seen_check(struct seen *seen, struct seen_claim *claims, size_t count, struct error *error);

/* How many claims fit into memory before a flush must come. */
size_t seen_room(const struct seen *seen);

/* Write what is in memory to a file that covers the journal up to `position`: all checked so
 * far must be at or below it, and all at or below it checked. Durable when it returns. After a
 * failure the store refuses everything until it is opened again. */
NODISCARD bool seen_flush(struct seen *seen, uint64_t position, struct error *error);
bool seen_wants_flush(const struct seen *seen);

/* Do a step of merging small files into larger ones: about `entries_max` entries, nothing where
 * nothing is to do. To be called now and then, with 8 entries for each new one on average. */
NODISCARD bool seen_merge(struct seen *seen, size_t entries_max, struct error *error);
bool seen_wants_merge(const struct seen *seen);

/* The journal position up to which the files are complete; 0 at first. */
uint64_t seen_position(const struct seen *seen);

/* A number that only this store knows: for ids of our own that nobody can foresee. */
uint64_t seen_secret(const struct seen *seen);

struct seen_stats {
    uint64_t entries; /* all */
    uint64_t files;
    uint64_t file_bytes;
};
struct seen_stats seen_stats(const struct seen *seen);
