/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "event/event.h"
#include "support/record.h"
#include "support/tap.h"

static struct event_parser *parser;
static struct buf text = {.limit = 64 << 20};
static struct event_facets facets;
static struct error error;

static bool parse(struct str record) {
    error = (struct error){0};
    return event_parse(parser, record, RECORD_NOW, &facets, &error);
}

/* Parse the sample with one part replaced. */
static bool parse_with(const char *part, const char *replacement) {
    return parse(record_replace(&text, RECORD_STOP_LOGGING, part, replacement));
}

static bool parse_text(const char *record) {
    return parse(record_padded(&text, str_from(record)));
}

static bool refused_with(const char *reason) {
    bool is_it = error.kind == ERROR_INVALID && strstr(error.message, reason) != NULL;
    if (!is_it)
        printf("# the reason is: %s\n", error.message);
    return is_it;
}

static void every_facet_of_a_record_is_taken_out(void) {
    EXPECT(parse_text(RECORD_STOP_LOGGING));
    EXPECT_INT(facets.time.ms, 1772438659000);
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets.id, id);
    EXPECT(strcmp(id, "5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a") == 0);
    EXPECT(!facets.id_is_derived);
    EXPECT_INT(facets.category, EVENT_MANAGEMENT);
    EXPECT_INT(facets.read_only, EVENT_FALSE);
    EXPECT_INT(facets.management_event, EVENT_TRUE);
    EXPECT(str_is(facets.version, "1.11"));
    EXPECT(str_is(facets.name, "StopLogging"));
    EXPECT(str_is(facets.source, "cloudtrail.amazonaws.com"));
    EXPECT(str_is(facets.region, "eu-west-1"));
    EXPECT(str_is(facets.account, "210987654321"));
    EXPECT(str_is(facets.event_type, "AwsApiCall"));
    EXPECT(str_is(facets.category_text, "Management"));
    EXPECT(str_is(facets.username, "ada"));
    EXPECT(str_is(facets.access_key_id, "AKIAEXAMPLEKEY000001"));
    EXPECT(str_is(facets.user_arn, "arn:aws:iam::210987654321:user/ada"));
    EXPECT(str_is(facets.user_type, "IAMUser"));
    EXPECT(str_is(facets.source_ip, "198.51.100.23"));
    EXPECT(str_is(facets.user_agent, "aws-cli/2.27.0"));
    EXPECT(str_is(facets.error_code, "AccessDenied"));
    EXPECT(str_is(facets.vpc_endpoint_id, "vpce-0a1b2c3d"));
    EXPECT(str_is(facets.session_from_console, "true"));
    EXPECT(str_is(facets.shared_id, "a4c0f9b2-51c7-4e43-8f0e-6a8f0a4f7d20"));
    EXPECT_INT(facets.resource_count, 1);
    EXPECT(str_is(facets.resources[0].type, "AWS::CloudTrail::Trail"));
    EXPECT(str_is(facets.resources[0].name, "arn:aws:cloudtrail:eu-west-1:210987654321:trail/audit-main"));
    EXPECT_INT(facets.lookup_resource_count, 1);
    EXPECT(str_is(facets.lookup_resources[0].name, "audit-main"));
}

static void escapes_in_keys_and_values_hide_nothing(void) {
    EXPECT(parse_with("\"eventName\":\"StopLogging\"", "\"event\\u004eame\":\"\\u0053topLogging\""));
    EXPECT(str_is(facets.name, "StopLogging"));
    EXPECT(parse_with("\"requestParameters\":{\"name\"", "\"request\\u0050arameters\":{\"n\\u0061me\""));
    EXPECT_INT(facets.lookup_resource_count, 1);
}

