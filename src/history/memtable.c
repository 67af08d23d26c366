/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memtable: documents in chunks of a directory that never moves; posting lists as chains of
 * growing chunks, newest first; two hash tables (terms, event ids) that grow by doubling.
 *
 * Invariants:
 *  1. A document, and an entry of a list, is written once and before any count that covers it.
 *  2. Only hash tables are reallocated, so only finding a list needs the mutex.
 */
#include "memtable.h"

#include "base/check.h"
#include "base/own.h"

#include <stdlib.h>
#include <string.h>

enum {
    DOCS_PER_CHUNK = 1024,
    DOC_CHUNKS_MAX = HISTORY_MEMTABLE_DOCS_MAX / DOCS_PER_CHUNK,
    ARENA_STEP_FIRST = 16 * 1024, /* doubling up to ARENA_STEP_MAX */
    ARENA_STEP_MAX = 1024 * 1024,
    LIST_CHUNK_FIRST = 2,
    LIST_CHUNK_MAX = 1024,
    TABLE_FIRST = 256,
    POSTINGS_MAX = 32, /* terms that are posted together */
};

struct history_memtable_chunk {
    const struct history_memtable_chunk *previous; /* full */
    uint32_t capacity;
    uint32_t indexes[];
};

/* Has all that posting asks, so that it reads no chunk, which would seldom be in the cache. */
struct term_entry {
    uint64_t hash; /* 0: free */
    struct history_memtable_chunk *tail;
    uint32_t tail_count, tail_capacity;
    uint32_t count, last; /* last: the newest index, where count > 0 */
};

struct term_table {
    struct term_entry *entries;
    size_t capacity, count;
};

struct place {
    uint64_t hash;
    struct str account, region;
    uint64_t count;
};

struct history_memtable {
    uint64_t first_position;
    size_t count, event_count;
    uint64_t bytes;
    unsigned categories;
    struct arena arena;
    uint8_t *free_bytes; /* the rest of the arena's newest step */
    size_t free_size, arena_step;
    struct term_table terms, ids;
    struct place *places; /* a hash table too: hash 0 is free */
    size_t place_capacity, place_count;
    struct history_memtable_doc *chunks[DOC_CHUNKS_MAX];
};

struct history_memtable *history_memtable_create(uint64_t first_position) {
    struct history_memtable *memtable = MEM_NEW(struct history_memtable);
    memtable->first_position = first_position;
    return memtable;
}

void history_memtable_destroy(struct history_memtable *memtable) {
    if (memtable == NULL)
        return;
    arena_finish(&memtable->arena);
    mem_free(memtable->terms.entries);
    mem_free(memtable->ids.entries);
    mem_free(memtable->places);
    for (size_t i = 0; i < DOC_CHUNKS_MAX; i++)
        mem_free(memtable->chunks[i]);
    mem_free(memtable);
}

/* `size` bytes, aligned for pointers. */
static void *allocate(struct history_memtable *memtable, size_t size) {
    size = (size + 7) & ~(size_t)7;
    if (size > memtable->free_size) {
        if (memtable->arena_step < ARENA_STEP_MAX)
            memtable->arena_step = memtable->arena_step > 0 ? 2 * memtable->arena_step : ARENA_STEP_FIRST;
        memtable->free_size = size > memtable->arena_step ? size : memtable->arena_step;
        memtable->free_bytes = arena_alloc_unset(&memtable->arena, memtable->free_size);
    }
    memtable->bytes += size;
    void *place = memtable->free_bytes;
    memtable->free_bytes += size;
    memtable->free_size -= size;
    return place;
}

static struct term_entry *find_entry(const struct term_table *table, uint64_t hash) {
    size_t slot = hash & (table->capacity - 1);
    while (table->entries[slot].hash != 0 && table->entries[slot].hash != hash)
        slot = (slot + 1) & (table->capacity - 1);
    return &table->entries[slot];
}

static void grow_table(struct history_memtable *memtable, struct term_table *table) {
    struct term_table grown = {
        .capacity = table->capacity > 0 ? 2 * table->capacity : TABLE_FIRST, .count = table->count};
    grown.entries = mem_alloc_array(grown.capacity, sizeof *grown.entries);
    for (size_t i = 0; i < table->capacity; i++)
        if (table->entries[i].hash != 0)
            *find_entry(&grown, table->entries[i].hash) = table->entries[i];
    memtable->bytes += (grown.capacity - table->capacity) * sizeof *grown.entries;
    mem_free(table->entries);
    *table = grown;
}

