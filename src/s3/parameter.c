/* SPDX-License-Identifier: Apache-2.0 */
/* parameter: requestParameters and responseElements of S3, from targets and headers. */
#include "base/own.h"

#include "private.h"

enum { NAMES_MAX = 64, TYPICAL_SIZE = 1024 };

struct name {
    const char *data;
    size_t size;
};
#define NAME(text)                                                                                           \
    { text, sizeof(text) - 1 }

static bool is_among(struct str name, const struct name *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (names[i].size == name.size && str_equals_ignoring_case(name, str_of(names[i].data, name.size)))
            return true;
    }
    return false;
}

/* Behind "x-amz-". A list of what is recorded and not of what is secret: what is not known stays out. */
static const struct name request_headers[] = {
    NAME("acl"),
    NAME("grant-read"),
    NAME("grant-write"),
    NAME("grant-read-acp"),
    NAME("grant-write-acp"),
    NAME("grant-full-control"),
    NAME("copy-source"),
    NAME("copy-source-range"),
    NAME("copy-source-if-match"),
    NAME("copy-source-if-none-match"),
    NAME("copy-source-if-modified-since"),
    NAME("copy-source-if-unmodified-since"),
    NAME("copy-source-server-side-encryption-customer-algorithm"),
    NAME("rename-source"),
    NAME("metadata-directive"),
    NAME("tagging"),
    NAME("tagging-directive"),
    NAME("storage-class"),
    NAME("website-redirect-location"),
    NAME("server-side-encryption"),
    NAME("server-side-encryption-aws-kms-key-id"),
    NAME("server-side-encryption-bucket-key-enabled"),
    NAME("server-side-encryption-context"),
    NAME("server-side-encryption-customer-algorithm"),
    NAME("request-payer"),
    NAME("object-lock-mode"),
    NAME("object-lock-retain-until-date"),
    NAME("object-lock-legal-hold"),
    NAME("bucket-object-lock-enabled"),
    NAME("bypass-governance-retention"),
    NAME("object-ownership"),
    NAME("object-attributes"),
    NAME("optional-object-attributes"),
    NAME("max-parts"),
    NAME("part-number-marker"),
    NAME("expected-bucket-owner"),
    NAME("source-expected-bucket-owner"),
    NAME("account-id"),
    NAME("checksum-algorithm"),
    NAME("checksum-type"),
    NAME("checksum-mode"),
    NAME("create-session-mode"),
    NAME("confirm-remove-self-bucket-access"),
    NAME("skip-destination-validation"),
    NAME("transition-default-minimum-object-size"),
    NAME("mp-object-size"),
    NAME("write-offset-bytes"),
};

static const struct name reply_headers[] = {
    NAME("server-side-encryption"),
    NAME("server-side-encryption-aws-kms-key-id"),
    NAME("server-side-encryption-bucket-key-enabled"),
    NAME("server-side-encryption-customer-algorithm"),
    NAME("version-id"),
    NAME("copy-source-version-id"),
    NAME("delete-marker"),
    NAME("expiration"),
    NAME("abort-date"),
    NAME("abort-rule-id"),
    NAME("restore-output-path"),
    NAME("request-charged"),
    NAME("object-size"),
    NAME("transition-default-minimum-object-size"),
};

/* Query parameters of a signature, and names that only the record's own members may have: a request cannot
 * write a second bucketName into its record. */
static const struct name hidden_parameters[] = {NAME("X-Amz-Signature"), NAME("X-Amz-Credential"),
    NAME("X-Amz-Security-Token"), NAME("Signature"), NAME("bucketName"), NAME("Host"), NAME("key"),
    NAME("bucketPolicy"), NAME("requestBody"), NAME("token")};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool has_prefix(struct str name) {
    return name.size > 6 && name.data[1] == '-' &&
           str_equals_ignoring_case(str_slice(name, 0, 6), STR_LITERAL("x-amz-"));
}

