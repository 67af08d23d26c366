/* SPDX-License-Identifier: Apache-2.0 */
/* Clients and upstreams that lie, stall, drip and smuggle. */
#include "support/proxy_pair.h"

#include <sys/resource.h>

enum { TIMEOUT_MS = 600, PATIENT_MS = 60000 };

#define CHUNKED "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

/* ---- clients ---- */

struct malformed {
    const char *head;
    size_t size; /* where it holds a NUL */
    const char *status;
};

#define BAD(text, status)                                                                                    \
    { text, sizeof(text) - 1, status }

static const struct malformed requests[] = {
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\nabc", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", "501"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "400"),
    BAD("GET / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\n Folded: 1\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\n\t2\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\n Host: h\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nNo colon\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\n: no name\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nA(b): 1\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nA: 1\rB: 2\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nA: 1\nB: 2\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\nHost: h\n\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nA: a\0b\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nA: a\x7f\r\n\r\n", "400"),
    BAD("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
    BAD("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
    BAD("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
    BAD("GET /\r\nHost: h\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "400"),
    BAD("GET / http/1.1\r\nHost: h\r\n\r\n", "400"),
    BAD("GET / HTTP/1.10\r\nHost: h\r\n\r\n", "400"),
    BAD("GET / HTTP/2.0\r\nHost: h\r\n\r\n", "505"),
    BAD("G@T / HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
    BAD(" GET / HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
    BAD("\x16\x03\x01\x02", "400"),
    BAD("CONNECT a:443 HTTP/1.1\r\nHost: h\r\n\r\n", "501"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nConnection: Host\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nConnection: close, x-amz-date\r\n\r\n", "400"),
    BAD("GET / HTTP/1.1\r\nHost: h\r\nConnection: content-length\r\nContent-Length: 3\r\n\r\nabc", "400"),
};

static void a_doubtful_request_is_refused_unseen(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    world_reset();
    upstream = -1;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        buf_clear(&answer);
        client = world_client();
        EXPECT(raw_send(client, requests[i].head, requests[i].size));
        bool is_closed = raw_receive(client, &answer);
        bool is_refused = str_is(str_slice(buf_str(&answer), 9, 3), requests[i].status);
        if (!is_closed || !is_refused)
            printf("# %s\n# got: %.60s\n", requests[i].head, answer.data == NULL ? "" : answer.data);
        EXPECT(is_closed && is_refused);
        (void)close(client);
    }
    EXPECT_INT(seen.requests, 0);
    EXPECT_INT(world_accept_within(0), -1);
    EXPECT_INT(proxy_stats(world_proxy).malformed, sizeof requests / sizeof *requests);
}

static void a_refusal_comes_after_the_replies_before_it(void) {
    world_reset();
    client = world_client();
    world_send(client, GET "GET /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n");
    upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    world_send(upstream, OK);
    EXPECT(world_comes(client, OK "HTTP/1.1 400 Bad Request\r\n"));
    end();
    EXPECT_INT(seen.requests, 1);
}

static void too_much_of_a_head_is_refused(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    world_reset();
    upstream = -1;
    for (int kind = 0; kind < 3; kind++) {
        buf_clear(&text);
        buf_append_text(&text, kind == 2 ? "GET /" : "GET / HTTP/1.1\r\nHost: h\r\n");
        if (kind == 0) /* many headers */
            for (int i = 0; i < PROXY_HEADERS_MAX; i++)
                buf_append_text(&text, "A: b\r\n");
        else /* or long ones, or a long target */
            while (text.size <= PROXY_HEAD_SIZE_MAX)
                buf_append_text(
                    &text, kind == 1 ? "Abcdefg: hijklmnopqrstuvwxyz\r\n" : "abcdefghijklmnopqrstuvwxyz");
        if (kind == 0)
            buf_append_text(&text, "\r\n");
        client = world_client();
        (void)raw_send(client, text.data, text.size);
        EXPECT(world_comes(client, "HTTP/1.1 431 "));
        (void)close(client);
    }
    EXPECT_INT(seen.requests, 0);
}

static void a_chunk_that_is_none_ends_the_request(void) {
    static const char *const bodies[] = {"x\r\n", "\r\n", "-1\r\n", "+1\r\na\r\n", "1 \r\na\r\n",
        " 1\r\na\r\n", "0x1\r\na\r\n", "1\na\r\n", "1\r\na\n", "1\r\nab\r\n", "1;a\nb\r\na\r\n",
        "10000000000000000\r\n", "8000000000000000\r\n", "0\r\nContent-Length: 3\r\n\r\n",
        "0\r\nno colon\r\n\r\n", "0\r\n folded\r\n\r\n", "0\n\r\n", "0\r\na: b\n\r\n", "0\r\n\rX",
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "0"
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "1"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        world_reset();
        client = world_client();
        world_send(client, CHUNKED "1\r\na\r\n");
        upstream = world_accept();
        EXPECT(world_comes(upstream, CHUNKED "1\r\na\r\n"));
        world_send(client, bodies[i]);
        EXPECT(world_comes(client, "HTTP/1.1 400 Bad Request\r\n"));
        EXPECT_INT(seen.end, PROXY_RELAY_REQUEST_BAD);
        if (seen.end != PROXY_RELAY_REQUEST_BAD)
            printf("# %s\n", bodies[i]);
        end();
    }
}

static void a_dripping_head_is_not_waited_for(void) {
    world_reset();
    upstream = -1;
    client = world_client();
    for (const char *at = GET; *at != '\0' && world_is_silent(client, 40); at++)
        (void)raw_send(client, at, 1);
    EXPECT(world_comes(client, "HTTP/1.1 408 "));
    EXPECT_INT(seen.requests, 0);
    end();
}

static void a_silent_connection_is_closed(void) {
    world_reset();
    client = world_client();
    EXPECT_INT(world_ending(client), 0); /* before its first request */
    (void)close(client);
    begin(GET);
    finish();
    EXPECT_INT(world_ending(client), 0); /* and after it */
    end();
}

static void a_body_that_stops_is_given_up(void) {
    world_reset();
    begin("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_INT(world_ending(upstream), 0);
    EXPECT(world_await(&seen.closes, 1));
    EXPECT_INT(seen.end, PROXY_RELAY_CLIENT_GONE);
    end();
}

static void a_dripping_body_is_given_up(void) {
    world_reset();
    begin("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    int sent = 0;
    for (; sent < 200 && send(client, "a", 1, MSG_NOSIGNAL) == 1 && seen.ends == 0; sent++)
        clock_sleep_ms(50);
    EXPECT(sent < 200);
    EXPECT(world_await(&seen.closes, 1));
    EXPECT_INT(seen.end, PROXY_RELAY_CLIENT_GONE);
    end();
}

static void a_client_that_does_not_read_is_given_up(void) {
    static char data[1 << 20];
    world_reset();
    begin(GET);
    world_send(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    int sent = 0;
    while (sent < 100 && send(upstream, data, sizeof data, MSG_NOSIGNAL) > 0)
        sent++;
    EXPECT(sent < 100);
    EXPECT(world_await(&seen.closes, 1));
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE); /* what it was is known */
    end();
}

/* ---- upstreams ---- */

static void a_reply_that_is_none_is_a_502(void) {
    static const char *const replies[] = {"SSH-2.0-OpenSSH_9.2p1\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\n Folded: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : 1\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/3.0 200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 200\tOK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "\x15\x03\x01",
        "HTTP/1.1 200 OK\r\nX: a\x01\r\n\r\n"};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        world_reset();
        begin(GET);
        world_send(upstream, replies[i]);
        EXPECT(world_comes(client, "HTTP/1.1 502 Bad Gateway\r\n"));
        EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
        EXPECT_INT(seen.replies, 0);
        end();
    }
}

static void endless_heads_and_interim_replies_have_an_end(void) {
    for (int kind = 0; kind < 2; kind++) {
        world_reset();
        begin(GET);
        world_send(upstream, "HTTP/1.1 103 Early Hints\r\n");
        while (raw_send(upstream, kind == 0 ? "A: b\r\n" : "\r\nHTTP/1.1 103 Early Hints\r\n",
                   kind == 0 ? 6 : 28) &&
               world_is_silent(upstream, 0))
            continue;
        EXPECT(world_await(&seen.ends, 1));
        EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
        end();
    }
}

static void a_reply_shorter_than_announced_is_a_reset(void) {
    static const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"};
    for (int i = 0; i < 2; i++) {
        world_reset();
        begin(GET);
        world_send(upstream, replies[i]);
        world_send(upstream, i == 0 ? "four" : "4\r\nfour\r\n");
        EXPECT(world_comes(client, replies[i]));
        EXPECT(world_comes(client, i == 0 ? "four" : "4\r\nfour\r\n"));
        (void)close(upstream);
        upstream = -1;
        EXPECT_INT(world_ending(client), ECONNRESET);
        EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
        end();
    }
}

static void the_next_goes_over_a_fresh_connection(void) {
    (void)close(upstream);
    world_send(client, GET);
    upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    finish();
    end();
}

static void a_reply_longer_than_announced_is_cut_and_its_connection_closed(void) {
    world_reset();
    begin(GET);
    world_send(upstream, OK "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    EXPECT(world_comes(client, OK));
    EXPECT(world_ending(upstream) != -1);
    the_next_goes_over_a_fresh_connection();
}

static void an_idle_upstream_that_speaks_is_dropped(void) {
    world_reset();
    begin(GET);
    finish();
    EXPECT(world_await(&seen.closes, 1));
    clock_sleep_ms(20);
    world_send(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    EXPECT(world_ending(upstream) != -1);
    the_next_goes_over_a_fresh_connection();
}

static void a_broken_chunk_in_a_reply_is_a_reset(void) {
    world_reset();
    begin(GET);
    world_send(upstream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    EXPECT(world_comes(client, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"));
    world_send(upstream, "zz\r\n");
    EXPECT_INT(world_ending(client), ECONNRESET);
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
    end();
}

static void an_upstream_that_does_not_answer_is_a_504(void) {
    world_reset();
    begin(GET);
    EXPECT(world_comes(client, "HTTP/1.1 504 Gateway Timeout\r\n"));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_TIMEOUT);
    end();
}

static void a_reply_that_stops_is_a_reset(void) {
    world_reset();
    begin(GET);
    world_send(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour");
    EXPECT(world_comes(client, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour"));
    EXPECT_INT(world_ending(client), ECONNRESET);
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_TIMEOUT);
    end();
}

static void a_slow_reply_is_waited_for_while_it_moves(void) {
    world_reset();
    begin(GET);
    world_send(upstream, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n");
    for (int i = 0; i < 15; i++) {
        clock_sleep_ms(TIMEOUT_MS / 10);
        world_send(upstream, "x");
    }
    EXPECT(world_comes(client, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nxxxxxxxxxxxxxxx"));
    end();
}

static void the_reset_is_a_502(void) {
    reset(upstream);
    upstream = -1;
    EXPECT(world_comes(client, "HTTP/1.1 502 "));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
    end();
}

static void an_upstream_that_resets_is_a_502(void) {
    world_reset();
    begin(GET);
    the_reset_is_a_502();
}

static void an_upstream_that_resets_within_an_upload_is_a_502(void) {
    static char data[1 << 16];
    world_reset();
    begin("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
    for (int i = 0; i < 20; i++)
        EXPECT(raw_send(client, data, sizeof data));
    the_reset_is_a_502();
}

static void an_upload_that_is_not_read_is_a_504(void) {
    static char data[1 << 20];
    world_reset();
    begin("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
    int sent = 0;
    while (sent < 100 && send(client, data, sizeof data, MSG_NOSIGNAL) > 0 && world_is_silent(client, 0))
        sent++;
    EXPECT(sent < 100);
    EXPECT(world_comes(client, "HTTP/1.1 504 "));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_TIMEOUT);
    end();
}

static void more_clients_than_allowed_wait(void) {
    int others[8];
    world_reset();
    for (size_t i = 0; i < 8; i++) {
        others[i] = world_client();
        world_send(others[i], "GET ");
    }
    for (int i = 0; i < WORLD_PATIENCE_MS && proxy_stats(world_proxy).connections < 6; i++)
        clock_sleep_ms(1);
    clock_sleep_ms(50);
    EXPECT_INT(proxy_stats(world_proxy).connections, 6);
    for (size_t i = 0; i < 8; i++)
        (void)close(others[i]);
    begin(GET);
    finish();
    end();
}

/* Without file descriptors connections wait; they are taken when there are some again. */
static void a_want_of_file_descriptors_passes(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(proxy_port(world_proxy, 0))};
    struct rlimit before, limit;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    world_reset();
    EXPECT_INT(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    limit.rlim_cur = (rlim_t)client + 1;
    EXPECT_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_INT(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    world_send(client, GET);
    clock_sleep_ms(150);
    EXPECT_INT(seen.requests, 0);
    EXPECT_INT(setrlimit(RLIMIT_NOFILE, &before), 0);
    upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    finish();
    end();
}

static void an_upstream_that_is_not_there_is_a_502(void) {
    world_reset();
    (void)close(world_listener);
    client = world_client();
    world_send(client, GET);
    EXPECT(world_comes(client, "HTTP/1.1 502 "));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_UNREACHABLE);
    world_send(client, GET); /* the client's connection goes on */
    EXPECT(world_await(&seen.requests, 2));
    upstream = -1;
    end();
}

static void what_is_wrong_with_an_entry_is_said(void) {
    static const char *const urls[] = {"", "ftp://h", "http://", "http://h/path", "http://h:0", "http://h:x",
        "http://h:65536", "http://u@h", "http://[::1", "h:80"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct proxy_entry entry = {.host = STR_LITERAL("127.0.0.1"), .upstream = str_from(urls[i])};
        struct proxy_options options = {
            .entries = &entry, .entry_count = 1, .connections_max = 1, .loops = 1};
        EXPECT(proxy_create(&options, &WORLD_SERVICE, &world_error) == NULL);
        EXPECT_INT(world_error.kind, ERROR_INVALID);
    }
}

static void start(int64_t timeout_ms) {
    world_start((struct proxy_options){.head_timeout_ms = timeout_ms,
                    .idle_timeout_ms = timeout_ms,
                    .connect_timeout_ms = timeout_ms,
                    .reply_timeout_ms = timeout_ms,
                    .connections_max = 6},
        (struct proxy_entry){0});
}

int main(void) {
    start(PATIENT_MS);
    TEST(a_doubtful_request_is_refused_unseen);
    TEST(a_refusal_comes_after_the_replies_before_it);
    TEST(too_much_of_a_head_is_refused);
    TEST(a_chunk_that_is_none_ends_the_request);
    TEST(a_reply_that_is_none_is_a_502);
    TEST(endless_heads_and_interim_replies_have_an_end);
    TEST(a_reply_shorter_than_announced_is_a_reset);
    TEST(a_reply_longer_than_announced_is_cut_and_its_connection_closed);
    TEST(an_idle_upstream_that_speaks_is_dropped);
    TEST(a_broken_chunk_in_a_reply_is_a_reset);
    TEST(an_upstream_that_resets_is_a_502);
    TEST(an_upstream_that_resets_within_an_upload_is_a_502);
    TEST(more_clients_than_allowed_wait);
    TEST(a_want_of_file_descriptors_passes);
    TEST(an_upstream_that_is_not_there_is_a_502);
    TEST(what_is_wrong_with_an_entry_is_said);
    world_end();
    start(TIMEOUT_MS);
    TEST(a_dripping_head_is_not_waited_for);
    TEST(a_silent_connection_is_closed);
    TEST(a_body_that_stops_is_given_up);
    TEST(a_dripping_body_is_given_up);
    TEST(a_client_that_does_not_read_is_given_up);
    TEST(an_upstream_that_does_not_answer_is_a_504);
    TEST(a_reply_that_stops_is_a_reset);
    TEST(a_slow_reply_is_waited_for_while_it_moves);
    TEST(an_upload_that_is_not_read_is_a_504);
    world_end();
    return tap_done();
}
