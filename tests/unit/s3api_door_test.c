/* SPDX-License-Identifier: Apache-2.0 */
/* The S3 door over a real connection. What SDKs make of it: tests/contract/s3_test.py. */
#include "support/s3_door.h"

static struct s3_door door;

static struct http_reply put(const char *target, const char *body) {
    return s3_door_call(
        &door, &(struct s3_door_request){.method = "PUT", .target = target, .body = str_from(body)});
}

static struct http_reply put_with(const char *target, const char *body, const char *name, const char *value) {
    const struct aws_header header = {str_from(name), str_from(value)};
    return s3_door_call(&door, &(struct s3_door_request){.method = "PUT",
                                   .target = target,
                                   .body = str_from(body),
                                   .headers = &header,
                                   .header_count = 1});
}

static struct http_reply get_with(const char *target, const char *name, const char *value) {
    const struct aws_header header = {str_from(name), str_from(value)};
    return s3_door_call(&door,
        &(struct s3_door_request){.method = "GET", .target = target, .headers = &header, .header_count = 1});
}

static bool body_is(const struct http_reply *reply, const char *text) {
    bool is = str_is(bytes_str(reply->body), text);
    if (!is)
        printf("# %u %.*s\n", reply->status, (int)reply->body.size, (const char *)reply->body.data);
    return is;
}

static bool body_has(const struct http_reply *reply, const char *text) {
    bool has = str_find(bytes_str(reply->body), str_from(text)) != SIZE_MAX;
    if (!has)
        printf("# %u %.*s\n", reply->status, (int)reply->body.size, (const char *)reply->body.data);
    return has;
}

static void buckets_are_made_and_listed(void) {
    struct http_reply reply = put("/bucket", "");
    EXPECT_INT(reply.status, 200);
    EXPECT(str_is(http_reply_header(&reply, "Location"), "/bucket"));
    EXPECT_INT(put("/bucket", "").status, 200); /* once more, in us-east-1 */
    reply = s3_door_ask(&door, "GET", "/");
    EXPECT(body_has(&reply, "<Name>bucket</Name>"));
    reply = s3_door_ask(&door, "GET", "/bucket?location");
    EXPECT(body_has(&reply,
        "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>"));
    reply = put("/elsewhere", "<CreateBucketConfiguration><LocationConstraint>eu-west-1</"
                              "LocationConstraint></CreateBucketConfiguration>");
    EXPECT_INT(reply.status, 200);
    reply = s3_door_ask(&door, "HEAD", "/elsewhere");
    EXPECT(str_is(http_reply_header(&reply, "x-amz-bucket-region"), "eu-west-1"));
}

static void names_of_other_doors_are_no_buckets(void) {
    static const char *const TARGETS[] = {
        "/events", "/console", "/healthz", "/readyz", "/metrics", "/sources", "/PutAuditEvents"};
    for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++) {
        struct http_reply reply = put(TARGETS[i], "");
        EXPECT_INT(reply.status, 400);
        EXPECT(s3_door_has_code(&reply, "InvalidBucketName"));
    }
}

static void an_object_comes_back(void) {
    struct http_reply reply = put_with("/bucket/a/b%20c", "hello", "x-amz-meta-Colour", "blue");
    EXPECT_INT(reply.status, 200);
    EXPECT(str_is(http_reply_header(&reply, "ETag"), "\"5d41402abc4b2a76b9719d911017c592\""));
    EXPECT(http_reply_header(&reply, "x-amz-checksum-crc64nvme").size > 0);
    reply = s3_door_ask(&door, "GET", "/bucket/a/b%20c");
    EXPECT_INT(reply.status, 200);
    EXPECT(body_is(&reply, "hello"));
    EXPECT(str_is(http_reply_header(&reply, "x-amz-meta-colour"), "blue"));
    EXPECT(str_is(http_reply_header(&reply, "Content-Type"), "binary/octet-stream"));
    EXPECT(str_is(http_reply_header(&reply, "X-Content-Type-Options"), "nosniff"));
    EXPECT(str_is(http_reply_header(&reply, "Content-Security-Policy"), "sandbox; default-src 'none'"));
    EXPECT_INT(http_reply_header(&reply, "x-amz-request-id").size, 16);
    reply = s3_door_ask(&door, "HEAD", "/bucket/a/b%20c");
    EXPECT(reply.status == 200 && str_is(http_reply_header(&reply, "Content-Length"), "5"));
    EXPECT_INT(s3_door_ask(&door, "DELETE", "/bucket/a/b%20c").status, 204);
    reply = s3_door_ask(&door, "GET", "/bucket/a/b%20c");
    EXPECT(reply.status == 404 && s3_door_has_code(&reply, "NoSuchKey"));
}

