/* SPDX-License-Identifier: Apache-2.0 */
/* dashboard_change.c: CreateDashboard, UpdateDashboard, DeleteDashboard. */
#include "api/tag.h"
#include "base/own.h"
#include "catalog/aliases.h"
#include "catalog/resource_tags.h"

#include "dashboard.h"
#include "query.h"

enum { VIEW_KEY_SIZE_MIN = 3, VIEW_KEY_SIZE_MAX = 128 };

/* ---- widgets ---- */

static bool check_views(struct api_call *call, const struct aws_list *views) {
    for (size_t i = 0; i < views->count; i++) {
        struct str key = AWS_ITEM(*views, struct aws_entry, i)->key;
        bool is_fine = key.size >= VIEW_KEY_SIZE_MIN && key.size <= VIEW_KEY_SIZE_MAX;
        for (size_t j = 0; j < key.size && is_fine; j++) {
            char c = key.data[j];
            is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
        }
        if (!is_fine)
            return api_fail(call, API_VALIDATION, "The key %.*s of ViewProperties is not valid.",
                STR(str_slice(key, 0, 64)));
    }
    return true;
}

/* Its parameters are those that there are, and with values for them the engine would take the query. */
static bool check_widget(struct api_call *call, const struct lakeapi_widget *widget) {
    const struct aws_list no_values = {false, 0, NULL};
    struct str none = STR_EMPTY;
    struct lakeapi_query_order order = {.statement = none,
        .alias = none,
        .prompt = none,
        .refresh_id = none,
        .delivery_uri = none,
        .owner = none};
    struct catalog_query ignored;
    for (size_t i = 0; i < widget->query_parameters.count; i++)
        if (!lakeapi_widget_check_parameter(call, *AWS_ITEM(widget->query_parameters, struct str, i), false))
            return false;
    return check_views(call, &widget->view_properties) &&
           lakeapi_widget_fill(call, widget, &no_values, &order.statement) &&
           lakeapi_query_prepare(call, &order, &ignored);
}

static bool check_widgets(struct api_call *call, const struct lakeapi_dashboard_request *request) {
    if (request->widgets.count > LAKEAPI_WIDGETS_MAX)
        return api_fail(call, API_QUOTA, "A dashboard has at most %d widgets.", LAKEAPI_WIDGETS_MAX);
    for (size_t i = 0; i < request->widgets.count; i++)
        if (!check_widget(call, AWS_ITEM(request->widgets, struct lakeapi_widget, i)))
            return false;
    return true;
}

/* A widget whose statement stays keeps its alias, and with it the results of its last refresh. */
static struct str alias_of(
    struct api_call *call, const struct lakeapi_widget *widget, const struct aws_list *before, bool *taken) {
    for (size_t i = 0; i < before->count; i++) {
        const struct lakeapi_widget *old = AWS_ITEM(*before, struct lakeapi_widget, i);
        if (!taken[i] && str_equals(old->query_statement, widget->query_statement)) {
            taken[i] = true;
            return old->query_alias;
        }
    }
    return lakeapi_new_alias(call);
}

static bool save_aliases(struct api_call *call, const struct catalog_dashboard *dashboard,
    const struct lakeapi_widget *widgets, size_t count) {
    struct error error = {0};
    if (!catalog_alias_delete_of(call->change, dashboard->arn, &error))
        return api_fail_with(call, &error);
    for (size_t i = 0; i < count; i++) {
        struct catalog_alias alias = {.account = call->account,
            .region = call->region,
            .alias = widgets[i].query_alias,
            .statement = widgets[i].query_statement,
            .prompt = STR_EMPTY,
            .dashboard_arn = dashboard->arn,
            .created_at = call->now};
        if (!catalog_alias_add(call->change, &alias, &error))
            return api_fail_with(call, &error);
    }
    return true;
}

/* Take the request's widgets, where it has some. */
static bool take_widgets(struct api_call *call, const struct lakeapi_dashboard_request *request,
    struct catalog_dashboard *dashboard) {
    struct aws_list before = {false, 0, NULL};
    bool taken[LAKEAPI_WIDGETS_MAX] = {false};
    if (!request->widgets.is_set)
        return true;
    if (!lakeapi_dashboard_widgets(call, dashboard, &before))
        return false;
    size_t count = request->widgets.count;
    struct lakeapi_widget *widgets = ARENA_ARRAY(call->arena, count, struct lakeapi_widget);
    for (size_t i = 0; i < count; i++) {
        widgets[i] = *AWS_ITEM(request->widgets, struct lakeapi_widget, i);
        widgets[i].query_alias = alias_of(call, &widgets[i], &before, taken);
    }
    struct lakeapi_dashboard kept = {.widgets = {true, count, widgets}};
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    aws_shape_encode(&writer, &lakeapi_widget_list_shape, &kept, AWS_STYLE_WIRE);
    dashboard->widgets = arena_str(call->arena, buf_str(&text));
    return save_aliases(call, dashboard, widgets, count);
}

