/* SPDX-License-Identifier: Apache-2.0 */
/* access.c: may the caller do this operation on a resource that can have a policy of its own? */
#include "auth/auth.h"
#include "aws/policy.h"
#include "catalog/policies.h"

#include "private.h"

static struct str action_of(struct api_call *call) {
    return arena_format(call->arena, "%s:%s", api_service_names(call->operation->service)->action_prefix,
        call->operation->name);
}

bool lakeapi_may_access(struct api_call *call, struct str arn, struct str owner, bool *ret_may) {
    struct error error = {0};
    struct str policy = STR_EMPTY;
    if (!catalog_policy_get(call->api->options.catalog, arn, call->arena, &policy, &error) &&
        error.kind != ERROR_NOT_FOUND)
        return api_fail_with(call, &error);
    struct aws_policy_fact facts[] = {
        {STR_LITERAL("aws:PrincipalArn"), call->principal.arn},
        {STR_LITERAL("aws:PrincipalAccount"), call->principal.account},
    };
    struct auth_access access = {.principal = &call->principal,
        .permission = call->operation->permission,
        .action = action_of(call),
        .resource = arn,
        .owner = owner,
        .policy = policy,
        .facts = facts,
        .fact_count = sizeof facts / sizeof *facts};
    *ret_may = auth_may_access(&access);
    return true;
}

bool lakeapi_refuse_access(struct api_call *call, struct str arn) {
    struct str denial = auth_denial(call->arena, &call->principal, action_of(call), arn);
    return api_fail(call, API_ACCESS_DENIED, "%.*s", STR(denial));
}
