/* SPDX-License-Identifier: Apache-2.0 */
/* import_shape.c: requests and answers of the operations on imports as tables, in the order of AWS's model.
 */
#include "import.h"
#include "page.h"
#include "store.h"

static const char *const statuses[] = {"INITIALIZING", "IN_PROGRESS", "FAILED", "STOPPED", "COMPLETED", NULL};

static const struct aws_shape import_id = {
    .kind = AWS_STRING, .min = 36, .max = 36, .pattern = &aws_pattern_uuid};
static const struct aws_shape status = {.kind = AWS_STRING, .values = statuses};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = LAKEAPI_RESULTS_MAX};
static const struct aws_shape destinations = {
    .kind = AWS_LIST, .element = &lakeapi_store_reference, .min = 1, .max = 1};

static const struct aws_member s3_members[] = {
    API_REQUIRED(lakeapi_s3_source, location_uri, "S3LocationUri", aws_string),
    API_REQUIRED(lakeapi_s3_source, bucket_region, "S3BucketRegion", aws_string),
    API_REQUIRED(lakeapi_s3_source, access_role_arn, "S3BucketAccessRoleArn", aws_string),
};
static const struct aws_shape s3_source = AWS_SHAPE_OF(struct lakeapi_s3_source, s3_members);
static const struct aws_member source_members[] = {
    API_REQUIRED(lakeapi_import_source, s3, "S3", s3_source),
};
static const struct aws_shape import_source = AWS_SHAPE_OF(struct lakeapi_import_source, source_members);

#define REQUEST(field, name, shape) API_MEMBER(lakeapi_import_request, field, name, shape)
#define NAMED                       API_REQUIRED(lakeapi_import_request, import_id, "ImportId", import_id)
#define PAGE                        REQUEST(max_results, "MaxResults", max_results), REQUEST(next_token, "NextToken", aws_string)
static const struct aws_member start_members[] = {
    REQUEST(destinations, "Destinations", destinations),
    REQUEST(import_source, "ImportSource", import_source),
    REQUEST(start_event_time, "StartEventTime", aws_timestamp),
    REQUEST(end_event_time, "EndEventTime", aws_timestamp),
    REQUEST(import_id, "ImportId", import_id),
};
static const struct aws_member named_members[] = {NAMED};
static const struct aws_member list_members[] = {
    REQUEST(destination, "Destination", lakeapi_store_reference),
    REQUEST(import_status, "ImportStatus", status),
    PAGE,
};
static const struct aws_member list_failures_members[] = {NAMED, PAGE};
#undef REQUEST
#undef NAMED
#undef PAGE

#define STATISTIC(field, name) API_MEMBER(lakeapi_import_statistics, field, name, aws_long)
static const struct aws_member statistics_members[] = {
    STATISTIC(prefixes_found, "PrefixesFound"),
    STATISTIC(prefixes_completed, "PrefixesCompleted"),
    STATISTIC(files_completed, "FilesCompleted"),
    STATISTIC(events_completed, "EventsCompleted"),
    STATISTIC(failed_entries, "FailedEntries"),
};
#undef STATISTIC
static const struct aws_shape statistics = AWS_SHAPE_OF(struct lakeapi_import_statistics, statistics_members);

#define SHOWN(field, name, shape) API_MEMBER(lakeapi_import, field, name, shape)
#define ALL                                                                                                  \
    SHOWN(import_id, "ImportId", aws_string), SHOWN(destinations, "Destinations", aws_string_list),          \
        SHOWN(import_source, "ImportSource", import_source),                                                 \
        SHOWN(start_event_time, "StartEventTime", aws_timestamp),                                            \
        SHOWN(end_event_time, "EndEventTime", aws_timestamp),                                                \
        SHOWN(import_status, "ImportStatus", aws_string),                                                    \
        SHOWN(created_timestamp, "CreatedTimestamp", aws_timestamp),                                         \
        SHOWN(updated_timestamp, "UpdatedTimestamp", aws_timestamp)
static const struct aws_member started_members[] = {ALL};
static const struct aws_member full_members[] = {
    ALL, SHOWN(import_statistics, "ImportStatistics", statistics)};
static const struct aws_member listed_members[] = {
    SHOWN(import_id, "ImportId", aws_string),
    SHOWN(import_status, "ImportStatus", aws_string),
    SHOWN(destinations, "Destinations", aws_string_list),
    SHOWN(created_timestamp, "CreatedTimestamp", aws_timestamp),
    SHOWN(updated_timestamp, "UpdatedTimestamp", aws_timestamp),
};
#undef SHOWN
#undef ALL
static const struct aws_shape listed = AWS_SHAPE_OF(struct lakeapi_import, listed_members);
static const struct aws_shape listed_imports = AWS_LIST_OF(listed);
static const struct aws_member list_response_members[] = {
    API_MEMBER(lakeapi_list_imports_response, imports, "Imports", listed_imports),
    API_MEMBER(lakeapi_list_imports_response, next_token, "NextToken", aws_string),
};

#define SHOWN(field, name, shape) API_MEMBER(lakeapi_import_failure, field, name, shape)
static const struct aws_member failure_members[] = {
    SHOWN(location, "Location", aws_string),
    SHOWN(status, "Status", aws_string),
    SHOWN(error_type, "ErrorType", aws_string),
    SHOWN(error_message, "ErrorMessage", aws_string),
    SHOWN(last_updated_time, "LastUpdatedTime", aws_timestamp),
};
#undef SHOWN
static const struct aws_shape failure = AWS_SHAPE_OF(struct lakeapi_import_failure, failure_members);
static const struct aws_shape failures = AWS_LIST_OF(failure);
static const struct aws_member failures_response_members[] = {
    API_MEMBER(lakeapi_import_failures_response, failures, "Failures", failures),
    API_MEMBER(lakeapi_import_failures_response, next_token, "NextToken", aws_string),
};

const struct aws_shape lakeapi_start_import_request =
    AWS_SHAPE_OF(struct lakeapi_import_request, start_members);
const struct aws_shape lakeapi_start_import_response = AWS_SHAPE_OF(struct lakeapi_import, started_members);
const struct aws_shape lakeapi_get_import_request =
    AWS_SHAPE_OF(struct lakeapi_import_request, named_members);
const struct aws_shape lakeapi_get_import_response = AWS_SHAPE_OF(struct lakeapi_import, full_members);
const struct aws_shape lakeapi_stop_import_request =
    AWS_SHAPE_OF(struct lakeapi_import_request, named_members);
const struct aws_shape lakeapi_stop_import_response = AWS_SHAPE_OF(struct lakeapi_import, full_members);
const struct aws_shape lakeapi_list_imports_request =
    AWS_SHAPE_OF(struct lakeapi_import_request, list_members);
const struct aws_shape lakeapi_list_imports_response =
    AWS_SHAPE_OF(struct lakeapi_list_imports_response, list_response_members);
const struct aws_shape lakeapi_list_import_failures_request =
    AWS_SHAPE_OF(struct lakeapi_import_request, list_failures_members);
const struct aws_shape lakeapi_list_import_failures_response =
    AWS_SHAPE_OF(struct lakeapi_import_failures_response, failures_response_members);
