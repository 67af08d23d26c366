/* SPDX-License-Identifier: Apache-2.0 */
/* queries: accepted ones come to an end that stays; rows, cancelling, timing out, delivery and going on after
 * a stop. */
#include "catalog/signing.h"
#include "codec/compress.h"
#include "codec/crypto.h"
#include "objects/objects.h"
#include "queries/queries.h"
#include "support/lake_world.h"
#include "sys/thread.h"

#include <stdatomic.h>

#define STORE "00000000-0000-4000-8000-000000000001"
#define ID    "11111111-0000-4000-8000-000000000001"

struct world {
    struct lake_world lake;
    struct objects *objects;
    struct queries *queries;
    struct queries_options options;
};

static void open_queries(struct world *world, unsigned concurrency) {
    struct error error = {0};
    world->options.disk = disk_sim_disk(world->lake.sim);
    world->options.catalog = world->lake.catalog;
    world->options.engine = world->lake.engine;
    world->options.lake = world->lake.lake;
    world->options.objects = world->objects;
    world->options.clock = &world->lake.clock.clock;
    world->options.concurrency = concurrency;
    world->options.key_rotation_interval_ms = MS_PER_DAY;
    world->queries = queries_create(&world->options, &error);
    EXPECT(world->queries != NULL);
}

/* A store with ten events. */
static void start(struct world *world) {
    struct error error = {0};
    *world = (struct world){0};
    lake_world_start(&world->lake, 1);
    EXPECT(lake_world_open(&world->lake, &error));
    IGNORE(lake_world_add_store(&world->lake), "its id is its number");
    for (unsigned i = 1; i <= 10; i++)
        lake_world_list_number(&world->lake, i);
    EXPECT(lake_world_run(&world->lake, &error));
    world->objects = objects_open(disk_sim_disk(world->lake.sim), NULL, &error);
    EXPECT(world->objects != NULL);
    open_queries(world, 1);
}

static void finish(struct world *world) {
    queries_destroy(world->queries);
    objects_close(world->objects);
    lake_world_finish(&world->lake);
}

static void add_of(
    struct world *world, const char *account, const char *id, const char *statement, const char *uri) {
    static const struct str STORES[] = {{STORE, sizeof STORE - 1}};
    struct error error = {0};
    struct catalog_query query = {.query_id = str_from(id),
        .account = str_from(account),
        .region = STR_LITERAL(LAKE_WORLD_HOME),
        .statement = str_from(statement),
        .store_ids = STORES,
        .store_count = 1,
        .created_at = LAKE_WORLD_START,
        .started_at = MOMENT_NONE,
        .ended_at = MOMENT_NONE,
        .delivery_uri = str_from(uri),
        .delivery_status = *uri != '\0' ? CATALOG_DELIVERY_PENDING : CATALOG_DELIVERY_NONE};
    struct catalog_change *change = catalog_begin(world->lake.catalog, &error);
    EXPECT(change != NULL && queries_add(world->queries, change, &query, &error));
    EXPECT(catalog_commit(change, &error));
    queries_wake(world->queries);
}

static void add(struct world *world, const char *id, const char *statement, const char *uri) {
    add_of(world, LAKE_WORLD_A, id, statement, uri);
}

static struct catalog_query get(struct world *world, const char *id, struct arena *arena) {
    struct error error = {0};
    struct catalog_query query = {0};
    EXPECT(catalog_query_get(world->lake.catalog, str_from(id), arena, &query, &error));
    return query;
}

/* Wait until it is in that state (with that delivery); the test hangs for a minute where it never is. */
static struct catalog_query await(
    struct world *world, const char *id, enum catalog_query_status status, struct arena *arena) {
    struct catalog_query query = get(world, id, arena);
    for (int i = 0; i < 6000; i++) {
        if (query.status == status && query.delivery_status != CATALOG_DELIVERY_PENDING)
            return query;
        clock_sleep_ms(10);
        query = get(world, id, arena);
    }
    EXPECT_INT(query.status, status);
    printf("# %.*s\n", STR(query.error_message));
    return query;
}

static bool cancel(struct world *world, const char *id, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_query query;
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(world->lake.catalog, error);
    if (change == NULL || !queries_cancel(world->queries, change, str_from(id), &arena, &query, error) ||
        !catalog_commit(TAKE(change), error))
        return false;
    queries_cut(world->queries, str_from(id));
    return true;
}

