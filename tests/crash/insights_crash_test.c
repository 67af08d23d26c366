/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: counts and insights after a crash equal those of an uninterrupted run.
 *
 * The journal is played by a list of events, which loses nothing. In each round one operation of the disk
 * fails, then the power is cut, again and again until the list is through. In the end every count, every open
 * insight and every record must be what a run that never failed says, and no record may have been told with
 * two different texts.
 */
#include "base/bits.h"
#include "codec/hash.h"
#include "support/insights_world.h"
#include "support/seeds.h"

enum {
    SEEDS = 10,
    POINTS = 40,
    STEP = 7,
    FAR_STEP = 83,
    CRASHES = 3,
    MERGE_POINTS = 61, /* operations of the merges in the end */
    MINUTES = 240,
    SERIES = 3,
    EVENTS_MAX = 16384,
    MAINTAIN_EVERY = 24
};

struct listed {
    int series;
    int64_t minute;
    struct moment arrived_at;
    bool is_intruder, fails;
};

static struct listed events[EVENTS_MAX];
static size_t event_count;
static uint64_t random_state;
static bool is_often_saved; /* else files of counts wait for a snapshot longer */

static uint64_t roll(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

static void list_event(int series, int64_t minute, int64_t arrives, bool is_intruder) {
    if (event_count < EVENTS_MAX)
        events[event_count++] = (struct listed){series, minute,
            {insights_world_time(arrives).ms + (int64_t)roll() % 1000}, is_intruder, roll() % 8 == 0};
}

/* Some calls a minute, some of them late or ahead of time, an import, and twice an intruder; the second is
 * not done. */
static void list_events(void) {
    event_count = 0;
    for (int64_t minute = 0; minute < MINUTES; minute++) {
        for (int series = 0; series < SERIES; series++)
            for (uint64_t i = 0; i < 2 + roll() % 3; i++)
                list_event(series, minute, minute, false);
        bool is_attacked = (minute >= 150 && minute < 165) || minute >= MINUTES - 6;
        for (int i = 0; is_attacked && i < 40; i++)
            list_event(1, minute, minute, true);
        if (roll() % 4 == 0)
            list_event(0, minute - (int64_t)(roll() % 60), minute, false);
        for (int64_t i = 0; minute == 120 && i < 90; i++)
            list_event(2, i - 110, minute, false);
        if (roll() % 8 == 0)
            list_event(2, minute + (int64_t)(roll() % 15), minute, false);
    }
}

static struct event_facets facets_of(const struct listed *listed) {
    static const struct str names[SERIES] = {{"RunInstances", 12}, {"PutUserPolicy", 13}, {"CreateUser", 10}};
    struct event_facets facets = insights_world_call(listed->minute);
    facets.name = names[listed->series];
    facets.user_arn =
        listed->is_intruder ? STR_LITERAL("arn:aws:iam::210987654321:user/mallory") : facets.user_arn;
    facets.error_code = listed->fails ? STR_LITERAL("AccessDenied") : STR_EMPTY;
    return facets;
}

/* Records by id, each once: what admission does. False where one came with another text before. */
static bool keep_once(struct insights_world *world) {
    for (size_t i = 0; i + 1 < world->record_count; i++) {
        char *last = world->records[world->record_count - 1], *other = world->records[i];
        const char *id = strstr(last, "\"eventID\":\""), *other_id = strstr(other, "\"eventID\":\"");
        if (strncmp(id, other_id, 11 + UUID_TEXT_SIZE) != 0)
            continue;
        bool same = strcmp(last, other) == 0;
        if (!same)
            printf("# told twice:\n# %s\n# %s\n", other, last);
        mem_free(last);
        world->record_count--;
        return same;
    }
    return true;
}

static bool records_agree = true;

static bool admit(struct str record, void *context, struct error *error) {
    struct insights_world *world = context;
    if (roll() % 4 != 0)
        return error_set(error, ERROR_UNAVAILABLE, "not now");
    if (world->record_count == WORLD_RECORDS_MAX)
        return error_set(error, ERROR_LIMIT, "too many");
    world->records[world->record_count++] = mem_copy(record.data, record.size);
    records_agree = keep_once(world) && records_agree;
    return true;
}

static bool open_insights(struct insights_world *world) {
    struct error error = {0};
    world->options = (struct insights_options){.series_max = 16,
        .unsaved_max = is_often_saved ? 24 : 8,
        .warm_ms = 100 * MS_PER_MINUTE,
        .on_insight = admit,
        .context = world};
    insights_close(world->insights);
    world->insights = insights_open(disk_sim_disk(world->sim), &world->options, &error);
    world->position = world->insights != NULL ? insights_position(world->insights) : 0;
    return world->insights != NULL;
}

/* Apply the rest of the list, as an owner who stops at the first error. */
static bool work(struct insights_world *world) {
    struct error error = {0};
    while (world->position < event_count) {
        const struct listed *listed = &events[world->position];
        struct event_facets facets = facets_of(listed);
        SCOPED(buf_finish) struct buf payload = BUF_INIT(1 << 14);
        struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
            .arrived_at = listed->arrived_at,
            .facets = facets,
            .record = STR_LITERAL("{}")};
        event_envelope_append(&payload, &envelope);
        if (!insights_apply(world->insights, world->position + 1, buf_bytes(&payload), &error))
            return false;
        world->position++;
        /* By the clock, as far as all that arrived before was applied. */
        if (roll() % 16 == 0 && world->position < event_count &&
            !insights_advance(world->insights, events[world->position].arrived_at, &error))
            return false;
        bool has_more = false, force = roll() % 4 != 0 && (is_often_saved || roll() % 2 == 0);
        if (world->position % MAINTAIN_EVERY == 0 &&
            !insights_maintain(world->insights, listed->arrived_at, force, &has_more, &error))
            return false;
        if (world->position % 8 == 0 && roll() % 2 == 0 &&
            !insights_maintain(world->insights, listed->arrived_at, false, &has_more, &error))
            return false;
    }
    return true;
}