static void add_chunk(struct history_memtable *memtable, struct term_entry *entry) {
    uint32_t capacity = entry->tail == NULL ? LIST_CHUNK_FIRST : 2 * entry->tail_capacity;
    if (capacity > LIST_CHUNK_MAX)
        capacity = LIST_CHUNK_MAX;
    struct history_memtable_chunk *chunk =
        allocate(memtable, sizeof *chunk + capacity * sizeof chunk->indexes[0]);
    chunk->previous = entry->tail;
    chunk->capacity = capacity;
    entry->tail = chunk;
    entry->tail_count = 0;
    entry->tail_capacity = capacity;
}

/* Post `index` under each hash. Memory is far: all entries are asked for before the first is looked at, and
 * all ends of lists before the first is written. */
static void add_postings(struct history_memtable *memtable, struct term_table *table, const uint64_t *hashes,
    size_t hash_count, uint32_t index) {
    while ((table->count + hash_count) * 5 >= table->capacity * 3)
        grow_table(memtable, table);
    for (size_t i = 0; i < hash_count; i++)
        __builtin_prefetch(&table->entries[hashes[i] & (table->capacity - 1)], 1);
    struct term_entry *entries[POSTINGS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < hash_count; i++) {
        struct term_entry *entry = find_entry(table, hashes[i]);
        if (entry->count > 0 && entry->last == index)
            continue; /* the event has the value twice */
        table->count += entry->hash == 0;
        entry->hash = hashes[i];
        if (entry->tail_count == entry->tail_capacity)
            add_chunk(memtable, entry);
        else
            __builtin_prefetch(&entry->tail->indexes[entry->tail_count], 1);
        entry->count++;
        entry->last = index;
        entries[count++] = entry;
    }
    for (size_t i = 0; i < count; i++)
        entries[i]->tail->indexes[entries[i]->tail_count++] = index;
}

static struct place *find_place(struct place *places, size_t capacity, uint64_t hash) {
    size_t slot = hash & (capacity - 1);
    while (places[slot].hash != 0 && places[slot].hash != hash)
        slot = (slot + 1) & (capacity - 1);
    return &places[slot];
}

static void grow_places(struct history_memtable *memtable) {
    size_t capacity = memtable->place_capacity > 0 ? 2 * memtable->place_capacity : 16;
    struct place *places = mem_alloc_array(capacity, sizeof *places);
    for (size_t i = 0; i < memtable->place_capacity; i++)
        if (memtable->places[i].hash != 0)
            *find_place(places, capacity, memtable->places[i].hash) = memtable->places[i];
    memtable->bytes += (capacity - memtable->place_capacity) * sizeof *places;
    mem_free(memtable->places);
    memtable->places = places;
    memtable->place_capacity = capacity;
}

static struct str copy_text(struct history_memtable *memtable, struct str text) {
    char *copy = allocate(memtable, text.size + 1);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return str_of(copy, text.size);
}

static void count_place(struct history_memtable *memtable, const struct event_facets *facets) {
    if (memtable->place_count * 2 >= memtable->place_capacity)
        grow_places(memtable);
    uint64_t hash = history_place_hash(facets->account, facets->region) | 1;
    struct place *place = find_place(memtable->places, memtable->place_capacity, hash);
    if (place->hash == 0) {
        *place = (struct place){.hash = hash,
            .account = copy_text(memtable, facets->account),
            .region = copy_text(memtable, facets->region)};
        memtable->place_count++;
    }
    place->count++;
}

/* Terms of the document that is being added. */
struct postings {
    struct history_memtable *memtable;
    uint64_t terms[POSTINGS_MAX];
    size_t count;
};

static void flush_postings(struct postings *postings) {
    struct history_memtable *memtable = postings->memtable;
    add_postings(memtable, &memtable->terms, postings->terms, postings->count, (uint32_t)memtable->count);
    postings->count = 0;
}

