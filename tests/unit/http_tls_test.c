/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "http/http.h"
#include "support/certificate.h"
#include "support/http_raw.h"
#include "support/tap.h"

static struct http_server *server;
static struct arena arena;
static struct error error;
static char folder[] = "/tmp/cairn-tls-XXXXXX";

static const char *path_of(const char *name) {
    return arena_format(&arena, "%s/%s", folder, name).data;
}

static void make_certificate(const char *name) {
    certificate_make(folder, name, NULL);
}

static void use_certificate(const char *name) {
    (void)unlink(path_of("served.pem"));
    (void)unlink(path_of("served.key"));
    EXPECT_INT(link(path_of(arena_format(&arena, "%s.pem", name).data), path_of("served.pem")), 0);
    EXPECT_INT(link(path_of(arena_format(&arena, "%s.key", name).data), path_of("served.key")), 0);
}

static void on_complete(struct http_exchange *exchange, void *context) {
    (void)context;
    struct str text = arena_format(http_arena(exchange), "%d %.*s %.*s", http_is_tls(exchange),
        STR(http_tls_version(exchange)), STR(http_tls_cipher(exchange)));
    http_answer(exchange, 200, str_bytes(text));
}

static struct http_client *client_that_trusts(const char *name, bool insecure) {
    struct http_client_options options = {
        .insecure_tls = insecure, .connect_timeout_ms = 3000, .idle_timeout_ms = 3000};
    if (name != NULL)
        options.ca_file = path_of(name);
    return http_client_create(&options);
}

static bool call(struct http_client *client, struct str *ret_text) {
    struct http_reply reply = {0};
    struct http_call request = {.method = STR_LITERAL("GET"),
        .answer_bytes_max = 1000,
        .url = arena_format(&arena, "https://127.0.0.1:%u/", http_server_port(server))};
    if (!http_client_call(client, &request, &arena, &reply, &error))
        return false;
    *ret_text = bytes_str(reply.body);
    return true;
}

static bool is_trusted(const char *name, bool insecure) {
    struct str text = STR_EMPTY;
    struct http_client *client = client_that_trusts(name, insecure);
    bool done = call(client, &text);
    http_client_destroy(client);
    return done;
}

static void a_trusted_certificate_makes_a_session(void) {
    struct str text = STR_EMPTY;
    struct http_client *client = client_that_trusts("first.pem", false);
    EXPECT(call(client, &text));
    EXPECT(str_starts_with(text, STR_LITERAL("1 TLSv1.3 TLS_")));
    http_client_destroy(client);
}

static void a_strange_certificate_is_refused_unless_asked_for(void) {
    EXPECT(!is_trusted(NULL, false));
    EXPECT_INT(error.kind, ERROR_UNAVAILABLE);
    EXPECT(is_trusted(NULL, true));
}

static void a_reload_serves_the_new_certificate_and_drops_nobody(void) {
    struct str text = STR_EMPTY;
    struct http_client *connected = client_that_trusts("first.pem", false);
    EXPECT(call(connected, &text));
    use_certificate("second");
    EXPECT(is_trusted("first.pem", false));
    EXPECT(http_server_reload_tls(server, &error));
    EXPECT(!is_trusted("first.pem", false));
    EXPECT(is_trusted("second.pem", false));
    EXPECT(call(connected, &text)); /* on the connection that it has: a new one would not be trusted */
    http_client_destroy(connected);
}

static void a_reload_of_a_bad_file_keeps_the_old_certificate(void) {
    (void)unlink(path_of("served.key"));
    EXPECT(!http_server_reload_tls(server, &error));
    EXPECT_INT(error.kind, ERROR_INVALID);
    EXPECT_INT(link(path_of("first.key"), path_of("served.key")), 0);
    EXPECT(!http_server_reload_tls(server, &error)); /* the key of another certificate */
    EXPECT(is_trusted("second.pem", false));
}

static void plain_text_gets_no_answer(void) {
    SCOPED(buf_finish) struct buf answer = BUF_INIT(1 << 20);
    int connection = raw_connect(http_server_port(server), 3000);
    EXPECT(raw_send(connection, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 27));
    (void)raw_receive(connection, &answer);
    EXPECT(str_find(buf_str(&answer), STR_LITERAL("HTTP/1.1 2")) == SIZE_MAX);
    (void)close(connection);
}

static void a_server_without_its_files_does_not_start(void) {
    struct http_service service = {.on_complete = on_complete};
    struct http_server_options options = {.host = STR_LITERAL("127.0.0.1"),
        .connections_max = 5,
        .idle_timeout_s = 5,
        .tls_certificate_file = path_of("none.pem"),
        .tls_key_file = path_of("none.key")};
    EXPECT(http_server_create(&options, &service, &error) == NULL);
    EXPECT(strstr(error.message, "none.pem") != NULL);
}

int main(void) {
    EXPECT(mkdtemp(folder) != NULL);
    make_certificate("first");
    make_certificate("second");
    use_certificate("first");
    struct http_service service = {.on_complete = on_complete};
    struct http_server_options options = {.host = STR_LITERAL("127.0.0.1"),
        .connections_max = 20,
        .idle_timeout_s = 10,
        .tls_certificate_file = path_of("served.pem"),
        .tls_key_file = path_of("served.key")};
    server = http_server_create(&options, &service, &error);
    TEST(a_trusted_certificate_makes_a_session);
    TEST(a_strange_certificate_is_refused_unless_asked_for);
    TEST(a_reload_serves_the_new_certificate_and_drops_nobody);
    TEST(a_reload_of_a_bad_file_keeps_the_old_certificate);
    TEST(plain_text_gets_no_answer);
    TEST(a_server_without_its_files_does_not_start);
    http_server_destroy(server);
    static const char *const names[] = {
        "first.pem", "first.key", "second.pem", "second.key", "served.pem", "served.key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        (void)unlink(path_of(names[i]));
    (void)rmdir(folder);
    arena_finish(&arena);
    return tap_done();
}
