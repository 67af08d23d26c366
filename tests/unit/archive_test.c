/* SPDX-License-Identifier: Apache-2.0 */
/* archive: which files an archive has, what is in them, and what its digests prove. */
#include "archive/archive.h"
#include "base/own.h"
#include "catalog/signing.h"
#include "codec/compress.h"
#include "codec/crypto.h"
#include "codec/json.h"
#include "codec/text.h"
#include "digest/digest.h"
#include "objects/objects.h"
#include "support/disk_sim.h"
#include "support/tap.h"

static const uint8_t KEY[SEAL_KEY_SIZE] = {1, 2, 3};
static const struct str BUCKET = {"logs", 4};
static const struct moment NOON = {1767268800000}; /* 2026-01-01T12:00:00Z */

#define BASE   "AWSLogs/123456789012/"
#define REGION "eu-west-1"

struct world {
    struct disk_sim *sim;
    struct objects *objects;
    struct catalog *catalog;
    struct arena arena;
    /* the chain under way */
    struct str previous_key, previous_signature;
    char previous_hash[2 * SHA256_SIZE];
};

static void world_finish(struct world *world) {
    catalog_close(world->catalog);
    objects_close(world->objects);
    disk_sim_destroy(world->sim);
    arena_finish(&world->arena);
}

static void world_init(struct world *world) {
    struct error error = {0};
    struct objects_bucket bucket = {.name = BUCKET, .owner_account = STR_LITERAL("123456789012")};
    *world = (struct world){.sim = disk_sim_create(1)};
    world->objects = objects_open(disk_sim_disk(world->sim), NULL, &error);
    world->catalog = catalog_open(&(struct catalog_options){.path = ":memory:", .key = KEY}, &error);
    EXPECT(world->objects != NULL && world->catalog != NULL);
    EXPECT(objects_bucket_create(world->objects, &bucket, &error));
}

static void put_raw(
    struct world *world, struct str key, struct str text, const struct objects_metadata *metadata) {
    struct error error = {0};
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
    EXPECT(gzip_append(&gzip, str_bytes(text), &error));
    EXPECT(objects_put(world->objects, BUCKET, key, buf_bytes(&gzip), metadata, STR_EMPTY, &error));
}

static void put(struct world *world, const char *key) {
    put_raw(world, str_from(key), str_from(key), NULL);
}

static void drop(struct world *world, const char *key) {
    struct error error = {0};
    EXPECT(objects_delete(world->objects, BUCKET, str_from(key), &error));
}

/* A log file of that day and minute of the region, with its key as its content. */
static const char *file_key(struct world *world, int day, int hour, const char *unique) {
    return arena_format(&world->arena,
        BASE "CloudTrail/" REGION "/2026/01/%02d/123456789012_CloudTrail_" REGION
             "_202601%02dT%02d05Z_%s.json.gz",
        day, day, hour, unique)
        .data;
}

static struct str hex_of(struct world *world, struct str text) {
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(text), hash);
    hex_encode(BYTES_OF(hash), hex);
    return arena_str(&world->arena, str_of(hex, sizeof hex));
}

static void rsa_key_destroyp(struct rsa_key **key) {
    rsa_key_destroy(*key);
}

/* A signed digest that names `count` files (keys with their own text as content). */
static const char *put_digest(
    struct world *world, int day, int hour, const char *const *files, size_t count) {
    struct error error = {0};
    struct catalog_signing_key info;
    SCOPED(rsa_key_destroyp) struct rsa_key *key = NULL;
    EXPECT(catalog_signing_current(
        world->catalog, STR_LITERAL(REGION), NOON, 86400000000, &world->arena, &info, &key, &error));
    struct moment end =
        time_from_civil((struct civil_time){.year = 2026, .month = 1, .day = day, .hour = hour});
    struct str digest_key = arena_format(&world->arena,
        BASE "CloudTrail-Digest/" REGION "/2026/01/%02d/123456789012_CloudTrail-Digest_" REGION
             "_trail_" REGION "_202601%02dT%02d0000Z.json.gz",
        day, day, hour);
    SCOPED(buf_finish) struct buf body = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = JSON_WRITER(&body);
    json_begin_object(&writer);
    json_member_string(
        &writer, "digestEndTime", arena_format(&world->arena, "2026-01-%02dT%02d:00:00Z", day, hour));
    json_member_string(&writer, "digestPublicKeyFingerprint", info.fingerprint);
    if (world->previous_key.size > 0) {
        json_member_string(&writer, "previousDigestS3Object", world->previous_key);
        json_member_string(
            &writer, "previousDigestHashValue", str_of(world->previous_hash, sizeof world->previous_hash));
        json_member_string(&writer, "previousDigestSignature", world->previous_signature);
    }
    json_key(&writer, STR_LITERAL("logFiles"));
    json_begin_array(&writer);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&writer);
        json_member_string(&writer, "s3Bucket", BUCKET);
        json_member_string(&writer, "s3Object", str_from(files[i]));
        json_member_string(&writer, "hashValue", hex_of(world, str_from(files[i])));
        json_end_object(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);

    uint8_t hash[SHA256_SIZE];
    hash_sha256(buf_bytes(&body), hash);
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf signature = BUF_INIT(BUF_UNBOUNDED);
    SCOPED(buf_finish) struct buf hex = BUF_INIT(BUF_UNBOUNDED);
    digest_append_signed(&text, end, BUCKET, digest_key, hash, world->previous_signature);
    EXPECT(rsa_sign(key, buf_bytes(&text), &signature, &error));
    hex_append(&hex, buf_bytes(&signature));
    struct objects_pair pair = {STR_LITERAL("signature"), buf_str(&hex)};
    put_raw(world, digest_key, buf_str(&body), &(struct objects_metadata){.user = &pair, .user_count = 1});
    world->previous_key = digest_key;
    world->previous_signature = arena_str(&world->arena, buf_str(&hex));
    hex_encode(BYTES_OF(hash), world->previous_hash);
    return digest_key.data;
}

