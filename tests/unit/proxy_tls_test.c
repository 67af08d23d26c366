/* SPDX-License-Identifier: Apache-2.0 */
/* TLS on both sides of a proxy: curl, the proxy, and the server of this project as its upstream. */
#include "base/own.h"
#include "proxy/proxy.h"
#include "support/certificate.h"
#include "support/http_raw.h"
#include "sys/clock.h"

#include <stdatomic.h>

static struct http_server *upstream;
static struct proxy *proxy;
static struct arena arena;
static struct error error;
static char folder[] = "/tmp/cairn-proxy-tls-XXXXXX";
static char tls_text[100]; /* what the owner saw of the client's session */
static _Atomic int requests, end;

static const char *path_of(const char *name) {
    return arena_format(&arena, "%s/%s", folder, name).data;
}

static void use_certificate(const char *name) {
    (void)unlink(path_of("served.pem"));
    (void)unlink(path_of("served.key"));
    EXPECT_INT(link(path_of(arena_format(&arena, "%s.pem", name).data), path_of("served.pem")), 0);
    EXPECT_INT(link(path_of(arena_format(&arena, "%s.key", name).data), path_of("served.key")), 0);
}

/* ---- the upstream: gives back what it gets ---- */

static void on_headers(struct http_exchange *exchange, void *context) {
    (void)context;
    struct buf *body = ARENA_NEW(http_arena(exchange), struct buf);
    *body = BUF_INIT(64 << 20);
    http_attach(exchange, body);
}

static _Atomic bool reads_slowly;

static void on_body(struct http_exchange *exchange, struct bytes piece, void *context) {
    struct buf *body = http_attachment(exchange);
    (void)context;
    if (reads_slowly && body->size == 0)
        clock_sleep_ms(300); /* until no more fits into the sockets */
    buf_append_bytes(body, piece);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    (void)context;
    struct buf *body = http_attachment(exchange);
    http_set_header(exchange, "X-Host", http_header_value(exchange, "Host"));
    http_answer(exchange, 200, buf_bytes(body));
}

static void on_exchange_close(struct http_exchange *exchange, void *context) {
    (void)context;
    buf_finish(http_attachment(exchange));
}

/* ---- the proxy ---- */

static void on_request(struct proxy_relay *relay, void *context) {
    (void)context;
    (void)snprintf(tls_text, sizeof tls_text, "%.*s %.*s", STR(proxy_relay_tls_version(relay)),
        STR(proxy_relay_tls_cipher(relay)));
    requests++;
}

static void on_end(struct proxy_relay *relay, enum proxy_relay_end how, void *context) {
    (void)context;
    (void)relay;
    end = (int)how;
}

static const struct proxy_relay_service SERVICE = {.on_request = on_request, .on_end = on_end};

/* Entries: 0 trusts the upstream's certificate, 1 trusts another one, 2 does not ask, 3 knows the upstream by
 * a name that the certificate has not. */
static void start_proxy(void) {
    uint16_t port = http_server_port(upstream);
    struct proxy_entry entries[4];
    for (size_t i = 0; i < 4; i++)
        entries[i] = (struct proxy_entry){.host = STR_LITERAL("127.0.0.1"),
            .tls_certificate_file = path_of("served.pem"),
            .tls_key_file = path_of("served.key"),
            .upstream = arena_format(&arena, "https://%s:%u", i == 3 ? "localhost" : "127.0.0.1", port),
            .upstream_ca_file = path_of(i == 1 ? "first.pem" : "upstream.pem"),
            .upstream_insecure = i == 2};
    struct proxy_options options = {
        .entries = entries, .entry_count = 4, .loops = 2, .connections_max = 50, .head_timeout_ms = 3000};
    proxy = proxy_create(&options, &SERVICE, &error);
    EXPECT(proxy != NULL);
}