static void ranges_and_conditions_decide(void) {
    EXPECT_INT(put("/bucket/digits", "0123456789").status, 200);
    struct http_reply reply = get_with("/bucket/digits", "Range", "bytes=2-4");
    EXPECT(reply.status == 206 && body_is(&reply, "234"));
    EXPECT(str_is(http_reply_header(&reply, "Content-Range"), "bytes 2-4/10"));
    reply = get_with("/bucket/digits", "Range", "bytes=10-");
    EXPECT(reply.status == 416 && s3_door_has_code(&reply, "InvalidRange"));
    reply = get_with("/bucket/digits", "If-None-Match", "\"781e5e245d69b566979b86e28d23f2c7\"");
    EXPECT(reply.status == 304 && reply.body.size == 0);
    reply = get_with("/bucket/digits", "If-Match", "\"other\"");
    EXPECT(reply.status == 412 && s3_door_has_code(&reply, "PreconditionFailed"));
    reply = put_with("/bucket/digits", "new", "If-None-Match", "*");
    EXPECT(reply.status == 412 && s3_door_has_code(&reply, "PreconditionFailed"));
    reply = s3_door_ask(&door, "GET", "/bucket/digits?response-content-type=text%2Fplain");
    EXPECT(str_is(http_reply_header(&reply, "Content-Type"), "text/plain"));
}

static void a_wrong_body_is_never_seen(void) {
    static const struct {
        const char *name, *value, *code;
    } CASES[] = {
        {"Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==", "BadDigest"},
        {"Content-MD5", "nonsense", "InvalidDigest"},
        {"x-amz-checksum-crc32", "AAAAAA==", "BadDigest"},
        {"x-amz-checksum-crc32", "AAAA", "InvalidRequest"},
        {"x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "BadDigest"},
        {"x-amz-checksum-crc64nvme", "AAAAAAAAAAA=", "BadDigest"},
        {"x-amz-server-side-encryption", "aws:kms", "NotImplemented"},
        {"x-amz-acl", "public-read", "AccessControlListNotSupported"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_reply reply = put_with("/bucket/wrong", "hello", CASES[i].name, CASES[i].value);
        EXPECT(reply.status >= 400 && s3_door_has_code(&reply, CASES[i].code));
    }
    struct http_reply reply = s3_door_call(
        &door, &(struct s3_door_request){.method = "PUT",
                   .target = "/bucket/wrong",
                   .body = STR_LITERAL("hello"),
                   .payload_hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9825"});
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "XAmzContentSHA256Mismatch"));
    EXPECT_INT(s3_door_ask(&door, "GET", "/bucket/wrong").status, 404);
}

static void unsigned_payloads_and_trailers_are_taken(void) {
    const struct aws_header headers[] = {{STR_LITERAL("x-amz-decoded-content-length"), STR_LITERAL("5")},
        {STR_LITERAL("x-amz-trailer"), STR_LITERAL("x-amz-checksum-crc32")},
        {STR_LITERAL("Content-Encoding"), STR_LITERAL("aws-chunked")}};
    struct s3_door_request request = {.method = "PUT",
        .target = "/bucket/chunked",
        .body = STR_LITERAL("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"),
        .headers = headers,
        .header_count = 3,
        .payload_hash = AWS_STREAMING_UNSIGNED};
    struct http_reply reply = s3_door_call(&door, &request);
    EXPECT_INT(reply.status, 200);
    EXPECT(str_is(http_reply_header(&reply, "x-amz-checksum-crc32"), "NhCmhg=="));
    reply = s3_door_ask(&door, "GET", "/bucket/chunked");
    EXPECT(body_is(&reply, "hello") && http_reply_header(&reply, "Content-Encoding").size == 0);
    request.body = STR_LITERAL("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
    reply = s3_door_call(&door, &request);
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "BadDigest"));
    request.body = STR_LITERAL("5\r\nhello\r\n0\r\n\r\n");
    reply = s3_door_call(&door, &request);
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "MalformedTrailerError"));
    request.body = STR_LITERAL("4\r\nhell\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n");
    reply = s3_door_call(&door, &request);
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "IncompleteBody"));
    request = (struct s3_door_request){.method = "PUT",
        .target = "/bucket/unsigned",
        .body = STR_LITERAL("x"),
        .payload_hash = AWS_UNSIGNED_PAYLOAD};
    EXPECT_INT(s3_door_call(&door, &request).status, 200);
}

