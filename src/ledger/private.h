/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger's own state, shared by ledger.c, keep.c and recover.c.
 *
 *   field                                          used by
 *   options, texts, path, principal                fixed at opening
 *   state, tally_*, needs_save, kept, saved, told  the keeper
 *   all below the mutex                            under it
 */
#pragma once

#include "ledger/ledger.h"
#include "sys/thread.h"

#include "file.h"

enum {
    LEDGER_AHEAD_MIN = 64, /* numbers reserved at least */
    LEDGER_AHEAD_MAX = 1 << 20,
    LEDGER_CUT_OFF_MAX = 64, /* more wait for the next opening */
};

/* Calls that were shed and are in no gap event yet. */
struct ledger_shed {
    uint64_t count;
    struct moment first_at, last_at;
    const char *reason;
};

struct ledger {
    struct ledger_options options;
    struct str owned_name, owned_account, owned_region, owned_principal; /* "gateway/NAME" */
    char path[sizeof LEDGER_FOLDER + LEDGER_NAME_SIZE_MAX + sizeof LEDGER_SUFFIX];

    struct ledger_state state;
    uint64_t tally_base; /* state.recorded when the tally stood at tally_numbered */
    uint64_t tally_numbered;
    bool needs_save;    /* the state has what must be durable before the next step */
    bool changed;       /* it has what may wait a little */
    uint64_t ahead;     /* numbers to have in hand: about a second's */
    uint64_t kept_next; /* `next` at the last step */
    struct instant kept_at, saved_at, told_at, failed_at;
    struct error save_error; /* of the last attempt */

    struct mutex mutex;
    uint64_t next, end; /* numbers from next to end - 1 may be given */
    uint64_t low;       /* with so few left, the keeper is wanted */
    bool ran_dry;
    struct ledger_numbers numbers; /* in_flight is not kept: it is what is left of seen */
    uint64_t refused_numbered, refused_unnumbered;
    struct ledger_shed shed;
    uint64_t cut_off[LEDGER_CUT_OFF_MAX]; /* fail-closed calls whose record failed: their intents are ended */
    size_t cut_off_count;
    /* Calls without an outcome began after `since`; of those with numbers below `boundary` there are
     * `old_count`; the others began after boundary_at. */
    uint64_t boundary, old_count;
    struct moment since, boundary_at;
};

/* Make the numbers of an earlier life right: read the journal, admit what must be, put what is lost into
 * pending gap events. Fills state and tally; reserves nothing and saves nothing. */
NODISCARD bool ledger_recover(struct ledger *ledger, struct error *error);

/* Make records of open intents, those of the entry with one of `sequences` (NULL: all): they were made to be
 * records. */
struct ledger_intents {
    const uint64_t *sequences;
    size_t count;
    uint64_t ret_admitted, ret_sequence_max;
};
NODISCARD bool ledger_end_intents(struct ledger *ledger, struct ledger_intents *intents, struct error *error);

/* Make a gap event of so many calls pending. */
void ledger_add_gap(struct ledger *ledger, const struct ledger_shed *lost, bool is_exact, struct moment now);

/* Admit the gap events that are pending in the file too. */
NODISCARD bool ledger_tell(struct ledger *ledger, struct error *error);

/* Called with the mutex held: the outcome of a call is known. */
void ledger_resolve(struct ledger *ledger, uint64_t sequence);

/* ERROR_UNAVAILABLE where admission has stopped after a failed write. */
NODISCARD bool ledger_check_stopped(struct ledger *ledger, struct error *error);
NODISCARD bool ledger_save(struct ledger *ledger, struct error *error);

/* The keeper's step; the last one gives all numbers back that are left. */
NODISCARD bool ledger_step(struct ledger *ledger, bool is_last, struct error *error);

/* A ledger that reserves nothing where `reserves` is false. */
NODISCARD struct ledger *ledger_open_reserving(
    const struct ledger_options *options, bool reserves, struct error *error);
