/* SPDX-License-Identifier: Apache-2.0 */
/* format: manifests and ids come back as they were written, and no changed bit passes. */
#include "base/own.h"
#include "lake/format.h"
#include "support/tap.h"

#include <string.h>

static struct lake_manifest sample(struct lake_entry files[2], uint64_t sidecars[1]) {
    files[0] = (struct lake_entry){1, 100, 5000, {-5}, {1767268800123}};
    files[1] = (struct lake_entry){7, 1, 900, {1767268800000}, {1767268800000}};
    sidecars[0] = 7;
    return (struct lake_manifest){.cairn_id = {{1, 2}},
        .store = {{3}},
        .generation = 4,
        .position = 99,
        .next_sequence = 8,
        .files = files,
        .file_count = 2,
        .sidecars = sidecars,
        .sidecar_count = 1};
}

static void a_manifest_comes_back_as_it_was_written(void) {
    struct lake_entry files[2];
    uint64_t sidecars[1];
    struct lake_manifest manifest = sample(files, sidecars);
    SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
    lake_manifest_append(&text, &manifest);
    struct error error = {0};
    SCOPED(lake_manifest_finish) struct lake_manifest found = {0};
    EXPECT(lake_manifest_parse(buf_str(&text), &found, &error));
    EXPECT(memcmp(&found.cairn_id, &manifest.cairn_id, UUID_SIZE) == 0);
    EXPECT(memcmp(&found.store, &manifest.store, UUID_SIZE) == 0);
    EXPECT_INT(found.generation, 4);
    EXPECT_INT(found.position, 99);
    EXPECT_INT(found.next_sequence, 8);
    EXPECT_INT(found.sidecar_count, 1);
    EXPECT_INT(found.sidecars[0], 7);
    EXPECT_INT(found.file_count, 2);
    EXPECT_INT(found.files[0].oldest.ms, -5);
    EXPECT_INT(found.files[0].newest.ms, 1767268800123);
    EXPECT_INT(found.files[1].sequence, 7);
    EXPECT_INT(found.files[1].bytes, 900);
    EXPECT(!found.is_removed);
}

static void every_changed_bit_and_every_missing_byte_is_noticed(void) {
    struct lake_entry files[2];
    uint64_t sidecars[1];
    struct lake_manifest manifest = sample(files, sidecars), found = {0};
    SCOPED(buf_finish) struct buf text = BUF_INIT(4096);
    lake_manifest_append(&text, &manifest);
    for (size_t bit = 0; bit < text.size * 8; bit++) {
        struct error error = {0};
        text.data[bit / 8] ^= (char)(1 << bit % 8);
        EXPECT(!lake_manifest_parse(buf_str(&text), &found, &error));
        text.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t size = 0; size < text.size; size++) {
        struct error error = {0};
        EXPECT(!lake_manifest_parse(str_of(text.data, size), &found, &error));
    }
}

static void ids_come_back_and_every_changed_bit_is_noticed(void) {
    const struct lake_id ids[2] = {{{{1}}, 5}, {{{2, 3}}, UINT64_MAX}};
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(4096);
    lake_ids_append(&bytes, 12, ids, 2);
    struct error error = {0};
    struct lake_id *found = NULL;
    size_t count = 0;
    EXPECT(lake_ids_parse(buf_bytes(&bytes), 12, &found, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(memcmp(found, ids, sizeof ids) == 0);
    mem_free(found);
    EXPECT(!lake_ids_parse(buf_bytes(&bytes), 13, &found, &count, &error));
    for (size_t bit = 0; bit < bytes.size * 8; bit++) {
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
        EXPECT(!lake_ids_parse(buf_bytes(&bytes), 12, &found, &count, &error));
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
    }
}

int main(void) {
    TEST(a_manifest_comes_back_as_it_was_written);
    TEST(every_changed_bit_and_every_missing_byte_is_noticed);
    TEST(ids_come_back_and_every_changed_bit_is_noticed);
    return tap_done();
}
