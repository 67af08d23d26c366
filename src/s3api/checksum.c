/* SPDX-License-Identifier: Apache-2.0 */
#include "checksum.h"

#include "base/own.h"
#include "codec/text.h"

static const struct s3api_algorithm ALGORITHMS[] = {
    {"CRC32", "x-amz-checksum-crc32", "ChecksumCRC32", HASH_CRC32, 4, true},
    {"CRC32C", "x-amz-checksum-crc32c", "ChecksumCRC32C", HASH_CRC32C, 4, true},
    {"CRC64NVME", "x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", HASH_CRC64NVME, 8, true},
    {"SHA1", "x-amz-checksum-sha1", "ChecksumSHA1", HASH_SHA1, SHA1_SIZE, false},
    {"SHA256", "x-amz-checksum-sha256", "ChecksumSHA256", HASH_SHA256, SHA256_SIZE, false},
};
enum { ALGORITHM_COUNT = sizeof(ALGORITHMS) / sizeof(ALGORITHMS[0]) };

size_t s3api_algorithms(const struct s3api_algorithm **ret_algorithms) {
    *ret_algorithms = ALGORITHMS;
    return ALGORITHM_COUNT;
}

const struct s3api_algorithm *s3api_algorithm_of_name(struct str name) {
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (str_equals_ignoring_case(name, str_from(ALGORITHMS[i].name)))
            return &ALGORITHMS[i];
    }
    return NULL;
}

const struct s3api_algorithm *s3api_algorithm_of_header(struct str header) {
    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        if (str_equals_ignoring_case(header, str_from(ALGORITHMS[i].header)))
            return &ALGORITHMS[i];
    }
    return NULL;
}

bool s3api_checksum_is_value(const struct s3api_algorithm *algorithm, struct str value) {
    SCOPED(buf_finish) struct buf bytes = BUF_INIT(2 * HASH_SIZE_MAX);
    return base64_decode(value, &bytes) && bytes.size == algorithm->size;
}

struct str s3api_checksum_of(
    const struct s3api_algorithm *algorithm, struct arena *arena, struct bytes data) {
    uint8_t hash[HASH_SIZE_MAX];
    struct hash_stream *stream = hash_stream_create(algorithm->kind);
    hash_stream_update(stream, data);
    size_t size = hash_stream_finish(stream, hash);
    hash_stream_destroy(stream);
    SCOPED(buf_finish) struct buf text = BUF_INIT(2 * HASH_SIZE_MAX);
    (void)base64_append(&text, bytes_of(hash, size));
    return arena_str(arena, buf_str(&text));
}
