/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json_walk.h"

#include "base/bits.h"

#include "utf8.h"

#include <stdlib.h>
#include <string.h>

/* The bytes at which the way through an array or object turns. */
static const bool turns[256] = {['"'] = true, ['['] = true, ['{'] = true, [']'] = true, ['}'] = true};
static const bool ends_scalar[256] = {
    [','] = true, [']'] = true, ['}'] = true, [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true};

static void skip_space(struct json_walk *walk) {
    while (walk->at < walk->end &&
           (*walk->at == ' ' || *walk->at == '\n' || *walk->at == '\t' || *walk->at == '\r'))
        walk->at++;
}

/* The first quote or backslash; `end` where there is none. Eight bytes at a time: of a word in which the byte
 * sought is zero, subtracting one from each byte turns that byte's highest bit on, and no byte's before it.
 */
static const char *find_turn_of_string(const char *at, const char *end) {
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    while (end - at >= (ptrdiff_t)sizeof(uint64_t)) {
        uint64_t word = load_u64((const uint8_t *)at);
        uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
        uint64_t found = (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & highs;
        if (found != 0)
            return at + __builtin_ctzll(found) / 8;
        at += sizeof word;
    }
    while (at < end && *at != '"' && *at != '\\')
        at++;
    return at;
}

/* Past the closing quote; `at` is past the opening one. */
static const char *after_string(const char *at, const char *end, bool *ret_is_escaped) {
    *ret_is_escaped = false;
    for (;;) {
        at = find_turn_of_string(at, end);
        if (at == end || *at == '"')
            return at < end ? at + 1 : end;
        at += end - at > 1 ? 2 : 1;
        *ret_is_escaped = true;
    }
}

static const char *after_container(const char *at, const char *end) {
    size_t depth = 0;
    bool ignored = false;
    while (at < end) {
        char c = *at++;
        if (!turns[(uint8_t)c])
            continue;
        if (c == '"')
            at = after_string(at, end, &ignored);
        else if (c == '[' || c == '{')
            depth++;
        else if (--depth == 0)
            return at;
    }
    return end;
}

enum json_kind json_walk_kind(struct json_walk *walk) {
    skip_space(walk);
    switch (walk->at < walk->end ? *walk->at : 'n') {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOLEAN;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

bool json_walk_enter(struct json_walk *walk, char bracket) {
    skip_space(walk);
    if (walk->at == walk->end || *walk->at != bracket)
        return false;
    walk->at++;
    return true;
}

/* Before an element or member: past the comma; false, and past the bracket, at the end. */
static bool step(struct json_walk *walk, char bracket) {
    skip_space(walk);
    if (walk->at < walk->end && *walk->at == ',') {
        walk->at++;
        skip_space(walk);
    }
    if (walk->at == walk->end)
        return false;
    if (*walk->at != bracket)
        return true;
    walk->at++;
    return false;
}

bool json_walk_member(struct json_walk *walk, struct str *ret_raw_key) {
    if (!step(walk, '}'))
        return false;
    const char *key = walk->at + 1;
    const char *after = *walk->at == '"' ? after_string(key, walk->end, &walk->is_escaped) : walk->end;
    walk->at = after;
    skip_space(walk);
    if (walk->at == walk->end || *walk->at != ':') {
        walk->at = walk->end;
        return false;
    }
    walk->at++;
    *ret_raw_key = str_of(key, (size_t)(after - 1 - key));
    return true;
}

bool json_walk_element(struct json_walk *walk) {
    return step(walk, ']');
}

struct str json_walk_value(struct json_walk *walk) {
    skip_space(walk);
    const char *start = walk->at;
    if (start == walk->end)
        return STR_EMPTY;
    if (*start == '"') {
        walk->at = after_string(start + 1, walk->end, &walk->is_escaped);
    } else if (*start == '{' || *start == '[') {
        walk->at = after_container(start, walk->end);
    } else {
        walk->at++; /* so that a stray bracket is passed too */
        while (walk->at < walk->end && !ends_scalar[(uint8_t)*walk->at])
            walk->at++;
    }
    return str_of(start, (size_t)(walk->at - start));
}

struct str json_walk_unquote(struct str value) {
    return value.size < 2 ? STR_EMPTY : str_slice(value, 1, value.size - 2);
}

bool json_walk_number(struct str value, double *ret_number) {
    enum { NUMBER_SIZE_MAX = 64 };
    char text[NUMBER_SIZE_MAX + 1] = {0};
    if (value.size == 0 || value.size > NUMBER_SIZE_MAX)
        return false;
    memcpy(text, value.data, value.size);
    char *after = text;
    double number = strtod(text, &after);
    if (after != text + value.size)
        return false;
    *ret_number = number;
    return true;
}

/* Four hexadecimal digits; a code point that cannot be where they are not there. */
static uint32_t take_hex(struct str raw, size_t at) {
    if (at + 4 > raw.size)
        return UINT32_MAX;
    uint32_t point = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = raw.data[i];
        if (c >= '0' && c <= '9')
            point = point * 16 + (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            point = point * 16 + (uint32_t)((c | 0x20) - 'a') + 10;
        else
            return UINT32_MAX;
    }
    return point;
}

/* A \u escape, of one part or two, at `at`; returns how many bytes it takes. */
static size_t decode_point(struct str raw, size_t at, char **out) {
    size_t taken = 6;
    uint32_t point = take_hex(raw, at + 2);
    if (point >= 0xd800 && point <= 0xdbff &&
        str_starts_with(str_slice(raw, at + 6, 2), STR_LITERAL("\\u"))) {
        uint32_t low = take_hex(raw, at + 8);
        if (low >= 0xdc00 && low <= 0xdfff) {
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
            taken = 12;
        }
    }
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        point = 0xfffd;
    *out += utf8_encode(point, *out);
    return taken;
}

struct str json_walk_decode(struct arena *arena, struct str raw) {
    if (raw.size == 0 || memchr(raw.data, '\\', raw.size) == NULL)
        return raw;
    static const char plain[256] = {['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    /* No escape decodes to more bytes than it has, but for a broken one at the very end. */
    char *text = arena_alloc_unset(arena, raw.size + 3);
    char *out = text;
    for (size_t at = 0; at < raw.size;) {
        if (raw.data[at] != '\\' || at + 1 == raw.size) {
            *out++ = raw.data[at++];
        } else if (raw.data[at + 1] == 'u') {
            at += decode_point(raw, at, &out);
        } else {
            char letter = raw.data[at + 1];
            *out++ = plain[(uint8_t)letter] != 0 ? plain[(uint8_t)letter] : letter;
            at += 2;
        }
    }
    return str_of(text, (size_t)(out - text));
}
