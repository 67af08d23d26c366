/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "base/own.h"
#include "seen/seen.h"
#include "support/disk_sim.h"
#include "support/tap.h"

static struct disk_sim *sim;
static struct error error;

static struct seen *open_with(struct seen_options options) {
    error = (struct error){0};
    return seen_open(disk_sim_disk(sim), &options, &error);
}

static struct seen *open_small(void) {
    return open_with((struct seen_options){.memory_entries = 300, .generation = 5});
}

static struct seen_claim claim_of(uint64_t number, uint64_t content) {
    struct seen_claim claim = {.content = content};
    store_u64(claim.id.bytes, number);
    return claim;
}

static enum seen_verdict verdict(struct seen *seen, uint64_t number, uint64_t content) {
    struct seen_claim claim = claim_of(number, content);
    EXPECT(seen_check(seen, &claim, 1, &error));
    return claim.verdict;
}

/* Claims of the numbers from..to with content number + 1; true where all got the verdict. */
static bool all_are(struct seen *seen, uint64_t from, uint64_t to, enum seen_verdict expected) {
    bool ok = true;
    for (uint64_t number = from; ok && number <= to; number++)
        ok = verdict(seen, number, number + 1) == expected;
    return ok;
}

/* As an owner does: flush at wish, merge a little for each. */
static void admit(struct seen *seen, uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        EXPECT_INT(verdict(seen, number, number + 1), SEEN_NEW);
        if (seen_wants_flush(seen))
            EXPECT(seen_flush(seen, number, &error));
        EXPECT(seen_merge(seen, 8, &error));
    }
}

static void an_id_is_new_once(void) {
    struct seen *seen = open_small();
    EXPECT_INT(verdict(seen, 1, 10), SEEN_NEW);
    EXPECT_INT(verdict(seen, 1, 10), SEEN_DUPLICATE);
    EXPECT_INT(verdict(seen, 1, 11), SEEN_CONFLICT);
    EXPECT_INT(verdict(seen, 1, 10), SEEN_DUPLICATE);
    EXPECT_INT(verdict(seen, 2, 0), SEEN_NEW);
    EXPECT_INT(verdict(seen, 2, 0), SEEN_DUPLICATE);
    seen_close(seen);
}

static void claims_of_one_batch_see_each_other(void) {
    struct seen *seen = open_small();
    struct seen_claim claims[] = {claim_of(7, 1), claim_of(8, 1), claim_of(7, 1), claim_of(7, 2)};
    EXPECT(seen_check(seen, claims, 4, &error));
    EXPECT_INT(claims[0].verdict, SEEN_NEW);
    EXPECT_INT(claims[1].verdict, SEEN_NEW);
    EXPECT_INT(claims[2].verdict, SEEN_DUPLICATE);
    EXPECT_INT(claims[3].verdict, SEEN_CONFLICT);
    seen_close(seen);
}

static void ids_survive_flushes_merges_and_restarts(void) {
    enum { COUNT = 20000 };
    struct seen *seen = open_small();
    admit(seen, 1, COUNT);
    EXPECT(seen_flush(seen, COUNT, &error));
    EXPECT(seen_stats(seen).files < 24);
    EXPECT(all_are(seen, 1, COUNT, SEEN_DUPLICATE));
    seen_close(seen);
    seen = open_small();
    EXPECT_INT(seen_position(seen), COUNT);
    EXPECT_INT(seen_stats(seen).entries, COUNT);
    EXPECT(all_are(seen, 1, COUNT, SEEN_DUPLICATE));
    EXPECT_INT(verdict(seen, 5, 0), SEEN_CONFLICT);
    EXPECT_INT(verdict(seen, COUNT + 1, 0), SEEN_NEW);
    seen_close(seen);
}

static void what_was_not_flushed_is_checked_again_by_the_owner(void) {
    struct seen *seen = open_small();
    admit(seen, 1, 350);
    EXPECT_INT(seen_position(seen), 300);
    seen_close(seen);
    seen = open_small();
    EXPECT(all_are(seen, 1, 300, SEEN_DUPLICATE));
    EXPECT(all_are(seen, 301, 350, SEEN_NEW));
    seen_close(seen);
}

static void a_flush_of_nothing_moves_the_position(void) {
    struct seen *seen = open_small();
    EXPECT(seen_flush(seen, 12, &error));
    seen_close(seen);
    seen = open_small();
    EXPECT_INT(seen_position(seen), 12);
    EXPECT_INT(seen_stats(seen).files, 0);
    seen_close(seen);
}

