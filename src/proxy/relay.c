/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay: one request and its reply, from the head to the last byte.
 *
 * Both ways move whenever they can; each step reads, decodes, shows or writes something. The owner's
 * callbacks may answer, break, hold or release: that only sets flags, which the next step looks at.
 */
#include "base/check.h"
#include "base/own.h"
#include "http/tls.h"

#include "private.h"

enum {
    ROUNDS_MAX = 16,
    HEADERS_SPARE = 8,
    SPARE_RELAYS_MAX = 256,
    DISCARDED_MAX = 1 << 20,
    BODY_RATE_MIN = 1024
};

static void keep_headers(struct proxy_relay *relay, const struct http_message *message) {
    relay->header_count = message->header_count;
    relay->header_capacity = message->header_count + HEADERS_SPARE;
    relay->headers = arena_alloc_unset(&relay->arena, relay->header_capacity * sizeof *relay->headers);
    for (size_t i = 0; i < relay->header_count; i++)
        relay->headers[i] = message->headers[i];
}

static bool is_crowded(const struct proxy *proxy) {
    return atomic_load(&proxy->connection_count) > proxy->connections_max - proxy->connections_max / 8;
}

static void begin_request(struct proxy_relay *relay, const struct http_message *message) {
    struct proxy_front *front = relay->front;
    proxy_flow_begin(&relay->request, &relay->loop->buffers);
    http_framing_begin(&relay->request.framing,
        message->is_chunked ? HTTP_FRAMING_CHUNKED : HTTP_FRAMING_LENGTH, message->length);
    relay->body_size = message->is_chunked ? UINT64_MAX : message->length;
    relay->request.is_chunked = message->is_chunked;
    relay->request.is_whole = relay->request.framing.is_whole;
    relay->request.buffer = TAKE(front->buffer);
    if (!proxy_flow_has_raw(&relay->request)) /* a request that only waits keeps no buffer */
        proxy_buffer_give(&relay->loop->buffers, TAKE(relay->request.buffer));
    relay->expects_continue =
        message->expects_continue && message->minor_version > 0 && !relay->request.is_whole;
    relay->client_version = message->minor_version;
    relay->client_keeps = message->minor_version > 0 ? !message->says_close : message->says_keep_alive;
}

void proxy_relay_begin(struct proxy_front *front, const struct http_message *message) {
    struct proxy_relay *relay = front->relay;
    relay->front = front;
    relay->head = message->head;
    relay->method = message->method;
    relay->target = message->target;
    keep_headers(relay, message);
    begin_request(relay, message);
    proxy_flow_begin(&relay->reply, &relay->loop->buffers);
    relay->client_keeps &= !is_crowded(relay->loop->proxy);
    if (front->link.tls != NULL) {
        relay->tls_version = http_tls_session_version(front->link.tls);
        relay->tls_cipher = http_tls_session_cipher(front->link.tls);
    }
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    if (service->on_request != NULL)
        service->on_request(relay, service->context);
    proxy_relay_begin_collecting(relay);
}

void proxy_relay_spare(struct proxy_relay *relay) {
    struct proxy_loop *loop = relay->loop;
    struct arena arena = relay->arena;
    if (loop->spare_count >= SPARE_RELAYS_MAX) {
        arena_finish(&relay->arena);
        mem_free(relay);
        return;
    }
    arena_clear(&arena);
    *relay = (struct proxy_relay){.arena = arena, .next_spare = loop->spare_relays};
    loop->spare_relays = relay;
    loop->spare_count++;
}

/* Bytes of the client that are of no relay yet go back to its connection. */
static void return_buffer(struct proxy_relay *relay) {
    if (relay->request.is_whole && proxy_flow_has_raw(&relay->request))
        relay->front->buffer = TAKE(relay->request.buffer);
    relay->front->is_request_over = relay->request.is_whole;
}

void proxy_relay_close(struct proxy_relay *relay) {
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    proxy_back_close(TAKE(relay->back));
    if (service->on_close != NULL)
        service->on_close(relay, service->context);
    return_buffer(relay);
    relay->front->relay = NULL;
    proxy_flow_finish(&relay->request);
    proxy_flow_finish(&relay->reply);
    proxy_relay_spare(relay);
}

/* A connection is good for the next request where this one and its reply went whole over it. */
static void settle_back(struct proxy_relay *relay, enum proxy_relay_end end) {
    if (relay->back == NULL)
        return;
    bool is_good = end == PROXY_RELAY_COMPLETE && relay->is_request_sent && relay->is_back_kept &&
                   !proxy_flow_has_raw(&relay->reply) && !atomic_load(&relay->loop->proxy->is_stopping);
    if (is_good)
        proxy_back_keep(TAKE(relay->back));
    else
        proxy_back_close(TAKE(relay->back));
}

void proxy_relay_finish(struct proxy_relay *relay, enum proxy_relay_end end) {
    struct proxy_relay_service *service = &relay->loop->proxy->service;
    if (relay->is_ended)
        return;
    relay->is_ended = relay->is_request_over = true;
    relay->end = end;
    settle_back(relay, end);
    bool is_upstream = end == PROXY_RELAY_UPSTREAM_UNREACHABLE || end == PROXY_RELAY_UPSTREAM_BROKE ||
                       end == PROXY_RELAY_UPSTREAM_TIMEOUT;
    if (is_upstream)
        proxy_count(&relay->loop->counters.upstream_failures, 1);
    if (!relay->is_answered && service->on_end != NULL)
        service->on_end(relay, end, service->context);
}

