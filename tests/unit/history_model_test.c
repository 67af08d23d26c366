/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A history and a list of everything that went into it answer the same random questions, while it seals,
 * merges, expires and is closed and opened again.
 */
#include "history/history.h"
#include "support/disk_sim.h"
#include "support/history_model.h"

enum { SEEDS = 8, STEPS = 150 };
static const int64_t start_ms = 1700000000000;

struct world {
    uint64_t random;
    struct disk_sim *sim;
    struct history_options options;
    struct history *history;
    struct history_model *model;
    int64_t now_ms;
};

static uint64_t roll(struct world *world, uint64_t below) {
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (world->random >> 33) % below;
}

/* As the daemon does: where memory is full, the maintainer goes first. */
static bool apply(struct world *world, uint64_t position) {
    struct error error = {0};
    bool more = true;
    while (!history_apply(world->history, position, world->model->payloads[position - 1], &error)) {
        if (error.kind == ERROR_UNAVAILABLE &&
            history_maintain(world->history, (struct moment){world->now_ms}, false, &more, &error))
            continue;
        printf("# %s\n", error.message);
        return false;
    }
    return true;
}

static bool reopen(struct world *world) {
    struct error error = {0};
    history_close(world->history);
    world->history = history_open(disk_sim_disk(world->sim), &world->options, &error);
    if (world->history == NULL) {
        printf("# %s\n", error.message);
        return false;
    }
    for (uint64_t position = history_sealed_position(world->history) + 1; position <= world->model->count;
         position++)
        if (!apply(world, position))
            return false;
    return true;
}

/* Times run forwards with some disorder; every fourth world imports old events at random. */
static struct sample_event random_event(struct world *world) {
    bool imports = world->options.seal_bytes % 4 == 0;
    int64_t age_ms = imports ? (int64_t)roll(world, 30) * MS_PER_DAY / 10 : (int64_t)roll(world, 4000);
    return (struct sample_event){.number = world->model->count,
        .time_ms = (world->now_ms - age_ms) / 1000 * 1000,
        .arrived_at_ms = world->now_ms,
        .user = (unsigned)(roll(world, 40) * roll(world, 40) / 40),
        .name = (unsigned)roll(world, 12),
        .address = (unsigned)roll(world, 5),
        .resource = (unsigned)roll(world, 300),
        .account = (unsigned)(roll(world, 8) == 0),
        .error = (unsigned)(roll(world, 4) == 0 ? 1 + roll(world, 3) : 0),
        .category = roll(world, 5) == 0    ? EVENT_DATA
                    : roll(world, 30) == 0 ? EVENT_NETWORK_ACTIVITY
                                           : EVENT_MANAGEMENT,
        .read_only = roll(world, 3) != 0,
        .padding = (unsigned)roll(world, 60)};
}

static bool apply_some(struct world *world) {
    size_t count = roll(world, 60);
    for (size_t i = 0; i < count && world->model->count < MODEL_EVENTS_MAX; i++) {
        struct sample_event event = random_event(world);
        (void)history_model_add(world->model, &event);
        if (!apply(world, world->model->count))
            return false;
        world->now_ms += (int64_t)roll(world, 700);
    }
    return true;
}

static bool maintain_some(struct world *world, bool force_seal) {
    struct error error = {0};
    bool more = true;
    for (uint64_t steps = 1 + roll(world, 6); steps > 0 && more; steps--, force_seal = false)
        if (!history_maintain(world->history, (struct moment){world->now_ms}, force_seal, &more, &error)) {
            printf("# %s\n", error.message);
            return false;
        }
    return true;
}

