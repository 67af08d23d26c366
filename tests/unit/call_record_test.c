/* SPDX-License-Identifier: Apache-2.0 */
#include "base/own.h"
#include "call/call.h"
#include "support/tap.h"

static struct call_recorder *recorder;

/* A call of an IAM user that changes a trail. */
static struct call start_logging(void) {
    struct call call = {
        .event_source = STR_LITERAL("cloudtrail.amazonaws.com"),
        .operation = STR_LITERAL("StartLogging"),
        .identity = {.type = STR_LITERAL("IAMUser"),
            .principal_id = STR_LITERAL("AIDAEXAMPLEUSERID0001"),
            .arn = STR_LITERAL("arn:aws:iam::210987654321:user/ada"),
            .account = STR_LITERAL("210987654321"),
            .access_key_id = STR_LITERAL("AKIAEXAMPLEKEY000001"),
            .user_name = STR_LITERAL("ada")},
        .time = {1772438659000},
        .region = STR_LITERAL("eu-west-1"),
        .account = STR_LITERAL("210987654321"),
        .source_ip = STR_LITERAL("198.51.100.23"),
        .user_agent = STR_LITERAL("aws-cli/2.27.0"),
        .host = STR_LITERAL("127.0.0.1:8420"),
        .request = {.json = STR_LITERAL("{\"name\":\"audit-main\"}")},
        .response = {.json = STR_LITERAL("{}")},
        .request_id = STR_LITERAL("0c2f7f0e-6f7e-4f0d-9a4e-2f4f3c1b7a10"),
    };
    EXPECT(uuid_parse(STR_LITERAL("5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a"), &call.event_id));
    return call;
}

#define IDENTITY                                                                                             \
    "\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"AIDAEXAMPLEUSERID0001\","                      \
    "\"arn\":\"arn:aws:iam::210987654321:user/ada\",\"accountId\":\"210987654321\","                         \
    "\"accessKeyId\":\"AKIAEXAMPLEKEY000001\",\"userName\":\"ada\"}"
#define IDS "\"eventID\":\"5b1a0a3e-9d5c-4c8e-8f6f-1f2e3d4c5b6a\""

static bool records(const struct call *call, const char *expected) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    call_append_record(recorder, &record, call);
    bool is_so = str_is(buf_str(&record), expected);
    if (!is_so)
        printf("# the record is  %.*s\n# and should be %s\n", STR(buf_str(&record)), expected);
    return is_so;
}

/* Is there `part` in the record? */
static bool records_part(const struct call *call, const char *part) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    call_append_record(recorder, &record, call);
    bool is_so = str_find(buf_str(&record), str_from(part)) != SIZE_MAX;
    if (!is_so)
        printf("# %s is missing in %.*s\n", part, STR(buf_str(&record)));
    return is_so;
}

static void a_change_of_a_trail_reads_as_aws_writes_it(void) {
    struct call call = start_logging();
    EXPECT(records(&call,
        "{\"eventVersion\":\"1.11\"," IDENTITY ",\"eventTime\":\"2026-03-02T08:04:19Z\","
        "\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"StartLogging\","
        "\"awsRegion\":\"eu-west-1\",\"sourceIPAddress\":\"198.51.100.23\",\"userAgent\":\"aws-cli/2.27.0\","
        "\"requestParameters\":{\"name\":\"audit-main\"},\"responseElements\":null,"
        "\"requestID\":\"0c2f7f0e-6f7e-4f0d-9a4e-2f4f3c1b7a10\"," IDS ",\"readOnly\":false,"
        "\"eventType\":\"AwsApiCall\",\"managementEvent\":true,\"recipientAccountId\":\"210987654321\","
        "\"eventCategory\":\"Management\",\"tlsDetails\":{\"clientProvidedHostHeader\":\"127.0.0.1:8420\"}"
        "}"));
}

