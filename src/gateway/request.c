/* SPDX-License-Identifier: Apache-2.0 */
/* request: a call on its way in: what its head and body say, its number, and the decision what becomes of it.
 */
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "sys/clock.h"

#include "call.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof(struct http_header) == sizeof(struct aws_header) &&
                   sizeof(struct http_header) == sizeof(struct protocol_header) &&
                   offsetof(struct http_header, value) == offsetof(struct aws_header, value) &&
                   offsetof(struct http_header, value) == offsetof(struct protocol_header, value),
    "headers are the same to http, aws and protocol");

enum { FORM_BEGINNING_SIZE = 64 << 10 };

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

/* "/b/k" of "http://host/b/k" too. */
static struct str origin_path(struct str path) {
    size_t scheme = path.size > 0 && path.data[0] == '/' ? SIZE_MAX : str_find(path, STR_LITERAL("://"));
    if (scheme == SIZE_MAX)
        return path;
    path = str_slice(path, scheme + 3, SIZE_MAX);
    size_t slash = str_find_char(path, '/');
    return slash == SIZE_MAX ? STR_LITERAL("/") : str_slice(path, slash, SIZE_MAX);
}

static void read_head(struct gateway_call *call) {
    const struct gateway_entry *entry = call->gate->entry;
    const struct http_header *sent = NULL;
    size_t count = proxy_relay_headers(call->relay, &sent);
    /* As the client signed them: the relay's may change. */
    struct http_header *headers = arena_alloc_unset(call->arena, count * sizeof *headers);
    if (count > 0)
        memcpy(headers, sent, count * sizeof *headers);
    struct str target = proxy_relay_target(call->relay), query = target,
               path = origin_path(str_cut(&query, '?'));
    call->request = (struct aws_request){.method = proxy_relay_method(call->relay),
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
        .service_is_fixed = entry->service.size > 0,
        .is_aws = call->gate->is_aws};
    dialect_begin(call->arena, &request, &call->protocol);
    call->host = header_of(call, "Host");
    call->user_agent = header_of(call, "User-Agent");
    call->source_ip = identity_source_ip(call->gate->book, call->arena,
        proxy_relay_client_address(call->relay), joined_headers(call, "X-Forwarded-For"));
    call->event_id = gateway_loop_make_id(call->loop);
}

/* ---- on its way ---- */

static void intend(struct gateway_call *call) {
    struct gateway_item item = {ITEM_INTENT, call->sequence, gateway_call_now(call), NULL, false};
    gateway_call_hold(call);
    call->stage = STAGE_INTENDS;
    call->ticket = gateway_ticket_create(call);
    item.ticket = call->ticket;
    gateway_gather_add(call->loop, call->gate, gateway_record_build(call, 0, true), &item);
}

static void forward(struct gateway_call *call) {
    struct gateway_gate *gate = call->gate;
    struct gateway_answer answer = {.status = 0};
    if (call->protocol.is_ambiguous) {
        answer = gateway_answer_of(call, FAULT_AMBIGUOUS);
    } else if (call->is_too_large) {
        answer = gateway_answer_of(call, FAULT_TOO_LARGE);
    } else if (call->caller.trust == IDENTITY_FORGED) {
        atomic_fetch_add(&gate->forged, 1);
        answer = (struct gateway_answer){
            call->caller.refusal_status, str_from(call->caller.refusal_code), call->caller.refusal_message};
    } else if (gate->signs && !identity_may_forward(gate->book, &call->caller)) {
        answer = gateway_answer_of(call, FAULT_DENIED);
    } else if (gate->signs) {
        (void)gateway_sign(call, &answer);
    }
    if (answer.status != 0) {
        gateway_call_deny(call, &answer);
        return;
    }
    if (gateway_call_is_fail_closed(call)) {
        intend(call);
        return;
    }
    call->stage = STAGE_FORWARDED;
    gateway_call_release(call);
}

bool gateway_request_take_number(struct gateway_call *call) {
    if (call->sequence == 0)
        call->sequence = ledger_begin(call->gate->ledger);
    if (call->sequence == 0 || ledger_wants_keeping(call->gate->ledger))
        gateway_keeper_wake(call->gate->gateway->keeper);
    return call->sequence != 0;
}

