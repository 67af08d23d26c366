/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stores: rows of event data stores, their copy in memory, and the versions that changes make.
 *
 * field / guarded by: arena, stores, count, generation: the mutex of struct catalog_hot_stores, which is
 * held for copying only. There are few stores and they change seldom: all are read anew at a commit.
 */
#include "catalog/stores.h"

#include "base/check.h"
#include "base/mem.h"

#include "sql.h"

#include <string.h>

struct catalog_hot_stores {
    struct mutex mutex;
    struct arena arena;
    struct catalog_store *stores; /* by id */
    size_t count;
    uint64_t generation;
};

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_store, member) }

static const struct catalog_field STORE_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(TEXT, uuid),
    PLAIN(TEXT, account),
    PLAIN(TEXT, region),
    PLAIN(TEXT, name),
    PLAIN(TEXT, arn),
    PLAIN(SMALL, status),
    PLAIN(SMALL, pricing),
    PLAIN(NUMBER, retention_days),
    PLAIN(BOOLEAN, is_multi_region),
    PLAIN(BOOLEAN, is_organization),
    PLAIN(BOOLEAN, has_termination_protection),
    PLAIN(TEXT, event_selectors),
    PLAIN(TEXT, kms_key_id),
    PLAIN(BOOLEAN, takes_large_events),
    PLAIN(TEXT, context_keys),
    PLAIN(SMALL, insights),
    PLAIN(TEXT, insights_store_arn),
    PLAIN(BOOLEAN, is_federated),
    PLAIN(TEXT, federation_role_arn),
    PLAIN(MOMENT, created_at),
    PLAIN(MOMENT, updated_at),
    PLAIN(MOMENT, deletion_at),
};
#undef PLAIN
static const struct catalog_table STORES = CATALOG_TABLE("stores", STORE_FIELDS);
static const struct catalog_tag_table TAGS = {"store_tags", "store_id"};

_Static_assert(sizeof(enum catalog_store_status) == sizeof(unsigned), "status is a SMALL column");
_Static_assert(sizeof(enum catalog_store_pricing) == sizeof(unsigned), "pricing is a SMALL column");

