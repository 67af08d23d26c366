/* SPDX-License-Identifier: Apache-2.0 */
/* Finding an upstream: names, several addresses, addresses that do not answer. */
#include "support/proxy_world.h"

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define OK  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void start(struct str upstream) {
    world_start(
        (struct proxy_options){.connect_timeout_ms = 200}, (struct proxy_entry){.upstream = upstream});
}

static void expect_unreachable(void) {
    int client = world_client();
    world_send(client, GET);
    EXPECT(world_comes(client, "HTTP/1.1 502 "));
    EXPECT_INT(seen.end, PROXY_RELAY_UPSTREAM_UNREACHABLE);
    EXPECT_INT(proxy_stats(world_proxy).upstream_failures, 1);
    (void)close(client);
    EXPECT(world_await(&seen.closes, 1));
}

/* Where localhost has an IPv6 address too, nobody listens there. */
static void a_name_is_found_and_its_addresses_are_tried(void) {
    start(STR_LITERAL("http://localhost:"));
    int client = world_client();
    world_send(client, GET);
    int upstream = world_accept();
    EXPECT(world_comes(upstream, GET));
    world_send(upstream, OK);
    EXPECT(world_comes(client, OK));
    (void)close(client);
    (void)close(upstream);
    world_end();
}

static void a_name_that_is_not_found_is_unreachable(void) {
    start(STR_LITERAL("http://no..name:80"));
    expect_unreachable();
    world_end();
}

/* A listener whose backlog is full drops what would connect. */
static void an_address_that_does_not_answer_is_given_up(void) {
    int waiting[3];
    start(STR_EMPTY);
    EXPECT_INT(listen(world_listener, 0), 0);
    for (size_t i = 0; i < 3; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(world_upstream_port)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(waiting[i], (struct sockaddr *)&address, sizeof address);
    }
    clock_sleep_ms(20);
    expect_unreachable();
    for (size_t i = 0; i < 3; i++)
        (void)close(waiting[i]);
    world_end();
}

static void a_connection_is_made_for_each_that_needs_one(void) {
    enum { COUNT = 5 };
    int clients[COUNT], upstreams[COUNT];
    start(STR_EMPTY);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < COUNT; i++) {
            if (round == 0)
                clients[i] = world_client();
            world_send(clients[i], GET);
        }
        for (int i = 0; i < COUNT; i++) {
            if (round == 0)
                upstreams[i] = world_accept();
            EXPECT(world_comes(upstreams[i], GET));
            world_send(upstreams[i], OK);
        }
        for (int i = 0; i < COUNT; i++)
            EXPECT(world_comes(clients[i], OK));
    }
    EXPECT_INT(proxy_stats(world_proxy).upstream_connects, COUNT);
    EXPECT_INT(proxy_stats(world_proxy).connections, COUNT);
    for (int i = 0; i < COUNT; i++) {
        (void)close(clients[i]);
        (void)close(upstreams[i]);
    }
    world_end();
}

int main(void) {
    TEST(a_name_is_found_and_its_addresses_are_tried);
    TEST(a_name_that_is_not_found_is_unreachable);
    TEST(an_address_that_does_not_answer_is_given_up);
    TEST(a_connection_is_made_for_each_that_needs_one);
    return tap_done();
}