static void post_term(uint64_t term, void *context) {
    struct postings *postings = context;
    if (postings->count == POSTINGS_MAX)
        flush_postings(postings);
    postings->terms[postings->count++] = term;
}

static void index_event(struct history_memtable *memtable, const struct event_facets *facets) {
    struct postings postings;
    postings.memtable = memtable;
    postings.count = 0;
    history_terms_of(facets, post_term, &postings);
    flush_postings(&postings);
    uint64_t id_hash = history_id_hash(facets->id);
    add_postings(memtable, &memtable->ids, &id_hash, 1, (uint32_t)memtable->count);
    count_place(memtable, facets);
    memtable->categories |= 1U << facets->category;
    memtable->event_count++;
}

static struct history_memtable_doc *next_doc(struct history_memtable *memtable) {
    size_t chunk = memtable->count / DOCS_PER_CHUNK;
    ASSERT(chunk < DOC_CHUNKS_MAX);
    if (memtable->chunks[chunk] == NULL) {
        memtable->chunks[chunk] = mem_alloc_array(DOCS_PER_CHUNK, sizeof *memtable->chunks[chunk]);
    }
    return &memtable->chunks[chunk][memtable->count % DOCS_PER_CHUNK];
}

void history_memtable_add(
    struct history_memtable *memtable, const struct event_envelope *envelope, struct bytes payload) {
    bool is_event = envelope->kind == EVENT_KIND_EVENT;
    /* An open intent is in the journal, which keeps it; one that is over is of no use to anybody. */
    struct str kept = envelope->kind == EVENT_KIND_INTENT ? STR_EMPTY : bytes_str(payload);
    struct history_document document = {.kind = envelope->kind,
        .door = envelope->door,
        .is_witnessed = envelope->is_witnessed,
        .is_archive = envelope->is_archive,
        .is_payload = !is_event,
        .principal = is_event ? envelope->principal : STR_EMPTY,
        .record = is_event ? envelope->record : kept};
    struct history_memtable_doc *doc = next_doc(memtable);
    uint8_t *encoded = allocate(memtable, history_document_size_max(&document) + JSON_PADDING);
    int64_t time_ms = is_event ? envelope->facets.time.ms : envelope->arrived_at.ms;
    int64_t time_ms_max = time_ms;
    if (memtable->count > 0) {
        int64_t before_ms = history_memtable_doc(memtable, memtable->count - 1)->time_ms_max;
        time_ms_max = before_ms > time_ms ? before_ms : time_ms;
    }
    *doc = (struct history_memtable_doc){
        .encoded = {encoded, history_document_encode(&document, encoded)},
        .time_ms = time_ms,
        .arrived_at_ms = envelope->arrived_at.ms,
        .time_ms_max = time_ms_max,
    };
    if (is_event)
        index_event(memtable, &envelope->facets);
    memtable->count++;
    memtable->bytes += sizeof *doc;
}

uint64_t history_memtable_first_position(const struct history_memtable *memtable) {
    return memtable->first_position;
}

size_t history_memtable_count(const struct history_memtable *memtable) {
    return memtable->count;
}

size_t history_memtable_event_count(const struct history_memtable *memtable) {
    return memtable->event_count;
}

unsigned history_memtable_categories(const struct history_memtable *memtable) {
    return memtable->categories;
}

uint64_t history_memtable_bytes(const struct history_memtable *memtable) {
    return memtable->bytes;
}

const struct history_memtable_doc *history_memtable_doc(
    const struct history_memtable *memtable, size_t index) {
    return &memtable->chunks[index / DOCS_PER_CHUNK][index % DOCS_PER_CHUNK];
}

void history_memtable_document(
    const struct history_memtable *memtable, uint64_t position, struct history_document *ret_document) {
    const struct history_memtable_doc *doc =
        history_memtable_doc(memtable, (size_t)(position - memtable->first_position));
    const uint8_t *cursor = doc->encoded.data;
    bool whole = history_document_decode(&cursor, cursor + doc->encoded.size, ret_document);
    ASSERT(whole);
    ret_document->position = position;
    ret_document->arrived_at.ms = doc->arrived_at_ms;
}

