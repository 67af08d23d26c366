/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "http/http.h"
#include "support/http_raw.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include <stdatomic.h>

static struct http_server *server;
static struct error error;
static _Atomic int handled, closed, streams_closed;

/* The service: "/early" answers with the headers, "/middle" with the first piece of body, the rest when all
 * has come. */
struct state {
    struct buf body;
};

static void on_headers(struct http_exchange *exchange, void *context) {
    (void)context;
    handled++;
    struct state *state = ARENA_NEW(http_arena(exchange), struct state);
    state->body = BUF_INIT(1 << 20);
    http_attach(exchange, state);
    if (str_is(http_path(exchange), "/early"))
        http_answer(exchange, 403, BYTES_OF("early"));
}

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    (void)context;
    struct state *state = http_attachment(exchange);
    buf_append_bytes(&state->body, piece);
    if (str_is(http_path(exchange), "/middle"))
        http_answer(exchange, 413, BYTES_OF("middle"));
}

static int64_t read_letters(void *reader, uint64_t offset, void *data, size_t size) {
    uint64_t *left = reader;
    if (*left == 3)
        return -1;
    size_t count = size < 5 ? size : 5;
    if (count > *left)
        count = (size_t)*left;
    for (size_t i = 0; i < count; i++)
        ((char *)data)[i] = (char)('a' + (offset + i) % 26);
    *left -= count;
    return (int64_t)count;
}

static void close_letters(void *reader) {
    (void)reader;
    streams_closed++;
}

/* "/letters?SIZE" streams that many; "/chunked?SIZE" does not say how many. */
static void answer_letters(struct http_exchange *exchange, bool is_chunked) {
    uint64_t *left = ARENA_NEW(http_arena(exchange), uint64_t);
    IGNORE(str_to_u64(http_query(exchange), left), "the tests send a number");
    http_answer_stream(exchange, 200, is_chunked ? UINT64_MAX : *left, read_letters, close_letters, left);
}

static void answer_poll(struct http_exchange *exchange) {
    while (!http_server_is_stopping(http_exchange_server(exchange)))
        clock_sleep_ms(5);
    http_answer(exchange, 200, BYTES_OF("woken"));
}

static void answer_echo(struct http_exchange *exchange) {
    struct state *state = http_attachment(exchange);
    const struct http_header *headers = NULL;
    struct buf out = BUF_INIT(1 << 21);
    size_t count = http_headers(exchange, &headers);
    buf_append_format(&out, "%.*s|%.*s|%.*s|%zu|%.*s|", STR(http_method(exchange)), STR(http_path(exchange)),
        STR(http_query(exchange)), count, STR(http_client_address(exchange)));
    buf_append_format(&out, "%.*s|", STR(http_header_value(exchange, "x-test")));
    buf_append_str(&out, buf_str(&state->body));
    http_set_header(exchange, "X-Odd", STR_LITERAL(" a\r\nSet-Cookie: b\t\x01 "));
    http_set_header(exchange, "X-Empty", STR_EMPTY);
    size_t size = 0;
    char *body = buf_take(&out, &size);
    http_answer_owned(exchange, 299, body, size);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    (void)context;
    struct str path = http_path(exchange);
    if (str_is(path, "/letters") || str_is(path, "/chunked"))
        answer_letters(exchange, str_is(path, "/chunked"));
    else if (str_is(path, "/poll"))
        answer_poll(exchange);
    else if (!str_is(path, "/nothing"))
        answer_echo(exchange);
}

static void on_close(struct http_exchange *exchange, void *context) {
    (void)context;
    struct state *state = http_attachment(exchange);
    buf_finish(&state->body);
    closed++;
}

static const struct http_service SERVICE = {on_headers, on_body, on_complete, on_close, NULL};

static void start(unsigned connections_max, unsigned idle_timeout_s) {
    struct http_server_options options = {.host = STR_LITERAL("localhost"),
        .connections_max = connections_max,
        .idle_timeout_s = idle_timeout_s};
    server = http_server_create(&options, &SERVICE, &error);
    EXPECT(server != NULL);
    handled = closed = streams_closed = 0;
}

