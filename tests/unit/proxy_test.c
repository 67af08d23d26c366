/* SPDX-License-Identifier: Apache-2.0 */
/* A proxy passes requests and replies on as they are, whatever frames them. */
#include "support/proxy_world.h"

#define GET     "GET /a?b=%20c HTTP/1.1\r\nHost: s3.example\r\nx-Odd:  kept as it is \r\n\r\n"
#define OK      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

/* One request over a fresh pair of connections: `asked` reaches the upstream as `passed`, its `reply` the
 * client as `answered`. The client's connection is returned, the upstream's is closed. */
static int pass(const char *asked, const char *passed, const char *reply, const char *answered) {
    world_reset();
    int client = world_client();
    world_send(client, asked);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, passed));
    world_send(upstream, reply);
    (void)close(upstream);
    EXPECT(world_comes(client, answered));
    EXPECT(world_await(&seen.closes, 1));
    return client;
}

static void a_request_and_its_reply_pass_byte_for_byte(void) {
    int client = pass(GET, GET, "HTTP/1.1 200 Fine by me\r\nServer:x\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 Fine by me\r\nServer:x\r\nContent-Length: 2\r\n\r\nok");
    EXPECT(world_saw(&seen.head, "GET /a?b=%20c|Host=s3.example|x-Odd=kept as it is|"));
    EXPECT(world_saw(&seen.reply_body, "ok"));
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
    EXPECT_INT(seen.status, 200);
    (void)close(client);
}

static void a_body_with_a_length_passes(void) {
    static const char request[] = "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
    (void)close(pass(request, request, OK, OK));
    EXPECT(world_saw(&seen.body, "hello"));
    EXPECT_INT(seen.bytes_in, 5);
}

static void chunks_are_framed_anew_and_trailers_pass(void) {
    (void)close(pass("PUT /k HTTP/1.1\r\nHost: h\r\n" CHUNKED "Trailer: x-sum\r\n\r\n"
                     "2;name=\"v\"\r\nhe\r\n0003\r\nllo\r\n0\r\nx-sum: 1\r\n\r\n",
        "PUT /k HTTP/1.1\r\nHost: h\r\n" CHUNKED "Trailer: x-sum\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n1\r\no\r\n1\r\nk\r\n00\r\nx-end: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n2\r\nok\r\n0\r\nx-end: 2\r\n\r\n"));
    EXPECT(world_saw(&seen.body, "hello"));
    EXPECT(world_saw(&seen.reply_body, "ok"));
}

static void a_reply_until_the_close_becomes_chunked(void) {
    int client = pass(GET, GET, "HTTP/1.1 200 OK\r\nX: y\r\n\r\nall of it",
        "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nall of it\r\n0\r\n\r\n");
    EXPECT(world_is_silent(client, 50)); /* and the connection stays */
    (void)close(client);
}

static void replies_without_a_body_end_with_their_head(void) {
    static const char head[] = "HEAD /k HTTP/1.1\r\nHost: h\r\n\r\n";
    static const char *const replies[] = {"HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    (void)close(pass(head, head, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"));
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        (void)close(pass(GET, GET, replies[i], replies[i]));
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
}

