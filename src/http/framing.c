/* SPDX-License-Identifier: Apache-2.0 */
#include "framing.h"

#include "base/check.h"
#include "base/checked.h"

#include "message.h"

#include <string.h>

/* Chunk = size [extensions] CRLF data CRLF; the last has size 0, then trailers and an empty line. */
enum step { SIZE_FIRST, SIZE_MORE, EXTENSION, SIZE_END, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_END };

void http_framing_begin(struct http_framing *framing, enum http_framing_kind kind, uint64_t length) {
    http_framing_finish(framing);
    *framing = (struct http_framing){.kind = kind,
        .left = kind == HTTP_FRAMING_LENGTH ? length : 0,
        .step = SIZE_FIRST,
        .trailers = BUF_INIT(HTTP_FRAMING_TRAILERS_MAX),
        .is_whole = kind == HTTP_FRAMING_LENGTH && length == 0};
}

void http_framing_finish(struct http_framing *framing) {
    buf_finish(&framing->trailers);
}

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool take_size_digit(struct http_framing *framing, char c) {
    uint64_t size = 0;
    if (digit(c) < 0 || !checked_multiply_u64(framing->left, 16, &size) || size > INT64_MAX)
        return false;
    framing->left = size + (uint64_t)digit(c);
    return true;
}

static bool end_size_line(struct http_framing *framing, char c) {
    framing->step = framing->left > 0 ? DATA : TRAILER;
    framing->line_size = 0;
    return c == '\n';
}

/* A character of "1F;name=value\r". Extensions are dropped: they concern one connection only. */
static bool take_size(struct http_framing *framing, char c) {
    if (++framing->line_size > HTTP_FRAMING_LINE_MAX)
        return false;
    if (framing->step == SIZE_FIRST) {
        framing->left = 0;
        framing->step = SIZE_MORE;
        return take_size_digit(framing, c);
    }
    if (c == '\r') {
        framing->step = SIZE_END;
        return true;
    }
    if (framing->step == EXTENSION)
        return c == '\t' || ((uint8_t)c >= ' ' && c != 0x7f);
    if (c != ';')
        return take_size_digit(framing, c);
    framing->step = EXTENSION;
    return true;
}

/* A character of a trailer line or of the empty line at the end. */
static bool take_trailer(struct http_framing *framing, char c) {
    struct buf *lines = &framing->trailers;
    if (framing->step == TRAILER) {
        if (c == '\n' || !buf_append_char(lines, c))
            return false;
        framing->step = c == '\r' ? TRAILER_END : TRAILER;
        framing->line_size++;
        return true;
    }
    if (c != '\n')
        return false;
    framing->step = TRAILER;
    if (framing->line_size > 1) {
        framing->line_size = 0;
        return buf_append_char(lines, c);
    }
    struct str all = buf_str(lines);
    framing->is_whole = true;
    lines->size--; /* the CR of the empty line */
    return http_message_are_trailers(str_slice(all, 0, all.size - 1));
}

static bool take_character(struct http_framing *framing, char c) {
    switch ((enum step)framing->step) {
    case SIZE_FIRST:
    case SIZE_MORE:
    case EXTENSION:
        return take_size(framing, c);
    case SIZE_END:
        return end_size_line(framing, c);
    case DATA_CR:
        framing->step = DATA_LF;
        return c == '\r';
    case DATA_LF:
        framing->step = SIZE_FIRST;
        return c == '\n';
    case TRAILER:
    case TRAILER_END:
        return take_trailer(framing, c);
    case DATA:
        return false;
    }
    return false;
}

/* Bytes of payload from `data`, put behind `payload`. */
static size_t take_payload(struct http_framing *framing, char *data, size_t size, struct str *payload) {
    size_t count = size;
    if (framing->kind != HTTP_FRAMING_UNTIL_CLOSE) {
        count = size < framing->left ? size : (size_t)framing->left;
        framing->left -= count;
    }
    char *place = payload->data == NULL ? data : (char *)(uintptr_t)(payload->data + payload->size);
    if (place != data)
        memmove(place, data, count);
    *payload = str_of(payload->data == NULL ? data : payload->data, payload->size + count);
    return count;
}

static bool decode_chunks(
    struct http_framing *framing, char *data, size_t size, size_t *taken, struct str *payload) {
    while (*taken < size && !framing->is_whole) {
        if (framing->step != DATA) {
            if (!take_character(framing, data[(*taken)++]))
                return false;
            continue;
        }
        *taken += take_payload(framing, data + *taken, size - *taken, payload);
        if (framing->left == 0)
            framing->step = DATA_CR;
    }
    return true;
}

enum http_framing_state http_framing_decode(struct http_framing *framing, char *data, size_t size,
    char *payload_end, size_t *ret_taken, struct str *ret_payload) {
    struct str payload = {payload_end, 0};
    size_t taken = 0;
    bool is_good = true;
    ASSERT(payload_end == NULL || payload_end <= data);
    if (framing->kind == HTTP_FRAMING_CHUNKED) {
        is_good = decode_chunks(framing, data, size, &taken, &payload);
    } else if (size > 0 && !framing->is_whole) {
        taken = take_payload(framing, data, size, &payload);
        framing->is_whole = framing->kind == HTTP_FRAMING_LENGTH && framing->left == 0;
    }
    *ret_taken = taken;
    *ret_payload = payload.data == NULL ? str_of(data, 0) : payload;
    if (!is_good)
        return HTTP_FRAMING_BROKEN;
    return framing->is_whole ? HTTP_FRAMING_WHOLE : HTTP_FRAMING_MORE;
}
