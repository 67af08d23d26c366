/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attribute: what an event is found by. A term is a 64-bit hash of (account, region, category,
 * attribute, value), so that every question is the walk of posting lists of exactly its scope.
 * Hashes may collide: whoever follows one checks the event's facets with history_filter_matches().
 *
 * Threads: pure.
 */
#pragma once

#include "history/history.h"

enum {
    HISTORY_CATEGORY_COUNT = EVENT_OTHER + 1,
    HISTORY_TERMS_MAX = 10 + 3 * EVENT_RESOURCES_MAX,
};

/* The term of every event of a place and category; of one attribute's value within it. */
uint64_t history_place_hash(struct str account, struct str region);
uint64_t history_term_all(uint64_t place, enum event_category category);
uint64_t history_term(
    uint64_t place, enum event_category category, enum history_attribute attribute, struct str value);

/* All terms of an event but its id, some perhaps twice; returns how many (HISTORY_TERMS_MAX at most). */
size_t history_terms_of(const struct event_facets *facets, uint64_t ret_terms[HISTORY_TERMS_MAX]);
uint64_t history_id_hash(struct uuid id);
bool history_filter_matches(const struct history_filter *filter, const struct event_facets *facets);
