/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P2, P3.
 *
 * The planned-file protocol under fire. Rounds of events, changes of trails and delivery steps on a disk
 * that fails or dies somewhere and a catalog whose commits fail before or after they took effect; then a
 * crash. In the end everything heals, and for each trail an independent reading of the journal says
 * which events it must have: each is in exactly one log file, byte for byte, and no file is there
 * that the catalog does not know.
 */
#include "codec/json.h"
#include "support/delivery_world.h"

enum { SEEDS = 250, ROUNDS = 6, OPERATIONS = 25, TRAILS = 3, EVENTS_MAX = 1024 };

static const char *const REGIONS[] = {WORLD_HOME, "us-east-1", "ap-south-1"};
#define READ_ONLY STR_LITERAL("[{\"ReadWriteType\":\"ReadOnly\",\"IncludeManagementEvents\":true}]")

struct model {
    struct world world;
    struct catalog_trail trails[TRAILS];
    bool is_logging[TRAILS];
    uint8_t expected[TRAILS][EVENTS_MAX], found[TRAILS][EVENTS_MAX];
    const char *bucket; /* being read */
    bool ok;
};

static size_t files; /* that were read, of all seeds */

static void complain(struct model *model, const char *what) {
    model->ok = false;
    printf("# %s\n", what);
}

static void make_trails(struct model *model) {
    struct world *world = &model->world;
    model->trails[0] = world_trail(WORLD_A, "multi", "one");
    model->trails[1] = world_trail(WORLD_A, "single", "two");
    model->trails[1].is_multi_region = false;
    model->trails[2] = world_trail(WORLD_B, "other", "one");
    model->trails[2].s3_key_prefix = STR_LITERAL("b");
    EXPECT(world_bucket(world, "one") && world_bucket(world, "two"));
    for (size_t i = 0; i < TRAILS; i++) {
        EXPECT(world_change(world, world_create_trail, &model->trails[i]));
        struct world_logging on = {model->trails[i].id, true};
        EXPECT(world_change(world, world_set_logging, &on));
        model->is_logging[i] = true;
    }
}

/* Start, stop, narrow or widen some trail. */
static bool change_something(struct model *model, struct error *error) {
    struct world *world = &model->world;
    size_t i = world_roll(world) % TRAILS;
    struct catalog_trail *trail = &model->trails[i];
    if (world_roll(world) % 2 == 0) {
        trail->event_selectors = trail->event_selectors.size > 0 ? STR_EMPTY : READ_ONLY;
        return world_change_only(world, world_update_trail, trail, error) != 0 &&
               world_empty_outbox(world, error);
    }
    model->is_logging[i] = !model->is_logging[i];
    struct world_logging logging = {trail->id, model->is_logging[i]};
    return world_change_only(world, world_set_logging, &logging, error) != 0 &&
           (world_roll(world) % 3 == 0 || world_empty_outbox(world, error));
}

/* One thing that happens; false where a store failed and the program would restart. */
static bool operate(struct model *model) {
    struct world *world = &model->world;
    struct error error = {0};
    struct moment due = {0};
    switch (world_roll(world) % 8) {
    case 0:
        return change_something(model, &error);
    case 1:
        world->now.ms += (int64_t)(world_roll(world) % 1500);
        return delivery_step(world->delivery, world->now, &due, &error);
    case 2:
        return delivery_step(world->delivery, world->now, &due, &error);
    default:
        return world_emit(world, world_roll(world) % 3 == 0 ? WORLD_B : WORLD_A,
            REGIONS[world_roll(world) % 3], world_roll(world) % 2 == 0);
    }
}

static void crash_and_reopen(struct model *model) {
    struct world *world = &model->world;
    struct error error = {0};
    world_close(world);
    disk_sim_crash(world->sim);
    if (!catalog_restart(world->catalog, &error) || !world_open(world, &error))
        complain(model, error.message);
    /* A copy of the trails as they are now: a change may have taken effect or not. */
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < TRAILS; i++) {
        struct catalog_trail trail = {0};
        EXPECT(catalog_trail_get(world->catalog, model->trails[i].id, &arena, &trail, &error));
        model->is_logging[i] = trail.is_logging;
        model->trails[i].event_selectors = trail.event_selectors.size > 0 ? READ_ONLY : STR_EMPTY;
    }
    if (model->ok && !world_empty_outbox(world, &error))
        complain(model, error.message);
}

static uint32_t event_number(struct uuid id) {
    return (uint32_t)id.bytes[14] << 8 | id.bytes[15];
}

/* What a trail must have, told by versions and journal alone: another way than delivery's. */
static void expect_of_trail(
    struct model *model, size_t index, const struct catalog_version *versions, size_t version_count) {
    struct world *world = &model->world;
    const struct catalog_trail *trail = &model->trails[index];
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct journal_cursor *cursor = journal_cursor_create(world->journal, 1);
    size_t holds = SIZE_MAX, met = 0; /* the version that holds; how many were met */
    for (;;) {
        struct journal_record record = {0};
        struct event_envelope envelope;
        if (!journal_cursor_next(cursor, &record, &error) || record.position == 0)
            break;
        EXPECT(event_envelope_parse(&arena, record.payload, &envelope, &error));
        size_t after = holds;
        for (size_t v = met; v < version_count; v++) {
            if (memcmp(versions[v].event_id.bytes, envelope.facets.id.bytes, UUID_SIZE) == 0) {
                after = v;
                met = v + 1;
            }
        }
        bool starts = after != SIZE_MAX && after != holds && versions[after].is_logging &&
                      (after == 0 || !versions[after - 1].is_logging);
        const struct catalog_version *version = starts              ? &versions[after]
                                                : holds == SIZE_MAX ? NULL
                                                                    : &versions[holds];
        const struct event_facets *facets = &envelope.facets;
        if (version != NULL && version->is_logging && str_equals(facets->account, trail->account) &&
            (trail->is_multi_region || str_is(facets->region, WORLD_HOME)) &&
            (version->event_selectors.size == 0 || facets->read_only == EVENT_TRUE))
            model->expected[index][event_number(facets->id) % EVENTS_MAX]++;
        holds = after;
    }
    journal_cursor_destroy(cursor);
}

