/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: one call's life, from the head of its request to the release of its reply. What is promised when:
 *
 *   buffered, best-effort   request ─▶ (room? a number) ─▶ upstream ─▶ reply flows ─▶ record gathers
 *   fail-closed             request ─▶ intent ══ durable ═▶ upstream ─▶ reply is held ─▶ record ══ durable ═▶
 * release not to be forwarded     request ─▶ record (══ durable where fail-closed ═▶) answer
 *
 * Invariant: a call with a number tells its ledger of one end, here by a refusal, or in loop.c by its record.
 * Whatever answers, releases or breaks a relay stands last in its function: the call may be gone after it.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "codec/text.h"
#include "sys/clock.h"

#include "private.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(struct http_header) == sizeof(struct aws_header) &&
                   sizeof(struct http_header) == sizeof(struct protocol_header) &&
                   offsetof(struct http_header, value) == offsetof(struct aws_header, value) &&
                   offsetof(struct http_header, value) == offsetof(struct protocol_header, value),
    "headers are the same to http, aws and protocol");

static bool is_fail_closed(const struct gateway_call *call) {
    return call->gate->entry->guarantee == GATEWAY_FAIL_CLOSED;
}

static struct moment now_of(const struct gateway_call *call) {
    return clock_now(call->gate->gateway->clock);
}

/* ---- the head ---- */

static struct str header_of(const struct gateway_call *call, const char *name) {
    struct str wanted = str_from(name);
    for (size_t i = 0; i < call->request.header_count; i++)
        if (str_equals_ignoring_case(call->request.headers[i].name, wanted))
            return call->request.headers[i].value;
    return STR_EMPTY;
}

/* Several of a name count as one. */
static struct str joined_headers(const struct gateway_call *call, const char *name) {
    struct str wanted = str_from(name), joined = STR_EMPTY;
    for (size_t i = 0; i < call->request.header_count; i++) {
        const struct aws_header *header = &call->request.headers[i];
        if (!str_equals_ignoring_case(header->name, wanted))
            continue;
        joined = joined.size == 0 ? header->value
                                  : arena_format(call->arena, "%.*s,%.*s", STR(joined), STR(header->value));
    }
    return joined;
}

static void read_head(struct gateway_call *call) {
    const struct gateway_entry *entry = call->gate->entry;
    const struct http_header *sent = NULL;
    size_t count = http_relay_headers(call->relay, &sent);
    /* As the client signed them: the relay's may change. */
    struct http_header *headers = arena_alloc_unset(call->arena, count * sizeof *headers);
    if (count > 0)
        memcpy(headers, sent, count * sizeof *headers);
    struct str target = http_relay_target(call->relay), query = target, path = str_cut(&query, '?');
    call->request = (struct aws_request){.method = http_relay_method(call->relay),
        .path = path,
        .query = query,
        .headers = (const struct aws_header *)(const void *)headers,
        .header_count = count};
    struct protocol_request request = {.method = call->request.method,
        .target = target,
        .headers = (const struct protocol_header *)(const void *)headers,
        .header_count = count,
        .host_suffixes = entry->virtual_hosts,
        .service = entry->service,
        .region = call->gate->region,
        .service_is_fixed = entry->service.size > 0};
    protocol_begin(call->arena, &request, &call->protocol);
    call->host = header_of(call, "Host");
    call->user_agent = header_of(call, "User-Agent");
    call->source_ip = identity_source_ip(call->gate->book, call->arena,
        http_relay_client_address(call->relay), joined_headers(call, "X-Forwarded-For"));
    call->event_id = gateway_loop_make_id(call->loop);
}

/* ---- ends ---- */

static void hold(struct gateway_call *call) {
    if (!call->is_held)
        http_relay_hold(call->relay);
    call->is_held = true;
}

static void release(struct gateway_call *call) {
    bool was_held = call->is_held;
    call->is_held = false;
    if (was_held)
        http_relay_release(call->relay);
}

static void stop_waiting(struct gateway_call *call) {
    if (call->list == &call->loop->waiting)
        atomic_fetch_sub(&call->gate->gateway->waiting_calls, 1);
    gateway_list_remove(call);
}

