/* SPDX-License-Identifier: Apache-2.0 */
/* dialect: which dialect a request is in, and what all dialects have in common. */
#include "dialect/dialect.h"

#include "aws/arn.h"
#include "protocol/dialect.h"
#include "rest/rest.h"
#include "rpc/rpc.h"
#include "s3/s3.h"

#include "echo.h"

/* Rows without functions: calls of which only service and outcome are known. */
static const struct protocol_dialect plain = {NULL, NULL, NULL, NULL};
static const struct protocol_dialect *const dialects[] = {
    [PROTOCOL_UNKNOWN] = &plain,
    [PROTOCOL_S3] = &s3_dialect,
    [PROTOCOL_JSON] = &rpc_json,
    [PROTOCOL_CBOR] = &rpc_cbor,
    [PROTOCOL_QUERY] = &rpc_query,
    [PROTOCOL_EC2] = &rpc_ec2,
    [PROTOCOL_REST_JSON] = &rest_json,
    [PROTOCOL_REST_XML] = &rest_xml,
};

/* ---- service and kind ---- */

static bool has_routes(struct str service) {
    const struct route *routes;
    bool is_xml;
    return rest_routes_of(service, &routes, &is_xml) > 0;
}

/* How the service speaks where the request's head does not tell. */
static enum protocol_kind kind_of_service(struct str service) {
    if (str_is(service, "s3") || str_is(service, "s3-outposts") || str_is(service, "s3express") ||
        str_is(service, "s3-object-lambda"))
        return PROTOCOL_S3;
    const struct route *routes;
    bool is_xml = false;
    return rest_routes_of(service, &routes, &is_xml) > 0 && is_xml ? PROTOCOL_REST_XML : PROTOCOL_REST_JSON;
}

/* A service that the client names although it does not sign: "api/s3#1.2" in SDKs' user agents, or the host
 * "sts.eu-west-1.amazonaws.com". */
static struct str hinted_service(const struct protocol_head *head) {
    size_t at = str_find(head->user_agent, STR_LITERAL(" api/"));
    if (at != SIZE_MAX) {
        struct str word = str_slice(head->user_agent, at + 5, SIZE_MAX);
        word = str_cut(&word, ' ');
        return str_cut(&word, '#');
    }
    struct str host = head->host, name = str_cut(&host, ':');
    if (!str_ends_with(name, STR_LITERAL(".amazonaws.com")))
        return STR_EMPTY;
    struct str label = str_cut(&name, '.'), region = str_cut(&name, '.');
    return str_is(region, "amazonaws") || str_is(str_cut(&name, '.'), "amazonaws") ? label : STR_EMPTY;
}

/* Old clients of SQS call "/ACCOUNT/QUEUE?Action=...". */
static bool is_queue(struct str service, struct str path) {
    struct str rest = str_slice(path, 1, SIZE_MAX);
    return str_is(service, "sqs") && aws_is_account_id(str_cut(&rest, '/')) && rest.size > 0 &&
           str_find_char(rest, '/') == SIZE_MAX;
}

/* Could a service other than S3 be meant, of those that tell their calls by what a client may add to any
 * request: a header, a parameter, its own name? They are called at "/", or by a POST that S3 knows nothing
 * of. Whatever else it says, a GET of "/bucket/key" is what a store would take it for. */
static bool may_be_named(const struct protocol_head *head) {
    bool is_root = head->path.size == 0 || str_is(head->path, "/");
    bool is_form = str_starts_with(head->content_type, STR_LITERAL("multipart/"));
    if (str_is(head->request->method, "POST") && head->query.size == 0 && !is_form)
        return true;
    return is_root && s3_bucket_of_host(head).size == 0;
}

static bool may_be_of(const struct protocol_head *head, struct str service) {
    struct route_match match;
    return may_be_named(head) || is_queue(service, head->path) ||
           rest_route_find(service, head->request->method, head->path, head->query, &match);
}

