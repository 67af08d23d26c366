/* SPDX-License-Identifier: Apache-2.0 */
/* What must never reach a record (P6). */
#include "base/own.h"
#include "call/call.h"
#include "support/tap.h"

static struct json_parser *parser;

static bool scrubs_as(enum call_casing casing, const char *service, const char *sent, const char *recorded) {
    SCOPED(buf_finish) struct buf source = BUF_INIT(1024);
    SCOPED(buf_finish) struct buf scrubbed = BUF_INIT(1 << 20);
    struct json_value value;
    struct error error;
    buf_append_format(&source, "%s.amazonaws.com", service);
    struct call call = {.event_source = buf_str(&source), .casing = casing};
    EXPECT(json_parse(parser, str_from(sent), &value, &error));
    call_append_scrubbed(&scrubbed, &call, value);
    bool is_so = str_is(buf_str(&scrubbed), recorded);
    if (!is_so)
        printf("# %s: %s\n#  becomes %.*s\n", service, sent, STR(buf_str(&scrubbed)));
    return is_so;
}

static bool scrubs(const char *service, const char *sent, const char *recorded) {
    return scrubs_as(CALL_WIRE, service, sent, recorded);
}

#define HIDDEN_TEXT "HIDDEN_DUE_TO_SECURITY_REASONS"
#define HIDDEN      "\"" HIDDEN_TEXT "\""

static void first_letters_are_lowered_and_only_those(void) {
    EXPECT(scrubs("rds",
        "{\"DBInstanceIdentifier\":\"d\",\"ARN\":[{\"TrailARN\":1}],\"x\":{\"\":true,\"\xc3\x84\":null}}",
        "{\"dBInstanceIdentifier\":\"d\",\"aRN\":[{\"trailARN\":1}],\"x\":{\"\":true,\"\xc3\x84\":null}}"));
    EXPECT(scrubs_as(CALL_CASED, "rds", "{\"Name\":{\"Value\":1}}", "{\"Name\":{\"Value\":1}}"));
}

static void s3_keeps_its_own_names(void) {
    EXPECT(
        scrubs("s3", "{\"bucketName\":\"b\",\"Host\":\"h\",\"X-Amz-Date\":\"d\",\"Tagging\":{\"TagSet\":1}}",
            "{\"bucketName\":\"b\",\"Host\":\"h\",\"X-Amz-Date\":\"d\",\"Tagging\":{\"TagSet\":1}}"));
}

static void names_that_callers_chose_stay_as_they_are(void) {
    EXPECT(scrubs("lambda", "{\"Tags\":{\"Team\":\"A\"},\"Other\":{\"Team\":\"A\"}}",
        "{\"tags\":{\"Team\":\"A\"},\"other\":{\"team\":\"A\"}}"));
    EXPECT(scrubs("ec2", "{\"Tags\":[{\"Key\":\"k\"}]}", "{\"tags\":[{\"key\":\"k\"}]}"));
    EXPECT(scrubs(
        "kms", "{\"EncryptionContext\":{\"Purpose\":\"p\"}}", "{\"encryptionContext\":{\"Purpose\":\"p\"}}"));
}

static void of_members_of_one_name_the_last_is_recorded(void) {
    EXPECT(scrubs("sqs", "{\"QueueUrl\":\"a\",\"n\":1,\"QueueUrl\":\"b\"}",
        "{\"n\":1,\"queueUrl\":\"b\",\"ambiguousMember\":\"QueueUrl\"}"));
    EXPECT(scrubs("sqs", "{\"queueUrl\":\"a\",\"x\":{\"y\":1,\"Y\":2},\"QueueUrl\":\"b\"}",
        "{\"x\":{\"y\":2,\"ambiguousMember\":\"Y\"},\"queueUrl\":\"b\",\"ambiguousMember\":\"QueueUrl\"}"));
    EXPECT(scrubs_as(CALL_CASED, "sqs", "{\"a\":1,\"A\":2}", "{\"a\":1,\"A\":2}"));
    EXPECT(scrubs("kms", "{\"Tags\":{\"a\":1,\"A\":2}}", "{\"tags\":{\"a\":1,\"A\":2}}"));
    SCOPED(buf_finish) struct buf sent = BUF_INIT(1 << 20), recorded = BUF_INIT(1 << 20);
    for (int i = 0; i < 60; i++) {
        buf_append_format(&sent, "%sk%d\":%d", i == 0 ? "{\"" : ",\"", i % 50, i);
        if (i >= 10)
            buf_append_format(&recorded, "%sk%d\":%d", i == 10 ? "{\"" : ",\"", i % 50, i);
    }
    buf_append_text(&sent, "}");
    buf_append_text(&recorded, ",\"ambiguousMember\":\"k9\"}");
    buf_append_char(&sent, '\0');
    buf_append_char(&recorded, '\0');
    EXPECT(scrubs("ssm", sent.data, recorded.data));
}

