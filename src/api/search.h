/* SPDX-License-Identifier: Apache-2.0 */
/* search: what Search, Tail and LookupEvents share: filters asked for, events shown, pages. Private to api.
 */
#pragma once

#include "history/history.h"

#include "operation.h"

struct api_filter {
    struct str name, value;
};
extern const struct aws_shape api_filter_list, api_found_list, api_category_list, api_resource_list;

/* An event as Cairn's own operations show it: CloudTrail's members and what Cairn knows beside. */
struct api_found {
    struct aws_integer position;
    struct str event_id, event_name, event_source, aws_region, account_id, username, access_key_id, read_only;
    struct str event_category, source_ip_address, error_code, user_arn, door, principal, cloud_trail_event;
    struct aws_timestamp event_time, arrival_time;
    struct aws_boolean is_witnessed;
    struct aws_list resources;
};

/* Texts are those of the envelope. */
struct api_found api_show_found(
    struct arena *arena, uint64_t position, const struct event_envelope *envelope);

/* The query's filters and categories; fails where one is unknown or too much. */
bool api_search_question(struct api_call *call, const struct aws_list *filters,
    const struct aws_list *categories, struct history_query *query);

/* Everything of the query that must stay the same from page to page, as text. */
struct str api_search_parameters(struct api_call *call, const struct history_query *query);

/* lookup.c: an event as LookupEvents shows it. */
struct api_event {
    struct str event_id, event_name, read_only, access_key_id, event_source, username, cloud_trail_event;
    struct aws_timestamp event_time;
    struct aws_list resources;
};
extern const struct aws_shape api_event_list;
struct api_event api_show_event(struct arena *arena, const struct event_envelope *envelope);

/* insight_data.c: a page of the insights of management events, or of a trail's data events (`trail_arn` not
 * empty), and the token of the next one. */
NODISCARD bool api_insights_find(struct api_call *call, struct history_query *query, struct str parameters,
    struct str trail_arn, struct aws_list *ret_events, struct str *ret_next);

struct aws_list api_show_resources(struct arena *arena, const struct event_facets *facets);
struct str api_show_event_id(struct arena *arena, const struct event_facets *facets);
struct str api_show_truth(enum event_truth truth);

/* Set the query to go on behind a page's token (NULL data: a first page); fails where it is none of ours. */
bool api_page_continue(
    struct api_call *call, struct str token, struct str parameters, struct history_query *query);
struct str api_page_next(struct api_call *call, const struct history_page *page, struct str parameters);