/* It is not forwarded and has no record. */
static void refuse(struct gateway_call *call, enum gateway_fault fault) {
    stop_waiting(call);
    call->stage = STAGE_OVER;
    ledger_refused(call->gate->ledger, call->sequence);
    struct gateway_answer answer = gateway_answer_of(call, fault);
    gateway_answer_send(call, &answer);
}

static bool has_room(const struct gateway *gateway) {
    return atomic_load_explicit(&gateway->memory_used, memory_order_relaxed) < gateway->memory_max &&
           !atomic_load_explicit(&gateway->is_admission_broken, memory_order_relaxed);
}

/* Gather the call's record, or each of its records. */
static void record(struct gateway_call *call) {
    struct gateway_gate *gate = call->gate;
    size_t count = call->protocol.part_count > 0 ? call->protocol.part_count : 1;
    struct moment now = now_of(call);
    gateway_list_remove(call);
    if (call->sequence == 0)
        return;
    if (gate->entry->guarantee == GATEWAY_BEST_EFFORT && !has_room(gate->gateway)) {
        ledger_shed(gate->ledger, call->sequence, now, "records waited for the disk and memory was full");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct gateway_item item = {ITEM_RECORD, i == 0 ? call->sequence : 0, now, call->ticket, false};
        gateway_gather_add(call->loop, gate, gateway_record_build(call, i, false), &item);
    }
}

/* What must be durable first is now gathered; or nothing must. */
static void settle(struct gateway_call *call) {
    record(call);
    if (call->ticket != NULL && call->ticket->pending > 0) {
        call->stage = STAGE_SETTLES;
        return;
    }
    call->stage = STAGE_OVER;
    gateway_ticket_leave(call);
    if (call->answer.status != 0)
        gateway_answer_send(call, &call->answer);
    else if (call->must_break)
        http_relay_break(call->relay);
}

/* It is not forwarded, and its record says why. */
static void deny(struct gateway_call *call, const struct gateway_answer *answer) {
    call->answer = *answer;
    gateway_answer_make_request_id(call);
    call->protocol.error_code = answer->code;
    call->protocol.error_message = answer->message;
    if (is_fail_closed(call)) {
        hold(call);
        call->ticket = gateway_ticket_create(call);
    }
    settle(call);
}

/* ---- on its way ---- */

static void intend(struct gateway_call *call) {
    struct gateway_item item = {ITEM_INTENT, call->sequence, now_of(call), NULL, false};
    hold(call);
    call->stage = STAGE_INTENDS;
    call->ticket = gateway_ticket_create(call);
    item.ticket = call->ticket;
    gateway_gather_add(call->loop, call->gate, gateway_record_build(call, 0, true), &item);
}

static void forward(struct gateway_call *call) {
    struct gateway_gate *gate = call->gate;
    struct gateway_answer answer = {.status = 0};
    if (call->caller.trust == IDENTITY_FORGED) {
        atomic_fetch_add(&gate->forged, 1);
        answer = (struct gateway_answer){
            call->caller.refusal_status, str_from(call->caller.refusal_code), call->caller.refusal_message};
    } else if (gate->signs && !identity_may_forward(gate->book, &call->caller)) {
        answer = gateway_answer_of(call, FAULT_DENIED);
    } else if (gate->signs) {
        (void)gateway_sign(call, &answer);
    }
    if (answer.status != 0) {
        deny(call, &answer);
        return;
    }
    if (is_fail_closed(call)) {
        intend(call);
        return;
    }
    call->stage = STAGE_FORWARDED;
    release(call);
}

static bool take_number(struct gateway_call *call) {
    if (call->sequence == 0)
        call->sequence = ledger_begin(call->gate->ledger);
    if (call->sequence == 0 || ledger_wants_keeping(call->gate->ledger))
        gateway_keeper_wake(call->gate->gateway->keeper);
    return call->sequence != 0;
}

