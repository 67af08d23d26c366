/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop: one thread that waits for its connections and lets each go on as far as it can.
 *
 * All loops watch the same listening sockets; the kernel wakes one of them, which gives the connection to
 * the loop that has the fewest. So the load is even with few clients too, and a second daemon on the same
 * port is refused, as it would not be with a listening socket for each loop (SO_REUSEPORT).
 */
#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/event.h"

#include "private.h"

enum { EVENTS_MAX = 128, ACCEPTS_MAX = 16, SECOND_MS = 1000, DEAF_MS = 100, NS_PER_MS = 1000000 };

static int64_t clock_ms(void) {
    return clock_instant(clock_real()).ns / NS_PER_MS;
}

/* ---- deadlines ---- */

void proxy_deadline_clear(struct proxy_deadline *deadline) {
    if (deadline->next == NULL)
        return;
    deadline->previous->next = deadline->next;
    deadline->next->previous = deadline->previous;
    deadline->previous = deadline->next = NULL;
}

void proxy_deadline_set(struct proxy_loop *loop, struct proxy_deadline *deadline, enum proxy_patience kind) {
    proxy_deadline_clear(deadline);
    deadline->kind = kind;
    if (kind == PROXY_PATIENCE_ENDLESS)
        return;
    struct proxy_deadline *ring = &loop->deadlines[kind];
    deadline->at_ms = loop->now_ms + loop->proxy->patience_ms[kind];
    deadline->previous = ring->previous;
    deadline->next = ring;
    ring->previous->next = deadline;
    ring->previous = deadline;
}

#define OWNER_OF(pointer, type, member)                                                                      \
    ((struct type *)(void *)((char *)(pointer) - __builtin_offsetof(struct type, member)))

static void expire(struct proxy_loop *loop) {
    for (int kind = 0; kind < PROXY_PATIENCE_KINDS; kind++) {
        struct proxy_deadline *ring = &loop->deadlines[kind];
        while (ring->next != ring && ring->next->at_ms <= loop->now_ms) {
            struct proxy_deadline *deadline = ring->next;
            proxy_deadline_clear(deadline);
            if (kind == PROXY_PATIENCE_CONNECT || kind == PROXY_PATIENCE_SPARE)
                proxy_back_expire(OWNER_OF(deadline, proxy_back, deadline));
            else
                proxy_front_expire(OWNER_OF(deadline, proxy_front, deadline));
        }
    }
}

static int64_t timeout_ms(const struct proxy_loop *loop) {
    int64_t until_ms = loop->wake_ms < loop->second_ms ? loop->wake_ms : loop->second_ms;
    if (loop->due != NULL)
        return 0;
    for (int kind = 0; kind < PROXY_PATIENCE_KINDS; kind++) {
        const struct proxy_deadline *ring = &loop->deadlines[kind];
        if (ring->next != ring && ring->next->at_ms < until_ms)
            until_ms = ring->next->at_ms;
    }
    int64_t left_ms = until_ms - loop->now_ms;
    if (!loop->is_listening && left_ms > DEAF_MS)
        left_ms = DEAF_MS;
    return left_ms > 0 ? left_ms : 0;
}

/* ---- new connections ---- */

static void listen_to_all(struct proxy_loop *loop, bool listens) {
    struct proxy *proxy = loop->proxy;
    if (listens == loop->is_listening)
        return;
    loop->is_listening = listens;
    for (size_t i = 0; i < proxy->entry_count; i++) {
        struct proxy_listener *listener = &proxy->entries[i].listener;
        if (!listens)
            event_poller_unwatch(loop->poller, listener->socket);
        else
            ASSERT(event_poller_watch_listener(loop->poller, listener->socket, listener));
    }
}

static bool has_room(struct proxy *proxy) {
    return atomic_load(&proxy->connection_count) < proxy->connections_max;
}

static struct proxy_loop *least_busy(struct proxy_loop *loop) {
    struct proxy *proxy = loop->proxy;
    struct proxy_loop *least = loop;
    for (unsigned i = 0; i < proxy->loop_count; i++) {
        if (atomic_load(&proxy->loops[i].counters.connections) < atomic_load(&least->counters.connections))
            least = &proxy->loops[i];
    }
    return least;
}

