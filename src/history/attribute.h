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

enum { HISTORY_CATEGORY_COUNT = EVENT_OTHER + 1 };

/* The term of every event of a place and category; of one attribute's value within it. */
uint64_t history_place_hash(struct str account, struct str region);
uint64_t history_term_all(uint64_t place, enum event_category category);
uint64_t history_term(
    uint64_t place, enum event_category category, enum history_attribute attribute, struct str value);

/* Calls back with all terms of an event but its id, some perhaps twice. */
typedef void history_on_term(uint64_t term, void *context);
void history_terms_of(const struct event_facets *facets, history_on_term *on_term, void *context);
uint64_t history_id_hash(struct uuid id);
bool history_filter_matches(const struct history_filter *filter, const struct event_facets *facets);