#define PLAIN(kind, member)                                                                                  \
    { #member, CATALOG_FIELD_##kind, offsetof(struct catalog_store_version, member) }

static const struct catalog_field VERSION_FIELDS[] = {
    PLAIN(NUMBER, id),
    PLAIN(NUMBER, store_id),
    PLAIN(NUMBER, from_position),
    PLAIN(BOOLEAN, is_taking),
    PLAIN(BOOLEAN, is_multi_region),
    PLAIN(BOOLEAN, takes_large_events),
    PLAIN(TEXT, event_selectors),
};
#undef PLAIN
static const struct catalog_table VERSIONS = CATALOG_TABLE("store_versions", VERSION_FIELDS);

/* Memory. */

struct catalog_hot_stores *catalog_hot_stores_create(void) {
    struct catalog_hot_stores *hot = MEM_NEW(struct catalog_hot_stores);
    mutex_init(&hot->mutex);
    hot->arena = ARENA_INIT;
    return hot;
}

void catalog_hot_stores_destroy(struct catalog_hot_stores *hot) {
    if (hot == NULL)
        return;
    arena_finish(&hot->arena);
    mutex_finish(&hot->mutex);
    mem_free(hot);
}

static bool read_stores(struct catalog *catalog, struct arena *arena, struct catalog_store **ret_stores,
    size_t *ret_count, struct error *error) {
    void *rows = NULL;
    size_t count = 0;
    {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_table_select(catalog, &STORES, "ORDER BY id");
        if (!catalog_table_read_all(&sql, &STORES, arena, sizeof **ret_stores, &rows, &count, error))
            return false;
    }
    struct catalog_store *stores = rows;
    for (size_t i = 0; i < count; i++) {
        struct catalog_tag *tags = NULL;
        if (!catalog_tags_read(catalog, &TAGS, stores[i].id, arena, &tags, &stores[i].tag_count, error))
            return false;
        stores[i].tags = tags;
    }
    *ret_stores = stores;
    *ret_count = count;
    return true;
}

bool catalog_hot_stores_load(struct catalog *catalog, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store *stores = NULL;
    size_t count = 0;
    if (!read_stores(catalog, &arena, &stores, &count, error))
        return false;
    struct catalog_hot_stores *hot = catalog->stores;
    MUTEX_SCOPE(&hot->mutex);
    struct arena old = hot->arena;
    hot->arena = arena;
    arena = old;
    hot->stores = stores;
    hot->count = count;
    hot->generation++;
    return true;
}

/* Changing. */

/* Does a store of that status take events? One that is not enabled yet or any more does not. */
static bool is_taking(enum catalog_store_status status) {
    return status == CATALOG_STORE_ENABLED || status == CATALOG_STORE_STARTING_INGESTION;
}

static bool same_rules(const struct catalog_store_version *a, const struct catalog_store_version *b) {
    return a->is_taking == b->is_taking && a->is_multi_region == b->is_multi_region &&
           a->takes_large_events == b->takes_large_events &&
           str_equals(a->event_selectors, b->event_selectors);
}

/* Add the version that `store` is now, unless it takes what the latest one takes. */
static bool add_version(struct catalog_change *change, const struct catalog_store *store,
    uint64_t from_position, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store_version latest = {0};
    bool has_latest = false;
    {
        SCOPED(catalog_sql_done)
        struct catalog_sql sql = catalog_table_select(
            change->catalog, &VERSIONS, "WHERE store_id = ? ORDER BY from_position DESC, id DESC LIMIT 1");
        catalog_sql_bind_number(&sql, store->id);
        if (!catalog_sql_next(&sql, &has_latest, error))
            return false;
        if (has_latest)
            catalog_table_read(&sql, &VERSIONS, &arena, &latest);
    }
    struct catalog_store_version version = {
        .store_id = store->id,
        .from_position = from_position,
        .is_taking = is_taking(store->status),
        .is_multi_region = store->is_multi_region,
        .takes_large_events = store->takes_large_events,
        .event_selectors = store->event_selectors,
    };
    if (has_latest && same_rules(&latest, &version))
        return true;
    return catalog_table_insert(change, &VERSIONS, &version, &version.id, error);
}

static bool save(struct catalog_change *change, const struct catalog_store *store, uint64_t from_position,
    struct error *error) {
    ASSERT(store->retention_days >= 0 && from_position > 0);
    if (!catalog_tags_write(change, &TAGS, store->id, store->tags, store->tag_count, error) ||
        !add_version(change, store, from_position, error))
        return false;
    change->stores_changed = true;
    return true;
}

static bool name_taken(const struct catalog_store *store, struct error *error) {
    if (error->kind != ERROR_CONFLICT)
        return false;
    return error_set(error, ERROR_CONFLICT, "account %.*s has an event data store %.*s in %.*s",
        STR(store->account), STR(store->name), STR(store->region));
}

bool catalog_store_create(struct catalog_change *change, const struct catalog_store *store,
    uint64_t from_position, uint64_t *ret_id, struct error *error) {
    struct catalog_store fresh = *store;
    fresh.id = 0;
    if (!catalog_table_insert(change, &STORES, &fresh, &fresh.id, error))
        return name_taken(store, error);
    if (!save(change, &fresh, from_position, error))
        return false;
    *ret_id = fresh.id;
    return true;
}

bool catalog_store_update(struct catalog_change *change, const struct catalog_store *store,
    uint64_t from_position, struct error *error) {
    ASSERT(store->id > 0);
    if (!catalog_table_update(change, &STORES, store, error))
        return name_taken(store, error);
    return save(change, store, from_position, error);
}

bool catalog_store_remove(struct catalog_change *change, uint64_t store_id, struct error *error) {
    static const char *const STATEMENTS[] = {
        "DELETE FROM resource_policies WHERE arn = (SELECT arn FROM stores WHERE id = ?)",
        "DELETE FROM store_tags WHERE store_id = ?", "DELETE FROM store_versions WHERE store_id = ?",
        "DELETE FROM stores WHERE id = ?"};
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof STATEMENTS[0]; i++) {
        SCOPED(catalog_sql_done) struct catalog_sql sql = catalog_sql(change->catalog, STATEMENTS[i]);
        catalog_sql_bind_number(&sql, store_id);
        if (!catalog_sql_run(&sql, error))
            return false;
    }
    if (catalog_sql_changed(change->catalog) == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no store %llu", (unsigned long long)store_id);
    change->stores_changed = true;
    return true;
}

/* Reading. */

static void copy_store(struct arena *arena, const struct catalog_store *from, struct catalog_store *to) {
    *to = *from;
    for (size_t i = 0; i < STORES.field_count; i++) {
        if (STORE_FIELDS[i].kind == CATALOG_FIELD_TEXT) {
            struct str *text = (struct str *)(void *)((char *)to + STORE_FIELDS[i].offset);
            *text = arena_str(arena, *text);
        }
    }
    to->tags = catalog_tags_copy(arena, from->tags, from->tag_count);
}

bool catalog_store_get(struct catalog *catalog, uint64_t store_id, struct arena *arena,
    struct catalog_store *ret_store, struct error *error) {
    struct catalog_hot_stores *hot = catalog->stores;
    MUTEX_SCOPE(&hot->mutex);
    for (size_t i = 0; i < hot->count; i++) {
        if (hot->stores[i].id == store_id) {
            copy_store(arena, &hot->stores[i], ret_store);
            return true;
        }
    }
    return error_set(error, ERROR_NOT_FOUND, "there is no store %llu", (unsigned long long)store_id);
}

bool catalog_store_find(struct catalog *catalog, struct str uuid, struct arena *arena,
    struct catalog_store *ret_store, struct error *error) {
    struct catalog_hot_stores *hot = catalog->stores;
    MUTEX_SCOPE(&hot->mutex);
    for (size_t i = 0; i < hot->count; i++) {
        if (str_equals(hot->stores[i].uuid, uuid)) {
            copy_store(arena, &hot->stores[i], ret_store);
            return true;
        }
    }
    return error_set(error, ERROR_NOT_FOUND, "there is no event data store %.*s", STR(uuid));
}

static bool is_listed(const struct catalog_store *store, struct str account, struct str region) {
    return (account.size == 0 || str_equals(store->account, account)) &&
           (region.size == 0 || str_equals(store->region, region));
}

void catalog_store_list(struct catalog *catalog, struct str account, struct str region, struct arena *arena,
    struct catalog_store **ret_stores, size_t *ret_count) {
    struct catalog_hot_stores *hot = catalog->stores;
    MUTEX_SCOPE(&hot->mutex);
    struct catalog_store *stores = ARENA_ARRAY(arena, hot->count, struct catalog_store);
    size_t count = 0;
    for (size_t i = 0; i < hot->count; i++) {
        if (is_listed(&hot->stores[i], account, region))
            copy_store(arena, &hot->stores[i], &stores[count++]);
    }
    *ret_stores = stores;
    *ret_count = count;
}

uint64_t catalog_stores_generation(struct catalog *catalog) {
    MUTEX_SCOPE(&catalog->stores->mutex);
    return catalog->stores->generation;
}

bool catalog_store_version_list(struct catalog *catalog, uint64_t store_id, struct arena *arena,
    struct catalog_store_version **ret_versions, size_t *ret_count, struct error *error) {
    CATALOG_SCOPE(catalog);
    SCOPED(catalog_sql_done)
    struct catalog_sql sql =
        catalog_table_select(catalog, &VERSIONS, "WHERE store_id = ? ORDER BY from_position, id");
    catalog_sql_bind_number(&sql, store_id);
    void *versions = NULL;
    if (!catalog_table_read_all(&sql, &VERSIONS, arena, sizeof **ret_versions, &versions, ret_count, error))
        return false;
    *ret_versions = versions;
    return true;
}
