/* SPDX-License-Identifier: Apache-2.0 */
/* The owner of a proxy holds, collects, answers and breaks; clients and upstreams that leave. */
#include "support/proxy_pair.h"

#define POST     "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"
#define EXPECTS  "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"
#define CHUNKED  "Transfer-Encoding: chunked\r\n"

/* The connections of both go on. */
static void ask_again(void) {
    owner.holds_reply = false;
    world_send(client, GET);
    EXPECT(world_comes(upstream, GET));
    finish();
    EXPECT(world_await(&seen.closes, 2));
}

/* ---- the request ---- */

/* The owner sees up to `max` bytes of bodies before anything leaves. */
static void collect(size_t max, const char *request) {
    world_reset();
    owner.collect_max = max;
    client = world_client();
    world_send(client, request);
}

static void a_held_request_does_not_leave_before_its_release(void) {
    world_reset();
    owner.holds = true;
    client = world_client();
    world_send(client, GET);
    EXPECT(world_await(&seen.requests, 1));
    EXPECT_INT(world_accept_within(50), -1);
    world_wake();
    upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    finish();
    end();
}

static void a_held_body_waits_with_its_head(void) {
    world_reset();
    owner.holds = true;
    client = world_client();
    world_send(client, POST "hello");
    EXPECT(world_await(&seen.requests, 1));
    EXPECT_INT(world_accept_within(20), -1);
    world_wake();
    upstream = world_accept();
    EXPECT(world_comes(upstream, POST "hello"));
    EXPECT(world_saw(&seen.body, "hello"));
    finish();
    end();
}

static void a_collected_body_is_seen_whole_before_anything_leaves(void) {
    collect(100, POST "hel");
    EXPECT(world_await(&seen.requests, 1));
    EXPECT_INT(world_accept_within(20), -1);
    world_send(client, "lo");
    EXPECT(world_await(&seen.collected, 1));
    EXPECT(world_saw(&seen.body, "hello"));
    upstream = world_accept();
    EXPECT(world_comes(upstream, POST "hello"));
    EXPECT_INT(seen.bytes_in, 0); /* it is not told in pieces as well */
    finish();
    end();
}

static void a_collected_body_can_be_held(void) {
    world_reset();
    owner.collect_max = 100;
    owner.holds = true;
    client = world_client();
    world_send(client, POST "hello");
    EXPECT(world_await(&seen.collected, 1));
    EXPECT_INT(world_accept_within(20), -1);
    world_wake();
    upstream = world_accept();
    EXPECT(world_comes(upstream, POST "hello"));
    finish();
    end();
}