static void interim_replies_pass_through(void) {
    (void)close(pass(GET, GET, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" OK,
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" OK));
    EXPECT_INT(seen.replies, 1);
}

static void headers_of_one_connection_do_not_pass(void) {
    (void)close(pass(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Mine\r\nKeep-Alive: 5\r\nX-One: 1\r\n"
        "TE: trailers\r\nUpgrade: h2c\r\nHTTP2-Settings: a\r\nProxy-Connection: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", OK));
}

static void a_connection_serves_one_request_after_another(void) {
    world_reset();
    int client = world_client();
    world_send(client, GET);
    int upstream = world_accept();
    for (int i = 1; i <= 3; i++) {
        EXPECT(world_comes(upstream, GET));
        world_send(upstream, OK);
        EXPECT(world_comes(client, OK));
        EXPECT(world_await(&seen.closes, i));
        if (i < 3)
            world_send(client, GET);
    }
    EXPECT_INT(world_accept_within(0), -1); /* the upstream's connection too */
    (void)close(client);
    (void)close(upstream);
}

static void pipelined_requests_are_answered_in_order(void) {
    world_reset();
    int client = world_client();
    world_send(client, "PUT /1 HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n1\r\na\r\n0\r\n\r\n\r\n"
                       "GET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
    int upstream = world_accept();
    EXPECT(world_comes(upstream, "PUT /1 HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n1\r\na\r\n0\r\n\r\n"));
    EXPECT(world_is_silent(upstream, 20));
    world_send(upstream, OK);
    EXPECT(world_comes(upstream, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));
    world_send(upstream, "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n2");
    EXPECT(world_comes(upstream, "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n"));
    world_send(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3");
    EXPECT(world_comes(client, OK "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\n2"
                                  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3"));
    (void)close(client);
    (void)close(upstream);
    EXPECT(world_await(&seen.closes, 3));
}

static void a_client_that_wants_to_end_is_closed(void) {
    int client =
        pass("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            OK, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    EXPECT_INT(world_ending(client), 0);
    (void)close(client);
}

static void a_client_that_sends_no_more_gets_its_reply(void) {
    world_reset();
    int client = world_client();
    world_send(client, GET);
    EXPECT_INT(shutdown(client, SHUT_WR), 0);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    clock_sleep_ms(20);
    world_send(upstream, OK);
    EXPECT(world_comes(client, OK));
    EXPECT_INT(world_ending(client), 0);
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
    (void)close(client);
    (void)close(upstream);
}

static void an_old_client_gets_what_it_understands(void) {
    int client = pass("GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: 127.0.0.1:",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" CHUNKED "\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok");
    EXPECT_INT(world_ending(client), 0);
    (void)close(client);
    client = pass("GET / HTTP/1.0\r\nHost: h\r\nConnection: Keep-Alive\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n\r\n", OK,
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
    EXPECT(world_is_silent(client, 20));
    (void)close(client);
}

static void an_expectation_is_the_upstreams_affair(void) {
    static const char head[] =
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    world_reset();
    int client = world_client();
    world_send(client, head);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, head));
    EXPECT(world_is_silent(client, 20));
    world_send(upstream, "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT(world_comes(client, "HTTP/1.1 100 Continue\r\n\r\n"));
    world_send(client, "hi");
    EXPECT(world_comes(upstream, "hi"));
    world_send(upstream, OK);
    EXPECT(world_comes(client, OK));
    (void)close(client);
    (void)close(upstream);
}

static void a_refusal_ends_a_request_whose_body_has_not_come(void) {
    static const char head[] =
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    world_reset();
    int client = world_client();
    world_send(client, head);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, head));
    world_send(upstream, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    EXPECT(world_comes(client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    EXPECT_INT(world_ending(client), 0);
    EXPECT_INT(world_ending(upstream), 0); /* it still waits for a body: no further request on this one */
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
    (void)close(client);
    (void)close(upstream);
}

static void change_headers(struct proxy_relay *relay) {
    char value[] = "new";
    for (int i = 0; i < 20; i++) {
        char name[] = "X-a";
        name[2] = (char)('a' + i);
        proxy_relay_set_header(relay, name, str_of(value, 3));
    }
    proxy_relay_set_header(relay, "host", STR_LITERAL("other"));
    proxy_relay_remove_header(relay, "X-ODD");
    proxy_relay_set_target(relay, STR_LITERAL("/b"));
    value[0] = '?';
}

static void the_owner_may_change_headers_and_target(void) {
    world_reset();
    owner.on_request = change_headers;
    int client = world_client();
    world_send(client, GET);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, "GET /b HTTP/1.1\r\nHost: other\r\nX-a: new\r\nX-b: new\r\n"));
    (void)close(upstream);
    (void)close(client);
    EXPECT(world_await(&seen.closes, 1));
}

/* ---- sizes ---- */

enum { LARGE = 20 << 20, PIECE = 100000 };
static char pattern[PIECE];

struct stream {
    int from, to;
    uint64_t size;
};

static void write_stream(void *context) {
    struct stream *stream = context;
    for (uint64_t sent = 0; sent < stream->size;) {
        size_t want = stream->size - sent < PIECE ? (size_t)(stream->size - sent) : PIECE;
        ssize_t count = send(stream->from, pattern, want, MSG_NOSIGNAL);
        if (count <= 0)
            return;
        sent += (uint64_t)count;
    }
}

static uint64_t read_stream(int to, uint64_t size) {
    static char data[PIECE];
    uint64_t got = 0;
    while (got < size) {
        ssize_t count = recv(to, data, sizeof data, 0);
        if (count <= 0)
            break;
        got += (uint64_t)count;
    }
    return got;
}

static void large_bodies_pass_both_ways(void) {
    world_reset();
    int client = world_client();
    char head[200];
    int size = snprintf(head, sizeof head, "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", LARGE);
    EXPECT(raw_send(client, head, (size_t)size));
    int upstream = world_accept();
    struct stream out = {client, upstream, LARGE};
    struct thread *writer = thread_start("writer", write_stream, &out);
    EXPECT_INT(read_stream(upstream, LARGE + (uint64_t)size), LARGE + size);
    thread_join(writer);
    size = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", LARGE);
    EXPECT(raw_send(upstream, head, (size_t)size));
    struct stream back = {upstream, client, LARGE};
    writer = thread_start("writer", write_stream, &back);
    EXPECT_INT(read_stream(client, LARGE + (uint64_t)size), LARGE + size);
    thread_join(writer);
    EXPECT(world_await(&seen.closes, 1));
    EXPECT_INT(seen.bytes_in, LARGE);
    EXPECT_INT(seen.bytes_out, LARGE);
    (void)close(client);
    (void)close(upstream);
}

/* What nobody reads is not taken in either: kernel buffers, and a few hundred KiB here. */
static void a_slow_reader_slows_the_writer(void) {
    world_reset();
    int client = world_client();
    world_send(client, GET);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    world_send(upstream, "HTTP/1.1 200 OK\r\n\r\n");
    struct stream out = {upstream, client, 64 << 20};
    struct thread *writer = thread_start("writer", write_stream, &out);
    clock_sleep_ms(300);
    EXPECT(seen.bytes_out < 32 << 20);
    (void)close(client);
    thread_join(writer); /* the proxy gives up, and closes */
    EXPECT(world_await(&seen.closes, 1));
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
    (void)close(upstream);
}

static void heads_may_come_in_pieces(void) {
    world_reset();
    int client = world_client();
    for (const char *at = GET; *at != '\0'; at++) {
        EXPECT(raw_send(client, at, 1));
        if (at - GET < 40)
            clock_sleep_ms(1);
    }
    int upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    for (const char *at = OK; *at != '\0'; at++) {
        EXPECT(raw_send(upstream, at, 1));
        clock_sleep_ms(1);
    }
    EXPECT(world_comes(client, OK));
    (void)close(client);
    (void)close(upstream);
}

static void a_head_may_be_as_large_as_allowed(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    world_reset();
    buf_append_text(&text, "GET / HTTP/1.1\r\nHost: h\r\n");
    while (text.size < PROXY_HEAD_SIZE_MAX - 200)
        buf_append_text(&text,
            "X-Long: 0123456789012345678901234567890123456789012345678901234567890123456789"
            "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
            "0123456789012345678901234567890123456789\r\n");
    buf_append_text(&text, "\r\n");
    int client = world_client();
    EXPECT(raw_send(client, text.data, text.size));
    int upstream = world_accept();
    EXPECT(world_comes(upstream, text.data));
    world_send(upstream, OK);
    EXPECT(world_comes(client, OK));
    (void)close(client);
    (void)close(upstream);
}

int main(void) {
    world_start((struct proxy_options){0}, (struct proxy_entry){0});
    TEST(a_request_and_its_reply_pass_byte_for_byte);
    TEST(a_body_with_a_length_passes);
    TEST(chunks_are_framed_anew_and_trailers_pass);
    TEST(a_reply_until_the_close_becomes_chunked);
    TEST(replies_without_a_body_end_with_their_head);
    TEST(interim_replies_pass_through);
    TEST(headers_of_one_connection_do_not_pass);
    TEST(a_connection_serves_one_request_after_another);
    TEST(pipelined_requests_are_answered_in_order);
    TEST(a_client_that_wants_to_end_is_closed);
    TEST(a_client_that_sends_no_more_gets_its_reply);
    TEST(an_old_client_gets_what_it_understands);
    TEST(an_expectation_is_the_upstreams_affair);
    TEST(a_refusal_ends_a_request_whose_body_has_not_come);
    TEST(the_owner_may_change_headers_and_target);
    TEST(large_bodies_pass_both_ways);
    TEST(a_slow_reader_slows_the_writer);
    TEST(heads_may_come_in_pieces);
    TEST(a_head_may_be_as_large_as_allowed);
    world_end();
    return tap_done();
}
