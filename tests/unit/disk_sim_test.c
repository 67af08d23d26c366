/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated disk must be cruel: what was not made durable is lost for some seed. */
#include "base/buf.h"
#include "base/own.h"
#include "support/disk_sim.h"
#include "support/tap.h"

enum { SEEDS = 200, SIZE = 2000 };

/* What a crash left of the file "f". */
enum outcome { MISSING, EMPTY, OLD, WHOLE, SHORT, DAMAGED, OUTCOMES };

struct tally {
    int count[OUTCOMES];
};

static struct error error;
static char data[SIZE];

static void fill_data(void) {
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)('a' + i % 26);
}

static enum outcome outcome_of(struct disk *disk, const char *name) {
    SCOPED(buf_finish) struct buf content = BUF_INIT((size_t)SIZE * 2);
    if (!disk_read_file(disk, name, &content, &error))
        return MISSING;
    if (content.size == 0)
        return EMPTY;
    if (str_is(buf_str(&content), "old"))
        return OLD;
    if (memcmp(content.data, data, content.size < SIZE ? content.size : SIZE) != 0)
        return DAMAGED;
    return content.size == SIZE ? WHOLE : SHORT;
}

static struct disk_file *create(struct disk *disk, const char *name, bool named_durably) {
    struct disk_file *file = disk_open(disk, name, DISK_CREATE, &error);
    EXPECT(file != NULL);
    if (named_durably)
        EXPECT(disk_sync_directory(disk, "", &error));
    return file;
}

static struct tally crash_after_append(bool synced, bool named_durably) {
    struct tally tally = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk_sim *sim = disk_sim_create(seed);
        struct disk_file *file = create(disk_sim_disk(sim), "f", named_durably);
        EXPECT(disk_append(file, data, SIZE, &error));
        if (synced)
            EXPECT(disk_sync(file, &error));
        EXPECT_INT(outcome_of(disk_sim_disk(sim), "f"), WHOLE);
        disk_close(file);
        disk_sim_crash(sim);
        tally.count[outcome_of(disk_sim_disk(sim), "f")]++;
        disk_sim_destroy(sim);
    }
    return tally;
}

static void what_is_synced_with_its_name_survives(void) {
    EXPECT_INT(crash_after_append(true, true).count[WHOLE], SEEDS);
}

static void unsynced_data_is_lost_torn_or_garbled_for_some_seed(void) {
    struct tally tally = crash_after_append(false, true);
    EXPECT(tally.count[EMPTY] > 0 && tally.count[WHOLE] > 0);
    EXPECT(tally.count[SHORT] > 0 && tally.count[DAMAGED] > 0);
    EXPECT_INT(tally.count[MISSING], 0);
}

static void an_unsynced_name_is_lost_for_some_seed_even_with_synced_data(void) {
    struct tally tally = crash_after_append(true, false);
    EXPECT(tally.count[MISSING] > 0);
    EXPECT_INT(tally.count[MISSING] + tally.count[WHOLE], SEEDS);
}

static void a_rename_happens_whole_or_not_at_all(void) {
    struct tally tally = {0};
    int both = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk_sim *sim = disk_sim_create(seed);
        struct disk *disk = disk_sim_disk(sim);
        EXPECT(disk_write_file(disk, "f", bytes_of("old", 3), &error));
        struct disk_file *file = create(disk, "g", true);
        EXPECT(disk_append(file, data, SIZE, &error) && disk_sync(file, &error));
        disk_close(file);
        EXPECT(disk_rename(disk, "g", "f", &error));
        disk_sim_crash(sim);
        enum outcome outcome = outcome_of(disk, "f");
        tally.count[outcome]++;
        both += (outcome_of(disk, "g") == MISSING) != (outcome == WHOLE);
        disk_sim_destroy(sim);
    }
    EXPECT(tally.count[OLD] > 0 && tally.count[WHOLE] > 0);
    EXPECT_INT(tally.count[OLD] + tally.count[WHOLE], SEEDS);
    EXPECT_INT(both, 0);
}

static void names_may_land_in_another_order(void) {
    int second_only = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk_sim *sim = disk_sim_create(seed);
        struct disk *disk = disk_sim_disk(sim);
        disk_close(create(disk, "first", false));
        disk_close(create(disk, "second", false));
        disk_sim_crash(sim);
        second_only += outcome_of(disk, "first") == MISSING && outcome_of(disk, "second") == EMPTY;
        disk_sim_destroy(sim);
    }
    EXPECT(second_only > 0);
}

