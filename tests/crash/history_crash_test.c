/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P2.
 *
 * Pull the plug everywhere. For many seeds and every point of failure: rounds of opening the history,
 * giving it the journal from where it says it is sealed, sealing and merging, then a power cut. The
 * journal lets go of what the history ever reported as sealed. After each reopening every event is there
 * once, whole, by position and by lookup, and nothing but live files remains.
 */
#include "history/history.h"
#include "support/disk_sim.h"
#include "support/history_model.h"
#include "sys/disk.h"

enum { ROUNDS = 4, EVENTS_PER_STEP = 6, STEPS = 20 };
static const int64_t start_ms = 1700000000000;

struct world {
    uint64_t random;
    struct disk_sim *sim;
    struct history *history;
    const struct history_model *model; /* all events there will ever be */
    uint64_t journal_end;              /* events 1 to this are in the journal, durable */
    uint64_t released;                 /* the journal no longer has these */
    size_t events_per_step;
    uint64_t dictionaries; /* seen in the folder */
};

static uint64_t roll(struct world *world, uint64_t below) {
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (world->random >> 33) % below;
}

static void note_sealed(struct world *world) {
    uint64_t sealed = history_sealed_position(world->history);
    if (sealed > world->released)
        world->released = sealed;
}

static bool maintain(struct world *world, bool force_seal) {
    struct error error = {0};
    bool more = false;
    bool done = history_maintain(world->history, (struct moment){start_ms}, force_seal, &more, &error);
    note_sealed(world);
    return done;
}

static bool apply_to(struct world *world, uint64_t end) {
    struct error error = {0};
    for (uint64_t position = history_applied_position(world->history) + 1; position <= end;) {
        if (history_apply(world->history, position, world->model->payloads[position - 1], &error))
            position++;
        else if (error.kind != ERROR_UNAVAILABLE || !maintain(world, false))
            return false;
    }
    return true;
}

static bool open_history(struct world *world, struct error *error) {
    struct history_options options = {.seal_bytes = 1 << 20};
    world->history = history_open(disk_sim_disk(world->sim), &options, error);
    return world->history != NULL;
}

static void work(struct world *world) {
    for (int step = 0; step < STEPS; step++) {
        world->journal_end += roll(world, 2 * world->events_per_step);
        if (world->journal_end > world->model->count)
            world->journal_end = world->model->count;
        /* A careless owner: it goes on after a failure. */
        (void)apply_to(world, world->journal_end);
        (void)maintain(world, roll(world, 3) != 0);
    }
}

struct reading {
    const struct history_model *model;
    uint64_t expected;
    bool wrong;
};

static bool note_event(uint64_t position, struct bytes payload, void *context) {
    struct reading *reading = context;
    reading->wrong =
        position != reading->expected++ || !bytes_equal(payload, reading->model->payloads[position - 1]);
    return !reading->wrong;
}

static bool finds_each_once(struct world *world) {
    struct error error = {0};
    struct history_filter filter = {HISTORY_USERNAME, STR_LITERAL("u1")};
    struct history_query query = {.account = sample_account(0),
        .region = str_from(sample_region(0)),
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .filters = &filter,
        .filter_count = 1,
        .limit = HISTORY_LIMIT_MAX,
        .position_max = world->journal_end};
    struct reading reading = {.model = world->model, .expected = 1};
    uint64_t next = 0;
    if (world->journal_end == 0)
        return true;
    if (!history_model_agrees(world->model, world->history, &query) ||
        !history_read(world->history, 1, world->journal_end, note_event, &reading, &next, &error)) {
        printf("# %s\n", error.message);
        return false;
    }
    return !reading.wrong && next == world->journal_end + 1;
}

struct files {
    uint64_t segments, dictionaries, others;
};