static void numbers_and_truths_keep_their_kind(void) {
    EXPECT(scrubs("ec2", "{\"a\":-1,\"b\":18446744073709551615,\"c\":1.5,\"d\":false,\"e\":null,\"f\":[]}",
        "{\"a\":-1,\"b\":18446744073709551615,\"c\":1.5,\"d\":false,\"e\":null,\"f\":[]}"));
}

static void secrets_of_every_service_are_covered(void) {
    static const struct {
        const char *service, *sent, *recorded;
    } cases[] = {
        {"rds", "{\"MasterUserPassword\":\"s3cr3t\"}", "{\"masterUserPassword\":\"****\"}"},
        {"iam", "{\"Password\":\"s3cr3t\",\"PasswordResetRequired\":true}",
            "{\"password\":\"****\",\"passwordResetRequired\":true}"},
        {"iam", "{\"OldPassword\":\"a\",\"NewPassword\":\"b\"}",
            "{\"oldPassword\":\"****\",\"newPassword\":\"****\"}"},
        {"iam", "{\"accessKey\":{\"secretAccessKey\":\"s\",\"accessKeyId\":\"AKIA\"}}",
            "{\"accessKey\":{\"accessKeyId\":\"AKIA\"}}"},
        {"cairn", "{\"Key\":{\"SecretAccessKey\":\"s\",\"AccessKeyId\":\"AKIA\"}}",
            "{\"key\":{\"accessKeyId\":\"AKIA\"}}"},
        {"secretsmanager", "{\"Name\":\"n\",\"SecretString\":\"s\",\"SecretBinary\":\"s\"}",
            "{\"name\":\"n\"}"},
        {"ssm", "{\"Name\":\"/a\",\"Value\":\"s\",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}",
            "{\"name\":\"/a\",\"value\":" HIDDEN ",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]}"},
        {"ssm", "{\"Parameters\":{\"commands\":[\"s\"]}}", "{\"parameters\":" HIDDEN "}"},
        {"sns",
            "{\"TopicArn\":\"t\",\"Message\":\"s\",\"Subject\":\"s\",\"MessageAttributes\":{\"a\":{\"b\":"
            "\"s\"}}}",
            "{\"topicArn\":\"t\",\"message\":" HIDDEN ",\"subject\":" HIDDEN ",\"messageAttributes\":" HIDDEN
            "}"},
        {"kms", "{\"KeyId\":\"k\",\"Plaintext\":\"s\",\"CiphertextBlob\":\"s\"}", "{\"keyId\":\"k\"}"},
        {"lambda",
            "{\"Code\":{\"ZipFile\":\"s\",\"S3Key\":\"k\"},\"Environment\":{\"Variables\":{\"A\":\"s\"}}}",
            "{\"code\":{\"s3Key\":\"k\"},\"environment\":{}}"},
        {"dynamodb", "{\"TableName\":\"t\",\"Item\":{\"a\":{\"S\":\"s\"}},\"Key\":{\"Id\":{\"S\":\"1\"}}}",
            "{\"tableName\":\"t\",\"item\":" HIDDEN ",\"key\":{\"id\":{\"s\":\"1\"}}}"},
        {"cognito-identity", "{\"Logins\":{\"x\":\"s\"}}", "{\"logins\":" HIDDEN "}"},
        {"sts", "{\"WebIdentityToken\":\"s\",\"RoleArn\":\"r\"}",
            "{\"webIdentityToken\":" HIDDEN ",\"roleArn\":\"r\"}"},
        {"cloudtrail-data", "{\"AuditEvents\":[{\"Id\":\"1\",\"EventData\":\"s\"}]}",
            "{\"auditEvents\":[{\"id\":\"1\"}]}"},
        {"s3",
            "{\"x-amz-server-side-encryption-customer-key\":\"s\","
            "\"x-amz-server-side-encryption-customer-key-MD5\":\"s\","
            "\"x-amz-server-side-encryption-customer-algorithm\":\"AES256\","
            "\"x-amz-copy-source-server-side-encryption-customer-key\":\"s\"}",
            "{\"x-amz-server-side-encryption-customer-algorithm\":\"AES256\"}"},
        {"s3",
            "{\"X-Amz-Signature\":\"s\",\"X-Amz-Credential\":\"s\",\"X-Amz-Security-Token\":\"s\","
            "\"X-Amz-Expires\":\"60\",\"Authorization\":\"s\",\"Signature\":\"s\"}",
            "{\"X-Amz-Expires\":\"60\"}"},
        {"anything", "{\"deep\":[[{\"DBPASSWORD\":{\"a\":\"s\"}}]]}",
            "{\"deep\":[[{\"dBPASSWORD\":\"****\"}]]}"},
        {"anything", "{\"Value\":\"v\",\"Message\":\"m\"}", "{\"value\":\"v\",\"message\":\"m\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(scrubs(cases[i].service, cases[i].sent, cases[i].recorded));
}

static void an_escaped_name_hides_no_secret(void) {
    EXPECT(scrubs("rds", "{\"MasterUser\\u0050assword\":\"s3cr3t\"}", "{\"masterUserPassword\":\"****\"}"));
}

static void a_secret_that_is_null_is_none(void) {
    EXPECT(scrubs("rds", "{\"MasterUserPassword\":null}", "{\"masterUserPassword\":null}"));
}

static void the_query_of_a_signed_address_is_cut(void) {
    EXPECT(scrubs("cloudformation",
        "{\"TemplateURL\":\"https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=abc\"}",
        "{\"templateURL\":\"https://b.s3.amazonaws.com/k?HIDDEN_DUE_TO_SECURITY_REASONS\"}"));
    EXPECT(scrubs("x",
        "{\"u\":[\"http://h/?x-amz-signature%3Dabc\",\"http://h/?a=1&Signature=abc\",\"http://h/?a=1\"]}",
        "{\"u\":[\"http://h/?HIDDEN_DUE_TO_SECURITY_REASONS\",\"http://h/?HIDDEN_DUE_TO_SECURITY_REASONS\","
        "\"http://h/?a=1\"]}"));
}

static void an_entry_may_hide_more_members(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    SCOPED(buf_finish) struct buf scrubbed = BUF_INIT(1 << 20);
    struct call_hide *rows;
    size_t count;
    struct error error;
    struct json_value value;
    EXPECT(call_hide_parse(&arena, STR_LITERAL("rds:engine, *:*Note,,sqs:/QueueUrl"), &rows, &count, &error));
    EXPECT(count == 3);
    struct call call = {.event_source = STR_LITERAL("rds.amazonaws.com"), .hides = rows, .hide_count = count};
    EXPECT(json_parse(
        parser, STR_LITERAL("{\"engine\":\"e\",\"a\":{\"myNote\":[1]},\"queueUrl\":\"q\"}"), &value, &error));
    call_append_scrubbed(&scrubbed, &call, value);
    EXPECT(str_is(
        buf_str(&scrubbed), "{\"engine\":" HIDDEN ",\"a\":{\"myNote\":" HIDDEN "},\"queueUrl\":\"q\"}"));
}

static void what_is_no_list_of_members_to_hide_is_refused(void) {
    static const char *const wrong[] = {"rds", ":a", "rds:", "rds:*", "rds:/", "a:b,c"};
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct call_hide *rows;
    size_t count;
    struct error error;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(!call_hide_parse(&arena, str_from(wrong[i]), &rows, &count, &error));
    SCOPED(buf_finish) struct buf many = BUF_INIT(4096);
    for (size_t i = 0; i <= CALL_HIDES_MAX; i++)
        buf_append_text(&many, "a:b,");
    EXPECT(!call_hide_parse(&arena, buf_str(&many), &rows, &count, &error) && error.kind == ERROR_LIMIT);
    EXPECT(call_hide_parse(&arena, STR_EMPTY, &rows, &count, &error) && count == 0);
}

/* Kinds of secrets in the shapes in which the protocols bring them. "CANARY" is the secret; nothing of it may
 * be left, and everything else must. */
static const struct {
    const char *service, *sent, *kept;
} planted[] = {
    {"secretsmanager", "{\"SecretId\":\"a\",\"SecretString\":\"CANARY\"}", "secretId"},
    {"secretsmanager", "{\"SecretId\":\"a\",\"SecretBinary\":\"CANARY\"}", "secretId"},
    {"secretsmanager", "{\"SecretId\":\"a\",\"RotationToken\":\"CANARY\"}", "secretId"},
    {"ssm", "{\"Name\":\"/a\",\"Value\":\"CANARY\",\"Type\":\"SecureString\"}", "SecureString"},
    {"ssm", "{\"DocumentName\":\"d\",\"Parameters\":{\"commands\":[\"CANARY\"]}}", "documentName"},
    {"ssm", "{\"sessionId\":\"s\",\"tokenValue\":\"CANARY\",\"streamUrl\":\"wss://CANARY\"}", "sessionId"},
    {"iam", "{\"userName\":\"u\",\"password\":\"CANARY\"}", "userName"},
    {"iam", "{\"oldPassword\":\"CANARY\",\"newPassword\":\"CANARY\"}", "oldPassword"},
    {"iam", "{\"serverCertificateName\":\"c\",\"privateKey\":\"CANARY\"}", "serverCertificateName"},
    {"iam", "{\"accessKey\":{\"accessKeyId\":\"AKIA\",\"secretAccessKey\":\"CANARY\"}}", "AKIA"},
    {"iam", "{\"authenticationCode1\":\"CANARY\",\"authenticationCode2\":\"CANARY\",\"userName\":\"u\"}",
        "userName"},
    {"iam", "{\"virtualMFADevice\":{\"base32StringSeed\":\"CANARY\",\"serialNumber\":\"s\"}}",
        "serialNumber"},
    {"iam", "{\"serviceSpecificCredential\":{\"servicePassword\":\"CANARY\",\"serviceName\":\"n\"}}",
        "serviceName"},
    {"sts", "{\"roleArn\":\"r\",\"webIdentityToken\":\"CANARY\"}", "roleArn"},
    {"sts", "{\"roleArn\":\"r\",\"sAMLAssertion\":\"CANARY\"}", "roleArn"},
    {"sts", "{\"serialNumber\":\"m\",\"tokenCode\":\"CANARY\"}", "serialNumber"},
    {"sts", "{\"credentials\":{\"accessKeyId\":\"ASIA\",\"sessionToken\":\"CANARY\"}}", "ASIA"},
    {"kms", "{\"KeyId\":\"k\",\"Plaintext\":\"CANARY\"}", "keyId"},
    {"kms", "{\"KeyId\":\"k\",\"CiphertextBlob\":\"CANARY\"}", "keyId"},
    {"kms", "{\"KeyId\":\"k\",\"EncryptedKeyMaterial\":\"CANARY\",\"ImportToken\":\"CANARY\"}", "keyId"},
    {"kms",
        "{\"XksProxyAuthenticationCredential\":{\"RawSecretAccessKey\":\"CANARY\",\"AccessKeyId\":\"i\"}}",
        "accessKeyId"},
    {"ec2", "{\"instanceType\":\"t3.nano\",\"userData\":\"CANARY\"}", "t3.nano"},
    {"ec2", "{\"launchTemplateData\":{\"userData\":\"CANARY\",\"imageId\":\"ami\"}}", "imageId"},
    {"ec2", "{\"keyName\":\"k\",\"keyMaterial\":\"CANARY\"}", "keyName"},
    {"ec2", "{\"options\":{\"tunnelOptions\":[{\"preSharedKey\":\"CANARY\",\"x\":1}]}}", "tunnelOptions"},
    {"autoscaling", "{\"launchConfigurationName\":\"l\",\"userData\":\"CANARY\"}", "launchConfigurationName"},
    {"rds", "{\"dBInstanceIdentifier\":\"d\",\"masterUserPassword\":\"CANARY\"}", "dBInstanceIdentifier"},
    {"redshift", "{\"clusterIdentifier\":\"c\",\"masterUserPassword\":\"CANARY\"}", "clusterIdentifier"},
    {"elasticache", "{\"replicationGroupId\":\"r\",\"authToken\":\"CANARY\"}", "replicationGroupId"},
    {"elasticache", "{\"userId\":\"u\",\"passwords\":[\"CANARY\"]}", "userId"},
    {"lambda", "{\"functionName\":\"f\",\"environment\":{\"variables\":{\"K\":\"CANARY\"}}}", "functionName"},
    {"lambda", "{\"functionName\":\"f\",\"code\":{\"zipFile\":\"CANARY\"}}", "functionName"},
    {"lambda", "{\"functionName\":\"f\",\"clientContext\":\"CANARY\"}", "functionName"},
    {"ecs",
        "{\"containerDefinitions\":[{\"name\":\"c\",\"environment\":[{\"name\":\"K\",\"value\":\"CANARY\"}]}]"
        "}",
        "containerDefinitions"},
    {"ecs", "{\"logConfiguration\":{\"logDriver\":\"splunk\",\"options\":{\"splunk-token\":\"CANARY\"}}}",
        "logDriver"},
    {"batch", "{\"containerOverrides\":{\"command\":[\"c\"],\"environment\":[{\"value\":\"CANARY\"}]}}",
        "command"},
    {"codebuild",
        "{\"name\":\"p\",\"environment\":{\"environmentVariables\":[{\"value\":\"CANARY\"}],\"image\":\"i\"}"
        "}",
        "image"},
    {"codebuild", "{\"serverType\":\"GITHUB\",\"token\":\"CANARY\"}", "GITHUB"},
    {"codepipeline", "{\"actions\":[{\"configuration\":{\"Owner\":\"o\",\"OAuthToken\":\"CANARY\"}}]}",
        "owner"},
    {"amplify", "{\"name\":\"a\",\"oauthToken\":\"CANARY\",\"environmentVariables\":{\"K\":\"CANARY\"}}",
        "name"},
    {"cloudformation",
        "{\"stackName\":\"s\",\"parameters\":[{\"parameterKey\":\"P\",\"parameterValue\":\"CANARY\"}]}",
        "parameterKey"},
    {"cognito-idp", "{\"clientId\":\"c\",\"authParameters\":{\"PASSWORD\":\"CANARY\"}}", "clientId"},
    {"cognito-idp", "{\"clientId\":\"c\",\"secretHash\":\"CANARY\",\"confirmationCode\":\"CANARY\"}",
        "clientId"},
    {"cognito-idp", "{\"providerDetails\":{\"client_id\":\"i\",\"client_secret\":\"CANARY\"}}", "client_id"},
    {"cognito-identity", "{\"identityId\":\"i\",\"logins\":{\"x\":\"CANARY\"}}", "identityId"},
    {"glue", "{\"connectionInput\":{\"name\":\"c\",\"connectionProperties\":{\"PASSWORD\":\"CANARY\"}}}",
        "name"},
    {"glue", "{\"jobName\":\"j\",\"arguments\":{\"--key\":\"CANARY\"}}", "jobName"},
    {"mq", "{\"brokerName\":\"b\",\"users\":[{\"username\":\"u\",\"password\":\"CANARY\"}]}", "brokerName"},
    {"dms", "{\"endpointIdentifier\":\"e\",\"password\":\"CANARY\",\"extraConnectionAttributes\":\"CANARY\"}",
        "endpointIdentifier"},
    {"ds", "{\"name\":\"d\",\"radiusSettings\":{\"sharedSecret\":\"CANARY\",\"radiusPort\":1}}",
        "radiusPort"},
    {"events",
        "{\"name\":\"c\",\"authParameters\":{\"apiKeyAuthParameters\":{\"apiKeyName\":\"n\",\"apiKeyValue\":"
        "\"CANARY\"}}}",
        "apiKeyName"},
    {"appsync", "{\"apiKey\":{\"id\":\"CANARY\"},\"apiId\":\"a\"}", "apiId"},
    {"apigateway", "{\"name\":\"k\",\"value\":\"CANARY\"}", "name"},
    {"acm", "{\"certificate\":\"public\",\"privateKey\":\"CANARY\"}", "public"},
    {"iot", "{\"certificateId\":\"c\",\"keyPair\":{\"publicKey\":\"p\",\"privateKey\":\"CANARY\"}}",
        "publicKey"},
    {"transfer", "{\"serverId\":\"s\",\"hostKey\":\"CANARY\"}", "serverId"},
    {"firehose", "{\"splunkDestinationConfiguration\":{\"hECToken\":\"CANARY\",\"hECEndpoint\":\"e\"}}",
        "hECEndpoint"},
    {"kinesis", "{\"streamName\":\"s\",\"records\":[{\"data\":\"CANARY\",\"partitionKey\":\"p\"}]}",
        "partitionKey"},
    {"sqs", "{\"queueUrl\":\"q\",\"messageBody\":\"CANARY\",\"messageAttributes\":{\"a\":\"CANARY\"}}",
        "queueUrl"},
    {"sns", "{\"topicArn\":\"t\",\"message\":\"CANARY\",\"subject\":\"CANARY\"}", "topicArn"},
    {"sns", "{\"name\":\"n\",\"attributes\":{\"PlatformCredential\":\"CANARY\",\"Other\":\"o\"}}", "Other"},
    {"ses", "{\"source\":\"a@example.com\",\"rawMessage\":{\"data\":\"CANARY\"}}", "a@example.com"},
    {"dynamodb", "{\"tableName\":\"t\",\"expressionAttributeValues\":{\":p\":{\"S\":\"CANARY\"}}}",
        "tableName"},
    {"rdsdata", "{\"resourceArn\":\"r\",\"sql\":\"insert 'CANARY'\",\"parameters\":[\"CANARY\"]}",
        "resourceArn"},
    {"states", "{\"stateMachineArn\":\"m\",\"input\":\"CANARY\"}", "stateMachineArn"},
    {"lightsail", "{\"keyPairName\":\"k\",\"privateKeyBase64\":\"CANARY\"}", "keyPairName"},
    {"s3", "{\"bucketName\":\"b\",\"x-amz-server-side-encryption-customer-key\":\"CANARY\"}", "bucketName"},
    {"s3", "{\"bucketName\":\"b\",\"X-Amz-Signature\":\"CANARY\",\"X-Amz-Expires\":\"60\"}", "X-Amz-Expires"},
    {"anything", "{\"name\":\"n\",\"Authorization\":\"CANARY\"}", "name"},
    {"anything", "{\"name\":\"n\",\"dbConnectionString\":\"CANARY\"}", "name"},
};

static void no_kind_of_secret_reaches_a_record(void) {
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        SCOPED(buf_finish) struct buf source = BUF_INIT(1024);
        SCOPED(buf_finish) struct buf scrubbed = BUF_INIT(1 << 20);
        struct json_value value;
        struct error error;
        buf_append_format(&source, "%s.amazonaws.com", planted[i].service);
        struct call call = {.event_source = buf_str(&source), .casing = CALL_WIRE};
        EXPECT(json_parse(parser, str_from(planted[i].sent), &value, &error));
        call_append_scrubbed(&scrubbed, &call, value);
        bool is_clean = str_find(buf_str(&scrubbed), STR_LITERAL("CANARY")) == SIZE_MAX &&
                        str_find(buf_str(&scrubbed), str_from(planted[i].kept)) != SIZE_MAX;
        if (!is_clean)
            printf(
                "# %s: %s\n#  becomes %.*s\n", planted[i].service, planted[i].sent, STR(buf_str(&scrubbed)));
        EXPECT(is_clean);
    }
}

static void truths_are_no_secrets(void) {
    EXPECT(scrubs("iam", "{\"allowUsersToChangePassword\":true,\"hardExpiry\":false}",
        "{\"allowUsersToChangePassword\":true,\"hardExpiry\":false}"));
}

/* A text is JSON here, so its own quotes are escaped. */
static void secrets_inside_of_texts_are_covered_and_nothing_else(void) {
    static const struct {
        const char *text, *covered;
    } texts[] = {
        {"Server=db;Password=CANARY;Port=1", "Server=db;Password=" HIDDEN_TEXT ";Port=1"},
        {"user=u&password=CANARY&x=1", "user=u&password=" HIDDEN_TEXT "&x=1"},
        {"postgres://u:CANARY@db:5432/x", "postgres://u:" HIDDEN_TEXT "@db:5432/x"},
        {"{\\\"user\\\":\\\"u\\\",\\\"password\\\":\\\"CANARY\\\",\\\"n\\\":1}",
            "{\\\"user\\\":\\\"u\\\",\\\"password\\\":\\\"" HIDDEN_TEXT "\\\",\\\"n\\\":1}"},
        {"{\\\"SecretAccessKey\\\" : \\\"CAN\\\\\\\"ARY\\\"}",
            "{\\\"SecretAccessKey\\\" : \\\"" HIDDEN_TEXT "\\\"}"},
        {"a: 1\\npassword: CANARY\\nb: 2", "a: 1\\npassword: " HIDDEN_TEXT "\\nb: 2"},
        {"Authorization: Bearer CANARY", "Authorization: " HIDDEN_TEXT},
        {"-----BEGIN RSA PRIVATE KEY-----\\nCANARY\\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----" HIDDEN_TEXT "-----END RSA PRIVATE KEY-----"},
        {"see <https://h/k?a=1&X-Amz-Signature=CANARY&b=CANARY> and more",
            "see <https://h/k?" HIDDEN_TEXT "> and more"},
        {"/b/k?X-Amz-Security-Token=CANARY", "/b/k?X-Amz-Security-Token=" HIDDEN_TEXT},
        {"X-Amz-Signature=CANARY", "X-Amz-Signature=" HIDDEN_TEXT},
        {"u%3Fx%26X-Amz-Security-Token%3DCANARY", "u%3Fx%26X-Amz-Security-Token%3D" HIDDEN_TEXT},
        {"arn:aws:secretsmanager:eu-west-1:1:secret:x", "arn:aws:secretsmanager:eu-west-1:1:secret:x"},
        {"{\\\"Action\\\":\\\"iam:ChangePassword\\\"}", "{\\\"Action\\\":\\\"iam:ChangePassword\\\"}"},
        {"{\\\"password\\\":null,\\\"secret\\\":{}}", "{\\\"password\\\":null,\\\"secret\\\":{}}"},
        {"https://host:8443/a?b=c", "https://host:8443/a?b=c"},
        {"password=", "password="},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SCOPED(buf_finish) struct buf sent = BUF_INIT(4096);
        SCOPED(buf_finish) struct buf recorded = BUF_INIT(4096);
        buf_append_format(&sent, "{\"x\":\"%s\"}", texts[i].text);
        buf_append_format(&recorded, "{\"x\":\"%s\"}", texts[i].covered);
        EXPECT(scrubs("anything", sent.data, recorded.data));
    }
}

/* The names of objects and items are exact, whatever they look like. */
static void keys_of_objects_are_not_read_as_texts(void) {
    EXPECT(scrubs("s3", "{\"key\":\"year=1/password=2/x\"}", "{\"key\":\"year=1/password=2/x\"}"));
    EXPECT(scrubs("s3", "{\"x-amz-copy-source\":\"b/k?X-Amz-Signature=s\"}",
        "{\"x-amz-copy-source\":\"b/k?" HIDDEN_TEXT "\"}"));
}

int main(void) {
    parser = json_parser_create();
    TEST(first_letters_are_lowered_and_only_those);
    TEST(s3_keeps_its_own_names);
    TEST(names_that_callers_chose_stay_as_they_are);
    TEST(of_members_of_one_name_the_last_is_recorded);
    TEST(numbers_and_truths_keep_their_kind);
    TEST(secrets_of_every_service_are_covered);
    TEST(an_escaped_name_hides_no_secret);
    TEST(a_secret_that_is_null_is_none);
    TEST(the_query_of_a_signed_address_is_cut);
    TEST(no_kind_of_secret_reaches_a_record);
    TEST(truths_are_no_secrets);
    TEST(secrets_inside_of_texts_are_covered_and_nothing_else);
    TEST(keys_of_objects_are_not_read_as_texts);
    TEST(an_entry_may_hide_more_members);
    TEST(what_is_no_list_of_members_to_hide_is_refused);
    json_parser_destroy(parser);
    return tap_done();
}
