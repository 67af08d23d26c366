/* SPDX-License-Identifier: Apache-2.0 */
/* gateway: its beginning and its end. What happens in between: call.c, one call; loop.c, what goes to
 * admission; keeper.c, what is kept. */
#include "base/check.h"
#include "base/own.h"
#include "catalog/catalog.h"
#include "sys/clock.h"

#include "private.h"

enum {
    DRAIN_MS = 10000, /* for calls in flight, before they are broken */
    GRACE_MS = 1000,  /* for connections after that */
    FLUSH_MS = 3000,  /* for the last records, on a disk that is full */
    POLL_MS = 5,
};

const char *gateway_guarantee_name(enum gateway_guarantee guarantee) {
    static const char *const names[] = {[GATEWAY_BUFFERED] = "buffered",
        [GATEWAY_FAIL_CLOSED] = "fail-closed",
        [GATEWAY_BEST_EFFORT] = "best-effort"};
    return names[guarantee];
}

static struct ledger_options ledger_options_of(const struct gateway *gateway) {
    const struct gateway_options *options = &gateway->options;
    return (struct ledger_options){.disk = options->disk,
        .journal = options->journal,
        .admission = options->admission,
        .clock = gateway->clock,
        .cairn_id = catalog_cairn_id(options->catalog),
        .generation = catalog_generation(options->catalog),
        .account = options->account,
        .region = options->region};
}

static struct identity_book *open_book(
    const struct gateway *gateway, const struct gateway_gate *gate, struct error *error) {
    const struct gateway_entry *entry = gate->entry;
    struct identity_options options = {.auth = gateway->options.auth,
        .catalog = gateway->options.catalog,
        .clock = gateway->clock,
        .name = entry->name,
        .service = entry->service,
        .account = gate->account,
        .trusted_proxies = entry->trusted_proxies,
        .principals_file = entry->principals_file,
        .learn = entry->learn,
        .verify = entry->verify,
        .sign_access_key_id = entry->sign_access_key_id,
        .sign_secret_access_key = entry->sign_secret_access_key,
        .sign_session_token = entry->sign_session_token,
        .sign_region = entry->sign_region,
        .allow = entry->allow};
    return identity_open(&options, error);
}

static bool open_gate(struct gateway *gateway, struct gateway_gate *gate, struct error *error) {
    struct ledger_options ledger_options = ledger_options_of(gateway);
    ledger_options.name = gate->entry->name;
    ledger_options.account = gate->account;
    ledger_options.region = gate->region;
    ledger_options.is_fail_closed = gate->entry->guarantee == GATEWAY_FAIL_CLOSED;
    gate->keys = protocol_keys_create();
    gate->book = open_book(gateway, gate, error);
    if (gate->book == NULL)
        return false;
    gate->ledger = ledger_open(&ledger_options, error);
    return gate->ledger != NULL;
}

/* Entries of earlier configurations: what a crash left of their calls is told too. */
static bool settle_left_behind(struct gateway *gateway, struct error *error) {
    struct ledger_options options = ledger_options_of(gateway);
    struct str *names = ARENA_ARRAY(&gateway->arena, gateway->gate_count, struct str);
    for (size_t i = 0; i < gateway->gate_count; i++)
        names[i] = gateway->gates[i].entry->name;
    return ledger_settle_left_behind(&options, names, gateway->gate_count, error);
}

static const char *optional_text(struct gateway *gateway, struct str text) {
    return text.size > 0 ? arena_text(&gateway->arena, text) : NULL;
}

static bool listen_now(struct gateway *gateway, struct error *error) {
    struct proxy_entry *entries = ARENA_ARRAY(&gateway->arena, gateway->gate_count, struct proxy_entry);
    for (size_t i = 0; i < gateway->gate_count; i++) {
        struct gateway_gate *gate = &gateway->gates[i];
        entries[i] = (struct proxy_entry){.name = gate->title,
            .host = gate->listen.host,
            .port = gate->listen.port,
            .tls_certificate_file = optional_text(gateway, gate->entry->tls_cert),
            .tls_key_file = optional_text(gateway, gate->entry->tls_key),
            .upstream = gate->entry->upstream,
            .upstream_ca_file = optional_text(gateway, gate->entry->upstream_ca),
            .upstream_insecure = gate->entry->upstream_insecure,
            .context = gate};
    }
    struct proxy_options options = {.entries = entries,
        .entry_count = gateway->gate_count,
        .connections_max = gateway->options.connections_max,
        .idle_timeout_ms = gateway->options.idle_timeout_ms};
    struct proxy_relay_service service = gateway_call_service(gateway);
    gateway->proxy = proxy_create(&options, &service, error);
    return gateway->proxy != NULL;
}

static void note_addresses(struct gateway *gateway) {
    for (size_t i = 0; i < gateway->gate_count; i++) {
        struct gateway_gate *gate = &gateway->gates[i];
        bool is_v6 = str_find_char(gate->listen.host, ':') != SIZE_MAX;
        gate->address = arena_format(&gateway->arena, "%s%.*s%s:%u", is_v6 ? "[" : "", STR(gate->listen.host),
            is_v6 ? "]" : "", proxy_port(gateway->proxy, i));
    }
}

static void gateway_destroyp(struct gateway **gateway) {
    gateway_destroy(*gateway);
}

