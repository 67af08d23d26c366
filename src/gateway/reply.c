/* SPDX-License-Identifier: Apache-2.0 */
/* reply: a call's reply, and every way a call ends. */
#include "base/mem.h"

#include "call.h"

/* ---- the reply ---- */

static struct protocol_reply reply_of(const struct gateway_call *call) {
    const struct http_header *headers = NULL;
    size_t count = proxy_relay_reply_headers(call->relay, &headers);
    return (struct protocol_reply){
        proxy_relay_status(call->relay), (const struct protocol_header *)(const void *)headers, count};
}

/* Who hands out keys is asked by a POST of "/", or by CreateSession of AWS's own S3. Anything else may be a
 * store that answers with an object, and so with what whoever wrote it would like to have believed. */
static bool may_teach(const struct gateway_call *call) {
    bool is_rpc = str_is(call->request.method, "POST") && str_is(call->request.path, "/");
    unsigned status = proxy_relay_status(call->relay);
    return call->gate->entry->learn && status >= 200 && status < 300 &&
           (call->protocol.kind == PROTOCOL_S3 ? call->gate->is_aws : is_rpc);
}

/* Does the end of this answer wait until the key in it is learned? The client may use it at once. */
static bool waits_for_learning(const struct gateway_call *call) {
    bool is_of_keys = str_is(call->protocol.service, "sts") || str_is(call->protocol.service, "iam") ||
                      str_is(call->protocol.operation, "CreateSession");
    return call->ticket == NULL && is_of_keys && call->protocol.reply_bytes_max != 0 && may_teach(call);
}

void gateway_reply_on_head(struct proxy_relay *relay, void *context) {
    struct gateway_call *call = proxy_relay_attachment(relay);
    (void)context;
    struct protocol_reply reply = reply_of(call);
    call->has_reply = true;
    gateway_request_read_prefix(call);
    dialect_begin_reply(&reply, &call->protocol);
    size_t wanted = call->protocol.reply_bytes_max;
    call->reply = BUF_INIT(wanted < GATEWAY_REPLY_SIZE_MAX ? wanted : GATEWAY_REPLY_SIZE_MAX);
    if (call->ticket != NULL || waits_for_learning(call))
        proxy_relay_hold_reply(relay);
}

void gateway_reply_on_body(struct proxy_relay *relay, struct bytes piece, void *context) {
    struct gateway_call *call = proxy_relay_attachment(relay);
    (void)context;
    if (call->protocol.reply_bytes_max == 0 || call->reply.overflowed)
        return;
    if (!gateway_request_account_memory(call, piece.size)) {
        call->reply.overflowed = true; /* recorded without what it says */
    } else if (!buf_append_bytes(&call->reply, piece)) {
        gateway_request_return_memory(call, piece.size);
        call->reply.overflowed = true;
    }
}

static void learn(const struct gateway_call *call) {
    const struct protocol_session *session = call->protocol.session;
    if (session != NULL && may_teach(call))
        identity_learn(
            call->gate->book, session, &call->caller.identity, call->request.path, gateway_call_now(call));
}

static void complete(struct gateway_call *call) {
    struct protocol_reply reply = reply_of(call);
    struct bytes body = call->reply.overflowed ? (struct bytes){NULL, 0} : buf_bytes(&call->reply);
    dialect_read_reply(call->arena, call->gate->keys, &reply, body, &call->protocol);
    learn(call);
    if (waits_for_learning(call))
        proxy_relay_release(call->relay);
    /* The record needs it no more, and the client may take its time to read the reply. */
    gateway_request_return_memory(call, call->reply.size);
    buf_finish(&call->reply);
    gateway_call_settle(call);
}

/* ---- other ends ---- */

/* What the record says of a call that did not end well; AWS's names where it has one. A broken connection
 * leaves open whether the call was carried out: OutcomeUnknown, as after a crash. */
static const struct {
    const char *code, *message;
} broken_ends[] = {
    [PROXY_RELAY_CLIENT_GONE] = {"IncompleteBody", "The client left before its request was whole."},
    [PROXY_RELAY_UPSTREAM_UNREACHABLE] = {"ServiceUnavailable",
        "The service behind this gateway cannot be reached; the call was not carried out."},
    [PROXY_RELAY_UPSTREAM_BROKE] = {"OutcomeUnknown", "The connection to the service broke before its answer "
                                                      "was whole; whether the call was carried out is "
                                                      "not known."},
    [PROXY_RELAY_UPSTREAM_TIMEOUT] = {"OutcomeUnknown",
        "The service did not answer in time; whether the call was carried out is not known."},
    [PROXY_RELAY_REQUEST_BAD] = {"IncompleteBody", "The framing of the request's body broke halfway."},
    [PROXY_RELAY_STOPPED] = {"OutcomeUnknown", "The gateway stopped before the service had answered; whether "
                                               "the call was carried out is not known."},
};

