/* SPDX-License-Identifier: Apache-2.0 */
/* keeper: the thread that keeps the ledgers and what was learned, and the log lines of all. */
#include "base/mem.h"
#include "sys/clock.h"

#include "private.h"

enum { PAUSE_MS = 200, LEARNED_PAUSE_MS = 1000 };

static const int64_t TELL_PAUSE_NS = INT64_C(60) * 1000 * 1000 * 1000;

struct gateway_keeper {
    struct gateway *gateway;
    struct thread *thread;
    struct mutex mutex;
    struct condition changed;
    bool is_stopping, is_wanted; /* guarded */
};

void gateway_tell(struct gateway_gate *gate, enum gateway_trouble kind, const char *message) {
    const struct gateway_options *options = &gate->gateway->options;
    int64_t now = clock_instant(clock_real()).ns, told = atomic_load(&gate->told_ns[kind]);
    if (options->on_log == NULL || (told != 0 && now - told < TELL_PAUSE_NS) ||
        !atomic_compare_exchange_strong(&gate->told_ns[kind], &told, now))
        return;
    options->on_log(gate->name, message, options->log_context);
}

static void keep_ledgers(struct gateway *gateway) {
    for (size_t i = 0; i < gateway->gate_count; i++) {
        struct gateway_gate *gate = &gateway->gates[i];
        struct error error = {0};
        if (!ledger_keep(gate->ledger, &error))
            gateway_tell(gate, TROUBLE_LEDGER, error.message);
    }
    if (atomic_load(&gateway->waiting_calls) > 0) /* for numbers, perhaps */
        gateway_loop_wake_all(gateway);
}

static void keep_learned(struct gateway *gateway) {
    for (size_t i = 0; i < gateway->gate_count; i++) {
        struct gateway_gate *gate = &gateway->gates[i];
        struct error error = {0};
        if (!identity_keep(gate->book, &error))
            gateway_tell(gate, TROUBLE_IDENTITY, error.message);
    }
}

/* False once it is to stop. */
static bool pause_keeper(struct gateway_keeper *keeper) {
    MUTEX_SCOPE(&keeper->mutex);
    if (!keeper->is_stopping && !keeper->is_wanted)
        (void)condition_wait_ms(&keeper->changed, &keeper->mutex, PAUSE_MS);
    keeper->is_wanted = false;
    return !keeper->is_stopping;
}

static void run(void *context) {
    struct gateway_keeper *keeper = context;
    int64_t learned_ns = 0;
    while (pause_keeper(keeper)) {
        int64_t now = clock_instant(clock_real()).ns;
        keep_ledgers(keeper->gateway);
        if (now - learned_ns < (int64_t)LEARNED_PAUSE_MS * 1000 * 1000)
            continue;
        keep_learned(keeper->gateway);
        learned_ns = now;
    }
}

struct gateway_keeper *gateway_keeper_start(struct gateway *gateway) {
    struct gateway_keeper *keeper = MEM_NEW(struct gateway_keeper);
    keeper->gateway = gateway;
    mutex_init(&keeper->mutex);
    condition_init(&keeper->changed);
    keeper->thread = thread_start("gateway-keeper", run, keeper);
    return keeper;
}

void gateway_keeper_wake(struct gateway_keeper *keeper) {
    MUTEX_SCOPE(&keeper->mutex);
    keeper->is_wanted = true;
    condition_signal(&keeper->changed);
}

void gateway_keeper_stop(struct gateway_keeper *owned_keeper) {
    if (owned_keeper == NULL)
        return;
    {
        MUTEX_SCOPE(&owned_keeper->mutex);
        owned_keeper->is_stopping = true;
        condition_signal(&owned_keeper->changed);
    }
    thread_join(owned_keeper->thread);
    condition_finish(&owned_keeper->changed);
    mutex_finish(&owned_keeper->mutex);
    mem_free(owned_keeper);
}
