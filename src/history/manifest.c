/* SPDX-License-Identifier: Apache-2.0 */
#include "manifest.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include <string.h>

enum { VERSION = 1, HEADER_SIZE = 60, ENTRY_SIZE = 24 };
static const char magic[8] = "CAIRNHSM";
#define MANIFEST_NAME "history/manifest"

/* Header: magic, version, CRC32C of all after it, Cairn id, generation, sealed position, next id, count; then
 * the segments. */
static bool parse(struct bytes file, struct history_manifest *ret_manifest, struct error *error) {
    if (file.size < HEADER_SIZE || memcmp(file.data, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "not a history manifest");
    if (load_u32(file.data + 8) != VERSION)
        return error_set(
            error, ERROR_CORRUPT, "version %u, this program reads %d", load_u32(file.data + 8), VERSION);
    if (load_u32(file.data + 12) != hash_crc32c(0, bytes_of(file.data + 16, file.size - 16)))
        return error_set(error, ERROR_CORRUPT, "checksum does not match");
    uint32_t count = load_u32(file.data + 56);
    if (count > HISTORY_MANIFEST_SEGMENTS_MAX || file.size != HEADER_SIZE + (size_t)count * ENTRY_SIZE)
        return error_set(error, ERROR_CORRUPT, "%u segments in %zu bytes", count, file.size);
    struct history_manifest manifest = {.generation = load_u64(file.data + 32),
        .sealed_position = load_u64(file.data + 40),
        .next_id = load_u64(file.data + 48),
        .exists = true,
        .segment_count = count,
        .segments = mem_alloc_array(count, sizeof *manifest.segments)};
    memcpy(manifest.cairn_id.bytes, file.data + 16, UUID_SIZE);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = file.data + HEADER_SIZE + (size_t)i * ENTRY_SIZE;
        manifest.segments[i] =
            (struct history_manifest_segment){load_u64(entry), load_u64(entry + 8), load_u64(entry + 16)};
    }
    *ret_manifest = manifest;
    return true;
}

bool history_manifest_read(struct disk *disk, struct history_manifest *ret_manifest, struct error *error) {
    SCOPED(buf_finish) struct buf file = BUF_INIT(HEADER_SIZE + ENTRY_SIZE * HISTORY_MANIFEST_SEGMENTS_MAX);
    struct error missing = {0};
    struct disk_stat stat;
    if (!disk_stat(disk, MANIFEST_NAME, &stat, &missing)) {
        if (missing.kind != ERROR_NOT_FOUND) {
            *error = missing;
            return false;
        }
        *ret_manifest = (struct history_manifest){.next_id = 1};
        return true;
    }
    if (!disk_read_file(disk, MANIFEST_NAME, &file, error) || !parse(buf_bytes(&file), ret_manifest, error))
        return error_context(error, MANIFEST_NAME);
    return true;
}

bool history_manifest_write(struct disk *disk, const struct history_manifest *manifest, struct error *error) {
    ASSERT(manifest->segment_count <= HISTORY_MANIFEST_SEGMENTS_MAX);
    SCOPED(buf_finish) struct buf rest = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append(&rest, manifest->cairn_id.bytes, UUID_SIZE);
    (void)buf_append_u64(&rest, manifest->generation);
    (void)buf_append_u64(&rest, manifest->sealed_position);
    (void)buf_append_u64(&rest, manifest->next_id);
    (void)buf_append_u32(&rest, (uint32_t)manifest->segment_count);
    for (size_t i = 0; i < manifest->segment_count; i++) {
        (void)buf_append_u64(&rest, manifest->segments[i].id);
        (void)buf_append_u64(&rest, manifest->segments[i].first_position);
        (void)buf_append_u64(&rest, manifest->segments[i].end_position);
    }
    SCOPED(buf_finish) struct buf file = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append(&file, magic, sizeof magic);
    (void)buf_append_u32(&file, VERSION);
    (void)buf_append_u32(&file, hash_crc32c(0, buf_bytes(&rest)));
    (void)buf_append_bytes(&file, buf_bytes(&rest));
    return disk_write_file(disk, MANIFEST_NAME, buf_bytes(&file), error);
}

void history_manifest_finish(struct history_manifest *manifest) {
    mem_free(manifest->segments);
    *manifest = (struct history_manifest){0};
}
