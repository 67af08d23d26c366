/* SPDX-License-Identifier: Apache-2.0 */
#include "json_repair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More digits than any double has before the point. */
enum { DOUBLE_DIGITS_MAX = 309 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t skip_digits(struct str text, size_t at) {
    while (at < text.size && is_digit(text.data[at]))
        at++;
    return at;
}

/* The place after the string whose quote is at `at`, or the end of the text. */
static size_t skip_string(struct str text, size_t at) {
    for (at++; at < text.size; at++) {
        if (text.data[at] == '"')
            return at + 1;
        if (text.data[at] == '\\')
            at++;
    }
    return text.size;
}

/* The size of a number-like token at `at`. */
static size_t token_size(struct str text, size_t at) {
    size_t end = at;
    while (end < text.size &&
           (is_digit(text.data[end]) || (text.data[end] != '\0' && strchr("+-.eE", text.data[end]) != NULL)))
        end++;
    return end - at;
}

/* RFC 8259, section 6. */
static bool is_json_number(struct str token, bool *ret_is_integer) {
    size_t at = token.size > 0 && token.data[0] == '-' ? 1 : 0;
    size_t end = skip_digits(token, at);
    if (end == at || (token.data[at] == '0' && end > at + 1))
        return false;
    *ret_is_integer = end == token.size;
    if (end < token.size && token.data[end] == '.') {
        at = end + 1;
        end = skip_digits(token, at);
        if (end == at)
            return false;
    }
    if (end < token.size && (token.data[end] == 'e' || token.data[end] == 'E')) {
        at = end + 1;
        if (at < token.size && (token.data[at] == '+' || token.data[at] == '-'))
            at++;
        end = skip_digits(token, at);
        if (end == at)
            return false;
    }
    return end == token.size;
}

static bool fits_64_bits(struct str token) {
    int64_t number = 0;
    uint64_t magnitude = 0;
    return str_to_i64(token, &number) || str_to_u64(token, &magnitude);
}

static void append_number(struct buf *out, struct str token) {
    bool is_integer = false;
    if (!is_json_number(token, &is_integer) || (is_integer && fits_64_bits(token))) {
        buf_append_str(out, token);
        return;
    }
    size_t start = out->size;
    if (!is_integer || token.size <= DOUBLE_DIGITS_MAX + 1) {
        buf_append_str(out, token);
        buf_append_text(out, is_integer ? "e0" : "");
        if (isfinite(strtod(out->data + start, NULL)))
            return;
        out->size = start;
    }
    buf_append_text(out, token.data[0] == '-' ? "-1.7976931348623157e308" : "1.7976931348623157e308");
}

void json_repair_numbers(struct str text, struct buf *out) {
    for (size_t at = 0; at < text.size;) {
        size_t end = at + 1;
        if (text.data[at] == '"') {
            end = skip_string(text, at);
        } else if (is_digit(text.data[at]) || text.data[at] == '-') {
            end = at + token_size(text, at);
            append_number(out, str_slice(text, at, end - at));
            at = end;
            continue;
        }
        buf_append(out, text.data + at, end - at);
        at = end;
    }
}
