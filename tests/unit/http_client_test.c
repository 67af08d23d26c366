/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "http/http.h"
#include "support/http_raw.h"
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/thread.h"

static struct http_server *server;
static struct http_client *client;
static struct arena arena;
static struct error error;

/* Answers with the request as text; "/status/NNN" gives that status, "/slow" takes 20 seconds. */
static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    (void)context;
    struct buf *body = http_attachment(exchange);
    buf_append_bytes(body, piece);
}

static void on_headers(struct http_exchange *exchange, void *context) {
    (void)context;
    struct buf *body = ARENA_NEW(http_arena(exchange), struct buf);
    *body = BUF_INIT(8 << 20);
    http_attach(exchange, body);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    (void)context;
    uint64_t status = 200;
    struct buf *body = http_attachment(exchange);
    const struct http_header *headers = NULL;
    size_t count = http_headers(exchange, &headers);
    SCOPED(buf_finish) struct buf out = BUF_INIT(16 << 20);
    struct str path = http_path(exchange);
    if (str_starts_with(path, STR_LITERAL("/status/")))
        IGNORE(str_to_u64(str_slice(path, 8, SIZE_MAX), &status), "the tests send a number");
    for (int i = 0; str_is(path, "/slow") && i < 2000 && !http_server_is_stopping(server); i++)
        clock_sleep_ms(10);
    struct str query = http_query(exchange);
    buf_append_format(&out, "%.*s %.*s%s%.*s\n", STR(http_method(exchange)), STR(path),
        query.size > 0 ? "?" : "", STR(query));
    for (size_t i = 0; i < count; i++)
        buf_append_format(&out, "%.*s: %.*s\n", STR(headers[i].name), STR(headers[i].value));
    buf_append_str(&out, buf_str(body));
    http_set_header(exchange, "Location", STR_LITERAL("/elsewhere"));
    http_answer(exchange, (unsigned)status, buf_bytes(&out));
}

static void on_close(struct http_exchange *exchange, void *context) {
    (void)context;
    buf_finish(http_attachment(exchange));
}

static struct str url_of(const char *target) {
    return arena_format(&arena, "http://127.0.0.1:%u%s", http_server_port(server), target);
}

static struct http_call call_of(const char *method, const char *target) {
    return (struct http_call){.method = str_from(method), .url = url_of(target), .answer_bytes_max = 1 << 20};
}

/* The whole request as the server saw it, and the status. */
static struct str sent(const struct http_call *call, unsigned expected_status) {
    struct http_reply reply = {0};
    bool done = http_client_call(client, call, &arena, &reply, &error);
    EXPECT(done);
    if (!done) {
        printf("# %s\n", error.message);
        return STR_EMPTY;
    }
    EXPECT_INT(reply.status, expected_status);
    return bytes_str(reply.body);
}

static bool is_text(struct str text, const char *expected) {
    bool same = str_is(text, expected);
    if (!same)
        printf("# %.*s\n", STR(text));
    return same;
}

static struct str host_line(void) {
    return arena_format(&arena, "Host: 127.0.0.1:%u\n", http_server_port(server));
}

static void nothing_is_sent_that_was_not_asked_for(void) {
    struct http_call get = call_of("GET", "/a/../b//%2e?x=%41&y");
    EXPECT(is_text(
        sent(&get, 200), arena_format(&arena, "GET /a/../b//%%2e?x=%%41&y\n%.*s", STR(host_line())).data));
    struct http_call delete = call_of("DELETE", "/");
    EXPECT(is_text(sent(&delete, 200), arena_format(&arena, "DELETE /\n%.*s", STR(host_line())).data));
    struct http_call put = call_of("PUT", "/");
    EXPECT(is_text(
        sent(&put, 200), arena_format(&arena, "PUT /\n%.*sContent-Length: 0\n", STR(host_line())).data));
}

static void headers_and_body_arrive(void) {
    struct http_header headers[] = {{STR_LITERAL("X-One"), STR_LITERAL("1\r\nX-Smuggled: 2")},
        {STR_LITERAL("X-Empty"), STR_EMPTY}, {STR_LITERAL("Content-Type"), STR_LITERAL("a/b")}};
    struct http_call call = call_of("POST", "/x");
    call.headers = headers;
    call.header_count = 3;
    call.body = BYTES_OF(((char[]){'b', 'o', 0, 'y'}));
    struct str expected = arena_format(&arena,
        "POST /x\n%.*sX-One: 1X-Smuggled: 2\nX-Empty: \nContent-Type: a/b\nContent-Length: 4\nbo",
        STR(host_line()));
    struct str seen = sent(&call, 200);
    EXPECT(str_starts_with(seen, expected));
    EXPECT(str_ends_with(seen, STR_LITERAL("bo\0y")));
}

