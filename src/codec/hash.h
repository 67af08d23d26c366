/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: digests, checksums and HMAC. SHA and MD5 are OpenSSL's, CRC32 and CRC32C ISA-L's,
 * CRC64-NVME a table of ours (no Debian library has it). Pure; threads: any.
 */
#pragma once

#include "base/str.h"

enum { MD5_SIZE = 16, SHA1_SIZE = 20, SHA256_SIZE = 32 };

void hash_sha256(struct bytes data, uint8_t ret_hash[SHA256_SIZE]);
void hash_md5(struct bytes data, uint8_t ret_hash[MD5_SIZE]);
void hash_hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_hash[SHA256_SIZE]);

/* Streaming digests; hash_stream_finish() gives the digest, hash_stream_destroy() frees. */
enum hash_kind { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_CRC32, HASH_CRC32C, HASH_CRC64NVME };
enum { HASH_SIZE_MAX = 32 };
struct hash_stream;
struct hash_stream *hash_stream_create(enum hash_kind kind);
void hash_stream_update(struct hash_stream *stream, struct bytes data);
/* Writes the digest (CRCs big-endian, as S3 checksums are) and returns its size; once only. */
size_t hash_stream_finish(struct hash_stream *stream, uint8_t ret_hash[HASH_SIZE_MAX]);
void hash_stream_destroy(struct hash_stream *stream);

/* Checksums; `before` is the value so far, 0 at the start. */
uint32_t hash_crc32(uint32_t before, struct bytes data);
uint32_t hash_crc32c(uint32_t before, struct bytes data);
uint64_t hash_crc64nvme(uint64_t before, struct bytes data);

/* A fast 64-bit hash for tables in memory and for posting terms on disk (XXH3, seeded): its
 * values are part of formats, so the algorithm never changes. Not for hostile collisions
 * that matter: verify what it finds. */
uint64_t hash_quick(struct bytes data, uint64_t seed);
