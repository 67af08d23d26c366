/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen: a table of the newest ids in memory, immutable runs of all older ones, and a manifest that
 * names the runs.
 *
 * Invariants:
 * 1. An id is in the table or in one run, never in two places.
 * 2. The runs of the manifest hold all ids up to its position, and none above the position that
 *    the owner gave at the last flush. Other files of the folder mean nothing and go at opening.
 * 3. The manifest names a run only after its content and its name are durable, and a run's file
 *    goes only after a manifest without it is durable.
 */
#include "seen/seen.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"
#include "sys/random.h"

#include "merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    MEMORY_ENTRIES = 1 << 18,
    FANOUT = 4, /* runs of one tier that become one of the next */
    MANIFEST_SIZE_MAX = 128 + 8 * SEEN_RUNS_MAX,
    NUMBER_DIGITS = 20,
};

/* A claim on its way: what the runs know of its id. */
struct probe {
    uint64_t hash;
    uint64_t content; /* 0: in no run */
};

struct seen {
    struct seen_place place;
    char folder[SEEN_NAME_SIZE_MAX];
    uint32_t memory_entries;
    uint64_t position, next_number;
    struct seen_run **runs;
    size_t run_count;
    struct seen_table table;
    struct probe *probes;
    size_t probe_capacity;
    struct seen_merge *merge; /* in progress */
    bool broken;              /* a write failed: what is on disk is open until reopened */
};

static void seen_closep(struct seen **seen) {
    seen_close(*seen);
}

static void manifest_name(const struct seen *seen, char ret_name[SEEN_NAME_SIZE_MAX]) {
    (void)snprintf(ret_name, SEEN_NAME_SIZE_MAX, "%.200s/manifest", seen->folder);
}

static void add_run(struct seen *seen, struct seen_run *owned_run) {
    seen->runs = mem_resize_array(seen->runs, seen->run_count + 1, sizeof *seen->runs);
    seen->runs[seen->run_count++] = owned_run;
}

static bool save_manifest(struct seen *seen, uint64_t position, struct error *error) {
    char name[SEEN_NAME_SIZE_MAX];
    manifest_name(seen, name);
    SCOPED(own_free) uint64_t *numbers = mem_alloc_array(seen->run_count, sizeof *numbers);
    for (size_t i = 0; i < seen->run_count; i++)
        numbers[i] = seen->runs[i]->number;
    struct seen_manifest manifest = {
        seen->place.identity, position, seen->next_number, numbers, seen->run_count};
    SCOPED(buf_finish) struct buf buf = BUF_INIT(MANIFEST_SIZE_MAX);
    seen_manifest_append(&buf, &manifest);
    if (!buf_check(&buf, "manifest", error) ||
        !disk_write_file(seen->place.disk, name, buf_bytes(&buf), error))
        return false;
    seen->position = position;
    return true;
}

/* Opening. */

static bool check_manifest(
    const struct seen *seen, const struct seen_manifest *manifest, struct error *error) {
    const struct seen_identity *ours = &seen->place.identity, *theirs = &manifest->identity;
    if (memcmp(ours->cairn_id.bytes, theirs->cairn_id.bytes, UUID_SIZE) != 0)
        return error_set(error, ERROR_CONFLICT, "ids belong to another Cairn");
    if (theirs->generation > ours->generation)
        return error_set(error, ERROR_CONFLICT,
            "ids are of generation %" PRIu64 ", the other stores of %" PRIu64
            ": was a part of the data folder restored from a backup?",
            theirs->generation, ours->generation);
    return true;
}

static bool load_runs(struct seen *seen, const struct seen_manifest *manifest, struct error *error) {
    if (!check_manifest(seen, manifest, error))
        return false;
    seen->place.identity.seed = manifest->identity.seed;
    seen->position = manifest->position;
    seen->next_number = manifest->next_number;
    for (size_t i = 0; i < manifest->count; i++) {
        struct seen_run *run = seen_run_open(&seen->place, manifest->numbers[i], error);
        if (run == NULL)
            return false;
        add_run(seen, run);
    }
    return true;
}

