/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admission_world: the stores of admission on a simulated disk, for crash tests: many seeds, an operation
 * that fails at each of many points, a few rounds each.
 */
#pragma once

#include "admission/private.h"
#include "base/own.h"
#include "journal/journal.h"
#include "support/disk_sim.h"
#include "support/seeds.h"
#include "support/tap.h"
#include "sys/clock.h"

enum { WORLD_SEEDS = 24, WORLD_POINTS = 64, WORLD_ROUNDS = 3 };

struct stores {
    struct journal *journal;
    struct seen *seen;
    struct admission *admission;
};

static struct disk_sim *sim;
static struct clock_manual now;
static uint64_t random_state;
static unsigned sent; /* ids 1 to this one were sent */

static inline uint64_t roll(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

static inline void close_stores(struct stores *stores) {
    admission_close(stores->admission);
    seen_close(stores->seen);
    journal_close(stores->journal);
}

static inline bool open_stores(struct stores *stores, struct error *error) {
    struct journal_options journal_options = {.segment_bytes = 3000};
    struct seen_options seen_options = {.memory_entries = 8};
    struct admission_options options = {.clock = &now.clock, .group_bytes = 2000};
    *stores = (struct stores){0};
    stores->journal = journal_open(disk_sim_disk(sim), &journal_options, error);
    if (stores->journal == NULL)
        return false;
    stores->seen = seen_open(disk_sim_disk(sim), &seen_options, error);
    if (stores->seen == NULL)
        return false;
    stores->admission = admission_open(disk_sim_disk(sim), stores->journal, stores->seen, &options, error);
    return stores->admission != NULL;
}

/* The number that event_text() made the id of. */
static inline unsigned id_of(const struct uuid *id) {
    unsigned number = 0;
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(*id, text);
    for (size_t i = 24; i < UUID_TEXT_SIZE; i++)
        number = number * 10 + (unsigned)(text[i] - '0');
    return number;
}

/* `forget` clears what the test knows before each first round; `run_round` opens, works, fails at the point,
 * crashes and says whether all was as promised. */
static inline void world_try_seeds(void (*forget)(void), bool (*run_round)(int point, bool is_last)) {
    struct seeds seeds = seeds_choose(WORLD_SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        for (int point = 0; point < WORLD_POINTS && tap_ok; point++) {
            sim = disk_sim_create(seed);
            random_state = seed * WORLD_POINTS + (uint64_t)point;
            clock_manual_init(&now, (struct moment){1780000000000});
            sent = 0;
            forget();
            for (int round = 0; round < WORLD_ROUNDS && tap_ok; round++) {
                tap_ok = run_round((point + round * 17) % WORLD_POINTS, round == WORLD_ROUNDS - 1) && tap_ok;
                if (!tap_ok)
                    printf("# replay: seed %ju point %d round %d\n", (uintmax_t)seed, point, round);
            }
            disk_sim_destroy(sim);
        }
    }
}
