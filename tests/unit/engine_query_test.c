/* SPDX-License-Identifier: Apache-2.0 */
/* Queries by the real engine. Skipped where its library is not there. */
#include "support/real_engine.h"
#include "support/tap.h"

static struct engine *engine;

static void a_check_is_remembered(void) {
    struct error error = {0};
    EXPECT(engine_check(engine, &error));
}

int main(int argc, char **argv) {
    REAL_ENGINE_WORKER(argc, argv);
    engine = real_engine_create("/tmp");
    if (engine == NULL)
        return 0;
    TEST(a_check_is_remembered);
    engine_destroy(engine);
    return tap_done();
}
