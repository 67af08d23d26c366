/* SPDX-License-Identifier: Apache-2.0 */
/* A catalog of each earlier version is migrated with what is in it. */
#include "base/check.h"
#include "catalog/sql.h"
#include "catalog/trails.h"
#include "support/catalog_memory.h"
#include "sys/disk.h"

#include <stdlib.h>
#include <unistd.h>

/* What each migration did, undone: from version N + 2 back to N + 1. */
static const char *const undo[] = {
    "DROP TABLE learned_keys;",
    "ALTER TABLE trails DROP COLUMN insights;"
    "ALTER TABLE trails ADD COLUMN insight_selectors TEXT NOT NULL DEFAULT '[]';"
    "ALTER TABLE trail_versions RENAME COLUMN insights TO has_insights;",
    "DROP TABLE stores; DROP TABLE store_tags; DROP TABLE store_versions; DROP TABLE lake_queries;"
    "DROP TABLE lake_query_stores; DROP TABLE channels; DROP TABLE channel_versions;"
    "DROP TABLE resource_policies; DROP TABLE resource_tags; DROP TABLE dashboards;"
    "DROP TABLE query_aliases; DROP TABLE imports; DROP TABLE import_failures;",
};
enum { MIGRATIONS = sizeof undo / sizeof *undo };

static char root[] = "/tmp/cairn-migration-XXXXXX";

static struct catalog *open_file(void) {
    char path[64], key_path[64];
    struct error error = {0};
    (void)snprintf(path, sizeof path, "%s/catalog.db", root);
    (void)snprintf(key_path, sizeof key_path, "%s/key", root);
    struct catalog *catalog =
        catalog_open(&(struct catalog_options){.path = path, .key_path = key_path}, &error);
    if (catalog == NULL)
        printf("# %s\n", error.message);
    return catalog;
}

static void remove_files(void) {
    static const char *const names[] = {"catalog.db", "catalog.db-wal", "catalog.db-shm", "key"};
    struct error ignored = {0};
    struct disk *disk = disk_real_create(root, &ignored);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        IGNORE(disk_unlink(disk, names[i], &ignored), "some of them are gone already");
    disk_real_destroy(disk);
}

static void make_trail(struct catalog *catalog) {
    const struct catalog_tag tag = {STR_LITERAL("team"), STR_LITERAL("blue"), true};
    struct catalog_trail trail = {.account = STR_LITERAL("123456789012"),
        .home_region = STR_LITERAL("eu-west-1"),
        .name = STR_LITERAL("audit"),
        .arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit"),
        .s3_bucket_name = STR_LITERAL("logs"),
        .tags = &tag,
        .tag_count = 1,
        .created_at = NOON,
        .updated_at = NOON};
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL && catalog_trail_create(change, &trail, (struct uuid){{1}}, &id, &error) &&
           catalog_trail_set_logging(change, id, true, NOON, (struct uuid){{2}}, &error) &&
           catalog_commit(change, &error));
}

static void expect_trail(struct catalog *catalog) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_trail trail = {0};
    struct catalog_version *versions = NULL;
    size_t count = 0;
    EXPECT(catalog_trail_find(catalog, STR_LITERAL("123456789012"), STR_LITERAL("eu-west-1"),
        STR_LITERAL("audit"), &arena, &trail, &error));
    EXPECT(trail.is_logging && trail.tag_count == 1 && str_is(trail.tags[0].value, "blue"));
    EXPECT(str_is(trail.s3_bucket_name, "logs") && trail.insights == 0);
    EXPECT(catalog_version_list(catalog, trail.id, 0, &arena, &versions, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(count == 2 && !versions[0].is_logging && versions[1].is_logging && versions[1].insights == 0);
}

static void a_catalog_of_each_earlier_version_keeps_what_is_in_it(void) {
    for (int version = MIGRATIONS; version > 0; version--) {
        struct error error = {0};
        char pragma[40];
        struct catalog *catalog = open_file();
        make_trail(catalog);
        for (int i = MIGRATIONS; i >= version; i--)
            EXPECT(catalog_sql_script(catalog, undo[i - 1], &error));
        (void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", version);
        EXPECT(catalog_sql_script(catalog, pragma, &error));
        struct uuid id = catalog_cairn_id(catalog);
        catalog_close(catalog);
        catalog = open_file();
        EXPECT(catalog != NULL);
        expect_trail(catalog);
        EXPECT(memcmp(id.bytes, catalog_cairn_id(catalog).bytes, UUID_SIZE) == 0);
        catalog_close(catalog);
        remove_files();
    }
}

static void a_catalog_of_a_later_version_is_left_alone(void) {
    struct error error = {0};
    struct catalog *catalog = open_file();
    EXPECT(catalog_sql_script(catalog, "PRAGMA user_version = 1000", &error));
    catalog_close(catalog);
    EXPECT(open_file() == NULL);
    remove_files();
}

int main(void) {
    ASSERT(mkdtemp(root) != NULL);
    TEST(a_catalog_of_each_earlier_version_keeps_what_is_in_it);
    TEST(a_catalog_of_a_later_version_is_left_alone);
    (void)rmdir(root);
    return tap_done();
}
