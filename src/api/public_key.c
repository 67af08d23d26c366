/* SPDX-License-Identifier: Apache-2.0 */
/* public_key.c: ListPublicKeys: those that signed digests of this region in a span of time. */
#include "catalog/signing.h"

#include "private.h"

struct api_list_public_keys_request {
    struct aws_timestamp start_time, end_time;
    struct str next_token;
};
struct public_key {
    struct bytes value;
    struct aws_timestamp validity_start_time, validity_end_time;
    struct str fingerprint;
};
struct api_list_public_keys_response {
    struct aws_list public_key_list;
};

static const struct aws_member request_members[] = {
    API_MEMBER(api_list_public_keys_request, start_time, "StartTime", aws_timestamp),
    API_MEMBER(api_list_public_keys_request, end_time, "EndTime", aws_timestamp),
    API_MEMBER(api_list_public_keys_request, next_token, "NextToken", aws_string),
};
static const struct aws_member key_members[] = {
    API_MEMBER(public_key, value, "Value", aws_blob),
    API_MEMBER(public_key, validity_start_time, "ValidityStartTime", aws_timestamp),
    API_MEMBER(public_key, validity_end_time, "ValidityEndTime", aws_timestamp),
    API_MEMBER(public_key, fingerprint, "Fingerprint", aws_string),
};
static const struct aws_shape public_key = AWS_SHAPE_OF(struct public_key, key_members);
static const struct aws_shape public_key_list = AWS_LIST_OF(public_key);
static const struct aws_member response_members[] = {
    API_MEMBER(api_list_public_keys_response, public_key_list, "PublicKeyList", public_key_list),
};
const struct aws_shape api_list_public_keys_request =
    AWS_SHAPE_OF(struct api_list_public_keys_request, request_members);
const struct aws_shape api_list_public_keys_response =
    AWS_SHAPE_OF(struct api_list_public_keys_response, response_members);

bool api_list_public_keys(struct api_call *call) {
    const struct api_list_public_keys_request *request = call->request;
    struct api_list_public_keys_response *response = call->response;
    if (request->next_token.size > 0) /* AWS reserves it; one page holds all */
        return api_fail(call, API_INVALID_TOKEN, "The NextToken is not valid.");
    struct moment from = request->start_time.is_set ? request->start_time.value : call->now;
    struct moment to = request->end_time.is_set ? request->end_time.value : call->now;
    if (!request->end_time.is_set && from.ms > to.ms)
        to = from;
    if (from.ms > to.ms)
        return api_fail(call, API_INVALID_TIME_RANGE, "Start time cannot be later than end time.");
    struct catalog_signing_key *keys = NULL;
    size_t count = 0;
    struct error error = {0};
    if (!catalog_signing_list(
            call->api->options.catalog, call->region, from, to, call->arena, &keys, &count, &error))
        return api_fail_with(call, &error);
    struct public_key *list = ARENA_ARRAY(call->arena, count, struct public_key);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct public_key){keys[i].public_der, AWS_SET_TIMESTAMP(keys[i].valid_from),
            AWS_SET_TIMESTAMP(keys[i].valid_until), keys[i].fingerprint};
    response->public_key_list = (struct aws_list){true, count, list};
    return true;
}
