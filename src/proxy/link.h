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

struct proxy_link {
    int socket;            /* -1: none */
    gnutls_session_t tls;  /* NULL: plain */
    size_t tls_unsent;     /* of a record that GnuTLS keeps until the socket takes it */
    bool is_shaking_hands; /* TLS, not ready for data yet */
    bool is_readable, is_writable;
    bool has_ended; /* a read after what is there finds the end */
    bool is_broken;
};

enum { PROXY_LINK_RECORD_SIZE = 16 << 10 }; /* of TLS */

void proxy_link_init(struct proxy_link *link, int socket, bool is_connected);
void proxy_link_note(struct proxy_link *link, unsigned what); /* EVENT_... */

/* TCP_DONE where the session is there; AGAIN and BROKEN as for a read. */
enum tcp_result proxy_link_shake_hands(struct proxy_link *link);

/* As tcp_read() and tcp_write(). A write that was not done must be repeated with the same bytes first.
 * `scratch` has PROXY_LINK_RECORD_SIZE bytes. */
enum tcp_result proxy_link_read(struct proxy_link *link, void *data, size_t size, size_t *ret_size);
enum tcp_result proxy_link_write(
    struct proxy_link *link, const struct bytes *pieces, size_t count, void *scratch, size_t *ret_size);

void proxy_link_end(struct proxy_link *link);   /* sends no more, still reads */
void proxy_link_close(struct proxy_link *link); /* once more is fine */
void proxy_link_reset(struct proxy_link *link);
