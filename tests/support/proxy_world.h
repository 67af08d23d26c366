/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy_world: a proxy between a client and an upstream that a test plays both, byte by byte, on one
 * thread. The owner does what the test told it to beforehand, and counts what it is told.
 */
#pragma once

#include "base/own.h"
#include "proxy/proxy.h"
#include "support/http_raw.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>

enum { WORLD_PATIENCE_MS = 20000 };

/* What the owner does with each relay; set before a request is sent. */
static struct {
    _Atomic size_t collect_max;                                  /* on_request */
    _Atomic bool holds, holds_reply;                             /* on_request, on_reply */
    _Atomic bool holds_end;                                      /* hold_reply from on_end */
    _Atomic unsigned answers_request, answers_end, answers_wake; /* a status, from there */
    _Atomic bool breaks_wake;                                    /* else a wake releases */
    _Atomic bool breaks_reply;
    void (*on_request)(struct proxy_relay *relay);
} owner;

/* What the owner saw. */
static struct {
    _Atomic int requests, collected, replies, ends, closes, turns, seconds;
    _Atomic int end; /* the last one, or -1 */
    _Atomic unsigned status;
    _Atomic uint64_t bytes_in, bytes_out;
    struct mutex mutex; /* of the texts */
    struct buf body, reply_body, head;
} seen;

static struct proxy *world_proxy;
static struct proxy_loop *world_loop;
static struct proxy_relay *world_held; /* of the loop */
static struct error world_error;
static int world_listener = -1;
static uint16_t world_upstream_port;

static void world_note_request(struct proxy_relay *relay) {
    const struct http_header *headers = NULL;
    size_t count = proxy_relay_headers(relay, &headers);
    MUTEX_SCOPE(&seen.mutex);
    buf_clear(&seen.body);
    buf_clear(&seen.reply_body);
    buf_clear(&seen.head);
    buf_append_format(
        &seen.head, "%.*s %.*s|", STR(proxy_relay_method(relay)), STR(proxy_relay_target(relay)));
    for (size_t i = 0; i < count; i++)
        buf_append_format(&seen.head, "%.*s=%.*s|", STR(headers[i].name), STR(headers[i].value));
}

static void world_on_request(struct proxy_relay *relay, void *context) {
    (void)context;
    world_note_request(relay);
    world_loop = proxy_relay_loop(relay);
    seen.requests++;
    if (owner.on_request != NULL)
        owner.on_request(relay);
    if (owner.collect_max > 0)
        proxy_relay_collect(relay, owner.collect_max);
    if (owner.holds) {
        world_held = relay;
        proxy_relay_hold(relay);
    }
    if (owner.answers_request > 0)
        proxy_relay_answer(relay, owner.answers_request, NULL, 0, bytes_of("mine", 4));
}

static void world_on_collected(struct proxy_relay *relay, struct bytes body, void *context) {
    (void)context;
    (void)relay;
    MUTEX_SCOPE(&seen.mutex);
    buf_append_bytes(&seen.body, body);
    seen.collected++;
}

static void world_on_body(struct proxy_relay *relay, struct bytes piece, void *context) {
    (void)context;
    (void)relay;
    seen.bytes_in += piece.size;
    MUTEX_SCOPE(&seen.mutex);
    if (seen.body.size < 100000)
        buf_append_bytes(&seen.body, piece);
}

static void world_on_reply(struct proxy_relay *relay, void *context) {
    (void)context;
    seen.replies++;
    seen.status = proxy_relay_status(relay);
    if (owner.holds_reply) {
        world_held = relay;
        proxy_relay_hold_reply(relay);
    }
    if (owner.breaks_reply)
        proxy_relay_break(relay);
}

static void world_on_reply_body(struct proxy_relay *relay, struct bytes piece, void *context) {
    (void)context;
    (void)relay;
    seen.bytes_out += piece.size;
    MUTEX_SCOPE(&seen.mutex);
    if (seen.reply_body.size < 100000)
        buf_append_bytes(&seen.reply_body, piece);
}

static void world_on_end(struct proxy_relay *relay, enum proxy_relay_end end, void *context) {
    (void)context;
    seen.end = (int)end;
    if (owner.answers_end > 0 && end != PROXY_RELAY_COMPLETE)
        proxy_relay_answer(relay, owner.answers_end, NULL, 0, bytes_of("ended", 5));
    if (owner.holds_end) {
        world_held = relay;
        proxy_relay_hold_reply(relay);
    }
    seen.ends++;
}

static void world_on_close(struct proxy_relay *relay, void *context) {
    (void)context;
    if (world_held == relay)
        world_held = NULL;
    seen.closes++;
}

static void world_on_turn(struct proxy_loop *loop, void *context) {
    (void)loop;
    (void)context;
    seen.turns++;
}

static void world_on_wake(struct proxy_loop *loop, void *context) {
    (void)context;
    if (world_held == NULL || proxy_relay_loop(world_held) != loop)
        return;
    if (owner.answers_wake > 0)
        proxy_relay_answer(world_held, owner.answers_wake, NULL, 0, bytes_of("woken", 5));
    else if (owner.breaks_wake)
        proxy_relay_break(world_held);
    else
        proxy_relay_release(world_held);
}

