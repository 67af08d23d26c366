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
 * A relay is one request and its reply. The owner's callbacks run on the relay's loop, in this order:
 *   on_request, then on_collected or on_body..., on_reply, on_reply_body..., on_end, on_close.
 * None may block: what takes time is handed away, the relay held, and http_loop_wake() called when done.
 *
 * Threads: a relay and a loop belong to the loop's thread, but for http_loop_wake(): any.
 */
#pragma once

#include "http/http.h"

struct http_proxy;
struct http_loop;
struct http_relay;

/* Why a relay ended. */
enum http_relay_end {
    HTTP_RELAY_COMPLETE,             /* the reply came whole (also where the owner answered) */
    HTTP_RELAY_CLIENT_GONE,          /* before its request was whole; the upstream saw a broken request */
    HTTP_RELAY_UPSTREAM_UNREACHABLE, /* no connection, or a certificate that is not good: it saw nothing */
    HTTP_RELAY_UPSTREAM_BROKE,       /* reset, or no HTTP: the outcome is not known */
    HTTP_RELAY_UPSTREAM_TIMEOUT,     /* likewise */
    HTTP_RELAY_REQUEST_BAD,          /* the body's framing broke halfway */
    HTTP_RELAY_STOPPED,              /* http_proxy_destroy() */
};

struct http_relay_service {
    void (*on_request)(struct http_relay *relay, void *context); /* the head is there; nothing was sent */
    /* The whole body, after http_relay_collect(); nothing was sent yet. It lives until on_close. */
    void (*on_collected)(struct http_relay *relay, struct bytes body, void *context);
    /* A piece of the body on its way, framing removed. Also what was collected before it grew too large. */
    void (*on_body)(struct http_relay *relay, struct bytes piece, void *context);
    void (*on_reply)(struct http_relay *relay, void *context); /* the head; 1xx pass through unseen */
    void (*on_reply_body)(struct http_relay *relay, struct bytes piece, void *context);
    /* All that will come has come. A held reply waits now for http_relay_release(). A client that left
     * after its request was whole does not end the relay: its reply is read (and dropped) first. After a
     * failure no byte of a reply to the client was sent of, http_relay_answer() from here says it in the
     * owner's words; http_relay_hold_reply() from here puts the answer off until http_relay_answer(), or
     * http_relay_release() for the proxy's own words (502, 503, 504). */
    void (*on_end)(struct http_relay *relay, enum http_relay_end end, void *context);
    /* The relay is gone after this: forget it. Always called once, also where on_end was not. */
    void (*on_close)(struct http_relay *relay, void *context);
    /* After the callbacks of one turn of the loop (on_wake and on_second too), before it waits: hand over
     * what was gathered. */
    void (*on_turn)(struct http_loop *loop, void *context);
    void (*on_wake)(struct http_loop *loop, void *context); /* after http_loop_wake(), soon, at least once */
    void (*on_second)(struct http_loop *loop, void *context); /* about once a second */
    void *context;
};

struct http_proxy_entry {
    struct str host;                                 /* to listen on: an IP address literal or "localhost" */
    uint16_t port;                                   /* 0: any free one */
    const char *tls_certificate_file, *tls_key_file; /* PEM; NULL: plain */
    struct str upstream;                             /* "http://HOST[:PORT]" or "https://..."; no path */
    const char *upstream_ca_file;                    /* NULL: the system's */
    bool upstream_insecure;                          /* do not verify its certificate */
    void *context;                                   /* http_relay_entry_context() */
};

struct http_proxy_options {
    const struct http_proxy_entry *entries;
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
    HTTP_PROXY_HEAD_SIZE_MAX = 32 << 10, /* of a request or a reply; 431 or 502 past it */
    HTTP_PROXY_HEADERS_MAX = 200,
    HTTP_PROXY_HELD_SIZE_MAX = 192 << 10, /* held_bytes_max is no more than this */
};