/* The value that some event has for an attribute: most questions should find something. */
static struct str value_from(
    const struct event_facets *facets, enum history_attribute attribute, char id[40]) {
    switch (attribute) {
    case HISTORY_ACCESS_KEY_ID:
        return facets->access_key_id;
    case HISTORY_EVENT_ID:
        uuid_format(facets->id, id);
        return str_from(id);
    case HISTORY_EVENT_NAME:
        return facets->name;
    case HISTORY_EVENT_SOURCE:
        return facets->source;
    case HISTORY_READ_ONLY:
        return facets->read_only == EVENT_TRUE ? STR_LITERAL("true") : STR_LITERAL("false");
    case HISTORY_RESOURCE_NAME:
        return facets->lookup_resource_count > 0 ? facets->lookup_resources[0].name : STR_LITERAL("b1");
    case HISTORY_RESOURCE_TYPE:
        return STR_LITERAL("AWS::S3::Bucket");
    case HISTORY_USERNAME:
        return facets->username;
    case HISTORY_SOURCE_IP:
        return facets->source_ip;
    case HISTORY_ERROR_CODE:
        return facets->error_code.size > 0 ? facets->error_code : STR_LITERAL("Error2");
    case HISTORY_USER_ARN:
        return facets->user_arn;
    case HISTORY_RESOURCE_ARN:
        return facets->resources[0].name;
    case HISTORY_ATTRIBUTE_COUNT:
        break;
    }
    return STR_EMPTY;
}

static bool ask_one(struct world *world) {
    struct history_filter filters[3];
    char id[40];
    const struct event_envelope *event = &world->model->events[roll(world, world->model->count)];
    struct history_query query = {.account = event->facets.account,
        .region = event->facets.region,
        .from = MOMENT_MIN,
        .to = MOMENT_MAX,
        .filters = filters,
        .filter_count = roll(world, 4),
        .limit = 1 + roll(world, 60),
        .now = {world->now_ms}};
    for (size_t i = 0; i < query.filter_count; i++) {
        filters[i].attribute = (enum history_attribute)roll(world, HISTORY_ATTRIBUTE_COUNT);
        filters[i].value = value_from(&event->facets, filters[i].attribute, id);
    }
    if (roll(world, 3) == 0)
        query.categories = 1U << event->facets.category;
    if (roll(world, 3) == 0)
        query.from.ms = event->facets.time.ms - (int64_t)roll(world, 100000);
    if (roll(world, 3) == 0)
        query.to.ms = event->facets.time.ms + (int64_t)roll(world, 2) * 1000;
    if (roll(world, 4) == 0)
        query.position_max = 1 + roll(world, world->model->count);
    if (roll(world, 4) == 0) {
        query.has_before = true;
        query.before_time = event->facets.time;
        query.before_position = (uint64_t)(event - world->model->events) + 1;
    }
    return history_model_agrees(world->model, world->history, &query);
}

static bool step(struct world *world) {
    switch (roll(world, 5)) {
    case 0:
        return maintain_some(world, true);
    case 1:
        return maintain_some(world, false);
    case 2:
        return roll(world, 4) != 0 || reopen(world);
    default:
        return apply_some(world);
    }
}

static bool world_holds(uint64_t seed, int64_t retention_ms) {
    struct world world = {.random = seed * 7919 + 1, .now_ms = start_ms};
    world.options = (struct history_options){
        .seal_bytes = 60000 + seed, .seal_after_ms = MS_PER_MINUTE, .retention_ms = retention_ms};
    world.sim = disk_sim_create(seed);
    world.model = history_model_create();
    world.model->retention_ms = retention_ms;
    bool holds = reopen(&world) && apply_some(&world) && apply_some(&world);
    for (int i = 0; i < STEPS && holds; i++) {
        holds = step(&world);
        for (int question = 0; question < 8 && holds; question++)
            holds = ask_one(&world);
        if (!holds)
            printf("# seed %" PRIu64 " step %d, %zu events\n", seed, i, world.model->count);
    }
    history_close(world.history);
    history_model_destroy(world.model);
    disk_sim_destroy(world.sim);
    return holds;
}

static void answers_are_those_of_a_full_scan(void) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        EXPECT(world_holds(seed, 0));
}

static void answers_stay_right_while_old_events_expire(void) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        EXPECT(world_holds(seed + 100, 4 * MS_PER_MINUTE));
}

int main(void) {
    TEST(answers_are_those_of_a_full_scan);
    TEST(answers_stay_right_while_old_events_expire);
    return tap_done();
}
