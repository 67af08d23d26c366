/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: which of a fixed set of names is this text? The set is small and known when the program
 * is built; a table of slots answers with one probe and one comparison.
 */
#pragma once

#include "base/str.h"

#include <string.h>

enum { EVENT_NAMES_SLOTS = 256, EVENT_NAMES_MAX = EVENT_NAMES_SLOTS / 2 };

struct event_names {
    struct str names[EVENT_NAMES_MAX];
    uint8_t slots[EVENT_NAMES_SLOTS]; /* index into names plus 1; 0 is free */
};

/* The texts of `names` outlive the table; at most EVENT_NAMES_MAX of them, all different. */
void event_names_init(struct event_names *table, const char *const *names, size_t count);

/* The index of `name`, or SIZE_MAX where it is not in the set; `hash` is event_name_hash(name). */
size_t event_names_find(const struct event_names *table, struct str name, uint64_t hash);

/* A hash of short texts for tables in memory: the size and both ends, mixed. */
static inline uint64_t event_name_hash(struct str name) {
    uint64_t head = 0, tail = 0;
    if (name.size >= 8) {
        memcpy(&head, name.data, 8);
        memcpy(&tail, name.data + name.size - 8, 8);
    } else if (name.size >= 4) {
        memcpy(&head, name.data, 4);
        memcpy(&tail, name.data + name.size - 4, 4);
    } else {
        for (size_t i = 0; i < name.size; i++)
            head = head << 8 | (uint8_t)name.data[i];
    }
    uint64_t mixed = (head ^ (name.size << 56)) * 0x9e3779b97f4a7c15U ^ tail * 0xc2b2ae3d27d4eb4fU;
    return (mixed ^ mixed >> 32) * 0x9e3779b97f4a7c15U;
}
