/* SPDX-License-Identifier: Apache-2.0 */
/* Workers: how they are started, what happens where they cannot work, and that they end. */
#include "base/check.h"
#include "base/own.h"
#include "engine/engine.h"
#include "support/tap.h"

#include <stdlib.h>
#include <string.h>

static void a_missing_library_is_told_with_what_to_do(void) {
    struct engine *engine =
        engine_create(&(struct engine_options){.root = "/tmp", .library = "/nowhere/libduckdb.so"});
    struct error error = {0};
    EXPECT(!engine_check(engine, &error));
    EXPECT(error.kind == ERROR_UNAVAILABLE && strstr(error.message, "/nowhere/libduckdb.so") != NULL);
    engine_destroy(engine);
}

static void a_library_that_is_none_is_told(void) {
    struct engine *engine = engine_create(&(struct engine_options){.root = "/tmp", .library = "/etc/passwd"});
    struct error error = {0};
    EXPECT(!engine_check(engine, &error));
    EXPECT(error.kind == ERROR_UNAVAILABLE && strstr(error.message, "load the SQL engine's library") != NULL);
    engine_destroy(engine);
}

static void a_program_that_is_no_worker_is_told(void) {
    struct engine *engine = engine_create(
        &(struct engine_options){.root = "/tmp", .library = "/etc/passwd", .program = "/bin/true"});
    struct error error = {0};
    EXPECT(!engine_check(engine, &error));
    EXPECT(error.kind == ERROR_UNAVAILABLE && strstr(error.message, "ended with status 0") != NULL);
    engine_destroy(engine);
}

int main(int argc, char **argv) {
    if (argc >= 2 && strcmp(argv[1], "worker") == 0)
        return engine_worker(argc - 2, argv + 2);
    TEST(a_missing_library_is_told_with_what_to_do);
    TEST(a_library_that_is_none_is_told);
    TEST(a_program_that_is_no_worker_is_told);
    return tap_done();
}
