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
    /* LookupEvents' eight */
    HISTORY_ACCESS_KEY_ID,
    HISTORY_EVENT_ID,
    HISTORY_EVENT_NAME,
    HISTORY_EVENT_SOURCE,
    HISTORY_READ_ONLY, /* "true" or "false" */
    HISTORY_RESOURCE_NAME,
    HISTORY_RESOURCE_TYPE,
    HISTORY_USERNAME,
    /* Cairn's own */
    HISTORY_SOURCE_IP,
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
    uint64_t seal_bytes;   /* raw bytes in memory before a segment is sealed; 0: default */
    int64_t seal_after_ms; /* and at the latest after so long; 0: default */
    int64_t retention_ms;  /* from the later of event time and arrival */
    bool read_only;        /* another process may hold the folder: nothing is written */
};

/* Open the folder "history" on `disk` (borrowed). */
NODISCARD struct history *history_open(
    struct disk *disk, const struct history_options *options, struct error *error);
void history_close(struct history *history); /* unsealed events are dropped: the journal has them */

/* Take the next event of the journal; `payload` is its envelope, `position` the next in order. */
NODISCARD bool history_apply(
    struct history *history, uint64_t position, struct bytes payload, struct error *error);
uint64_t history_applied_position(struct history *history); /* found by lookups up to here */
uint64_t history_sealed_position(struct history *history);  /* durable up to here; 0: nothing yet */

/* Seal what is due, merge a bounded step, drop what is past retention. `ret_has_more`: call again soon.
 * `force_seal` seals whatever is in memory, for a clean stop and for tests. */
NODISCARD bool history_maintain(
    struct history *history, struct moment now, bool force_seal, bool *ret_has_more, struct error *error);

/* ERROR_LIMIT for a filter count or limit out of range, ERROR_CORRUPT or ERROR_IO for a bad disk. */
NODISCARD bool history_lookup(struct history *history, const struct history_query *query, struct arena *arena,
    struct history_page *ret_page, struct error *error);

/* Read events by position, for readers that fell behind the journal: calls back in order from
 * `from_position` with the journal payload, at most `count_max`, stops when the callback is false.
 * ERROR_NOT_FOUND where retention already took the position: `ret_next` says where events begin. */
typedef bool history_on_event(uint64_t position, struct bytes payload, void *context);
NODISCARD bool history_read(struct history *history, uint64_t from_position, size_t count_max,
    history_on_event *on_event, void *context, uint64_t *ret_next, struct error *error);

/* Accounts and regions that have events, for status pages and for delivery's enabled regions. */
typedef void history_on_place(struct str account, struct str region, uint64_t event_count, void *context);
void history_places(struct history *history, history_on_place *on_place, void *context);

struct history_stats {
    uint64_t events, segments, disk_bytes, memory_bytes;
};
void history_stats(struct history *history, struct history_stats *ret_stats);
