/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memtable: the newest events in memory, until they are sealed.
 *
 * It only grows, and nothing in it ever moves except the two hash tables: a reader takes a
 * history_memtable_view and its lists under history's mutex and then walks without it.
 *
 * Threads: one writer under history's mutex; readers as above; the sealer once it is frozen.
 */
#pragma once

#include "document.h"
#include "question.h"

enum { HISTORY_MEMTABLE_DOCS_MAX = 1 << 20 };

struct history_memtable;

struct history_memtable_doc {
    struct bytes encoded; /* JSON_PADDING readable bytes follow */
    int64_t time_ms, arrived_at_ms;
    int64_t time_ms_max; /* the latest event time of this and all documents before it */
};

struct history_memtable *history_memtable_create(uint64_t first_position);
void history_memtable_destroy(struct history_memtable *memtable);

/* Take the next event. */
void history_memtable_add(
    struct history_memtable *memtable, const struct event_envelope *envelope, struct bytes payload);
uint64_t history_memtable_first_position(const struct history_memtable *memtable);
size_t history_memtable_count(const struct history_memtable *memtable);
size_t history_memtable_event_count(const struct history_memtable *memtable);  /* without intents and marks */
unsigned history_memtable_categories(const struct history_memtable *memtable); /* bits */
uint64_t history_memtable_bytes(const struct history_memtable *memtable);      /* memory it holds */
const struct history_memtable_doc *history_memtable_doc(
    const struct history_memtable *memtable, size_t index);

/* The document at a position that is there. */
void history_memtable_document(
    const struct history_memtable *memtable, uint64_t position, struct history_document *ret_document);

/* Calls back per account and region. */
void history_memtable_places(
    const struct history_memtable *memtable, history_on_place *on_place, void *context);

/* A posting list from its newest entry back. */
struct history_memtable_chunk;
struct history_memtable_list {
    const struct history_memtable_chunk *tail;
    uint32_t tail_count, count;
};

/* For the sealer: all terms, or all event ids, by ascending hash. The array is the caller's to free. */
struct history_memtable_term {
    uint64_t hash;
    struct history_memtable_list list;
};
struct history_memtable_term *history_memtable_terms(
    const struct history_memtable *memtable, bool of_ids, size_t *ret_count);

/* Document indexes of a list, ascending: `list.count` of them. */
void history_memtable_list_copy(struct history_memtable_list list, uint32_t *ret_indexes);

/* What a question (or NULL: nobody in particular) sees of a memtable: taken under history's mutex, walked
 * without it. */
struct history_memtable_view {
    const struct history_memtable *memtable;
    size_t count;
    /* [0][0] alone where the question has an event id */
    struct history_memtable_list lists[HISTORY_CATEGORY_COUNT][HISTORY_FILTERS_MAX];
};
void history_memtable_look(const struct history_memtable *memtable, const struct history_question *question,
    struct history_memtable_view *ret_view);

/* The newest `count_max` documents before `bound` that the question may want, newest first:
 * candidates, whose facets are yet to be checked. Returns how many. */
size_t history_memtable_find(const struct history_memtable_view *view,
    const struct history_question *question, struct history_key bound, size_t count_max,
    struct history_key *ret_keys);
