/* SPDX-License-Identifier: Apache-2.0 */
#include "gateways.h"

#include "api/api.h"
#include "base/own.h"

#include "log.h"
#include "metric.h"
#include "option.h"

static void log_trouble(const char *entry, const char *message, void *context) {
    (void)context;
    daemon_log(LOG_gateway_trouble, "gateway %s: %s", entry, message);
}

static void log_entries(struct gateway *gateway) {
    struct gateway_stats *stats = mem_alloc_array(GATEWAY_ENTRIES_MAX, sizeof *stats);
    size_t count = gateway_stats(gateway, stats, GATEWAY_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++)
        daemon_log(LOG_gateway_ready, "gateway %.*s: %.*s passes on to %.*s (%s)", STR(stats[i].name),
            STR(stats[i].listen), STR(stats[i].upstream), gateway_guarantee_name(stats[i].guarantee));
    mem_free(stats);
}

bool daemon_gateways_start(const struct options *options, struct gateway_options stores,
    struct gateway **ret_gateway, struct error *error) {
    stores.account = options->account_id;
    stores.region = options->region;
    stores.entries = options->gateways;
    stores.entry_count = options->gateway_count;
    stores.memory_bytes_max = options->gateway_memory;
    stores.connections_max = (unsigned)options->gateway_connections_max;
    stores.idle_timeout_ms = options->idle_timeout;
    stores.on_log = log_trouble;
    struct gateway *gateway = gateway_start(&stores, error);
    if (gateway == NULL)
        return false;
    if (options->gateway_count == 0) {
        gateway_destroy(gateway);
        return true;
    }
    log_entries(gateway);
    *ret_gateway = gateway;
    return true;
}

void daemon_gateways_fill_metrics(struct gateway *gateway, struct metrics *metrics) {
    if (gateway != NULL)
        metrics->gateway_count = gateway_stats(gateway, metrics->gateways, GATEWAY_ENTRIES_MAX);
}

size_t daemon_gateways_list(struct gateway *gateway, struct arena *arena, struct api_gateway **ret_gateways) {
    if (gateway == NULL)
        return 0;
    struct gateway_stats *stats = ARENA_ARRAY(arena, GATEWAY_ENTRIES_MAX, struct gateway_stats);
    size_t count = gateway_stats(gateway, stats, GATEWAY_ENTRIES_MAX);
    *ret_gateways = ARENA_ARRAY(arena, count, struct api_gateway);
    for (size_t i = 0; i < count; i++)
        (*ret_gateways)[i] = (struct api_gateway){.name = stats[i].name,
            .listen = stats[i].listen,
            .upstream = stats[i].upstream,
            .guarantee = str_from(gateway_guarantee_name(stats[i].guarantee)),
            .seen = stats[i].seen,
            .recorded = stats[i].recorded,
            .gaps = stats[i].gaps,
            .refused = stats[i].refused,
            .in_flight = stats[i].in_flight};
    return count;
}

struct str daemon_gateways_first_endpoint(
    struct gateway *gateway, const struct options *options, struct arena *arena) {
    struct gateway_stats stats = {.seen = 0};
    if (gateway == NULL || gateway_stats(gateway, &stats, 1) == 0)
        return STR_EMPTY;
    const char *scheme = options->gateways[0].tls_cert.size > 0 ? "https" : "http";
    return arena_format(arena, "%s://%.*s", scheme, STR(stats.listen));
}
