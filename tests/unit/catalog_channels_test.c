/* SPDX-License-Identifier: Apache-2.0 */
/* channels, policies, tags, dashboards and aliases as the catalog keeps them. */
#include "catalog/aliases.h"
#include "catalog/channels.h"
#include "catalog/dashboards.h"
#include "catalog/policies.h"
#include "catalog/resource_tags.h"
#include "support/catalog_memory.h"

#define ACCOUNT STR_LITERAL("123456789012")
#define REGION  STR_LITERAL("eu-west-1")
#define STORE_A STR_LITERAL("arn:aws:cloudtrail:eu-west-1:123456789012:eventdatastore/a")
#define STORE_B STR_LITERAL("arn:aws:cloudtrail:eu-west-1:123456789012:eventdatastore/ab")

static struct catalog_change *begin(struct catalog *catalog) {
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL);
    return change;
}

static void commit(struct catalog_change *change) {
    struct error error = {0};
    EXPECT(catalog_commit(change, &error));
}

static struct catalog_channel channel_of(const char *uuid, const char *name, const char *source) {
    return (struct catalog_channel){.uuid = str_from(uuid),
        .account = ACCOUNT,
        .region = REGION,
        .arn = str_from(uuid),
        .name = str_from(name),
        .source = str_from(source),
        .destinations = STORE_A,
        .created_at = NOON,
        .updated_at = NOON};
}

static struct catalog_channel create(struct catalog *catalog, struct catalog_channel channel) {
    struct error error = {0};
    struct catalog_change *change = begin(catalog);
    EXPECT(catalog_channel_create(change, &channel, 10, &channel.id, &error));
    commit(change);
    return channel;
}

