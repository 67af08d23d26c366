/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "objects/multipart.h"
#include "objects/reader.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/clock.h"

static const struct str BUCKET = {"bucket", 6};
static const struct str KEY = {"big/object", 10};

struct fixture {
    struct disk_sim *sim;
    struct objects *objects;
    struct clock_manual clock;
    struct arena arena;
    struct error error;
    struct objects_multipart multipart;
};

static void set_up(struct fixture *fixture) {
    *fixture = (struct fixture){.sim = disk_sim_create(1), .multipart = {BUCKET, KEY, STR_EMPTY}};
    clock_manual_init(&fixture->clock, (struct moment){1700000000000});
    struct objects_options options = {.clock = &fixture->clock.clock};
    fixture->objects = objects_open(disk_sim_disk(fixture->sim), &options, &fixture->error);
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    struct objects_metadata metadata = {.content_type = STR_LITERAL("text/plain")};
    EXPECT(objects_bucket_create(fixture->objects, &bucket, &fixture->error));
    EXPECT(objects_multipart_create(fixture->objects, BUCKET, KEY, &metadata, &fixture->arena,
        &fixture->multipart.upload_id, &fixture->error));
}

static void tear_down(struct fixture *fixture) {
    objects_close(fixture->objects);
    disk_sim_destroy(fixture->sim);
    arena_finish(&fixture->arena);
}

static bool put_part(
    struct fixture *fixture, unsigned number, const char *text, struct objects_part *ret_part) {
    struct objects_upload *upload =
        objects_upload_begin_part(fixture->objects, &fixture->multipart, number, &fixture->error);
    struct objects_commit commit = {0};
    ret_part->number = number;
    bool done = upload != NULL && objects_upload_append(upload, str_bytes(str_from(text)), &fixture->error) &&
                objects_upload_commit(upload, &commit, &fixture->arena, &ret_part->info, &fixture->error);
    objects_upload_destroy(upload);
    return done;
}

static bool starts_with(const struct error *error, const char *code) {
    return str_starts_with(str_from(error->message), str_from(code));
}

static void parts_become_one_object_in_their_order(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_part parts[2];
    EXPECT(put_part(&fixture, 7, "world", &parts[1]));
    EXPECT(put_part(&fixture, 2, "old", &parts[0]));
    EXPECT(put_part(&fixture, 2, "hello ", &parts[0]));
    struct objects_part *listed = NULL;
    size_t count = 0;
    EXPECT(objects_multipart_parts(
        fixture.objects, &fixture.multipart, &fixture.arena, &listed, &count, &fixture.error));
    EXPECT(count == 2 && listed[0].number == 2 && listed[1].number == 7 && listed[0].info.size == 6);
    struct objects_info asked, info;
    EXPECT(
        objects_multipart_get(fixture.objects, &fixture.multipart, &fixture.arena, &asked, &fixture.error));
    EXPECT(str_is(asked.metadata.content_type, "text/plain"));
    const uint64_t sizes[] = {6, 5};
    struct objects_commit commit = {
        .metadata = &asked.metadata, .etag = STR_LITERAL("x-2"), .part_sizes = sizes, .part_count = 2};
    EXPECT(objects_multipart_complete(
        fixture.objects, &fixture.multipart, &commit, parts, 2, &fixture.arena, &info, &fixture.error));
    SCOPED(buf_finish) struct buf out = BUF_INIT(100);
    EXPECT(objects_get(fixture.objects, BUCKET, KEY, &fixture.arena, &out, &info, &fixture.error));
    EXPECT(str_is(buf_str(&out), "hello world") && str_is(info.etag, "x-2"));
    EXPECT(info.part_count == 2 && info.part_sizes[0] == 6 && info.part_sizes[1] == 5);
    EXPECT(str_is(info.metadata.content_type, "text/plain"));
    EXPECT(!objects_multipart_complete(
        fixture.objects, &fixture.multipart, &commit, parts, 2, &fixture.arena, &info, &fixture.error));
    EXPECT(starts_with(&fixture.error, "NoSuchUpload: "));
    tear_down(&fixture);
}

static void a_part_with_another_etag_is_refused(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_part parts[2];
    struct objects_info info;
    struct objects_commit commit = {0};
    EXPECT(put_part(&fixture, 1, "hello ", &parts[0]));
    parts[1] = (struct objects_part){.number = 2, .info = parts[0].info};
    EXPECT(!objects_multipart_complete(
        fixture.objects, &fixture.multipart, &commit, parts, 2, &fixture.arena, &info, &fixture.error));
    EXPECT(starts_with(&fixture.error, "InvalidPart: "));
    parts[0].info.etag = STR_LITERAL("other");
    EXPECT(!objects_multipart_complete(
        fixture.objects, &fixture.multipart, &commit, parts, 1, &fixture.arena, &info, &fixture.error));
    EXPECT(starts_with(&fixture.error, "InvalidPart: "));
    tear_down(&fixture);
}

