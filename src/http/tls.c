/* SPDX-License-Identifier: Apache-2.0 */
#include "tls.h"

#include "base/own.h"
#include "sys/thread.h"

const char http_tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct certificate {
    gnutls_datum_t chain, key; /* PEM */
    gnutls_certificate_credentials_t credentials;
    struct certificate *older;
};

struct http_tls {
    char *certificate_file, *key_file;
    struct mutex mutex;
    struct certificate *newest;  /* guarded by mutex; the list only grows */
    struct certificate *initial; /* the last of the list */
};

static void destroy_certificate(struct certificate *certificate) {
    gnutls_free(certificate->chain.data);
    if (certificate->key.data != NULL)
        mem_wipe(certificate->key.data, certificate->key.size);
    gnutls_free(certificate->key.data);
    if (certificate->credentials != NULL)
        gnutls_certificate_free_credentials(certificate->credentials);
    mem_free(certificate);
}

static void destroy_certificatep(struct certificate **certificate) {
    if (*certificate != NULL)
        destroy_certificate(*certificate);
}

static struct certificate *load(const char *certificate_file, const char *key_file, struct error *error) {
    SCOPED(destroy_certificatep) struct certificate *certificate = MEM_NEW(struct certificate);
    int result = gnutls_load_file(certificate_file, &certificate->chain);
    if (result < 0) {
        (void)error_set(
            error, ERROR_INVALID, "TLS certificate %s: %s", certificate_file, gnutls_strerror(result));
        return NULL;
    }
    result = gnutls_load_file(key_file, &certificate->key);
    if (result < 0) {
        (void)error_set(error, ERROR_INVALID, "TLS key %s: %s", key_file, gnutls_strerror(result));
        return NULL;
    }
    result = gnutls_certificate_allocate_credentials(&certificate->credentials);
    if (result >= 0)
        result = gnutls_certificate_set_x509_key_mem(
            certificate->credentials, &certificate->chain, &certificate->key, GNUTLS_X509_FMT_PEM);
    if (result < 0) {
        (void)error_set(error, ERROR_INVALID, "TLS certificate %s with key %s: %s", certificate_file,
            key_file, gnutls_strerror(result));
        return NULL;
    }
    return TAKE(certificate);
}

struct http_tls *http_tls_create(const char *certificate_file, const char *key_file, struct error *error) {
    struct certificate *certificate = load(certificate_file, key_file, error);
    if (certificate == NULL)
        return NULL;
    struct http_tls *tls = MEM_NEW(struct http_tls);
    tls->certificate_file = mem_text(certificate_file);
    tls->key_file = mem_text(key_file);
    mutex_init(&tls->mutex);
    tls->newest = tls->initial = certificate;
    return tls;
}

void http_tls_destroy(struct http_tls *tls) {
    if (tls == NULL)
        return;
    while (tls->newest != NULL) {
        struct certificate *certificate = tls->newest;
        tls->newest = certificate->older;
        destroy_certificate(certificate);
    }
    mutex_finish(&tls->mutex);
    mem_free(tls->certificate_file);
    mem_free(tls->key_file);
    mem_free(tls);
}

bool http_tls_reload(struct http_tls *tls, struct error *error) {
    struct certificate *certificate = load(tls->certificate_file, tls->key_file, error);
    if (certificate == NULL)
        return false;
    MUTEX_SCOPE(&tls->mutex);
    certificate->older = tls->newest;
    tls->newest = certificate;
    return true;
}

const char *http_tls_certificate_text(const struct http_tls *tls) {
    return (const char *)tls->initial->chain.data;
}

const char *http_tls_key_text(const struct http_tls *tls) {
    return (const char *)tls->initial->key.data;
}

void http_tls_begin_session(struct http_tls *tls, gnutls_session_t session) {
    MUTEX_SCOPE(&tls->mutex);
    /* It fails only without memory; the session then has the certificate of the start. */
    (void)gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, tls->newest->credentials);
}

struct str http_tls_session_version(gnutls_session_t session) {
    /* The server's priorities allow no other. */
    return gnutls_protocol_get_version(session) == GNUTLS_TLS1_3 ? STR_LITERAL("TLSv1.3")
                                                                 : STR_LITERAL("TLSv1.2");
}

struct str http_tls_session_cipher(gnutls_session_t session) {
    return str_from(gnutls_ciphersuite_get(session));
}

gnutls_session_t http_tls_new_session(struct http_tls *tls, int socket) {
    static const gnutls_datum_t protocol = {(unsigned char *)(uintptr_t) "http/1.1", 8};
    gnutls_session_t session = NULL;
    if (gnutls_init(&session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
        return NULL;
    if (gnutls_priority_set_direct(session, http_tls_priorities, NULL) < 0 ||
        gnutls_alpn_set_protocols(session, &protocol, 1, 0) < 0) {
        gnutls_deinit(session);
        return NULL;
    }
    http_tls_begin_session(tls, session);
    gnutls_transport_set_int(session, socket);
    gnutls_handshake_set_timeout(session, 0); /* the loop has its own */
    return session;
}
