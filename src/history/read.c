/* SPDX-License-Identifier: Apache-2.0 */
/* read: events by position, for readers that fell behind the journal. */
#include "base/check.h"

#include "hit.h"
#include "store.h"

/* One call's way through the positions. */
struct reading {
    const struct history_snapshot *snapshot;
    struct history_reader *reader;
    history_on_event *on_event;
    void *context;
    uint64_t position; /* the next one */
    size_t left;       /* how many may still be handed out */
    bool stopped;
};

static bool hand_out(struct reading *reading, const struct history_document *document, struct error *error) {
    struct bytes payload;
    if (!history_hit_payload(reading->reader, document, &payload, error))
        return false;
    reading->stopped = !reading->on_event(reading->position, payload, reading->context);
    reading->position++;
    reading->left--;
    return true;
}

static bool wants_more(const struct reading *reading, uint64_t end) {
    return !reading->stopped && reading->left > 0 && reading->position < end;
}

static bool read_segment(
    struct reading *reading, const struct history_segment *segment, struct error *error) {
    while (wants_more(reading, history_segment_end(segment))) {
        struct history_document document;
        uint32_t offset = (uint32_t)(reading->position - segment->footer.first_position);
        if (!history_segment_document(segment, reading->reader, offset, &document, error) ||
            !hand_out(reading, &document, error))
            return false;
    }
    return true;
}

static bool read_memory(
    struct reading *reading, const struct history_memtable_view *view, struct error *error) {
    uint64_t end = history_memtable_first_position(view->memtable) + view->count;
    while (wants_more(reading, end)) {
        struct history_document document;
        history_memtable_document(view->memtable, reading->position, &document);
        if (!hand_out(reading, &document, error))
            return false;
    }
    return true;
}

/* The first position at or after `position` that is there; `position` itself past the end. */
static uint64_t first_there(const struct history_snapshot *snapshot, uint64_t position) {
    for (size_t i = 0; i < snapshot->set->count; i++) {
        const struct history_segment *segment = snapshot->set->segments[i];
        if (history_segment_end(segment) > position)
            return segment->footer.first_position > position ? segment->footer.first_position : position;
    }
    for (unsigned i = snapshot->memory_count; i-- > 0;) {
        const struct history_memtable_view *view = &snapshot->views[i];
        uint64_t first = history_memtable_first_position(view->memtable);
        if (first + view->count > position)
            return first > position ? first : position;
    }
    return position > snapshot->applied_position ? position : snapshot->applied_position + 1;
}

static bool read_all(struct reading *reading, struct error *error) {
    const struct history_snapshot *snapshot = reading->snapshot;
    for (size_t i = 0; i < snapshot->set->count; i++) {
        const struct history_segment *segment = snapshot->set->segments[i];
        if (segment->footer.first_position <= reading->position && !read_segment(reading, segment, error))
            return false;
    }
    for (unsigned i = snapshot->memory_count; i-- > 0;) {
        const struct history_memtable_view *view = &snapshot->views[i];
        if (history_memtable_first_position(view->memtable) <= reading->position &&
            !read_memory(reading, view, error))
            return false;
    }
    return true;
}

bool history_read(struct history *history, uint64_t from_position, size_t count_max,
    history_on_event *on_event, void *context, uint64_t *ret_next, struct error *error) {
    struct history_snapshot snapshot;
    history_snapshot_take(history, NULL, &snapshot);
    uint64_t first = first_there(&snapshot, from_position);
    struct reading reading = {.snapshot = &snapshot,
        .reader = history_reader_borrow(history),
        .on_event = on_event,
        .context = context,
        .position = from_position,
        .left = count_max};
    bool done = first == from_position && read_all(&reading, error);
    history_reader_return(history, reading.reader);
    history_snapshot_release(history, &snapshot);
    if (first != from_position) {
        *ret_next = first;
        return error_set(error, ERROR_NOT_FOUND, "position %llu is past retention; events begin at %llu",
            (unsigned long long)from_position, (unsigned long long)first);
    }
    if (done)
        *ret_next = reading.position;
    return done;
}
