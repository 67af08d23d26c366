/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P2.
 *
 * Pull the plug on the store of admitted ids. The journal is played by a list of ids by position,
 * which loses nothing. In each round one operation fails; then the power is cut. After each
 * reopening: the files know every id up to their position and no later one, and after the
 * owner's replay of the rest, every id is a duplicate.
 */
#include "base/bits.h"
#include "base/own.h"
#include "seen/seen.h"
#include "support/disk_sim.h"
#include "support/seeds.h"
#include "support/tap.h"

enum { SEEDS = 40, POINTS = 60, ROUNDS = 4, IDS = 90, MEMORY_ENTRIES = 8 };

static uint64_t admitted; /* ids 1 to this one, each at the position of its number */
static uint64_t flushed;  /* the position that a successful flush reported */
static uint64_t random_state;

static uint64_t roll(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

static struct seen *open_seen(struct disk_sim *sim) {
    struct error error = {0};
    struct seen_options options = {.memory_entries = MEMORY_ENTRIES};
    return seen_open(disk_sim_disk(sim), &options, &error);
}

static bool verdict_is(struct seen *seen, uint64_t number, enum seen_verdict expected) {
    struct error error = {0};
    struct seen_claim claim = {.content = number * 7};
    store_u64(claim.id.bytes + 8, number);
    bool checked = seen_check(seen, &claim, 1, &error);
    if (!checked || claim.verdict != expected)
        printf("# id %ju: %s, verdict %d\n", (uintmax_t)number, error.message, (int)claim.verdict);
    return checked && claim.verdict == expected;
}

/* What an owner does at start: what the files miss comes from the journal. */
static bool files_and_replay_know_all(struct seen *seen) {
    uint64_t position = seen_position(seen);
    bool ok = position >= flushed && position <= admitted;
    if (!ok)
        printf("# position %ju, flushed %ju, admitted %ju\n", (uintmax_t)position, (uintmax_t)flushed,
            (uintmax_t)admitted);
    for (uint64_t number = 1; ok && number <= admitted; number++)
        ok = verdict_is(seen, number, number <= position ? SEEN_DUPLICATE : SEEN_NEW);
    for (uint64_t number = 1; ok && number <= admitted; number++)
        ok = verdict_is(seen, number, SEEN_DUPLICATE);
    return ok;
}

/* As an owner who looks at no result but the one of a flush. */
static void work(struct seen *seen) {
    struct error error = {0};
    for (int i = 0; i < IDS; i++) {
        struct seen_claim claim = {.content = (admitted + 1) * 7};
        store_u64(claim.id.bytes + 8, admitted + 1);
        if (!seen_check(seen, &claim, 1, &error))
            continue;
        admitted++;
        if ((seen_wants_flush(seen) || roll() % 16 == 0) && seen_flush(seen, admitted, &error))
            flushed = admitted;
        IGNORE(seen_merge(seen, 1 + roll() % 16, &error), "a failed merge costs nothing but space");
    }
}

static bool reopens_and_knows_all(struct disk_sim *sim) {
    struct seen *seen = open_seen(sim);
    bool ok = seen != NULL && files_and_replay_know_all(seen);
    seen_close(seen);
    return ok;
}

/* The replay needs room: positions that only the journal knows are flushed as an owner would. */
static void replay(struct seen *seen) {
    struct error error = {0};
    for (uint64_t number = seen_position(seen) + 1; number <= admitted; number++) {
        struct seen_claim claim = {.content = number * 7};
        store_u64(claim.id.bytes + 8, number);
        IGNORE(seen_check(seen, &claim, 1, &error), "a failing operation may hit here");
    }
}

static bool run_round(struct disk_sim *sim, int point) {
    disk_sim_fail_at(sim, point);
    struct seen *seen = open_seen(sim);
    if (seen != NULL) {
        disk_sim_fail_at(sim, -1);
        replay(seen);
        disk_sim_fail_at(sim, point);
        work(seen);
    }
    seen_close(seen);
    disk_sim_fail_at(sim, -1);
    bool ok = roll() % 2 == 0 || reopens_and_knows_all(sim);
    disk_sim_crash(sim);
    ok = ok && reopens_and_knows_all(sim);
    disk_sim_crash(sim);
    return ok && reopens_and_knows_all(sim);
}

static void no_admitted_id_is_forgotten_at_a_power_cut(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        for (int point = 0; point < POINTS && tap_ok; point++) {
            struct disk_sim *sim = disk_sim_create(seed);
            admitted = flushed = 0;
            random_state = seed * POINTS + (uint64_t)point;
            for (int round = 0; round < ROUNDS && tap_ok; round++) {
                tap_ok = run_round(sim, (point + round * 17) % POINTS);
                if (!tap_ok)
                    printf("# replay: seed %ju point %d round %d\n", (uintmax_t)seed, point, round);
            }
            disk_sim_destroy(sim);
        }
    }
}

int main(void) {
    TEST(no_admitted_id_is_forgotten_at_a_power_cut);
    return tap_done();
}