static void stop(void) {
    http_server_destroy(server);
    EXPECT_INT(closed, handled);
}

enum { PATIENCE_MS = 20000 };
#define NEXT "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"

/* Send a text; true where `expected` comes. Tests that the connection goes on send NEXT after it. */
static bool ask(const char *text, struct buf *answer, const char *expected) {
    int connection = raw_connect(http_server_port(server), PATIENCE_MS);
    buf_clear(answer);
    (void)raw_send(connection, text, strlen(text));
    bool found = raw_receive_until(connection, answer, expected, 1);
    (void)close(connection);
    if (!found)
        printf("# answer: %.*s\n", STR(buf_str(answer)));
    return found;
}

/* Send a text and take all until the server closes; true where it does. */
static bool ask_to_the_end(const char *text, struct buf *answer) {
    int connection = raw_connect(http_server_port(server), PATIENCE_MS);
    buf_clear(answer);
    (void)raw_send(connection, text, strlen(text));
    int64_t before_ms = clock_instant(clock_real()).ns / 1000000;
    (void)raw_receive(connection, answer); /* a reset is an end too */
    (void)close(connection);
    return clock_instant(clock_real()).ns / 1000000 - before_ms < PATIENCE_MS;
}

static bool answers(const struct buf *answer, const char *beginning, const char *part) {
    bool found = str_starts_with(buf_str(answer), str_from(beginning)) &&
                 str_find(buf_str(answer), str_from(part)) != SIZE_MAX;
    if (!found)
        printf("# answer: %.*s\n", STR(buf_str(answer)));
    return found;
}

static void the_request_arrives_as_it_was_sent(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask("PUT /a%2Fb//../c+d;e?x=%41&y&=z HTTP/1.1\r\nHost: h\r\nX-Test:  one \r\nx-test: two\r\n"
               "Content-Length: 4\r\n\r\nbody",
        &answer, "PUT|/a%2Fb//../c+d;e|x=%41&y&=z|4|127.0.0.1|one|body"));
    EXPECT(answers(&answer, "HTTP/1.1 299 ", "\r\nX-Odd: aSet-Cookie: b\r\n"));
    EXPECT(str_find(buf_str(&answer), STR_LITERAL("X-Empty")) == SIZE_MAX);
    stop();
}

static void other_forms_of_target_have_a_path_too(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask("GET http://h:1/p?q HTTP/1.1\r\nHost: h\r\n\r\n", &answer, "GET|/p|q|"));
    EXPECT(ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", &answer, "OPTIONS|*||"));
    EXPECT(ask("GET /?a?b%zz%00 HTTP/1.1\r\nHost: h\r\n\r\n", &answer, "GET|/|a?b%zz%00|"));
    stop();
}

static void a_connection_carries_one_request_after_the_other(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask(NEXT "POST /two HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy", &answer,
        "POST|/two||2|127.0.0.1||xy"));
    EXPECT(answers(&answer, "HTTP/1.1 299 ", "GET|/next|"));
    EXPECT(ask_to_the_end("GET /one HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &answer));
    EXPECT(answers(&answer, "HTTP/1.1 299 ", "GET|/one|"));
    EXPECT(ask_to_the_end("GET /one HTTP/1.0\r\n\r\n", &answer));
    EXPECT(answers(&answer, "HTTP/1.", "GET|/one|"));
    stop();
}

static void a_chunked_body_arrives_whole(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask(
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n"
        "Trailer: t\r\n\r\n",
        &answer, "|abcde"));
    stop();
}

static void a_head_request_gets_the_size_and_no_body(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask("HEAD /letters?1000000 HTTP/1.1\r\nHost: h\r\n\r\n" NEXT, &answer, "GET|/next|"));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "Content-Length: 1000000\r\n"));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "\r\n\r\nHTTP/1.1 299 "));
    EXPECT_INT(streams_closed, 1);
    stop();
}

