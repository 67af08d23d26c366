/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "journal/journal.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <stdlib.h>
#include <unistd.h>

static struct disk_sim *sim;
static struct error error;

static struct journal *open_with(struct journal_options options) {
    error = (struct error){0};
    return journal_open(disk_sim_disk(sim), &options, &error);
}

static struct journal *open_small(void) {
    return open_with((struct journal_options){.segment_bytes = 1000, .generation = 5});
}

static struct bytes number_text(char text[32], uint64_t number) {
    return bytes_of(text, (size_t)snprintf(text, 32, "payload %ju", (uintmax_t)number));
}

/* Payload i says "payload i" and is at position i. */
static bool append_numbers(struct journal *journal, uint64_t from, uint64_t to) {
    for (uint64_t number = from; number <= to; number++) {
        char text[32];
        struct bytes payload = number_text(text, number);
        uint64_t position = 0;
        if (!journal_append(journal, &payload, 1, &position, &error) || position != number)
            return false;
    }
    return true;
}

static bool reads_numbers(struct journal *journal, uint64_t from, uint64_t to) {
    struct journal_cursor *cursor = journal_cursor_create(journal, from);
    bool ok = true;
    struct journal_record record = {0};
    for (uint64_t number = from; ok && number <= to; number++) {
        char text[32];
        ok = journal_cursor_next(cursor, &record, &error) && record.position == number &&
             bytes_equal(record.payload, number_text(text, number));
    }
    ok = ok && journal_cursor_next(cursor, &record, &error) && record.position == 0;
    journal_cursor_destroy(cursor);
    return ok;
}

static void positions_are_dense_across_segments_and_restarts(void) {
    struct journal *journal = open_small();
    EXPECT_INT(journal_end(journal), 0);
    EXPECT_INT(journal_oldest(journal), 1);
    EXPECT(append_numbers(journal, 1, 100) && reads_numbers(journal, 1, 100));
    EXPECT(journal_stats(journal).segment_count > 2);
    journal_close(journal);
    journal = open_small();
    EXPECT_INT(journal_end(journal), 100);
    EXPECT(append_numbers(journal, 101, 130) && reads_numbers(journal, 1, 130));
    EXPECT(reads_numbers(journal, 57, 130) && reads_numbers(journal, 131, 130));
    journal_close(journal);
}

static void restarts_alone_make_no_new_segments(void) {
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 3));
    journal_close(journal);
    journal = open_small();
    uint64_t count = journal_stats(journal).segment_count;
    journal_close(journal);
    for (int i = 0; i < 5; i++) {
        journal = open_small();
        EXPECT_INT(journal_stats(journal).segment_count, count);
        EXPECT(reads_numbers(journal, 1, 3));
        journal_close(journal);
    }
}

static void a_group_gets_positions_in_order_and_is_counted(void) {
    struct journal *journal = open_small();
    char texts[3][32];
    struct bytes payloads[3];
    for (size_t i = 0; i < 3; i++)
        payloads[i] = number_text(texts[i], i + 1);
    uint64_t position = 0;
    EXPECT(journal_append(journal, payloads, 3, &position, &error) && position == 1);
    EXPECT(reads_numbers(journal, 1, 3));
    struct journal_stats stats = journal_stats(journal);
    EXPECT(stats.groups_appended == 1 && stats.payloads_appended == 3 && stats.sync_count == 1);
    EXPECT(stats.bytes == 64 + stats.bytes_appended);
    journal_close(journal);
}

static void payloads_have_a_size_limit_that_harms_nothing(void) {
    struct journal *journal = open_with((struct journal_options){0});
    SCOPED(own_free) uint8_t *large = mem_alloc(JOURNAL_PAYLOAD_SIZE_MAX + 1);
    uint64_t position = 0;
    struct bytes payload = bytes_of(large, JOURNAL_PAYLOAD_SIZE_MAX + 1);
    EXPECT(!journal_append(journal, &payload, 1, &position, &error) && error.kind == ERROR_LIMIT);
    payload.size = 0;
    EXPECT(!journal_append(journal, &payload, 1, &position, &error) && error.kind == ERROR_LIMIT);
    struct bytes many[16];
    for (size_t i = 0; i < 16; i++)
        many[i] = bytes_of(large, JOURNAL_PAYLOAD_SIZE_MAX);
    EXPECT(!journal_append(journal, many, 16, &position, &error) && error.kind == ERROR_LIMIT);
    EXPECT(journal_append(journal, many, 3, &position, &error) && position == 1);
    struct journal_cursor *cursor = journal_cursor_create(journal, 3);
    struct journal_record record = {0};
    EXPECT(journal_cursor_next(cursor, &record, &error) && record.position == 3);
    EXPECT(record.payload.size == JOURNAL_PAYLOAD_SIZE_MAX);
    journal_cursor_destroy(cursor);
    journal_close(journal);
}

