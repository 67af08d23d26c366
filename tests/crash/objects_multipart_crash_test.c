/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises: P1.
 *
 * Multipart uploads under power cuts and failing operations: an upload and parts that were
 * acknowledged are there; a completion leaves the whole object or none; an abort that was
 * acknowledged stays one.
 */
#include "base/own.h"
#include "objects/multipart.h"
#include "support/disk_sim.h"
#include "support/tap.h"

enum { SEEDS = 25, FAILURE_POINTS = 170, PARTS = 2 };

static const struct str BUCKET = {"bucket", 6};
static const struct str KEY = {"a/big", 5};
static const char *const TEXTS[PARTS] = {"the first part ", "and the last"};
static const char WHOLE[] = "the first part and the last";

struct run {
    struct disk_sim *sim;
    struct objects *objects;
    struct arena arena;
    struct objects_multipart multipart;
    struct objects_part parts[PARTS];
    bool begun, sent[PARTS], asked_complete, completed, asked_abort, aborted;
};

static bool send_part(struct run *run, unsigned index) {
    struct error error = {0};
    struct objects_commit commit = {0};
    struct objects_upload *upload =
        objects_upload_begin_part(run->objects, &run->multipart, index + 1, &error);
    run->parts[index].number = index + 1;
    bool done = upload != NULL && objects_upload_append(upload, str_bytes(str_from(TEXTS[index])), &error) &&
                objects_upload_commit(upload, &commit, &run->arena, &run->parts[index].info, &error);
    objects_upload_destroy(upload);
    return done;
}

static bool complete(struct run *run) {
    struct error error = {0};
    struct objects_commit commit = {0};
    struct objects_info info;
    return objects_multipart_complete(
        run->objects, &run->multipart, &commit, run->parts, PARTS, &run->arena, &info, &error);
}

/* Everything in order, until something fails. */
static void act(struct run *run, bool ends_in_abort) {
    static const struct objects_metadata NONE = {0};
    struct error error = {0};
    run->begun = objects_multipart_create(
        run->objects, BUCKET, KEY, &NONE, &run->arena, &run->multipart.upload_id, &error);
    if (!run->begun)
        return;
    for (unsigned i = 0; i < PARTS; i++) {
        run->sent[i] = send_part(run, i);
        if (!run->sent[i])
            return;
    }
    if (ends_in_abort) {
        run->asked_abort = true;
        run->aborted = objects_multipart_abort(run->objects, &run->multipart, &error);
    } else {
        run->asked_complete = true;
        run->completed = complete(run);
    }
}

static bool has_parts(struct run *run) {
    struct objects_part *parts = NULL;
    size_t count = 0, found = 0;
    struct error error = {0};
    if (!objects_multipart_parts(run->objects, &run->multipart, &run->arena, &parts, &count, &error))
        return false;
    for (unsigned i = 0; i < PARTS; i++) {
        for (size_t j = 0; run->sent[i] && j < count; j++)
            found += parts[j].number == i + 1 && str_equals(parts[j].info.etag, run->parts[i].info.etag);
    }
    return found == (size_t)run->sent[0] + run->sent[1];
}

static bool check(struct run *run) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf out = BUF_INIT(1000);
    bool present = objects_get(run->objects, BUCKET, KEY, &run->arena, &out, NULL, &error);
    if (!present && error.kind != ERROR_NOT_FOUND)
        return false;
    if (present && (!run->asked_complete || !str_is(buf_str(&out), WHOLE)))
        return false;
    if (run->completed && !present)
        return false;
    if (run->aborted)
        return !objects_multipart_get(
            run->objects, &run->multipart, &run->arena, &(struct objects_info){0}, &error);
    if (run->begun && !run->asked_abort && !present && !has_parts(run))
        return false;
    /* What is left of it goes. */
    return objects_multipart_sweep(run->objects, MOMENT_MAX, &error) &&
           !objects_multipart_get(
               run->objects, &run->multipart, &run->arena, &(struct objects_info){0}, &error);
}

static bool one_run(uint64_t seed, int fail_at, bool ends_in_abort) {
    struct error error = {0};
    struct run run = {.sim = disk_sim_create(seed), .multipart = {BUCKET, KEY, STR_EMPTY}};
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    run.objects = objects_open(disk_sim_disk(run.sim), NULL, &error);
    bool ok = run.objects != NULL && objects_bucket_create(run.objects, &bucket, &error);
    if (ok) {
        disk_sim_fail_at(run.sim, fail_at);
        act(&run, ends_in_abort);
        disk_sim_crash(run.sim);
        objects_close(run.objects);
        run.objects = objects_open(disk_sim_disk(run.sim), NULL, &error);
        ok = run.objects != NULL && check(&run);
    }
    if (!ok)
        printf("# seed %d failure point %d\n", (int)seed, fail_at);
    objects_close(run.objects);
    disk_sim_destroy(run.sim);
    arena_finish(&run.arena);
    return ok;
}

static void run_all(bool ends_in_abort) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (int fail_at = -1; fail_at < FAILURE_POINTS; fail_at++) {
            bool ok = one_run(seed, fail_at, ends_in_abort);
            EXPECT(ok);
            if (!ok)
                return;
        }
    }
}

static void acknowledged_parts_survive_and_completion_is_whole_or_nothing(void) {
    run_all(false);
}

static void an_acknowledged_abort_stays_one(void) {
    run_all(true);
}

int main(void) {
    TEST(acknowledged_parts_survive_and_completion_is_whole_or_nothing);
    TEST(an_acknowledged_abort_stays_one);
    return tap_done();
}
