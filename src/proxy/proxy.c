/* SPDX-License-Identifier: Apache-2.0 */
/* proxy: its entries, its loops and their life. */
#include "base/check.h"
#include "base/own.h"
#include "http/tls.h"
#include "sys/clock.h"
#include "sys/event.h"

#include "private.h"

#include <unistd.h>

enum {
    LISTEN_BACKLOG = 1024,
    HEAD_MS = 30000,
    IDLE_MS = 60000,
    CONNECT_MS = 5000,
    REPLY_MS = 300000,
    LINGER_MS = 2000,
    SPARE_MS = 55000,
    HELD_BYTES = 64 << 10,
    LOOPS_MAX = 64,
    STOP_STEP_MS = 5,
};

static bool open_entry(struct proxy_door *entry, const struct proxy_entry *options, struct error *error) {
    struct tcp_address address;
    struct str host = str_is(options->host, "localhost") ? STR_LITERAL("127.0.0.1") : options->host;
    entry->context = options->context;
    if (!tcp_address_parse(host, options->port, &address))
        return error_set(error, ERROR_INVALID, "'%.*s' is no IP address", STR(options->host));
    entry->upstream = proxy_upstream_create(options, error);
    if (entry->upstream == NULL)
        return false;
    if (options->tls_certificate_file != NULL) {
        entry->tls = http_tls_create(options->tls_certificate_file, options->tls_key_file, error);
        if (entry->tls == NULL)
            return false;
    }
    entry->listener.socket = tcp_listen(&address, LISTEN_BACKLOG, error);
    return entry->listener.socket >= 0 || error_context(error, "port %u", options->port);
}

static bool open_entries(struct proxy *proxy, const struct proxy_options *options, struct error *error) {
    proxy->entry_count = options->entry_count;
    proxy->entries = mem_alloc_array(options->entry_count, sizeof *proxy->entries);
    proxy->upstreams = mem_alloc_array(options->entry_count, sizeof(struct proxy_upstream *));
    for (size_t i = 0; i < proxy->entry_count; i++) {
        struct proxy_door *entry = &proxy->entries[i];
        entry->index = (unsigned)i;
        entry->listener = (struct proxy_listener){PROXY_SOURCE_LISTENER, -1, entry};
    }
    for (size_t i = 0; i < proxy->entry_count; i++) {
        const char *name = options->entries[i].name;
        if (!open_entry(&proxy->entries[i], &options->entries[i], error))
            return name == NULL ? false : error_context(error, "%s", name);
        proxy->upstreams[i] = proxy->entries[i].upstream;
    }
    return true;
}

static void set_limits(struct proxy *proxy, const struct proxy_options *options) {
    int64_t idle_ms = options->idle_timeout_ms > 0 ? options->idle_timeout_ms : IDLE_MS;
    proxy->patience_ms[PROXY_PATIENCE_HEAD] =
        options->head_timeout_ms > 0 ? options->head_timeout_ms : HEAD_MS;
    proxy->patience_ms[PROXY_PATIENCE_IDLE] = idle_ms;
    proxy->patience_ms[PROXY_PATIENCE_CONNECT] =
        options->connect_timeout_ms > 0 ? options->connect_timeout_ms : CONNECT_MS;
    proxy->patience_ms[PROXY_PATIENCE_REPLY] =
        options->reply_timeout_ms > 0 ? options->reply_timeout_ms : REPLY_MS;
    proxy->patience_ms[PROXY_PATIENCE_LINGER] = LINGER_MS;
    proxy->patience_ms[PROXY_PATIENCE_SPARE] = idle_ms < SPARE_MS ? idle_ms : SPARE_MS;
    size_t held = options->held_bytes_max > 0 ? options->held_bytes_max : HELD_BYTES;
    proxy->held_bytes_max = held < PROXY_HELD_SIZE_MAX ? held : PROXY_HELD_SIZE_MAX;
    proxy->connections_max = options->connections_max;
}

