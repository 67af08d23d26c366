/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy: the data path of a reverse proxy. A few threads, each with an event loop of its own, read
 * requests, ask the owner what to do with each, pass it on to the upstream and its reply back, and
 * show the owner what passes by. Why not the server and client of http.h: docs/decisions/0009.
 *
 * Promise: method, target, Host and every end-to-end header reach the upstream byte for byte and in
 * order (unless the owner changes them), bodies too; memory is constant whatever the sizes; a held
 * request sends nothing to the upstream, and the last byte of a held reply does not reach the client.
 * A message whose framing is not beyond doubt (RFC 9112, both of Content-Length and Transfer-Encoding, ...)
 * is refused here, before the owner sees it.
 *
 * What the owner is told of each request and may do with it: proxy/relay.h.
 *
 * Threads: any; create, stop and destroy from the owner.
 */
#pragma once

#include "proxy/relay.h"

struct proxy;

struct proxy_entry {
    const char *name;                                /* what messages call it; NULL: nothing */
    struct str host;                                 /* to listen on: an IP address literal or "localhost" */
    uint16_t port;                                   /* 0: any free one */
    const char *tls_certificate_file, *tls_key_file; /* PEM; NULL: plain */
    struct str upstream;                             /* "http://HOST[:PORT]" or "https://..."; no path */
    const char *upstream_ca_file;                    /* NULL: the system's */
    bool upstream_insecure;                          /* do not verify its certificate */
    void *context;                                   /* proxy_relay_entry_context() */
};

struct proxy_options {
    const struct proxy_entry *entries;
    size_t entry_count;
    unsigned loops;             /* threads; 0: one per processor */
    unsigned connections_max;   /* of clients, all entries together; more wait in the backlog */
    int64_t head_timeout_ms;    /* for a whole request head; 0: 30 s */
    int64_t idle_timeout_ms;    /* no byte moved either way; 0: 60 s. Keep-alive connections too */
    int64_t connect_timeout_ms; /* 0: 5 s */
    int64_t reply_timeout_ms;   /* from the whole request to the reply's head; 0: 300 s */
    size_t held_bytes_max;      /* a held reply up to this size waits whole; 0: 64 KiB */
};

enum {
    PROXY_HEAD_SIZE_MAX = 32 << 10, /* of a request or a reply; 431 or 502 past it */
    PROXY_HEADERS_MAX = 200,
    PROXY_HELD_SIZE_MAX = 192 << 10, /* held_bytes_max is no more than this */
};

/* Bind, listen and serve until proxy_destroy(). Upstream names are looked up now and again every
 * minute. Texts are copied. ERROR_INVALID names what is wrong with an entry. */
NODISCARD struct proxy *proxy_create(
    const struct proxy_options *options, const struct proxy_relay_service *service, struct error *error);
uint16_t proxy_port(const struct proxy *proxy, size_t entry);
NODISCARD bool proxy_reload_tls(struct proxy *proxy, struct error *error);
void proxy_stop(struct proxy *proxy); /* no new requests; what is in flight goes on */
/* Wait at most `grace_ms` for what is in flight, break the rest, join the threads. */
void proxy_destroy(struct proxy *proxy, int64_t grace_ms);

struct proxy_stats {
    uint64_t requests, malformed, upstream_connects, upstream_failures;
    uint64_t connections, upstream_connections; /* now */
    uint64_t bytes_in, bytes_out;               /* bodies, from and to clients */
};
struct proxy_stats proxy_stats(struct proxy *proxy);
