/* SPDX-License-Identifier: Apache-2.0 */
#include "column.h"

#include "base/bits.h"
#include "base/check.h"

#include "pack.h"

/* CloudTrail's times are whole seconds as a rule: ten bits less for each. */
static int64_t unit_of(const struct history_column_chunk *chunk) {
    for (size_t i = 0; i < chunk->count; i++)
        if ((chunk->times_ms[i] - chunk->times_ms[0]) % 1000 != 0)
            return 1;
    return 1000;
}

void history_column_append(struct buf *buf, const struct history_column_chunk *chunk) {
    ASSERT(chunk->count > 0 && chunk->count <= HISTORY_COLUMN_CHUNK);
    uint64_t times[HISTORY_COLUMN_CHUNK];
    uint64_t offsets[HISTORY_COLUMN_CHUNK];
    int64_t unit = unit_of(chunk);
    uint32_t base = chunk->offsets[0];
    for (size_t i = 0; i < chunk->count; i++) {
        ASSERT(i == 0 || chunk->times_ms[i - 1] <= chunk->times_ms[i]);
        times[i] = (uint64_t)((chunk->times_ms[i] - chunk->times_ms[0]) / unit);
        base = chunk->offsets[i] < base ? chunk->offsets[i] : base;
    }
    uint64_t largest = 0;
    for (size_t i = 0; i < chunk->count; i++) {
        offsets[i] = chunk->offsets[i] - base;
        largest |= offsets[i];
    }
    unsigned time_bits = history_pack_bits(times[chunk->count - 1]);
    unsigned offset_bits = history_pack_bits(largest);
    (void)buf_append_u64(buf, (uint64_t)chunk->times_ms[0]);
    (void)buf_append_u8(buf, unit == 1000);
    (void)buf_append_u8(buf, (uint8_t)time_bits);
    (void)buf_append_u32(buf, base);
    (void)buf_append_u8(buf, (uint8_t)offset_bits);
    history_pack_append(buf, times, chunk->count, time_bits);
    history_pack_append(buf, offsets, chunk->count, offset_bits);
}

struct layout {
    int64_t time_ms, unit;
    uint32_t offset;
    unsigned time_bits, offset_bits;
    struct bytes times, offsets;
};

static bool read_layout(struct bytes chunk, size_t count, struct layout *ret_layout) {
    if (chunk.size < HISTORY_COLUMN_HEADER_SIZE)
        return false;
    struct layout layout = {.time_ms = (int64_t)load_u64(chunk.data),
        .unit = chunk.data[8] != 0 ? 1000 : 1,
        .time_bits = chunk.data[9],
        .offset = load_u32(chunk.data + 10),
        .offset_bits = chunk.data[14]};
    if (layout.time_bits > HISTORY_PACK_BITS_MAX || layout.offset_bits > 32)
        return false;
    layout.times =
        (struct bytes){chunk.data + HISTORY_COLUMN_HEADER_SIZE, history_pack_size(count, layout.time_bits)};
    layout.offsets =
        (struct bytes){layout.times.data + layout.times.size, history_pack_size(count, layout.offset_bits)};
    if (chunk.size - HISTORY_COLUMN_HEADER_SIZE < layout.times.size + layout.offsets.size)
        return false;
    *ret_layout = layout;
    return true;
}

static void get(const struct layout *layout, size_t row, int64_t *ret_time_ms, uint32_t *ret_offset) {
    uint64_t time = history_pack_get(layout->times.data, layout->times.size, row, layout->time_bits);
    uint64_t offset = history_pack_get(layout->offsets.data, layout->offsets.size, row, layout->offset_bits);
    *ret_time_ms = (int64_t)((uint64_t)layout->time_ms + time * (uint64_t)layout->unit);
    *ret_offset = (uint32_t)(layout->offset + offset);
}

bool history_column_get(
    struct bytes chunk, size_t count, size_t row, int64_t *ret_time_ms, uint32_t *ret_offset) {
    struct layout layout;
    if (!read_layout(chunk, count, &layout))
        return false;
    ASSERT(row < count);
    get(&layout, row, ret_time_ms, ret_offset);
    return true;
}

bool history_column_decode(struct bytes bytes, size_t count, struct history_column_chunk *ret_chunk) {
    struct layout layout;
    if (!read_layout(bytes, count, &layout))
        return false;
    for (size_t i = 0; i < count; i++)
        get(&layout, i, &ret_chunk->times_ms[i], &ret_chunk->offsets[i]);
    ret_chunk->count = count;
    return true;
}
