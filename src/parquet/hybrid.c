/* SPDX-License-Identifier: Apache-2.0 */
#include "hybrid.h"

#include "base/check.h"

enum {
    GROUP = 8,    /* packed numbers come in eights */
    RUN_MIN = 16, /* a shorter run is packed with its neighbours, which is about as small */
    BITS_PER_BYTE = 8,
};

unsigned parquet_hybrid_width(uint32_t max) {
    return max == 0 ? 0 : 32 - (unsigned)__builtin_clz(max);
}

void parquet_hybrid_append_run(struct buf *out, uint32_t number, size_t count, unsigned width) {
    buf_append_varint(out, (uint64_t)count << 1);
    for (unsigned bit = 0; bit < width; bit += BITS_PER_BYTE)
        buf_append_u8(out, (uint8_t)(number >> bit));
}

/* Numbers that lack to the last eight are zeros. */
static void append_packed(struct buf *out, const uint32_t *numbers, size_t count, unsigned width) {
    size_t group_count = (count + GROUP - 1) / GROUP;
    if (count == 0)
        return;
    buf_append_varint(out, (uint64_t)group_count << 1 | 1);
    uint8_t *bytes = buf_reserve(out, group_count * width);
    ASSERT(bytes != NULL);
    uint64_t bits = 0;
    unsigned held = 0;
    size_t at = 0;
    for (size_t i = 0; i < group_count * GROUP; i++) {
        bits |= (uint64_t)(i < count ? numbers[i] : 0) << held;
        for (held += width; held >= BITS_PER_BYTE; held -= BITS_PER_BYTE) {
            bytes[at++] = (uint8_t)bits;
            bits >>= BITS_PER_BYTE;
        }
    }
    ASSERT(at == group_count * width && held == 0);
    buf_commit(out, at);
}

void parquet_hybrid_append(struct buf *out, const uint32_t *numbers, size_t count, unsigned width) {
    size_t packed = 0, at = 0; /* [packed, at) is to be packed: eights, but at the very end */
    while (at < count) {
        size_t end = at + 1;
        while (end < count && numbers[end] == numbers[at])
            end++;
        if (end - at >= RUN_MIN) {
            append_packed(out, numbers + packed, at - packed, width);
            parquet_hybrid_append_run(out, numbers[at], end - at, width);
            packed = at = end;
        } else {
            at = at + GROUP < count ? at + GROUP : count;
        }
    }
    append_packed(out, numbers + packed, count - packed, width);
}
