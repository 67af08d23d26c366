/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf: the values of one leaf in the row group that is made, and the pages that they become.
 *
 * Threads: one owner.
 */
#pragma once

#include "codec/compress.h"

#include "schema.h"
#include "words.h"

/* What pages are made with: room that is used again. */
struct parquet_press {
    struct zstd_compressor *compressor;
    struct buf body, packed;
    uint32_t *numbers;
    size_t number_capacity;
};

struct parquet_leaf {
    const struct parquet_leaf_type *type;
    struct parquet_press *press; /* borrowed */
    size_t row_count;            /* rows that have begun; those behind the last one are null in the end */
    /* Of the page that is made. */
    uint8_t *definitions, *repetitions;
    size_t level_count, level_capacity;
    size_t value_count; /* levels that are values, not nulls */
    /* Texts are numbers of words, until there are too many different ones: then all are plain. What a column
     * was in one row group it is in the next. */
    bool is_plain;
    struct parquet_words words;
    uint32_t *numbers;
    size_t number_capacity;
    struct buf plain; /* values as the file has them; booleans still as bytes */
    /* Data pages before it: only of a column that is plain, large and in no list. */
    struct buf pages;
    uint64_t paged_raw_size;
    size_t paged_level_count, paged_value_count;
    bool is_failed; /* to make one of them */
};

/* What the footer says of a leaf's pages. */
struct parquet_chunk {
    uint64_t offset;          /* of the first page */
    uint64_t dictionary_size; /* with its head: the data page lies behind it; 0: none */
    uint64_t size, raw_size;  /* with heads */
    size_t level_count, null_count;
    bool has_words;
    bool has_bounds;
    struct str least, greatest; /* as the file has values, without their size; borrow the leaf */
};

void parquet_leaf_finish(struct parquet_leaf *leaf);
void parquet_leaf_clear(struct parquet_leaf *leaf);

/* Put into row `row`; each row begins with a repetition of 0. */
void parquet_leaf_put_null(struct parquet_leaf *leaf, size_t row, unsigned definition, unsigned repetition);
void parquet_leaf_put_text(struct parquet_leaf *leaf, size_t row, unsigned repetition, struct str text);
void parquet_leaf_put_number(struct parquet_leaf *leaf, size_t row, unsigned repetition, int64_t number);
void parquet_leaf_put_real(struct parquet_leaf *leaf, size_t row, unsigned repetition, double number);

/* Append the pages of `row_count` rows. */
NODISCARD bool parquet_leaf_append(struct parquet_leaf *leaf, size_t row_count, struct buf *out,
    struct parquet_chunk *ret_chunk, struct error *error);
