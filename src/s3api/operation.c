/* SPDX-License-Identifier: Apache-2.0 */
#include "operation.h"

#include "handlers.h"

enum { PERMISSION_READ = true, PERMISSION_CHANGE = false };

static const struct s3api_operation OPERATIONS[] = {
#define OPERATION(method, level, parameter, header, name, permission, body, handler)                         \
    {#method, parameter, header, #name, S3API_##level, PERMISSION_##permission, S3API_BODY_##body,           \
        s3api_##handler},
#include "operation_table.h"
#undef OPERATION
};
enum { OPERATION_COUNT = sizeof(OPERATIONS) / sizeof(OPERATIONS[0]) };

/* Parameters that make a request another operation: one that has no row is refused, and never taken for
 * the plain operation of its method. */
static const char *const SUB_RESOURCES[] = {"abac", "accelerate", "acl", "analytics", "attributes", "cors",
    "delete", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location",
    "logging", "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "metadataTable",
    "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
    "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore", "retention", "select",
    "session", "tagging", "torrent", "uploadId", "uploads", "versioning", "versions", "website", "append"};

static const char *sub_resource(const struct s3api_request *request) {
    for (size_t i = 0; i < sizeof(SUB_RESOURCES) / sizeof(SUB_RESOURCES[0]); i++) {
        if (s3api_has_parameter(request, SUB_RESOURCES[i]))
            return SUB_RESOURCES[i];
    }
    return NULL;
}

static bool fits(
    const struct s3api_operation *operation, const struct s3api_request *request, const char *resource) {
    if (operation->level != request->level || !str_is(request->method, operation->method))
        return false;
    if (resource != NULL)
        return str_is(str_from(resource), operation->parameter);
    return operation->parameter[0] == '\0' || s3api_has_parameter(request, operation->parameter);
}

const struct s3api_operation *s3api_operation_find(
    const struct s3api_request *request, s3api_has_header *has_header, void *context, struct error *error) {
    const char *resource = sub_resource(request);
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        const struct s3api_operation *operation = &OPERATIONS[i];
        if (fits(operation, request, resource) &&
            (operation->header[0] == '\0' || has_header(operation->header, context)))
            return operation;
    }
    if (resource != NULL || str_is(request->method, "POST"))
        error_set(error, ERROR_INVALID,
            "NotImplemented: A header or query you provided implies functionality that is not implemented.");
    else
        error_set(error, ERROR_INVALID,
            "MethodNotAllowed: The specified method is not allowed against this resource.");
    return NULL;
}
