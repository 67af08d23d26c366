/* SPDX-License-Identifier: Apache-2.0 */
#include "portable.h"

#include "base/bits.h"
#include "base/check.h"

#include <stddef.h>
#include <string.h>

struct member {
    uint16_t offset, count;
    uint8_t width;
};

#define ONE(name)                                                                                            \
    { offsetof(struct insights_model, name), 1, sizeof((struct insights_model *)0)->name }
#define MANY(name)                                                                                           \
    {                                                                                                        \
        offsetof(struct insights_model, name),                                                               \
            sizeof(((struct insights_model *)0)->name) / sizeof(*((struct insights_model *)0)->name),        \
            sizeof(*((struct insights_model *)0)->name)                                                      \
    }

/* In the order in which they are written. Another order or a new member is a new version of the snapshot;
 * what is new comes last, so that a model of an older version is a shorter one. */
static const struct member members[] = {
    ONE(born_minute),
    ONE(next_minute),
    MANY(week),
    {offsetof(struct insights_model, day), 48, 2},
    MANY(minute),
    ONE(minute_mean),
    ONE(level),
    ONE(seen),
    ONE(expected),
    ONE(hour_sum),
    MANY(excess),
    MANY(square),
    MANY(recent_low),
    MANY(recent_high),
    MANY(recent),
    ONE(open_minute),
    ONE(usual_minute),
    ONE(open_sum),
    ONE(unusual_sum),
    ONE(open_baseline),
    ONE(judged_from),
    ONE(is_drop),
    MANY(usual_peak),
    ONE(peak_today),
};

/* Nothing was forgotten: between and behind the members there are so many bytes of padding. */
enum { PADDING = 0 };
_Static_assert(sizeof(struct insights_model) == INSIGHTS_MODEL_BYTES + PADDING, "every member is written");

static void store(uint8_t *bytes, const uint8_t *value, unsigned width) {
    uint64_t wide;
    uint32_t word;
    uint16_t half;
    if (width == 8) {
        memcpy(&wide, value, sizeof wide);
        store_u64(bytes, wide);
    } else if (width == 4) {
        memcpy(&word, value, sizeof word);
        store_u32(bytes, word);
    } else if (width == 2) {
        memcpy(&half, value, sizeof half);
        store_u16(bytes, half);
    } else {
        *bytes = *value;
    }
}

static void load(const uint8_t *bytes, uint8_t *value, unsigned width) {
    uint64_t wide;
    uint32_t word;
    uint16_t half;
    if (width == 8) {
        wide = load_u64(bytes);
        memcpy(value, &wide, sizeof wide);
    } else if (width == 4) {
        word = load_u32(bytes);
        memcpy(value, &word, sizeof word);
    } else if (width == 2) {
        half = load_u16(bytes);
        memcpy(value, &half, sizeof half);
    } else {
        *value = *bytes;
    }
}

void insights_model_append(struct buf *buf, const struct insights_model *model) {
    uint8_t bytes[INSIGHTS_MODEL_BYTES], *at = bytes;
    for (unsigned i = 0; i < sizeof members / sizeof *members; i++)
        for (unsigned k = 0; k < members[i].count; k++, at += members[i].width)
            store(at, (const uint8_t *)model + members[i].offset + k * members[i].width, members[i].width);
    ASSERT(at == bytes + sizeof bytes);
    buf_append(buf, bytes, sizeof bytes);
}

void insights_model_load(struct bytes bytes, struct insights_model *ret_model) {
    struct insights_model model = {0};
    const uint8_t *at = bytes.data;
    ASSERT(bytes.size == INSIGHTS_MODEL_BYTES || bytes.size == INSIGHTS_MODEL_BYTES_1);
    for (unsigned i = 0; i < sizeof members / sizeof *members && at < bytes.data + bytes.size; i++)
        for (unsigned k = 0; k < members[i].count; k++, at += members[i].width)
            load(at, (uint8_t *)&model + members[i].offset + k * members[i].width, members[i].width);
    const uint8_t *flag = (const uint8_t *)&model.is_drop; /* of a file: any byte */
    model.is_drop = *flag != 0;
    *ret_model = model;
}
