/* SPDX-License-Identifier: Apache-2.0 */
/* imports.c: the thread that takes imports one after the other, in the order in which they were asked for. */
#include "base/own.h"
#include "sys/clock.h"

#include "private.h"

enum { RUN_FILES_MAX = 500, IDLE_MS = 60000, RETRY_PAUSE_MS = 5000 };

struct imports *imports_create(const struct imports_options *options) {
    struct imports *imports = MEM_NEW(struct imports);
    imports->options = *options;
    if (imports->options.clock == NULL)
        imports->options.clock = clock_real();
    if (imports->options.run_files_max == 0)
        imports->options.run_files_max = RUN_FILES_MAX;
    mutex_init(&imports->mutex);
    condition_init(&imports->is_changed);
    return imports;
}

void imports_destroy(struct imports *imports) {
    if (imports == NULL)
        return;
    condition_finish(&imports->is_changed);
    mutex_finish(&imports->mutex);
    mem_free(imports);
}

bool imports_pause_ms(struct imports *imports, int64_t ms) {
    MUTEX_SCOPE(&imports->mutex);
    if (!imports->is_stopping && ms > 0)
        IGNORE(condition_wait_ms(&imports->is_changed, &imports->mutex, ms), "either way we look");
    return !imports->is_stopping;
}

/* Wait for something to do; what was asked for since the last look is not missed. */
static bool wait_for_work(struct imports *imports, int64_t ms) {
    MUTEX_SCOPE(&imports->mutex);
    if (!imports->is_stopping && !imports->is_woken)
        IGNORE(condition_wait_ms(&imports->is_changed, &imports->mutex, ms), "either way we look");
    imports->is_woken = false;
    return !imports->is_stopping;
}

/* All that are open, once round. False: one has to wait. */
static bool run_open(struct imports *imports, struct error *error) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_import *open = NULL;
    size_t count = 0;
    if (!catalog_import_list_open(imports->options.catalog, &arena, &open, &count, error))
        return false;
    bool done = true;
    for (size_t i = 0; i < count && imports_pause_ms(imports, 0); i++) {
        struct error why = {0};
        atomic_store(&imports->running, 1);
        bool has_ended = imports_run(imports, &open[i], &why);
        atomic_store(&imports->running, 0);
        if (!has_ended) {
            *error = why;
            done = false;
        }
    }
    return done;
}

static void run_thread(void *context) {
    struct imports *imports = context;
    bool goes_on = true;
    while (goes_on) {
        struct error error = {0};
        bool done = run_open(imports, &error);
        if (!done && imports->options.on_failure != NULL)
            imports->options.on_failure(error.message, imports->options.context);
        goes_on = wait_for_work(imports, done ? IDLE_MS : RETRY_PAUSE_MS);
    }
}

void imports_start(struct imports *imports) {
    imports->thread = thread_start("imports", run_thread, imports);
}

void imports_stop(struct imports *imports) {
    if (imports->thread == NULL)
        return;
    mutex_lock(&imports->mutex);
    imports->is_stopping = true;
    condition_broadcast(&imports->is_changed);
    mutex_unlock(&imports->mutex);
    thread_join(TAKE(imports->thread));
}

void imports_wake(struct imports *imports) {
    MUTEX_SCOPE(&imports->mutex);
    imports->is_woken = true;
    condition_broadcast(&imports->is_changed);
}

struct imports_stats imports_stats(struct imports *imports) {
    return (struct imports_stats){atomic_load(&imports->files), atomic_load(&imports->events),
        atomic_load(&imports->duplicates), atomic_load(&imports->failures), atomic_load(&imports->bytes),
        atomic_load(&imports->running)};
}
