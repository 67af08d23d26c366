/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what the parts of a proxy share. A loop has fronts (connections of clients) and backs
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

#include "http/message.h"
#include "proxy/proxy.h"
#include "sys/thread.h"

#include "flow.h"
#include "upstream.h"

#include <stdatomic.h>

/* ---- what waits ---- */
enum proxy_patience {
    PROXY_PATIENCE_HEAD,    /* a client for its handshake or its head */
    PROXY_PATIENCE_IDLE,    /* nobody moves */
    PROXY_PATIENCE_CONNECT, /* an upstream for its connection */
    PROXY_PATIENCE_REPLY,   /* an upstream for its reply's head */
    PROXY_PATIENCE_LINGER,  /* a client that is told to go */
    PROXY_PATIENCE_SPARE,   /* an upstream's connection that nobody uses */
    PROXY_PATIENCE_KINDS,
    PROXY_PATIENCE_ENDLESS = PROXY_PATIENCE_KINDS,
};

/* Those of one kind wait equally long, so a list of them is in the order of their ends. */
struct proxy_deadline {
    struct proxy_deadline *previous, *next; /* NULL: in no list */
    int64_t at_ms;
    enum proxy_patience kind;
};

/* What an event of the poller is for: the first member of each of these. */
enum proxy_source { PROXY_SOURCE_LISTENER, PROXY_SOURCE_FRONT, PROXY_SOURCE_BACK };

struct proxy_listener {
    enum proxy_source source;
    int socket;
    struct proxy_door *entry;
};

struct proxy_door {
    struct proxy_listener listener;
    struct http_tls *tls; /* NULL: plain */
    struct proxy_upstream *upstream;
    void *context;
    unsigned index;
};

struct proxy_counters { /* written by one loop, read by any thread */
    atomic_uint_fast64_t requests, malformed, upstream_connects, upstream_failures;
    atomic_uint_fast64_t connections, upstream_connections, bytes_in, bytes_out;
};

struct proxy {
    struct proxy_relay_service service;
    struct proxy_door *entries;
    size_t entry_count;
    struct proxy_loop *loops;
    unsigned loop_count, connections_max;
    int64_t patience_ms[PROXY_PATIENCE_KINDS];
    size_t held_bytes_max;
    struct proxy_upstream **upstreams; /* of the entries */
    struct proxy_resolver *resolver;
    _Atomic unsigned connection_count;
    _Atomic bool is_stopping, is_ending;
};

/* A connection on its way from the loop that accepted it to the one that serves it. */
struct proxy_arrival {
    struct proxy_arrival *next;
    struct proxy_door *entry;
    int socket;
    struct tcp_address peer;
};

struct proxy_loop {
    struct proxy *proxy;
    unsigned index;
    struct thread *thread;
    struct event_poller *poller;
    int64_t now_ms, second_ms, wake_ms; /* wake_ms: asked for by the owner; INT64_MAX: not */
    struct proxy_deadline deadlines[PROXY_PATIENCE_KINDS]; /* heads of rings */
    struct proxy_front *fronts, *due, *dead_fronts;        /* due: advance them in this turn or the next */
    struct proxy_back **idle;                              /* by entry; the one used last comes first */
    struct proxy_back *dead_backs;
    struct proxy_relay *spare_relays;
    unsigned spare_count;
    struct proxy_buffer_pool buffers;
    bool is_listening, is_stopped;
    struct proxy_counters counters;
    struct http_header headers[PROXY_HEADERS_MAX]; /* of the head that is read */
    char scratch[PROXY_LINK_RECORD_SIZE];
    struct mutex mutex;
    struct proxy_arrival *arrivals; /* guarded by mutex */
};

