/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c: what goes back over the wire, REST-JSON. */
#include "base/own.h"

#include "private.h"

static void append_id(struct json_writer *writer, const struct audit_outcome *outcome) {
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(outcome->event_id, id);
    json_begin_object(writer);
    json_member_string(writer, "id", outcome->event.id);
    json_member_string(writer, "eventID", str_from(id));
    json_end_object(writer);
}

static void append_failure(struct json_writer *writer, const struct audit_outcome *outcome) {
    json_begin_object(writer);
    json_member_string(writer, "id", outcome->event.id);
    json_member_string(writer, "errorCode", str_from(outcome->code));
    json_member_string(writer, "errorMessage", outcome->message);
    json_end_object(writer);
}

void audit_append_outcomes(struct buf *buf, const struct audit_call *call) {
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_key(&writer, STR_LITERAL("successful"));
    json_begin_array(&writer);
    for (size_t i = 0; i < call->count; i++)
        if (call->outcomes[i].code == NULL)
            append_id(&writer, &call->outcomes[i]);
    json_end_array(&writer);
    json_key(&writer, STR_LITERAL("failed"));
    json_begin_array(&writer);
    for (size_t i = 0; i < call->count; i++)
        if (call->outcomes[i].code != NULL)
            append_failure(&writer, &call->outcomes[i]);
    json_end_array(&writer);
    json_end_object(&writer);
}

void audit_answer(struct audit_call *call, bool succeeded) {
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    http_set_header(call->exchange, "x-amzn-RequestId", str_from(call->request_id));
    http_set_header(call->exchange, "Content-Type", STR_LITERAL("application/json"));
    if (succeeded) {
        audit_append_outcomes(&body, call);
    } else {
        http_set_header(call->exchange, "x-amzn-ErrorType", str_from(call->fault.code));
        struct json_writer writer = JSON_WRITER(&body);
        json_begin_object(&writer);
        json_member_string(&writer, "message", call->fault.message);
        json_end_object(&writer);
    }
    http_answer(call->exchange, succeeded ? 200 : call->fault.status, buf_bytes(&body));
}
