/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lake: the stores, kept as the catalog has them, and the owner's way from an event to a commit.
 *
 * Each store has a position of its own. The owner reads from the least of them on; stores that are further
 * pass over what they have. One that failed is left out until it opens again, and then reading goes back to
 * where it stands: so a damaged store holds nobody up.
 */
#include "lake/lake.h"

#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "catalog/stores.h"
#include "codec/json.h"
#include "event/event.h"
#include "sys/clock.h"
#include "sys/disk.h"

#include "store.h"

#include <string.h>

enum {
    BATCH_BYTES = 64 << 20,
    BATCH_ROWS = 1 << 16,
    COMMIT_MS = 2000,
    MERGE_ROWS = 250000,
    SIDECARS_MAX = 64,
    KEPT_BYTES = 4 << 20, /* of a store's batch: larger ones are seldom, and share a spare */
};

static const int64_t SPARE_NS = 10ll * 1000 * 1000 * 1000; /* that nobody asks for */

uint64_t lake_content(struct str record) {
    uint8_t sha256[SHA256_SIZE];
    hash_sha256(str_bytes(record), sha256);
    return load_u64_big(sha256);
}

/* ---- the stores as the catalog has them ---- */

static struct lake_store *find_known(const struct lake *lake, uint64_t id) {
    for (size_t i = 0; i < lake->store_count; i++) {
        if (lake->stores[i]->id == id)
            return lake->stores[i];
    }
    return NULL;
}

static void take_settings(struct lake *lake, const struct catalog_store *store) {
    struct lake_store *known = find_known(lake, store->id);
    struct uuid uuid = {0};
    if (known == NULL) {
        ASSERT(uuid_parse(store->uuid, &uuid));
        known = lake_store_create(lake, store->id, uuid);
        known->settings.account = arena_str(&known->arena, store->account);
        known->settings.region = arena_str(&known->arena, store->region);
        known->settings.arn = arena_str(&known->arena, store->arn);
        lake->stores = mem_resize_array(lake->stores, lake->store_count + 1, sizeof(struct lake_store *));
        lake->stores[lake->store_count++] = known;
    }
    bool is_pending = store->status == CATALOG_STORE_PENDING_DELETION;
    known->settings.retention_ms = store->retention_days * MS_PER_DAY;
    known->settings.removal_at =
        is_pending ? (struct moment){store->deletion_at.ms + LAKE_PENDING_MS} : MOMENT_MAX;
}

static void mark_gone(struct lake *lake, const struct catalog_store *stores, size_t count) {
    for (size_t i = 0; i < lake->store_count; i++) {
        struct lake_store *store = lake->stores[i];
        bool is_listed = false;
        for (size_t j = 0; j < count; j++)
            is_listed = is_listed || stores[j].id == store->id;
        store->settings.is_gone = !is_listed;
    }
}

/* The generation is read first: a change meanwhile is seen the next time. */
static void refresh(struct lake *lake) {
    uint64_t generation = catalog_stores_generation(lake->options.catalog);
    mutex_lock(&lake->mutex);
    bool is_known = lake->generation == generation;
    mutex_unlock(&lake->mutex);
    if (is_known)
        return;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store *stores = NULL;
    size_t count = 0;
    catalog_store_list(lake->options.catalog, STR_EMPTY, STR_EMPTY, &arena, &stores, &count);
    MUTEX_SCOPE(&lake->mutex);
    if (lake->generation > generation)
        return;
    for (size_t i = 0; i < count; i++)
        take_settings(lake, &stores[i]);
    mark_gone(lake, stores, count);
    lake->generation = generation;
}

struct lake_store *lake_store_find(struct lake *lake, uint64_t store_id, struct error *error) {
    refresh(lake);
    MUTEX_SCOPE(&lake->mutex);
    struct lake_store *store = find_known(lake, store_id);
    if (store != NULL && !store->settings.is_gone)
        return store;
    error_set(error, ERROR_NOT_FOUND, "there is no event data store %llu", (unsigned long long)store_id);
    return NULL;
}

