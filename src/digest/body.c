/* SPDX-License-Identifier: Apache-2.0 */
/* body: AWS's digest layout; "CloudTrail digest file structure" in the CloudTrail user guide. */
#include "body.h"

#include "codec/json.h"

void digest_body_append_key(struct buf *buf, const struct digest_name *name) {
    struct civil_time at = time_civil(name->end_at);
    if (name->prefix.size > 0)
        buf_append_format(buf, "%.*s/", STR(name->prefix));
    buf_append_format(buf, "AWSLogs/%.*s/CloudTrail-Digest/%.*s/%04d/%02d/%02d/", STR(name->account),
        STR(name->region), at.year, at.month, at.day);
    buf_append_format(buf, "%.*s_CloudTrail-Digest_%.*s_%.*s_%.*s_", STR(name->account), STR(name->region),
        STR(name->trail), STR(name->home_region));
    time_append_basic(buf, name->end_at);
    buf_append_text(buf, ".json.gz");
}

static void member_time(struct json_writer *writer, const char *key, struct moment at) {
    if (at.ms == MOMENT_NONE.ms) {
        json_member_null(writer, key);
        return;
    }
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    time_append_iso(&text, at);
    json_member_string(writer, key, buf_str(&text));
}

static void member_hash(struct json_writer *writer, const char *key, const uint8_t hash[SHA256_SIZE]) {
    char text[2 * SHA256_SIZE];
    hex_encode(bytes_of(hash, SHA256_SIZE), text);
    json_member_string(writer, key, str_of(text, sizeof text));
}

static void write_previous(struct json_writer *writer, const struct catalog_digest *previous) {
    if (previous == NULL) {
        static const char *const MEMBERS[] = {"previousDigestS3Bucket", "previousDigestS3Object",
            "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature"};
        for (size_t i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0]; i++)
            json_member_null(writer, MEMBERS[i]);
        return;
    }
    json_member_string(writer, "previousDigestS3Bucket", previous->bucket);
    json_member_string(writer, "previousDigestS3Object", previous->object_key);
    member_hash(writer, "previousDigestHashValue", previous->body_sha256);
    json_member_string(writer, "previousDigestHashAlgorithm", STR_LITERAL("SHA-256"));
    json_member_string(writer, "previousDigestSignature", previous->signature);
}

static void write_files(struct json_writer *writer, const struct digest_content *content) {
    json_key(writer, STR_LITERAL("logFiles"));
    json_begin_array(writer);
    for (size_t i = 0; i < content->file_count; i++) {
        const struct catalog_plan *file = &content->files[i];
        json_begin_object(writer);
        json_member_string(writer, "s3Bucket", file->bucket);
        json_member_string(writer, "s3Object", file->object_key);
        member_hash(writer, "hashValue", file->raw_sha256);
        json_member_string(writer, "hashAlgorithm", STR_LITERAL("SHA-256"));
        member_time(writer, "newestEventTime", file->newest_event_at);
        member_time(writer, "oldestEventTime", file->oldest_event_at);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void digest_body_append(struct buf *buf, const struct digest_content *content) {
    struct moment newest = MOMENT_NONE, oldest = MOMENT_NONE;
    for (size_t i = 0; i < content->file_count; i++) {
        const struct catalog_plan *file = &content->files[i];
        newest = i == 0 || file->newest_event_at.ms > newest.ms ? file->newest_event_at : newest;
        oldest = i == 0 || file->oldest_event_at.ms < oldest.ms ? file->oldest_event_at : oldest;
    }
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "awsAccountId", content->account);
    member_time(&writer, "digestStartTime", content->start_at);
    member_time(&writer, "digestEndTime", content->end_at);
    json_member_string(&writer, "digestS3Bucket", content->bucket);
    json_member_string(&writer, "digestS3Object", content->object_key);
    json_member_string(&writer, "digestPublicKeyFingerprint", content->fingerprint);
    json_member_string(&writer, "digestSignatureAlgorithm", STR_LITERAL("SHA256withRSA"));
    member_time(&writer, "newestEventTime", newest);
    member_time(&writer, "oldestEventTime", oldest);
    write_previous(&writer, content->previous);
    write_files(&writer, content);
    json_end_object(&writer);
}

void digest_append_signed(struct buf *buf, struct moment end_at, struct str bucket, struct str object_key,
    const uint8_t body_sha256[SHA256_SIZE], struct str previous_signature) {
    time_append_iso(buf, end_at);
    buf_append_format(buf, "\n%.*s/%.*s\n", STR(bucket), STR(object_key));
    hex_append(buf, bytes_of(body_sha256, SHA256_SIZE));
    buf_append_char(buf, '\n');
    buf_append_str(buf, previous_signature.size > 0 ? previous_signature : STR_LITERAL("null"));
}
