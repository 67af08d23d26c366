/* SPDX-License-Identifier: Apache-2.0 */
/* checksum: the x-amz-checksum- family: names, sizes, values. Threads: pure; any. */
#pragma once

#include "base/arena.h"
#include "codec/hash.h"

struct s3api_algorithm {
    const char *name;    /* "CRC32" */
    const char *header;  /* "x-amz-checksum-crc32" */
    const char *element; /* "ChecksumCRC32" */
    enum hash_kind kind;
    size_t size;
    bool is_linear; /* a CRC: one checksum of the whole can be had from its parts */
};

size_t s3api_algorithms(const struct s3api_algorithm **ret_algorithms);

/* NULL where there is none of that name or header, in any case. */
const struct s3api_algorithm *s3api_algorithm_of_name(struct str name);
const struct s3api_algorithm *s3api_algorithm_of_header(struct str header);

/* Base64 of exactly the algorithm's size. */
bool s3api_checksum_is_value(const struct s3api_algorithm *algorithm, struct str value);

/* The checksum of `data` as base64. */
struct str s3api_checksum_of(const struct s3api_algorithm *algorithm, struct arena *arena, struct bytes data);