static void a_folder_that_was_not_synced_takes_its_files_along(void) {
    int missing = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk_sim *sim = disk_sim_create(seed);
        struct disk *disk = disk_sim_disk(sim);
        EXPECT(disk_make_directory(disk, "d", &error));
        EXPECT(disk_write_file(disk, "d/f", bytes_of(data, SIZE), &error));
        disk_sim_crash(sim);
        missing += outcome_of(disk, "d/f") == MISSING;
        disk_sim_destroy(sim);
    }
    EXPECT(missing > 0 && missing < SEEDS);
}

static void an_unlink_may_come_back(void) {
    int back = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk_sim *sim = disk_sim_create(seed);
        struct disk *disk = disk_sim_disk(sim);
        EXPECT(disk_write_file(disk, "f", bytes_of(data, SIZE), &error) && disk_unlink(disk, "f", &error));
        EXPECT_INT(outcome_of(disk, "f"), MISSING);
        disk_sim_crash(sim);
        back += outcome_of(disk, "f") == WHOLE;
        disk_sim_destroy(sim);
    }
    EXPECT(back > 0 && back < SEEDS);
}

static void a_failed_sync_loses_data_although_a_second_one_succeeds(void) {
    int lost = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk_sim *sim = disk_sim_create(seed);
        struct disk *disk = disk_sim_disk(sim);
        struct disk_file *file = create(disk, "f", true);
        EXPECT(disk_append(file, data, SIZE, &error));
        disk_sim_fail_at(sim, 0);
        EXPECT(!disk_sync(file, &error));
        EXPECT(disk_sync(file, &error));
        EXPECT_INT(outcome_of(disk, "f"), WHOLE);
        disk_close(file);
        disk_sim_crash(sim);
        lost += outcome_of(disk, "f") == EMPTY;
        disk_sim_destroy(sim);
    }
    EXPECT(lost > 0 && lost < SEEDS);
}

static void the_chosen_operation_fails_and_no_other(void) {
    struct disk_sim *sim = disk_sim_create(1);
    struct disk *disk = disk_sim_disk(sim);
    disk_sim_fail_at(sim, 2);
    struct disk_file *file = disk_open(disk, "f", DISK_CREATE, &error);
    EXPECT(file != NULL && disk_append(file, "x", 1, &error));
    EXPECT(!disk_append(file, "y", 1, &error) && error.kind == ERROR_IO);
    EXPECT(disk_append(file, "z", 1, &error));
    EXPECT_INT(disk_sim_operations(sim), 4);
    disk_sim_fail_from(sim, 1);
    EXPECT(disk_sync(file, &error) && !disk_sync(file, &error) && !disk_sync(file, &error));
    disk_sim_crash(sim);
    EXPECT(!disk_append(file, "x", 1, &error)); /* the handle died */
    disk_close(file);
    disk_sim_destroy(sim);
}

static void a_full_disk_takes_what_fits(void) {
    struct disk_sim *sim = disk_sim_create(1);
    struct disk *disk = disk_sim_disk(sim);
    disk_sim_set_free_bytes(sim, 10);
    struct disk_file *file = disk_open(disk, "f", DISK_CREATE, &error);
    EXPECT(disk_append(file, data, 6, &error) && !disk_append(file, data, 6, &error));
    uint64_t free_bytes = 1, size = 0;
    EXPECT(disk_free_bytes(disk, &free_bytes, &error) && free_bytes == 0);
    EXPECT(disk_size(file, &size, &error) && size == 10);
    disk_close(file);
    disk_sim_destroy(sim);
}

int main(void) {
    fill_data();
    TEST(what_is_synced_with_its_name_survives);
    TEST(unsynced_data_is_lost_torn_or_garbled_for_some_seed);
    TEST(an_unsynced_name_is_lost_for_some_seed_even_with_synced_data);
    TEST(a_rename_happens_whole_or_not_at_all);
    TEST(names_may_land_in_another_order);
    TEST(a_folder_that_was_not_synced_takes_its_files_along);
    TEST(an_unlink_may_come_back);
    TEST(a_failed_sync_loses_data_although_a_second_one_succeeds);
    TEST(the_chosen_operation_fails_and_no_other);
    TEST(a_full_disk_takes_what_fits);
    return tap_done();
}