static bool is_of_client(enum proxy_relay_end end) {
    return end == PROXY_RELAY_CLIENT_GONE || end == PROXY_RELAY_REQUEST_BAD;
}

/* Objects are not written in part. Every other call a service may have carried out before it missed the rest
 * of a body that it may not even look at. */
static bool needs_whole_body(const struct gateway_call *call) {
    static const char *const operations[] = {"PutObject", "PostObject", "UploadPart"};
    if (call->protocol.kind != PROTOCOL_S3)
        return false;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (str_is(call->protocol.operation, operations[i]))
            return true;
    return false;
}

static void describe_end(struct gateway_call *call, enum proxy_relay_end end) {
    gateway_request_read_prefix(call);
    if (is_of_client(end) && call->stage == STAGE_FORWARDED && !needs_whole_body(call)) {
        call->protocol.error_code = STR_LITERAL("OutcomeUnknown");
        call->protocol.error_message =
            STR_LITERAL("The client left before its request was whole; whether the "
                        "call was carried out is not known.");
        return;
    }
    call->protocol.error_code = str_from(broken_ends[end].code);
    call->protocol.error_message = str_from(broken_ends[end].message);
}

/* The client is told, where nothing of a reply was sent and it still listens. */
static void fail(struct gateway_call *call, enum proxy_relay_end end) {
    static const enum gateway_fault faults[] = {[PROXY_RELAY_UPSTREAM_UNREACHABLE] = FAULT_UNREACHABLE,
        [PROXY_RELAY_UPSTREAM_BROKE] = FAULT_BROKE,
        [PROXY_RELAY_UPSTREAM_TIMEOUT] = FAULT_TIMEOUT};
    bool is_of_upstream = end == PROXY_RELAY_UPSTREAM_UNREACHABLE || end == PROXY_RELAY_UPSTREAM_BROKE ||
                          end == PROXY_RELAY_UPSTREAM_TIMEOUT;
    describe_end(call, end);
    if (is_of_upstream) {
        atomic_fetch_add(&call->gate->upstream_failures, 1);
        gateway_tell(call->gate, TROUBLE_UPSTREAM, broken_ends[end].message);
    }
    call->must_break = is_of_upstream && call->has_reply;
    if (is_of_upstream && !call->has_reply) {
        gateway_answer_make_request_id(call);
        call->answer = gateway_answer_of(call, faults[end]);
        if (call->ticket != NULL)
            proxy_relay_hold_reply(call->relay);
    }
    gateway_call_settle(call);
}

/* It ended before the upstream saw any of it. One that has no intent and was not the client's to end counts
 * as refused; an intent needs its record. */
static void end_unsent(struct gateway_call *call, enum proxy_relay_end end) {
    bool has_number = gateway_request_take_number(call), has_intent = call->stage == STAGE_INTENDS;
    gateway_request_stop_waiting(call);
    call->stage = STAGE_OVER;
    describe_end(call, is_of_client(end) ? end : PROXY_RELAY_UPSTREAM_UNREACHABLE);
    if (has_intent) {
        struct str text = gateway_record_build(call, 0, false);
        call->ticket->late_record = mem_copy(text.data, text.size + JSON_PADDING);
        call->ticket->late_record_size = text.size;
    } else if (has_number && is_of_client(end)) {
        gateway_call_record(call);
    } else {
        ledger_refused(call->gate->ledger, call->sequence);
    }
    gateway_ticket_leave(call);
}

void gateway_reply_on_end(struct proxy_relay *relay, enum proxy_relay_end end, void *context) {
    struct gateway_call *call = proxy_relay_attachment(relay);
    (void)context;
    switch (call->stage) {
    case STAGE_COLLECTS:
    case STAGE_WAITS:
    case STAGE_INTENDS:
        end_unsent(call, end);
        break;
    case STAGE_FORWARDED:
        if (end == PROXY_RELAY_COMPLETE || (call->has_reply && is_of_client(end)))
            complete(call); /* the service has said what became of it, whatever the client did then */
        else
            fail(call, end);
        break;
    case STAGE_SETTLES:
    case STAGE_OVER:
        break;
    }
}

void gateway_reply_on_close(struct proxy_relay *relay, void *context) {
    struct gateway *gateway = context;
    struct gateway_call *call = proxy_relay_attachment(relay);
    if (call == NULL)
        return;
    if (call->stage == STAGE_FORWARDED) {
        describe_end(call, PROXY_RELAY_STOPPED);
        gateway_call_record(call);
    } else if (call->stage != STAGE_SETTLES && call->stage != STAGE_OVER) {
        end_unsent(call, PROXY_RELAY_STOPPED);
    }
    gateway_list_remove(call);
    gateway_ticket_leave(call);
    buf_finish(&call->prefix);
    buf_finish(&call->reply);
    gateway_request_return_memory(call, call->memory);
    atomic_fetch_sub(&gateway->open_calls, 1);
}