/* The counts are raised by who accepts, so that the next connection is not given to the same loop. */
static void give(
    struct proxy_loop *loop, struct proxy_door *entry, int socket, const struct tcp_address *peer) {
    atomic_fetch_add(&loop->proxy->connection_count, 1);
    struct proxy_loop *least = least_busy(loop);
    atomic_fetch_add(&least->counters.connections, 1);
    if (least == loop) {
        proxy_front_create(loop, entry, socket, peer);
        return;
    }
    struct proxy_arrival *arrival = MEM_NEW(struct proxy_arrival);
    *arrival = (struct proxy_arrival){.entry = entry, .socket = socket, .peer = *peer};
    MUTEX_SCOPE(&least->mutex);
    arrival->next = least->arrivals;
    least->arrivals = arrival;
    event_poller_wake(least->poller);
}

static void accept_some(struct proxy_loop *loop, struct proxy_listener *listener) {
    struct tcp_address peer;
    bool is_exhausted = false;
    for (int i = 0; i < ACCEPTS_MAX && loop->is_listening; i++) {
        int socket = tcp_accept(listener->socket, &peer, &is_exhausted);
        if (socket < 0)
            break;
        give(loop, listener->entry, socket, &peer);
        if (!has_room(loop->proxy))
            listen_to_all(loop, false);
    }
    if (is_exhausted)
        listen_to_all(loop, false);
}

static struct proxy_arrival *take_arrivals(struct proxy_loop *loop) {
    MUTEX_SCOPE(&loop->mutex);
    return TAKE(loop->arrivals);
}

static void welcome(struct proxy_loop *loop) {
    struct proxy_arrival *arrival = take_arrivals(loop);
    while (arrival != NULL) {
        struct proxy_arrival *next = arrival->next;
        proxy_front_create(loop, arrival->entry, arrival->socket, &arrival->peer);
        mem_free(arrival);
        arrival = next;
    }
}

/* ---- a turn ---- */

static void dispatch(struct proxy_loop *loop, const struct event *event) {
    switch (*(enum proxy_source *)event->source) {
    case PROXY_SOURCE_LISTENER:
        accept_some(loop, event->source);
        return;
    case PROXY_SOURCE_FRONT: {
        struct proxy_front *front = event->source;
        proxy_link_note(&front->link, event->what);
        proxy_front_advance(front);
        return;
    }
    case PROXY_SOURCE_BACK: {
        struct proxy_back *back = event->source;
        if (back->is_dead)
            return;
        proxy_link_note(&back->link, event->what);
        if (back->front != NULL)
            proxy_front_advance(back->front);
        else
            proxy_back_notice(back);
        return;
    }
    }
}

void proxy_loop_schedule(struct proxy_loop *loop, struct proxy_front *front) {
    if (front->is_due)
        return;
    front->is_due = true;
    front->next_due = loop->due;
    loop->due = front;
}

static void run_due(struct proxy_loop *loop) {
    struct proxy_front *front = TAKE(loop->due);
    while (front != NULL) {
        struct proxy_front *next = front->next_due;
        front->is_due = false;
        proxy_front_advance(front);
        front = next;
    }
}

static void stop_listening(struct proxy_loop *loop) {
    if (!loop->is_listening && loop->is_stopped)
        return;
    listen_to_all(loop, false);
    loop->is_stopped = true;
    for (struct proxy_front *front = loop->fronts; front != NULL;) {
        struct proxy_front *next = front->next;
        proxy_front_stop(front);
        front = next;
    }
}

static void bury(struct proxy_loop *loop) {
    while (loop->dead_fronts != NULL && !loop->dead_fronts->is_due) {
        struct proxy_front *front = loop->dead_fronts;
        loop->dead_fronts = front->next_dead;
        mem_free(front);
    }
    while (loop->dead_backs != NULL) {
        struct proxy_back *back = loop->dead_backs;
        loop->dead_backs = back->next;
        mem_free(back);
    }
}

