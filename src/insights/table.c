/* SPDX-License-Identifier: Apache-2.0 */
/* table: the series that are alive, found by the hash of their key and kept in the order in which they were
 * last heard; the one that was silent longest goes first. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

#include <string.h>

enum { INDEX_SIZE_FIRST = 1024, ALLOCATION_OVERHEAD = 16 };

struct insights_slot *insights_slot_at(const struct insights *insights, uint32_t slot) {
    ASSERT(slot < insights->slot_count);
    return &insights->chunks[slot / INSIGHTS_SLOTS_A_CHUNK][slot % INSIGHTS_SLOTS_A_CHUNK];
}

/* ---- index ---- */

static bool is_slot(const struct insights_slot *slot, struct bytes key, uint64_t hash) {
    return slot->hash == hash && slot->key_size == key.size && memcmp(slot->key, key.data, key.size) == 0;
}

uint32_t insights_table_find(const struct insights *insights, struct bytes key, uint64_t hash) {
    if (insights->index == NULL)
        return INSIGHTS_NONE;
    for (uint32_t at = (uint32_t)hash & insights->index_mask; insights->index[at] != 0;
         at = (at + 1) & insights->index_mask)
        if (is_slot(insights_slot_at(insights, insights->index[at] - 1), key, hash))
            return insights->index[at] - 1;
    return INSIGHTS_NONE;
}

static void index_add(struct insights *insights, uint32_t slot) {
    uint32_t at = (uint32_t)insights_slot_at(insights, slot)->hash & insights->index_mask;
    while (insights->index[at] != 0)
        at = (at + 1) & insights->index_mask;
    insights->index[at] = slot + 1;
}

static void index_build(struct insights *insights, uint32_t size) {
    mem_free(insights->index);
    insights->index = mem_alloc_array(size, sizeof *insights->index);
    insights->index_mask = size - 1;
    for (uint32_t i = 0; i < insights->slot_count; i++)
        if (insights_slot_at(insights, i)->key != NULL)
            index_add(insights, i);
}

/* Empty a place and move up what probed past it. */
static void index_remove(struct insights *insights, uint32_t slot) {
    uint32_t mask = insights->index_mask, *index = insights->index;
    uint32_t hole = (uint32_t)insights_slot_at(insights, slot)->hash & mask;
    while (index[hole] != slot + 1)
        hole = (hole + 1) & mask;
    for (uint32_t at = (hole + 1) & mask; index[at] != 0; at = (at + 1) & mask) {
        uint32_t home = (uint32_t)insights_slot_at(insights, index[at] - 1)->hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        index[hole] = index[at];
        hole = at;
    }
    index[hole] = 0;
}

/* ---- order ---- */

static void unlink_slot(struct insights *insights, uint32_t number) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    if (slot->newer != INSIGHTS_NONE)
        insights_slot_at(insights, slot->newer)->older = slot->older;
    else
        insights->newest = slot->older;
    if (slot->older != INSIGHTS_NONE)
        insights_slot_at(insights, slot->older)->newer = slot->newer;
    else
        insights->oldest = slot->newer;
}

static void link_newest(struct insights *insights, uint32_t number) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    slot->newer = INSIGHTS_NONE;
    slot->older = insights->newest;
    slot->heard_minute = (uint32_t)insights->judged;
    if (insights->newest != INSIGHTS_NONE)
        insights_slot_at(insights, insights->newest)->newer = number;
    else
        insights->oldest = number;
    insights->newest = number;
}

void insights_table_touch(struct insights *insights, uint32_t slot) {
    if (insights->newest != slot) {
        unlink_slot(insights, slot);
        link_newest(insights, slot);
    }
    insights_slot_at(insights, slot)->heard_minute = (uint32_t)insights->judged;
}

/* ---- coming and going ---- */

static uint64_t key_bytes(uint32_t size) {
    return (uint64_t)size + 1 + ALLOCATION_OVERHEAD;
}

static bool may_go(const struct insights *insights, const struct insights_slot *slot) {
    return slot->open == INSIGHTS_NONE && slot->model.open_minute == 0 &&
           insights->judged - slot->heard_minute >= INSIGHTS_SILENT_MINUTES;
}

