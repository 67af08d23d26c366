/* SPDX-License-Identifier: Apache-2.0 */
/* The worker that waits for a query: that there is one at most, what takes it, and what ends it. Skipped
 * where the engine's library is not there. */
#include "base/buf.h"
#include "support/real_engine.h"
#include "support/tap.h"
#include "sys/clock.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORE "11111111-1111-4111-8111-111111111111"

enum { TIMEOUT_MS = 60000, PATIENCE_MS = 30000, PAUSE_MS = 10 };

static char root[] = "/tmp/cairn-standby-XXXXXX";

/* How many children this process has that call themselves so (NULL: anything), and the id of one of them. */
static int count_workers(const char *wanted, int *ret_id) {
    int count = 0;
    DIR *processes = opendir("/proc");
    ASSERT(processes != NULL);
    for (struct dirent *process; (process = readdir(processes)) != NULL;) {
        char path[300], name[32] = "";
        int id = 0, parent = 0;
        (void)snprintf(path, sizeof path, "/proc/%s/stat", process->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        bool is_it = fscanf(file, "%d (%31[^)]) %*c %d", &id, name, &parent) == 3 && parent == getpid() &&
                     (wanted == NULL || strcmp(name, wanted) == 0);
        (void)fclose(file);
        count += is_it;
        if (is_it && ret_id != NULL)
            *ret_id = id;
    }
    (void)closedir(processes);
    return count;
}

/* It takes a while until it says its name. */
static bool one_stands_by(int *ret_id) {
    for (int i = 0; i < PATIENCE_MS / PAUSE_MS; i++) {
        if (count_workers("cairn-standby", ret_id) == 1)
            return true;
        clock_sleep_ms(PAUSE_MS);
    }
    return false;
}

static bool answers_one(struct engine *engine, bool check_only) {
    struct engine_table empty = {.id = STR_LITERAL(STORE), .oldest = MOMENT_MIN};
    struct engine_query_options options = {.statement = STR_LITERAL("SELECT count(*) + 1 FROM " STORE),
        .tables = &empty,
        .table_count = 1,
        .timeout_ms = TIMEOUT_MS,
        .check_only = check_only};
    struct engine_rows rows = {0};
    struct error error = {0};
    struct engine_query *query = engine_query_start(engine, &options, &error);
    bool is_right = query != NULL && engine_query_next(query, &rows, &error);
    if (is_right && !check_only)
        is_right =
            rows.row_count == 1 && str_is(rows.values[0], "1") && engine_query_next(query, &rows, &error);
    engine_query_destroy(query);
    if (!is_right)
        printf("# %s\n", error.message);
    return is_right && rows.row_count == 0;
}

static void a_query_takes_the_worker_that_waits(void) {
    struct engine *engine = real_engine_create(root);
    for (int i = 0; i < 2; i++) {
        bool check_only = i == 1;
        int id = 0;
        engine_standby_start(engine);
        EXPECT(one_stands_by(&id));
        engine_standby_start(engine);
        EXPECT_INT(count_workers("cairn-standby", NULL), 1);
        EXPECT(answers_one(engine, check_only));
        EXPECT(kill(id, 0) != 0); /* it was that one */
        EXPECT_INT(count_workers("cairn-standby", NULL), 0);
    }
    EXPECT(answers_one(engine, false)); /* there is none, and none is needed */
    engine_destroy(engine);
}

static void a_worker_that_died_waiting_is_not_missed(void) {
    struct engine *engine = real_engine_create(root);
    int id = 0;
    engine_standby_start(engine);
    EXPECT(one_stands_by(&id));
    siginfo_t end;
    EXPECT(kill(id, SIGKILL) == 0 && waitid(P_PID, (id_t)id, &end, WEXITED | WNOWAIT) == 0);
    EXPECT(answers_one(engine, false));
    engine_destroy(engine);
}

static void a_worker_waits_no_longer_than_it_may(void) {
    struct engine *engine = real_engine_create(root);
    int id = 0;
    engine_standby_start(engine);
    EXPECT(one_stands_by(&id));
    engine_standby_tidy(engine);
    EXPECT(kill(id, 0) == 0); /* a minute is not over */
    engine_destroy(engine);
    EXPECT(kill(id, 0) != 0);
    engine = real_engine_create_with((struct engine_options){.root = root, .standby_ms = 1});
    engine_standby_start(engine);
    clock_sleep_ms(PAUSE_MS);
    engine_standby_tidy(engine);
    EXPECT_INT(count_workers(NULL, NULL), 0);
    engine_destroy(engine);
}

int main(int argc, char **argv) {
    REAL_ENGINE_WORKER(argc, argv);
    ASSERT(mkdtemp(root) != NULL);
    struct engine *engine = real_engine_create(root);
    if (engine != NULL) {
        TEST(a_query_takes_the_worker_that_waits);
        TEST(a_worker_that_died_waiting_is_not_missed);
        TEST(a_worker_waits_no_longer_than_it_may);
    }
    engine_destroy(engine);
    (void)rmdir(root);
    return engine == NULL ? 0 : tap_done();
}
