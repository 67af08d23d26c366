/* SPDX-License-Identifier: Apache-2.0 */
/* dashboard_shape.c: requests and answers of the operations on dashboards as tables, in AWS's order. */
#include "api/tag.h"

#include "dashboard.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
static const struct aws_pattern name_pattern = {"^[a-zA-Z0-9_\\-]+$", NAME_CHARACTERS};
static const struct aws_pattern view_pattern = {"^[a-zA-Z0-9._\\- ]+$", NAME_CHARACTERS ". "};
static const struct aws_pattern time_pattern = {"^[0-9]{2}:[0-9]{2}", "0123456789:"};
static const char *const units[] = {"HOURS", "DAYS", NULL};
static const char *const statuses[] = {"ENABLED", "DISABLED", NULL};
static const char *const types[] = {"MANAGED", "CUSTOM", NULL};

static const struct aws_shape reference = {.kind = AWS_STRING, .pattern = &aws_pattern_resource};
static const struct aws_shape name = {.kind = AWS_STRING, .min = 3, .max = 128, .pattern = &name_pattern};
static const struct aws_shape statement = {.kind = AWS_STRING, .min = 1, .max = 10000};
static const struct aws_shape parameter = {.kind = AWS_STRING, .min = 1, .max = 1024};
static const struct aws_shape parameters = {.kind = AWS_LIST, .element = &parameter, .min = 1, .max = 10};
static const struct aws_shape view = {.kind = AWS_STRING, .min = 1, .max = 128, .pattern = &view_pattern};
static const struct aws_shape views = {.kind = AWS_MAP, .element = &view};
static const struct aws_shape value = {
    .kind = AWS_STRING, .min = 1, .max = 128, .pattern = &aws_pattern_resource};
static const struct aws_shape values = {.kind = AWS_MAP, .element = &value};
static const struct aws_shape unit = {.kind = AWS_STRING, .values = units};
static const struct aws_shape status = {.kind = AWS_STRING, .values = statuses};
static const struct aws_shape type = {.kind = AWS_STRING, .values = types};
static const struct aws_shape time_of_day = {.kind = AWS_STRING, .pattern = &time_pattern};
static const struct aws_shape max_results = {.kind = AWS_INTEGER, .min = 1, .max = 1000};

static const struct aws_member frequency_members[] = {
    API_MEMBER(lakeapi_frequency, unit, "Unit", unit),
    API_MEMBER(lakeapi_frequency, value, "Value", aws_integer),
};
static const struct aws_shape frequency = AWS_SHAPE_OF(struct lakeapi_frequency, frequency_members);
static const struct aws_member schedule_members[] = {
    API_MEMBER(lakeapi_schedule, frequency, "Frequency", frequency),
    API_MEMBER(lakeapi_schedule, status, "Status", status),
    API_MEMBER(lakeapi_schedule, time_of_day, "TimeOfDay", time_of_day),
};
static const struct aws_shape schedule = AWS_SHAPE_OF(struct lakeapi_schedule, schedule_members);

static const struct aws_member asked_widget_members[] = {
    API_REQUIRED(lakeapi_widget, query_statement, "QueryStatement", statement),
    API_MEMBER(lakeapi_widget, query_parameters, "QueryParameters", parameters),
    API_REQUIRED(lakeapi_widget, view_properties, "ViewProperties", views),
};
static const struct aws_shape asked_widget = AWS_SHAPE_OF(struct lakeapi_widget, asked_widget_members);
static const struct aws_shape asked_widgets = AWS_LIST_OF(asked_widget);
static const struct aws_member widget_members[] = {
    API_MEMBER(lakeapi_widget, query_alias, "QueryAlias", aws_string),
    API_MEMBER(lakeapi_widget, query_statement, "QueryStatement", aws_string),
    API_MEMBER(lakeapi_widget, query_parameters, "QueryParameters", aws_string_list),
    API_MEMBER(lakeapi_widget, view_properties, "ViewProperties", aws_string_map),
};
static const struct aws_shape widget = AWS_SHAPE_OF(struct lakeapi_widget, widget_members);
static const struct aws_shape widgets = AWS_LIST_OF(widget);

#define REQUEST(field, name, shape) API_MEMBER(lakeapi_dashboard_request, field, name, shape)
#define NEEDED(field, name, shape)  API_REQUIRED(lakeapi_dashboard_request, field, name, shape)
#define PROTECTION                  REQUEST(termination_protection_enabled, "TerminationProtectionEnabled", aws_boolean)
static const struct aws_member create_members[] = {
    NEEDED(name, "Name", name),
    REQUEST(refresh_schedule, "RefreshSchedule", schedule),
    REQUEST(tags_list, "TagsList", api_tag_list),
    PROTECTION,
    REQUEST(widgets, "Widgets", asked_widgets),
};
static const struct aws_member update_members[] = {
    NEEDED(dashboard_id, "DashboardId", reference),
    REQUEST(widgets, "Widgets", asked_widgets),
    REQUEST(refresh_schedule, "RefreshSchedule", schedule),
    PROTECTION,
};
static const struct aws_member named_members[] = {NEEDED(dashboard_id, "DashboardId", reference)};
static const struct aws_member refresh_members[] = {
    NEEDED(dashboard_id, "DashboardId", reference),
    REQUEST(query_parameter_values, "QueryParameterValues", values),
};
#undef REQUEST
#undef NEEDED
#undef PROTECTION

