/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P2, P4.
 *
 * Digests under fire: events, stops and starts, delivery and digest steps, on a disk that fails or dies
 * and a catalog whose commits fail before or after they took effect; then a crash. In the end all heals,
 * logging stops, and a walk over the bucket that knows nothing of the catalog must find every chain
 * whole and every log file in exactly one digest; the verifier must agree and find no stranger.
 */
#include "catalog/digests.h"
#include "support/digest_world.h"

enum { SEEDS = 40, ROUNDS = 6, OPERATIONS = 30 };

struct model {
    struct world world;
    struct digest *digest;
    uint64_t trail_id;
    bool is_logging;
    bool ok;
};

static void complain(struct model *model, const char *what) {
    model->ok = false;
    printf("# %s\n", what);
}

static bool open_digest(struct model *model) {
    struct error error = {0};
    model->digest = digest_open(model->world.catalog, model->world.objects,
        &(struct digest_options){.interval_ms = MS_PER_MINUTE}, &error);
    return model->digest != NULL;
}

static void set_up(struct model *model, uint64_t seed) {
    model->ok = true;
    world_start(&model->world, seed, (struct delivery_options){.interval_ms = 20 * MS_PER_SECOND});
    EXPECT(world_bucket(&model->world, "logs") && open_digest(model));
    struct catalog_trail trail = world_trail(WORLD_A, "audit", "logs");
    EXPECT(world_change(&model->world, world_create_trail, &trail));
    model->trail_id = trail.id;
    struct world_logging on = {trail.id, true};
    EXPECT(world_change(&model->world, world_set_logging, &on));
    model->is_logging = true;
}

static bool set_logging(struct model *model, bool is_on) {
    struct error error = {0};
    struct world_logging logging = {model->trail_id, is_on};
    model->is_logging = is_on;
    return world_change_only(&model->world, world_set_logging, &logging, &error) != 0 &&
           world_empty_outbox(&model->world, &error);
}

/* One thing that happens; false where a store failed and the program would restart. */
static bool operate(struct model *model) {
    struct world *world = &model->world;
    struct error error = {0};
    struct moment due = {0};
    switch (world_roll(world) % 8) {
    case 0:
        return world_roll(world) % 4 != 0 || set_logging(model, !model->is_logging);
    case 1:
        world->now.ms += (int64_t)(world_roll(world) % (50 * MS_PER_SECOND));
        return true;
    case 2:
    case 3:
        return delivery_step(world->delivery, world->now, &due, &error);
    case 4:
    case 5:
        return digest_step(model->digest, world->now, &due, &error);
    default:
        return world_emit(world, WORLD_A, world_roll(world) % 3 == 0 ? "us-east-1" : WORLD_HOME, true);
    }
}

static void crash_and_reopen(struct model *model) {
    struct world *world = &model->world;
    struct error error = {0};
    digest_close(TAKE(model->digest));
    world_close(world);
    disk_sim_crash(world->sim);
    if (!catalog_restart(world->catalog, &error) || !world_open(world, &error) ||
        !world_empty_outbox(world, &error) || !open_digest(model)) {
        complain(model, error.message);
        return;
    }
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct catalog_trail trail = {0};
    EXPECT(catalog_trail_get(world->catalog, model->trail_id, &arena, &trail, &error));
    model->is_logging = trail.is_logging;
}

/* Let everything come to rest at this moment. */
static void settle(struct model *model) {
    struct error error = {0};
    struct moment due = {0};
    if (!world_run(&model->world, &error))
        complain(model, error.message);
    for (int i = 0; model->ok && i < 100; i++) {
        if (!digest_step(model->digest, model->world.now, &due, &error))
            complain(model, error.message);
        else if (due.ms > model->world.now.ms)
            break;
    }
}

static void heal_and_stop(struct model *model) {
    crash_and_reopen(model);
    for (int i = 0; model->ok && i < 4; i++) {
        settle(model);
        model->world.now.ms += 6 * MS_PER_MINUTE;
    }
    if (model->ok && model->is_logging && !set_logging(model, false))
        complain(model, "logging does not stop");
    for (int i = 0; model->ok && i < 3; i++) {
        settle(model);
        model->world.now.ms += MS_PER_SECOND;
    }
}

static bool on_finding(const struct digest_finding *finding, void *context) {
    struct model *model = context;
    if (finding->kind != DIGEST_VALID) {
        printf("# %.*s: %s\n", STR(finding->object_key), digest_finding_text(finding->kind));
        model->ok = false;
    }
    return true;
}

static void check(struct model *model) {
    struct error error = {0};
    struct walk *walk = walk_bucket(&model->world, "logs");
    if (walk->faults > 0)
        complain(model, "a chain is broken");
    for (size_t i = 0; i < walk->file_count; i++) {
        if (walk->named[i] == 1)
            continue;
        printf("# %.*s is named %u times\n", STR(walk->files[i]), walk->named[i]);
        model->ok = false;
    }
    struct digest_counts counts = {0};
    const struct moment range[2] = {MOMENT_MIN, MOMENT_MAX};
    if (!digest_verify(model->world.catalog, model->world.objects, model->trail_id, range, on_finding, model,
            &counts, &error))
        complain(model, error.message);
    if (counts.digests != walk->digest_count || counts.files != walk->file_count)
        complain(model, "the catalog and the bucket do not have the same");
    walk_free(walk);
}

static bool run_seed(uint64_t seed) {
    struct model *model = MEM_NEW(struct model);
    set_up(model, seed);
    for (int round = 0; round < ROUNDS && model->ok; round++) {
        world_arm(&model->world);
        for (int i = 0; i < OPERATIONS && operate(model); i++) {
        }
        crash_and_reopen(model);
    }
    if (model->ok)
        heal_and_stop(model);
    if (model->ok)
        check(model);
    bool ok = model->ok;
    digest_close(model->digest);
    world_finish(&model->world);
    mem_free(model);
    return ok;
}

static void chains_stay_whole_and_name_every_file_once_whatever_fails(void) {
    world_try_seeds(seeds_choose(SEEDS), run_seed);
}

int main(void) {
    TEST(chains_stay_whole_and_name_every_file_once_whatever_fails);
    return tap_done();
}
