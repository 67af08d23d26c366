/* SPDX-License-Identifier: Apache-2.0 */
/* catalog: changes are whole or nothing, versions follow changes, secrets stay sealed. */
#include "catalog/digests.h"
#include "catalog/learned.h"
#include "catalog/plans.h"
#include "catalog/signing.h"
#include "catalog/trails.h"
#include "support/catalog_memory.h"
#include "sys/disk.h"

#include <stdlib.h>

static struct uuid event_id(uint8_t number) {
    return (struct uuid){{0xee, number}};
}

static struct catalog_trail trail_named(const char *name) {
    return (struct catalog_trail){
        .account = STR_LITERAL("123456789012"),
        .home_region = STR_LITERAL("eu-west-1"),
        .name = str_from(name),
        .arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:123456789012:trail/x"),
        .s3_bucket_name = STR_LITERAL("logs"),
        .include_global_service_events = true,
        .created_at = NOON,
        .updated_at = NOON,
    };
}

static uint64_t create(struct catalog *catalog, const struct catalog_trail *trail, uint8_t event) {
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL);
    EXPECT(catalog_trail_create(change, trail, event_id(event), &id, &error));
    EXPECT(catalog_commit(change, &error));
    return id;
}

static void set_logging(struct catalog *catalog, uint64_t id, bool is_logging, uint8_t event) {
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL);
    EXPECT(catalog_trail_set_logging(change, id, is_logging, NOON, event_id(event), &error));
    EXPECT(catalog_commit(change, &error));
}

static void a_trail_comes_back_as_it_was_made(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = trail_named("audit");
    const struct catalog_tag tags[] = {
        {STR_LITERAL("team"), STR_LITERAL("blue"), true}, {STR_LITERAL("empty"), STR_EMPTY, false}};
    trail.tags = tags;
    trail.tag_count = 2;
    trail.is_multi_region = true;
    uint64_t id = create(catalog, &trail, 1);
    struct catalog_trail found = {0};
    struct error error = {0};
    EXPECT(catalog_trail_find(catalog, trail.account, trail.home_region, trail.name, &arena, &found, &error));
    EXPECT_INT(found.id, id);
    EXPECT(str_equals(found.s3_bucket_name, trail.s3_bucket_name));
    EXPECT(found.is_multi_region && found.include_global_service_events && !found.is_logging);
    EXPECT_INT(found.tag_count, 2);
    EXPECT(str_is(found.tags[0].key, "team") && str_is(found.tags[0].value, "blue"));
    EXPECT(!found.tags[1].has_value);
    EXPECT(found.status.latest_delivery_time.ms == MOMENT_NONE.ms);
    EXPECT(found.created_at.ms == NOON.ms);
}