static void a_put_of_an_object_is_a_data_event_with_its_resources(void) {
    const struct call_transfer transfer = {
        .bytes_in = 5, .bytes_out = 0, .host_id = STR_LITERAL("hostid="), .is_signed = true};
    struct call call = start_logging();
    call.event_source = STR_LITERAL("s3.amazonaws.com");
    call.operation = STR_LITERAL("PutObject");
    call.host = STR_LITERAL("logs.s3.example.org");
    call.tls_version = STR_LITERAL("TLSv1.3");
    call.tls_cipher = STR_LITERAL("TLS_AES_128_GCM_SHA256");
    call.request.json =
        STR_LITERAL("{\"bucketName\":\"logs\",\"Host\":\"logs.s3.example.org\",\"key\":\"a/\\\"b\"}");
    call.response.json = STR_LITERAL("{\"x-amz-server-side-encryption\":\"AES256\"}");
    call.request_id = STR_LITERAL("F0XQX2G7KS8GYAD2");
    call.bucket_account = STR_LITERAL("111111111111");
    call.transfer = &transfer;
    EXPECT(records(&call,
        "{\"eventVersion\":\"1.11\"," IDENTITY ",\"eventTime\":\"2026-03-02T08:04:19Z\","
        "\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"PutObject\",\"awsRegion\":\"eu-west-1\","
        "\"sourceIPAddress\":\"198.51.100.23\",\"userAgent\":\"[aws-cli/2.27.0]\","
        "\"requestParameters\":{\"bucketName\":\"logs\",\"Host\":\"logs.s3.example.org\",\"key\":\"a/"
        "\\\"b\"},"
        "\"responseElements\":{\"x-amz-server-side-encryption\":\"AES256\"},"
        "\"additionalEventData\":{\"SignatureVersion\":\"SigV4\",\"CipherSuite\":\"TLS_AES_128_GCM_SHA256\","
        "\"bytesTransferredIn\":5,\"AuthenticationMethod\":\"AuthHeader\",\"x-amz-id-2\":\"hostid=\","
        "\"bytesTransferredOut\":0},\"requestID\":\"F0XQX2G7KS8GYAD2\"," IDS ",\"readOnly\":false,"
        "\"resources\":[{\"type\":\"AWS::S3::Object\",\"ARN\":\"arn:aws:s3:::logs/a/\\\"b\"},"
        "{\"accountId\":\"111111111111\",\"type\":\"AWS::S3::Bucket\",\"ARN\":\"arn:aws:s3:::logs\"}],"
        "\"eventType\":\"AwsApiCall\",\"managementEvent\":false,\"recipientAccountId\":\"210987654321\","
        "\"eventCategory\":\"Data\",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\","
        "\"cipherSuite\":\"TLS_AES_128_GCM_SHA256\",\"clientProvidedHostHeader\":\"logs.s3.example.org\"}}"));
}

static void listings_name_their_prefix_and_both_versions_one_operation(void) {
    static const char *const operations[] = {"ListObjects", "ListObjectsV2"};
    for (size_t i = 0; i < 2; i++) {
        struct call call = start_logging();
        call.event_source = STR_LITERAL("s3.amazonaws.com");
        call.operation = str_from(operations[i]);
        call.request.json = STR_LITERAL("{\"bucketName\":\"logs\",\"list-type\":\"2\",\"prefix\":\"2026/\"}");
        EXPECT(records_part(&call, "\"eventName\":\"ListObjects\""));
        EXPECT(records_part(&call, "\"readOnly\":true,\"resources\":[{\"type\":\"AWS::S3::Object\","
                                   "\"ARNPrefix\":\"arn:aws:s3:::logs/2026/\"},{\"type\":\"AWS::S3::Bucket\","
                                   "\"ARN\":\"arn:aws:s3:::logs\"}],"));
        call.region = STR_LITERAL("cn-north-1");
        call.request.json = STR_LITERAL("{\"bucketName\":\"logs\"}");
        EXPECT(records_part(&call, "\"ARNPrefix\":\"arn:aws-cn:s3:::logs/\"}"));
    }
}

static void a_resource_of_the_caller_gets_its_account(void) {
    const struct call_resource resources[] = {
        {.type = STR_LITERAL("AWS::DynamoDB::Table"),
            .arn = STR_LITERAL("arn:aws:dynamodb:eu-west-1::table/a"),
            .is_of_call = true},
        {.account = STR_LITERAL("999988887777"),
            .type = STR_LITERAL("AWS::SNS::Topic"),
            .arn = STR_LITERAL("arn:aws:sns:eu-west-1:999988887777:t")},
    };
    struct call call = start_logging();
    call.account = STR_LITERAL("210987654321");
    call.resources = resources;
    call.resource_count = 2;
    EXPECT(records_part(&call,
        "\"resources\":[{\"accountId\":\"210987654321\",\"type\":\"AWS::DynamoDB::Table\","
        "\"ARN\":\"arn:aws:dynamodb:eu-west-1:210987654321:table/a\"},{\"accountId\":"
        "\"999988887777\",\"type\":\"AWS::SNS::Topic\",\"ARN\":"
        "\"arn:aws:sns:eu-west-1:999988887777:t\"}]"));
}