/* Those that ask for insights, and where these go. */
static void read_sources(struct lake *lake) {
    struct catalog_store *stores = NULL;
    size_t count = 0;
    arena_clear(&lake->rules_arena);
    catalog_store_list(lake->options.catalog, STR_EMPTY, STR_EMPTY, &lake->rules_arena, &stores, &count);
    lake->sources = stores;
    lake->source_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (stores[i].insights != 0 && stores[i].status == CATALOG_STORE_ENABLED)
            lake->sources[lake->source_count++] = stores[i];
    }
}

/* A store whose selectors cannot be read has failed. */
static void read_rules(struct lake_store *store) {
    struct error error = {0};
    lake_rules_destroy(store->rules);
    store->rules = lake_rules_read(store->lake->options.catalog, store->id, &error);
    if (store->rules != NULL)
        return;
    lake_store_take_turn(store);
    lake_store_fail(store, &error);
    lake_store_leave(store);
}

/* The owner's view: which stores there are, and what they take. */
static void refresh_own(struct lake *lake) {
    uint64_t generation = catalog_stores_generation(lake->options.catalog);
    if (generation == lake->own_generation)
        return;
    refresh(lake);
    mutex_lock(&lake->mutex);
    lake->own = mem_resize_array(lake->own, lake->store_count + 1, sizeof(struct lake_store *));
    lake->own_count = 0;
    for (size_t i = 0; i < lake->store_count; i++) {
        if (!lake->stores[i]->settings.is_gone)
            lake->own[lake->own_count++] = lake->stores[i];
    }
    mutex_unlock(&lake->mutex);
    for (size_t i = 0; i < lake->own_count; i++)
        read_rules(lake->own[i]);
    read_sources(lake);
    lake->own_generation = generation;
}

/* ---- life cycle ---- */

static void closep(struct lake **lake) {
    lake_close(*lake);
}

struct lake *lake_open(const struct lake_options *options, struct error *error) {
    SCOPED(closep) struct lake *lake = MEM_NEW(struct lake);
    lake->options = *options;
    if (lake->options.clock == NULL)
        lake->options.clock = clock_real();
    if (lake->options.batch_bytes == 0)
        lake->options.batch_bytes = BATCH_BYTES;
    if (lake->options.commit_ms == 0)
        lake->options.commit_ms = COMMIT_MS;
    if (lake->options.batch_rows == 0)
        lake->options.batch_rows = BATCH_ROWS;
    if (lake->options.merge_rows == 0)
        lake->options.merge_rows = MERGE_ROWS;
    if (lake->options.sidecars_max == 0)
        lake->options.sidecars_max = SIDECARS_MAX;
    mutex_init(&lake->mutex);
    condition_init(&lake->is_changed);
    lake->parser = json_parser_create();
    lake->spare = BUF_INIT(BUF_UNBOUNDED);
    if (!disk_make_directory(options->disk, "lake", error) || !disk_sync_directory(options->disk, "", error))
        return NULL;
    refresh(lake);
    if (!lake_keep_clean(lake, error))
        return NULL;
    IGNORE(lake_position(lake), "opens the stores; one that does not open is tried again");
    return TAKE(lake);
}

void lake_close(struct lake *lake) {
    if (lake == NULL)
        return;
    for (size_t i = 0; i < lake->store_count; i++)
        lake_store_destroy(lake->stores[i]);
    mem_free(lake->stores);
    mem_free(lake->own);
    arena_finish(&lake->arena);
    arena_finish(&lake->rules_arena);
    buf_finish(&lake->spare);
    json_parser_destroy(lake->parser);
    condition_finish(&lake->is_changed);
    mutex_finish(&lake->mutex);
    mem_free(lake);
}

/* ---- the batch; the owner's ---- */

