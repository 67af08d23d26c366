/* SPDX-License-Identifier: Apache-2.0 */
/* front: a client's connection, from its first byte to its end; one relay after another. */
#include "base/check.h"
#include "base/own.h"
#include "http/tls.h"
#include "sys/event.h"

#include "private.h"

enum { STEPS_MAX = 32, DRAINED_MAX = 1 << 20, READ_SIZE_MIN = 1024 };

static void die(struct proxy_front *front) {
    struct proxy_loop *loop = front->loop;
    ASSERT(front->relay == NULL && front->state != PROXY_FRONT_DEAD);
    proxy_deadline_clear(&front->deadline);
    proxy_buffer_give(&loop->buffers, TAKE(front->buffer));
    if (front->previous != NULL)
        front->previous->next = front->next;
    else
        loop->fronts = front->next;
    if (front->next != NULL)
        front->next->previous = front->previous;
    front->state = PROXY_FRONT_DEAD;
    front->next_dead = loop->dead_fronts; /* events of this turn may still name it */
    loop->dead_fronts = front;
    atomic_fetch_sub(&loop->counters.connections, 1);
    atomic_fetch_sub(&loop->proxy->connection_count, 1);
}

static void close_front(struct proxy_front *front) {
    proxy_link_close(&front->link);
    die(front);
}

void proxy_front_reset(struct proxy_front *front) {
    proxy_link_reset(&front->link);
    die(front);
}

static bool begin_session(struct proxy_front *front) {
    if (front->entry->tls == NULL)
        return true;
    front->link.tls = http_tls_new_session(front->entry->tls, front->link.socket);
    front->link.is_shaking_hands = true;
    front->state = PROXY_FRONT_HANDSHAKE;
    return front->link.tls != NULL;
}

struct proxy_front *proxy_front_create(
    struct proxy_loop *loop, struct proxy_door *entry, int socket, const struct tcp_address *peer) {
    struct proxy_front *front = MEM_NEW(struct proxy_front);
    front->source = PROXY_SOURCE_FRONT;
    front->state = PROXY_FRONT_HEAD;
    front->loop = loop;
    front->entry = entry;
    (void)tcp_address_format(peer, front->address);
    proxy_link_init(&front->link, socket, true);
    front->next = loop->fronts;
    if (front->next != NULL)
        front->next->previous = front;
    loop->fronts = front;
    proxy_deadline_set(loop, &front->deadline, PROXY_PATIENCE_HEAD);
    if (!event_poller_watch(loop->poller, socket, front) || !begin_session(front))
        close_front(front);
    else
        proxy_front_advance(front); /* the request is often there already */
    return front;
}

/* Say no more, and read a little of what still comes: a close with unread bytes would be a reset, which can
 * take the reply away from the client. */
static void linger(struct proxy_front *front) {
    proxy_link_end(&front->link);
    proxy_buffer_give(&front->loop->buffers, TAKE(front->buffer));
    front->state = PROXY_FRONT_LINGER;
    proxy_deadline_set(front->loop, &front->deadline, PROXY_PATIENCE_LINGER);
}

static void drain(struct proxy_front *front) {
    struct proxy_loop *loop = front->loop;
    while (front->link.is_readable) {
        size_t size = 0;
        enum tcp_result result = proxy_link_read(&front->link, loop->scratch, sizeof loop->scratch, &size);
        front->drained += size;
        if (result == TCP_AGAIN)
            return;
        if (result != TCP_DONE || front->drained > DRAINED_MAX) {
            close_front(front);
            return;
        }
    }
}

static void shake_hands(struct proxy_front *front) {
    enum tcp_result result = proxy_link_shake_hands(&front->link);
    if (result == TCP_DONE)
        front->state = PROXY_FRONT_HEAD;
    else if (result == TCP_BROKEN)
        close_front(front);
}

/* A request that the owner never sees: no relay comes of it. */
static void refuse(struct proxy_front *front, unsigned status) {
    char text[256];
    struct buf out = BUF_INIT(sizeof text);
    size_t size = 0;
    proxy_count(&front->loop->counters.malformed, 1);
    const char *reason = proxy_reason(status);
    buf_append_format(&out,
        "HTTP/1.1 %u %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
        status, reason, str_from(reason).size + 1, reason);
    struct bytes piece = buf_bytes(&out);
    /* There is room for these few bytes, or the client does not read anyway. */
    (void)proxy_link_write(&front->link, &piece, 1, front->loop->scratch, &size);
    buf_finish(&out);
    linger(front);
}

static struct str raw_of(const struct proxy_front *front) {
    const struct proxy_buffer *buffer = front->buffer;
    return buffer == NULL ? STR_EMPTY : str_of(buffer->data + buffer->start, buffer->end - buffer->start);
}

static struct proxy_relay *new_relay(struct proxy_loop *loop) {
    struct proxy_relay *relay = loop->spare_relays;
    if (relay == NULL)
        return MEM_NEW(struct proxy_relay);
    loop->spare_relays = relay->next_spare;
    loop->spare_count--;
    return relay;
}

static void begin_relay(struct proxy_front *front, struct str head) {
    struct proxy_loop *loop = front->loop;
    struct proxy_relay *relay = new_relay(loop);
    struct http_message message = {.headers = loop->headers, .header_capacity = PROXY_HEADERS_MAX};
    relay->loop = loop;
    front->buffer->start += head.size;
    front->scanned = 0;
    unsigned refused = http_message_read_request(&message, arena_str(&relay->arena, head));
    if (refused == 0 && !http_message_drop_hop_by_hop(&message))
        refused = 400;
    if (refused != 0) {
        proxy_relay_spare(relay);
        refuse(front, refused);
        return;
    }
    front->relay = relay;
    front->state = PROXY_FRONT_RELAY;
    front->has_served = true;
    proxy_count(&loop->counters.requests, 1);
    proxy_relay_begin(front, &message);
}

