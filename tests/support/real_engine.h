/* SPDX-License-Identifier: Apache-2.0 */
/* real_engine: tests with the SQL engine's library, where it is there. The test program is its own worker. */
#pragma once

#include "base/check.h"
#include "base/own.h"
#include "engine/engine.h"
#include "support/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First in main(): become a worker where this process was started as one. */
#define REAL_ENGINE_WORKER(argc, argv)                                                                       \
    if ((argc) >= 2 && strcmp((argv)[1], "worker") == 0)                                                     \
    return engine_worker((argc)-2, (argv) + 2)

/* An engine over `root`, or NULL and a line that skips the program's tests where this machine lacks the
 * library or Landlock; an engine that does not start where both are there is a failure. The library is named
 * by CAIRN_ENGINE_LIBRARY, else it is where tools/fetch-engine puts it, seen from the build folder. */
static inline struct engine *real_engine_create_with(struct engine_options options) {
    const char *library = getenv("CAIRN_ENGINE_LIBRARY");
    options.library = library != NULL ? library : "../build-engine/libduckdb.so";
    options.threads = 2;
    options.allow_unconfined = getenv("CAIRN_ALLOW_UNCONFINED_WORKERS") != NULL;
    struct engine *engine = engine_create(&options);
    struct error error = {0};
    if (engine_check(engine, &error))
        return engine;
    if (access(options.library, F_OK) == 0 && kernel_has_landlock()) {
        printf("Bail out! the engine is there and does not start: %s\n", error.message);
        exit(EXIT_FAILURE);
    }
    printf("1..0 # SKIP %s\n", error.message);
    engine_destroy(engine);
    return NULL;
}

static inline struct engine *real_engine_create(const char *root) {
    return real_engine_create_with((struct engine_options){.root = root, .memory_bytes = 1ull << 30});
}