/* Memory that the next large batch has, of whichever store: fresh memory costs more than filling it. */
static void keep_spare(struct lake *lake, struct buf *batch) {
    if (batch->capacity > lake->spare.capacity) {
        struct buf smaller = lake->spare;
        lake->spare = *batch;
        *batch = smaller;
    }
    buf_finish(batch);
    lake->spare_until = clock_instant(clock_real()).ns + SPARE_NS;
}

static void drop_spare(struct lake *lake) {
    if (lake->spare.data != NULL && clock_instant(clock_real()).ns > lake->spare_until)
        buf_finish(&lake->spare);
}

static void clear_batch(struct lake_store *store) {
    if (store->batch.capacity > KEPT_BYTES)
        keep_spare(store->lake, &store->batch);
    buf_clear(&store->batch);
    store->row_count = 0;
}

/* The batch outgrows what a store keeps: it goes on in the spare memory. */
static void move_to_spare(struct lake_store *store) {
    struct buf *spare = &store->lake->spare, own = store->batch;
    buf_clear(spare);
    buf_append_str(spare, buf_str(&own));
    store->batch = *spare;
    *spare = BUF_INIT(BUF_UNBOUNDED);
    buf_finish(&own);
}

/* Is the store open, as it was when its batch began? What an earlier opening took is read again. */
static bool is_current(struct lake_store *store) {
    uint64_t epoch = atomic_load(&store->open_epoch);
    return epoch != 0 && epoch == store->taken_epoch && store->rules != NULL;
}

static void make_current(struct lake_store *store) {
    struct error ignored = {0};
    if (is_current(store))
        return;
    clear_batch(store);
    if (!lake_store_may_open(store, clock_now(store->lake->options.clock)))
        return;
    if (store->rules == NULL)
        read_rules(store);
    if (store->rules == NULL || !lake_store_enter(store, &ignored)) /* the store keeps the error */
        return;
    store->taken_epoch = atomic_load(&store->open_epoch);
    atomic_store(&store->taken, store->position);
    atomic_store(&store->settled, store->position);
    lake_store_leave(store);
}

uint64_t lake_position(struct lake *lake) {
    uint64_t least = UINT64_MAX;
    refresh_own(lake);
    drop_spare(lake);
    for (size_t i = 0; i < lake->own_count; i++) {
        struct lake_store *store = lake->own[i];
        make_current(store);
        uint64_t taken = atomic_load(&store->taken);
        if (is_current(store) && taken < least)
            least = taken;
    }
    return least;
}

void lake_pass(struct lake *lake, uint64_t position) {
    for (size_t i = 0; i < lake->own_count; i++) {
        if (is_current(lake->own[i]) && atomic_load(&lake->own[i]->taken) < position)
            atomic_store(&lake->own[i]->taken, position); /* the next commit settles it */
    }
}

static void take(struct lake_store *store, const struct event_envelope *envelope) {
    if (store->row_count == store->row_capacity) {
        store->row_capacity = store->row_capacity * 2 + 256;
        store->rows = mem_resize_array(store->rows, store->row_capacity, sizeof *store->rows);
    }
    if (store->row_count == 0)
        store->first_taken_at = clock_now(store->lake->options.clock);
    store->rows[store->row_count++] = (struct lake_row){.offset = store->batch.size,
        .size = envelope->record.size,
        .id = envelope->facets.id,
        .time = envelope->facets.time,
        .content = load_u64_big(envelope->sha256)};
    if (store->batch.size + envelope->record.size > KEPT_BYTES &&
        store->lake->spare.capacity > store->batch.capacity)
        move_to_spare(store);
    buf_append_str(&store->batch, envelope->record);
}

/* Does the store lack this event, and none before it? */
static bool is_next(struct lake_store *store, uint64_t position) {
    return is_current(store) && atomic_load(&store->taken) + 1 == position;
}

