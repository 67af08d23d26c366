/* SPDX-License-Identifier: Apache-2.0 */
/* operation.c: the table's rows, and finding one. */
#include "operation.h"

static const struct api_operation operations[] = {
#define OPERATION(service, name, permission, effect, subject)                                                \
    API_ROW(api, service, name, permission, effect, subject, NULL),
#define PREPARED(service, name, permission, effect, subject)                                                 \
    API_ROW(api, service, name, permission, effect, subject, api_##subject##_prepare),
#include "operation_table.h"
#undef OPERATION
#undef PREPARED
};

static const struct api_service_names names[API_SERVICE_COUNT] = {
    [API_CLOUDTRAIL] = {"cloudtrail", "cloudtrail.amazonaws.com", "cloudtrail"},
    [API_CAIRN] = {"cairn", "cairn.amazonaws.com", "cairn"},
    [API_STS] = {"sts", "sts.amazonaws.com", "sts"},
};

/* SDKs older than Smithy name the Java interface in front; both forms reach AWS's endpoint. */
static const struct {
    const char *prefix;
    enum api_service service;
} targets[] = {
    {"CloudTrail_20131101.", API_CLOUDTRAIL},
    {"com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.", API_CLOUDTRAIL},
    {"Cairn_20260101.", API_CAIRN},
};

const struct api_service_names *api_service_names(enum api_service service) {
    return &names[service];
}

size_t api_operations(
    const struct api_extension *extension, unsigned which, const struct api_operation **ret_operations) {
    if (which == 0) {
        *ret_operations = operations;
        return sizeof operations / sizeof *operations;
    }
    bool has_more = which == 1 && extension != NULL;
    *ret_operations = has_more ? extension->operations : NULL;
    return has_more ? extension->operation_count : 0;
}

const struct api_operation *api_operation_find(
    const struct api_extension *extension, enum api_service service, struct str name) {
    for (unsigned which = 0; which < API_TABLE_COUNT; which++) {
        const struct api_operation *rows = NULL;
        size_t count = api_operations(extension, which, &rows);
        for (size_t i = 0; i < count; i++)
            if (rows[i].service == service && str_is(name, rows[i].name))
                return &rows[i];
    }
    return NULL;
}

const struct api_operation *api_operation_of_target(
    const struct api_extension *extension, struct str target) {
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct str prefix = str_from(targets[i].prefix);
        if (str_starts_with(target, prefix))
            return api_operation_find(
                extension, targets[i].service, str_slice(target, prefix.size, SIZE_MAX));
    }
    return NULL;
}
