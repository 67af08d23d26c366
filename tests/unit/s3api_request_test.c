/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/own.h"
#include "s3api/operation.h"
#include "support/tap.h"

static struct arena arena;
static struct error error;

static bool parse(
    const char *method, const char *host, const char *target, struct s3api_request *ret_request) {
    struct s3api_request_line line = {.method = str_from(method),
        .host = str_from(host),
        .query = str_from(target),
        .virtual_host = STR_LITERAL("localhost")};
    line.path = str_cut(&line.query, '?');
    error = (struct error){0};
    return s3api_request_parse(&arena, &line, ret_request, &error);
}

static void paths_and_hosts_name_buckets_and_keys(void) {
    static const struct {
        const char *host, *target, *bucket, *key;
        enum s3api_level level;
    } CASES[] = {
        {"127.0.0.1:8420", "/", "", "", S3API_SERVICE},
        {"127.0.0.1:8420", "/bucket", "bucket", "", S3API_BUCKET},
        {"127.0.0.1:8420", "/bucket/", "bucket", "", S3API_BUCKET},
        {"127.0.0.1:8420", "/bucket//", "bucket", "/", S3API_OBJECT},
        {"localhost:8420", "/bucket/../a%2Fb/./", "bucket", "../a/b/./", S3API_OBJECT},
        {"localhost", "/bucket/a+b%20c", "bucket", "a+b c", S3API_OBJECT},
        {"bucket.localhost:8420", "/", "bucket", "", S3API_BUCKET},
        {"my.bucket.LOCALHOST", "/a/b", "my.bucket", "a/b", S3API_OBJECT},
        {"bucketlocalhost", "/a/b", "a", "b", S3API_OBJECT},
        {".localhost", "/a/b", "a", "b", S3API_OBJECT},
        {"", "/a/b", "a", "b", S3API_OBJECT},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct s3api_request request;
        bool parsed = parse("GET", CASES[i].host, CASES[i].target, &request);
        EXPECT(parsed && str_is(request.bucket, CASES[i].bucket) && str_is(request.key, CASES[i].key));
        EXPECT(parsed && request.level == CASES[i].level);
    }
}

static void what_cannot_be_read_is_refused(void) {
    static const char *const TARGETS[] = {
        "", "bucket", "//key", "/b/%", "/b/%f", "/b/%gg", "/b/%ff", "/%c3", "/b?a=%"};
    struct s3api_request request;
    for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++) {
        EXPECT(!parse("GET", "localhost", TARGETS[i], &request));
        EXPECT(str_starts_with(str_from(error.message), STR_LITERAL("InvalidURI:")));
    }
    SCOPED(buf_finish) struct buf target = BUF_INIT(BUF_UNBOUNDED);
    (void)buf_append_text(&target, "/b/");
    for (int i = 0; i < 1025; i++)
        (void)buf_append_char(&target, 'k');
    EXPECT(!parse("GET", "localhost", target.data, &request));
    EXPECT(str_starts_with(str_from(error.message), STR_LITERAL("KeyTooLongError:")));
}

static void parameters_are_decoded(void) {
    struct s3api_request request;
    uint64_t number = 7;
    EXPECT(parse("GET", "", "/b?list-type=2&prefix=a%2Fb+c&acl&max-keys=50&big=99999999999&&x=", &request));
    EXPECT(str_is(s3api_parameter(&request, "prefix"), "a/b c"));
    EXPECT(s3api_has_parameter(&request, "acl") && !s3api_has_parameter(&request, "policy"));
    EXPECT(s3api_parameter_number(&request, "max-keys", 1000, &number, &error) && number == 50);
    EXPECT(s3api_parameter_number(&request, "max-keys", 10, &number, &error) && number == 10);
    EXPECT(s3api_parameter_number(&request, "none", 10, &number, &error) && number == 10);
    EXPECT(!s3api_parameter_number(&request, "big", 10, &number, &error));
    EXPECT(!s3api_parameter_number(&request, "prefix", 10, &number, &error));
}