static bool is_anybodys_next(const struct lake *lake, uint64_t position, bool *ret_has_room) {
    bool is_next_here = false;
    *ret_has_room = true;
    for (size_t i = 0; i < lake->own_count; i++) {
        is_next_here = is_next_here || is_next(lake->own[i], position);
        *ret_has_room = *ret_has_room && lake->own[i]->row_count < lake->options.batch_rows;
    }
    return is_next_here;
}

bool lake_apply(struct lake *lake, uint64_t position, struct bytes payload, struct error *error) {
    struct event_envelope envelope = {0};
    bool has_room = false;
    refresh_own(lake);
    if (!is_anybodys_next(lake, position, &has_room))
        return true;
    if (!has_room)
        return error_set(error, ERROR_LIMIT, "a commit is due first");
    arena_clear(&lake->arena);
    if (!event_envelope_parse(&lake->arena, payload, &envelope, error))
        return false;
    for (size_t i = 0; i < lake->own_count; i++) {
        struct lake_store *store = lake->own[i];
        bool takes = false;
        if (!is_next(store, position))
            continue;
        if (envelope.kind == EVENT_KIND_EVENT && !lake_rules_take(store, position, &envelope, &takes, error))
            return false;
        if (takes)
            take(store, &envelope);
        atomic_store(&store->taken, position);
        if (store->row_count == 0)
            atomic_store(&store->settled, position);
    }
    return true;
}

/* ---- commits ---- */

bool lake_wants_commit(struct lake *lake) {
    const struct lake_options *options = &lake->options;
    struct moment now = clock_now(options->clock);
    uint64_t bytes = 0;
    for (size_t i = 0; i < lake->own_count; i++) {
        const struct lake_store *store = lake->own[i];
        bytes += store->batch.size;
        if (store->row_count >= options->batch_rows ||
            (store->row_count > 0 && now.ms - store->first_taken_at.ms >= options->commit_ms))
            return true;
    }
    return bytes >= options->batch_bytes;
}

static bool commit_store(struct lake_store *store, struct error *error) {
    SCOPED(own_free) struct lake_record *records = mem_alloc_array(store->row_count + 1, sizeof *records);
    for (size_t i = 0; i < store->row_count; i++) {
        const struct lake_row *row = &store->rows[i];
        records[i] = (struct lake_record){.bytes = str_slice(buf_str(&store->batch), row->offset, row->size),
            .id = row->id,
            .time = row->time,
            .content = row->content};
    }
    struct lake_added added = {0};
    lake_store_take_turn(store);
    /* It may have failed since, in an import: then all this is read again. */
    bool done = !is_current(store) || lake_commit_records(store, records, store->row_count,
                                          atomic_load(&store->taken), &added, error);
    if (done && is_current(store))
        atomic_store(&store->settled, atomic_load(&store->taken));
    lake_store_leave(store);
    clear_batch(store);
    return done;
}

bool lake_commit(struct lake *lake, struct error *error) {
    struct error first = {0};
    refresh_own(lake);
    for (size_t i = 0; i < lake->own_count; i++) {
        struct error why = {0};
        if (is_current(lake->own[i]) && !commit_store(lake->own[i], &why) && first.kind == ERROR_NONE) {
            IGNORE(error_context(&why, "event data store %s", lake->own[i]->folder + 5), "it tells which");
            first = why;
        }
    }
    if (first.kind == ERROR_NONE)
        return true;
    *error = first;
    return false;
}

/* How many of the records one file takes: both by rows and by bytes, which a writer has a limit of. */
static size_t portion_of(const struct lake *lake, const struct lake_record *records, size_t count) {
    uint64_t bytes = 0, bytes_max = 2 * lake->options.batch_bytes;
    size_t size = 0, size_max = count < lake->options.batch_rows ? count : lake->options.batch_rows;
    while (size < size_max && (size == 0 || bytes + records[size].bytes.size <= bytes_max))
        bytes += records[size++].bytes.size;
    return size;
}

