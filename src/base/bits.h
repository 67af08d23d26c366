/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bits: numbers as bytes. Everything on disk is little-endian, byte by byte; no struct is
 * ever written by memcpy. Varints are LEB128.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VARINT_SIZE_MAX = 10 };

static inline void store_u16(uint8_t *bytes, uint16_t number) {
    bytes[0] = (uint8_t)number;
    bytes[1] = (uint8_t)(number >> 8);
}

static inline void store_u32(uint8_t *bytes, uint32_t number) {
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
}

static inline void store_u64(uint8_t *bytes, uint64_t number) {
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
}

static inline uint16_t load_u16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t load_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t load_u64(const uint8_t *bytes) {
    return (uint64_t)load_u32(bytes) | (uint64_t)load_u32(bytes + 4) << 32;
}

/* Big-endian: digests, UUIDs and keys compare as their bytes do. */
static inline uint64_t load_u64_big(const uint8_t *bytes) {
    return __builtin_bswap64(load_u64(bytes));
}

/* Write `number` to at least VARINT_SIZE_MAX bytes; returns the bytes used. */
static inline size_t store_varint(uint8_t *bytes, uint64_t number) {
    size_t size = 0;
    while (number >= 0x80) {
        bytes[size++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    bytes[size++] = (uint8_t)number;
    return size;
}

/* Read a varint at `*cursor` before `end` and step over it; false where none is whole. */
static inline bool load_varint(const uint8_t **cursor, const uint8_t *end, uint64_t *ret_number) {
    uint64_t number = 0;
    const uint8_t *at = *cursor;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        uint8_t byte = *at++;
        if (shift == 63 && byte > 1)
            return false;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *cursor = at;
            *ret_number = number;
            return true;
        }
    }
    return false;
}