static bool count_file(const char *name, bool is_directory, void *context) {
    struct files *files = context;
    if (!is_directory && str_ends_with(str_from(name), STR_LITERAL(".segment")))
        files->segments++;
    else if (!is_directory && str_ends_with(str_from(name), STR_LITERAL(".dictionary")))
        files->dictionaries++;
    else if (!str_is(str_from(name), "manifest"))
        files->others++;
    return true;
}

static bool holds_after_reopening(struct world *world) {
    struct error error = {0};
    struct history_stats stats;
    struct files files = {0};
    if (!open_history(world, &error)) {
        printf("# %s\n", error.message);
        return false;
    }
    uint64_t sealed = history_sealed_position(world->history);
    if (sealed < world->released || sealed > world->journal_end)
        return false;
    history_stats(world->history, &stats);
    if (!disk_list(disk_sim_disk(world->sim), "history", count_file, &files, &error) ||
        files.segments != stats.segments || files.others != 0)
        return false;
    world->dictionaries += files.dictionaries;
    return apply_to(world, world->journal_end) && finds_each_once(world);
}

/* One life of a history with the n-th operation of every round failing (-1: none). */
static bool survives(const struct history_model *model, uint64_t seed, int point, size_t events_per_step,
    uint64_t *dictionaries) {
    struct world world = {.random = seed * 31 + (uint64_t)(point + 1),
        .sim = disk_sim_create(seed),
        .model = model,
        .events_per_step = events_per_step};
    bool holds = true;
    for (int round = 0; round < ROUNDS && holds; round++) {
        struct error error = {0};
        disk_sim_fail_at(world.sim, point);
        if (open_history(&world, &error))
            work(&world);
        history_close(TAKE(world.history));
        disk_sim_crash(world.sim);
        holds = holds_after_reopening(&world);
        history_close(TAKE(world.history));
        if (!holds)
            printf("# seed %" PRIu64 " operation %d round %d\n", seed, point, round);
    }
    history_close(world.history);
    disk_sim_destroy(world.sim);
    *dictionaries += world.dictionaries;
    return holds;
}

static struct history_model *make_events(size_t count) {
    struct history_model *model = history_model_create();
    for (size_t i = 0; i < count; i++) {
        struct sample_event event = {.number = i,
            .time_ms = start_ms + (int64_t)(sample_mix(i) % 1000) * 1000,
            .arrived_at_ms = start_ms + 1000000 + (int64_t)i,
            .user = (unsigned)(i % 5),
            .name = (unsigned)(i % 3),
            .resource = (unsigned)(i % 17)};
        (void)history_model_add(model, &event);
    }
    return model;
}

static void every_event_is_there_once_after_any_crash(void) {
    enum { SEEDS = 5, POINTS = 240, POINT_STEP = 5 };
    struct history_model *model = make_events(ROUNDS * STEPS * 2 * EVENTS_PER_STEP);
    uint64_t dictionaries = 0;
    for (uint64_t seed = 1; seed <= SEEDS && tap_ok; seed++)
        for (int point = -1; point < POINTS && tap_ok; point += 1 + (int)(seed % POINT_STEP))
            EXPECT(survives(model, seed, point, EVENTS_PER_STEP, &dictionaries));
    history_model_destroy(model);
}

/* Segments large enough to train a dictionary from. */
static void dictionaries_survive_any_crash(void) {
    enum { SEEDS = 2, POINTS = 8, LARGE_STEP = 600 };
    struct history_model *model = make_events(4000);
    uint64_t dictionaries = 0;
    for (uint64_t seed = 1; seed <= SEEDS && tap_ok; seed++)
        for (int point = -1; point < POINTS && tap_ok; point++)
            EXPECT(survives(model, seed, point, LARGE_STEP, &dictionaries));
    EXPECT(dictionaries > 0);
    history_model_destroy(model);
}

int main(void) {
    TEST(every_event_is_there_once_after_any_crash);
    TEST(dictionaries_survive_any_crash);
    return tap_done();
}