/* Services of which it is known that they have no calls by path. */
static bool is_named_by_request(struct str service) {
    return !has_routes(service) && (rpc_target_has_service(service) || rpc_query_has_service(service));
}

/* The signature's scope is the client's to choose, and some stores do not look at it. */
static struct str service_of(const struct protocol_head *head, const struct protocol_claim *claim) {
    const struct protocol_request *request = head->request;
    if (request->service.size > 0 && (request->service_is_fixed || claim->service.size == 0))
        return request->service;
    if (claim->service.size > 0)
        return is_named_by_request(claim->service) && !may_be_of(head, claim->service) ? STR_LITERAL("s3")
                                                                                       : claim->service;
    /* Of version 2 in a header only S3 ever knew. */
    bool is_old_s3 = claim->signature == PROTOCOL_SIGV2 && !claim->is_presigned;
    struct str hint = is_old_s3 ? STR_EMPTY : hinted_service(head);
    bool is_hinted = hint.size > 0 && may_be_of(head, hint);
    return is_hinted ? hint : is_old_s3 || !may_be_named(head) ? STR_LITERAL("s3") : STR_EMPTY;
}

static bool has_type(const struct protocol_head *head, const char *type) {
    struct str rest = head->content_type;
    return str_equals_ignoring_case(str_trim(str_cut(&rest, ';')), str_from(type));
}

/* A form is also what a browser or curl sends to a bucket: where the service is not known its path tells. */
static bool is_query(const struct protocol_head *head, struct str service) {
    struct str action;
    bool may_be_form = service.size > 0 || str_is(head->path, "/") || head->path.size == 0;
    return (may_be_form && has_type(head, "application/x-www-form-urlencoded")) ||
           protocol_query_find(head->query, STR_LITERAL("Action"), &action);
}

/* X-Amz-Target names the operation, and so does another one, or the Action of a form or a query. */
static bool names_two_operations(const struct protocol_head *head) {
    const struct protocol_request *request = head->request;
    struct str name = STR_LITERAL("x-amz-target"), action;
    for (size_t i = 0; i < request->header_count; i++) {
        if (request->headers[i].name.size == name.size &&
            str_equals_ignoring_case(request->headers[i].name, name) &&
            !str_equals(str_trim(request->headers[i].value), head->target))
            return true;
    }
    return head->target.size > 0 && (has_type(head, "application/x-www-form-urlencoded") ||
                                        protocol_query_find(head->query, STR_LITERAL("Action"), &action));
}

/* The most telling sign first. A service that is not known is S3 where nothing speaks for another: it alone
 * has calls without a signature, or with one of version 2, in everyday use. */
static enum protocol_kind kind_of(const struct protocol_head *head, struct str service) {
    if (service.size > 0 && kind_of_service(service) == PROTOCOL_S3)
        return PROTOCOL_S3;
    if (!head->request->service_is_fixed && service.size > 0 && !may_be_named(head) &&
        !is_queue(service, head->path))
        return kind_of_service(service);
    if (str_starts_with(head->smithy_protocol, STR_LITERAL("rpc-v2-cbor")))
        return PROTOCOL_CBOR;
    if (head->target.size > 0)
        return has_type(head, "application/x-amz-cbor-1.1") ? PROTOCOL_CBOR : PROTOCOL_JSON;
    if (is_query(head, service))
        return str_is(service, "ec2") ? PROTOCOL_EC2 : PROTOCOL_QUERY;
    /* Some SDKs say so of REST-JSON too, which names no target. */
    bool is_json =
        has_type(head, "application/x-amz-json-1.0") || has_type(head, "application/x-amz-json-1.1");
    if (is_json && !has_routes(service))
        return PROTOCOL_JSON;
    return service.size == 0 ? PROTOCOL_S3 : kind_of_service(service);
}

/* ---- the four steps ---- */

