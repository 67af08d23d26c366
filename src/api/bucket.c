/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket.c: does a trail's bucket take what CloudTrail writes?
 *
 * `--bucket-policy own` (default): a bucket of the same account on the directory backend is fine as it is;
 * one of another account needs the policy that AWS demands. `enforce`: every bucket needs it. A bucket at
 * an S3 endpoint is under that endpoint's own policies, so there the zero-byte marker that AWS leaves is
 * written as the test.
 */
#include "aws/policy.h"
#include "objects/objects.h"

#include "private.h"
#include "trail.h"

#define ACL "bucket-owner-full-control"

static bool insufficient(struct api_call *call, struct str bucket) {
    return api_fail(call, API_INSUFFICIENT_BUCKET_POLICY,
        "Incorrect S3 bucket policy is detected for bucket: %.*s", STR(bucket));
}

static bool no_bucket(struct api_call *call, struct str bucket) {
    return api_fail(call, API_NO_BUCKET, "S3 bucket %.*s does not exist!", STR(bucket));
}

/* The folder of this account's log files below the prefix. */
static struct str log_folder(struct api_call *call, struct str prefix) {
    return arena_format(call->arena, "%.*s%sAWSLogs/%.*s/CloudTrail/", STR(prefix),
        prefix.size > 0 ? "/" : "", STR(call->account));
}

static bool policy_allows(
    struct api_call *call, const struct objects_bucket *bucket, struct str prefix, struct str trail_arn) {
    struct aws_policy_fact facts[] = {
        {STR_LITERAL("aws:SourceArn"), trail_arn},
        {STR_LITERAL("aws:SourceAccount"), call->account},
        {STR_LITERAL("aws:SecureTransport"), STR_LITERAL("true")},
        {STR_LITERAL("aws:PrincipalIsAWSService"), STR_LITERAL("true")},
        {STR_LITERAL("s3:x-amz-acl"), STR_LITERAL(ACL)},
    };
    enum { FACTS_OF_ACL_CHECK = 4, FACTS_OF_PUT = 5 };
    struct str folder = log_folder(call, prefix);
    struct aws_policy_question acl_check = {.service = STR_LITERAL("cloudtrail.amazonaws.com"),
        .action = STR_LITERAL("s3:GetBucketAcl"),
        .resource = arena_format(call->arena, "arn:aws:s3:::%.*s", STR(bucket->name)),
        .facts = facts,
        .fact_count = FACTS_OF_ACL_CHECK};
    struct aws_policy_question put = {.service = acl_check.service,
        .action = STR_LITERAL("s3:PutObject"),
        .resource = arena_format(call->arena, "arn:aws:s3:::%.*s/%.*s", STR(bucket->name), STR(folder)),
        .facts = facts,
        .fact_count = FACTS_OF_PUT};
    return aws_policy_decide(bucket->policy, &acl_check) == AWS_POLICY_ALLOW &&
           aws_policy_decide(bucket->policy, &put) == AWS_POLICY_ALLOW;
}

static bool try_marker(struct api_call *call, struct str bucket, struct str prefix) {
    struct objects_metadata metadata = {.content_type = STR_LITERAL("application/octet-stream")};
    struct error error = {0};
    if (objects_put(call->api->options.objects, bucket, log_folder(call, prefix), (struct bytes){NULL, 0},
            &metadata, STR_LITERAL(ACL), &error))
        return true;
    if (error.kind == ERROR_NOT_FOUND)
        return no_bucket(call, bucket);
    return error.kind == ERROR_DENIED ? insufficient(call, bucket)
                                      : api_fail(call, API_INTERNAL, "%s", error.message);
}

bool api_bucket_check(struct api_call *call, struct str bucket, struct str prefix, struct str trail_arn) {
    struct objects_bucket found;
    struct error error = {0};
    if (!objects_bucket_get(call->api->options.objects, bucket, call->arena, &found, &error))
        return error.kind == ERROR_NOT_FOUND ? no_bucket(call, bucket)
                                             : api_fail(call, API_INTERNAL, "%s", error.message);
    if (found.is_remote)
        return try_marker(call, bucket, prefix);
    bool is_own = str_equals(found.owner_account, call->account);
    if (is_own && !call->api->options.enforce_bucket_policy)
        return true;
    return policy_allows(call, &found, prefix, trail_arn) || insufficient(call, bucket);
}
