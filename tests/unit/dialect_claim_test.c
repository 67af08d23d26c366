/* SPDX-License-Identifier: Apache-2.0 */
/* Who a request claims to be from, and which dialect and service it is taken for. */
#include "base/own.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct protocol_call begin(struct arena *arena, const char *text, const char *fixed_service) {
    struct bytes body;
    struct protocol_request request = exchange_request(arena, str_from(text), &body);
    request.service = str_from(fixed_service);
    request.service_is_fixed = fixed_service != NULL;
    struct protocol_call call;
    dialect_begin(arena, &request, &call);
    return call;
}

#define V4A "Authorization: AWS4-ECDSA-P256-SHA256 Credential=AKIAEXAMPLE/20260302/s3/aws4_request, x=y\n"
#define V4_QUERY                                                                                             \
    "GET /b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE%2F20260302%2Feu-west-1%2Fs3%"    \
    "2Faws4_request&X-Amz-Security-Token=T%3D&X-Amz-Signature=0\n"
#define V4A_QUERY                                                                                            \
    "GET /b/k?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=A%2F1%2Fs3%2Faws4_request&X-Amz-"      \
    "Region-Set=eu-west-3\n"
#define OTHER_ORDER                                                                                          \
    "GET /\nauthorization:AWS4-HMAC-SHA256 Signature=0,SignedHeaders=host,Credential=a/b/1/r/s3/"            \
    "aws4_request\n"

#define V4(key)           "AWS4-HMAC-SHA256 Credential=" key "/20260302/eu-west-1/s3/aws4_request, Signature=0"
#define V4_PARAMETER(key) "X-Amz-Credential=" key "%2F20260302%2Feu-west-1%2Fs3%2Faws4_request"