bool lake_add_imported(struct lake *lake, uint64_t store_id, const struct lake_record *records, size_t count,
    struct lake_added *ret_added, struct error *error) {
    struct lake_store *store = lake_store_find(lake, store_id, error);
    struct lake_added sum = {0};
    size_t size = 0;
    bool done = store != NULL;
    for (size_t at = 0; done && at < count; at += size) {
        struct lake_added added = {0};
        size = portion_of(lake, records + at, count - at);
        if (!lake_store_enter(store, error))
            return false;
        done = lake_commit_records(store, records + at, size, 0, &added, error);
        lake_store_leave(store);
        sum.added += added.added;
        sum.duplicates += added.duplicates;
        sum.conflicts += added.conflicts;
        sum.expired += added.expired;
    }
    if (done)
        *ret_added = sum;
    return done;
}

/* ---- housekeeping and numbers ---- */

static bool maintain_store(
    struct lake_store *store, struct moment now, bool *ret_worked, struct error *error) {
    bool worked = false;
    if (!lake_keep_step(store, now, &worked, error) ||
        (!worked && !lake_merge_step(store, now, &worked, error)))
        return error_context(error, "event data store %s", store->folder + 5);
    *ret_worked = worked;
    return true;
}

bool lake_maintain(struct lake *lake, struct moment now, bool *ret_has_more, struct error *error) {
    struct error first = {0};
    bool worked = false;
    refresh(lake);
    mutex_lock(&lake->mutex);
    size_t count = lake->store_count;
    mutex_unlock(&lake->mutex);
    for (size_t i = 0; i < count && !worked; i++) {
        struct error why = {0};
        mutex_lock(&lake->mutex);
        struct lake_store *store = lake->stores[lake->next_maintained++ % count];
        mutex_unlock(&lake->mutex);
        if (!maintain_store(store, now, &worked, &why) && first.kind == ERROR_NONE)
            first = why;
    }
    *ret_has_more = worked;
    if (first.kind == ERROR_NONE)
        return true;
    *error = first;
    return false;
}

static void fill_stats(const struct lake_store *store, struct arena *arena, struct lake_store_stats *stats) {
    *stats = (struct lake_store_stats){.store_id = store->id,
        .position = atomic_load(&store->settled),
        .files = store->files.count,
        .duplicates = store->counters.duplicates,
        .conflicts = store->counters.conflicts,
        .expired = store->counters.expired,
        .oldest = MOMENT_NONE,
        .newest = MOMENT_NONE};
    char uuid[UUID_TEXT_SIZE + 1];
    uuid_format(store->uuid, uuid);
    stats->uuid = arena_str(arena, str_from(uuid));
    stats->is_failing = !lake_store_is_open(store) && store->problem.kind != ERROR_NONE;
    stats->problem = arena_str(arena, str_from(stats->is_failing ? store->problem.message : ""));
    for (size_t i = 0; i < store->files.count; i++) {
        const struct lake_entry *entry = &store->files.items[i]->entry;
        stats->events += entry->rows;
        stats->bytes += entry->bytes;
        if (i == 0 || entry->oldest.ms < stats->oldest.ms)
            stats->oldest = entry->oldest;
        if (i == 0 || entry->newest.ms > stats->newest.ms)
            stats->newest = entry->newest;
    }
}

size_t lake_stats(struct lake *lake, struct arena *arena, struct lake_store_stats **ret_stats) {
    MUTEX_SCOPE(&lake->mutex);
    struct lake_store_stats *stats = ARENA_ARRAY(arena, lake->store_count, struct lake_store_stats);
    size_t count = 0;
    for (size_t i = 0; i < lake->store_count; i++) {
        if (!lake->stores[i]->settings.is_gone)
            fill_stats(lake->stores[i], arena, &stats[count++]);
    }
    *ret_stats = stats;
    return count;
}
