/* SPDX-License-Identifier: Apache-2.0 */
/* relay_request: from the client to the upstream. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

enum { COLLECT_SLACK = 64 << 10 }; /* for what frames a collected body */

static void tell_body(struct proxy_relay *relay, struct str piece) {
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    if (piece.size > 0 && service->on_body != NULL)
        service->on_body(relay, str_bytes(piece), service->context);
}

static void tell_collected(struct proxy_relay *relay) {
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    relay->is_collecting = false;
    if (service->on_collected != NULL)
        service->on_collected(relay, str_bytes(relay->request.payload), service->context);
}

/* ---- Expect: 100-continue ---- */

/* The names that a signature covers are listed, in lower case, in a header or in the query. */
static bool lists_expect(struct str text, const char *member) {
    size_t at = str_find(text, str_from(member));
    if (at == SIZE_MAX)
        return false;
    struct str rest = str_slice(text, at + str_from(member).size, SIZE_MAX);
    struct str list = str_cut(&rest, member[0] == 'S' ? ',' : '&');
    return str_find(list, STR_LITERAL("expect")) != SIZE_MAX;
}

static bool is_expect_signed(const struct proxy_relay *relay) {
    if (lists_expect(relay->target, "X-Amz-SignedHeaders="))
        return true;
    for (size_t i = 0; i < relay->header_count; i++) {
        if (str_equals_ignoring_case(relay->headers[i].name, STR_LITERAL("Authorization")))
            return lists_expect(relay->headers[i].value, "SignedHeaders=");
    }
    return false;
}

void proxy_relay_begin_collecting(struct proxy_relay *relay) {
    if (!relay->is_collecting || relay->is_answered)
        return;
    if (relay->request.is_whole) {
        tell_collected(relay);
        return;
    }
    if (!relay->expects_continue)
        return;
    /* The upstream need not be asked: its answer comes when the body is here. */
    if (!proxy_flow_has_raw(&relay->request))
        proxy_flow_queue(&relay->reply, STR_LITERAL("HTTP/1.1 100 Continue\r\n\r\n"));
    if (is_expect_signed(relay))
        relay->swallows_continue = true;
    else
        proxy_relay_remove_header(relay, "Expect");
}

/* ---- what comes ---- */

static bool may_receive(const struct proxy_relay *relay) {
    const struct proxy_flow *flow = &relay->request;
    if (flow->is_whole || relay->is_ended || relay->is_answered || relay->is_request_over)
        return false;
    if (relay->is_collecting)
        return true;
    return !relay->is_held && !proxy_flow_is_queued(flow) && flow->payload.size == 0;
}

static void stop_collecting(struct proxy_relay *relay) {
    relay->is_collecting = false;
    tell_body(relay, relay->request.payload);
}

static bool read_more(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->request;
    if (!relay->front->link.is_readable)
        return false;
    if (!proxy_flow_has_room(flow) && !proxy_flow_grow(flow, relay->collect_max + COLLECT_SLACK)) {
        stop_collecting(relay);
        return true;
    }
    enum tcp_result result = proxy_flow_read(flow, &relay->front->link);
    if (result == TCP_ENDED || result == TCP_BROKEN) {
        relay->is_client_gone = true;
        proxy_relay_finish(relay, PROXY_RELAY_CLIENT_GONE);
        return true;
    }
    return result == TCP_DONE;
}

static void decode(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->request;
    struct str piece;
    enum http_framing_state state = proxy_flow_decode(flow, &piece);
    proxy_count(&relay->loop->counters.bytes_in, piece.size);
    if (state == HTTP_FRAMING_BROKEN)
        proxy_relay_finish(relay, PROXY_RELAY_REQUEST_BAD);
    else if (!relay->is_collecting)
        tell_body(relay, piece);
    else if (flow->payload.size > relay->collect_max)
        stop_collecting(relay);
    else if (flow->is_whole)
        tell_collected(relay);
}