static void world_on_second(struct proxy_loop *loop, void *context) {
    (void)loop;
    (void)context;
    seen.seconds++;
}

static const struct proxy_relay_service WORLD_SERVICE = {world_on_request, world_on_collected, world_on_body,
    world_on_reply, world_on_reply_body, world_on_end, world_on_close, world_on_turn, world_on_wake,
    world_on_second, NULL};

static int world_listen(uint16_t *ret_port) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 64) == 0);
    EXPECT(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    *ret_port = ntohs(address.sin_port);
    return listener;
}

static inline void world_reset(void) {
    owner.collect_max = 0;
    owner.holds = owner.holds_reply = owner.holds_end = owner.breaks_wake = owner.breaks_reply = false;
    owner.answers_request = owner.answers_end = owner.answers_wake = 0;
    owner.on_request = NULL;
    seen.requests = seen.collected = seen.replies = seen.ends = seen.closes = 0;
    seen.end = -1;
    seen.status = 0;
    seen.bytes_in = seen.bytes_out = 0;
}

/* A proxy of one loop with these limits; an upstream that ends in ':' gets the port of the test's own. */
static inline void world_start(struct proxy_options options, struct proxy_entry entry) {
    struct arena arena = ARENA_INIT;
    mutex_init(&seen.mutex);
    seen.body = seen.reply_body = seen.head = BUF_INIT(8 << 20);
    world_listener = world_listen(&world_upstream_port);
    entry.host = STR_LITERAL("localhost");
    if (entry.upstream.size == 0)
        entry.upstream = STR_LITERAL("http://127.0.0.1:");
    if (str_ends_with(entry.upstream, STR_LITERAL(":")))
        entry.upstream = arena_format(&arena, "%.*s%u", STR(entry.upstream), world_upstream_port);
    options.entries = &entry;
    options.entry_count = 1;
    if (options.loops == 0)
        options.loops = 1;
    if (options.connections_max == 0)
        options.connections_max = 100;
    world_proxy = proxy_create(&options, &WORLD_SERVICE, &world_error);
    if (world_proxy == NULL)
        printf("# %s\n", world_error.message);
    EXPECT(world_proxy != NULL);
    arena_finish(&arena);
    world_reset();
}

static inline void world_end(void) {
    proxy_destroy(world_proxy, 0);
    (void)close(world_listener);
    EXPECT_INT(seen.closes, seen.requests);
    buf_finish(&seen.body);
    buf_finish(&seen.reply_body);
    buf_finish(&seen.head);
    mutex_finish(&seen.mutex);
}

static inline int world_client(void) {
    return raw_connect(proxy_port(world_proxy, 0), WORLD_PATIENCE_MS);
}

/* The next connection that the proxy makes, or -1 after `patience_ms`. */
static inline int world_accept_within(int patience_ms) {
    struct pollfd waiting = {.fd = world_listener, .events = POLLIN};
    struct timeval timeout = {WORLD_PATIENCE_MS / 1000, 0};
    if (poll(&waiting, 1, patience_ms) != 1)
        return -1;
    int connection = accept4(world_listener, NULL, NULL, SOCK_CLOEXEC);
    (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    return connection;
}

static inline int world_accept(void) {
    return world_accept_within(WORLD_PATIENCE_MS);
}

static inline bool world_is_silent(int connection, int for_ms) {
    struct pollfd waiting = {.fd = connection, .events = POLLIN};
    return poll(&waiting, 1, for_ms) == 0;
}

static inline void world_send(int connection, const char *text) {
    EXPECT(raw_send(connection, text, strlen(text)));
}

/* Exactly the text comes next. */
static inline bool world_comes(int connection, const char *text) {
    size_t size = strlen(text), got = 0;
    char data[4096];
    while (got < size) {
        size_t want = size - got < sizeof data ? size - got : sizeof data;
        ssize_t count = recv(connection, data, want, 0);
        if (count <= 0 || memcmp(data, text + got, (size_t)count) != 0) {
            printf("# at %zu of: %.200s\n# came: %.*s\n", got, text,
                count > 0 ? (int)(count < 200 ? count : 200) : 0, data);
            return false;
        }
        got += (size_t)count;
    }
    return true;
}

/* 0: the other side has closed in order; ECONNRESET: not; -1: something else comes. */
static inline int world_ending(int connection) {
    char byte;
    ssize_t count = recv(connection, &byte, 1, 0);
    if (count == 0)
        return 0;
    return count < 0 ? errno : -1;
}

/* Wait until the counter has reached the number. */
static inline bool world_await(_Atomic int *counter, int number) {
    for (int i = 0; i < WORLD_PATIENCE_MS && *counter < number; i++)
        clock_sleep_ms(1);
    return *counter >= number;
}

static inline void world_wake(void) {
    proxy_loop_wake(world_loop);
}

static inline bool world_saw(struct buf *text, const char *expected) {
    MUTEX_SCOPE(&seen.mutex);
    bool is_same = str_is(buf_str(text), expected);
    if (!is_same)
        printf("# saw: %.*s\n", STR(buf_str(text)));
    return is_same;
}