static void a_key_that_stands_twice_is_refused(void) {
    static const struct {
        const char *part, *replacement, *reason;
    } cases[] = {
        {"\"readOnly\":false", "\"readOnly\":false,\"readOnly\":true",
            "\"readOnly\" stands twice at the top"},
        {"\"readOnly\":false", "\"readOnly\":false,\"read\\u004fnly\":true", "\"readOnly\" stands twice"},
        {"\"requestID\"", "\"requestID\":1,\"request\\u0049D\"", "\"requestID\" stands twice"},
        {"\"requestID\"", "\"\":1,\"\":2,\"requestID\"", "\"\" stands twice"},
        {"\"type\":\"IAMUser\"", "\"type\":\"IAMUser\",\"\\u0074ype\":\"Root\"",
            "\"type\" stands twice in userId"},
        {"\"type\":\"IAMUser\"", "\"x\":1,\"x\":1", "\"x\" stands twice in userIdentity"},
        {"\"userAgent\":\"aws-cli/2.27.0\"", "\"userAgent\":null,\"userAgent\":\"a\"",
            "\"userAgent\" stands twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT(!parse_with(cases[i].part, cases[i].replacement));
        EXPECT(refused_with(cases[i].reason));
    }
}

static void doubles_are_found_among_very_many_keys_too(void) {
    SCOPED(buf_finish) struct buf keys = BUF_INIT(1 << 20);
    for (int i = 0; i < 300; i++)
        buf_append_format(&keys, "\"key%d\":%d,", i, i);
    buf_append_text(&keys, "\"readOnly\":false");
    EXPECT(parse_with("\"readOnly\":false", keys.data));
    buf_append_text(&keys, ",\"key299\":1");
    EXPECT(!parse_with("\"readOnly\":false", keys.data));
    EXPECT(refused_with("\"key299\" stands twice"));
}

static void doubles_deeper_down_are_the_callers_own_business(void) {
    EXPECT(parse_with("{\"name\":\"audit-main\"}", "{\"name\":\"audit-main\",\"name\":\"other\"}"));
    EXPECT_INT(facets.lookup_resource_count, 2);
}

static void every_version_is_known(void) {
    static const char *const versions[] = {"1.00", "1.01", "1.02", "1.03", "1.04", "1.05", "1.06", "1.07",
        "1.08", "1.09", "1.10", "1.11", "1.0", "1.12"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        EXPECT(parse_with("1.11", versions[i]));
        EXPECT(str_is(facets.version, versions[i]));
    }
    static const char *const strange[] = {"2.0", "1.", "1", "1.x", "01.1", "1.111", "1.1 ", "abc"};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        EXPECT(!parse_with("1.11", strange[i]));
        EXPECT(refused_with("eventVersion"));
    }
    EXPECT(!parse_with("\"eventVersion\":\"1.11\",", ""));
    EXPECT(refused_with("not a CloudTrail record"));
}

static void the_oldest_records_get_an_id_of_their_bytes(void) {
    const char *old = "{\"eventVersion\":\"1.00\",\"userIdentity\":{\"type\":\"Root\",\"principalId\":"
                      "\"210987654321\",\"arn\":\"arn:aws:iam::210987654321:root\",\"accountId\":"
                      "\"210987654321\"},\"eventTime\":\"2013-11-14T00:00:00Z\",\"eventSource\":"
                      "\"iam.amazonaws.com\",\"eventName\":\"CreateUser\",\"awsRegion\":\"us-east-1\","
                      "\"sourceIPAddress\":\"192.0.2.1\",\"userAgent\":\"console\","
                      "\"requestParameters\":{\"userName\":\"bob\"},\"responseElements\":null}";
    EXPECT(parse_text(old));
    EXPECT(facets.id_is_derived);
    EXPECT(str_is(facets.username, "root"));
    EXPECT_INT(facets.read_only, EVENT_ABSENT);
    EXPECT_INT(facets.management_event, EVENT_ABSENT);
    EXPECT_INT(facets.category, EVENT_MANAGEMENT);
    EXPECT(str_is(facets.category_text, "Management"));
    /* The value is part of what is stored: it never changes. */
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(facets.id, id);
    EXPECT(strcmp(id, "e3440275-5403-5e40-9df8-ae7d98bea43a") == 0);
    struct uuid first = facets.id;
    EXPECT(parse(record_replace(&text, old, "bob", "eve")));
    EXPECT(memcmp(&first, &facets.id, sizeof first) != 0);
}

static void an_id_that_is_no_uuid_keeps_apart_what_it_names(void) {
    EXPECT(parse_with("5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a", "event-1"));
    EXPECT(facets.id_is_derived);
    struct uuid first = facets.id;
    EXPECT(parse_with("5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a", "event-2"));
    EXPECT(memcmp(&first, &facets.id, sizeof first) != 0);
    EXPECT(parse_with("\"eventID\":\"5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a\",\"readOnly\":false",
        "\"eventID\":\"event-1\",\"readOnly\":true"));
    EXPECT(memcmp(&first, &facets.id, sizeof first) == 0);
}

