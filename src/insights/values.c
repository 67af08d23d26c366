/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include "base/check.h"
#include "base/mem.h"
#include "codec/hash.h"

#include <string.h>

enum { INDEX_SIZE_FIRST = 1024 };

static uint32_t *place_of(const struct insights_values_table *values, uint32_t hash, struct str text) {
    for (uint32_t at = hash & values->index_mask;; at = (at + 1) & values->index_mask) {
        if (values->index[at] == 0)
            return &values->index[at];
        const struct insights_values_entry *entry = &values->entries[values->index[at] - 1];
        if (entry->hash == hash && entry->size == text.size &&
            memcmp(values->texts + entry->offset, text.data, text.size) == 0)
            return &values->index[at];
    }
}

static void build_index(struct insights_values_table *values, uint32_t size) {
    mem_free(values->index);
    values->index = mem_alloc_array(size, sizeof *values->index);
    values->index_mask = size - 1;
    for (uint32_t i = 0; i < values->count; i++) {
        uint32_t at = values->entries[i].hash & values->index_mask;
        while (values->index[at] != 0)
            at = (at + 1) & values->index_mask;
        values->index[at] = i + 1;
    }
}

static void add(struct insights_values_table *values, struct str text, uint32_t hash) {
    while (values->text_bytes + text.size > values->text_capacity) {
        values->text_capacity = values->text_capacity * 3 / 2 + 4096;
        values->texts = mem_resize(values->texts, values->text_capacity);
    }
    if (values->count == values->capacity) {
        values->capacity = values->capacity * 3 / 2 + 64;
        values->entries = mem_resize_array(values->entries, values->capacity, sizeof *values->entries);
    }
    if (text.size > 0)
        memcpy(values->texts + values->text_bytes, text.data, text.size);
    values->entries[values->count++] =
        (struct insights_values_entry){values->text_bytes, (uint32_t)text.size, hash};
    values->text_bytes += (uint32_t)text.size;
}

static uint32_t hash_of(struct str text) {
    return (uint32_t)hash_quick(str_bytes(text), 0);
}

void insights_values_init(struct insights_values_table *values) {
    *values = (struct insights_values_table){0};
    add(values, STR_LITERAL("null"), hash_of(STR_LITERAL("null")));
    add(values, STR_EMPTY, hash_of(STR_EMPTY));
    build_index(values, INDEX_SIZE_FIRST);
}

void insights_values_finish(struct insights_values_table *values) {
    mem_free(values->texts);
    mem_free(values->entries);
    mem_free(values->index);
}

uint32_t insights_values_intern(struct insights_values_table *values, struct str text) {
    text = str_slice(text, 0, INSIGHTS_VALUE_SIZE_MAX);
    if (text.size == 0)
        return INSIGHTS_VALUE_NULL;
    uint32_t hash = hash_of(text), *place = place_of(values, hash, text);
    if (*place != 0)
        return *place - 1;
    if (values->text_bytes + text.size + values->count * sizeof *values->entries > INSIGHTS_VALUES_BYTES_MAX)
        return INSIGHTS_VALUE_OTHER;
    add(values, text, hash);
    *place = values->count;
    if (values->count > values->index_mask / 2)
        build_index(values, (values->index_mask + 1) * 2);
    return values->count - 1;
}

struct str insights_values_text(const struct insights_values_table *values, uint32_t value) {
    ASSERT(value < values->count);
    return str_of(values->texts + values->entries[value].offset, values->entries[value].size);
}

void insights_values_sweep(struct insights_values_table *values, uint32_t *marks) {
    uint32_t kept = 0, bytes = 0;
    marks[INSIGHTS_VALUE_NULL] = marks[INSIGHTS_VALUE_OTHER] = INSIGHTS_VALUE_MARKED;
    for (uint32_t i = 0; i < values->count; i++) {
        struct insights_values_entry entry = values->entries[i];
        if (marks[i] == INSIGHTS_VALUE_UNMARKED)
            continue;
        memmove(values->texts + bytes, values->texts + entry.offset, entry.size);
        entry.offset = bytes;
        bytes += entry.size;
        marks[i] = kept;
        values->entries[kept++] = entry;
    }
    values->count = kept;
    values->text_bytes = bytes;
    build_index(values, values->index_mask + 1);
}

uint64_t insights_values_bytes(const struct insights_values_table *values) {
    return values->text_capacity + (uint64_t)values->capacity * sizeof *values->entries +
           ((uint64_t)values->index_mask + 1) * sizeof *values->index;
}