static void a_head_request_has_headers_only(void) {
    struct http_call call = call_of("HEAD", "/status/204");
    call.url = url_of("/status/404");
    struct http_reply reply = {0};
    EXPECT(http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(reply.status, 404);
    EXPECT_INT(reply.body.size, 0);
    EXPECT(str_is(http_reply_header(&reply, "location"), "/elsewhere"));
    EXPECT_INT(http_reply_header(&reply, "nothing").size, 0);
}

static void redirects_and_errors_are_answers(void) {
    struct http_call redirect = call_of("GET", "/status/302");
    EXPECT(str_starts_with(sent(&redirect, 302), STR_LITERAL("GET /status/302\n")));
    struct http_call failure = call_of("GET", "/status/503");
    EXPECT(str_starts_with(sent(&failure, 503), STR_LITERAL("GET /status/503\n")));
}

static int64_t read_xs(void *context, uint64_t offset, void *data, size_t size) {
    uint64_t *total = context;
    uint64_t left = *total - offset;
    size_t count = left < size ? (size_t)left : size;
    memset(data, 'x', count);
    return (int64_t)count;
}

static int64_t read_nothing(void *context, uint64_t offset, void *data, size_t size) {
    (void)context;
    (void)offset;
    (void)data;
    (void)size;
    return -1;
}

static void a_read_body_goes_out_with_a_size_or_in_chunks(void) {
    uint64_t total = 500000;
    struct http_call call = call_of("PUT", "/x");
    call.read_body = read_xs;
    call.read_context = &total;
    call.body_size = total;
    struct str seen = sent(&call, 200);
    EXPECT(str_find(seen, STR_LITERAL("Content-Length: 500000\n")) != SIZE_MAX && seen.size > total);
    EXPECT(str_find(seen, STR_LITERAL("Expect")) == SIZE_MAX);
    call.body_size = UINT64_MAX;
    seen = sent(&call, 200);
    EXPECT(str_find(seen, STR_LITERAL("Transfer-Encoding: chunked\n")) != SIZE_MAX && seen.size > total);
    call.read_body = read_nothing;
    struct http_reply reply;
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
}

static void an_answer_past_the_limit_is_refused(void) {
    struct http_call call = call_of("GET", "/x");
    struct http_reply reply;
    call.answer_bytes_max = 5;
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_LIMIT);
}

struct sink {
    size_t size, size_max;
};

static bool on_piece(struct bytes piece, void *context) {
    struct sink *sink = context;
    sink->size += piece.size;
    return sink->size <= sink->size_max;
}

static void a_sink_gets_the_body_of_a_good_answer_only(void) {
    uint64_t total = 500000;
    struct sink sink = {0, SIZE_MAX};
    struct http_call call = call_of("PUT", "/x");
    call.read_body = read_xs;
    call.read_context = &total;
    call.body_size = total;
    call.on_body = on_piece;
    call.on_body_context = &sink;
    call.answer_bytes_max = 0;
    EXPECT_INT(sent(&call, 200).size, 0);
    EXPECT(sink.size > total);
    sink = (struct sink){0, 1000};
    struct http_reply reply;
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    struct http_call failing = call_of("GET", "/status/500");
    sink = (struct sink){0, 0};
    failing.on_body = on_piece;
    failing.on_body_context = &sink;
    EXPECT(sent(&failing, 500).size > 0);
    EXPECT_INT(sink.size, 0);
}

static void what_cannot_be_reached_says_why(void) {
    struct http_reply reply;
    struct http_call call = call_of("GET", "/");
    call.url = STR_LITERAL("http://127.0.0.1:1/x?X-Amz-Signature=secret");
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    EXPECT(strstr(error.message, "127.0.0.1:1/x: ") != NULL && strstr(error.message, "secret") == NULL);
    call.url = STR_LITERAL("ftp://127.0.0.1/");
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    call.url = STR_LITERAL("http://");
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
}

