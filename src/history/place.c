/* SPDX-License-Identifier: Apache-2.0 */
/* place: the accounts and regions that have events, in segments and memtables together. */
#include "base/bits.h"
#include "base/own.h"

#include "store.h"

#include <stdlib.h>

static bool load_text(const uint8_t **cursor, const uint8_t *end, struct str *ret_text) {
    uint64_t size = 0;
    if (!load_varint(cursor, end, &size) || size > (size_t)(end - *cursor))
        return false;
    *ret_text = str_of((const char *)*cursor, (size_t)size);
    *cursor += size;
    return true;
}

bool history_place_next(const uint8_t **cursor, const uint8_t *end, struct str *ret_account,
    struct str *ret_region, uint64_t *ret_event_count, bool *ret_ended) {
    *ret_ended = *cursor == end;
    return *ret_ended || (load_text(cursor, end, ret_account) && load_text(cursor, end, ret_region) &&
                             load_varint(cursor, end, ret_event_count));
}

struct place {
    struct str account, region;
    uint64_t event_count;
};

struct collection {
    struct arena arena; /* the texts */
    struct place *places;
    size_t count, capacity;
};

static void collection_finish(struct collection *collection) {
    arena_finish(&collection->arena);
    mem_free(collection->places);
}

static void collect(struct str account, struct str region, uint64_t event_count, void *context) {
    struct collection *collection = context;
    if (collection->count == collection->capacity) {
        collection->capacity = collection->capacity > 0 ? 2 * collection->capacity : 64;
        collection->places =
            mem_resize_array(collection->places, collection->capacity, sizeof *collection->places);
    }
    collection->places[collection->count++] = (struct place){
        arena_str(&collection->arena, account), arena_str(&collection->arena, region), event_count};
}

static bool collect_segment(struct collection *collection, const struct history_segment *segment,
    struct history_reader *reader, struct error *error) {
    size_t size = (size_t)segment->footer.sections[HISTORY_PLACES].size;
    SCOPED(own_free) uint8_t *bytes = mem_alloc(size);
    struct history_span span = {bytes, size};
    if (!history_section_read(segment, reader, HISTORY_PLACES, 0, &span, error))
        return false;
    const uint8_t *cursor = bytes;
    for (;;) {
        struct place place = {0};
        bool ended = false;
        if (!history_place_next(
                &cursor, bytes + size, &place.account, &place.region, &place.event_count, &ended))
            return error_set(error, ERROR_CORRUPT, "segment %llu: a damaged list of accounts and regions",
                (unsigned long long)segment->id);
        if (ended)
            return true;
        collect(place.account, place.region, place.event_count, collection);
    }
}

static int compare_places(const void *a, const void *b) {
    const struct place *x = a;
    const struct place *y = b;
    int order = str_compare(x->account, y->account);
    return order != 0 ? order : str_compare(x->region, y->region);
}

static void report(struct collection *collection, history_on_place *on_place, void *context) {
    if (collection->count == 0)
        return;
    qsort(collection->places, collection->count, sizeof *collection->places, compare_places);
    struct place place = collection->places[0];
    for (size_t i = 1; i < collection->count; i++) {
        if (compare_places(&place, &collection->places[i]) == 0) {
            place.event_count += collection->places[i].event_count;
            continue;
        }
        on_place(place.account, place.region, place.event_count, context);
        place = collection->places[i];
    }
    on_place(place.account, place.region, place.event_count, context);
}

bool history_places(struct history *history, history_on_place *on_place, void *context, struct error *error) {
    SCOPED(collection_finish) struct collection collection = {.arena = ARENA_INIT};
    mutex_lock(&history->mutex);
    const struct history_memory *memories[2] = {history->active, history->frozen};
    for (unsigned i = 0; i < 2; i++)
        if (memories[i] != NULL)
            history_memtable_places(memories[i]->memtable, collect, &collection);
    struct history_set *set = history->set;
    set->references++;
    mutex_unlock(&history->mutex);
    struct history_reader *reader = history_reader_borrow(history);
    bool done = true;
    for (size_t i = 0; i < set->count && done; i++)
        done = collect_segment(&collection, set->segments[i], reader, error);
    history_reader_return(history, reader);
    history_set_release(history, set);
    if (done)
        report(&collection, on_place, context);
    return done;
}

void history_stats(struct history *history, struct history_stats *ret_stats) {
    struct history_stats stats = {0};
    MUTEX_SCOPE(&history->mutex);
    stats.segments = history->set->count;
    for (size_t i = 0; i < history->set->count; i++) {
        stats.events += history->set->segments[i]->footer.tables[HISTORY_IDS].entry_count; /* one of each */
        stats.disk_bytes += history->set->segments[i]->file_size;
    }
    const struct history_memory *memories[2] = {history->active, history->frozen};
    for (unsigned i = 0; i < 2; i++)
        if (memories[i] != NULL)
            stats.events += history_memtable_event_count(memories[i]->memtable);
    *ret_stats = stats;
}