static void the_account_comes_from_the_first_place_that_names_one(void) {
    EXPECT(parse_with("\"recipientAccountId\":\"210987654321\"", "\"recipientAccountId\":\"111111111111\""));
    EXPECT(str_is(facets.account, "111111111111"));
    EXPECT(parse_with("\"recipientAccountId\":\"210987654321\",", ""));
    EXPECT(str_is(facets.account, "210987654321"));
    EXPECT(parse_with("\"recipientAccountId\":\"210987654321\"", "\"recipientAccountId\":\"\""));
    EXPECT(str_is(facets.account, "210987654321"));
    EXPECT(parse_with("\"recipientAccountId\":\"210987654321\"", "\"accountId\":\"222222222222\""));
    EXPECT(str_is(facets.account, "222222222222"));

    const char *by_issuer =
        "{\"eventVersion\":\"1.02\",\"userIdentity\":{\"type\":\"AssumedRole\",\"sessionContext\":"
        "{\"sessionIssuer\":{\"accountId\":\"333333333333\"}}},\"eventTime\":\"2015-01-01T00:00:00Z\","
        "\"eventSource\":\"ec2.amazonaws.com\",\"eventName\":\"RunInstances\",\"awsRegion\":\"us-east-1\"}";
    EXPECT(parse_text(by_issuer));
    EXPECT(str_is(facets.account, "333333333333"));
    EXPECT(!parse(record_replace(&text, by_issuer, "\"accountId\":\"333333333333\"", "")));
    EXPECT(refused_with("names no account"));
}

static void accounts_and_regions_of_another_form_are_refused(void) {
    static const char *const accounts[] = {
        "21098765432", "2109876543210", "21098765432a", "../../../etc", "21098765432\\u0000", "anonymous"};
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        SCOPED(buf_finish) struct buf member = BUF_INIT(256);
        buf_append_format(&member, "\"recipientAccountId\":\"%s\"", accounts[i]);
        EXPECT(!parse_with("\"recipientAccountId\":\"210987654321\"", member.data));
        EXPECT(refused_with("is not an account of 12 digits"));
    }
    static const char *const regions[] = {
        "EU-WEST-1", "-eu", "eu west", "..", "a/b", "eu_west", "eu-west-1-eu-west-1-eu-west-1-eu-"};
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        EXPECT(!parse_with("eu-west-1", regions[i]));
        EXPECT(refused_with("is not the name of a region"));
    }
    EXPECT(parse_with("\"awsRegion\":\"eu-west-1\"", "\"awsRegion\":\"eu-west-1-eu-west-1-eu-west-1-eu\""));
    EXPECT(!parse_with("\"awsRegion\":\"eu-west-1\",", ""));
    EXPECT(refused_with("awsRegion is missing"));
}

static void a_time_must_be_one_and_not_lie_ahead(void) {
    EXPECT(parse_with("2026-03-02T08:04:19Z", "2026-05-28T20:41:40Z"));
    EXPECT(!parse_with("2026-03-02T08:04:19Z", "2026-05-28T20:41:41Z"));
    EXPECT(refused_with("more than 15 minutes ahead"));
    static const char *const times[] = {
        "yesterday", "2026-02-30T00:00:00Z", "2026-03-02", "1969-12-31T23:59:59Z"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        EXPECT(!parse_with("2026-03-02T08:04:19Z", times[i]));
        EXPECT(refused_with("is not a time"));
    }
    EXPECT(!parse_with("\"eventTime\":\"2026-03-02T08:04:19Z\",", ""));
    EXPECT(refused_with("eventTime is missing"));
    EXPECT(!parse_with("\"2026-03-02T08:04:19Z\"", "1772438659"));
    EXPECT(refused_with("eventTime is not a string"));
}

