/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: libmicrohttpd's daemon, its connections and their end.
 *
 * libmicrohttpd ends a connection on which nothing has moved for a while. That does not stop a
 * client that sends a byte now and then, so a watch thread also ends those that take too long to
 * send a request's headers or whose body comes slower than BODY_RATE_MIN. A stop closes the
 * listening socket and the idle connections, waits for the busy ones and then ends them.
 *
 * field                                     guarded by
 * connections, connection_count, is_ended   mutex
 */
#include "server.h"

#include "base/check.h"
#include "base/own.h"
#include "sys/clock.h"
#include "sys/thread.h"

#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

enum {
    POOL_SIZE = 64 << 10,   /* per connection: headers, and one piece of a body */
    STACK_SIZE = 512 << 10, /* address space; only what is used is ever touched */
    BODY_RATE_MIN = 1024,   /* bytes a second, on average */
    WATCH_INTERVAL_MS = 500,
    STOP_GRACE_MS = 10000,
    LISTEN_BACKLOG = 511,
    SPARE_CONNECTIONS = 16, /* past the limit; libmicrohttpd closes still more without a word */
    NS_PER_SECOND = 1000000000,
};

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_service service;
    struct http_tls *tls;
    uint16_t port;
    int64_t headers_ns_max; /* for the headers of one request, however they come */
    struct thread *watch;
    struct mutex mutex;
    struct condition changed;
    struct http_connection *connections;
    unsigned connection_count, connections_max;
    bool is_ended; /* the watch thread has to */
    _Atomic bool is_stopping;
    atomic_uint_fast64_t answers, failures;
    _Atomic int64_t cut_at_ns; /* when a stop ends busy connections too; 0: no stop */
};

static int64_t now_ns(void) {
    return clock_instant(clock_real()).ns;
}

void http_connection_await_request(struct http_connection *connection) {
    connection->patience_ns = connection->server->headers_ns_max;
    atomic_store(&connection->deadline_ns, now_ns() + connection->patience_ns);
    atomic_store(&connection->is_busy, false);
}

void http_connection_await_body(struct http_connection *connection) {
    connection->waiting_since_ns = now_ns();
    atomic_store(&connection->deadline_ns, connection->waiting_since_ns + connection->patience_ns);
}

void http_connection_received(struct http_connection *connection, size_t body_bytes) {
    atomic_store(&connection->deadline_ns, 0);
    atomic_store(&connection->is_busy, true);
    if (body_bytes == 0)
        return;
    int64_t waited_ns = now_ns() - connection->waiting_since_ns;
    int64_t earned_ns = (int64_t)body_bytes * (NS_PER_SECOND / BODY_RATE_MIN);
    int64_t patience_ns = connection->patience_ns - waited_ns + earned_ns;
    int64_t most_ns = connection->server->headers_ns_max;
    connection->patience_ns = patience_ns < most_ns ? patience_ns : most_ns;
}

const struct http_service *http_server_service(const struct http_server *server) {
    return &server->service;
}

/* The client's address as text; IPv4 in IPv6 is shown as IPv4. */
static void format_address(const struct sockaddr *address, char *ret_text, socklen_t size) {
    const void *bytes = NULL;
    int family = address == NULL ? AF_UNSPEC : address->sa_family;
    if (family == AF_INET) {
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    } else if (family == AF_INET6) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        bool is_mapped = IN6_IS_ADDR_V4MAPPED(in6);
        bytes = is_mapped ? &in6->s6_addr[12] : in6->s6_addr;
        family = is_mapped ? AF_INET : AF_INET6;
    }
    if (bytes == NULL || inet_ntop(family, bytes, ret_text, size) == NULL)
        ret_text[0] = '\0';
}

static void connection_opened(struct http_server *server, struct MHD_Connection *mhd, void **ret_connection) {
    struct http_connection *connection = MEM_NEW(struct http_connection);
    connection->server = server;
    connection->socket = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    format_address(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
        connection->address, sizeof connection->address);
    if (server->tls != NULL)
        http_tls_begin_session(
            server->tls, MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)->tls_session);
    http_connection_await_request(connection);
    *ret_connection = connection;
    MUTEX_SCOPE(&server->mutex);
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    server->connections = connection;
    connection->is_spare = ++server->connection_count > server->connections_max;
}

static void connection_closed(struct http_server *server, struct http_connection *connection) {
    http_exchange_destroy(connection->exchange);
    MUTEX_SCOPE(&server->mutex);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    server->connection_count--;
    condition_broadcast(&server->changed);
    mem_free(connection);
}

static void on_connection(
    void *context, struct MHD_Connection *mhd, void **connection, enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        connection_opened(context, mhd, connection);
    else if (*connection != NULL)
        connection_closed(context, *connection);
}

static bool has_to_end(struct http_server *server, struct http_connection *connection, int64_t now) {
    int64_t deadline_ns = atomic_load(&connection->deadline_ns);
    int64_t cut_at_ns = atomic_load(&server->cut_at_ns);
    if (deadline_ns != 0 && now > deadline_ns)
        return true;
    return cut_at_ns != 0 && (now > cut_at_ns || !atomic_load(&connection->is_busy));
}

/* End what is over its time; true where a connection is still busy. The lock is held, so none of
 * them can be closed, and its socket reused, meanwhile. */
static bool end_overdue(struct http_server *server) {
    bool has_busy = false;
    int64_t now = now_ns();
    for (struct http_connection *it = server->connections; it != NULL; it = it->next) {
        if (has_to_end(server, it, now))
            (void)shutdown(it->socket, SHUT_RDWR); /* it may be closed already */
        has_busy |= atomic_load(&it->is_busy);
    }
    return has_busy;
}