static void streams_go_out_with_a_size_or_in_chunks(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask("GET /letters?30 HTTP/1.1\r\nHost: h\r\n\r\n" NEXT, &answer, "GET|/next|"));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "Content-Length: 30\r\n"));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "\r\n\r\nabcdefghijklmnopqrstuvwxyzabcdHTTP/1.1 299 "));
    EXPECT(ask("GET /chunked?7 HTTP/1.1\r\nHost: h\r\n\r\n" NEXT, &answer, "GET|/next|"));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "Transfer-Encoding: chunked\r\n"));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "\r\n\r\n5\r\nabcde\r\n2\r\nfg\r\n0\r\n\r\nHTTP/1.1 299 "));
    EXPECT_INT(streams_closed, 2);
    stop();
}

static void a_stream_that_breaks_ends_the_connection(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask_to_the_end("GET /letters?8 HTTP/1.1\r\nHost: h\r\n\r\n" NEXT, &answer));
    EXPECT(str_ends_with(buf_str(&answer), STR_LITERAL("\r\n\r\nabcde")));
    EXPECT(ask_to_the_end("GET /chunked?8 HTTP/1.1\r\nHost: h\r\n\r\n" NEXT, &answer));
    EXPECT(answers(&answer, "HTTP/1.1 200 ", "Transfer-Encoding: chunked\r\n"));
    EXPECT(str_find(buf_str(&answer), STR_LITERAL("0\r\n\r\n")) == SIZE_MAX);
    stop();
    EXPECT_INT(streams_closed, 2);
}

static void an_early_answer_stops_a_client_that_asked_first(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask_to_the_end(
        "PUT /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", &answer));
    EXPECT(answers(&answer, "HTTP/1.1 403 ", "early"));
    EXPECT(ask("PUT /late HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", &answer,
        "HTTP/1.1 100 Continue\r\n\r\n"));
    EXPECT(ask_to_the_end("PUT /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000000\r\n\r\n", &answer));
    EXPECT(answers(&answer, "HTTP/1.1 403 ", "early"));
    stop();
}

static void after_an_early_answer_to_a_small_body_the_connection_goes_on(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(
        ask("PUT /early HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde" NEXT, &answer, "GET|/next|"));
    EXPECT(answers(&answer, "HTTP/1.1 403 ", "early"));
    EXPECT(
        ask("PUT /middle HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde" NEXT, &answer, "GET|/next|"));
    EXPECT(answers(&answer, "HTTP/1.1 413 ", "middle"));
    stop();
}

static void an_endless_body_that_nobody_wants_is_cut_off(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    static char chunk[0x10000 + 9] = "10000\r\n";
    start(10, 5);
    int connection = raw_connect(http_server_port(server), 2000);
    static const char head[] = "PUT /middle HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT(raw_send(connection, head, sizeof head - 1));
    memcpy(chunk + sizeof chunk - 2, "\r\n", 2);
    int sent = 0;
    while (sent < 2000 && raw_send(connection, chunk, sizeof chunk))
        sent++;
    EXPECT(sent >= 256 && sent < 1000);
    (void)close(connection);
    stop();
}

static void a_request_that_was_not_answered_is_a_server_error(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(ask_to_the_end("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", &answer));
    EXPECT(answers(&answer, "HTTP/1.1 500 ", "not answered"));
    stop();
}

/* Malformed requests get a 4xx or 5xx or are cut off, the connection ends, and no handler sees them. */
static void malformed_requests_reach_no_handler(void) {
    static const char *const bad[] = {"\x16\x03\x01\x02\x01\r\n\r\n", "GET\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost h\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc",
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"};
    start(10, 5);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
        bool is_closed = ask_to_the_end(bad[i], &answer);
        bool is_refused = answer.size == 0 || str_starts_with(buf_str(&answer), STR_LITERAL("HTTP/1.1 4")) ||
                          str_starts_with(buf_str(&answer), STR_LITERAL("HTTP/1.1 5")) ||
                          str_starts_with(buf_str(&answer), STR_LITERAL("HTTP/1.0 4"));
        EXPECT(is_closed);
        EXPECT(is_refused);
        EXPECT_INT(handled - closed, 0);
        if (!is_closed || !is_refused || handled > 0)
            printf("# request %zu, handled %d: %.*s\n", i, handled, STR(buf_str(&answer)));
        EXPECT_INT(handled, 0);
    }
    stop();
}

