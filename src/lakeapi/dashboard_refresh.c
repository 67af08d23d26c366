/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboard_refresh.c: StartDashboardRefresh, and the refreshes that schedules ask for, which are the same
 * call, made by CloudTrail itself.
 *
 * AWS wants to be allowed to query a store for a dashboard, by the store's policy. Here a dashboard shows its
 * account nothing that the account may not query anyway, so that leave is not asked for.
 */
#include "base/own.h"
#include "catalog/aliases.h"
#include "catalog/queries.h"
#include "queries/queries.h"
#include "sys/clock.h"
#include "sys/random.h"

#include "dashboard.h"
#include "query.h"

#include <stdlib.h>

enum {
    HOUR_MS = 60 * 60 * 1000,
    MINUTE_MS = 60 * 1000,
    DAY_HOURS = 24,
    /* Widgets' queries wait beside those of people, which have places of their own. */
    OPEN_QUERIES_MAX = LAKEAPI_DASHBOARDS_MAX * LAKEAPI_WIDGETS_MAX,
};

/* What a refresh is going to do, found out before the change. */
struct refresh {
    struct catalog_dashboard dashboard;
    struct str id;
    struct aws_list widgets;       /* struct lakeapi_widget */
    struct catalog_query *queries; /* one each */
};

static bool check_values(
    struct api_call *call, const struct lakeapi_dashboard_request *request, bool is_managed) {
    for (size_t i = 0; i < request->query_parameter_values.count; i++)
        if (!lakeapi_widget_check_parameter(
                call, AWS_ITEM(request->query_parameter_values, struct aws_entry, i)->key, is_managed))
            return false;
    return true;
}

/* A managed dashboard that is for one store has to be told which. */
static bool check_store_is_named(struct api_call *call, const struct lakeapi_dashboard_request *request,
    const struct catalog_dashboard *dashboard) {
    bool is_named = !dashboard->is_managed || str_is(dashboard->name, LAKEAPI_HIGHLIGHTS);
    for (size_t i = 0; i < request->query_parameter_values.count; i++)
        is_named = is_named || str_is(AWS_ITEM(request->query_parameter_values, struct aws_entry, i)->key,
                                   "$EventDataStoreId$");
    return is_named || api_fail(call, API_VALIDATION, "The query parameter $EventDataStoreId$ is required.");
}

/* 10 to 20 digits, and more than the one before. */
static struct str next_refresh_id(struct api_call *call, struct str before) {
    uint64_t last = 0, id = (uint64_t)call->now.ms;
    if (str_to_u64(before, &last) && id <= last)
        id = last + 1;
    return arena_format(call->arena, "%010llu", (unsigned long long)id);
}

static bool prepare_widget(struct api_call *call, const struct lakeapi_dashboard_request *request,
    struct refresh *refresh, size_t index) {
    const struct lakeapi_widget *widget = AWS_ITEM(refresh->widgets, struct lakeapi_widget, index);
    struct str none = STR_EMPTY;
    struct lakeapi_query_order order = {.statement = none,
        .alias = widget->query_alias,
        .prompt = none,
        .refresh_id = refresh->id,
        .delivery_uri = none,
        .owner = none};
    return lakeapi_widget_fill(call, widget, &request->query_parameter_values, &order.statement) &&
           lakeapi_query_prepare(call, &order, &refresh->queries[index]);
}

bool lakeapi_start_refresh_prepare(struct api_call *call) {
    const struct lakeapi_dashboard_request *request = call->request;
    struct refresh *refresh = ARENA_NEW(call->arena, struct refresh);
    if (!lakeapi_dashboard_find(call, request->dashboard_id, &refresh->dashboard) ||
        !check_values(call, request, refresh->dashboard.is_managed) ||
        !check_store_is_named(call, request, &refresh->dashboard) ||
        !lakeapi_dashboard_widgets(call, &refresh->dashboard, &refresh->widgets))
        return false;
    refresh->id = next_refresh_id(call, refresh->dashboard.last_refresh_id);
    refresh->queries = ARENA_ARRAY(call->arena, refresh->widgets.count, struct catalog_query);
    for (size_t i = 0; i < refresh->widgets.count; i++)
        if (!prepare_widget(call, request, refresh, i))
            return false;
    call->prepared = refresh;
    return true;
}