static void claims_are_read_wherever_they_stand(void) {
    static const struct {
        const char *text;
        enum protocol_signature signature;
        bool is_presigned;
        const char *access_key_id, *region, *service, *token;
    } cases[] = {
        {"POST /\n" EXCHANGE_SIGNED("sqs") "X-Amz-Security-Token: T\n", PROTOCOL_SIGV4, false, "AKIAEXAMPLE",
            "eu-west-1", "sqs", "T"},
        {OTHER_ORDER, PROTOCOL_SIGV4, false, "a/b", "r", "s3", ""},
        {V4_QUERY, PROTOCOL_SIGV4, true, "AKIAEXAMPLE", "eu-west-1", "s3", "T="},
        {"GET /\n" V4A "X-Amz-Region-Set: us-east-1,eu-west-1\n", PROTOCOL_SIGV4A, false, "AKIAEXAMPLE",
            "us-east-1", "s3", ""},
        {"GET /\n" V4A "X-Amz-Region-Set: *\n", PROTOCOL_SIGV4A, false, "AKIAEXAMPLE", "", "s3", ""},
        {V4A_QUERY, PROTOCOL_SIGV4A, true, "A", "eu-west-3", "s3", ""},
        {"GET /b/k\nAuthorization: AWS AKIAOLD:c2ln=\n", PROTOCOL_SIGV2, false, "AKIAOLD", "", "", ""},
        {"GET /b/k?AWSAccessKeyId=AKIAOLD&Expires=1&Signature=a%2Bb\n", PROTOCOL_SIGV2, true, "AKIAOLD", "",
            "", ""},
        {"GET /b/k\n", PROTOCOL_UNSIGNED, false, "", "", "", ""},
        {"GET /b/k\nAuthorization: AWS no-key-but-perhaps-a-secret\n", PROTOCOL_UNSIGNED, false, "", "", "",
            ""},
        {"GET "
         "/b/"
         "k?x-amz-algorithm=AWS4-HMAC-SHA256&x-amz-credential=A%2F1%2Fr%2Fs3%2Faws4_request&X-AMZ-Security-"
         "Token=T&x-amz-signature=0\n",
            PROTOCOL_SIGV4, true, "A", "r", "s3", "T"},
        {"GET /b/k\nAuthorization: Bearer abc\n", PROTOCOL_UNSIGNED, false, "", "", "", ""},
        {"GET /b/k?AWSAccessKeyId=AKIAOLD&Signature=a\nAuthorization: Basic abc\n", PROTOCOL_SIGV2, true,
            "AKIAOLD", "", "", ""},
        /* Two keys: whichever the service checks, it is not taken for the other. */
        {"GET /\nAuthorization: " V4("A") "\nAuthorization: " V4("B") "\n", PROTOCOL_SIGV4, false, "A,B",
            "eu-west-1", "s3", ""},
        {"GET /\nAuthorization: " V4("A") ", Credential=B/1/r/s3/aws4_request\n", PROTOCOL_SIGV4, false,
            "A,B", "eu-west-1", "s3", ""},
        {"GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&" V4_PARAMETER("B") "\nAuthorization: " V4("A") "\n",
            PROTOCOL_SIGV4, false, "A,B", "eu-west-1", "s3", ""},
        {"GET /?X-Amz-Algorithm=AWS4-HMAC-SHA256&" V4_PARAMETER(
             "A") "&X%2dAmz%2dCredential=B%2F1%2Fr%2Fs3%2Faws4_"
                  "request\n",
            PROTOCOL_SIGV4, true, "A,B", "eu-west-1", "s3", ""},
        {"GET /?AWSAccessKeyId=A&Signature=x&AWSAccessKeyId=B\n", PROTOCOL_SIGV2, true, "A,B", "", "", ""},
        {"GET /\nAuthorization: " V4("A") "\nAuthorization: " V4("A") "\n", PROTOCOL_SIGV4, false, "A",
            "eu-west-1", "s3", ""},
        {"GET /b/k\nAuthorization: AWS4-HMAC-SHA256 Credential=A/only/three\n", PROTOCOL_SIGV4, false, "", "",
            "", ""},
        {"GET /b/k\nAuthorization: AWS4-HMAC-SHA256\n", PROTOCOL_SIGV4, false, "", "", "", ""},
        {"GET /b/k\nAuthorization: AWS4-HMAC-SHA256 Credential=////aws4_request\n", PROTOCOL_SIGV4, false, "",
            "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_claim claim = begin(&arena, cases[i].text, NULL).claim;
        bool is_so = claim.signature == cases[i].signature && claim.is_presigned == cases[i].is_presigned &&
                     str_is(claim.access_key_id, cases[i].access_key_id) &&
                     str_is(claim.region, cases[i].region) && str_is(claim.service, cases[i].service) &&
                     str_is(claim.session_token, cases[i].token);
        if (!is_so)
            printf("# claim %zu: %d %.*s %.*s %.*s\n", i, (int)claim.signature, STR(claim.access_key_id),
                STR(claim.region), STR(claim.service));
        EXPECT(is_so);
    }
}

#define FORM "Content-Type: application/x-www-form-urlencoded; charset=utf-8\n"

static void the_most_telling_sign_decides_the_dialect(void) {
    static const struct {
        const char *text, *fixed_service;
        enum protocol_kind kind;
        const char *service;
    } cases[] = {
        {"GET /\n" EXCHANGE_SIGNED("s3"), NULL, PROTOCOL_S3, "s3"},
        {"GET /\n" EXCHANGE_SIGNED("s3express"), NULL, PROTOCOL_S3, "s3express"},
        {"PUT /b/k\n" FORM EXCHANGE_SIGNED("s3"), NULL, PROTOCOL_S3, "s3"},
        {"POST /\nX-Amz-Target: DynamoDB_20120810.GetItem\n" EXCHANGE_SIGNED("dynamodb"), NULL, PROTOCOL_JSON,
            "dynamodb"},
        {"POST /\nX-Amz-Target: Kinesis_20131202.PutRecord\nContent-Type: "
         "application/x-amz-cbor-1.1\n" EXCHANGE_SIGNED("kinesis"),
            NULL, PROTOCOL_CBOR, "kinesis"},
        {"POST /service/GraniteServiceVersion20100801/operation/ListMetrics\nSmithy-Protocol: "
         "rpc-v2-cbor\n" EXCHANGE_SIGNED("monitoring"),
            NULL, PROTOCOL_CBOR, "monitoring"},
        {"POST /\n" FORM EXCHANGE_SIGNED("iam"), NULL, PROTOCOL_QUERY, "iam"},
        {"POST /\n" FORM EXCHANGE_SIGNED("ec2"), NULL, PROTOCOL_EC2, "ec2"},
        {"GET /?Action=GetCallerIdentity&Version=2011-06-15\n" EXCHANGE_SIGNED("sts"), NULL, PROTOCOL_QUERY,
            "sts"},
        {"GET /2015-03-31/functions\n" EXCHANGE_SIGNED("lambda"), NULL, PROTOCOL_REST_JSON, "lambda"},
        {"GET /public/object\n", NULL, PROTOCOL_S3, "s3"},
        {"GET /b/k\nAuthorization: AWS AKIAOLD:c2ln\n", NULL, PROTOCOL_S3, "s3"},
        {"PUT /b/k\n" FORM, NULL, PROTOCOL_S3, "s3"},
        {"PUT /\nAuthorization: AWS AKIAOLD:c2ln\n" FORM, NULL, PROTOCOL_S3, "s3"},
        {"POST /\nHost: sts.eu-west-1.amazonaws.com\n" FORM, NULL, PROTOCOL_QUERY, "sts"},
        {"POST /\nUser-Agent: Boto3/1 md/Botocore#1 api/sts#1.4 lang/python\n" FORM, NULL, PROTOCOL_QUERY,
            "sts"},
        {"GET /b/k\n" EXCHANGE_SIGNED("sqs"), "s3", PROTOCOL_S3, "s3"},
        {"GET /123456789012/q?Action=ReceiveMessage\n" EXCHANGE_SIGNED("sqs"), NULL, PROTOCOL_QUERY, "sqs"},
        {"POST /q\n" FORM EXCHANGE_SIGNED("sqs"), NULL, PROTOCOL_QUERY, "sqs"},
        {"GET /2015-03-31/functions\nUser-Agent: Boto3/1 api/lambda#1\n", NULL, PROTOCOL_REST_JSON, "lambda"},
        {"POST /\nX-Amz-Target: AmazonSQS.SendMessage\n", "sqs", PROTOCOL_JSON, "sqs"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = begin(&arena, cases[i].text, cases[i].fixed_service);
        bool is_so = call.kind == cases[i].kind && str_is(call.service, cases[i].service);
        if (!is_so)
            printf("# kind %zu: %d %.*s\n", i, (int)call.kind, STR(call.service));
        EXPECT(is_so);
    }
}

/* A store carries these out whatever else they say. */
static void nothing_that_a_client_may_add_makes_another_call_of_one_to_a_store(void) {
    static const char *const requests[] = {
        "GET /b/k?Action=AssumeRole&Version=2011-06-15\n",
        "GET /b/k?Action=AssumeRole&Version=2011-06-15\nUser-Agent: x api/sts\n",
        "GET /b/k?Action=AssumeRole&Version=2011-06-15\n" EXCHANGE_SIGNED("sts"),
        "GET /b/k?AWSAccessKeyId=A&Signature=x&Expires=1&Action=ListUsers\n",
        "GET /b/k\nX-Amz-Target: AmazonSQS.ListQueues\n",
        "DELETE /b/k\nX-Amz-Target: AmazonSQS.ListQueues\n" EXCHANGE_SIGNED("sqs"),
        "PUT /b/k\n" FORM EXCHANGE_SIGNED("iam"),
        "GET /b/k\nSmithy-Protocol: rpc-v2-cbor\n",
        "GET /b/k\nUser-Agent: x api/lambda\n",
        "GET /b/k\nUser-Agent: x api/dynamodb\n",
        "POST /b/k?uploads\nX-Amz-Target: AmazonSQS.ListQueues\n",
        "GET /?Action=ListUsers\nHost: b.localhost\n",
        "POST /\nHost: b.localhost\nUser-Agent: x api/sts\nContent-Type: multipart/form-data; boundary=x\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        struct protocol_call call = begin(&arena, requests[i], NULL);
        bool is_so = call.kind == PROTOCOL_S3 && str_is(call.bucket, "b") &&
                     str_is(call.event_source, "s3.amazonaws.com");
        if (!is_so)
            printf("# request %zu: %d %.*s\n", i, (int)call.kind, STR(call.service));
        EXPECT(is_so);
    }
}

static void the_region_is_the_claims_else_the_entrys(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    EXPECT(str_is(begin(&arena, "GET /\n" EXCHANGE_SIGNED("sqs"), NULL).region, "eu-west-1"));
    EXPECT(str_is(begin(&arena, "GET /b/k\n", NULL).region, "eu-central-1"));
}

static void what_is_unknown_still_has_a_part_a_source_and_an_error(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct bytes body;
    struct str text = STR_LITERAL("GET /x\n" EXCHANGE_SIGNED("rare"));
    struct protocol_request request = exchange_request(&arena, text, &body);
    struct str reply = STR_LITERAL("503\nX-Amzn-RequestId:  r-1 \nx-amz-id-2: h\n");
    struct protocol_call call = exchange_read(&arena, &request, body, reply);
    EXPECT(call.part_count == 1 && str_is(call.event_source, "rare.amazonaws.com"));
    EXPECT(str_is(call.error_code, "ServiceUnavailable") && str_is(call.request_id, "r-1"));
    EXPECT(str_is(call.host_id, "h") && !call.was_refused_as_unauthenticated);
}

int main(void) {
    TEST(claims_are_read_wherever_they_stand);
    TEST(the_most_telling_sign_decides_the_dialect);
    TEST(nothing_that_a_client_may_add_makes_another_call_of_one_to_a_store);
    TEST(the_region_is_the_claims_else_the_entrys);
    TEST(what_is_unknown_still_has_a_part_a_source_and_an_error);
    return tap_done();
}
