/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: what a resource policy says about a service that comes from outside: who, what, where and
 * under which conditions, as "IAM JSON policy evaluation logic" of the AWS documentation has it.
 *
 * Known condition operators: StringEquals, StringNotEquals, StringEqualsIgnoreCase,
 * StringNotEqualsIgnoreCase, StringLike, StringNotLike, ArnEquals, ArnLike, ArnNotEquals, ArnNotLike, Bool,
 * each also with IfExists. A statement with another one never allows, and denies where it is a Deny.
 *
 * Threads: any.
 */
#pragma once

#include "base/str.h"

enum aws_policy_decision { AWS_POLICY_NEUTRAL, AWS_POLICY_ALLOW, AWS_POLICY_DENY };

struct aws_policy_fact {
    struct str key, value; /* "aws:SourceArn" */
};
struct aws_policy_question {
    struct str service; /* the principal: "cloudtrail.amazonaws.com" */
    struct str action, resource;
    const struct aws_policy_fact *facts;
    size_t fact_count;
};

/* A deny beats every allow. Neutral where nothing speaks of it, and for a text that is no policy. */
enum aws_policy_decision aws_policy_decide(struct str policy, const struct aws_policy_question *question);

/* '*' any run, '?' any one character. */
bool aws_pattern_matches(struct str pattern, struct str text);
