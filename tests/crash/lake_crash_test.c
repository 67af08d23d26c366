/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promise: each event is once in a store, whichever way it came, after every crash; no file is lost, and none
 * is left behind.
 *
 * Three stores: one lives all the time and gets imports too, one is deleted and removed, one is made late.
 * Live events, imports (some of the same events), commits, merges, retention and removal are mixed by a seed;
 * one operation of the disk fails, or all from one on, or a worker dies; then the power is cut, and so on.
 * After every opening what was answered for must be there, and nothing twice; in the end all of it.
 */
#include "support/lake_world.h"
#include "support/seeds.h"

enum {
    SEEDS = 12,
    POINTS = 48,
    FAIL_STEP = 37,
    STEPS = 160,
    NUMBERS = 1024,
    CRASHES = 3,
    RETENTION_DAYS = 10,
    DROP_STEP = STEPS / 4,
    LATE_STEP = STEPS / 3,
    JUMP_STEP = 3 * STEPS / 4, /* eight days pass: the deleted store goes, and what is old */
};

enum { LASTING, DELETED, LATE, STORES };

struct place {
    uint64_t id;            /* 0: not made yet */
    uint64_t from, until;   /* positions that it takes: from <= p < until */
    bool imported[NUMBERS]; /* an import was answered for */
    bool is_removed;        /* may be gone */
};

struct round {
    struct lake_world world;
    struct place places[STORES];
    struct moment times[NUMBERS];
    unsigned next_number;
    uint64_t random;
    unsigned import_first, import_count; /* to be repeated until it is answered for */
    struct lake_files *held;
    unsigned counts[NUMBERS];
    const char *trouble;
};

static uint64_t roll(struct round *round) {
    round->random = round->random * 6364136223846793005u + 1442695040888963407u;
    return round->random >> 33;
}

/* A time for the number, as of now, up to eight days old. */
static void give_time(struct round *round, unsigned number) {
    int64_t age_ms = (int64_t)(number % 400) * 30 * 60000;
    if (round->times[number].ms == 0)
        round->times[number].ms = round->world.clock.now_ms / 1000 * 1000 - age_ms;
}

/* ---- what must be there ---- */

static void complain(struct round *round, const char *trouble, int place, uint64_t number) {
    if (round->trouble == NULL)
        printf("# %s: event %ju of store %d\n", trouble, (uintmax_t)number, place);
    round->trouble = trouble;
}

/* Everything up to `position` that the store takes and that is not past retention, and every import. */
static void check_place(struct round *round, int number, uint64_t position, struct moment oldest) {
    struct place *place = &round->places[number];
    bool is_due[NUMBERS] = {false};
    for (uint64_t p = place->from; p < place->until && p <= position; p++)
        is_due[round->world.events[p - 1].number] = true;
    for (unsigned i = 1; i < NUMBERS; i++) {
        is_due[i] = (is_due[i] || place->imported[i]) && round->times[i].ms >= oldest.ms;
        if (round->counts[i] > 1)
            complain(round, "twice there", number, i);
        if (is_due[i] && round->counts[i] == 0)
            complain(round, "lost", number, i);
    }
}

/* What the store says it has; one that was removed has nothing. */
static void check_store(struct round *round, int number, uint64_t position) {
    struct lake_world *world = &round->world;
    struct place *place = &round->places[number];
    struct error error = {0};
    if (place->id == 0)
        return;
    struct lake_files *files = lake_files_hold(world->lake, place->id, &error);
    if (files == NULL) {
        if (!place->is_removed || error.kind != ERROR_NOT_FOUND)
            complain(round, "a store is not there", number, 0);
        return;
    }
    struct moment oldest = lake_files_oldest(files);
    lake_files_release(files);
    if (lake_world_count_rows(world, place->id, round->counts, NUMBERS - 1) == SIZE_MAX)
        complain(round, "cannot be read", number, 0);
    /* Where it stopped to take, it need not know how far the journal is. */
    check_place(round, number, position, oldest);
}