static bool is_busy(struct api_call *call, const struct refresh *refresh) {
    return api_fail(
        call, API_QUOTA, "The dashboard %.*s is being refreshed already.", STR(refresh->dashboard.name));
}

/* The dashboard as it stands in the change: what others changed while the queries were looked at stays. */
static bool find_anew(struct api_call *call, struct refresh *refresh) {
    struct catalog_dashboard now;
    if (!lakeapi_dashboard_find(call, refresh->dashboard.arn, &now))
        return false;
    if (!str_equals(now.last_refresh_id, refresh->dashboard.last_refresh_id))
        return is_busy(call, refresh);
    refresh->dashboard = now;
    return true;
}

/* One refresh of a dashboard at a time. */
static bool check_idle(struct api_call *call, const struct refresh *refresh) {
    struct catalog_query *open = NULL;
    size_t count = 0;
    struct error error = {0};
    if (refresh->dashboard.last_refresh_id.size == 0)
        return true;
    if (!catalog_query_list_open(call->api->options.catalog, call->arena, &open, &count, &error))
        return api_fail_with(call, &error);
    for (size_t i = 0; i < count; i++) {
        bool is_of_refresh = str_equals(open[i].refresh_id, refresh->dashboard.last_refresh_id) &&
                             str_equals(open[i].account, call->account);
        for (size_t j = 0; is_of_refresh && j < refresh->widgets.count; j++)
            if (str_equals(open[i].alias, AWS_ITEM(refresh->widgets, struct lakeapi_widget, j)->query_alias))
                return is_busy(call, refresh);
    }
    return true;
}

/* One of those that every account has gets its row with its first refresh, and StartQuery knows its aliases.
 */
static bool keep_managed(struct api_call *call, struct refresh *refresh, struct error *error) {
    struct catalog_dashboard *dashboard = &refresh->dashboard;
    dashboard->created_at = dashboard->updated_at = call->now;
    for (size_t i = 0; i < refresh->widgets.count; i++) {
        const struct lakeapi_widget *widget = AWS_ITEM(refresh->widgets, struct lakeapi_widget, i);
        struct catalog_alias alias = {.account = call->account,
            .region = call->region,
            .alias = widget->query_alias,
            .statement = widget->query_statement,
            .prompt = STR_EMPTY,
            .dashboard_arn = dashboard->arn,
            .created_at = call->now};
        if (!catalog_alias_add(call->change, &alias, error))
            return false;
    }
    return catalog_dashboard_create(call->change, dashboard, &dashboard->id, error);
}

static void wake(struct api_call *call) {
    queries_wake(lakeapi_of(call)->queries);
}

bool lakeapi_start_refresh(struct api_call *call) {
    struct refresh *refresh = call->prepared;
    struct lakeapi_dashboard *response = call->response;
    struct error error = {0};
    if (!find_anew(call, refresh) || !check_idle(call, refresh))
        return false;
    refresh->dashboard.last_refresh_id = refresh->id;
    bool is_kept = refresh->dashboard.id == 0
                       ? keep_managed(call, refresh, &error)
                       : catalog_dashboard_update(call->change, &refresh->dashboard, &error);
    if (!is_kept)
        return api_fail_with(call, &error);
    for (size_t i = 0; i < refresh->widgets.count; i++)
        if (!catalog_query_add(call->change, &refresh->queries[i], OPEN_QUERIES_MAX, &error))
            return error.kind == ERROR_LIMIT
                       ? api_fail(call, API_QUOTA, "Too many refreshes of dashboards are waiting.")
                       : api_fail_with(call, &error);
    call->on_committed = wake;
    response->refresh_id = refresh->id;
    return true;
}

/* ---- schedules ---- */

struct moment lakeapi_schedule_next(const struct catalog_dashboard *dashboard, struct moment now) {
    uint64_t hour = 0, minute = 0;
    struct str minutes = dashboard->schedule_time_of_day, hours = str_cut(&minutes, ':');
    if (!dashboard->has_schedule || !dashboard->schedule_is_enabled || dashboard->schedule_value == 0 ||
        !str_to_u64(hours, &hour) || !str_to_u64(minutes, &minute))
        return MOMENT_NONE;
    uint64_t period_hours = dashboard->schedule_value * (dashboard->schedule_is_days ? DAY_HOURS : 1);
    int64_t period = (int64_t)period_hours * HOUR_MS;
    /* Of the hour only what the period leaves room for: every hour at :30, every day at 07:30. */
    int64_t phase = (int64_t)(hour % period_hours) * HOUR_MS + (int64_t)minute * MINUTE_MS;
    int64_t passed = (now.ms - phase) / period;
    return (struct moment){(passed + 1) * period + phase};
}