static void released_segments_go_and_the_last_stays(void) {
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 100));
    EXPECT(journal_release(journal, 60, &error));
    uint64_t oldest = journal_oldest(journal);
    EXPECT(oldest > 1 && oldest <= 61);
    EXPECT(reads_numbers(journal, oldest, 100));
    struct journal_cursor *cursor = journal_cursor_create(journal, oldest - 1);
    struct journal_record record;
    EXPECT(!journal_cursor_next(cursor, &record, &error) && error.kind == ERROR_NOT_FOUND);
    journal_cursor_destroy(cursor);
    EXPECT(journal_release(journal, 100, &error));
    EXPECT_INT(journal_stats(journal).segment_count, 1);
    journal_close(journal);
    journal = open_small();
    EXPECT_INT(journal_end(journal), 100);
    EXPECT(append_numbers(journal, 101, 102));
    journal_close(journal);
}

static void what_is_held_is_not_released(void) {
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 100));
    journal_hold(journal, 50);
    EXPECT(journal_release(journal, 100, &error) && journal_oldest(journal) <= 51);
    EXPECT(journal_oldest(journal) > 1);
    journal_hold(journal, 100);
    EXPECT(journal_release(journal, 100, &error) && journal_oldest(journal) > 51);
    journal_close(journal);
}

static void foreign_newer_and_incomplete_journals_are_refused(void) {
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 3));
    journal_close(journal);
    EXPECT(open_with((struct journal_options){.generation = 4}) == NULL && error.kind == ERROR_CONFLICT);
    EXPECT(open_with((struct journal_options){.generation = 5, .cairn_id.bytes = {1}}) == NULL);
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    EXPECT(open_with((struct journal_options){.generation = 5, .known_position = 4}) == NULL);
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    journal = open_with((struct journal_options){.generation = 6, .known_position = 3});
    EXPECT(journal != NULL);
    journal_close(journal);
}

static void reading_only_changes_nothing(void) {
    EXPECT(open_with((struct journal_options){.read_only = true}) == NULL);
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 40));
    journal_close(journal);
    disk_sim_set_free_bytes(sim, 0);
    journal = open_with((struct journal_options){.read_only = true, .generation = 5});
    EXPECT(journal != NULL && reads_numbers(journal, 1, 40));
    journal_close(journal);
}

static void after_a_failed_write_all_is_refused_until_reopened(void) {
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 3));
    disk_sim_fail_at(sim, 1);
    EXPECT(!append_numbers(journal, 4, 4) && error.kind == ERROR_IO);
    EXPECT(!append_numbers(journal, 4, 4) && error.kind == ERROR_UNAVAILABLE);
    EXPECT(journal_is_broken(journal) && reads_numbers(journal, 1, 3));
    journal_close(journal);
    journal = open_small();
    EXPECT(!journal_is_broken(journal) && journal_end(journal) >= 3);
    journal_close(journal);
}

/* A flipped bit must never change or hide a payload that something durable follows. */
static void every_flipped_bit_is_an_error_or_an_unfinished_tail(void) {
    uint64_t bits = 0;
    for (uint64_t bit = 0; bit == 0 || bit < bits; bit++) {
        struct disk_sim *before = sim;
        sim = disk_sim_create(1);
        struct journal *journal = open_with((struct journal_options){0});
        EXPECT(append_numbers(journal, 1, 4));
        bits = journal_stats(journal).bytes * 8;
        journal_close(journal);
        EXPECT(disk_sim_flip_bit(sim, "journal/00000000000000000001.log", bit));
        journal = open_with((struct journal_options){0});
        if (journal == NULL)
            EXPECT(error.kind == ERROR_CORRUPT && strstr(error.message, "00000000000000000001.log") != NULL);
        else /* only the last group can be taken for an unfinished tail */
            EXPECT(bit >= bits - (uint64_t)(16 + 9) * 8 && reads_numbers(journal, 1, 3));
        journal_close(journal);
        disk_sim_destroy(sim);
        sim = before;
    }
}