/* ---- schedule ---- */

static bool check_time_of_day(struct api_call *call, struct str text) {
    struct str minutes = text, hours = str_cut(&minutes, ':');
    uint64_t hour = 0, minute = 0;
    bool is_fine = text.size == 5 && hours.size == 2 && str_to_u64(hours, &hour) &&
                   str_to_u64(minutes, &minute) && hour < 24 && minute < 60;
    return is_fine ||
           api_fail(call, API_VALIDATION, "The TimeOfDay %.*s is not valid: it must be from 00:00 to 23:59.",
               STR(str_slice(text, 0, 16)));
}

static bool is_frequency(uint64_t value, bool is_days, bool is_managed) {
    if (is_managed)
        return !is_days && value == 6;
    if (is_days)
        return value == 1;
    return value == 1 || value == 6 || value == 12 || value == 24;
}

/* Take the request's schedule, where it has one; what it leaves out stays as it was. */
static bool take_schedule(
    struct api_call *call, const struct lakeapi_schedule *schedule, struct catalog_dashboard *dashboard) {
    if (schedule == NULL)
        return true;
    if (schedule->frequency != NULL && schedule->frequency->unit.data != NULL)
        dashboard->schedule_is_days = str_is(schedule->frequency->unit, "DAYS");
    if (schedule->frequency != NULL && schedule->frequency->value.is_set)
        dashboard->schedule_value =
            schedule->frequency->value.value > 0 ? (uint64_t)schedule->frequency->value.value : 0;
    if (schedule->status.data != NULL)
        dashboard->schedule_is_enabled = str_is(schedule->status, "ENABLED");
    else if (!dashboard->has_schedule)
        dashboard->schedule_is_enabled = true;
    if (schedule->time_of_day.data != NULL)
        dashboard->schedule_time_of_day = schedule->time_of_day;
    if (!is_frequency(dashboard->schedule_value, dashboard->schedule_is_days, dashboard->is_managed))
        return api_fail(call, API_VALIDATION,
            dashboard->is_managed
                ? "The refresh schedule of the Highlights dashboard must be every 6 HOURS."
                : "The refresh schedule must be every 1, 6, 12 or 24 HOURS, or every 1 DAYS.");
    if (!check_time_of_day(call, dashboard->schedule_time_of_day))
        return false;
    dashboard->has_schedule = true;
    dashboard->next_refresh_at = lakeapi_schedule_next(dashboard, call->now);
    return true;
}

/* ---- operations ---- */

static struct catalog_dashboard new_dashboard(
    struct api_call *call, const struct lakeapi_dashboard_request *request) {
    struct str none = STR_EMPTY;
    return (struct catalog_dashboard){.account = call->account,
        .region = call->region,
        .name = request->name,
        .arn = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:dashboard/%.*s",
            STR(aws_partition_of(call->region)), STR(call->region), STR(call->account), STR(request->name)),
        .is_managed = str_is(request->name, LAKEAPI_HIGHLIGHTS),
        .widgets = none,
        .schedule_time_of_day = STR_LITERAL("00:00"),
        .has_termination_protection = request->termination_protection_enabled.value,
        .created_at = call->now,
        .updated_at = call->now,
        .next_refresh_at = MOMENT_NONE,
        .last_refresh_id = none,
        .last_failure_reason = none};
}

static bool check_name(struct api_call *call, const struct lakeapi_dashboard_request *request) {
    struct catalog_dashboard *dashboards = NULL;
    size_t count = 0;
    struct error error = {0};
    if (!catalog_dashboard_list(call->api->options.catalog, call->account, call->region, call->arena,
            &dashboards, &count, &error))
        return api_fail_with(call, &error);
    bool is_taken = lakeapi_dashboard_is_managed(request->name);
    for (size_t i = 0; i < count; i++)
        is_taken = is_taken || str_equals(dashboards[i].name, request->name);
    if (is_taken)
        return api_fail(
            call, API_CONFLICT, "A dashboard with the name %.*s already exists.", STR(request->name));
    return count < LAKEAPI_DASHBOARDS_MAX ||
           api_fail(call, API_QUOTA, "Your account has used the maximum number of dashboards: %d.",
               LAKEAPI_DASHBOARDS_MAX);
}

