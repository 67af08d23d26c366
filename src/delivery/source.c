/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include "base/check.h"
#include "history/history.h"
#include "journal/journal.h"

struct reading {
    struct delivery_source *source;
    delivery_on_event *on_event;
    void *context;
    uint64_t next, last;
    struct error *error;
    bool stopped;
};

struct delivery_source delivery_source_make(struct journal *journal, struct history *history) {
    return (struct delivery_source){journal, history, NULL, ARENA_INIT};
}

void delivery_source_finish(struct delivery_source *source) {
    journal_cursor_destroy(source->cursor);
    source->cursor = NULL;
    arena_finish(&source->arena);
}

/* Show one payload; false where reading ends here. */
static bool show(struct reading *reading, uint64_t position, struct bytes payload) {
    struct event_envelope envelope;
    arena_clear(&reading->source->arena);
    bool goes_on = event_envelope_parse(&reading->source->arena, payload, &envelope, reading->error) &&
                   reading->on_event(position, &envelope, reading->context, reading->error);
    if (!goes_on) {
        reading->stopped = true;
        return false;
    }
    reading->next = position + 1;
    return true;
}

static bool on_history_event(uint64_t position, struct bytes payload, void *context) {
    struct reading *reading = context;
    return position <= reading->last && show(reading, position, payload);
}

static bool read_history(struct reading *reading, uint64_t last) {
    struct delivery_source *source = reading->source;
    while (!reading->stopped && reading->next <= last) {
        uint64_t before = reading->next, next = before;
        if (!history_read(source->history, before, last - before + 1, on_history_event, reading, &next,
                reading->error)) {
            if (reading->error->kind == ERROR_NOT_FOUND)
                reading->next = next;
            return false;
        }
        if (reading->next == before && !reading->stopped) {
            return error_set(reading->error, ERROR_UNAVAILABLE, "history does not have position %llu yet",
                (unsigned long long)before);
        }
    }
    return reading->error->kind == ERROR_NONE;
}

/* What the journal let go of while we read it is in history, which had to have it before. */
static bool read_released(struct reading *reading) {
    uint64_t before = reading->next, next = before;
    reading->error->kind = ERROR_NONE;
    if (!history_read(reading->source->history, before, reading->last - before + 1, on_history_event, reading,
            &next, reading->error)) {
        if (reading->error->kind == ERROR_NOT_FOUND)
            reading->next = next;
        return false;
    }
    if (reading->next == before && !reading->stopped)
        return error_set(reading->error, ERROR_CORRUPT,
            "position %llu is neither in the journal nor in history", (unsigned long long)before);
    return reading->error->kind == ERROR_NONE;
}

static bool read_journal(struct reading *reading) {
    struct delivery_source *source = reading->source;
    if (source->cursor == NULL || journal_cursor_position(source->cursor) != reading->next) {
        journal_cursor_destroy(source->cursor);
        source->cursor = journal_cursor_create(source->journal, reading->next);
    }
    while (!reading->stopped && reading->next <= reading->last) {
        struct journal_record record = {0};
        if (!journal_cursor_next(source->cursor, &record, reading->error))
            return false;
        if (record.position == 0)
            break;
        ASSERT(record.position == reading->next);
        if (!show(reading, record.position, record.payload))
            break;
    }
    return reading->error->kind == ERROR_NONE;
}

bool delivery_source_read(struct delivery_source *source, uint64_t from, uint64_t last,
    delivery_on_event *on_event, void *context, uint64_t *ret_next, struct error *error) {
    error->kind = ERROR_NONE;
    struct reading reading = {source, on_event, context, from, last, error, false};
    uint64_t oldest = journal_oldest(source->journal);
    bool done = true;
    if (from < oldest && source->history != NULL)
        done = read_history(&reading, last < oldest ? last : oldest - 1);
    if (done && !reading.stopped && reading.next <= last)
        done = read_journal(&reading);
    /* The journal lists a segment until its file is gone for good, so what it lists may be gone. */
    if (!done && error->kind == ERROR_NOT_FOUND && source->history != NULL && reading.next >= oldest)
        done = read_released(&reading);
    *ret_next = reading.next;
    return done;
}