/* No file that the store does not name, and no store that is gone. */
static void check_strays(struct round *round) {
    struct lake_world *world = &round->world;
    for (int i = 0; i < STORES; i++) {
        if (round->places[i].id == 0)
            continue;
        struct lake_world_names names = lake_world_list_names(world, (unsigned)i + 1);
        struct lake_store_stats stats = lake_world_stats(world, round->places[i].id);
        if (names.parquet != stats.files || names.other != 0 || names.ids > 8)
            complain(round, "strays", i, names.parquet + names.other);
        buf_finish(&names.text);
        char folder[64];
        struct disk_stat stat = {0};
        struct error error = {0};
        (void)snprintf(folder, sizeof folder, "lake/00000000-0000-4000-8000-%012u", (unsigned)i + 1);
        if (stats.store_id == 0 && disk_stat(disk_sim_disk(world->sim), folder, &stat, &error))
            complain(round, "a removed store has left its folder", i, 0);
    }
}

/* ---- what happens ---- */

static void drop_store(struct catalog_store *store) {
    store->status = CATALOG_STORE_PENDING_DELETION;
    store->deletion_at = (struct moment){LAKE_WORLD_START.ms};
}

static void add_store(struct round *round, int number) {
    struct lake_world *world = &round->world;
    char text[64];
    struct catalog_store store = lake_world_store(world, text);
    store.retention_days = RETENTION_DAYS;
    round->places[number].from = world->event_count + 1;
    round->places[number].until = UINT64_MAX;
    round->places[number].id = lake_world_create(world, &store);
}

/* Live events: some of them an import brought before. */
static void list_some(struct round *round) {
    for (uint64_t left = 1 + roll(round) % 4; left > 0; left--) {
        if (round->next_number + 64 >= NUMBERS)
            return;
        give_time(round, round->next_number);
        lake_world_list_number(&round->world, round->next_number++);
    }
}

static void import_some(struct round *round) {
    struct error error = {0};
    struct lake_added added = {0};
    if (round->import_count == 0) {
        round->import_first = 1 + (unsigned)(roll(round) % (round->next_number + 8));
        round->import_count = 1 + (unsigned)(roll(round) % 24);
        for (unsigned i = 0; i < round->import_count; i++)
            give_time(round, round->import_first + i);
    }
    if (!lake_world_import(&round->world, round->places[LASTING].id, round->import_first, round->import_count,
            &added, &error))
        return;
    for (unsigned i = 0; i < round->import_count; i++)
        round->places[LASTING].imported[round->import_first + i] = true;
    round->import_count = 0;
}

static void hold_or_release(struct round *round) {
    struct error error = {0};
    if (round->held != NULL)
        lake_files_release(TAKE(round->held));
    else
        round->held = lake_files_hold(round->world.lake, round->places[LASTING].id, &error);
}

/* Cut the power; then open again, whatever it takes, and see that all is there that was answered for. */
static bool crash(struct round *round) {
    struct lake_world *world = &round->world;
    struct error error = {0};
    lake_files_release(TAKE(round->held));
    lake_close(TAKE(world->lake));
    disk_sim_crash(world->sim);
    fake_engine_fail_at(world->engine, -1);
    EXPECT(catalog_restart(world->catalog, &error));
    if (!lake_world_open(world, &error)) {
        printf("# open: %s\n", error.message);
        complain(round, "does not open", 0, 0);
        return false;
    }
    uint64_t position = lake_position(world->lake);
    for (int i = 0; i < STORES; i++)
        check_store(round, i, position == UINT64_MAX ? 0 : position);
    return true;
}

/* Housekeeping writes seldom: it gets failures of its own, and now and then the power goes right after one.
 */
static void maintain(struct round *round) {
    struct error error = {0};
    bool has_more = false;
    if (roll(round) % 3 == 0)
        disk_sim_fail_at(round->world.sim, (int)(roll(round) % (roll(round) % 2 == 0 ? 12 : 64)));
    clock_manual_advance(&round->world.clock, 3LL * MS_PER_HOUR); /* retention has something to take */
    struct moment now = {round->world.clock.now_ms};
    if (!lake_maintain(round->world.lake, now, &has_more, &error) && roll(round) % 3 == 0)
        IGNORE(crash(round), "what is wrong is remembered");
}

static bool has_row(struct round *round) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_store store;
    struct error error = {0};
    return catalog_store_get(round->world.catalog, round->places[DELETED].id, &arena, &store, &error);
}

/* The power goes at some operation of the removal of a store: before its row is gone, or, every other time,
 * in what empties its folder then. */
