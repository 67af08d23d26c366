/* SPDX-License-Identifier: Apache-2.0 */
/* Signature Version 4 against the examples of AWS's documentation and test suite. */
#include "aws/sigv4.h"
#include "base/mem.h"
#include "base/own.h"
#include "codec/text.h"
#include "support/tap.h"

#define SUITE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_SECRET    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY_HASH   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

#define HEADER(name, value)                                                                                  \
    { STR_LITERAL(name), STR_LITERAL(value) }
#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool verifies(const struct aws_request *request, const char *secret) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct aws_authorization authorization;
    struct error error = {0};
    if (!aws_authorization_parse(&arena, request, &authorization, &error)) {
        printf("# %s\n", error.message);
        return false;
    }
    uint8_t key[SHA256_SIZE];
    aws_signing_key(str_from(secret), &authorization.scope, key);
    struct str canonical = aws_canonical_request(&arena, request, &authorization);
    return aws_signature_matches(key, aws_string_to_sign(&arena, canonical, &authorization), &authorization);
}

static struct aws_request get(
    struct str path, struct str query, const struct aws_header *headers, size_t count) {
    return (struct aws_request){STR_LITERAL("GET"), path, query, headers, count, STR_LITERAL(EMPTY_HASH)};
}

static void the_suites_plain_get_verifies(void) {
    const struct aws_header headers[] = {
        HEADER("Host", "example.amazonaws.com"),
        HEADER("X-Amz-Date", "20150830T123600Z"),
        HEADER("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    };
    struct aws_request request = get(STR_LITERAL("/"), STR_EMPTY, headers, COUNT(headers));
    EXPECT(verifies(&request, SUITE_SECRET));
    EXPECT(!verifies(&request, "another secret"));
    request.path = STR_LITERAL("/a/.././");
    EXPECT(verifies(&request, SUITE_SECRET)); /* the suite normalises paths */
    request.path = STR_LITERAL("/other");
    EXPECT(!verifies(&request, SUITE_SECRET));
    request.method = STR_LITERAL("POST");
    request.path = STR_LITERAL("/");
    EXPECT(!verifies(&request, SUITE_SECRET));
}

static void the_suites_query_is_sorted(void) {
    const struct aws_header headers[] = {
        HEADER("Host", "example.amazonaws.com"),
        HEADER("X-Amz-Date", "20150830T123600Z"),
        HEADER("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
            "SignedHeaders=host;x-amz-date,"
            "Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    };
    struct aws_request request =
        get(STR_LITERAL("/"), STR_LITERAL("Param2=value2&Param1=value1"), headers, COUNT(headers));
    EXPECT(verifies(&request, SUITE_SECRET));
    request.query = STR_LITERAL("Param1=value1&Param2=value2");
    EXPECT(verifies(&request, SUITE_SECRET));
    request.query = STR_LITERAL("Param1=value1&Param2=value3");
    EXPECT(!verifies(&request, SUITE_SECRET));
}

static void the_documents_list_users_example_verifies(void) {
    const struct aws_header headers[] = {
        HEADER("host", "iam.amazonaws.com"),
        HEADER("content-type", "  application/x-www-form-urlencoded;   charset=utf-8 "),
        HEADER("x-amz-date", "20150830T123600Z"),
        HEADER("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    };
    struct aws_request request =
        get(STR_LITERAL("/"), STR_LITERAL("Action=ListUsers&Version=2010-05-08"), headers, COUNT(headers));
    EXPECT(verifies(&request, SUITE_SECRET));
}

static void the_documents_s3_get_with_range_verifies(void) {
    const struct aws_header headers[] = {
        HEADER("Host", "examplebucket.s3.amazonaws.com"),
        HEADER("Range", "bytes=0-9"),
        HEADER("x-amz-content-sha256", EMPTY_HASH),
        HEADER("x-amz-date", "20130524T000000Z"),
        HEADER("Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    };
    struct aws_request request = get(STR_LITERAL("/test.txt"), STR_EMPTY, headers, COUNT(headers));
    EXPECT(verifies(&request, S3_SECRET));
    request.path = STR_LITERAL("/test%2Etxt"); /* the same key, written another way */
    EXPECT(verifies(&request, S3_SECRET));
    request.path = STR_LITERAL("//test.txt"); /* another key: S3 paths are not normalised */
    EXPECT(!verifies(&request, S3_SECRET));
}

static void the_documents_presigned_url_verifies(void) {
    const struct aws_header headers[] = {HEADER("Host", "examplebucket.s3.amazonaws.com")};
    struct aws_request request = get(STR_LITERAL("/test.txt"),
        STR_LITERAL("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-"
                    "east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&"
                    "X-Amz-SignedHeaders=host&X-Amz-Signature="
                    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
        headers, COUNT(headers));
    request.payload_hash = STR_LITERAL(AWS_UNSIGNED_PAYLOAD);
    EXPECT(verifies(&request, S3_SECRET));
    EXPECT(str_is(aws_claimed_service(&request), "s3"));
}

static void the_documents_chunks_verify_in_order(void) {
    struct aws_authorization authorization = {
        .signature = STR_LITERAL("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"),
        .scope = {STR_LITERAL("20130524"), STR_LITERAL("us-east-1"), STR_LITERAL("s3")},
        .time_text = STR_LITERAL("20130524T000000Z"),
    };
    uint8_t key[SHA256_SIZE], hash[SHA256_SIZE];
    aws_signing_key(STR_LITERAL(S3_SECRET), &authorization.scope, key);
    struct aws_chunk_chain chain;
    aws_chunk_chain_init(&chain, key, &authorization);
    static const struct {
        size_t size;
        const char *signature;
    } chunks[] = {
        {65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"},
        {1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"},
        {0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"},
    };
    static uint8_t data[65536];
    memset(data, 'a', sizeof data);
    for (size_t i = 0; i < COUNT(chunks); i++) {
        char signature[AWS_SIGNATURE_SIZE];
        hash_sha256(bytes_of(data, chunks[i].size), hash);
        aws_chunk_sign(&chain, hash, signature);
        EXPECT(memcmp(signature, chunks[i].signature, AWS_SIGNATURE_SIZE) == 0);
    }
}

static void what_is_signed_verifies_and_what_is_changed_does_not(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct aws_header headers[] = {HEADER("Host", "localhost:8420"), HEADER("X-Amz-Target", "A.B")};
    struct aws_request request = {STR_LITERAL("POST"), STR_LITERAL("/a b/%20"), STR_LITERAL("x=%zz&y=1+2&&x"),
        headers, COUNT(headers), STR_LITERAL(EMPTY_HASH)};
    struct aws_sign_options options = {STR_LITERAL("AKID"), STR_LITERAL("secret"), STR_LITERAL("token"),
        STR_LITERAL("eu-west-1"), STR_LITERAL("cairn"), {1700000000000}};
    struct aws_header *sent;
    request.header_count = COUNT(headers);
    size_t count = aws_sign(&arena, &request, &options, &sent);
    EXPECT_INT(count, COUNT(headers) + 4);
    request.headers = sent;
    request.header_count = count;
    EXPECT(verifies(&request, "secret"));
    EXPECT(str_is(aws_claimed_service(&request), "cairn"));
    sent[1].value = STR_LITERAL("A.C");
    EXPECT(!verifies(&request, "secret"));
}

static void headers_that_must_be_signed_are_named(void) {
    const struct aws_header headers[] = {
        HEADER("Host", "h"), HEADER("X-Amz-Target", "A.B"), HEADER("Accept", "*")};
    struct aws_request request = get(STR_LITERAL("/"), STR_EMPTY, headers, COUNT(headers));
    struct aws_authorization authorization = {.signed_headers = STR_LITERAL("host;x-amz-target")};
    EXPECT_INT(aws_unsigned_header(&request, &authorization).size, 0);
    authorization.signed_headers = STR_LITERAL("host");
    EXPECT(str_is(aws_unsigned_header(&request, &authorization), "X-Amz-Target"));
    authorization.signed_headers = STR_LITERAL("x-amz-target");
    EXPECT(str_is(aws_unsigned_header(&request, &authorization), "host"));
}

static void a_signature_that_is_not_whole_is_refused_by_name(void) {
    static const struct {
        const char *authorization, *says;
    } cases[] = {
        {"Basic abc", "Unsupported AWS 'algorithm'"},
        {"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=aa", "requires 'Credential'"},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, Signature=aa", "requires 'SignedHeaders'"},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host",
            "requires 'Signature'"},
        {"AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=aa", "5 slash-delimited"},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=x;host, Signature=aa",
            "in order"},
        {"AWS4-HMAC-SHA256 Credential=a/20150830/r/s/aws4_request, SignedHeaders=host, Signature=aa",
            "64 hex"},
        {"AWS4-HMAC-SHA256 Credential=a/20150829/r/s/aws4_request, SignedHeaders=host, Signature=" EMPTY_HASH,
            "does not match YYYYMMDD"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        const struct aws_header headers[] = {HEADER("host", "h"), HEADER("x-amz-date", "20150830T123600Z"),
            {STR_LITERAL("authorization"), str_from(cases[i].authorization)}};
        struct aws_request request = get(STR_LITERAL("/"), STR_EMPTY, headers, COUNT(headers));
        struct aws_authorization authorization;
        struct error error = {0};
        EXPECT(!aws_authorization_parse(&arena, &request, &authorization, &error));
        EXPECT_INT(error.kind, ERROR_INVALID);
        EXPECT(strstr(error.message, cases[i].says) != NULL);
    }
}

static void no_signature_is_told_from_a_bad_one(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    const struct aws_header headers[] = {HEADER("host", "h")};
    struct aws_request request = get(STR_LITERAL("/"), STR_LITERAL("a=b"), headers, COUNT(headers));
    struct aws_authorization authorization;
    struct error error = {0};
    EXPECT(!aws_authorization_parse(&arena, &request, &authorization, &error));
    EXPECT_INT(error.kind, ERROR_NOT_FOUND);
    EXPECT_INT(aws_claimed_service(&request).size, 0);
}

static void a_presigned_url_lives_at_most_a_week(void) {
    static const struct {
        const char *expires;
        bool is_fine;
    } cases[] = {{"0", true}, {"604800", true}, {"604801", false}, {"-1", false}, {"x", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        const struct aws_header headers[] = {HEADER("host", "h")};
        struct str query = arena_format(&arena,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a/20130524/r/s3/aws4_request&X-Amz-Date="
            "20130524T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=" EMPTY_HASH "&X-Amz-Expires=%s",
            cases[i].expires);
        struct aws_request request = get(STR_LITERAL("/"), query, headers, COUNT(headers));
        struct aws_authorization authorization;
        struct error error = {0};
        EXPECT(aws_authorization_parse(&arena, &request, &authorization, &error) == cases[i].is_fine);
    }
}

static void cached_keys_are_the_derived_ones(void) {
    struct aws_key_cache *cache = aws_key_cache_create();
    struct aws_scope scope = {STR_LITERAL("20130524"), STR_LITERAL("us-east-1"), STR_LITERAL("s3")};
    uint8_t derived[SHA256_SIZE], cached[SHA256_SIZE];
    for (int round = 0; round < 3; round++) {
        const char *secret = round < 2 ? "one" : "two";
        aws_signing_key(str_from(secret), &scope, derived);
        aws_key_cache_get(cache, STR_LITERAL("AKID"), str_from(secret), &scope, cached);
        EXPECT(memcmp(derived, cached, sizeof cached) == 0);
    }
    aws_key_cache_destroy(cache);
}

int main(void) {
    TEST(the_suites_plain_get_verifies);
    TEST(the_suites_query_is_sorted);
    TEST(the_documents_list_users_example_verifies);
    TEST(the_documents_s3_get_with_range_verifies);
    TEST(the_documents_presigned_url_verifies);
    TEST(the_documents_chunks_verify_in_order);
    TEST(what_is_signed_verifies_and_what_is_changed_does_not);
    TEST(headers_that_must_be_signed_are_named);
    TEST(a_signature_that_is_not_whole_is_refused_by_name);
    TEST(no_signature_is_told_from_a_bad_one);
    TEST(a_presigned_url_lives_at_most_a_week);
    TEST(cached_keys_are_the_derived_ones);
    return tap_done();
}