/* Twenty days later: merged, coarser, saved. */
static bool work_on(struct insights_world *world) {
    struct error error = {0};
    bool has_more = true, ok = true;
    for (int i = 0; ok && i < 40 && has_more; i++)
        ok = insights_maintain(
            world->insights, insights_world_time(MINUTES + 20 * 1440), i == 0, &has_more, &error);
    return ok;
}

static void append_values(
    struct insights_world *world, struct insights_series series, int64_t period_s, struct buf *state) {
    struct error error = {0};
    struct arena arena = ARENA_INIT;
    struct insights_values values = {0};
    struct insights_query query = {.series = series,
        .period_s = period_s,
        .from = insights_world_time(-120),
        .to = insights_world_time(MINUTES + 60),
        .now = insights_world_time(MINUTES + 60),
        .count_max = INSIGHTS_VALUES_MAX};
    if (!insights_query(world->insights, &query, &arena, &values, &error))
        buf_append_format(state, "%s", error.message);
    for (size_t i = 0; i < values.count; i++)
        buf_append_format(state, "%jd: %g\n",
            (intmax_t)(values.times[i].ms / MS_PER_MINUTE - WORLD_START_MINUTE), values.values[i]);
    arena_finish(&arena);
}

/* What is known in the end, as text. */
static void append_state(struct insights_world *world, struct buf *state, int64_t period_s) {
    struct insights_stats stats = insights_stats(world->insights);
    buf_append_format(state, "open %ju started %ju ended %ju late %ju\n", (uintmax_t)stats.insights_open,
        (uintmax_t)stats.insights_started, (uintmax_t)stats.insights_ended, (uintmax_t)stats.events_late);
    for (size_t i = 0; i < 2 * SERIES; i++) {
        struct event_facets facets = facets_of(&(struct listed){.series = (int)(i / 2)});
        struct insights_series series = insights_world_series();
        series.event_name = facets.name;
        series.type = i % 2 == 0 ? INSIGHTS_CALL_RATE : INSIGHTS_ERROR_RATE;
        series.error_code = i % 2 == 0 ? STR_EMPTY : STR_LITERAL("AccessDenied");
        buf_append_format(state, "%.*s %zu\n", STR(series.event_name), i % 2);
        append_values(world, series, period_s, state);
    }
}

