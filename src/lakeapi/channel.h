/* SPDX-License-Identifier: Apache-2.0 */
/* channel: the operations on channels, and their tags. */
#pragma once

#include "catalog/channels.h"

#include "private.h"

enum { LAKEAPI_CHANNELS_MAX = 25 }; /* of an account and region */

struct lakeapi_destination {
    struct str type, location;
};

/* Every operation's request takes a part of it. */
struct lakeapi_channel_request {
    struct str channel; /* ARN, or id */
    struct str name, source;
    struct aws_list destinations, tags; /* struct lakeapi_destination, struct api_tag */
};

struct lakeapi_ingestion {
    struct aws_timestamp latest_success_time, latest_attempt_time;
    struct str latest_success_event_id, latest_error_code, latest_attempt_event_id;
};

/* A channel in an answer: each operation shows a part of it. */
struct lakeapi_channel {
    struct str channel_arn, name, source;
    struct aws_list destinations, tags;
    struct lakeapi_ingestion *ingestion_status;
};

struct lakeapi_list_channels_request {
    struct aws_integer max_results;
    struct str next_token;
};
struct lakeapi_list_channels_response {
    struct aws_list channels; /* struct lakeapi_channel */
    struct str next_token;
};

/* The caller's channel in this region, by ARN or id: ChannelARNInvalidException, ChannelNotFoundException. */
bool lakeapi_channel_find(struct api_call *call, struct str reference, struct catalog_channel *ret_channel);

/* For api's operations on tags. */
bool lakeapi_channel_load_tags(
    struct api_call *call, const struct aws_arn *arn, struct str uuid, struct api_tagged *ret_tagged);
bool lakeapi_channel_save_tags(struct api_call *call, const struct api_tagged *tagged);
