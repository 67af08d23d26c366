/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal: the one ordered, durable log of accepted events. Positions are dense, from 1 up;
 * payloads are opaque.
 *
 * Promise: when journal_append() returns true its payloads survive a power cut. After a crash
 * journal_open() drops an unfinished tail, keeps the rest, and fails where durable bytes are
 * damaged. What a cursor has shown is durable.
 *
 * Format:  docs/formats/journal.md
 * Threads: one appends, one releases, any may ask; each cursor belongs to one thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "codec/text.h"

enum {
    JOURNAL_PAYLOAD_SIZE_MAX = (1 << 20) + (64 << 10), /* a record of 1 MiB and its envelope */
    JOURNAL_GROUP_SIZE_MAX = 16 << 20,                 /* payloads of one journal_append() together */
    JOURNAL_SYNC_BUCKETS = 12,
};

struct clock;
struct disk;
struct journal;
struct journal_cursor;

struct journal_options {
    struct uuid cairn_id;    /* segments of another Cairn are refused */
    uint64_t generation;     /* segments of a later generation are refused */
    uint64_t segment_bytes;  /* a segment past this is followed by a new one; 0: 128 MiB */
    uint64_t known_position; /* known to be durable (history has it): ending before is ERROR_CORRUPT */
    bool read_only;          /* change nothing on disk; for a stopped daemon's data */
    struct clock *clock;     /* times syncs; NULL: the real one */
};

/* Open or create the journal in the folder "journal" of `disk`, which it borrows. ERROR_CORRUPT
 * names the damaged segment, ERROR_CONFLICT a foreign one; ERROR_NOT_FOUND only when read-only. */
NODISCARD struct journal *journal_open(
    struct disk *disk, const struct journal_options *options, struct error *error);

/* Close and free; its cursors must be gone. NULL is fine. */
void journal_close(struct journal *journal);

/* Append 1 to `count` payloads of 1 to JOURNAL_PAYLOAD_SIZE_MAX bytes with one sync; payload i gets
 * position `*ret_first_position + i`. Returns when all are durable. After a failed write or sync
 * the fate of the group is open until the next journal_open(), and all later groups are refused
 * with ERROR_UNAVAILABLE. ERROR_LIMIT refuses a payload or group that is too large and is harmless. */
NODISCARD bool journal_append(struct journal *journal, const struct bytes *payloads, size_t count,
    uint64_t *ret_first_position, struct error *error);

/* History has sealed everything up to `position`: segments wholly at or below it may go, as far as
 * journal_hold() allows. */
NODISCARD bool journal_release(struct journal *journal, uint64_t position, struct error *error);

/* Admission has the ids up to `position` in its files: only what it holds may be released. Before the
 * first call nothing is held back. */
void journal_hold(struct journal *journal, uint64_t position);

/* The last durable position, 0 where there is none; the first one still here (end + 1 where
 * there is none). */
uint64_t journal_end(struct journal *journal);
uint64_t journal_oldest(struct journal *journal);
bool journal_is_broken(struct journal *journal);

/* Wait at most `timeout_ms` until `position` is durable; false on timeout or journal_interrupt(). */
bool journal_wait_until(struct journal *journal, uint64_t position, int64_t timeout_ms);

struct journal_stats {
    uint64_t end_position;
    uint64_t segment_count, bytes;                               /* on disk now */
    uint64_t groups_appended, payloads_appended, bytes_appended; /* since opening */
    uint64_t sync_count, sync_total_us;                          /* of appends, since opening */
    uint64_t sync_bucket_count[JOURNAL_SYNC_BUCKETS];            /* not cumulative */
    bool broken;
};
struct journal_stats journal_stats(struct journal *journal);

/* Upper bounds of the sync time buckets in microseconds; the last is UINT64_MAX. */
extern const uint64_t journal_sync_bucket_us[JOURNAL_SYNC_BUCKETS];

/* A reader that starts at `from_position` (at least 1, at most end + 1). Never fails: what is
 * wrong shows at the first step. */
struct journal_cursor *journal_cursor_create(struct journal *journal, uint64_t from_position);
void journal_cursor_destroy(struct journal_cursor *cursor); /* NULL is fine */

/* The next durable payload, or position 0 where there is none yet (does not wait). The bytes live
 * until the next call on this cursor. ERROR_NOT_FOUND: released, read history by position instead;
 * ERROR_CORRUPT: damaged. */
struct journal_record {
    uint64_t position;
    struct bytes payload;
};
NODISCARD bool journal_cursor_next(
    struct journal_cursor *cursor, struct journal_record *ret_record, struct error *error);

/* Wait at most `timeout_ms` until there is a payload; false on timeout or journal_interrupt(). */
bool journal_cursor_wait(struct journal_cursor *cursor, int64_t timeout_ms);
uint64_t journal_cursor_position(const struct journal_cursor *cursor); /* of the next payload */

/* This reader sets the pace, until it is destroyed; at most one does. journal_wait_for_pace() waits at most
 * `timeout_ms` while it is so far behind that it would soon have to read from disk what is in memory. An
 * appender that takes more than the pace allows would only make the reader slower still. */
void journal_cursor_set_pace(struct journal_cursor *cursor);
void journal_wait_for_pace(struct journal *journal, int64_t timeout_ms);

/* Wake all waiting cursors, now and in future: for shutting down. */
void journal_interrupt(struct journal *journal);
