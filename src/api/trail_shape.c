/* SPDX-License-Identifier: Apache-2.0 */
/* trail_shape.c: requests and answers of the trail operations as tables, in the order of AWS's model. */
#include "trail.h"

static const struct aws_shape tag_key = {.kind = AWS_STRING, .min = 1, .max = 128};
static const struct aws_shape tag_value = {.kind = AWS_STRING, .min = 0, .max = 256};
static const struct aws_member tag_members[] = {
    API_REQUIRED(api_tag, key, "Key", tag_key),
    API_MEMBER(api_tag, value, "Value", tag_value),
};
static const struct aws_shape tag_shape = AWS_SHAPE_OF(struct api_tag, tag_members);
const struct aws_shape api_tag_list = {.kind = AWS_LIST, .element = &tag_shape, .min = 0, .max = 200};

/* Name and bucket are required, yet not by the table: AWS has exceptions of its own for those left out. */
#define REQUEST_MEMBERS                                                                                      \
    API_MEMBER(api_trail_request, name, "Name", aws_string),                                                 \
        API_MEMBER(api_trail_request, s3_bucket_name, "S3BucketName", aws_string),                           \
        API_MEMBER(api_trail_request, s3_key_prefix, "S3KeyPrefix", aws_string),                             \
        API_MEMBER(api_trail_request, sns_topic_name, "SnsTopicName", aws_string),                           \
        API_MEMBER(                                                                                          \
            api_trail_request, include_global_service_events, "IncludeGlobalServiceEvents", aws_boolean),    \
        API_MEMBER(api_trail_request, is_multi_region_trail, "IsMultiRegionTrail", aws_boolean),             \
        API_MEMBER(api_trail_request, enable_log_file_validation, "EnableLogFileValidation", aws_boolean),   \
        API_MEMBER(                                                                                          \
            api_trail_request, cloud_watch_logs_log_group_arn, "CloudWatchLogsLogGroupArn", aws_string),     \
        API_MEMBER(api_trail_request, cloud_watch_logs_role_arn, "CloudWatchLogsRoleArn", aws_string),       \
        API_MEMBER(api_trail_request, kms_key_id, "KmsKeyId", aws_string),                                   \
        API_MEMBER(api_trail_request, is_organization_trail, "IsOrganizationTrail", aws_boolean)

static const struct aws_member create_members[] = {
    REQUEST_MEMBERS,
    API_MEMBER(api_trail_request, tags_list, "TagsList", api_tag_list),
};
static const struct aws_member update_members[] = {REQUEST_MEMBERS};
const struct aws_shape api_create_trail_request = AWS_SHAPE_OF(struct api_trail_request, create_members);
const struct aws_shape api_update_trail_request = AWS_SHAPE_OF(struct api_trail_request, update_members);

static const struct aws_member changed_trail_members[] = {
    API_MEMBER(api_trail, name, "Name", aws_string),
    API_MEMBER(api_trail, s3_bucket_name, "S3BucketName", aws_string),
    API_MEMBER(api_trail, s3_key_prefix, "S3KeyPrefix", aws_string),
    API_MEMBER(api_trail, sns_topic_name, "SnsTopicName", aws_string),
    API_MEMBER(api_trail, sns_topic_arn, "SnsTopicARN", aws_string),
    API_MEMBER(api_trail, include_global_service_events, "IncludeGlobalServiceEvents", aws_boolean),
    API_MEMBER(api_trail, is_multi_region_trail, "IsMultiRegionTrail", aws_boolean),
    API_MEMBER(api_trail, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_trail, log_file_validation_enabled, "LogFileValidationEnabled", aws_boolean),
    API_MEMBER(api_trail, cloud_watch_logs_log_group_arn, "CloudWatchLogsLogGroupArn", aws_string),
    API_MEMBER(api_trail, cloud_watch_logs_role_arn, "CloudWatchLogsRoleArn", aws_string),
    API_MEMBER(api_trail, kms_key_id, "KmsKeyId", aws_string),
    API_MEMBER(api_trail, is_organization_trail, "IsOrganizationTrail", aws_boolean),
};
const struct aws_shape api_create_trail_response = AWS_SHAPE_OF(struct api_trail, changed_trail_members);
const struct aws_shape api_update_trail_response = AWS_SHAPE_OF(struct api_trail, changed_trail_members);

static const struct aws_member trail_members[] = {
    API_MEMBER(api_trail, name, "Name", aws_string),
    API_MEMBER(api_trail, s3_bucket_name, "S3BucketName", aws_string),
    API_MEMBER(api_trail, s3_key_prefix, "S3KeyPrefix", aws_string),
    API_MEMBER(api_trail, sns_topic_name, "SnsTopicName", aws_string),
    API_MEMBER(api_trail, sns_topic_arn, "SnsTopicARN", aws_string),
    API_MEMBER(api_trail, include_global_service_events, "IncludeGlobalServiceEvents", aws_boolean),
    API_MEMBER(api_trail, is_multi_region_trail, "IsMultiRegionTrail", aws_boolean),
    API_MEMBER(api_trail, home_region, "HomeRegion", aws_string),
    API_MEMBER(api_trail, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_trail, log_file_validation_enabled, "LogFileValidationEnabled", aws_boolean),
    API_MEMBER(api_trail, cloud_watch_logs_log_group_arn, "CloudWatchLogsLogGroupArn", aws_string),
    API_MEMBER(api_trail, cloud_watch_logs_role_arn, "CloudWatchLogsRoleArn", aws_string),
    API_MEMBER(api_trail, kms_key_id, "KmsKeyId", aws_string),
    API_MEMBER(api_trail, has_custom_event_selectors, "HasCustomEventSelectors", aws_boolean),
    API_MEMBER(api_trail, has_insight_selectors, "HasInsightSelectors", aws_boolean),
    API_MEMBER(api_trail, is_organization_trail, "IsOrganizationTrail", aws_boolean),
};
static const struct aws_shape trail_shape = AWS_SHAPE_OF(struct api_trail, trail_members);
static const struct aws_shape trail_list = AWS_LIST_OF(trail_shape);