static void a_query_runs_to_its_end_and_its_rows_are_read_by_pages(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct queries_page page;
    start(&world);
    queries_start(world.queries);
    add(&world, ID, "SELECT 1", "");
    struct catalog_query query = await(&world, ID, CATALOG_QUERY_FINISHED, &arena);
    EXPECT_INT(query.row_count, 10);
    EXPECT_INT(query.events_scanned, 10);
    EXPECT(query.ended_at.ms != MOMENT_NONE.ms && query.error_message.size == 0);
    EXPECT(queries_read(world.queries, query.query_id, 0, 7, &arena, &page, &error));
    EXPECT_INT(page.row_count, 7);
    EXPECT_INT(page.next, 7);
    EXPECT(str_is(page.columns[0], "eventid"));
    EXPECT(queries_read(world.queries, query.query_id, page.next, 7, &arena, &page, &error));
    EXPECT_INT(page.row_count, 3);
    EXPECT_INT(page.next, 0);
    queries_stop(world.queries);
}

static void what_the_engine_refuses_is_told_and_others_go_on(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    start(&world);
    queries_start(world.queries);
    add(&world, "11111111-0000-4000-8000-00000000000a", "SELECT FAIL", "");
    add(&world, "11111111-0000-4000-8000-00000000000b", "SELECT DIE", "");
    add(&world, "11111111-0000-4000-8000-00000000000c", "SELECT BIG", "");
    add(&world, ID, "SELECT 1", "");
    struct catalog_query query =
        await(&world, "11111111-0000-4000-8000-00000000000a", CATALOG_QUERY_FAILED, &arena);
    EXPECT(str_starts_with(query.error_message, STR_LITERAL("line 1:8")));
    EXPECT(await(&world, "11111111-0000-4000-8000-00000000000b", CATALOG_QUERY_FAILED, &arena)
               .error_message.size > 0);
    EXPECT(await(&world, "11111111-0000-4000-8000-00000000000c", CATALOG_QUERY_FAILED, &arena)
               .error_message.size > 0);
    EXPECT_INT(await(&world, ID, CATALOG_QUERY_FINISHED, &arena).row_count, 10);
    EXPECT_INT(queries_stats(world.queries).failed, 3);
    queries_stop(world.queries);
}

