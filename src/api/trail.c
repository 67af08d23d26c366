/* SPDX-License-Identifier: Apache-2.0 */
/* trail.c: names and ARNs of trails, finding them, and how they look in answers. */
#include "trail.h"

#include "private.h"

enum { NAME_SIZE_MIN = 3, NAME_SIZE_MAX = 128 };

static bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_punctuation(char c) {
    return c == '.' || c == '-' || c == '_';
}

/* Four numbers with dots, as AWS refuses them for names. */
static bool looks_like_an_address(struct str name) {
    size_t count = 0;
    while (name.size > 0) {
        uint64_t number;
        struct str part = str_cut(&name, '.');
        if (part.size > 3 || !str_to_u64(part, &number))
            return false;
        count++;
    }
    return count == 4;
}

bool api_trail_check_name(struct api_call *call, struct str name) {
    if (name.size == 0)
        return api_fail(call, API_INVALID_TRAIL_NAME, "Trail name cannot be blank!");
    if (name.size < NAME_SIZE_MIN)
        return api_fail(call, API_INVALID_TRAIL_NAME,
            "Trail name too short. Minimum allowed length: 3 characters. Specified name length: %zu "
            "characters.",
            name.size);
    if (name.size > NAME_SIZE_MAX)
        return api_fail(call, API_INVALID_TRAIL_NAME,
            "Trail name too long. Maximum allowed length: 128 characters. Specified name length: %zu "
            "characters.",
            name.size);
    if (!is_alphanumeric(name.data[0]))
        return api_fail(call, API_INVALID_TRAIL_NAME, "Trail name must starts with a letter or number.");
    if (!is_alphanumeric(name.data[name.size - 1]))
        return api_fail(call, API_INVALID_TRAIL_NAME, "Trail name must ends with a letter or number.");
    for (size_t i = 0; i < name.size; i++) {
        if (!is_alphanumeric(name.data[i]) && !is_punctuation(name.data[i]))
            return api_fail(call, API_INVALID_TRAIL_NAME,
                "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods "
                "(.), "
                "hyphens (-), and underscores (_).");
        /* AWS documents this rule and the next one; its words for them are not known. */
        if (is_punctuation(name.data[i]) && is_punctuation(name.data[i - 1]))
            return api_fail(call, API_INVALID_TRAIL_NAME,
                "Trail name cannot contain adjacent periods, hyphens or underscores.");
    }
    if (looks_like_an_address(name))
        return api_fail(call, API_INVALID_TRAIL_NAME, "Trail name cannot be in the format of an IP address.");
    return true;
}

bool api_trail_parse_arn(
    struct api_call *call, struct str text, struct aws_arn *ret_arn, struct str *ret_name) {
    struct str prefix = STR_LITERAL("trail/");
    struct aws_arn arn;
    bool is_trail = aws_arn_parse(text, &arn) && str_is(arn.service, "cloudtrail") &&
                    aws_is_region(arn.region) && aws_is_account_id(arn.account) &&
                    str_starts_with(arn.resource, prefix) && arn.resource.size > prefix.size;
    if (!is_trail)
        return api_fail(call, API_CLOUDTRAIL_ARN_INVALID, "The specified ARN is not valid: %.*s",
            STR(str_slice(text, 0, 256)));
    *ret_arn = arn;
    *ret_name = str_slice(arn.resource, prefix.size, SIZE_MAX);
    return true;
}

static bool is_arn(struct str text) {
    return str_starts_with(text, STR_LITERAL("arn:"));
}

static bool not_found(struct api_call *call, struct str name_or_arn) {
    /* GetTrail repeats the name as it was given; the others expand it (facts 1.4). */
    struct str shown = name_or_arn;
    if (!is_arn(name_or_arn) && call->operation->handle != api_get_trail)
        shown = arena_format(call->arena, "arn:%.*s:cloudtrail:%.*s:%.*s:trail/%.*s",
            STR(aws_partition_of(call->region)), STR(call->region), STR(call->account), STR(name_or_arn));
    return api_fail(
        call, API_NO_TRAIL, "Unknown trail: %.*s for the user: %.*s", STR(shown), STR(call->account));
}

