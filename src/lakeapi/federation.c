/* SPDX-License-Identifier: Apache-2.0 */
/*
 * federation.c: EnableFederation and DisableFederation. Cairn has neither Glue nor Lake Formation, so no
 * store is ever federated: enabling fails as it does in AWS with a role that reaches neither, disabling finds
 * what it asks for (docs/decisions/0006).
 */
#include "store.h"

bool lakeapi_enable_federation(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct catalog_store store;
    struct aws_arn arn;
    if (!lakeapi_store_find_active(call, request->event_data_store, &store))
        return false;
    bool is_role = aws_arn_parse(request->federation_role_arn, &arn) && str_is(arn.service, "iam") &&
                   str_starts_with(arn.resource, STR_LITERAL("role/"));
    if (!is_role)
        return api_fail(call, API_INVALID_PARAMETER, "The federation role ARN is not valid: %.*s",
            STR(request->federation_role_arn));
    return api_fail(call, API_ACCESS_DENIED,
        "The role %.*s gives no access to AWS Glue and AWS Lake Formation, which this Cairn does not have.",
        STR(request->federation_role_arn));
}

bool lakeapi_disable_federation(struct api_call *call) {
    const struct lakeapi_store_request *request = call->request;
    struct lakeapi_store *shown = call->response;
    struct catalog_store store;
    if (!lakeapi_store_find_active(call, request->event_data_store, &store))
        return false;
    shown->event_data_store_arn = store.arn;
    shown->federation_status = STR_LITERAL("DISABLED");
    return true;
}
