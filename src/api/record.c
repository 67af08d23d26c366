/* SPDX-License-Identifier: Apache-2.0 */
/* record.c: a call to Cairn as the CloudTrail record that AWS would make of it. */
#include "base/own.h"
#include "call/call.h"

#include "private.h"

#include <string.h>

/* Parameters as the record shows them; nothing where none were sent. */
static struct call_part part_of(struct arena *arena, const struct aws_shape *shape, const void *structure) {
    if (shape == NULL || structure == NULL || aws_shape_count_set(shape, structure) == 0)
        return (struct call_part){.value = JSON_MISSING};
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&text);
    aws_shape_encode(&writer, shape, structure, AWS_STYLE_RECORD);
    return (struct call_part){.value = JSON_MISSING, .json = arena_str(arena, buf_str(&text))};
}

static void describe_exchange(const struct http_exchange *exchange, struct call *call) {
    call->source_ip = http_client_address(exchange);
    call->user_agent = http_header_value(exchange, "User-Agent");
    call->host = http_header_value(exchange, "Host");
    call->tls_version = http_tls_version(exchange);
    call->tls_cipher = http_tls_cipher(exchange);
}

void api_record_append(struct buf *buf, const struct api_call *call, bool succeeded) {
    const struct api_operation *operation = call->operation;
    bool tells_response = succeeded && operation->effect == API_CHANGES;
    struct call seen = {.event_source = str_from(api_service_names(operation->service)->event_source),
        .operation = str_from(operation->name),
        .identity = auth_call_identity(&call->principal),
        .time = call->now,
        .region = call->region,
        .account = call->account,
        .source_ip = STR_LITERAL("127.0.0.1"),
        .casing = CALL_CASED,
        .request = part_of(call->arena, operation->request, call->request),
        .response = part_of(call->arena, operation->response, tells_response ? call->response : NULL),
        .request_id = str_from(call->request_id),
        .event_id = call->event_id};
    if (call->exchange != NULL)
        describe_exchange(call->exchange, &seen);
    if (!succeeded) {
        seen.error_code = str_from(call->fault.code);
        seen.error_message = call->fault.message;
    }
    struct call_recorder *recorder = call_recorder_create();
    call_append_record(recorder, buf, &seen);
    call_recorder_destroy(recorder);
}

struct admission_sender api_record_sender(void) {
    return (struct admission_sender){.door = EVENT_DOOR_API,
        .principal = STR_LITERAL("cairn.amazonaws.com"),
        .is_witnessed = true,
        .may_send_reserved = true};
}

bool api_record_admit(struct api_call *call, bool succeeded, struct error *error) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(BUF_UNBOUNDED);
    api_record_append(&record, call, succeeded);
    if (!buf_check(&record, "own record", error))
        return false;
    memset(buf_reserve(&record, JSON_PADDING), 0, JSON_PADDING);
    struct admission_sender sender = api_record_sender();
    uint64_t position;
    return admission_admit(call->api->options.admission, &sender, buf_str(&record), &position, error);
}
