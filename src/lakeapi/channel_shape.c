/* SPDX-License-Identifier: Apache-2.0 */
/* channel_shape.c: requests and answers of the operations on channels as tables, in the order of AWS's model.
 */
#include "api/tag.h"

#include "channel.h"

static const char *const destination_types[] = {"EVENT_DATA_STORE", "AWS_SERVICE", NULL};
static const struct aws_pattern location_pattern = {
    "^[a-zA-Z0-9._/\\-:*]+$", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-:*"};

static const struct aws_shape reference = {
    .kind = AWS_STRING, .min = 3, .max = 256, .pattern = &aws_pattern_resource};
static const struct aws_shape name = {.kind = AWS_STRING, .min = 3, .max = 128, .pattern = &aws_pattern_name};
static const struct aws_shape source = {.kind = AWS_STRING, .min = 1, .max = 256};
static const struct aws_shape destination_type = {.kind = AWS_STRING, .values = destination_types};
static const struct aws_shape location = {
    .kind = AWS_STRING, .min = 3, .max = 1024, .pattern = &location_pattern};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = 1000};

static const struct aws_member destination_members[] = {
    API_REQUIRED(lakeapi_destination, type, "Type", destination_type),
    API_REQUIRED(lakeapi_destination, location, "Location", location),
};
static const struct aws_shape destination = AWS_SHAPE_OF(struct lakeapi_destination, destination_members);
static const struct aws_shape destinations = {
    .kind = AWS_LIST, .element = &destination, .min = 1, .max = 200};

#define REQUEST(field, name, shape) API_MEMBER(lakeapi_channel_request, field, name, shape)
#define NEEDED(field, name, shape)  API_REQUIRED(lakeapi_channel_request, field, name, shape)
static const struct aws_member create_members[] = {
    NEEDED(name, "Name", name),
    NEEDED(source, "Source", source),
    NEEDED(destinations, "Destinations", destinations),
    REQUEST(tags, "Tags", api_tag_list),
};
static const struct aws_member update_members[] = {
    NEEDED(channel, "Channel", reference),
    REQUEST(destinations, "Destinations", destinations),
    REQUEST(name, "Name", name),
};
static const struct aws_member named_members[] = {NEEDED(channel, "Channel", reference)};
#undef REQUEST
#undef NEEDED

#define STATUS(field, name, shape) API_MEMBER(lakeapi_ingestion, field, name, shape)
static const struct aws_member ingestion_members[] = {
    STATUS(latest_success_time, "LatestIngestionSuccessTime", aws_timestamp),
    STATUS(latest_success_event_id, "LatestIngestionSuccessEventID", aws_string),
    STATUS(latest_error_code, "LatestIngestionErrorCode", aws_string),
    STATUS(latest_attempt_time, "LatestIngestionAttemptTime", aws_timestamp),
    STATUS(latest_attempt_event_id, "LatestIngestionAttemptEventID", aws_string),
};
#undef STATUS
static const struct aws_shape ingestion = AWS_SHAPE_OF(struct lakeapi_ingestion, ingestion_members);

#define SHOWN(field, name, shape) API_MEMBER(lakeapi_channel, field, name, shape)
#define IDENTITY                  SHOWN(channel_arn, "ChannelArn", aws_string), SHOWN(name, "Name", aws_string)
#define ROUTE                     IDENTITY, SHOWN(source, "Source", aws_string), SHOWN(destinations, "Destinations", destinations)
static const struct aws_member created_members[] = {ROUTE, SHOWN(tags, "Tags", api_tag_list)};
static const struct aws_member full_members[] = {
    ROUTE, SHOWN(ingestion_status, "IngestionStatus", ingestion)};
static const struct aws_member updated_members[] = {ROUTE};
static const struct aws_member listed_members[] = {IDENTITY};
#undef SHOWN
#undef IDENTITY
#undef ROUTE

const struct aws_shape lakeapi_create_channel_request =
    AWS_SHAPE_OF(struct lakeapi_channel_request, create_members);
const struct aws_shape lakeapi_create_channel_response =
    AWS_SHAPE_OF(struct lakeapi_channel, created_members);
const struct aws_shape lakeapi_get_channel_request =
    AWS_SHAPE_OF(struct lakeapi_channel_request, named_members);
const struct aws_shape lakeapi_get_channel_response = AWS_SHAPE_OF(struct lakeapi_channel, full_members);
const struct aws_shape lakeapi_update_channel_request =
    AWS_SHAPE_OF(struct lakeapi_channel_request, update_members);
const struct aws_shape lakeapi_update_channel_response =
    AWS_SHAPE_OF(struct lakeapi_channel, updated_members);
const struct aws_shape lakeapi_delete_channel_request =
    AWS_SHAPE_OF(struct lakeapi_channel_request, named_members);
const struct aws_shape lakeapi_delete_channel_response = {.kind = AWS_STRUCTURE};

static const struct aws_member list_members[] = {
    API_MEMBER(lakeapi_list_channels_request, max_results, "MaxResults", max_results),
    API_MEMBER(lakeapi_list_channels_request, next_token, "NextToken", aws_string),
};
static const struct aws_shape listed = AWS_SHAPE_OF(struct lakeapi_channel, listed_members);
static const struct aws_shape listed_channels = AWS_LIST_OF(listed);
static const struct aws_member list_response_members[] = {
    API_MEMBER(lakeapi_list_channels_response, channels, "Channels", listed_channels),
    API_MEMBER(lakeapi_list_channels_response, next_token, "NextToken", aws_string),
};
const struct aws_shape lakeapi_list_channels_request =
    AWS_SHAPE_OF(struct lakeapi_list_channels_request, list_members);
const struct aws_shape lakeapi_list_channels_response =
    AWS_SHAPE_OF(struct lakeapi_list_channels_response, list_response_members);