static bool is_full(const struct insights *insights) {
    return insights->stats.series >= insights->options.series_max;
}

bool insights_table_wants_flush(const struct insights *insights) {
    return is_full(insights) && insights_slot_at(insights, insights->oldest)->unsaved != INSIGHTS_NONE;
}

static void let_go(struct insights *insights, uint32_t number) {
    struct insights_slot *slot = insights_slot_at(insights, number);
    ASSERT(slot->unsaved == INSIGHTS_NONE);
    insights->late_count -= slot->late_minutes >= INSIGHTS_LATE_MINUTES ? 1 : 0;
    unlink_slot(insights, number);
    index_remove(insights, number);
    insights_attribute_close(insights, slot);
    insights->key_bytes -= key_bytes(slot->key_size);
    mem_free(slot->key);
    *slot = (struct insights_slot){.older = insights->free_slot};
    insights->free_slot = number;
    insights->stats.series--;
    insights->stats.series_let_go++;
}

static uint32_t new_slot(struct insights *insights) {
    uint32_t number = insights->free_slot;
    if (number != INSIGHTS_NONE) {
        insights->free_slot = insights_slot_at(insights, number)->older;
        return number;
    }
    number = insights->slot_count;
    if (number % INSIGHTS_SLOTS_A_CHUNK == 0) {
        uint32_t chunks = number / INSIGHTS_SLOTS_A_CHUNK;
        insights->chunks = mem_resize_array(insights->chunks, chunks + 1, sizeof *insights->chunks);
        insights->chunks[chunks] = mem_alloc_array(INSIGHTS_SLOTS_A_CHUNK, sizeof **insights->chunks);
    }
    insights->slot_count++;
    return number;
}

uint32_t insights_table_add(struct insights *insights, struct bytes key, uint64_t hash) {
    uint32_t number = new_slot(insights);
    struct insights_slot *slot = insights_slot_at(insights, number);
    *slot = (struct insights_slot){.key = mem_copy(key.data, key.size),
        .key_size = (uint32_t)key.size,
        .hash = hash,
        .open = INSIGHTS_NONE,
        .unsaved = INSIGHTS_NONE};
    memset(slot->usual_values, 0xff, sizeof slot->usual_values);
    insights_model_init(&slot->model, insights->judged);
    insights->key_bytes += key_bytes(slot->key_size);
    insights->stats.series++;
    if (insights->index == NULL || insights->stats.series > (insights->index_mask + 1) / 2)
        index_build(insights, insights->index == NULL ? INDEX_SIZE_FIRST : (insights->index_mask + 1) * 2);
    else
        index_add(insights, number);
    link_newest(insights, number);
    return number;
}

uint32_t insights_table_intern(struct insights *insights, struct bytes key, uint64_t hash) {
    uint32_t number = insights_table_find(insights, key, hash);
    if (number != INSIGHTS_NONE)
        return number;
    if (is_full(insights)) {
        const struct insights_slot *oldest = insights_slot_at(insights, insights->oldest);
        if (!may_go(insights, oldest) || oldest->unsaved != INSIGHTS_NONE) {
            insights->stats.series_not_kept++;
            return INSIGHTS_NONE;
        }
        let_go(insights, insights->oldest);
    }
    return insights_table_add(insights, key, hash);
}

void insights_table_finish(struct insights *insights) {
    for (uint32_t i = 0; i < insights->slot_count; i++) {
        mem_free(insights_slot_at(insights, i)->key);
        mem_free(insights_slot_at(insights, i)->book);
    }
    for (uint32_t i = 0; i * INSIGHTS_SLOTS_A_CHUNK < insights->slot_count; i++)
        mem_free(insights->chunks[i]);
    mem_free(insights->chunks);
    mem_free(insights->index);
}

uint64_t insights_table_bytes(const struct insights *insights) {
    uint64_t chunks = (insights->slot_count + INSIGHTS_SLOTS_A_CHUNK - 1) / INSIGHTS_SLOTS_A_CHUNK;
    uint64_t index = insights->index == NULL ? 0 : (uint64_t)insights->index_mask + 1;
    return chunks * (INSIGHTS_SLOTS_A_CHUNK * sizeof(struct insights_slot) + sizeof(void *)) +
           index * sizeof *insights->index + insights->key_bytes;
}
