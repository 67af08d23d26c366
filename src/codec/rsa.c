/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "codec/crypto.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

struct rsa_key {
    EVP_PKEY *pkey;
};

static bool openssl_failed(struct error *error, enum error_kind kind, const char *what) {
    char reason[160] = "no reason given";
    unsigned long code = ERR_get_error();
    if (code != 0)
        ERR_error_string_n(code, reason, sizeof reason);
    ERR_clear_error();
    return error_set(error, kind, "%s: %s", what, reason);
}

static struct rsa_key *wrap(EVP_PKEY *owned_pkey) {
    struct rsa_key *key = MEM_NEW(struct rsa_key);
    key->pkey = owned_pkey;
    return key;
}

static void free_context(EVP_PKEY_CTX **context) {
    EVP_PKEY_CTX_free(*context);
}

struct rsa_key *rsa_key_generate(int bits, struct error *error) {
    EVP_PKEY *pkey = NULL;
    SCOPED(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    if (context == NULL || EVP_PKEY_keygen_init(context) != 1 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) != 1 || EVP_PKEY_keygen(context, &pkey) != 1) {
        (void)openssl_failed(error, ERROR_UNAVAILABLE, "generate an RSA key");
        return NULL;
    }
    return wrap(pkey);
}

static void free_pkcs8(PKCS8_PRIV_KEY_INFO **info) {
    PKCS8_PRIV_KEY_INFO_free(*info);
}

/* The key if it is RSA and its text had nothing after it; frees it otherwise. */
static struct rsa_key *accept(EVP_PKEY *owned_pkey, bool is_whole, struct error *error) {
    if (owned_pkey != NULL && is_whole && EVP_PKEY_get_base_id(owned_pkey) == EVP_PKEY_RSA)
        return wrap(owned_pkey);
    EVP_PKEY_free(owned_pkey);
    (void)openssl_failed(error, ERROR_INVALID, "not an RSA key in DER");
    return NULL;
}

struct rsa_key *rsa_key_from_private(struct bytes pkcs8_der, struct error *error) {
    const uint8_t *at = pkcs8_der.data;
    if (pkcs8_der.size > LONG_MAX)
        return accept(NULL, false, error);
    SCOPED(free_pkcs8) PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)pkcs8_der.size);
    bool is_whole = at == pkcs8_der.data + pkcs8_der.size;
    return accept(info == NULL ? NULL : EVP_PKCS82PKEY(info), is_whole, error);
}

struct rsa_key *rsa_key_from_public(struct bytes pkcs1_der, struct error *error) {
    const uint8_t *at = pkcs1_der.data;
    if (pkcs1_der.size > LONG_MAX)
        return accept(NULL, false, error);
    EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)pkcs1_der.size);
    return accept(pkey, at == pkcs1_der.data + pkcs1_der.size, error);
}

void rsa_key_destroy(struct rsa_key *key) {
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pkey);
    mem_free(key);
}

/* `der` is OpenSSL's memory; it is wiped in any case. */
static bool append_der(struct buf *out, uint8_t *der, int size, struct error *error) {
    if (size <= 0)
        return openssl_failed(error, ERROR_INVALID, "encode an RSA key");
    bool fits = buf_append(out, der, (size_t)size);
    OPENSSL_clear_free(der, (size_t)size);
    return fits ? true : error_set(error, ERROR_LIMIT, "no room for an RSA key");
}

bool rsa_key_append_private(const struct rsa_key *key, struct buf *out, struct error *error) {
    uint8_t *der = NULL;
    SCOPED(free_pkcs8) PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
    int size = info == NULL ? 0 : i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    return append_der(out, der, size, error);
}

bool rsa_key_append_public(const struct rsa_key *key, struct buf *out, struct error *error) {
    uint8_t *der = NULL;
    int size = i2d_PublicKey(key->pkey, &der);
    return append_der(out, der, size, error);
}

static void free_digest(EVP_MD_CTX **context) {
    EVP_MD_CTX_free(*context);
}

bool rsa_sign(const struct rsa_key *key, struct bytes message, struct buf *out, struct error *error) {
    SCOPED(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t size = (size_t)EVP_PKEY_get_size(key->pkey);
    uint8_t *signature = buf_reserve(out, size);
    if (signature == NULL)
        return error_set(error, ERROR_LIMIT, "no room for a signature");
    if (context == NULL || EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pkey) != 1 ||
        EVP_DigestSign(context, signature, &size, message.data, message.size) != 1)
        return openssl_failed(error, ERROR_INVALID, "sign with an RSA key");
    buf_commit(out, size);
    return true;
}

bool rsa_verify(const struct rsa_key *key, struct bytes message, struct bytes signature) {
    SCOPED(free_digest) EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool verified =
        context != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
        EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size) == 1;
    ERR_clear_error();
    return verified;
}
