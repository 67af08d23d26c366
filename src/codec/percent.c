/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/text.h"

#include "hex.h"

static bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

bool percent_append(struct buf *buf, struct str text, bool keep_slash) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        uint8_t byte = (uint8_t)c;
        bool fits = is_unreserved(c) || (keep_slash && c == '/')
                        ? buf_append_char(buf, c)
                        : buf_append(buf,
                              (char[]){'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]}, 3);
        if (!fits)
            return false;
    }
    return true;
}

bool percent_decode(struct str text, bool plus_is_space, struct buf *ret_text) {
    char *out = buf_reserve(ret_text, text.size);
    if (out == NULL)
        return false;
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = text.size - i > 2 ? hex_digit(text.data[i + 1]) : -1;
            int low = text.size - i > 2 ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[size++] = c;
    }
    buf_commit(ret_text, size);
    return true;
}
