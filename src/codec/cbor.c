/* SPDX-License-Identifier: Apache-2.0 */
/* cbor: one pass, recursive to CBOR_DEPTH_MAX; lengths are checked against the bytes that are there. */
#include "codec/cbor.h"

#include "base/own.h"
#include "codec/json.h"
#include "codec/text.h"

#include <inttypes.h>
#include <math.h>

/* The major types, RFC 8949 section 3.1. */
enum { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };
enum { INDEFINITE = 31, BREAK = 0xff };
enum {
    SIMPLE_FALSE = 20,
    SIMPLE_TRUE,
    SIMPLE_NULL,
    SIMPLE_UNDEFINED,
    SIMPLE_HALF = 25,
    SIMPLE_FLOAT,
    SIMPLE_DOUBLE
};

struct reader {
    struct bytes cbor;
    size_t at;
    struct json_writer writer;
};

/* The first byte of an item and the number behind it. */
struct head {
    uint8_t major, detail;
    uint64_t argument;
};

static bool refuse(const struct reader *reader, const char *what, struct error *error) {
    return error_set(error, ERROR_INVALID, "CBOR: %s at byte %zu", what, reader->at);
}

static bool take_head(struct reader *reader, struct head *ret_head, struct error *error) {
    if (reader->at == reader->cbor.size)
        return refuse(reader, "an item is missing", error);
    uint8_t first = reader->cbor.data[reader->at];
    struct head head = {.major = first >> 5, .detail = first & 0x1f, .argument = first & 0x1f};
    size_t size = head.detail < 24 || head.detail == INDEFINITE ? 0 : (size_t)1 << (head.detail - 24);
    if (head.detail > 27 && head.detail < INDEFINITE)
        return refuse(reader, "a reserved form", error);
    if (head.detail == INDEFINITE && (head.major < BYTES || head.major == TAG))
        return refuse(reader, "a number without an end", error);
    if (reader->cbor.size - reader->at - 1 < size)
        return refuse(reader, "a cut number", error);
    if (size != 0)
        head.argument = 0;
    for (size_t i = 1; i <= size; i++)
        head.argument = head.argument << 8 | reader->cbor.data[reader->at + i];
    reader->at += 1 + size;
    *ret_head = head;
    return true;
}

static bool take_break(struct reader *reader) {
    bool is_break = reader->at < reader->cbor.size && reader->cbor.data[reader->at] == BREAK;
    reader->at += is_break;
    return is_break;
}

/* ---- text and bytes ---- */

static bool append_chunk(struct reader *reader, struct head head, struct buf *content, struct error *error) {
    if (head.argument > reader->cbor.size - reader->at)
        return refuse(reader, "a string that is cut", error);
    struct bytes chunk = bytes_of(reader->cbor.data + reader->at, (size_t)head.argument);
    if (head.major == TEXT && !str_is_utf8(bytes_str(chunk)))
        return refuse(reader, "text that is no UTF-8", error);
    buf_append_bytes(content, chunk);
    reader->at += chunk.size;
    return true;
}

/* A string of either kind, whole or in chunks. */
static bool take_string(struct reader *reader, struct head head, struct buf *content, struct error *error) {
    if (head.detail != INDEFINITE)
        return append_chunk(reader, head, content, error);
    while (!take_break(reader)) {
        struct head chunk = {0};
        if (!take_head(reader, &chunk, error))
            return false;
        if (chunk.major != head.major || chunk.detail == INDEFINITE)
            return refuse(reader, "a chunk of another kind", error);
        if (!append_chunk(reader, chunk, content, error))
            return false;
    }
    return true;
}

static bool read_string(struct reader *reader, struct head head, struct error *error) {
    SCOPED(buf_finish) struct buf content = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf base64 = BUF_INIT(BUF_UNBOUNDED);
    if (!take_string(reader, head, &content, error))
        return false;
    if (head.major == BYTES)
        base64_append(&base64, buf_bytes(&content));
    json_write_string(&reader->writer, buf_str(head.major == BYTES ? &base64 : &content));
    return true;
}

/* ---- numbers and constants ---- */

static void write_double(struct json_writer *writer, double number) {
    if (isnan(number))
        json_write_string(writer, STR_LITERAL("NaN"));
    else if (isinf(number))
        json_write_string(writer, str_from(number > 0 ? "Infinity" : "-Infinity"));
    else
        json_write_double(writer, number);
}

