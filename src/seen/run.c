/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/disk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FILTER_PROBES = 6 };

void seen_run_name(const struct seen_place *place, uint64_t number, char ret_name[SEEN_NAME_SIZE_MAX]) {
    (void)snprintf(ret_name, SEEN_NAME_SIZE_MAX, "%.200s/%020" PRIu64 ".run", place->folder, number);
}

/* The filter: a block by the high bits of the hash, so that sorted entries fill it in order, and
 * six bits in it by a mix of the low ones. */

static uint64_t block_of(const struct seen_run *run, uint64_t hash) {
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)((wide)hash * run->block_count >> 64);
}

static uint64_t probes_of(uint64_t hash) {
    return hash * 0x9e3779b97f4a7c15u >> 10;
}

static void filter_add(struct seen_run *run, uint64_t hash) {
    uint64_t *block = run->blocks[block_of(run, hash)];
    uint64_t probes = probes_of(hash);
    for (int i = 0; i < FILTER_PROBES; i++, probes >>= 9)
        block[probes >> 6 & 7] |= (uint64_t)1 << (probes & 63);
}

bool seen_run_may_have(const struct seen_run *run, uint64_t hash) {
    const uint64_t *block = run->blocks[block_of(run, hash)];
    uint64_t probes = probes_of(hash);
    for (int i = 0; i < FILTER_PROBES; i++, probes >>= 9)
        if ((block[probes >> 6 & 7] >> (probes & 63) & 1) == 0)
            return false;
    return true;
}

void seen_run_prefetch(const struct seen_run *run, uint64_t hash) {
    __builtin_prefetch(run->blocks[block_of(run, hash)]);
}

static struct seen_run *run_create(uint64_t number, uint64_t entry_count) {
    struct seen_run *run = MEM_NEW(struct seen_run);
    run->number = number;
    run->entry_count = entry_count;
    run->page_count = seen_page_count(entry_count);
    run->block_count = seen_block_count(entry_count);
    run->fences = mem_alloc_array((size_t)run->page_count, sizeof *run->fences);
    /* Aligned, so that a block is one line of the cache. */
    run->owned_blocks = mem_alloc_array((size_t)run->block_count + 1, sizeof *run->blocks);
    size_t past = (uintptr_t)run->owned_blocks % SEEN_BLOCK_SIZE;
    run->blocks = (void *)((uint8_t *)run->owned_blocks + (past > 0 ? SEEN_BLOCK_SIZE - past : 0));
    return run;
}

void seen_run_close(struct seen_run *run) {
    if (run == NULL)
        return;
    disk_close(run->file);
    mem_free(run->fences);
    mem_free(run->owned_blocks);
    mem_free(run);
}

static void run_closep(struct seen_run **run) {
    seen_run_close(*run);
}

static uint64_t fences_offset(const struct seen_run *run) {
    return (1 + run->page_count) * SEEN_PAGE_SIZE;
}

static uint64_t blocks_offset(const struct seen_run *run) {
    return fences_offset(run) + run->page_count * 8 + 4;
}

uint64_t seen_run_bytes(const struct seen_run *run) {
    return blocks_offset(run) + run->block_count * SEEN_BLOCK_SIZE + 4;
}

/* Read `count` numbers that are followed by their check. */
static bool read_numbers(
    struct disk_file *file, uint64_t offset, uint64_t *numbers, size_t count, struct error *error) {
    enum { CHUNK = 8192 };
    uint8_t bytes[CHUNK];
    uint32_t check = 0;
    for (size_t done = 0; done < count;) {
        size_t chunk = count - done < CHUNK / 8 ? count - done : CHUNK / 8;
        if (!disk_read_exactly(file, offset + done * 8, bytes, chunk * 8, error))
            return false;
        check = hash_crc32c(check, bytes_of(bytes, chunk * 8));
        for (size_t i = 0; i < chunk; i++)
            numbers[done + i] = load_u64(bytes + i * 8);
        done += chunk;
    }
    if (!disk_read_exactly(file, offset + (uint64_t)count * 8, bytes, 4, error))
        return false;
    return load_u32(bytes) == check || error_set(error, ERROR_CORRUPT, "index or filter is damaged");
}

