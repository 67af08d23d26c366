/* SPDX-License-Identifier: Apache-2.0 */
/* catalog imports: one runs in an account and region; failures are one for each file. */
#include "catalog/imports.h"
#include "support/catalog_memory.h"

static struct catalog_import import_named(const char *id) {
    return (struct catalog_import){
        .import_id = str_from(id),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("eu-west-1"),
        .store_arn = STR_LITERAL("arn:one"),
        .store_uuid = STR_LITERAL("one"),
        .location_uri = STR_LITERAL("s3://logs/AWSLogs/"),
        .from_time = MOMENT_NONE,
        .to_time = NOON,
        .status = CATALOG_IMPORT_FAILED, /* has no say */
        .created_at = NOON,
        .updated_at = NOON,
    };
}

static bool add(struct catalog *catalog, const struct catalog_import *import) {
    struct error error = {0};
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, &error);
    bool done = catalog_import_add(change, import, &error);
    EXPECT(done || error.kind == ERROR_CONFLICT);
    return done && catalog_commit(TAKE(change), &error);
}

static bool update(struct catalog *catalog, const struct catalog_import *import) {
    struct error error = {0};
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(catalog, &error);
    bool done = catalog_import_update(change, import, &error);
    EXPECT(done || error.kind == ERROR_CONFLICT);
    return done && catalog_commit(TAKE(change), &error);
}

static void one_import_runs_in_an_account_and_region(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_import one = import_named("i1"), two = import_named("i2"), elsewhere = import_named("i3");
    elsewhere.region = STR_LITERAL("us-east-1");
    EXPECT(add(catalog, &one));
    EXPECT(!add(catalog, &two));
    EXPECT(add(catalog, &elsewhere));
    EXPECT(catalog_import_get(catalog, one.import_id, &arena, &one, &error));
    EXPECT_INT(one.status, CATALOG_IMPORT_INITIALIZING);
    EXPECT(one.from_time.ms == MOMENT_NONE.ms && one.to_time.ms == NOON.ms);
    one.status = CATALOG_IMPORT_FAILED;
    one.after_key = STR_LITERAL("key");
    one.files_proved = 3;
    EXPECT(update(catalog, &one));
    EXPECT(add(catalog, &two));
    EXPECT(catalog_import_get(catalog, one.import_id, &arena, &one, &error));
    EXPECT(str_is(one.after_key, "key") && one.files_proved == 3);
    one.status = CATALOG_IMPORT_INITIALIZING; /* a retry, while the other one runs */
    EXPECT(!update(catalog, &one));
    EXPECT(!catalog_import_get(catalog, STR_LITERAL("i9"), &arena, &one, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

static void imports_are_listed_newest_first_and_filtered(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_import *found = NULL, import;
    size_t count = 0;
    static const char *const IDS[] = {"i1", "i2", "i3"};
    for (int i = 0; i < 3; i++) {
        import = import_named(IDS[i]);
        import.store_arn = i == 1 ? STR_LITERAL("arn:two") : import.store_arn;
        EXPECT(add(catalog, &import));
        EXPECT(catalog_import_get(catalog, import.import_id, &arena, &import, &error));
        import.status = i == 2 ? CATALOG_IMPORT_IN_PROGRESS : CATALOG_IMPORT_COMPLETED;
        EXPECT(update(catalog, &import));
    }
    struct catalog_import_filter filter = {.account = import.account, .region = import.region, .limit = 2};
    EXPECT(catalog_import_list(catalog, &filter, &arena, &found, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(str_is(found[0].import_id, "i3") && str_is(found[1].import_id, "i2"));
    filter.before_id = found[1].id;
    EXPECT(catalog_import_list(catalog, &filter, &arena, &found, &count, &error));
    EXPECT_INT(count, 1);
    filter = (struct catalog_import_filter){.account = import.account,
        .region = import.region,
        .store_arn = STR_LITERAL("arn:one"),
        .has_status = true,
        .status = CATALOG_IMPORT_COMPLETED,
        .limit = 9};
    EXPECT(catalog_import_list(catalog, &filter, &arena, &found, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(str_is(found[0].import_id, "i1"));
    EXPECT(catalog_import_list_open(catalog, &arena, &found, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(str_is(found[0].import_id, "i3"));
    bool is_running = false;
    EXPECT(catalog_import_is_running(catalog, STR_LITERAL("one"), &is_running, &error) && is_running);
    EXPECT(catalog_import_is_running(catalog, STR_LITERAL("two"), &is_running, &error) && !is_running);
}

static void a_file_fails_once_however_often_it_is_tried(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_import_failure failure = {.import = 1,
        .location = STR_LITERAL("s3://logs/a"),
        .error_type = STR_LITERAL("AccessDenied"),
        .error_message = STR_LITERAL("no"),
        .updated_at = NOON};
    struct catalog_import_failure *found = NULL;
    size_t count = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_import_failure_put(change, &failure, &error));
    failure.location = STR_LITERAL("s3://logs/b");
    EXPECT(catalog_import_failure_put(change, &failure, &error));
    failure.location = STR_LITERAL("s3://logs/a");
    failure.status = CATALOG_IMPORT_FAILURE_SUCCEEDED;
    EXPECT(catalog_import_failure_put(change, &failure, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT(catalog_import_failure_list(catalog, 1, 0, 9, &arena, &found, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(str_is(found[0].location, "s3://logs/b"));
    EXPECT_INT(found[1].status, CATALOG_IMPORT_FAILURE_SUCCEEDED);
    EXPECT(catalog_import_failure_list(catalog, 1, found[0].id, 9, &arena, &found, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(catalog_import_failure_list(catalog, 2, 0, 9, &arena, &found, &count, &error));
    EXPECT_INT(count, 0);
}

int main(void) {
    TEST(one_import_runs_in_an_account_and_region);
    TEST(imports_are_listed_newest_first_and_filtered);
    TEST(a_file_fails_once_however_often_it_is_tried);
    return tap_done();
}
