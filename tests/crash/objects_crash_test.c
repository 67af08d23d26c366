/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1, P7.
 *
 * The promise of objects under power cuts and failing operations: an acknowledged put or delete is
 * still so after any crash; an object in doubt is the old or the new one, whole; nothing else
 * appears. The model knows, per key, the value last acknowledged and the one in doubt.
 */
#include "base/own.h"
#include "objects/objects.h"
#include "support/disk_sim.h"
#include "support/tap.h"

#include <stdlib.h>

enum { KEYS = 9, SEEDS = 120, FAILURE_POINTS = 18, ROUNDS = 4, OPERATIONS = 12, VALUE_SIZE = 700 };

static const char *const KEY_NAMES[KEYS] = {
    "a", "a/", "a/b", "a/b/c", "a/b/d", "z//z", "../up", "long/%", "long"};
static const struct str BUCKET = {"bucket", 6};

struct state {
    int value;    /* 0: no object */
    int in_doubt; /* -1: nothing is; else the value it may have instead */
};

struct run {
    struct disk_sim *sim;
    struct objects *objects;
    struct state states[KEYS];
    unsigned random;
    int next_value;
    bool ok;
};

static void make_body(int value, char *body) {
    for (int i = 0; i < VALUE_SIZE; i++)
        body[i] = (char)('a' + (value * 31 + i * value) % 26);
    (void)snprintf(body, 12, "%010d", value);
    body[10] = '/';
}

/* The value that the object has now; -1 where it is none that was ever put. */
static int read_value(struct run *run, struct str key) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf out = BUF_INIT(4096);
    struct error error = {0};
    char expected[VALUE_SIZE];
    if (!objects_get(run->objects, BUCKET, key, &arena, &out, NULL, &error))
        return error.kind == ERROR_NOT_FOUND ? 0 : -1;
    int value = out.size == VALUE_SIZE ? atoi(out.data) : -1;
    if (value <= 0)
        return -1;
    make_body(value, expected);
    return memcmp(out.data, expected, VALUE_SIZE) == 0 ? value : -1;
}

static void check_objects(struct run *run) {
    for (int i = 0; i < KEYS; i++) {
        struct state *state = &run->states[i];
        int value = read_value(run, str_from(KEY_NAMES[i]));
        if (value != state->value && (state->in_doubt < 0 || value != state->in_doubt)) {
            printf("# key %s is %d, expected %d or %d\n", KEY_NAMES[i], value, state->value, state->in_doubt);
            run->ok = false;
        }
        *state = (struct state){value, -1};
    }
}

/* The listing shows what can be read, and nothing else. */
static void check_listing(struct run *run) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_list_query query = {.limit = 100};
    struct objects_page page = {0};
    struct error error = {0};
    size_t present = 0, found = 0;
    run->ok = objects_list(run->objects, BUCKET, &query, &arena, &page, &error) && run->ok;
    for (int i = 0; i < KEYS; i++) {
        present += run->states[i].value > 0;
        for (size_t j = 0; j < page.object_count; j++)
            found += run->states[i].value > 0 && str_is(page.objects[j].key, KEY_NAMES[i]);
    }
    run->ok = run->ok && present == found && page.object_count == present;
}

static void change_something(struct run *run) {
    struct error error = {0};
    int key = (int)((unsigned)rand_r(&run->random) % KEYS);
    struct state *state = &run->states[key];
    if (state->in_doubt >= 0)
        return; /* the next crash settles it */
    bool is_delete = rand_r(&run->random) % 4 == 0, done = false;
    int value = is_delete ? 0 : ++run->next_value;
    if (is_delete) {
        done = objects_delete(run->objects, BUCKET, str_from(KEY_NAMES[key]), &error);
    } else {
        char body[VALUE_SIZE];
        make_body(value, body);
        done = objects_put(run->objects, BUCKET, str_from(KEY_NAMES[key]), bytes_of(body, VALUE_SIZE), NULL,
            STR_EMPTY, &error);
    }
    if (done)
        *state = (struct state){value, -1};
    else
        state->in_doubt = value; /* the store may have done it before it failed */
}

static bool reopen(struct run *run) {
    struct error error = {0};
    objects_close(run->objects);
    run->objects = objects_open(disk_sim_disk(run->sim), NULL, &error);
    if (run->objects == NULL)
        printf("# open: %s\n", error.message);
    return run->objects != NULL;
}