static struct http_client *client_that_trusts(const char *name) {
    struct http_client_options options = {
        .ca_file = path_of(name), .connect_timeout_ms = 5000, .idle_timeout_ms = 20000};
    return http_client_create(&options);
}

static bool call(struct http_client *client, size_t entry, struct bytes body, struct http_reply *ret_reply) {
    struct http_call request = {.method = STR_LITERAL("PUT"),
        .answer_bytes_max = 64 << 20,
        .body = body,
        .url = arena_format(&arena, "https://127.0.0.1:%u/k", proxy_port(proxy, entry))};
    end = -1;
    return http_client_call(client, &request, &arena, ret_reply, &error);
}

static unsigned status_through(size_t entry) {
    struct http_reply reply = {0};
    struct http_client *client = client_that_trusts("first.pem");
    EXPECT(call(client, entry, bytes_of("hello", 5), &reply));
    http_client_destroy(client);
    return reply.status;
}

static void a_call_passes_from_tls_to_tls(void) {
    struct http_reply reply = {0};
    struct http_client *client = client_that_trusts("first.pem");
    for (int i = 0; i < 3; i++) {
        EXPECT(call(client, 0, bytes_of("hello", 5), &reply));
        EXPECT_INT(reply.status, 200);
        EXPECT(str_is(bytes_str(reply.body), "hello"));
    }
    EXPECT(str_is(http_reply_header(&reply, "X-Host"),
        arena_format(&arena, "127.0.0.1:%u", proxy_port(proxy, 0)).data));
    EXPECT(str_starts_with(str_from(tls_text), STR_LITERAL("TLSv1.3 TLS_")));
    EXPECT_INT(end, PROXY_RELAY_COMPLETE);
    EXPECT_INT(proxy_stats(proxy).upstream_connects, 1); /* kept, as the client's is */
    http_client_destroy(client);
}

static void large_bodies_pass(void) {
    enum { SIZE = 9 << 20 };
    SCOPED(own_free) char *body = mem_alloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        body[i] = (char)(i * 7 + (i >> 12));
    struct http_reply reply = {0};
    struct http_client *client = client_that_trusts("first.pem");
    EXPECT(call(client, 0, bytes_of(body, SIZE), &reply));
    EXPECT(bytes_equal(reply.body, bytes_of(body, SIZE)));
    http_client_destroy(client);
}

static bool take_slowly(struct bytes piece, void *context) {
    struct buf *body = context;
    if (body->size == 0)
        clock_sleep_ms(300);
    return buf_append_bytes(body, piece);
}

