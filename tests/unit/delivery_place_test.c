/* SPDX-License-Identifier: Apache-2.0 */
/* place: names of log files, and which events a trail's version wants. */
#include "delivery/place.h"
#include "support/tap.h"

static struct catalog_version version_of(bool is_multi_region, bool is_global) {
    return (struct catalog_version){.account = STR_LITERAL("111122223333"),
        .home_region = STR_LITERAL("eu-west-1"),
        .is_multi_region = is_multi_region,
        .include_global_service_events = is_global,
        .is_logging = true};
}

static struct event_envelope event_of(const char *region, const char *source) {
    return (struct event_envelope){.kind = EVENT_KIND_EVENT,
        .record = STR_LITERAL("{}"),
        .facets = {.category = EVENT_MANAGEMENT,
            .account = STR_LITERAL("111122223333"),
            .region = str_from(region),
            .source = str_from(source),
            .management_event = EVENT_TRUE,
            .read_only = EVENT_FALSE}};
}

static bool wants(struct catalog_version version, struct event_envelope event) {
    struct event_selectors *selectors = NULL;
    struct error error = {0};
    EXPECT(delivery_place_parse_selectors(&version, &selectors, &error));
    bool answer = delivery_place_wants(&version, selectors, &event);
    event_selectors_destroy(selectors);
    return answer;
}

static void a_key_is_laid_out_as_aws_does(void) {
    SCOPED(buf_finish) struct buf key = BUF_INIT(1024);
    struct delivery_name name = {
        .prefix = STR_LITERAL("audit"),
        .account = STR_LITERAL("210987654321"),
        .folder = STR_LITERAL("CloudTrail"),
        .region = STR_LITERAL("eu-west-1"),
        .stamp = {1772438700000}, /* 2026-03-02T08:05:00Z */
        .unique = STR_LITERAL("q7RkT2mWx9LbA0Zd"),
    };
    delivery_place_append_key(&key, &name);
    EXPECT(
        str_is(buf_str(&key), "audit/AWSLogs/210987654321/CloudTrail/eu-west-1/2026/03/02/"
                              "210987654321_CloudTrail_eu-west-1_20260302T0805Z_q7RkT2mWx9LbA0Zd.json.gz"));
    buf_clear(&key);
    name.prefix = STR_EMPTY;
    name.folder = STR_LITERAL("CloudTrail-Insight");
    delivery_place_append_key(&key, &name);
    EXPECT(str_is(buf_str(&key),
        "AWSLogs/210987654321/CloudTrail-Insight/eu-west-1/2026/03/02/"
        "210987654321_CloudTrail-Insight_eu-west-1_20260302T0805Z_q7RkT2mWx9LbA0Zd.json.gz"));
}

static void the_stamp_is_rounded_up_to_five_minutes_for_long_intervals_only(void) {
    const int64_t five = 5 * MS_PER_MINUTE;
    EXPECT_INT(delivery_place_stamp((struct moment){1772438700000}, five).ms, 1772438700000);
    EXPECT_INT(delivery_place_stamp((struct moment){1772438700001}, five).ms, 1772439000000);
    EXPECT_INT(delivery_place_stamp((struct moment){1772438759999}, 1000).ms, 1772438700000);
}

