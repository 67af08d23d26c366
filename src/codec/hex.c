/* SPDX-License-Identifier: Apache-2.0 */
#include "hex.h"

#include "codec/text.h"

/* Value plus one, so that 0 is no digit. */
static const uint8_t digit_values[256] = {
    ['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ['A'] = 11, 12, 13, 14, 15, 16, ['a'] = 11, 12, 13, 14, 15, 16};

int hex_digit(char c) {
    return (int)digit_values[(uint8_t)c] - 1;
}

void hex_encode(struct bytes bytes, char *ret_text) {
    for (size_t i = 0; i < bytes.size; i++) {
        ret_text[2 * i] = "0123456789abcdef"[bytes.data[i] >> 4];
        ret_text[2 * i + 1] = "0123456789abcdef"[bytes.data[i] & 15];
    }
}

bool hex_append(struct buf *buf, struct bytes bytes) {
    char *text = buf_reserve(buf, 2 * bytes.size);
    if (text == NULL)
        return false;
    hex_encode(bytes, text);
    buf_commit(buf, 2 * bytes.size);
    return true;
}

bool hex_decode(struct str text, uint8_t *ret_bytes) {
    if (text.size % 2 != 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (digit_values[(uint8_t)text.data[i]] == 0)
            return false;
    }
    for (size_t i = 0; i < text.size; i += 2)
        ret_bytes[i / 2] = (uint8_t)(hex_digit(text.data[i]) << 4 | hex_digit(text.data[i + 1]));
    return true;
}
