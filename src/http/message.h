/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message: the head of an HTTP/1 message, read strictly (RFC 9112). What two readers could understand in
 * two ways is refused: bare CR or LF, folded lines, blanks before a colon, control characters, several
 * lengths, a length beside a transfer coding, codings other than chunked, several hosts. Pure.
 *
 * Threads: values; any.
 */
#pragma once

#include "http/http.h"

struct http_message {
    bool is_request;
    struct str method, target; /* of a request */
    unsigned status;           /* of a reply */
    struct str status_line;    /* of a reply, after the version: " 200 OK" */
    unsigned minor_version;    /* 0 or 1 */
    struct http_header *headers;
    size_t header_count, header_capacity;
    struct str head; /* all of it, with the empty line */

    /* What the headers say. */
    bool has_length, is_chunked, has_host, expects_continue;
    bool says_close, says_keep_alive; /* Connection */
    uint64_t keeps_alive_s;           /* Keep-Alive: timeout; 0: not said */
    uint64_t length;
};

enum http_message_end { HTTP_MESSAGE_UNFINISHED, HTTP_MESSAGE_FINISHED, HTTP_MESSAGE_BROKEN };

/* Where the head ends, seen line by line: `io_scanned` remembers what was looked at, from 0. */
enum http_message_end http_message_find_end(struct str data, size_t *io_scanned);

/* Read a whole head; the message points into it. `headers` has room for `header_capacity`. Returns 0, or
 * the status to refuse a request with: 400, 431, 501, 505 (a reply with any of them is none). */
unsigned http_message_read_request(struct http_message *message, struct str head);
unsigned http_message_read_reply(struct http_message *message, struct str head);

/* Take out what concerns one connection only. False where Connection names a header that does not. */
NODISCARD bool http_message_drop_hop_by_hop(struct http_message *message);

/* True where `text` is lines of "name: value" as in a head (trailers), and none frames a message. */
bool http_message_are_trailers(struct str text);

/* A text of at most `capacity` bytes, put together in an arena. */
struct http_text {
    char *data;
    size_t size, capacity;
};

struct http_text http_text_begin(struct arena *arena, size_t capacity);
void http_text_add(struct http_text *text, struct str more);
/* "name: value" and CRLF: the very bytes of the head where the header comes from there. */
void http_text_add_header(struct http_text *text, struct str head, const struct http_header *header);
struct str http_text_str(const struct http_text *text);