static void a_silent_server_is_given_up(void) {
    struct http_reply reply;
    struct http_call call = call_of("GET", "/slow");
    EXPECT(!http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
}

/* A server of one connection that answers each request with the next text. */
struct scripted {
    int listener;
    uint16_t port;
    const char *answers[3];
    int answered;
    struct thread *thread;
};

static void serve_script(void *context) {
    struct scripted *scripted = context;
    int connection = accept(scripted->listener, NULL, NULL);
    SCOPED(buf_finish) struct buf requests = BUF_INIT(1 << 20);
    for (int i = 0; i < 3 && scripted->answers[i] != NULL; i++) {
        if (!raw_receive_until(connection, &requests, "\r\n\r\n", i + 1))
            break;
        (void)raw_send(connection, scripted->answers[i], strlen(scripted->answers[i]));
        scripted->answered++;
    }
    (void)close(connection);
}

static void start_script(struct scripted *scripted) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    scripted->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_INT(bind(scripted->listener, (struct sockaddr *)&address, sizeof address), 0);
    EXPECT_INT(listen(scripted->listener, 5), 0);
    EXPECT_INT(getsockname(scripted->listener, (struct sockaddr *)&address, &size), 0);
    scripted->port = ntohs(address.sin_port);
    scripted->thread = thread_start("script", serve_script, scripted);
}

static void end_script(struct scripted *scripted) {
    thread_join(scripted->thread);
    (void)close(scripted->listener);
}

static void a_connection_is_used_again_and_interim_answers_are_passed_over(void) {
    struct scripted scripted = {.answers = {"HTTP/1.1 103 Early Hints\r\nX-Interim: 1\r\n\r\n"
                                            "HTTP/1.1 200 OK\r\nX-Final:  2 \r\nContent-Length: 2\r\n\r\nok",
                                    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}};
    start_script(&scripted);
    struct http_call call = call_of("GET", "/");
    struct http_reply reply = {0};
    call.url = arena_format(&arena, "http://127.0.0.1:%u/", scripted.port);
    EXPECT(http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(reply.status, 200);
    EXPECT_INT(http_reply_header(&reply, "X-Interim").size, 0);
    EXPECT(str_is(http_reply_header(&reply, "x-final"), "2"));
    EXPECT(http_client_call(client, &call, &arena, &reply, &error));
    EXPECT_INT(reply.status, 404);
    end_script(&scripted);
    EXPECT_INT(scripted.answered, 2);
}

static bool calls_script(const char *answer, struct http_reply *ret_reply) {
    struct scripted scripted = {.answers = {answer}};
    start_script(&scripted);
    struct http_call call = call_of("GET", "/");
    call.url = arena_format(&arena, "http://127.0.0.1:%u/", scripted.port);
    bool done = http_client_call(client, &call, &arena, ret_reply, &error);
    end_script(&scripted);
    return done;
}

static void answers_that_break_off_or_have_endless_headers_are_errors(void) {
    struct http_reply reply = {0};
    EXPECT(!calls_script("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", &reply));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    EXPECT(!calls_script("", &reply));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    buf_append_text(&answer, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 300; i++)
        buf_append_format(&answer, "X-%d: y\r\n", i);
    buf_append_text(&answer, "Content-Length: 0\r\n\r\n");
    EXPECT(!calls_script(answer.data, &reply));
    EXPECT_INT(error.kind, ERROR_LIMIT);
}

int main(void) {
    struct http_service service = {on_headers, on_body, on_complete, on_close, NULL};
    struct http_server_options options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 50, .idle_timeout_s = 60};
    struct http_client_options client_options = {.connect_timeout_ms = 10000, .idle_timeout_ms = 2000};
    server = http_server_create(&options, &service, &error);
    client = http_client_create(&client_options);
    TEST(nothing_is_sent_that_was_not_asked_for);
    TEST(headers_and_body_arrive);
    TEST(a_head_request_has_headers_only);
    TEST(redirects_and_errors_are_answers);
    TEST(a_read_body_goes_out_with_a_size_or_in_chunks);
    TEST(an_answer_past_the_limit_is_refused);
    TEST(a_sink_gets_the_body_of_a_good_answer_only);
    TEST(what_cannot_be_reached_says_why);
    TEST(a_silent_server_is_given_up);
    TEST(a_connection_is_used_again_and_interim_answers_are_passed_over);
    TEST(answers_that_break_off_or_have_endless_headers_are_errors);
    http_client_destroy(client);
    http_server_destroy(server);
    arena_finish(&arena);
    return tap_done();
}
