/* SPDX-License-Identifier: Apache-2.0 */
/* json_write: json.h's writing side, and the printing of parsed values. */
#include "base/check.h"
#include "base/own.h"
#include "base/time.h"
#include "codec/json.h"

#include "utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void before_value(struct json_writer *writer) {
    if (writer->needs_comma)
        buf_append_char(writer->buf, ',');
    writer->needs_comma = true;
}

static void begin(struct json_writer *writer, char bracket) {
    before_value(writer);
    buf_append_char(writer->buf, bracket);
    writer->needs_comma = false;
}

static void end(struct json_writer *writer, char bracket) {
    buf_append_char(writer->buf, bracket);
    writer->needs_comma = true;
}

void json_begin_object(struct json_writer *writer) {
    begin(writer, '{');
}

void json_end_object(struct json_writer *writer) {
    end(writer, '}');
}

void json_begin_array(struct json_writer *writer) {
    begin(writer, '[');
}

void json_end_array(struct json_writer *writer) {
    end(writer, ']');
}

/* Is there a byte in the word that is below 0x20, above 0x7f, a quote or a backslash? Perhaps also where
 * there is none: a borrow may pass from one byte to the next. */
static bool has_special(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    uint64_t quotes = word ^ ones * '"', backslashes = word ^ ones * '\\';
    return ((word | (word - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & tops) != 0;
}

/* The size of the run at `at` that needs no escape: printable characters and well-formed UTF-8. */
static size_t plain_run(struct str text, size_t at) {
    size_t end = at;
    while (end < text.size) {
        uint64_t word = UINT64_C(0x2020202020202020);
        size_t size = text.size - end < sizeof word ? text.size - end : sizeof word;
        if (size == sizeof word)
            memcpy(&word, text.data + end, sizeof word); /* of a fixed size: one instruction */
        else
            memcpy(&word, text.data + end, size);
        if (!has_special(word)) {
            end += size;
            continue;
        }
        uint8_t c = (uint8_t)text.data[end];
        size = c < 0x20 || c == '"' || c == '\\' ? 0 : c < 0x80 ? 1 : utf8_sequence_size(text, end);
        if (size == 0)
            break;
        end += size;
    }
    return end - at;
}

static void append_escape(struct buf *buf, uint8_t c) {
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    if (c >= 0x80) {
        buf_append_text(buf, UTF8_REPLACEMENT);
        return;
    }
    for (size_t i = 0; i + 1 < sizeof names; i += 2) {
        if ((uint8_t)names[i] == c) {
            buf_append(buf, (char[]){'\\', names[i + 1]}, 2);
            return;
        }
    }
    buf_append_format(buf, "\\u%04x", c);
}

static void append_quoted(struct buf *buf, struct str text) {
    buf_append_char(buf, '"');
    for (size_t at = 0; at < text.size; at++) {
        size_t run = plain_run(text, at);
        buf_append(buf, text.data + at, run);
        at += run;
        if (at < text.size)
            append_escape(buf, (uint8_t)text.data[at]);
    }
    buf_append_char(buf, '"');
}

/* The text in quotes, a comma before and `after` (NUL: nothing) behind it. Nearly all texts are plain, and a
 * record has a hundred: those are written in one go. */
static void write_plain(struct json_writer *writer, struct str text, char after) {
    size_t around = 2 + (size_t)writer->needs_comma + (after != '\0');
    char *place = buf_reserve(writer->buf, text.size + around);
    if (place == NULL)
        return; /* and the buffer is marked */
    char *end = place;
    if (writer->needs_comma)
        *end++ = ',';
    *end++ = '"';
    if (text.size != 0)
        memcpy(end, text.data, text.size);
    end += text.size;
    *end++ = '"';
    if (after != '\0')
        *end++ = after;
    buf_commit(writer->buf, (size_t)(end - place));
    writer->needs_comma = true;
}

static void write_quoted(struct json_writer *writer, struct str text, char after) {
    if (plain_run(text, 0) == text.size) {
        write_plain(writer, text, after);
        return;
    }
    before_value(writer);
    append_quoted(writer->buf, text);
    if (after != '\0')
        buf_append_char(writer->buf, after);
}

void json_key(struct json_writer *writer, struct str key) {
    write_quoted(writer, key, ':');
    writer->needs_comma = false;
}

void json_write_string(struct json_writer *writer, struct str text) {
    write_quoted(writer, text, '\0');
}

void json_write_i64(struct json_writer *writer, int64_t number) {
    before_value(writer);
    buf_append_format(writer->buf, "%lld", (long long)number);
}

void json_write_u64(struct json_writer *writer, uint64_t number) {
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    json_write_raw(writer, str_of(digits + start, sizeof digits - start));
}

void json_write_double(struct json_writer *writer, double number) {
    enum { DIGITS_ENOUGH = 17 };
    ASSERT(isfinite(number));
    before_value(writer);
    char text[40] = "";
    for (int digits = 15; digits <= DIGITS_ENOUGH; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buf_append_text(writer->buf, text);
    /* Without a fraction readers would take it for the integer 0. */
    if (number == 0 && signbit(number))
        buf_append_text(writer->buf, ".0");
}

void json_write_seconds(struct json_writer *writer, int64_t ms) {
    before_value(writer);
    uint64_t magnitude = ms < 0 ? (uint64_t)0 - (uint64_t)ms : (uint64_t)ms;
    buf_append_format(
        writer->buf, "%s%llu", ms < 0 ? "-" : "", (unsigned long long)(magnitude / MS_PER_SECOND));
    unsigned fraction = (unsigned)(magnitude % MS_PER_SECOND);
    if (fraction == 0)
        return;
    int digits = 3;
    for (; fraction % 10 == 0; fraction /= 10)
        digits--;
    buf_append_format(writer->buf, ".%0*u", digits, fraction);
}

void json_write_boolean(struct json_writer *writer, bool boolean) {
    json_write_raw(writer, boolean ? STR_LITERAL("true") : STR_LITERAL("false"));
}

void json_write_null(struct json_writer *writer) {
    json_write_raw(writer, STR_LITERAL("null"));
}

void json_write_raw(struct json_writer *writer, struct str json) {
    before_value(writer);
    buf_append_str(writer->buf, json);
}

void json_member_string(struct json_writer *writer, const char *key, struct str text) {
    json_key(writer, str_from(key));
    json_write_string(writer, text);
}

void json_member_i64(struct json_writer *writer, const char *key, int64_t number) {
    json_key(writer, str_from(key));
    json_write_i64(writer, number);
}

void json_member_boolean(struct json_writer *writer, const char *key, bool boolean) {
    json_key(writer, str_from(key));
    json_write_boolean(writer, boolean);
}

void json_member_null(struct json_writer *writer, const char *key) {
    json_key(writer, str_from(key));
    json_write_null(writer);
}

static void print_number(struct json_writer *writer, struct json_value value) {
    int64_t number = 0;
    uint64_t magnitude = 0;
    double approximate = 0;
    if (json_i64(value, &number))
        json_write_i64(writer, number);
    else if (json_u64(value, &magnitude))
        json_write_u64(writer, magnitude);
    else if (json_double(value, &approximate))
        json_write_double(writer, approximate);
}

static void print(struct json_writer *writer, struct json_value value);

/* Recursion goes at most JSON_DEPTH_MAX deep: the parser refuses more. */
static void print_container(struct json_writer *writer, struct json_value value) {
    struct json_iterator iterator = json_iterate(value);
    begin(writer, iterator.is_object ? '{' : '[');
    while (json_next(&iterator)) {
        if (iterator.is_object)
            json_key(writer, iterator.key);
        print(writer, iterator.value);
    }
    end(writer, iterator.is_object ? '}' : ']');
}

static void print(struct json_writer *writer, struct json_value value) {
    bool boolean = false;
    switch (json_kind(value)) {
    case JSON_NULL:
        json_write_null(writer);
        break;
    case JSON_BOOLEAN:
        IGNORE(json_boolean(value, &boolean), "the kind says it is one");
        json_write_boolean(writer, boolean);
        break;
    case JSON_NUMBER:
        print_number(writer, value);
        break;
    case JSON_STRING:
        json_write_string(writer, json_text(value));
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        print_container(writer, value);
        break;
    }
}

bool json_append_value(struct buf *buf, struct json_value value) {
    struct json_writer writer = JSON_WRITER(buf);
    print(&writer, value);
    return !buf->overflowed;
}