static struct seen_run *open_file(
    const struct seen_place *place, struct disk_file *file, uint64_t number, struct error *error) {
    SCOPED(own_free) uint8_t *page = mem_alloc(SEEN_PAGE_SIZE);
    struct seen_run_header header;
    uint64_t size = 0;
    if (!disk_read_exactly(file, 0, page, SEEN_PAGE_SIZE, error) ||
        !seen_run_header_parse(bytes_of(page, SEEN_PAGE_SIZE), &header, error) ||
        !disk_size(file, &size, error))
        return NULL;
    if (memcmp(header.identity.cairn_id.bytes, place->identity.cairn_id.bytes, UUID_SIZE) != 0 ||
        header.identity.seed != place->identity.seed || header.number != number) {
        error_set(error, ERROR_CONFLICT, "belongs to another store");
        return NULL;
    }
    /* The size first: it bounds what is allocated for the counts of the header. */
    if (size / SEEN_ENTRY_SIZE < header.entry_count) {
        error_set(error, ERROR_CORRUPT, "file of %" PRIu64 " bytes is cut off", size);
        return NULL;
    }
    SCOPED(run_closep) struct seen_run *run = run_create(number, header.entry_count);
    if (!read_numbers(file, fences_offset(run), run->fences, (size_t)run->page_count, error) ||
        !read_numbers(file, blocks_offset(run), run->blocks[0], (size_t)run->block_count * 8, error))
        return NULL;
    return TAKE(run);
}

struct seen_run *seen_run_open(const struct seen_place *place, uint64_t number, struct error *error) {
    char name[SEEN_NAME_SIZE_MAX];
    seen_run_name(place, number, name);
    SCOPED(disk_closep) struct disk_file *file = disk_open(place->disk, name, DISK_READ, error);
    struct seen_run *run = file != NULL ? open_file(place, file, number, error) : NULL;
    if (run == NULL) {
        if (error->kind == ERROR_NOT_FOUND)
            error->kind = ERROR_CORRUPT; /* the manifest names it */
        error_context(error, "%s", name);
        return NULL;
    }
    run->file = TAKE(file);
    return run;
}

bool seen_run_read_page(const struct seen_run *run, uint64_t page,
    struct seen_entry ret_entries[SEEN_PAGE_ENTRIES_MAX], size_t *ret_count, struct error *error) {
    uint8_t bytes[SEEN_PAGE_SIZE];
    return (disk_read_exactly(run->file, (1 + page) * SEEN_PAGE_SIZE, bytes, sizeof bytes, error) &&
               seen_page_parse(BYTES_OF(bytes), ret_entries, ret_count, error)) ||
           error_context(error, "page %" PRIu64 " of run %" PRIu64, page, run->number);
}

