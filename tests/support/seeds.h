/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seeds: how many seeds a crash test tries. `make crash SEEDS=100000` tries more of them, and
 * `make crash SEED=7` the one that a failure printed.
 */
#pragma once

#include <inttypes.h>
#include <stdlib.h>

struct seeds {
    uint64_t first, end;
};

static inline struct seeds seeds_choose(uint64_t usual_count) {
    const char *one = getenv("CAIRN_CRASH_SEED"), *count = getenv("CAIRN_CRASH_SEEDS");
    if (one != NULL && *one != '\0') {
        uint64_t seed = strtoull(one, NULL, 10);
        return (struct seeds){seed, seed + 1};
    }
    return (struct seeds){0, count != NULL && *count != '\0' ? strtoull(count, NULL, 10) : usual_count};
}