static void deleting_many_objects_lists_each_and_the_bucket(void) {
    const struct call_resource objects[] = {
        {.type = STR_LITERAL("AWS::S3::Object"), .arn = STR_LITERAL("arn:aws:s3:::logs/a")},
        {.type = STR_LITERAL("AWS::S3::Object"), .arn = STR_LITERAL("arn:aws:s3:::logs/b")},
    };
    struct call call = start_logging();
    call.event_source = STR_LITERAL("s3.amazonaws.com");
    call.operation = STR_LITERAL("DeleteObjects");
    call.request.json = STR_LITERAL("{\"bucketName\":\"logs\",\"delete\":\"\"}");
    call.resources = objects;
    call.resource_count = 2;
    EXPECT(
        records_part(&call, "\"resources\":[{\"type\":\"AWS::S3::Object\",\"ARN\":\"arn:aws:s3:::logs/a\"},"
                            "{\"type\":\"AWS::S3::Object\",\"ARN\":\"arn:aws:s3:::logs/b\"},"
                            "{\"type\":\"AWS::S3::Bucket\",\"ARN\":\"arn:aws:s3:::logs\"}]"));
}

static void creating_a_bucket_names_no_resource(void) {
    struct call call = start_logging();
    call.event_source = STR_LITERAL("s3.amazonaws.com");
    call.operation = STR_LITERAL("CreateBucket");
    call.request.json = STR_LITERAL("{\"bucketName\":\"logs\"}");
    EXPECT(records_part(&call, "\"readOnly\":false,\"eventType\""));
}

static void presigned_and_anonymous_requests_say_so(void) {
    struct call_transfer transfer = {.is_signed = true, .is_presigned = true, .bytes_out = 7};
    struct call call = start_logging();
    call.event_source = STR_LITERAL("s3.amazonaws.com");
    call.operation = STR_LITERAL("GetObject");
    call.transfer = &transfer;
    EXPECT(records_part(&call,
        "\"additionalEventData\":{\"SignatureVersion\":\"SigV4\",\"bytesTransferredIn\":0,"
        "\"AuthenticationMethod\":\"QueryString\",\"bytesTransferredOut\":7}"));
    transfer = (struct call_transfer){0};
    call.identity =
        (struct call_identity){.type = STR_LITERAL("AWSAccount"), .account = STR_LITERAL("anonymous")};
    EXPECT(
        records_part(&call, "\"additionalEventData\":{\"bytesTransferredIn\":0,\"bytesTransferredOut\":0}"));
    EXPECT(records_part(&call,
        "\"userIdentity\":{\"type\":\"AWSAccount\",\"principalId\":\"\",\"accountId\":\"anonymous\"}"));
}

static void reads_and_failures_have_no_response(void) {
    struct call call = start_logging();
    call.response.json = STR_LITERAL("{\"trailARN\":\"x\"}");
    EXPECT(records_part(&call, "\"responseElements\":{\"trailARN\":\"x\"}"));
    call.operation = STR_LITERAL("GetTrail");
    EXPECT(records_part(&call, "\"responseElements\":null,\"requestID\""));
    EXPECT(records_part(&call, "\"readOnly\":true"));
    call.operation = STR_LITERAL("StartLogging");
    call.error_code = STR_LITERAL("TrailNotFoundException");
    call.error_message = STR_LITERAL("Unknown trail");
    EXPECT(records_part(&call,
        "\"userAgent\":\"aws-cli/2.27.0\",\"errorCode\":\"TrailNotFoundException\","
        "\"errorMessage\":\"Unknown trail\",\"requestParameters\":{\"name\":\"audit-main\"},"
        "\"responseElements\":null"));
    call.error_code = STR_EMPTY;
    EXPECT(records_part(&call, "\"responseElements\":null"));
}

static void assuming_a_role_is_a_read_with_a_response(void) {
    struct call call = start_logging();
    call.event_source = STR_LITERAL("sts.amazonaws.com");
    call.operation = STR_LITERAL("AssumeRole");
    call.casing = CALL_WIRE;
    call.request.json = STR_LITERAL("{\"RoleArn\":\"r\"}");
    call.response.json = STR_LITERAL(
        "{\"Credentials\":{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"s3cr3t\",\"SessionToken\":\"t\"}}");
    EXPECT(
        records_part(&call, "\"requestParameters\":{\"roleArn\":\"r\"},\"responseElements\":{\"credentials\":"
                            "{\"accessKeyId\":\"ASIA\",\"sessionToken\":"
                            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"}}"));
    EXPECT(records_part(&call, "\"readOnly\":true"));
}

