/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "base/own.h"
#include "codec/crypto.h"

#include <limits.h>
#include <openssl/evp.h>

enum { NONCE_SIZE = 12, TAG_SIZE = 16, TEXT_SIZE_MAX = 1 << 20 };
_Static_assert((int)NONCE_SIZE + (int)TAG_SIZE == (int)SEAL_OVERHEAD, "nonce and tag are the overhead");

static void free_cipher(EVP_CIPHER_CTX **context) {
    EVP_CIPHER_CTX_free(*context); /* wipes the key schedule */
}

bool seal(const uint8_t key[SEAL_KEY_SIZE], const uint8_t nonce[12], struct str context, struct bytes secret,
    struct buf *out, struct error *error) {
    if (secret.size > TEXT_SIZE_MAX || context.size > TEXT_SIZE_MAX)
        return error_set(error, ERROR_LIMIT, "secret of more than %d bytes", TEXT_SIZE_MAX);
    uint8_t *sealed = buf_reserve(out, secret.size + SEAL_OVERHEAD);
    if (sealed == NULL)
        return error_set(error, ERROR_LIMIT, "no room for a sealed secret");
    SCOPED(free_cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    ASSERT(cipher != NULL);
    for (size_t i = 0; i < NONCE_SIZE; i++)
        sealed[i] = nonce[i];
    int size = 0;
    ASSERT(EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1);
    ASSERT(EVP_EncryptUpdate(cipher, NULL, &size, (const uint8_t *)context.data, (int)context.size) == 1);
    ASSERT(EVP_EncryptUpdate(cipher, sealed + NONCE_SIZE, &size, secret.data, (int)secret.size) == 1);
    ASSERT(EVP_EncryptFinal_ex(cipher, sealed + NONCE_SIZE + secret.size, &size) == 1);
    ASSERT(
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, sealed + NONCE_SIZE + secret.size) == 1);
    buf_commit(out, secret.size + SEAL_OVERHEAD);
    return true;
}

/* Decrypt to `text`; the bytes there mean nothing unless the answer is true. */
static bool open_sealed(
    const uint8_t key[SEAL_KEY_SIZE], struct str context, struct bytes sealed, uint8_t *text) {
    SCOPED(free_cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    ASSERT(cipher != NULL);
    int size = 0;
    size_t text_size = sealed.size - SEAL_OVERHEAD;
    uint8_t tag[TAG_SIZE];
    for (size_t i = 0; i < TAG_SIZE; i++)
        tag[i] = sealed.data[NONCE_SIZE + text_size + i];
    return EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, sealed.data) == 1 &&
           EVP_DecryptUpdate(cipher, NULL, &size, (const uint8_t *)context.data, (int)context.size) == 1 &&
           EVP_DecryptUpdate(cipher, text, &size, sealed.data + NONCE_SIZE, (int)text_size) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
           EVP_DecryptFinal_ex(cipher, text + text_size, &size) == 1;
}

bool unseal(const uint8_t key[SEAL_KEY_SIZE], struct str context, struct bytes sealed, struct buf *out,
    struct error *error) {
    if (sealed.size < SEAL_OVERHEAD || sealed.size > TEXT_SIZE_MAX + SEAL_OVERHEAD ||
        context.size > TEXT_SIZE_MAX)
        return error_set(error, ERROR_CORRUPT, "no sealed secret");
    size_t size = sealed.size - SEAL_OVERHEAD;
    uint8_t *text = buf_reserve(out, size);
    if (text == NULL)
        return error_set(error, ERROR_LIMIT, "no room for a secret");
    if (!open_sealed(key, context, sealed, text)) {
        mem_wipe(text, size);
        return error_set(error, ERROR_CORRUPT, "a sealed secret does not open: wrong key or altered bytes");
    }
    buf_commit(out, size);
    return true;
}
