/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest: the signed chain of digest files, and its verifier.
 *
 * Promise: per (trail, account, region) one digest per interval names every log file that was put and
 * not named before, late ones too; digests are linked by hash and signature as the AWS CLI validates
 * them; each is planned in the catalog before it is put, so that a crash repeats the same bytes. A
 * chain starts when logging with validation starts and ends with a digest that covers all up to the
 * event that stopped it.
 *
 * The verifier knows what the CLI's cannot: the catalog has the chain's head and the list of files,
 * so deleted tails, deleted chains and planted files are found.
 *
 * Format:  AWS's digest file; docs/formats/checkpoint.md
 * Threads: one owner calls digest_step(); digest_verify() and checkpoints from any thread.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/time.h"
#include "codec/hash.h"

struct catalog;
struct digest;
struct objects;

/* Zero members take the default in brackets. */
struct digest_options {
    int64_t interval_ms;              /* cut to whole seconds [1 h] */
    int64_t key_rotation_interval_ms; /* [30 days] */
    int64_t retry_ms;                 /* an undeliverable digest is retried for so long [30 days] */
    int64_t fold_after_ms;            /* rows of delivered files fold into a summary after [90 days] */
    const struct str *regions;        /* that multi-region trails have digests for from the start, */
    size_t region_count;              /* beside their home region and those that files name; borrowed */
};

NODISCARD struct digest *digest_open(struct catalog *catalog, struct objects *objects,
    const struct digest_options *options, struct error *error);
void digest_close(struct digest *digest); /* NULL is fine */

/* Plan what is due at `now`, put what is planned, fold a bounded number of old rows. `ret_next_due` is
 * when to call again at the latest. A put that fails is no error: it is retried, and shows in the
 * trail's status. */
NODISCARD bool digest_step(
    struct digest *digest, struct moment now, struct moment *ret_next_due, struct error *error);

struct digest_stats {
    uint64_t digests_put, attempts_failed;
    struct moment latest_put_at; /* MOMENT_NONE: none since opening */
};
void digest_stats(struct digest *digest, struct digest_stats *ret_stats);

/* Verifying. */
enum digest_finding_kind {
    DIGEST_VALID,         /* a digest, or a log file that one names */
    DIGEST_MISSING,       /* the catalog knows it as delivered, the bucket does not have it */
    DIGEST_UNREADABLE,    /* bad gzip or JSON, or missing members or metadata */
    DIGEST_CHANGED,       /* its bytes are not the ones that were delivered */
    DIGEST_BAD_SIGNATURE, /* the signature does not hold, or names an unknown key */
    DIGEST_BROKEN_LINK,   /* its previous digest is not the one before it in the catalog */
    DIGEST_PLANTED,       /* it looks like a file of the trail; Cairn did not put it */
    DIGEST_NOT_LISTED     /* a digest names a file that the catalog does not know of, or omits one */
};
const char *digest_finding_text(enum digest_finding_kind kind);

struct digest_finding {
    enum digest_finding_kind kind;
    bool is_digest; /* else a log file */
    struct str region, bucket, object_key;
};

/* Return false to stop. */
typedef bool digest_on_finding(const struct digest_finding *finding, void *context);

struct digest_counts {
    uint64_t digests, digests_valid, files, files_valid, planted;
};

/* Check the digests of a trail that end in [from, to], and the log files that they name: everything is
 * called back, valid or not; then delivered files that no digest names yet, and objects of those days
 * that Cairn did not put. ERROR_NOT_FOUND where there is no such trail, ERROR_UNAVAILABLE where the
 * bucket cannot be asked now. */
NODISCARD bool digest_verify(struct catalog *catalog, struct objects *objects, uint64_t trail_id,
    const struct moment range[2], digest_on_finding *on_finding, void *context,
    struct digest_counts *ret_counts, struct error *error);

/* Append what a digest's signature is over. `previous_signature` is empty for a starting digest. */
void digest_append_signed(struct buf *buf, struct moment end_at, struct str bucket, struct str object_key,
    const uint8_t body_sha256[SHA256_SIZE], struct str previous_signature);

/* A checkpoint: chain heads and counts of all trails in one signed text (JSON), to be kept elsewhere. With
 * it a catalog that was rolled back or edited no longer passes for the whole truth. */
NODISCARD bool digest_checkpoint_append(struct catalog *catalog, struct moment now,
    int64_t key_rotation_interval_ms, struct str region, struct buf *out, struct error *error);

/* Does the catalog still have everything that the checkpoint tells of? ERROR_CORRUPT names the first
 * chain that it has not, or the signature where that does not hold. */
NODISCARD bool digest_checkpoint_verify(struct catalog *catalog, struct str checkpoint, struct error *error);
