/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <string.h>

struct str str_from(const char *text) {
    return text == NULL ? STR_EMPTY : (struct str){text, strlen(text)};
}

struct str str_of(const char *data, size_t size) {
    return (struct str){data, size};
}

struct bytes str_bytes(struct str text) {
    return (struct bytes){(const uint8_t *)text.data, text.size};
}

struct str bytes_str(struct bytes bytes) {
    return (struct str){(const char *)bytes.data, bytes.size};
}

struct bytes bytes_of(const void *data, size_t size) {
    return (struct bytes){data, size};
}

bool str_equals(struct str a, struct str b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool str_is(struct str a, const char *text) {
    return str_equals(a, str_from(text));
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_equals_ignoring_case(struct str a, struct str b) {
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

bool str_starts_with(struct str text, struct str prefix) {
    return text.size >= prefix.size && (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

bool str_ends_with(struct str text, struct str suffix) {
    return text.size >= suffix.size &&
           (suffix.size == 0 || memcmp(text.data + (text.size - suffix.size), suffix.data, suffix.size) == 0);
}

bool bytes_equal(struct bytes a, struct bytes b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool bytes_equal_in_constant_time(struct bytes a, struct bytes b) {
    if (a.size != b.size)
        return false;
    uint8_t difference = 0;
    for (size_t i = 0; i < a.size; i++)
        difference = (uint8_t)(difference | (a.data[i] ^ b.data[i]));
    return difference == 0;
}

int str_compare(struct str a, struct str b) {
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

struct str str_slice(struct str text, size_t start, size_t size) {
    if (start > text.size)
        start = text.size;
    if (size > text.size - start)
        size = text.size - start;
    return (struct str){text.data + start, size};
}

size_t str_find_char(struct str text, char c) {
    const char *found = text.size == 0 ? NULL : memchr(text.data, c, text.size);
    return found == NULL ? SIZE_MAX : (size_t)(found - text.data);
}

size_t str_find(struct str text, struct str needle) {
    if (needle.size == 0)
        return 0;
    const char *found = text.size == 0 ? NULL : memmem(text.data, text.size, needle.data, needle.size);
    return found == NULL ? SIZE_MAX : (size_t)(found - text.data);
}

struct str str_cut(struct str *rest, char separator) {
    size_t at = str_find_char(*rest, separator);
    struct str before = str_slice(*rest, 0, at);
    *rest = at == SIZE_MAX ? STR_EMPTY : str_slice(*rest, at + 1, SIZE_MAX);
    return before;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str text) {
    while (text.size > 0 && is_blank(text.data[0]))
        text = str_slice(text, 1, SIZE_MAX);
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    return text;
}

bool str_to_u64(struct str text, uint64_t *ret_number) {
    uint64_t number = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(number, 10u, &number) ||
            __builtin_add_overflow(number, (uint64_t)(c - '0'), &number))
            return false;
    }
    *ret_number = number;
    return true;
}

bool str_to_i64(struct str text, int64_t *ret_number) {
    bool is_negative = text.size > 0 && text.data[0] == '-';
    uint64_t magnitude = 0;
    if (!str_to_u64(str_slice(text, is_negative ? 1 : 0, SIZE_MAX), &magnitude))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + (is_negative ? 1u : 0u))
        return false;
    *ret_number = is_negative ? (int64_t)(~magnitude + 1) : (int64_t)magnitude;
    return true;
}

/* The number of continuation bytes after the lead byte `c`; -1 for a byte that cannot lead. */
static int continuation_count(uint8_t c) {
    if (c < 0x80)
        return 0;
    if (c >= 0xc2 && c <= 0xdf)
        return 1;
    if (c >= 0xe0 && c <= 0xef)
        return 2;
    return c >= 0xf0 && c <= 0xf4 ? 3 : -1;
}

/* The first continuation byte also rules out overlong forms, surrogates and what is past U+10FFFF. */
static bool second_is_valid(uint8_t lead, uint8_t second) {
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

/* Nearly all text is ASCII: eight bytes at once. */
static bool are_ascii(const uint8_t *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return (word & 0x8080808080808080u) == 0;
}

bool str_is_utf8(struct str text) {
    const uint8_t *data = (const uint8_t *)text.data;
    for (size_t i = 0; i < text.size;) {
        if (text.size - i >= sizeof(uint64_t) && are_ascii(data + i)) {
            i += sizeof(uint64_t);
            continue;
        }
        int count = continuation_count(data[i]);
        if (count < 0 || (size_t)count >= text.size - i)
            return false;
        if (count > 0 && !second_is_valid(data[i], data[i + 1]))
            return false;
        for (int k = 2; k <= count; k++) {
            if ((data[i + (size_t)k] & 0xc0) != 0x80)
                return false;
        }
        i += (size_t)count + 1;
    }
    return true;
}
