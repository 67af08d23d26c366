/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"
#include "support/record.h"
#include "support/tap.h"

static struct event_parser *parser;
static struct buf text = {.limit = 64 << 20};
static struct event_facets facets;
static struct error error;

static bool parse_with(const char *part, const char *replacement) {
    struct str record = record_replace(&text, RECORD_STOP_LOGGING, part, replacement);
    return event_parse(parser, record, RECORD_NOW, &facets, &error);
}

static void the_username_is_what_lookup_events_shows(void) {
    static const struct {
        const char *identity, *username;
    } cases[] = {
        {"{\"type\":\"IAMUser\",\"userName\":\"ada\",\"principalId\":\"AIDA:x\"}", "ada"},
        {"{\"type\":\"IAMUser\"}", ""},
        {"{\"type\":\"Root\",\"userName\":\"alias\"}", "root"},
        {"{\"type\":\"AssumedRole\",\"principalId\":\"AROAEXAMPLE:ci-run-7\",\"userName\":\"no\"}",
            "ci-run-7"},
        {"{\"type\":\"AssumedRole\",\"principalId\":\"AROAEXAMPLE:a:b\"}", "a:b"},
        {"{\"type\":\"AssumedRole\",\"principalId\":\"AROAEXAMPLE\"}", ""},
        {"{\"type\":\"AssumedRole\",\"principalId\":[1]}", ""},
        {"{\"type\":\"FederatedUser\",\"principalId\":\"210987654321:fed\"}", "fed"},
        {"{\"type\":\"SAMLUser\",\"userName\":\"saml@example.org\",\"principalId\":\"q:sub\"}",
            "saml@example.org"},
        {"{\"type\":\"WebIdentityUser\",\"userName\":\"web-user\"}", "web-user"},
        {"{\"type\":\"Directory\",\"userName\":\"corp\"}", "corp"},
        {"{\"type\":\"Unknown\"}", ""},
        {"{\"type\":\"AWSService\",\"invokedBy\":\"ec2.amazonaws.com\",\"userName\":\"x\"}", ""},
        {"{\"type\":\"AWSAccount\",\"principalId\":\"AIDAEXAMPLE\",\"accountId\":\"111111111111\"}", ""},
        {"{\"accountId\":\"210987654321\",\"invokedBy\":\"rds.amazonaws.com\"}", ""},
        {"null", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(buf_finish) struct buf identity = BUF_INIT(4096);
        buf_append_format(&identity, "\"userIdentity\":%s", cases[i].identity);
        EXPECT(parse_with(RECORD_IDENTITY, identity.data));
        if (!str_is(facets.username, cases[i].username))
            printf("# %s gives %.*s\n", cases[i].identity, STR(facets.username));
        EXPECT(str_is(facets.username, cases[i].username));
    }
}

static bool parse_call(const char *source, const char *name, const char *parameters) {
    SCOPED(buf_finish) struct buf subject = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf record = BUF_INIT(65536);
    buf_append_format(&subject, "\"eventSource\":\"%s\",\"eventName\":\"%s\"", source, name);
    (void)record_replace(&record, RECORD_STOP_LOGGING,
        "\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"StopLogging\"", subject.data);
    struct str changed = record_replace(&text, record.data,
        "\"requestParameters\":{\"name\":\"audit-main\"},\"responseElements\":null", parameters);
    return event_parse(parser, changed, RECORD_NOW, &facets, &error);
}

/* Are the resources of the call `expected`: "type=name" separated by spaces? */
static bool derives(const char *source, const char *name, const char *parameters, const char *expected) {
    SCOPED(buf_finish) struct buf found = BUF_INIT(65536);
    if (!parse_call(source, name, parameters))
        return false;
    for (size_t i = 0; i < facets.lookup_resource_count; i++) {
        const struct event_resource *resource = &facets.lookup_resources[i];
        buf_append_format(&found, "%s%.*s=%.*s", i == 0 ? "" : " ", STR(resource->type), STR(resource->name));
    }
    bool is_so = str_is(buf_str(&found), expected);
    if (!is_so)
        printf("# %s %s gives %.*s\n", source, name, STR(buf_str(&found)));
    return is_so;
}

static void assuming_a_role_names_key_session_and_role(void) {
    EXPECT(derives("sts.amazonaws.com", "AssumeRole",
        "\"requestParameters\":{\"roleArn\":\"arn:aws:iam::210987654321:role/"
        "Deployer\",\"roleSessionName\":\"ci\"},"
        "\"responseElements\":{\"credentials\":{\"accessKeyId\":\"ASIAEXAMPLE\",\"sessionToken\":\"t\"},"
        "\"assumedRoleUser\":{\"assumedRoleId\":\"AROAEXAMPLE:ci\","
        "\"arn\":\"arn:aws:sts::210987654321:assumed-role/Deployer/ci\"}}",
        "AWS::IAM::Role=arn:aws:iam::210987654321:role/Deployer AWS::STS::AssumedRole=ci "
        "AWS::IAM::AccessKey=ASIAEXAMPLE AWS::STS::AssumedRole=AROAEXAMPLE:ci "
        "AWS::STS::AssumedRole=arn:aws:sts::210987654321:assumed-role/Deployer/ci"));
}

static void names_are_found_at_any_depth_and_in_arrays(void) {
    EXPECT(derives("ec2.amazonaws.com", "TerminateInstances",
        "\"requestParameters\":{\"instancesSet\":{\"items\":[{\"instanceId\":\"i-1\"},{\"instanceId\":\"i-"
        "2\"}]}}",
        "AWS::EC2::Instance=i-1 AWS::EC2::Instance=i-2"));
    EXPECT(derives("ec2.amazonaws.com", "DescribeNatGateways",
        "\"requestParameters\":{\"DescribeNatGatewaysRequest\":{\"NatGatewayId\":{\"tag\":1,\"content\":"
        "\"nat-1\"}}}",
        "AWS::EC2::NatGateway=nat-1"));
    EXPECT(derives("ssm.amazonaws.com", "GetParameters", "\"requestParameters\":{\"names\":[\"/a\",\"/b\"]}",
        "AWS::SSM::Parameter=/a AWS::SSM::Parameter=/b"));
    EXPECT(derives("ec2.amazonaws.com", "X", "\"requestParameters\":{\"instanceId\":[[\"i-1\",[\"i-2\"]]]}",
        "AWS::EC2::Instance=i-1 AWS::EC2::Instance=i-2"));
}

static void the_depth_of_the_search_has_an_end(void) {
    /* The parameters are the first level; the instance stands at the 16th, or one below it. */
    EXPECT(derives("ec2.amazonaws.com", "X",
        "\"requestParameters\":[[[[[[[[[[[[[[[{\"instanceId\":\"i-1\"}]]]]]]]]]]]]]]]",
        "AWS::EC2::Instance=i-1"));
    EXPECT(derives("ec2.amazonaws.com", "X",
        "\"requestParameters\":[[[[[[[[[[[[[[[[{\"instanceId\":\"i-1\"}]]]]]]]]]]]]]]]]", ""));
}

static void a_row_may_ask_for_the_parent_or_the_event(void) {
    EXPECT(derives("iam.amazonaws.com", "CreateRole",
        "\"requestParameters\":{\"roleName\":\"r\"},\"responseElements\":{\"role\":{\"roleName\":\"r\","
        "\"roleId\":\"AROA1\","
        "\"arn\":\"arn:aws:iam::210987654321:role/r\"},\"other\":{\"arn\":\"no\"}}",
        "AWS::IAM::Role=r AWS::IAM::Role=AROA1 AWS::IAM::Role=arn:aws:iam::210987654321:role/r"));
    EXPECT(derives("cloudtrail.amazonaws.com", "StartLogging", "\"requestParameters\":{\"name\":\"t\"}",
        "AWS::CloudTrail::Trail=t"));
    EXPECT(derives("cloudtrail.amazonaws.com", "CreateEventDataStore",
        "\"requestParameters\":{\"name\":\"t\"}", "AWS::CloudTrail::EventDataStore=t"));
    EXPECT(
        derives("cloudtrail.amazonaws.com", "CreateDashboard", "\"requestParameters\":{\"name\":\"t\"}", ""));
}

static void a_resource_is_listed_once(void) {
    EXPECT(derives("s3.amazonaws.com", "CreateBucket",
        "\"requestParameters\":{\"bucketName\":\"b\",\"Host\":\"b.s3.amazonaws.com\"},"
        "\"responseElements\":{\"bucketName\":\"b\"}",
        "AWS::S3::Bucket=b"));
}

static void other_kinds_empty_and_oversized_names_are_passed_over(void) {
    EXPECT(derives(
        "s3.amazonaws.com", "X", "\"requestParameters\":{\"bucketName\":7,\"a\":{\"bucketName\":\"\"}}", ""));
    SCOPED(buf_finish) struct buf name = BUF_INIT(65536);
    buf_append_text(&name, "\"requestParameters\":{\"bucketName\":\"");
    for (int i = 0; i < EVENT_NAME_SIZE_MAX; i++)
        buf_append_char(&name, 'x');
    size_t size = name.size;
    buf_append_text(&name, "\"}");
    EXPECT(parse_call("s3.amazonaws.com", "X", name.data));
    EXPECT_INT(facets.lookup_resource_count, 1);
    name.size = size;
    buf_append_text(&name, "x\"}");
    EXPECT(derives("s3.amazonaws.com", "X", name.data, ""));
}

static void services_without_rows_have_no_resources(void) {
    EXPECT(derives("health.amazonaws.com", "X", "\"requestParameters\":{\"bucketName\":\"b\"}", ""));
    EXPECT(derives("s3.example.com", "X", "\"requestParameters\":{\"bucketName\":\"b\"}", ""));
    EXPECT(derives("s3", "X", "\"requestParameters\":{\"bucketName\":\"b\"}", ""));
}

static void more_resources_than_the_set_of_names_holds_are_still_listed_once(void) {
    SCOPED(buf_finish) struct buf names = BUF_INIT(65536);
    buf_append_text(&names, "\"requestParameters\":{\"trailNameList\":[\"n0\"");
    for (int i = 1; i < 1000; i++)
        buf_append_format(&names, ",\"n%d\"", i % 500);
    buf_append_text(&names, "]}");
    EXPECT(parse_call("cloudtrail.amazonaws.com", "DescribeTrails", names.data));
    EXPECT_INT(facets.lookup_resource_count, 500);
}

int main(void) {
    parser = event_parser_create();
    TEST(the_username_is_what_lookup_events_shows);
    TEST(assuming_a_role_names_key_session_and_role);
    TEST(names_are_found_at_any_depth_and_in_arrays);
    TEST(the_depth_of_the_search_has_an_end);
    TEST(a_row_may_ask_for_the_parent_or_the_event);
    TEST(a_resource_is_listed_once);
    TEST(other_kinds_empty_and_oversized_names_are_passed_over);
    TEST(services_without_rows_have_no_resources);
    TEST(more_resources_than_the_set_of_names_holds_are_still_listed_once);
    event_parser_destroy(parser);
    buf_finish(&text);
    return tap_done();
}