/* What reading an archive to its end gives. */
struct outcome {
    struct archive_counts counts;
    struct archive_proof proof;
    size_t files;
    struct str keys[32], last;
};

static bool find_key(
    struct str fingerprint, struct arena *arena, struct bytes *ret_public_der, void *context) {
    struct world *world = context;
    struct catalog_signing_key key;
    struct error error = {0};
    if (!catalog_signing_find(world->catalog, fingerprint, arena, &key, &error))
        return false;
    *ret_public_der = key.public_der;
    return true;
}

static struct archive_options options_of(struct world *world, const char *prefix) {
    return (struct archive_options){.objects = world->objects,
        .find_key = find_key,
        .find_key_context = world,
        .bucket = BUCKET,
        .prefix = str_from(prefix),
        .from = MOMENT_MIN,
        .to = MOMENT_MAX};
}

static void count_file(
    const struct archive *archive, const struct archive_file *file, struct archive_counts *counts) {
    SCOPED(buf_finish) struct buf raw = BUF_INIT(BUF_UNBOUNDED);
    struct error error = {0};
    bool is_read = archive_fetch(archive, file, &raw, &error);
    EXPECT(is_read || file->is_listed == (error.kind != ERROR_NOT_FOUND));
    counts->missing += !file->is_listed;
    counts->altered += error.kind == ERROR_CONFLICT;
    counts->failed += !is_read && file->is_listed && error.kind != ERROR_CONFLICT;
    counts->proved += is_read && file->has_hash;
    counts->unproved += is_read && !file->has_hash;
    EXPECT(!is_read || str_equals(buf_str(&raw), file->key));
}

static struct outcome read_all(struct world *world, const struct archive_options *options) {
    struct outcome outcome = {0};
    struct error error = {0};
    struct archive *archive = archive_open(options);
    for (;;) {
        struct archive_file file;
        EXPECT(archive_next(archive, &file, &error));
        if (file.key.size == 0 || outcome.files == 32)
            break;
        EXPECT(file.is_late || str_compare(file.key, outcome.last) > 0);
        outcome.last = outcome.keys[outcome.files++] = arena_str(&world->arena, file.key);
        count_file(archive, &file, &outcome.counts);
    }
    EXPECT(archive_prove(archive, &outcome.counts, &world->arena, &outcome.proof, &error));
    archive_close(archive);
    return outcome;
}

/* Two days, three digests, five files; the last file is named by the first digest of the next day. */
static void fill(struct world *world, const char *ret_files[5]) {
    ret_files[0] = file_key(world, 1, 10, "a");
    ret_files[1] = file_key(world, 1, 10, "b");
    ret_files[2] = file_key(world, 1, 23, "c");
    ret_files[3] = file_key(world, 2, 1, "d");
    ret_files[4] = file_key(world, 2, 1, "e");
    for (size_t i = 0; i < 5; i++)
        put(world, ret_files[i]);
    put_digest(world, 1, 11, ret_files, 2);
    put_digest(world, 2, 0, ret_files + 2, 1);
    put_digest(world, 2, 2, ret_files + 3, 2);
}