/* -1 - argument, which can be below what 64 bits hold. */
static void write_negative(struct json_writer *writer, uint64_t argument) {
    if (argument <= INT64_MAX) {
        json_write_i64(writer, -1 - (int64_t)argument);
        return;
    }
    SCOPED(buf_finish) struct buf digits = BUF_INIT(64);
    if (argument == UINT64_MAX)
        buf_append_text(&digits, "-18446744073709551616");
    else
        buf_append_format(&digits, "-%" PRIu64, argument + 1);
    json_write_raw(writer, buf_str(&digits));
}

/* IEEE 754 binary16, as RFC 8949 appendix D decodes it. */
static double half_value(uint64_t bits) {
    int exponent = (int)(bits >> 10 & 0x1f);
    double mantissa = (double)(bits & 0x3ff), value = 0;
    if (exponent == 0)
        value = ldexp(mantissa, -24);
    else if (exponent != 31)
        value = ldexp(mantissa + 1024, exponent - 25);
    else
        value = mantissa == 0 ? (double)INFINITY : (double)NAN;
    return bits & 0x8000 ? -value : value;
}

static double float_value(uint64_t argument) {
    union {
        uint32_t bits;
        float number;
    } value = {.bits = (uint32_t)argument};
    return (double)value.number;
}

static double double_value(uint64_t argument) {
    union {
        uint64_t bits;
        double number;
    } value = {.bits = argument};
    return value.number;
}

static bool read_simple(struct reader *reader, struct head head, struct error *error) {
    switch (head.detail) {
    case SIMPLE_FALSE:
    case SIMPLE_TRUE:
        json_write_boolean(&reader->writer, head.detail == SIMPLE_TRUE);
        return true;
    case SIMPLE_NULL:
    case SIMPLE_UNDEFINED:
        json_write_null(&reader->writer);
        return true;
    case SIMPLE_HALF:
        write_double(&reader->writer, half_value(head.argument));
        return true;
    case SIMPLE_FLOAT:
        write_double(&reader->writer, float_value(head.argument));
        return true;
    case SIMPLE_DOUBLE:
        write_double(&reader->writer, double_value(head.argument));
        return true;
    default:
        return refuse(reader, "an unknown simple value", error);
    }
}

/* ---- items ---- */

static bool read_item(struct reader *reader, unsigned depth, struct error *error);

static bool read_key(struct reader *reader, struct error *error) {
    SCOPED(buf_finish) struct buf key = BUF_INIT(BUF_UNBOUNDED);
    struct head head;
    if (!take_head(reader, &head, error))
        return false;
    if (head.major != TEXT)
        return refuse(reader, "a key that is no text", error);
    if (!take_string(reader, head, &key, error))
        return false;
    json_key(&reader->writer, buf_str(&key));
    return true;
}

/* Every element takes a byte at least, so a false count ends with the bytes; a full buffer ends it too. */
static bool read_elements(struct reader *reader, struct head head, unsigned depth, struct error *error) {
    for (uint64_t i = 0; head.detail == INDEFINITE || i < head.argument; i++) {
        if (head.detail == INDEFINITE && take_break(reader))
            return true;
        if (head.major == MAP && !read_key(reader, error))
            return false;
        if (!read_item(reader, depth, error))
            return false;
        if (reader->writer.buf->overflowed)
            return error_set(error, ERROR_LIMIT, "CBOR: its JSON is too large");
    }
    return true;
}

static bool read_container(struct reader *reader, struct head head, unsigned depth, struct error *error) {
    if (head.major == MAP)
        json_begin_object(&reader->writer);
    else
        json_begin_array(&reader->writer);
    if (!read_elements(reader, head, depth + 1, error))
        return false;
    if (head.major == MAP)
        json_end_object(&reader->writer);
    else
        json_end_array(&reader->writer);
    return true;
}

static bool read_item(struct reader *reader, unsigned depth, struct error *error) {
    struct head head;
    if (depth > CBOR_DEPTH_MAX)
        return refuse(reader, "too deep a nesting", error);
    if (!take_head(reader, &head, error))
        return false;
    switch (head.major) {
    case UNSIGNED:
        json_write_u64(&reader->writer, head.argument);
        return true;
    case NEGATIVE:
        write_negative(&reader->writer, head.argument);
        return true;
    case BYTES:
    case TEXT:
        return read_string(reader, head, error);
    case ARRAY:
    case MAP:
        return read_container(reader, head, depth, error);
    case TAG:
        return read_item(reader, depth + 1, error);
    default:
        return read_simple(reader, head, error);
    }
}

bool cbor_append_json(struct buf *json, struct bytes cbor, struct error *error) {
    struct reader reader = {.cbor = cbor, .writer = JSON_WRITER(json)};
    if (!read_item(&reader, 0, error))
        return false;
    if (reader.at != cbor.size)
        return refuse(&reader, "something behind the item", error);
    return buf_check(json, "CBOR as JSON", error);
}