/* A number, and room for the record; best-effort calls go on without room. */
static bool may_go_on(struct gateway_call *call) {
    return take_number(call) &&
           (call->gate->entry->guarantee == GATEWAY_BEST_EFFORT || has_room(call->gate->gateway));
}

static void identify(struct gateway_call *call, struct bytes body, bool has_body) {
    uint8_t hash[SHA256_SIZE];
    char text[2 * SHA256_SIZE];
    if (has_body && call->protocol.claim.signature == PROTOCOL_SIGV4) {
        hash_sha256(body, hash);
        hex_encode(BYTES_OF(hash), text);
        call->request.payload_hash = arena_str(call->arena, str_of(text, sizeof text));
    }
    identity_resolve(
        call->gate->book, call->arena, &call->protocol.claim, &call->request, now_of(call), &call->caller);
}

static void proceed(struct gateway_call *call) {
    struct gateway *gateway = call->gate->gateway;
    if (may_go_on(call)) {
        forward(call);
        return;
    }
    if (atomic_load(&gateway->is_admission_broken)) {
        refuse(call, FAULT_UNRECORDED);
        return;
    }
    call->stage = STAGE_WAITS;
    hold(call);
    gateway_list_add(&call->loop->waiting, call, clock_instant(gateway->clock));
    atomic_fetch_add(&gateway->waiting_calls, 1);
}

void gateway_call_tend(struct gateway_loop *loop) {
    struct instant now = clock_instant(loop->gateway->clock);
    bool is_broken = atomic_load(&loop->gateway->is_admission_broken);
    for (struct gateway_call *call = loop->waiting.first, *next = NULL; call != NULL; call = next) {
        next = call->next;
        if (may_go_on(call)) {
            stop_waiting(call);
            forward(call);
        } else if (is_broken || now.ns - call->since.ns > call->gate->wait_ms * 1000 * 1000) {
            refuse(call, FAULT_UNRECORDED);
        }
    }
}

/* ---- bodies ---- */

/* How much of the request's body is to be read before it goes on; 0: none. */
static size_t body_wanted(const struct gateway_call *call) {
    const struct protocol_call *protocol = &call->protocol;
    bool needs_hash = identity_needs_body(call->gate->book, &protocol->claim, &call->request) ||
                      (call->gate->signs && !str_is(protocol->service, "s3") &&
                          header_of(call, "x-amz-content-sha256").size == 0);
    size_t wanted = needs_hash ? PROTOCOL_BODY_SIZE_MAX : protocol->body_bytes_max;
    uint64_t announced = http_relay_body_size(call->relay);
    if (announced == UINT64_MAX && wanted > GATEWAY_CHUNKED_BODY_MAX)
        return GATEWAY_CHUNKED_BODY_MAX;
    if (announced != UINT64_MAX && announced > wanted)
        return 0;
    return announced < wanted ? (size_t)announced : wanted;
}

/* Memory for what is read of a body; given back with the call. */
static bool account_memory(struct gateway_call *call, uint64_t bytes) {
    struct gateway *gateway = call->gate->gateway;
    if (atomic_fetch_add(&gateway->memory_used, bytes) + bytes > gateway->memory_max) {
        atomic_fetch_sub(&gateway->memory_used, bytes);
        return false;
    }
    call->memory += bytes;
    return true;
}

/* The body goes on as it comes; where its beginning tells enough that is kept. */
static void stream_body(struct gateway_call *call) {
    struct protocol_call *protocol = &call->protocol;
    call->was_streamed = true;
    call->wants_prefix = protocol->body_bytes_max > 0 && protocol->body_prefix_will_do;
    call->prefix = BUF_INIT(protocol->body_bytes_max);
    protocol->body_was_too_large = protocol->body_bytes_max > 0 && !protocol->body_prefix_will_do;
}

static void add_to_prefix(struct gateway_call *call, struct bytes piece) {
    size_t room = call->prefix.limit - call->prefix.size, size = piece.size < room ? piece.size : room;
    if (size > 0 && account_memory(call, size))
        (void)buf_append(&call->prefix, piece.data, size);
}