bool s3_is_recorded(struct str name) {
    return has_prefix(name) &&
           is_among(str_slice(name, 6, SIZE_MAX), request_headers, COUNT(request_headers));
}

/* S3's own parameters begin with small letters; roots of documents, which are members too, do not. Names that
 * are no text could become the same one in the record. */
static bool is_recorded_parameter(struct str name) {
    bool is_upper = name.size > 0 && name.data[0] >= 'A' && name.data[0] <= 'Z';
    if (is_upper && !has_prefix(name) && !str_is(name, "AWSAccessKeyId") && !str_is(name, "Expires"))
        return false;
    return name.size > 0 && str_is_utf8(name) && !is_among(name, hidden_parameters, COUNT(hidden_parameters));
}

/* The members so far, so that none is there twice; those past the limit are left out. */
struct member_writer {
    struct json_writer json;
    size_t count;
    struct str names[NAMES_MAX];
};

static void write_member(struct member_writer *writer, struct str name, struct str value) {
    if (writer->count == NAMES_MAX)
        return;
    for (size_t i = 0; i < writer->count; i++) {
        if (str_equals_ignoring_case(writer->names[i], name))
            return;
    }
    writer->names[writer->count++] = name;
    json_key(&writer->json, name);
    json_write_string(&writer->json, value);
}

static void write_query(struct arena *arena, struct str query, struct member_writer *writer) {
    while (query.size > 0) {
        struct str value = str_cut(&query, '&'), name = protocol_decode(arena, str_cut(&value, '='), true);
        if (is_recorded_parameter(name))
            write_member(writer, name, protocol_decode(arena, value, true));
    }
}

static void write_headers(
    struct arena *arena, const struct protocol_request *request, struct member_writer *writer) {
    for (size_t i = 0; i < request->header_count; i++) {
        struct str name = request->headers[i].name;
        if (s3_is_recorded(name))
            write_member(writer, arena_lower_case(arena, name), str_trim(request->headers[i].value));
    }
}

struct str s3_parameters(struct arena *arena, const struct protocol_head *head,
    const struct s3_target *target, const struct protocol_header *labels, size_t label_count) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct member_writer writer;
    writer.json = JSON_WRITER(&text);
    writer.count = 0;
    (void)buf_reserve(&text, TYPICAL_SIZE);
    json_begin_object(&writer.json);
    if (target->bucket.size > 0)
        json_member_string(&writer.json, "bucketName", target->bucket);
    if (head->host.size > 0)
        json_member_string(&writer.json, "Host", head->host);
    if (target->key.size > 0)
        json_member_string(&writer.json, "key", target->key);
    for (size_t i = 0; i < label_count; i++)
        write_member(&writer, labels[i].name, labels[i].value);
    write_query(arena, head->query, &writer);
    write_headers(arena, head->request, &writer);
    json_end_object(&writer.json);
    return arena_str(arena, buf_str(&text));
}

struct str s3_parameters_with(struct arena *arena, struct str parameters, struct str name, struct str json) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct json_writer writer = {&text, parameters.size > 2};
    buf_append_str(&text, str_slice(parameters, 0, parameters.size - 1));
    json_key(&writer, name);
    json_write_raw(&writer, json);
    json_end_object(&writer);
    return arena_str(arena, buf_str(&text));
}

struct str s3_elements(struct arena *arena, const struct protocol_reply *reply) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    struct member_writer writer;
    writer.json = JSON_WRITER(&text);
    writer.count = 0;
    for (size_t i = 0; i < reply->header_count; i++) {
        struct str name = reply->headers[i].name;
        if (!has_prefix(name) || !is_among(str_slice(name, 6, SIZE_MAX), reply_headers, COUNT(reply_headers)))
            continue;
        if (writer.count == 0)
            json_begin_object(&writer.json);
        write_member(&writer, arena_lower_case(arena, name), str_trim(reply->headers[i].value));
    }
    if (writer.count == 0)
        return STR_EMPTY;
    json_end_object(&writer.json);
    return arena_str(arena, buf_str(&text));
}