static void lists_have_pages_and_folders(void) {
    static const char *const KEYS[] = {"a/1", "a/2", "b", "c%20d"};
    EXPECT_INT(put("/listed", "").status, 200);
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
        EXPECT_INT(put(arena_format(&door.arena, "/listed/%s", KEYS[i]).data, "x").status, 200);
    struct http_reply reply =
        s3_door_ask(&door, "GET", "/listed?list-type=2&delimiter=%2F&encoding-type=url");
    EXPECT(body_has(&reply, "<KeyCount>3</KeyCount>") && body_has(&reply, "<Key>c%20d</Key>"));
    EXPECT(body_has(&reply, "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"));
    EXPECT(body_has(&reply, "<IsTruncated>false</IsTruncated>"));
    reply = s3_door_ask(&door, "GET", "/listed?max-keys=1&delimiter=%2F");
    EXPECT(body_has(&reply, "<NextMarker>a/</NextMarker>") &&
           body_has(&reply, "<IsTruncated>true</IsTruncated>"));
    reply = s3_door_ask(&door, "GET", "/listed?list-type=2&max-keys=0");
    EXPECT(
        body_has(&reply, "<KeyCount>0</KeyCount>") && body_has(&reply, "<IsTruncated>false</IsTruncated>"));
    reply = s3_door_ask(&door, "GET", "/listed?list-type=2&continuation-token=x");
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "InvalidArgument"));
    reply = s3_door_ask(&door, "GET", "/listed?max-keys=-1");
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "InvalidArgument"));
    reply = s3_door_ask(&door, "GET", "/listed?versions&prefix=b");
    EXPECT(body_has(&reply, "<VersionId>null</VersionId>"));
    reply = s3_door_call(
        &door, &(struct s3_door_request){.method = "POST",
                   .target = "/listed?delete",
                   .body = STR_LITERAL(
                       "<Delete><Object><Key>a/1</Key></Object><Object><Key>none</Key></Object></Delete>")});
    EXPECT(body_has(&reply, "<Deleted><Key>a/1</Key></Deleted>") && body_has(&reply, "<Key>none</Key>"));
    EXPECT_INT(s3_door_ask(&door, "GET", "/listed/a/1").status, 404);
}

static void copies_keep_or_replace_metadata(void) {
    EXPECT_INT(put_with("/bucket/from", "data", "x-amz-meta-a", "1").status, 200);
    struct http_reply reply = put_with("/bucket/to", "", "x-amz-copy-source", "/bucket/from");
    EXPECT(reply.status == 200 && body_has(&reply, "<CopyObjectResult"));
    reply = s3_door_ask(&door, "GET", "/bucket/to");
    EXPECT(body_is(&reply, "data") && str_is(http_reply_header(&reply, "x-amz-meta-a"), "1"));
    reply = put_with("/bucket/from", "", "x-amz-copy-source", "bucket%2Ffrom");
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "InvalidRequest"));
    reply = put_with("/bucket/to", "", "x-amz-copy-source", "bucket/none");
    EXPECT(reply.status == 404 && s3_door_has_code(&reply, "NoSuchKey"));
}

static struct str upload_id_of(const struct http_reply *reply) {
    struct str text = bytes_str(reply->body);
    size_t start = str_find(text, STR_LITERAL("<UploadId>")) + 10;
    return str_slice(text, start, str_find(str_slice(text, start, SIZE_MAX), STR_LITERAL("<")));
}

static void parts_become_an_object(void) {
    struct http_reply reply = s3_door_ask(&door, "POST", "/bucket/big?uploads");
    struct str id = upload_id_of(&reply);
    EXPECT_INT(id.size, 48);
    struct str part = arena_format(&door.arena, "/bucket/big?partNumber=1&uploadId=%.*s", STR(id));
    struct str whole = arena_format(&door.arena, "/bucket/big?uploadId=%.*s", STR(id));
    EXPECT_INT(put(part.data, "hello").status, 200);
    reply = s3_door_ask(&door, "GET", whole.data);
    EXPECT(body_has(&reply, "<PartNumber>1</PartNumber>") && body_has(&reply, "<Size>5</Size>"));
    struct s3_door_request complete = {.method = "POST",
        .target = whole.data,
        .body = STR_LITERAL(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"wrong\"</ETag></Part>"
            "</CompleteMultipartUpload>")};
    reply = s3_door_call(&door, &complete);
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "InvalidPart"));
    complete.body = STR_LITERAL("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
                                "<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag></Part>"
                                "</CompleteMultipartUpload>");
    reply = s3_door_call(&door, &complete);
    EXPECT(reply.status == 200 && body_has(&reply, "-1&quot;</ETag>"));
    reply = s3_door_ask(&door, "GET", "/bucket/big");
    EXPECT(body_is(&reply, "hello"));
    reply = s3_door_ask(&door, "DELETE", whole.data);
    EXPECT(reply.status == 404 && s3_door_has_code(&reply, "NoSuchUpload"));
}