struct gateway *gateway_start(const struct gateway_options *options, struct error *error) {
    SCOPED(gateway_destroyp) struct gateway *gateway = MEM_NEW(struct gateway);
    gateway->options = *options;
    gateway->clock = options->clock != NULL ? options->clock : clock_real();
    gateway->memory_max = options->memory_bytes_max > 0 ? options->memory_bytes_max : GATEWAY_MEMORY_BYTES;
    gateway->gates = mem_alloc_array(options->entry_count, sizeof *gateway->gates);
    if (!gateway_entry_check_all(gateway, error))
        return NULL;
    for (size_t i = 0; i < options->entry_count; i++) {
        gateway->gate_count = i + 1;
        if (!open_gate(gateway, &gateway->gates[i], error)) {
            error_context(error, "%s", gateway->gates[i].title);
            return NULL;
        }
    }
    if (!settle_left_behind(gateway, error))
        return NULL;
    if (gateway->gate_count == 0)
        return TAKE(gateway);
    gateway->keeper = gateway_keeper_start(gateway);
    if (!listen_now(gateway, error))
        return NULL;
    note_addresses(gateway);
    return TAKE(gateway);
}

void gateway_stop(struct gateway *gateway) {
    if (gateway != NULL && gateway->proxy != NULL)
        proxy_stop(gateway->proxy);
}

/* From now on admission wakes no loop: they look for themselves, once a second, and then are gone. */
static void stop_waking(struct gateway *gateway) {
    for (size_t i = 0; i < GATEWAY_LOOPS_MAX; i++) {
        struct gateway_loop *loop = atomic_load(&gateway->loops[i]);
        if (loop == NULL)
            continue;
        MUTEX_SCOPE(&loop->mutex);
        loop->http = NULL;
    }
}

/* Hand over what the loops left behind and take what comes back; true where nothing is left. Admission
 * always gives back what it has. */
static bool flush(struct gateway *gateway, bool is_late) {
    bool is_done = true;
    for (size_t i = 0; i < GATEWAY_LOOPS_MAX; i++) {
        struct gateway_loop *loop = atomic_load(&gateway->loops[i]);
        if (loop == NULL)
            continue;
        loop->self = NULL; /* its thread has ended */
        gateway_loop_finish(loop);
        if (!is_late)
            gateway_loop_turn(loop);
        is_done = is_done && gateway_loop_is_idle(loop) && (is_late || !gateway_loop_has_more(loop));
    }
    return is_done;
}

static void try_failed_again(struct gateway *gateway) {
    for (size_t i = 0; i < GATEWAY_LOOPS_MAX; i++) {
        struct gateway_loop *loop = atomic_load(&gateway->loops[i]);
        if (loop != NULL)
            gateway_loop_second(loop);
    }
}

static void end_calls(struct gateway *gateway) {
    for (int64_t waited = 0; waited < DRAIN_MS && atomic_load(&gateway->open_calls) > 0; waited += POLL_MS)
        clock_sleep_ms(POLL_MS);
    stop_waking(gateway);
    proxy_destroy(TAKE(gateway->proxy), GRACE_MS);
    ASSERT(atomic_load(&gateway->open_calls) == 0);
    for (int64_t waited = 0; !flush(gateway, waited >= FLUSH_MS); waited += POLL_MS) {
        if (waited % MS_PER_SECOND == 0 && waited < FLUSH_MS)
            try_failed_again(gateway);
        clock_sleep_ms(POLL_MS);
    }
}

void gateway_destroy(struct gateway *gateway) {
    if (gateway == NULL)
        return;
    gateway_stop(gateway);
    if (gateway->proxy != NULL)
        end_calls(gateway);
    gateway_keeper_stop(gateway->keeper);
    for (size_t i = 0; i < GATEWAY_LOOPS_MAX; i++)
        gateway_loop_destroy(atomic_load(&gateway->loops[i]));
    for (size_t i = 0; i < gateway->gate_count; i++) {
        ledger_close(gateway->gates[i].ledger);
        identity_close(gateway->gates[i].book);
        protocol_keys_destroy(gateway->gates[i].keys);
    }
    mem_free(gateway->gates);
    arena_finish(&gateway->arena);
    mem_free(gateway);
}

void gateway_reload(struct gateway *gateway) {
    struct error error = {0};
    if (!proxy_reload_tls(gateway->proxy, &error))
        gateway_tell(&gateway->gates[0], TROUBLE_RELOAD, error.message);
    for (size_t i = 0; i < gateway->gate_count; i++)
        if (!identity_reload(gateway->gates[i].book, &error))
            gateway_tell(&gateway->gates[i], TROUBLE_RELOAD, error.message);
}

size_t gateway_stats(struct gateway *gateway, struct gateway_stats *ret_stats, size_t count_max) {
    size_t count = gateway->gate_count < count_max ? gateway->gate_count : count_max;
    for (size_t i = 0; i < count; i++) {
        struct gateway_gate *gate = &gateway->gates[i];
        struct ledger_numbers numbers = ledger_numbers(gate->ledger);
        ret_stats[i] = (struct gateway_stats){.name = gate->entry->name,
            .listen = gate->address,
            .upstream = gate->entry->upstream,
            .guarantee = gate->entry->guarantee,
            .seen = numbers.seen,
            .recorded = numbers.recorded,
            .gaps = numbers.gaps,
            .refused = numbers.refused,
            .in_flight = numbers.in_flight,
            .unknown_outcomes = numbers.unknown_outcomes,
            .learned_keys = identity_learned(gate->book),
            .forged = atomic_load(&gate->forged),
            .upstream_failures = atomic_load(&gate->upstream_failures)};
    }
    return count;
}