void history_memtable_places(
    const struct history_memtable *memtable, history_on_place *on_place, void *context) {
    for (size_t i = 0; i < memtable->place_capacity; i++) {
        const struct place *place = &memtable->places[i];
        if (place->hash != 0)
            on_place(place->account, place->region, place->count, context);
    }
}

static int compare_terms(const void *a, const void *b) {
    uint64_t x = ((const struct history_memtable_term *)a)->hash;
    uint64_t y = ((const struct history_memtable_term *)b)->hash;
    return (x > y) - (x < y);
}

/* Hashes spread evenly, so their upper bits tell nearly the place: a pass by these, then the few that
 * share them. Hashes that somebody chose to be alike only make it as slow as qsort() for all. */
static void sort_terms(struct history_memtable_term *terms, size_t count) {
    unsigned bits = 1;
    while (bits < 24 && ((size_t)1 << bits) < count)
        bits++;
    SCOPED(own_free) uint32_t *ends = mem_alloc_array(((size_t)1 << bits) + 1, sizeof *ends);
    SCOPED(own_free) struct history_memtable_term *from = mem_copy(terms, count * sizeof *terms);
    for (size_t i = 0; i < count; i++)
        ends[(from[i].hash >> (64 - bits)) + 1]++;
    for (size_t bucket = 0; bucket < (size_t)1 << bits; bucket++)
        ends[bucket + 1] += ends[bucket];
    for (size_t i = 0; i < count; i++)
        terms[ends[from[i].hash >> (64 - bits)]++] = from[i];
    uint32_t start = 0;
    for (size_t bucket = 0; bucket < (size_t)1 << bits; start = ends[bucket++])
        if (ends[bucket] - start > 1)
            qsort(terms + start, ends[bucket] - start, sizeof *terms, compare_terms);
}

static struct history_memtable_list list_of(const struct term_table *table, uint64_t hash) {
    if (table->capacity == 0)
        return (struct history_memtable_list){0};
    const struct term_entry *entry = find_entry(table, hash);
    return (struct history_memtable_list){entry->tail, entry->tail_count, entry->count};
}

struct history_memtable_term *history_memtable_terms(
    const struct history_memtable *memtable, bool of_ids, size_t *ret_count) {
    const struct term_table *table = of_ids ? &memtable->ids : &memtable->terms;
    struct history_memtable_term *terms = mem_alloc_array(table->count, sizeof *terms);
    size_t count = 0;
    for (size_t i = 0; i < table->capacity; i++) {
        const struct term_entry *entry = &table->entries[i];
        if (entry->hash != 0)
            terms[count++] =
                (struct history_memtable_term){entry->hash, {entry->tail, entry->tail_count, entry->count}};
    }
    ASSERT(count == table->count);
    sort_terms(terms, count);
    *ret_count = count;
    return terms;
}

/* A walk from the newest entry of a list back to its first. */
struct walk {
    const struct history_memtable_chunk *chunk;
    uint32_t left; /* entries of the chunk not yet passed */
};

static bool walk_peek(const struct walk *walk, uint32_t *ret_index) {
    if (walk->chunk == NULL)
        return false;
    *ret_index = walk->chunk->indexes[walk->left - 1];
    return true;
}

static void walk_step(struct walk *walk) {
    if (--walk->left > 0)
        return;
    walk->chunk = walk->chunk->previous;
    walk->left = walk->chunk != NULL ? walk->chunk->capacity : 0;
}

void history_memtable_list_copy(struct history_memtable_list list, uint32_t *ret_indexes) {
    uint32_t place = list.count;
    uint32_t count = list.tail_count;
    for (const struct history_memtable_chunk *chunk = list.tail; chunk != NULL; chunk = chunk->previous) {
        ASSERT(count <= place);
        place -= count;
        memcpy(ret_indexes + place, chunk->indexes, count * sizeof *ret_indexes);
        count = chunk->previous != NULL ? chunk->previous->capacity : 0;
    }
    ASSERT(place == 0);
}

void history_memtable_look(const struct history_memtable *memtable, const struct history_question *question,
    struct history_memtable_view *ret_view) {
    *ret_view = (struct history_memtable_view){.memtable = memtable, .count = memtable->count};
    if (question == NULL)
        return;
    if (question->has_id) {
        ret_view->lists[0][0] = list_of(&memtable->ids, question->id_hash);
        return;
    }
    for (unsigned category = 0; category < HISTORY_CATEGORY_COUNT; category++)
        for (size_t i = 0; i < question->term_count && (question->categories >> category & 1) != 0; i++)
            ret_view->lists[category][i] = list_of(&memtable->terms, question->terms[category][i]);
}

