/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: a server and a client; they know nothing of audit logs.
 *
 * The server runs one thread per connection (docs/decisions/0001), so a handler may block. A
 * request is pushed: on_headers once, on_body for each piece, on_complete once. A handler that
 * answers in on_headers or on_body gets no more of the body: the client is told before it sends
 * (Expect), its body is read and dropped where it is small, or it is cut off.
 *
 * Threads: an exchange belongs to its connection's thread; a server may be asked from any; a
 * client handle has one owner.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

struct http_server;
struct http_exchange; /* one request and its answer */

struct http_header {
    struct str name, value;
};

/* What answers requests. `context` is the service's own; every function but on_complete may be NULL. */
struct http_service {
    void (*on_headers)(struct http_exchange *exchange, void *context);
    void (*on_body)(struct http_exchange *exchange, struct bytes piece, void *context);
    void (*on_complete)(struct http_exchange *exchange, void *context); /* the answer must be set on return */
    void (*on_close)(struct http_exchange *exchange, void *context); /* last, always: free what is attached */
    void *context;
};

/* From on_headers only: `service` (borrowed) gets the rest, its own on_headers first and at once. */
void http_hand_over(struct http_exchange *exchange, const struct http_service *service);

struct http_server_options {
    struct str host;                                 /* an IP address literal or "localhost" */
    uint16_t port;                                   /* 0: any free one */
    const char *tls_certificate_file, *tls_key_file; /* PEM; NULL: plain */
    unsigned connections_max;                        /* requests on more get 503 */
    unsigned idle_timeout_s; /* nothing moved; a request's headers get twice as long, however they drip */
};

/* Listen and serve until http_server_destroy(). The options' texts are copied. */
NODISCARD struct http_server *http_server_create(
    const struct http_server_options *options, const struct http_service *service, struct error *error);
uint16_t http_server_port(const struct http_server *server);
/* Read the certificate files again, for new connections; on failure the old ones stay. */
NODISCARD bool http_server_reload_tls(struct http_server *server, struct error *error);
/* Requests answered since the start; `ret_failures`: with a status of 500 or more. */
uint64_t http_server_answers(const struct http_server *server, uint64_t *ret_failures);
bool http_server_is_stopping(const struct http_server *server);
void http_server_stop(struct http_server *server);    /* no new requests; long polls see is_stopping */
void http_server_destroy(struct http_server *server); /* waits for what is in flight, bounded */

/* The request. Texts live as long as the exchange; of several headers of a name the first is read. */
struct arena *http_arena(struct http_exchange *exchange);
struct str http_method(const struct http_exchange *exchange);
struct str http_path(const struct http_exchange *exchange);  /* raw, before '?' */
struct str http_query(const struct http_exchange *exchange); /* raw, after '?'; empty without */
struct str http_header_value(const struct http_exchange *exchange, const char *name); /* "" if none */
bool http_has_header(const struct http_exchange *exchange, const char *name);
size_t http_headers(struct http_exchange *exchange, const struct http_header **ret_headers); /* in order */
struct str http_client_address(const struct http_exchange *exchange); /* IP literal without port */
bool http_is_tls(const struct http_exchange *exchange);
struct str http_tls_version(const struct http_exchange *exchange); /* "TLSv1.3"; empty without TLS */
struct str http_tls_cipher(const struct http_exchange *exchange);  /* "TLS_AES_128_GCM_SHA256" */
bool http_has_answer(const struct http_exchange *exchange);
void http_attach(struct http_exchange *exchange, void *attachment); /* the handler's own state */
void *http_attachment(const struct http_exchange *exchange);
struct http_server *http_exchange_server(const struct http_exchange *exchange);

/* The answer: headers first (control characters are dropped), then exactly one http_answer...(). */
void http_set_header(struct http_exchange *exchange, const char *name, struct str value);
void http_answer(struct http_exchange *exchange, unsigned status, struct bytes body); /* copied */
void http_answer_owned(struct http_exchange *exchange, unsigned status, char *owned_body, size_t size);

/* A streamed answer: `read` fills up to `size` bytes and returns how many; 0 is the end, -1 breaks the
 * connection. `body_size` UINT64_MAX: unknown, chunked. `close` runs once, also after a break. */
typedef int64_t http_read_body(void *reader, uint64_t offset, void *data, size_t size);
void http_answer_stream(struct http_exchange *exchange, unsigned status, uint64_t body_size,
    http_read_body *read, void (*close)(void *reader), void *owned_reader);

struct http_client;
struct http_client_options {
    const char *ca_file, *unix_socket; /* NULL: the system's; TCP */
    bool insecure_tls;
    int64_t connect_timeout_ms, idle_timeout_ms; /* idle: no byte moved for so long */
    bool (*is_cancelled)(void *cancel_context);  /* asked every second; true breaks off; NULL: never */
    void *cancel_context;
};
struct http_call {
    struct str method, url;
    const struct http_header *headers;
    size_t header_count;
    struct bytes body; /* or: */
    http_read_body *read_body;
    void *read_context;
    uint64_t body_size;
    /* A sink for the body of a 2xx answer; other answers are collected all the same. False breaks off. */
    bool (*on_body)(struct bytes piece, void *context);
    void *on_body_context;
    size_t answer_bytes_max; /* collected body at most; more is ERROR_LIMIT */
};
struct http_reply {
    unsigned status;
    struct http_header *headers; /* in the arena, as all of it */
    size_t header_count;
    struct bytes body;
};
struct http_client *http_client_create(const struct http_client_options *options);
void http_client_destroy(struct http_client *client);

/* One request and its whole answer; follows no redirects, never retries. ERROR_UNAVAILABLE where
 * no answer came (message says why), ERROR_LIMIT where it was too large. */
NODISCARD bool http_client_call(struct http_client *client, const struct http_call *call, struct arena *arena,
    struct http_reply *ret_reply, struct error *error);
struct str http_reply_header(const struct http_reply *reply, const char *name); /* empty if none */
