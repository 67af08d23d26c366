/* SPDX-License-Identifier: Apache-2.0 */
/* Which insights the trails of the catalog ask for. */
#include "base/own.h"
#include "catalog/catalog.h"
#include "catalog/stores.h"
#include "catalog/trails.h"
#include "daemon/insight_wish.h"
#include "support/tap.h"

#define NOON ((struct moment){1767268800000})

static struct catalog *catalog;
static struct insight_wishes *wishes;
static uint8_t events;

static void open_world(void) {
    static const uint8_t key[SEAL_KEY_SIZE] = {7};
    struct error error = {0};
    struct catalog_options options = {.path = ":memory:", .key = key};
    catalog = catalog_open(&options, &error);
    EXPECT(catalog != NULL);
    wishes = daemon_insight_wishes_create(catalog);
}

static void close_world(void) {
    daemon_insight_wishes_destroy(wishes);
    catalog_close(catalog);
}

static struct uuid next_event(void) {
    struct uuid id = {{++events}};
    return id;
}

static struct catalog_trail trail_of(const char *name, unsigned insights) {
    return (struct catalog_trail){.account = STR_LITERAL("123456789012"),
        .home_region = STR_LITERAL("us-east-1"),
        .name = str_from(name),
        .arn = str_from(name), /* any text will do */
        .s3_bucket_name = STR_LITERAL("audit"),
        .s3_key_prefix = STR_EMPTY,
        .sns_topic_arn = STR_EMPTY,
        .sns_topic_name = STR_EMPTY,
        .kms_key_id = STR_EMPTY,
        .cloud_watch_logs_log_group_arn = STR_EMPTY,
        .cloud_watch_logs_role_arn = STR_EMPTY,
        .event_selectors = STR_EMPTY,
        .aggregation_configurations = STR_EMPTY,
        .insights = insights,
        .created_at = NOON,
        .updated_at = NOON};
}

static void set_logging(uint64_t id, bool is_logging) {
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL && catalog_trail_set_logging(change, id, is_logging, NOON, next_event(), &error));
    EXPECT(catalog_commit(change, &error));
}

static uint64_t make(struct catalog_trail trail) {
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL && catalog_trail_create(change, &trail, next_event(), &id, &error));
    EXPECT(catalog_commit(change, &error));
    set_logging(id, true);
    return id;
}

static struct insights_series series_of(enum insights_type type) {
    return (struct insights_series){.type = type,
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("us-east-1"),
        .event_source = STR_LITERAL("kms.amazonaws.com"),
        .event_name = STR_LITERAL("CreateKey"),
        .error_code = STR_EMPTY,
        .trail_arn = STR_EMPTY};
}

static bool wants(struct insights_series series) {
    return daemon_insight_wishes_want(wishes, &series);
}

static void a_trail_wants_the_types_it_asks_for_while_it_logs(void) {
    open_world();
    struct insights_series calls = series_of(INSIGHTS_CALL_RATE), errors = series_of(INSIGHTS_ERROR_RATE);
    EXPECT(!wants(calls) && !wants(errors));
    uint64_t id = make(trail_of("main", catalog_insight(false, false)));
    EXPECT(wants(calls) && !wants(errors));
    make(trail_of("errors", catalog_insight(true, false)));
    EXPECT(wants(calls) && wants(errors));
    set_logging(id, false);
    EXPECT(!wants(calls) && wants(errors));
    set_logging(id, true);
    EXPECT(wants(calls));
    close_world();
}

static void another_account_or_region_is_no_business_of_a_trail(void) {
    open_world();
    make(trail_of("main", catalog_insight(false, false)));
    struct insights_series series = series_of(INSIGHTS_CALL_RATE);
    series.account = STR_LITERAL("999999999999");
    EXPECT(!wants(series));
    series = series_of(INSIGHTS_CALL_RATE);
    series.region = STR_LITERAL("eu-west-1");
    EXPECT(!wants(series));
    struct catalog_trail wide = trail_of("wide", catalog_insight(false, false));
    wide.is_multi_region = true;
    make(wide);
    EXPECT(wants(series));
    close_world();
}