/* Empty lines before a request are left over from the one before (RFC 9112, 2.2). */
static void skip_empty_lines(struct proxy_front *front) {
    struct proxy_buffer *buffer = front->buffer;
    while (buffer != NULL && front->scanned == 0 && buffer->end - buffer->start >= 2 &&
           buffer->data[buffer->start] == '\r' && buffer->data[buffer->start + 1] == '\n')
        buffer->start += 2;
}

/* Look at what was read; true where that led to something. */
static bool find_head(struct proxy_front *front) {
    skip_empty_lines(front);
    struct str raw = raw_of(front);
    if (raw.size == 0 || str_is(raw, "\r"))
        return false;
    switch (http_message_find_end(raw, &front->scanned)) {
    case HTTP_MESSAGE_FINISHED:
        if (front->scanned > PROXY_HEAD_SIZE_MAX)
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
    if (raw.size <= PROXY_HEAD_SIZE_MAX)
        return false;
    refuse(front, 431);
    return true;
}

/* Room for more of a head: what is there moves to the start, and once into a larger buffer. */
static struct proxy_buffer *make_room(struct proxy_front *front) {
    struct proxy_buffer_pool *pool = &front->loop->buffers;
    struct proxy_buffer *buffer = front->buffer;
    struct str raw = raw_of(front);
    if (buffer == NULL)
        return front->buffer = proxy_buffer_take(pool, PROXY_BUFFER_SMALL);
    if (raw.size > 0 && buffer->capacity - buffer->end >= READ_SIZE_MIN)
        return buffer;
    struct proxy_buffer *target = buffer;
    if (buffer->capacity - raw.size < READ_SIZE_MIN)
        target = proxy_buffer_take(pool, PROXY_BUFFER_BULK);
    proxy_buffer_copy(target, raw);
    if (target != buffer)
        proxy_buffer_give(pool, buffer);
    return front->buffer = target;
}

/* Nothing more now: an idle connection keeps no buffer, and waits as long as it may. */
static bool wait_for_head(struct proxy_front *front) {
    bool is_idle = raw_of(front).size == 0;
    if (is_idle)
        proxy_buffer_give(&front->loop->buffers, TAKE(front->buffer));
    if (is_idle && atomic_load(&front->loop->proxy->is_stopping)) {
        close_front(front);
        return false;
    }
    enum proxy_patience kind = is_idle && front->has_served ? PROXY_PATIENCE_IDLE : PROXY_PATIENCE_HEAD;
    if (front->deadline.next == NULL || front->deadline.kind != kind)
        proxy_deadline_set(front->loop, &front->deadline, kind);
    return false;
}

static bool read_head(struct proxy_front *front) {
    if (find_head(front))
        return true;
    if (!front->link.is_readable)
        return wait_for_head(front);
    struct proxy_buffer *buffer = make_room(front);
    size_t size = 0;
    enum tcp_result result =
        proxy_link_read(&front->link, buffer->data + buffer->end, buffer->capacity - buffer->end, &size);
    buffer->end += size;
    if (result == TCP_AGAIN)
        return wait_for_head(front);
    if (result != TCP_DONE)
        close_front(front);
    return true;
}

void proxy_front_advance(struct proxy_front *front) {
    for (int step = 0; step < STEPS_MAX; step++) {
        enum proxy_front_state before = front->state;
        switch (before) {
        case PROXY_FRONT_HANDSHAKE:
            shake_hands(front);
            if (front->state == before)
                return;
            break;
        case PROXY_FRONT_HEAD:
            if (!read_head(front))
                return;
            break;
        case PROXY_FRONT_RELAY:
            proxy_relay_advance(front->relay);
            if (front->state == before)
                return;
            break;
        case PROXY_FRONT_LINGER:
            drain(front);
            return;
        case PROXY_FRONT_DEAD:
            return;
        }
    }
    proxy_loop_schedule(front->loop, front);
}

void proxy_front_next(struct proxy_front *front, bool is_kept) {
    front->relay = NULL;
    front->state = PROXY_FRONT_HEAD;
    proxy_deadline_clear(&front->deadline);
    if (is_kept)
        return;
    bool may_have_more = front->link.is_readable || raw_of(front).size > 0 || !front->is_request_over;
    if (may_have_more && !front->link.is_broken)
        linger(front);
    else
        close_front(front);
}

void proxy_front_expire(struct proxy_front *front) {
    switch (front->state) {
    case PROXY_FRONT_RELAY:
        proxy_relay_expire(front->relay);
        return;
    case PROXY_FRONT_HEAD:
        if (raw_of(front).size > 0)
            refuse(front, 408);
        else
            close_front(front);
        return;
    case PROXY_FRONT_HANDSHAKE:
    case PROXY_FRONT_LINGER:
        close_front(front);
        return;
    case PROXY_FRONT_DEAD:
        return;
    }
}

void proxy_front_stop(struct proxy_front *front) {
    bool is_waiting = front->state == PROXY_FRONT_HANDSHAKE || front->state == PROXY_FRONT_HEAD;
    if (is_waiting)
        close_front(front);
}
