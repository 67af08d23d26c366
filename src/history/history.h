/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: every admitted event, indexed, for lookups and for readers that lag.
 *
 * Promise: what history_apply() took is found by lookups at once; what is sealed is on disk
 * and history_sealed_position() says how far, so the journal may let go of it. After a crash
 * the owner applies the journal again from history_sealed_position() + 1: nothing is there twice.
 *
 * Order of answers is (event time, position), newest first.
 *
 * Format:  docs/formats/history.md
 * Threads: one applier (history_apply), one maintainer (history_maintain), any number of readers.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "event/event.h"

struct disk;
struct history;

enum history_attribute {
    HISTORY_ACCESS_KEY_ID, /* LookupEvents' eight */
    HISTORY_EVENT_ID,
    HISTORY_EVENT_NAME,
    HISTORY_EVENT_SOURCE,
    HISTORY_READ_ONLY, /* "true" or "false" */
    HISTORY_RESOURCE_NAME,
    HISTORY_RESOURCE_TYPE,
    HISTORY_USERNAME,
    HISTORY_SOURCE_IP, /* Cairn's own */
    HISTORY_ERROR_CODE,
    HISTORY_USER_ARN,
    HISTORY_RESOURCE_ARN, /* an ARN in the record's resources[] */
    HISTORY_ATTRIBUTE_COUNT
};

/* The names: "AccessKeyId" ... "SourceIPAddress", "ErrorCode", "UserArn", "ResourceArn". */
const char *history_attribute_name(enum history_attribute attribute);
bool history_attribute_from_name(struct str name, enum history_attribute *ret_attribute);

struct history_filter {
    enum history_attribute attribute;
    struct str value; /* exact match */
};

enum { HISTORY_FILTERS_MAX = 16, HISTORY_LIMIT_MAX = 1000 };

struct history_query {
    struct str account, region;
    struct moment from, to; /* both inclusive, on event time; MOMENT_MIN and MOMENT_MAX for open */
    unsigned categories;    /* bit (1u << enum event_category); 0: all */
    const struct history_filter *filters; /* all must hold */
    size_t filter_count;
    size_t limit;
    uint64_t position_max; /* 0: everything there is now; else what was there when paging began */
    bool has_before;       /* continue after this pair: */
    struct moment before_time;
    uint64_t before_position;
    struct moment now; /* for retention: what is past it is not found (history_maintain()'s, where later) */
};

struct history_hit {
    uint64_t position;
    struct event_envelope envelope; /* facets derived anew; all in the arena */
};

struct history_page {
    struct history_hit *hits; /* in the arena, newest first */
    size_t count;
    bool has_more;
    uint64_t position_max; /* pass on with the next page */
};

struct history_options {
    struct uuid cairn_id;  /* a history of another Cairn is refused */
    uint64_t generation;   /* a history of a later generation is refused */
    uint64_t seal_bytes;   /* memory of events before they are sealed, held thrice at most; 0: 32 MiB */
    int64_t seal_after_ms; /* and at the latest after so long; 0: a minute */
    int64_t retention_ms;  /* from the later of event time and arrival; 0: for ever */
    bool read_only;        /* nothing is written; applied events stay in memory */
};

/* Open the folder "history" on `disk` (borrowed). ERROR_CORRUPT names the damaged file, ERROR_CONFLICT
 * tells of another Cairn's folder. */
NODISCARD struct history *history_open(
    struct disk *disk, const struct history_options *options, struct error *error);
void history_close(struct history *history); /* unsealed events are dropped: the journal has them */

/* Take the next event of the journal; `payload` is its envelope, `position` the next in order
 * (ERROR_CONFLICT where it is not). Never waits for the disk: ERROR_UNAVAILABLE, and nothing taken,
 * while memory is full and a seal under way; history_wait_for_room() tells when to try again. */
NODISCARD bool history_apply(
    struct history *history, uint64_t position, struct bytes payload, struct error *error);
bool history_wait_for_room(struct history *history, int64_t timeout_ms);
uint64_t history_applied_position(struct history *history); /* found by lookups up to here */
uint64_t history_sealed_position(struct history *history);  /* durable up to here; 0: nothing yet */

/* One bounded step: seal what is due, else drop what is past retention, else merge a little.
 * `ret_has_more`: call again at once. `force_seal` seals whatever is in memory, for a clean stop and
 * for tests. After a failed write all later calls fail until the history is opened again.
 * history_wait_for_work() sleeps until a seal is due, or the time is out. */
NODISCARD bool history_maintain(
    struct history *history, struct moment now, bool force_seal, bool *ret_has_more, struct error *error);
void history_wait_for_work(struct history *history, int64_t timeout_ms);

/* ERROR_LIMIT for a filter count or limit out of range, ERROR_CORRUPT or ERROR_IO for a bad disk. */
NODISCARD bool history_lookup(struct history *history, const struct history_query *query, struct arena *arena,
    struct history_page *ret_page, struct error *error);

/* Read events by position, for readers that fell behind the journal: calls back in order from
 * `from_position` with the journal payload, at most `count_max`, stops when the callback is false.
 * ERROR_NOT_FOUND where retention already took the position: `ret_next` says where events begin. */
typedef bool history_on_event(uint64_t position, struct bytes payload, void *context);
NODISCARD bool history_read(struct history *history, uint64_t from_position, size_t count_max,
    history_on_event *on_event, void *context, uint64_t *ret_next, struct error *error);

/* Accounts and regions that have events, each once, in order; for status pages and delivery's regions. */
typedef void history_on_place(struct str account, struct str region, uint64_t event_count, void *context);
NODISCARD bool history_places(
    struct history *history, history_on_place *on_place, void *context, struct error *error);

struct history_stats {
    uint64_t events, segments, disk_bytes;
};
void history_stats(struct history *history, struct history_stats *ret_stats);
