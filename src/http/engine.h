/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: what the parts of a proxy share. A loop has fronts (connections of clients) and backs
 * (connections to upstreams). A relay is a front's current request; it has a back while it needs one.
 *
 *   loop.c   waits, tells the time, runs what is due
 *   front.c  a client's connection: handshake, heads, one relay after another, its end
 *   back.c   an upstream's connection: made, kept idle, used again
 *   relay.c  the relay from its first to its last byte; relay_request.c, relay_reply.c: the two ways
 *   owner.c  what the owner of the proxy may ask of a relay
 *
 * Threads: its loop's, but for what is said to be atomic or locked.
 */
#pragma once

#include "http/proxy.h"
#include "sys/thread.h"

#include "flow.h"
#include "message.h"
#include "upstream.h"

#include <stdatomic.h>

/* ---- what waits ---- */
enum http_patience {
    HTTP_PATIENCE_HEAD,    /* a client for its handshake or its head */
    HTTP_PATIENCE_IDLE,    /* nobody moves */
    HTTP_PATIENCE_CONNECT, /* an upstream for its connection */
    HTTP_PATIENCE_REPLY,   /* an upstream for its reply's head */
    HTTP_PATIENCE_LINGER,  /* a client that is told to go */
    HTTP_PATIENCE_SPARE,   /* an upstream's connection that nobody uses */
    HTTP_PATIENCE_KINDS,
    HTTP_PATIENCE_ENDLESS = HTTP_PATIENCE_KINDS,
};

/* Those of one kind wait equally long, so a list of them is in the order of their ends. */
struct http_deadline {
    struct http_deadline *previous, *next; /* NULL: in no list */
    int64_t at_ms;
    enum http_patience kind;
};

/* What an event of the poller is for: the first member of each of these. */
enum http_source { HTTP_SOURCE_LISTENER, HTTP_SOURCE_FRONT, HTTP_SOURCE_BACK };

struct http_listener {
    enum http_source source;
    int socket;
    struct http_entry *entry;
};

struct http_entry {
    struct http_listener listener;
    struct http_tls *tls; /* NULL: plain */
    struct http_upstream *upstream;
    void *context;
    unsigned index;
};

struct http_counters { /* written by one loop, read by any thread */
    atomic_uint_fast64_t requests, malformed, upstream_connects, upstream_failures;
    atomic_uint_fast64_t connections, upstream_connections, bytes_in, bytes_out;
};

struct http_proxy {
    struct http_relay_service service;
    struct http_entry *entries;
    size_t entry_count;
    struct http_loop *loops;
    unsigned loop_count, connections_max;
    int64_t patience_ms[HTTP_PATIENCE_KINDS];
    size_t held_bytes_max;
    struct http_upstream **upstreams; /* of the entries */
    struct http_resolver *resolver;
    _Atomic unsigned connection_count;
    _Atomic bool is_stopping, is_ending;
};

/* A connection on its way from the loop that accepted it to the one that serves it. */
struct http_arrival {
    struct http_arrival *next;
    struct http_entry *entry;
    int socket;
    struct tcp_address peer;
};

struct http_loop {
    struct http_proxy *proxy;
    unsigned index;
    struct thread *thread;
    struct event_poller *poller;
    int64_t now_ms, second_ms, wake_ms;                  /* wake_ms: asked for by the owner; INT64_MAX: not */
    struct http_deadline deadlines[HTTP_PATIENCE_KINDS]; /* heads of rings */
    struct http_front *fronts, *due, *dead_fronts;       /* due: advance them in this turn or the next */
    struct http_back **idle;                             /* by entry; the one used last comes first */
    struct http_back *dead_backs;
    struct http_relay *spare_relays;
    unsigned spare_count;
    struct http_buffer_pool buffers;
    bool is_listening, is_stopped;
    struct http_counters counters;
    struct http_header headers[HTTP_PROXY_HEADERS_MAX]; /* of the head that is read */
    char scratch[HTTP_LINK_RECORD_SIZE];
    struct mutex mutex;
    struct http_arrival *arrivals; /* guarded by mutex */
};

