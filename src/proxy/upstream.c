/* SPDX-License-Identifier: Apache-2.0 */
#include "upstream.h"

#include "base/check.h"
#include "base/own.h"
#include "http/origin.h"
#include "proxy/proxy.h"
#include "sys/thread.h"

enum { FIRST_ROUND_MS = 3000, ROUND_MS = 60000, ROUND_AFTER_FAILURE_MS = 5000 };

struct proxy_upstream {
    char *host; /* without brackets */
    char *authority;
    uint16_t port;
    bool is_tls, is_insecure, is_literal;
    gnutls_certificate_credentials_t credentials;
    struct mutex mutex;
    struct proxy_upstream_addresses addresses; /* guarded by mutex */
};

struct proxy_resolver {
    struct proxy_upstream **upstreams;
    size_t count;
    struct thread *thread;
    struct mutex mutex;
    struct condition changed;
    bool has_begun, is_ending; /* guarded by mutex; begun: the first round is over */
};

static bool read_url(struct proxy_upstream *upstream, struct str url, struct error *error) {
    struct http_origin origin;
    if (!http_origin_parse(url, &origin, error))
        return error_context(error, "the upstream");
    upstream->is_tls = origin.is_tls;
    upstream->host = mem_copy(origin.host.data, origin.host.size);
    upstream->authority = mem_copy(origin.authority.data, origin.authority.size);
    upstream->port = origin.port;
    upstream->addresses.count = 1;
    upstream->is_literal = tcp_address_parse(origin.host, origin.port, &upstream->addresses.list[0]);
    if (!upstream->is_literal)
        upstream->addresses.count = 0;
    return true;
}

static bool load_trust(struct proxy_upstream *upstream, const char *ca_file, struct error *error) {
    if (!upstream->is_tls)
        return true;
    ASSERT(gnutls_certificate_allocate_credentials(&upstream->credentials) >= 0);
    int count = ca_file == NULL ? gnutls_certificate_set_x509_system_trust(upstream->credentials)
                                : gnutls_certificate_set_x509_trust_file(
                                      upstream->credentials, ca_file, GNUTLS_X509_FMT_PEM);
    if (count > 0 || (ca_file == NULL && upstream->is_insecure))
        return true;
    return error_set(error, ERROR_INVALID, "certificates to trust, %s: %s",
        ca_file == NULL ? "of the system" : ca_file, count == 0 ? "there are none" : gnutls_strerror(count));
}

struct proxy_upstream *proxy_upstream_create(const struct proxy_entry *entry, struct error *error) {
    struct proxy_upstream *upstream = MEM_NEW(struct proxy_upstream);
    mutex_init(&upstream->mutex);
    upstream->is_insecure = entry->upstream_insecure;
    if (read_url(upstream, entry->upstream, error) && load_trust(upstream, entry->upstream_ca_file, error))
        return upstream;
    proxy_upstream_destroy(upstream);
    return NULL;
}

void proxy_upstream_destroy(struct proxy_upstream *upstream) {
    if (upstream == NULL)
        return;
    if (upstream->credentials != NULL)
        gnutls_certificate_free_credentials(upstream->credentials);
    mutex_finish(&upstream->mutex);
    mem_free(upstream->host);
    mem_free(upstream->authority);
    mem_free(upstream);
}

struct proxy_upstream_addresses proxy_upstream_addresses(struct proxy_upstream *upstream) {
    MUTEX_SCOPE(&upstream->mutex);
    return upstream->addresses;
}

struct str proxy_upstream_host(const struct proxy_upstream *upstream) {
    return str_from(upstream->authority);
}

bool proxy_upstream_is_tls(const struct proxy_upstream *upstream) {
    return upstream->is_tls;
}

gnutls_session_t proxy_upstream_session(struct proxy_upstream *upstream, int socket) {
    static const gnutls_datum_t protocol = {(unsigned char *)(uintptr_t) "http/1.1", 8};
    gnutls_session_t session = NULL;
    if (gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
        return NULL;
    size_t size = str_from(upstream->host).size;
    bool is_ready =
        gnutls_set_default_priority(session) >= 0 &&
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, upstream->credentials) >= 0 &&
        gnutls_alpn_set_protocols(session, &protocol, 1, 0) >= 0 &&
        (upstream->is_literal || gnutls_server_name_set(session, GNUTLS_NAME_DNS, upstream->host, size) >= 0);
    if (!is_ready) {
        gnutls_deinit(session);
        return NULL;
    }
    if (!upstream->is_insecure)
        gnutls_session_set_verify_cert(session, upstream->host, 0);
    gnutls_transport_set_int(session, socket);
    gnutls_handshake_set_timeout(session, 0); /* the loop has its own */
    return session;
}

/* A name that is not found any more keeps the addresses it had. */
static bool look_up(struct proxy_upstream *upstream) {
    struct proxy_upstream_addresses found = {0};
    struct error error;
    if (upstream->is_literal)
        return true;
    found.count = tcp_address_resolve(
        str_from(upstream->host), upstream->port, found.list, PROXY_UPSTREAM_ADDRESSES_MAX, &error);
    if (found.count == 0)
        return false;
    MUTEX_SCOPE(&upstream->mutex);
    upstream->addresses = found;
    return true;
}

static void resolve(void *context) {
    struct proxy_resolver *resolver = context;
    for (;;) {
        bool is_complete = true;
        for (size_t i = 0; i < resolver->count; i++)
            is_complete &= look_up(resolver->upstreams[i]);
        MUTEX_SCOPE(&resolver->mutex);
        resolver->has_begun = true;
        condition_broadcast(&resolver->changed);
        if (!resolver->is_ending)
            (void)condition_wait_ms(
                &resolver->changed, &resolver->mutex, is_complete ? ROUND_MS : ROUND_AFTER_FAILURE_MS);
        if (resolver->is_ending)
            return;
    }
}

struct proxy_resolver *proxy_resolver_start(struct proxy_upstream **upstreams, size_t count) {
    struct proxy_resolver *resolver = MEM_NEW(struct proxy_resolver);
    resolver->upstreams = upstreams;
    resolver->count = count;
    mutex_init(&resolver->mutex);
    condition_init(&resolver->changed);
    resolver->thread = thread_start("http-resolve", resolve, resolver);
    MUTEX_SCOPE(&resolver->mutex);
    if (!resolver->has_begun)
        (void)condition_wait_ms(&resolver->changed, &resolver->mutex, FIRST_ROUND_MS);
    return resolver;
}

static void tell_to_end(struct proxy_resolver *resolver) {
    MUTEX_SCOPE(&resolver->mutex);
    resolver->is_ending = true;
    condition_broadcast(&resolver->changed);
}

void proxy_resolver_stop(struct proxy_resolver *resolver) {
    if (resolver == NULL)
        return;
    tell_to_end(resolver);
    thread_join(resolver->thread);
    condition_finish(&resolver->changed);
    mutex_finish(&resolver->mutex);
    mem_free(resolver);
}
