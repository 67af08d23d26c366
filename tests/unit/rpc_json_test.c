/* SPDX-License-Identifier: Apache-2.0 */
/* JSON and CBOR calls: whose they are, and what of them goes into the record. */
#include "base/own.h"
#include "codec/compress.h"
#include "codec/hex.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct arena arena;

static struct protocol_call read_exchange(const char *request_text, const char *reply) {
    return exchange_of(&arena, request_text, reply);
}

#define TARGET(target) "POST /\nX-Amz-Target: " target "\n"

static void the_target_names_service_and_operation(void) {
    static const struct {
        const char *request, *service, *event_source, *operation;
    } cases[] = {
        {TARGET("DynamoDB_20120810.GetItem"), "dynamodb", "dynamodb.amazonaws.com", "GetItem"},
        {TARGET("AmazonSQS.SendMessage"), "sqs", "sqs.amazonaws.com", "SendMessage"},
        {TARGET("TrentService.Encrypt"), "kms", "kms.amazonaws.com", "Encrypt"},
        {TARGET("GraniteServiceVersion20100801.PutMetricAlarm"), "monitoring", "monitoring.amazonaws.com",
            "PutMetricAlarm"},
        {TARGET("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.CreateTrail"), "cloudtrail",
            "cloudtrail.amazonaws.com", "CreateTrail"},
        {TARGET("Strange.Call"), "", "unknown.amazonaws.com", "Call"},
        {TARGET("Strange.Ca ll"), "", "unknown.amazonaws.com", "Unknown"},
        {TARGET("NoDot"), "", "unknown.amazonaws.com", "NoDot"},
        {TARGET("Strange."), "", "unknown.amazonaws.com", "Unknown"},
        {TARGET("AmazonSQS.SendMessage") EXCHANGE_SIGNED("ssm"), "ssm", "ssm.amazonaws.com", "SendMessage"},
        {"POST /service/AmazonSQS/operation/SendMessage\nSmithy-Protocol: rpc-v2-cbor\n", "sqs",
            "sqs.amazonaws.com", "SendMessage"},
        {"POST /service/AmazonSQS/other\nSmithy-Protocol: rpc-v2-cbor\n" EXCHANGE_SIGNED("sqs"), "sqs",
            "sqs.amazonaws.com", "Unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].request, "200");
        EXPECT(is_text("service", call.service, cases[i].service));
        EXPECT(is_text("source", call.event_source, cases[i].event_source));
        EXPECT(is_text("operation", call.operation, cases[i].operation));
    }
}

static void parameters_and_results_are_as_they_were_sent(void) {
    struct protocol_call call = read_exchange(
        TARGET("secretsmanager.DeleteSecret") "\n{\"SecretId\":\"s\",\"ForceDeleteWithoutRecovery\":true}",
        "200\nx-amzn-RequestId: r-1\n\n{\"ARN\":\"a\",\"DeletionDate\":1.688990879E9}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"SecretId\":\"s\",\"ForceDeleteWithoutRecovery\":true}"));
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"ARN\":\"a\",\"DeletionDate\":\"Jul 10, 2023, 12:07:59 PM\"}"));
    EXPECT(call.casing == CALL_WIRE && str_is(call.request_id, "r-1") && call.part_count == 1);
}

static void results_of_reads_are_not_wanted(void) {
    struct protocol_call call =
        read_exchange(TARGET("AmazonSSM.GetParameter") "\n{\"Name\":\"n\"}", "200\n\n{\"canary\":1}");
    EXPECT(call.reply_bytes_max == 0 && call.parts[0].response.json.size == 0);
}

static void no_parameters_are_none(void) {
    EXPECT_INT(read_exchange(TARGET("AmazonSSM.A") "\n{}", "200").parts[0].request.json.size, 0);
    EXPECT_INT(read_exchange(TARGET("AmazonSSM.A"), "200").parts[0].request.json.size, 0);
    EXPECT(
        is_text("parameters", read_exchange(TARGET("AmazonSSM.A") "\n{\"a\":", "200").parts[0].request.json,
            "{\"reason\":\"requestParameters not readable\",\"omitted\":true,\"originalSize\":5}"));
}

