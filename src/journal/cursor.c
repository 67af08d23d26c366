/* SPDX-License-Identifier: Apache-2.0 */
/* cursor: reading the journal in order, while it is being written. */
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
    struct journal_reader reader;
    uint64_t next;
    uint64_t trusted; /* what the reader holds was read after this position became durable */
    uint64_t segment; /* first position of the file being read, 0: none */
    uint64_t until;   /* first position of the segment after it, as far as known */
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

void journal_cursor_destroy(struct journal_cursor *cursor) {
    if (cursor == NULL)
        return;
    journal_reader_finish(&cursor->reader);
    {
        MUTEX_SCOPE(&cursor->journal->mutex);
        cursor->journal->cursors--;
    }
    mem_free(cursor);
}

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
    journal_reader_start(&cursor->reader, file, JOURNAL_HEADER_SIZE);
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

/* The file has no whole frame where the next one must be: go to the segment that came after. */
static bool leave_segment(struct journal_cursor *cursor, struct error *error) {
    struct place place;
    if (!find_place(cursor->journal, cursor->next, &place, error))
        return false;
    return place.segment == cursor->segment ? damaged(cursor, error) : enter_segment(cursor, place, error);
}

static bool read_record(
    struct journal_cursor *cursor, struct journal_record *ret_record, struct error *error) {
    for (;;) {
        if (cursor->segment == 0 || cursor->next == cursor->until) {
            struct place place;
            if (!find_place(cursor->journal, cursor->next, &place, error) ||
                !enter_segment(cursor, place, error))
                return false;
        }
        enum journal_frame_state state = JOURNAL_FRAME_DAMAGED;
        struct journal_frame frame;
        if (!journal_reader_next(&cursor->reader, &state, &frame, error))
            return false;
        if (state == JOURNAL_FRAME_PARTIAL) {
            if (!leave_segment(cursor, error))
                return false;
            continue;
        }
        if (state == JOURNAL_FRAME_DAMAGED || frame.position > cursor->next)
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
    if (!read_record(cursor, &record, error))
        return error_context(error, "read journal");
    cursor->next++;
    *ret_record = record;
    return true;
}

bool journal_cursor_wait(struct journal_cursor *cursor, int64_t timeout_ms) {
    struct journal *journal = cursor->journal;
    struct instant start = clock_instant(clock_real());
    MUTEX_SCOPE(&journal->mutex);
    while (cursor->next > journal->end && !journal->interrupted) {
        int64_t passed_ms = (clock_instant(clock_real()).ns - start.ns) / 1000000;
        if (passed_ms >= timeout_ms)
            return false;
        (void)condition_wait_ms(&journal->grown, &journal->mutex, timeout_ms - passed_ms);
    }
    return cursor->next <= journal->end;
}

uint64_t journal_cursor_position(const struct journal_cursor *cursor) {
    return cursor->next;
}
