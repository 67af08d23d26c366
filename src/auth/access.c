/* SPDX-License-Identifier: Apache-2.0 */
/* access.c: what a role and a resource's policy say together. */
#include "auth/auth.h"
#include "base/check.h"

enum { FACTS_MAX = 16 };

static enum aws_policy_decision decide(const struct auth_access *access) {
    const struct auth_principal *principal = access->principal;
    struct aws_policy_fact facts[FACTS_MAX] = {
        {STR_LITERAL("aws:PrincipalArn"), principal->arn},
        {STR_LITERAL("aws:PrincipalAccount"), principal->account},
        {STR_LITERAL("aws:userid"), principal->principal_id},
    };
    size_t count = 3;
    ASSERT(access->fact_count <= FACTS_MAX - count);
    for (size_t i = 0; i < access->fact_count; i++)
        facts[count++] = access->facts[i];
    struct aws_policy_question question = {.service = STR_EMPTY,
        .user_arn = principal->arn,
        .account = principal->account,
        .action = access->action,
        .resource = access->resource,
        .facts = facts,
        .fact_count = count};
    return aws_policy_decide(access->policy, &question);
}

bool auth_may_access(const struct auth_access *access) {
    enum aws_policy_decision said = access->policy.size == 0 ? AWS_POLICY_NEUTRAL : decide(access);
    if (said == AWS_POLICY_DENY)
        return false;
    bool role_allows = auth_allows(access->principal, access->permission);
    if (str_equals(access->principal->account, access->owner))
        return role_allows || said == AWS_POLICY_ALLOW;
    return role_allows && said == AWS_POLICY_ALLOW;
}
