/* SPDX-License-Identifier: Apache-2.0 */
/* catalog queries: a query is kept with its stores, counted while open, listed newest first. */
#include "catalog/queries.h"
#include "support/catalog_memory.h"

static const struct str STORES[] = {
    {"11111111-0000-4000-8000-000000000001", 36}, {"11111111-0000-4000-8000-000000000002", 36}};

static struct catalog_query query_named(const char *id, size_t store_count) {
    return (struct catalog_query){
        .query_id = str_from(id),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("eu-west-1"),
        .statement = STR_LITERAL("SELECT 1 FROM x"),
        .alias = STR_LITERAL("alias"),
        .refresh_id = str_from(id),
        .store_ids = STORES,
        .store_count = store_count,
        .status = CATALOG_QUERY_FAILED, /* has no say */
        .created_at = NOON,
        .started_at = MOMENT_NONE,
        .ended_at = MOMENT_NONE,
        .delivery_uri = STR_LITERAL("s3://logs"),
        .delivery_status = CATALOG_DELIVERY_PENDING,
    };
}

static bool add(struct catalog *catalog, const struct catalog_query *query, unsigned open_max) {
    struct error error = {0};
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, &error);
    bool done = catalog_query_add(change, query, open_max, &error);
    EXPECT(done || error.kind == ERROR_LIMIT);
    return done && catalog_commit(TAKE(change), &error);
}

static void update(struct catalog *catalog, const struct catalog_query *query) {
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_query_update(change, query, &error));
    EXPECT(catalog_commit(change, &error));
}

