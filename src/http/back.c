/* SPDX-License-Identifier: Apache-2.0 */
/* back: connections to upstreams, made when they are needed and kept while they are good. */
#include "base/check.h"
#include "base/own.h"
#include "sys/event.h"

#include "engine.h"

enum { QUIET_AFTER_MS = 500 }; /* idle for so long: look whether it is still there before a request */

static void forget_idle(struct http_back *back) {
    if (back->previous != NULL)
        back->previous->next = back->next;
    else if (back->loop->idle[back->entry->index] == back)
        back->loop->idle[back->entry->index] = back->next;
    if (back->next != NULL)
        back->next->previous = back->previous;
    back->previous = back->next = NULL;
    http_deadline_clear(&back->deadline);
}

void http_back_close(struct http_back *owned_back) {
    if (owned_back == NULL)
        return;
    struct http_loop *loop = owned_back->loop;
    ASSERT(!owned_back->is_dead);
    if (owned_back->front == NULL)
        forget_idle(owned_back);
    http_deadline_clear(&owned_back->deadline);
    http_link_close(&owned_back->link);
    owned_back->is_dead = true;
    owned_back->next = loop->dead_backs; /* events of this turn may still name it */
    loop->dead_backs = owned_back;
    atomic_fetch_sub(&loop->counters.upstream_connections, 1);
}

/* Begin with the next address that does not refuse at once. */
static bool dial(struct http_back *back) {
    struct http_loop *loop = back->loop;
    http_link_close(&back->link);
    while (back->address_index < back->addresses.count) {
        int socket = tcp_connect(&back->addresses.list[back->address_index++]);
        if (socket < 0)
            continue;
        http_link_init(&back->link, socket, false);
        http_count(&loop->counters.upstream_connects, 1);
        if (event_poller_watch(loop->poller, socket, back)) {
            http_deadline_set(loop, &back->deadline, HTTP_PATIENCE_CONNECT);
            return true;
        }
        http_link_close(&back->link);
    }
    return false;
}

static struct http_back *take_idle(struct http_front *front) {
    struct http_loop *loop = front->loop;
    for (;;) {
        struct http_back *back = loop->idle[front->entry->index];
        if (back == NULL)
            return NULL;
        int64_t idle_ms = loop->now_ms - back->idle_since_ms;
        bool is_good = idle_ms < back->kept_ms_max && (idle_ms < QUIET_AFTER_MS || back->link.tls != NULL ||
                                                          tcp_is_quiet(back->link.socket));
        if (!is_good) {
            http_back_close(back);
            continue;
        }
        forget_idle(back);
        back->front = front;
        return back;
    }
}

struct http_back *http_back_take(struct http_front *front, bool is_fresh) {
    struct http_loop *loop = front->loop;
    struct http_back *back = is_fresh ? NULL : take_idle(front);
    if (back != NULL)
        return back;
    back = MEM_NEW(struct http_back);
    back->source = HTTP_SOURCE_BACK;
    back->loop = loop;
    back->entry = front->entry;
    back->front = front;
    back->addresses = http_upstream_addresses(front->entry->upstream);
    back->link.socket = -1;
    back->kept_ms_max = INT64_MAX;
    atomic_fetch_add(&loop->counters.upstream_connections, 1);
    if (dial(back))
        return back;
    http_back_close(back);
    return NULL;
}

/* The socket is connected: begin TLS where the upstream speaks it. */
static bool open_session(struct http_back *back) {
    if (!http_upstream_is_tls(back->entry->upstream))
        return true;
    back->link.tls = http_upstream_session(back->entry->upstream, back->link.socket);
    back->link.is_shaking_hands = true;
    return back->link.tls != NULL;
}

static enum tcp_result connect_on(struct http_back *back) {
    if (!back->link.is_writable && !back->link.is_broken && back->link.tls == NULL)
        return TCP_AGAIN;
    if (back->link.is_broken || (back->link.tls == NULL && tcp_has_error(back->link.socket)))
        return TCP_BROKEN;
    if (back->link.tls == NULL && !open_session(back))
        return TCP_BROKEN;
    return http_link_shake_hands(&back->link);
}

enum tcp_result http_back_advance(struct http_back *back) {
    while (!back->is_connected) {
        enum tcp_result result = connect_on(back);
        if (result == TCP_AGAIN)
            return TCP_AGAIN;
        if (result == TCP_DONE) {
            back->is_connected = true;
            back->link.is_writable = true;
            http_deadline_clear(&back->deadline);
        } else if (!dial(back)) {
            return TCP_BROKEN;
        }
    }
    return TCP_DONE;
}

void http_back_expire(struct http_back *back) {
    if (back->front == NULL) {
        http_back_close(back);
        return;
    }
    /* The attempt counts as refused; the relay tries the next address. */
    back->link.is_broken = true;
    http_front_advance(back->front);
}

void http_back_notice(struct http_back *back) {
    char byte;
    size_t size = 0;
    /* TLS may say something of its own meanwhile: new tickets. Anything else is no reply to a request. */
    bool is_good = !back->link.is_broken && !back->link.has_ended &&
                   (back->link.tls != NULL ? http_link_read(&back->link, &byte, 1, &size) == TCP_AGAIN
                                           : tcp_is_quiet(back->link.socket));
    back->link.is_readable = false;
    if (!is_good)
        http_back_close(back);
}

void http_back_keep(struct http_back *owned_back) {
    struct http_loop *loop = owned_back->loop;
    struct http_back **idle = &loop->idle[owned_back->entry->index];
    owned_back->front = NULL;
    owned_back->was_used = true;
    owned_back->idle_since_ms = loop->now_ms;
    owned_back->previous = NULL;
    owned_back->next = *idle;
    if (*idle != NULL)
        (*idle)->previous = owned_back;
    *idle = owned_back;
    http_deadline_set(loop, &owned_back->deadline, HTTP_PATIENCE_SPARE);
    if (owned_back->link.is_readable || owned_back->link.is_broken || owned_back->link.has_ended)
        http_back_notice(owned_back);
}
