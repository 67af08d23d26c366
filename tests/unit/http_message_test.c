/* SPDX-License-Identifier: Apache-2.0 */
/* Heads that are right, read; the wrong ones are in proxy_hostile_test.c, chunks in fuzz_http_framing.c.
 */
#include "base/own.h"
#include "http/framing.h"
#include "http/message.h"
#include "support/tap.h"

static struct http_header headers[8];
static struct http_message message = {.headers = headers, .header_capacity = 8};

static unsigned request(const char *text) {
    return http_message_read_request(&message, str_from(text));
}

static unsigned reply(const char *text) {
    return http_message_read_reply(&message, str_from(text));
}

static void a_request_is_taken_apart(void) {
    EXPECT_INT(
        request("PUT /a?b HTTP/1.1\r\nHost:h\r\nA: \t b c \t\r\nContent-Length: 12\r\nEmpty:\r\n\r\n"), 0);
    EXPECT(str_is(message.method, "PUT") && str_is(message.target, "/a?b"));
    EXPECT_INT(message.minor_version, 1);
    EXPECT_INT(message.header_count, 4);
    EXPECT(str_is(headers[0].name, "Host") && str_is(headers[0].value, "h"));
    EXPECT(str_is(headers[1].value, "b c") && str_is(headers[3].value, ""));
    EXPECT(message.has_length && message.length == 12 && !message.is_chunked);
}

static void what_is_odd_but_right_passes(void) {
    EXPECT_INT(request("x!#$%&'*+-.^_`|~9 * HTTP/1.1\r\nhOST: h\r\nTRANSFER-encoding: Chunked\r\n\r\n"), 0);
    EXPECT(message.is_chunked);
    EXPECT_INT(request("GET /a\"<>[]{}^|`\xc3\xa9 HTTP/1.1\r\nHost:\r\nA: \xc3\xa9\r\n\r\n"), 0);
    EXPECT_INT(request("GET / HTTP/1.0\r\n\r\n"), 0);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n"), 0);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775808\r\n\r\n"), 400);
}