/* What a call carries for its user is gone before there is a part, also deep inside. */
static void payloads_never_reach_a_part(void) {
    static const char *const requests[] = {
        TARGET("TrentService.Encrypt") "\n{\"KeyId\":\"k\",\"Plaintext\":\"canary\"}",
        TARGET("secretsmanager.CreateSecret") "\n{\"Name\":\"n\",\"SecretString\":\"canary\","
                                              "\"SecretBinary\":\"canary\"}",
        TARGET("AmazonSQS.SendMessage") "\n{\"QueueUrl\":\"q\",\"MessageBody\":\"canary\","
                                        "\"MessageAttributes\":{\"a\":{\"StringValue\":\"canary\"}}}",
        TARGET("AmazonSQS.SendMessageBatch") "\n{\"Entries\":[{\"Id\":\"1\",\"MessageBody\":\"canary\","
                                             "\"Other\":\"canary\"}]}",
        TARGET("Kinesis_20131202.PutRecord") "\n{\"StreamName\":\"s\",\"Data\":\"canary\"}",
        TARGET(
            "Kinesis_20131202.PutRecords") "\n{\"Records\":[{\"Data\":\"canary\",\"PartitionKey\":\"p\"}]}",
        TARGET("Firehose_20150804.PutRecordBatch") "\n{\"Records\":[{\"Data\":\"canary\"}]}",
        TARGET("AWSEvents.PutEvents") "\n{\"Entries\":[{\"Detail\":\"canary\",\"Source\":\"s\"}]}",
        TARGET("Logs_20140328.PutLogEvents") "\n{\"logEvents\":[{\"message\":\"canary\"}]}",
        TARGET("AmazonSSM.PutParameter") "\n{\"Name\":\"n\",\"Value\":\"canary\"}",
        TARGET("AmazonSSM.SendCommand") "\n{\"Parameters\":{\"commands\":[\"canary\"]}}",
        TARGET("AWSStepFunctions.StartExecution") "\n{\"input\":\"canary\"}",
        TARGET("AWSCognitoIdentityProviderService.SignUp") "\n{\"ClientId\":\"c\",\"Password\":\"canary\"}",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct protocol_call call = read_exchange(
            requests[i], "200\n\n{\"CiphertextBlob\":\"-\",\"Plaintext\":\"-\",\"SecretString\":\"-\"}");
        for (size_t part = 0; part < call.part_count; part++)
            EXPECT(str_find(call.parts[part].request.json, STR_LITERAL("canary")) == SIZE_MAX);
    }
}

