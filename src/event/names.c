/* SPDX-License-Identifier: Apache-2.0 */
/* names: fixed sets of names as open-addressed slots. */
#include "names.h"

#include "base/check.h"

void event_names_init(struct event_names *table, const char *const *names, size_t count) {
    ASSERT(count <= EVENT_NAMES_MAX);
    memset(table, 0, sizeof *table);
    for (size_t i = 0; i < count; i++) {
        struct str name = str_from(names[i]);
        uint64_t hash = event_name_hash(name);
        ASSERT(event_names_find(table, name, hash) == SIZE_MAX);
        table->names[i] = name;
        size_t slot = hash % EVENT_NAMES_SLOTS;
        while (table->slots[slot] != 0)
            slot = (slot + 1) % EVENT_NAMES_SLOTS;
        table->slots[slot] = (uint8_t)(i + 1);
    }
}

size_t event_names_find(const struct event_names *table, struct str name, uint64_t hash) {
    for (size_t slot = hash % EVENT_NAMES_SLOTS; table->slots[slot] != 0;
         slot = (slot + 1) % EVENT_NAMES_SLOTS) {
        size_t index = table->slots[slot] - 1U;
        if (str_equals(name, table->names[index]))
            return index;
    }
    return SIZE_MAX;
}
