/* SPDX-License-Identifier: Apache-2.0 */
/* sorter.c: an entry is u64 time, 16 bytes of id, u32 size, payload; in memory and in runs alike. */
#include "sorter.h"

#include "base/bits.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"
#include "sys/process.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 24, HEAD_SIZE = 28, WINDOW_BYTES = 64 << 10, RUNS_MAX = 4096 };

/* A sorted run on disk, and the piece of it that is in memory. */
struct run {
    struct disk_file *file;
    uint64_t offset, size; /* of the window's end in the file; of the file */
    struct buf window;
    size_t at; /* of the run's next entry, in the window */
};

struct ctl_sorter {
    struct str folder;
    struct disk *disk; /* opened with the first run */
    size_t memory_bytes;
    struct buf entries;
    const uint8_t **order; /* of the entries */
    size_t count, capacity, next;
    struct run *runs;
    size_t run_count;
    size_t *heap; /* runs that are not at their end, the one with the first entry at the front */
    size_t heap_count;
    bool is_sorted, has_last;
    uint8_t last[KEY_SIZE]; /* of the entry that was given last */
    struct buf given;
};

struct ctl_sorter *ctl_sorter_create(struct str folder, size_t memory_bytes) {
    struct ctl_sorter *sorter = MEM_NEW(struct ctl_sorter);
    *sorter = (struct ctl_sorter){.folder = folder,
        .memory_bytes = memory_bytes == 0 ? CTL_SORTER_MEMORY_BYTES : memory_bytes,
        .entries = BUF_INIT(BUF_UNBOUNDED),
        .given = BUF_INIT(BUF_UNBOUNDED)};
    return sorter;
}

void ctl_sorter_destroy(struct ctl_sorter *sorter) {
    if (sorter == NULL)
        return;
    for (size_t i = 0; i < sorter->run_count; i++) {
        disk_close(sorter->runs[i].file);
        buf_finish(&sorter->runs[i].window);
    }
    mem_free(sorter->runs);
    mem_free(sorter->heap);
    mem_free(sorter->order);
    if (sorter->disk != NULL)
        disk_real_destroy(sorter->disk);
    buf_finish(&sorter->entries);
    buf_finish(&sorter->given);
    mem_free(sorter);
}

/* Times as unsigned numbers in the order of the signed ones, high byte first: keys compare as bytes. */
static void put_key(uint8_t *at, struct moment time, struct uuid id) {
    uint64_t number = (uint64_t)time.ms ^ (UINT64_C(1) << 63);
    for (size_t i = 0; i < 8; i++)
        at[i] = (uint8_t)(number >> (56 - 8 * i));
    memcpy(at + 8, id.bytes, UUID_SIZE);
}

static int by_key(const void *a, const void *b) {
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, KEY_SIZE);
}

static size_t entry_size(const uint8_t *entry) {
    return HEAD_SIZE + load_u32(entry + KEY_SIZE);
}

/* ---- runs ---- */

/* The entries lie in a buffer that moves while it grows, so their places are taken when it is whole. */
static void sort_entries(struct ctl_sorter *sorter) {
    if (sorter->capacity < sorter->count) {
        sorter->capacity = sorter->count;
        sorter->order = mem_resize_array(sorter->order, sorter->capacity, sizeof *sorter->order);
    }
    const uint8_t *at = buf_bytes(&sorter->entries).data;
    for (size_t i = 0; i < sorter->count; i++, at += entry_size(at))
        sorter->order[i] = at;
    if (sorter->count > 1)
        qsort(sorter->order, sorter->count, sizeof *sorter->order, by_key);
}

/* A file that is unlinked at once: it is gone with the program, however that ends. */
static struct disk_file *make_file(struct ctl_sorter *sorter, struct error *error) {
    struct buf name = BUF_INIT(256);
    buf_append_format(&name, ".cairn-sort-%lld-%zu", (long long)process_id(), sorter->run_count);
    struct disk_file *file = disk_open(sorter->disk, name.data, DISK_CREATE, error);
    if (file != NULL && !disk_unlink(sorter->disk, name.data, error)) {
        disk_close(file);
        file = NULL;
    }
    buf_finish(&name);
    return file;
}

static bool write_entries(struct ctl_sorter *sorter, struct run *run, struct error *error) {
    for (size_t i = 0; i < sorter->count; i++) {
        buf_append(&run->window, sorter->order[i], entry_size(sorter->order[i]));
        if (run->window.size < WINDOW_BYTES && i + 1 < sorter->count)
            continue;
        if (!disk_append(run->file, run->window.data, run->window.size, error))
            return false;
        run->size += run->window.size;
        buf_clear(&run->window);
    }
    return true;
}

static bool write_run(struct ctl_sorter *sorter, struct error *error) {
    if (sorter->run_count == RUNS_MAX)
        return error_set(error, ERROR_LIMIT, "the archive is too large to be sorted: replay a part of it");
    if (sorter->disk == NULL) {
        char *folder = mem_copy(sorter->folder.data, sorter->folder.size);
        sorter->disk = disk_real_create(folder, error);
        mem_free(folder);
        if (sorter->disk == NULL)
            return false;
    }
    struct run run = {.file = make_file(sorter, error), .window = BUF_INIT(BUF_UNBOUNDED)};
    if (run.file == NULL)
        return false;
    sorter->runs = mem_resize_array(sorter->runs, sorter->run_count + 1, sizeof *sorter->runs);
    sorter->runs[sorter->run_count++] = run;
    sort_entries(sorter);
    if (!write_entries(sorter, &sorter->runs[sorter->run_count - 1], error))
        return false;
    buf_clear(&sorter->entries);
    sorter->count = 0;
    return true;
}