static void what_the_call_is_about_is_told(void) {
    static const struct {
        const char *request, *reply, *type, *arn, *account;
    } cases[] = {
        {TARGET("AmazonSQS.SendMessage")
                EXCHANGE_SIGNED("sqs") "\n{\"QueueUrl\":\"http://h:1/210987654321/q\"}",
            "200", "AWS::SQS::Queue", "arn:aws:sqs:eu-west-1:210987654321:q", "210987654321"},
        {TARGET("AmazonSQS.SendMessage") EXCHANGE_SIGNED("sqs") "\n{\"QueueUrl\":\"http://h/queue/q\"}",
            "200", "AWS::SQS::Queue", "arn:aws:sqs:eu-west-1::q", ""},
        {TARGET("Kinesis_20131202.PutRecord") EXCHANGE_SIGNED("kinesis") "\n{\"StreamName\":\"s\"}", "200",
            "AWS::Kinesis::Stream", "arn:aws:kinesis:eu-west-1::stream/s", ""},
        {TARGET("TrentService.Encrypt") EXCHANGE_SIGNED("kms") "\n{\"KeyId\":\"1-2\"}", "200",
            "AWS::KMS::Key", "arn:aws:kms:eu-west-1::key/1-2", ""},
        {TARGET("TrentService.Encrypt") EXCHANGE_SIGNED("kms") "\n{\"KeyId\":\"alias/a\"}",
            "200\n\n{\"KeyId\":\"arn:aws:kms:eu-west-1:210987654321:key/1-2\",\"CiphertextBlob\":\"canary\"}",
            "AWS::KMS::Key", "arn:aws:kms:eu-west-1:210987654321:key/1-2", "210987654321"},
        {TARGET("AmazonSSM.GetParameter") EXCHANGE_SIGNED("ssm") "\n{\"Name\":\"a/b\"}", "200", "",
            "arn:aws:ssm:eu-west-1::parameter/a/b", ""},
        {TARGET("AWSEvents.PutEvents") EXCHANGE_SIGNED("events") "\n{\"Entries\":[{\"Source\":\"s\"}]}",
            "200\n\n{}", "AWS::Events::EventBus", "arn:aws:events:eu-west-1::event-bus/default", ""},
        {"POST /2015-03-31/functions/f/invocations\n" EXCHANGE_SIGNED("lambda") "\n{\"canary\":1}", "200",
            "AWS::Lambda::Function", "arn:aws:lambda:eu-west-1::function:f", ""},
        {TARGET("DynamoDBStreams_20120810.GetRecords")
                EXCHANGE_SIGNED("dynamodb") "\n{\"ShardIterator\":\"arn:aws:dynamodb:eu-west-1:210987654321:"
                                            "table/T/stream/1|1|AA\"}",
            "200", "AWS::DynamoDB::Stream", "arn:aws:dynamodb:eu-west-1:210987654321:table/T/stream/1",
            "210987654321"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].request, cases[i].reply);
        EXPECT_INT(call.parts[0].resource_count, 1);
        if (call.parts[0].resource_count != 1)
            continue;
        EXPECT(is_text("type", call.parts[0].resources[0].type, cases[i].type));
        EXPECT(is_text("arn", call.parts[0].resources[0].arn, cases[i].arn));
        EXPECT(is_text("account", call.parts[0].resources[0].account, cases[i].account));
        EXPECT(call.parts[0].resources[0].is_of_call == (cases[i].account[0] == '\0'));
        EXPECT(call.parts[0].response.json.size == 0);
    }
    EXPECT_INT(read_exchange(TARGET("AmazonSQS.DeleteQueue") "\n{\"QueueUrl\":\"http://h/1/q\"}", "200")
                   .parts[0]
                   .resource_count,
        0);
}

static void errors_are_told_in_many_ways(void) {
    static const struct {
        const char *reply, *code, *message;
    } cases[] = {
        {"400\n\n{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\",\"message\":"
         "\"no\"}",
            "ResourceNotFoundException", "no"},
        {"400\n\n{\"__type\":\"ValidationException\",\"Message\":\"bad\"}", "ValidationException", "bad"},
        {"400\nx-amzn-ErrorType: NotFound:http://internal.amazon.com/coral/\n\n{\"message\":\"m\"}",
            "NotFound", "m"},
        {"400\nx-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\n",
            "AWS.SimpleQueueService.NonExistentQueue", ""},
        {"400\n\n{\"code\":\"A#B#C\",\"errorMessage\":\"x\"}", "C", "x"},
        {"403\n\n{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"no\"}}", "AccessDenied", "no"},
        {"400\n\n<ErrorResponse><Error><Type>Sender</Type><Code>Bad</Code><Message>m</Message></Error>"
         "<RequestId>r</RequestId></ErrorResponse>",
            "Bad", "m"},
        {"400\n\n\xa2\x66__type\x61X\x67message\x61m", "X", "m"},
        {"500\n\n", "InternalFailure", ""},
        {"400\n\nnonsense", "BadRequest", ""},
        {"400\n\n{\"__type\":7}", "BadRequest", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(TARGET("AmazonSSM.PutParameter") "\n{}", cases[i].reply);
        EXPECT(is_text("code", call.error_code, cases[i].code));
        EXPECT(is_text("message", call.error_message, cases[i].message));
    }
}

static void unknown_callers_are_told_from_others(void) {
    static const char *const refusals[] = {"UnrecognizedClientException", "InvalidClientTokenId",
        "SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredTokenException", "AuthFailure",
        "IncompleteSignature", "MissingAuthenticationToken", "InvalidSignatureException"};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct str reply = arena_format(&arena, "400\n\n{\"__type\":\"x#%s\"}", refusals[i]);
        EXPECT(read_exchange(TARGET("AmazonSSM.A"), reply.data).was_refused_as_unauthenticated);
    }
    EXPECT(!read_exchange(TARGET("AmazonSSM.A"), "400\n\n{\"__type\":\"AccessDeniedException\"}")
                .was_refused_as_unauthenticated);
}

