/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "base/check.h"
#include "base/own.h"

#include <string.h>

enum { SPILL_MAX = 4096 };

void seen_table_init(struct seen_table *table, size_t count_max) {
    unsigned bits = 3;
    while (((size_t)1 << bits) < count_max + count_max / 2)
        bits++;
    size_t homes = (size_t)1 << bits;
    *table = (struct seen_table){
        .slot_count = homes + (homes < SPILL_MAX ? homes : SPILL_MAX),
        .shift = 64 - bits,
        .count_max = count_max,
    };
    table->slots = mem_alloc_array(table->slot_count, sizeof *table->slots);
}

void seen_table_finish(struct seen_table *table) {
    mem_free(table->slots);
    *table = (struct seen_table){0};
}

void seen_table_clear(struct seen_table *table) {
    memset(table->slots, 0, table->slot_count * sizeof *table->slots);
    table->count = 0;
}

static bool same_id(const struct uuid *a, const struct uuid *b) {
    return memcmp(a->bytes, b->bytes, UUID_SIZE) == 0;
}

uint64_t seen_table_find(const struct seen_table *table, uint64_t hash, const struct uuid *id) {
    for (size_t i = hash >> table->shift; i < table->slot_count && table->slots[i].content != 0; i++)
        if (same_id(&table->slots[i].id, id))
            return table->slots[i].content;
    return 0;
}

void seen_table_add(struct seen_table *table, uint64_t hash, struct seen_entry entry) {
    ASSERT(entry.content != 0 && table->count < table->count_max);
    size_t slot = hash >> table->shift;
    while (slot < table->slot_count && table->slots[slot].content != 0)
        slot++;
    /* The seed is secret and random: a run of thousands of taken slots does not happen. */
    ASSERT(slot < table->slot_count);
    table->slots[slot] = entry;
    table->count++;
}

struct seen_item *seen_table_sorted(const struct seen_table *table, const struct seen_identity *identity) {
    struct seen_item *items = mem_alloc_array(table->count, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; i < table->slot_count; i++) {
        if (table->slots[i].content == 0)
            continue;
        struct seen_item item = {seen_hash(identity, &table->slots[i].id), table->slots[i]};
        /* Insertion sort: an entry is a few slots away from its place at most. */
        size_t at = count++;
        for (; at > 0 && items[at - 1].hash > item.hash; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
    ASSERT(count == table->count);
    return items;
}
