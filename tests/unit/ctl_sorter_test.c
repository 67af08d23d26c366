/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting events for a replay: in memory, and in many runs on disk. */
#include "base/own.h"
#include "ctl/sorter.h"
#include "support/tap.h"

#include <stdlib.h>
#include <string.h>

static struct str folder(void) {
    const char *place = getenv("TMPDIR");
    return str_from(place == NULL ? "/tmp" : place);
}

static struct uuid id_of(uint64_t number) {
    struct uuid id = {{0}};
    memcpy(id.bytes, &number, sizeof number);
    return id;
}

/* A payload that says what it belongs to, of a length that varies. */
static struct bytes payload_of(int64_t time, uint64_t number, uint8_t *ret_bytes, size_t size_max) {
    size_t size = 16 + number % (size_max - 16);
    memset(ret_bytes, (int)(number & 0xff), size);
    memcpy(ret_bytes, &time, sizeof time);
    memcpy(ret_bytes + 8, &number, sizeof number);
    return bytes_of(ret_bytes, size);
}

struct entry {
    int64_t time;
    uint64_t number;
};

static int by_time_and_number(const void *a, const void *b) {
    const struct entry *left = a, *right = b;
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return memcmp(&left->number, &right->number, sizeof left->number);
}

static size_t without_doubles(struct entry *entries, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_time_and_number(&entries[kept - 1], &entries[i]) != 0)
            entries[kept++] = entries[i];
    return kept;
}

static void check(size_t count, size_t memory_bytes, uint64_t numbers, size_t size_max) {
    struct error error = {0};
    struct ctl_sorter *sorter = ctl_sorter_create(folder(), memory_bytes);
    struct entry *entries = mem_alloc_array(count + 1, sizeof *entries);
    uint8_t *bytes = mem_alloc(size_max);
    uint64_t seed = 42;
    for (size_t i = 0; i < count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        entries[i] = (struct entry){(int64_t)(seed >> 40) - 5000, (seed >> 20) % numbers};
        entries[i].time %= 1000;
        EXPECT(ctl_sorter_add(sorter, (struct moment){entries[i].time}, id_of(entries[i].number),
            payload_of(entries[i].time, entries[i].number, bytes, size_max), &error));
    }
    qsort(entries, count, sizeof *entries, by_time_and_number);
    size_t kept = without_doubles(entries, count), wrong = 0;
    bool has_entry = false;
    struct bytes payload;
    for (size_t i = 0; i < kept; i++) {
        EXPECT(ctl_sorter_next(sorter, &has_entry, &payload, &error) && has_entry);
        struct bytes expected = payload_of(entries[i].time, entries[i].number, bytes, size_max);
        wrong += payload.size != expected.size || memcmp(payload.data, expected.data, payload.size) != 0;
    }
    EXPECT_INT(wrong, 0);
    EXPECT(ctl_sorter_next(sorter, &has_entry, &payload, &error) && !has_entry);
    EXPECT(ctl_sorter_next(sorter, &has_entry, &payload, &error) && !has_entry);
    ctl_sorter_destroy(sorter);
    mem_free(entries);
    mem_free(bytes);
}

static void in_memory_events_come_by_time_each_once(void) {
    check(0, 0, 1, 64);
    check(1, 0, 1, 64);
    check(3000, 0, 1000, 64);
    check(3000, 0, 3, 64);
}

static void with_runs_on_disk_the_order_is_the_same(void) {
    check(3000, 4096, 1000, 64);
    check(3000, 4096, 3, 64);
    check(50, 1, 1000, 64); /* a run for each */
}

static void payloads_may_be_larger_than_what_is_read_at_once(void) {
    check(40, 300000, 100000, 200000);
}

static void a_folder_that_is_not_there_is_named(void) {
    struct error error = {0};
    struct ctl_sorter *sorter = ctl_sorter_create(STR_LITERAL("/nowhere/at/all"), 1);
    EXPECT(!ctl_sorter_add(sorter, (struct moment){1}, id_of(1), bytes_of("x", 1), &error));
    EXPECT(strstr(error.message, "/nowhere/at/all") != NULL);
    ctl_sorter_destroy(sorter);
}

int main(void) {
    TEST(in_memory_events_come_by_time_each_once);
    TEST(with_runs_on_disk_the_order_is_the_same);
    TEST(payloads_may_be_larger_than_what_is_read_at_once);
    TEST(a_folder_that_is_not_there_is_named);
    return tap_done();
}
