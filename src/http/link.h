/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: one connection of a proxy that never blocks, plain or TLS. What the poller told of it is kept in
 * its flags until a read or a write has used it up.
 *
 * Threads: its loop's.
 */
#pragma once

#include "sys/tcp.h"

#include <gnutls/gnutls.h>

struct http_tls;

struct http_link {
    int socket;            /* -1: none */
    gnutls_session_t tls;  /* NULL: plain */
    size_t tls_unsent;     /* of a record that GnuTLS keeps until the socket takes it */
    bool is_shaking_hands; /* TLS, not ready for data yet */
    bool is_readable, is_writable;
    bool has_ended; /* a read after what is there finds the end */
    bool is_broken;
};

enum { HTTP_LINK_RECORD_SIZE = 16 << 10 }; /* of TLS */

void http_link_init(struct http_link *link, int socket, bool is_connected);
void http_link_note(struct http_link *link, unsigned what); /* EVENT_... */

/* TCP_DONE where the session is there; AGAIN and BROKEN as for a read. */
enum tcp_result http_link_shake_hands(struct http_link *link);

/* As tcp_read() and tcp_write(). A write that was not done must be repeated with the same bytes first.
 * `scratch` has HTTP_LINK_RECORD_SIZE bytes. */
enum tcp_result http_link_read(struct http_link *link, void *data, size_t size, size_t *ret_size);
enum tcp_result http_link_write(
    struct http_link *link, const struct bytes *pieces, size_t count, void *scratch, size_t *ret_size);

void http_link_end(struct http_link *link);   /* sends no more, still reads */
void http_link_close(struct http_link *link); /* once more is fine */
void http_link_reset(struct http_link *link);