/* The last byte is written, or nobody is there to write it to. */
static void conclude(struct proxy_relay *relay) {
    struct proxy_front *front = relay->front;
    bool is_kept = relay->is_kept && relay->request.is_whole && !relay->is_client_gone &&
                   !atomic_load(&relay->loop->proxy->is_stopping);
    bool is_gone = relay->is_client_gone;
    proxy_relay_close(relay);
    if (is_gone)
        proxy_front_reset(front);
    else
        proxy_front_next(front, is_kept);
}

static void break_off(struct proxy_relay *relay) {
    struct proxy_front *front = relay->front;
    proxy_relay_close(relay);
    proxy_front_reset(front);
}

/* The client's connection is reset. Where its request is whole the outcome is still of interest. */
static void notice_client(struct proxy_relay *relay) {
    if (!relay->front->link.is_broken || relay->is_client_gone)
        return;
    relay->is_client_gone = true;
    if (!relay->request.is_whole)
        proxy_relay_finish(relay, PROXY_RELAY_CLIENT_GONE);
}

/* The patience that is needed now. */
static enum proxy_patience patience_of(const struct proxy_relay *relay) {
    bool waits_for_owner = (relay->is_held && !relay->is_collecting) ||
                           (relay->is_reply_held && relay->is_ended && !proxy_flow_is_queued(&relay->reply));
    bool waits_for_back = relay->back != NULL && !relay->back->is_connected;
    if (waits_for_owner || waits_for_back)
        return PROXY_PATIENCE_ENDLESS;
    if (relay->is_request_over && !relay->is_ended && relay->status == 0)
        return PROXY_PATIENCE_REPLY;
    return PROXY_PATIENCE_IDLE;
}

static void set_deadline(struct proxy_relay *relay, bool has_moved) {
    struct proxy_deadline *deadline = &relay->front->deadline;
    enum proxy_patience kind = patience_of(relay);
    bool is_set = deadline->next != NULL || kind == PROXY_PATIENCE_ENDLESS;
    if (!is_set || deadline->kind != kind || (kind == PROXY_PATIENCE_IDLE && has_moved))
        proxy_deadline_set(relay->loop, deadline, kind);
}

void proxy_relay_advance(struct proxy_relay *relay) {
    bool has_moved = false;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        notice_client(relay);
        if (relay->is_broken) {
            break_off(relay);
            return;
        }
        if (relay->is_closing) {
            conclude(relay);
            return;
        }
        bool moved = proxy_relay_receive_request(relay);
        moved |= proxy_relay_send_request(relay);
        moved |= proxy_relay_receive_reply(relay);
        moved |= proxy_relay_send_reply(relay);
        if (!moved) {
            set_deadline(relay, has_moved);
            return;
        }
        has_moved = true;
    }
    /* Others want to move, too. */
    set_deadline(relay, true);
    proxy_loop_schedule(relay->loop, relay->front);
}

/* Who did not move: the client where something waits to be written to it or it owes its request. */
void proxy_relay_expire(struct proxy_relay *relay) {
    bool owes_request =
        !relay->request.is_whole && !proxy_flow_is_queued(&relay->request) && relay->status == 0;
    if (relay->is_ended || proxy_flow_is_queued(&relay->reply)) {
        relay->front->link.is_broken = true;
    } else if (owes_request) {
        relay->is_client_gone = true;
        proxy_relay_finish(relay, PROXY_RELAY_CLIENT_GONE);
    } else {
        proxy_relay_finish(relay, PROXY_RELAY_UPSTREAM_TIMEOUT);
    }
    proxy_front_advance(relay->front);
}

/* A client that moves a byte now and then is not idle, and would stay for ever. What counts is its rate over
 * the time that it alone was waited for. */
void proxy_relay_tick(struct proxy_relay *relay) {
    const struct proxy_relay *it = relay;
    bool owes_request = !it->request.is_whole && !it->is_request_over && !it->is_answered &&
                        (!it->is_held || it->is_collecting) && !proxy_flow_is_queued(&it->request) &&
                        !it->front->link.is_readable;
    bool owes_reading = proxy_flow_is_queued(&it->reply) && !it->front->link.is_writable;
    if (it->is_client_gone || (!owes_request && !owes_reading))
        return;
    relay->client_waits_s++;
    int64_t grace_s = 1 + 2 * it->loop->proxy->patience_ms[PROXY_PATIENCE_IDLE] / MS_PER_SECOND;
    int64_t late_s = (int64_t)relay->client_waits_s - grace_s;
    if (late_s > 0 &&
        it->request.payload_bytes + it->reply.written_bytes < (uint64_t)late_s * BODY_RATE_MIN) {
        relay->front->link.is_broken = true;
        proxy_loop_schedule(relay->loop, relay->front);
    }
}

static bool is_idempotent(struct str method) {
    static const char *const safe[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++) {
        if (str_is(method, safe[i]))
            return true;
    }
    return false;
}

void proxy_relay_lose_back(struct proxy_relay *relay, enum proxy_relay_end end) {
    bool is_safe = relay->request.written_bytes == 0 || is_idempotent(relay->method);
    bool may_retry = relay->may_retry && is_safe && !relay->has_recycled && relay->status == 0 &&
                     relay->interim_count == 0 && !proxy_flow_has_raw(&relay->reply);
    proxy_back_close(TAKE(relay->back));
    if (!may_retry) {
        proxy_relay_finish(relay, end);
        return;
    }
    relay->has_retried = true;
    relay->may_retry = relay->is_request_over = relay->is_request_sent = false;
    relay->request.written_bytes = 0;
    proxy_flow_rewind(&relay->request);
    proxy_flow_drop_raw(&relay->reply);
    relay->reply_scanned = 0;
}

bool proxy_relay_discard(struct proxy_relay *relay) {
    relay->discarded_bytes += relay->reply.payload.size;
    proxy_flow_drop_payload(&relay->reply);
    return relay->discarded_bytes <= DISCARDED_MAX;
}
