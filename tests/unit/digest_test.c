/* SPDX-License-Identifier: Apache-2.0 */
/* digest: chains through hours, stops, restarts, dead buckets and key rotation; and what verifying finds. */
#include "catalog/digests.h"
#include "support/digest_world.h"

struct stage {
    struct world world;
    struct digest *digest;
    struct digest_options options;
};

static void set_up(struct stage *stage, struct digest_options options) {
    struct error error = {0};
    world_start(&stage->world, 1, (struct delivery_options){.interval_ms = 5 * MS_PER_MINUTE});
    stage->options = options;
    EXPECT(world_bucket(&stage->world, "logs"));
    stage->digest = digest_open(stage->world.catalog, stage->world.objects, &options, &error);
    EXPECT(stage->digest != NULL);
}

static void tear_down(struct stage *stage) {
    digest_close(stage->digest);
    world_finish(&stage->world);
}

/* Let `ms` pass, stepping both whenever one is due, at least every minute. */
static void pass(struct stage *stage, int64_t ms) {
    struct error error = {0};
    struct moment until = {stage->world.now.ms + ms};
    for (;;) {
        struct moment due = {0};
        bool done = world_run(&stage->world, &error);
        EXPECT(done);
        for (int i = 0; done && i < 100 && due.ms <= stage->world.now.ms; i++)
            done = digest_step(stage->digest, stage->world.now, &due, &error);
        EXPECT(done);
        if (!done) {
            printf("# %s\n", error.message);
            return;
        }
        if (stage->world.now.ms >= until.ms)
            return;
        int64_t next = stage->world.now.ms + MS_PER_MINUTE;
        stage->world.now.ms = next < until.ms ? next : until.ms;
    }
}

static uint64_t start_trail(struct stage *stage, struct catalog_trail trail) {
    trail.arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit");
    trail.created_at = trail.updated_at = stage->world.now;
    EXPECT(world_change(&stage->world, world_create_trail, &trail));
    struct world_logging on = {trail.id, true};
    EXPECT(world_change(&stage->world, world_set_logging, &on));
    return trail.id;
}

static void set_logging(struct stage *stage, uint64_t id, bool is_on) {
    struct world_logging logging = {id, is_on};
    EXPECT(world_change(&stage->world, world_set_logging, &logging));
}

static void every_file_is_named_once(const struct walk *walk) {
    for (size_t i = 0; i < walk->file_count; i++)
        EXPECT_INT(walk->named[i], 1);
}

static bool count_invalid(const struct digest_finding *finding, void *context) {
    unsigned *kinds = context;
    kinds[finding->kind]++;
    return true;
}

/* How many findings of each kind. */
static struct digest_counts verify(struct stage *stage, uint64_t trail_id, unsigned kinds[8]) {
    struct error error = {0};
    struct digest_counts counts = {0};
    const struct moment range[2] = {WORLD_START, {stage->world.now.ms + MS_PER_HOUR}};
    memset(kinds, 0, 8 * sizeof *kinds);
    bool done = digest_verify(
        stage->world.catalog, stage->world.objects, trail_id, range, count_invalid, kinds, &counts, &error);
    EXPECT(done);
    if (!done)
        printf("# %s\n", error.message);
    return counts;
}

static void three_days_of_hours_and_rotating_keys_verify(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){.key_rotation_interval_ms = MS_PER_DAY});
    stage.world.now.ms += 91 * MS_PER_SECOND; /* windows end at 01:31, not at the full hour */
    uint64_t id = start_trail(&stage, world_trail(WORLD_A, "audit", "logs"));
    for (int hour = 0; hour < 72; hour++) {
        if (hour % 4 != 3) {
            EXPECT(world_emit(&stage.world, WORLD_A, WORLD_HOME, true));
            EXPECT(world_emit(&stage.world, WORLD_A, hour < 36 ? WORLD_HOME : "us-east-1", true));
        }
        pass(&stage, MS_PER_HOUR);
    }
    struct walk *walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->digest_count, 72 + 36);
    EXPECT_INT(walk->starting, 2);
    EXPECT_INT(walk->empty, 18 + 9);
    EXPECT_INT(walk->fingerprint_count, 3 + 2); /* a key a day in each region */
    EXPECT(walk->file_count >= 54 + 27);
    every_file_is_named_once(walk);
    EXPECT(str_ends_with(walk->digests[0], STR_LITERAL("_audit_eu-west-1_20260101T130131Z.json.gz")));
    unsigned kinds[8];
    struct digest_counts counts = verify(&stage, id, kinds);
    EXPECT_INT(counts.digests, walk->digest_count);
    EXPECT_INT(counts.digests_valid, walk->digest_count);
    EXPECT_INT(counts.files_valid, walk->file_count);
    EXPECT_INT(counts.planted, 0);
    walk_free(walk);
    tear_down(&stage);
}

