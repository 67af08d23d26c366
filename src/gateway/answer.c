/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer: what a client is told where the gateway answers for the service, in the words of the call's
 * protocol, so that an SDK raises the error it knows, and retries what can be retried.
 *
 * Source: AWS's "Common errors" of the query and JSON services, S3's and EC2's lists of error responses.
 */
#include "base/own.h"
#include "codec/json.h"
#include "codec/xml.h"

#include "call.h"

/* Whose words: the rows of each fault below. */
enum dialect { DIALECT_S3, DIALECT_JSON, DIALECT_REST_JSON, DIALECT_QUERY, DIALECT_EC2, DIALECT_COUNT };

struct fault_row {
    struct {
        unsigned status;
        const char *code;
    } words[DIALECT_COUNT];
    const char *message;
};

static const struct fault_row faults[] = {
    [FAULT_UNRECORDED] = {{[DIALECT_S3] = {503, "SlowDown"},
                              [DIALECT_JSON] = {503, "ServiceUnavailable"},
                              [DIALECT_REST_JSON] = {503, "ServiceUnavailableException"},
                              [DIALECT_QUERY] = {503, "ServiceUnavailable"},
                              [DIALECT_EC2] = {503, "Unavailable"}},
        "The call cannot be recorded at the moment and was not carried out. Please try again."},
    [FAULT_UNREACHABLE] = {{[DIALECT_S3] = {503, "ServiceUnavailable"},
                               [DIALECT_JSON] = {503, "ServiceUnavailable"},
                               [DIALECT_REST_JSON] = {503, "ServiceUnavailableException"},
                               [DIALECT_QUERY] = {503, "ServiceUnavailable"},
                               [DIALECT_EC2] = {503, "Unavailable"}},
        "The service behind this gateway cannot be reached; the call was not carried out."},
    [FAULT_BROKE] = {{[DIALECT_S3] = {502, "InternalError"},
                         [DIALECT_JSON] = {502, "InternalFailure"},
                         [DIALECT_REST_JSON] = {502, "InternalFailure"},
                         [DIALECT_QUERY] = {502, "InternalFailure"},
                         [DIALECT_EC2] = {502, "InternalError"}},
        "The connection to the service broke; whether the call was carried out is not known."},
    [FAULT_TIMEOUT] = {{[DIALECT_S3] = {504, "InternalError"},
                           [DIALECT_JSON] = {504, "InternalFailure"},
                           [DIALECT_REST_JSON] = {504, "InternalFailure"},
                           [DIALECT_QUERY] = {504, "InternalFailure"},
                           [DIALECT_EC2] = {504, "InternalError"}},
        "The service did not answer in time; whether the call was carried out is not known."},
    [FAULT_DENIED] = {{[DIALECT_S3] = {403, "AccessDenied"},
                          [DIALECT_JSON] = {400, "AccessDeniedException"},
                          [DIALECT_REST_JSON] = {403, "AccessDeniedException"},
                          [DIALECT_QUERY] = {403, "AccessDenied"},
                          [DIALECT_EC2] = {403, "UnauthorizedOperation"}},
        "This gateway passes on only the calls of principals that its entry allows."},
    [FAULT_NOT_IMPLEMENTED] = {{[DIALECT_S3] = {501, "NotImplemented"},
                                   [DIALECT_JSON] = {501, "NotImplemented"},
                                   [DIALECT_REST_JSON] = {501, "NotImplemented"},
                                   [DIALECT_QUERY] = {501, "NotImplemented"},
                                   [DIALECT_EC2] = {501, "UnsupportedOperation"}},
        "This gateway signs calls anew and cannot do that for a body that is signed chunk by chunk, or for a "
        "streamed one whose hash is not in x-amz-content-sha256."},
    [FAULT_AMBIGUOUS] = {{[DIALECT_S3] = {400, "InvalidRequest"},
                             [DIALECT_JSON] = {400, "ValidationException"},
                             [DIALECT_REST_JSON] = {400, "ValidationException"},
                             [DIALECT_QUERY] = {400, "InvalidParameterCombination"},
                             [DIALECT_EC2] = {400, "InvalidParameterCombination"}},
        "The call names more than one operation and was not passed on."},
    [FAULT_TOO_LARGE] = {{[DIALECT_S3] = {413, "EntityTooLarge"},
                             [DIALECT_JSON] = {413, "RequestEntityTooLargeException"},
                             [DIALECT_REST_JSON] = {413, "RequestEntityTooLargeException"},
                             [DIALECT_QUERY] = {413, "RequestEntityTooLarge"},
                             [DIALECT_EC2] = {413, "RequestEntityTooLarge"}},
        "The body of this call must be read before it is passed on, and is too large for that."},
};

static enum dialect dialect_of(enum protocol_kind kind) {
    switch (kind) {
    case PROTOCOL_S3:
        return DIALECT_S3;
    case PROTOCOL_JSON:
    case PROTOCOL_CBOR:
    case PROTOCOL_UNKNOWN:
        return DIALECT_JSON;
    case PROTOCOL_REST_JSON:
        return DIALECT_REST_JSON;
    case PROTOCOL_QUERY:
    case PROTOCOL_REST_XML:
        return DIALECT_QUERY;
    case PROTOCOL_EC2:
        return DIALECT_EC2;
    }
    return DIALECT_JSON;
}

