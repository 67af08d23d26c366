/* SPDX-License-Identifier: Apache-2.0 */
/* front: a client's connection, from its first byte to its end; one relay after another. */
#include "base/check.h"
#include "base/own.h"
#include "sys/event.h"

#include "engine.h"
#include "tls.h"

enum { STEPS_MAX = 32, DRAINED_MAX = 1 << 20, READ_SIZE_MIN = 1024 };

static void die(struct http_front *front) {
    struct http_loop *loop = front->loop;
    ASSERT(front->relay == NULL && front->state != HTTP_FRONT_DEAD);
    http_deadline_clear(&front->deadline);
    http_buffer_give(&loop->buffers, TAKE(front->buffer));
    if (front->previous != NULL)
        front->previous->next = front->next;
    else
        loop->fronts = front->next;
    if (front->next != NULL)
        front->next->previous = front->previous;
    front->state = HTTP_FRONT_DEAD;
    front->next_dead = loop->dead_fronts; /* events of this turn may still name it */
    loop->dead_fronts = front;
    atomic_fetch_sub(&loop->counters.connections, 1);
    atomic_fetch_sub(&loop->proxy->connection_count, 1);
}

static void close_front(struct http_front *front) {
    http_link_close(&front->link);
    die(front);
}

void http_front_reset(struct http_front *front) {
    http_link_reset(&front->link);
    die(front);
}

static bool begin_session(struct http_front *front) {
    if (front->entry->tls == NULL)
        return true;
    front->link.tls = http_tls_new_session(front->entry->tls, front->link.socket);
    front->link.is_shaking_hands = true;
    front->state = HTTP_FRONT_HANDSHAKE;
    return front->link.tls != NULL;
}

struct http_front *http_front_create(
    struct http_loop *loop, struct http_entry *entry, int socket, const struct tcp_address *peer) {
    struct http_front *front = MEM_NEW(struct http_front);
    front->source = HTTP_SOURCE_FRONT;
    front->state = HTTP_FRONT_HEAD;
    front->loop = loop;
    front->entry = entry;
    (void)tcp_address_format(peer, front->address);
    http_link_init(&front->link, socket, true);
    front->next = loop->fronts;
    if (front->next != NULL)
        front->next->previous = front;
    loop->fronts = front;
    http_deadline_set(loop, &front->deadline, HTTP_PATIENCE_HEAD);
    if (!event_poller_watch(loop->poller, socket, front) || !begin_session(front))
        close_front(front);
    else
        http_front_advance(front); /* the request is often there already */
    return front;
}

/* Say no more, and read a little of what still comes: a close with unread bytes would be a reset, which can
 * take the reply away from the client. */
static void linger(struct http_front *front) {
    http_link_end(&front->link);
    http_buffer_give(&front->loop->buffers, TAKE(front->buffer));
    front->state = HTTP_FRONT_LINGER;
    http_deadline_set(front->loop, &front->deadline, HTTP_PATIENCE_LINGER);
}

static void drain(struct http_front *front) {
    struct http_loop *loop = front->loop;
    while (front->link.is_readable) {
        size_t size = 0;
        enum tcp_result result = http_link_read(&front->link, loop->scratch, sizeof loop->scratch, &size);
        front->drained += size;
        if (result == TCP_AGAIN)
            return;
        if (result != TCP_DONE || front->drained > DRAINED_MAX) {
            close_front(front);
            return;
        }
    }
}

static void shake_hands(struct http_front *front) {
    enum tcp_result result = http_link_shake_hands(&front->link);
    if (result == TCP_DONE)
        front->state = HTTP_FRONT_HEAD;
    else if (result == TCP_BROKEN)
        close_front(front);
}

/* A request that the owner never sees: no relay comes of it. */
static void refuse(struct http_front *front, unsigned status) {
    char text[256];
    struct buf out = BUF_INIT(sizeof text);
    size_t size = 0;
    http_count(&front->loop->counters.malformed, 1);
    const char *reason = http_reason(status);
    buf_append_format(&out,
        "HTTP/1.1 %u %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
        status, reason, str_from(reason).size + 1, reason);
    struct bytes piece = buf_bytes(&out);
    /* There is room for these few bytes, or the client does not read anyway. */
    (void)http_link_write(&front->link, &piece, 1, front->loop->scratch, &size);
    buf_finish(&out);
    linger(front);
}

static struct str raw_of(const struct http_front *front) {
    const struct http_buffer *buffer = front->buffer;
    return buffer == NULL ? STR_EMPTY : str_of(buffer->data + buffer->start, buffer->end - buffer->start);
}

static struct http_relay *new_relay(struct http_loop *loop) {
    struct http_relay *relay = loop->spare_relays;
    if (relay == NULL)
        return MEM_NEW(struct http_relay);
    loop->spare_relays = relay->next_spare;
    loop->spare_count--;
    return relay;
}

static void begin_relay(struct http_front *front, struct str head) {
    struct http_loop *loop = front->loop;
    struct http_relay *relay = new_relay(loop);
    struct http_message message = {.headers = loop->headers, .header_capacity = HTTP_PROXY_HEADERS_MAX};
    relay->loop = loop;
    front->buffer->start += head.size;
    front->scanned = 0;
    unsigned refused = http_message_read_request(&message, arena_str(&relay->arena, head));
    if (refused == 0 && !http_message_drop_hop_by_hop(&message))
        refused = 400;
    if (refused != 0) {
        http_relay_spare(relay);
        refuse(front, refused);
        return;
    }
    front->relay = relay;
    front->state = HTTP_FRONT_RELAY;
    front->has_served = true;
    http_count(&loop->counters.requests, 1);
    http_relay_begin(front, &message);
}