#define SHOWN(field, name, shape) API_MEMBER(lakeapi_dashboard, field, name, shape)
#define ARN                       SHOWN(dashboard_arn, "DashboardArn", aws_string)
#define TYPE                      SHOWN(type, "Type", aws_string)
#define WIDGETS                   SHOWN(widgets, "Widgets", widgets)
#define SCHEDULE                  SHOWN(refresh_schedule, "RefreshSchedule", schedule)
#define TIMES                                                                                                \
    SHOWN(created_timestamp, "CreatedTimestamp", aws_timestamp),                                             \
        SHOWN(updated_timestamp, "UpdatedTimestamp", aws_timestamp)
#define PROTECTION SHOWN(termination_protection_enabled, "TerminationProtectionEnabled", aws_boolean)
static const struct aws_member created_members[] = {
    ARN,
    SHOWN(name, "Name", aws_string),
    TYPE,
    WIDGETS,
    SHOWN(tags_list, "TagsList", api_tag_list),
    SCHEDULE,
    PROTECTION,
};
static const struct aws_member full_members[] = {
    ARN,
    TYPE,
    SHOWN(status, "Status", aws_string),
    WIDGETS,
    SCHEDULE,
    TIMES,
    SHOWN(last_refresh_id, "LastRefreshId", aws_string),
    SHOWN(last_failure_reason, "LastRefreshFailureReason", aws_string),
    PROTECTION,
};
static const struct aws_member updated_members[] = {
    ARN,
    SHOWN(name, "Name", aws_string),
    TYPE,
    WIDGETS,
    SCHEDULE,
    PROTECTION,
    TIMES,
};
static const struct aws_member listed_members[] = {ARN, TYPE};
static const struct aws_member refreshed_members[] = {SHOWN(refresh_id, "RefreshId", aws_string)};
static const struct aws_member kept_members[] = {WIDGETS};
#undef SHOWN
#undef ARN
#undef TYPE
#undef WIDGETS
#undef SCHEDULE
#undef TIMES
#undef PROTECTION

#define ASKED(members)  AWS_SHAPE_OF(struct lakeapi_dashboard_request, members)
#define ANSWER(members) AWS_SHAPE_OF(struct lakeapi_dashboard, members)
const struct aws_shape lakeapi_create_dashboard_request = ASKED(create_members);
const struct aws_shape lakeapi_create_dashboard_response = ANSWER(created_members);
const struct aws_shape lakeapi_get_dashboard_request = ASKED(named_members);
const struct aws_shape lakeapi_get_dashboard_response = ANSWER(full_members);
const struct aws_shape lakeapi_update_dashboard_request = ASKED(update_members);
const struct aws_shape lakeapi_update_dashboard_response = ANSWER(updated_members);
const struct aws_shape lakeapi_delete_dashboard_request = ASKED(named_members);
const struct aws_shape lakeapi_delete_dashboard_response = {.kind = AWS_STRUCTURE};
const struct aws_shape lakeapi_start_refresh_request = ASKED(refresh_members);
const struct aws_shape lakeapi_start_refresh_response = ANSWER(refreshed_members);
const struct aws_shape lakeapi_widget_list_shape = ANSWER(kept_members);

static const struct aws_member list_members[] = {
    API_MEMBER(lakeapi_list_dashboards_request, name_prefix, "NamePrefix", name),
    API_MEMBER(lakeapi_list_dashboards_request, type, "Type", type),
    API_MEMBER(lakeapi_list_dashboards_request, next_token, "NextToken", aws_string),
    API_MEMBER(lakeapi_list_dashboards_request, max_results, "MaxResults", max_results),
};
static const struct aws_shape listed = ANSWER(listed_members);
static const struct aws_shape listed_dashboards = AWS_LIST_OF(listed);
static const struct aws_member list_response_members[] = {
    API_MEMBER(lakeapi_list_dashboards_response, dashboards, "Dashboards", listed_dashboards),
    API_MEMBER(lakeapi_list_dashboards_response, next_token, "NextToken", aws_string),
};
const struct aws_shape lakeapi_list_dashboards_request =
    AWS_SHAPE_OF(struct lakeapi_list_dashboards_request, list_members);
const struct aws_shape lakeapi_list_dashboards_response =
    AWS_SHAPE_OF(struct lakeapi_list_dashboards_response, list_response_members);