static void the_category_is_told_or_derived(void) {
    static const struct {
        const char *replacement;
        enum event_category category;
        const char *text;
    } cases[] = {
        {"\"eventCategory\":\"Data\"", EVENT_DATA, "Data"},
        {"\"eventCategory\":\"NetworkActivity\"", EVENT_NETWORK_ACTIVITY, "NetworkActivity"},
        {"\"eventCategory\":\"Insight\"", EVENT_INSIGHT, "Insight"},
        {"\"eventCategory\":\"Aggregated\"", EVENT_AGGREGATED, "Aggregated"},
        {"\"eventCategory\":\"ConfigurationItem\"", EVENT_OTHER, "ConfigurationItem"},
        {"\"eventCategory\":\"management\"", EVENT_OTHER, "management"},
        {"\"eventCategory\":null", EVENT_MANAGEMENT, "Management"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT(parse_with("\"eventCategory\":\"Management\"", cases[i].replacement));
        EXPECT_INT(facets.category, cases[i].category);
        EXPECT(str_is(facets.category_text, cases[i].text));
    }
    static const struct {
        const char *replacement;
        enum event_category category;
    } derived[] = {
        {"\"eventType\":\"AwsApiCall\",\"managementEvent\":false,", EVENT_DATA},
        {"\"eventType\":\"AwsApiCall\",", EVENT_MANAGEMENT},
        {"\"eventType\":\"AwsCloudTrailInsight\",", EVENT_INSIGHT},
        {"\"eventType\":\"AwsAggregatedEvent\",", EVENT_AGGREGATED},
        {"\"eventType\":\"AwsVpceEvent\",", EVENT_NETWORK_ACTIVITY},
        {"\"eventType\":\"AwsVpceEvents\",", EVENT_NETWORK_ACTIVITY},
    };
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++) {
        SCOPED(buf_finish) struct buf without = BUF_INIT(1 << 16);
        (void)record_replace(&without, RECORD_STOP_LOGGING, "\"eventCategory\":\"Management\",", "");
        EXPECT(parse(record_replace(&text, without.data,
            "\"eventType\":\"AwsApiCall\",\"managementEvent\":true,", derived[i].replacement)));
        EXPECT_INT(facets.category, derived[i].category);
    }
}

static void an_insight_record_is_about_what_its_details_name(void) {
    EXPECT(parse_text(
        "{\"eventVersion\":\"1.09\",\"eventTime\":\"2026-04-01T10:07:00Z\",\"awsRegion\":\"eu-west-1\","
        "\"eventID\":\"3d1f6c52-8a1e-4d0b-9d64-0f5b0b6f3c11\",\"eventType\":\"AwsCloudTrailInsight\","
        "\"recipientAccountId\":\"210987654321\",\"sharedEventID\":\"a4c0f9b2-51c7-4e43-8f0e-6a8f0a4f7d20\","
        "\"insightDetails\":{\"state\":\"Start\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":"
        "\"AttachRolePolicy\",\"errorCode\":\"Throttled\",\"insightType\":\"ApiErrorRateInsight\"},"
        "\"eventCategory\":\"Insight\"}"));
    EXPECT_INT(facets.category, EVENT_INSIGHT);
    EXPECT(str_is(facets.source, "iam.amazonaws.com"));
    EXPECT(str_is(facets.name, "AttachRolePolicy"));
    EXPECT(str_is(facets.error_code, "Throttled"));
    EXPECT_INT(facets.username.size, 0);
    EXPECT(event_is_reserved(&facets));
}

static void an_aggregated_record_counts_from_its_window(void) {
    EXPECT(parse_text(
        "{\"eventVersion\":\"1.0\",\"accountId\":\"210987654321\",\"eventId\":"
        "\"3d1f6c52-8a1e-4d0b-9d64-0f5b0b6f3c12\",\"eventCategory\":\"Aggregated\",\"eventType\":"
        "\"AwsAggregatedEvent\",\"awsRegion\":\"eu-west-1\",\"eventSource\":\"s3.amazonaws.com\","
        "\"timeWindow\":{\"windowStart\":\"2026-04-01T10:05:00Z\",\"windowEnd\":\"2026-04-01T10:10:00Z\","
        "\"windowSize\":\"PT5M\"},\"summary\":{\"primaryDimension\":{\"dimension\":\"eventName\","
        "\"statistics\":[{\"name\":\"GetObject\",\"value\":7}],\"aggregationType\":\"Count\"}}}"));
    EXPECT_INT(facets.category, EVENT_AGGREGATED);
    EXPECT_INT(facets.time.ms, 1775037900000);
    EXPECT(!facets.id_is_derived);
    EXPECT(str_is(facets.account, "210987654321"));
    EXPECT(!event_is_reserved(&facets));
}

static void what_only_cairn_makes_is_reserved(void) {
    EXPECT(parse_text(RECORD_STOP_LOGGING));
    EXPECT(!event_is_reserved(&facets));
    EXPECT(parse_with("cloudtrail.amazonaws.com", "cairn.amazonaws.com"));
    EXPECT(event_is_reserved(&facets));
    EXPECT(parse_with("\"AwsApiCall\"", "\"AwsCloudTrailInsight\""));
    EXPECT(event_is_reserved(&facets));
}

static void digests_and_whole_files_are_told_apart(void) {
    EXPECT(!parse_text("{\"awsAccountId\":\"210987654321\",\"digestStartTime\":\"2026-03-02T08:00:00Z\","
                       "\"digestEndTime\":\"2026-03-02T09:00:00Z\",\"digestS3Bucket\":\"logs\"}"));
    EXPECT(refused_with("digest file"));
    EXPECT(!parse_text("{\"Records\":[]}"));
    EXPECT(refused_with("log file"));
}