static void sources_of_copies_are_read(void) {
    static const struct {
        const char *text, *bucket, *key;
    } CASES[] = {
        {"/bucket/key", "bucket", "key"},
        {"bucket/a/b%20c", "bucket", "a/b c"},
        {"bucket%2Fkey", "bucket", "key"},
        {"bucket/key?versionId=null", "bucket", "key"},
    };
    static const char *const BAD[] = {"", "/", "bucket", "/bucket/", "//key", "b/%zz", "b/k?versionId=3"};
    struct s3api_source source;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        EXPECT(s3api_source_parse(&arena, str_from(CASES[i].text), &source, &error));
        EXPECT(str_is(source.bucket, CASES[i].bucket) && str_is(source.key, CASES[i].key));
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        EXPECT(!s3api_source_parse(&arena, str_from(BAD[i]), &source, &error));
}

static bool has_header(const char *name, void *context) {
    return context != NULL && str_is(str_from(name), context);
}

static const char *operation_of(const char *method, const char *target, char *header) {
    struct s3api_request request;
    if (!parse(method, "localhost", target, &request))
        return "unreadable";
    const struct s3api_operation *operation = s3api_operation_find(&request, has_header, header, &error);
    return operation == NULL ? "none" : operation->name;
}

static void requests_lead_to_their_operations(void) {
    static const struct {
        const char *method, *target, *operation;
    } CASES[] = {
        {"GET", "/", "ListBuckets"},
        {"GET", "/?x-id=ListBuckets", "ListBuckets"},
        {"PUT", "/b", "CreateBucket"},
        {"PUT", "/b/", "CreateBucket"},
        {"HEAD", "/b", "HeadBucket"},
        {"DELETE", "/b", "DeleteBucket"},
        {"GET", "/b", "ListObjects"},
        {"GET", "/b?list-type=2", "ListObjectsV2"},
        {"GET", "/b?acl", "GetBucketAcl"},
        {"GET", "/b?policy=", "GetBucketPolicy"},
        {"POST", "/b?delete", "DeleteObjects"},
        {"GET", "/b?uploads", "ListMultipartUploads"},
        {"PUT", "/b/k", "PutObject"},
        {"PUT", "/b/k?partNumber=1&uploadId=x", "UploadPart"},
        {"POST", "/b/k?uploads", "CreateMultipartUpload"},
        {"POST", "/b/k?uploadId=x", "CompleteMultipartUpload"},
        {"DELETE", "/b/k?uploadId=x", "AbortMultipartUpload"},
        {"DELETE", "/b/k", "DeleteObject"},
        {"GET", "/b/k?partNumber=2", "GetObject"},
        {"HEAD", "/b/k", "HeadObject"},
        /* what has no row is never taken for the plain operation of its method */
        {"PUT", "/b?lifecycle", "none"},
        {"PUT", "/b?versioning", "none"},
        {"DELETE", "/b?lifecycle", "none"},
        {"PUT", "/b/k?tagging", "none"},
        {"DELETE", "/b/k?tagging", "none"},
        {"POST", "/b/k?restore", "none"},
        {"GET", "/b/k?attributes", "none"},
        {"PUT", "/", "none"},
        {"OPTIONS", "/b/k", "none"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const char *found = operation_of(CASES[i].method, CASES[i].target, NULL);
        EXPECT(str_is(str_from(found), CASES[i].operation));
        if (!str_is(str_from(found), CASES[i].operation))
            printf("# %s %s: %s\n", CASES[i].method, CASES[i].target, found);
    }
    char header[] = "x-amz-copy-source";
    EXPECT(str_is(str_from(operation_of("PUT", "/b/k", header)), "CopyObject"));
    EXPECT(str_is(str_from(operation_of("PUT", "/b/k?uploadId=x&partNumber=1", header)), "UploadPartCopy"));
}

int main(void) {
    TEST(paths_and_hosts_name_buckets_and_keys);
    TEST(what_cannot_be_read_is_refused);
    TEST(parameters_are_decoded);
    TEST(sources_of_copies_are_read);
    TEST(requests_lead_to_their_operations);
    arena_finish(&arena);
    return tap_done();
}
