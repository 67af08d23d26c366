/* SPDX-License-Identifier: Apache-2.0 */
/* merge: several runs into one, a few entries at a time. No id is in two runs. */
#pragma once

#include "run.h"

struct seen_merge;

/* Merge `count` runs, which it borrows, into run `number`. */
NODISCARD struct seen_merge *seen_merge_create(const struct seen_place *place, struct seen_run *const *runs,
    size_t count, uint64_t number, struct error *error);
void seen_merge_destroy(struct seen_merge *merge); /* NULL is fine */

/* Move about `entries_max` entries; `ret_owned_run` is the finished run, or NULL where there is more. */
NODISCARD bool seen_merge_step(
    struct seen_merge *merge, size_t entries_max, struct seen_run **ret_owned_run, struct error *error);
struct seen_run *const *seen_merge_inputs(const struct seen_merge *merge, size_t *ret_count);
