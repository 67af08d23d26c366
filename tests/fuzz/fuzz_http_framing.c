/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chunked body, read at once and in pieces (the first byte says how large): both find the same payload, the
 * same end and the same trailers; what is framed anew reads as the same.
 */
#include "base/check.h"
#include "base/own.h"
#include "http/framing.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
    struct buf payload, trailers;
    size_t taken;
    enum http_framing_state state;
};

static void finish(struct result *result) {
    buf_finish(&result->payload);
    buf_finish(&result->trailers);
}

static struct result decode(struct str text, size_t step) {
    struct result result = {.payload = BUF_INIT(1 << 20), .trailers = BUF_INIT(1 << 20)};
    struct http_framing framing = {0};
    SCOPED(own_free) char *copy = mem_copy(text.data, text.size);
    http_framing_begin(&framing, HTTP_FRAMING_CHUNKED, 0);
    result.state = HTTP_FRAMING_MORE;
    while (result.state == HTTP_FRAMING_MORE && result.taken < text.size) {
        struct str piece;
        size_t taken = 0, left = text.size - result.taken;
        result.state = http_framing_decode(
            &framing, copy + result.taken, left < step ? left : step, NULL, &taken, &piece);
        ASSERT(taken <= step && piece.size <= taken);
        result.taken += taken;
        buf_append_str(&result.payload, piece);
    }
    buf_append_str(&result.trailers, buf_str(&framing.trailers));
    http_framing_finish(&framing);
    return result;
}

/* All of the payload moved together behind what came before it. */
static void check_moved(struct str text, const struct result *expected) {
    struct http_framing framing = {0};
    SCOPED(own_free) char *memory = mem_alloc(text.size + 3);
    struct str piece;
    size_t taken = 0;
    memcpy(memory + 3, text.data, text.size);
    http_framing_begin(&framing, HTTP_FRAMING_CHUNKED, 0);
    (void)http_framing_decode(&framing, memory + 3, text.size, memory + 1, &taken, &piece);
    ASSERT(str_equals(piece, buf_str(&expected->payload)) && (piece.size == 0 || piece.data == memory + 1));
    http_framing_finish(&framing);
}

static void check_framed_anew(const struct result *first) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(2 << 20);
    if (first->payload.size > 0)
        buf_append_format(&text, "%zx\r\n%.*s\r\n", first->payload.size, 0, "");
    text.size -= first->payload.size > 0 ? 2 : 0;
    buf_append_str(&text, buf_str(&first->payload));
    buf_append_text(&text, first->payload.size > 0 ? "\r\n0\r\n" : "0\r\n");
    buf_append_str(&text, buf_str(&first->trailers));
    buf_append_text(&text, "\r\n");
    SCOPED(finish) struct result again = decode(buf_str(&text), SIZE_MAX);
    ASSERT(again.state == HTTP_FRAMING_WHOLE && again.taken == text.size);
    ASSERT(str_equals(buf_str(&again.payload), buf_str(&first->payload)));
    ASSERT(str_equals(buf_str(&again.trailers), buf_str(&first->trailers)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct str text = str_of((const char *)data + 1, size - 1);
    SCOPED(finish) struct result whole = decode(text, SIZE_MAX);
    SCOPED(finish) struct result pieces = decode(text, 1u + data[0] % 7u);
    ASSERT(whole.state == pieces.state && whole.taken == pieces.taken);
    ASSERT(str_equals(buf_str(&whole.payload), buf_str(&pieces.payload)));
    ASSERT(str_equals(buf_str(&whole.trailers), buf_str(&pieces.trailers)));
    check_moved(text, &whole);
    if (whole.state == HTTP_FRAMING_WHOLE)
        check_framed_anew(&whole);
    return 0;
}