static void a_full_memory_refuses_and_keeps_what_it_has(void) {
    struct seen *seen = open_with((struct seen_options){.memory_entries = 4});
    struct seen_claim claims[200];
    for (size_t i = 0; i < 200; i++)
        claims[i] = claim_of(i, 1);
    EXPECT(!seen_check(seen, claims, 200, &error) && error.kind == ERROR_LIMIT);
    EXPECT(seen_check(seen, claims, 50, &error) && claims[49].verdict == SEEN_NEW);
    EXPECT(!seen_check(seen, claims + 50, 50, &error) && error.kind == ERROR_LIMIT);
    EXPECT(seen_flush(seen, 50, &error));
    EXPECT(seen_check(seen, claims + 50, 50, &error) && claims[50].verdict == SEEN_NEW);
    EXPECT(seen_wants_flush(seen));
    seen_close(seen);
}

static void foreign_and_newer_files_are_refused(void) {
    struct seen *seen = open_small();
    admit(seen, 1, 10);
    EXPECT(seen_flush(seen, 10, &error));
    seen_close(seen);
    EXPECT(open_with((struct seen_options){.generation = 4}) == NULL && error.kind == ERROR_CONFLICT);
    EXPECT(open_with((struct seen_options){.generation = 5, .cairn_id.bytes = {1}}) == NULL);
    EXPECT_INT(error.kind, ERROR_CONFLICT);
}

static void after_a_failed_flush_all_is_refused(void) {
    struct seen *seen = open_small();
    admit(seen, 1, 10);
    disk_sim_fail_at(sim, 2);
    EXPECT(!seen_flush(seen, 10, &error) && error.kind == ERROR_IO);
    struct seen_claim claim = claim_of(1, 1);
    EXPECT(!seen_check(seen, &claim, 1, &error) && error.kind == ERROR_UNAVAILABLE);
    EXPECT(!seen_flush(seen, 10, &error) && !seen_merge(seen, 1, &error) && !seen_wants_merge(seen));
    seen_close(seen);
}

static void a_failed_read_changes_nothing(void) {
    struct seen *seen = open_small();
    admit(seen, 1, 10);
    EXPECT(seen_flush(seen, 10, &error));
    struct seen_claim claims[] = {claim_of(100, 1), claim_of(5, 6)};
    disk_sim_fail_at(sim, 0);
    EXPECT(!seen_check(seen, claims, 2, &error) && error.kind == ERROR_IO);
    EXPECT(seen_check(seen, claims, 2, &error));
    EXPECT_INT(claims[0].verdict, SEEN_NEW);
    EXPECT_INT(claims[1].verdict, SEEN_DUPLICATE);
    seen_close(seen);
}

static void every_flipped_bit_is_noticed(void) {
    static const char *const names[] = {"seen/00000000000000000001.run", "seen/manifest"};
    for (size_t name = 0; name < 2; name++) {
        uint64_t bit = 0;
        for (bool more = true; more; bit += name == 0 ? 101 : 1) {
            struct disk_sim *before = sim;
            sim = disk_sim_create(1);
            struct seen *seen = open_small();
            admit(seen, 1, 20);
            EXPECT(seen_flush(seen, 20, &error));
            seen_close(seen);
            more = disk_sim_flip_bit(sim, names[name], bit);
            seen = open_small();
            struct seen_claim claim = claim_of(3, 4);
            if (more)
                EXPECT((seen == NULL || !seen_check(seen, &claim, 1, &error)) && error.kind == ERROR_CORRUPT);
            seen_close(seen);
            disk_sim_destroy(sim);
            sim = before;
        }
    }
}

#define TEST_ON_NEW_DISK(function)                                                                           \
    do {                                                                                                     \
        sim = disk_sim_create(1);                                                                            \
        TEST(function);                                                                                      \
        disk_sim_destroy(sim);                                                                               \
    } while (0)

int main(void) {
    TEST_ON_NEW_DISK(an_id_is_new_once);
    TEST_ON_NEW_DISK(claims_of_one_batch_see_each_other);
    TEST_ON_NEW_DISK(ids_survive_flushes_merges_and_restarts);
    TEST_ON_NEW_DISK(what_was_not_flushed_is_checked_again_by_the_owner);
    TEST_ON_NEW_DISK(a_flush_of_nothing_moves_the_position);
    TEST_ON_NEW_DISK(a_full_memory_refuses_and_keeps_what_it_has);
    TEST_ON_NEW_DISK(foreign_and_newer_files_are_refused);
    TEST_ON_NEW_DISK(after_a_failed_flush_all_is_refused);
    TEST_ON_NEW_DISK(a_failed_read_changes_nothing);
    TEST_ON_NEW_DISK(every_flipped_bit_is_noticed);
    return tap_done();
}
