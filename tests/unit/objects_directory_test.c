/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "objects/reader.h"
#include "objects/upload.h"
#include "support/disk_sim.h"
#include "support/tap.h"
#include "sys/clock.h"

struct fixture {
    struct disk_sim *sim;
    struct objects *objects;
    struct clock_manual clock;
    struct arena arena;
    struct error error;
};

static const struct str BUCKET = {"bucket", 6};
static const struct str OWNER = {"123456789012", 12};

static void set_up(struct fixture *fixture) {
    *fixture = (struct fixture){.sim = disk_sim_create(1)};
    clock_manual_init(&fixture->clock, (struct moment){1700000000123});
    struct objects_options options = {.clock = &fixture->clock.clock};
    fixture->objects = objects_open(disk_sim_disk(fixture->sim), &options, &fixture->error);
    struct objects_bucket bucket = {
        .name = BUCKET, .owner_account = OWNER, .region = STR_LITERAL("eu-west-1")};
    EXPECT(objects_bucket_create(fixture->objects, &bucket, &fixture->error));
}

static void tear_down(struct fixture *fixture) {
    objects_close(fixture->objects);
    disk_sim_destroy(fixture->sim);
    arena_finish(&fixture->arena);
}

static bool put(struct fixture *fixture, const char *key, const char *text) {
    return objects_put(
        fixture->objects, BUCKET, str_from(key), str_bytes(str_from(text)), NULL, STR_EMPTY, &fixture->error);
}

static bool is(struct fixture *fixture, const char *key, const char *text) {
    SCOPED(buf_finish) struct buf out = BUF_INIT(1000);
    return objects_get(
               fixture->objects, BUCKET, str_from(key), &fixture->arena, &out, NULL, &fixture->error) &&
           str_is(buf_str(&out), text);
}

static bool starts_with(const struct error *error, const char *code) {
    return str_starts_with(str_from(error->message), str_from(code));
}

static void an_object_comes_back_with_its_description(void) {
    struct fixture fixture;
    set_up(&fixture);
    const struct objects_pair user[] = {
        {STR_LITERAL("signature"), STR_LITERAL("abc")}, {STR_LITERAL("empty"), STR_EMPTY}};
    struct objects_metadata metadata = {.content_type = STR_LITERAL("application/json"),
        .content_encoding = STR_LITERAL("gzip"),
        .checksum_algorithm = STR_LITERAL("CRC32"),
        .checksum_value = STR_LITERAL("AAAAAA=="),
        .user = user,
        .user_count = 2};
    struct objects_info info;
    EXPECT(objects_put(fixture.objects, BUCKET, STR_LITERAL("k"), str_bytes(STR_LITERAL("hello")), &metadata,
        STR_LITERAL("bucket-owner-full-control"), &fixture.error));
    EXPECT(objects_head(fixture.objects, BUCKET, STR_LITERAL("k"), &fixture.arena, &info, &fixture.error));
    EXPECT(str_is(info.key, "k") && str_is(info.etag, "5d41402abc4b2a76b9719d911017c592"));
    EXPECT_INT(info.size, 5);
    EXPECT_INT(info.modified_at.ms, 1700000000123);
    EXPECT(str_is(info.metadata.content_type, "application/json"));
    EXPECT(str_is(info.metadata.content_encoding, "gzip") && info.metadata.expires.size == 0);
    EXPECT(str_is(info.metadata.checksum_value, "AAAAAA=="));
    EXPECT_INT(info.metadata.user_count, 2);
    EXPECT(str_is(info.metadata.user[0].name, "signature") && str_is(info.metadata.user[0].value, "abc"));
    EXPECT(str_is(info.metadata.user[1].name, "empty") && info.metadata.user[1].value.size == 0);
    EXPECT(is(&fixture, "k", "hello"));
    tear_down(&fixture);
}

static void odd_keys_are_different_objects(void) {
    static const char *const KEYS[] = {"a", "a/", "a/b", "A", "a//b", "/a", "//", ".", "..", "../x", "a/../b",
        "@", "%", "%41", "a%2Fb", "a\nb", "\xff", "\xc3\xa9", "e\xcc\x81"};
    enum { COUNT = sizeof(KEYS) / sizeof(KEYS[0]) };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < COUNT; i++)
        EXPECT(put(&fixture, KEYS[i], KEYS[i]));
    for (size_t i = 0; i < COUNT; i++)
        EXPECT(is(&fixture, KEYS[i], KEYS[i]));
    for (size_t i = 0; i < COUNT; i++) {
        EXPECT(objects_delete(fixture.objects, BUCKET, str_from(KEYS[i]), &fixture.error));
        for (size_t j = 0; j < COUNT; j++)
            EXPECT(is(&fixture, KEYS[j], KEYS[j]) == (j > i));
    }
    EXPECT(objects_bucket_delete(fixture.objects, BUCKET, &fixture.error));
    tear_down(&fixture);
}

