/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c: answers and errors in AWS JSON 1.1, and in the query protocol's XML for STS. */
#include "base/own.h"
#include "codec/json.h"
#include "codec/xml.h"

#include "private.h"

#define STS_NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

static void answer(struct http_exchange *exchange, unsigned status, const char *content_type,
    const char *request_id, struct buf *owned_body) {
    http_set_header(exchange, "Content-Type", str_from(content_type));
    http_set_header(exchange, "x-amzn-RequestId", str_from(request_id));
    http_set_header(exchange, "X-Content-Type-Options", STR_LITERAL("nosniff"));
    size_t size = 0;
    char *body = buf_take(owned_body, &size);
    http_answer_owned(exchange, status, body, size);
}

static void append_json_error(struct buf *buf, const struct api_fault *fault) {
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "__type", str_from(fault->code));
    if (fault->message.size > 0)
        json_member_string(&writer, "Message", fault->message);
    json_end_object(&writer);
}

static void append_xml_error(struct buf *buf, const struct api_fault *fault, const char *request_id) {
    buf_append_text(buf, "<ErrorResponse xmlns=\"" STS_NAMESPACE "\">");
    xml_open(buf, "Error");
    xml_element(buf, "Type", fault->status >= 500 ? STR_LITERAL("Receiver") : STR_LITERAL("Sender"));
    xml_element(buf, "Code", str_from(fault->code));
    xml_element(buf, "Message", fault->message);
    xml_close(buf, "Error");
    xml_element(buf, "RequestId", str_from(request_id));
    xml_close(buf, "ErrorResponse");
}

void api_answer_refusal(struct http_exchange *exchange, enum api_service service, const char *request_id,
    const struct api_fault *fault) {
    struct buf body = BUF_INIT(BUF_UNBOUNDED);
    if (service == API_STS) {
        append_xml_error(&body, fault, request_id);
        answer(exchange, fault->status, "text/xml", request_id, &body);
        return;
    }
    append_json_error(&body, fault);
    http_set_header(exchange, "x-amzn-ErrorType", str_from(fault->code));
    answer(exchange, fault->status, "application/x-amz-json-1.1", request_id, &body);
}

/* The members of the response as XML: STS answers texts only. */
static void append_xml_members(struct buf *buf, const struct aws_shape *shape, const void *structure) {
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct aws_member *member = &shape->members[i];
        const struct str *text = (const struct str *)(const void *)((const char *)structure + member->offset);
        if (member->shape->kind == AWS_STRING && text->data != NULL)
            xml_element(buf, member->name, *text);
    }
}

static void append_xml_response(struct buf *buf, const struct api_call *call) {
    const char *name = call->operation->name;
    buf_append_format(buf, "<%sResponse xmlns=\"" STS_NAMESPACE "\"><%sResult>", name, name);
    append_xml_members(buf, call->operation->response, call->response);
    buf_append_format(buf, "</%sResult><ResponseMetadata>", name);
    xml_element(buf, "RequestId", str_from(call->request_id));
    buf_append_format(buf, "</ResponseMetadata></%sResponse>", name);
}

void api_answer(struct api_call *call, bool succeeded) {
    enum api_service service = call->operation->service;
    if (!succeeded) {
        api_answer_refusal(call->exchange, service, call->request_id, &call->fault);
        return;
    }
    struct buf body = BUF_INIT(API_RESPONSE_BYTES_MAX);
    if (service == API_STS) {
        append_xml_response(&body, call);
        answer(call->exchange, 200, "text/xml", call->request_id, &body);
        return;
    }
    struct json_writer writer = JSON_WRITER(&body);
    aws_shape_encode(&writer, call->operation->response, call->response, AWS_STYLE_WIRE);
    if (body.overflowed) {
        buf_finish(&body);
        IGNORE(api_fail(call, API_INTERNAL, "The answer is too large: ask for fewer results."), "it is told");
        api_answer_refusal(call->exchange, service, call->request_id, &call->fault);
        return;
    }
    answer(call->exchange, 200, "application/x-amz-json-1.1", call->request_id, &body);
}