void dialect_begin(
    struct arena *arena, const struct protocol_request *request, struct protocol_call *ret_call) {
    struct protocol_call call = {.operation = STR_LITERAL("Unknown"), .payload_size = UINT64_MAX};
    struct protocol_head head;
    protocol_head_read(request, &head);
    protocol_claim_read(arena, &head, &call.claim);
    struct str service = service_of(&head, &call.claim);
    call.kind = kind_of(&head, service);
    call.region = call.claim.region.size > 0 ? call.claim.region : request->region;
    call.is_ambiguous = call.kind != PROTOCOL_S3 && names_two_operations(&head);
    call.casing = call.kind == PROTOCOL_S3 ? CALL_CASED : CALL_WIRE;
    protocol_set_service(
        arena, service.size == 0 && call.kind == PROTOCOL_S3 ? STR_LITERAL("s3") : service, &call);
    protocol_make_parts(arena, 1, &call);
    if (dialects[call.kind]->begin != NULL)
        dialects[call.kind]->begin(arena, &head, &call);
    *ret_call = call;
}

void dialect_read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call) {
    if (dialects[call->kind]->read_body != NULL)
        dialects[call->kind]->read_body(arena, keys, body, call);
    dialect_echo_keep(arena, body, call);
}

void dialect_begin_reply(const struct protocol_reply *reply, struct protocol_call *call) {
    if (dialects[call->kind]->begin_reply != NULL)
        dialects[call->kind]->begin_reply(reply, call);
}

/* The name of an error whose body told none. */
static const char *error_of_status(unsigned status) {
    switch (status) {
    case 400:
        return "BadRequest";
    case 401:
    case 403:
        return "AccessDenied";
    case 404:
        return "NotFound";
    case 405:
        return "MethodNotAllowed";
    case 409:
        return "Conflict";
    case 412:
        return "PreconditionFailed";
    case 413:
        return "RequestEntityTooLarge";
    case 416:
        return "InvalidRange";
    case 429:
        return "ThrottlingException";
    case 503:
        return "ServiceUnavailable";
    default:
        return status < 500 ? "ClientError" : "InternalFailure";
    }
}

/* Errors that say: this caller is not known, whatever it claims. */
static bool is_refusal_of_caller(struct str code) {
    static const char *const codes[] = {"AuthFailure", "ExpiredToken", "ExpiredTokenException",
        "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "InvalidSecurity", "InvalidSignatureException", "InvalidToken", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException", "SignatureDoesNotMatch", "UnrecognizedClientException"};
    struct str prefix = STR_LITERAL("Client."); /* EC2's */
    if (str_starts_with(code, prefix))
        code = str_slice(code, prefix.size, SIZE_MAX);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (str_is(code, codes[i]))
            return true;
    }
    return false;
}

/* Request and host id: services differ in the header's name, and not in its meaning. */
static void take_ids(struct arena *arena, const struct protocol_reply *reply, struct protocol_call *call) {
    for (size_t i = 0; i < reply->header_count; i++) {
        struct str name = reply->headers[i].name, value = str_trim(reply->headers[i].value);
        if (name.size < 10 || (name.data[0] | 0x20) != 'x')
            continue;
        if (str_equals_ignoring_case(name, STR_LITERAL("x-amz-request-id")) ||
            str_equals_ignoring_case(name, STR_LITERAL("x-amzn-requestid")) ||
            str_equals_ignoring_case(name, STR_LITERAL("x-amzn-request-id")))
            call->request_id = arena_str(arena, value);
        else if (str_equals_ignoring_case(name, STR_LITERAL("x-amz-id-2")))
            call->host_id = arena_str(arena, value);
    }
}

void dialect_read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    take_ids(arena, reply, call);
    if (dialects[call->kind]->read_reply != NULL)
        dialects[call->kind]->read_reply(arena, keys, reply, body, call);
    if (reply->status >= 400 && call->error_code.size == 0)
        call->error_code = str_from(error_of_status(reply->status));
    call->was_refused_as_unauthenticated = is_refusal_of_caller(call->error_code);
    dialect_echo_cover(arena, call);
}