struct gateway_answer gateway_answer_of(const struct gateway_call *call, enum gateway_fault fault) {
    const struct fault_row *row = &faults[fault];
    enum dialect dialect = dialect_of(call->protocol.kind);
    return (struct gateway_answer){
        row->words[dialect].status, str_from(row->words[dialect].code), str_from(row->message)};
}

/* ---- bodies ---- */

static void append_s3(
    struct buf *body, const struct gateway_call *call, const struct gateway_answer *answer) {
    (void)buf_append_text(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml_open(body, "Error");
    xml_element(body, "Code", answer->code);
    xml_element(body, "Message", answer->message);
    xml_element(body, "Resource", call->request.path);
    xml_element(body, "RequestId", call->protocol.request_id);
    xml_close(body, "Error");
}

static void append_query(
    struct buf *body, const struct gateway_call *call, const struct gateway_answer *answer) {
    xml_open(body, "ErrorResponse");
    xml_open(body, "Error");
    xml_element(body, "Type", str_from(answer->status < 500 ? "Sender" : "Receiver"));
    xml_element(body, "Code", answer->code);
    xml_element(body, "Message", answer->message);
    xml_close(body, "Error");
    xml_element(body, "RequestId", call->protocol.request_id);
    xml_close(body, "ErrorResponse");
}

static void append_ec2(
    struct buf *body, const struct gateway_call *call, const struct gateway_answer *answer) {
    (void)buf_append_text(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml_open(body, "Response");
    xml_open(body, "Errors");
    xml_open(body, "Error");
    xml_element(body, "Code", answer->code);
    xml_element(body, "Message", answer->message);
    xml_close(body, "Error");
    xml_close(body, "Errors");
    xml_element(body, "RequestID", call->protocol.request_id);
    xml_close(body, "Response");
}

static void append_json(struct buf *body, const struct gateway_answer *answer) {
    struct json_writer writer = JSON_WRITER(body);
    json_begin_object(&writer);
    json_member_string(&writer, "__type", answer->code);
    json_member_string(&writer, "message", answer->message);
    json_end_object(&writer);
}

/* RFC 8949: a text string, its size in 16 bits. */
static void append_cbor_text(struct buf *body, struct str text) {
    buf_append_u8(body, 0x79);
    buf_append_u8(body, (uint8_t)(text.size >> 8));
    buf_append_u8(body, (uint8_t)text.size);
    buf_append_str(body, text);
}

static void append_cbor(struct buf *body, const struct gateway_answer *answer) {
    buf_append_u8(body, 0xa2);
    append_cbor_text(body, STR_LITERAL("__type"));
    append_cbor_text(body, answer->code);
    append_cbor_text(body, STR_LITERAL("message"));
    append_cbor_text(body, str_slice(answer->message, 0, UINT16_MAX));
}

static const char *append_body(
    struct buf *body, const struct gateway_call *call, const struct gateway_answer *answer) {
    switch (call->protocol.kind) {
    case PROTOCOL_S3:
        append_s3(body, call, answer);
        return "application/xml";
    case PROTOCOL_QUERY:
    case PROTOCOL_REST_XML:
        append_query(body, call, answer);
        return "text/xml";
    case PROTOCOL_EC2:
        append_ec2(body, call, answer);
        return "text/xml;charset=UTF-8";
    case PROTOCOL_CBOR:
        append_cbor(body, answer);
        return "application/cbor";
    case PROTOCOL_JSON:
        append_json(body, answer);
        return "application/x-amz-json-1.1";
    case PROTOCOL_REST_JSON:
    case PROTOCOL_UNKNOWN:
        append_json(body, answer);
        return "application/json";
    }
    return "text/plain";
}

void gateway_answer_make_request_id(struct gateway_call *call) {
    struct uuid id = gateway_loop_make_id(call->loop);
    char text[UUID_TEXT_SIZE + 1];
    if (call->protocol.request_id.size > 0)
        return;
    uuid_format(id, text);
    if (call->protocol.kind == PROTOCOL_S3) /* 16 characters 0-9A-Z */
        call->protocol.request_id = arena_format(call->arena, "%02X%02X%02X%02X%02X%02X%02X%02X", id.bytes[8],
            id.bytes[9], id.bytes[10], id.bytes[11], id.bytes[12], id.bytes[13], id.bytes[14], id.bytes[15]);
    else
        call->protocol.request_id = arena_str(call->arena, str_of(text, UUID_TEXT_SIZE));
}

void gateway_answer_send(struct gateway_call *call, const struct gateway_answer *answer) {
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    gateway_answer_make_request_id(call);
    const char *type = append_body(&body, call, answer);
    bool is_s3 = call->protocol.kind == PROTOCOL_S3;
    struct http_header headers[] = {
        {STR_LITERAL("Content-Type"), str_from(type)},
        {str_from(is_s3 ? "x-amz-request-id" : "x-amzn-RequestId"), call->protocol.request_id},
        {STR_LITERAL("x-amzn-ErrorType"), answer->code},
        {STR_LITERAL("smithy-protocol"), STR_LITERAL("rpc-v2-cbor")},
    };
    size_t count = call->protocol.kind == PROTOCOL_CBOR ? 4 : is_s3 ? 2 : 3;
    bool is_head = str_is(proxy_relay_method(call->relay), "HEAD");
    proxy_relay_answer(
        call->relay, answer->status, headers, count, is_head ? (struct bytes){NULL, 0} : buf_bytes(&body));
}
