/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge: several neighbouring segments become one, in bounded steps and bounded memory. Blocks are
 * copied as they are; only columns, posting lists and the other tables are made anew.
 *
 * Threads: the maintainer.
 */
#pragma once

#include "store.h"

enum { HISTORY_MERGE_FACTOR = 12, HISTORY_MERGE_INPUTS_MAX = 64 };

/* Which segments of a set should be merged now: how many (0: none) and from which on. */
size_t history_merge_plan(
    const struct history_set *set, int64_t now_ms, int64_t retention_ms, size_t *ret_start);

/* Begin to merge `count` segments of history's set from `start` on. */
NODISCARD struct history_merge *history_merge_create(
    struct history *history, size_t start, size_t count, struct error *error);
void history_merge_destroy(struct history_merge *merge); /* NULL is fine */

/* Do a little; `ret_done` when the new segment is durable. */
NODISCARD bool history_merge_step(struct history_merge *merge, bool *ret_done, struct error *error);
bool history_merge_uses(const struct history_merge *merge, uint64_t segment_id); /* NULL is fine */

struct history_merge_result {
    uint64_t id;
    size_t input_count;
    uint64_t input_ids[HISTORY_MERGE_INPUTS_MAX];
};
struct history_merge_result history_merge_result(const struct history_merge *merge);
