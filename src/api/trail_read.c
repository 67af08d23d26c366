/* SPDX-License-Identifier: Apache-2.0 */
/* trail_read.c: DescribeTrails, GetTrail, ListTrails, GetTrailStatus. */
#include "private.h"
#include "trail.h"

bool api_get_trail(struct api_call *call) {
    const struct api_trail_name *request = call->request;
    struct api_get_trail_response *response = call->response;
    struct catalog_trail trail;
    if (!api_trail_find(call, request->name, &trail))
        return false;
    response->trail = ARENA_NEW(call->arena, struct api_trail);
    *response->trail = api_trail_show(&trail);
    return true;
}

static bool names_trail(
    struct str name_or_arn, const struct api_call *call, const struct catalog_trail *trail) {
    /* Names match at home only, ARNs everywhere (facts 9). */
    return str_equals(name_or_arn, trail->arn) ||
           (str_equals(name_or_arn, trail->name) && str_equals(trail->home_region, call->region));
}

static bool is_described(const struct api_describe_request *request, const struct api_call *call,
    const struct catalog_trail *trail) {
    bool is_here = trail->is_multi_region || str_equals(trail->home_region, call->region);
    bool shows_shadows = !request->include_shadow_trails.is_set || request->include_shadow_trails.value;
    bool is_shadow = !str_equals(trail->home_region, call->region);
    if (request->trail_name_list.count == 0)
        return is_here && (shows_shadows || !is_shadow);
    for (size_t i = 0; i < request->trail_name_list.count; i++)
        if (names_trail(*AWS_ITEM(request->trail_name_list, struct str, i), call, trail))
            return true;
    return false;
}

/* Unknown names are left out; malformed ones are refused. */
static bool check_names(struct api_call *call, const struct aws_list *names) {
    for (size_t i = 0; i < names->count; i++) {
        struct str name = *AWS_ITEM(*names, struct str, i), unused;
        struct aws_arn arn;
        bool is_arn = str_starts_with(name, STR_LITERAL("arn:"));
        if (is_arn ? !api_trail_parse_arn(call, name, &arn, &unused) : !api_trail_check_name(call, name))
            return false;
    }
    return true;
}

bool api_describe_trails(struct api_call *call) {
    const struct api_describe_request *request = call->request;
    struct api_describe_response *response = call->response;
    if (!check_names(call, &request->trail_name_list))
        return false;
    struct catalog_trail *trails = NULL;
    size_t count = 0, shown = 0;
    catalog_trail_list(call->api->options.catalog, call->account, STR_EMPTY, call->arena, &trails, &count);
    struct api_trail *list = ARENA_ARRAY(call->arena, count, struct api_trail);
    for (size_t i = 0; i < count; i++)
        if (is_described(request, call, &trails[i]))
            list[shown++] = api_trail_show(&trails[i]);
    response->trail_list = (struct aws_list){true, shown, list};
    return true;
}

/* All of the account's trails, wherever they are at home; one page holds them. */
bool api_list_trails(struct api_call *call) {
    const struct api_list_trails_request *request = call->request;
    struct api_list_trails_response *response = call->response;
    if (request->next_token.size > 0)
        return api_fail(call, API_INVALID_TOKEN, "The NextToken is not valid.");
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(call->api->options.catalog, call->account, STR_EMPTY, call->arena, &trails, &count);
    struct api_trail *list = ARENA_ARRAY(call->arena, count, struct api_trail);
    for (size_t i = 0; i < count; i++)
        list[i] = api_trail_show(&trails[i]);
    response->trails = (struct aws_list){true, count, list};
    return true;
}

static struct str time_text(struct arena *arena, struct moment moment) {
    if (moment.ms == MOMENT_NONE.ms)
        return STR_EMPTY;
    struct buf text = BUF_INIT(64);
    time_append_iso(&text, moment);
    struct str kept = arena_str(arena, buf_str(&text));
    buf_finish(&text);
    return kept;
}

bool api_get_trail_status(struct api_call *call) {
    const struct api_trail_name *request = call->request;
    struct catalog_trail trail;
    if (!api_trail_find(call, request->name, &trail))
        return false;
    const struct catalog_trail_status *status = &trail.status;
    *(struct api_trail_status *)call->response = (struct api_trail_status){
        .is_logging = AWS_SET_BOOLEAN(trail.is_logging),
        .latest_delivery_error = aws_optional_text(status->latest_delivery_error),
        .latest_digest_delivery_error = aws_optional_text(status->latest_digest_delivery_error),
        .latest_delivery_time = aws_optional_time(status->latest_delivery_time),
        .start_logging_time = aws_optional_time(status->start_logging_time),
        .stop_logging_time = aws_optional_time(status->stop_logging_time),
        .latest_digest_delivery_time = aws_optional_time(status->latest_digest_delivery_time),
        .latest_delivery_attempt_time = time_text(call->arena, status->latest_delivery_attempt_time),
        .latest_notification_attempt_time = STR_EMPTY,
        .latest_notification_attempt_succeeded = STR_EMPTY,
        .latest_delivery_attempt_succeeded = time_text(call->arena, status->latest_delivery_success_time),
        .time_logging_started = time_text(call->arena, status->start_logging_time),
        .time_logging_stopped = time_text(call->arena, status->stop_logging_time),
    };
    return true;
}