static void unique_parts_are_sixteen_letters_and_digits_and_differ(void) {
    char first[DELIVERY_UNIQUE_SIZE], second[DELIVERY_UNIQUE_SIZE];
    delivery_place_unique(first);
    delivery_place_unique(second);
    EXPECT(memcmp(first, second, sizeof first) != 0);
    for (size_t i = 0; i < sizeof first; i++) {
        char c = first[i];
        EXPECT((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
    }
}

static void a_single_region_trail_takes_its_home_region_only(void) {
    EXPECT(wants(version_of(false, true), event_of("eu-west-1", "ec2.amazonaws.com")));
    EXPECT(!wants(version_of(false, true), event_of("us-east-1", "ec2.amazonaws.com")));
    EXPECT(!wants(version_of(false, true), event_of("us-east-1", "iam.amazonaws.com")));
    EXPECT(wants(version_of(true, true), event_of("us-east-1", "ec2.amazonaws.com")));
    EXPECT(wants(version_of(true, true), event_of("us-east-1", "iam.amazonaws.com")));
}

static void global_services_are_left_out_where_the_trail_says_so(void) {
    struct catalog_version home_trail = version_of(false, false);
    home_trail.home_region = STR_LITERAL("us-east-1");
    const char *const global[] = {
        "iam.amazonaws.com", "sts.amazonaws.com", "cloudfront.amazonaws.com", "signin.amazonaws.com"};
    for (size_t i = 0; i < 4; i++) {
        EXPECT(!wants(home_trail, event_of("us-east-1", global[i])));
        struct catalog_version with = home_trail;
        with.include_global_service_events = true;
        EXPECT(wants(with, event_of("us-east-1", global[i])));
    }
    EXPECT(wants(home_trail, event_of("us-east-1", "ec2.amazonaws.com")));
    EXPECT(wants(version_of(false, false), event_of("eu-west-1", "sts.amazonaws.com")));
    struct event_envelope regional = event_of("us-east-1", "sts.amazonaws.com");
    regional.record =
        STR_LITERAL("{\"tlsDetails\":{\"clientProvidedHostHeader\":\"sts.us-east-1.amazonaws.com\"}}");
    EXPECT(wants(home_trail, regional));
}

static void other_accounts_archives_and_marks_are_not_delivered(void) {
    struct catalog_version version = version_of(true, true);
    struct event_envelope event = event_of("eu-west-1", "ec2.amazonaws.com");
    EXPECT(wants(version, event));
    event.facets.account = STR_LITERAL("999999999999");
    EXPECT(!wants(version, event));
    event = event_of("eu-west-1", "ec2.amazonaws.com");
    event.is_archive = true;
    EXPECT(!wants(version, event));
    event.is_archive = false;
    event.kind = EVENT_KIND_MARK;
    EXPECT(!wants(version, event));
    event.kind = EVENT_KIND_EVENT;
    version.is_logging = false;
    EXPECT(!wants(version, event));
}

static void insight_and_aggregated_events_need_a_trail_that_asks_for_them(void) {
    struct catalog_version version = version_of(true, true);
    struct event_envelope event = event_of("eu-west-1", "ec2.amazonaws.com");
    event.facets.category = EVENT_INSIGHT;
    event.record = STR_LITERAL("{\"insightDetails\":{\"insightType\":\"ApiCallRateInsight\"}}");
    EXPECT(!wants(version, event));
    version.insights = catalog_insight(false, false);
    EXPECT(wants(version, event));
    event.facets.category = EVENT_AGGREGATED;
    EXPECT(!wants(version, event));
    version.has_aggregation = true;
    EXPECT(wants(version, event));
    event.facets.category = EVENT_OTHER;
    EXPECT(!wants(version, event));
}

#define INSIGHT(type, category, source)                                                                      \
    "{\"insightDetails\":{\"insightType\":\"" type "\",\"sourceEventCategory\":\"" category                  \
    "\",\"insightSource\":\"" source "\"}}"

static void a_trail_gets_the_insights_of_the_types_and_categories_it_asks_for(void) {
    static const struct {
        bool is_error_rate, is_data;
        const char *record;
    } rows[] = {
        {false, false, INSIGHT("ApiCallRateInsight", "Management", "")},
        {true, false, INSIGHT("ApiErrorRateInsight", "Management", "")},
        {false, true, INSIGHT("ApiCallRateInsight", "Data", "arn:of:trail")},
        {true, true, INSIGHT("ApiErrorRateInsight", "Data", "arn:of:trail")},
    };
    struct catalog_version version = version_of(true, true);
    version.trail_arn = STR_LITERAL("arn:of:trail");
    struct event_envelope event = event_of("eu-west-1", "ec2.amazonaws.com");
    event.facets.category = EVENT_INSIGHT;
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            version.insights = catalog_insight(rows[i].is_error_rate, rows[i].is_data);
            event.record = str_from(rows[j].record);
            EXPECT_INT(wants(version, event), i == j);
        }
    }
    version.trail_arn = STR_LITERAL("arn:of:another");
    EXPECT(!wants(version, event)); /* of data events: only the trail that they were found for */
    event.record = STR_LITERAL("{\"insight");
    EXPECT(!wants(version, event));
}

static void selectors_of_the_version_decide(void) {
    struct catalog_version version = version_of(true, true);
    version.event_selectors =
        STR_LITERAL("[{\"ReadWriteType\":\"ReadOnly\",\"IncludeManagementEvents\":true}]");
    struct event_envelope event = event_of("eu-west-1", "ec2.amazonaws.com");
    EXPECT(!wants(version, event));
    event.facets.read_only = EVENT_TRUE;
    EXPECT(wants(version, event));
}

static void each_category_has_its_folder(void) {
    EXPECT(strcmp(delivery_place_folder(EVENT_MANAGEMENT), "CloudTrail") == 0);
    EXPECT(delivery_place_folder(EVENT_DATA) == delivery_place_folder(EVENT_MANAGEMENT));
    EXPECT(strcmp(delivery_place_folder(EVENT_INSIGHT), "CloudTrail-Insight") == 0);
    EXPECT(strcmp(delivery_place_folder(EVENT_NETWORK_ACTIVITY), "CloudTrail-NetworkActivity") == 0);
    EXPECT(strcmp(delivery_place_folder(EVENT_AGGREGATED), "CloudTrail-Aggregated") == 0);
    EXPECT(delivery_place_folder(EVENT_OTHER) == NULL);
}

int main(void) {
    TEST(a_key_is_laid_out_as_aws_does);
    TEST(the_stamp_is_rounded_up_to_five_minutes_for_long_intervals_only);
    TEST(unique_parts_are_sixteen_letters_and_digits_and_differ);
    TEST(a_single_region_trail_takes_its_home_region_only);
    TEST(global_services_are_left_out_where_the_trail_says_so);
    TEST(other_accounts_archives_and_marks_are_not_delivered);
    TEST(insight_and_aggregated_events_need_a_trail_that_asks_for_them);
    TEST(a_trail_gets_the_insights_of_the_types_and_categories_it_asks_for);
    TEST(selectors_of_the_version_decide);
    TEST(each_category_has_its_folder);
    return tap_done();
}
