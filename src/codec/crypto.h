/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crypto: RSA signatures as CloudTrail digests use them, and sealing of Cairn's own secrets
 * with AES-256-GCM. OpenSSL behind it. Threads: functions any; a key one owner at a time.
 */
#pragma once

#include "base/buf.h"

/* An RSA key pair or public key. */
struct rsa_key;
NODISCARD struct rsa_key *rsa_key_generate(int bits, struct error *error); /* e = 65537 */
NODISCARD struct rsa_key *rsa_key_from_private(struct bytes pkcs8_der, struct error *error);
NODISCARD struct rsa_key *rsa_key_from_public(struct bytes pkcs1_der, struct error *error);
void rsa_key_destroy(struct rsa_key *key);
/* PKCS#8 DER of a private key; wipe it after use. */
NODISCARD bool rsa_key_append_private(const struct rsa_key *key, struct buf *out, struct error *error);
/* PKCS#1 RSAPublicKey DER: what ListPublicKeys returns; its MD5 is the fingerprint. */
NODISCARD bool rsa_key_append_public(const struct rsa_key *key, struct buf *out, struct error *error);
/* RSASSA-PKCS1-v1_5 with SHA-256; appends the signature's bytes. */
NODISCARD bool rsa_sign(
    const struct rsa_key *key, struct bytes message, struct buf *out, struct error *error);
bool rsa_verify(const struct rsa_key *key, struct bytes message, struct bytes signature);

/* AES-256-GCM: nonce (12, random) + ciphertext + tag (16). `context` is authenticated, not
 * stored: name what the secret belongs to, so that sealed values cannot be swapped. */
enum { SEAL_KEY_SIZE = 32, SEAL_OVERHEAD = 28 };
NODISCARD bool seal(const uint8_t key[SEAL_KEY_SIZE], const uint8_t nonce[12], struct str context,
    struct bytes secret, struct buf *out, struct error *error);
/* ERROR_CORRUPT where key, context or bytes are not the ones that were sealed. */
NODISCARD bool unseal(const uint8_t key[SEAL_KEY_SIZE], struct str context, struct bytes sealed,
    struct buf *out, struct error *error);
