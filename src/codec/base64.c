/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_append(struct buf *buf, struct bytes bytes) {
    size_t size = (bytes.size / 3 + (bytes.size % 3 != 0)) * 4;
    char *text = buf_reserve(buf, size);
    if (text == NULL)
        return false;
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t count = bytes.size - i < 3 ? bytes.size - i : 3;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= count > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= count > 2 ? (uint32_t)bytes.data[i + 2] : 0;
        *text++ = alphabet[group >> 18];
        *text++ = alphabet[group >> 12 & 63];
        *text++ = count > 1 ? alphabet[group >> 6 & 63] : '=';
        *text++ = count > 2 ? alphabet[group & 63] : '=';
    }
    buf_commit(buf, size);
    return true;
}

static int value_of(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Up to three bytes of four characters; 0 where they are no group. Only the last may be padded. */
static size_t decode_group(const char *text, bool is_last, uint8_t ret_bytes[3]) {
    size_t count = 3;
    if (is_last && text[3] == '=')
        count = text[2] == '=' ? 1 : 2;
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i <= count ? value_of(text[i]) : 0;
        if (value < 0)
            return 0;
        group = group << 6 | (uint32_t)value;
    }
    if ((group & (0xffffffu >> (8 * count)) & 0xffffffu) != 0)
        return 0; /* bits that no encoder writes */
    for (size_t i = 0; i < 3; i++)
        ret_bytes[i] = (uint8_t)(group >> (16 - 8 * i));
    return count;
}

bool base64_decode(struct str text, struct buf *ret_bytes) {
    if (text.size % 4 != 0)
        return false;
    uint8_t *bytes = buf_reserve(ret_bytes, text.size / 4 * 3);
    if (bytes == NULL)
        return false;
    size_t size = 0;
    for (size_t i = 0; i < text.size; i += 4) {
        uint8_t group[3];
        size_t count = decode_group(text.data + i, i + 4 == text.size, group);
        if (count == 0)
            return false;
        for (size_t k = 0; k < count; k++)
            bytes[size++] = group[k];
    }
    buf_commit(ret_bytes, size);
    return true;
}