/* What GnuTLS keeps of a record that the socket did not take is neither lost nor sent twice. */
static void large_bodies_pass_to_slow_readers(void) {
    enum { SIZE = 20 << 20 };
    SCOPED(own_free) char *body = mem_alloc(SIZE);
    SCOPED(buf_finish) struct buf got = BUF_INIT(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        body[i] = (char)(i * 13 + (i >> 11));
    struct http_reply reply = {0};
    struct http_client *client = client_that_trusts("first.pem");
    struct http_call request = {.method = STR_LITERAL("PUT"),
        .body = bytes_of(body, SIZE),
        .on_body = take_slowly,
        .on_body_context = &got,
        .url = arena_format(&arena, "https://127.0.0.1:%u/k", proxy_port(proxy, 0))};
    reads_slowly = true;
    EXPECT(http_client_call(client, &request, &arena, &reply, &error));
    reads_slowly = false;
    EXPECT(bytes_equal(buf_bytes(&got), bytes_of(body, SIZE)));
    http_client_destroy(client);
}

static void a_strange_upstream_sees_no_request(void) {
    EXPECT_INT(status_through(1), 502);
    EXPECT_INT(end, PROXY_RELAY_UPSTREAM_UNREACHABLE);
    EXPECT_INT(status_through(2), 200);
}

static void an_upstream_must_have_the_name_it_is_known_by(void) {
    EXPECT_INT(status_through(3), 502); /* the certificate has the address only */
    EXPECT_INT(end, PROXY_RELAY_UPSTREAM_UNREACHABLE);
}

static void a_reload_serves_the_new_certificate_and_drops_nobody(void) {
    struct http_reply reply = {0};
    struct http_client *connected = client_that_trusts("first.pem");
    struct http_client *later = client_that_trusts("second.pem");
    EXPECT(call(connected, 0, bytes_of("a", 1), &reply));
    use_certificate("second");
    EXPECT(!call(later, 0, bytes_of("a", 1), &reply));
    EXPECT(proxy_reload_tls(proxy, &error));
    EXPECT(call(later, 0, bytes_of("a", 1), &reply));
    EXPECT(call(connected, 0, bytes_of("a", 1), &reply));
    (void)unlink(path_of("served.key"));
    EXPECT(!proxy_reload_tls(proxy, &error));
    EXPECT_INT(link(path_of("second.key"), path_of("served.key")), 0);
    http_client_destroy(connected);
    http_client_destroy(later);
}

static void plain_text_and_silence_are_closed(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    int before = requests;
    for (int i = 0; i < 2; i++) {
        int connection = raw_connect(proxy_port(proxy, 0), 5000);
        if (i == 0)
            EXPECT(raw_send(connection, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 27));
        EXPECT(raw_receive(connection, &answer) || answer.size < 10);
        EXPECT(str_find(buf_str(&answer), STR_LITERAL("HTTP/1.1")) == SIZE_MAX);
        (void)close(connection);
    }
    EXPECT_INT(requests, before);
}

static void a_proxy_without_its_files_does_not_start(void) {
    struct proxy_entry entry = {
        .host = STR_LITERAL("127.0.0.1"), .upstream = STR_LITERAL("https://127.0.0.1")};
    struct proxy_options options = {.entries = &entry, .entry_count = 1, .loops = 1, .connections_max = 5};
    entry.upstream_ca_file = path_of("none.pem");
    EXPECT(proxy_create(&options, &SERVICE, &error) == NULL);
    EXPECT(strstr(error.message, "none.pem") != NULL);
    entry.upstream_ca_file = path_of("first.pem");
    entry.tls_certificate_file = entry.tls_key_file = path_of("no.key");
    EXPECT(proxy_create(&options, &SERVICE, &error) == NULL);
    EXPECT(strstr(error.message, "no.key") != NULL);
}

int main(void) {
    static const char *const names[] = {"first", "second", "upstream", "served"};
    EXPECT(mkdtemp(folder) != NULL);
    for (size_t i = 0; i < 3; i++)
        certificate_make(folder, names[i], NULL);
    use_certificate("first");
    struct http_service service = {on_headers, on_body, on_complete, on_exchange_close, NULL};
    struct http_server_options options = {.host = STR_LITERAL("127.0.0.1"),
        .connections_max = 20,
        .idle_timeout_s = 10,
        .tls_certificate_file = path_of("upstream.pem"),
        .tls_key_file = path_of("upstream.key")};
    upstream = http_server_create(&options, &service, &error);
    EXPECT(upstream != NULL);
    start_proxy();
    TEST(a_call_passes_from_tls_to_tls);
    TEST(large_bodies_pass);
    TEST(large_bodies_pass_to_slow_readers);
    TEST(a_strange_upstream_sees_no_request);
    TEST(an_upstream_must_have_the_name_it_is_known_by);
    TEST(a_reload_serves_the_new_certificate_and_drops_nobody);
    TEST(plain_text_and_silence_are_closed);
    TEST(a_proxy_without_its_files_does_not_start);
    proxy_destroy(proxy, 0);
    http_server_destroy(upstream);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)unlink(path_of(arena_format(&arena, "%s.pem", names[i]).data));
        (void)unlink(path_of(arena_format(&arena, "%s.key", names[i]).data));
    }
    (void)rmdir(folder);
    arena_finish(&arena);
    return tap_done();
}
