/* SPDX-License-Identifier: Apache-2.0 */
/* Resource policies against what CloudTrail asks of a bucket. */
#include "aws/policy.h"
#include "support/tap.h"

#include <string.h>

#define SERVICE "{\"Service\":\"cloudtrail.amazonaws.com\"}"
#define ALLOW_PUT                                                                                            \
    "\"Effect\":\"Allow\",\"Principal\":" SERVICE                                                            \
    ",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::b/*\""

static enum aws_policy_decision decide(const char *policy) {
    const struct aws_policy_fact facts[] = {
        {STR_LITERAL("s3:x-amz-acl"), STR_LITERAL("bucket-owner-full-control")},
        {STR_LITERAL("aws:SourceArn"), STR_LITERAL("arn:aws:cloudtrail:us-east-1:123456789012:trail/main")},
        {STR_LITERAL("aws:SecureTransport"), STR_LITERAL("true")},
    };
    struct aws_policy_question question = {.service = STR_LITERAL("cloudtrail.amazonaws.com"),
        .action = STR_LITERAL("s3:PutObject"),
        .resource = STR_LITERAL("arn:aws:s3:::b/AWSLogs/123456789012/x"),
        .facts = facts,
        .fact_count = sizeof facts / sizeof *facts};
    return aws_policy_decide(str_from(policy), &question);
}

static void statements_are_held_to_every_part(void) {
    static const struct {
        const char *policy;
        enum aws_policy_decision decision;
    } cases[] = {
        {"", AWS_POLICY_NEUTRAL},
        {"no policy", AWS_POLICY_NEUTRAL},
        {"{}", AWS_POLICY_NEUTRAL},
        {"{\"Statement\":{" ALLOW_PUT "}}", AWS_POLICY_ALLOW},
        {"{\"Statement\":[{" ALLOW_PUT "}]}", AWS_POLICY_ALLOW},
        {"{\"Statement\":[{" ALLOW_PUT
         "},{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"S3:*\",\"Resource\":\"*\"}]}",
            AWS_POLICY_DENY},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"s3:put*\"],\"Resource\":["
         "\"*\"]}]}",
            AWS_POLICY_ALLOW},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"*\",\"Resource\":"
         "\"*\"}]}",
            AWS_POLICY_ALLOW},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"config.amazonaws.com\"},"
         "\"Action\":\"*\","
         "\"Resource\":\"*\"}]}",
            AWS_POLICY_NEUTRAL},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}", AWS_POLICY_NEUTRAL},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" SERVICE
         ",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}",
            AWS_POLICY_NEUTRAL},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" SERVICE
         ",\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::b/other/*\"}]}",
            AWS_POLICY_NEUTRAL},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" SERVICE
         ",\"NotAction\":\"s3:GetObject\",\"NotResource\":\"arn:aws:s3:::c/*\"}]}",
            AWS_POLICY_ALLOW},
        {"{\"Statement\":[{\"Effect\":\"Deny\",\"NotPrincipal\":" SERVICE
         ",\"Action\":\"*\",\"Resource\":\"*\"}]}",
            AWS_POLICY_NEUTRAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT_INT(decide(cases[i].policy), cases[i].decision);
}