static void read_prefix(struct gateway_call *call) {
    if (!call->wants_prefix)
        return;
    call->wants_prefix = false;
    protocol_read_body(call->arena, call->gate->keys, buf_bytes(&call->prefix), &call->protocol);
}

static void on_request(struct http_relay *relay, void *context) {
    struct gateway *gateway = context;
    struct arena *arena = http_relay_arena(relay);
    struct gateway_call *call = ARENA_NEW(arena, struct gateway_call);
    call->relay = relay;
    call->arena = arena;
    call->gate = http_relay_entry_context(relay);
    call->loop = gateway_loop_of(gateway, http_relay_loop(relay));
    http_relay_attach(relay, call);
    atomic_fetch_add(&gateway->open_calls, 1);
    read_head(call);
    bool has_body = http_relay_has_body(relay);
    size_t wanted = has_body ? body_wanted(call) : 0;
    if (wanted > 0 && !account_memory(call, wanted)) {
        (void)take_number(call);
        refuse(call, FAULT_UNRECORDED);
    } else if (wanted > 0) {
        call->stage = STAGE_COLLECTS;
        hold(call);
        http_relay_collect(relay, wanted);
    } else {
        if (has_body)
            stream_body(call);
        identify(call, (struct bytes){NULL, 0}, !has_body);
        proceed(call);
    }
}

static void on_collected(struct http_relay *relay, struct bytes body, void *context) {
    struct gateway_call *call = http_relay_attachment(relay);
    (void)context;
    if (call->stage != STAGE_COLLECTS)
        return;
    identify(call, body, true);
    if (call->protocol.body_bytes_max > 0)
        protocol_read_body(call->arena, call->gate->keys, body, &call->protocol);
    proceed(call);
}

/* The first piece may be all of a body that was collected until it was too large for that. */
static void on_body(struct http_relay *relay, struct bytes piece, void *context) {
    struct gateway_call *call = http_relay_attachment(relay);
    (void)context;
    if (call->stage == STAGE_COLLECTS) {
        stream_body(call);
        identify(call, (struct bytes){NULL, 0}, false);
        if (call->wants_prefix)
            add_to_prefix(call, piece);
        proceed(call);
        return;
    }
    if (call->wants_prefix)
        add_to_prefix(call, piece);
}

/* ---- the reply ---- */

static struct protocol_reply reply_of(const struct gateway_call *call) {
    const struct http_header *headers = NULL;
    size_t count = http_relay_reply_headers(call->relay, &headers);
    return (struct protocol_reply){
        http_relay_status(call->relay), (const struct protocol_header *)(const void *)headers, count};
}

static void on_reply(struct http_relay *relay, void *context) {
    struct gateway_call *call = http_relay_attachment(relay);
    (void)context;
    struct protocol_reply reply = reply_of(call);
    call->has_reply = true;
    read_prefix(call);
    protocol_begin_reply(&reply, &call->protocol);
    size_t wanted = call->protocol.reply_bytes_max;
    call->reply = BUF_INIT(wanted < GATEWAY_REPLY_SIZE_MAX ? wanted : GATEWAY_REPLY_SIZE_MAX);
    if (call->ticket != NULL)
        http_relay_hold_reply(relay);
}

static void on_reply_body(struct http_relay *relay, struct bytes piece, void *context) {
    struct gateway_call *call = http_relay_attachment(relay);
    (void)context;
    if (call->protocol.reply_bytes_max == 0 || call->reply.overflowed)
        return;
    if (!account_memory(call, piece.size) || !buf_append_bytes(&call->reply, piece))
        call->reply.overflowed = true; /* recorded without what it says */
}

static void learn(const struct gateway_call *call) {
    const struct protocol_session *session = call->protocol.session;
    unsigned status = http_relay_status(call->relay);
    if (session != NULL && call->gate->entry->learn && status >= 200 && status < 300)
        identity_learn(call->gate->book, session, &call->caller.identity, call->request.path, now_of(call));
}

static void complete(struct gateway_call *call) {
    struct protocol_reply reply = reply_of(call);
    struct bytes body = call->reply.overflowed ? (struct bytes){NULL, 0} : buf_bytes(&call->reply);
    protocol_read_reply(call->arena, call->gate->keys, &reply, body, &call->protocol);
    learn(call);
    settle(call);
}

