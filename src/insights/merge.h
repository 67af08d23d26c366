/* SPDX-License-Identifier: Apache-2.0 */
/* merge: several files of counts of one day become one, perhaps of longer periods. Threads: one owner. */
#pragma once

#include "files.h"

enum { INSIGHTS_MERGE_FILES_MAX = 64 };

struct insights_merge;
NODISCARD struct insights_merge *insights_merge_create(struct insights_files *files,
    const struct insights_file *inputs, size_t count, uint32_t period_minutes, struct error *error);
void insights_merge_destroy(struct insights_merge *merge); /* NULL is fine */

/* At most `counts_max` counts; `ret_output` is the finished file, or has number 0. */
NODISCARD bool insights_merge_step(
    struct insights_merge *merge, size_t counts_max, struct insights_file *ret_output, struct error *error);
bool insights_merge_uses(const struct insights_merge *merge, uint64_t number);
