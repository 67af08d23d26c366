/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words: the different texts of a column in a row group, numbered as they come: Parquet's dictionary.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/buf.h"

struct parquet_word {
    uint32_t offset, size; /* of its bytes in `texts` */
};

struct parquet_words {
    struct buf texts; /* each its size, u32, and its bytes: as the file has them */
    struct parquet_word *items;
    size_t count, capacity;
    uint64_t *slots; /* half of the hash, and 1 + the number; 0: free */
    size_t slot_count;
    uint32_t last; /* found or added */
    struct str last_text;
};

void parquet_words_finish(struct parquet_words *words);
void parquet_words_clear(struct parquet_words *words);

/* A text's number, which it gets where it is new; false where they are too many. */
bool parquet_words_find(struct parquet_words *words, struct str text, uint32_t *ret_number);
struct str parquet_words_text(const struct parquet_words *words, uint32_t number);
