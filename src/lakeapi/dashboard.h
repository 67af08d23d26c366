/* SPDX-License-Identifier: Apache-2.0 */
/* dashboard: what the operations on dashboards share. */
#pragma once

#include "catalog/dashboards.h"

#include "private.h"

enum {
    LAKEAPI_DASHBOARDS_MAX = 100, /* of an account and region */
    LAKEAPI_WIDGETS_MAX = 10,
};
#define LAKEAPI_HIGHLIGHTS "AWSCloudTrail-Highlights"

struct lakeapi_widget {
    struct str query_alias, query_statement;
    struct aws_list query_parameters; /* texts, in the order of the '?' of the statement */
    struct aws_list view_properties;  /* a map */
};
struct lakeapi_frequency {
    struct str unit;
    struct aws_integer value;
};
struct lakeapi_schedule {
    struct lakeapi_frequency *frequency;
    struct str status, time_of_day;
};

/* Every operation's request takes a part of it. */
struct lakeapi_dashboard_request {
    struct str dashboard_id; /* name or ARN */
    struct str name;
    struct lakeapi_schedule *refresh_schedule;
    struct aws_list tags_list, widgets;     /* struct api_tag, struct lakeapi_widget */
    struct aws_list query_parameter_values; /* a map */
    struct aws_boolean termination_protection_enabled;
};

/* A dashboard in an answer: each operation shows a part of it. */
struct lakeapi_dashboard {
    struct str dashboard_arn, name, type, status, last_refresh_id, last_failure_reason, refresh_id;
    struct aws_list widgets, tags_list;
    struct lakeapi_schedule *refresh_schedule;
    struct aws_timestamp created_timestamp, updated_timestamp;
    struct aws_boolean termination_protection_enabled;
};

struct lakeapi_list_dashboards_request {
    struct str name_prefix, type, next_token;
    struct aws_integer max_results;
};
struct lakeapi_list_dashboards_response {
    struct aws_list dashboards; /* struct lakeapi_dashboard */
    struct str next_token;
};

/* Widgets alone, as the catalog keeps them. */
extern const struct aws_shape lakeapi_widget_list_shape;

/* The caller's dashboard of that name or ARN, in this region; one that every account has, and that was never
 * refreshed, has the id 0. ResourceNotFoundException. */
bool lakeapi_dashboard_find(
    struct api_call *call, struct str reference, struct catalog_dashboard *ret_dashboard);

/* Its widgets (struct lakeapi_widget). */
bool lakeapi_dashboard_widgets(
    struct api_call *call, const struct catalog_dashboard *dashboard, struct aws_list *ret_widgets);

/* Fill the answer. */
bool lakeapi_dashboard_show(
    struct api_call *call, const struct catalog_dashboard *dashboard, struct lakeapi_dashboard *ret_shown);

/* dashboard_managed.c: the dashboards that Cairn brings: Highlights, which an account turns on, and those
 * that every account has. */
bool lakeapi_dashboard_is_managed(struct str name);
size_t lakeapi_dashboards_managed(const char *const **ret_names); /* without Highlights */
struct aws_list lakeapi_dashboard_managed_widgets(struct arena *arena, struct str name);

/* dashboard_widget.c: put the values of parameters into a widget's statement; `values` is a map from
 * "$StartTime$" and the like. Missing ones: the last day. */
bool lakeapi_widget_fill(struct api_call *call, const struct lakeapi_widget *widget,
    const struct aws_list *values, struct str *ret_statement);

/* Only parameters that such a dashboard has: ValidationException. */
bool lakeapi_widget_check_parameter(struct api_call *call, struct str parameter, bool is_managed);

/* dashboard_refresh.c: when a schedule is due next, after `now`; MOMENT_NONE where it is off. */
struct moment lakeapi_schedule_next(const struct catalog_dashboard *dashboard, struct moment now);

/* For api's operations on tags. */
bool lakeapi_dashboard_load_tags(
    struct api_call *call, const struct aws_arn *arn, struct str name, struct api_tagged *ret_tagged);
bool lakeapi_dashboard_save_tags(struct api_call *call, const struct api_tagged *tagged);