static void tell(struct proxy_loop *loop, void (*callback)(struct proxy_loop *loop, void *context)) {
    if (callback != NULL)
        callback(loop, loop->proxy->service.context);
}

static void turn(struct proxy_loop *loop) {
    struct event events[EVENTS_MAX];
    struct proxy *proxy = loop->proxy;
    bool is_woken = false;
    size_t count = event_poller_wait(loop->poller, events, EVENTS_MAX, timeout_ms(loop), &is_woken);
    loop->now_ms = clock_ms();
    for (size_t i = 0; i < count; i++)
        dispatch(loop, &events[i]);
    if (loop->wake_ms <= loop->now_ms) {
        loop->wake_ms = INT64_MAX;
        is_woken = true;
    }
    if (is_woken) {
        welcome(loop);
        tell(loop, proxy->service.on_wake);
    }
    if (atomic_load(&proxy->is_stopping))
        stop_listening(loop);
    else if (!loop->is_listening && has_room(proxy))
        listen_to_all(loop, true);
    expire(loop);
    if (loop->now_ms >= loop->second_ms) {
        loop->second_ms = loop->now_ms + SECOND_MS;
        for (struct proxy_front *front = loop->fronts; front != NULL; front = front->next) {
            if (front->relay != NULL)
                proxy_relay_tick(front->relay);
        }
        tell(loop, proxy->service.on_second);
    }
    run_due(loop);
    tell(loop, proxy->service.on_turn);
    bury(loop);
}

/* Whoever is still there is broken off. */
static void end_all(struct proxy_loop *loop) {
    listen_to_all(loop, false);
    welcome(loop);
    while (loop->fronts != NULL) {
        struct proxy_front *front = loop->fronts;
        if (front->relay != NULL) {
            proxy_relay_finish(front->relay, PROXY_RELAY_STOPPED);
            proxy_relay_close(front->relay);
        }
        proxy_front_reset(front);
    }
    for (size_t i = 0; i < loop->proxy->entry_count; i++) {
        while (loop->idle[i] != NULL)
            proxy_back_close(loop->idle[i]);
    }
    run_due(loop);
    tell(loop, loop->proxy->service.on_turn);
    bury(loop);
}

void proxy_loop_run(void *context) {
    struct proxy_loop *loop = context;
    loop->now_ms = clock_ms();
    loop->second_ms = loop->now_ms + SECOND_MS;
    listen_to_all(loop, true);
    while (!atomic_load(&loop->proxy->is_ending))
        turn(loop);
    end_all(loop);
}

void proxy_loop_init(struct proxy_loop *loop, struct proxy *proxy, unsigned index) {
    loop->proxy = proxy;
    loop->index = index;
    loop->poller = event_poller_create();
    loop->wake_ms = INT64_MAX;
    loop->idle = mem_alloc_array(proxy->entry_count, sizeof(struct proxy_back *));
    for (int kind = 0; kind < PROXY_PATIENCE_KINDS; kind++)
        loop->deadlines[kind].previous = loop->deadlines[kind].next = &loop->deadlines[kind];
    mutex_init(&loop->mutex);
}

void proxy_loop_finish(struct proxy_loop *loop) {
    ASSERT(loop->fronts == NULL && loop->arrivals == NULL);
    while (loop->spare_relays != NULL) {
        struct proxy_relay *relay = loop->spare_relays;
        loop->spare_relays = relay->next_spare;
        arena_finish(&relay->arena);
        mem_free(relay);
    }
    proxy_buffer_pool_finish(&loop->buffers);
    event_poller_destroy(loop->poller);
    mutex_finish(&loop->mutex);
    mem_free(loop->idle);
}

unsigned proxy_loop_index(const struct proxy_loop *loop) {
    return loop->index;
}

void proxy_loop_wake_in(struct proxy_loop *loop, int64_t ms) {
    if (loop->now_ms + ms < loop->wake_ms)
        loop->wake_ms = loop->now_ms + ms;
}

void proxy_loop_wake(struct proxy_loop *loop) {
    event_poller_wake(loop->poller);
}
