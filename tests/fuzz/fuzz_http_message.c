/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A head as a request and as a reply: what is accepted lies inside the head, has no byte that another reader
 * could take for a line's end, one framing only, and means the same when it is written and read again.
 */
#include "base/check.h"
#include "http/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS_MAX = 32 };

static void check_inside(struct str head, struct str part) {
    ASSERT(part.data >= head.data && part.data + part.size <= head.data + head.size);
    for (size_t i = 0; i < part.size; i++)
        ASSERT((uint8_t)part.data[i] >= 0x20 || part.data[i] == '\t');
}

/* What a proxy would send on. */
static struct str write_again(struct arena *arena, const struct http_message *message) {
    struct http_text text = http_text_begin(arena, message->head.size + 64);
    if (message->is_request) {
        http_text_add(&text, message->method);
        http_text_add(&text, STR_LITERAL(" "));
        http_text_add(&text, message->target);
        http_text_add(
            &text, message->minor_version > 0 ? STR_LITERAL(" HTTP/1.1\r\n") : STR_LITERAL(" HTTP/1.0\r\n"));
    } else {
        http_text_add(&text, message->minor_version > 0 ? STR_LITERAL("HTTP/1.1") : STR_LITERAL("HTTP/1.0"));
        http_text_add(&text, message->status_line);
        http_text_add(&text, STR_LITERAL("\r\n"));
    }
    for (size_t i = 0; i < message->header_count; i++)
        http_text_add_header(&text, message->head, &message->headers[i]);
    http_text_add(&text, STR_LITERAL("\r\n"));
    return http_text_str(&text);
}

static unsigned read_head(struct http_message *message, struct str head, bool is_request) {
    return is_request ? http_message_read_request(message, head) : http_message_read_reply(message, head);
}

static void check(struct arena *arena, struct str head, bool is_request) {
    struct http_header headers[HEADERS_MAX], headers_again[HEADERS_MAX];
    struct http_message message = {.headers = headers, .header_capacity = HEADERS_MAX};
    struct http_message again = {.headers = headers_again, .header_capacity = HEADERS_MAX};
    if (read_head(&message, head, is_request) != 0)
        return;
    ASSERT(!(message.has_length && message.is_chunked));
    for (size_t i = 0; i < message.header_count; i++) {
        check_inside(head, headers[i].name);
        check_inside(head, headers[i].value);
    }
    struct str text = write_again(arena, &message);
    ASSERT(read_head(&again, text, is_request) == 0 && again.header_count == message.header_count);
    ASSERT(again.length == message.length && again.is_chunked == message.is_chunked);
    ASSERT(again.status == message.status && str_equals(again.target, message.target));
    if (http_message_drop_hop_by_hop(&message)) {
        text = write_again(arena, &message);
        ASSERT(read_head(&again, text, is_request) == 0);
        ASSERT(again.length == message.length && again.is_chunked == message.is_chunked && !again.says_close);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct str text = str_of((const char *)data, size);
    size_t scanned = 0, scanned_slowly = 0;
    enum http_message_end end = http_message_find_end(text, &scanned);
    enum http_message_end end_slowly = HTTP_MESSAGE_UNFINISHED;
    for (size_t i = 0; i <= size && end_slowly == HTTP_MESSAGE_UNFINISHED; i++)
        end_slowly = http_message_find_end(str_slice(text, 0, i), &scanned_slowly);
    ASSERT(end == HTTP_MESSAGE_BROKEN || (end == end_slowly && scanned == scanned_slowly));
    if (end == HTTP_MESSAGE_FINISHED) {
        struct str head = str_slice(text, 0, scanned);
        check(&arena, head, true);
        check(&arena, head, false);
    }
    arena_finish(&arena);
    return 0;
}
