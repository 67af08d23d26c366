/* SPDX-License-Identifier: Apache-2.0 */
/* cursor: reading the journal in order, while it is being written: what is new from memory, the rest from
 * the files. */
#include "base/check.h"
#include "base/own.h"
#include "journal/journal.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "private.h"
#include "reader.h"

#include <inttypes.h>

struct journal_cursor {
    struct journal *journal;
    bool sets_pace;
    uint64_t next;
    uint64_t trusted; /* what the reader holds was read after this position became durable */

    /* Reading memory: */
    struct journal_block *owned_block; /* NULL: reading files */
    size_t block_offset, block_size;   /* of the next frame; bytes that were published when we looked */

    /* Reading files: */
    struct journal_reader reader;
    uint64_t segment;           /* first position of the file being read, 0: none */
    uint64_t until;             /* first position of the segment after it, as far as known */
    struct journal_spot resume; /* where `next` is, if it was in memory before; segment 0: not known */
};

struct journal_cursor *journal_cursor_create(struct journal *journal, uint64_t from_position) {
    ASSERT(from_position > 0);
    struct journal_cursor *cursor = MEM_NEW(struct journal_cursor);
    cursor->journal = journal;
    cursor->next = from_position;
    MUTEX_SCOPE(&journal->mutex);
    journal->cursors++;
    return cursor;
}

/* Called with the mutex held. */
static void show_pace(struct journal *journal, uint64_t next) {
    journal->pace = next;
    condition_broadcast(&journal->advanced);
}

void journal_cursor_destroy(struct journal_cursor *cursor) {
    if (cursor == NULL)
        return;
    journal_reader_finish(&cursor->reader);
    {
        MUTEX_SCOPE(&cursor->journal->mutex);
        journal_block_give_back(cursor->owned_block);
        cursor->journal->cursors--;
        if (cursor->sets_pace)
            show_pace(cursor->journal, UINT64_MAX);
    }
    mem_free(cursor);
}

/* Reading memory. */

/* Skip to the frame of `next`, which is in the block. */
static void find_in_block(struct journal_cursor *cursor) {
    const struct journal_block *block = cursor->owned_block;
    cursor->block_offset = 0;
    for (uint64_t position = block->first_position; position < cursor->next; position++)
        cursor->block_offset += journal_frame_size(block->data + cursor->block_offset);
}

/* Called with the mutex held. Memory may have what is gone from disk: it is gone for all. */
static bool is_released(const struct journal *journal, uint64_t position) {
    return journal->segment_count > 0 && position < journal->segments[0].first;
}

/* Find more of what is published: in the block that we hold, or in the one that has `next`. False where
 * the memory was used for newer frames: they have to come from the file. */
static bool look_in_memory(struct journal_cursor *cursor) {
    {
        MUTEX_SCOPE(&cursor->journal->mutex);
        struct journal_block *block = cursor->owned_block;
        if (cursor->sets_pace)
            show_pace(cursor->journal, cursor->next);
        if (block != NULL && block->published > cursor->block_size) {
            cursor->block_size = block->published;
            return true;
        }
        if (block != NULL)
            cursor->resume =
                (struct journal_spot){block->spot.segment, block->spot.offset + cursor->block_offset};
        journal_block_give_back(block);
        cursor->owned_block = is_released(cursor->journal, cursor->next)
                                  ? NULL
                                  : journal_recent_take(&cursor->journal->recent, cursor->next);
        if (cursor->owned_block == NULL)
            return false;
        cursor->block_size = cursor->owned_block->published;
    }
    find_in_block(cursor);
    /* No file stays open that may be deleted meanwhile. */
    journal_reader_finish(&cursor->reader);
    cursor->segment = 0;
    return true;
}

static struct journal_record take_from_block(struct journal_cursor *cursor) {
    struct journal_frame frame;
    const uint8_t *place = cursor->owned_block->data + cursor->block_offset;
    cursor->block_offset += journal_frame_read(place, &frame);
    ASSERT(frame.position == cursor->next && cursor->block_offset <= cursor->block_size);
    return (struct journal_record){frame.position, frame.payload};
}

/* Reading files. */

struct place {
    uint64_t segment, until;
};

/* The segment that holds `position`. */
static bool find_place(
    struct journal *journal, uint64_t position, struct place *ret_place, struct error *error) {
    MUTEX_SCOPE(&journal->mutex);
    size_t low = 0, high = journal->segment_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (journal->segments[middle].first <= position)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return error_set(
            error, ERROR_NOT_FOUND, "position %" PRIu64 " is no longer in the journal", position);
    ret_place->segment = journal->segments[low - 1].first;
    ret_place->until = low < journal->segment_count ? journal->segments[low].first : UINT64_MAX;
    return true;
}

static bool enter_segment(struct journal_cursor *cursor, struct place place, struct error *error) {
    struct journal_header expected = cursor->journal->header;
    expected.first_position = place.segment;
    struct disk_file *file = journal_segment_open(cursor->journal->disk, &expected, error);
    if (file == NULL)
        return false;
    bool is_known = cursor->resume.segment == place.segment;
    journal_reader_start(&cursor->reader, file, is_known ? cursor->resume.offset : JOURNAL_HEADER_SIZE);
    cursor->resume.segment = 0;
    cursor->segment = place.segment;
    cursor->until = place.until;
    return true;
}