/* Bind, listen and serve until http_proxy_destroy(). Upstream names are looked up now and again every
 * minute. Texts are copied. ERROR_INVALID names what is wrong with an entry. */
NODISCARD struct http_proxy *http_proxy_create(
    const struct http_proxy_options *options, const struct http_relay_service *service, struct error *error);
uint16_t http_proxy_port(const struct http_proxy *proxy, size_t entry);
NODISCARD bool http_proxy_reload_tls(struct http_proxy *proxy, struct error *error);
void http_proxy_stop(struct http_proxy *proxy); /* no new requests; what is in flight goes on */
/* Wait at most `grace_ms` for what is in flight, break the rest, join the threads. */
void http_proxy_destroy(struct http_proxy *proxy, int64_t grace_ms);

/* Loops are numbered from 0. An attachment is the owner's, one per loop. */
unsigned http_proxy_loops(const struct http_proxy *proxy);
struct http_loop *http_relay_loop(struct http_relay *relay);
unsigned http_loop_index(const struct http_loop *loop);
void http_loop_wake(struct http_loop *loop); /* any thread */

struct http_proxy_stats {
    uint64_t requests, malformed, upstream_connects, upstream_failures;
    uint64_t connections, upstream_connections; /* now */
    uint64_t bytes_in, bytes_out;               /* bodies, from and to clients */
};
struct http_proxy_stats http_proxy_stats(struct http_proxy *proxy);

/* ---- the request ---- (texts live as long as the relay) */
struct arena *http_relay_arena(struct http_relay *relay);
void *http_relay_entry_context(const struct http_relay *relay);
struct str http_relay_method(const struct http_relay *relay);
struct str http_relay_target(const struct http_relay *relay); /* raw, as on the request line */
size_t http_relay_headers(const struct http_relay *relay, const struct http_header **ret_headers);
bool http_relay_has_body(const struct http_relay *relay);
uint64_t http_relay_body_size(const struct http_relay *relay);        /* announced; UINT64_MAX: chunked */
struct str http_relay_client_address(const struct http_relay *relay); /* IP literal without port */
struct str http_relay_tls_version(const struct http_relay *relay);    /* "TLSv1.3"; empty without TLS */
struct str http_relay_tls_cipher(const struct http_relay *relay);
uint64_t http_relay_bytes_in(const struct http_relay *relay);  /* of the body, so far */
uint64_t http_relay_bytes_out(const struct http_relay *relay); /* of the reply's body, so far, as received */
void http_relay_attach(struct http_relay *relay, void *attachment); /* NULL at first */
void *http_relay_attachment(const struct http_relay *relay);

/* From on_request: read the whole body first, up to `size_max` bytes (100 Continue is answered here);
 * a larger one is streamed after all. */
void http_relay_collect(struct http_relay *relay, size_t size_max);

/* From on_request or on_collected: send nothing until http_relay_release(). */
void http_relay_hold(struct http_relay *relay);
void http_relay_release(struct http_relay *relay);

/* Until the request was sent: what goes to the upstream instead. Header changes are by name. */
void http_relay_set_header(struct http_relay *relay, const char *name, struct str value);
void http_relay_remove_header(struct http_relay *relay, const char *name);
void http_relay_set_target(struct http_relay *relay, struct str target); /* borrowed until on_close */

/* Until a byte of a reply was sent: answer this instead, and have nothing more to do with the upstream.
 * on_end(COMPLETE) does not follow: on_close does. */
void http_relay_answer(struct http_relay *relay, unsigned status, const struct http_header *headers,
    size_t header_count, struct bytes body);

/* ---- the reply ---- */
unsigned http_relay_status(const struct http_relay *relay);
size_t http_relay_reply_headers(const struct http_relay *relay, const struct http_header **ret_headers);
/* From on_reply: hold its end until http_relay_release(); on_end comes first. */
void http_relay_hold_reply(struct http_relay *relay);
/* Reset the client's connection: what it got so far must not look like a success. */
void http_relay_break(struct http_relay *relay);