static void deleting_twice_is_fine_and_missing_things_have_their_names(void) {
    struct fixture fixture;
    set_up(&fixture);
    EXPECT(put(&fixture, "a/b/c", "1"));
    EXPECT(objects_delete(fixture.objects, BUCKET, STR_LITERAL("a/b/c"), &fixture.error));
    EXPECT(objects_delete(fixture.objects, BUCKET, STR_LITERAL("a/b/c"), &fixture.error));
    EXPECT(!is(&fixture, "a/b/c", "1") && starts_with(&fixture.error, "NoSuchKey: "));
    EXPECT(fixture.error.kind == ERROR_NOT_FOUND);
    EXPECT(!objects_delete(fixture.objects, STR_LITERAL("other"), STR_LITERAL("a"), &fixture.error));
    EXPECT(starts_with(&fixture.error, "NoSuchBucket: ") && fixture.error.kind == ERROR_NOT_FOUND);
    EXPECT(!objects_delete(fixture.objects, STR_LITERAL("../x"), STR_LITERAL("a"), &fixture.error));
    EXPECT(starts_with(&fixture.error, "NoSuchBucket: "));
    tear_down(&fixture);
}

static void keys_have_a_size(void) {
    char key[1026];
    memset(key, 'k', sizeof(key));
    key[1024] = '\0';
    struct fixture fixture;
    set_up(&fixture);
    EXPECT(put(&fixture, key, "1") && is(&fixture, key, "1"));
    key[1024] = 'k';
    key[1025] = '\0';
    EXPECT(!put(&fixture, key, "1") && starts_with(&fixture.error, "KeyTooLongError: "));
    EXPECT(!put(&fixture, "", "1"));
    tear_down(&fixture);
}

static void bucket_names_follow_the_rules_of_s3(void) {
    static const char *const BAD[] = {"", "ab", "A-bucket", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b",
        "192.168.5.4", "xn--abc", "sthree-a", "a-s3alias", "a--ol-s3", "a/b", "..", "a b",
        "a123456789012345678901234567890123456789012345678901234567890123"};
    static const char *const GOOD[] = {"abc", "a.b.c", "1-2", "999.999", "my-logs-123456789012"};
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct objects_bucket bucket = {.name = str_from(BAD[i]), .owner_account = OWNER};
        EXPECT(!objects_bucket_create(fixture.objects, &bucket, &fixture.error));
        EXPECT(starts_with(&fixture.error, "InvalidBucketName: "));
    }
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct objects_bucket bucket = {.name = str_from(GOOD[i]), .owner_account = OWNER};
        EXPECT(objects_bucket_create(fixture.objects, &bucket, &fixture.error));
    }
    tear_down(&fixture);
}

static void buckets_are_listed_by_owner_and_keep_their_description(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_bucket other = {
        .name = STR_LITERAL("another"), .owner_account = STR_LITERAL("210987654321")};
    EXPECT(objects_bucket_create(fixture.objects, &other, &fixture.error));
    EXPECT(!objects_bucket_create(fixture.objects, &other, &fixture.error));
    EXPECT(starts_with(&fixture.error, "BucketAlreadyExists: "));
    EXPECT(objects_bucket_set_policy(
        fixture.objects, BUCKET, STR_LITERAL("{\"a\":\"\\u00e9\"}"), &fixture.error));
    struct objects_bucket *buckets = NULL;
    size_t count = 0;
    EXPECT(objects_bucket_list(fixture.objects, OWNER, &fixture.arena, &buckets, &count, &fixture.error));
    EXPECT_INT(count, 1);
    EXPECT(count == 1 && str_equals(buckets[0].name, BUCKET) && str_is(buckets[0].region, "eu-west-1"));
    EXPECT(count == 1 && buckets[0].created_at.ms == 1700000000123 &&
           str_is(buckets[0].policy, "{\"a\":\"\\u00e9\"}"));
    EXPECT(objects_bucket_list(fixture.objects, STR_EMPTY, &fixture.arena, &buckets, &count, &fixture.error));
    EXPECT(count == 2 && str_is(buckets[0].name, "another"));
    tear_down(&fixture);
}

