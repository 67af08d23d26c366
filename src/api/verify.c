/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c: VerifyTrail. What `aws cloudtrail validate-logs` checks, and what only Cairn can: the catalog
 * knows every file and digest it delivered, so deleted tails and planted files show.
 */
#include "digest/digest.h"

#include "private.h"
#include "trail.h"

enum { FINDINGS_MAX = 1000 };

struct api_verify_trail_request {
    struct str trail_name;
    struct aws_timestamp start_time, end_time;
};
struct finding {
    struct str kind, region, s3_bucket, s3_object;
    struct aws_boolean is_digest;
};
struct api_verify_trail_response {
    struct str trail_arn;
    struct aws_integer digests, valid_digests, log_files, valid_log_files, planted_files;
    struct aws_boolean is_valid;
    struct aws_list findings;
};

static const struct aws_member request_members[] = {
    API_REQUIRED(api_verify_trail_request, trail_name, "TrailName", aws_string),
    API_MEMBER(api_verify_trail_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_verify_trail_request, end_time, "EndTime", aws_timestamp),
};
static const struct aws_member finding_members[] = {
    API_MEMBER(finding, kind, "Kind", aws_string),
    API_MEMBER(finding, is_digest, "IsDigest", aws_boolean),
    API_MEMBER(finding, region, "Region", aws_string),
    API_MEMBER(finding, s3_bucket, "S3Bucket", aws_string),
    API_MEMBER(finding, s3_object, "S3Object", aws_string),
};
static const struct aws_shape finding = AWS_SHAPE_OF(struct finding, finding_members);
static const struct aws_shape finding_list = AWS_LIST_OF(finding);
static const struct aws_member response_members[] = {
    API_MEMBER(api_verify_trail_response, trail_arn, "TrailARN", aws_string),
    API_MEMBER(api_verify_trail_response, is_valid, "IsValid", aws_boolean),
    API_MEMBER(api_verify_trail_response, digests, "Digests", aws_long),
    API_MEMBER(api_verify_trail_response, valid_digests, "ValidDigests", aws_long),
    API_MEMBER(api_verify_trail_response, log_files, "LogFiles", aws_long),
    API_MEMBER(api_verify_trail_response, valid_log_files, "ValidLogFiles", aws_long),
    API_MEMBER(api_verify_trail_response, planted_files, "PlantedFiles", aws_long),
    API_MEMBER(api_verify_trail_response, findings, "Findings", finding_list),
};
const struct aws_shape api_verify_trail_request =
    AWS_SHAPE_OF(struct api_verify_trail_request, request_members);
const struct aws_shape api_verify_trail_response =
    AWS_SHAPE_OF(struct api_verify_trail_response, response_members);

struct collection {
    struct api_call *call;
    struct finding *findings;
    size_t count;
};

/* What is wrong is listed, the first FINDINGS_MAX of it; what is valid is only counted. */
static bool collect(const struct digest_finding *found, void *context) {
    struct collection *collection = context;
    struct arena *arena = collection->call->arena;
    if (found->kind == DIGEST_VALID || collection->count == FINDINGS_MAX)
        return true;
    collection->findings[collection->count++] = (struct finding){
        .kind = str_from(digest_finding_text(found->kind)),
        .region = arena_str(arena, found->region),
        .s3_bucket = arena_str(arena, found->bucket),
        .s3_object = arena_str(arena, found->object_key),
        .is_digest = AWS_SET_BOOLEAN(found->is_digest),
    };
    return true;
}

bool api_verify_trail(struct api_call *call) {
    const struct api_verify_trail_request *request = call->request;
    struct api_verify_trail_response *response = call->response;
    const struct api_options *options = &call->api->options;
    struct catalog_trail trail;
    if (!api_trail_find(call, request->trail_name, &trail))
        return false;
    struct moment range[2] = {MOMENT_MIN, call->now};
    if (request->start_time.is_set)
        range[0] = request->start_time.value;
    if (request->end_time.is_set)
        range[1] = request->end_time.value;
    if (range[0].ms > range[1].ms)
        return api_fail(call, API_INVALID_TIME_RANGE, "Start time cannot be later than end time.");
    struct collection collection = {call, ARENA_ARRAY(call->arena, FINDINGS_MAX, struct finding), 0};
    struct digest_counts counts = {0};
    struct error error = {0};
    if (!digest_verify(
            options->catalog, options->objects, trail.id, range, collect, &collection, &counts, &error))
        return api_fail_with(call, &error);
    *response = (struct api_verify_trail_response){
        .trail_arn = trail.arn,
        .digests = AWS_SET_INTEGER((int64_t)counts.digests),
        .valid_digests = AWS_SET_INTEGER((int64_t)counts.digests_valid),
        .log_files = AWS_SET_INTEGER((int64_t)counts.files),
        .valid_log_files = AWS_SET_INTEGER((int64_t)counts.files_valid),
        .planted_files = AWS_SET_INTEGER((int64_t)counts.planted),
        .is_valid = AWS_SET_BOOLEAN(collection.count == 0),
        .findings = {true, collection.count, collection.findings},
    };
    return true;
}
