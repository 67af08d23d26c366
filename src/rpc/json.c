/* SPDX-License-Identifier: Apache-2.0 */
/* json: the JSON protocols 1.0 and 1.1, and CBOR, which is read as the JSON that says the same. */
#include "base/own.h"
#include "call/operation.h"

#include "dynamodb.h"
#include "private.h"

bool rpc_is_operation(struct str name) {
    enum { NAME_SIZE_MAX = 128 };
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return name.size > 0 && name.size <= NAME_SIZE_MAX;
}

/* "DynamoDB_20120810.GetItem": the operation is behind the last dot. */
static void read_target(struct str target, struct str *ret_prefix, struct str *ret_operation) {
    struct str rest = target;
    while (str_find_char(rest, '.') != SIZE_MAX)
        IGNORE(str_cut(&rest, '.').size != 0, "only what is behind it counts");
    *ret_operation = rest;
    *ret_prefix = str_slice(target, 0, rest.size < target.size ? target.size - rest.size - 1 : 0);
}

/* Smithy RPC v2: .../service/AmazonSQS/operation/SendMessage */
static bool read_path(struct str path, struct str *ret_prefix, struct str *ret_operation) {
    size_t at = str_find(path, STR_LITERAL("/service/"));
    if (at == SIZE_MAX)
        return false;
    struct str rest = str_slice(path, at + 9, SIZE_MAX);
    struct str prefix = str_cut(&rest, '/');
    if (!str_starts_with(rest, STR_LITERAL("operation/")))
        return false;
    *ret_prefix = prefix;
    *ret_operation = str_slice(rest, 10, SIZE_MAX);
    return true;
}

static void begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call) {
    struct str prefix = STR_EMPTY, operation = STR_EMPTY;
    if (head->target.size != 0)
        read_target(head->target, &prefix, &operation);
    else if (!read_path(head->path, &prefix, &operation))
        return;
    if (rpc_is_operation(operation) && !call->is_ambiguous)
        call->operation = operation;
    struct str service = rpc_target_service(prefix);
    if (call->claim.service.size == 0 && !head->request->service_is_fixed && service.size != 0)
        protocol_set_service(arena, service, call);
    protocol_body_begin(call);
}

static struct call_part part_of(
    struct arena *arena, const struct protocol_call *call, struct json_value value) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(PROTOCOL_TEXT_SIZE_MAX);
    struct json_writer writer = JSON_WRITER(&json);
    protocol_write_json(&writer, call->service, value);
    return protocol_part_of(arena, &json);
}

static void read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call) {
    struct str json = protocol_json_of(arena, call, body);
    SCOPED(protocol_document_close) struct protocol_document document = protocol_document_open(json);
    if (json_kind(document.root) != JSON_OBJECT) {
        if (body.size != 0)
            call->parts[0].request =
                protocol_part_omitted(arena, "requestParameters", "not readable", body.size);
        return;
    }
    if (!rpc_dynamodb_read_body(arena, keys, document.root, call) &&
        !rpc_batch_read_body(arena, document.root, call))
        call->parts[0].request = part_of(arena, call, document.root);
    protocol_find_resources(arena, document.root, call);
}

/* KMS is called with aliases, and answers with the key. */
static bool names_its_key(const struct protocol_call *call) {
    return str_is(call->service, "kms") && call->parts[0].resource_count == 0;
}

static void begin_reply(const struct protocol_reply *reply, struct protocol_call *call) {
    protocol_body_begin_reply(reply, call);
    call->reply_bytes_max = rpc_dynamodb_reply_max(call, reply->status, call->reply_bytes_max);
    if (call->reply_bytes_max == 0 && names_its_key(call))
        call->reply_bytes_max = PROTOCOL_FAILURE_SIZE_MAX;
}

static void read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call) {
    struct str json = call->reply_bytes_max == 0 ? STR_EMPTY : protocol_json_of(arena, call, body);
    SCOPED(protocol_document_close) struct protocol_document document = protocol_document_open(json);
    if (call->body_was_too_large)
        call->parts[0].request =
            protocol_part_omitted(arena, "requestParameters", "too large", call->body_bytes_max + 1);
    if (reply->status >= 300) {
        protocol_read_failure(arena, reply, body, call);
        rpc_dynamodb_read_failure(arena, document.root, call);
        return;
    }
    bool is_done = rpc_dynamodb_read_reply(arena, keys, document.root, call);
    if (is_done || json_kind(document.root) != JSON_OBJECT)
        return;
    if (names_its_key(call))
        protocol_find_resources(arena, document.root, call);
    if (!call_shows_response(call->event_source, call->operation))
        return;
    protocol_read_session(arena, NULL, document.root, call);
    if (!rpc_batch_read_reply(arena, document.root, call))
        call->parts[0].response = part_of(arena, call, document.root);
}

const struct protocol_dialect rpc_json = {begin, read_body, begin_reply, read_reply};
const struct protocol_dialect rpc_cbor = {begin, read_body, begin_reply, read_reply};
