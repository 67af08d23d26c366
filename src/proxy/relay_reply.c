/* SPDX-License-Identifier: Apache-2.0 */
/* relay_reply: from the upstream to the client. */
#include "base/check.h"
#include "base/own.h"

#include "private.h"

enum { KEEPS_ALIVE_S_MAX = 3600, KEEPS_ALIVE_SLACK_MS = 500 };
enum { INTERIM_MAX = 32, STATUS_SWITCHING = 101, STATUS_FINAL = 200 };

/* ---- the head ---- */

static bool has_no_body(const struct proxy_relay *relay, unsigned status) {
    return status == 204 || status == 304 || str_is(relay->method, "HEAD");
}

static void begin_body(struct proxy_relay *relay, const struct http_message *message) {
    enum http_framing_kind kind = HTTP_FRAMING_LENGTH;
    bool is_empty = has_no_body(relay, message->status);
    if (!is_empty && message->is_chunked)
        kind = HTTP_FRAMING_CHUNKED;
    else if (!is_empty && !message->has_length)
        kind = HTTP_FRAMING_UNTIL_CLOSE;
    http_framing_begin(&relay->reply.framing, kind, is_empty ? 0 : message->length);
    relay->reply.is_chunked = kind != HTTP_FRAMING_LENGTH && relay->client_version > 0;
    relay->is_close_framed = kind != HTTP_FRAMING_LENGTH && relay->client_version == 0;
    relay->is_reply_flowing =
        kind == HTTP_FRAMING_LENGTH && !is_empty && message->length > relay->loop->proxy->held_bytes_max;
}

/* Whether, and how long, the upstream's connection is good for another request. */
static void note_back(struct proxy_relay *relay, const struct http_message *message) {
    relay->is_back_kept = relay->reply.framing.kind != HTTP_FRAMING_UNTIL_CLOSE &&
                          (message->minor_version > 0 ? !message->says_close : message->says_keep_alive);
    if (message->keeps_alive_s > 0 && message->keeps_alive_s < KEEPS_ALIVE_S_MAX)
        relay->back->kept_ms_max = (int64_t)message->keeps_alive_s * MS_PER_SECOND - KEEPS_ALIVE_SLACK_MS;
}

static void keep_head(struct proxy_relay *relay, struct http_message *message) {
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    IGNORE(http_message_drop_hop_by_hop(message), "an upstream may name what it likes: it is not taken out");
    size_t size = message->header_count * sizeof *message->headers;
    relay->reply_headers = arena_alloc_unset(&relay->arena, size);
    for (size_t i = 0; i < message->header_count; i++)
        relay->reply_headers[i] = message->headers[i];
    relay->reply_header_count = message->header_count;
    relay->reply_head = message->head;
    relay->status_line = message->status_line;
    relay->status = message->status;
    begin_body(relay, message);
    note_back(relay, message);
    /* A refusal is the outcome: the rest of the request would be sent for nothing. */
    if (message->status >= 300)
        relay->is_request_over = true;
    if (service->on_reply != NULL)
        service->on_reply(relay, service->context);
}

/* 1xx, endless ones excepted. */
static bool pass_interim(struct proxy_relay *relay, const struct http_message *message) {
    if (message->status == STATUS_SWITCHING || ++relay->interim_count > INTERIM_MAX)
        return false;
    bool is_swallowed = relay->client_version == 0 || (message->status == 100 && relay->swallows_continue);
    if (!is_swallowed)
        proxy_flow_queue(&relay->reply, message->head);
    return true;
}

static bool take_head(struct proxy_relay *relay, struct str raw) {
    struct http_message message = {.headers = relay->loop->headers, .header_capacity = PROXY_HEADERS_MAX};
    struct str head = arena_str(&relay->arena, str_slice(raw, 0, relay->reply_scanned));
    relay->reply.buffer->start += relay->reply_scanned;
    relay->reply_scanned = 0;
    if (http_message_read_reply(&message, head) != 0)
        return false;
    if (message.status < STATUS_FINAL)
        return pass_interim(relay, &message);
    keep_head(relay, &message);
    return true;
}

