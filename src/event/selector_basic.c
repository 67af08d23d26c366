/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selector_basic: EventSelectors as PutEventSelectors takes them. Rules and limits: the API
 * reference of EventSelector and DataResource; wording of "Value ... is invalid." as the service has it.
 */
#include "base/check.h"
#include "base/own.h"

#include "selector_rows.h"

enum { SELECTORS_MAX = 5, DATA_RESOURCES_MAX = 250 };

bool event_selector_copy_values(struct arena *arena, struct json_value array, const char *what,
    struct event_value_list *ret_values, struct error *error) {
    if (json_kind(array) != JSON_ARRAY)
        return error_set(error, ERROR_INVALID, "%s is not a list.", what);
    struct event_value_list values = {
        ARENA_ARRAY(arena, json_count(array), struct str),
        0,
    };
    struct json_iterator iterator = json_iterate(array);
    while (json_next(&iterator)) {
        if (json_kind(iterator.value) != JSON_STRING)
            return error_set(error, ERROR_INVALID, "%s has a value that is not a string.", what);
        values.items[values.count++] = arena_str(arena, json_text(iterator.value));
    }
    *ret_values = values;
    return true;
}

/* ---- the ARNs of data resources ---- */

/* The `part`-th of the parts between colons; the sixth is all the rest. False past the end. */
static bool arn_part(struct str arn, size_t part, struct str *ret_part) {
    for (size_t i = 0; i < part; i++) {
        size_t colon = str_find_char(arn, ':');
        if (colon == SIZE_MAX)
            return false;
        arn = str_slice(arn, colon + 1, SIZE_MAX);
    }
    *ret_part = part < 5 ? str_cut(&arn, ':') : arn;
    return true;
}

static bool part_is(struct str arn, size_t part, const char *text) {
    struct str found;
    return arn_part(arn, part, &found) && str_is(found, text);
}

static bool starts_with_service(struct str arn, const char *service) {
    struct str partition;
    return part_is(arn, 0, "arn") && arn_part(arn, 1, &partition) &&
           str_starts_with(partition, STR_LITERAL("aws")) && part_is(arn, 2, service);
}

static bool is_account(struct str text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return text.size == 12;
}

/* arn:aws:s3:::bucket/ and arn:aws:s3:::bucket/prefix; the slash is required. */
static bool is_s3_value(struct str rest) {
    size_t slash = str_find_char(rest, '/');
    return slash != SIZE_MAX && slash > 0;
}

/* function:NAME, without a version or an alias */
static bool is_lambda_value(struct str rest) {
    struct str prefix = STR_LITERAL("function:");
    if (!str_starts_with(rest, prefix) || rest.size == prefix.size)
        return false;
    return str_find_char(str_slice(rest, prefix.size, SIZE_MAX), ':') == SIZE_MAX;
}

static bool is_dynamodb_value(struct str rest) {
    struct str prefix = STR_LITERAL("table/");
    return str_starts_with(rest, prefix) && rest.size > prefix.size &&
           str_find_char(str_slice(rest, prefix.size, SIZE_MAX), '/') == SIZE_MAX;
}

static const struct data_type {
    const char *type, *service;
    bool has_place; /* region and account in the ARN */
    bool (*is_rest_legal)(struct str rest);
} data_types[] = {
    {"AWS::S3::Object", "s3", false, is_s3_value},
    {"AWS::Lambda::Function", "lambda", true, is_lambda_value},
    {"AWS::DynamoDB::Table", "dynamodb", true, is_dynamodb_value},
};

static const struct data_type *find_data_type(struct str type) {
    for (size_t i = 0; i < sizeof data_types / sizeof *data_types; i++) {
        if (str_is(type, data_types[i].type))
            return &data_types[i];
    }
    return NULL;
}

/* "arn:aws:s3" and "arn:aws:s3:::" mean every resource of the type. */
static bool means_all(const struct data_type *type, struct str value) {
    struct str region, account, rest;
    if (!starts_with_service(value, type->service))
        return false;
    if (!arn_part(value, 3, &region))
        return true;
    return !type->has_place && region.size == 0 && arn_part(value, 4, &account) && account.size == 0 &&
           arn_part(value, 5, &rest) && rest.size == 0;
}

static bool is_value_legal(const struct data_type *type, struct str value) {
    if (means_all(type, value))
        return true;
    struct str region, account, rest;
    if (str_find_char(value, '*') != SIZE_MAX || !starts_with_service(value, type->service) ||
        !arn_part(value, 3, &region) || !arn_part(value, 4, &account) || !arn_part(value, 5, &rest))
        return false;
    bool has_place = region.size != 0 && is_account(account);
    bool has_no_place = region.size == 0 && account.size == 0;
    return (type->has_place ? has_place : has_no_place) && type->is_rest_legal(rest);
}

/* ---- parsing ---- */

