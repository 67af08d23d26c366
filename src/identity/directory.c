/* SPDX-License-Identifier: Apache-2.0 */
/* directory.c: two hash tables with chains per shard. */
#include "directory.h"

#include "base/mem.h"
#include "codec/hash.h"
#include "sys/thread.h"

#include <stdatomic.h>

enum { SHARD_COUNT = 16, SHARD_LEARNED_MAX = IDENTITY_LEARNED_MAX / SHARD_COUNT, CHAINS_MIN = 16 };

struct table {
    struct identity_person **chains;
    size_t chain_count, count; /* chain_count: a power of two */
};

/* field / guarded by: everything / mutex */
struct shard {
    struct mutex mutex;
    struct table file, learned;
};

struct identity_directory {
    struct shard shards[SHARD_COUNT];
    _Atomic size_t learned_count;
};

/* ---- tables ---- */

static uint64_t hash_of(struct str access_key_id) {
    return hash_quick(str_bytes(access_key_id), 0);
}

/* Where a person of this key hangs, or the end of its chain. */
static struct identity_person **place_of(struct table *table, struct str access_key_id, uint64_t hash) {
    struct identity_person **place = &table->chains[(hash / SHARD_COUNT) & (table->chain_count - 1)];
    while (*place != NULL && !str_equals((*place)->identity.access_key_id, access_key_id))
        place = &(*place)->next;
    return place;
}

static struct identity_person *table_find(struct table *table, struct str access_key_id, uint64_t hash) {
    return table->count == 0 ? NULL : *place_of(table, access_key_id, hash);
}

static void table_grow(struct table *table) {
    struct table larger = {
        .chain_count = table->chain_count == 0 ? CHAINS_MIN : 2 * table->chain_count, .count = table->count};
    larger.chains = mem_alloc_array(larger.chain_count, sizeof *larger.chains);
    for (size_t i = 0; i < table->chain_count; i++) {
        for (struct identity_person *person = table->chains[i], *next; person != NULL; person = next) {
            struct str id = person->identity.access_key_id;
            next = person->next;
            person->next = NULL;
            *place_of(&larger, id, hash_of(id)) = person;
        }
    }
    mem_free(table->chains);
    *table = larger;
}

/* True where it is new, false where it took another's place. */
static bool table_put(struct table *table, struct identity_person *owned_person, uint64_t hash) {
    if (table->count >= table->chain_count)
        table_grow(table);
    struct identity_person **place = place_of(table, owned_person->identity.access_key_id, hash);
    struct identity_person *before = *place;
    owned_person->next = before != NULL ? before->next : NULL;
    *place = owned_person;
    table->count += before == NULL;
    mem_free(before);
    return before == NULL;
}

static void table_take_out(struct table *table, struct identity_person **place) {
    struct identity_person *person = *place;
    *place = person->next;
    mem_free(person);
    table->count--;
}

static void table_finish(struct table *table) {
    for (size_t i = 0; i < table->chain_count; i++)
        while (table->chains[i] != NULL)
            table_take_out(table, &table->chains[i]);
    mem_free(table->chains);
    *table = (struct table){0};
}

static size_t table_purge(struct table *table, struct moment now) {
    size_t count = table->count;
    for (size_t i = 0; i < table->chain_count; i++) {
        struct identity_person **place = &table->chains[i];
        while (*place != NULL) {
            if (identity_person_has_ended(*place, now))
                table_take_out(table, place);
            else
                place = &(*place)->next;
        }
    }
    return count - table->count;
}

/* Does `a` go before `b` where one has to go? */
static bool goes_first(const struct identity_person *a, const struct identity_person *b) {
    bool a_ends = a->expires_at.ms != MOMENT_NONE.ms, b_ends = b->expires_at.ms != MOMENT_NONE.ms;
    if (a_ends != b_ends)
        return a_ends;
    return a_ends && a->expires_at.ms != b->expires_at.ms ? a->expires_at.ms < b->expires_at.ms
                                                          : a->learned_at.ms < b->learned_at.ms;
}

