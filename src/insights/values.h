/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values: identities, agents and error codes, each text kept once and named by a number. Bounded: when they
 * are full, further ones are INSIGHTS_VALUE_OTHER until those that nobody names are swept.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/str.h"

#define INSIGHTS_VALUE_NONE UINT32_MAX /* an empty place */

enum {
    INSIGHTS_VALUE_NULL = 0,  /* "null": no error, no name */
    INSIGHTS_VALUE_OTHER = 1, /* one that is not told */
    INSIGHTS_VALUE_FIRST = 2,
    INSIGHTS_VALUE_SIZE_MAX = 1024, /* the rest is cut */
    INSIGHTS_VALUES_BYTES_MAX = 16 << 20,
};

struct insights_values_entry {
    uint32_t offset, size, hash;
};

struct insights_values_table {
    char *texts;
    uint32_t text_bytes, text_capacity;
    struct insights_values_entry *entries;
    uint32_t count, capacity;
    uint32_t *index; /* by hash; entry + 1, 0: empty */
    uint32_t index_mask;
};

void insights_values_init(struct insights_values_table *values);
void insights_values_finish(struct insights_values_table *values);

/* The number of a text, which is added where it is new. */
uint32_t insights_values_intern(struct insights_values_table *values, struct str text);
struct str insights_values_text(const struct insights_values_table *values, uint32_t value);

/* Keep those with a mark only. The marks become their new numbers. */
enum { INSIGHTS_VALUE_UNMARKED = 0, INSIGHTS_VALUE_MARKED = 1 };
void insights_values_sweep(struct insights_values_table *values, uint32_t *marks);

uint64_t insights_values_bytes(const struct insights_values_table *values); /* of memory */
