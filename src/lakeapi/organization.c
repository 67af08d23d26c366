/* SPDX-License-Identifier: Apache-2.0 */
/*
 * organization.c: RegisterOrganizationDelegatedAdmin and DeregisterOrganizationDelegatedAdmin. A Cairn serves
 * accounts, not an organization, so they answer what AWS answers to an account that is in none.
 */
#include "private.h"

struct lakeapi_delegated_admin_request {
    struct str member_account_id, delegated_admin_account_id;
};

static const struct aws_shape account_id = {.kind = AWS_STRING, .min = 12, .max = 16};
static const struct aws_member register_members[] = {
    API_REQUIRED(lakeapi_delegated_admin_request, member_account_id, "MemberAccountId", account_id),
};
static const struct aws_member deregister_members[] = {
    API_REQUIRED(
        lakeapi_delegated_admin_request, delegated_admin_account_id, "DelegatedAdminAccountId", account_id),
};
const struct aws_shape lakeapi_register_delegated_admin_request =
    AWS_SHAPE_OF(struct lakeapi_delegated_admin_request, register_members);
const struct aws_shape lakeapi_deregister_delegated_admin_request =
    AWS_SHAPE_OF(struct lakeapi_delegated_admin_request, deregister_members);
const struct aws_shape lakeapi_register_delegated_admin_response = {.kind = AWS_STRUCTURE};
const struct aws_shape lakeapi_deregister_delegated_admin_response = {.kind = AWS_STRUCTURE};

static bool refuse(struct api_call *call, struct str account) {
    if (!aws_is_account_id(account))
        return api_fail(call, API_INVALID_PARAMETER, "The account ID is not valid: %.*s", STR(account));
    return api_fail(call, API_NO_ORGANIZATION,
        "The request could not be processed because your account %.*s is not a member of an organization.",
        STR(call->account));
}

bool lakeapi_register_delegated_admin(struct api_call *call) {
    const struct lakeapi_delegated_admin_request *request = call->request;
    return refuse(call, request->member_account_id);
}

bool lakeapi_deregister_delegated_admin(struct api_call *call) {
    const struct lakeapi_delegated_admin_request *request = call->request;
    return refuse(call, request->delegated_admin_account_id);
}
