/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: opening, the memtables, and who may see what for how long.
 *
 * Invariants:
 *  1. Every applied position is in exactly one of: a segment of the set, the frozen memtable, the
 *     active one; a publish moves the frozen one's into the set in one step under the mutex.
 *  2. A file is deleted only when a durable manifest no longer names it.
 *  3. sealed_position is what the durable manifest says, and never goes back.
 */
#include "history/history.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/disk.h"

#include "manifest.h"
#include "merge.h"
#include "store.h"

#include <string.h>

enum { IDLE_READERS_MAX = 4 };

static struct history_memory *create_memory(uint64_t first_position) {
    struct history_memory *memory = MEM_NEW(struct history_memory);
    memory->memtable = history_memtable_create(first_position);
    memory->references = 1;
    return memory;
}

static void destroy_memory(struct history_memory *memory) {
    history_memtable_destroy(memory->memtable);
    mem_free(memory);
}

static void release_memory(struct history *history, struct history_memory *memory) {
    mutex_lock(&history->mutex);
    bool is_last = --memory->references == 0;
    mutex_unlock(&history->mutex);
    if (is_last)
        destroy_memory(memory);
}

struct history_set *history_set_replace(struct history *history, const struct history_set *set, size_t start,
    size_t count, struct history_segment *owned_segment) {
    ASSERT(start + count <= set->count);
    size_t new_count = set->count - count + (owned_segment != NULL);
    struct history_set *made = mem_alloc(sizeof *made + new_count * sizeof(struct history_segment *));
    made->references = 1;
    MUTEX_SCOPE(&history->mutex);
    for (size_t i = 0; i < set->count; i++) {
        if (i == start && owned_segment != NULL)
            made->segments[made->count++] = owned_segment;
        if (i >= start && i < start + count)
            continue;
        set->segments[i]->references++;
        made->segments[made->count++] = set->segments[i];
    }
    if (start == set->count && owned_segment != NULL)
        made->segments[made->count++] = owned_segment;
    ASSERT(made->count == new_count);
    return made;
}

void history_set_release(struct history *history, struct history_set *set) {
    mutex_lock(&history->mutex);
    bool is_last = --set->references == 0;
    size_t count = 0; /* of segments that nobody else has */
    for (size_t i = 0; is_last && i < set->count; i++)
        if (--set->segments[i]->references == 0)
            set->segments[count++] = set->segments[i];
    mutex_unlock(&history->mutex);
    if (!is_last)
        return;
    for (size_t i = 0; i < count; i++)
        history_segment_close(set->segments[i]);
    mem_free(set);
}

/* Names in the folder that the manifest does not know are left-overs of a crash. */
struct sweep {
    struct history *history;
    struct buf names; /* each with its NUL */
};

static bool is_live(const struct history *history, const char *name) {
    uint64_t id = history_segment_id_of_name(name);
    uint32_t dictionary = history_dictionary_id_of_name(name);
    for (size_t i = 0; i < history->set->count; i++) {
        const struct history_segment *segment = history->set->segments[i];
        if (id != 0 && segment->id == id)
            return true;
        for (uint32_t j = 0; j < segment->footer.dictionary_count; j++)
            if (dictionary != 0 && segment->footer.dictionaries[j] == dictionary)
                return true;
    }
    return id == 0 && dictionary == 0 && !str_ends_with(str_from(name), STR_LITERAL(".tmp"));
}

static bool note_left_over(const char *name, bool is_directory, void *context) {
    struct sweep *sweep = context;
    if (!is_directory && !is_live(sweep->history, name)) {
        (void)buf_append_text(&sweep->names, "history/");
        (void)buf_append(&sweep->names, name, strlen(name) + 1);
    }
    return true;
}

static bool remove_left_overs(struct history *history, struct error *error) {
    struct sweep sweep = {history, BUF_INIT(BUF_UNBOUNDED)};
    SCOPED(buf_finish) struct buf names = {0};
    bool listed = disk_list(history->disk, "history", note_left_over, &sweep, error);
    names = sweep.names;
    if (!listed)
        return false;
    for (size_t at = 0; at < names.size; at += strlen(names.data + at) + 1)
        if (!disk_unlink(history->disk, names.data + at, error))
            return false;
    return true;
}

static bool open_segments(
    struct history *history, const struct history_manifest *manifest, struct error *error) {
    history->set =
        mem_alloc(sizeof *history->set + manifest->segment_count * sizeof(struct history_segment *));
    history->set->references = 1;
    uint64_t position = 0;
    for (size_t i = 0; i < manifest->segment_count; i++) {
        const struct history_manifest_segment *listed = &manifest->segments[i];
        struct history_segment *segment =
            history_segment_open(history->disk, listed->id, history->dictionaries, error);
        if (segment == NULL)
            return false;
        history->set->segments[history->set->count++] = segment;
        if (segment->footer.first_position != listed->first_position ||
            history_segment_end(segment) != listed->end_position || listed->first_position < position)
            return error_set(error, ERROR_CORRUPT, "segment %llu and the manifest do not agree",
                (unsigned long long)listed->id);
        position = listed->end_position;
    }
    return true;
}