bool api_trail_find(struct api_call *call, struct str name_or_arn, struct catalog_trail *ret_trail) {
    struct str name = name_or_arn, region = call->region, account = call->account;
    if (is_arn(name_or_arn)) {
        struct aws_arn arn;
        if (!api_trail_parse_arn(call, name_or_arn, &arn, &name))
            return false;
        region = arn.region;
        account = arn.account;
    } else if (!api_trail_check_name(call, name)) {
        return false;
    }
    struct error error = {0};
    if (!str_equals(account, call->account))
        return not_found(call, name_or_arn);
    if (catalog_trail_find(call->api->options.catalog, account, region, name, call->arena, ret_trail, &error))
        return true;
    return error.kind == ERROR_NOT_FOUND ? not_found(call, name_or_arn) : api_fail_with(call, &error);
}

/* A trail of another region that shows here under this name. */
static bool find_shadow(struct api_call *call, struct str name, struct catalog_trail *ret_trail) {
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(call->api->options.catalog, call->account, call->region, call->arena, &trails, &count);
    for (size_t i = 0; i < count; i++) {
        if (str_equals(trails[i].name, name) && !str_equals(trails[i].home_region, call->region)) {
            *ret_trail = trails[i];
            return true;
        }
    }
    return false;
}

bool api_trail_find_at_home(struct api_call *call, struct str name_or_arn, struct catalog_trail *ret_trail) {
    struct catalog_trail trail;
    if (!api_trail_find(call, name_or_arn, &trail)) {
        struct api_fault fault = call->fault;
        bool is_shadow = !is_arn(name_or_arn) && find_shadow(call, name_or_arn, &trail);
        if (!is_shadow) {
            call->fault = fault;
            return false;
        }
    }
    if (!str_equals(trail.home_region, call->region))
        return api_fail(call, API_INVALID_HOME_REGION,
            "The trail %.*s was created in %.*s, its home region, and can only be changed there.",
            STR(trail.arn), STR(trail.home_region));
    *ret_trail = trail;
    return true;
}

static bool check_region_limit(struct api_call *call, struct str region, uint64_t except_id) {
    struct catalog_trail *trails = NULL;
    size_t count = 0, others = 0;
    unsigned limit = call->api->options.trails_per_region_max;
    catalog_trail_list(call->api->options.catalog, call->account, region, call->arena, &trails, &count);
    for (size_t i = 0; i < count; i++)
        others += trails[i].id != except_id;
    if (others < limit)
        return true;
    return api_fail(call, API_TOO_MANY_TRAILS, "User: %.*s already has %u trails in %.*s.",
        STR(call->account), limit, STR(region));
}

bool api_trail_check_limit(struct api_call *call, bool is_multi_region, uint64_t except_id) {
    if (!check_region_limit(call, call->region, except_id))
        return false;
    if (!is_multi_region)
        return true;
    /* A multi-region trail has a shadow in every region: those with trails of their own may be full. */
    struct catalog_trail *trails = NULL;
    size_t count = 0;
    catalog_trail_list(call->api->options.catalog, call->account, STR_EMPTY, call->arena, &trails, &count);
    for (size_t i = 0; i < count; i++) {
        bool is_known = str_equals(trails[i].home_region, call->region);
        for (size_t j = 0; j < i && !is_known; j++)
            is_known = str_equals(trails[j].home_region, trails[i].home_region);
        if (!is_known && !check_region_limit(call, trails[i].home_region, except_id))
            return false;
    }
    return true;
}

struct api_trail api_trail_show(const struct catalog_trail *trail) {
    return (struct api_trail){
        .name = trail->name,
        .s3_bucket_name = trail->s3_bucket_name,
        .s3_key_prefix = aws_optional_text(trail->s3_key_prefix),
        .sns_topic_name = aws_optional_text(trail->sns_topic_name),
        .sns_topic_arn = aws_optional_text(trail->sns_topic_arn),
        .home_region = trail->home_region,
        .trail_arn = trail->arn,
        .cloud_watch_logs_log_group_arn = aws_optional_text(trail->cloud_watch_logs_log_group_arn),
        .cloud_watch_logs_role_arn = aws_optional_text(trail->cloud_watch_logs_role_arn),
        .kms_key_id = aws_optional_text(trail->kms_key_id),
        .include_global_service_events = AWS_SET_BOOLEAN(trail->include_global_service_events),
        .is_multi_region_trail = AWS_SET_BOOLEAN(trail->is_multi_region),
        .log_file_validation_enabled = AWS_SET_BOOLEAN(trail->log_file_validation_enabled),
        .is_organization_trail = AWS_SET_BOOLEAN(trail->is_organization_trail),
        .has_custom_event_selectors = AWS_SET_BOOLEAN(trail->has_custom_event_selectors),
        .has_insight_selectors = AWS_SET_BOOLEAN(trail->insights != 0),
    };
}
