/* SPDX-License-Identifier: Apache-2.0 */
/* record: what is known of a call, as the record of it. */
#include "aws/arn.h"
#include "sys/clock.h"

#include "call.h"

#include <string.h>

/* A call whose outcome nobody knows: an intent that was left open, or a connection that broke before the
 * reply. AWS has no word for it, as nothing stands between it and itself. */
#define OUTCOME_UNKNOWN STR_LITERAL("OutcomeUnknown")
#define INTENT_MESSAGE                                                                                       \
    STR_LITERAL(                                                                                             \
        "The call was passed on to the service; whether and how it ended is not known, as recording "        \
        "stopped before its answer.")

static struct str region_of(const struct gateway_call *call) {
    struct str region = call->protocol.region;
    return aws_is_region(region) ? region : call->gate->region;
}

/* How a call was signed, where that is not SigV4. */
static struct str signature_version(enum protocol_signature signature) {
    switch (signature) {
    case PROTOCOL_SIGV2:
        return STR_LITERAL("SigV2");
    case PROTOCOL_SIGV4A:
        return STR_LITERAL("SigV4A");
    case PROTOCOL_SIGV4:
    case PROTOCOL_UNSIGNED:
        return STR_EMPTY;
    }
    return STR_EMPTY;
}

static void describe_transfer(const struct gateway_call *call, struct call_transfer *ret_transfer) {
    const struct protocol_call *protocol = &call->protocol;
    *ret_transfer = (struct call_transfer){.bytes_in = protocol->payload_size != UINT64_MAX
                                                           ? protocol->payload_size
                                                           : proxy_relay_bytes_in(call->relay),
        .bytes_out = proxy_relay_bytes_out(call->relay),
        .host_id = protocol->host_id,
        .is_signed = protocol->claim.signature != PROTOCOL_UNSIGNED,
        .is_presigned = protocol->claim.is_presigned,
        .signature_version = signature_version(protocol->claim.signature)};
}

static void describe_connection(const struct gateway_call *call, struct call *ret_call) {
    ret_call->source_ip = call->source_ip;
    ret_call->user_agent = call->user_agent;
    ret_call->tls_version = proxy_relay_tls_version(call->relay);
    ret_call->tls_cipher = proxy_relay_tls_cipher(call->relay);
    if (ret_call->tls_version.size > 0)
        ret_call->host = call->host;
}

static void describe_outcome(const struct gateway_call *call, bool is_intent, struct call *ret_call) {
    const struct protocol_call *protocol = &call->protocol;
    ret_call->request_id = protocol->request_id;
    ret_call->error_code = is_intent ? OUTCOME_UNKNOWN : protocol->error_code;
    ret_call->error_message = is_intent ? INTENT_MESSAGE : protocol->error_message;
}

/* Whose key it is does not say who called, where the signature is wrong. */
static struct call_identity identity_of(const struct gateway_call *call) {
    if (call->protocol.was_refused_as_unauthenticated || call->caller.trust == IDENTITY_FORGED)
        return identity_unauthenticated(&call->protocol.claim);
    struct call_identity identity;
    bool is_unsigned = call->caller.trust == IDENTITY_ANONYMOUS;
    if (is_unsigned && identity_of_token(call->arena, &call->protocol, &identity))
        return identity;
    return call->caller.identity;
}

struct str gateway_record_build(struct gateway_call *call, size_t part, bool is_intent) {
    static const struct protocol_part nothing;
    const struct protocol_call *protocol = &call->protocol;
    const struct gateway_gate *gate = call->gate;
    struct gateway_loop *loop = call->loop;
    const struct protocol_part *detail = part < protocol->part_count ? &protocol->parts[part] : &nothing;
    struct call_transfer transfer;
    char shared_id[UUID_TEXT_SIZE + 1];
    struct call record = {.event_source = protocol->event_source,
        .operation = protocol->operation,
        .identity = identity_of(call),
        .time = clock_now(gate->gateway->clock),
        .region = region_of(call),
        .account = aws_is_account_id(call->caller.account) ? call->caller.account : gate->account,
        .casing = protocol->casing,
        .request = detail->request,
        .additional = detail->additional,
        .api_version = protocol->api_version,
        .event_id = part == 0 ? call->event_id : gateway_loop_make_id(loop),
        .resources = detail->resources,
        .resource_count = detail->resource_count,
        .hides = gate->hides,
        .hide_count = gate->hide_count};
    if (!is_intent)
        record.response = detail->response;
    describe_outcome(call, is_intent, &record);
    describe_connection(call, &record);
    if (str_is(protocol->event_source, "s3.amazonaws.com")) {
        describe_transfer(call, &transfer);
        record.transfer = &transfer;
    }
    if (protocol->part_count > 1) { /* what links them */
        uuid_format(call->event_id, shared_id);
        record.shared_id = str_of(shared_id, UUID_TEXT_SIZE);
    }
    buf_clear(&loop->record);
    call_append_record(loop->recorder, &loop->record, &record);
    size_t size = loop->record.size;
    memset(buf_reserve(&loop->record, JSON_PADDING), 0, JSON_PADDING);
    return str_of(loop->record.data, size);
}