static bool load(struct seen *seen, struct error *error) {
    char name[SEEN_NAME_SIZE_MAX];
    SCOPED(buf_finish) struct buf buf = BUF_INIT(MANIFEST_SIZE_MAX);
    manifest_name(seen, name);
    if (!disk_read_file(seen->place.disk, name, &buf, error)) {
        if (error->kind != ERROR_NOT_FOUND)
            return false;
        seen->place.identity.seed = random_u64();
        return true;
    }
    struct seen_manifest manifest;
    if (!seen_manifest_parse(buf_bytes(&buf), &manifest, error))
        return error_context(error, "%s", name);
    bool loaded = load_runs(seen, &manifest, error);
    mem_free(manifest.numbers);
    return loaded;
}

static bool is_ours(const struct seen *seen, uint64_t number) {
    for (size_t i = 0; i < seen->run_count; i++)
        if (seen->runs[i]->number == number)
            return true;
    return false;
}

/* Invariant 2: what a crash or a merge left behind. */
static bool remove_stray(const char *name, bool is_directory, void *context) {
    const struct seen *seen = context;
    struct str text = str_from(name);
    uint64_t number = 0;
    struct error ignored = {0};
    char path[SEEN_NAME_SIZE_MAX];
    if (is_directory || text.size != NUMBER_DIGITS + 4 || !str_ends_with(text, STR_LITERAL(".run")) ||
        !str_to_u64(str_slice(text, 0, NUMBER_DIGITS), &number) || is_ours(seen, number))
        return true;
    seen_run_name(&seen->place, number, path);
    IGNORE(
        disk_unlink(seen->place.disk, path, &ignored), "it only takes space; the next opening tries again");
    return true;
}

static bool make_folder(const struct seen *seen, struct error *error) {
    char parent[SEEN_NAME_SIZE_MAX];
    (void)snprintf(parent, sizeof parent, "%s", seen->folder);
    char *slash = strrchr(parent, '/');
    *(slash != NULL ? slash : parent) = '\0';
    return disk_make_directory(seen->place.disk, seen->folder, error) &&
           disk_sync_directory(seen->place.disk, parent, error);
}

struct seen *seen_open(struct disk *disk, const struct seen_options *options, struct error *error) {
    SCOPED(seen_closep) struct seen *seen = MEM_NEW(struct seen);
    int size =
        snprintf(seen->folder, sizeof seen->folder, "%s", options->folder != NULL ? options->folder : "seen");
    ASSERT(size > 0 && size <= 200);
    seen->place = (struct seen_place){
        disk, seen->folder, {.cairn_id = options->cairn_id, .generation = options->generation}};
    seen->next_number = 1;
    seen->memory_entries = options->memory_entries != 0 ? options->memory_entries : MEMORY_ENTRIES;
    /* Room for a group or two past the wish to flush. */
    seen_table_init(&seen->table, (size_t)seen->memory_entries + seen->memory_entries / 2 + 64);
    /* The sync: a manifest that can be read need not be durable yet, and what only an older one
     * names is about to go (invariant 3). */
    if (!make_folder(seen, error) || !load(seen, error) || !disk_sync_directory(disk, seen->folder, error) ||
        !disk_list(disk, seen->folder, remove_stray, seen, error)) {
        error_context(error, "open the store of admitted ids");
        return NULL;
    }
    return TAKE(seen);
}

void seen_close(struct seen *seen) {
    if (seen == NULL)
        return;
    seen_merge_destroy(seen->merge);
    for (size_t i = 0; i < seen->run_count; i++)
        seen_run_close(seen->runs[i]);
    seen_table_finish(&seen->table);
    mem_free(seen->runs);
    mem_free(seen->probes);
    mem_free(seen);
}

/* Checking. */

static bool check_broken(const struct seen *seen, struct error *error) {
    return !seen->broken ||
           error_set(error, ERROR_UNAVAILABLE,
               "the store of admitted ids stopped after a failure: check the disk and restart");
}

