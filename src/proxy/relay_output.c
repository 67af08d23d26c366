/* SPDX-License-Identifier: Apache-2.0 */
/* relay_output: what is written to the client: the upstream's reply, or an answer in its place. */
#include "base/check.h"
#include "base/own.h"
#include "http/target.h"

#include "private.h"

const char *proxy_reason(unsigned status) {
    static const struct {
        unsigned status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return status < 400 ? "OK" : "Error";
}

/* Whether the client has a byte of the reply. A held one up to held_bytes_max has not begun. */
static bool has_begun(const struct proxy_relay *relay) {
    /* Of a TLS record that is on its way it is not known how much has left. */
    return (relay->is_reply_queued || relay->is_answer_queued) &&
           (relay->reply.written_bytes > relay->interim_bytes || relay->front->link.tls_unsent > 0);
}

/* Whether the client's connection goes on after this, and the header that says so where it is not plain. */
static struct str settle_connection(struct proxy_relay *relay) {
    relay->is_kept = relay->client_keeps && relay->request.is_whole && !relay->is_close_framed &&
                     !atomic_load(&relay->loop->proxy->is_stopping);
    if (!relay->is_kept)
        return STR_LITERAL("Connection: close\r\n");
    return relay->client_version == 0 ? STR_LITERAL("Connection: keep-alive\r\n") : STR_EMPTY;
}

/* ---- the upstream's reply ---- */

static struct str make_head(struct proxy_relay *relay) {
    struct http_text text = http_text_begin(&relay->arena, relay->reply_head.size + 128);
    http_text_add(&text, STR_LITERAL("HTTP/1.1"));
    http_text_add(&text, relay->status_line);
    http_text_add(&text, STR_LITERAL("\r\n"));
    for (size_t i = 0; i < relay->reply_header_count; i++) {
        const struct http_header *header = &relay->reply_headers[i];
        bool is_dropped = relay->is_close_framed &&
                          str_equals_ignoring_case(header->name, STR_LITERAL("Transfer-Encoding"));
        if (!is_dropped)
            http_text_add_header(&text, relay->reply_head, header);
    }
    if (relay->reply.is_chunked && relay->reply.framing.kind == HTTP_FRAMING_UNTIL_CLOSE)
        http_text_add(&text, STR_LITERAL("Transfer-Encoding: chunked\r\n"));
    http_text_add(&text, settle_connection(relay));
    http_text_add(&text, STR_LITERAL("\r\n"));
    return http_text_str(&text);
}

/* Of a held reply with a length the last byte waits; of others the last chunk, or the end of the connection.
 */
static size_t kept_back(const struct proxy_relay *relay) {
    return relay->is_reply_held && relay->is_reply_read && relay->reply.framing.kind == HTTP_FRAMING_LENGTH;
}

static bool queue_reply(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->reply;
    bool waits_whole = relay->is_reply_held && !relay->is_reply_flowing;
    if (relay->status == 0 || waits_whole)
        return false;
    if (!relay->is_reply_queued) {
        relay->is_reply_queued = true;
        relay->interim_bytes = flow->written_bytes;
        proxy_flow_queue(flow, make_head(relay));
    }
    proxy_flow_queue_payload(flow, kept_back(relay));
    if (flow->is_whole && !relay->is_reply_held && !flow->is_end_queued)
        proxy_flow_queue_end(flow);
    if (proxy_flow_is_queued(flow))
        return true;
    relay->is_closing = flow->is_end_queued;
    return false;
}

/* ---- an answer of ours ---- */

static bool must_not_send(struct str name) {
    return str_equals_ignoring_case(name, STR_LITERAL("Content-Length")) ||
           str_equals_ignoring_case(name, STR_LITERAL("Transfer-Encoding")) ||
           str_equals_ignoring_case(name, STR_LITERAL("Connection"));
}

static struct str make_answer_head(struct proxy_relay *relay) {
    unsigned status = relay->answer_status;
    struct str first = arena_format(&relay->arena, "HTTP/1.1 %u %s\r\n", status, proxy_reason(status));
    struct str length = status == 204 || status == 304
                            ? STR_EMPTY
                            : arena_format(&relay->arena, "Content-Length: %zu\r\n", relay->answer_body.size);
    size_t capacity = first.size + length.size + 64;
    for (size_t i = 0; i < relay->answer_header_count; i++)
        capacity += relay->answer_headers[i].name.size + relay->answer_headers[i].value.size + 4;
    struct http_text text = http_text_begin(&relay->arena, capacity);
    http_text_add(&text, first);
    for (size_t i = 0; i < relay->answer_header_count; i++) {
        if (!must_not_send(relay->answer_headers[i].name))
            http_text_add_header(&text, STR_EMPTY, &relay->answer_headers[i]);
    }
    http_text_add(&text, length);
    http_text_add(&text, settle_connection(relay));
    http_text_add(&text, STR_LITERAL("\r\n"));
    return http_text_str(&text);
}

void proxy_relay_answer(struct proxy_relay *relay, unsigned status, const struct http_header *headers,
    size_t header_count, struct bytes body) {
    if (relay->is_answered || has_begun(relay)) {
        proxy_relay_break(relay); /* half of one reply and half of another would be a lie */
        return;
    }
    if (relay->is_reply_queued)
        proxy_flow_drop_queue(&relay->reply);
    relay->is_answered = true;
    relay->is_held = relay->is_reply_held = relay->is_close_framed = relay->is_collecting = false;
    relay->answer_status = status;
    relay->answer_headers = ARENA_ARRAY(&relay->arena, header_count + 1, struct http_header);
    relay->answer_header_count = header_count;
    for (size_t i = 0; i < header_count; i++)
        relay->answer_headers[i] = (struct http_header){
            arena_str(&relay->arena, headers[i].name), http_target_clean(&relay->arena, headers[i].value)};
    relay->answer_body = arena_str(&relay->arena, bytes_str(body));
    proxy_loop_schedule(relay->loop, relay->front);
}

static bool queue_answer(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->reply;
    unsigned status = relay->answer_status;
    if (relay->is_answer_queued) {
        relay->is_closing = true;
        return false;
    }
    relay->is_answer_queued = true;
    proxy_back_close(TAKE(relay->back));
    proxy_relay_drop_request(relay);
    relay->interim_bytes = flow->written_bytes;
    proxy_flow_queue(flow, make_answer_head(relay));
    if (status != 204 && status != 304 && !str_is(relay->method, "HEAD"))
        proxy_flow_queue(flow, relay->answer_body);
    return true;
}

static unsigned status_of(enum proxy_relay_end end) {
    switch (end) {
    case PROXY_RELAY_REQUEST_BAD:
        return 400;
    case PROXY_RELAY_UPSTREAM_TIMEOUT:
        return 504;
    case PROXY_RELAY_STOPPED:
        return 503;
    case PROXY_RELAY_COMPLETE:
    case PROXY_RELAY_CLIENT_GONE:
    case PROXY_RELAY_UPSTREAM_UNREACHABLE:
    case PROXY_RELAY_UPSTREAM_BROKE:
        return 502;
    }
    return 502;
}

/* Nothing good will come any more; a client that saw part of a reply must see that it is none. */
static bool queue_failure(struct proxy_relay *relay) {
    static const struct http_header type = {{"Content-Type", 12}, {"text/plain", 10}};
    if (relay->is_reply_held)
        return false;
    if (has_begun(relay)) {
        relay->is_broken = true;
        return false;
    }
    unsigned status = status_of(relay->end);
    proxy_relay_answer(relay, status, &type, 1, str_bytes(str_from(proxy_reason(status))));
    return queue_answer(relay);
}

/* ---- out ---- */

static bool queue_more(struct proxy_relay *relay) {
    if (relay->is_answered)
        return queue_answer(relay);
    if (relay->is_ended && relay->end != PROXY_RELAY_COMPLETE)
        return queue_failure(relay);
    return queue_reply(relay);
}

/* Nobody is there: what comes is dropped; the relay ends when all has come and the owner lets it. */
static bool write_to_nobody(struct proxy_relay *relay) {
    bool had_some = proxy_flow_is_queued(&relay->reply) || relay->reply.payload.size > 0;
    proxy_flow_drop_queue(&relay->reply);
    bool wants_more = proxy_relay_discard(relay);
    if (!wants_more && relay->status != 0)
        proxy_relay_finish(relay, PROXY_RELAY_COMPLETE);
    bool may_end = relay->is_answered || relay->end == PROXY_RELAY_CLIENT_GONE || !relay->is_reply_held;
    relay->is_closing = may_end && (relay->is_ended || relay->is_answered);
    return had_some || relay->is_closing;
}

bool proxy_relay_send_reply(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->reply;
    if (relay->is_closing || relay->is_broken)
        return false;
    if (relay->is_client_gone)
        return write_to_nobody(relay);
    if (!proxy_flow_is_queued(flow) && !queue_more(relay))
        return relay->is_closing || relay->is_broken;
    if (!relay->front->link.is_writable)
        return false;
    uint64_t before = flow->written_bytes;
    enum tcp_result result = proxy_flow_write(flow, &relay->front->link, relay->loop->scratch);
    if (result == TCP_BROKEN) {
        relay->front->link.is_broken = true;
        return true;
    }
    if (result == TCP_DONE)
        proxy_flow_recycle(flow);
    return flow->written_bytes > before;
}