static void a_query_comes_back_with_its_stores_in_their_order(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_query query = query_named("q1", 2), found;
    EXPECT(add(catalog, &query, 10));
    EXPECT(catalog_query_get(catalog, query.query_id, &arena, &found, &error));
    EXPECT_INT(found.status, CATALOG_QUERY_QUEUED);
    EXPECT_INT(found.store_count, 2);
    EXPECT(str_equals(found.store_ids[0], STORES[0]) && str_equals(found.store_ids[1], STORES[1]));
    EXPECT(
        str_equals(found.statement, query.statement) && str_equals(found.delivery_uri, query.delivery_uri));
    EXPECT_INT(found.delivery_status, CATALOG_DELIVERY_PENDING);
    EXPECT(found.created_at.ms == NOON.ms && found.ended_at.ms == MOMENT_NONE.ms);
    EXPECT(!catalog_query_get(catalog, STR_LITERAL("q2"), &arena, &found, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

static void only_open_queries_of_the_same_place_count(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_query first = query_named("q1", 1), second = query_named("q2", 1);
    struct catalog_query elsewhere = query_named("q3", 1);
    elsewhere.region = STR_LITERAL("us-east-1");
    EXPECT(add(catalog, &first, 1));
    EXPECT(!add(catalog, &second, 1));
    EXPECT(add(catalog, &elsewhere, 1));
    EXPECT(catalog_query_get(catalog, first.query_id, &arena, &first, &error));
    first.status = CATALOG_QUERY_FINISHED;
    first.ended_at = NOON;
    update(catalog, &first);
    EXPECT(add(catalog, &second, 1));
}

static void refreshes_and_people_have_places_of_their_own(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_query of_refresh = query_named("q1", 1), second_of_refresh = query_named("q2", 1);
    struct catalog_query of_person = query_named("q3", 1), second_of_person = query_named("q4", 1);
    of_person.refresh_id = second_of_person.refresh_id = STR_EMPTY;
    EXPECT(add(catalog, &of_refresh, 1));
    EXPECT(add(catalog, &of_person, 1));
    EXPECT(!add(catalog, &second_of_refresh, 1));
    EXPECT(!add(catalog, &second_of_person, 1));
}

static size_t list(struct catalog *catalog, const struct catalog_query_filter *filter, struct arena *arena,
    struct catalog_query **ret_queries) {
    struct error error = {0};
    size_t count = 0;
    EXPECT(catalog_query_list(catalog, filter, arena, ret_queries, &count, &error));
    return count;
}

static void lists_are_newest_first_and_filtered(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_query one = query_named("q1", 1), two = query_named("q2", 2), three = query_named("q3", 1);
    two.created_at.ms += 1000;
    three.created_at.ms += 2000;
    EXPECT(add(catalog, &one, 9) && add(catalog, &two, 9) && add(catalog, &three, 9));
    struct catalog_query *found = NULL;
    struct catalog_query_filter filter = {.account = one.account,
        .region = one.region,
        .store_id = STORES[0],
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .limit = 2};
    EXPECT_INT(list(catalog, &filter, &arena, &found), 2);
    EXPECT(str_is(found[0].query_id, "q3") && str_is(found[1].query_id, "q2"));
    filter.before_id = found[1].id;
    EXPECT_INT(list(catalog, &filter, &arena, &found), 1);
    EXPECT(str_is(found[0].query_id, "q1"));
    filter.before_id = 0;
    filter.store_id = STORES[1];
    EXPECT_INT(list(catalog, &filter, &arena, &found), 1);
    filter.store_id = STR_EMPTY;
    filter.from.ms = NOON.ms + 1;
    filter.to.ms = NOON.ms + 1999;
    EXPECT_INT(list(catalog, &filter, &arena, &found), 1);
    filter.has_status = true;
    filter.status = CATALOG_QUERY_RUNNING;
    EXPECT_INT(list(catalog, &filter, &arena, &found), 0);
    filter = (struct catalog_query_filter){.account = STR_LITERAL("210987654321"),
        .region = one.region,
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .limit = 9};
    EXPECT_INT(list(catalog, &filter, &arena, &found), 0);
}

static void what_is_open_and_what_has_ended_is_told_apart(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_query one = query_named("q1", 1), two = query_named("q2", 2), *found = NULL;
    size_t count = 0;
    EXPECT(add(catalog, &one, 9) && add(catalog, &two, 9));
    EXPECT(catalog_query_get(catalog, one.query_id, &arena, &one, &error));
    one.status = CATALOG_QUERY_FINISHED;
    one.ended_at = NOON;
    update(catalog, &one);
    EXPECT(catalog_query_list_open(catalog, &arena, &found, &count, &error));
    EXPECT_INT(count, 2); /* its delivery is still to come */
    one.delivery_status = CATALOG_DELIVERY_SUCCESS;
    update(catalog, &one);
    EXPECT(catalog_query_list_open(catalog, &arena, &found, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(str_is(found[0].query_id, "q2"));
    EXPECT(catalog_query_list_ended(catalog, NOON, 9, &arena, &found, &count, &error));
    EXPECT_INT(count, 0);
    struct moment later = {NOON.ms + 1};
    EXPECT(catalog_query_list_ended(catalog, later, 9, &arena, &found, &count, &error));
    EXPECT_INT(count, 1);
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_query_remove(change, found[0].query_id, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT(!catalog_query_get(catalog, STR_LITERAL("q1"), &arena, &one, &error));
    EXPECT(catalog_query_get(catalog, STR_LITERAL("q2"), &arena, &two, &error));
    EXPECT_INT(two.store_count, 2);
}

static void an_alias_finds_its_newest_query(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_query one = query_named("q1", 1), two = query_named("q2", 2), found;
    EXPECT(add(catalog, &one, 9) && add(catalog, &two, 9));
    EXPECT(catalog_query_find_alias(
        catalog, one.account, one.region, STR_LITERAL("alias"), STR_EMPTY, &arena, &found, &error));
    EXPECT(str_is(found.query_id, "q2"));
    EXPECT(catalog_query_find_alias(
        catalog, one.account, one.region, STR_LITERAL("alias"), STR_LITERAL("q1"), &arena, &found, &error));
    EXPECT(str_is(found.query_id, "q1"));
    EXPECT(!catalog_query_find_alias(
        catalog, one.account, one.region, STR_LITERAL("other"), STR_EMPTY, &arena, &found, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

int main(void) {
    TEST(a_query_comes_back_with_its_stores_in_their_order);
    TEST(only_open_queries_of_the_same_place_count);
    TEST(refreshes_and_people_have_places_of_their_own);
    TEST(lists_are_newest_first_and_filtered);
    TEST(what_is_open_and_what_has_ended_is_told_apart);
    TEST(an_alias_finds_its_newest_query);
    return tap_done();
}
