/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upstream: where a proxy's entry sends its requests, and the thread that looks its name up now and again.
 *
 * Threads: any.
 */
#pragma once

#include "sys/tcp.h"

#include <gnutls/gnutls.h>

struct proxy_entry;
struct proxy_upstream;
struct proxy_resolver;

enum { PROXY_UPSTREAM_ADDRESSES_MAX = 8 };

struct proxy_upstream_addresses {
    struct tcp_address list[PROXY_UPSTREAM_ADDRESSES_MAX];
    size_t count;
};

/* ERROR_INVALID says what is wrong with the URL or its certificates. */
NODISCARD struct proxy_upstream *proxy_upstream_create(const struct proxy_entry *entry, struct error *error);
void proxy_upstream_destroy(struct proxy_upstream *upstream); /* NULL is fine */

/* The addresses known now. */
struct proxy_upstream_addresses proxy_upstream_addresses(struct proxy_upstream *upstream);
/* The host and port as a Host header has them. */
struct str proxy_upstream_host(const struct proxy_upstream *upstream);
bool proxy_upstream_is_tls(const struct proxy_upstream *upstream);
/* A session for a connection to it that verifies its certificate, or NULL. */
gnutls_session_t proxy_upstream_session(struct proxy_upstream *upstream, int socket);

/* Look all of them up at once and then every minute; names that were not found sooner. The first round is
 * waited for, but not long. */
struct proxy_resolver *proxy_resolver_start(struct proxy_upstream **upstreams, size_t count);
void proxy_resolver_stop(struct proxy_resolver *resolver); /* NULL is fine */
