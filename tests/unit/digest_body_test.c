/* SPDX-License-Identifier: Apache-2.0 */
/* body: the bytes of digest files, compared with texts written by hand from AWS's documentation. */
#include "digest/body.h"
#include "support/tap.h"

#define HASH_A "0101010101010101010101010101010101010101010101010101010101010101"
#define HASH_B "0202020202020202020202020202020202020202020202020202020202020202"

static void a_key_names_account_region_trail_home_and_end(void) {
    SCOPED(buf_finish) struct buf key = BUF_INIT(1024);
    struct digest_name name = {
        .prefix = STR_LITERAL("audit"),
        .account = STR_LITERAL("210987654321"),
        .region = STR_LITERAL("us-west-2"),
        .trail = STR_LITERAL("main-trail"),
        .home_region = STR_LITERAL("eu-west-1"),
        .end_at = {1772441491000}, /* 2026-03-02T08:51:31Z */
    };
    digest_body_append_key(&key, &name);
    EXPECT(str_is(buf_str(&key), "audit/AWSLogs/210987654321/CloudTrail-Digest/us-west-2/2026/03/02/"
                                 "210987654321_CloudTrail-Digest_us-west-2_main-trail_eu-west-1_"
                                 "20260302T085131Z.json.gz"));
    buf_clear(&key);
    name.prefix = STR_EMPTY;
    digest_body_append_key(&key, &name);
    EXPECT(str_starts_with(buf_str(&key), STR_LITERAL("AWSLogs/210987654321/")));
}

static struct digest_content content_of(void) {
    return (struct digest_content){
        .account = STR_LITERAL("210987654321"),
        .bucket = STR_LITERAL("logs"),
        .object_key = STR_LITERAL("AWSLogs/digest.json.gz"),
        .fingerprint = STR_LITERAL("31e8b5433410dfb61a9dc45cc65b22ff"),
        .start_at = {1772437891000},
        .end_at = {1772441491000},
    };
}

static void a_starting_digest_without_files_is_full_of_nulls(void) {
    struct digest_content content = content_of();
    SCOPED(buf_finish) struct buf body = BUF_INIT(8192);
    digest_body_append(&body, &content);
    EXPECT(str_is(buf_str(&body),
        "{\"awsAccountId\":\"210987654321\",\"digestStartTime\":\"2026-03-02T07:51:31Z\","
        "\"digestEndTime\":\"2026-03-02T08:51:31Z\",\"digestS3Bucket\":\"logs\","
        "\"digestS3Object\":\"AWSLogs/digest.json.gz\","
        "\"digestPublicKeyFingerprint\":\"31e8b5433410dfb61a9dc45cc65b22ff\","
        "\"digestSignatureAlgorithm\":\"SHA256withRSA\",\"newestEventTime\":null,\"oldestEventTime\":null,"
        "\"previousDigestS3Bucket\":null,\"previousDigestS3Object\":null,\"previousDigestHashValue\":null,"
        "\"previousDigestHashAlgorithm\":null,\"previousDigestSignature\":null,\"logFiles\":[]}"));
}

static void a_digest_names_its_files_and_the_one_before_it(void) {
    struct catalog_digest previous = {.bucket = STR_LITERAL("old"),
        .object_key = STR_LITERAL("AWSLogs/before.json.gz"),
        .signature = STR_LITERAL("abcdef")};
    struct catalog_plan files[2] = {
        {.bucket = STR_LITERAL("logs"),
            .object_key = STR_LITERAL("AWSLogs/one.json.gz"),
            .oldest_event_at = {1772437900000},
            .newest_event_at = {1772437999000}},
        {.bucket = STR_LITERAL("logs"),
            .object_key = STR_LITERAL("AWSLogs/two.json.gz"),
            .oldest_event_at = {1772430000000}, /* before the window: late */
            .newest_event_at = {1772438100000}},
    };
    memset(previous.body_sha256, 2, sizeof previous.body_sha256);
    memset(files[0].raw_sha256, 1, sizeof files[0].raw_sha256);
    memset(files[1].raw_sha256, 2, sizeof files[1].raw_sha256);
    struct digest_content content = content_of();
    content.previous = &previous;
    content.files = files;
    content.file_count = 2;
    SCOPED(buf_finish) struct buf body = BUF_INIT(8192);
    digest_body_append(&body, &content);
    EXPECT(str_is(buf_str(&body),
        "{\"awsAccountId\":\"210987654321\",\"digestStartTime\":\"2026-03-02T07:51:31Z\","
        "\"digestEndTime\":\"2026-03-02T08:51:31Z\",\"digestS3Bucket\":\"logs\","
        "\"digestS3Object\":\"AWSLogs/digest.json.gz\","
        "\"digestPublicKeyFingerprint\":\"31e8b5433410dfb61a9dc45cc65b22ff\","
        "\"digestSignatureAlgorithm\":\"SHA256withRSA\",\"newestEventTime\":\"2026-03-02T07:55:00Z\","
        "\"oldestEventTime\":\"2026-03-02T05:40:00Z\",\"previousDigestS3Bucket\":\"old\","
        "\"previousDigestS3Object\":\"AWSLogs/before.json.gz\",\"previousDigestHashValue\":\"" HASH_B "\","
        "\"previousDigestHashAlgorithm\":\"SHA-256\",\"previousDigestSignature\":\"abcdef\",\"logFiles\":["
        "{\"s3Bucket\":\"logs\",\"s3Object\":\"AWSLogs/one.json.gz\",\"hashValue\":\"" HASH_A "\","
        "\"hashAlgorithm\":\"SHA-256\",\"newestEventTime\":\"2026-03-02T07:53:19Z\","
        "\"oldestEventTime\":\"2026-03-02T07:51:40Z\"},"
        "{\"s3Bucket\":\"logs\",\"s3Object\":\"AWSLogs/two.json.gz\",\"hashValue\":\"" HASH_B "\","
        "\"hashAlgorithm\":\"SHA-256\",\"newestEventTime\":\"2026-03-02T07:55:00Z\","
        "\"oldestEventTime\":\"2026-03-02T05:40:00Z\"}]}"));
}

static void what_is_signed_has_four_lines_without_a_last_newline(void) {
    uint8_t hash[SHA256_SIZE];
    memset(hash, 1, sizeof hash);
    SCOPED(buf_finish) struct buf text = BUF_INIT(1024);
    digest_append_signed(&text, (struct moment){1772441491000}, STR_LITERAL("logs"),
        STR_LITERAL("AWSLogs/digest.json.gz"), hash, STR_EMPTY);
    EXPECT(str_is(buf_str(&text), "2026-03-02T08:51:31Z\nlogs/AWSLogs/digest.json.gz\n" HASH_A "\nnull"));
    buf_clear(&text);
    digest_append_signed(&text, (struct moment){1772441491000}, STR_LITERAL("logs"),
        STR_LITERAL("AWSLogs/digest.json.gz"), hash, STR_LITERAL("beef"));
    EXPECT(str_is(buf_str(&text), "2026-03-02T08:51:31Z\nlogs/AWSLogs/digest.json.gz\n" HASH_A "\nbeef"));
}

int main(void) {
    TEST(a_key_names_account_region_trail_home_and_end);
    TEST(a_starting_digest_without_files_is_full_of_nulls);
    TEST(a_digest_names_its_files_and_the_one_before_it);
    TEST(what_is_signed_has_four_lines_without_a_last_newline);
    return tap_done();
}
