/* SPDX-License-Identifier: Apache-2.0 */
/* trail: what the trail operations share: members, names, finding one. Private to api. */
#pragma once

#include "aws/arn.h"
#include "catalog/trails.h"

#include "operation.h"
#include "tag.h"

/* CreateTrail and UpdateTrail. */
struct api_trail_request {
    struct str name, s3_bucket_name, s3_key_prefix, sns_topic_name;
    struct str cloud_watch_logs_log_group_arn, cloud_watch_logs_role_arn, kms_key_id;
    struct aws_boolean include_global_service_events, is_multi_region_trail, enable_log_file_validation;
    struct aws_boolean is_organization_trail;
    struct aws_list tags_list;
};

/* A trail in an answer: each operation shows a part of it. */
struct api_trail {
    struct str name, s3_bucket_name, s3_key_prefix, sns_topic_name, sns_topic_arn, home_region, trail_arn;
    struct str cloud_watch_logs_log_group_arn, cloud_watch_logs_role_arn, kms_key_id;
    struct aws_boolean include_global_service_events, is_multi_region_trail, log_file_validation_enabled;
    struct aws_boolean is_organization_trail, has_custom_event_selectors, has_insight_selectors;
};
struct api_trail api_trail_show(const struct catalog_trail *trail);

/* Operations that name a trail and nothing else. */
struct api_trail_name {
    struct str name; /* or ARN */
};

struct api_describe_request {
    struct aws_list trail_name_list;
    struct aws_boolean include_shadow_trails;
};
struct api_describe_response {
    struct aws_list trail_list; /* struct api_trail */
};
struct api_get_trail_response {
    struct api_trail *trail;
};
struct api_list_trails_request {
    struct str next_token;
};
struct api_list_trails_response {
    struct aws_list trails; /* struct api_trail */
};

/* Cairn has neither SNS nor CloudWatch Logs, so their members of the answer are never set. */
struct api_trail_status {
    struct aws_boolean is_logging;
    struct str latest_delivery_error, latest_digest_delivery_error;
    struct aws_timestamp latest_delivery_time, start_logging_time, stop_logging_time;
    struct aws_timestamp latest_digest_delivery_time;
    /* No longer in use, says AWS, and still sends them: texts of times, empty where there is none. */
    struct str latest_delivery_attempt_time, latest_notification_attempt_time;
    struct str latest_notification_attempt_succeeded, latest_delivery_attempt_succeeded;
    struct str time_logging_started, time_logging_stopped;
};

/* AWS's rules of names; fails with InvalidTrailNameException. */
bool api_trail_check_name(struct api_call *call, struct str name);

/* Fails with CloudTrailARNInvalidException where `text` is no trail's ARN. */
bool api_trail_parse_arn(
    struct api_call *call, struct str text, struct aws_arn *ret_arn, struct str *ret_name);

/* The caller's trail of that name (at home in this region) or ARN (any region). */
bool api_trail_find(struct api_call *call, struct str name_or_arn, struct catalog_trail *ret_trail);

/* The same for changing it: only from its home region. */
bool api_trail_find_at_home(struct api_call *call, struct str name_or_arn, struct catalog_trail *ret_trail);

/* Another trail, or this one as a multi-region one, must fit into every region that would show it. */
bool api_trail_check_limit(struct api_call *call, bool is_multi_region, uint64_t except_id /* itself */);

/* KmsKeyNotFoundException for any key, InvalidKmsKeyIdException for what cannot be one; an empty text passes.
 */
bool api_kms_key_check(struct api_call *call, struct str key);

/* The trail's bucket takes its log files. */
bool api_trail_check_bucket(struct api_call *call, const struct catalog_trail *trail);

/* trail_check.c: everything of a request that needs no other state than itself. */
bool api_trail_check_request(struct api_call *call, const struct api_trail_request *request);