static const struct aws_member describe_request_members[] = {
    API_MEMBER(api_describe_request, trail_name_list, "trailNameList", aws_string_list),
    API_MEMBER(api_describe_request, include_shadow_trails, "includeShadowTrails", aws_boolean),
};
static const struct aws_member describe_response_members[] = {
    API_MEMBER(api_describe_response, trail_list, "trailList", trail_list),
};
const struct aws_shape api_describe_trails_request =
    AWS_SHAPE_OF(struct api_describe_request, describe_request_members);
const struct aws_shape api_describe_trails_response =
    AWS_SHAPE_OF(struct api_describe_response, describe_response_members);

static const struct aws_member name_members[] = {
    API_MEMBER(api_trail_name, name, "Name", aws_string),
};
#define NAME_SHAPE AWS_SHAPE_OF(struct api_trail_name, name_members)
const struct aws_shape api_get_trail_request = NAME_SHAPE;
const struct aws_shape api_get_trail_status_request = NAME_SHAPE;
const struct aws_shape api_delete_trail_request = NAME_SHAPE;
const struct aws_shape api_start_logging_request = NAME_SHAPE;
const struct aws_shape api_stop_logging_request = NAME_SHAPE;

static const struct aws_member get_response_members[] = {
    API_MEMBER(api_get_trail_response, trail, "Trail", trail_shape),
};
const struct aws_shape api_get_trail_response =
    AWS_SHAPE_OF(struct api_get_trail_response, get_response_members);

const struct aws_shape api_delete_trail_response = {.kind = AWS_STRUCTURE};
const struct aws_shape api_start_logging_response = {.kind = AWS_STRUCTURE};
const struct aws_shape api_stop_logging_response = {.kind = AWS_STRUCTURE};

static const struct aws_member list_request_members[] = {
    API_MEMBER(api_list_trails_request, next_token, "NextToken", aws_string),
};
static const struct aws_member trail_info_members[] = {
    API_MEMBER(api_trail, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_trail, name, "Name", aws_string),
    API_MEMBER(api_trail, home_region, "HomeRegion", aws_string),
};
static const struct aws_shape trail_info = AWS_SHAPE_OF(struct api_trail, trail_info_members);
static const struct aws_shape trail_info_list = AWS_LIST_OF(trail_info);
static const struct aws_member list_response_members[] = {
    API_MEMBER(api_list_trails_response, trails, "Trails", trail_info_list),
};
const struct aws_shape api_list_trails_request =
    AWS_SHAPE_OF(struct api_list_trails_request, list_request_members);
const struct aws_shape api_list_trails_response =
    AWS_SHAPE_OF(struct api_list_trails_response, list_response_members);

static const struct aws_member status_members[] = {
    API_MEMBER(api_trail_status, is_logging, "IsLogging", aws_boolean),
    API_MEMBER(api_trail_status, latest_delivery_error, "LatestDeliveryError", aws_string),
    API_MEMBER(api_trail_status, latest_delivery_time, "LatestDeliveryTime", aws_timestamp),
    API_MEMBER(api_trail_status, start_logging_time, "StartLoggingTime", aws_timestamp),
    API_MEMBER(api_trail_status, stop_logging_time, "StopLoggingTime", aws_timestamp),
    API_MEMBER(api_trail_status, latest_digest_delivery_time, "LatestDigestDeliveryTime", aws_timestamp),
    API_MEMBER(api_trail_status, latest_digest_delivery_error, "LatestDigestDeliveryError", aws_string),
    API_MEMBER(api_trail_status, latest_delivery_attempt_time, "LatestDeliveryAttemptTime", aws_string),
    API_MEMBER(
        api_trail_status, latest_notification_attempt_time, "LatestNotificationAttemptTime", aws_string),
    API_MEMBER(api_trail_status, latest_notification_attempt_succeeded, "LatestNotificationAttemptSucceeded",
        aws_string),
    API_MEMBER(
        api_trail_status, latest_delivery_attempt_succeeded, "LatestDeliveryAttemptSucceeded", aws_string),
    API_MEMBER(api_trail_status, time_logging_started, "TimeLoggingStarted", aws_string),
    API_MEMBER(api_trail_status, time_logging_stopped, "TimeLoggingStopped", aws_string),
};
const struct aws_shape api_get_trail_status_response = AWS_SHAPE_OF(struct api_trail_status, status_members);