static bool check_highlights(struct api_call *call, const struct lakeapi_dashboard_request *request,
    const struct catalog_dashboard *dashboard) {
    if (!dashboard->is_managed)
        return true;
    if (request->widgets.count > 0)
        return api_fail(call, API_VALIDATION, "The widgets of a managed dashboard cannot be chosen.");
    bool is_scheduled = dashboard->has_schedule && dashboard->schedule_is_enabled;
    return is_scheduled || dashboard->id != 0 ||
           api_fail(call, API_VALIDATION,
               "The Highlights dashboard needs a refresh schedule of every 6 HOURS that is ENABLED.");
}

bool lakeapi_create_dashboard_prepare(struct api_call *call) {
    return check_widgets(call, call->request);
}

bool lakeapi_create_dashboard(struct api_call *call) {
    const struct lakeapi_dashboard_request *request = call->request;
    struct lakeapi_dashboard *response = call->response;
    struct catalog_dashboard dashboard = new_dashboard(call, request);
    struct api_tagged tagged = {.tags = NULL};
    struct error error = {0};
    if (!take_schedule(call, request->refresh_schedule, &dashboard) ||
        !check_highlights(call, request, &dashboard) || !api_tags_merge(call, &tagged, &request->tags_list) ||
        !check_name(call, request) || !take_widgets(call, request, &dashboard))
        return false;
    if (!catalog_dashboard_create(call->change, &dashboard, &dashboard.id, &error) ||
        !catalog_resource_tags_put(call->change, dashboard.arn, tagged.tags, tagged.count, &error))
        return api_fail_with(call, &error);
    if (!lakeapi_dashboard_show(call, &dashboard, response))
        return false;
    response->tags_list = api_tags_show(call->arena, tagged.tags, tagged.count);
    return true;
}

/* What an account can change: its own, and Highlights. */
static bool find_own(struct api_call *call, struct str reference, struct catalog_dashboard *ret_dashboard) {
    return lakeapi_dashboard_find(call, reference, ret_dashboard) &&
           (!ret_dashboard->is_managed || str_is(ret_dashboard->name, LAKEAPI_HIGHLIGHTS) ||
               api_fail(call, API_CONFLICT,
                   "The dashboard %.*s is managed, one that every account has: it cannot be changed or "
                   "deleted.",
                   STR(ret_dashboard->name)));
}

bool lakeapi_update_dashboard_prepare(struct api_call *call) {
    const struct lakeapi_dashboard_request *request = call->request;
    struct catalog_dashboard dashboard;
    return find_own(call, request->dashboard_id, &dashboard) && check_widgets(call, request);
}

bool lakeapi_update_dashboard(struct api_call *call) {
    const struct lakeapi_dashboard_request *request = call->request;
    struct catalog_dashboard dashboard;
    struct error error = {0};
    if (!find_own(call, request->dashboard_id, &dashboard) ||
        !take_schedule(call, request->refresh_schedule, &dashboard) ||
        !check_highlights(call, request, &dashboard) || !take_widgets(call, request, &dashboard))
        return false;
    if (request->termination_protection_enabled.is_set)
        dashboard.has_termination_protection = request->termination_protection_enabled.value;
    dashboard.is_updated = true;
    dashboard.updated_at = call->now;
    return (catalog_dashboard_update(call->change, &dashboard, &error) || api_fail_with(call, &error)) &&
           lakeapi_dashboard_show(call, &dashboard, call->response);
}

bool lakeapi_delete_dashboard(struct api_call *call) {
    const struct lakeapi_dashboard_request *request = call->request;
    struct catalog_dashboard dashboard;
    struct error error = {0};
    if (!find_own(call, request->dashboard_id, &dashboard))
        return false;
    if (dashboard.has_termination_protection)
        return api_fail(call, API_CONFLICT,
            "The dashboard cannot be deleted because termination protection is enabled for it: %.*s",
            STR(dashboard.arn));
    return catalog_dashboard_delete(call->change, &dashboard, &error) || api_fail_with(call, &error);
}