static inline void http_count(atomic_uint_fast64_t *counter, uint64_t more) {
    atomic_store_explicit(
        counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

void http_loop_run(void *loop); /* the body of its thread */
void http_loop_init(struct http_loop *loop, struct http_proxy *proxy, unsigned index);
void http_loop_finish(struct http_loop *loop);
void http_loop_schedule(struct http_loop *loop, struct http_front *front); /* advance it soon */
void http_deadline_set(struct http_loop *loop, struct http_deadline *deadline, enum http_patience kind);
void http_deadline_clear(struct http_deadline *deadline);

/* ---- a client's connection ---- */
enum http_front_state {
    HTTP_FRONT_HANDSHAKE,
    HTTP_FRONT_HEAD,
    HTTP_FRONT_RELAY,
    HTTP_FRONT_LINGER,
    HTTP_FRONT_DEAD
};

struct http_front {
    enum http_source source;
    enum http_front_state state;
    struct http_loop *loop;
    struct http_entry *entry;
    struct http_front *previous, *next; /* of the loop */
    struct http_front *next_due, *next_dead;
    struct http_link link;
    struct http_deadline deadline;
    struct http_buffer *buffer; /* what was read and is of no relay yet */
    size_t scanned;
    uint64_t drained;
    struct http_relay *relay;
    bool is_due, has_served;
    bool is_request_over; /* the last relay took its request whole */
    char address[TCP_ADDRESS_TEXT_MAX];
};

struct http_front *http_front_create(
    struct http_loop *loop, struct http_entry *entry, int socket, const struct tcp_address *peer);
void http_front_advance(struct http_front *front);
void http_front_expire(struct http_front *front); /* its deadline has passed */
void http_front_stop(struct http_front *front);   /* the proxy stops: an idle one goes */
void http_front_reset(struct http_front *front);  /* it has no relay */
/* The relay is done. */
void http_front_next(struct http_front *front, bool is_kept);

/* ---- an upstream's connection ---- */
struct http_back {
    enum http_source source;
    struct http_loop *loop;
    struct http_entry *entry;
    struct http_front *front;          /* NULL: idle */
    struct http_back *previous, *next; /* idle ones of the entry */
    struct http_link link;
    struct http_deadline deadline;
    struct http_upstream_addresses addresses;
    size_t address_index;
    int64_t idle_since_ms;
    int64_t kept_ms_max; /* idle for longer: the upstream may be closing it just now */
    bool is_connected, was_used, is_dead;
};

/* A connection for the front's relay: one that was kept, unless a fresh one is asked for. */
struct http_back *http_back_take(struct http_front *front, bool is_fresh);
/* TCP_DONE where it is ready for a request, TCP_BROKEN where no address answers. */
enum tcp_result http_back_advance(struct http_back *back);
void http_back_keep(struct http_back *owned_back);
void http_back_close(struct http_back *owned_back); /* NULL is fine */
void http_back_notice(struct http_back *back);      /* an event while it is idle */
void http_back_expire(struct http_back *back);

/* ---- one request and its reply ---- */
struct http_relay {
    struct http_relay *next_spare;
    struct http_loop *loop;
    struct http_front *front;
    struct http_back *back;
    struct arena arena;
    void *attachment;

    struct str head, method, target; /* head: as it came */
    struct http_header *headers;
    size_t header_count, header_capacity;
    uint64_t body_size;
    unsigned client_version; /* minor */
    struct str tls_version, tls_cipher;

    struct http_flow request;
    size_t collect_max;
    bool is_collecting, is_held, is_head_queued, is_request_sent, has_recycled;
    bool expects_continue, swallows_continue, has_continued, client_keeps;
    bool may_retry; /* the connection was used before, and no byte of a reply came */
    bool has_retried;
    bool is_request_over; /* no more of it is sent, whole or not */

    struct http_flow reply;
    unsigned status, interim_count;
    struct str reply_head, status_line;
    struct http_header *reply_headers;
    size_t reply_header_count, reply_scanned;
    unsigned answer_status;
    struct http_header *answer_headers;
    size_t answer_header_count;
    struct str answer_body; /* announced by its size, also where it is not sent */
    uint64_t interim_bytes; /* written before the reply proper */
    bool is_head_unfinished, is_reply_read, is_reply_queued, is_answer_queued, is_reply_held,
        is_reply_flowing, is_back_kept, is_kept;
    bool is_close_framed; /* the client sees the end of the connection as the reply's */

    bool is_answered, is_broken, is_ended, is_client_gone, is_closing;
    enum http_relay_end end;
    uint64_t discarded_bytes;
    unsigned client_waits_s; /* how long the client was waited for, all in all */
};

/* Begin with the head that is in the loop's headers. */
void http_relay_begin(struct http_front *front, const struct http_message *message);
/* Go on as far as the sockets allow. The relay may be gone afterwards. */
void http_relay_advance(struct http_relay *relay);
void http_relay_expire(struct http_relay *relay);
void http_relay_tick(struct http_relay *relay); /* a second has passed */
/* Tell the owner how it ended, once; the upstream's connection is given up or kept. */
void http_relay_finish(struct http_relay *relay, enum http_relay_end end);
void http_relay_close(struct http_relay *relay); /* on_close; back to the spare ones */
void http_relay_spare(struct http_relay *relay); /* one that the owner never saw, or forgot */

/* One step of each way; true where something moved. */
bool http_relay_receive_request(struct http_relay *relay);
bool http_relay_send_request(struct http_relay *relay);
bool http_relay_receive_reply(struct http_relay *relay);
bool http_relay_send_reply(struct http_relay *relay);
/* The request's connection broke: begin again on a fresh one where that is safe, else end. */
void http_relay_lose_back(struct http_relay *relay, enum http_relay_end end);

/* Drop the reply's payload, since nobody reads it; false where it is no use to read more of it. */
bool http_relay_discard(struct http_relay *relay);
/* Decode what was read of an answered request, so that its connection can go on. */
void http_relay_drop_request(struct http_relay *relay);
/* After on_request: tell what the head's end has to wait for. */
void http_relay_begin_collecting(struct http_relay *relay);

const char *http_reason(unsigned status);