static void cut_removal(struct round *round) {
    struct moment now = {round->world.clock.now_ms};
    bool is_late = roll(round) % 2 == 0;
    for (int i = 0; i < 3 && round->trouble == NULL; i++) {
        struct error error = {0};
        bool has_more = true;
        for (int k = 0; is_late && has_row(round) && k < 50; k++)
            IGNORE(lake_maintain(round->world.lake, now, &has_more, &error), "it goes on");
        for (int k = 0; k < 3; k++) {
            disk_sim_fail_from(round->world.sim, (int)(roll(round) % 20));
            IGNORE(lake_maintain(round->world.lake, now, &has_more, &error), "it goes on after the crash");
        }
        IGNORE(crash(round), "what is wrong is remembered");
    }
}

static void do_something(struct round *round) {
    struct error error = {0};
    uint64_t choice = roll(round) % 100;
    if (choice < 35)
        list_some(round);
    if (choice < 50)
        IGNORE(lake_world_catch_up(&round->world, &error), "it is tried again");
    else if (choice < 70)
        IGNORE(lake_commit(round->world.lake, &error), "it is tried again");
    else if (choice < 80)
        import_some(round);
    else if (choice < 96)
        maintain(round);
    else if (choice < 98)
        hold_or_release(round);
    else
        fake_engine_fail_at(round->world.engine, (int)(roll(round) % 2));
    clock_manual_advance(&round->world.clock, 1500);
}

static void step(struct round *round, int number) {
    struct lake_world *world = &round->world;
    if (number == DROP_STEP) {
        round->places[DELETED].until = world->event_count + 1;
        lake_world_change(world, round->places[DELETED].id, drop_store);
    }
    if (number == LATE_STEP)
        add_store(round, LATE);
    if (number == JUMP_STEP) {
        clock_manual_advance(&world->clock, 8LL * MS_PER_DAY);
        round->places[DELETED].is_removed = true;
        cut_removal(round);
    }
    if (round->trouble == NULL)
        do_something(round);
}

/* Until nothing is to be done any more, with a disk that works. */
static void finish(struct round *round) {
    struct lake_world *world = &round->world;
    struct error error = {0};
    while (round->import_count > 0 && round->trouble == NULL) {
        import_some(round);
        clock_manual_advance(&world->clock, 120000);
    }
    bool done = lake_world_run(world, &error) && lake_world_maintain(world, &error);
    if (!done) {
        printf("# %s\n", error.message);
        complain(round, "does not come to an end", 0, 0);
    }
    for (int i = 0; i < STORES; i++)
        check_store(round, i, world->event_count);
    check_strays(round);
}

static void arm(struct round *round, int point) {
    if (point % 3 == 0)
        disk_sim_fail_from(round->world.sim, point * FAIL_STEP / 3);
    else
        disk_sim_fail_at(round->world.sim, point * FAIL_STEP / 3);
    if (roll(round) % 4 == 0)
        catalog_fail_commit(round->world.catalog, 3, roll(round) % 2 == 0);
}

static bool play(uint64_t seed, int point) {
    struct round *round = MEM_NEW(struct round);
    struct error error = {0};
    lake_world_start(&round->world, seed * 1000 + (uint64_t)point);
    round->random = seed;
    round->next_number = 1;
    round->world.times = round->times;
    round->world.options.merge_rows = 96;
    round->world.options.sidecars_max = 5;
    round->world.options.batch_rows = 64;
    EXPECT(lake_world_open(&round->world, &error));
    add_store(round, LASTING);
    add_store(round, DELETED);
    int crash_every = STEPS / (CRASHES + 1);
    arm(round, point);
    for (int i = 0; i < STEPS && round->trouble == NULL; i++) {
        step(round, i);
        if (i % crash_every == crash_every - 1 && crash(round) && i < STEPS / 2)
            arm(round, (int)(roll(round) % POINTS));
    }
    if (round->trouble == NULL && crash(round))
        finish(round);
    if (round->trouble == NULL && crash(round))
        check_strays(round);
    bool is_fine = round->trouble == NULL;
    lake_files_release(round->held);
    lake_world_finish(&round->world);
    mem_free(round);
    return is_fine;
}

static void each_event_is_once_there_after_every_crash(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        for (int point = 0; point < POINTS; point++) {
            bool is_fine = play(seed, point);
            EXPECT(is_fine);
            if (!is_fine) {
                printf("# CAIRN_CRASH_SEED=%" PRIu64 ", point %d\n", seed, point);
                return;
            }
        }
    }
}

int main(void) {
    TEST(each_event_is_once_there_after_every_crash);
    return tap_done();
}