static bool check_owner(
    const struct history *history, const struct history_manifest *manifest, struct error *error) {
    if (!manifest->exists)
        return true;
    if (memcmp(manifest->cairn_id.bytes, history->options.cairn_id.bytes, UUID_SIZE) != 0)
        return error_set(error, ERROR_CONFLICT, "the folder \"history\" belongs to another Cairn");
    if (manifest->generation > history->options.generation)
        return error_set(error, ERROR_CONFLICT,
            "the folder \"history\" is of generation %llu, later than %llu of the other stores",
            (unsigned long long)manifest->generation, (unsigned long long)history->options.generation);
    return true;
}

static void close_set(struct history *history) {
    if (history->set != NULL)
        history_set_release(history, TAKE(history->set));
}

static bool load(struct history *history, struct error *error) {
    SCOPED(history_manifest_finish) struct history_manifest manifest = {0};
    if (!history_manifest_read(history->disk, &manifest, error) || !check_owner(history, &manifest, error) ||
        !open_segments(history, &manifest, error))
        return false;
    history->next_id = manifest.next_id;
    history->sealed_position = history->applied_position = manifest.sealed_position;
    return true;
}

/* A daemon that holds the folder may merge segments away between our reading the manifest and opening them:
 * then there is a newer manifest to read. */
static bool load_read_only(struct history *history, struct error *error) {
    enum { ATTEMPTS = 5 };
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        *error = (struct error){0};
        if (load(history, error))
            return true;
        close_set(history);
        if (error->kind != ERROR_NOT_FOUND)
            return false;
    }
    return false;
}

static bool load_to_write(struct history *history, struct error *error) {
    return disk_make_directory(history->disk, "history", error) &&
           disk_sync_directory(history->disk, "", error) && load(history, error) &&
           remove_left_overs(history, error);
}

struct history *history_open(struct disk *disk, const struct history_options *options, struct error *error) {
    struct history *history = MEM_NEW(struct history);
    history->disk = disk;
    history->options = *options;
    if (history->options.seal_bytes == 0)
        history->options.seal_bytes = 32 * 1024 * 1024;
    if (history->options.seal_after_ms == 0)
        history->options.seal_after_ms = MS_PER_MINUTE;
    history->now_ms = INT64_MIN;
    history->dictionaries = history_dictionaries_create(disk);
    history->maintainer_reader = history_reader_create();
    mutex_init(&history->mutex);
    condition_init(&history->room);
    condition_init(&history->work);
    if (!(options->read_only ? load_read_only(history, error) : load_to_write(history, error))) {
        history_close(history);
        return NULL;
    }
    history->active = create_memory(history->applied_position + 1);
    return history;
}

void history_close(struct history *history) {
    if (history == NULL)
        return;
    history_merge_destroy(history->merge);
    if (history->active != NULL)
        destroy_memory(history->active);
    if (history->frozen != NULL)
        destroy_memory(history->frozen);
    close_set(history);
    while (history->idle_readers != NULL) {
        struct history_reader *next = history->idle_readers->next;
        history_reader_destroy(history->idle_readers);
        history->idle_readers = next;
    }
    arena_finish(&history->apply_arena);
    history_reader_destroy(history->maintainer_reader);
    history_dictionaries_destroy(history->dictionaries);
    condition_finish(&history->room);
    condition_finish(&history->work);
    mutex_finish(&history->mutex);
    mem_free(history);
}

static bool is_due(const struct history *history) {
    const struct history_memtable *active = history->active->memtable;
    return history_memtable_count(active) == HISTORY_MEMTABLE_DOCS_MAX ||
           history_memtable_bytes(active) >= history->options.seal_bytes;
}

/* The memtable that is being sealed and the active one together hold at most thrice what is due. */
static bool is_full(const struct history *history) {
    const struct history_memtable *active = history->active->memtable;
    uint64_t bytes = history_memtable_bytes(active);
    if (history->frozen != NULL)
        bytes += history_memtable_bytes(history->frozen->memtable);
    return history_memtable_count(active) == HISTORY_MEMTABLE_DOCS_MAX ||
           (!history->options.read_only && bytes >= 3 * history->options.seal_bytes);
}

static bool has_room(const struct history *history) {
    return history->frozen == NULL || !is_full(history);
}

void history_freeze(struct history *history) {
    ASSERT(history->frozen == NULL);
    history->frozen = history->active;
    history->active = create_memory(history->applied_position + 1);
    condition_broadcast(&history->work);
}

/* Freezing here, not in the maintainer, bounds memory whatever the maintainer is busy with. */
static bool make_room(struct history *history, struct error *error) {
    if (!history->options.read_only && history->frozen == NULL && is_due(history))
        history_freeze(history);
    if (is_full(history))
        return error_set(error, ERROR_UNAVAILABLE, "memory for unsealed events is full");
    return true;
}

