/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: one step through text that may hold bad UTF-8. */
#pragma once

#include "base/str.h"

#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* The size of the well-formed sequence at `at` (which is inside the text); 0 where there is none. */
static inline size_t utf8_sequence_size(struct str text, size_t at) {
    uint8_t lead = (uint8_t)text.data[at];
    size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    struct str sequence = str_slice(text, at, size);
    return sequence.size == size && str_is_utf8(sequence) ? size : 0;
}

/* Append a code point below U+110000 that is no surrogate; returns the bytes written (1 to 4). */
static inline size_t utf8_encode(uint32_t point, char ret_bytes[4]) {
    if (point < 0x80) {
        ret_bytes[0] = (char)point;
        return 1;
    }
    size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, point >>= 6)
        ret_bytes[i] = (char)(0x80 | (point & 0x3f));
    ret_bytes[0] = (char)((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | point);
    return size;
}
