/* SPDX-License-Identifier: Apache-2.0 */
#include "posting.h"

#include "base/bits.h"
#include "base/check.h"

#include "pack.h"

/* A chunk: varint newest rank, then how many bits a step takes, then the steps down less one. */
static void append_chunk(struct buf *buf, const uint32_t *newest, size_t count) {
    uint64_t steps[HISTORY_POSTING_CHUNK];
    uint64_t largest = 0;
    for (size_t i = 1; i < count; i++) {
        const uint32_t *at = newest - i;
        ASSERT(at[1] > at[0]);
        steps[i - 1] = at[1] - at[0] - 1;
        largest |= steps[i - 1];
    }
    unsigned bits = history_pack_bits(largest);
    (void)buf_append_varint(buf, *newest);
    (void)buf_append_u8(buf, (uint8_t)bits);
    history_pack_append(buf, steps, count - 1, bits);
}

void history_posting_append(struct buf *buf, const uint32_t *ranks, size_t count) {
    ASSERT(count > 0);
    (void)buf_append_varint(buf, count);
    size_t chunk_count = (count + HISTORY_POSTING_CHUNK - 1) / HISTORY_POSTING_CHUNK;
    size_t skips = buf->size;
    if (chunk_count > 1) {
        ASSERT(buf_reserve(buf, chunk_count * HISTORY_POSTING_SKIP_SIZE) != NULL);
        buf_commit(buf, chunk_count * HISTORY_POSTING_SKIP_SIZE);
    }
    size_t chunks = buf->size;
    for (size_t chunk = 0; chunk < chunk_count; chunk++) {
        size_t left = count - chunk * HISTORY_POSTING_CHUNK;
        if (chunk_count > 1) {
            uint8_t *skip = (uint8_t *)buf->data + skips + chunk * HISTORY_POSTING_SKIP_SIZE;
            store_u32(skip, ranks[left - 1]);
            store_u32(skip + 4, (uint32_t)(buf->size - chunks));
        }
        append_chunk(buf, &ranks[left - 1], left < HISTORY_POSTING_CHUNK ? left : HISTORY_POSTING_CHUNK);
    }
}

bool history_posting_decode(struct bytes chunk, size_t count, uint32_t *ret_ranks) {
    ASSERT(count > 0 && count <= HISTORY_POSTING_CHUNK);
    const uint8_t *at = chunk.data;
    const uint8_t *end = chunk.data + chunk.size;
    uint64_t rank = 0;
    if (!load_varint(&at, end, &rank) || rank > UINT32_MAX || at == end || *at > 32)
        return false;
    unsigned bits = *at++;
    size_t size = history_pack_size(count - 1, bits);
    if ((size_t)(end - at) < size)
        return false;
    ret_ranks[0] = (uint32_t)rank;
    for (size_t i = 1; i < count; i++) {
        uint64_t step = history_pack_get(at, (size_t)(end - at), i - 1, bits) + 1;
        if (step > rank)
            return false;
        rank -= step;
        ret_ranks[i] = (uint32_t)rank;
    }
    return true;
}