/* What the record says of a call that did not end well; AWS's names where it has one. A broken connection
 * leaves open whether the call was carried out: OutcomeUnknown, as after a crash. */
static const struct {
    const char *code, *message;
} broken_ends[] = {
    [HTTP_RELAY_CLIENT_GONE] = {"IncompleteBody", "The client left before its request was whole."},
    [HTTP_RELAY_UPSTREAM_UNREACHABLE] = {"ServiceUnavailable",
        "The service behind this gateway cannot be reached; the call was not carried out."},
    [HTTP_RELAY_UPSTREAM_BROKE] = {"OutcomeUnknown", "The connection to the service broke before its answer "
                                                     "was whole; whether the call was carried out is "
                                                     "not known."},
    [HTTP_RELAY_UPSTREAM_TIMEOUT] = {"OutcomeUnknown",
        "The service did not answer in time; whether the call was carried out is not known."},
    [HTTP_RELAY_REQUEST_BAD] = {"IncompleteBody", "The framing of the request's body broke halfway."},
    [HTTP_RELAY_STOPPED] = {"OutcomeUnknown", "The gateway stopped before the service had answered; whether "
                                              "the call was carried out is not known."},
};

static void describe_end(struct gateway_call *call, enum http_relay_end end) {
    read_prefix(call);
    call->protocol.error_code = str_from(broken_ends[end].code);
    call->protocol.error_message = str_from(broken_ends[end].message);
}

/* The client is told, where nothing of a reply was sent and it still listens. */
static void fail(struct gateway_call *call, enum http_relay_end end) {
    static const enum gateway_fault faults[] = {[HTTP_RELAY_UPSTREAM_UNREACHABLE] = FAULT_UNREACHABLE,
        [HTTP_RELAY_UPSTREAM_BROKE] = FAULT_BROKE,
        [HTTP_RELAY_UPSTREAM_TIMEOUT] = FAULT_TIMEOUT};
    bool is_of_upstream = end == HTTP_RELAY_UPSTREAM_UNREACHABLE || end == HTTP_RELAY_UPSTREAM_BROKE ||
                          end == HTTP_RELAY_UPSTREAM_TIMEOUT;
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
            http_relay_hold_reply(call->relay);
    }
    settle(call);
}

/* It ended before the upstream saw any of it. One that has no intent and was not the client's to end counts
 * as refused; an intent needs its record. */
static void end_unsent(struct gateway_call *call, enum http_relay_end end) {
    bool is_of_client = end == HTTP_RELAY_CLIENT_GONE || end == HTTP_RELAY_REQUEST_BAD;
    bool has_number = take_number(call), has_intent = call->stage == STAGE_INTENDS;
    stop_waiting(call);
    call->stage = STAGE_OVER;
    describe_end(call, is_of_client ? end : HTTP_RELAY_UPSTREAM_UNREACHABLE);
    if (has_intent) {
        struct str text = gateway_record_build(call, 0, false);
        call->ticket->late_record = mem_copy(text.data, text.size + JSON_PADDING);
        call->ticket->late_record_size = text.size;
    } else if (has_number && is_of_client) {
        record(call);
    } else {
        ledger_refused(call->gate->ledger, call->sequence);
    }
    gateway_ticket_leave(call);
}

static void on_end(struct http_relay *relay, enum http_relay_end end, void *context) {
    struct gateway_call *call = http_relay_attachment(relay);
    (void)context;
    switch (call->stage) {
    case STAGE_COLLECTS:
    case STAGE_WAITS:
    case STAGE_INTENDS:
        end_unsent(call, end);
        break;
    case STAGE_FORWARDED:
        if (end == HTTP_RELAY_COMPLETE)
            complete(call);
        else
            fail(call, end);
        break;
    case STAGE_SETTLES:
    case STAGE_OVER:
        break;
    }
}