static bool parse_resource(struct arena *arena, struct json_value object,
    struct event_data_resource *ret_resource, size_t *resource_count, struct error *error) {
    struct event_data_resource resource = {.type = arena_str(arena, json_text(json_get(object, "Type")))};
    const struct data_type *type = find_data_type(resource.type);
    if (type == NULL)
        return error_set(error, ERROR_INVALID,
            "Value %.*s for DataResources.Type is invalid. Valid values are: AWS::S3::Object, "
            "AWS::Lambda::Function, AWS::DynamoDB::Table",
            SHOWN(resource.type));
    struct json_value values = json_get(object, "Values");
    if (json_kind(values) != JSON_NULL &&
        !event_selector_copy_values(arena, values, "DataResources.Values", &resource.values, error))
        return false;
    for (size_t i = 0; i < resource.values.count; i++) {
        struct str value = resource.values.items[i];
        if (!is_value_legal(type, value))
            return error_set(
                error, ERROR_INVALID, "Value %.*s for DataResources.Values is invalid.", SHOWN(value));
        *resource_count += !means_all(type, value);
    }
    *ret_resource = resource;
    return true;
}

static bool parse_resources(struct arena *arena, struct json_value list,
    struct event_basic_selector *selector, size_t *resource_count, struct error *error) {
    if (json_kind(list) == JSON_NULL)
        return true;
    if (json_kind(list) != JSON_ARRAY)
        return error_set(error, ERROR_INVALID, "DataResources is not a list.");
    selector->resources = ARENA_ARRAY(arena, json_count(list), struct event_data_resource);
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        struct event_data_resource *resource = &selector->resources[selector->resource_count];
        if (!parse_resource(arena, iterator.value, resource, resource_count, error))
            return false;
        selector->resource_count++;
    }
    return true;
}

static bool parse_excluded_sources(
    struct arena *arena, struct json_value list, struct event_value_list *ret_sources, struct error *error) {
    struct event_value_list sources = {0};
    if (json_kind(list) != JSON_NULL &&
        !event_selector_copy_values(arena, list, "ExcludeManagementEventSources", &sources, error))
        return false;
    for (size_t i = 0; i < sources.count; i++) {
        if (!str_is(sources.items[i], "kms.amazonaws.com") &&
            !str_is(sources.items[i], "rdsdata.amazonaws.com"))
            return error_set(error, ERROR_INVALID,
                "Value %.*s for ExcludeManagementEventSources is invalid. Valid values are: "
                "kms.amazonaws.com, rdsdata.amazonaws.com",
                SHOWN(sources.items[i]));
    }
    *ret_sources = sources;
    return true;
}

static bool parse_read_write(
    struct json_value value, enum event_read_write *ret_read_write, struct error *error) {
    struct str text = json_kind(value) == JSON_NULL ? STR_LITERAL("All") : json_text(value);
    if (str_is(text, "All"))
        *ret_read_write = READ_WRITE_ALL;
    else if (str_is(text, "ReadOnly"))
        *ret_read_write = READ_ONLY;
    else if (str_is(text, "WriteOnly"))
        *ret_read_write = WRITE_ONLY;
    else
        return error_set(error, ERROR_INVALID,
            "Value %.*s for ReadWriteType is invalid. Valid values are: ReadOnly, WriteOnly, All",
            SHOWN(text));
    return true;
}

static bool parse_selector(struct arena *arena, struct json_value object,
    struct event_basic_selector *ret_selector, size_t *resource_count, struct error *error) {
    struct event_basic_selector selector = {.include_management = true};
    struct json_value include = json_get(object, "IncludeManagementEvents");
    if (json_kind(object) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID, "An event selector is not an object.");
    if (json_kind(include) != JSON_NULL && !json_boolean(include, &selector.include_management))
        return error_set(error, ERROR_INVALID, "IncludeManagementEvents is neither true nor false.");
    if (!parse_read_write(json_get(object, "ReadWriteType"), &selector.read_write, error) ||
        !parse_resources(arena, json_get(object, "DataResources"), &selector, resource_count, error) ||
        !parse_excluded_sources(
            arena, json_get(object, "ExcludeManagementEventSources"), &selector.excluded_sources, error))
        return false;
    *ret_selector = selector;
    return true;
}

struct event_selectors *event_selectors_parse_basic(struct json_value list, struct error *error) {
    size_t count = json_count(list);
    if (json_kind(list) != JSON_ARRAY || count == 0 || count > SELECTORS_MAX) {
        error_set(error, ERROR_INVALID, "A trail takes 1 to %d event selectors; %zu were specified.",
            SELECTORS_MAX, count);
        return NULL;
    }
    SCOPED(event_selectors_destroyp) struct event_selectors *selectors = MEM_NEW(struct event_selectors);
    selectors->basic = ARENA_ARRAY(&selectors->arena, count, struct event_basic_selector);
    size_t resource_count = 0;
    struct json_iterator iterator = json_iterate(list);
    while (json_next(&iterator)) {
        struct event_basic_selector *selector = &selectors->basic[selectors->count];
        if (!parse_selector(&selectors->arena, iterator.value, selector, &resource_count, error))
            return NULL;
        selectors->count++;
    }
    if (resource_count > DATA_RESOURCES_MAX) {
        error_set(error, ERROR_INVALID,
            "The total number of data resources across all event selectors is %zu; the maximum is %d.",
            resource_count, DATA_RESOURCES_MAX);
        return NULL;
    }
    return TAKE(selectors);
}

struct event_selectors *event_selectors_default(void) {
    struct event_selectors *selectors = MEM_NEW(struct event_selectors);
    selectors->basic = ARENA_NEW(&selectors->arena, struct event_basic_selector);
    selectors->basic[0].include_management = true;
    selectors->count = 1;
    return selectors;
}
