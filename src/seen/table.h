/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table: the ids that are in memory only. Slots are in the order of the hash and collisions go to the
 * next free slot, so that the table is almost sorted when it is written out.
 */
#pragma once

#include "format.h"

struct seen_table {
    struct seen_entry *slots; /* content 0: free */
    size_t slot_count;        /* with room behind the last home slot, as nothing wraps around */
    unsigned shift;           /* hash >> shift is the home slot */
    size_t count, count_max;
};

/* An entry with its place in the order. */
struct seen_item {
    uint64_t hash;
    struct seen_entry entry;
};

void seen_table_init(struct seen_table *table, size_t count_max);
void seen_table_finish(struct seen_table *table);
void seen_table_clear(struct seen_table *table);
static inline void seen_table_prefetch(const struct seen_table *table, uint64_t hash) {
    __builtin_prefetch(&table->slots[hash >> table->shift]);
}

/* The content of `id`, 0 where it is not here. */
uint64_t seen_table_find(const struct seen_table *table, uint64_t hash, const struct uuid *id);

/* The id must not be here and the table not be full. */
void seen_table_add(struct seen_table *table, uint64_t hash, struct seen_entry entry);

/* All entries, sorted by hash; an owned array of table->count. */
struct seen_item *seen_table_sorted(const struct seen_table *table, const struct seen_identity *identity);