/* The key whose person went. */
static struct str table_evict_one(struct table *table, struct arena *arena) {
    struct identity_person **first = NULL;
    for (size_t i = 0; i < table->chain_count; i++)
        for (struct identity_person **place = &table->chains[i]; *place != NULL; place = &(*place)->next)
            if (first == NULL || goes_first(*place, *first))
                first = place;
    if (first == NULL)
        return STR_EMPTY;
    struct str evicted = arena_str(arena, (*first)->identity.access_key_id);
    table_take_out(table, first);
    return evicted;
}

/* ---- the directory ---- */

struct identity_directory *identity_directory_create(void) {
    struct identity_directory *directory = MEM_NEW(struct identity_directory);
    for (size_t i = 0; i < SHARD_COUNT; i++)
        mutex_init(&directory->shards[i].mutex);
    return directory;
}

void identity_directory_destroy(struct identity_directory *directory) {
    if (directory == NULL)
        return;
    for (size_t i = 0; i < SHARD_COUNT; i++) {
        struct shard *shard = &directory->shards[i];
        table_finish(&shard->file);
        table_finish(&shard->learned);
        mutex_finish(&shard->mutex);
    }
    mem_free(directory);
}

bool identity_directory_find(struct identity_directory *directory, struct arena *arena,
    struct str access_key_id, struct moment now, struct call_identity *ret_identity) {
    uint64_t hash = hash_of(access_key_id);
    struct shard *shard = &directory->shards[hash % SHARD_COUNT];
    MUTEX_SCOPE(&shard->mutex);
    const struct identity_person *person = table_find(&shard->file, access_key_id, hash);
    if (person == NULL)
        person = table_find(&shard->learned, access_key_id, hash);
    if (person == NULL || identity_person_has_ended(person, now))
        return false;
    *ret_identity = identity_person_copy(person, arena);
    return true;
}

bool identity_directory_find_learned(struct identity_directory *directory, struct arena *arena,
    struct str access_key_id, struct moment now, struct identity_person *ret_person) {
    uint64_t hash = hash_of(access_key_id);
    struct shard *shard = &directory->shards[hash % SHARD_COUNT];
    MUTEX_SCOPE(&shard->mutex);
    const struct identity_person *person = table_find(&shard->learned, access_key_id, hash);
    if (person == NULL || identity_person_has_ended(person, now))
        return false;
    *ret_person = *person;
    ret_person->identity = identity_person_copy(person, arena);
    return true;
}

/* A reader meets the old persons of a shard or the new ones, never a mixture. */
void identity_directory_set_file(
    struct identity_directory *directory, const struct identity_person *persons, size_t count) {
    struct table tables[SHARD_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = hash_of(persons[i].identity.access_key_id);
        table_put(&tables[hash % SHARD_COUNT], identity_person_create(&persons[i]), hash);
    }
    for (size_t i = 0; i < SHARD_COUNT; i++) {
        struct shard *shard = &directory->shards[i];
        mutex_lock(&shard->mutex);
        struct table before = shard->file;
        shard->file = tables[i];
        mutex_unlock(&shard->mutex);
        table_finish(&before);
    }
}

struct str identity_directory_learn(struct identity_directory *directory, struct arena *arena,
    const struct identity_person *person, struct moment now) {
    struct identity_person *copy = identity_person_create(person);
    uint64_t hash = hash_of(copy->identity.access_key_id);
    struct shard *shard = &directory->shards[hash % SHARD_COUNT];
    MUTEX_SCOPE(&shard->mutex);
    struct table *table = &shard->learned;
    size_t before = table->count;
    struct str evicted = STR_EMPTY;
    if (table->count >= SHARD_LEARNED_MAX && table_purge(table, now) == 0)
        evicted = table_evict_one(table, arena);
    table_put(table, copy, hash);
    atomic_fetch_add(&directory->learned_count, table->count - before); /* may wrap: it is a difference */
    return evicted;
}

void identity_directory_purge(struct identity_directory *directory, struct moment now) {
    for (size_t i = 0; i < SHARD_COUNT; i++) {
        struct shard *shard = &directory->shards[i];
        MUTEX_SCOPE(&shard->mutex);
        atomic_fetch_sub(&directory->learned_count, table_purge(&shard->learned, now));
    }
}

size_t identity_directory_learned(struct identity_directory *directory) {
    return atomic_load(&directory->learned_count);
}