static void a_bad_chunk_ends_the_connection(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    EXPECT(
        ask_to_the_end("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", &answer));
    EXPECT(answer.size == 0 || answers(&answer, "HTTP/1.1 400 ", ""));
    stop();
}

static void ask_with_header_of(size_t size, struct buf *answer) {
    SCOPED(buf_finish) struct buf request = BUF_INIT(1 << 20);
    buf_append_text(&request, "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Long: ");
    for (size_t i = 0; i < size; i++)
        buf_append_char(&request, 'x');
    buf_append_text(&request, "\r\n\r\n");
    EXPECT(ask_to_the_end(request.data, answer));
}

static void headers_of_16_kib_pass_and_larger_ones_do_not(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 5);
    ask_with_header_of(16000, &answer);
    EXPECT(answers(&answer, "HTTP/1.1 299 ", ""));
    EXPECT_INT(handled, 1);
    ask_with_header_of(16400, &answer);
    EXPECT(answers(&answer, "HTTP/1.1 431 ", "too large"));
    ask_with_header_of(200000, &answer);
    EXPECT(answer.size == 0 || answers(&answer, "HTTP/1.1 4", ""));
    EXPECT_INT(handled, 1);
    stop();
}

/* libmicrohttpd gives up such a request line after it has told us of it. The sanitizer finds what is left. */
static void a_query_of_too_many_parameters_leaves_nothing_behind(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf request = BUF_INIT(1 << 20);
    buf_append_text(&request, "GET /x?");
    for (int i = 0; i < 7000; i++)
        buf_append_text(&request, "a&");
    buf_append_text(&request, " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    start(10, 5);
    EXPECT(ask_to_the_end(request.data, &answer));
    EXPECT(answer.size == 0 || answers(&answer, "HTTP/1.1 4", ""));
    EXPECT_INT(handled, 0);
    stop();
}

static void a_body_shorter_than_promised_completes_nothing(void) {
    start(10, 5);
    int connection = raw_connect(http_server_port(server), 1000);
    static const char text[] = "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc";
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    EXPECT(raw_send(connection, text, sizeof text - 1));
    (void)shutdown(connection, SHUT_WR);
    (void)raw_receive(connection, &answer);
    EXPECT_INT(answer.size, 0);
    (void)close(connection);
    stop();
    EXPECT_INT(handled, 1);
}

static void idle_connections_end(void) {
    start(10, 1);
    int connection = raw_connect(http_server_port(server), PATIENCE_MS);
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    EXPECT(raw_receive(connection, &answer));
    EXPECT_INT(answer.size, 0);
    (void)close(connection);
    stop();
}

/* A byte every 100 ms never makes the connection idle. */
static bool is_cut_while_dripping(const char *head, int byte_count_max) {
    int connection = raw_connect(http_server_port(server), 100);
    (void)raw_send(connection, head, strlen(head));
    bool is_cut = false;
    for (int i = 0; i < byte_count_max && !is_cut; i++) {
        char byte = 0;
        is_cut = !raw_send(connection, "x", 1) || recv(connection, &byte, 1, 0) == 0;
    }
    (void)close(connection);
    return is_cut;
}

static void dripping_headers_end_at_their_deadline(void) {
    start(10, 1);
    EXPECT(is_cut_while_dripping("GET / HTTP/1.1\r\nHost: h\r\nX: ", 150));
    EXPECT_INT(handled, 0);
    stop();
}

static void a_dripping_body_ends_at_its_deadline(void) {
    start(10, 1);
    EXPECT(is_cut_while_dripping("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n", 150));
    EXPECT_INT(handled, 1);
    stop();
}

/* Ask until the server has noticed that connections were closed, which takes it a moment. */
static bool comes_to_answer(const char *expected_beginning) {
    for (int i = 0; i < 1000; i++) {
        SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
        (void)ask_to_the_end("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &answer);
        if (str_starts_with(buf_str(&answer), str_from(expected_beginning)))
            return true;
        clock_sleep_ms(10);
    }
    return false;
}

static void requests_past_the_limit_of_connections_are_told_to_come_back(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(2, 60);
    int first = raw_connect(http_server_port(server), PATIENCE_MS);
    int second = raw_connect(http_server_port(server), PATIENCE_MS);
    EXPECT(raw_send(second, NEXT, sizeof NEXT - 1));
    EXPECT(raw_receive_until(second, &answer, "GET|/next|", 1));
    EXPECT(comes_to_answer("HTTP/1.1 503 "));
    EXPECT_INT(handled, 1);
    (void)close(first);
    EXPECT(comes_to_answer("HTTP/1.1 299 "));
    (void)close(second);
    stop();
}

static void floods_of_connections_do_not_stop_the_server(void) {
    int connections[100];
    start(5, 60);
    for (int i = 0; i < 100; i++)
        connections[i] = raw_connect(http_server_port(server), 100);
    for (int i = 0; i < 100; i++)
        (void)close(connections[i]);
    EXPECT(comes_to_answer("HTTP/1.1 299 "));
    stop();
}

static void stop_when_handled(void *context) {
    (void)context;
    while (handled == 0)
        clock_sleep_ms(5);
    http_server_stop(server);
}

static void a_stop_wakes_long_polls_and_refuses_what_comes_then(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    start(10, 60);
    uint16_t port = http_server_port(server);
    int idle = raw_connect(port, PATIENCE_MS), poll = raw_connect(port, PATIENCE_MS);
    static const char text[] = "GET /poll HTTP/1.1\r\nHost: h\r\n\r\n";
    EXPECT(raw_send(poll, text, sizeof text - 1));
    struct thread *stopper = thread_start("stopper", stop_when_handled, NULL);
    EXPECT(raw_receive_until(poll, &answer, "woken", 1));
    thread_join(stopper);
    EXPECT(raw_connect(port, 100) < 0);
    int64_t before_ms = clock_instant(clock_real()).ns / 1000000;
    stop();
    EXPECT(clock_instant(clock_real()).ns / 1000000 - before_ms < 8000); /* nothing had to be cut off */
    buf_clear(&answer);
    EXPECT(raw_receive(idle, &answer));
    EXPECT_INT(answer.size, 0);
    (void)close(idle);
    (void)close(poll);
}

static void a_taken_port_or_a_bad_address_is_an_error(void) {
    start(10, 5);
    struct http_server_options options = {.host = STR_LITERAL("127.0.0.1"),
        .port = http_server_port(server),
        .connections_max = 1,
        .idle_timeout_s = 1};
    EXPECT(http_server_create(&options, &SERVICE, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_IO);
    options.host = STR_LITERAL("example.invalid");
    EXPECT(http_server_create(&options, &SERVICE, &error) == NULL);
    EXPECT_INT(error.kind, ERROR_INVALID);
    stop();
}

int main(void) {
    TEST(the_request_arrives_as_it_was_sent);
    TEST(other_forms_of_target_have_a_path_too);
    TEST(a_connection_carries_one_request_after_the_other);
    TEST(a_chunked_body_arrives_whole);
    TEST(a_head_request_gets_the_size_and_no_body);
    TEST(streams_go_out_with_a_size_or_in_chunks);
    TEST(a_stream_that_breaks_ends_the_connection);
    TEST(an_early_answer_stops_a_client_that_asked_first);
    TEST(after_an_early_answer_to_a_small_body_the_connection_goes_on);
    TEST(an_endless_body_that_nobody_wants_is_cut_off);
    TEST(a_request_that_was_not_answered_is_a_server_error);
    TEST(malformed_requests_reach_no_handler);
    TEST(a_bad_chunk_ends_the_connection);
    TEST(headers_of_16_kib_pass_and_larger_ones_do_not);
    TEST(a_query_of_too_many_parameters_leaves_nothing_behind);
    TEST(a_body_shorter_than_promised_completes_nothing);
    TEST(idle_connections_end);
    TEST(dripping_headers_end_at_their_deadline);
    TEST(a_dripping_body_ends_at_its_deadline);
    TEST(requests_past_the_limit_of_connections_are_told_to_come_back);
    TEST(floods_of_connections_do_not_stop_the_server);
    TEST(a_stop_wakes_long_polls_and_refuses_what_comes_then);
    TEST(a_taken_port_or_a_bad_address_is_an_error);
    return tap_done();
}
