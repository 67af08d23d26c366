/* SPDX-License-Identifier: Apache-2.0 */
/* dashboard.c: finding dashboards and showing them; GetDashboard, ListDashboards. */
#include "dashboard.h"

#include "api/tag.h"
#include "base/own.h"
#include "catalog/resource_tags.h"

#include "page.h"

#include <stdlib.h>

static struct str arn_of(struct api_call *call, struct str name) {
    return arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:dashboard/%.*s",
        STR(aws_partition_of(call->region)), STR(call->region), STR(call->account), STR(name));
}

static struct catalog_dashboard managed_dashboard(struct api_call *call, struct str name) {
    struct str none = STR_EMPTY;
    return (struct catalog_dashboard){.account = call->account,
        .region = call->region,
        .name = name,
        .arn = arn_of(call, name),
        .is_managed = true,
        .widgets = none,
        .schedule_time_of_day = none,
        .created_at = MOMENT_NONE,
        .updated_at = MOMENT_NONE,
        .next_refresh_at = MOMENT_NONE,
        .last_refresh_id = none,
        .last_failure_reason = none};
}

bool lakeapi_dashboard_find(
    struct api_call *call, struct str reference, struct catalog_dashboard *ret_dashboard) {
    struct str name = reference;
    struct error error = {0};
    if (str_starts_with(reference, STR_LITERAL("arn:"))) {
        (void)str_cut(&name, '/');
        if (!str_equals(reference, arn_of(call, name)))
            name = STR_EMPTY;
    }
    if (name.size > 0 && catalog_dashboard_find(call->api->options.catalog, call->account, call->region, name,
                             call->arena, ret_dashboard, &error))
        return true;
    if (name.size > 0 && error.kind != ERROR_NOT_FOUND)
        return api_fail_with(call, &error);
    if (!lakeapi_dashboard_is_managed(name))
        return api_fail(call, API_NO_RESOURCE, "The specified dashboard was not found: %.*s", STR(reference));
    *ret_dashboard = managed_dashboard(call, name);
    return true;
}

bool lakeapi_dashboard_widgets(
    struct api_call *call, const struct catalog_dashboard *dashboard, struct aws_list *ret_widgets) {
    struct json_value root;
    struct error error = {0};
    struct lakeapi_dashboard shown = {.widgets = {true, 0, NULL}};
    if (dashboard->is_managed) {
        *ret_widgets = lakeapi_dashboard_managed_widgets(call->arena, dashboard->name);
        return true;
    }
    if (call->stored_parser == NULL)
        call->stored_parser = json_parser_create();
    if (dashboard->widgets.size > 0 &&
        (!json_parse(call->stored_parser, dashboard->widgets, &root, &error) ||
            !aws_shape_decode(call->arena, &lakeapi_widget_list_shape, root, &shown, &error)))
        return api_fail_with(call, &error);
    *ret_widgets = shown.widgets;
    return true;
}

static struct lakeapi_schedule *show_schedule(
    struct api_call *call, const struct catalog_dashboard *dashboard) {
    if (!dashboard->has_schedule)
        return NULL;
    struct lakeapi_schedule *schedule = ARENA_NEW(call->arena, struct lakeapi_schedule);
    schedule->frequency = ARENA_NEW(call->arena, struct lakeapi_frequency);
    schedule->frequency->unit = dashboard->schedule_is_days ? STR_LITERAL("DAYS") : STR_LITERAL("HOURS");
    schedule->frequency->value = AWS_SET_INTEGER((int64_t)dashboard->schedule_value);
    schedule->status = dashboard->schedule_is_enabled ? STR_LITERAL("ENABLED") : STR_LITERAL("DISABLED");
    schedule->time_of_day = dashboard->schedule_time_of_day;
    return schedule;
}

bool lakeapi_dashboard_show(
    struct api_call *call, const struct catalog_dashboard *dashboard, struct lakeapi_dashboard *ret_shown) {
    struct lakeapi_dashboard shown = {.dashboard_arn = dashboard->arn,
        .name = dashboard->name,
        .type = dashboard->is_managed ? STR_LITERAL("MANAGED") : STR_LITERAL("CUSTOM"),
        .status = dashboard->is_updated ? STR_LITERAL("UPDATED") : STR_LITERAL("CREATED"),
        .refresh_schedule = show_schedule(call, dashboard),
        .created_timestamp = aws_optional_time(dashboard->created_at),
        .updated_timestamp = aws_optional_time(dashboard->updated_at),
        .last_refresh_id = aws_optional_text(dashboard->last_refresh_id),
        .last_failure_reason = aws_optional_text(dashboard->last_failure_reason),
        .termination_protection_enabled = AWS_SET_BOOLEAN(dashboard->has_termination_protection)};
    if (!lakeapi_dashboard_widgets(call, dashboard, &shown.widgets))
        return false;
    *ret_shown = shown;
    return true;
}

