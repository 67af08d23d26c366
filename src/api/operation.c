/* SPDX-License-Identifier: Apache-2.0 */
/* operation.c: the table's rows, and finding one. */
#include "operation.h"

static const struct api_operation operations[] = {
#define OPERATION(service, name, permission, effect, subject)                                                \
    {API_##service, #name, AUTH_##permission, API_##effect, &api_##subject##_request,                        \
        &api_##subject##_response, NULL, api_##subject},
#define PREPARED(service, name, permission, effect, subject)                                                 \
    {API_##service, #name, AUTH_##permission, API_##effect, &api_##subject##_request,                        \
        &api_##subject##_response, api_##subject##_prepare, api_##subject},
#define UNSUPPORTED(service, name) {API_##service, #name, AUTH_READ, API_READS, NULL, NULL, NULL, NULL},
#include "operation_table.h"
#undef OPERATION
#undef PREPARED
#undef UNSUPPORTED
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

size_t api_operations(const struct api_operation **ret_operations) {
    *ret_operations = operations;
    return sizeof operations / sizeof *operations;
}

const struct api_operation *api_operation_find(enum api_service service, struct str name) {
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (operations[i].service == service && str_is(name, operations[i].name))
            return &operations[i];
    return NULL;
}

const struct api_operation *api_operation_of_target(struct str target) {
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct str prefix = str_from(targets[i].prefix);
        if (str_starts_with(target, prefix))
            return api_operation_find(targets[i].service, str_slice(target, prefix.size, SIZE_MAX));
    }
    return NULL;
}