static void read_head(struct proxy_relay *relay) {
    const struct proxy_buffer *buffer = relay->reply.buffer;
    struct str raw = str_of(buffer->data + buffer->start, buffer->end - buffer->start);
    bool is_good = true;
    relay->is_head_unfinished = false;
    switch (http_message_find_end(raw, &relay->reply_scanned)) {
    case HTTP_MESSAGE_FINISHED:
        is_good = relay->reply_scanned <= PROXY_HEAD_SIZE_MAX && take_head(relay, raw);
        break;
    case HTTP_MESSAGE_UNFINISHED:
        is_good = raw.size <= PROXY_HEAD_SIZE_MAX;
        relay->is_head_unfinished = true;
        break;
    case HTTP_MESSAGE_BROKEN:
        is_good = false;
        break;
    }
    /* Another protocol's greeting need not be waited for to its end. */
    if (relay->is_head_unfinished && !str_starts_with(STR_LITERAL("HTTP/1."), str_slice(raw, 0, 7)))
        is_good = false;
    if (!is_good)
        proxy_relay_finish(relay, PROXY_RELAY_UPSTREAM_BROKE);
}

/* ---- what comes ---- */

/* A held reply that may still wait whole is gathered; other payload is written before more is read. */
static bool gathers(const struct proxy_relay *relay) {
    return relay->is_reply_held && !relay->is_reply_flowing;
}

static bool may_receive(const struct proxy_relay *relay) {
    if (relay->back == NULL || !relay->back->is_connected || relay->is_ended || relay->is_answered)
        return false;
    if (!relay->is_head_queued || proxy_flow_is_queued(&relay->reply))
        return false;
    return relay->reply.payload.size == 0 || gathers(relay);
}

/* The connection has ended, in order or not. */
static void end_of_back(struct proxy_relay *relay, bool in_order) {
    bool is_whole = in_order && relay->status != 0 && relay->reply.framing.kind == HTTP_FRAMING_UNTIL_CLOSE;
    if (is_whole) {
        relay->reply.is_whole = relay->is_reply_read = true;
        proxy_relay_finish(relay, PROXY_RELAY_COMPLETE);
        return;
    }
    proxy_relay_lose_back(relay, PROXY_RELAY_UPSTREAM_BROKE);
}

static bool read_more(struct proxy_relay *relay) {
    struct proxy_flow *flow = &relay->reply;
    if (!relay->back->link.is_readable)
        return false;
    if (!proxy_flow_has_room(flow) && !proxy_flow_grow(flow, PROXY_BUFFER_BULK)) {
        relay->is_reply_flowing = true; /* too large to wait whole */
        return true;
    }
    enum tcp_result result = proxy_flow_read(flow, &relay->back->link);
    if (result == TCP_ENDED || result == TCP_BROKEN) {
        end_of_back(relay, result == TCP_ENDED);
        return true;
    }
    return result == TCP_DONE;
}

static void decode(struct proxy_relay *relay) {
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    struct proxy_flow *flow = &relay->reply;
    struct str piece;
    enum http_framing_state state = proxy_flow_decode(flow, &piece);
    proxy_count(&relay->loop->counters.bytes_out, piece.size);
    if (piece.size > 0 && service->on_reply_body != NULL)
        service->on_reply_body(relay, str_bytes(piece), service->context);
    if (state == HTTP_FRAMING_BROKEN) {
        proxy_relay_finish(relay, PROXY_RELAY_UPSTREAM_BROKE);
        return;
    }
    relay->is_reply_read = flow->is_whole;
    if (flow->payload.size > relay->loop->proxy->held_bytes_max)
        relay->is_reply_flowing = true;
    /* Nobody wants the rest: what is known is enough. */
    bool is_enough = relay->is_client_gone && !proxy_relay_discard(relay);
    if (flow->is_whole || is_enough)
        proxy_relay_finish(relay, PROXY_RELAY_COMPLETE);
}

bool proxy_relay_receive_reply(struct proxy_relay *relay) {
    if (!may_receive(relay))
        return false;
    bool needs_more = !proxy_flow_has_raw(&relay->reply) || relay->is_head_unfinished;
    if (needs_more && !read_more(relay))
        return false;
    if (relay->back != NULL && relay->status == 0 && proxy_flow_has_raw(&relay->reply))
        read_head(relay);
    bool may_decode = relay->status != 0 && !relay->is_ended && !relay->is_answered && !relay->is_broken;
    if (may_decode)
        decode(relay);
    return true;
}