static void queued_and_running_queries_can_be_cancelled_and_ended_ones_not(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    start(&world);
    queries_start(world.queries);
    add(&world, ID, "SELECT SLOW", "");
    await(&world, ID, CATALOG_QUERY_RUNNING, &arena);
    add(&world, "11111111-0000-4000-8000-000000000002", "SELECT 1", ""); /* one thread: it waits */
    EXPECT(cancel(&world, "11111111-0000-4000-8000-000000000002", &error));
    EXPECT(cancel(&world, ID, &error));
    EXPECT(!cancel(&world, ID, &error));
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    add(&world, "11111111-0000-4000-8000-000000000003", "SELECT 1", "");
    await(&world, "11111111-0000-4000-8000-000000000003", CATALOG_QUERY_FINISHED, &arena);
    EXPECT_INT(get(&world, ID, &arena).status, CATALOG_QUERY_CANCELLED);
    EXPECT_INT(get(&world, "11111111-0000-4000-8000-000000000002", &arena).status, CATALOG_QUERY_CANCELLED);
    error.kind = ERROR_NONE;
    EXPECT(!cancel(&world, "11111111-0000-4000-8000-000000000009", &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    queries_stop(world.queries);
}

/* A thread that looks for work waits for the change; the change must not wait for the thread. */
static void a_cancel_does_not_wait_for_those_who_wait_for_its_change(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_query query;
    start(&world);
    add(&world, ID, "SELECT 1", "");
    struct catalog_change *change = catalog_begin(world.lake.catalog, &error);
    EXPECT(change != NULL);
    queries_start(world.queries);
    clock_sleep_ms(200); /* its thread comes to the catalog */
    EXPECT(queries_cancel(world.queries, change, STR_LITERAL(ID), &arena, &query, &error));
    EXPECT(catalog_commit(change, &error));
    queries_cut(world.queries, STR_LITERAL(ID));
    queries_stop(world.queries);
    EXPECT_INT(get(&world, ID, &arena).status, CATALOG_QUERY_CANCELLED);
}

/* The engine goes by the machine's clock: its timeout leaves time to notice that the query runs. */
static void a_query_that_takes_too_long_times_out(void) {
    enum { TIMEOUT_MS = 1500 };
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    start(&world);
    world.options.timeout_ms = TIMEOUT_MS;
    queries_destroy(world.queries);
    open_queries(&world, 1);
    queries_start(world.queries);
    add(&world, ID, "SELECT SLOW", "");
    await(&world, ID, CATALOG_QUERY_RUNNING, &arena);
    clock_manual_advance(&world.lake.clock, TIMEOUT_MS);
    EXPECT_INT(await(&world, ID, CATALOG_QUERY_TIMED_OUT, &arena).elapsed_ms, TIMEOUT_MS);
    queries_stop(world.queries);
}

static void a_query_that_a_stop_cut_runs_again(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    start(&world);
    queries_start(world.queries);
    add(&world, ID, "SELECT SLOW", "");
    await(&world, ID, CATALOG_QUERY_RUNNING, &arena);
    queries_stop(world.queries);
    EXPECT_INT(get(&world, ID, &arena).status, CATALOG_QUERY_RUNNING);
    queries_destroy(world.queries);
    /* It is not slow any more. */
    struct error error = {0};
    struct catalog_query query = get(&world, ID, &arena);
    query.statement = STR_LITERAL("SELECT 1");
    struct catalog_change *change = catalog_begin(world.lake.catalog, &error);
    EXPECT(catalog_query_update(change, &query, &error) && catalog_commit(change, &error));
    open_queries(&world, 1);
    queries_start(world.queries);
    EXPECT_INT(await(&world, ID, CATALOG_QUERY_FINISHED, &arena).row_count, 10);
    queries_stop(world.queries);
}

static void no_more_than_the_limit_wait(void) {
    SCOPED(finish) struct world world;
    start(&world);
    world.options.open_max = 1;
    queries_destroy(world.queries);
    open_queries(&world, 1);
    add(&world, ID, "SELECT 1", "");
    struct error error = {0};
    struct catalog_query second = {.query_id = STR_LITERAL("11111111-0000-4000-8000-000000000002"),
        .account = STR_LITERAL(LAKE_WORLD_A),
        .region = STR_LITERAL(LAKE_WORLD_HOME),
        .created_at = LAKE_WORLD_START};
    struct catalog_change *change = catalog_begin(world.lake.catalog, &error);
    EXPECT(!queries_add(world.queries, change, &second, &error));
    EXPECT_INT(error.kind, ERROR_LIMIT);
    catalog_rollback(change);
}

static void slow_queries_of_one_account_hold_up_no_other(void) {
    static const char *const OWN[] = {
        ID, "11111111-0000-4000-8000-000000000002", "11111111-0000-4000-8000-000000000003"};
    static const char OTHER[] = "11111111-0000-4000-8000-000000000004";
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    start(&world);
    queries_destroy(world.queries);
    open_queries(&world, 2);
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++)
        add(&world, OWN[i], "SELECT SLOW", "");
    add_of(&world, "999988887777", OTHER, "SELECT 1", "");
    queries_start(world.queries);
    struct catalog_query other = await(&world, OTHER, CATALOG_QUERY_FINISHED, &arena);
    EXPECT_INT(other.status, CATALOG_QUERY_FINISHED);
    EXPECT(get(&world, OWN[2], &arena).status == CATALOG_QUERY_QUEUED);
    queries_stop(world.queries);
}

/* The object's bytes. */
static struct str object(struct world *world, const char *name, struct arena *arena) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct str key =
        arena_format(arena, "lake/AWSLogs/" LAKE_WORLD_A "/CloudTrail-Lake/Query/2026/01/01/" ID "/%s", name);
    EXPECT(objects_get(world->objects, STR_LITERAL("results"), key, arena, &body, NULL, &error));
    return arena_str(arena, buf_str(&body));
}