/* Empty lines before a request are left over from the one before (RFC 9112, 2.2). */
static void skip_empty_lines(struct http_front *front) {
    struct http_buffer *buffer = front->buffer;
    while (buffer != NULL && front->scanned == 0 && buffer->end - buffer->start >= 2 &&
           buffer->data[buffer->start] == '\r' && buffer->data[buffer->start + 1] == '\n')
        buffer->start += 2;
}

/* Look at what was read; true where that led to something. */
static bool find_head(struct http_front *front) {
    skip_empty_lines(front);
    struct str raw = raw_of(front);
    if (raw.size == 0 || str_is(raw, "\r"))
        return false;
    switch (http_message_find_end(raw, &front->scanned)) {
    case HTTP_MESSAGE_FINISHED:
        if (front->scanned > HTTP_PROXY_HEAD_SIZE_MAX)
            refuse(front, 431);
        else
            begin_relay(front, str_slice(raw, 0, front->scanned));
        return true;
    case HTTP_MESSAGE_BROKEN:
        refuse(front, 400);
        return true;
    case HTTP_MESSAGE_UNFINISHED:
        break;
    }
    if (raw.size <= HTTP_PROXY_HEAD_SIZE_MAX)
        return false;
    refuse(front, 431);
    return true;
}

/* Room for more of a head: what is there moves to the start, and once into a larger buffer. */
static struct http_buffer *make_room(struct http_front *front) {
    struct http_buffer_pool *pool = &front->loop->buffers;
    struct http_buffer *buffer = front->buffer;
    struct str raw = raw_of(front);
    if (buffer == NULL)
        return front->buffer = http_buffer_take(pool, HTTP_BUFFER_SMALL);
    if (raw.size > 0 && buffer->capacity - buffer->end >= READ_SIZE_MIN)
        return buffer;
    struct http_buffer *target = buffer;
    if (buffer->capacity - raw.size < READ_SIZE_MIN)
        target = http_buffer_take(pool, HTTP_BUFFER_BULK);
    http_buffer_copy(target, raw);
    if (target != buffer)
        http_buffer_give(pool, buffer);
    return front->buffer = target;
}

/* Nothing more now: an idle connection keeps no buffer, and waits as long as it may. */
static bool wait_for_head(struct http_front *front) {
    bool is_idle = raw_of(front).size == 0;
    if (is_idle)
        http_buffer_give(&front->loop->buffers, TAKE(front->buffer));
    if (is_idle && atomic_load(&front->loop->proxy->is_stopping)) {
        close_front(front);
        return false;
    }
    enum http_patience kind = is_idle && front->has_served ? HTTP_PATIENCE_IDLE : HTTP_PATIENCE_HEAD;
    if (front->deadline.next == NULL || front->deadline.kind != kind)
        http_deadline_set(front->loop, &front->deadline, kind);
    return false;
}

static bool read_head(struct http_front *front) {
    if (find_head(front))
        return true;
    if (!front->link.is_readable)
        return wait_for_head(front);
    struct http_buffer *buffer = make_room(front);
    size_t size = 0;
    enum tcp_result result =
        http_link_read(&front->link, buffer->data + buffer->end, buffer->capacity - buffer->end, &size);
    buffer->end += size;
    if (result == TCP_AGAIN)
        return wait_for_head(front);
    if (result != TCP_DONE)
        close_front(front);
    return true;
}

void http_front_advance(struct http_front *front) {
    for (int step = 0; step < STEPS_MAX; step++) {
        enum http_front_state before = front->state;
        switch (before) {
        case HTTP_FRONT_HANDSHAKE:
            shake_hands(front);
            if (front->state == before)
                return;
            break;
        case HTTP_FRONT_HEAD:
            if (!read_head(front))
                return;
            break;
        case HTTP_FRONT_RELAY:
            http_relay_advance(front->relay);
            if (front->state == before)
                return;
            break;
        case HTTP_FRONT_LINGER:
            drain(front);
            return;
        case HTTP_FRONT_DEAD:
            return;
        }
    }
    http_loop_schedule(front->loop, front);
}

void http_front_next(struct http_front *front, bool is_kept) {
    front->relay = NULL;
    front->state = HTTP_FRONT_HEAD;
    http_deadline_clear(&front->deadline);
    if (is_kept)
        return;
    bool may_have_more = front->link.is_readable || raw_of(front).size > 0 || !front->is_request_over;
    if (may_have_more && !front->link.is_broken)
        linger(front);
    else
        close_front(front);
}

void http_front_expire(struct http_front *front) {
    switch (front->state) {
    case HTTP_FRONT_RELAY:
        http_relay_expire(front->relay);
        return;
    case HTTP_FRONT_HEAD:
        if (raw_of(front).size > 0)
            refuse(front, 408);
        else
            close_front(front);
        return;
    case HTTP_FRONT_HANDSHAKE:
    case HTTP_FRONT_LINGER:
        close_front(front);
        return;
    case HTTP_FRONT_DEAD:
        return;
    }
}

void http_front_stop(struct http_front *front) {
    bool is_waiting = front->state == HTTP_FRONT_HANDSHAKE || front->state == HTTP_FRONT_HEAD;
    if (is_waiting)
        close_front(front);
}
