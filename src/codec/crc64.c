/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-64/NVME, eight bytes at a time: table k holds the effect of a byte that k zero bytes follow.
 * NVM Express base specification: polynomial AD93D23594C93659, reflected, all ones in and out.
 */
#include "base/bits.h"
#include "codec/hash.h"

static const uint64_t polynomial_reflected = 0x9a6c9329ac4bc9b5;

static uint64_t tables[8][256];

/* Before main(), so that no thread can see half a table. */
__attribute__((constructor)) static void fill_tables(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? polynomial_reflected : 0);
        tables[0][byte] = crc;
    }
    for (unsigned table = 1; table < 8; table++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t before = tables[table - 1][byte];
            tables[table][byte] = before >> 8 ^ tables[0][before & 255];
        }
    }
}

uint64_t hash_crc64nvme(uint64_t before, struct bytes data) {
    uint64_t crc = ~before;
    size_t at = 0;
    for (; data.size - at >= 8; at += 8) {
        uint64_t word = crc ^ load_u64(data.data + at);
        crc = 0;
        for (unsigned i = 0; i < 8; i++)
            crc ^= tables[7 - i][word >> (8 * i) & 255];
    }
    for (; at < data.size; at++)
        crc = crc >> 8 ^ tables[0][(crc ^ data.data[at]) & 255];
    return ~crc;
}
