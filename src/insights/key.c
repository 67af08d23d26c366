/* SPDX-License-Identifier: Apache-2.0 */
#include "key.h"

#include "base/bits.h"
#include "codec/hash.h"

#include <string.h>

enum { HEAD_SIZE = 2, TEXTS = 6 };

_Static_assert(
    HEAD_SIZE + 5 * (INSIGHTS_NAME_SIZE_MAX + 2) + INSIGHTS_TRAIL_SIZE_MAX + 2 <= INSIGHTS_KEY_SIZE_MAX,
    "the longest key fits");

static uint8_t *put_text(uint8_t *at, struct str text, size_t size_max) {
    size_t size = text.size < size_max ? text.size : size_max;
    at += store_varint(at, size);
    if (size > 0)
        memcpy(at, text.data, size);
    return at + size;
}

size_t insights_key_write(uint8_t key[INSIGHTS_KEY_SIZE_MAX], const struct insights_series *series) {
    uint8_t *at = key;
    *at++ = (uint8_t)series->type;
    *at++ = series->is_data ? 1 : 0;
    at = put_text(at, series->account, INSIGHTS_NAME_SIZE_MAX);
    at = put_text(at, series->region, INSIGHTS_NAME_SIZE_MAX);
    at = put_text(at, series->event_source, INSIGHTS_NAME_SIZE_MAX);
    at = put_text(at, series->event_name, INSIGHTS_NAME_SIZE_MAX);
    at = put_text(at, series->error_code, INSIGHTS_NAME_SIZE_MAX);
    at = put_text(at, series->trail_arn, INSIGHTS_TRAIL_SIZE_MAX);
    return (size_t)(at - key);
}

bool insights_key_parse(struct bytes key, struct insights_series *ret_series, struct error *error) {
    struct str texts[TEXTS];
    const uint8_t *at = key.data + HEAD_SIZE, *end = key.data + key.size;
    if (key.size < HEAD_SIZE || key.size > INSIGHTS_KEY_SIZE_MAX || key.data[0] > INSIGHTS_ERROR_RATE ||
        key.data[1] > 1)
        return error_set(error, ERROR_CORRUPT, "not the key of a series");
    for (unsigned i = 0; i < TEXTS; i++) {
        uint64_t size = 0;
        if (!load_varint(&at, end, &size) || size > (uint64_t)(end - at))
            return error_set(error, ERROR_CORRUPT, "the key of a series ends too early");
        texts[i] = str_of((const char *)at, (size_t)size);
        at += size;
    }
    if (at != end)
        return error_set(error, ERROR_CORRUPT, "the key of a series is too long");
    *ret_series = (struct insights_series){.type = (enum insights_type)key.data[0],
        .is_data = key.data[1] == 1,
        .account = texts[0],
        .region = texts[1],
        .event_source = texts[2],
        .event_name = texts[3],
        .error_code = texts[4],
        .trail_arn = texts[5]};
    return true;
}

uint64_t insights_key_hash(struct bytes key) {
    return hash_quick(key, 0);
}