static void names_are_taken_per_account_and_home_region_until_deleted(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_trail trail = trail_named("audit");
    uint64_t first = create(catalog, &trail, 1);
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(!catalog_trail_create(change, &trail, event_id(2), &id, &error));
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    catalog_rollback(change);
    change = catalog_begin(catalog, &error);
    EXPECT(catalog_trail_delete(change, first, NOON, event_id(3), &error));
    EXPECT(catalog_commit(change, &error));
    uint64_t second = create(catalog, &trail, 4);
    EXPECT(second > first);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(catalog, STR_EMPTY, STR_EMPTY, &arena, &trails, &count);
    EXPECT_INT(count, 1);
    struct catalog_trail deleted = {0};
    EXPECT(catalog_trail_get(catalog, first, &arena, &deleted, &error) && deleted.is_deleted);
    change = catalog_begin(catalog, &error);
    EXPECT(!catalog_trail_delete(change, first, NOON, event_id(5), &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    catalog_rollback(change);
}

static void a_region_shows_its_own_trails_and_shadows(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_trail single = trail_named("single"), multi = trail_named("multi");
    multi.is_multi_region = true;
    struct catalog_trail other = trail_named("other");
    other.account = STR_LITERAL("210987654321");
    create(catalog, &single, 1);
    create(catalog, &multi, 2);
    create(catalog, &other, 3);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(catalog, single.account, single.home_region, &arena, &trails, &count);
    EXPECT_INT(count, 2);
    EXPECT(str_is(trails[0].name, "multi") && str_is(trails[1].name, "single"));
    catalog_trail_list(catalog, single.account, STR_LITERAL("us-east-1"), &arena, &trails, &count);
    EXPECT_INT(count, 1);
    EXPECT(str_is(trails[0].name, "multi"));
}

static void each_change_that_matters_makes_a_version(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_trail trail = trail_named("audit");
    trail.id = create(catalog, &trail, 1);
    set_logging(catalog, trail.id, true, 2);
    set_logging(catalog, trail.id, true, 3); /* changes nothing */
    struct error error = {0};
    trail.event_selectors = STR_LITERAL("[]");
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_trail_update(change, &trail, event_id(4), &error));
    EXPECT(catalog_commit(change, &error));
    set_logging(catalog, trail.id, false, 5);

    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_version *versions = NULL;
    size_t count = 0;
    EXPECT(catalog_version_list(catalog, trail.id, 0, &arena, &versions, &count, &error));
    EXPECT_INT(count, 4);
    const uint8_t events[] = {1, 2, 4, 5};
    const bool includes[] = {false, true, false, false}, logging[] = {false, true, true, false};
    for (size_t i = 0; i < 4; i++) {
        EXPECT_INT(versions[i].event_id.bytes[1], events[i]);
        EXPECT_INT(versions[i].includes_own_event, includes[i]);
        EXPECT_INT(versions[i].is_logging, logging[i]);
        EXPECT_INT(versions[i].from_position, 0);
    }
    EXPECT(str_is(versions[2].event_selectors, "[]"));

    change = catalog_begin(catalog, &error);
    EXPECT(catalog_version_resolve(change, versions[1].id, 77, &error));
    EXPECT(catalog_version_resolve(change, versions[1].id, 99, &error)); /* the first one holds */
    EXPECT(catalog_commit(change, &error));
    struct catalog_version version = {0};
    EXPECT(catalog_version_get(catalog, versions[1].id, &arena, &version, &error));
    EXPECT_INT(version.from_position, 77);
}

static void other_insights_make_another_version(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_trail trail = trail_named("main"), found = {0};
    trail.id = create(catalog, &trail, 1);
    static const unsigned insights[] = {1, 1, 6, 0};
    for (uint8_t i = 0; i < 4; i++) {
        trail.insights = insights[i];
        struct catalog_change *change = catalog_begin(catalog, &error);
        EXPECT(catalog_trail_update(change, &trail, event_id((uint8_t)(i + 2)), &error));
        EXPECT(catalog_commit(change, &error));
        EXPECT(catalog_trail_get(catalog, trail.id, &arena, &found, &error));
        EXPECT_INT(found.insights, insights[i]);
    }
    struct catalog_version *versions = NULL;
    size_t count = 0;
    EXPECT(catalog_version_list(catalog, trail.id, 0, &arena, &versions, &count, &error));
    EXPECT_INT(count, 4);
    static const unsigned of_versions[] = {0, 1, 6, 0};
    for (size_t i = 0; i < count && i < 4; i++)
        EXPECT_INT(versions[i].insights, of_versions[i]);
}

static void a_change_that_is_rolled_back_leaves_nothing(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_trail trail = trail_named("audit");
    struct error error = {0};
    uint64_t id = 0;
    uint64_t generation = catalog_trails_generation(catalog);
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_trail_create(change, &trail, event_id(1), &id, &error));
    EXPECT(catalog_outbox_add(change, STR_LITERAL("{}"), event_id(1), &error));
    catalog_rollback(change);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_outbox_entry *entries = NULL;
    size_t count = 9;
    EXPECT(catalog_outbox_list(catalog, &arena, &entries, &count, &error));
    EXPECT_INT(count, 0);
    struct catalog_trail *trails = NULL;
    catalog_trail_list(catalog, STR_EMPTY, STR_EMPTY, &arena, &trails, &count);
    EXPECT_INT(count, 0);
    EXPECT_INT(catalog_trails_generation(catalog), generation);
}

