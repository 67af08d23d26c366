/* SPDX-License-Identifier: Apache-2.0 */
#include "format.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"

#include <string.h>

enum { VERSION = 1 };

/* Offsets that run headers and manifests share. */
enum {
    HEAD_MAGIC = 0,
    HEAD_VERSION = 8,
    HEAD_COMPATIBLE = 12,
    HEAD_INCOMPATIBLE = 16,
    HEAD_CAIRN_ID = 24,
    HEAD_GENERATION = 40,
    HEAD_SEED = 48,
    HEAD_SIZE = 56,
};

/* Offsets in a run's header. */
enum { RUN_NUMBER = HEAD_SIZE, RUN_ENTRY_COUNT = 64, RUN_CHECK = SEEN_PAGE_SIZE - 4 };

/* Offsets in a page. */
enum { PAGE_COUNT = 4080, PAGE_CHECK = SEEN_PAGE_SIZE - 4 };

/* Offsets in a manifest; the run numbers and the check follow. */
enum { MANIFEST_POSITION = HEAD_SIZE, MANIFEST_NEXT = 64, MANIFEST_COUNT = 72, MANIFEST_RUNS = 80 };

_Static_assert(SEEN_PAGE_ENTRIES_MAX *SEEN_ENTRY_SIZE == PAGE_COUNT, "entries fill a page");
_Static_assert(PAGE_COUNT + 2 <= PAGE_CHECK, "the count fits");

static const char run_magic[8] = {'C', 'A', 'I', 'R', 'N', 'S', 'E', 'R'};
static const char manifest_magic[8] = {'C', 'A', 'I', 'R', 'N', 'S', 'E', 'M'};
static const uint64_t entry_count_max = (uint64_t)1 << 40;

uint64_t seen_hash(const struct seen_identity *identity, const struct uuid *id) {
    return hash_quick(bytes_of(id->bytes, UUID_SIZE), identity->seed);
}

uint64_t seen_page_count(uint64_t entry_count) {
    return (entry_count + SEEN_PAGE_ENTRIES_MAX - 1) / SEEN_PAGE_ENTRIES_MAX;
}

uint64_t seen_block_count(uint64_t entry_count) {
    return entry_count * SEEN_FILTER_BITS / (SEEN_BLOCK_SIZE * 8) + 1;
}

static void head_write(uint8_t *bytes, const char magic[8], const struct seen_identity *identity) {
    memcpy(bytes + HEAD_MAGIC, magic, 8);
    store_u32(bytes + HEAD_VERSION, VERSION);
    store_u32(bytes + HEAD_COMPATIBLE, 0);
    store_u64(bytes + HEAD_INCOMPATIBLE, 0);
    memcpy(bytes + HEAD_CAIRN_ID, identity->cairn_id.bytes, UUID_SIZE);
    store_u64(bytes + HEAD_GENERATION, identity->generation);
    store_u64(bytes + HEAD_SEED, identity->seed);
}

/* `bytes` ends with its check. */
static bool head_parse(
    struct bytes bytes, const char magic[8], struct seen_identity *ret_identity, struct error *error) {
    if (bytes.size < HEAD_SIZE + 4 || memcmp(bytes.data, magic, 8) != 0)
        return error_set(error, ERROR_CORRUPT, "not a file of admitted ids");
    if (load_u32(bytes.data + bytes.size - 4) != hash_crc32c(0, bytes_of(bytes.data, bytes.size - 4)))
        return error_set(error, ERROR_CORRUPT, "header is damaged");
    uint32_t version = load_u32(bytes.data + HEAD_VERSION);
    uint32_t features = load_u32(bytes.data + HEAD_INCOMPATIBLE);
    if (version != VERSION || features != 0)
        return error_set(error, ERROR_INVALID,
            "format version %u with features %#x is newer than this program", version, features);
    memcpy(ret_identity->cairn_id.bytes, bytes.data + HEAD_CAIRN_ID, UUID_SIZE);
    ret_identity->generation = load_u64(bytes.data + HEAD_GENERATION);
    ret_identity->seed = load_u64(bytes.data + HEAD_SEED);
    return true;
}

void seen_run_header_write(uint8_t page[SEEN_PAGE_SIZE], const struct seen_run_header *header) {
    memset(page, 0, SEEN_PAGE_SIZE);
    head_write(page, run_magic, &header->identity);
    store_u64(page + RUN_NUMBER, header->number);
    store_u64(page + RUN_ENTRY_COUNT, header->entry_count);
    store_u32(page + RUN_CHECK, hash_crc32c(0, bytes_of(page, RUN_CHECK)));
}

