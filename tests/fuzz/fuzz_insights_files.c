/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a manifest, a block of counts, a key and a chunk of a snapshot (the first byte says of which
 * kind): nothing leads outside, and what was read can be used. */
#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "insights/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_manifest(struct bytes bytes) {
    struct error error = {0};
    struct insights_manifest manifest;
    struct insights_file *files = NULL;
    size_t count = 0;
    if (!insights_manifest_parse(bytes, &manifest, &files, &count, &error))
        return;
    struct buf again = BUF_INIT(1 << 22);
    insights_manifest_append(&again, &manifest, files, count);
    ASSERT(again.size == bytes.size);
    buf_finish(&again);
    mem_free(files);
}

static void check_block(struct bytes bytes) {
    struct error error = {0};
    struct insights_counts_block block = {
        .at = bytes.data, .end = bytes.data + bytes.size, .period_minutes = 60};
    bool done = false;
    while (!done && insights_counts_block_next(&block, &done, &error))
        ASSERT(done || (block.count.count > 0 && block.count.key.size <= INSIGHTS_KEY_SIZE_MAX));
}

static void check_key(struct bytes bytes) {
    struct error error = {0};
    struct insights_series series;
    if (!insights_key_parse(bytes, &series, &error))
        return;
    uint8_t again[INSIGHTS_KEY_SIZE_MAX];
    ASSERT(insights_key_write(again, &series) <= sizeof again);
}

static void check_chunk(enum insights_chunk kind, struct bytes bytes) {
    struct error error = {0};
    struct insights_options options = {.series_max = 64};
    struct insights *insights = insights_open(NULL, &options, &error);
    ASSERT(insights != NULL);
    struct str some = STR_LITERAL("some");
    (void)insights_values_intern(&insights->values, some);
    insights->judged = 0; /* of a series of zeros too */
    if (insights_snapshot_take(insights, kind, bytes, &error))
        insights_values_collect(insights);
    (void)insights_stats(insights);
    insights_close(insights);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct bytes bytes = bytes_of(data, size);
    check_manifest(bytes);
    check_block(bytes);
    check_key(bytes);
    if (size > 0)
        check_chunk((enum insights_chunk)(data[0] % 8), bytes_of(data + 1, size - 1));
    return 0;
}
