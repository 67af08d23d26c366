/* SPDX-License-Identifier: Apache-2.0 */
/* bucket: buckets made, found, listed and deleted. */
#include "aws/arn.h"

#include "document.h"
#include "exchange.h"
#include "handlers.h"

static const char LEGACY_REGION[] = "us-east-1"; /* S3's first, with rules of its own */

/* Paths that lead to Cairn's other doors on the same port. */
static const char *const RESERVED[] = {
    "events", "console", "healthz", "readyz", "metrics", "sources", "PutAuditEvents"};

bool s3api_list_buckets(struct s3api_exchange *exchange, struct error *error) {
    struct objects_bucket *buckets = NULL;
    size_t count = 0;
    uint64_t max = 10000;
    struct str prefix = s3api_parameter(&exchange->request, "prefix");
    struct str after = s3api_parameter(&exchange->request, "continuation-token");
    struct str region = s3api_parameter(&exchange->request, "bucket-region");
    if (!s3api_parameter_number(&exchange->request, "max-buckets", max, &max, error) ||
        !objects_bucket_list(exchange->api->options.objects, exchange->principal->account, exchange->arena,
            &buckets, &count, error))
        return false;
    struct str last = STR_EMPTY, next = STR_EMPTY;
    struct buf xml = s3api_xml_begin("ListAllMyBucketsResult");
    s3api_xml_owner(&xml, "Owner", exchange->principal->account);
    xml_open(&xml, "Buckets");
    for (size_t i = 0; i < count; i++) {
        if (!str_starts_with(buckets[i].name, prefix) || str_compare(buckets[i].name, after) <= 0 ||
            (region.size > 0 && !str_equals(region, buckets[i].region)))
            continue;
        if (max-- == 0) {
            next = last;
            break;
        }
        xml_open(&xml, "Bucket");
        xml_element(&xml, "Name", buckets[i].name);
        s3api_xml_time(&xml, "CreationDate", buckets[i].created_at);
        xml_element(&xml, "BucketRegion", buckets[i].region);
        xml_close(&xml, "Bucket");
        last = buckets[i].name;
    }
    xml_close(&xml, "Buckets");
    if (next.size > 0)
        xml_element(&xml, "ContinuationToken", next);
    if (prefix.size > 0)
        xml_element(&xml, "Prefix", prefix);
    xml_close(&xml, "ListAllMyBucketsResult");
    s3api_answer_xml(exchange, &xml);
    return true;
}

/* Where the bucket is to be, by the body and the region that the request was signed for. */
static bool choose_region(struct s3api_exchange *exchange, struct str *ret_region, struct error *error) {
    struct str signed_region = exchange->identity.region, constraint = STR_EMPTY;
    if (exchange->small_body.size > 0) {
        const struct xml_node *root = NULL;
        if (!s3api_document_parse(
                exchange->arena, buf_str(&exchange->small_body), "CreateBucketConfiguration", &root, error))
            return false;
        constraint = xml_child_text(root, "LocationConstraint");
    }
    if (str_is(constraint, "EU"))
        constraint = STR_LITERAL("eu-west-1");
    if (str_is(signed_region, LEGACY_REGION) && str_is(constraint, LEGACY_REGION))
        return error_set(error, ERROR_INVALID,
            "InvalidLocationConstraint: The specified location-constraint is not valid");
    if (!str_is(signed_region, LEGACY_REGION) && !str_equals(constraint, signed_region))
        return error_set(error, ERROR_INVALID,
            "IllegalLocationConstraintException: The %.*s location constraint is incompatible for the region "
            "specific endpoint this request was sent to.",
            STR(constraint.size > 0 ? str_slice(constraint, 0, 60) : STR_LITERAL("unspecified")));
    if (constraint.size > 0 && !aws_is_region(constraint))
        return error_set(error, ERROR_INVALID,
            "InvalidLocationConstraint: The specified location-constraint is not valid");
    *ret_region = constraint.size > 0 ? constraint : signed_region;
    return true;
}

static bool check_bucket_headers(const struct s3api_exchange *exchange, struct error *error) {
    struct str acl = s3api_header(exchange, "x-amz-acl");
    struct str ownership = s3api_header(exchange, "x-amz-object-ownership");
    if ((acl.size > 0 && !str_is(acl, "private")) ||
        (ownership.size > 0 && !str_is(ownership, "BucketOwnerEnforced")))
        return error_set(
            error, ERROR_INVALID, "AccessControlListNotSupported: The bucket does not allow ACLs");
    for (size_t i = 0; i < sizeof(RESERVED) / sizeof(RESERVED[0]); i++) {
        if (str_is(exchange->request.bucket, RESERVED[i]))
            return error_set(error, ERROR_INVALID,
                "InvalidBucketName: The specified bucket is not valid: %s is a path of this server",
                RESERVED[i]);
    }
    return true;
}

/* The bucket is there already: what that means to this caller. */
static bool answer_existing(struct s3api_exchange *exchange, struct str region, struct error *error) {
    struct objects_bucket existing;
    struct error ignored = {0};
    if (!objects_bucket_get(
            exchange->api->options.objects, exchange->request.bucket, exchange->arena, &existing, &ignored) ||
        !str_equals(existing.owner_account, exchange->principal->account))
        return error_set(error, ERROR_CONFLICT,
            "BucketAlreadyExists: The requested bucket name is not available. The bucket namespace is shared "
            "by "
            "all users of the system. Please select a different name and try again.");
    return (str_is(region, LEGACY_REGION) && str_equals(existing.region, region)) ||
           error_set(error, ERROR_CONFLICT,
               "BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you "
               "already own it.");
}

bool s3api_create_bucket(struct s3api_exchange *exchange, struct error *error) {
    struct objects_bucket bucket = {
        .name = exchange->request.bucket, .owner_account = exchange->principal->account};
    bucket.created_at = exchange->time;
    if (!check_bucket_headers(exchange, error) || !choose_region(exchange, &bucket.region, error))
        return false;
    if (!objects_bucket_create(exchange->api->options.objects, &bucket, error)) {
        if (error->kind != ERROR_CONFLICT || !answer_existing(exchange, bucket.region, error))
            return false;
    }
    exchange->bucket = bucket;
    http_set_header(exchange->http, "Location", arena_format(exchange->arena, "/%.*s", STR(bucket.name)));
    s3api_answer_empty(exchange, 200);
    return true;
}

bool s3api_delete_bucket(struct s3api_exchange *exchange, struct error *error) {
    if (!objects_bucket_delete(exchange->api->options.objects, exchange->request.bucket, error))
        return false;
    s3api_answer_empty(exchange, 204);
    return true;
}

bool s3api_head_bucket(struct s3api_exchange *exchange, struct error *error) {
    (void)error;
    http_set_header(exchange->http, "x-amz-bucket-region", exchange->bucket.region);
    s3api_answer_empty(exchange, 200);
    return true;
}

bool s3api_get_bucket_location(struct s3api_exchange *exchange, struct error *error) {
    (void)error;
    struct buf xml = s3api_xml_begin("LocationConstraint");
    if (!str_is(exchange->bucket.region, LEGACY_REGION))
        xml_text(&xml, exchange->bucket.region);
    xml_close(&xml, "LocationConstraint");
    s3api_answer_xml(exchange, &xml);
    return true;
}
