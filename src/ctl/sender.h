/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sender: records in batches to a daemon's POST /events, with what became of them. Waits and
 * repeats where the daemon says it has too much (429). Private to ctl.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

struct ctl_client;
struct ctl_sender;

struct ctl_sender_summary {
    uint64_t sent, accepted, duplicate, refused;
    struct moment first, last; /* event times; MOMENT_NONE before any */
};

/* Borrows the client. `archive`: the events are for lookups only. */
struct ctl_sender *ctl_sender_create(struct ctl_client *client, bool archive);
void ctl_sender_destroy(struct ctl_sender *sender);

/* Queue one record, its bytes untouched; sends when a batch is full. False once sending failed. */
bool ctl_sender_add(struct ctl_sender *sender, struct str record);
bool ctl_sender_failed(const struct ctl_sender *sender);

/* Send what is queued; the error is the first that sending met. */
NODISCARD bool ctl_sender_flush(struct ctl_sender *sender, struct error *error);
const struct ctl_sender_summary *ctl_sender_summary(const struct ctl_sender *sender);

/* What is known of a bucket that was imported. */
struct ctl_sender_proof {
    struct str uri, reason; /* as in struct archive_proof */
    bool is_complete;
    uint64_t files, left_out; /* that were read; that could not be */
};

/* Print accounts, regions, time span and counts, what is known of each bucket, and say so where the caller's
 * key sees none of it. */
NODISCARD bool ctl_sender_print_summary(struct ctl_sender *sender, bool as_json,
    const struct ctl_sender_proof *proofs, size_t proof_count, struct error *error);
