/* SPDX-License-Identifier: Apache-2.0 */
/* One applier, one maintainer and several readers at once, as in the daemon. */
#include "history/history.h"
#include "support/disk_sim.h"
#include "support/history_model.h"
#include "sys/thread.h"

#include <stdatomic.h>

enum { EVENTS = 3000, READERS = 3 };
static const int64_t start_ms = 1700000000000;

struct world {
    struct history *history;
    struct history_model *model; /* complete before any thread starts */
    atomic_uint_least64_t applied;
    atomic_bool failed, done;
};

static void fail(struct world *world, const char *what) {
    printf("# %s\n", what);
    atomic_store(&world->failed, true);
}

static void apply_all(void *context) {
    struct world *world = context;
    struct error error = {0};
    for (uint64_t position = 1; position <= EVENTS && !atomic_load(&world->failed);) {
        if (history_apply(world->history, position, world->model->payloads[position - 1], &error))
            atomic_store(&world->applied, position++);
        else if (error.kind == ERROR_UNAVAILABLE)
            (void)history_wait_for_room(world->history, 100);
        else
            fail(world, error.message);
    }
    atomic_store(&world->done, true);
}

static void maintain_all(void *context) {
    struct world *world = context;
    struct error error = {0};
    while (!atomic_load(&world->done)) {
        bool more = false;
        if (!history_maintain(world->history, (struct moment){start_ms}, false, &more, &error)) {
            fail(world, error.message);
            return;
        }
        if (!more)
            history_wait_for_work(world->history, 1);
    }
}

/* What was applied before the question is in the answer, newest first, each event whole and once. */
static void look_up_once(struct world *world, unsigned user) {
    struct error error = {0};
    struct arena arena = ARENA_INIT;
    struct history_page page = {0};
    char name[16];
    (void)snprintf(name, sizeof name, "u%u", user);
    struct history_filter filter = {HISTORY_USERNAME, str_from(name)};
    struct history_query query = {.account = sample_account(0),
        .region = str_from(sample_region(0)),
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .filters = &filter,
        .filter_count = 1,
        .limit = 40};
    uint64_t applied = atomic_load(&world->applied);
    if (!history_lookup(world->history, &query, &arena, &page, &error)) {
        fail(world, error.message);
    } else {
        query.position_max = page.position_max;
        static _Thread_local uint64_t expected[40];
        /* Before the first event there is nothing to find; in a question 0 means no bound. */
        size_t total = page.position_max == 0 ? 0 : history_model_lookup(world->model, &query, expected);
        if (page.position_max < applied || page.count != (total < 40 ? total : 40))
            fail(world, "events are missing");
        for (size_t i = 0; i < page.count; i++)
            if (page.hits[i].position != expected[i] || !model_hit_is_whole(world->model, &page.hits[i]))
                fail(world, "an event is not as it should be");
    }
    arena_finish(&arena);
}

static void look_up_all(void *context) {
    struct world *world = context;
    for (unsigned user = 0; !atomic_load(&world->done) && !atomic_load(&world->failed); user++)
        look_up_once(world, user % 5);
}

static void readers_see_a_whole_history_while_it_changes(void) {
    struct error error = {0};
    struct disk_sim *sim = disk_sim_create(1);
    struct history_options options = {.seal_bytes = 100000};
    struct world world = {.model = history_model_create()};
    for (unsigned i = 0; i < EVENTS; i++) {
        struct sample_event event = {.number = i,
            .time_ms = start_ms + (int64_t)(i / 3) * 1000,
            .arrived_at_ms = start_ms + (int64_t)i * 1000,
            .user = i % 5,
            .name = i % 9};
        (void)history_model_add(world.model, &event);
    }
    world.history = history_open(disk_sim_disk(sim), &options, &error);
    struct thread *threads[READERS + 2];
    threads[0] = thread_start("applier", apply_all, &world);
    threads[1] = thread_start("maintainer", maintain_all, &world);
    for (int i = 0; i < READERS; i++)
        threads[2 + i] = thread_start("reader", look_up_all, &world);
    for (int i = 0; i < READERS + 2; i++)
        thread_join(threads[i]);
    EXPECT(!atomic_load(&world.failed));
    for (unsigned user = 0; user < 5; user++)
        look_up_once(&world, user);
    EXPECT(!atomic_load(&world.failed));
    EXPECT_INT(history_applied_position(world.history), EVENTS);
    history_close(world.history);
    history_model_destroy(world.model);
    disk_sim_destroy(sim);
}

int main(void) {
    TEST(readers_see_a_whole_history_while_it_changes);
    return tap_done();
}
