/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.c: a call of PutAuditEvents as a data event of the channel's owner, as AWS logs it for the resource
 * type AWS::CloudTrail::Channel: which ids came and what became of them, not their data. Who only knew an
 * external id must not be able to read it there, so it is left out.
 */
#include "admission/admission.h"
#include "base/own.h"
#include "call/call.h"
#include "event/event.h"
#include "sys/random.h"

#include "private.h"

#include <string.h>

static void append_parameters(struct buf *buf, const struct audit_call *call) {
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(
        &writer, "channelArn", call->row.arn.size > 0 ? call->row.arn : str_slice(call->channel, 0, 256));
    json_key(&writer, STR_LITERAL("auditEvents"));
    json_begin_array(&writer);
    for (size_t i = 0; i < call->count; i++) {
        json_begin_object(&writer);
        json_member_string(&writer, "id", call->outcomes[i].event.id);
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
}

static void describe_exchange(const struct http_exchange *exchange, struct call *seen) {
    seen->source_ip = http_client_address(exchange);
    seen->user_agent = http_header_value(exchange, "User-Agent");
    seen->host = http_header_value(exchange, "Host");
    seen->tls_version = http_tls_version(exchange);
    seen->tls_cipher = http_tls_cipher(exchange);
}

static void append_record(struct buf *buf, const struct audit_call *call, bool succeeded) {
    SCOPED(buf_finish) struct buf request = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf response = BUF_INIT(BUF_UNBOUNDED);
    bool is_found = call->row.uuid.size > 0;
    uint8_t random[UUID_SIZE];
    random_bytes(random, sizeof random);
    append_parameters(&request, call);
    if (succeeded)
        audit_append_outcomes(&response, call);
    struct call_resource resource = {
        call->row.account, STR_LITERAL(EVENT_CHANNEL_TYPE), call->row.arn, false};
    struct call seen = {.event_source = STR_LITERAL("cloudtrail-data.amazonaws.com"),
        .operation = STR_LITERAL("PutAuditEvents"),
        .identity = auth_call_identity(&call->principal),
        .time = call->now,
        .region = call->region,
        .account = is_found ? call->row.account : call->principal.account,
        .casing = CALL_CASED,
        .request = {.value = JSON_MISSING, .json = buf_str(&request)},
        .response = {.value = JSON_MISSING, .json = buf_str(&response)},
        .request_id = str_from(call->request_id),
        .event_id = uuid_random(random),
        .resources = &resource,
        .resource_count = is_found ? 1 : 0};
    describe_exchange(call->exchange, &seen);
    if (!succeeded) {
        seen.error_code = str_from(call->fault.code);
        seen.error_message = call->fault.message;
    }
    struct call_recorder *recorder = call_recorder_create();
    call_append_record(recorder, buf, &seen);
    call_recorder_destroy(recorder);
}

bool audit_record_admit(const struct audit_call *call, bool succeeded, struct error *error) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(BUF_UNBOUNDED);
    append_record(&record, call, succeeded);
    if (!buf_check(&record, "own record", error))
        return false;
    memset(buf_reserve(&record, JSON_PADDING), 0, JSON_PADDING);
    struct admission_sender sender = {.door = EVENT_DOOR_API,
        .principal = STR_LITERAL("cairn.amazonaws.com"),
        .is_witnessed = true,
        .may_send_reserved = true};
    uint64_t position;
    return admission_admit(call->audit->options.admission, &sender, buf_str(&record), &position, error);
}
