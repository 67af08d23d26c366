/* SPDX-License-Identifier: Apache-2.0 */
/* Any bucket policy gets an answer, and a deny for everyone in front of it cannot be argued away. */
#include "aws/policy.h"
#include "base/buf.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct aws_policy_fact facts[] = {
        {STR_LITERAL("s3:x-amz-acl"), STR_LITERAL("bucket-owner-full-control")},
        {STR_LITERAL("aws:SourceArn"), STR_LITERAL("arn:aws:cloudtrail:us-east-1:123456789012:trail/main")},
    };
    struct aws_policy_question question = {.service = STR_LITERAL("cloudtrail.amazonaws.com"),
        .action = STR_LITERAL("s3:PutObject"),
        .resource = STR_LITERAL("arn:aws:s3:::audit/AWSLogs/123456789012/CloudTrail/"),
        .facts = facts,
        .fact_count = sizeof facts / sizeof *facts};
    struct str policy = bytes_str(bytes_of(data, size));
    static const char *const actions[] = {"s3:PutObject", NULL};
    const struct aws_policy_rules rules = {actions, question.resource};
    struct error error = {0};
    bool is_policy = aws_policy_check(policy, &rules, &error);
    ASSERT(is_policy || (error.kind == ERROR_INVALID && error.message[0] != '\0'));
    struct aws_policy_question user = question;
    user.service = STR_EMPTY;
    user.account = STR_LITERAL("123456789012");
    user.user_arn = STR_LITERAL("arn:aws:iam::123456789012:user/ada");
    enum aws_policy_decision said = aws_policy_decide(policy, &user);
    ASSERT(said == AWS_POLICY_NEUTRAL || said == AWS_POLICY_ALLOW || said == AWS_POLICY_DENY);
    (void)aws_pattern_matches(policy, question.resource);
    if (aws_policy_decide(policy, &question) == AWS_POLICY_NEUTRAL)
        return 0;
    struct buf denied = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&denied,
        "{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}],");
    buf_append_str(&denied, str_slice(policy, str_find_char(policy, '{') + 1, SIZE_MAX));
    ASSERT(aws_policy_decide(buf_str(&denied), &question) == AWS_POLICY_DENY);
    buf_finish(&denied);
    return 0;
}