static void conditions_must_hold(void) {
    static const struct {
        const char *condition;
        bool holds;
    } cases[] = {
        {"{}", true},
        {"{\"StringEquals\":{\"s3:x-amz-acl\":\"bucket-owner-full-control\"}}", true},
        {"{\"StringEquals\":{\"S3:X-Amz-Acl\":[\"private\",\"bucket-owner-full-control\"]}}", true},
        {"{\"StringEquals\":{\"s3:x-amz-acl\":\"private\"}}", false},
        {"{\"StringEquals\":{\"s3:x-amz-acl\":\"bucket-owner-full-control\",\"aws:SourceArn\":\"other\"}}",
            false},
        {"{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudtrail:*:123456789012:trail/*\"}}", true},
        {"{\"StringLike\":{\"aws:SourceArn\":\"arn:aws:cloudtrail:eu-*\"}}", false},
        {"{\"StringNotEquals\":{\"aws:SourceArn\":\"other\"}}", true},
        {"{\"StringEquals\":{\"aws:SourceOrgID\":\"o-1\"}}", false},
        {"{\"StringEqualsIfExists\":{\"aws:SourceOrgID\":\"o-1\"}}", true},
        {"{\"Bool\":{\"aws:SecureTransport\":\"true\"}}", true},
        {"{\"Bool\":{\"aws:SecureTransport\":\"false\"}}", false},
        {"{\"NumericLessThan\":{\"s3:TlsVersion\":\"1.2\"}}", false},
        {"\"none\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char policy[512];
        (void)snprintf(
            policy, sizeof policy, "{\"Statement\":[{" ALLOW_PUT ",\"Condition\":%s}]}", cases[i].condition);
        EXPECT_INT(decide(policy), cases[i].holds ? AWS_POLICY_ALLOW : AWS_POLICY_NEUTRAL);
        if ((decide(policy) == AWS_POLICY_ALLOW) != cases[i].holds)
            printf("# %s\n", cases[i].condition);
    }
}

static void a_deny_under_a_condition_unknown_here_denies(void) {
    EXPECT_INT(
        decide("{\"Statement\":[{" ALLOW_PUT "},{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\","
               "\"Resource\":\"*\",\"Condition\":{\"NumericLessThan\":{\"s3:TlsVersion\":\"1.2\"}}}]}"),
        AWS_POLICY_DENY);
}

static void patterns_match_as_in_policies(void) {
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"a*c", "abbc", true},
        {"a*c", "abcd", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"*a*b*", "xxaxxbxx", true},
        {"**b", "aab", true},
        {"a*b*c", "abbb", false},
        {"ABC", "abc", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(aws_pattern_matches(str_from(cases[i].pattern), str_from(cases[i].text)) == cases[i].matches);
}

static const char *complaint(const char *policy) {
    static const char *const actions[] = {"cloudtrail-data:PutAuditEvents", NULL};
    static struct error error;
    const struct aws_policy_rules rules = {actions, STR_LITERAL("arn:c")};
    error = (struct error){0};
    return aws_policy_check(str_from(policy), &rules, &error) ? "" : error.message;
}

static void a_text_that_is_no_policy_is_told_why(void) {
#define STATEMENT(effect, principal, action, resource, more)                                                 \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"" effect "\",\"Principal\":" principal         \
    ",\"Action\":" action ",\"Resource\":" resource more "}]}"
#define ACTION   "\"cloudtrail-data:PutAuditEvents\""
#define RESOURCE "\"arn:c\""
    static const struct {
        const char *policy, *complaint; /* a part of it; empty: it is a policy */
    } cases[] = {
        {STATEMENT("Allow", "\"*\"", ACTION, RESOURCE, ""), ""},
        {STATEMENT("Deny", "{\"AWS\":[\"123456789012\",\"arn:aws:iam::123456789012:root\"]}", "[" ACTION "]",
             "[" RESOURCE "]", ",\"Sid\":\"x\""),
            ""},
        {STATEMENT("Allow", "{\"Service\":\"cloudtrail.amazonaws.com\"}", "\"cloudtrail-data:*\"", RESOURCE,
             ",\"Condition\":{\"StringEqualsIfExists\":{\"cloudtrail:ExternalId\":\"1\"}}"),
            ""},
        {"", "JSON"},
        {"[]", "not a JSON object"},
        {"{}", "no statement"},
        {"{\"Statement\":[]}", "no statement"},
        {"{\"Statement\":[],\"Statement\":[]}", "twice"},
        {"{\"Version\":\"2020-01-01\"}", "Version"},
        {STATEMENT("Maybe", "\"*\"", ACTION, RESOURCE, ""), "Effect"},
        {STATEMENT("Allow", "{}", ACTION, RESOURCE, ""), "no principal"},
        {STATEMENT("Allow", "{\"AWS\":\"ada\"}", ACTION, RESOURCE, ""), "Principal ada"},
        {STATEMENT("Allow", "{\"Federated\":\"x\"}", ACTION, RESOURCE, ""), "Federated"},
        {STATEMENT("Allow", "{\"Service\":\"x\"}", ACTION, RESOURCE, ""), "Principal x"},
        {STATEMENT("Allow", "\"*\"", "\"s3:PutObject\"", RESOURCE, ""), "Action s3:PutObject"},
        {STATEMENT("Allow", "\"*\"", "[]", RESOURCE, ""), "Action is missing"},
        {STATEMENT("Allow", "\"*\"", "[1]", RESOURCE, ""), "no string"},
        {STATEMENT("Allow", "\"*\"", ACTION, "\"arn:other\"", ""), "Resource arn:other"},
        {STATEMENT("Allow", "\"*\"", ACTION, RESOURCE, ",\"NotAction\":\"x\""), "NotAction"},
        {STATEMENT("Allow", "\"*\"", ACTION, RESOURCE, ",\"Condition\":{\"Nearly\":{}}"), "Nearly"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *said = complaint(cases[i].policy);
        bool is_expected =
            cases[i].complaint[0] == '\0' ? said[0] == '\0' : strstr(said, cases[i].complaint) != NULL;
        if (!is_expected)
            printf("# case %zu: %s\n", i, said);
        EXPECT(is_expected);
    }
}

int main(void) {
    TEST(statements_are_held_to_every_part);
    TEST(conditions_must_hold);
    TEST(a_deny_under_a_condition_unknown_here_denies);
    TEST(patterns_match_as_in_policies);
    TEST(a_text_that_is_no_policy_is_told_why);
    return tap_done();
}