static void a_name_and_a_source_are_taken_once(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    create(catalog, channel_of("one", "first", "Custom"));
    const struct catalog_channel doubles[] = {
        channel_of("two", "first", "Okta"), channel_of("three", "second", "Custom")};
    for (size_t i = 0; i < 2; i++) {
        struct error error = {0};
        uint64_t id = 0;
        struct catalog_change *change = begin(catalog);
        EXPECT(!catalog_channel_create(change, &doubles[i], 1, &id, &error));
        EXPECT_INT(error.kind, ERROR_CONFLICT);
        catalog_rollback(change);
    }
    create(catalog, channel_of("four", "second", "Okta"));
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_channel *channels = NULL;
    size_t count = 0;
    struct error error = {0};
    EXPECT(catalog_channel_list(catalog, ACCOUNT, REGION, &arena, &channels, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(str_is(channels[1].uuid, "four"));
}

static void expect_destinations(struct catalog *catalog, uint64_t position, struct str expected) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct str found = STR_EMPTY;
    EXPECT(catalog_channel_destinations(catalog, STR_LITERAL("one"), position, &arena, &found, &error));
    EXPECT(str_equals(found, expected));
}

static void where_a_channel_points_holds_from_a_position_and_outlives_it(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_channel channel = create(catalog, channel_of("one", "first", "Custom"));
    struct error error = {0};
    channel.destinations = STORE_B;
    struct catalog_change *change = begin(catalog);
    EXPECT(catalog_channel_update(change, &channel, 20, &error));
    commit(change);
    bool does = true;
    EXPECT(catalog_channel_names_store(catalog, STORE_A, &does, &error) && !does);
    EXPECT(catalog_channel_names_store(catalog, STORE_B, &does, &error) && does);
    change = begin(catalog);
    EXPECT(catalog_channel_delete(change, &channel, 30, &error));
    commit(change);
    expect_destinations(catalog, 9, STR_EMPTY);
    expect_destinations(catalog, 10, STORE_A);
    expect_destinations(catalog, 19, STORE_A);
    expect_destinations(catalog, 20, STORE_B);
    expect_destinations(catalog, 29, STORE_B);
    expect_destinations(catalog, 30, STR_EMPTY);
    EXPECT(catalog_channel_names_store(catalog, STORE_B, &does, &error) && !does);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    EXPECT(!catalog_channel_find(catalog, STR_LITERAL("one"), &arena, &channel, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
}

static void attempts_are_shown_at_once_and_written_by_the_flush(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_channel channel = create(catalog, channel_of("one", "first", "Custom"));
    const struct moment later = {NOON.ms + 10};
    struct catalog_ingestion good = {NOON, NOON, STR_LITERAL("e1"), STR_LITERAL("e1"), STR_EMPTY};
    struct catalog_ingestion bad = {
        MOMENT_NONE, later, STR_EMPTY, STR_LITERAL("e2"), STR_LITERAL("InvalidData")};
    catalog_channel_note_ingestion(catalog, channel.id, &good, NOON);
    catalog_channel_note_ingestion(catalog, channel.id, &bad, later);
    for (int round = 0; round < 2; round++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct error error = {0};
        EXPECT(catalog_channel_find(catalog, STR_LITERAL("one"), &arena, &channel, &error));
        EXPECT(channel.ingestion.success_at.ms == NOON.ms && channel.ingestion.attempt_at.ms == later.ms);
        EXPECT(str_is(channel.ingestion.success_event_id, "e1"));
        EXPECT(str_is(channel.ingestion.attempt_event_id, "e2"));
        EXPECT(str_is(channel.ingestion.error_code, "InvalidData"));
        catalog_channel_flush(catalog);
    }
    /* The list reads the rows alone, so it shows what was written. */
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_channel *channels = NULL;
    size_t count = 0;
    EXPECT(catalog_channel_list(catalog, ACCOUNT, REGION, &arena, &channels, &count, &error));
    EXPECT(str_is(channels[0].ingestion.error_code, "InvalidData"));
    EXPECT(str_is(channels[0].ingestion.success_event_id, "e1"));
}

static void policies_and_tags_go_with_their_channel(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    struct catalog_channel channel = create(catalog, channel_of("one", "first", "Custom"));
    const struct catalog_tag tags[] = {
        {STR_LITERAL("team"), STR_LITERAL("blue"), true}, {STR_LITERAL("empty"), STR_EMPTY, false}};
    struct error error = {0};
    struct catalog_change *change = begin(catalog);
    EXPECT(catalog_policy_put(change, channel.arn, STR_LITERAL("{}"), &error));
    EXPECT(catalog_policy_put(change, channel.arn, STR_LITERAL("{ }"), &error));
    EXPECT(catalog_resource_tags_put(change, channel.arn, tags, 2, &error));
    commit(change);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str policy = STR_EMPTY;
    struct catalog_tag *found = NULL;
    size_t count = 0;
    EXPECT(catalog_policy_get(catalog, channel.arn, &arena, &policy, &error) && str_is(policy, "{ }"));
    EXPECT(catalog_resource_tags_get(catalog, channel.arn, &arena, &found, &count, &error));
    EXPECT_INT(count, 2);
    EXPECT(str_is(found[0].value, "blue") && found[0].has_value && !found[1].has_value);
    change = begin(catalog);
    EXPECT(catalog_channel_delete(change, &channel, 30, &error));
    commit(change);
    EXPECT(!catalog_policy_get(catalog, channel.arn, &arena, &policy, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    EXPECT(catalog_resource_tags_get(catalog, channel.arn, &arena, &found, &count, &error));
    EXPECT_INT(count, 0);
}

static void a_dashboard_takes_its_aliases_with_it(void) {
    SCOPED(closep) struct catalog *catalog = open_memory();
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_dashboard dashboard = {.account = ACCOUNT,
        .region = REGION,
        .name = STR_LITERAL("board"),
        .arn = STR_LITERAL("arn-board"),
        .widgets = STR_LITERAL("[]"),
        .has_schedule = true,
        .schedule_value = 6,
        .created_at = NOON,
        .updated_at = NOON,
        .next_refresh_at = NOON};
    struct catalog_alias widget = {.account = ACCOUNT,
        .region = REGION,
        .alias = STR_LITERAL("widget"),
        .statement = STR_LITERAL("SELECT 1"),
        .dashboard_arn = dashboard.arn,
        .created_at = NOON};
    struct catalog_alias generated = widget;
    generated.alias = STR_LITERAL("generated");
    generated.dashboard_arn = STR_EMPTY;
    struct error error = {0};
    struct catalog_change *change = begin(catalog);
    EXPECT(catalog_dashboard_create(change, &dashboard, &dashboard.id, &error));
    EXPECT(catalog_alias_add(change, &widget, &error) && catalog_alias_add(change, &generated, &error));
    EXPECT(!catalog_alias_add(change, &widget, &error));
    EXPECT_INT(error.kind, ERROR_CONFLICT);
    commit(change);
    struct catalog_dashboard *due = NULL;
    size_t count = 0;
    EXPECT(catalog_dashboard_list_due(catalog, (struct moment){NOON.ms - 1}, &arena, &due, &count, &error));
    EXPECT_INT(count, 0);
    EXPECT(catalog_dashboard_list_due(catalog, NOON, &arena, &due, &count, &error));
    EXPECT_INT(count, 1);
    EXPECT_INT(due[0].schedule_value, 6);
    change = begin(catalog);
    EXPECT(catalog_dashboard_delete(change, &dashboard, &error));
    commit(change);
    EXPECT(!catalog_alias_find(catalog, ACCOUNT, REGION, widget.alias, &arena, &widget, &error));
    EXPECT(catalog_alias_find(catalog, ACCOUNT, REGION, generated.alias, &arena, &widget, &error));
    change = begin(catalog);
    EXPECT(catalog_alias_delete_generated(change, (struct moment){NOON.ms + 1}, &error));
    commit(change);
    EXPECT(!catalog_alias_find(catalog, ACCOUNT, REGION, generated.alias, &arena, &widget, &error));
}

int main(void) {
    TEST(a_name_and_a_source_are_taken_once);
    TEST(where_a_channel_points_holds_from_a_position_and_outlives_it);
    TEST(attempts_are_shown_at_once_and_written_by_the_flush);
    TEST(policies_and_tags_go_with_their_channel);
    TEST(a_dashboard_takes_its_aliases_with_it);
    return tap_done();
}
