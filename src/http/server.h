/* SPDX-License-Identifier: Apache-2.0 */
/* server: what server.c (connections and their deadlines) and exchange.c (requests) share. */
#pragma once

#include "http/http.h"

#include <microhttpd.h>
#include <stdatomic.h>

/* One TCP connection. The watch thread ends it where its deadline has passed. */
struct http_connection {
    struct http_server *server;
    struct http_connection *previous, *next; /* guarded by the server's mutex */
    int socket;
    bool is_spare;               /* past the limit: told to come back later */
    char address[48];            /* IP literal */
    _Atomic bool is_busy;        /* from a request's line to the end of its answer */
    _Atomic int64_t deadline_ns; /* the client must have sent something whole by then; 0: none */
    int64_t patience_ns;         /* of the connection's thread: how long to wait for body bytes */
    int64_t waiting_since_ns;
    struct http_exchange *exchange; /* begun and not ended */
};

/* The client's turn: from now on it must send a request's headers, or more of its body. */
void http_connection_await_request(struct http_connection *connection);
void http_connection_await_body(struct http_connection *connection);

/* Our turn: no deadline. `body_bytes` of body have come. */
void http_connection_received(struct http_connection *connection, size_t body_bytes);

const struct http_service *http_server_service(const struct http_server *server);
void http_server_count(struct http_server *server, unsigned status);

/* libmicrohttpd's callbacks; what the first returns is the others' `*context`. */
void *http_exchange_begin(void *context, const char *target, struct MHD_Connection *mhd);
void http_exchange_destroy(struct http_exchange *exchange); /* NULL is fine */
enum MHD_Result http_exchange_advance(void *server, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload_data, size_t *upload_data_size,
    void **context);
void http_exchange_end(
    void *server, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code);