static void on_close(struct http_relay *relay, void *context) {
    struct gateway *gateway = context;
    struct gateway_call *call = http_relay_attachment(relay);
    if (call == NULL)
        return;
    if (call->stage == STAGE_FORWARDED) {
        describe_end(call, HTTP_RELAY_STOPPED);
        record(call);
    } else if (call->stage != STAGE_SETTLES && call->stage != STAGE_OVER) {
        end_unsent(call, HTTP_RELAY_STOPPED);
    }
    gateway_list_remove(call);
    gateway_ticket_leave(call);
    buf_finish(&call->prefix);
    buf_finish(&call->reply);
    atomic_fetch_sub(&gateway->memory_used, call->memory);
    atomic_fetch_sub(&gateway->open_calls, 1);
}

/* ---- what admission made of it ---- */

void gateway_call_intent_durable(struct gateway_call *call) {
    ASSERT(call->stage == STAGE_INTENDS);
    call->stage = STAGE_FORWARDED;
    gateway_list_add(&call->loop->intended, call, clock_instant(call->gate->gateway->clock));
    release(call);
}

void gateway_call_intent_failed(struct gateway_call *call) {
    ASSERT(call->stage == STAGE_INTENDS);
    struct gateway_answer answer = gateway_answer_of(call, FAULT_UNRECORDED);
    gateway_ticket_leave(call);
    call->stage = STAGE_OVER;
    ledger_refused(call->gate->ledger, call->sequence);
    gateway_answer_send(call, &answer);
}

void gateway_call_recorded(struct gateway_call *call) {
    ASSERT(call->stage == STAGE_SETTLES);
    call->stage = STAGE_OVER;
    gateway_ticket_leave(call);
    if (call->answer.status != 0)
        gateway_answer_send(call, &call->answer);
    else if (call->must_break)
        http_relay_break(call->relay);
    else
        http_relay_release(call->relay);
}

void gateway_call_unrecorded(struct gateway_call *call) {
    if (call->stage != STAGE_SETTLES)
        return;
    bool was_denied = call->is_held; /* a request that was forwarded is no longer held */
    call->stage = STAGE_OVER;
    gateway_ticket_leave(call);
    if (was_denied) {
        struct gateway_answer answer = gateway_answer_of(call, FAULT_UNRECORDED);
        gateway_answer_send(call, &answer);
    } else {
        http_relay_break(call->relay);
    }
}

/* So that the journal need not keep all that came since. */
void gateway_call_renew(struct gateway_loop *loop) {
    struct instant now = clock_instant(loop->gateway->clock);
    for (;;) {
        struct gateway_call *call = loop->intended.first;
        if (call == NULL || now.ns - call->since.ns < (int64_t)GATEWAY_RENEW_MS * 1000 * 1000)
            return;
        struct gateway_item item = {ITEM_RENEWAL, call->sequence, now_of(call), NULL, false};
        gateway_gather_add(loop, call->gate, gateway_record_build(call, 0, true), &item);
        gateway_list_remove(call);
        gateway_list_add(&loop->intended, call, now);
    }
}

/* ---- the loop's own ---- */

static void on_turn(struct http_loop *http, void *context) {
    gateway_loop_turn(gateway_loop_of(context, http));
}

static void on_wake(struct http_loop *http, void *context) {
    struct gateway_loop *loop = gateway_loop_of(context, http);
    gateway_loop_finish(loop);
    gateway_call_tend(loop);
}

static void on_second(struct http_loop *http, void *context) {
    struct gateway_loop *loop = gateway_loop_of(context, http);
    gateway_loop_finish(loop);
    gateway_loop_second(loop);
    gateway_call_tend(loop);
    gateway_call_renew(loop);
}

struct http_relay_service gateway_call_service(struct gateway *gateway) {
    return (struct http_relay_service){.on_request = on_request,
        .on_collected = on_collected,
        .on_body = on_body,
        .on_reply = on_reply,
        .on_reply_body = on_reply_body,
        .on_end = on_end,
        .on_close = on_close,
        .on_turn = on_turn,
        .on_wake = on_wake,
        .on_second = on_second,
        .context = gateway};
}