static void rsa_key_destroyp(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

static void results_are_delivered_signed(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf csv = BUF_INIT(BUF_UNBOUNDED);
    struct error error = {0};
    start(&world);
    struct objects_bucket bucket = {
        .name = STR_LITERAL("results"), .owner_account = STR_LITERAL(LAKE_WORLD_A)};
    EXPECT(objects_bucket_create(world.objects, &bucket, &error));
    queries_start(world.queries);
    add(&world, ID, "SELECT 1", "s3://results/lake/");
    struct catalog_query query = await(&world, ID, CATALOG_QUERY_FINISHED, &arena);
    EXPECT_INT(query.delivery_status, CATALOG_DELIVERY_SUCCESS);
    queries_stop(world.queries);

    struct str part = object(&world, "result_1.csv.gz", &arena),
               sign = object(&world, "result_sign.json", &arena);
    EXPECT(gzip_inflate(str_bytes(part), &csv, &error));
    EXPECT(str_starts_with(buf_str(&csv), STR_LITERAL("eventid,eventtime\n00000000-0000-4000-9000-")));
    struct json_parser *parser = json_parser_create();
    struct json_value root;
    EXPECT(json_parse(parser, sign, &root, &error));
    struct json_iterator files = json_iterate(json_get(root, "files"));
    EXPECT(json_next(&files) && str_is(json_text(json_get(files.value, "fileName")), "result_1.csv.gz"));
    struct str hex = json_text(json_get(files.value, "fileHashValue"));
    uint8_t hash[SHA256_SIZE];
    char text[2 * SHA256_SIZE];
    hash_sha256(str_bytes(part), hash);
    hex_encode(BYTES_OF(hash), text);
    EXPECT(str_equals(hex, str_of(text, sizeof text)));

    struct catalog_signing_key key_info;
    EXPECT(catalog_signing_find(
        world.lake.catalog, json_text(json_get(root, "publicKeyFingerprint")), &arena, &key_info, &error));
    SCOPED(rsa_key_destroyp) struct rsa_key *key = rsa_key_from_public(key_info.public_der, &error);
    struct str signature = json_text(json_get(root, "hashSignature"));
    uint8_t *bytes = arena_alloc(&arena, signature.size / 2);
    EXPECT(hex_decode(signature, bytes));
    EXPECT(rsa_verify(key, str_bytes(hex), bytes_of(bytes, signature.size / 2)));
    json_parser_destroy(parser);
}

static void a_bucket_that_is_not_there_is_told_by_the_delivery_status(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    start(&world);
    queries_start(world.queries);
    add(&world, ID, "SELECT 1", "s3://nowhere/");
    struct catalog_query query = await(&world, ID, CATALOG_QUERY_FINISHED, &arena);
    EXPECT_INT(query.delivery_status, CATALOG_DELIVERY_RESOURCE_NOT_FOUND);
    queries_stop(world.queries);
}

static void rows_and_query_go_when_their_time_is_over(void) {
    SCOPED(finish) struct world world;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct queries_page page;
    struct catalog_query query;
    start(&world);
    queries_start(world.queries);
    add(&world, ID, "SELECT 1", "");
    query = await(&world, ID, CATALOG_QUERY_FINISHED, &arena);
    queries_stop(world.queries);
    struct moment end = query.ended_at;
    EXPECT(queries_maintain(world.queries, (struct moment){end.ms + 7 * MS_PER_DAY}, &error));
    EXPECT_INT(get(&world, ID, &arena).row_count, 10);
    EXPECT(queries_maintain(world.queries, (struct moment){end.ms + (int64_t)7 * MS_PER_DAY + 1}, &error));
    EXPECT(!catalog_query_get(world.lake.catalog, STR_LITERAL(ID), &arena, &query, &error));
    EXPECT(queries_read(world.queries, STR_LITERAL(ID), 0, 9, &arena, &page, &error));
    EXPECT_INT(page.column_count, 0);
}

#define SLOW_SELECT "SELECT eventName FROM " STORE " WHERE eventName = 'SLOW'" /* its plan takes long */

/* Whether it passes, and then reads the store; `error` is why not. */
static bool passes(struct world *world, const char *account, const char *statement, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct str *stores = NULL;
    size_t count = 0;
    struct queries_statement asked = {str_from(account), str_from(statement)};
    *error = (struct error){0};
    if (!queries_check(world->queries, &arena, &asked, &stores, &count, error))
        return false;
    EXPECT(count == 1 && str_is(stores[0], STORE));
    return true;
}

static void a_statement_is_checked_and_its_stores_are_told(void) {
    SCOPED(finish) struct world world;
    struct error error;
    start(&world);
    EXPECT(passes(&world, LAKE_WORLD_A, "SELECT eventName FROM " STORE, &error));
    EXPECT(!passes(&world, LAKE_WORLD_A, "DROP TABLE x", &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
}

/* After the end of checks a worker is asked no more: what still holds was remembered. */
static void a_statement_that_passed_is_not_checked_again(void) {
    static const char good[] = "SELECT eventName FROM " STORE, bad[] = "SELECT FAIL FROM " STORE,
                      unknown[] = "SELECT eventID FROM " STORE;
    SCOPED(finish) struct world world;
    struct error error;
    start(&world);
    EXPECT(passes(&world, LAKE_WORLD_A, good, &error));
    EXPECT(!passes(&world, LAKE_WORLD_A, bad, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    queries_end_checks(world.queries);
    EXPECT(passes(&world, LAKE_WORLD_A, good, &error));
    EXPECT(!passes(&world, LAKE_WORLD_A, unknown, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    EXPECT(!passes(&world, LAKE_WORLD_A, bad, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
}

/* Checks of statements whose plan takes long, each on a thread of the daemon. */
enum { SLOW_MAX = 6 };
struct slow_checks {
    struct world *world;
    enum error_kind refusal; /* that all end with */
    size_t count;
    struct thread *threads[SLOW_MAX];
    atomic_int ended;
};

static void check_slowly(void *context) {
    struct slow_checks *checks = context;
    struct error error;
    EXPECT(!passes(checks->world, LAKE_WORLD_A, SLOW_SELECT, &error));
    EXPECT_INT(error.kind, checks->refusal);
    atomic_fetch_add(&checks->ended, 1);
}

/* All of them wait, or run, when it returns. */
static void start_slow(struct slow_checks *checks) {
    for (size_t i = 0; i < checks->count; i++)
        checks->threads[i] = thread_start("check", check_slowly, checks);
    clock_sleep_ms(100);
}

static void join_slow(struct slow_checks *checks) {
    for (size_t i = 0; i < checks->count; i++)
        thread_join(checks->threads[i]);
}

static void statements_of_one_account_that_plan_for_long_hold_up_no_other(void) {
    SCOPED(finish) struct world world;
    struct error error;
    start(&world);
    queries_destroy(world.queries);
    world.options.timeout_ms = 1000;
    open_queries(&world, 2);
    struct slow_checks checks = {
        .world = &world, .refusal = ERROR_LIMIT /* the timeout */, .count = SLOW_MAX};
    start_slow(&checks);
    EXPECT(passes(&world, "999988887777", "SELECT eventName FROM " STORE, &error));
    /* It waited for those that ran, not for those that waited. */
    EXPECT(atomic_load(&checks.ended) <= 2);
    join_slow(&checks);
}

static void checks_that_run_and_that_wait_end_with_the_daemon(void) {
    SCOPED(finish) struct world world;
    start(&world); /* its timeout is a minute */
    struct instant started = clock_instant(clock_real());
    struct slow_checks checks = {.world = &world, .refusal = ERROR_UNAVAILABLE, .count = 3};
    start_slow(&checks);
    queries_end_checks(world.queries);
    join_slow(&checks);
    EXPECT_INT(atomic_load(&checks.ended), checks.count);
    EXPECT(clock_instant(clock_real()).ns - started.ns < (int64_t)30 * 1000000000);
}

int main(void) {
    TEST(a_query_runs_to_its_end_and_its_rows_are_read_by_pages);
    TEST(what_the_engine_refuses_is_told_and_others_go_on);
    TEST(queued_and_running_queries_can_be_cancelled_and_ended_ones_not);
    TEST(a_cancel_does_not_wait_for_those_who_wait_for_its_change);
    TEST(a_query_that_takes_too_long_times_out);
    TEST(a_query_that_a_stop_cut_runs_again);
    TEST(no_more_than_the_limit_wait);
    TEST(slow_queries_of_one_account_hold_up_no_other);
    TEST(results_are_delivered_signed);
    TEST(a_bucket_that_is_not_there_is_told_by_the_delivery_status);
    TEST(rows_and_query_go_when_their_time_is_over);
    TEST(a_statement_is_checked_and_its_stores_are_told);
    TEST(a_statement_that_passed_is_not_checked_again);
    TEST(statements_of_one_account_that_plan_for_long_hold_up_no_other);
    TEST(checks_that_run_and_that_wait_end_with_the_daemon);
    return tap_done();
}