static void wrong_kinds_are_refused_by_name(void) {
    static const struct {
        const char *part, *replacement, *reason;
    } cases[] = {
        {RECORD_IDENTITY, "\"userIdentity\":[1]", "userIdentity is not an object"},
        {RECORD_IDENTITY, "\"userIdentity\":\"ada\"", "userIdentity is not an object"},
        {"\"type\":\"IAMUser\"", "\"type\":{}", "userIdentity.type is not a string"},
        {"\"AKIAEXAMPLEKEY000001\"", "7", "userIdentity.accessKeyId is not a string"},
        {"\"eventName\":\"StopLogging\"", "\"eventName\":[]", "eventName is not a string"},
        {"\"eventName\":\"StopLogging\",", "", "eventName is missing"},
        {"\"eventSource\":\"cloudtrail.amazonaws.com\",", "", "eventSource is missing"},
        {"\"readOnly\":false", "\"readOnly\":\"false\"", "readOnly is neither"},
        {"\"managementEvent\":true", "\"managementEvent\":1", "managementEvent is neither"},
        {"\"eventID\":\"5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a\"", "\"eventID\":{}", "eventID is not a string"},
        {"\"resources\":[{", "\"resources\":[1,{", "element that is not an object"},
        {"\"type\":\"AWS::CloudTrail::Trail\"", "\"type\":3", "resources.type is not a string"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT(!parse_with(cases[i].part, cases[i].replacement));
        EXPECT(refused_with(cases[i].reason));
    }
    EXPECT(!parse_text("[]"));
    EXPECT(refused_with("not a JSON object"));
    EXPECT(!parse_text("{\"eventVersion\":"));
    EXPECT(refused_with("not valid JSON"));
    EXPECT(!parse_text(""));
    EXPECT(!parse_with("\"requestParameters\":{\"name\":\"audit-main\"}", "\"resources\":{}"));
}

static void null_is_as_good_as_absent(void) {
    static const char *const parts[] = {"\"ada\"", "\"AKIAEXAMPLEKEY000001\"", "\"198.51.100.23\"",
        "\"aws-cli/2.27.0\"", "\"AccessDenied\"", "\"vpce-0a1b2c3d\"", "\"IAMUser\"",
        "{\"name\":\"audit-main\"}"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        EXPECT(parse_with(parts[i], "null"));
    EXPECT(parse_with("\"sessionCredentialFromConsole\":\"true\"", "\"sessionCredentialFromConsole\":true"));
    EXPECT(str_is(facets.session_from_console, "true"));
}

static void parameters_may_be_of_any_kind_and_integers_of_any_size(void) {
    EXPECT(parse_with("{\"name\":\"audit-main\"}", "{\"n\":12345678901234567890123,\"m\":-1e400000}"));
    EXPECT(parse_with("{\"name\":\"audit-main\"}", "[[\"name\",{\"name\":\"deep\"}]]"));
    EXPECT_INT(facets.lookup_resource_count, 1);
    EXPECT(parse_with("{\"name\":\"audit-main\"}", "\"text\""));
    EXPECT_INT(facets.lookup_resource_count, 0);
}

static void a_listing_has_the_prefix_for_an_arn(void) {
    EXPECT(parse_with("\"ARN\":", "\"ARNPrefix\":"));
    EXPECT(str_is(facets.resources[0].name, "arn:aws:cloudtrail:eu-west-1:210987654321:trail/audit-main"));
}

static void a_record_larger_than_a_mebibyte_is_over_the_limit(void) {
    SCOPED(buf_finish) struct buf big = BUF_INIT(4 << 20);
    struct str sample = str_from(RECORD_STOP_LOGGING);
    buf_append(&big, sample.data, sample.size - 1);
    while (big.size + 1 < EVENT_LARGE_SIZE_MAX)
        buf_append_char(&big, ' ');
    buf_append_char(&big, '}');
    EXPECT(parse(record_padded(&text, buf_str(&big))));
    buf_append_char(&big, ' ');
    EXPECT(!parse(record_padded(&text, buf_str(&big))));
    EXPECT_INT(error.kind, ERROR_LIMIT);
}

static void very_many_resources_cost_no_more_than_the_cap(void) {
    SCOPED(buf_finish) struct buf names = BUF_INIT(4 << 20);
    buf_append_text(&names, "{\"trailNameList\":[\"n\"");
    for (int i = 0; i < 60000; i++)
        buf_append_format(&names, ",\"n%d\"", i % 10000);
    buf_append_text(&names, "]}");
    EXPECT(parse_with("{\"name\":\"audit-main\"}", names.data));
    EXPECT_INT(facets.lookup_resource_count, EVENT_RESOURCES_MAX);
}

struct real_count {
    size_t parsed, refused;
};

static bool count_real(struct str record, void *context) {
    struct real_count *count = context;
    bool is_parsed = event_parse(parser, record_padded(&text, record), RECORD_NOW, &facets, &error);
    count->parsed += is_parsed;
    count->refused += !is_parsed;
    return true;
}

static void every_real_record_parses(void) {
    struct real_count count = {0};
    if (!record_each_real(count_real, &count))
        return;
    EXPECT_INT(count.refused, 0);
    EXPECT(count.parsed >= 1000);
}

static void an_event_of_a_channel_tells_of_its_data(void) {
    EXPECT(parse_text(
        "{\"eventVersion\":\"1.0\",\"eventCategory\":\"ActivityAuditLog\",\"eventType\":\"ActivityLog\","
        "\"eventID\":\"5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a\",\"eventTime\":\"2026-03-02T08:04:19Z\","
        "\"awsRegion\":\"eu-west-1\",\"recipientAccountId\":\"210987654321\","
        "\"metadata\":{\"ingestionTime\":\"2026-03-02T08:04:20Z\",\"channelARN\":\"arn:c\"},"
        "\"eventData\":{\"version\":\"1\",\"userIdentity\":{\"type\":\"user\",\"principalId\":\"ada\"},"
        "\"eventSource\":\"shop\",\"eventName\":\"Order\",\"errorCode\":\"E1\"}}"));
    EXPECT_INT(facets.category, EVENT_OTHER);
    EXPECT(str_is(facets.category_text, EVENT_ACTIVITY_CATEGORY) && event_is_reserved(&facets));
    EXPECT(str_is(facets.source, "shop") && str_is(facets.name, "Order"));
    EXPECT(str_is(facets.username, "ada") && str_is(facets.user_type, "user"));
    EXPECT(str_is(facets.error_code, "E1"));
    EXPECT_INT(facets.resource_count, 1);
    EXPECT(str_is(facets.resources[0].type, EVENT_CHANNEL_TYPE) && str_is(facets.resources[0].name, "arn:c"));
    EXPECT(!parse_text(
        "{\"eventVersion\":\"1.0\",\"eventCategory\":\"ActivityAuditLog\",\"eventTime\":"
        "\"2026-03-02T08:04:19Z\",\"awsRegion\":\"eu-west-1\",\"recipientAccountId\":\"210987654321\","
        "\"eventData\":[]}"));
    EXPECT(refused_with("eventData is not an object"));
}

int main(void) {
    parser = event_parser_create();
    TEST(every_facet_of_a_record_is_taken_out);
    TEST(escapes_in_keys_and_values_hide_nothing);
    TEST(a_key_that_stands_twice_is_refused);
    TEST(doubles_are_found_among_very_many_keys_too);
    TEST(doubles_deeper_down_are_the_callers_own_business);
    TEST(every_version_is_known);
    TEST(the_oldest_records_get_an_id_of_their_bytes);
    TEST(an_id_that_is_no_uuid_keeps_apart_what_it_names);
    TEST(the_account_comes_from_the_first_place_that_names_one);
    TEST(accounts_and_regions_of_another_form_are_refused);
    TEST(a_time_must_be_one_and_not_lie_ahead);
    TEST(the_category_is_told_or_derived);
    TEST(an_insight_record_is_about_what_its_details_name);
    TEST(an_aggregated_record_counts_from_its_window);
    TEST(what_only_cairn_makes_is_reserved);
    TEST(digests_and_whole_files_are_told_apart);
    TEST(wrong_kinds_are_refused_by_name);
    TEST(null_is_as_good_as_absent);
    TEST(parameters_may_be_of_any_kind_and_integers_of_any_size);
    TEST(a_listing_has_the_prefix_for_an_arn);
    TEST(a_record_larger_than_a_mebibyte_is_over_the_limit);
    TEST(very_many_resources_cost_no_more_than_the_cap);
    TEST(an_event_of_a_channel_tells_of_its_data);
    TEST(every_real_record_parses);
    event_parser_destroy(parser);
    buf_finish(&text);
    return tap_done();
}
