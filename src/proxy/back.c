/* SPDX-License-Identifier: Apache-2.0 */
/* back: connections to upstreams, made when they are needed and kept while they are good. */
#include "base/check.h"
#include "base/own.h"
#include "sys/event.h"

#include "private.h"

enum { QUIET_AFTER_MS = 500 }; /* idle for so long: look whether it is still there before a request */

static void forget_idle(struct proxy_back *back) {
    if (back->previous != NULL)
        back->previous->next = back->next;
    else if (back->loop->idle[back->entry->index] == back)
        back->loop->idle[back->entry->index] = back->next;
    if (back->next != NULL)
        back->next->previous = back->previous;
    back->previous = back->next = NULL;
    proxy_deadline_clear(&back->deadline);
}

void proxy_back_close(struct proxy_back *owned_back) {
    if (owned_back == NULL)
        return;
    struct proxy_loop *loop = owned_back->loop;
    ASSERT(!owned_back->is_dead);
    if (owned_back->front == NULL)
        forget_idle(owned_back);
    proxy_deadline_clear(&owned_back->deadline);
    proxy_link_close(&owned_back->link);
    owned_back->is_dead = true;
    owned_back->next = loop->dead_backs; /* events of this turn may still name it */
    loop->dead_backs = owned_back;
    atomic_fetch_sub(&loop->counters.upstream_connections, 1);
}

/* Begin with the next address that does not refuse at once. */
static bool dial(struct proxy_back *back) {
    struct proxy_loop *loop = back->loop;
    proxy_link_close(&back->link);
    while (back->address_index < back->addresses.count) {
        int socket = tcp_connect(&back->addresses.list[back->address_index++]);
        if (socket < 0)
            continue;
        proxy_link_init(&back->link, socket, false);
        proxy_count(&loop->counters.upstream_connects, 1);
        if (event_poller_watch(loop->poller, socket, back)) {
            proxy_deadline_set(loop, &back->deadline, PROXY_PATIENCE_CONNECT);
            return true;
        }
        proxy_link_close(&back->link);
    }
    return false;
}

static struct proxy_back *take_idle(struct proxy_front *front) {
    struct proxy_loop *loop = front->loop;
    for (;;) {
        struct proxy_back *back = loop->idle[front->entry->index];
        if (back == NULL)
            return NULL;
        int64_t idle_ms = loop->now_ms - back->idle_since_ms;
        bool is_good = idle_ms < back->kept_ms_max && (idle_ms < QUIET_AFTER_MS || back->link.tls != NULL ||
                                                          tcp_is_quiet(back->link.socket));
        if (!is_good) {
            proxy_back_close(back);
            continue;
        }
        forget_idle(back);
        back->front = front;
        return back;
    }
}

struct proxy_back *proxy_back_take(struct proxy_front *front, bool is_fresh) {
    struct proxy_loop *loop = front->loop;
    struct proxy_back *back = is_fresh ? NULL : take_idle(front);
    if (back != NULL)
        return back;
    back = MEM_NEW(struct proxy_back);
    back->source = PROXY_SOURCE_BACK;
    back->loop = loop;
    back->entry = front->entry;
    back->front = front;
    back->addresses = proxy_upstream_addresses(front->entry->upstream);
    back->link.socket = -1;
    back->kept_ms_max = INT64_MAX;
    atomic_fetch_add(&loop->counters.upstream_connections, 1);
    if (dial(back))
        return back;
    proxy_back_close(back);
    return NULL;
}

/* The socket is connected: begin TLS where the upstream speaks it. */
static bool open_session(struct proxy_back *back) {
    if (!proxy_upstream_is_tls(back->entry->upstream))
        return true;
    back->link.tls = proxy_upstream_session(back->entry->upstream, back->link.socket);
    back->link.is_shaking_hands = true;
    return back->link.tls != NULL;
}

static enum tcp_result connect_on(struct proxy_back *back) {
    if (!back->link.is_writable && !back->link.is_broken && back->link.tls == NULL)
        return TCP_AGAIN;
    if (back->link.is_broken || (back->link.tls == NULL && tcp_has_error(back->link.socket)))
        return TCP_BROKEN;
    if (back->link.tls == NULL && !open_session(back))
        return TCP_BROKEN;
    return proxy_link_shake_hands(&back->link);
}

enum tcp_result proxy_back_advance(struct proxy_back *back) {
    while (!back->is_connected) {
        enum tcp_result result = connect_on(back);
        if (result == TCP_AGAIN)
            return TCP_AGAIN;
        if (result == TCP_DONE) {
            back->is_connected = true;
            back->link.is_writable = true;
            proxy_deadline_clear(&back->deadline);
        } else if (!dial(back)) {
            return TCP_BROKEN;
        }
    }
    return TCP_DONE;
}

void proxy_back_expire(struct proxy_back *back) {
    if (back->front == NULL) {
        proxy_back_close(back);
        return;
    }
    /* The attempt counts as refused; the relay tries the next address. */
    back->link.is_broken = true;
    proxy_front_advance(back->front);
}

void proxy_back_notice(struct proxy_back *back) {
    char byte;
    size_t size = 0;
    /* TLS may say something of its own meanwhile: new tickets. Anything else is no reply to a request. */
    bool is_good = !back->link.is_broken && !back->link.has_ended &&
                   (back->link.tls != NULL ? proxy_link_read(&back->link, &byte, 1, &size) == TCP_AGAIN
                                           : tcp_is_quiet(back->link.socket));
    back->link.is_readable = false;
    if (!is_good)
        proxy_back_close(back);
}

void proxy_back_keep(struct proxy_back *owned_back) {
    struct proxy_loop *loop = owned_back->loop;
    struct proxy_back **idle = &loop->idle[owned_back->entry->index];
    owned_back->front = NULL;
    owned_back->was_used = true;
    owned_back->idle_since_ms = loop->now_ms;
    owned_back->previous = NULL;
    owned_back->next = *idle;
    if (*idle != NULL)
        (*idle)->previous = owned_back;
    *idle = owned_back;
    proxy_deadline_set(loop, &owned_back->deadline, PROXY_PATIENCE_SPARE);
    if (owned_back->link.is_readable || owned_back->link.is_broken || owned_back->link.has_ended)
        proxy_back_notice(owned_back);
}