static void damage_in_an_older_segment_stops_the_cursor(void) {
    struct journal *journal = open_small();
    EXPECT(append_numbers(journal, 1, 100));
    journal_close(journal); /* so that memory has none of it */
    journal = open_small();
    EXPECT(disk_sim_flip_bit(sim, "journal/00000000000000000001.log", 8 * 200));
    EXPECT(!reads_numbers(journal, 1, 100) && error.kind == ERROR_CORRUPT);
    EXPECT(strstr(error.message, "00000000000000000001.log is damaged at byte") != NULL);
    EXPECT(reads_numbers(journal, 60, 100));
    journal_close(journal);
}

/* Payloads so large that memory holds only the newest. Each is filled with its number. */
enum { LARGE_SIZE = 1000000 };

static void append_large(struct journal *journal, uint8_t from, uint8_t to) {
    SCOPED(own_free) uint8_t *data = mem_alloc(LARGE_SIZE);
    for (uint8_t number = from; number <= to; number++) {
        uint64_t position = 0;
        struct bytes payload = bytes_of(data, LARGE_SIZE);
        memset(data, number, LARGE_SIZE);
        EXPECT(journal_append(journal, &payload, 1, &position, &error) && position == number);
    }
}

static void read_large(struct journal_cursor *cursor, uint8_t from, uint8_t to) {
    for (uint8_t number = from; number <= to; number++) {
        struct journal_record record = {0};
        EXPECT(journal_cursor_next(cursor, &record, &error) && record.position == number);
        EXPECT(record.payload.size == LARGE_SIZE && record.payload.data[0] == number &&
               record.payload.data[LARGE_SIZE - 1] == number);
    }
}

static void a_reader_that_falls_behind_goes_on_in_the_files_and_returns_to_memory(void) {
    struct journal *journal = open_with((struct journal_options){.segment_bytes = 7 * LARGE_SIZE});
    struct journal_cursor *cursor = journal_cursor_create(journal, 1);
    append_large(journal, 1, 3);
    read_large(cursor, 1, 2);
    append_large(journal, 4, 60);
    struct journal_cursor *late = journal_cursor_create(journal, 20);
    read_large(late, 20, 60);
    read_large(cursor, 3, 60);
    append_large(journal, 61, 62);
    /* No read of the disk: its next operation would fail. */
    disk_sim_fail_at(sim, 0);
    read_large(cursor, 61, 62);
    disk_sim_fail_at(sim, -1);
    struct journal_record record = {.position = 1};
    EXPECT(journal_cursor_next(cursor, &record, &error) && record.position == 0);
    journal_cursor_destroy(late);
    journal_cursor_destroy(cursor);
    journal_close(journal);
}

static int64_t pace_wait_ms(struct journal *journal, int64_t timeout_ms) {
    struct instant start = clock_instant(clock_real());
    journal_wait_for_pace(journal, timeout_ms);
    return (clock_instant(clock_real()).ns - start.ns) / 1000000;
}

static void only_a_reader_that_sets_the_pace_is_waited_for(void) {
    enum { FOR_EVER_MS = 1000000 };
    struct journal *journal = open_with((struct journal_options){0});
    struct journal_cursor *idle = journal_cursor_create(journal, 1);
    append_large(journal, 1, 40);
    journal_wait_for_pace(journal, FOR_EVER_MS);
    struct journal_cursor *cursor = journal_cursor_create(journal, 1);
    journal_cursor_set_pace(cursor);
    EXPECT(pace_wait_ms(journal, 20) >= 20);
    read_large(cursor, 1, 40);
    journal_wait_for_pace(journal, FOR_EVER_MS);
    append_large(journal, 41, 60);
    EXPECT(pace_wait_ms(journal, 20) >= 20);
    journal_cursor_destroy(cursor);
    journal_wait_for_pace(journal, FOR_EVER_MS);
    journal_cursor_destroy(idle);
    journal_close(journal);
}