static void stopping_ends_the_chain_with_all_files_and_starting_begins_another(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    uint64_t id = start_trail(&stage, world_trail(WORLD_A, "audit", "logs"));
    EXPECT(world_emit(&stage.world, WORLD_A, WORLD_HOME, true));
    pass(&stage, 90 * MS_PER_MINUTE);
    EXPECT(world_emit(&stage.world, WORLD_A, WORLD_HOME, true));
    set_logging(&stage, id, false);
    pass(&stage, 2 * MS_PER_SECOND);
    struct walk *walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->digest_count, 2);
    EXPECT_INT(walk->file_count, 2); /* the second with the stop's own event, put at once */
    EXPECT_INT(walk->starting, 1);
    every_file_is_named_once(walk);
    walk_free(walk);

    pass(&stage, 3 * MS_PER_HOUR); /* nothing while it stands still */
    set_logging(&stage, id, true);
    pass(&stage, MS_PER_HOUR);
    walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->digest_count, 3);
    EXPECT_INT(walk->starting, 2);
    every_file_is_named_once(walk);
    walk_free(walk);
    tear_down(&stage);
}

static void a_quick_restart_within_a_second_keeps_keys_apart(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    uint64_t id = start_trail(&stage, world_trail(WORLD_A, "audit", "logs"));
    pass(&stage, MS_PER_HOUR);
    for (int i = 0; i < 3; i++) {
        set_logging(&stage, id, false);
        pass(&stage, 100);
        set_logging(&stage, id, true);
        pass(&stage, 100);
    }
    pass(&stage, 2 * MS_PER_HOUR);
    struct walk *walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->starting, 4);
    every_file_is_named_once(walk);
    walk_free(walk);
    tear_down(&stage);
}

static void files_that_were_late_are_named_by_the_next_digest(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    uint64_t id = start_trail(&stage, world_trail(WORLD_A, "audit", "gone"));
    EXPECT(world_emit(&stage.world, WORLD_A, WORLD_HOME, true));
    pass(&stage, 3 * MS_PER_HOUR);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct catalog_trail trail = {0};
    EXPECT(catalog_trail_get(stage.world.catalog, id, &arena, &trail, &error));
    EXPECT(str_is(trail.status.latest_digest_delivery_error, "NoSuchBucket"));
    EXPECT(world_bucket(&stage.world, "gone"));
    pass(&stage, MS_PER_HOUR);
    struct walk *walk = walk_bucket(&stage.world, "gone");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->digest_count, 4);
    EXPECT_INT(walk->empty, 3);
    EXPECT_INT(walk->file_count, 1);
    every_file_is_named_once(walk);
    walk_free(walk);
    EXPECT(catalog_trail_get(stage.world.catalog, id, &arena, &trail, &error));
    EXPECT_INT(trail.status.latest_digest_delivery_error.size, 0);
    EXPECT_INT(trail.status.latest_digest_delivery_time.ms, stage.world.now.ms);
    tear_down(&stage);
}

static void the_last_digest_waits_for_files_that_are_still_to_be_put(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    uint64_t id = start_trail(&stage, world_trail(WORLD_A, "audit", "gone"));
    pass(&stage, 90 * MS_PER_MINUTE);
    set_logging(&stage, id, false);
    pass(&stage, 2 * MS_PER_HOUR);
    EXPECT(world_bucket(&stage.world, "gone"));
    pass(&stage, MS_PER_HOUR);
    struct walk *walk = walk_bucket(&stage.world, "gone");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->starting, 1);
    EXPECT_INT(walk->file_count, 2); /* the start's and the stop's */
    every_file_is_named_once(walk);
    size_t digests = walk->digest_count;
    walk_free(walk);
    pass(&stage, 3 * MS_PER_HOUR);
    walk = walk_bucket(&stage.world, "gone");
    EXPECT_INT(walk->digest_count, digests);
    walk_free(walk);
    tear_down(&stage);
}