/* A number, and room for the record; best-effort calls go on without room. */
static bool may_go_on(struct gateway_call *call) {
    return gateway_request_take_number(call) && (call->gate->entry->guarantee == GATEWAY_BEST_EFFORT ||
                                                    gateway_call_has_room(call->gate->gateway));
}

static void identify(struct gateway_call *call, struct bytes body, bool has_body) {
    uint8_t hash[SHA256_SIZE];
    char text[2 * SHA256_SIZE];
    if (has_body && call->protocol.claim.signature == PROTOCOL_SIGV4) {
        hash_sha256(body, hash);
        hex_encode(BYTES_OF(hash), text);
        call->request.payload_hash = arena_str(call->arena, str_of(text, sizeof text));
    }
    identity_resolve(call->gate->book, call->arena, &call->protocol.claim, &call->request,
        gateway_call_now(call), &call->caller);
}

void gateway_request_stop_waiting(struct gateway_call *call) {
    if (call->list == &call->loop->waiting)
        atomic_fetch_sub(&call->gate->gateway->waiting_calls, 1);
    gateway_list_remove(call);
}

static void proceed(struct gateway_call *call) {
    struct gateway *gateway = call->gate->gateway;
    if (may_go_on(call)) {
        forward(call);
        return;
    }
    if (atomic_load(&gateway->is_admission_broken)) {
        gateway_call_refuse(call, FAULT_UNRECORDED);
        return;
    }
    call->stage = STAGE_WAITS;
    gateway_call_hold(call);
    gateway_list_add(&call->loop->waiting, call, clock_instant(gateway->clock));
    atomic_fetch_add(&gateway->waiting_calls, 1);
}