static void a_bucket_with_objects_is_not_deleted(void) {
    struct fixture fixture;
    set_up(&fixture);
    EXPECT(put(&fixture, "x/y", "1"));
    EXPECT(!objects_bucket_delete(fixture.objects, BUCKET, &fixture.error));
    EXPECT(starts_with(&fixture.error, "BucketNotEmpty: "));
    EXPECT(objects_delete(fixture.objects, BUCKET, STR_LITERAL("x/y"), &fixture.error));
    EXPECT(objects_bucket_delete(fixture.objects, BUCKET, &fixture.error));
    EXPECT(!put(&fixture, "x", "1") && starts_with(&fixture.error, "NoSuchBucket: "));
    tear_down(&fixture);
}

static bool upload(struct fixture *fixture, const struct objects_commit *commit) {
    struct objects_upload *upload =
        objects_upload_begin(fixture->objects, BUCKET, STR_LITERAL("u"), &fixture->error);
    struct objects_info info;
    bool done = objects_upload_append(upload, str_bytes(STR_LITERAL("hel")), &fixture->error) &&
                objects_upload_append(upload, str_bytes(STR_LITERAL("lo")), &fixture->error) &&
                objects_upload_commit(upload, commit, &fixture->arena, &info, &fixture->error);
    objects_upload_destroy(upload);
    return done;
}

static void conditions_are_checked_with_the_commit(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_commit none = {.if_none_match = STR_LITERAL("*")};
    struct objects_commit match = {.if_match = STR_LITERAL("5d41402abc4b2a76b9719d911017c592")};
    EXPECT(!upload(&fixture, &match) && starts_with(&fixture.error, "NoSuchKey: "));
    EXPECT(upload(&fixture, &none));
    EXPECT(!upload(&fixture, &none) && starts_with(&fixture.error, "PreconditionFailed: "));
    EXPECT(fixture.error.kind == ERROR_CONFLICT);
    EXPECT(upload(&fixture, &match));
    EXPECT(put(&fixture, "u", "other"));
    EXPECT(!upload(&fixture, &match) && starts_with(&fixture.error, "PreconditionFailed: "));
    EXPECT(is(&fixture, "u", "other"));
    tear_down(&fixture);
}

static void a_wrong_digest_leaves_nothing(void) {
    static const uint8_t WRONG[16] = {1};
    struct fixture fixture;
    set_up(&fixture);
    struct objects_commit commit = {.md5_expected = WRONG};
    EXPECT(!upload(&fixture, &commit) && starts_with(&fixture.error, "BadDigest: "));
    EXPECT(!is(&fixture, "u", "hello"));
    tear_down(&fixture);
}

static void an_upload_into_a_bucket_made_anew_is_lost(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_upload *upload =
        objects_upload_begin(fixture.objects, BUCKET, STR_LITERAL("u"), &fixture.error);
    EXPECT(objects_bucket_delete(fixture.objects, BUCKET, &fixture.error));
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("210987654321")};
    EXPECT(objects_bucket_create(fixture.objects, &bucket, &fixture.error));
    struct objects_commit commit = {0};
    struct objects_info info;
    EXPECT(!objects_upload_commit(upload, &commit, &fixture.arena, &info, &fixture.error));
    EXPECT(starts_with(&fixture.error, "NoSuchBucket: "));
    objects_upload_destroy(upload);
    tear_down(&fixture);
}

static void a_reader_keeps_the_version_it_opened(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct objects_info info;
    char piece[10];
    size_t got = 0;
    EXPECT(put(&fixture, "r", "first"));
    struct objects_reader *reader =
        objects_reader_open(fixture.objects, BUCKET, STR_LITERAL("r"), &fixture.arena, &info, &fixture.error);
    EXPECT(put(&fixture, "r", "second"));
    EXPECT(objects_reader_read(reader, 1, piece, sizeof(piece), &got, &fixture.error));
    EXPECT(str_is(str_of(piece, got), "irst"));
    EXPECT(objects_reader_read(reader, 5, piece, sizeof(piece), &got, &fixture.error) && got == 0);
    EXPECT(objects_reader_read(reader, 50, piece, sizeof(piece), &got, &fixture.error) && got == 0);
    objects_reader_close(reader);
    tear_down(&fixture);
}

