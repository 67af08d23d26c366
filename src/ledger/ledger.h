/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger: the numbers of one gateway entry: how many calls were seen, recorded, refused, and not
 * recorded (gaps). Sequence numbers are reserved ahead, durably, so that after a crash there is an upper
 * bound of what was lost.
 *
 * Promise: seen = recorded + gaps + refused + in flight at every moment; the counts of an earlier life are
 * in it. After a crash `recorded` is exact (the journal is read behind the ledger's position); a
 * fail-closed entry has no gaps (a call without an intent was never forwarded: it counts as refused); for the
 * others every reserved number that has no record is a gap.
 *
 * After a failed write of the journal only the next opening can tell what of the last group is on disk: until
 * then nothing is saved that may rest on it. Refused calls without a number that could not be saved before a
 * crash are forgotten, in `seen` too.
 *
 * Format:  docs/formats/gateway.md; a file DIR/gateway/NAME.ledger that is replaced as a whole
 * Threads: ledger_begin() to ledger_shed(): any, without waiting; the rest: the keeper.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "codec/text.h"

struct admission;
struct clock;
struct disk;
struct journal;
struct ledger;

enum { LEDGER_NAME_SIZE_MAX = 64 };

struct ledger_options { /* borrowed */
    struct disk *disk;
    struct journal *journal;
    struct admission *admission;
    struct clock *clock;              /* NULL: the real one */
    struct uuid cairn_id;             /* a ledger of another Cairn is refused */
    uint64_t generation;              /* a ledger of a later generation is refused */
    struct str name, account, region; /* of the gap events */
    bool is_fail_closed;              /* a call is forwarded only when an intent of it is durable */
};

/* Open or create, and recover: admits what became of open intents (OutcomeUnknown) and of numbers
 * that were lost (a gap event, with bytes that a second recovery repeats), then reserves. Admission must be
 * open, and no call of the entry in flight. ERROR_CORRUPT: a damaged file, or one that is ahead of the
 * journal; ERROR_CONFLICT: another Cairn's. */
NODISCARD struct ledger *ledger_open(const struct ledger_options *options, struct error *error);
/* Save the exact numbers, give back what was reserved. What is in flight counts as a gap at the next opening,
 * unless its record came (fail-closed: its open intent becomes a record). NULL is fine. */
void ledger_close(struct ledger *ledger);

/* Recover the entries that are not configured any more, so that their losses are told too and the journal
 * need not keep their intents: all ledgers and open intents but those of `names`. */
NODISCARD bool ledger_settle_left_behind(
    const struct ledger_options *options, const struct str *names, size_t name_count, struct error *error);

/* A call was seen: its number, or 0 where no reserved number is left: wait for the keeper, or refuse
 * (ledger_refused(ledger, 0) counts a call that never got a number). */
uint64_t ledger_begin(struct ledger *ledger);
void ledger_recorded(struct ledger *ledger, uint64_t sequence); /* its first record is durable */
void ledger_refused(struct ledger *ledger, uint64_t sequence);  /* it was not forwarded */
/* No record will come; the reason is a constant text. A fail-closed call is not lost then: the keeper makes a
 * record of its intent, OutcomeUnknown. */
void ledger_shed(struct ledger *ledger, uint64_t sequence, struct moment time, const char *reason);

/* One step of the keeper, several times a second: reserve as the rate asks for, save, admit a gap event
 * for what was shed since (exact; tried again until it is durable). On failure nothing is lost: numbers run
 * out, and calls are refused, until a later step works. */
NODISCARD bool ledger_keep(struct ledger *ledger, struct error *error);
bool ledger_wants_keeping(struct ledger *ledger); /* numbers run short: come at once */

struct ledger_numbers {
    uint64_t seen, recorded, gaps, refused, in_flight, unknown_outcomes;
};
struct ledger_numbers ledger_numbers(struct ledger *ledger);
