/* SPDX-License-Identifier: Apache-2.0 */
/* stores: rows come back as they were made, versions follow what a store takes, removal leaves nothing. */
#include "catalog/policies.h"
#include "catalog/stores.h"
#include "support/catalog_memory.h"

static struct catalog_store store_named(const char *name, const char *uuid) {
    return (struct catalog_store){
        .uuid = str_from(uuid),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("eu-west-1"),
        .name = str_from(name),
        .arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:123456789012:eventdatastore/x"),
        .status = CATALOG_STORE_ENABLED,
        .pricing = CATALOG_STORE_FIXED,
        .retention_days = 2557,
        .is_multi_region = true,
        .created_at = NOON,
        .updated_at = NOON,
        .deletion_at = MOMENT_NONE,
    };
}

static uint64_t create(struct catalog *catalog, const struct catalog_store *store, uint64_t position) {
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL);
    EXPECT(catalog_store_create(change, store, position, &id, &error));
    EXPECT(catalog_commit(change, &error));
    return id;
}

static void update(struct catalog *catalog, const struct catalog_store *store, uint64_t position) {
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL);
    EXPECT(catalog_store_update(change, store, position, &error));
    EXPECT(catalog_commit(change, &error));
}

static void a_store_comes_back_as_it_was_made(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store store = store_named("audit", "11111111-1111-4111-8111-111111111111");
    const struct catalog_tag tags[] = {
        {STR_LITERAL("team"), STR_LITERAL("blue"), true}, {STR_LITERAL("empty"), STR_EMPTY, false}};
    store.tags = tags;
    store.tag_count = 2;
    store.insights = 3;
    store.context_keys = STR_LITERAL("[1]");
    uint64_t id = create(catalog, &store, 7);
    struct catalog_store found = {0};
    struct error error = {0};
    EXPECT(catalog_store_find(catalog, store.uuid, &arena, &found, &error));
    EXPECT_INT(found.id, id);
    EXPECT(str_equals(found.name, store.name) && str_equals(found.context_keys, store.context_keys));
    EXPECT_INT(found.status, CATALOG_STORE_ENABLED);
    EXPECT_INT(found.pricing, CATALOG_STORE_FIXED);
    EXPECT_INT(found.retention_days, 2557);
    EXPECT_INT(found.insights, 3);
    EXPECT(found.is_multi_region && !found.is_federated && !found.has_termination_protection);
    EXPECT(found.created_at.ms == NOON.ms && found.deletion_at.ms == MOMENT_NONE.ms);
    EXPECT_INT(found.tag_count, 2);
    EXPECT(str_is(found.tags[0].value, "blue") && !found.tags[1].has_value);
    EXPECT(catalog_store_get(catalog, id, &arena, &found, &error));
    EXPECT(!catalog_store_get(catalog, id + 1, &arena, &found, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

static void names_are_taken_per_account_and_region(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store store = store_named("audit", "a");
    create(catalog, &store, 1);
    struct catalog_store other = store_named("audit", "b");
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    uint64_t id = 0;
    EXPECT(!catalog_store_create(change, &other, 1, &id, &error));
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    catalog_rollback(change);
    other.region = STR_LITERAL("us-east-1");
    id = create(catalog, &other, 1);
    struct catalog_store *stores = NULL;
    size_t count = 0;
    catalog_store_list(catalog, store.account, store.region, &arena, &stores, &count);
    EXPECT_INT(count, 1);
    EXPECT(str_is(stores[0].uuid, "a"));
    catalog_store_list(catalog, STR_EMPTY, STR_EMPTY, &arena, &stores, &count);
    EXPECT_INT(count, 2);
    EXPECT_INT(stores[1].id, id);
}

static size_t versions_of(
    struct catalog *catalog, uint64_t id, struct arena *arena, struct catalog_store_version **ret_versions) {
    struct error error = {0};
    size_t count = 0;
    EXPECT(catalog_store_version_list(catalog, id, arena, ret_versions, &count, &error));
    return count;
}

static void only_what_changes_what_is_taken_makes_a_version(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store store = store_named("audit", "a");
    store.id = create(catalog, &store, 5);
    store.retention_days = 7;
    store.has_termination_protection = true;
    update(catalog, &store, 9);
    struct catalog_store_version *versions = NULL;
    EXPECT_INT(versions_of(catalog, store.id, &arena, &versions), 1);
    EXPECT(versions[0].is_taking && versions[0].from_position == 5);
    store.status = CATALOG_STORE_STOPPED_INGESTION;
    update(catalog, &store, 12);
    store.event_selectors = STR_LITERAL("[]");
    update(catalog, &store, 20);
    EXPECT_INT(versions_of(catalog, store.id, &arena, &versions), 3);
    EXPECT(!versions[1].is_taking && versions[1].from_position == 12);
    EXPECT(str_is(versions[2].event_selectors, "[]") && !versions[2].is_taking);
}

static void every_commit_of_a_store_is_noticed_and_no_other(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    uint64_t before = catalog_stores_generation(catalog);
    struct catalog_store store = store_named("audit", "a");
    store.id = create(catalog, &store, 5);
    uint64_t after = catalog_stores_generation(catalog);
    EXPECT(after > before);
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_meta_set(change, "other", BYTES_OF(KEY), &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT_INT(catalog_stores_generation(catalog), after);
    change = catalog_begin(catalog, &error);
    store.retention_days = 30;
    EXPECT(catalog_store_update(change, &store, 6, &error));
    catalog_rollback(change);
    EXPECT_INT(catalog_stores_generation(catalog), after);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    EXPECT(catalog_store_get(catalog, store.id, &arena, &store, &error));
    EXPECT_INT(store.retention_days, 2557);
}

static void a_removed_store_leaves_nothing(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store store = store_named("audit", "a");
    store.id = create(catalog, &store, 5);
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_policy_put(change, store.arn, STR_LITERAL("{}"), &error));
    EXPECT(catalog_store_remove(change, store.id, &error));
    EXPECT(catalog_commit(change, &error));
    struct str policy = STR_EMPTY;
    EXPECT(!catalog_policy_get(catalog, store.arn, &arena, &policy, &error));
    struct catalog_store found = {0};
    EXPECT(!catalog_store_find(catalog, store.uuid, &arena, &found, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    struct catalog_store_version *versions = NULL;
    EXPECT_INT(versions_of(catalog, store.id, &arena, &versions), 0);
    change = catalog_begin(catalog, &error);
    EXPECT(!catalog_store_remove(change, store.id, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    catalog_rollback(change);
    EXPECT(create(catalog, &store, 5) > store.id);
}

int main(void) {
    TEST(a_store_comes_back_as_it_was_made);
    TEST(names_are_taken_per_account_and_region);
    TEST(only_what_changes_what_is_taken_makes_a_version);
    TEST(every_commit_of_a_store_is_noticed_and_no_other);
    TEST(a_removed_store_leaves_nothing);
    return tap_done();
}