static void parts_outside_of_an_upload_are_refused(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_part part;
    EXPECT(!put_part(&fixture, 0, "x", &part) && starts_with(&fixture.error, "InvalidArgument: "));
    EXPECT(!put_part(&fixture, 10001, "x", &part) && starts_with(&fixture.error, "InvalidArgument: "));
    EXPECT(put_part(&fixture, 10000, "x", &part));
    fixture.multipart.key = STR_LITERAL("another");
    EXPECT(!put_part(&fixture, 1, "x", &part) && starts_with(&fixture.error, "NoSuchUpload: "));
    fixture.multipart.key = KEY;
    fixture.multipart.upload_id = STR_LITERAL("../../../keys");
    EXPECT(!put_part(&fixture, 1, "x", &part) && starts_with(&fixture.error, "NoSuchUpload: "));
    tear_down(&fixture);
}

static void an_aborted_upload_takes_no_part_that_was_under_way(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_part part;
    EXPECT(put_part(&fixture, 1, "x", &part));
    struct objects_upload *upload =
        objects_upload_begin_part(fixture.objects, &fixture.multipart, 2, &fixture.error);
    EXPECT(objects_multipart_abort(fixture.objects, &fixture.multipart, &fixture.error));
    EXPECT(!objects_multipart_abort(fixture.objects, &fixture.multipart, &fixture.error));
    EXPECT(starts_with(&fixture.error, "NoSuchUpload: "));
    struct objects_commit commit = {0};
    struct objects_info info;
    EXPECT(!objects_upload_commit(upload, &commit, &fixture.arena, &info, &fixture.error));
    EXPECT(starts_with(&fixture.error, "NoSuchUpload: "));
    objects_upload_destroy(upload);
    tear_down(&fixture);
}

static void uploads_are_listed_by_key_and_start_and_swept_when_old(void) {
    struct fixture fixture;
    set_up(&fixture);
    static const struct objects_metadata NONE = {0};
    struct str id;
    clock_manual_advance(&fixture.clock, 1000);
    EXPECT(
        objects_multipart_create(fixture.objects, BUCKET, KEY, &NONE, &fixture.arena, &id, &fixture.error));
    EXPECT(objects_multipart_create(
        fixture.objects, BUCKET, STR_LITERAL("a"), &NONE, &fixture.arena, &id, &fixture.error));
    struct objects_multipart_entry *entries = NULL;
    size_t count = 0;
    EXPECT(objects_multipart_list(fixture.objects, BUCKET, &fixture.arena, &entries, &count, &fixture.error));
    EXPECT(count == 3 && str_is(entries[0].key, "a") && str_equals(entries[1].key, KEY));
    EXPECT(count == 3 && str_equals(entries[1].upload_id, fixture.multipart.upload_id));
    EXPECT(count == 3 && entries[2].started_at.ms == 1700000001000);
    EXPECT(objects_multipart_sweep(fixture.objects, (struct moment){1700000000500}, &fixture.error));
    EXPECT(objects_multipart_list(fixture.objects, BUCKET, &fixture.arena, &entries, &count, &fixture.error));
    EXPECT_INT(count, 2);
    EXPECT(objects_bucket_delete(fixture.objects, BUCKET, &fixture.error)); /* uploads do not hold it */
    tear_down(&fixture);
}

static void uploads_given_up_a_week_ago_go_by_themselves(void) {
    struct fixture fixture;
    set_up(&fixture);
    static const struct objects_metadata NONE = {0};
    struct objects_multipart_entry *entries = NULL;
    size_t count = 0;
    struct str id;
    for (int day = 1; day <= 8; day++) {
        clock_manual_advance(&fixture.clock, MS_PER_DAY + 1);
        EXPECT(objects_multipart_create(
            fixture.objects, BUCKET, STR_LITERAL("new"), &NONE, &fixture.arena, &id, &fixture.error));
        EXPECT(objects_multipart_list(
            fixture.objects, BUCKET, &fixture.arena, &entries, &count, &fixture.error));
        EXPECT_INT(count, day < 7 ? day + 1 : 7);
    }
    tear_down(&fixture);
}

int main(void) {
    TEST(parts_become_one_object_in_their_order);
    TEST(a_part_with_another_etag_is_refused);
    TEST(parts_outside_of_an_upload_are_refused);
    TEST(an_aborted_upload_takes_no_part_that_was_under_way);
    TEST(uploads_are_listed_by_key_and_start_and_swept_when_old);
    TEST(uploads_given_up_a_week_ago_go_by_themselves);
    return tap_done();
}
