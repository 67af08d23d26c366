/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include "base/mem.h"
#include "codec/hash.h"

#include <string.h>

/* Steps are bounded, because texts may be chosen so that their hashes meet. */
enum { COUNT_MAX = 4096, SLOTS_MIN = 64, STEPS_MAX = 64, TEXTS_SIZE_MAX = 1 << 20 };

void parquet_words_finish(struct parquet_words *words) {
    buf_finish(&words->texts);
    mem_free(words->items);
    mem_free(words->slots);
}

void parquet_words_clear(struct parquet_words *words) {
    words->texts.limit = BUF_UNBOUNDED;
    buf_clear(&words->texts);
    words->count = 0;
    words->last_text = STR_EMPTY;
    if (words->slot_count > 0)
        memset(words->slots, 0, words->slot_count * sizeof *words->slots);
}

struct str parquet_words_text(const struct parquet_words *words, uint32_t number) {
    return str_of(words->texts.data + words->items[number].offset, words->items[number].size);
}

/* Where a hash is, or would be: NULL where the way there is too long. */
static uint64_t *find_slot(struct parquet_words *words, uint64_t hash, const struct str *text) {
    size_t at = hash & (words->slot_count - 1);
    for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
        uint64_t slot = words->slots[at];
        if (slot == 0)
            return &words->slots[at];
        if (text != NULL && slot >> 32 == hash >> 32 &&
            str_equals(parquet_words_text(words, (uint32_t)slot - 1), *text))
            return &words->slots[at];
        at = (at + 1) & (words->slot_count - 1);
    }
    return NULL;
}

/* At most half of the slots are taken. */
static bool grow(struct parquet_words *words) {
    if (words->count * 2 < words->slot_count)
        return true;
    words->slot_count = words->slot_count == 0 ? SLOTS_MIN : words->slot_count * 2;
    mem_free(words->slots);
    words->slots = mem_alloc_array(words->slot_count, sizeof *words->slots);
    for (uint32_t i = 0; i < words->count; i++) {
        uint64_t hash = hash_quick(str_bytes(parquet_words_text(words, i)), 0);
        uint64_t *slot = find_slot(words, hash, NULL);
        if (slot == NULL)
            return false;
        *slot = hash >> 32 << 32 | (i + 1);
    }
    return true;
}

static bool add(struct parquet_words *words, struct str text) {
    if (words->count == COUNT_MAX || words->texts.size + text.size > TEXTS_SIZE_MAX)
        return false;
    if (words->count == words->capacity) {
        words->capacity = words->capacity == 0 ? SLOTS_MIN : words->capacity * 2;
        words->items = mem_resize_array(words->items, words->capacity, sizeof *words->items);
    }
    buf_append_u32(&words->texts, (uint32_t)text.size);
    words->items[words->count++] = (struct parquet_word){(uint32_t)words->texts.size, (uint32_t)text.size};
    buf_append_str(&words->texts, text);
    return true;
}

bool parquet_words_find(struct parquet_words *words, struct str text, uint32_t *ret_number) {
    /* Rows that follow each other are often alike. An empty text is no last one. */
    if (text.size > 0 && text.size == words->last_text.size &&
        memcmp(text.data, words->last_text.data, text.size) == 0) {
        *ret_number = words->last;
        return true;
    }
    if (!grow(words))
        return false;
    uint64_t hash = hash_quick(str_bytes(text), 0);
    uint64_t *slot = find_slot(words, hash, &text);
    if (slot == NULL)
        return false;
    if (*slot == 0) {
        if (!add(words, text))
            return false;
        *slot = hash >> 32 << 32 | words->count;
    }
    words->last = (uint32_t)*slot - 1;
    words->last_text = parquet_words_text(words, words->last);
    *ret_number = words->last;
    return true;
}
