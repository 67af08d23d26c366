/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream: where a proxy's entry sends its requests, and the thread that looks its name up now and again.
 *
 * Threads: any.
 */
#pragma once

#include "sys/tcp.h"

#include <gnutls/gnutls.h>

struct http_proxy_entry;
struct http_upstream;
struct http_resolver;

enum { HTTP_UPSTREAM_ADDRESSES_MAX = 8 };

struct http_upstream_addresses {
    struct tcp_address list[HTTP_UPSTREAM_ADDRESSES_MAX];
    size_t count;
};

/* ERROR_INVALID says what is wrong with the URL or its certificates. */
NODISCARD struct http_upstream *http_upstream_create(
    const struct http_proxy_entry *entry, struct error *error);
void http_upstream_destroy(struct http_upstream *upstream); /* NULL is fine */

/* The addresses known now. */
struct http_upstream_addresses http_upstream_addresses(struct http_upstream *upstream);
/* The host and port as a Host header has them. */
struct str http_upstream_host(const struct http_upstream *upstream);
bool http_upstream_is_tls(const struct http_upstream *upstream);
/* A session for a connection to it that verifies its certificate, or NULL. */
gnutls_session_t http_upstream_session(struct http_upstream *upstream, int socket);

/* Look all of them up at once and then every minute; names that were not found sooner. The first round is
 * waited for, but not long. */
struct http_resolver *http_resolver_start(struct http_upstream **upstreams, size_t count);
void http_resolver_stop(struct http_resolver *resolver); /* NULL is fine */
