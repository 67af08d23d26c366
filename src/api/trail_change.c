/* SPDX-License-Identifier: Apache-2.0 */
/* trail_change.c: CreateTrail, UpdateTrail, DeleteTrail, StartLogging, StopLogging. */
#include "private.h"
#include "trail.h"

/* A final slash would double the one that joins prefix and "AWSLogs/" (facts 3.1). */
static struct str without_final_slash(struct str prefix) {
    bool has_slash = prefix.size > 0 && prefix.data[prefix.size - 1] == '/';
    return has_slash ? str_slice(prefix, 0, prefix.size - 1) : prefix;
}

static bool check_combination(struct api_call *call, const struct catalog_trail *trail) {
    if (trail->is_multi_region && !trail->include_global_service_events)
        return api_fail(
            call, API_INVALID_COMBINATION, "Multi-Region trail must include global service events.");
    return true;
}

/* A trail of that name, whose absence the transaction checks again. */
static bool check_is_new(struct api_call *call, struct str name) {
    struct catalog_trail existing;
    struct error error = {0};
    if (!catalog_trail_find(
            call->api->options.catalog, call->account, call->region, name, call->arena, &existing, &error))
        return error.kind == ERROR_NOT_FOUND || api_fail_with(call, &error);
    return api_fail(call, API_TRAIL_EXISTS, "Trail %.*s already exists for customer: %.*s", STR(name),
        STR(call->account));
}

bool api_create_trail_prepare(struct api_call *call) {
    const struct api_trail_request *request = call->request;
    struct str none = STR_EMPTY;
    struct catalog_trail *trail = ARENA_NEW(call->arena, struct catalog_trail);
    if (!api_trail_check_name(call, request->name) || !api_trail_check_request(call, request))
        return false;
    *trail = (struct catalog_trail){.account = call->account,
        .home_region = call->region,
        .name = request->name,
        .arn = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:trail/%.*s",
            STR(aws_partition_of(call->region)), STR(call->region), STR(call->account), STR(request->name)),
        .s3_bucket_name = request->s3_bucket_name,
        .s3_key_prefix = without_final_slash(request->s3_key_prefix),
        .sns_topic_arn = none,
        .sns_topic_name = none,
        .kms_key_id = none,
        .cloud_watch_logs_log_group_arn = none,
        .cloud_watch_logs_role_arn = none,
        .include_global_service_events =
            !request->include_global_service_events.is_set || request->include_global_service_events.value,
        .is_multi_region = request->is_multi_region_trail.value,
        .log_file_validation_enabled = request->enable_log_file_validation.value,
        .event_selectors = none,
        .aggregation_configurations = none,
        .created_at = call->now,
        .updated_at = call->now};
    call->prepared = trail;
    struct api_tagged tagged = {.tags = NULL};
    if (!check_combination(call, trail) || !api_tags_merge(call, &tagged, &request->tags_list))
        return false;
    trail->tags = tagged.tags;
    trail->tag_count = tagged.count;
    return check_is_new(call, trail->name) && api_trail_check_limit(call, trail->is_multi_region, 0) &&
           api_trail_check_bucket(call, trail);
}

bool api_create_trail(struct api_call *call) {
    struct catalog_trail *trail = call->prepared;
    struct error error = {0};
    uint64_t id = 0;
    /* Again, now that no other change can come between. */
    if (!check_is_new(call, trail->name) || !api_trail_check_limit(call, trail->is_multi_region, 0))
        return false;
    if (!catalog_trail_create(call->change, trail, call->event_id, &id, &error))
        return api_fail_with(call, &error);
    *(struct api_trail *)call->response = api_trail_show(trail);
    return true;
}

static void take_text(struct str *member, struct str text) {
    if (text.data != NULL)
        *member = text;
}

/* Turning the trail's regions turns global service events with it, unless the request says (facts 3.6). */
static void take_regions(struct catalog_trail *trail, const struct api_trail_request *request) {
    struct aws_boolean multi = request->is_multi_region_trail,
                       global = request->include_global_service_events;
    if (multi.is_set && multi.value != trail->is_multi_region) {
        trail->is_multi_region = multi.value;
        trail->include_global_service_events = multi.value;
    }
    if (global.is_set)
        trail->include_global_service_events = global.value;
}

bool api_update_trail_prepare(struct api_call *call) {
    const struct api_trail_request *request = call->request;
    struct catalog_trail trail;
    if (!api_trail_find_at_home(call, request->name, &trail) || !api_trail_check_request(call, request))
        return false;
    take_text(&trail.s3_bucket_name, request->s3_bucket_name);
    take_text(&trail.s3_key_prefix, without_final_slash(request->s3_key_prefix));
    bool changes_place = request->s3_bucket_name.data != NULL || request->s3_key_prefix.data != NULL;
    return !changes_place || api_trail_check_bucket(call, &trail);
}

bool api_update_trail(struct api_call *call) {
    const struct api_trail_request *request = call->request;
    struct catalog_trail trail;
    struct error error = {0};
    if (!api_trail_find_at_home(call, request->name, &trail))
        return false;
    bool was_multi_region = trail.is_multi_region;
    take_text(&trail.s3_bucket_name, request->s3_bucket_name);
    take_text(&trail.s3_key_prefix, without_final_slash(request->s3_key_prefix));
    take_regions(&trail, request);
    if (request->enable_log_file_validation.is_set)
        trail.log_file_validation_enabled = request->enable_log_file_validation.value;
    trail.updated_at = call->now;
    if (!check_combination(call, &trail))
        return false;
    if (trail.is_multi_region && !was_multi_region && !api_trail_check_limit(call, true, trail.id))
        return false;
    if (!catalog_trail_update(call->change, &trail, call->event_id, &error))
        return api_fail_with(call, &error);
    *(struct api_trail *)call->response = api_trail_show(&trail);
    return true;
}

bool api_delete_trail(struct api_call *call) {
    const struct api_trail_name *request = call->request;
    struct catalog_trail trail;
    struct error error = {0};
    if (!api_trail_find_at_home(call, request->name, &trail))
        return false;
    return catalog_trail_delete(call->change, trail.id, call->now, call->event_id, &error) ||
           api_fail_with(call, &error);
}

static bool set_logging(struct api_call *call, bool is_logging) {
    const struct api_trail_name *request = call->request;
    struct catalog_trail trail;
    struct error error = {0};
    if (!api_trail_find_at_home(call, request->name, &trail))
        return false;
    return catalog_trail_set_logging(call->change, trail.id, is_logging, call->now, call->event_id, &error) ||
           api_fail_with(call, &error);
}

bool api_start_logging(struct api_call *call) {
    return set_logging(call, true);
}

bool api_stop_logging(struct api_call *call) {
    return set_logging(call, false);
}