static void the_outbox_keeps_order_and_forgets_what_is_admitted(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_outbox_add(change, STR_LITERAL("{\"a\":1}"), event_id(1), &error));
    EXPECT(catalog_outbox_add(change, STR_LITERAL("{\"b\":2}"), event_id(2), &error));
    EXPECT(catalog_commit(change, &error));
    change = catalog_begin(catalog, &error);
    EXPECT(catalog_outbox_delete(change, event_id(1), &error));
    EXPECT(catalog_commit(change, &error));
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_outbox_entry *entries = NULL;
    size_t count = 0;
    EXPECT(catalog_outbox_list(catalog, &arena, &entries, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(count == 1 && str_is(entries[0].record, "{\"b\":2}") && entries[0].event_id.bytes[1] == 2);
}

static void after_a_failed_commit_nothing_is_changed_until_restart(void) {
    for (int after_effect = 0; after_effect < 2; after_effect++) {
        SCOPED(closep) struct catalog *catalog = open_memory();
        struct catalog_trail trail = trail_named("audit");
        struct error error = {0};
        uint64_t id = 0;
        catalog_fail_commit(catalog, 1, after_effect);
        struct catalog_change *change = catalog_begin(catalog, &error);
        EXPECT(catalog_trail_create(change, &trail, event_id(1), &id, &error));
        EXPECT(!catalog_commit(change, &error));
        EXPECT(catalog_begin(catalog, &error) == NULL);
        EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
        EXPECT(catalog_restart(catalog, &error));
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct catalog_trail *trails = NULL;
        size_t count = 9;
        catalog_trail_list(catalog, STR_EMPTY, STR_EMPTY, &arena, &trails, &count);
        EXPECT_INT(count, after_effect);
    }
}

static void reads_inside_a_change_see_what_it_wrote(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_meta_set(change, "color", str_bytes(STR_LITERAL("blue")), &error));
    SCOPED(buf_finish) struct buf value = BUF_INIT(64);
    EXPECT(catalog_meta_get(catalog, "color", &value, &error));
    EXPECT(str_is(buf_str(&value), "blue"));
    EXPECT_INT(catalog_generation(catalog), 1);
    EXPECT(catalog_advance_generation(change, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT_INT(catalog_generation(catalog), 2);
    EXPECT(!catalog_meta_get(catalog, "shape", &value, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

static struct catalog_plan plan_at(uint64_t first, uint64_t last, const char *key) {
    return (struct catalog_plan){
        .trail_id = 1,
        .version_id = 1,
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("eu-west-1"),
        .folder = STR_LITERAL("CloudTrail"),
        .first_position = first,
        .last_position = last,
        .record_count = 1,
        .bucket = STR_LITERAL("logs"),
        .object_key = str_from(key),
        .is_digested = true,
        .planned_at = NOON,
        .delivered_at = MOMENT_NONE,
    };
}

static void plans_are_done_once_and_named_by_one_digest(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    uint64_t late = 0, early = 0, position = 0;
    struct catalog_plan plan = plan_at(10, 20, "late"), other = plan_at(3, 9, "early");
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_plan_add(change, &plan, &late, &error));
    EXPECT(catalog_plan_add(change, &other, &early, &error));
    EXPECT(!catalog_plan_add(change, &other, &early, &error));
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    EXPECT(catalog_reader_advance(change, "delivery", 21, &error));
    EXPECT(catalog_reader_advance(change, "delivery", 5, &error)); /* never back */
    EXPECT(catalog_commit(change, &error));
    EXPECT(catalog_reader_position(catalog, "delivery", &position, &error));
    EXPECT_INT(position, 21);

    struct catalog_plan *due = NULL;
    size_t count = 0;
    struct catalog_lane lane = {1, STR_LITERAL("logs")}, *lanes = NULL;
    EXPECT(catalog_plan_list_lanes(catalog, &arena, &lanes, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT(count == 1 && lanes[0].trail_id == 1 && str_is(lanes[0].bucket, "logs"));
    EXPECT(catalog_plan_list_planned(catalog, lane, 10, &arena, &due, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(count == 2 && str_is(due[0].object_key, "early") && str_is(due[1].object_key, "late"));
    struct catalog_planned_group *groups = NULL;
    EXPECT(catalog_plan_list_groups(catalog, 1, &arena, &groups, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT_INT(groups[0].last_position, 20);

    change = catalog_begin(catalog, &error);
    EXPECT(catalog_plan_set_done(change, early, NOON, &error));
    EXPECT(!catalog_plan_set_done(change, early, NOON, &error));
    EXPECT(!catalog_plan_set_digest(change, late, 7, &error)); /* not done yet */
    EXPECT(catalog_plan_set_digest(change, early, 7, &error));
    EXPECT(!catalog_plan_set_digest(change, early, 8, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT(catalog_plan_list_digested(catalog, 7, &arena, &due, &count, &error));
    EXPECT_INT(count, 1);
    uint64_t backlog = 0;
    EXPECT(catalog_plan_backlog(catalog, 0, false, &backlog, &error));
    EXPECT_INT(backlog, 1);

    change = catalog_begin(catalog, &error);
    EXPECT(catalog_plan_fold(change, (struct moment){NOON.ms + 1}, 10, &count, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT_INT(count, 1);
    EXPECT(
        !catalog_plan_find_object(catalog, STR_LITERAL("logs"), STR_LITERAL("early"), &arena, &plan, &error));
    bool knows = false;
    const char *const names[] = {"early", "late", "planted"};
    for (size_t i = 0; i < 3; i++) {
        EXPECT(catalog_plan_knows_object(catalog, STR_LITERAL("logs"), str_from(names[i]), &knows, &error));
        EXPECT_INT(knows, i < 2);
    }
    EXPECT(
        catalog_plan_find_object(catalog, STR_LITERAL("logs"), STR_LITERAL("late"), &arena, &plan, &error));
}

static void signing_keys_rotate_and_stay_listed(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct str region = STR_LITERAL("eu-west-1");
    struct catalog_signing_key first = {0}, again = {0}, second = {0}, found = {0};
    struct rsa_key *keys[3] = {0};
    struct moment at = {NOON.ms + 123};
    EXPECT(catalog_signing_current(catalog, region, at, MS_PER_DAY, &arena, &first, &keys[0], &error));
    struct moment later = {NOON.ms + MS_PER_DAY - 1};
    EXPECT(catalog_signing_current(catalog, region, later, MS_PER_DAY, &arena, &again, &keys[1], &error));
    later.ms++;
    EXPECT(catalog_signing_current(catalog, region, later, MS_PER_DAY, &arena, &second, &keys[2], &error));
    EXPECT(str_equals(first.fingerprint, again.fingerprint));
    EXPECT(!str_equals(first.fingerprint, second.fingerprint));
    EXPECT_INT(first.valid_from.ms, NOON.ms);
    EXPECT_INT(first.public_der.size, 270);
    struct catalog_signing_key *list = NULL;
    size_t count = 0;
    EXPECT(catalog_signing_list(catalog, region, NOON, later, &arena, &list, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(catalog_signing_find(catalog, first.fingerprint, &arena, &found, &error));
    EXPECT(bytes_equal(found.public_der, first.public_der));

    SCOPED(buf_finish) struct buf signature = BUF_INIT(1024);
    struct bytes message = str_bytes(STR_LITERAL("message"));
    EXPECT(rsa_sign(keys[1], message, &signature, &error));
    struct rsa_key *public = rsa_key_from_public(first.public_der, &error);
    EXPECT(rsa_verify(public, message, buf_bytes(&signature)));
    rsa_key_destroy(public);
    for (int i = 0; i < 3; i++)
        rsa_key_destroy(keys[i]);
}

static void a_file_is_reopened_with_its_key_only(void) {
    char folder[] = "/tmp/cairn-catalog-XXXXXX";
    EXPECT(mkdtemp(folder) != NULL);
    char path[64], key_path[64], other[64];
    (void)snprintf(path, sizeof path, "%s/catalog.db", folder);
    (void)snprintf(key_path, sizeof key_path, "%s/key", folder);
    (void)snprintf(other, sizeof other, "%s/other-key", folder);
    struct error error = {0};
    struct catalog *catalog =
        catalog_open(&(struct catalog_options){.path = path, .key_path = key_path}, &error);
    EXPECT(catalog != NULL);
    struct uuid id = catalog_cairn_id(catalog);
    struct catalog_trail trail = trail_named("audit");
    create(catalog, &trail, 1);
    catalog_close(catalog);
    EXPECT(catalog_open(&(struct catalog_options){.path = path, .key_path = other}, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    catalog = catalog_open(
        &(struct catalog_options){.path = path, .key_path = key_path, .read_only = true}, &error);
    EXPECT(catalog != NULL);
    EXPECT(memcmp(id.bytes, catalog_cairn_id(catalog).bytes, UUID_SIZE) == 0);
    EXPECT(catalog_begin(catalog, &error) == NULL);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(catalog, trail.account, trail.home_region, &arena, &trails, &count);
    EXPECT_INT(count, 1);
    catalog_close(catalog);

    struct disk *disk = disk_real_create(folder, &error);
    const char *const names[] = {"catalog.db", "catalog.db-wal", "catalog.db-shm", "key", "other-key"};
    for (size_t i = 0; i < 5; i++)
        IGNORE(disk_unlink(disk, names[i], &error), "some of them are gone already");
    disk_real_destroy(disk);
    disk = disk_real_create("/tmp", &error);
    EXPECT(disk_remove_directory(disk, folder + 5, &error));
    disk_real_destroy(disk);
}

static struct catalog_learned_key learned_key(const char *entry, const char *id, struct moment expires_at) {
    return (struct catalog_learned_key){
        .entry = str_from(entry),
        .access_key_id = str_from(id),
        .learned_at = NOON,
        .expires_at = expires_at,
        .type = STR_LITERAL("AssumedRole"),
        .principal_id = STR_LITERAL("AROA:ci"),
        .arn = STR_LITERAL("arn:aws:sts::123456789012:assumed-role/D/ci"),
        .account = STR_LITERAL("123456789012"),
        .has_session = true,
        .has_mfa = true,
        .issuer_type = STR_LITERAL("Role"),
        .source_identity = STR_LITERAL("alice"),
    };
}

static size_t learned_count(
    struct catalog *catalog, const char *entry, struct arena *arena, struct catalog_learned_key **ret_keys) {
    struct error error = {0};
    size_t count = 0;
    EXPECT(catalog_learned_list(catalog, str_from(entry), arena, ret_keys, &count, &error));
    return count;
}

static void learned_keys_are_an_entrys_own_and_go_when_they_end(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct moment later = {NOON.ms + MS_PER_HOUR};
    struct catalog_learned_key *keys = NULL;
    struct catalog_learned_key first = learned_key("s3", "ASIA1", later);
    struct catalog_learned_key lasting = learned_key("s3", "AKIA2", MOMENT_NONE);
    struct catalog_learned_key other = learned_key("all", "ASIA1", NOON);
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(catalog_learned_put(change, &first, &error) && catalog_learned_put(change, &lasting, &error) &&
           catalog_learned_put(change, &other, &error));
    first.arn = STR_LITERAL("arn:aws:sts::123456789012:assumed-role/E/ci");
    EXPECT(catalog_learned_put(change, &first, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT_INT(learned_count(catalog, "all", &arena, &keys), 1);
    EXPECT_INT(learned_count(catalog, "s3", &arena, &keys), 2);
    EXPECT(str_is(keys[0].access_key_id, "AKIA2") && keys[0].expires_at.ms == MOMENT_NONE.ms);
    EXPECT(str_equals(keys[1].arn, first.arn) && keys[1].has_mfa && keys[1].expires_at.ms == later.ms);
    EXPECT(str_is(keys[1].source_identity, "alice"));

    change = catalog_begin(catalog, &error);
    EXPECT(catalog_learned_delete_expired(change, (struct moment){NOON.ms + 1}, &error));
    EXPECT(catalog_learned_delete(change, STR_LITERAL("s3"), STR_LITERAL("AKIA2"), &error));
    EXPECT(catalog_learned_delete(change, STR_LITERAL("s3"), STR_LITERAL("AKIA3"), &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT_INT(learned_count(catalog, "all", &arena, &keys), 0);
    EXPECT_INT(learned_count(catalog, "s3", &arena, &keys), 1);
    EXPECT(str_is(keys[0].access_key_id, "ASIA1"));
}

int main(void) {
    TEST(a_trail_comes_back_as_it_was_made);
    TEST(names_are_taken_per_account_and_home_region_until_deleted);
    TEST(a_region_shows_its_own_trails_and_shadows);
    TEST(each_change_that_matters_makes_a_version);
    TEST(other_insights_make_another_version);
    TEST(a_change_that_is_rolled_back_leaves_nothing);
    TEST(the_outbox_keeps_order_and_forgets_what_is_admitted);
    TEST(after_a_failed_commit_nothing_is_changed_until_restart);
    TEST(reads_inside_a_change_see_what_it_wrote);
    TEST(plans_are_done_once_and_named_by_one_digest);
    TEST(signing_keys_rotate_and_stay_listed);
    TEST(learned_keys_are_an_entrys_own_and_go_when_they_end);
    TEST(a_file_is_reopened_with_its_key_only);
    return tap_done();
}
