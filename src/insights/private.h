/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: the state of the reader, for its parts.
 *
 * Everything is changed by the owner only, and what insights_query() and insights_stats() look at under the
 * mutex; the owner reads it without. The mutex is never held over the disk or a call out.
 *
 *   guarded by mutex: slots and their index, tallies, values, books, the list of files, stats
 */
#pragma once

#include "codec/compress.h"
#include "sys/thread.h"

#include "files.h"
#include "key.h"
#include "model.h"
#include "values.h"

#define INSIGHTS_NONE UINT32_MAX /* no slot, no tally */

enum {
    INSIGHTS_SERIES_MAX = 250000,
    INSIGHTS_SLOTS_A_CHUNK = 256,
    INSIGHTS_AHEAD_MINUTES_MAX = 64, /* what is further ahead is counted and not judged */
    INSIGHTS_SILENT_MINUTES = 60,    /* a series goes for another only after so long */
    INSIGHTS_KEPT_DAYS = 90,
    INSIGHTS_LATE_MINUTES = 60, /* so many that came late are no slow network: they are learned from */
    INSIGHTS_UNSAVED_MAX = 1 << 18,
    INSIGHTS_CELLS_MAX = 1 << 19,
    INSIGHTS_OPEN_MAX = 4096,  /* open insights with a book of their own */
    INSIGHTS_BOOK_VALUES = 32, /* values of an attribute that a book tells apart */
};

/* In the order of a record. */
enum insights_attribute { INSIGHTS_IDENTITY, INSIGHTS_AGENT, INSIGHTS_ERROR, INSIGHTS_ATTRIBUTES };

/* Counters of a space-saving sketch: an attribute's are next to each other. */
enum { INSIGHTS_SHARES = 16 };
extern const uint8_t insights_share_begin[INSIGHTS_ATTRIBUTES + 1];

/* Calls of one minute that have these values. The cells of all series share one ring; those of a series are
 * chained from newer to older. */
struct insights_cell {
    uint32_t back; /* so many places to the next older one; 0: none */
    uint32_t minute, count;
    uint32_t values[INSIGHTS_ATTRIBUTES];
};

/* What came since an insight began. */
struct insights_book {
    uint32_t values[INSIGHTS_ATTRIBUTES][INSIGHTS_BOOK_VALUES];
    uint32_t counts[INSIGHTS_ATTRIBUTES][INSIGHTS_BOOK_VALUES];
};

/* A count of a minute, of one series: while the minute is open, and then until it is on disk. */
struct insights_tally {
    uint32_t minute, count;
    uint32_t next; /* of this series, or free */
    uint32_t slot;
};

struct insights_slot {
    struct insights_model model;
    uint8_t *key; /* NULL: the slot is free */
    uint64_t hash;
    uint64_t cells; /* the newest cell, from 1 up; 0: none */
    uint32_t key_size;
    uint32_t newer, older; /* series in the order in which they were last heard */
    uint32_t heard_minute;
    uint32_t open, unsaved; /* tallies */
    uint32_t late_minutes;  /* that came after the model had judged them */
    uint32_t late_at;       /* the minute under judgement when the last one came */
    uint32_t usual_values[INSIGHTS_SHARES];
    float usual_calls[INSIGHTS_SHARES];
    float usual_minutes;
    struct insights_book *book; /* of the open insight; NULL: none */
    bool is_told;               /* a record said that it began */
};

struct insights {
    struct disk *disk; /* NULL: in memory only */
    struct insights_options options;
    struct insights_model_options model_options;
    uint64_t position;
    int64_t judged;          /* every minute before it was; INT64_MIN: none yet */
    int64_t unwatched_until; /* minutes before it went by while nothing ran; INT64_MIN: none */
    bool wants_snapshot;     /* what was judged does not follow from the journal alone */
    bool broken;
    struct arena arena; /* of one event or record */
    struct mutex mutex;

    struct insights_slot **chunks;
    uint32_t slot_count, free_slot; /* free ones are chained by `older` */
    uint32_t newest, oldest;
    uint32_t late_count; /* series with INSIGHTS_LATE_MINUTES or more */
    uint32_t *index;     /* by hash; slot + 1, 0: empty */
    uint32_t index_mask;
    uint64_t key_bytes;

    struct insights_tally *open; /* of minutes that are not judged yet */
    uint32_t open_count, open_capacity, open_free;
    struct insights_tally *unsaved; /* of minutes that are, or came too late */
    uint32_t unsaved_count, unsaved_capacity;

    struct insights_values_table values;
    struct insights_cell *cells; /* a ring */
    uint64_t cell_next;          /* from 1 up */
    uint32_t cell_capacity;
    uint32_t book_count;

    char **pending; /* records that nobody took yet */
    uint32_t pending_count;

