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

#define HIDDEN "\"HIDDEN_DUE_TO_SECURITY_REASONS\""

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

int main(void) {
    parser = json_parser_create();
    TEST(first_letters_are_lowered_and_only_those);
    TEST(s3_keeps_its_own_names);
    TEST(names_that_callers_chose_stay_as_they_are);
    TEST(numbers_and_truths_keep_their_kind);
    TEST(secrets_of_every_service_are_covered);
    TEST(an_escaped_name_hides_no_secret);
    TEST(a_secret_that_is_null_is_none);
    TEST(the_query_of_a_signed_address_is_cut);
    TEST(an_entry_may_hide_more_members);
    TEST(what_is_no_list_of_members_to_hide_is_refused);
    json_parser_destroy(parser);
    return tap_done();
}
