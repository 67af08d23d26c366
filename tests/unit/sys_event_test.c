/* SPDX-License-Identifier: Apache-2.0 */
#include "support/tap.h"
#include "sys/clock.h"
#include "sys/event.h"
#include "sys/tcp.h"
#include "sys/thread.h"

enum { ENOUGH_MS = 20000 };

static struct error error;
static struct event_poller *poller;
static int listener, client, server;
static int listener_source, client_source, server_source;

static struct tcp_address loopback(uint16_t port) {
    struct tcp_address address;
    EXPECT(tcp_address_parse(STR_LITERAL("127.0.0.1"), port, &address));
    return address;
}

/* What is reported of a source within a while; 0 where nothing is. */
static unsigned reported(const void *source, int64_t timeout_ms) {
    struct event events[8];
    bool is_woken = false;
    unsigned what = 0;
    size_t count = event_poller_wait(poller, events, 8, timeout_ms, &is_woken);
    for (size_t i = 0; i < count; i++)
        what |= events[i].source == source ? events[i].what : 0;
    return what;
}

static void addresses_are_read_and_shown(void) {
    static const char *const shown[][2] = {
        {"127.0.0.1", "127.0.0.1"}, {"::1", "::1"}, {"::ffff:10.1.2.3", "10.1.2.3"}, {"::", "::"}};
    static const char *const none[] = {
        "", "localhost", "127.0.0", "127.0.0.1:80", "[::1]", "1.2.3.4.5", ":::"};
    char text[TCP_ADDRESS_TEXT_MAX];
    struct tcp_address address;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        EXPECT(tcp_address_parse(str_from(shown[i][0]), 80, &address));
        EXPECT(str_is(tcp_address_format(&address, text), shown[i][1]));
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        EXPECT(!tcp_address_parse(str_from(none[i]), 80, &address));
}

static void names_are_looked_up(void) {
    struct tcp_address addresses[4];
    char text[TCP_ADDRESS_TEXT_MAX];
    size_t count = tcp_address_resolve(STR_LITERAL("localhost"), 80, addresses, 4, &error);
    EXPECT(count > 0);
    struct str shown = tcp_address_format(&addresses[0], text);
    EXPECT(str_is(shown, "127.0.0.1") || str_is(shown, "::1"));
    EXPECT_INT(tcp_address_resolve(STR_LITERAL("no..name"), 80, addresses, 4, &error), 0);
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
}

static void a_port_is_taken_once(void) {
    struct tcp_address address = loopback(tcp_port(listener));
    EXPECT_INT(tcp_listen(&address, 5, &error), -1);
    EXPECT_INT(error.kind, ERROR_IO);
}

static void a_connection_is_made_and_reported(void) {
    struct tcp_address address = loopback(tcp_port(listener)), peer;
    char text[TCP_ADDRESS_TEXT_MAX];
    bool is_exhausted = false;
    EXPECT_INT(tcp_accept(listener, &peer, &is_exhausted), -1);
    client = tcp_connect(&address);
    EXPECT(event_poller_watch(poller, client, &client_source));
    EXPECT(reported(&listener_source, ENOUGH_MS) != 0);
    EXPECT(reported(&listener_source, 0) != 0); /* as long as somebody waits */
    server = tcp_accept(listener, &peer, &is_exhausted);
    EXPECT(server >= 0 && str_is(tcp_address_format(&peer, text), "127.0.0.1"));
    EXPECT_INT(reported(&listener_source, 0), 0);
    EXPECT(!tcp_has_error(client));
    EXPECT(event_poller_watch(poller, server, &server_source));
    EXPECT_INT(reported(&server_source, ENOUGH_MS), EVENT_WRITABLE);
}

static void bytes_are_reported_once(void) {
    struct bytes pieces[] = {bytes_of("he", 2), bytes_of("llo", 3)};
    char data[10];
    size_t size = 0;
    EXPECT(tcp_is_quiet(server));
    EXPECT_INT(tcp_read(server, data, sizeof data, &size), TCP_AGAIN);
    EXPECT_INT(tcp_write(client, pieces, 2, &size), TCP_DONE);
    EXPECT_INT(size, 5);
    EXPECT((reported(&server_source, ENOUGH_MS) & EVENT_READABLE) != 0);
    EXPECT_INT(reported(&server_source, 0), 0);
    EXPECT(!tcp_is_quiet(server));
    EXPECT_INT(tcp_read(server, data, sizeof data, &size), TCP_DONE);
    EXPECT(str_is(str_of(data, size), "hello"));
}

static void ends_and_resets_are_told_apart(void) {
    char data[10];
    size_t size = 0;
    tcp_end(client);
    unsigned what = reported(&server_source, ENOUGH_MS);
    EXPECT((what & EVENT_ENDED) != 0 && (what & EVENT_BROKEN) == 0);
    EXPECT_INT(tcp_read(server, data, sizeof data, &size), TCP_ENDED);
    tcp_reset(client);
    EXPECT((reported(&server_source, ENOUGH_MS) & EVENT_BROKEN) != 0);
    struct bytes piece = bytes_of("x", 1);
    EXPECT_INT(tcp_write(server, &piece, 1, &size), TCP_BROKEN);
    tcp_close(server);
}

static void a_listener_that_stopped_refuses(void) {
    struct tcp_address address = loopback(tcp_port(listener));
    event_poller_unwatch(poller, listener);
    tcp_stop_listening(listener);
    client = tcp_connect(&address);
    if (client >= 0) {
        EXPECT(event_poller_watch(poller, client, &client_source));
        EXPECT((reported(&client_source, ENOUGH_MS) & EVENT_BROKEN) != 0);
        EXPECT(tcp_has_error(client));
        tcp_close(client);
    }
    tcp_close(listener);
}

static void wake(void *context) {
    (void)context;
    clock_sleep_ms(20);
    for (int i = 0; i < 1000; i++)
        event_poller_wake(poller);
}

static void any_thread_may_wake(void) {
    struct event events[1];
    bool is_woken = false;
    struct thread *thread = thread_start("waker", wake, NULL);
    EXPECT_INT(event_poller_wait(poller, events, 1, ENOUGH_MS, &is_woken), 0);
    EXPECT(is_woken);
    thread_join(thread);
    (void)event_poller_wait(poller, events, 1, 0, &is_woken); /* later ones are one more at most */
    EXPECT_INT(event_poller_wait(poller, events, 1, 0, &is_woken), 0);
    EXPECT(!is_woken);
}

int main(void) {
    struct tcp_address any = loopback(0);
    poller = event_poller_create();
    listener = tcp_listen(&any, 5, &error);
    EXPECT(listener >= 0 && event_poller_watch_listener(poller, listener, &listener_source));
    TEST(addresses_are_read_and_shown);
    TEST(names_are_looked_up);
    TEST(a_port_is_taken_once);
    TEST(a_connection_is_made_and_reported);
    TEST(bytes_are_reported_once);
    TEST(ends_and_resets_are_told_apart);
    TEST(a_listener_that_stopped_refuses);
    TEST(any_thread_may_wake);
    event_poller_destroy(poller);
    return tap_done();
}