/* The first page that may hold the hash: the last one that begins below it. */
static uint64_t first_page(const struct seen_run *run, uint64_t hash) {
    uint64_t low = 0, high = run->page_count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (run->fences[middle] < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : 0;
}

bool seen_run_find(const struct seen_run *run, uint64_t hash, const struct uuid *id, uint64_t *ret_content,
    struct error *error) {
    uint8_t bytes[SEEN_PAGE_SIZE];
    uint64_t content = 0;
    for (uint64_t page = first_page(run, hash);
         content == 0 && page < run->page_count && run->fences[page] <= hash; page++)
        if (!disk_read_exactly(run->file, (1 + page) * SEEN_PAGE_SIZE, bytes, sizeof bytes, error) ||
            !seen_page_find(BYTES_OF(bytes), id, &content, error))
            return error_context(error, "page %" PRIu64 " of run %" PRIu64, page, run->number);
    *ret_content = content;
    return true;
}

/* Writing. */

/* Syncs now and then keep the last one short: merging must not stop the owner for long. */
enum { WRITE_SIZE = 64 * SEEN_PAGE_SIZE, SYNC_BYTES = 4 << 20 };

struct seen_writer {
    const struct seen_place *place;
    struct seen_run *run; /* its file is written */
    struct buf pending;
    uint64_t unsynced_bytes;
    struct seen_entry page[SEEN_PAGE_ENTRIES_MAX];
    size_t in_page;
    uint64_t pages, entries, last_hash;
};

void seen_writer_destroy(struct seen_writer *writer) {
    if (writer == NULL)
        return;
    seen_run_close(writer->run);
    buf_finish(&writer->pending);
    mem_free(writer);
}

static void writer_destroyp(struct seen_writer **writer) {
    seen_writer_destroy(*writer);
}

static bool write_pending(struct seen_writer *writer, struct error *error) {
    if (!disk_append(writer->run->file, writer->pending.data, writer->pending.size, error))
        return false;
    writer->unsynced_bytes += writer->pending.size;
    buf_clear(&writer->pending);
    if (writer->unsynced_bytes < SYNC_BYTES)
        return true;
    writer->unsynced_bytes = 0;
    return disk_sync(writer->run->file, error);
}

static bool add_bytes(struct seen_writer *writer, const void *data, size_t size, struct error *error) {
    ASSERT(buf_append(&writer->pending, data, size));
    return writer->pending.size < WRITE_SIZE || write_pending(writer, error);
}

struct seen_writer *seen_writer_create(
    const struct seen_place *place, uint64_t number, uint64_t entry_count, struct error *error) {
    ASSERT(entry_count > 0);
    char name[SEEN_NAME_SIZE_MAX];
    seen_run_name(place, number, name);
    /* Numbers are not used again, but a crash may have left a file that no manifest names. */
    struct error ignored = {0};
    IGNORE(disk_unlink(place->disk, name, &ignored), "usually there is none; creation reports the rest");
    SCOPED(writer_destroyp) struct seen_writer *writer = MEM_NEW(struct seen_writer);
    writer->place = place;
    writer->pending = BUF_INIT(WRITE_SIZE + SEEN_PAGE_SIZE);
    writer->run = run_create(number, entry_count);
    writer->run->file = disk_open(place->disk, name, DISK_CREATE, error);
    uint8_t page[SEEN_PAGE_SIZE];
    struct seen_run_header header = {place->identity, number, entry_count};
    seen_run_header_write(page, &header);
    if (writer->run->file == NULL || !add_bytes(writer, page, sizeof page, error))
        return NULL;
    return TAKE(writer);
}

static bool end_page(struct seen_writer *writer, struct error *error) {
    uint8_t bytes[SEEN_PAGE_SIZE];
    seen_page_write(bytes, writer->page, writer->in_page);
    writer->pages++;
    writer->in_page = 0;
    return add_bytes(writer, bytes, sizeof bytes, error);
}

bool seen_writer_add(
    struct seen_writer *writer, uint64_t hash, const struct seen_entry *entry, struct error *error) {
    struct seen_run *run = writer->run;
    if (writer->entries == run->entry_count || hash < writer->last_hash)
        return error_set(
            error, ERROR_CORRUPT, "entries out of order or too many for run %" PRIu64, run->number);
    if (writer->in_page == 0)
        run->fences[writer->pages] = hash;
    writer->page[writer->in_page++] = *entry;
    writer->entries++;
    writer->last_hash = hash;
    filter_add(run, hash);
    return writer->in_page < SEEN_PAGE_ENTRIES_MAX || end_page(writer, error);
}

static bool write_numbers(
    struct seen_writer *writer, const uint64_t *numbers, size_t count, struct error *error) {
    uint8_t bytes[SEEN_PAGE_SIZE];
    uint32_t check = 0;
    for (size_t done = 0; done < count;) {
        size_t chunk = count - done < sizeof bytes / 8 ? count - done : sizeof bytes / 8;
        for (size_t i = 0; i < chunk; i++)
            store_u64(bytes + i * 8, numbers[done + i]);
        check = hash_crc32c(check, bytes_of(bytes, chunk * 8));
        if (!add_bytes(writer, bytes, chunk * 8, error))
            return false;
        done += chunk;
    }
    store_u32(bytes, check);
    return add_bytes(writer, bytes, 4, error);
}

struct seen_run *seen_writer_finish(struct seen_writer *owned_writer, struct error *error) {
    SCOPED(writer_destroyp) struct seen_writer *writer = owned_writer;
    const struct seen_run *run = writer->run;
    if (writer->entries != run->entry_count) {
        error_set(error, ERROR_CORRUPT, "%" PRIu64 " entries are missing for run %" PRIu64,
            run->entry_count - writer->entries, run->number);
        return NULL;
    }
    if ((writer->in_page > 0 && !end_page(writer, error)) ||
        !write_numbers(writer, run->fences, (size_t)run->page_count, error) ||
        !write_numbers(writer, run->blocks[0], (size_t)run->block_count * 8, error) ||
        !write_pending(writer, error) || !disk_sync(run->file, error) ||
        !disk_sync_directory(writer->place->disk, writer->place->folder, error)) {
        error_context(error, "write run %" PRIu64, run->number);
        return NULL;
    }
    return TAKE(writer->run);
}