static void what_a_trail_does_not_log_it_is_not_told_of(void) {
    open_world();
    struct catalog_trail trail = trail_of("main", CATALOG_INSIGHTS_ALL);
    trail.event_selectors = STR_LITERAL(
        "[{\"ReadWriteType\":\"ReadOnly\",\"ExcludeManagementEventSources\":[\"rdsdata.amazonaws.com\"]}]");
    make(trail);
    EXPECT(!wants(series_of(INSIGHTS_CALL_RATE)));
    struct insights_series errors = series_of(INSIGHTS_ERROR_RATE);
    EXPECT(wants(errors));
    errors.event_source = STR_LITERAL("rdsdata.amazonaws.com");
    EXPECT(!wants(errors));
    close_world();
}

static void data_events_are_counted_for_the_trails_that_log_them_and_ask(void) {
    static const struct event_resource object = {
        {"AWS::S3::Object", 15}, {"arn:aws:s3:::photos/cat.jpg", 27}};
    struct event_facets facets = {.category = EVENT_DATA,
        .category_text = STR_LITERAL("Data"),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("us-east-1"),
        .source = STR_LITERAL("s3.amazonaws.com"),
        .name = STR_LITERAL("GetObject"),
        .read_only = EVENT_TRUE,
        .resources = &object,
        .resource_count = 1};
    struct str arns[2];
    struct catalog_trail photos = trail_of("photos", catalog_insight(false, true));
    photos.event_selectors = STR_LITERAL(
        "[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3:::photos/\"]}]}]");
    struct catalog_trail others = photos, unasked = photos;
    others.name = others.arn = STR_LITERAL("others");
    others.event_selectors = STR_LITERAL(
        "[{\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3:::logs/\"]}]}]");
    unasked.name = unasked.arn = STR_LITERAL("unasked");
    unasked.insights = catalog_insight(true, false);
    open_world();
    EXPECT_INT(daemon_insight_wishes_trails(wishes, &facets, arns, 2), 0);
    make(photos);
    make(others);
    make(unasked);
    EXPECT_INT(daemon_insight_wishes_trails(wishes, &facets, arns, 2), 1);
    EXPECT(str_is(arns[0], "photos"));
    EXPECT_INT(daemon_insight_wishes_trails(wishes, &facets, arns, 0), 0);
    struct insights_series series = series_of(INSIGHTS_CALL_RATE);
    series.is_data = true;
    series.trail_arn = STR_LITERAL("photos");
    EXPECT(wants(series));
    series.type = INSIGHTS_ERROR_RATE;
    EXPECT(!wants(series));
    series.type = INSIGHTS_CALL_RATE;
    series.trail_arn = STR_LITERAL("unasked");
    EXPECT(!wants(series));
    close_world();
}

static uint64_t make_store(struct catalog_store store) {
    struct error error = {0};
    uint64_t id = 0;
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL && catalog_store_create(change, &store, 1, &id, &error));
    EXPECT(catalog_commit(change, &error));
    return id;
}

static void a_store_asks_as_long_as_it_takes_events(void) {
    open_world();
    struct catalog_store store = {.uuid = STR_LITERAL("00000000-0000-4000-8000-000000000001"),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("us-east-1"),
        .name = STR_LITERAL("source"),
        .status = CATALOG_STORE_ENABLED,
        .retention_days = 7,
        .insights = CATALOG_INSIGHTS_ALL,
        .created_at = NOON,
        .updated_at = NOON,
        .deletion_at = MOMENT_NONE};
    EXPECT(!wants(series_of(INSIGHTS_CALL_RATE)));
    store.id = make_store(store);
    EXPECT(wants(series_of(INSIGHTS_CALL_RATE)));
    struct insights_series other = series_of(INSIGHTS_CALL_RATE);
    other.region = STR_LITERAL("eu-west-1");
    EXPECT(!wants(other));
    other = series_of(INSIGHTS_CALL_RATE);
    other.is_data = true; /* trails only */
    EXPECT(!wants(other));
    store.status = CATALOG_STORE_STOPPED_INGESTION;
    struct error error = {0};
    struct catalog_change *change = catalog_begin(catalog, &error);
    EXPECT(change != NULL && catalog_store_update(change, &store, 2, &error));
    EXPECT(catalog_commit(change, &error));
    EXPECT(!wants(series_of(INSIGHTS_CALL_RATE)));
    close_world();
}

int main(void) {
    TEST(a_trail_wants_the_types_it_asks_for_while_it_logs);
    TEST(another_account_or_region_is_no_business_of_a_trail);
    TEST(what_a_trail_does_not_log_it_is_not_told_of);
    TEST(data_events_are_counted_for_the_trails_that_log_them_and_ask);
    TEST(a_store_asks_as_long_as_it_takes_events);
    return tap_done();
}