static void operations_without_a_row_are_judged_by_their_name(void) {
    struct call call = start_logging();
    call.event_source = STR_LITERAL("new.amazonaws.com");
    call.operation = STR_LITERAL("DescribeThing");
    EXPECT(records_part(&call, "\"eventName\":\"DescribeThing\""));
    EXPECT(records_part(&call, "\"readOnly\":true,\"eventType\":\"AwsApiCall\",\"managementEvent\":true"));
    call.operation = STR_LITERAL("MakeThing");
    EXPECT(records_part(&call, "\"readOnly\":false"));
}

static void sessions_have_their_context(void) {
    struct call call = start_logging();
    call.identity = (struct call_identity){.type = STR_LITERAL("AssumedRole"),
        .principal_id = STR_LITERAL("AROA:ci"),
        .arn = STR_LITERAL("arn:aws:sts::210987654321:assumed-role/D/ci"),
        .account = STR_LITERAL("210987654321"),
        .access_key_id = STR_LITERAL("ASIA"),
        .has_session = true,
        .session_began_at = {1772438400000},
        .issuer_type = STR_LITERAL("Role"),
        .issuer_principal_id = STR_LITERAL("AROA"),
        .issuer_arn = STR_LITERAL("arn:aws:iam::210987654321:role/D"),
        .issuer_account = STR_LITERAL("210987654321"),
        .issuer_user_name = STR_LITERAL("D"),
        .invoked_by = STR_LITERAL("ec2.amazonaws.com")};
    call.is_from_console = true;
    EXPECT(records_part(&call,
        "\"accessKeyId\":\"ASIA\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\",\"principalId\":"
        "\"AROA\","
        "\"arn\":\"arn:aws:iam::210987654321:role/D\",\"accountId\":\"210987654321\",\"userName\":\"D\"},"
        "\"attributes\":{\"creationDate\":\"2026-03-02T08:00:00Z\",\"mfaAuthenticated\":\"false\"}},"
        "\"invokedBy\":\"ec2.amazonaws.com\"}"));
    EXPECT(records_part(&call, "},\"sessionCredentialFromConsole\":\"true\"}"));
}

static void federated_sessions_name_their_provider_and_source(void) {
    struct call call = start_logging();
    call.identity.has_session = true;
    call.identity.session_began_at = MOMENT_NONE;
    call.identity.federated_provider = STR_LITERAL("cognito-identity.amazonaws.com");
    call.identity.source_identity = STR_LITERAL("ada");
    EXPECT(records_part(&call,
        "\"sessionContext\":{\"webIdFederationData\":{\"federatedProvider\":"
        "\"cognito-identity.amazonaws.com\",\"attributes\":{}},\"sourceIdentity\":\"ada\"}"));
    call.identity = (struct call_identity){.type = STR_LITERAL("WebIdentityUser"),
        .user_name = STR_LITERAL("u"),
        .identity_provider = STR_LITERAL("accounts.example.com")};
    EXPECT(records_part(&call, "\"userIdentity\":{\"type\":\"WebIdentityUser\",\"userName\":\"u\","
                               "\"identityProvider\":\"accounts.example.com\"}"));
}

static void everything_optional_has_its_place(void) {
    struct call call = start_logging();
    call.api_version = STR_LITERAL("2013-11-01");
    call.shared_id = STR_LITERAL("shared");
    call.vpc_endpoint_id = STR_LITERAL("vpce-1");
    call.vpc_endpoint_account = STR_LITERAL("333333333333");
    call.additional.json = STR_LITERAL("{\"a\":1}");
    EXPECT(records_part(&call, "\"responseElements\":null,\"additionalEventData\":{\"a\":1},\"requestID\""));
    EXPECT(records_part(&call,
        "\"eventType\":\"AwsApiCall\",\"apiVersion\":\"2013-11-01\",\"managementEvent\":true,"
        "\"recipientAccountId\":\"210987654321\",\"sharedEventID\":\"shared\",\"vpcEndpointId\":\"vpce-1\","
        "\"vpcEndpointAccountId\":\"333333333333\",\"eventCategory\":\"Management\",\"tlsDetails\""));
}