static uint64_t content_of(const struct seen_claim *claim) {
    return claim->content != 0 ? claim->content : 1;
}

/* Memory is slow and far: ask for all of a stretch before looking at any. */
static void prefetch(
    const struct seen *seen, const struct seen_claim *claims, struct probe *probes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        probes[i] = (struct probe){.hash = seen_hash(&seen->place.identity, &claims[i].id)};
        seen_table_prefetch(&seen->table, probes[i].hash);
        for (size_t run = 0; run < seen->run_count; run++)
            seen_run_prefetch(seen->runs[run], probes[i].hash);
    }
}

static bool look_in_runs(
    const struct seen *seen, const struct seen_claim *claim, struct probe *probe, struct error *error) {
    if (seen_table_find(&seen->table, probe->hash, &claim->id) != 0)
        return true;
    for (size_t i = seen->run_count; probe->content == 0 && i > 0; i--)
        if (seen_run_may_have(seen->runs[i - 1], probe->hash) &&
            !seen_run_find(seen->runs[i - 1], probe->hash, &claim->id, &probe->content, error))
            return false;
    return true;
}

static void judge(struct seen *seen, struct seen_claim *claim, const struct probe *probe) {
    uint64_t known =
        probe->content != 0 ? probe->content : seen_table_find(&seen->table, probe->hash, &claim->id);
    if (known == 0)
        seen_table_add(&seen->table, probe->hash, (struct seen_entry){claim->id, content_of(claim)});
    claim->verdict = known == 0 ? SEEN_NEW : known == content_of(claim) ? SEEN_DUPLICATE : SEEN_CONFLICT;
}

size_t seen_room(const struct seen *seen) {
    return seen->table.count_max - seen->table.count;
}

bool seen_check(struct seen *seen, struct seen_claim *claims, size_t count, struct error *error) {
    enum { STRETCH = 32 };
    if (!check_broken(seen, error))
        return false;
    if (count > seen_room(seen))
        return error_set(error, ERROR_LIMIT, "%zu ids more than fit into memory", count);
    if (count > seen->probe_capacity) {
        seen->probes = mem_resize_array(seen->probes, count, sizeof *seen->probes);
        seen->probe_capacity = count;
    }
    for (size_t start = 0; start < count; start += STRETCH) {
        size_t end = count - start < STRETCH ? count : start + STRETCH;
        prefetch(seen, claims + start, seen->probes + start, end - start);
        for (size_t i = start; i < end; i++)
            if (!look_in_runs(seen, &claims[i], &seen->probes[i], error))
                return error_context(error, "look up an admitted id");
    }
    /* Nothing fails from here on: a group is remembered whole or not at all. */
    for (size_t i = 0; i < count; i++)
        judge(seen, &claims[i], &seen->probes[i]);
    return true;
}

/* Flushing and merging. */

static struct seen_run *write_table(struct seen *seen, struct error *error) {
    SCOPED(own_free) struct seen_item *items = seen_table_sorted(&seen->table, &seen->place.identity);
    struct seen_writer *writer =
        seen_writer_create(&seen->place, seen->next_number++, seen->table.count, error);
    if (writer == NULL)
        return NULL;
    for (size_t i = 0; i < seen->table.count; i++)
        if (!seen_writer_add(writer, items[i].hash, &items[i].entry, error)) {
            seen_writer_destroy(writer);
            return NULL;
        }
    return seen_writer_finish(writer, error);
}

static bool flush(struct seen *seen, uint64_t position, struct error *error) {
    if (seen->table.count > 0) {
        if (seen->run_count == SEEN_RUNS_MAX)
            return error_set(error, ERROR_LIMIT, "more than %d runs: merging is not done", SEEN_RUNS_MAX);
        struct seen_run *run = write_table(seen, error);
        if (run == NULL)
            return false;
        add_run(seen, run);
    }
    if (!save_manifest(seen, position, error))
        return false;
    if (seen->table.count > 0)
        seen_table_clear(&seen->table);
    return true;
}

