/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: waiting for many sockets at once (epoll). A watched socket is reported once for each change
 * (edge-triggered), so it is registered once in its life and never again.
 *
 * Threads: one owner; event_poller_wake() from any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_poller;

enum {
    EVENT_READABLE = 1 << 0,
    EVENT_WRITABLE = 1 << 1,
    EVENT_ENDED = 1 << 2,  /* the peer sends no more; what it sent may still be there */
    EVENT_BROKEN = 1 << 3, /* reset, or a connection that could not be made */
};

struct event {
    void *source; /* what the socket was watched with */
    unsigned what;
};

struct event_poller *event_poller_create(void);
void event_poller_destroy(struct event_poller *poller); /* NULL is fine; the sockets stay open */

/* Report every change of the socket from now on, until it is closed. False where the kernel has no room. */
bool event_poller_watch(struct event_poller *poller, int socket, void *source);
/* Report a listening socket as long as somebody waits there. Of several pollers that watch it one is woken.
 */
bool event_poller_watch_listener(struct event_poller *poller, int socket, void *source);
void event_poller_unwatch(struct event_poller *poller, int socket);

/* Wait for events, a wake or the end of the time; -1: no end. Returns how many there are, sources in
 * `ret_events`; `ret_woken` tells whether event_poller_wake() was called since the last time. */
size_t event_poller_wait(struct event_poller *poller, struct event *ret_events, size_t count_max,
    int64_t timeout_ms, bool *ret_woken);
void event_poller_wake(struct event_poller *poller);
