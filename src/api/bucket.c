/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bucket.c: does a bucket take what CloudTrail writes?
 *
 * `--bucket-policy own` (default): a bucket of the same account on the directory backend is fine as it is;
 * one of another account needs the policy that AWS demands. `enforce`: every bucket needs it. A bucket at
 * an S3 endpoint is under that endpoint's own policies, so there the zero-byte marker that AWS leaves is
 * written as the test.
 */
#include "bucket.h"

#include "aws/policy.h"
#include "objects/objects.h"

#include "private.h"

enum { BUCKET_SIZE_MIN = 3, BUCKET_SIZE_MAX = 63, PREFIX_SIZE_MAX = 200 };

#define ACL "bucket-owner-full-control"

static bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The rules of bucket names that CreateBucket holds to; an address is caught by there being no such bucket.
 */
static bool is_bucket_name(struct str name) {
    if (name.size < BUCKET_SIZE_MIN || name.size > BUCKET_SIZE_MAX || !is_lower_or_digit(name.data[0]) ||
        !is_lower_or_digit(name.data[name.size - 1]))
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!is_lower_or_digit(name.data[i]) && name.data[i] != '-' && name.data[i] != '.')
            return false;
    return str_find(name, STR_LITERAL("..")) == SIZE_MAX;
}

bool api_bucket_check_name(struct api_call *call, struct str name) {
    if (name.size == 0)
        return api_fail(call, API_INVALID_BUCKET_NAME, "Bucket name cannot be blank!");
    if (!is_bucket_name(name))
        return api_fail(
            call, API_INVALID_BUCKET_NAME, "Bucket name is not valid: %.*s", STR(str_slice(name, 0, 128)));
    return true;
}

bool api_bucket_check_prefix(struct api_call *call, struct str prefix) {
    if (prefix.size > PREFIX_SIZE_MAX)
        return api_fail(call, API_INVALID_PREFIX,
            "S3 prefix is longer than maximum length. Maximum allowed length: %d characters. Specified "
            "prefix "
            "length: %zu characters.",
            PREFIX_SIZE_MAX, prefix.size);
    if (prefix.size > 0 && prefix.data[0] == '/')
        return api_fail(call, API_INVALID_PREFIX, "S3 prefix cannot start with '/'.");
    for (size_t i = 0; i < prefix.size; i++)
        if ((unsigned char)prefix.data[i] < 0x20 || prefix.data[i] == 0x7f)
            return api_fail(call, API_INVALID_PREFIX, "S3 prefix cannot contain control characters.");
    return true;
}

static bool insufficient(struct api_call *call, struct str bucket) {
    return api_fail(call, API_INSUFFICIENT_BUCKET_POLICY,
        "Incorrect S3 bucket policy is detected for bucket: %.*s", STR(bucket));
}

static bool no_bucket(struct api_call *call, struct str bucket) {
    return api_fail(call, API_NO_BUCKET, "S3 bucket %.*s does not exist!", STR(bucket));
}

struct str api_bucket_folder(struct api_call *call, struct str prefix, const char *name) {
    return arena_format(call->arena, "%.*s%sAWSLogs/%.*s/%s/", STR(prefix), prefix.size > 0 ? "/" : "",
        STR(call->account), name);
}

static bool policy_allows(
    struct api_call *call, const struct objects_bucket *bucket, struct str folder, struct str source_arn) {
    struct aws_policy_fact facts[] = {
        {STR_LITERAL("aws:SourceArn"), source_arn},
        {STR_LITERAL("aws:SourceAccount"), call->account},
        {STR_LITERAL("aws:SecureTransport"), STR_LITERAL("true")},
        {STR_LITERAL("aws:PrincipalIsAWSService"), STR_LITERAL("true")},
        {STR_LITERAL("s3:x-amz-acl"), STR_LITERAL(ACL)},
    };
    enum { FACTS_OF_ACL_CHECK = 4, FACTS_OF_PUT = 5 };
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

static bool try_marker(struct api_call *call, struct str bucket, struct str folder) {
    struct objects_metadata metadata = {.content_type = STR_LITERAL("application/octet-stream")};
    struct error error = {0};
    if (objects_put(call->api->options.objects, bucket, folder, (struct bytes){NULL, 0}, &metadata,
            STR_LITERAL(ACL), &error))
        return true;
    if (error.kind == ERROR_NOT_FOUND)
        return no_bucket(call, bucket);
    return error.kind == ERROR_DENIED ? insufficient(call, bucket)
                                      : api_fail(call, API_INTERNAL, "%s", error.message);
}

bool api_bucket_check(struct api_call *call, struct str bucket, struct str folder, struct str source_arn) {
    struct objects_bucket found;
    struct error error = {0};
    if (!objects_bucket_get(call->api->options.objects, bucket, call->arena, &found, &error))
        return error.kind == ERROR_NOT_FOUND ? no_bucket(call, bucket)
                                             : api_fail(call, API_INTERNAL, "%s", error.message);
    if (found.is_remote)
        return try_marker(call, bucket, folder);
    bool is_own = str_equals(found.owner_account, call->account);
    if (is_own && !call->api->options.enforce_bucket_policy)
        return true;
    return policy_allows(call, &found, folder, source_arn) || insufficient(call, bucket);
}