static void a_trail_without_validation_has_no_digests_and_switching_it_on_starts_a_chain(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    struct catalog_trail trail = world_trail(WORLD_A, "audit", "logs");
    trail.log_file_validation_enabled = false;
    trail.id = start_trail(&stage, trail);
    pass(&stage, 2 * MS_PER_HOUR);
    struct walk *walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->digest_count, 0);
    EXPECT_INT(walk->file_count, 1);
    walk_free(walk);
    trail.log_file_validation_enabled = true;
    trail.updated_at = stage.world.now;
    trail.arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit");
    EXPECT(world_change(&stage.world, world_update_trail, &trail));
    EXPECT(world_emit(&stage.world, WORLD_A, WORLD_HOME, true));
    pass(&stage, MS_PER_HOUR);
    walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->faults, 0);
    EXPECT_INT(walk->digest_count, 1);
    size_t named = 0;
    for (size_t i = 0; i < walk->file_count; i++)
        named += walk->named[i];
    EXPECT_INT(named, 1); /* the file from before stays outside */
    walk_free(walk);
    tear_down(&stage);
}

static void configured_regions_have_digests_before_they_have_files(void) {
    struct stage stage;
    const struct str regions[] = {STR_LITERAL("us-east-1"), STR_LITERAL(WORLD_HOME)};
    set_up(&stage, (struct digest_options){.regions = regions, .region_count = 2});
    start_trail(&stage, world_trail(WORLD_A, "audit", "logs"));
    pass(&stage, MS_PER_HOUR);
    struct walk *walk = walk_bucket(&stage.world, "logs");
    EXPECT_INT(walk->digest_count, 2);
    EXPECT_INT(walk->faults, 0);
    walk_free(walk);
    tear_down(&stage);
}

/* Overwrite an object with other content, metadata kept away. */
static void overwrite(struct stage *stage, struct str key, struct str raw) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    const struct objects_metadata metadata = {.content_type = STR_LITERAL("application/json")};
    EXPECT(gzip_append(&gzip, str_bytes(raw), &error));
    EXPECT(objects_put(
        stage->world.objects, STR_LITERAL("logs"), key, buf_bytes(&gzip), &metadata, STR_EMPTY, &error));
}

static uint64_t three_hours(struct stage *stage) {
    uint64_t id = start_trail(stage, world_trail(WORLD_A, "audit", "logs"));
    for (int hour = 0; hour < 3; hour++) {
        EXPECT(world_emit(&stage->world, WORLD_A, WORLD_HOME, true));
        pass(stage, MS_PER_HOUR);
    }
    return id;
}

static void what_was_changed_deleted_or_planted_is_found(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    uint64_t id = three_hours(&stage);
    unsigned kinds[8];
    struct digest_counts counts = verify(&stage, id, kinds);
    EXPECT_INT(counts.digests_valid, 3);
    EXPECT_INT(counts.files_valid, 3);
    struct walk *walk = walk_bucket(&stage.world, "logs");
    struct error error = {0};

    overwrite(&stage, walk->files[0], STR_LITERAL("{\"Records\":[]}"));
    EXPECT(objects_delete(stage.world.objects, STR_LITERAL("logs"), walk->files[1], &error));
    EXPECT(objects_delete(stage.world.objects, STR_LITERAL("logs"), walk->digests[2], &error)); /* the tail */
    overwrite(&stage, STR_LITERAL("AWSLogs/" WORLD_A "/CloudTrail/eu-west-1/2026/01/01/planted.json.gz"),
        STR_LITERAL("{\"Records\":[]}"));
    counts = verify(&stage, id, kinds);
    EXPECT_INT(kinds[DIGEST_CHANGED], 1);
    EXPECT_INT(kinds[DIGEST_MISSING], 2);
    EXPECT_INT(kinds[DIGEST_PLANTED], 1);
    EXPECT_INT(counts.digests, 3);
    EXPECT_INT(counts.digests_valid, 2);
    EXPECT_INT(counts.files, 3); /* those of the lost digest are known all the same */
    EXPECT_INT(counts.files_valid, 1);
    walk_free(walk);
    tear_down(&stage);
}