static void what_is_not_there_is_said_so(void) {
    static const struct {
        const char *method, *target, *code;
        unsigned status;
    } CASES[] = {
        {"GET", "/bucket?policy", "NoSuchBucketPolicy", 404},
        {"GET", "/bucket?tagging", "NoSuchTagSet", 404},
        {"GET", "/bucket?encryption", "ServerSideEncryptionConfigurationNotFoundError", 404},
        {"PUT", "/bucket?lifecycle", "NotImplemented", 501},
        {"PUT", "/bucket?versioning", "NotImplemented", 501},
        {"DELETE", "/bucket?tagging", "NotImplemented", 501},
        {"GET", "/nobucket/key", "NoSuchBucket", 404},
        {"POST", "/bucket", "NotImplemented", 501},
        {"PATCH", "/bucket/key", "MethodNotAllowed", 405},
        {"GET", "/bucket/%zz", "InvalidURI", 400},
        {"GET", "/bucket/%ff", "InvalidURI", 400},
        {"DELETE", "/bucket", "BucketNotEmpty", 409},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct http_reply reply = s3_door_ask(&door, CASES[i].method, CASES[i].target);
        EXPECT_INT(reply.status, CASES[i].status);
        EXPECT(s3_door_has_code(&reply, CASES[i].code));
    }
    struct http_reply reply = s3_door_ask(&door, "GET", "/bucket?versioning");
    EXPECT(reply.status == 200 && body_has(&reply, "</VersioningConfiguration>"));
}

static void a_bucket_policy_is_kept_as_it_is(void) {
    struct http_reply reply = put("/bucket?policy", "{ \"Statement\" : [] }");
    EXPECT_INT(reply.status, 204);
    reply = s3_door_ask(&door, "GET", "/bucket?policy");
    EXPECT(body_is(&reply, "{ \"Statement\" : [] }"));
    reply = put("/bucket?policy", "{}");
    EXPECT(reply.status == 400 && s3_door_has_code(&reply, "MalformedPolicy"));
    EXPECT_INT(s3_door_ask(&door, "DELETE", "/bucket?policy").status, 204);
    EXPECT_INT(s3_door_ask(&door, "GET", "/bucket?policy").status, 404);
}

static void a_bad_signature_changes_nothing(void) {
    struct http_reply reply = s3_door_call(
        &door, &(struct s3_door_request){
                   .method = "PUT", .target = "/bucket/forged", .body = STR_LITERAL("x"), .secret = "wrong"});
    EXPECT(reply.status == 403 && s3_door_has_code(&reply, "SignatureDoesNotMatch"));
    EXPECT_INT(s3_door_ask(&door, "GET", "/bucket/forged").status, 404);
}

static void buckets_of_other_accounts_are_closed(void) {
    struct objects_bucket bucket = {
        .name = STR_LITERAL("theirs"), .owner_account = STR_LITERAL("210987654321")};
    EXPECT(objects_bucket_create(door.objects, &bucket, &door.error));
    static const char *const METHODS[] = {"GET", "DELETE"};
    for (size_t i = 0; i < 2; i++) {
        struct http_reply reply = s3_door_ask(&door, METHODS[i], "/theirs");
        EXPECT(reply.status == 403 && s3_door_has_code(&reply, "AccessDenied"));
    }
    struct http_reply reply = put_with("/bucket/copy", "", "x-amz-copy-source", "/theirs/key");
    EXPECT(reply.status == 403 && s3_door_has_code(&reply, "AccessDenied"));
    reply = put("/theirs", "");
    EXPECT(reply.status == 409 && s3_door_has_code(&reply, "BucketAlreadyExists"));
}

int main(void) {
    s3_door_open(&door);
    TEST(buckets_are_made_and_listed);
    TEST(names_of_other_doors_are_no_buckets);
    TEST(an_object_comes_back);
    TEST(ranges_and_conditions_decide);
    TEST(a_wrong_body_is_never_seen);
    TEST(unsigned_payloads_and_trailers_are_taken);
    TEST(lists_have_pages_and_folders);
    TEST(copies_keep_or_replace_metadata);
    TEST(parts_become_an_object);
    TEST(what_is_not_there_is_said_so);
    TEST(a_bucket_policy_is_kept_as_it_is);
    TEST(a_bad_signature_changes_nothing);
    TEST(buckets_of_other_accounts_are_closed);
    s3_door_close(&door);
    return tap_done();
}