static void an_intact_chain_proves_every_file(void) {
    SCOPED(world_finish) struct world world;
    const char *files[5];
    world_init(&world);
    fill(&world, files);
    struct archive_options options = options_of(&world, "");
    struct outcome outcome = read_all(&world, &options);
    EXPECT_INT(outcome.files, 5);
    EXPECT_INT(outcome.counts.proved, 5);
    EXPECT_INT(outcome.proof.digests, 3);
    EXPECT_INT(outcome.proof.files_named, 5);
    EXPECT(outcome.proof.is_complete);
    EXPECT(str_is(outcome.proof.reason, "3 digests prove 5 files: nothing is missing or changed"));
}

static void what_was_done_to_an_archive_is_told(void) {
    enum { MISSING, MISSING_DAY, ALTERED, PLANTED, NO_DIGEST_BETWEEN, FORGED_DIGEST, NO_DIGESTS, CASES };
    static const char *const REASONS[CASES] = {
        [MISSING] = "1 files that the digests name are missing",
        [MISSING_DAY] = "2 files that the digests name are missing",
        [ALTERED] = "1 files are not the ones that the digests name",
        [PLANTED] = "1 files are named by no digest: newer than the last one, or not CloudTrail's",
        [NO_DIGEST_BETWEEN] = "1 of 2 digests cannot be read or do not follow the one before them",
        [FORGED_DIGEST] =
            "the signatures of 1 of 4 digests do not hold or are by keys that this Cairn does not know",
        [NO_DIGESTS] = "there are no digests: nothing can be proved",
    };
    for (int i = 0; i < CASES; i++) {
        SCOPED(world_finish) struct world world;
        const char *files[5];
        world_init(&world);
        fill(&world, files);
        if (i == MISSING)
            drop(&world, files[1]);
        if (i == MISSING_DAY) {
            drop(&world, files[3]);
            drop(&world, files[4]);
        }
        if (i == ALTERED)
            put_raw(&world, str_from(files[1]), STR_LITERAL("other"), NULL);
        if (i == PLANTED)
            put(&world, file_key(&world, 1, 11, "x"));
        if (i == NO_DIGEST_BETWEEN || i == NO_DIGESTS)
            drop(&world, BASE "CloudTrail-Digest/" REGION "/2026/01/02/123456789012_CloudTrail-Digest_" REGION
                              "_trail_" REGION "_20260102T000000Z.json.gz");
        if (i == FORGED_DIGEST) {
            struct str signature = world.previous_signature;
            const char *key = put_digest(&world, 2, 3, files, 0);
            struct error error = {0};
            SCOPED(buf_finish) struct buf gzip = BUF_INIT(BUF_UNBOUNDED);
            struct objects_pair pair = {STR_LITERAL("signature"), signature};
            struct objects_metadata metadata = {.user = &pair, .user_count = 1};
            EXPECT(objects_get(world.objects, BUCKET, str_from(key), &world.arena, &gzip, NULL, &error));
            EXPECT(objects_put(
                world.objects, BUCKET, str_from(key), buf_bytes(&gzip), &metadata, STR_EMPTY, &error));
        }
        if (i == NO_DIGESTS) {
            drop(&world, BASE "CloudTrail-Digest/" REGION "/2026/01/01/123456789012_CloudTrail-Digest_" REGION
                              "_trail_" REGION "_20260101T110000Z.json.gz");
            drop(&world, world.previous_key.data);
        }
        struct archive_options options = options_of(&world, "");
        struct outcome outcome = read_all(&world, &options);
        EXPECT(!outcome.proof.is_complete);
        EXPECT(str_is(outcome.proof.reason, REASONS[i]));
        if (!str_is(outcome.proof.reason, REASONS[i]))
            printf("# case %d: %.*s\n", i, STR(outcome.proof.reason));
    }
}

static void an_import_that_was_cut_goes_on_behind_its_last_file(void) {
    SCOPED(world_finish) struct world world;
    const char *files[5];
    world_init(&world);
    fill(&world, files);
    drop(&world, files[3]);
    drop(&world, files[4]);
    for (int cut = 0; cut < 3; cut++) {
        struct archive_options options = options_of(&world, "");
        options.after = str_from(files[cut]);
        struct outcome outcome = read_all(&world, &options);
        EXPECT_INT(outcome.counts.proved, 2 - cut);
        EXPECT_INT(outcome.counts.missing, 2); /* of the day that is gone */
    }
    struct archive_options options = options_of(&world, "");
    options.after = STR_LITERAL("B"); /* behind everything: the missing day is found all the same */
    struct outcome outcome = read_all(&world, &options);
    EXPECT_INT(outcome.counts.proved, 0);
    EXPECT_INT(outcome.counts.missing, 2);
}

