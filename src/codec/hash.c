/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's one-shot and EVP digests look their algorithm up and allocate at every call, which
 * costs as much as hashing a small record. The plain functions do not; OpenSSL 3 calls them
 * deprecated but keeps them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#define XXH_INLINE_ALL
#include "codec/hash.h"

#include "base/check.h"
#include "base/mem.h"

#include <isa-l/crc.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <string.h>
#include <xxhash.h>

void hash_sha256(struct bytes data, uint8_t ret_hash[SHA256_SIZE]) {
    SHA256_CTX state;
    ASSERT(SHA256_Init(&state) == 1);
    ASSERT(SHA256_Update(&state, data.data, data.size) == 1);
    ASSERT(SHA256_Final(ret_hash, &state) == 1);
}

void hash_md5(struct bytes data, uint8_t ret_hash[MD5_SIZE]) {
    MD5_CTX state;
    ASSERT(MD5_Init(&state) == 1);
    ASSERT(MD5_Update(&state, data.data, data.size) == 1);
    ASSERT(MD5_Final(ret_hash, &state) == 1);
}

/* RFC 2104: the digest of the key xor `pad`, then of `data`. */
static void hash_with_pad(
    const uint8_t key[SHA256_CBLOCK], uint8_t pad, struct bytes data, uint8_t ret_hash[SHA256_SIZE]) {
    uint8_t block[SHA256_CBLOCK];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = key[i] ^ pad;
    SHA256_CTX state;
    ASSERT(SHA256_Init(&state) == 1);
    ASSERT(SHA256_Update(&state, block, sizeof block) == 1);
    ASSERT(SHA256_Update(&state, data.data, data.size) == 1);
    ASSERT(SHA256_Final(ret_hash, &state) == 1);
    mem_wipe(block, sizeof block);
    mem_wipe(&state, sizeof state);
}

void hash_hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_hash[SHA256_SIZE]) {
    uint8_t block[SHA256_CBLOCK] = {0};
    if (key.size > sizeof block)
        hash_sha256(key, block);
    else if (key.size > 0)
        memcpy(block, key.data, key.size);
    uint8_t inner[SHA256_SIZE];
    hash_with_pad(block, 0x36, data, inner);
    hash_with_pad(block, 0x5c, BYTES_OF(inner), ret_hash);
    mem_wipe(block, sizeof block);
}

/* ISA-L takes sizes as int and an input pointer that is not const. */
enum { CRC_STEP = 1 << 30 };

uint32_t hash_crc32(uint32_t before, struct bytes data) {
    return crc32_gzip_refl(before, data.data, data.size);
}

uint32_t hash_crc32c(uint32_t before, struct bytes data) {
    uint32_t crc = ~before;
    for (size_t at = 0; at < data.size; at += CRC_STEP) {
        size_t size = data.size - at < CRC_STEP ? data.size - at : CRC_STEP;
        crc = crc32_iscsi((unsigned char *)(uintptr_t)(data.data + at), (int)size, crc);
    }
    return ~crc;
}

uint64_t hash_quick(struct bytes data, uint64_t seed) {
    return XXH3_64bits_withSeed(data.data, data.size, seed);
}

struct hash_stream {
    enum hash_kind kind;
    bool finished;
    union {
        MD5_CTX md5;
        SHA_CTX sha1;
        SHA256_CTX sha256;
        uint64_t crc;
    } state;
};

struct hash_stream *hash_stream_create(enum hash_kind kind) {
    struct hash_stream *stream = MEM_NEW(struct hash_stream);
    stream->kind = kind;
    switch (kind) {
    case HASH_MD5:
        ASSERT(MD5_Init(&stream->state.md5) == 1);
        break;
    case HASH_SHA1:
        ASSERT(SHA1_Init(&stream->state.sha1) == 1);
        break;
    case HASH_SHA256:
        ASSERT(SHA256_Init(&stream->state.sha256) == 1);
        break;
    case HASH_CRC32:
    case HASH_CRC32C:
    case HASH_CRC64NVME:
        break;
    }
    return stream;
}

void hash_stream_update(struct hash_stream *stream, struct bytes data) {
    ASSERT(!stream->finished);
    switch (stream->kind) {
    case HASH_MD5:
        ASSERT(MD5_Update(&stream->state.md5, data.data, data.size) == 1);
        break;
    case HASH_SHA1:
        ASSERT(SHA1_Update(&stream->state.sha1, data.data, data.size) == 1);
        break;
    case HASH_SHA256:
        ASSERT(SHA256_Update(&stream->state.sha256, data.data, data.size) == 1);
        break;
    case HASH_CRC32:
        stream->state.crc = hash_crc32((uint32_t)stream->state.crc, data);
        break;
    case HASH_CRC32C:
        stream->state.crc = hash_crc32c((uint32_t)stream->state.crc, data);
        break;
    case HASH_CRC64NVME:
        stream->state.crc = hash_crc64nvme(stream->state.crc, data);
        break;
    }
}

static size_t store_big(uint8_t *bytes, uint64_t number, size_t size) {
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    return size;
}

size_t hash_stream_finish(struct hash_stream *stream, uint8_t ret_hash[HASH_SIZE_MAX]) {
    ASSERT(!stream->finished);
    stream->finished = true;
    switch (stream->kind) {
    case HASH_MD5:
        ASSERT(MD5_Final(ret_hash, &stream->state.md5) == 1);
        return MD5_SIZE;
    case HASH_SHA1:
        ASSERT(SHA1_Final(ret_hash, &stream->state.sha1) == 1);
        return SHA1_SIZE;
    case HASH_SHA256:
        ASSERT(SHA256_Final(ret_hash, &stream->state.sha256) == 1);
        return SHA256_SIZE;
    case HASH_CRC32:
    case HASH_CRC32C:
        return store_big(ret_hash, stream->state.crc, sizeof(uint32_t));
    case HASH_CRC64NVME:
        return store_big(ret_hash, stream->state.crc, sizeof(uint64_t));
    }
    return 0;
}

void hash_stream_destroy(struct hash_stream *stream) {
    mem_free(stream);
}