static void every_flipped_bit_is_noticed(void) {
    struct fixture fixture;
    set_up(&fixture);
    EXPECT(put(&fixture, "f", "some bytes"));
    struct disk_stat stat;
    EXPECT(disk_stat(disk_sim_disk(fixture.sim), "objects/buckets/bucket/keys/@f", &stat, &fixture.error));
    uint64_t unnoticed = 0;
    for (uint64_t bit = 0; bit < stat.size * 8; bit++) {
        EXPECT(disk_sim_flip_bit(fixture.sim, "objects/buckets/bucket/keys/@f", bit));
        SCOPED(buf_finish) struct buf out = BUF_INIT(1000);
        unnoticed += objects_get(
            fixture.objects, BUCKET, STR_LITERAL("f"), &fixture.arena, &out, NULL, &fixture.error);
        EXPECT_INT(fixture.error.kind, ERROR_CORRUPT);
        EXPECT(disk_sim_flip_bit(fixture.sim, "objects/buckets/bucket/keys/@f", bit));
    }
    EXPECT_INT(unnoticed, 0);
    EXPECT(is(&fixture, "f", "some bytes"));
    tear_down(&fixture);
}

/* invariant 4 of store.c */
static void nothing_is_written_after_a_folder_failed_to_sync(void) {
    int refused = 0;
    for (int point = 0; point < 40; point++) {
        struct fixture fixture;
        set_up(&fixture);
        EXPECT(put(&fixture, "a/b", "old"));
        disk_sim_fail_at(fixture.sim, point);
        bool failed = !put(&fixture, "a/b", "new");
        disk_sim_fail_at(fixture.sim, -1);
        bool in_doubt = failed && is(&fixture, "a/b", "new");
        EXPECT(put(&fixture, "c", "x") == !in_doubt);
        EXPECT(!in_doubt || starts_with(&fixture.error, "ServiceUnavailable: "));
        refused += in_doubt;
        tear_down(&fixture);
    }
    EXPECT(refused > 0);
}

static void an_upload_leaves_the_room_that_others_need(void) {
    enum { PIECE = 100000, FLOOR = 2000000 };
    struct fixture fixture;
    set_up(&fixture);
    objects_close(fixture.objects);
    struct objects_options options = {.clock = &fixture.clock.clock, .free_disk_floor = FLOOR};
    fixture.objects = objects_open(disk_sim_disk(fixture.sim), &options, &fixture.error);
    disk_sim_set_free_bytes(fixture.sim, FLOOR + 3 * PIECE);
    EXPECT(put(&fixture, "small", "text"));
    struct objects_upload *upload =
        objects_upload_begin(fixture.objects, BUCKET, STR_LITERAL("large"), &fixture.error);
    SCOPED(own_free) uint8_t *piece = mem_alloc(PIECE);
    uint64_t sent = 0;
    while (sent < (uint64_t)FLOOR && objects_upload_append(upload, bytes_of(piece, PIECE), &fixture.error))
        sent += PIECE;
    EXPECT(sent < (uint64_t)FLOOR);
    EXPECT_INT(fixture.error.kind, ERROR_LIMIT);
    EXPECT(starts_with(&fixture.error, "ServiceUnavailable:"));
    objects_upload_destroy(upload);
    EXPECT(!put(&fixture, "another", "text"));
    EXPECT(is(&fixture, "small", "text"));
    tear_down(&fixture);
}

static void another_format_is_refused(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct disk *disk = disk_sim_disk(fixture.sim);
    EXPECT(
        disk_write_file(disk, "objects/format", str_bytes(STR_LITERAL("cairn objects 2\n")), &fixture.error));
    EXPECT(objects_open(disk, NULL, &fixture.error) == NULL && fixture.error.kind == ERROR_CORRUPT);
    tear_down(&fixture);
}

int main(void) {
    TEST(an_object_comes_back_with_its_description);
    TEST(odd_keys_are_different_objects);
    TEST(deleting_twice_is_fine_and_missing_things_have_their_names);
    TEST(keys_have_a_size);
    TEST(bucket_names_follow_the_rules_of_s3);
    TEST(buckets_are_listed_by_owner_and_keep_their_description);
    TEST(a_bucket_with_objects_is_not_deleted);
    TEST(conditions_are_checked_with_the_commit);
    TEST(a_wrong_digest_leaves_nothing);
    TEST(an_upload_into_a_bucket_made_anew_is_lost);
    TEST(a_reader_keeps_the_version_it_opened);
    TEST(every_flipped_bit_is_noticed);
    TEST(nothing_is_written_after_a_folder_failed_to_sync);
    TEST(an_upload_leaves_the_room_that_others_need);
    TEST(another_format_is_refused);
    return tap_done();
}