static void start_loops(struct proxy *proxy, unsigned count) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (count == 0)
        count = processors > 0 ? (unsigned)processors : 1;
    proxy->loop_count = count < LOOPS_MAX ? count : LOOPS_MAX;
    proxy->loops = mem_alloc_array(proxy->loop_count, sizeof *proxy->loops);
    for (unsigned i = 0; i < proxy->loop_count; i++)
        proxy_loop_init(&proxy->loops[i], proxy, i);
    for (unsigned i = 0; i < proxy->loop_count; i++)
        proxy->loops[i].thread = thread_start("http-loop", proxy_loop_run, &proxy->loops[i]);
}

struct proxy *proxy_create(
    const struct proxy_options *options, const struct proxy_relay_service *service, struct error *error) {
    ASSERT(options->entry_count > 0 && options->connections_max > 0);
    struct proxy *proxy = MEM_NEW(struct proxy);
    proxy->service = *service;
    set_limits(proxy, options);
    if (!open_entries(proxy, options, error)) {
        proxy_destroy(proxy, 0);
        return NULL;
    }
    proxy->resolver = proxy_resolver_start(proxy->upstreams, proxy->entry_count);
    start_loops(proxy, options->loops);
    return proxy;
}

uint16_t proxy_port(const struct proxy *proxy, size_t entry) {
    ASSERT(entry < proxy->entry_count);
    return tcp_port(proxy->entries[entry].listener.socket);
}

bool proxy_reload_tls(struct proxy *proxy, struct error *error) {
    for (size_t i = 0; i < proxy->entry_count; i++) {
        struct http_tls *tls = proxy->entries[i].tls;
        if (tls != NULL && !http_tls_reload(tls, error))
            return false;
    }
    return true;
}

static void wake_all(struct proxy *proxy) {
    for (unsigned i = 0; i < proxy->loop_count; i++)
        event_poller_wake(proxy->loops[i].poller);
}

void proxy_stop(struct proxy *proxy) {
    if (atomic_exchange(&proxy->is_stopping, true))
        return;
    /* The sockets stay, since the loops still know their numbers; nobody gets in any more. */
    for (size_t i = 0; i < proxy->entry_count; i++) {
        if (proxy->entries[i].listener.socket >= 0)
            tcp_stop_listening(proxy->entries[i].listener.socket);
    }
    wake_all(proxy);
}

static void end_loops(struct proxy *proxy) {
    atomic_store(&proxy->is_ending, true);
    wake_all(proxy);
    for (unsigned i = 0; i < proxy->loop_count; i++)
        thread_join(proxy->loops[i].thread);
    for (unsigned i = 0; i < proxy->loop_count; i++)
        proxy_loop_finish(&proxy->loops[i]);
}

void proxy_destroy(struct proxy *proxy, int64_t grace_ms) {
    if (proxy == NULL)
        return;
    proxy_stop(proxy);
    for (int64_t waited_ms = 0; waited_ms < grace_ms && atomic_load(&proxy->connection_count) > 0;
         waited_ms += STOP_STEP_MS)
        clock_sleep_ms(STOP_STEP_MS);
    end_loops(proxy);
    proxy_resolver_stop(proxy->resolver);
    for (size_t i = 0; i < proxy->entry_count; i++) {
        struct proxy_door *entry = &proxy->entries[i];
        if (entry->listener.socket >= 0)
            tcp_close(entry->listener.socket);
        proxy_upstream_destroy(entry->upstream);
        http_tls_destroy(entry->tls);
    }
    mem_free(proxy->loops);
    mem_free(proxy->upstreams);
    mem_free(proxy->entries);
    mem_free(proxy);
}

struct proxy_stats proxy_stats(struct proxy *proxy) {
    struct proxy_stats stats = {.connections = atomic_load(&proxy->connection_count)};
    for (unsigned i = 0; i < proxy->loop_count; i++) {
        struct proxy_counters *counters = &proxy->loops[i].counters;
        stats.requests += atomic_load(&counters->requests);
        stats.malformed += atomic_load(&counters->malformed);
        stats.upstream_connects += atomic_load(&counters->upstream_connects);
        stats.upstream_failures += atomic_load(&counters->upstream_failures);
        stats.upstream_connections += atomic_load(&counters->upstream_connections);
        stats.bytes_in += atomic_load(&counters->bytes_in);
        stats.bytes_out += atomic_load(&counters->bytes_out);
    }
    return stats;
}