bool proxy_relay_receive_request(struct proxy_relay *relay) {
    if (!may_receive(relay))
        return false;
    if (!proxy_flow_has_raw(&relay->request) && !read_more(relay))
        return false;
    if (!relay->is_ended && proxy_flow_has_raw(&relay->request))
        decode(relay);
    return true;
}

void proxy_relay_drop_request(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->request;
    struct str piece;
    proxy_flow_drop_queue(flow);
    flow->payload = STR_EMPTY;
    if (!flow->is_whole && proxy_flow_has_raw(flow))
        (void)proxy_flow_decode(flow, &piece);
}

/* ---- what goes ---- */

static struct str make_head(struct proxy_relay *relay) {
    size_t size = relay->head.size + relay->target.size + 64;
    bool has_host = false;
    for (size_t i = 0; i < relay->header_count; i++) {
        size += relay->headers[i].name.size + relay->headers[i].value.size + 4;
        has_host |= str_equals_ignoring_case(relay->headers[i].name, STR_LITERAL("Host"));
    }
    struct str host = proxy_upstream_host(relay->front->entry->upstream);
    struct http_text text = http_text_begin(&relay->arena, size + host.size + 8);
    http_text_add(&text, relay->method);
    http_text_add(&text, STR_LITERAL(" "));
    http_text_add(&text, relay->target);
    http_text_add(&text, STR_LITERAL(" HTTP/1.1\r\n"));
    if (!has_host) { /* HTTP/1.0 does not need it */
        struct http_header header = {STR_LITERAL("Host"), host};
        http_text_add_header(&text, relay->head, &header);
    }
    for (size_t i = 0; i < relay->header_count; i++)
        http_text_add_header(&text, relay->head, &relay->headers[i]);
    http_text_add(&text, STR_LITERAL("\r\n"));
    return http_text_str(&text);
}

static bool get_back(struct proxy_relay *relay) {
    if (relay->back == NULL) {
        relay->back = proxy_back_take(relay->front, relay->has_retried);
        if (relay->back == NULL) {
            proxy_relay_finish(relay, PROXY_RELAY_UPSTREAM_UNREACHABLE);
            return false;
        }
        relay->may_retry = relay->back->was_used;
    }
    enum tcp_result result = proxy_back_advance(relay->back);
    if (result == TCP_BROKEN)
        proxy_relay_finish(relay, PROXY_RELAY_UPSTREAM_UNREACHABLE);
    return result == TCP_DONE;
}

static void queue_more(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->request;
    bool is_first = !relay->is_head_queued;
    if (is_first) {
        proxy_flow_queue(flow, make_head(relay));
        relay->is_head_queued = true;
    }
    proxy_flow_queue_payload(flow, 0);
    if (flow->is_whole && !flow->is_end_queued)
        proxy_flow_queue_end(flow);
    relay->has_recycled |= !is_first && proxy_flow_is_queued(flow);
}

static void after_write(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->request;
    if (flow->is_end_queued) {
        relay->is_request_sent = relay->is_request_over = true;
        return;
    }
    if (flow->payload_bytes == 0)
        return; /* the head alone can be sent again */
    relay->has_recycled = true;
    proxy_flow_recycle(flow);
}

bool proxy_relay_send_request(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->request;
    if (relay->is_collecting || relay->is_held || relay->is_answered || relay->is_request_over)
        return false;
    if (!get_back(relay))
        return relay->is_ended;
    if (!proxy_flow_is_queued(flow))
        queue_more(relay);
    if (!proxy_flow_is_queued(flow)) {
        /* A body of no more bytes ends without any. */
        if (flow->is_end_queued)
            after_write(relay);
        return flow->is_end_queued;
    }
    if (!relay->back->link.is_writable)
        return false;
    uint64_t before = flow->written_bytes;
    enum tcp_result result = proxy_flow_write(flow, &relay->back->link, relay->loop->scratch);
    if (result == TCP_BROKEN) {
        /* What it said before may still be there: a refusal, or nothing. */
        relay->is_request_over = relay->back->link.is_readable = true;
        return true;
    }
    if (result == TCP_DONE)
        after_write(relay);
    return flow->written_bytes > before;
}