static inline void proxy_count(atomic_uint_fast64_t *counter, uint64_t more) {
    atomic_store_explicit(
        counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

void proxy_loop_run(void *loop); /* the body of its thread */
void proxy_loop_init(struct proxy_loop *loop, struct proxy *proxy, unsigned index);
void proxy_loop_finish(struct proxy_loop *loop);
void proxy_loop_schedule(struct proxy_loop *loop, struct proxy_front *front); /* advance it soon */
void proxy_deadline_set(struct proxy_loop *loop, struct proxy_deadline *deadline, enum proxy_patience kind);
void proxy_deadline_clear(struct proxy_deadline *deadline);

/* ---- a client's connection ---- */
enum proxy_front_state {
    PROXY_FRONT_HANDSHAKE,
    PROXY_FRONT_HEAD,
    PROXY_FRONT_RELAY,
    PROXY_FRONT_LINGER,
    PROXY_FRONT_DEAD
};

struct proxy_front {
    enum proxy_source source;
    enum proxy_front_state state;
    struct proxy_loop *loop;
    struct proxy_door *entry;
    struct proxy_front *previous, *next; /* of the loop */
    struct proxy_front *next_due, *next_dead;
    struct proxy_link link;
    struct proxy_deadline deadline;
    struct proxy_buffer *buffer; /* what was read and is of no relay yet */
    size_t scanned;
    uint64_t drained;
    struct proxy_relay *relay;
    bool is_due, has_served;
    bool is_request_over; /* the last relay took its request whole */
    char address[TCP_ADDRESS_TEXT_MAX];
};

struct proxy_front *proxy_front_create(
    struct proxy_loop *loop, struct proxy_door *entry, int socket, const struct tcp_address *peer);
void proxy_front_advance(struct proxy_front *front);
void proxy_front_expire(struct proxy_front *front); /* its deadline has passed */
void proxy_front_stop(struct proxy_front *front);   /* the proxy stops: an idle one goes */
void proxy_front_reset(struct proxy_front *front);  /* it has no relay */
/* The relay is done. */
void proxy_front_next(struct proxy_front *front, bool is_kept);

/* ---- an upstream's connection ---- */
struct proxy_back {
    enum proxy_source source;
    struct proxy_loop *loop;
    struct proxy_door *entry;
    struct proxy_front *front;          /* NULL: idle */
    struct proxy_back *previous, *next; /* idle ones of the entry */
    struct proxy_link link;
    struct proxy_deadline deadline;
    struct proxy_upstream_addresses addresses;
    size_t address_index;
    int64_t idle_since_ms;
    int64_t kept_ms_max; /* idle for longer: the upstream may be closing it just now */
    bool is_connected, was_used, is_dead;
};

/* A connection for the front's relay: one that was kept, unless a fresh one is asked for. */
struct proxy_back *proxy_back_take(struct proxy_front *front, bool is_fresh);
/* TCP_DONE where it is ready for a request, TCP_BROKEN where no address answers. */
enum tcp_result proxy_back_advance(struct proxy_back *back);
void proxy_back_keep(struct proxy_back *owned_back);
void proxy_back_close(struct proxy_back *owned_back); /* NULL is fine */
void proxy_back_notice(struct proxy_back *back);      /* an event while it is idle */
void proxy_back_expire(struct proxy_back *back);

/* ---- one request and its reply ---- */
struct proxy_relay {
    struct proxy_relay *next_spare;
    struct proxy_loop *loop;
    struct proxy_front *front;
    struct proxy_back *back;
    struct arena arena;
    void *attachment;

    struct str head, method, target; /* head: as it came */
    struct http_header *headers;
    size_t header_count, header_capacity;
    uint64_t body_size;
    unsigned client_version; /* minor */
    struct str tls_version, tls_cipher;

    struct proxy_flow request;
    size_t collect_max;
    bool is_collecting, is_held, is_head_queued, is_request_sent, has_recycled;
    bool expects_continue, swallows_continue, client_keeps;
    bool may_retry; /* the connection was used before, and no byte of a reply came */
    bool has_retried;
    bool is_request_over; /* no more of it is sent, whole or not */

    struct proxy_flow reply;
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
    enum proxy_relay_end end;
    uint64_t discarded_bytes;
    unsigned client_waits_s; /* how long the client was waited for, all in all */
};

/* Begin with the head that is in the loop's headers. */
void proxy_relay_begin(struct proxy_front *front, const struct http_message *message);
/* Go on as far as the sockets allow. The relay may be gone afterwards. */
void proxy_relay_advance(struct proxy_relay *relay);
void proxy_relay_expire(struct proxy_relay *relay);
void proxy_relay_tick(struct proxy_relay *relay); /* a second has passed */
/* Tell the owner how it ended, once; the upstream's connection is given up or kept. */
void proxy_relay_finish(struct proxy_relay *relay, enum proxy_relay_end end);
void proxy_relay_close(struct proxy_relay *relay); /* on_close; back to the spare ones */
void proxy_relay_spare(struct proxy_relay *relay); /* one that the owner never saw, or forgot */

/* One step of each way; true where something moved. */
bool proxy_relay_receive_request(struct proxy_relay *relay);
bool proxy_relay_send_request(struct proxy_relay *relay);
bool proxy_relay_receive_reply(struct proxy_relay *relay);
bool proxy_relay_send_reply(struct proxy_relay *relay);
/* The request's connection broke: begin again on a fresh one where that is safe, else end. */
void proxy_relay_lose_back(struct proxy_relay *relay, enum proxy_relay_end end);

/* Drop the reply's payload, since nobody reads it; false where it is no use to read more of it. */
bool proxy_relay_discard(struct proxy_relay *relay);
/* Decode what was read of an answered request, so that its connection can go on. */
void proxy_relay_drop_request(struct proxy_relay *relay);
/* After on_request: tell what the head's end has to wait for. */
void proxy_relay_begin_collecting(struct proxy_relay *relay);

const char *proxy_reason(unsigned status);
