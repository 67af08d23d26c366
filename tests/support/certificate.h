/* SPDX-License-Identifier: Apache-2.0 */
/* certificate: self-signed certificates in a folder of the test's own. */
#pragma once

#include "support/tap.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static inline void certificate_write(
    const char *folder, const char *name, const char *suffix, gnutls_datum_t text) {
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
    FILE *file = fopen(path, "wb");
    EXPECT(file != NULL && fwrite(text.data, 1, text.size, file) == text.size);
    (void)fclose(file);
}

/* One for 127.0.0.1, and for `host` where it is not NULL; NAME.pem and NAME.key in the folder. */
static inline void certificate_make(const char *folder, const char *name, const char *host) {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t text = {0};
    static const uint8_t address[] = {127, 0, 0, 1};
    time_t now = time(NULL);
    (void)gnutls_x509_privkey_init(&key);
    (void)gnutls_x509_crt_init(&certificate);
    EXPECT_INT(gnutls_x509_privkey_generate(
                   key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
        0);
    (void)gnutls_x509_crt_set_version(certificate, 3);
    (void)gnutls_x509_crt_set_serial(certificate, name, strlen(name));
    (void)gnutls_x509_crt_set_activation_time(certificate, now - 3600);
    (void)gnutls_x509_crt_set_expiration_time(certificate, now + 3600);
    (void)gnutls_x509_crt_set_dn_by_oid(
        certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
    (void)gnutls_x509_crt_set_subject_alt_name(
        certificate, GNUTLS_SAN_IPADDRESS, address, sizeof address, GNUTLS_FSAN_SET);
    if (host != NULL)
        (void)gnutls_x509_crt_set_subject_alt_name(
            certificate, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host), GNUTLS_FSAN_APPEND);
    (void)gnutls_x509_crt_set_ca_status(certificate, 1);
    (void)gnutls_x509_crt_set_key(certificate, key);
    EXPECT_INT(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
    EXPECT_INT(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text), 0);
    certificate_write(folder, name, "pem", text);
    gnutls_free(text.data);
    EXPECT_INT(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text), 0);
    certificate_write(folder, name, "key", text);
    gnutls_free(text.data);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}