bool ctl_sorter_add(struct ctl_sorter *sorter, struct moment time, struct uuid id, struct bytes payload,
    struct error *error) {
    ASSERT(!sorter->is_sorted);
    uint8_t head[HEAD_SIZE];
    put_key(head, time, id);
    store_u32(head + KEY_SIZE, (uint32_t)payload.size);
    buf_append(&sorter->entries, head, sizeof head);
    buf_append(&sorter->entries, payload.data, payload.size);
    sorter->count++;
    size_t used = sorter->entries.size + sorter->count * sizeof *sorter->order;
    return used < sorter->memory_bytes || write_run(sorter, error) ||
           error_context(error, "sort in %.*s", STR(sorter->folder));
}

/* ---- merging ---- */

static size_t left_in_window(const struct run *run) {
    return run->window.size - run->at;
}

/* Have `size` bytes of the run from its place on in the window; fewer only at its end. */
static bool fill(struct run *run, size_t size, struct error *error) {
    if (left_in_window(run) >= size || run->offset == run->size)
        return true;
    uint64_t left = run->size - run->offset;
    size_t wanted = size > WINDOW_BYTES ? size : WINDOW_BYTES;
    size_t count = wanted < left ? wanted : (size_t)left;
    struct buf window = BUF_INIT(BUF_UNBOUNDED);
    buf_append(&window, run->window.data + run->at, left_in_window(run));
    uint8_t *place = buf_reserve(&window, count);
    bool done = disk_read_exactly(run->file, run->offset, place, count, error);
    if (done) {
        buf_commit(&window, count);
        run->offset += count;
    }
    buf_finish(&run->window);
    run->window = window;
    run->at = 0;
    return done;
}

static const uint8_t *entry_of(const struct run *run) {
    return (const uint8_t *)run->window.data + run->at;
}

/* The next entry of the run is whole in the window; false at its end too. */
static bool load_entry(struct run *run, bool *ret_found, struct error *error) {
    *ret_found = false;
    if (!fill(run, HEAD_SIZE, error))
        return false;
    if (left_in_window(run) == 0)
        return true;
    *ret_found = true;
    return fill(run, entry_size(entry_of(run)), error);
}

static bool is_before(const struct ctl_sorter *sorter, size_t a, size_t b) {
    return memcmp(entry_of(&sorter->runs[sorter->heap[a]]), entry_of(&sorter->runs[sorter->heap[b]]),
               KEY_SIZE) < 0;
}

static void sink(struct ctl_sorter *sorter, size_t at) {
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sorter->heap_count; child++)
            least = is_before(sorter, child, least) ? child : least;
        if (least == at)
            return;
        size_t run = sorter->heap[at];
        sorter->heap[at] = sorter->heap[least];
        sorter->heap[least] = run;
        at = least;
    }
}

static bool begin_merge(struct ctl_sorter *sorter, struct error *error) {
    sorter->heap = mem_alloc_array(sorter->run_count, sizeof *sorter->heap);
    for (size_t i = 0; i < sorter->run_count; i++) {
        bool has_entry = false;
        if (!load_entry(&sorter->runs[i], &has_entry, error))
            return false;
        if (has_entry)
            sorter->heap[sorter->heap_count++] = i;
    }
    for (size_t i = sorter->heap_count; i > 0; i--)
        sink(sorter, i - 1);
    return true;
}

/* The first entry of all runs, copied, and its run one further. */
static bool next_of_runs(struct ctl_sorter *sorter, const uint8_t **ret_entry, struct error *error) {
    *ret_entry = NULL;
    if (sorter->heap_count == 0)
        return true;
    struct run *run = &sorter->runs[sorter->heap[0]];
    bool has_entry = false;
    buf_clear(&sorter->given);
    buf_append(&sorter->given, entry_of(run), entry_size(entry_of(run)));
    run->at += entry_size(entry_of(run));
    if (!load_entry(run, &has_entry, error))
        return false;
    if (!has_entry)
        sorter->heap[0] = sorter->heap[--sorter->heap_count];
    sink(sorter, 0);
    *ret_entry = (const uint8_t *)sorter->given.data;
    return true;
}

static bool begin(struct ctl_sorter *sorter, struct error *error) {
    sorter->is_sorted = true;
    if (sorter->run_count == 0) {
        sort_entries(sorter);
        return true;
    }
    return (sorter->count == 0 || write_run(sorter, error)) && begin_merge(sorter, error);
}

static bool next_entry(struct ctl_sorter *sorter, const uint8_t **ret_entry, struct error *error) {
    if (sorter->run_count > 0)
        return next_of_runs(sorter, ret_entry, error);
    *ret_entry = sorter->next < sorter->count ? sorter->order[sorter->next++] : NULL;
    return true;
}

bool ctl_sorter_next(
    struct ctl_sorter *sorter, bool *ret_found, struct bytes *ret_payload, struct error *error) {
    if (!sorter->is_sorted && !begin(sorter, error))
        return error_context(error, "sort in %.*s", STR(sorter->folder));
    for (;;) {
        const uint8_t *entry = NULL;
        if (!next_entry(sorter, &entry, error))
            return error_context(error, "sort in %.*s", STR(sorter->folder));
        *ret_found = entry != NULL;
        if (entry == NULL)
            return true;
        if (sorter->has_last && memcmp(entry, sorter->last, KEY_SIZE) == 0)
            continue;
        memcpy(sorter->last, entry, KEY_SIZE);
        sorter->has_last = true;
        *ret_payload = bytes_of(entry + HEAD_SIZE, entry_size(entry) - HEAD_SIZE);
        return true;
    }
}