/* The best keys so far: a heap with the oldest of them on top. */
struct best {
    struct history_key *keys;
    size_t count, count_max;
};

static void sink(struct best *best, size_t place) {
    for (;;) {
        size_t oldest = place;
        for (size_t child = 2 * place + 1; child <= 2 * place + 2 && child < best->count; child++)
            if (history_key_is_before(best->keys[child], best->keys[oldest]))
                oldest = child;
        if (oldest == place)
            return;
        struct history_key key = best->keys[place];
        best->keys[place] = best->keys[oldest];
        best->keys[oldest] = key;
        place = oldest;
    }
}

static void offer(struct best *best, struct history_key key) {
    if (best->count == best->count_max) {
        if (history_key_is_before(key, best->keys[0]))
            return;
        best->keys[0] = key;
        sink(best, 0);
        return;
    }
    size_t place = best->count++;
    for (; place > 0 && history_key_is_before(key, best->keys[(place - 1) / 2]); place = (place - 1) / 2)
        best->keys[place] = best->keys[(place - 1) / 2];
    best->keys[place] = key;
}

/* Newest first. */
static void sort_best(struct best *best) {
    size_t count = best->count;
    while (best->count > 1) {
        struct history_key oldest = best->keys[0];
        best->keys[0] = best->keys[--best->count];
        sink(best, 0);
        best->keys[best->count] = oldest;
    }
    best->count = count;
}

/* Bring all walks to the newest index they have in common; false where there is none. */
static bool walk_together(struct walk *walks, size_t count, uint32_t *ret_index) {
    uint32_t goal = 0;
    if (!walk_peek(&walks[0], &goal))
        return false;
    for (size_t agreed = 1; agreed < count;) {
        struct walk *walk = &walks[agreed];
        uint32_t index = 0;
        while (walk_peek(walk, &index) && index > goal)
            walk_step(walk);
        if (walk->chunk == NULL)
            return false;
        if (index == goal) {
            agreed++;
            continue;
        }
        while (walk_peek(&walks[0], &goal) && goal > index)
            walk_step(&walks[0]);
        if (walks[0].chunk == NULL)
            return false;
        agreed = 1;
    }
    *ret_index = goal;
    return true;
}

static void find_in_lists(const struct history_memtable_view *view, const struct history_memtable_list *lists,
    const struct history_question *question, struct history_key bound, struct best *best) {
    struct walk walks[HISTORY_FILTERS_MAX];
    size_t count = question->has_id ? 1 : question->term_count;
    for (size_t i = 0; i < count; i++)
        walks[i] = (struct walk){lists[i].tail, lists[i].tail_count};
    uint32_t index = 0;
    for (; walk_together(walks, count, &index); walk_step(&walks[0])) {
        const struct history_memtable_doc *doc = history_memtable_doc(view->memtable, index);
        /* Nothing from here back is new enough. */
        if (doc->time_ms_max < question->time_ms_min ||
            (best->count == best->count_max && doc->time_ms_max < best->keys[0].time_ms))
            return;
        struct history_key key = {doc->time_ms, view->memtable->first_position + index};
        if (key.time_ms >= question->time_ms_min && key.position <= question->position_max &&
            history_key_is_before(key, bound))
            offer(best, key);
    }
}

size_t history_memtable_find(const struct history_memtable_view *view,
    const struct history_question *question, struct history_key bound, size_t count_max,
    struct history_key *ret_keys) {
    ASSERT(count_max > 0);
    struct best best = {.keys = ret_keys, .count_max = count_max};
    if (question->has_id && question->categories != 0)
        find_in_lists(view, view->lists[0], question, bound, &best);
    for (unsigned category = 0; category < HISTORY_CATEGORY_COUNT && !question->has_id; category++)
        if ((question->categories >> category & 1) != 0)
            find_in_lists(view, view->lists[category], question, bound, &best);
    sort_best(&best);
    return best.count;
}
