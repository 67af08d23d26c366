/* SPDX-License-Identifier: Apache-2.0 */
/* Any head of a request, with a body and a reply: understood, and recorded as an event that can be read. */
#include "base/check.h"
#include "base/own.h"
#include "support/exchange_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct call_recorder *recorder;
static struct json_parser *parser;

static void record(const struct protocol_call *call, const struct protocol_part *part) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct call_transfer transfer = {0};
    struct call record = {.event_source = call->event_source,
        .operation = call->operation,
        .region = call->region,
        .error_code = call->error_code,
        .error_message = call->error_message,
        .casing = call->casing,
        .request = part->request,
        .response = part->response,
        .additional = part->additional,
        .resources = part->resources,
        .resource_count = part->resource_count,
        .transfer = &transfer};
    struct json_value value;
    struct error error;
    call_append_record(recorder, &text, &record);
    ASSERT(json_parse(parser, buf_str(&text), &value, &error));
    ASSERT(text.size <= CALL_RECORD_SIZE_MAX);
    struct json_value parameters = json_get(value, "requestParameters");
    struct str reason = json_text(json_get(parameters, "reason"));
    struct str key;
    ASSERT(call->kind != PROTOCOL_S3 || !str_is(reason, "requestParameters not readable"));
    ASSERT(call->kind != PROTOCOL_S3 || json_kind(parameters) != JSON_OBJECT ||
           !json_find_duplicate_key(parameters, &key));
}

/* A request, and behind a line of four dashes the reply. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str text = bytes_str(bytes_of(data, size)), reply = STR_LITERAL("200");
    struct str line = STR_LITERAL("\n----\n");
    size_t at = str_find(text, line);
    struct bytes body;
    if (recorder == NULL) {
        recorder = call_recorder_create();
        parser = json_parser_create();
    }
    if (at != SIZE_MAX) {
        reply = str_slice(text, at + line.size, SIZE_MAX);
        text = str_slice(text, 0, at);
    }
    struct protocol_request request = exchange_request(&arena, text, &body);
    struct protocol_call call = exchange_read(&arena, &request, body, reply);
    ASSERT(call.part_count > 0 && call.part_count <= PROTOCOL_PARTS_MAX);
    ASSERT(call.operation.size > 0 && call.event_source.size > 0);
    for (size_t i = 0; i < call.part_count; i++)
        record(&call, &call.parts[i]);
    return 0;
}