static struct protocol_call read_bytes(const char *head, struct bytes body, const char *reply) {
    struct bytes none;
    struct protocol_request request = exchange_request(&arena, str_from(head), &none);
    return exchange_read(&arena, &request, body, str_from(reply));
}

static void cbor_is_read_as_the_json_that_says_the_same(void) {
    static const char head[] =
        TARGET("Kinesis_20131202.CreateStream") "Content-Type: application/x-amz-cbor-1.1\n";
    uint8_t body[64];
    const char *hex = "bf6a53747265616d4e616d6561736a5368617264436f756e7402ff";
    EXPECT(hex_decode(str_from(hex), body));
    struct protocol_call call = read_bytes(head, bytes_of(body, strlen(hex) / 2), "200");
    EXPECT(call.kind == PROTOCOL_CBOR && str_is(call.service, "kinesis"));
    EXPECT(is_text("parameters", call.parts[0].request.json, "{\"StreamName\":\"s\",\"ShardCount\":2}"));
    call = read_bytes(head, bytes_of(body, 5), "200");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"reason\":\"requestParameters not readable\",\"omitted\":true,\"originalSize\":5}"));
}

static void gzipped_bodies_are_inflated(void) {
    SCOPED(buf_finish) struct buf packed = BUF_INIT(4096);
    struct error error;
    struct str json = STR_LITERAL("{\"Name\":\"n\"}");
    EXPECT(gzip_append(&packed, str_bytes(json), &error));
    struct protocol_call call =
        read_bytes(TARGET("AmazonSSM.PutParameter") "Content-Encoding: gzip\n", buf_bytes(&packed), "200");
    EXPECT(is_text("parameters", call.parts[0].request.json, "{\"Name\":\"n\"}"));
    packed.data[packed.size - 5] ^= 1;
    call = read_bytes(TARGET("AmazonSSM.PutParameter"), buf_bytes(&packed), "200");
    EXPECT(str_find(call.parts[0].request.json, STR_LITERAL("not readable")) != SIZE_MAX);
}

static void batches_list_their_entries_and_what_failed(void) {
    struct protocol_call call = read_exchange(
        TARGET(
            "AmazonSQS.SendMessageBatch") "\n{\"QueueUrl\":\"q\",\"Entries\":[{\"Id\":\"1\",\"MessageBody\":"
                                          "\"b\",\"MessageGroupId\":\"g\"},{\"Id\":\"2\",\"DelaySeconds\":3}]"
                                          "}",
        "200\n\n{\"Successful\":[{\"Id\":\"1\",\"MessageId\":\"m\"}],\"Failed\":[{\"Id\":\"2\",\"Code\":"
        "\"C\"}]}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"queueUrl\":\"q\",\"entries\":[{\"id\":\"1\",\"messageGroupId\":\"g\"},"
        "{\"id\":\"2\",\"delaySeconds\":3}]}"));
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"Successful\":[{\"Id\":\"1\",\"MessageId\":\"m\"}],\"Failed\":[{\"Id\":\"2\",\"Code\":\"C\"}]}"));
    EXPECT(call.part_count == 1 && call.parts[0].additional.json.size == 0);
}

