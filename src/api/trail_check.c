/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trail_check.c: what AWS refuses in CreateTrail and UpdateTrail before it looks at buckets.
 *
 * Cairn has no SNS, no CloudWatch Logs, no KMS and no Organizations. A request that wants one of them is
 * answered as AWS answers when the topic, log group or key cannot be reached: to accept it and never
 * deliver would be silence where somebody waits for an alarm. Empty texts clear a setting and pass.
 */
#include "trail.h"

enum { BUCKET_SIZE_MIN = 3, BUCKET_SIZE_MAX = 63, PREFIX_SIZE_MAX = 200, TOPIC_SIZE_MAX = 256 };

static bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The rules of bucket names that CreateBucket holds to; an address is caught by there being no such bucket.
 */
static bool is_bucket_name(struct str name) {
    if (name.size < BUCKET_SIZE_MIN || name.size > BUCKET_SIZE_MAX || !is_lower_or_digit(name.data[0]) ||
        !is_lower_or_digit(name.data[name.size - 1]))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!is_lower_or_digit(name.data[i]) && name.data[i] != '-' && name.data[i] != '.')
            return false;
    return str_find(name, STR_LITERAL("..")) == SIZE_MAX;
}

static bool check_bucket_name(struct api_call *call, struct str name) {
    if (name.size == 0)
        return api_fail(call, API_INVALID_BUCKET_NAME, "Bucket name cannot be blank!");
    if (!is_bucket_name(name))
        return api_fail(
            call, API_INVALID_BUCKET_NAME, "Bucket name is not valid: %.*s", STR(str_slice(name, 0, 128)));
    return true;
}

static bool check_prefix(struct api_call *call, struct str prefix) {
    if (prefix.size > PREFIX_SIZE_MAX)
        return api_fail(call, API_INVALID_PREFIX,
            "S3 prefix is longer than maximum length. Maximum allowed length: %d characters. Specified "
            "prefix "
            "length: %zu characters.",
            PREFIX_SIZE_MAX, prefix.size);
    if (prefix.size > 0 && prefix.data[0] == '/')
        return api_fail(call, API_INVALID_PREFIX, "S3 prefix cannot start with '/'.");
    for (size_t i = 0; i < prefix.size; i++)
        if ((unsigned char)prefix.data[i] < 0x20 || prefix.data[i] == 0x7f)
            return api_fail(call, API_INVALID_PREFIX, "S3 prefix cannot contain control characters.");
    return true;
}

static bool is_topic_name(struct str name) {
    struct aws_arn arn;
    if (aws_arn_parse(name, &arn) && str_is(arn.service, "sns"))
        name = arn.resource;
    if (name.size > TOPIC_SIZE_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (!is_lower_or_digit(c) && !(c >= 'A' && c <= 'Z') && c != '_' && c != '-')
            return false;
    }
    return true;
}

static bool check_topic(struct api_call *call, struct str topic) {
    if (topic.size == 0)
        return true;
    if (!is_topic_name(topic))
        return api_fail(
            call, API_INVALID_TOPIC_NAME, "SNS topic name is not valid: %.*s", STR(str_slice(topic, 0, 256)));
    return api_fail(
        call, API_INSUFFICIENT_TOPIC_POLICY, "SNS Topic does not exist or the topic policy is incorrect!");
}

static bool check_log_group(struct api_call *call, const struct api_trail_request *request) {
    struct str group = request->cloud_watch_logs_log_group_arn, role = request->cloud_watch_logs_role_arn;
    if (group.size == 0 && role.size == 0)
        return true;
    if (role.size == 0)
        return api_fail(
            call, API_INVALID_LOGS_ROLE_ARN, "You must specify a role ARN as well as a log group.");
    if (group.size == 0)
        return api_fail(
            call, API_INVALID_LOG_GROUP_ARN, "You must specify a log group as well as a role ARN.");
    struct aws_arn arn;
    if (!aws_arn_parse(role, &arn) || !str_is(arn.service, "iam"))
        return api_fail(
            call, API_INVALID_LOGS_ROLE_ARN, "Access denied. Check the trust relationships for your role.");
    return api_fail(
        call, API_INVALID_LOG_GROUP_ARN, "CloudTrail cannot validate the specified log group ARN.");
}

bool api_kms_key_check(struct api_call *call, struct str key) {
    if (key.size == 0)
        return true;
    for (size_t i = 0; i < key.size; i++)
        if ((unsigned char)key.data[i] <= 0x20 || key.data[i] == 0x7f)
            return api_fail(call, API_INVALID_KMS_KEY_ID, "The KMS key ID is not valid.");
    return api_fail(
        call, API_KMS_KEY_NOT_FOUND, "The KMS key cannot be found: %.*s", STR(str_slice(key, 0, 256)));
}

bool api_trail_check_request(struct api_call *call, const struct api_trail_request *request) {
    bool names_bucket = request->s3_bucket_name.data != NULL || call->operation->handle == api_create_trail;
    if (names_bucket && !check_bucket_name(call, request->s3_bucket_name))
        return false;
    if (!check_prefix(call, request->s3_key_prefix))
        return false;
    if (request->is_organization_trail.value)
        return api_fail(call, API_NO_ORGANIZATION,
            "Your account is not a member of an organization: CloudTrail cannot make an organization trail.");
    return check_topic(call, request->sns_topic_name) && check_log_group(call, request) &&
           api_kms_key_check(call, request->kms_key_id);
}