static void one_round(struct run *run, int fail_at) {
    struct error error = {0};
    disk_sim_fail_at(run->sim, fail_at);
    for (int i = 0; i < OPERATIONS; i++)
        change_something(run);
    disk_sim_crash(run->sim);
    run->ok = reopen(run) && run->ok;
    if (!run->ok)
        return;
    check_objects(run);
    check_listing(run);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_bucket bucket;
    run->ok = objects_bucket_get(run->objects, BUCKET, &arena, &bucket, &error) && run->ok;
    /* What the crash left never stands in the way of a put. */
    int before = run->next_value;
    for (int i = 0; run->ok && run->next_value == before && i < 100; i++)
        change_something(run);
    for (int key = 0; key < KEYS; key++)
        run->ok = run->ok && run->states[key].in_doubt < 0;
}

static bool one_run(unsigned seed, int fail_at) {
    struct error error = {0};
    struct run run = {.sim = disk_sim_create(seed), .random = seed, .ok = true};
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    for (int i = 0; i < KEYS; i++)
        run.states[i].in_doubt = -1;
    run.objects = objects_open(disk_sim_disk(run.sim), NULL, &error);
    run.ok = run.objects != NULL && objects_bucket_create(run.objects, &bucket, &error);
    for (int round = 0; run.ok && round < ROUNDS; round++) {
        one_round(&run, fail_at < 0 ? -1 : fail_at * 4 + (int)((unsigned)rand_r(&run.random) % 4));
        if (!run.ok)
            printf("# seed %u failure point %d round %d\n", seed, fail_at, round);
    }
    objects_close(run.objects);
    disk_sim_destroy(run.sim);
    return run.ok;
}

static void acknowledged_objects_survive_and_none_is_ever_torn(void) {
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        for (int fail_at = -1; fail_at < FAILURE_POINTS; fail_at++) {
            bool ok = one_run(seed, fail_at);
            EXPECT(ok);
            if (!ok)
                return;
        }
    }
}

/* What a bucket's own change does: made and policy set stay, deleted does not come back. */
static bool bucket_run(unsigned seed, int fail_at) {
    struct error error = {0};
    struct disk_sim *sim = disk_sim_create(seed);
    struct objects *objects = objects_open(disk_sim_disk(sim), NULL, &error);
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    bool created = false, has_policy = false, deleted = false, asked_policy = false, asked_delete = false;
    disk_sim_fail_at(sim, fail_at);
    created = objects != NULL && objects_bucket_create(objects, &bucket, &error);
    if (created) {
        asked_policy = true;
        has_policy = objects_bucket_set_policy(objects, BUCKET, STR_LITERAL("{}"), &error);
    }
    if (has_policy && seed % 2 == 0) {
        asked_delete = true;
        deleted = objects_bucket_delete(objects, BUCKET, &error);
    }
    disk_sim_crash(sim);
    objects_close(objects);
    objects = objects_open(disk_sim_disk(sim), NULL, &error);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_bucket found = {0};
    bool ok = objects != NULL;
    bool present = ok && objects_bucket_get(objects, BUCKET, &arena, &found, &error);
    if (created && !asked_delete)
        ok = ok && present;
    if (deleted)
        ok = ok && !present;
    if (present)
        ok = ok && str_is(found.owner_account, "123456789012") &&
             (str_is(found.policy, "{}") ? asked_policy : !has_policy);
    /* Whatever was left behind, the bucket can be made and used. */
    ok = ok && (present || objects_bucket_create(objects, &bucket, &error)) &&
         objects_put(
             objects, BUCKET, STR_LITERAL("a/b"), str_bytes(STR_LITERAL("x")), NULL, STR_EMPTY, &error);
    if (!ok)
        printf("# seed %u failure point %d: %s\n", seed, fail_at, error.message);
    objects_close(objects);
    disk_sim_destroy(sim);
    return ok;
}

static void buckets_appear_and_go_whole(void) {
    for (unsigned seed = 1; seed <= 200; seed++) {
        for (int fail_at = -1; fail_at < 40; fail_at++) {
            bool ok = bucket_run(seed, fail_at);
            EXPECT(ok);
            if (!ok)
                return;
        }
    }
}

int main(void) {
    TEST(acknowledged_objects_survive_and_none_is_ever_torn);
    TEST(buckets_appear_and_go_whole);
    return tap_done();
}