static size_t trail_of_key(const struct model *model, struct str key) {
    if (strcmp(model->bucket, "two") == 0)
        return 1;
    return str_starts_with(key, STR_LITERAL("b/")) ? 2 : 0;
}

struct reading {
    struct model *model;
    size_t trail;
    struct str key;
};

static bool on_record(struct str record, void *context) {
    struct reading *reading = context;
    struct world *world = &reading->model->world;
    SCOPED(buf_finish) struct buf padded = BUF_INIT(BUF_UNBOUNDED);
    buf_append_str(&padded, record);
    if (buf_reserve(&padded, JSON_PADDING) == NULL)
        return false;
    struct event_facets facets = {0};
    struct error error = {0};
    if (!event_parse(world->parser, buf_str(&padded), world->now, &facets, &error)) {
        complain(reading->model, error.message);
        return false;
    }
    SCOPED(buf_finish) struct buf folder = BUF_INIT(256);
    buf_append_format(&folder, "/%.*s/CloudTrail/%.*s/", STR(facets.account), STR(facets.region));
    if (str_find(reading->key, buf_str(&folder)) == SIZE_MAX)
        complain(reading->model, "an event is in another region's file");
    reading->model->found[reading->trail][event_number(facets.id) % EVENTS_MAX]++;
    return true;
}

static void on_object(struct str key, struct str raw, void *context) {
    struct model *model = context;
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_plan plan = {0};
    uint8_t hash[SHA256_SIZE];
    hash_sha256(str_bytes(raw), hash);
    files++;
    if (!catalog_plan_find_object(model->world.catalog, str_from(model->bucket), key, &arena, &plan, &error))
        complain(model, "a file is there that was not planned");
    else if (plan.state != CATALOG_PLAN_DONE || memcmp(plan.raw_sha256, hash, sizeof hash) != 0)
        complain(model, "a file is not as its plan says");
    SCOPED(buf_finish) struct buf padded = BUF_INIT(BUF_UNBOUNDED);
    buf_append_str(&padded, raw);
    if (buf_reserve(&padded, JSON_PADDING) == NULL)
        return;
    struct reading reading = {model, trail_of_key(model, key), key};
    struct json_parser *parser = json_parser_create();
    if (!json_split_records(parser, str_of(padded.data, raw.size), on_record, &reading, &error))
        complain(model, error.message);
    json_parser_destroy(parser);
}

static void heal(struct model *model) {
    struct world *world = &model->world;
    struct error error = {0};
    crash_and_reopen(model);
    for (int i = 0; model->ok && i < 5; i++) {
        if (!world_run(world, &error))
            complain(model, error.message);
        world->now.ms += 6 * MS_PER_MINUTE;
    }
}

static void check(struct model *model) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    for (size_t i = 0; i < TRAILS; i++) {
        struct catalog_version *versions = NULL;
        size_t count = 0;
        EXPECT(catalog_version_list(
            model->world.catalog, model->trails[i].id, 0, &arena, &versions, &count, &error));
        expect_of_trail(model, i, versions, count);
    }
    model->bucket = "one";
    world_each_object(&model->world, "one", on_object, model);
    model->bucket = "two";
    world_each_object(&model->world, "two", on_object, model);
    uint64_t backlog = 0;
    EXPECT(catalog_plan_backlog(model->world.catalog, 0, false, &backlog, &error));
    if (backlog > 0)
        complain(model, "plans are left that nobody puts");
    for (size_t i = 0; i < TRAILS; i++) {
        for (size_t number = 0; number < EVENTS_MAX; number++) {
            if (model->found[i][number] == model->expected[i][number])
                continue;
            printf("# trail %zu event %zu is there %u times, expected %u\n", i, number,
                model->found[i][number], model->expected[i][number]);
            model->ok = false;
        }
    }
}

static bool run_seed(uint64_t seed) {
    struct model *model = MEM_NEW(struct model);
    model->ok = true;
    world_start(&model->world, seed,
        (struct delivery_options){.interval_ms = 1000, .file_bytes_max = 3000, .memory_bytes_max = 20000});
    make_trails(model);
    for (int round = 0; round < ROUNDS && model->ok; round++) {
        world_arm(&model->world);
        for (int i = 0; i < OPERATIONS && operate(model); i++) {
        }
        crash_and_reopen(model);
    }
    heal(model);
    if (model->ok)
        check(model);
    bool ok = model->ok;
    world_finish(&model->world);
    mem_free(model);
    return ok;
}

static void every_event_is_in_exactly_one_log_file_whatever_fails(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    world_try_seeds(seeds, run_seed);
    uint64_t count = seeds.end - seeds.first;
    EXPECT(files > 10 * count || count < SEEDS); /* the rounds do get to deliver */
}

int main(void) {
    TEST(every_event_is_in_exactly_one_log_file_whatever_fails);
    return tap_done();
}
