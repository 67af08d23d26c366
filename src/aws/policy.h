/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: what a resource policy says about a service or a principal that comes from outside: who, what,
 * where and under which conditions, as "IAM JSON policy evaluation logic" of the AWS documentation has it.
 *
 * Known condition operators: StringEquals, StringNotEquals, StringEqualsIgnoreCase,
 * StringNotEqualsIgnoreCase, StringLike, StringNotLike, ArnEquals, ArnLike, ArnNotEquals, ArnNotLike, Bool,
 * each also with IfExists. A statement with another one never allows, and denies where it is a Deny.
 *
 * Threads: any.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum aws_policy_decision { AWS_POLICY_NEUTRAL, AWS_POLICY_ALLOW, AWS_POLICY_DENY };

struct aws_policy_fact {
    struct str key, value; /* "aws:SourceArn" */
};
struct aws_policy_question {
    struct str service;           /* the principal: "cloudtrail.amazonaws.com"; empty: it is */
    struct str user_arn, account; /* "arn:aws:iam::123456789012:user/ada", "123456789012" */
    struct str action, resource;
    const struct aws_policy_fact *facts;
    size_t fact_count;
};

/* A deny beats every allow. Neutral where nothing speaks of it, and for a text that is no policy. */
enum aws_policy_decision aws_policy_decide(struct str policy, const struct aws_policy_question *question);

/* Why a text is no policy for a resource, as an error that its writer can act on: its form, and per statement
 * effect, principals, actions (among those of the resource), the resource itself, known operators of
 * conditions. Limits: "Requirements for the resource policy" of PutResourcePolicy. */
struct aws_policy_rules {
    const char *const *actions; /* NULL at the end */
    struct str resource;        /* that every statement names */
};
NODISCARD bool aws_policy_check(struct str policy, const struct aws_policy_rules *rules, struct error *error);

/* '*' any run, '?' any one character. */
bool aws_pattern_matches(struct str pattern, struct str text);