void gateway_call_tend(struct gateway_loop *loop) {
    struct instant now = clock_instant(loop->gateway->clock);
    bool is_broken = atomic_load(&loop->gateway->is_admission_broken);
    for (struct gateway_call *call = loop->waiting.first, *next = NULL; call != NULL; call = next) {
        next = call->next;
        if (may_go_on(call)) {
            gateway_request_stop_waiting(call);
            forward(call);
        } else if (is_broken || now.ns - call->since.ns > call->gate->wait_ms * 1000 * 1000) {
            gateway_call_refuse(call, FAULT_UNRECORDED);
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
    uint64_t announced = proxy_relay_body_size(call->relay);
    if (announced == UINT64_MAX && wanted > GATEWAY_CHUNKED_BODY_MAX)
        return GATEWAY_CHUNKED_BODY_MAX;
    if (announced != UINT64_MAX && announced > wanted)
        return 0;
    return announced < wanted ? (size_t)announced : wanted;
}

/* Clients decide how long a body takes, so bodies leave half of the memory to records; large ones, whose size
 * need only be announced, leave some to small ones. */
bool gateway_request_account_memory(struct gateway_call *call, uint64_t bytes) {
    enum { LARGE_BYTES = 256 << 10 };
    struct gateway *gateway = call->gate->gateway;
    uint64_t most = gateway->memory_max / 2;
    if (bytes > LARGE_BYTES)
        most -= most / 4;
    if (atomic_fetch_add(&gateway->body_memory_used, bytes) + bytes > most) {
        atomic_fetch_sub(&gateway->body_memory_used, bytes);
        return false;
    }
    atomic_fetch_add(&gateway->memory_used, bytes);
    call->memory += bytes;
    return true;
}

void gateway_request_return_memory(struct gateway_call *call, uint64_t bytes) {
    struct gateway *gateway = call->gate->gateway;
    ASSERT(bytes <= call->memory);
    atomic_fetch_sub(&gateway->memory_used, bytes);
    atomic_fetch_sub(&gateway->body_memory_used, bytes);
    call->memory -= bytes;
}

/* Only the form tells which call it is, and it is too large to be read whole. */
static bool is_unnamed_form(const struct gateway_call *call) {
    const struct protocol_call *protocol = &call->protocol;
    return (protocol->kind == PROTOCOL_QUERY || protocol->kind == PROTOCOL_EC2) &&
           protocol->body_prefix_will_do && str_is(protocol->operation, "Unknown");
}

/* What these do to which items stands in their bodies alone; the services' own limits are lower. */
static bool is_batch_of_items(struct str operation) {
    static const char *const batches[] = {
        "BatchGetItem", "BatchWriteItem", "DeleteObjects", "TransactGetItems", "TransactWriteItems"};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++)
        if (str_is(operation, batches[i]))
            return true;
    return false;
}

/* The body goes on as it comes; where its beginning tells enough that is kept. */
static void stream_body(struct gateway_call *call) {
    struct protocol_call *protocol = &call->protocol;
    call->was_streamed = true;
    call->wants_prefix = protocol->body_bytes_max > 0 && protocol->body_prefix_will_do;
    call->prefix = BUF_INIT(protocol->body_bytes_max);
    protocol->body_was_too_large = protocol->body_bytes_max > 0 && !protocol->body_prefix_will_do;
    call->is_too_large = protocol->body_was_too_large && is_batch_of_items(protocol->operation);
}

static void add_to_prefix(struct gateway_call *call, struct bytes piece) {
    size_t room = call->prefix.limit - call->prefix.size, size = piece.size < room ? piece.size : room;
    if (size > 0 && gateway_request_account_memory(call, size))
        (void)buf_append(&call->prefix, piece.data, size);
}

void gateway_request_read_prefix(struct gateway_call *call) {
    if (!call->wants_prefix)
        return;
    call->wants_prefix = false;
    dialect_read_body(call->arena, call->gate->keys, buf_bytes(&call->prefix), &call->protocol);
    if (call->caller.trust == IDENTITY_ANONYMOUS && call->protocol.claim.signature != PROTOCOL_UNSIGNED)
        identity_resolve_form(
            call->gate->book, call->arena, &call->protocol.claim, gateway_call_now(call), &call->caller);
}

/* All clients say first which call it is. One that says so last would be passed on without a name. */
static void look_for_name(struct gateway_call *call) {
    gateway_request_read_prefix(call);
    call->wants_prefix = true; /* of the rest more may be recorded */
    call->is_too_large = is_unnamed_form(call);
}

void gateway_request_on_head(struct proxy_relay *relay, void *context) {
    struct gateway *gateway = context;
    struct arena *arena = proxy_relay_arena(relay);
    struct gateway_call *call = ARENA_NEW(arena, struct gateway_call);
    call->relay = relay;
    call->arena = arena;
    call->gate = proxy_relay_entry_context(relay);
    call->loop = gateway_loop_of(gateway, proxy_relay_loop(relay));
    proxy_relay_attach(relay, call);
    atomic_fetch_add(&gateway->open_calls, 1);
    read_head(call);
    bool has_body = proxy_relay_has_body(relay);
    size_t wanted = has_body ? body_wanted(call) : 0;
    if (has_body && wanted == 0 && is_unnamed_form(call))
        wanted = FORM_BEGINNING_SIZE;
    if (wanted > 0 && !gateway_request_account_memory(call, wanted)) {
        (void)gateway_request_take_number(call);
        gateway_call_refuse(call, FAULT_UNRECORDED);
    } else if (wanted > 0) {
        call->stage = STAGE_COLLECTS;
        gateway_call_hold(call);
        proxy_relay_collect(relay, wanted);
    } else {
        if (has_body)
            stream_body(call);
        identify(call, (struct bytes){NULL, 0}, !has_body);
        proceed(call);
    }
}

void gateway_request_on_collected(struct proxy_relay *relay, struct bytes body, void *context) {
    struct gateway_call *call = proxy_relay_attachment(relay);
    (void)context;
    if (call->stage != STAGE_COLLECTS)
        return;
    /* First: old clients sign in the form. */
    if (call->protocol.body_bytes_max > 0)
        dialect_read_body(call->arena, call->gate->keys, body, &call->protocol);
    identify(call, body, true);
    proceed(call);
}

/* The first piece may be all of a body that was collected until it was too large for that. */
void gateway_request_on_body(struct proxy_relay *relay, struct bytes piece, void *context) {
    struct gateway_call *call = proxy_relay_attachment(relay);
    (void)context;
    if (call->stage == STAGE_COLLECTS) {
        stream_body(call);
        identify(call, (struct bytes){NULL, 0}, false);
        if (call->wants_prefix)
            add_to_prefix(call, piece);
        if (is_unnamed_form(call))
            look_for_name(call);
        proceed(call);
        return;
    }
    if (call->wants_prefix)
        add_to_prefix(call, piece);
}