static void a_service_event_is_nobodys_call(void) {
    struct call call = start_logging();
    call.event_source = STR_LITERAL("cairn.amazonaws.com");
    call.operation = STR_LITERAL("EventsNotRecorded");
    call.identity = (struct call_identity){
        .account = STR_LITERAL("210987654321"), .invoked_by = STR_LITERAL("cairn.amazonaws.com")};
    call.request = call.response = (struct call_part){0};
    call.service_event.json = STR_LITERAL("{\"count\":3}");
    EXPECT(records_part(
        &call, "\"userIdentity\":{\"accountId\":\"210987654321\",\"invokedBy\":\"cairn.amazonaws.com\"}"));
    EXPECT(records_part(&call, "\"requestParameters\":null,\"responseElements\":null"));
    EXPECT(records_part(&call, "\"readOnly\":false,\"eventType\":\"AwsServiceEvent\""));
    EXPECT(records_part(&call, "\"serviceEventDetails\":{\"count\":3},\"eventCategory\":\"Management\""));
}

/* {"name":"xxx..."} of exactly `size` bytes. */
static struct str object_of_size(struct buf *buf, size_t size) {
    buf_clear(buf);
    buf_append_text(buf, "{\"name\":\"");
    while (buf->size < size - 2)
        buf_append_char(buf, 'x');
    buf_append_text(buf, "\"}");
    return buf_str(buf);
}

static void parts_above_their_limit_are_left_out_with_a_marker(void) {
    SCOPED(buf_finish) struct buf large = BUF_INIT(1 << 20);
    struct call call = start_logging();
    call.request.json = object_of_size(&large, CALL_PART_SIZE_MAX);
    EXPECT(records_part(&call, "\"requestParameters\":{\"name\":\"xxx"));
    call.request.json = object_of_size(&large, CALL_PART_SIZE_MAX + 1);
    EXPECT(records_part(&call, "\"requestParameters\":{\"reason\":\"requestParameters too large\","
                               "\"omitted\":true,\"originalSize\":102401}"));
    call.response = call.request;
    EXPECT(records_part(&call, "\"responseElements\":{\"reason\":\"responseElements too large\","));
    call.additional.json = object_of_size(&large, CALL_ADDITIONAL_SIZE_MAX + 1);
    EXPECT(records_part(&call, "\"additionalEventData\":{\"reason\":\"additionalEventData too large\","
                               "\"omitted\":true,\"originalSize\":28673}"));
}

static void parts_that_are_no_object_are_replaced_not_lost(void) {
    struct call call = start_logging();
    call.request.json = STR_LITERAL("{\"name\":");
    EXPECT(records_part(&call, "\"requestParameters\":{\"reason\":\"requestParameters not readable\","
                               "\"omitted\":true,\"originalSize\":8}"));
    call.request.json = STR_LITERAL("[1,2]");
    EXPECT(records_part(&call, "\"requestParameters\":{\"reason\":\"requestParameters not an object\","));
    call.request.json = STR_LITERAL("null");
    EXPECT(records_part(&call, "\"requestParameters\":null"));
}

static void long_texts_are_cut_between_characters(void) {
    SCOPED(buf_finish) struct buf agent = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf expected = BUF_INIT(1 << 20);
    for (int i = 0; i < 400; i++)
        buf_append_text(&agent, "\xe2\x82\xac"); /* 1,200 bytes: 1,024 is within a character */
    buf_append_format(&expected, "\"userAgent\":\"%.*s\",", 1023, agent.data);
    struct call call = start_logging();
    call.user_agent = buf_str(&agent);
    EXPECT(records_part(&call, expected.data));
    buf_clear(&expected);
    buf_append_format(&expected, "\"userAgent\":\"[%.*s]\",", 1020, agent.data);
    call.event_source = STR_LITERAL("s3.amazonaws.com");
    EXPECT(records_part(&call, expected.data));
}

static size_t record_size(const struct call *call) {
    SCOPED(buf_finish) struct buf record = BUF_INIT(4 << 20);
    call_append_record(recorder, &record, call);
    struct error error;
    EXPECT(buf_check(&record, "record", &error));
    return record.size;
}