static void collected_chunks_stay_chunks(void) {
    collect(100, "POST / HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    upstream = world_accept();
    EXPECT(world_comes(upstream, "POST / HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n"));
    EXPECT(world_saw(&seen.body, "abc"));
    finish();
    end();
}

static void a_request_without_a_body_is_collected_at_once(void) {
    world_reset();
    owner.collect_max = 100;
    begin(GET);
    EXPECT_INT(seen.collected, 1);
    finish();
    end();
}

static void a_large_body_is_collected(void) {
    enum { SIZE = 700000 };
    SCOPED(own_free) char *body = mem_alloc(SIZE + 1);
    memset(body, 'x', SIZE);
    char head[100];
    (void)snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", SIZE);
    collect(SIZE, head);
    world_send(client, body);
    upstream = world_accept();
    EXPECT(world_comes(upstream, head));
    EXPECT(world_comes(upstream, body));
    EXPECT_INT(seen.collected, 1);
    EXPECT(world_saw(&seen.body, body));
    finish();
    end();
}

static void a_body_larger_than_is_collected_streams_after_all(void) {
    collect(4, POST); /* the length tells it at once, but the owner is shown its beginning first */
    EXPECT_INT(world_accept_within(20), -1);
    world_send(client, "hello");
    upstream = world_accept();
    EXPECT(world_comes(upstream, POST));
    EXPECT(world_comes(upstream, "hello"));
    EXPECT(world_saw(&seen.body, "hello"));
    finish();
    EXPECT_INT(seen.collected, 0);
    EXPECT_INT(seen.bytes_in, 5);
    end();
    collect(4, "POST / HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n3\r\nabc\r\n");
    EXPECT_INT(world_accept_within(20), -1);
    world_send(client, "2\r\nde\r\n");
    upstream = world_accept();
    EXPECT(world_comes(upstream, "POST / HTTP/1.1\r\nHost: h\r\n" CHUNKED "\r\n5\r\nabcde\r\n"));
    EXPECT(world_saw(&seen.body, "abcde"));
    world_send(client, "0\r\n\r\n");
    EXPECT(world_comes(upstream, "0\r\n\r\n"));
    finish();
    EXPECT_INT(seen.collected, 0);
    end();
}

static void an_expectation_is_met_here_where_the_body_is_collected(void) {
    collect(100, EXPECTS);
    EXPECT(world_comes(client, CONTINUE));
    world_send(client, "hello");
    upstream = world_accept();
    EXPECT(world_comes(upstream, POST "hello")); /* and the upstream is not asked */
    finish();
    end();
}

static void a_signed_expectation_passes_and_its_answer_does_not(void) {
    static const char *const heads[] = {
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nAuthorization: "
        "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=expect;host, Signature=1\r\n"
        "Content-Length: 5\r\n\r\n",
        "POST /?X-Amz-SignedHeaders=expect%3Bhost&a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
        "Content-Length: 5\r\n\r\n"};
    for (int i = 0; i < 2; i++) {
        collect(100, heads[i]);
        EXPECT(world_comes(client, CONTINUE));
        world_send(client, "hello");
        upstream = world_accept();
        EXPECT(world_comes(upstream, heads[i]));
        EXPECT(world_comes(upstream, "hello"));
        world_send(upstream, CONTINUE OK);
        EXPECT(world_comes(client, OK));
        end();
    }
}

static void an_answer_takes_the_upstreams_place(void) {
    world_reset();
    owner.answers_request = 403;
    client = world_client();
    world_send(client, GET GET);
    for (int i = 0; i < 2; i++)
        EXPECT(world_comes(client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nmine"));
    EXPECT_INT(world_accept_within(0), -1);
    upstream = -1;
    end();
    EXPECT(world_await(&seen.closes, 2));
    EXPECT_INT(seen.ends, 0);
}

static void an_answer_drops_the_body_that_is_there(void) {
    world_reset();
    owner.answers_request = 403;
    client = world_client();
    world_send(client, POST "hello" GET);
    for (int i = 0; i < 2; i++)
        EXPECT(world_comes(client, "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nmine"));
    EXPECT_INT(seen.bytes_in, 0);
    upstream = -1;
    end();
}

static void an_answer_before_the_body_came_ends_the_connection(void) {
    world_reset();
    owner.answers_request = 503;
    client = world_client();
    world_send(client, POST "he");
    EXPECT(world_comes(
        client, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmine"));
    world_send(client, "llo");
    EXPECT_INT(world_ending(client), 0);
    upstream = -1;
    end();
}

static void a_held_request_can_be_answered(void) {
    world_reset();
    owner.holds = true;
    owner.answers_wake = 503;
    client = world_client();
    world_send(client, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT(world_await(&seen.requests, 1));
    world_wake();
    EXPECT(world_comes(client, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\n"));
    EXPECT(world_is_silent(client, 20));
    upstream = -1;
    end();
}

/* ---- the reply ---- */

static void a_small_held_reply_waits_whole(void) {
    static const char *const replies[][2] = {{OK, OK},
        {"HTTP/1.1 200 OK\r\n" CHUNKED "\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n2\r\nok\r\n0\r\n\r\n"},
        {"HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n"}};
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        world_reset();
        owner.holds_reply = true;
        begin(GET);
        world_send(upstream, replies[i][0]);
        EXPECT(world_await(&seen.ends, 1));
        EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
        EXPECT(world_is_silent(client, 20));
        world_wake();
        EXPECT(world_comes(client, replies[i][1]));
        end();
    }
}

static void a_held_reply_that_did_not_begin_can_be_replaced(void) {
    world_reset();
    owner.holds_reply = true;
    owner.answers_wake = 503;
    begin(GET);
    world_send(upstream, OK);
    EXPECT(world_await(&seen.ends, 1));
    world_wake();
    EXPECT(world_comes(client, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nwoken"));
    ask_again();
    end();
}

enum { LARGE = 300000 };

/* A reply too large to wait whole, in which `head` announces the body; it has come but for what is held. */
static char *large_reply(const char *head, const char *frame_end) {
    char *body = mem_alloc(LARGE + 1);
    memset(body, 'y', LARGE);
    begin(GET);
    world_send(upstream, head);
    world_send(upstream, body);
    world_send(upstream, frame_end);
    return body;
}

/* One of a known length: all of it has reached the client but the last byte. */
static void hold_large_reply(void) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n";
    owner.holds_reply = true;
    SCOPED(own_free) char *body = large_reply(head, "");
    EXPECT(world_comes(client, head));
    EXPECT(world_comes(client, body + 1));
    EXPECT(world_await(&seen.ends, 1));
}

static void the_last_byte_of_a_large_reply_is_held(void) {
    world_reset();
    hold_large_reply();
    EXPECT(world_is_silent(client, 20));
    world_wake();
    EXPECT(world_comes(client, "y"));
    ask_again();
    end();
}

static void the_last_chunk_of_a_large_reply_is_held(void) {
    static const char head[] = "HTTP/1.1 200 OK\r\n" CHUNKED "\r\n";
    SCOPED(buf_finish) struct buf got = BUF_INIT(1 << 20);
    world_reset();
    owner.holds_reply = true;
    SCOPED(own_free) char *body = large_reply("HTTP/1.1 200 OK\r\n" CHUNKED "\r\n493e0\r\n", "\r\n0\r\n\r\n");
    EXPECT(world_comes(client, head));
    EXPECT(world_await(&seen.ends, 1));
    while (!world_is_silent(client, 50)) {
        char data[4096];
        ssize_t count = recv(client, data, sizeof data, 0);
        buf_append(&got, data, count > 0 ? (size_t)count : 0);
    }
    EXPECT(got.size > LARGE && !str_ends_with(buf_str(&got), STR_LITERAL("0\r\n\r\n")));
    world_wake();
    EXPECT(world_comes(client, "0\r\n\r\n"));
    end();
}

static void a_broken_reply_is_a_reset(void) {
    world_reset();
    owner.breaks_wake = true;
    hold_large_reply();
    world_wake();
    EXPECT_INT(world_ending(client), ECONNRESET);
    end();
}

static void a_large_reply_cannot_be_replaced_any_more(void) {
    world_reset();
    owner.answers_wake = 503;
    hold_large_reply();
    world_wake();
    EXPECT_INT(world_ending(client), ECONNRESET);
    end();
}

static void a_reply_can_be_broken_at_its_head(void) {
    world_reset();
    owner.breaks_reply = true;
    begin(GET);
    world_send(upstream, OK);
    EXPECT_INT(world_ending(client), ECONNRESET);
    EXPECT_INT(world_ending(upstream), 0);
    end();
    EXPECT_INT(seen.ends, 0);
}

static void a_failure_is_told_in_the_owners_words(void) {
    world_reset();
    owner.answers_end = 500;
    begin(GET);
    (void)close(upstream);
    upstream = -1;
    EXPECT(world_comes(client, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 5\r\n\r\nended"));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
    end();
}

static void a_failure_can_be_held(void) {
    world_reset();
    owner.holds_end = true;
    begin(GET);
    (void)close(upstream);
    upstream = -1;
    EXPECT(world_await(&seen.ends, 1));
    EXPECT(world_is_silent(client, 20));
    world_wake();
    EXPECT(world_comes(client,
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nBad Gateway"));
    end();
}

/* ---- who leaves ---- */

static void a_client_that_leaves_within_its_request_takes_it_along(void) {
    for (int i = 0; i < 2; i++) {
        world_reset();
        begin(POST);
        if (i == 0)
            reset(client);
        else
            (void)close(client);
        EXPECT(world_await(&seen.closes, 1));
        EXPECT_INT(seen.end, PROXY_RELAY_CLIENT_GONE);
        EXPECT_INT(world_ending(upstream), 0);
        (void)close(upstream);
    }
}

static void the_outcome_for_a_client_that_left_is_still_seen(void) {
    world_reset();
    begin(GET);
    reset(client);
    clock_sleep_ms(20);
    EXPECT_INT(seen.ends, 0);
    world_send(upstream, "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n");
    clock_sleep_ms(20);
    world_send(upstream, "no");
    EXPECT(world_await(&seen.closes, 1));
    EXPECT_INT(seen.end, PROXY_RELAY_COMPLETE);
    EXPECT_INT(seen.status, 404);
    EXPECT(world_saw(&seen.reply_body, "no"));
    (void)close(upstream);
}

static void a_client_that_left_does_not_end_a_held_reply(void) {
    world_reset();
    owner.holds_reply = true;
    begin(GET);
    reset(client);
    world_send(upstream, OK);
    EXPECT(world_await(&seen.ends, 1));
    clock_sleep_ms(20);
    EXPECT_INT(seen.closes, 0);
    world_wake();
    EXPECT(world_await(&seen.closes, 1));
    (void)close(upstream);
}

static void an_idle_upstream_that_left_is_not_used_again(void) {
    world_reset();
    begin(GET);
    finish();
    (void)close(upstream);
    clock_sleep_ms(20);
    world_send(client, POST "hello"); /* it could not be repeated */
    upstream = world_accept();
    EXPECT(world_comes(upstream, POST "hello"));
    finish();
    end();
}

/* One that is about to close it might do so while a request is on its way. */
static void an_idle_upstream_is_not_used_to_the_last_moment(void) {
    world_reset();
    begin(GET);
    world_send(upstream, "HTTP/1.1 200 OK\r\nKeep-Alive: max=9, timeout=1\r\nContent-Length: 2\r\n\r\nok");
    EXPECT(world_comes(client, OK));
    clock_sleep_ms(600);
    world_send(client, POST "hello");
    int fresh = world_accept();
    EXPECT(world_comes(fresh, POST "hello"));
    world_send(fresh, OK);
    EXPECT(world_comes(client, OK));
    (void)close(fresh);
    end();
}

/* The upstream takes the second request of a connection and goes without a word. */
static int ask_again_and_leave(const char *request, int patience_ms) {
    world_reset();
    begin(GET);
    finish();
    world_send(client, request);
    EXPECT(world_comes(upstream, request));
    (void)close(upstream);
    return upstream = world_accept_within(patience_ms);
}

static void a_stale_connection_is_replaced_where_that_is_safe(void) {
    static const char *const safe[] = {GET, "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"};
    for (int i = 0; i < 2; i++) {
        EXPECT(ask_again_and_leave(safe[i], WORLD_PATIENCE_MS) >= 0);
        EXPECT(world_comes(upstream, safe[i]));
        finish();
        EXPECT_INT(seen.requests, 2);
        end();
    }
    EXPECT(ask_again_and_leave(GET, WORLD_PATIENCE_MS) >= 0); /* once, not forever */
    EXPECT(world_comes(upstream, GET));
    (void)close(upstream);
    EXPECT(world_comes(client, "HTTP/1.1 502"));
    upstream = -1;
    end();
}

static void a_request_that_may_have_had_effect_is_not_repeated(void) {
    EXPECT_INT(ask_again_and_leave(POST "hello", 200), -1);
    EXPECT(world_comes(client, "HTTP/1.1 502"));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_BROKE);
    end();
}

static void a_stop_lets_what_is_in_flight_end(void) {
    world_reset();
    begin(GET);
    int idle = world_client();
    for (int i = 0; i < WORLD_PATIENCE_MS && proxy_stats(world_proxy).connections < 2; i++)
        clock_sleep_ms(1);
    proxy_stop(world_proxy);
    EXPECT_INT(world_ending(idle), 0);
    EXPECT_INT(world_client(), -1);
    world_send(upstream, OK);
    EXPECT(world_comes(client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
    (void)close(idle);
    end();
}

static void a_destroyed_proxy_tells_what_it_broke_off(void) {
    world_reset();
    begin(GET);
    world_end();
    EXPECT_INT(seen.end, PROXY_RELAY_STOPPED);
    EXPECT_INT(seen.closes, 1);
    EXPECT_INT(world_ending(client), ECONNRESET);
    (void)close(client);
    (void)close(upstream);
}

static void start(void) {
    world_start((struct proxy_options){0}, (struct proxy_entry){0});
}

int main(void) {
    start();
    TEST(a_held_request_does_not_leave_before_its_release);
    TEST(a_held_body_waits_with_its_head);
    TEST(a_collected_body_is_seen_whole_before_anything_leaves);
    TEST(a_collected_body_can_be_held);
    TEST(collected_chunks_stay_chunks);
    TEST(a_request_without_a_body_is_collected_at_once);
    TEST(a_large_body_is_collected);
    TEST(a_body_larger_than_is_collected_streams_after_all);
    TEST(an_expectation_is_met_here_where_the_body_is_collected);
    TEST(a_signed_expectation_passes_and_its_answer_does_not);
    TEST(an_answer_takes_the_upstreams_place);
    TEST(an_answer_drops_the_body_that_is_there);
    TEST(an_answer_before_the_body_came_ends_the_connection);
    TEST(a_held_request_can_be_answered);
    TEST(a_small_held_reply_waits_whole);
    TEST(a_held_reply_that_did_not_begin_can_be_replaced);
    TEST(the_last_byte_of_a_large_reply_is_held);
    TEST(the_last_chunk_of_a_large_reply_is_held);
    TEST(a_broken_reply_is_a_reset);
    TEST(a_large_reply_cannot_be_replaced_any_more);
    TEST(a_reply_can_be_broken_at_its_head);
    TEST(a_failure_is_told_in_the_owners_words);
    TEST(a_failure_can_be_held);
    TEST(a_client_that_leaves_within_its_request_takes_it_along);
    TEST(the_outcome_for_a_client_that_left_is_still_seen);
    TEST(a_client_that_left_does_not_end_a_held_reply);
    TEST(an_idle_upstream_that_left_is_not_used_again);
    TEST(an_idle_upstream_is_not_used_to_the_last_moment);
    TEST(a_stale_connection_is_replaced_where_that_is_safe);
    TEST(a_request_that_may_have_had_effect_is_not_repeated);
    TEST(a_stop_lets_what_is_in_flight_end);
    world_end();
    start();
    TEST(a_destroyed_proxy_tells_what_it_broke_off);
    return tap_done();
}