bool seen_run_header_parse(struct bytes bytes, struct seen_run_header *ret_header, struct error *error) {
    struct seen_run_header header = {0};
    if (bytes.size < SEEN_PAGE_SIZE)
        return error_set(error, ERROR_CORRUPT, "file of %zu bytes", bytes.size);
    if (!head_parse(bytes_of(bytes.data, SEEN_PAGE_SIZE), run_magic, &header.identity, error))
        return false;
    header.number = load_u64(bytes.data + RUN_NUMBER);
    header.entry_count = load_u64(bytes.data + RUN_ENTRY_COUNT);
    if (header.entry_count == 0 || header.entry_count > entry_count_max)
        return error_set(error, ERROR_CORRUPT, "impossible number of entries");
    *ret_header = header;
    return true;
}

void seen_page_write(uint8_t page[SEEN_PAGE_SIZE], const struct seen_entry *entries, size_t count) {
    ASSERT(count > 0 && count <= SEEN_PAGE_ENTRIES_MAX);
    memset(page, 0, SEEN_PAGE_SIZE);
    for (size_t i = 0; i < count; i++) {
        ASSERT(entries[i].content != 0);
        memcpy(page + i * SEEN_ENTRY_SIZE, entries[i].id.bytes, UUID_SIZE);
        store_u64(page + i * SEEN_ENTRY_SIZE + UUID_SIZE, entries[i].content);
    }
    store_u16(page + PAGE_COUNT, (uint16_t)count);
    store_u32(page + PAGE_CHECK, hash_crc32c(0, bytes_of(page, PAGE_CHECK)));
}

static bool page_check(struct bytes page, size_t *ret_count, struct error *error) {
    if (page.size != SEEN_PAGE_SIZE ||
        load_u32(page.data + PAGE_CHECK) != hash_crc32c(0, bytes_of(page.data, PAGE_CHECK)))
        return error_set(error, ERROR_CORRUPT, "page is damaged");
    size_t count = load_u16(page.data + PAGE_COUNT);
    if (count == 0 || count > SEEN_PAGE_ENTRIES_MAX)
        return error_set(error, ERROR_CORRUPT, "page of %zu entries", count);
    *ret_count = count;
    return true;
}

bool seen_page_parse(struct bytes page, struct seen_entry ret_entries[SEEN_PAGE_ENTRIES_MAX],
    size_t *ret_count, struct error *error) {
    size_t count = 0;
    if (!page_check(page, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        memcpy(ret_entries[i].id.bytes, page.data + i * SEEN_ENTRY_SIZE, UUID_SIZE);
        ret_entries[i].content = load_u64(page.data + i * SEEN_ENTRY_SIZE + UUID_SIZE);
    }
    *ret_count = count;
    return true;
}

bool seen_page_find(struct bytes page, const struct uuid *id, uint64_t *ret_content, struct error *error) {
    size_t count = 0;
    if (!page_check(page, &count, error))
        return false;
    *ret_content = 0;
    for (size_t i = 0; i < count; i++)
        if (memcmp(page.data + i * SEEN_ENTRY_SIZE, id->bytes, UUID_SIZE) == 0)
            *ret_content = load_u64(page.data + i * SEEN_ENTRY_SIZE + UUID_SIZE);
    return true;
}

void seen_manifest_append(struct buf *buf, const struct seen_manifest *manifest) {
    uint8_t head[MANIFEST_RUNS];
    size_t start = buf->size;
    head_write(head, manifest_magic, &manifest->identity);
    store_u64(head + MANIFEST_POSITION, manifest->position);
    store_u64(head + MANIFEST_NEXT, manifest->next_number);
    store_u64(head + MANIFEST_COUNT, manifest->count);
    (void)buf_append(buf, head, sizeof head);
    for (size_t i = 0; i < manifest->count; i++)
        (void)buf_append_u64(buf, manifest->numbers[i]);
    (void)buf_append_u32(buf, hash_crc32c(0, bytes_of(buf->data + start, buf->size - start)));
}

bool seen_manifest_parse(struct bytes bytes, struct seen_manifest *ret_manifest, struct error *error) {
    struct seen_manifest manifest = {0};
    if (bytes.size < MANIFEST_RUNS + 4)
        return error_set(error, ERROR_CORRUPT, "manifest of %zu bytes", bytes.size);
    if (!head_parse(bytes, manifest_magic, &manifest.identity, error))
        return false;
    manifest.position = load_u64(bytes.data + MANIFEST_POSITION);
    manifest.next_number = load_u64(bytes.data + MANIFEST_NEXT);
    uint64_t count = load_u64(bytes.data + MANIFEST_COUNT);
    if (count > SEEN_RUNS_MAX || bytes.size != MANIFEST_RUNS + count * 8 + 4)
        return error_set(error, ERROR_CORRUPT, "manifest of another size than it says");
    manifest.count = (size_t)count;
    manifest.numbers = mem_alloc_array((size_t)count, sizeof *manifest.numbers);
    for (size_t i = 0; i < count; i++)
        manifest.numbers[i] = load_u64(bytes.data + MANIFEST_RUNS + i * 8);
    *ret_manifest = manifest;
    return true;
}