static bool damaged(const struct journal_cursor *cursor, struct error *error) {
    char name[JOURNAL_NAME_SIZE];
    journal_segment_name(cursor->segment, name);
    return error_set(error, ERROR_CORRUPT,
        "%s is damaged at byte %" PRIu64 ": position %" PRIu64 " cannot be read", name, cursor->reader.offset,
        cursor->next);
}

/* The file has no right frame where the next one must be: go to the segment that came after. */
static bool leave_segment(struct journal_cursor *cursor, struct error *error) {
    struct place place = {0};
    if (!find_place(cursor->journal, cursor->next, &place, error))
        return false;
    return place.segment == cursor->segment ? damaged(cursor, error) : enter_segment(cursor, place, error);
}

static bool read_record(
    struct journal_cursor *cursor, struct journal_record *ret_record, struct error *error) {
    for (;;) {
        if (cursor->segment == 0 || cursor->next >= cursor->until) {
            struct place place = {0};
            if (!find_place(cursor->journal, cursor->next, &place, error) ||
                !enter_segment(cursor, place, error))
                return false;
        }
        enum journal_frame_state state = JOURNAL_FRAME_DAMAGED;
        struct journal_frame frame;
        if (!journal_reader_next(&cursor->reader, &state, &frame, error))
            return false;
        if (state != JOURNAL_FRAME_WHOLE) {
            if (!leave_segment(cursor, error))
                return false;
            continue;
        }
        if (frame.position > cursor->next)
            return damaged(cursor, error);
        if (frame.position < cursor->next)
            continue; /* on the way to where the cursor starts */
        *ret_record = (struct journal_record){frame.position, frame.payload};
        return true;
    }
}

bool journal_cursor_next(
    struct journal_cursor *cursor, struct journal_record *ret_record, struct error *error) {
    if (cursor->next > cursor->trusted) {
        uint64_t end = journal_end(cursor->journal);
        if (cursor->next > end) {
            *ret_record = (struct journal_record){0};
            return true;
        }
        /* Bytes read before `end` grew may be of a frame that was half written then. */
        journal_reader_refresh(&cursor->reader);
        cursor->trusted = end;
    }
    struct journal_record record;
    bool is_in_memory = cursor->owned_block != NULL && cursor->block_offset < cursor->block_size;
    if (is_in_memory || look_in_memory(cursor))
        record = take_from_block(cursor);
    else if (!read_record(cursor, &record, error))
        return error_context(error, "read journal");
    cursor->next++;
    *ret_record = record;
    return true;
}

void journal_cursor_set_pace(struct journal_cursor *cursor) {
    MUTEX_SCOPE(&cursor->journal->mutex);
    ASSERT(cursor->journal->pace == UINT64_MAX);
    cursor->sets_pace = true;
    cursor->journal->pace = cursor->next;
}

/* The milliseconds of `timeout_ms` that are left since `start`; not above 0: none. */
static int64_t left_ms(struct instant start, int64_t timeout_ms) {
    return timeout_ms - (clock_instant(clock_real()).ns - start.ns) / 1000000;
}

void journal_wait_for_pace(struct journal *journal, int64_t timeout_ms) {
    MUTEX_SCOPE(&journal->mutex);
    if (!journal_recent_is_old(&journal->recent, journal->pace))
        return;
    struct instant start = clock_instant(clock_real());
    for (int64_t left = timeout_ms; left > 0 && !journal->interrupted; left = left_ms(start, timeout_ms)) {
        (void)condition_wait_ms(&journal->advanced, &journal->mutex, left);
        if (!journal_recent_is_old(&journal->recent, journal->pace))
            return;
    }
}

static void forget_waiter(struct journal *journal, const struct journal_waiter *waiter) {
    struct journal_waiter **link = &journal->waiters;
    while (*link != waiter)
        link = &(*link)->next;
    *link = waiter->next;
}

bool journal_wait_until(struct journal *journal, uint64_t position, int64_t timeout_ms) {
    struct instant start = clock_instant(clock_real());
    MUTEX_SCOPE(&journal->mutex);
    if (position <= journal->end || journal->interrupted || timeout_ms <= 0)
        return position <= journal->end;
    struct journal_waiter waiter = {.next = journal->waiters, .position = position};
    condition_init(&waiter.reached);
    journal->waiters = &waiter;
    int64_t left = timeout_ms;
    while (position > journal->end && !journal->interrupted && left > 0) {
        (void)condition_wait_ms(&waiter.reached, &journal->mutex, left);
        left = left_ms(start, timeout_ms);
    }
    forget_waiter(journal, &waiter);
    condition_finish(&waiter.reached);
    return position <= journal->end;
}

bool journal_cursor_wait(struct journal_cursor *cursor, int64_t timeout_ms) {
    return journal_wait_until(cursor->journal, cursor->next, timeout_ms);
}

uint64_t journal_cursor_position(const struct journal_cursor *cursor) {
    return cursor->next;
}
