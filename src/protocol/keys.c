/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: the names of tables' key attributes, at most two each. A table is in the set that its name hashes to;
 * where that is full, the one that was longest not asked for makes room: its items are then recorded without
 * their keys until these are seen again.
 *
 * field   guarded by
 * sets    mutex
 * time    mutex
 */
#include "keys.h"

#include "base/mem.h"
#include "sys/thread.h"

enum { SET_COUNT = 512, WAY_COUNT = 8 }; /* 4,096 tables */

struct table {
    char *name; /* "region/table"; NULL: the place is free */
    char *keys[PROTOCOL_TABLE_KEYS_MAX];
    uint64_t used_at;
};

struct protocol_keys {
    struct mutex mutex;
    uint64_t time; /* counts uses */
    struct table sets[SET_COUNT][WAY_COUNT];
};

struct protocol_keys *protocol_keys_create(void) {
    struct protocol_keys *keys = MEM_NEW(struct protocol_keys);
    mutex_init(&keys->mutex);
    return keys;
}

static void clear(struct table *table) {
    mem_free(table->name);
    for (size_t i = 0; i < PROTOCOL_TABLE_KEYS_MAX; i++)
        mem_free(table->keys[i]);
    *table = (struct table){.name = NULL};
}

void protocol_keys_destroy(struct protocol_keys *keys) {
    if (keys == NULL)
        return;
    for (size_t set = 0; set < SET_COUNT; set++) {
        for (size_t way = 0; way < WAY_COUNT; way++)
            clear(&keys->sets[set][way]);
    }
    mutex_finish(&keys->mutex);
    mem_free(keys);
}

/* FNV-1a. */
static struct table *set_of(struct protocol_keys *keys, struct str name) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.size; i++)
        hash = (hash ^ (uint8_t)name.data[i]) * 16777619u;
    return keys->sets[(hash ^ hash >> 16) % SET_COUNT];
}

static struct table *find(struct protocol_keys *keys, struct str name) {
    struct table *set = set_of(keys, name);
    for (size_t way = 0; way < WAY_COUNT; way++) {
        if (set[way].name != NULL && str_is(name, set[way].name)) {
            set[way].used_at = ++keys->time;
            return &set[way];
        }
    }
    return NULL;
}

static bool has_these(const struct table *table, struct protocol_table_keys names) {
    for (size_t i = 0; i < PROTOCOL_TABLE_KEYS_MAX; i++) {
        struct str name = i < names.count ? names.names[i] : STR_EMPTY;
        if (!str_equals(str_from(table->keys[i]), name))
            return false;
    }
    return true;
}

static struct table *oldest(struct table *set) {
    struct table *chosen = &set[0];
    for (size_t way = 1; way < WAY_COUNT; way++) {
        if (set[way].used_at < chosen->used_at)
            chosen = &set[way];
    }
    return chosen;
}

void protocol_keys_learn(struct protocol_keys *keys, struct str name, struct protocol_table_keys names) {
    enum { TABLE_NAME_SIZE_MAX = 512 };
    if (keys == NULL || name.size == 0 || name.size > TABLE_NAME_SIZE_MAX || names.count == 0)
        return;
    for (size_t i = 0; i < names.count; i++) {
        if (names.names[i].size == 0 || names.names[i].size > PROTOCOL_KEY_NAME_SIZE_MAX)
            return;
    }
    MUTEX_SCOPE(&keys->mutex);
    struct table *table = find(keys, name);
    if (table != NULL && has_these(table, names))
        return;
    if (table == NULL)
        table = oldest(set_of(keys, name));
    clear(table);
    table->used_at = ++keys->time;
    table->name = mem_copy(name.data, name.size);
    for (size_t i = 0; i < names.count; i++)
        table->keys[i] = mem_copy(names.names[i].data, names.names[i].size);
}

void protocol_keys_forget(struct protocol_keys *keys, struct str name) {
    if (keys == NULL)
        return;
    MUTEX_SCOPE(&keys->mutex);
    struct table *table = find(keys, name);
    if (table != NULL)
        clear(table);
}

struct protocol_table_keys protocol_keys_of(
    struct arena *arena, struct protocol_keys *keys, struct str name) {
    struct protocol_table_keys names = {.count = 0};
    if (keys == NULL)
        return names;
    MUTEX_SCOPE(&keys->mutex);
    const struct table *table = find(keys, name);
    for (size_t i = 0; table != NULL && i < PROTOCOL_TABLE_KEYS_MAX && table->keys[i] != NULL; i++)
        names.names[names.count++] = arena_str(arena, str_from(table->keys[i]));
    return names;
}