static void a_target_that_servers_read_in_different_ways_is_refused(void) {
    EXPECT_INT(request("GET http://h/a HTTP/1.1\r\nHost: H\r\n\r\n"), 0);
    EXPECT_INT(request("GET HTTPS://h:1?a HTTP/1.1\r\nHost: h:1\r\n\r\n"), 0);
    EXPECT_INT(request("GET http://h/a HTTP/1.1\r\nHost: g\r\n\r\n"), 400);
    EXPECT_INT(request("GET http://h/a HTTP/1.0\r\n\r\n"), 400);
    EXPECT_INT(request("GET http://g@h/a HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    EXPECT_INT(request("GET http:/a HTTP/1.1\r\nHost:\r\n\r\n"), 400);
    EXPECT_INT(request("GET http:///a HTTP/1.1\r\nHost:\r\n\r\n"), 400);
    EXPECT_INT(request("GET a HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    EXPECT_INT(request("GET ?a HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 0);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: u:p@h\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400);
    EXPECT_INT(request("GET ** HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    EXPECT_INT(request("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
    EXPECT_INT(request("GET /a\\b HTTP/1.1\r\nHost: h\r\n\r\n"), 400);
}

static void a_header_that_is_another_to_some_servers_is_refused(void) {
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nX_Amz-Target: a\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nx-amz-copy_source: a\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nContent_Length: 5\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nTRANSFER_ENCODING: chunked\r\n\r\n"), 400);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nX-Amz-Meta-my_name: 5\r\nX_Y: 1\r\n\r\n"), 0);
    EXPECT_INT(reply("HTTP/1.1 200 OK\r\nX_Amz-Target: a\r\n\r\n"), 0);
}

static void more_headers_than_there_is_room_for_are_refused(void) {
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\n1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n\r\n"), 0);
    EXPECT_INT(
        request("GET / HTTP/1.1\r\nHost: h\r\n1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n\r\n"), 431);
}

static void connection_options_are_seen(void) {
    EXPECT_INT(
        request("GET / HTTP/1.1\r\nHost: h\r\nConnection: , a ,CLOSE\r\nconnection:Keep-Alive\r\n\r\n"), 0);
    EXPECT(message.says_close && message.says_keep_alive);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost: h\r\nConnection: closed\r\nExpect: 100-Continue\r\n\r\n"), 0);
    EXPECT(!message.says_close && message.expects_continue);
}

static void a_reply_is_taken_apart(void) {
    EXPECT_INT(reply("HTTP/1.0 404 Not  Found\r\nContent-Length: 0\r\n\r\n"), 0);
    EXPECT_INT(message.status, 404);
    EXPECT_INT(message.minor_version, 0);
    EXPECT(str_is(message.status_line, " 404 Not  Found"));
    EXPECT_INT(reply("HTTP/1.1 200\r\n\r\n"), 0);
    EXPECT_INT(reply("HTTP/1.1 200 \r\n\r\n"), 0);
    EXPECT_INT(reply("HTTP/1.1 200OK\r\n\r\n"), 400);
    EXPECT_INT(reply("HTTP/1.1 600 OK\r\n\r\n"), 400);
}

static void an_end_is_found_however_the_bytes_come(void) {
    static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\nbody";
    for (size_t first = 0; first < 27; first++) {
        size_t scanned = 0;
        EXPECT_INT(http_message_find_end(str_of(text, first), &scanned), HTTP_MESSAGE_UNFINISHED);
        EXPECT_INT(http_message_find_end(str_of(text, sizeof text - 1), &scanned), HTTP_MESSAGE_FINISHED);
        EXPECT_INT(scanned, 27);
    }
}

static void headers_keep_their_bytes_unless_they_are_new(void) {
    struct arena arena = ARENA_INIT;
    struct http_text text = http_text_begin(&arena, 100);
    EXPECT_INT(request("GET / HTTP/1.1\r\nHost:  h \r\nEmpty:  \r\nGone: 1\r\n\r\n"), 0);
    headers[2].value = STR_LITERAL("new");
    for (size_t i = 0; i < 3; i++)
        http_text_add_header(&text, message.head, &headers[i]);
    EXPECT(str_is(http_text_str(&text), "Host:  h \r\nEmpty:  \r\nGone: new\r\n"));
    arena_finish(&arena);
}

/* What is left of a body's payload; NULL where its framing is broken. */
static const char *payload_of(
    struct arena *arena, enum http_framing_kind kind, uint64_t length, const char *text) {
    struct http_framing framing = {0};
    SCOPED(own_free) char *copy = mem_text(text);
    struct str payload;
    size_t taken = 0;
    http_framing_begin(&framing, kind, length);
    enum http_framing_state state =
        http_framing_decode(&framing, copy, str_from(text).size, NULL, &taken, &payload);
    struct str rest = str_slice(str_from(text), taken, SIZE_MAX);
    const char *shown = state == HTTP_FRAMING_BROKEN
                            ? NULL
                            : arena_format(arena, "%.*s%s%.*s", STR(payload),
                                  state == HTTP_FRAMING_WHOLE ? "|" : "...", STR(rest))
                                  .data;
    http_framing_finish(&framing);
    return shown;
}

static void bodies_end_where_their_framing_says(void) {
    struct arena arena = ARENA_INIT;
    EXPECT(strcmp(payload_of(&arena, HTTP_FRAMING_LENGTH, 3, "abcdef"), "abc|def") == 0);
    EXPECT(strcmp(payload_of(&arena, HTTP_FRAMING_LENGTH, 9, "abcdef"), "abcdef...") == 0);
    EXPECT(strcmp(payload_of(&arena, HTTP_FRAMING_LENGTH, 0, "abcdef"), "|abcdef") == 0);
    EXPECT(strcmp(payload_of(&arena, HTTP_FRAMING_UNTIL_CLOSE, 0, "abcdef"), "abcdef...") == 0);
    EXPECT(strcmp(payload_of(
                      &arena, HTTP_FRAMING_CHUNKED, 0, "A;x\r\n0123456789\r\n1\r\na\r\n0\r\nB: c\r\n\r\nGET"),
               "0123456789a|GET") == 0);
    EXPECT(strcmp(payload_of(&arena, HTTP_FRAMING_CHUNKED, 0, "5\r\nabc"), "abc...") == 0);
    EXPECT(payload_of(&arena, HTTP_FRAMING_CHUNKED, 0, "5\r\nabcdeX") == NULL);
    arena_finish(&arena);
}

int main(void) {
    TEST(a_request_is_taken_apart);
    TEST(what_is_odd_but_right_passes);
    TEST(a_target_that_servers_read_in_different_ways_is_refused);
    TEST(a_header_that_is_another_to_some_servers_is_refused);
    TEST(more_headers_than_there_is_room_for_are_refused);
    TEST(connection_options_are_seen);
    TEST(a_reply_is_taken_apart);
    TEST(an_end_is_found_however_the_bytes_come);
    TEST(headers_keep_their_bytes_unless_they_are_new);
    TEST(bodies_end_where_their_framing_says);
    return tap_done();
}