static void only_log_files_of_the_prefix_and_time_are_read(void) {
    SCOPED(world_finish) struct world world;
    world_init(&world);
    put(&world, file_key(&world, 1, 10, "a"));
    put(&world, file_key(&world, 2, 10, "b"));
    put(&world, BASE "CloudTrail-Insight/" REGION "/2026/01/01/123456789012_CloudTrail-Insight_" REGION
                     "_20260101T1005Z_i.json.gz");
    put(&world, BASE "CloudTrail/" REGION "/2026/01/01/notes.txt");
    put(&world, "team/AWSLogs/o-abc123/210987654321/CloudTrail/us-east-1/2026/01/01/"
                "210987654321_CloudTrail_us-east-1_20260101T1005Z_o.json.gz");
    put(&world, "export/some.json.gz");
    static const struct {
        const char *prefix;
        size_t files;
    } CASES[] = {{"", 3}, {"AWSLogs/", 2}, {BASE "CloudTrail/", 2}, {BASE "CloudTrail-Insight/", 1},
        {"export/", 1}, {"team/", 1}, {"nowhere/", 0}, {BASE "CloudTrail/" REGION "/2026/01/02/", 1},
        {BASE "CloudTrail-Digest/", 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct archive_options options = options_of(&world, CASES[i].prefix);
        EXPECT_INT(read_all(&world, &options).files, CASES[i].files);
    }
    struct archive_options options = options_of(&world, BASE);
    options.from = (struct moment){NOON.ms};
    struct outcome outcome = read_all(&world, &options);
    EXPECT_INT(outcome.files, 1);
    EXPECT(str_ends_with(outcome.keys[0], STR_LITERAL("_b.json.gz")));
    options.from = MOMENT_MIN;
    options.to = (struct moment){NOON.ms};
    EXPECT_INT(read_all(&world, &options).files, 1);
}

static bool has_steps_left(void *context) {
    int *steps = context;
    return (*steps)-- > 0;
}

static void a_reader_that_is_to_stop_reads_no_page_more(void) {
    SCOPED(world_finish) struct world world;
    world_init(&world);
    put(&world, file_key(&world, 1, 10, "a"));
    put(&world, file_key(&world, 2, 10, "b"));
    struct archive_options options = options_of(&world, BASE);
    int steps = 0, stops = 0;
    options.goes_on = has_steps_left;
    options.goes_on_context = &steps;
    for (int allowed = 0; allowed < 20; allowed++) {
        struct archive_file file;
        struct archive_counts counts = {0};
        struct archive_proof proof;
        struct error error = {0};
        struct archive *archive = archive_open(&options);
        steps = allowed;
        bool done = true;
        do {
            done = archive_next(archive, &file, &error);
        } while (done && file.key.size > 0);
        done = done && archive_prove(archive, &counts, &world.arena, &proof, &error);
        EXPECT(done == (steps >= 0)); /* whatever it is told, it holds to */
        EXPECT(done || error.kind == ERROR_UNAVAILABLE);
        stops += !done;
        archive_close(archive);
    }
    EXPECT(stops >= 3 && stops < 20);
}

static void a_file_that_is_no_gzip_is_told(void) {
    SCOPED(world_finish) struct world world;
    world_init(&world);
    struct error error = {0};
    EXPECT(objects_put(world.objects, BUCKET, str_from(file_key(&world, 1, 1, "a")),
        str_bytes(STR_LITERAL("{}")), NULL, STR_EMPTY, &error));
    struct archive_options options = options_of(&world, "");
    EXPECT_INT(read_all(&world, &options).counts.failed, 1);
}

static void locations_are_taken_apart(void) {
    struct str bucket, prefix;
    EXPECT(archive_parse_uri(STR_LITERAL("s3://logs/a/b/"), &bucket, &prefix));
    EXPECT(str_is(bucket, "logs") && str_is(prefix, "a/b/"));
    EXPECT(archive_parse_uri(STR_LITERAL("s3://logs"), &bucket, &prefix));
    EXPECT(str_is(bucket, "logs") && prefix.size == 0);
    EXPECT(!archive_parse_uri(STR_LITERAL("https://logs/a"), &bucket, &prefix));
    EXPECT(!archive_parse_uri(STR_LITERAL("s3:///a"), &bucket, &prefix));
}

int main(void) {
    TEST(an_intact_chain_proves_every_file);
    TEST(what_was_done_to_an_archive_is_told);
    TEST(an_import_that_was_cut_goes_on_behind_its_last_file);
    TEST(only_log_files_of_the_prefix_and_time_are_read);
    TEST(a_reader_that_is_to_stop_reads_no_page_more);
    TEST(a_file_that_is_no_gzip_is_told);
    TEST(locations_are_taken_apart);
    return tap_done();
}
