/* SPDX-License-Identifier: Apache-2.0 */
/* policy: who may: the fixed ACL of the owner, and the bucket policy, kept as it was put. */
#include "base/own.h"
#include "codec/json.h"

#include "exchange.h"
#include "handlers.h"

/* The object that an object's ACL is asked for must be there. */
static bool check_object(struct s3api_exchange *exchange, struct error *error) {
    struct objects_info info;
    return exchange->request.level != S3API_OBJECT ||
           objects_head(exchange->api->options.objects, exchange->request.bucket, exchange->request.key,
               exchange->arena, &info, error);
}

bool s3api_get_acl(struct s3api_exchange *exchange, struct error *error) {
    if (!check_object(exchange, error))
        return false;
    struct str owner = exchange->bucket.owner_account;
    struct buf xml = s3api_xml_begin("AccessControlPolicy");
    s3api_xml_owner(&xml, "Owner", owner);
    xml_open(&xml, "AccessControlList");
    xml_open(&xml, "Grant");
    (void)buf_append_text(
        &xml, "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">");
    s3api_xml_identity(&xml, owner);
    xml_close(&xml, "Grantee");
    xml_element(&xml, "Permission", STR_LITERAL("FULL_CONTROL"));
    xml_close(&xml, "Grant");
    xml_close(&xml, "AccessControlList");
    xml_close(&xml, "AccessControlPolicy");
    s3api_answer_xml(exchange, &xml);
    return true;
}

/* As a bucket with ownership "bucket owner enforced": only what changes nothing is taken. */
bool s3api_put_acl(struct s3api_exchange *exchange, struct error *error) {
    struct str acl = s3api_header(exchange, "x-amz-acl");
    if (!check_object(exchange, error))
        return false;
    if (exchange->small_body.size > 0 ||
        (!str_is(acl, "private") && !str_is(acl, "bucket-owner-full-control")))
        return error_set(
            error, ERROR_INVALID, "AccessControlListNotSupported: The bucket does not allow ACLs");
    s3api_answer_empty(exchange, 200);
    return true;
}

bool s3api_get_bucket_policy(struct s3api_exchange *exchange, struct error *error) {
    if (exchange->bucket.policy.size == 0)
        return error_set(error, ERROR_NOT_FOUND, "NoSuchBucketPolicy: The bucket policy does not exist");
    s3api_answer_body(exchange, "application/json", str_bytes(exchange->bucket.policy));
    return true;
}

static void json_parser_destroyp(struct json_parser **parser) {
    json_parser_destroy(*parser);
}

static bool check_policy(struct str text, struct error *error) {
    SCOPED(json_parser_destroyp) struct json_parser *parser = json_parser_create();
    struct json_value root = JSON_MISSING;
    struct error syntax = {0};
    if (text.size == 0)
        return error_set(error, ERROR_INVALID, "MalformedPolicy: Missing required field Statement");
    if (!json_parse(parser, text, &root, &syntax) || json_kind(root) != JSON_OBJECT)
        return error_set(error, ERROR_INVALID,
            "MalformedPolicy: Policies must be valid JSON and the first byte must be '{'");
    enum json_kind statement = json_kind(json_get(root, "Statement"));
    return statement == JSON_ARRAY || statement == JSON_OBJECT ||
           error_set(error, ERROR_INVALID, "MalformedPolicy: Missing required field Statement");
}

bool s3api_put_bucket_policy(struct s3api_exchange *exchange, struct error *error) {
    struct str policy = buf_str(&exchange->small_body);
    if (!check_policy(policy, error) ||
        !objects_bucket_set_policy(exchange->api->options.objects, exchange->request.bucket, policy, error))
        return false;
    s3api_answer_empty(exchange, 204);
    return true;
}

bool s3api_delete_bucket_policy(struct s3api_exchange *exchange, struct error *error) {
    if (!objects_bucket_set_policy(
            exchange->api->options.objects, exchange->request.bucket, STR_EMPTY, error))
        return false;
    s3api_answer_empty(exchange, 204);
    return true;
}
