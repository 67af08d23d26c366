/* SPDX-License-Identifier: Apache-2.0 */
/* manifest: its bytes (docs/formats/insights.md). Pure. */
#include "base/bits.h"
#include "base/own.h"
#include "codec/hash.h"

#include "files.h"

#include <string.h>

enum { VERSION = 1, FILE_SIZE = 24, CHECK_SIZE = 4 };

/* Offsets. */
enum {
    AT_MAGIC = 0,
    AT_VERSION = 8,
    AT_COMPATIBLE = 12,
    AT_INCOMPATIBLE = 16,
    AT_CAIRN_ID = 24,
    AT_GENERATION = 40,
    AT_POSITION = 48,
    AT_SNAPSHOT = 56,
    AT_NEXT_NUMBER = 64,
    AT_COUNT = 72,
    AT_FILES = 80,
};

/* Offsets in a file's entry. */
enum { FILE_NUMBER = 0, FILE_BYTES = 8, FILE_DAY = 16, FILE_PERIOD = 20, FILE_TIER = 22 };

static const char magic[8] = {'C', 'A', 'I', 'R', 'N', 'I', 'N', 'M'};

void insights_manifest_append(struct buf *buf, const struct insights_manifest *manifest,
    const struct insights_file *files, size_t count) {
    uint8_t head[AT_FILES] = {0};
    size_t start = buf->size;
    memcpy(head + AT_MAGIC, magic, sizeof magic);
    store_u32(head + AT_VERSION, VERSION);
    memcpy(head + AT_CAIRN_ID, manifest->cairn_id.bytes, UUID_SIZE);
    store_u64(head + AT_GENERATION, manifest->generation);
    store_u64(head + AT_POSITION, manifest->position);
    store_u64(head + AT_SNAPSHOT, manifest->snapshot);
    store_u64(head + AT_NEXT_NUMBER, manifest->next_number);
    store_u64(head + AT_COUNT, count);
    buf_append(buf, head, sizeof head);
    for (size_t i = 0; i < count; i++) {
        uint8_t entry[FILE_SIZE] = {0};
        store_u64(entry + FILE_NUMBER, files[i].number);
        store_u64(entry + FILE_BYTES, files[i].bytes);
        store_u32(entry + FILE_DAY, files[i].day);
        store_u16(entry + FILE_PERIOD, files[i].period_minutes);
        entry[FILE_TIER] = files[i].tier;
        buf_append(buf, entry, sizeof entry);
    }
    if (!buf->overflowed)
        buf_append_u32(buf, hash_crc32c(0, bytes_of(buf->data + start, buf->size - start)));
}

static bool check_bytes(struct bytes bytes, struct error *error) {
    if (bytes.size < AT_FILES + CHECK_SIZE || memcmp(bytes.data, magic, sizeof magic) != 0)
        return error_set(error, ERROR_CORRUPT, "not a manifest of insights");
    if (load_u32(bytes.data + bytes.size - CHECK_SIZE) !=
        hash_crc32c(0, bytes_of(bytes.data, bytes.size - CHECK_SIZE)))
        return error_set(error, ERROR_CORRUPT, "manifest is damaged");
    if (load_u32(bytes.data + AT_VERSION) != VERSION || load_u64(bytes.data + AT_INCOMPATIBLE) != 0)
        return error_set(error, ERROR_INVALID, "its format is newer than this program");
    uint64_t count = load_u64(bytes.data + AT_COUNT);
    if (count > INSIGHTS_FILES_MAX || bytes.size != AT_FILES + count * FILE_SIZE + CHECK_SIZE)
        return error_set(error, ERROR_CORRUPT, "manifest of another size than it says");
    return true;
}

static bool is_legal(const struct insights_file *file) {
    return file->day <= UINT32_MAX / INSIGHTS_DAY_MINUTES - 1 &&
           (file->period_minutes == 1 || file->period_minutes == 5 || file->period_minutes == 60);
}

bool insights_manifest_parse(struct bytes bytes, struct insights_manifest *ret_manifest,
    struct insights_file **ret_files, size_t *ret_count, struct error *error) {
    if (!check_bytes(bytes, error))
        return false;
    size_t count = (size_t)load_u64(bytes.data + AT_COUNT);
    SCOPED(own_free) struct insights_file *files = mem_alloc_array(count + 1, sizeof *files);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = bytes.data + AT_FILES + i * FILE_SIZE;
        files[i] = (struct insights_file){.number = load_u64(entry + FILE_NUMBER),
            .bytes = load_u64(entry + FILE_BYTES),
            .day = load_u32(entry + FILE_DAY),
            .period_minutes = load_u16(entry + FILE_PERIOD),
            .tier = entry[FILE_TIER]};
        if (!is_legal(&files[i]))
            return error_set(error, ERROR_CORRUPT, "manifest names an impossible file");
    }
    struct insights_manifest manifest = {.generation = load_u64(bytes.data + AT_GENERATION),
        .position = load_u64(bytes.data + AT_POSITION),
        .snapshot = load_u64(bytes.data + AT_SNAPSHOT),
        .next_number = load_u64(bytes.data + AT_NEXT_NUMBER)};
    memcpy(manifest.cairn_id.bytes, bytes.data + AT_CAIRN_ID, UUID_SIZE);
    *ret_manifest = manifest;
    *ret_files = TAKE(files);
    *ret_count = count;
    return true;
}