static void no_record_is_larger_than_an_event_may_be(void) {
    enum { RESOURCES = 4000 };
    SCOPED(buf_finish) struct buf large = BUF_INIT(1 << 20);
    SCOPED(buf_finish) struct buf additional = BUF_INIT(1 << 20);
    struct call call = start_logging();
    call.request.json = object_of_size(&large, CALL_PART_SIZE_MAX);
    call.response.json = call.request.json;
    call.additional.json = object_of_size(&additional, CALL_ADDITIONAL_SIZE_MAX);
    call.service_event.json = call.request.json;
    EXPECT(record_size(&call) <= CALL_RECORD_SIZE_MAX);
    EXPECT(records_part(&call, "\"responseElements\":{\"reason\":\"responseElements too large\""));

    struct call_resource *resources = mem_alloc_array(RESOURCES, sizeof *resources);
    for (size_t i = 0; i < RESOURCES; i++)
        resources[i] =
            (struct call_resource){.arn = STR_LITERAL("arn:aws:s3:::bucket/with-a-rather-long-key-in-it")};
    call.service_event.json = call.response.json = STR_EMPTY;
    call.resources = resources;
    call.resource_count = RESOURCES;
    EXPECT(record_size(&call) <= CALL_RECORD_SIZE_MAX);
    EXPECT(record_size(&call) > CALL_RECORD_SIZE_MAX - (32 << 10));
    EXPECT(records_part(&call, "\"requestParameters\":{\"name\":\"xxx"));
    mem_free(resources);
}

static void a_parsed_value_serves_as_well_as_text(void) {
    struct json_parser *parser = json_parser_create();
    struct json_value value;
    struct error error;
    EXPECT(
        json_parse(parser, STR_LITERAL("{\"Name\":\"t\",\"TagsList\":[{\"Key\":\"k\"}]}"), &value, &error));
    struct call call = start_logging();
    call.request = (struct call_part){.value = value};
    call.casing = CALL_WIRE;
    EXPECT(records_part(&call, "\"requestParameters\":{\"name\":\"t\",\"tagsList\":[{\"key\":\"k\"}]}"));
    json_parser_destroy(parser);
}

static void messages_repeat_no_secret(void) {
    struct call call = start_logging();
    call.event_source = STR_LITERAL("rds.amazonaws.com");
    call.operation = STR_LITERAL("CreateDBInstance");
    call.request.json = STR_LITERAL("{\"masterUserPassword\":\"hunter2\",\"engine\":\"mysql\"}");
    call.error_code = STR_LITERAL("InvalidParameterValue");
    call.error_message = STR_LITERAL("The value hunter2 is no password for mysql; hunter2 is short");
    EXPECT(records_part(&call,
        "\"errorMessage\":\"The value HIDDEN_DUE_TO_SECURITY_REASONS is no password for mysql; "
        "HIDDEN_DUE_TO_SECURITY_REASONS is short\""));
    call.error_message = STR_LITERAL("cannot connect to mysql://a:b@h/");
    call.user_agent = STR_LITERAL("agent (https://h/?X-Amz-Signature=abc)");
    EXPECT(records_part(
        &call, "\"errorMessage\":\"cannot connect to mysql://a:HIDDEN_DUE_TO_SECURITY_REASONS@h/\""));
    EXPECT(records_part(&call, "\"userAgent\":\"agent (https://h/?HIDDEN_DUE_TO_SECURITY_REASONS\""));
}

int main(void) {
    recorder = call_recorder_create();
    TEST(a_change_of_a_trail_reads_as_aws_writes_it);
    TEST(a_put_of_an_object_is_a_data_event_with_its_resources);
    TEST(listings_name_their_prefix_and_both_versions_one_operation);
    TEST(a_resource_of_the_caller_gets_its_account);
    TEST(deleting_many_objects_lists_each_and_the_bucket);
    TEST(creating_a_bucket_names_no_resource);
    TEST(presigned_and_anonymous_requests_say_so);
    TEST(reads_and_failures_have_no_response);
    TEST(assuming_a_role_is_a_read_with_a_response);
    TEST(operations_without_a_row_are_judged_by_their_name);
    TEST(sessions_have_their_context);
    TEST(federated_sessions_name_their_provider_and_source);
    TEST(everything_optional_has_its_place);
    TEST(a_service_event_is_nobodys_call);
    TEST(parts_above_their_limit_are_left_out_with_a_marker);
    TEST(parts_that_are_no_object_are_replaced_not_lost);
    TEST(long_texts_are_cut_between_characters);
    TEST(no_record_is_larger_than_an_event_may_be);
    TEST(a_parsed_value_serves_as_well_as_text);
    TEST(messages_repeat_no_secret);
    call_recorder_destroy(recorder);
    return tap_done();
}