bool lakeapi_get_dashboard(struct api_call *call) {
    const struct lakeapi_dashboard_request *request = call->request;
    struct catalog_dashboard dashboard;
    return lakeapi_dashboard_find(call, request->dashboard_id, &dashboard) &&
           lakeapi_dashboard_show(call, &dashboard, call->response);
}

/* ---- ListDashboards ---- */

static int by_name(const void *a, const void *b) {
    const struct catalog_dashboard *left = a, *right = b;
    return str_compare(left->name, right->name);
}

static bool is_asked_for(
    const struct lakeapi_list_dashboards_request *request, const struct catalog_dashboard *dashboard) {
    bool is_of_type = request->type.data == NULL || str_is(request->type, "MANAGED") == dashboard->is_managed;
    return is_of_type &&
           (request->name_prefix.data == NULL || str_starts_with(dashboard->name, request->name_prefix));
}

/* Those of the catalog and those that every account has, by name. */
static bool list_all(struct api_call *call, struct catalog_dashboard **ret_all, size_t *ret_count) {
    struct catalog_dashboard *kept = NULL;
    const char *const *names = NULL;
    size_t count = 0, name_count = lakeapi_dashboards_managed(&names);
    struct error error = {0};
    if (!catalog_dashboard_list(
            call->api->options.catalog, call->account, call->region, call->arena, &kept, &count, &error))
        return api_fail_with(call, &error);
    struct catalog_dashboard *all = ARENA_ARRAY(call->arena, count + name_count, struct catalog_dashboard);
    for (size_t i = 0; i < count; i++)
        all[i] = kept[i];
    size_t used = count;
    for (size_t i = 0; i < name_count; i++) {
        size_t j = 0;
        while (j < count && !str_is(kept[j].name, names[i]))
            j++;
        if (j == count)
            all[used++] = managed_dashboard(call, str_from(names[i]));
    }
    qsort(all, used, sizeof *all, by_name);
    *ret_all = all;
    *ret_count = used;
    return true;
}

bool lakeapi_list_dashboards(struct api_call *call) {
    const struct lakeapi_list_dashboards_request *request = call->request;
    struct lakeapi_list_dashboards_response *response = call->response;
    struct str parameters =
        arena_format(call->arena, "%.*s|%.*s", STR(request->type), STR(request->name_prefix));
    struct lakeapi_page page;
    struct catalog_dashboard *all = NULL;
    size_t count = 0, shown = 0;
    if (!lakeapi_page_open(call, request->max_results, request->next_token, parameters, &page) ||
        !list_all(call, &all, &count))
        return false;
    struct lakeapi_dashboard *list = ARENA_ARRAY(call->arena, count, struct lakeapi_dashboard);
    size_t at = (size_t)page.after_id; /* how many of the names, sorted, were looked at */
    for (; at < count && shown < page.size; at++)
        if (is_asked_for(request, &all[at]))
            list[shown++] = (struct lakeapi_dashboard){.dashboard_arn = all[at].arn,
                .type = all[at].is_managed ? STR_LITERAL("MANAGED") : STR_LITERAL("CUSTOM")};
    response->dashboards = (struct aws_list){true, shown, list};
    if (at < count)
        response->next_token = lakeapi_page_token(call, at, parameters);
    return true;
}

/* ---- tags ---- */

bool lakeapi_dashboard_load_tags(
    struct api_call *call, const struct aws_arn *arn, struct str name, struct api_tagged *ret_tagged) {
    struct catalog_dashboard *dashboard = ARENA_NEW(call->arena, struct catalog_dashboard);
    struct catalog_tag *tags = NULL;
    size_t count = 0;
    struct error error = {0};
    (void)arn;
    if (!lakeapi_dashboard_find(call, name, dashboard))
        return false;
    if (!catalog_resource_tags_get(
            call->api->options.catalog, dashboard->arn, call->arena, &tags, &count, &error))
        return api_fail_with(call, &error);
    *ret_tagged = (struct api_tagged){.resource = dashboard, .tags = tags, .count = count};
    return true;
}

bool lakeapi_dashboard_save_tags(struct api_call *call, const struct api_tagged *tagged) {
    const struct catalog_dashboard *dashboard = tagged->resource;
    struct error error = {0};
    return catalog_resource_tags_put(call->change, dashboard->arn, tagged->tags, tagged->count, &error) ||
           api_fail_with(call, &error);
}