static void watch(void *context) {
    struct http_server *server = context;
    MUTEX_SCOPE(&server->mutex);
    while (!server->is_ended) {
        (void)end_overdue(server);
        (void)condition_wait_ms(&server->changed, &server->mutex, WATCH_INTERVAL_MS);
    }
}

static bool resolve(
    const struct http_server_options *options, struct sockaddr_storage *ret_address, struct error *error) {
    char host[48] = "";
    if (options->host.size >= sizeof host)
        return error_set(error, ERROR_INVALID, "'%.*s' is no IP address", STR(options->host));
    struct str name = str_is(options->host, "localhost") ? STR_LITERAL("127.0.0.1") : options->host;
    for (size_t i = 0; i < name.size; i++)
        host[i] = name.data[i];
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(options->port);
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(options->port);
        return true;
    }
    return error_set(error, ERROR_INVALID, "'%.*s' is no IP address", STR(options->host));
}

/* The paths and parameters are decoded by those who know their rules. */
static size_t keep_escapes(void *context, struct MHD_Connection *mhd, char *text) {
    (void)context;
    (void)mhd;
    return str_from(text).size;
}

static bool start_daemon(
    struct http_server *server, const struct http_server_options *options, struct error *error) {
    struct sockaddr_storage address = {0};
    if (!resolve(options, &address, error))
        return false;
    unsigned flags =
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC;
    if (address.ss_family == AF_INET6)
        flags |= MHD_USE_DUAL_STACK;
    struct MHD_OptionItem tls_options[] = {{MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
    if (server->tls != NULL) {
        flags |= MHD_USE_TLS;
        tls_options[0] = (struct MHD_OptionItem){
            MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)http_tls_certificate_text(server->tls)};
        tls_options[1] = (struct MHD_OptionItem){
            MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)http_tls_key_text(server->tls)};
        tls_options[2] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)http_tls_priorities};
    }
    errno = 0;
    server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, http_exchange_advance, server,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, http_exchange_begin,
        server, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_end, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE, MHD_OPTION_CONNECTION_LIMIT,
        options->connections_max + SPARE_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout_s,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned)LISTEN_BACKLOG, MHD_OPTION_ARRAY, tls_options,
        MHD_OPTION_END);
    if (server->daemon == NULL)
        return error_set_errno(error, errno, "listen on %.*s port %u", STR(options->host), options->port);
    server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return true;
}

struct http_server *http_server_create(
    const struct http_server_options *options, const struct http_service *service, struct error *error) {
    ASSERT(service->on_complete != NULL && options->connections_max > 0 && options->idle_timeout_s > 0);
    struct http_tls *tls = NULL;
    if (options->tls_certificate_file != NULL) {
        tls = http_tls_create(options->tls_certificate_file, options->tls_key_file, error);
        if (tls == NULL)
            return NULL;
    }
    struct http_server *server = MEM_NEW(struct http_server);
    server->service = *service;
    server->tls = tls;
    server->connections_max = options->connections_max;
    server->headers_ns_max = 2 * (int64_t)NS_PER_SECOND * options->idle_timeout_s;
    mutex_init(&server->mutex);
    condition_init(&server->changed);
    if (!start_daemon(server, options, error)) {
        http_server_destroy(server);
        return NULL;
    }
    server->watch = thread_start("http-watch", watch, server);
    return server;
}

uint16_t http_server_port(const struct http_server *server) {
    return server->port;
}

bool http_server_reload_tls(struct http_server *server, struct error *error) {
    return server->tls == NULL || http_tls_reload(server->tls, error);
}

void http_server_count(struct http_server *server, unsigned status) {
    atomic_fetch_add(&server->answers, 1);
    if (status >= MHD_HTTP_INTERNAL_SERVER_ERROR)
        atomic_fetch_add(&server->failures, 1);
}

uint64_t http_server_answers(const struct http_server *server, uint64_t *ret_failures) {
    *ret_failures = atomic_load(&server->failures);
    return atomic_load(&server->answers);
}

bool http_server_is_stopping(const struct http_server *server) {
    return atomic_load(&server->is_stopping);
}

void http_server_stop(struct http_server *server) {
    if (atomic_exchange(&server->is_stopping, true))
        return;
    atomic_store(&server->cut_at_ns, now_ns() + (int64_t)STOP_GRACE_MS * (NS_PER_SECOND / 1000));
    MHD_socket listener = MHD_quiesce_daemon(server->daemon);
    if (listener != MHD_INVALID_SOCKET)
        (void)close(listener);
    MUTEX_SCOPE(&server->mutex);
    condition_broadcast(&server->changed);
}

/* Until no request is in flight; the watch thread ends those that outlast the grace. */
static void wait_for_requests(struct http_server *server) {
    enum { STEP_MS = 20 };
    MUTEX_SCOPE(&server->mutex);
    while (end_overdue(server) && now_ns() < atomic_load(&server->cut_at_ns) + NS_PER_SECOND)
        (void)condition_wait_ms(&server->changed, &server->mutex, STEP_MS);
}

static void end_watch(struct http_server *server) {
    MUTEX_SCOPE(&server->mutex);
    server->is_ended = true;
    condition_broadcast(&server->changed);
}

void http_server_destroy(struct http_server *server) {
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        http_server_stop(server);
        wait_for_requests(server);
        MHD_stop_daemon(server->daemon);
    }
    end_watch(server);
    thread_join(server->watch);
    ASSERT(server->connections == NULL);
    condition_finish(&server->changed);
    mutex_finish(&server->mutex);
    http_tls_destroy(server->tls);
    mem_free(server);
}