static void new_uuid_text(char ret_text[UUID_TEXT_SIZE + 1], struct uuid *ret_uuid) {
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof random);
    *ret_uuid = uuid_random(random);
    uuid_format(*ret_uuid, ret_text);
}

/* The call that a person would make, made by CloudTrail. */
static bool call_refresh(struct api *api, struct arena *arena, const struct catalog_dashboard *dashboard,
    struct moment now, struct str *ret_reason) {
    struct api_call call = {.api = api,
        .arena = arena,
        .operation =
            api_operation_find(lakeapi_extension(), API_CLOUDTRAIL, STR_LITERAL("StartDashboardRefresh")),
        .principal = {.account = dashboard->account,
            .arn = STR_LITERAL("cloudtrail.amazonaws.com"),
            .role = CATALOG_ROLE_ADMIN,
            .is_service = true},
        .account = dashboard->account,
        .region = dashboard->region,
        .now = now};
    struct uuid ignored;
    new_uuid_text(call.request_id, &ignored);
    char text[UUID_TEXT_SIZE + 1];
    new_uuid_text(text, &call.event_id);
    bool succeeded =
        api_call_run(&call, arena_format(arena, "{\"DashboardId\":\"%.*s\"}", STR(dashboard->arn)));
    *ret_reason = succeeded ? STR_EMPTY : arena_str(arena, str_slice(call.fault.message, 0, 1000));
    json_parser_destroy(call.parser);
    json_parser_destroy(call.stored_parser);
    return succeeded;
}

static bool save_outcome(struct api *api, struct arena *arena, const struct catalog_dashboard *ran,
    struct str reason, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(api->options.catalog, error);
    struct catalog_dashboard dashboard;
    if (change == NULL)
        return false;
    if (!catalog_dashboard_find(
            api->options.catalog, ran->account, ran->region, ran->name, arena, &dashboard, error))
        return error->kind == ERROR_NOT_FOUND; /* deleted meanwhile */
    dashboard.last_failure_reason = reason;
    return catalog_dashboard_update(change, &dashboard, error) && catalog_commit(TAKE(change), error);
}

/* Before it runs: a refresh that crashes Cairn would otherwise be tried for ever. As it stands in the change:
 * the refreshes before it took their time. */
static bool move_on(struct api *api, struct arena *arena, struct catalog_dashboard *dashboard,
    struct moment now, bool *ret_is_due, struct error *error) {
    SCOPED(catalog_rollbackp) struct catalog_change *change = catalog_begin(api->options.catalog, error);
    struct catalog_dashboard as_it_is;
    *ret_is_due = false;
    if (change == NULL)
        return false;
    if (!catalog_dashboard_find(api->options.catalog, dashboard->account, dashboard->region, dashboard->name,
            arena, &as_it_is, error))
        return error->kind == ERROR_NOT_FOUND; /* deleted meanwhile */
    *dashboard = as_it_is;
    if (dashboard->next_refresh_at.ms == MOMENT_NONE.ms || dashboard->next_refresh_at.ms > now.ms)
        return true;
    *ret_is_due = true;
    dashboard->next_refresh_at = lakeapi_schedule_next(dashboard, now);
    return catalog_dashboard_update(change, dashboard, error) && catalog_commit(TAKE(change), error);
}

bool lakeapi_run_schedules(struct api *api, struct moment now, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_dashboard *due = NULL;
    size_t count = 0;
    if (!catalog_dashboard_list_due(api->options.catalog, now, &arena, &due, &count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str reason = STR_EMPTY;
        bool is_due = false;
        if (!move_on(api, &arena, &due[i], now, &is_due, error))
            return false;
        if (!is_due)
            continue;
        (void)call_refresh(api, &arena, &due[i], now, &reason);
        if (!save_outcome(api, &arena, &due[i], reason, error))
            return false;
    }
    return true;
}
