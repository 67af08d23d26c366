/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file: the numbers of a gateway entry as they stand on disk.
 *
 * Format:  docs/formats/gateway.md
 * Threads: one owner.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"
#include "codec/text.h"

struct disk;

enum {
    LEDGER_PENDING_MAX = 16,           /* gap events that wait to be admitted */
    LEDGER_PENDING_SIZE_MAX = 8 << 10, /* bytes of one */
    LEDGER_FILE_SIZE_MAX = 256 << 10,
};

#define LEDGER_FOLDER "gateway"
#define LEDGER_SUFFIX ".ledger"

/* A gap event that is counted and may not be admitted yet. Its bytes are kept, so that telling it again adds
 * nothing. */
struct ledger_pending {
    uint64_t count; /* of calls */
    struct str record;
};

struct ledger_state {
    struct uuid cairn_id;
    uint64_t generation;
    struct uuid ledger_id; /* drawn when the file was first made; in the ids of its gap events */
    bool is_fail_closed;   /* the numbers were reserved in this mode */
    bool is_closed;        /* numbers from reserved_end on were not given to any call */
    struct moment saved_at;
    struct moment unresolved_since;   /* no call before it is without its outcome */
    uint64_t position;                /* of the journal: up to here its records are in `recorded` */
    uint64_t reserved_end;            /* numbers below it may have been given */
    uint64_t forgotten;               /* numbers below it that are in none of the counts */
    uint64_t recorded, refused, gaps; /* of numbers; gaps: those whose event is admitted */
    uint64_t refused_unnumbered;      /* calls that never got a number */
    uint64_t unknown_outcomes;        /* of those recorded */
    uint64_t gap_number;              /* of the next gap event */
    struct ledger_pending pending[LEDGER_PENDING_MAX]; /* oldest first; the records are owned */
    size_t pending_count;
};

void ledger_state_finish(struct ledger_state *state);
uint64_t ledger_state_pending_calls(const struct ledger_state *state);

/* `owned_record` was allocated by itself. */
void ledger_state_add_pending(struct ledger_state *state, uint64_t count, struct str owned_record);
void ledger_state_drop_pending(struct ledger_state *state); /* the oldest: it is admitted */

void ledger_state_append(struct buf *buf, const struct ledger_state *state);
/* ERROR_CORRUPT where it is not one. */
NODISCARD bool ledger_state_parse(struct bytes bytes, struct ledger_state *ret_state, struct error *error);

/* `ret_exists`: false, and no state, where there is no file. */
NODISCARD bool ledger_file_read(struct disk *disk, const char *path, struct ledger_state *ret_state,
    bool *ret_exists, struct error *error);
NODISCARD bool ledger_file_write(
    struct disk *disk, const char *path, const struct ledger_state *state, struct error *error);
