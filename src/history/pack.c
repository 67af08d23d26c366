/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#include "base/bits.h"
#include "base/check.h"

#include <string.h>

unsigned history_pack_bits(uint64_t largest) {
    return largest == 0 ? 0 : 64 - (unsigned)__builtin_clzll(largest);
}

size_t history_pack_size(size_t count, unsigned bits) {
    return (count * bits + 7) / 8;
}

void history_pack_append(struct buf *buf, const uint64_t *numbers, size_t count, unsigned bits) {
    ASSERT(bits <= HISTORY_PACK_BITS_MAX);
    uint64_t pending = 0;
    unsigned pending_bits = 0;
    size_t size = history_pack_size(count, bits);
    uint8_t *out = buf_reserve(buf, size);
    ASSERT(out != NULL || size == 0);
    size_t used = 0;
    for (size_t i = 0; i < count && bits > 0; i++) {
        ASSERT(numbers[i] >> bits == 0);
        pending |= numbers[i] << pending_bits;
        pending_bits += bits;
        for (; pending_bits >= 8; pending_bits -= 8, pending >>= 8)
            out[used++] = (uint8_t)pending;
    }
    if (pending_bits > 0)
        out[used++] = (uint8_t)pending;
    ASSERT(used == size);
    if (size > 0)
        buf_commit(buf, size);
}

uint64_t history_pack_get(const uint8_t *packed, size_t size, size_t index, unsigned bits) {
    if (bits == 0)
        return 0;
    ASSERT(bits <= HISTORY_PACK_BITS_MAX);
    size_t bit = index * bits;
    size_t first = bit / 8;
    ASSERT((bit + bits + 7) / 8 <= size);
    uint64_t word = 0;
    if (first + 8 <= size) {
        word = load_u64(packed + first);
    } else {
        for (size_t i = first; i < size; i++)
            word |= (uint64_t)packed[i] << (8 * (i - first));
    }
    return word >> bit % 8 & ((1ULL << bits) - 1);
}

static bool is_sorted(const uint32_t *numbers, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (numbers[i - 1] > numbers[i])
            return false;
    return true;
}

static void insertion_sort(uint32_t *numbers, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint32_t number = numbers[i];
        size_t place = i;
        for (; place > 0 && numbers[place - 1] > number; place--)
            numbers[place] = numbers[place - 1];
        numbers[place] = number;
    }
}

static void sort_by_byte(const uint32_t *from, uint32_t *to, size_t count, unsigned shift) {
    size_t places[257] = {0};
    for (size_t i = 0; i < count; i++)
        places[(from[i] >> shift & 0xff) + 1]++;
    for (size_t i = 1; i < 256; i++)
        places[i] += places[i - 1];
    for (size_t i = 0; i < count; i++)
        to[places[from[i] >> shift & 0xff]++] = from[i];
}

void history_sort_u32(uint32_t *numbers, size_t count, uint32_t *scratch) {
    if (is_sorted(numbers, count))
        return;
    if (count <= 48) {
        insertion_sort(numbers, count);
        return;
    }
    uint32_t bits = 0;
    for (size_t i = 0; i < count; i++)
        bits |= numbers[i];
    sort_by_byte(numbers, scratch, count, 0);
    sort_by_byte(scratch, numbers, count, 8);
    if (bits >> 16 == 0)
        return;
    sort_by_byte(numbers, scratch, count, 16);
    sort_by_byte(scratch, numbers, count, 24);
}