bool history_apply(struct history *history, uint64_t position, struct bytes payload, struct error *error) {
    struct event_envelope envelope;
    arena_clear(&history->apply_arena);
    if (!event_envelope_parse(&history->apply_arena, payload, &envelope, error))
        return error_context(error, "event at position %llu", (unsigned long long)position);
    MUTEX_SCOPE(&history->mutex);
    bool is_first = history->applied_position == 0;
    if (position == 0 || (!is_first && position != history->applied_position + 1))
        return error_set(error, ERROR_CONFLICT, "history is at position %llu and was given %llu",
            (unsigned long long)history->applied_position, (unsigned long long)position);
    if (!make_room(history, error))
        return false;
    if (is_first && position != 1) { /* the journal let go of what came before */
        destroy_memory(history->active);
        history->active = create_memory(position);
    }
    history_memtable_add(history->active->memtable, &envelope, payload);
    history->applied_position = position;
    return true;
}

bool history_wait_for_room(struct history *history, int64_t timeout_ms) {
    MUTEX_SCOPE(&history->mutex);
    return has_room(history) ||
           (condition_wait_ms(&history->room, &history->mutex, timeout_ms) && has_room(history));
}

void history_wait_for_work(struct history *history, int64_t timeout_ms) {
    MUTEX_SCOPE(&history->mutex);
    if (history->frozen == NULL)
        IGNORE(condition_wait_ms(&history->work, &history->mutex, timeout_ms),
            "either way the caller looks again");
}

uint64_t history_applied_position(struct history *history) {
    MUTEX_SCOPE(&history->mutex);
    return history->applied_position;
}

uint64_t history_sealed_position(struct history *history) {
    MUTEX_SCOPE(&history->mutex);
    return history->sealed_position;
}

void history_snapshot_take(
    struct history *history, const struct history_question *question, struct history_snapshot *ret_snapshot) {
    *ret_snapshot = (struct history_snapshot){0};
    MUTEX_SCOPE(&history->mutex);
    ret_snapshot->set = history->set;
    ret_snapshot->set->references++;
    ret_snapshot->applied_position = history->applied_position;
    ret_snapshot->now_ms = history->now_ms;
    struct history_memory *memories[2] = {history->active, history->frozen};
    for (unsigned i = 0; i < 2; i++) {
        if (memories[i] == NULL || history_memtable_count(memories[i]->memtable) == 0)
            continue;
        memories[i]->references++;
        unsigned place = ret_snapshot->memory_count++;
        ret_snapshot->memories[place] = memories[i];
        history_memtable_look(memories[i]->memtable, question, &ret_snapshot->views[place]);
    }
}

void history_snapshot_release(struct history *history, struct history_snapshot *snapshot) {
    for (unsigned i = 0; i < snapshot->memory_count; i++)
        release_memory(history, snapshot->memories[i]);
    history_set_release(history, snapshot->set);
}

struct history_reader *history_reader_borrow(struct history *history) {
    mutex_lock(&history->mutex);
    struct history_reader *reader = history->idle_readers;
    if (reader != NULL) {
        history->idle_readers = reader->next;
        history->idle_reader_count--;
    }
    mutex_unlock(&history->mutex);
    return reader != NULL ? reader : history_reader_create();
}

void history_reader_return(struct history *history, struct history_reader *reader) {
    mutex_lock(&history->mutex);
    bool keep = history->idle_reader_count < IDLE_READERS_MAX;
    if (keep) {
        reader->next = history->idle_readers;
        history->idle_readers = reader;
        history->idle_reader_count++;
    }
    mutex_unlock(&history->mutex);
    if (!keep)
        history_reader_destroy(reader);
}

static bool write_manifest(
    struct history *history, const struct history_set *set, uint64_t sealed_position, struct error *error) {
    SCOPED(own_free)
    struct history_manifest_segment *segments = mem_alloc_array(set->count, sizeof *segments);
    for (size_t i = 0; i < set->count; i++)
        segments[i] = (struct history_manifest_segment){set->segments[i]->id,
            set->segments[i]->footer.first_position, history_segment_end(set->segments[i])};
    struct history_manifest manifest = {.cairn_id = history->options.cairn_id,
        .generation = history->options.generation,
        .sealed_position = sealed_position,
        .next_id = history->next_id,
        .segment_count = set->count,
        .segments = segments};
    return history_manifest_write(history->disk, &manifest, error);
}

bool history_publish(struct history *history, struct history_set *owned_set, uint64_t sealed_position,
    bool drop_frozen, struct error *error) {
    ASSERT(sealed_position >= history->sealed_position);
    if (!write_manifest(history, owned_set, sealed_position, error)) {
        history_set_release(history, owned_set);
        return false;
    }
    struct history_memory *sealed = NULL;
    mutex_lock(&history->mutex);
    struct history_set *old = history->set;
    history->set = owned_set;
    history->sealed_position = sealed_position;
    if (drop_frozen)
        sealed = TAKE(history->frozen);
    condition_broadcast(&history->room);
    mutex_unlock(&history->mutex);
    history_set_release(history, old);
    if (sealed != NULL)
        release_memory(history, sealed);
    return true;
}