static void a_digest_that_was_rewritten_or_lost_its_signature_is_found(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    uint64_t id = three_hours(&stage);
    struct walk *walk = walk_bucket(&stage.world, "logs");
    SCOPED(buf_finish) struct buf raw = BUF_INIT(65536);
    EXPECT(walk_get(walk, walk->digests[0], &raw, NULL));
    overwrite(&stage, walk->digests[0], buf_str(&raw)); /* the same bytes, but no metadata */
    overwrite(&stage, walk->digests[1], STR_LITERAL("{\"logFiles\":[]}"));
    overwrite(&stage, walk->digests[2], STR_LITERAL("no json"));
    unsigned kinds[8];
    struct digest_counts counts = verify(&stage, id, kinds);
    EXPECT_INT(kinds[DIGEST_BAD_SIGNATURE], 1);
    EXPECT_INT(kinds[DIGEST_CHANGED], 1);
    EXPECT_INT(kinds[DIGEST_UNREADABLE], 1);
    EXPECT_INT(counts.files_valid, 3);
    walk_free(walk);
    tear_down(&stage);
}

static void old_rows_fold_and_their_files_are_still_no_strangers(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){.fold_after_ms = 4 * MS_PER_HOUR});
    uint64_t id = three_hours(&stage);
    pass(&stage, 5 * MS_PER_HOUR);
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct error error = {0};
    struct walk *walk = walk_bucket(&stage.world, "logs");
    struct catalog_plan plan = {0};
    EXPECT(!catalog_plan_find_object(
        stage.world.catalog, STR_LITERAL("logs"), walk->files[0], &arena, &plan, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    unsigned kinds[8];
    struct digest_counts counts = verify(&stage, id, kinds);
    EXPECT_INT(counts.files_valid, 3);
    EXPECT_INT(counts.digests_valid, 8);
    EXPECT_INT(counts.planted, 0);
    walk_free(walk);
    tear_down(&stage);
}

static void a_checkpoint_holds_until_the_catalog_forgets(void) {
    struct stage stage;
    set_up(&stage, (struct digest_options){0});
    three_hours(&stage);
    struct error error = {0};
    SCOPED(buf_finish) struct buf checkpoint = BUF_INIT(65536);
    EXPECT(digest_checkpoint_append(
        stage.world.catalog, stage.world.now, MS_PER_DAY, STR_LITERAL(WORLD_HOME), &checkpoint, &error));
    EXPECT(digest_checkpoint_verify(stage.world.catalog, buf_str(&checkpoint), &error));
    pass(&stage, MS_PER_HOUR); /* the chain goes on */
    EXPECT(digest_checkpoint_verify(stage.world.catalog, buf_str(&checkpoint), &error));
    size_t at = str_find(buf_str(&checkpoint), STR_LITERAL("T150000Z"));
    EXPECT(at != SIZE_MAX);
    checkpoint.data[at + 2] = '4'; /* an older head */
    EXPECT(!digest_checkpoint_verify(stage.world.catalog, buf_str(&checkpoint), &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    checkpoint.data[at + 2] = '5';

    struct stage other;
    set_up(&other, (struct digest_options){0});
    EXPECT(!digest_checkpoint_verify(other.world.catalog, buf_str(&checkpoint), &error));
    EXPECT_INT(error.kind, ERROR_CORRUPT);
    tear_down(&other);
    tear_down(&stage);
}

int main(void) {
    TEST(three_days_of_hours_and_rotating_keys_verify);
    TEST(stopping_ends_the_chain_with_all_files_and_starting_begins_another);
    TEST(a_quick_restart_within_a_second_keeps_keys_apart);
    TEST(files_that_were_late_are_named_by_the_next_digest);
    TEST(the_last_digest_waits_for_files_that_are_still_to_be_put);
    TEST(a_trail_without_validation_has_no_digests_and_switching_it_on_starts_a_chain);
    TEST(configured_regions_have_digests_before_they_have_files);
    TEST(what_was_changed_deleted_or_planted_is_found);
    TEST(a_digest_that_was_rewritten_or_lost_its_signature_is_found);
    TEST(old_rows_fold_and_their_files_are_still_no_strangers);
    TEST(a_checkpoint_holds_until_the_catalog_forgets);
    return tap_done();
}