/* 600 entries with keys of 256 bytes: two parts, each below what a record can hold, nothing left out. */
static void a_large_batch_is_several_linked_parts(void) {
    SCOPED(buf_finish) struct buf body = BUF_INIT(1 << 20);
    buf_append_text(&body, "{\"StreamName\":\"s\",\"Records\":[");
    for (int i = 0; i < 600; i++)
        buf_append_format(&body, "%s{\"Data\":\"eA==\",\"PartitionKey\":\"%0256d\"}", i == 0 ? "" : ",", i);
    buf_append_text(&body, "]}");
    struct protocol_call call = read_bytes(TARGET("Kinesis_20131202.PutRecords"), buf_bytes(&body), "200");
    EXPECT_INT(call.part_count, 2);
    size_t found = 0;
    for (size_t part = 0; part < call.part_count; part++) {
        struct str json = call.parts[part].request.json;
        EXPECT(json.size < CALL_PART_SIZE_MAX);
        EXPECT(
            str_starts_with(json, STR_LITERAL("{\"streamName\":\"s\",\"records\":[{\"partitionKey\":\"0")));
        struct str expected = arena_format(&arena, "{\"part\":%zu,\"parts\":2}", part + 1);
        EXPECT(str_equals(call.parts[part].additional.json, expected));
        for (int i = 0; i < 600; i++)
            found += str_find(json, arena_format(&arena, "\"%0256d\"", i)) != SIZE_MAX;
    }
    EXPECT_INT(found, 600);
}

static void of_a_result_too_large_the_failures_stay(void) {
    SCOPED(buf_finish) struct buf reply = BUF_INIT(1 << 20);
    buf_append_text(&reply, "200\n\n{\"FailedPutCount\":1,\"RequestResponses\":[");
    for (int i = 0; i < 500; i++)
        buf_append_format(&reply, "{\"RecordId\":\"%0220d\"},", i);
    buf_append_text(&reply, "{\"ErrorCode\":\"ServiceUnavailableException\",\"ErrorMessage\":\"slow\"}]}");
    struct protocol_call call = read_exchange(
        TARGET("Firehose_20150804.PutRecordBatch") "\n{\"Records\":[{\"Data\":\"eA==\"}]}", reply.data);
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"failed\":[{\"index\":500,\"errorCode\":\"ServiceUnavailableException\",\"errorMessage\":\"slow\"}"
        "]}"));
}

static void a_tags_value_is_no_payload(void) {
    struct protocol_call call = read_exchange(
        TARGET("AmazonSSM.AddTagsToResource") "\n{\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}", "200");
    EXPECT(is_text("parameters", call.parts[0].request.json, "{\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}"));
}

int main(void) {
    TEST(the_target_names_service_and_operation);
    TEST(parameters_and_results_are_as_they_were_sent);
    TEST(results_of_reads_are_not_wanted);
    TEST(no_parameters_are_none);
    TEST(payloads_never_reach_a_part);
    TEST(a_tags_value_is_no_payload);
    TEST(what_the_call_is_about_is_told);
    TEST(errors_are_told_in_many_ways);
    TEST(unknown_callers_are_told_from_others);
    TEST(cbor_is_read_as_the_json_that_says_the_same);
    TEST(gzipped_bodies_are_inflated);
    TEST(batches_list_their_entries_and_what_failed);
    TEST(a_large_batch_is_several_linked_parts);
    TEST(of_a_result_too_large_the_failures_stay);
    arena_finish(&arena);
    return tap_done();
}
