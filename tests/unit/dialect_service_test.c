/* SPDX-License-Identifier: Apache-2.0 */
/* What records have of services: event source, API version, region. */
#include "base/own.h"
#include "dialect/dialect.h"
#include "support/tap.h"

static struct arena arena;

/* A call signed for the service in the region. */
static struct protocol_call call_of(const char *service, const char *region) {
    struct protocol_header header = {STR_LITERAL("Authorization"),
        arena_format(&arena,
            "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260302/%s/%s/aws4_request, SignedHeaders=host, "
            "Signature=00",
            region, service)};
    struct protocol_request request = {
        .method = STR_LITERAL("POST"), .target = STR_LITERAL("/"), .headers = &header, .header_count = 1};
    struct protocol_call call;
    dialect_begin(&arena, &request, &call);
    return call;
}

static bool is_recorded_as(
    const char *service, const char *region, const char *source, const char *recorded_region) {
    struct protocol_call call = call_of(service, region);
    bool is_so = str_is(call.event_source, source) && str_is(call.region, recorded_region);
    if (!is_so)
        printf("# %s in %s is %.*s in %.*s\n", service, region, STR(call.event_source), STR(call.region));
    return is_so;
}

static void a_service_is_its_own_event_source_unless_the_table_says_so(void) {
    EXPECT(is_recorded_as("sqs", "eu-west-1", "sqs.amazonaws.com", "eu-west-1"));
    EXPECT(is_recorded_as("monitoring", "eu-west-1", "monitoring.amazonaws.com", "eu-west-1"));
    EXPECT(is_recorded_as("es", "eu-west-1", "es.amazonaws.com", "eu-west-1"));
    EXPECT(is_recorded_as("email", "eu-west-1", "ses.amazonaws.com", "eu-west-1"));
    EXPECT(is_recorded_as("rds-data", "eu-west-1", "rdsdata.amazonaws.com", "eu-west-1"));
    EXPECT(is_recorded_as("application-autoscaling", "eu-west-1", "autoscaling.amazonaws.com", "eu-west-1"));
}

static void global_services_are_recorded_at_home(void) {
    EXPECT(is_recorded_as("iam", "eu-west-1", "iam.amazonaws.com", "us-east-1"));
    EXPECT(is_recorded_as("route53", "us-east-1", "route53.amazonaws.com", "us-east-1"));
    EXPECT(is_recorded_as("iam", "cn-northwest-1", "iam.amazonaws.com", "cn-north-1"));
    EXPECT(is_recorded_as("iam", "us-gov-east-1", "iam.amazonaws.com", "us-gov-west-1"));
    EXPECT(is_recorded_as("networkmanager", "eu-west-1", "networkmanager.amazonaws.com", "us-west-2"));
    /* A client chooses between STS's global endpoint and regional ones, and signs for what it chose. */
    EXPECT(is_recorded_as("sts", "eu-west-1", "sts.amazonaws.com", "eu-west-1"));
}

static void api_versions_are_those_that_records_have(void) {
    EXPECT(str_is(call_of("logs", "eu-west-1").api_version, "20140328"));
    EXPECT(str_is(call_of("route53", "us-east-1").api_version, "2013-04-01"));
    EXPECT(str_is(call_of("dynamodb", "eu-west-1").api_version, "2012-08-10"));
    EXPECT(call_of("sqs", "eu-west-1").api_version.size == 0);
}

static void kinds_follow_from_the_service_where_the_head_does_not_tell(void) {
    EXPECT(call_of("lambda", "eu-west-1").kind == PROTOCOL_REST_JSON);
    EXPECT(call_of("route53", "us-east-1").kind == PROTOCOL_REST_XML);
    EXPECT(call_of("cloudfront", "us-east-1").kind == PROTOCOL_REST_XML);
    EXPECT(call_of("s3", "eu-west-1").kind == PROTOCOL_S3);
}

int main(void) {
    TEST(a_service_is_its_own_event_source_unless_the_table_says_so);
    TEST(global_services_are_recorded_at_home);
    TEST(api_versions_are_those_that_records_have);
    TEST(kinds_follow_from_the_service_where_the_head_does_not_tell);
    arena_finish(&arena);
    return tap_done();
}
