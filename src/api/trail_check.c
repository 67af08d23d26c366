/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trail_check.c: what AWS refuses in CreateTrail and UpdateTrail before it looks at buckets.
 *
 * Cairn has no SNS, no CloudWatch Logs, no KMS and no Organizations. A request that wants one of them is
 * answered as AWS answers when the topic, log group or key cannot be reached: to accept it and never
 * deliver would be silence where somebody waits for an alarm. Empty texts clear a setting and pass.
 */
#include "bucket.h"
#include "trail.h"

enum { TOPIC_SIZE_MAX = 256 };

static bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
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
    if (names_bucket && !api_bucket_check_name(call, request->s3_bucket_name))
        return false;
    if (!api_bucket_check_prefix(call, request->s3_key_prefix))
        return false;
    if (request->is_organization_trail.value)
        return api_fail(call, API_NO_ORGANIZATION,
            "Your account is not a member of an organization: CloudTrail cannot make an organization trail.");
    return check_topic(call, request->sns_topic_name) && check_log_group(call, request) &&
           api_kms_key_check(call, request->kms_key_id);
}

bool api_trail_check_bucket(struct api_call *call, const struct catalog_trail *trail) {
    struct str folder = api_bucket_folder(call, trail->s3_key_prefix, "CloudTrail");
    return api_bucket_check(call, trail->s3_bucket_name, folder, trail->arn);
}
