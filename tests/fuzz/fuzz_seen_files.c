/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a run's header, a page and a manifest: nothing leads outside, and all write back the same. */
#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "seen/format.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header(struct bytes bytes) {
    struct error error = {0};
    struct seen_run_header header;
    if (!seen_run_header_parse(bytes, &header, &error))
        return;
    ASSERT(header.entry_count > 0);
    ASSERT(seen_page_count(header.entry_count) > 0 && seen_block_count(header.entry_count) > 0);
}

static void check_page(struct bytes bytes) {
    struct error error = {0};
    struct seen_entry entries[SEEN_PAGE_ENTRIES_MAX];
    size_t count = 0;
    uint64_t content = 0;
    if (!seen_page_parse(bytes, entries, &count, &error))
        return;
    ASSERT(count <= SEEN_PAGE_ENTRIES_MAX);
    ASSERT(seen_page_find(bytes, &entries[0].id, &content, &error));
}

static void check_manifest(struct bytes bytes) {
    struct error error = {0};
    struct seen_manifest manifest;
    if (!seen_manifest_parse(bytes, &manifest, &error))
        return;
    struct buf again = BUF_INIT(1 << 20);
    seen_manifest_append(&again, &manifest);
    ASSERT(again.size == bytes.size);
    buf_finish(&again);
    mem_free(manifest.numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_header(bytes_of(data, size));
    check_page(bytes_of(data, size));
    check_manifest(bytes_of(data, size));
    return 0;
}
