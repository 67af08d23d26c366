/* SPDX-License-Identifier: Apache-2.0 */
/* proxy_pair: a client and the upstream's connection that its request went to. */
#pragma once

#include "support/proxy_world.h"

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static int client, upstream;

/* A request that has reached the upstream. */
static inline void begin(const char *request) {
    client = world_client();
    world_send(client, request);
    upstream = world_accept();
    EXPECT(world_comes(upstream, request));
}

/* The upstream answers, and the client gets it. */
static inline void finish(void) {
    world_send(upstream, OK);
    EXPECT(world_comes(client, OK));
}

/* Leave so that the other side is told by a reset. */
static inline void reset(int connection) {
    struct linger at_once = {1, 0};
    (void)setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(connection);
}

/* Both leave, and every relay is closed. */
static inline void end(void) {
    (void)close(client);
    if (upstream >= 0)
        (void)close(upstream);
    EXPECT(world_await(&seen.closes, seen.requests));
}