bool seen_flush(struct seen *seen, uint64_t position, struct error *error) {
    ASSERT(position >= seen->position);
    if (!check_broken(seen, error))
        return false;
    if (position == seen->position && seen->table.count == 0)
        return true;
    seen->broken = !flush(seen, position, error);
    return !seen->broken || error_context(error, "write admitted ids");
}

bool seen_wants_flush(const struct seen *seen) {
    return seen->table.count >= seen->memory_entries;
}

static unsigned tier_of(const struct seen *seen, const struct seen_run *run) {
    unsigned tier = 0;
    for (uint64_t size = run->entry_count / seen->memory_entries; size >= FANOUT; size /= FANOUT)
        tier++;
    return tier;
}

/* The first FANOUT runs of the lowest tier that has as many; 0 where none has. */
static size_t choose_runs(const struct seen *seen, struct seen_run *ret_runs[FANOUT]) {
    enum { TIERS_MAX = 33 };
    for (unsigned tier = 0; tier < TIERS_MAX; tier++) {
        size_t count = 0;
        for (size_t i = 0; i < seen->run_count && count < FANOUT; i++)
            if (tier_of(seen, seen->runs[i]) == tier)
                ret_runs[count++] = seen->runs[i];
        if (count == FANOUT)
            return count;
    }
    return 0;
}

bool seen_wants_merge(const struct seen *seen) {
    struct seen_run *runs[FANOUT];
    return !seen->broken && (seen->merge != NULL || choose_runs(seen, runs) > 0);
}

/* The finished run takes the place of its inputs. */
static bool replace_runs(struct seen *seen, struct seen_run *owned_run, struct error *error) {
    size_t input_count = 0, kept = 0;
    struct seen_run *const *inputs = seen_merge_inputs(seen->merge, &input_count);
    for (size_t i = 0; i < seen->run_count; i++) {
        bool merged = false;
        for (size_t k = 0; k < input_count; k++)
            merged = merged || inputs[k] == seen->runs[i];
        if (!merged)
            seen->runs[kept++] = seen->runs[i];
    }
    seen->runs[kept++] = owned_run;
    seen->run_count = kept;
    bool saved = save_manifest(seen, seen->position, error);
    for (size_t i = 0; i < input_count; i++) {
        char name[SEEN_NAME_SIZE_MAX];
        struct error ignored = {0};
        seen_run_name(&seen->place, inputs[i]->number, name);
        seen_run_close(inputs[i]);
        if (saved)
            IGNORE(disk_unlink(seen->place.disk, name, &ignored), "the next opening tries again");
    }
    seen_merge_destroy(TAKE(seen->merge));
    return saved;
}

static bool merge_step(struct seen *seen, size_t entries_max, struct error *error) {
    if (seen->merge == NULL) {
        struct seen_run *runs[FANOUT];
        size_t count = choose_runs(seen, runs);
        if (count == 0)
            return true;
        seen->merge = seen_merge_create(&seen->place, runs, count, seen->next_number++, error);
        if (seen->merge == NULL)
            return false;
    }
    struct seen_run *run = NULL;
    if (!seen_merge_step(seen->merge, entries_max, &run, error))
        return false;
    return run == NULL || replace_runs(seen, run, error);
}

bool seen_merge(struct seen *seen, size_t entries_max, struct error *error) {
    if (!check_broken(seen, error))
        return false;
    seen->broken = !merge_step(seen, entries_max, error);
    return !seen->broken || error_context(error, "merge admitted ids");
}

uint64_t seen_position(const struct seen *seen) {
    return seen->position;
}

uint64_t seen_secret(const struct seen *seen) {
    return seen->place.identity.seed;
}

struct seen_stats seen_stats(const struct seen *seen) {
    struct seen_stats stats = {
        .entries = seen->table.count,
        .files = seen->run_count,
    };
    for (size_t i = 0; i < seen->run_count; i++) {
        stats.entries += seen->runs[i]->entry_count;
        stats.file_bytes += seen_run_bytes(seen->runs[i]);
    }
    return stats;
}
