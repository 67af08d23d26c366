/* SPDX-License-Identifier: Apache-2.0 */
/* intent: which intents are open: a hash table by id, whose slots are also a list by position. */
#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"

#include "private.h"

#include <string.h>

enum { NONE = 0, SLOTS_MIN = 64 }; /* slot 0 is never used: its number means "none" */

/* Ids are random, and only Cairn makes intents. */
static size_t bucket_of(const struct admission_intents *intents, const struct uuid *id) {
    uint64_t mixed = (load_u64(id->bytes) ^ load_u64(id->bytes + 8)) * 0x9e3779b97f4a7c15u;
    return (size_t)(mixed >> 32) & (intents->capacity - 1);
}

static void link_bucket(struct admission_intents *intents, uint32_t slot) {
    uint32_t *bucket = &intents->buckets[bucket_of(intents, &intents->slots[slot].id)];
    intents->slots[slot].next = *bucket;
    *bucket = slot;
}

/* Called when all slots are in use; slot numbers stay. */
static void grow(struct admission_intents *intents) {
    size_t before = intents->capacity, after = before == 0 ? SLOTS_MIN : before * 2;
    ASSERT(after <= UINT32_MAX);
    intents->slots = mem_resize_array(intents->slots, after, sizeof *intents->slots);
    mem_free(intents->buckets);
    intents->buckets = mem_alloc_array(after, sizeof *intents->buckets);
    intents->capacity = after;
    for (uint32_t slot = intents->oldest; slot != NONE; slot = intents->slots[slot].newer)
        link_bucket(intents, slot);
    for (size_t slot = after - 1; slot >= (before == 0 ? 1 : before); slot--) {
        intents->slots[slot].next = intents->free;
        intents->free = (uint32_t)slot;
    }
}

static uint32_t find(const struct admission_intents *intents, const struct uuid *id) {
    if (intents->count == 0)
        return NONE;
    uint32_t slot = intents->buckets[bucket_of(intents, id)];
    while (slot != NONE && memcmp(intents->slots[slot].id.bytes, id->bytes, UUID_SIZE) != 0)
        slot = intents->slots[slot].next;
    return slot;
}

static void take_from_list(struct admission_intents *intents, const struct admission_intent_slot *slot) {
    *(slot->older != NONE ? &intents->slots[slot->older].newer : &intents->oldest) = slot->newer;
    *(slot->newer != NONE ? &intents->slots[slot->newer].older : &intents->newest) = slot->older;
}

static void put_in_list(struct admission_intents *intents, uint32_t number, uint64_t position) {
    struct admission_intent_slot *slot = &intents->slots[number];
    ASSERT(intents->newest == NONE || intents->slots[intents->newest].position < position);
    slot->position = position;
    slot->older = intents->newest;
    slot->newer = NONE;
    *(slot->older != NONE ? &intents->slots[slot->older].newer : &intents->oldest) = number;
    intents->newest = number;
}

bool admission_intents_have(const struct admission_intents *intents, const struct uuid *id) {
    return find(intents, id) != NONE;
}

void admission_intents_put(struct admission_intents *intents, const struct uuid *id, uint64_t position) {
    uint32_t slot = find(intents, id);
    if (slot != NONE) {
        take_from_list(intents, &intents->slots[slot]);
        put_in_list(intents, slot, position);
        return;
    }
    if (intents->free == NONE)
        grow(intents);
    slot = intents->free;
    intents->free = intents->slots[slot].next;
    intents->slots[slot].id = *id;
    link_bucket(intents, slot);
    put_in_list(intents, slot, position);
    intents->count++;
}

void admission_intents_remove(struct admission_intents *intents, const struct uuid *id) {
    uint32_t slot = find(intents, id);
    if (slot == NONE)
        return;
    uint32_t *link = &intents->buckets[bucket_of(intents, id)];
    while (*link != slot)
        link = &intents->slots[*link].next;
    *link = intents->slots[slot].next;
    take_from_list(intents, &intents->slots[slot]);
    intents->slots[slot].next = intents->free;
    intents->free = slot;
    intents->count--;
}

uint64_t admission_intents_oldest(const struct admission_intents *intents) {
    return intents->oldest == NONE ? UINT64_MAX : intents->slots[intents->oldest].position;
}

uint64_t *admission_intents_positions(const struct admission_intents *intents) {
    uint64_t *positions = mem_alloc_array(intents->count, sizeof *positions);
    size_t count = 0;
    for (uint32_t slot = intents->oldest; slot != NONE; slot = intents->slots[slot].newer)
        positions[count++] = intents->slots[slot].position;
    return positions;
}

void admission_intents_finish(struct admission_intents *intents) {
    mem_free(intents->slots);
    mem_free(intents->buckets);
    *intents = (struct admission_intents){0};
}