    struct insights_files files;
    uint64_t snapshot; /* its number; 0: none */
    uint64_t snapshot_bytes;
    uint64_t snapshot_position;
    int64_t snapshot_judged;
    struct moment snapshot_at;
    struct insights_stats stats;
};

/* ---- table ---- */

struct insights_slot *insights_slot_at(const struct insights *insights, uint32_t slot);
uint32_t insights_table_find(const struct insights *insights, struct bytes key, uint64_t hash);

/* The slot of a series, which is added where it is new; INSIGHTS_NONE where there is no room. */
uint32_t insights_table_intern(struct insights *insights, struct bytes key, uint64_t hash);

/* Add a series that is new, whatever the limit. */
uint32_t insights_table_add(struct insights *insights, struct bytes key, uint64_t hash);

/* The series that goes next has counts that are not on disk. */
bool insights_table_wants_flush(const struct insights *insights);
void insights_table_touch(struct insights *insights, uint32_t slot);
void insights_table_finish(struct insights *insights);
uint64_t insights_table_bytes(const struct insights *insights);

/* ---- counting ---- */

/* How many came in that minute so far; 0 where it is not open. */
uint32_t insights_count(struct insights *insights, uint32_t slot, int64_t minute, const uint32_t *values);
uint32_t insights_count_so_far(const struct insights *insights, uint32_t slot, uint32_t minute);

/* The count of a minute that is judged now; forgotten as an open one, kept as an unsaved one. */
uint32_t insights_count_take(struct insights *insights, uint32_t slot, uint32_t minute);
void insights_count_add_open(struct insights *insights, uint32_t slot, uint32_t minute, uint32_t count);
void insights_count_finish(struct insights *insights);

/* ---- attribution ---- */

void insights_recent_add(
    struct insights *insights, struct insights_slot *slot, uint32_t minute, const uint32_t *values);

/* Learn who usually calls from the minute that was judged, or note it in the book of an open insight. */
void insights_attribute(struct insights *insights, struct insights_slot *slot, uint32_t minute);
void insights_attribute_hour(struct insights_slot *slot); /* the past fades */

/* A book of the minutes from `from` on, which are no longer taken as usual. */
void insights_attribute_open(
    struct insights *insights, struct insights_slot *slot, uint32_t from, uint32_t to);

/* And what came from `from` to `to` (exclusive) so far. */
void insights_attribute_add(
    struct insights *insights, struct insights_slot *slot, uint32_t from, uint32_t to);

/* What came from `from` to `to` (exclusive) does not belong to the insight after all. */
void insights_attribute_trim(
    struct insights *insights, struct insights_slot *slot, uint32_t from, uint32_t to);
void insights_attribute_close(struct insights *insights, struct insights_slot *slot);
void insights_values_collect(struct insights *insights); /* where they are nearly full */

/* ---- records ---- */

void insights_record_append(const struct insights *insights, const struct insights_slot *slot,
    const struct insights_verdict *verdict, struct buf *buf);

/* ---- judging ---- */

bool insights_judge_until(struct insights *insights, int64_t minute, struct error *error);

/* After an event: is `minute`, which has begun, already a rise with the `count` calls that it has? */
void insights_judge_early(struct insights *insights, uint32_t slot, int64_t minute, uint32_t count);
void insights_offer_pending(struct insights *insights);
int64_t insights_minute_of(struct moment moment);

/* A few of the models that late arrivals made old, again from the counts. */
NODISCARD bool insights_relearn(struct insights *insights, struct error *error);

/* ---- counts on disk ---- */

/* Write what is not on disk into new files, which a snapshot then makes count. */
NODISCARD bool insights_flush(struct insights *insights, struct error *error);

/* Sums of `count` periods from `first_minute` on, of memory and files; any thread. */
NODISCARD bool insights_sum(struct insights *insights, struct bytes key, int64_t first_minute,
    int64_t period_minutes, double *values, size_t count, struct error *error);

/* ---- snapshots ---- */

NODISCARD bool insights_snapshot_save(struct insights *insights, struct error *error);
NODISCARD bool insights_snapshot_load(struct insights *insights, struct error *error);

/* Take over one unpacked chunk of a snapshot: for loading, and to be fuzzed. */
enum insights_chunk {
    INSIGHTS_CHUNK_VALUES = 1,
    INSIGHTS_CHUNK_CELLS,
    INSIGHTS_CHUNK_SERIES_1, /* of version 1 */
    INSIGHTS_CHUNK_PENDING,
    INSIGHTS_CHUNK_END,
    INSIGHTS_CHUNK_SERIES,
};
NODISCARD bool insights_snapshot_take(
    struct insights *insights, enum insights_chunk kind, struct bytes chunk, struct error *error);