/* There a segment may end with zeros up to the end of a block. */
static void a_real_disk_gives_back_what_it_took(void) {
    char folder[] = "/tmp/cairn-journal-XXXXXX", name[64];
    EXPECT(mkdtemp(folder) != NULL);
    struct disk *disk = disk_real_create(folder, &error);
    struct journal_options options = {.segment_bytes = 1000};
    for (uint64_t round = 0; round < 3; round++) {
        struct journal *journal = journal_open(disk, &options, &error);
        EXPECT(journal != NULL && journal_end(journal) == round * 100);
        EXPECT(append_numbers(journal, round * 100 + 1, round * 100 + 100));
        EXPECT(reads_numbers(journal, 1, round * 100 + 100));
        if (round == 2)
            EXPECT(journal_release(journal, 300, &error));
        (void)snprintf(name, sizeof name, "journal/%020ju.log", (uintmax_t)journal_oldest(journal));
        journal_close(journal);
    }
    EXPECT(disk_unlink(disk, name, &error) && disk_remove_directory(disk, "journal", &error));
    disk_real_destroy(disk);
    EXPECT(rmdir(folder) == 0);
}

enum { FOLLOWED = 3000 };

static void follow(void *context) {
    struct journal_cursor *cursor = journal_cursor_create(context, 1);
    struct error problem = {0};
    uint64_t number = 1;
    while (number <= FOLLOWED && journal_cursor_wait(cursor, 20000)) {
        struct journal_record record = {0};
        char text[32];
        EXPECT(journal_cursor_next(cursor, &record, &problem) && record.position == number);
        EXPECT(bytes_equal(record.payload, number_text(text, number)));
        number++;
    }
    EXPECT_INT(number, FOLLOWED + 1);
    journal_cursor_destroy(cursor);
}

static void cursors_follow_the_writer(void) {
    struct journal *journal = open_small();
    struct thread *followers[] = {
        thread_start("follower-1", follow, journal), thread_start("follower-2", follow, journal)};
    EXPECT(append_numbers(journal, 1, FOLLOWED));
    thread_join(followers[0]);
    thread_join(followers[1]);
    journal_close(journal);
}

static void waiting_ends_with_the_time_or_an_interrupt(void) {
    struct journal *journal = open_small();
    struct journal_cursor *cursor = journal_cursor_create(journal, 1);
    EXPECT(!journal_cursor_wait(cursor, 5));
    journal_interrupt(journal);
    EXPECT(!journal_cursor_wait(cursor, 1000000));
    EXPECT(append_numbers(journal, 1, 1) && journal_cursor_wait(cursor, 0));
    EXPECT(journal_wait_until(journal, 1, 0) && !journal_wait_until(journal, 2, 1000000));
    EXPECT_INT(journal_cursor_position(cursor), 1);
    journal_cursor_destroy(cursor);
    journal_close(journal);
}

#define TEST_ON_NEW_DISK(function)                                                                           \
    do {                                                                                                     \
        sim = disk_sim_create(1);                                                                            \
        TEST(function);                                                                                      \
        disk_sim_destroy(sim);                                                                               \
    } while (0)

int main(void) {
    TEST_ON_NEW_DISK(positions_are_dense_across_segments_and_restarts);
    TEST_ON_NEW_DISK(restarts_alone_make_no_new_segments);
    TEST_ON_NEW_DISK(a_group_gets_positions_in_order_and_is_counted);
    TEST_ON_NEW_DISK(payloads_have_a_size_limit_that_harms_nothing);
    TEST_ON_NEW_DISK(released_segments_go_and_the_last_stays);
    TEST_ON_NEW_DISK(what_is_held_is_not_released);
    TEST_ON_NEW_DISK(foreign_newer_and_incomplete_journals_are_refused);
    TEST_ON_NEW_DISK(reading_only_changes_nothing);
    TEST_ON_NEW_DISK(after_a_failed_write_all_is_refused_until_reopened);
    TEST_ON_NEW_DISK(every_flipped_bit_is_an_error_or_an_unfinished_tail);
    TEST_ON_NEW_DISK(damage_in_an_older_segment_stops_the_cursor);
    TEST_ON_NEW_DISK(a_reader_that_falls_behind_goes_on_in_the_files_and_returns_to_memory);
    TEST_ON_NEW_DISK(only_a_reader_that_sets_the_pace_is_waited_for);
    TEST(a_real_disk_gives_back_what_it_took);
    TEST_ON_NEW_DISK(cursors_follow_the_writer);
    TEST_ON_NEW_DISK(waiting_ends_with_the_time_or_an_interrupt);
    return tap_done();
}
