/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment file of any bytes is opened, looked up in, read, and
 * merged with another of the same bytes. Checksums
 * would keep a fuzzer out, so they are put right first: what is behind them must stand on its own.
 */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "history/history.h"
#include "support/disk_sim.h"
#include "sys/disk.h"

#include <string.h>

static const int64_t retention_ms = 3650LL * MS_PER_DAY;
enum { SIZE_MAX_TRIED = 1 << 18, PAGE_SIZE = 4096, TAIL_SIZE = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Pages after the blocks, the footer, and each block, as docs/formats/history.md has them. */
static void mend_checksums(uint8_t *file, size_t size) {
    if (size < TAIL_SIZE + 128)
        return;
    uint8_t *tail = file + size - TAIL_SIZE;
    uint32_t footer_size = load_u32(tail);
    if (footer_size > size - TAIL_SIZE || footer_size < 80)
        return;
    uint8_t *footer = tail - footer_size;
    store_u32(tail + 4, hash_crc32c(0, bytes_of(footer, footer_size)));
    uint64_t data_end = load_u64(footer + 56);
    uint64_t start = (data_end + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    for (uint32_t page = 0; start + PAGE_SIZE <= size - TAIL_SIZE - footer_size; start += PAGE_SIZE, page++)
        store_u32(file + start + PAGE_SIZE - 4, hash_crc32c(page, bytes_of(file + start, PAGE_SIZE - 4)));
    for (uint64_t at = 16; at + 16 <= data_end && data_end <= size;) {
        uint64_t block_size = 16 + (uint64_t)load_u32(file + at + 4);
        if (block_size > data_end - at)
            return;
        store_u32(file + at, hash_crc32c(0, bytes_of(file + at + 4, block_size - 4)));
        at += block_size;
    }
}

/* Two segments, one after the other. */
static void write_manifest(struct disk *disk, uint64_t first, uint64_t count) {
    uint8_t manifest[60 + 2 * 24] = "CAIRNHSM";
    store_u32(manifest + 8, 1);
    store_u64(manifest + 40, first + 2 * count - 1);
    store_u64(manifest + 48, 3);
    store_u32(manifest + 56, 2);
    for (uint64_t i = 0; i < 2; i++) {
        store_u64(manifest + 60 + 24 * i, i + 1);
        store_u64(manifest + 68 + 24 * i, first + i * count);
        store_u64(manifest + 76 + 24 * i, first + (i + 1) * count);
    }
    store_u32(manifest + 12, hash_crc32c(0, bytes_of(manifest + 16, sizeof manifest - 16)));
    struct error error = {0};
    ASSERT(disk_write_file(disk, "history/manifest", BYTES_OF(manifest), &error));
}

static bool note_event(uint64_t position, struct bytes payload, void *context) {
    (void)position;
    (void)payload;
    (void)context;
    return true;
}

static void note_place(struct str account, struct str region, uint64_t event_count, void *context) {
    (void)account;
    (void)region;
    (void)event_count;
    (void)context;
}

static void look_up(struct history *history, const struct history_filter *filters, size_t count) {
    struct error error = {0};
    struct arena arena = ARENA_INIT;
    struct history_page page;
    struct history_query query = {.account = STR_LITERAL("111111111111"),
        .region = STR_LITERAL("us-east-1"),
        .from = MOMENT_MIN,
        .to = {1700000050000},
        .filters = filters,
        .filter_count = count,
        .limit = 200};
    IGNORE(history_lookup(history, &query, &arena, &page, &error), "any answer will do");
    arena_finish(&arena);
}

static void use(struct history *history) {
    static const struct history_filter filters[] = {{HISTORY_USERNAME, {"u1", 2}},
        {HISTORY_READ_ONLY, {"false", 5}}, {HISTORY_EVENT_ID, {"56e9a0d1-8c4b-4f7a-9d61-0a3c2b1e4f5d", 36}}};
    struct error error = {0};
    uint64_t next = 0;
    look_up(history, filters, 0);
    look_up(history, filters, 1);
    look_up(history, filters, 2);
    look_up(history, filters + 2, 1);
    IGNORE(history_read(history, 1, 500, note_event, NULL, &next, &error), "any answer will do");
    IGNORE(history_places(history, note_place, NULL, &error), "any answer will do");
}

/* When the segments' window of time is over, but not their retention. */
static void merge(struct history *history, int64_t later_ms_max) {
    struct error error = {0};
    struct moment now = {later_ms_max + retention_ms / 8};
    bool more = true;
    for (int i = 0; i < 20 && more; i++)
        if (!history_maintain(history, now, false, &more, &error))
            return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t file[SIZE_MAX_TRIED];
    if (size > sizeof file || size < TAIL_SIZE + 128)
        return 0;
    memcpy(file, data, size);
    mend_checksums(file, size);
    uint32_t footer_size = load_u32(file + size - TAIL_SIZE);
    if (footer_size > size - TAIL_SIZE || footer_size < 80)
        return 0;
    uint8_t *footer = file + size - TAIL_SIZE - footer_size;
    uint64_t first = load_u64(footer);
    uint64_t count = load_u32(footer + 8);
    if (first > UINT64_MAX / 2)
        return 0;
    struct disk_sim *sim = disk_sim_create(1);
    struct disk *disk = disk_sim_disk(sim);
    struct error error = {0};
    ASSERT(disk_make_directory(disk, "history", &error));
    ASSERT(disk_write_file(disk, "history/0000000000000001.segment", bytes_of(file, size), &error));
    store_u64(footer, first + count);
    mend_checksums(file, size);
    ASSERT(disk_write_file(disk, "history/0000000000000002.segment", bytes_of(file, size), &error));
    write_manifest(disk, first, count);
    struct history_options options = {.retention_ms = retention_ms};
    struct history *history = history_open(disk, &options, &error);
    if (history != NULL) {
        use(history);
        merge(history, (int64_t)load_u64(footer + 40));
        use(history);
    }
    history_close(history);
    disk_sim_destroy(sim);
    return 0;
}
