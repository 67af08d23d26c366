/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a store's manifest and as ids: what is taken writes back the same. */
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "lake/format.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_manifest(struct str text) {
    struct error error = {0};
    SCOPED(lake_manifest_finish) struct lake_manifest manifest = {0};
    if (!lake_manifest_parse(text, &manifest, &error))
        return;
    for (size_t i = 0; i < manifest.file_count; i++)
        ASSERT(manifest.files[i].sequence < manifest.next_sequence);
    SCOPED(buf_finish) struct buf again = BUF_INIT(LAKE_MANIFEST_SIZE_MAX * 2u);
    lake_manifest_append(&again, &manifest);
    SCOPED(lake_manifest_finish) struct lake_manifest second = {0};
    ASSERT(lake_manifest_parse(buf_str(&again), &second, &error));
    ASSERT(second.file_count == manifest.file_count && second.position == manifest.position);
}

static void check_ids(struct bytes bytes) {
    struct error error = {0};
    struct lake_id *ids = NULL;
    size_t count = 0;
    if (!lake_ids_parse(bytes, 7, &ids, &count, &error))
        return;
    SCOPED(buf_finish) struct buf again = BUF_INIT(LAKE_IDS_SIZE_MAX);
    lake_ids_append(&again, 7, ids, count);
    ASSERT(again.size == bytes.size && memcmp(again.data, bytes.data, bytes.size) == 0);
    mem_free(ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_ids(bytes_of(data, size));
    check_manifest(str_of((const char *)data, size));
    /* The checksum would keep every change out: the same with the right one behind it. */
    SCOPED(buf_finish) struct buf text = BUF_INIT(LAKE_MANIFEST_SIZE_MAX);
    buf_append(&text, data, size);
    buf_append_format(&text, ",\"crc32c\":\"%08x\"}", hash_crc32c(0, bytes_of(data, size)));
    check_manifest(buf_str(&text));
    return 0;
}