static void print_difference(const char *ours, const char *theirs) {
    size_t same = 0, line = 0;
    while (ours[same] != 0 && ours[same] == theirs[same])
        if (ours[same++] == '\n')
            line = same;
    printf("# got %.40s\n# expected %.40s\n", ours + line, theirs + line);
}

static size_t records_known(const struct insights_world *world, const struct insights_world *other) {
    size_t count = 0;
    for (size_t i = 0; i < world->record_count; i++)
        for (size_t k = 0; k < other->record_count; k++)
            count += strcmp(world->records[i], other->records[k]) == 0 ? 1 : 0;
    return count;
}

static bool is_same(struct insights_world *world, struct insights_world *reference, int64_t period_s) {
    SCOPED(buf_finish) struct buf ours = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf theirs = BUF_INIT(1 << 20);
    append_state(world, &ours, period_s);
    append_state(reference, &theirs, period_s);
    bool same = bytes_equal(buf_bytes(&ours), buf_bytes(&theirs));
    if (!same)
        print_difference(ours.data, theirs.data);
    size_t known = records_known(world, reference);
    if (known != reference->record_count || known != world->record_count)
        printf("# %zu records, %zu expected, %zu the same\n", world->record_count, reference->record_count,
            known);
    return same && known == reference->record_count && known == world->record_count && records_agree;
}

/* Everybody takes records by now. */
static bool settle(struct insights_world *world) {
    struct error error = {0};
    bool ok = true;
    for (int i = 0; ok && i < 1000; i++)
        ok = insights_advance(world->insights, events[event_count - 1].arrived_at, &error);
    return ok;
}

static void crash(struct insights_world *world) {
    insights_close(TAKE(world->insights));
    disk_sim_fail_at(world->sim, -1);
    disk_sim_crash(world->sim);
}

static bool survives(struct insights_world *world, struct insights_world *reference, int point) {
    for (int i = 0; i < CRASHES; i++) {
        disk_sim_fail_at(world->sim, point + i * 41);
        if (open_insights(world))
            IGNORE(work(world), "a failing operation may hit here");
        crash(world);
    }
    if (!open_insights(world) || !work(world) || !settle(world) || !is_same(world, reference, 60))
        return false;
    disk_sim_fail_at(world->sim, point % MERGE_POINTS);
    IGNORE(work_on(world), "and here");
    crash(world);
    if (!open_insights(world) || !work(world) || !settle(world) || !work_on(world))
        return false;
    crash(world);
    return open_insights(world) && is_same(world, reference, 3600);
}

static void counts_and_insights_after_a_crash_are_those_of_an_uninterrupted_run(void) {
    struct seeds seeds = seeds_choose(SEEDS);
    for (uint64_t seed = seeds.first; seed < seeds.end; seed++) {
        random_state = seed;
        list_events();
        struct insights_world reference = {.sim = disk_sim_create(seed)};
        EXPECT(open_insights(&reference) && work(&reference) && settle(&reference));
        EXPECT(reference.record_count >= 3 && insights_stats(reference.insights).insights_open >= 1);
        for (int i = 0; i < POINTS && tap_ok; i++) {
            int point = (int)(seed % STEP) + i * (i % 2 == 0 ? STEP : FAR_STEP);
            is_often_saved = i / 2 % 2 == 0;
            struct insights_world world = {.sim = disk_sim_create(seed)};
            tap_ok = survives(&world, &reference, point);
            if (!tap_ok)
                printf("# replay: seed %ju point %d\n", (uintmax_t)seed, point);
            insights_world_close(&world);
        }
        insights_world_close(&reference);
    }
}

int main(void) {
    TEST(counts_and_insights_after_a_crash_are_those_of_an_uninterrupted_run);
    return tap_done();
}
