/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay: one request through a proxy (proxy/proxy.h) and its reply; what the proxy's owner is told and may
 * do.
 *
 * The owner's callbacks run on the relay's loop, in this order:
 *   on_request, then on_collected or on_body..., on_reply, on_reply_body..., on_end, on_close.
 * None may block: what takes time is handed away, the relay held, and proxy_loop_wake() called when done.
 * Every function below may be called from them.
 *
 * Threads: the relay's loop's, but for proxy_loop_wake(): any.
 */
#pragma once

#include "http/http.h"

struct proxy_loop;
struct proxy_relay;

/* Why a relay ended. */
enum proxy_relay_end {
    PROXY_RELAY_COMPLETE,             /* the reply came whole (also where the owner answered) */
    PROXY_RELAY_CLIENT_GONE,          /* before its request was whole; the upstream saw a broken request */
    PROXY_RELAY_UPSTREAM_UNREACHABLE, /* no connection, or a certificate that is not good: it saw nothing */
    PROXY_RELAY_UPSTREAM_BROKE,       /* reset, or no HTTP: the outcome is not known */
    PROXY_RELAY_UPSTREAM_TIMEOUT,     /* likewise */
    PROXY_RELAY_REQUEST_BAD,          /* the body's framing broke halfway */
    PROXY_RELAY_STOPPED,              /* proxy_destroy() */
};

struct proxy_relay_service {
    void (*on_request)(struct proxy_relay *relay, void *context); /* the head is there; nothing was sent */
    /* The whole body, after proxy_relay_collect(); nothing was sent yet. It lives until on_close. */
    void (*on_collected)(struct proxy_relay *relay, struct bytes body, void *context);
    /* A piece of the body on its way, framing removed. Also what was collected before it grew too large. */
    void (*on_body)(struct proxy_relay *relay, struct bytes piece, void *context);
    void (*on_reply)(struct proxy_relay *relay, void *context); /* the head; 1xx pass through unseen */
    void (*on_reply_body)(struct proxy_relay *relay, struct bytes piece, void *context);
    /* All that will come has come. A held reply waits now for proxy_relay_release(). A client that left
     * after its request was whole does not end the relay: its reply, up to 1 MiB, is read first. After a
     * failure no byte of a reply to the client was sent of, proxy_relay_answer() from here says it in the
     * owner's words; proxy_relay_hold_reply() from here puts the answer off until proxy_relay_answer(), or
     * proxy_relay_release() for the proxy's own words (502, 503, 504). */
    void (*on_end)(struct proxy_relay *relay, enum proxy_relay_end end, void *context);
    /* The relay is gone after this: forget it. Always called once, also where on_end was not. */
    void (*on_close)(struct proxy_relay *relay, void *context);
    /* After the callbacks of one turn of the loop (on_wake and on_second too), before it waits: hand over
     * what was gathered. */
    void (*on_turn)(struct proxy_loop *loop, void *context);
    void (*on_wake)(
        struct proxy_loop *loop, void *context); /* after proxy_loop_wake(), soon, at least once */
    void (*on_second)(struct proxy_loop *loop, void *context); /* about once a second */
    void *context;
};

struct proxy_loop *proxy_relay_loop(struct proxy_relay *relay);
unsigned proxy_loop_index(const struct proxy_loop *loop);     /* from 0 */
void proxy_loop_wake(struct proxy_loop *loop);                /* any thread, until proxy_destroy() */
void proxy_loop_wake_in(struct proxy_loop *loop, int64_t ms); /* from the loop: on_wake then, or sooner */

/* ---- the request ---- (texts live as long as the relay) */
struct arena *proxy_relay_arena(struct proxy_relay *relay);
void *proxy_relay_entry_context(const struct proxy_relay *relay);
struct str proxy_relay_method(const struct proxy_relay *relay);
struct str proxy_relay_target(const struct proxy_relay *relay); /* raw, as on the request line */
size_t proxy_relay_headers(const struct proxy_relay *relay, const struct http_header **ret_headers);
bool proxy_relay_has_body(const struct proxy_relay *relay);
uint64_t proxy_relay_body_size(const struct proxy_relay *relay);        /* announced; UINT64_MAX: chunked */
struct str proxy_relay_client_address(const struct proxy_relay *relay); /* IP literal without port */
struct str proxy_relay_tls_version(const struct proxy_relay *relay);    /* "TLSv1.3"; empty without TLS */
struct str proxy_relay_tls_cipher(const struct proxy_relay *relay);
uint64_t proxy_relay_bytes_in(const struct proxy_relay *relay); /* of the body, so far */
uint64_t proxy_relay_bytes_out(
    const struct proxy_relay *relay); /* of the reply's body, so far, as received */
void proxy_relay_attach(struct proxy_relay *relay, void *attachment); /* NULL at first */
void *proxy_relay_attachment(const struct proxy_relay *relay);

/* From on_request: read the whole body first, up to `size_max` bytes (100 Continue is answered here);
 * a larger one is streamed after all, once more than so many are there. */
void proxy_relay_collect(struct proxy_relay *relay, size_t size_max);

/* From on_request or on_collected: send nothing until proxy_relay_release(). */
void proxy_relay_hold(struct proxy_relay *relay);
void proxy_relay_release(struct proxy_relay *relay);

/* Until the request was sent: what goes to the upstream instead. Header changes are by name; control
 * characters in values are dropped. */
void proxy_relay_set_header(struct proxy_relay *relay, const char *name, struct str value);
void proxy_relay_remove_header(struct proxy_relay *relay, const char *name);
void proxy_relay_set_target(struct proxy_relay *relay, struct str target); /* borrowed until on_close */

/* Until a byte of a reply was sent (of a held reply up to held_bytes_max none is): answer this instead, held
 * or not, and have nothing more to do with the upstream. on_end does not follow: on_close does. Later it is a
 * break. */
void proxy_relay_answer(struct proxy_relay *relay, unsigned status, const struct http_header *headers,
    size_t header_count, struct bytes body);

/* ---- the reply ---- */
unsigned proxy_relay_status(const struct proxy_relay *relay);
size_t proxy_relay_reply_headers(const struct proxy_relay *relay, const struct http_header **ret_headers);
/* From any callback up to on_end: hold the reply's end until proxy_relay_release(); on_end comes first. Where
 * the request is held too, the first release is for the request. */
void proxy_relay_hold_reply(struct proxy_relay *relay);
/* Reset the client's connection: what it got so far must not look like a success. Only on_close follows. */
void proxy_relay_break(struct proxy_relay *relay);
