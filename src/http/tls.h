/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: the server's certificate, which can be replaced while it runs. A session keeps the one it
 * began with, so replaced ones stay until the end; there is one for each reload.
 *
 * Threads: any.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <gnutls/gnutls.h>

struct http_tls;

extern const char http_tls_priorities[]; /* TLS 1.3 and 1.2 */

NODISCARD struct http_tls *http_tls_create(
    const char *certificate_file, const char *key_file, struct error *error);
void http_tls_destroy(struct http_tls *tls); /* no session may be left */
NODISCARD bool http_tls_reload(struct http_tls *tls, struct error *error);

/* The texts that the server was created with, NUL-terminated. */
const char *http_tls_certificate_text(const struct http_tls *tls);
const char *http_tls_key_text(const struct http_tls *tls);

/* Give a new session the current certificate. */
void http_tls_begin_session(struct http_tls *tls, gnutls_session_t session);

/* "TLSv1.3" and "TLS_AES_128_GCM_SHA256". */
struct str http_tls_session_version(gnutls_session_t session);
struct str http_tls_session_cipher(gnutls_session_t session);

/* A server's session for a socket that does not block, with the current certificate; NULL: none can be had.
 */
gnutls_session_t http_tls_new_session(struct http_tls *tls, int socket);
