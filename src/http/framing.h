/* SPDX-License-Identifier: Apache-2.0 */
/*
 * framing: where the body of an HTTP/1 message ends, and its bytes without what frames them. Pure.
 *
 * Threads: one owner.
 */
#pragma once

#include "base/buf.h"

enum http_framing_kind {
    HTTP_FRAMING_LENGTH, /* so many bytes, perhaps none */
    HTTP_FRAMING_CHUNKED,
    HTTP_FRAMING_UNTIL_CLOSE,
};

enum http_framing_state {
    HTTP_FRAMING_MORE,
    HTTP_FRAMING_WHOLE, /* the body has ended; bytes after it are not taken */
    HTTP_FRAMING_BROKEN,
};

struct http_framing {
    enum http_framing_kind kind;
    uint64_t left;       /* of the body, or of the chunk */
    unsigned step;       /* within the chunk's frame */
    unsigned line_size;  /* of the line that is read */
    struct buf trailers; /* their lines, each with CRLF; checked by http_message_are_trailers() */
    bool is_whole;
};

enum { HTTP_FRAMING_LINE_MAX = 256, HTTP_FRAMING_TRAILERS_MAX = 8 << 10 };

void http_framing_begin(struct http_framing *framing, enum http_framing_kind kind, uint64_t length);
void http_framing_finish(struct http_framing *framing);

/* Take bytes of the body from `data`: `ret_taken` says how many. Its payload is moved together so that it
 * follows `payload_end`, which is before or at `data` in the same memory; NULL: it may begin where it is.
 * `ret_payload` is what was added. */
enum http_framing_state http_framing_decode(struct http_framing *framing, char *data, size_t size,
    char *payload_end, size_t *ret_taken, struct str *ret_payload);
