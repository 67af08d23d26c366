/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp: TCP connections that never block, and the addresses they go to.
 *
 * Threads: any; a socket has one owner at a time.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

/* IPv4 or IPv6 with a port. */
struct tcp_address {
    size_t size;                   /* 0: none */
    _Alignas(8) uint8_t bytes[28]; /* as the kernel has it */
};

enum { TCP_ADDRESS_TEXT_MAX = 48, TCP_PIECES_MAX = 8 };

enum tcp_result {
    TCP_DONE,
    TCP_AGAIN,  /* nothing now; the poller tells when */
    TCP_ENDED,  /* the peer sends no more */
    TCP_BROKEN, /* reset, timed out, ... */
};

/* An address literal; false where it is none. */
bool tcp_address_parse(struct str host, uint16_t port, struct tcp_address *ret_address);
/* Look a name up: blocks, perhaps for many seconds. Returns how many there are; 0 sets `error`. */
size_t tcp_address_resolve(
    struct str host, uint16_t port, struct tcp_address *ret_addresses, size_t count_max, struct error *error);
/* The literal without port; IPv4 in IPv6 is shown as IPv4. */
struct str tcp_address_format(const struct tcp_address *address, char ret_text[static TCP_ADDRESS_TEXT_MAX]);

/* A listening socket, or -1. An IPv6 wildcard takes IPv4 too. */
NODISCARD int tcp_listen(const struct tcp_address *address, int backlog, struct error *error);
void tcp_stop_listening(int handle); /* connections are refused from now on; the socket stays open */
uint16_t tcp_port(int handle);

/* The next connection, or -1: nobody waits; `ret_is_exhausted`: somebody does, but there are no more
 * file descriptors. */
int tcp_accept(int listener, struct tcp_address *ret_peer, bool *ret_is_exhausted);

/* Begin a connection; it is made when the socket is writable and has no error. -1: refused at once. */
int tcp_connect(const struct tcp_address *address);
bool tcp_has_error(int handle);

/* `ret_size` is written where the result is TCP_DONE. At most TCP_PIECES_MAX pieces. */
enum tcp_result tcp_read(int handle, void *data, size_t size, size_t *ret_size);
enum tcp_result tcp_write(int handle, const struct bytes *pieces, size_t count, size_t *ret_size);
/* True where an idle connection is as it should be: open, and nothing to read. */
bool tcp_is_quiet(int handle);

void tcp_end(int handle); /* sends no more, still reads */
void tcp_close(int handle);
void tcp_reset(int handle); /* close so that the peer sees an error, whatever it received */
