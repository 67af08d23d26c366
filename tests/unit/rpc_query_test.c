/* SPDX-License-Identifier: Apache-2.0 */
/* Query calls: parameters and results as JSON would have them, sessions that were handed out. */
#include "base/own.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct arena arena;

static struct protocol_call read_exchange(const char *request_text, const char *reply) {
    return exchange_of(&arena, request_text, reply);
}

#define FORM "POST /\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n"
#define IAM  FORM EXCHANGE_SIGNED("iam") "\n"
#define SQS  FORM EXCHANGE_SIGNED("sqs") "\n"
#define STS  FORM EXCHANGE_SIGNED("sts") "\n"
#define RDS  FORM EXCHANGE_SIGNED("rds") "\n"

static void parameters_become_what_json_would_have(void) {
    static const struct {
        const char *request, *operation, *parameters;
    } cases[] = {
        {IAM "Action=CreateRole&Version=2010-05-08&RoleName=r&Path=%2F&MaxSessionDuration=3600&"
             "Tags.member.1.Key=a&Tags.member.1.Value=true&Tags.member.2.Key=b+c&Tags.member.2.Value=",
            "CreateRole",
            "{\"roleName\":\"r\",\"path\":\"/"
            "\",\"maxSessionDuration\":3600,\"tags\":[{\"key\":\"a\",\"value\":"
            "\"true\"},{\"key\":\"b c\",\"value\":\"\"}]}"},
        {RDS "Action=DescribeDBInstances&Filters.Filter.1.Name=id&Filters.Filter.1.Values.Value.1=x&"
             "Filters.Filter.1.Values.Value.2=y&PubliclyAccessible=false&Port=3306",
            "DescribeDBInstances",
            "{\"filters\":[{\"name\":\"id\",\"values\":[\"x\",\"y\"]}],\"publiclyAccessible\":false,\"port\":"
            "3306}"},
        {SQS "Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=k&"
             "Tag.1.Value=v",
            "CreateQueue",
            "{\"queueName\":\"q\",\"attributes\":{\"DelaySeconds\":\"5\"},\"tags\":{\"k\":\"v\"}}"},
        {FORM EXCHANGE_SIGNED("sns") "\nAction=CreateTopic&Name=t&Attributes.entry.1.key=Policy&"
                                     "Attributes.entry.1.value=p",
            "CreateTopic", "{\"name\":\"t\",\"attributes\":{\"Policy\":\"p\"}}"},
        {"GET /?Action=GetUser&Version=2010-05-08&UserName=u&X-Amz-Signature=canary&X-Amz-Credential="
         "AKIAEXAMPLE%2F20260302%2Fus-east-1%2Fiam%2Faws4_request&X-Amz-Algorithm=AWS4-HMAC-SHA256\n",
            "GetUser", "{\"userName\":\"u\"}"},
        {STS "Action=GetCallerIdentity&Version=2011-06-15", "GetCallerIdentity", ""},
        {STS "Version=2011-06-15&Action=Bad%20Name", "Unknown", ""},
        {IAM "Action=A&ARNs.member.1=x&UserName=u&UserName=v&&=z&Name", "A",
            "{\"aRNs\":[\"x\"],\"userName\":\"u\",\"userName\":\"v\",\"name\":\"\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].request, "200");
        EXPECT(call.kind == PROTOCOL_QUERY && call.casing == CALL_CASED);
        EXPECT(is_text("operation", call.operation, cases[i].operation));
        EXPECT(is_text("parameters", call.parts[0].request.json, cases[i].parameters));
    }
}

/* As real records of IAM and RDS have them. */
static void results_become_what_records_have(void) {
    static const struct {
        const char *request, *reply, *result;
    } cases[] = {
        {IAM "Action=CreateInstanceProfile&InstanceProfileName=p",
            "200\n\n<CreateInstanceProfileResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">"
            "<CreateInstanceProfileResult><InstanceProfile><Path>/</Path><Arn>a</Arn><CreateDate>"
            "2023-07-10T11:55:10Z</CreateDate><Roles/><Tags><member><Key>k</Key><Value>true</Value></member>"
            "</Tags></InstanceProfile></CreateInstanceProfileResult><ResponseMetadata><RequestId>r-2</"
            "RequestId>"
            "</ResponseMetadata></CreateInstanceProfileResponse>",
            "{\"instanceProfile\":{\"path\":\"/\",\"arn\":\"a\",\"createDate\":\"Jul 10, 2023 11:55:10 AM\","
            "\"roles\":[],\"tags\":[{\"key\":\"k\",\"value\":\"true\"}]}}"},
        {RDS "Action=DeleteDBInstance&DBInstanceIdentifier=d",
            "200\n\n<DeleteDBInstanceResponse><DeleteDBInstanceResult><DBInstance><AllocatedStorage>10"
            "</AllocatedStorage><MultiAZ>false</MultiAZ><PendingModifiedValues><MasterUserPassword>canary"
            "</MasterUserPassword></PendingModifiedValues><DBSecurityGroups/><VpcSecurityGroups>"
            "<VpcSecurityGroupMembership><Status>active</Status></VpcSecurityGroupMembership></"
            "VpcSecurityGroups>"
            "</DBInstance></DeleteDBInstanceResult></DeleteDBInstanceResponse>",
            "{\"allocatedStorage\":10,\"multiAZ\":false,\"pendingModifiedValues\":{\"masterUserPassword\":"
            "\"HIDDEN_DUE_TO_SECURITY_REASONS\"},\"dBSecurityGroups\":[],\"vpcSecurityGroups\":[{\"status\":"
            "\"active\"}]}"},
        {IAM "Action=DeleteUser&UserName=u",
            "200\n\n<DeleteUserResponse><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
            "</DeleteUserResponse>",
            ""},
        {SQS "Action=SendMessageBatch&QueueUrl=q&SendMessageBatchRequestEntry.1.Id=1&"
             "SendMessageBatchRequestEntry.1.MessageBody=canary",
            "200\n\n<SendMessageBatchResponse><SendMessageBatchResult><SendMessageBatchResultEntry><Id>1</Id>"
            "<MessageId>m</MessageId></SendMessageBatchResultEntry><BatchResultErrorEntry><Id>2</Id>"
            "<SenderFault>true</SenderFault></BatchResultErrorEntry></SendMessageBatchResult>"
            "</SendMessageBatchResponse>",
            "{\"successful\":[{\"id\":\"1\",\"messageId\":\"m\"}],\"failed\":[{\"id\":\"2\",\"senderFault\":"
            "true}]}"},
        {IAM "Action=A", "200\n\n<not closed", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].request, cases[i].reply);
        EXPECT(is_text("result", call.parts[0].response.json, cases[i].result));
    }
    EXPECT(is_text("request id", read_exchange(cases[0].request, cases[0].reply).request_id, "r-2"));
}

static void batches_list_their_entries(void) {
    struct protocol_call call = read_exchange(SQS
        "Action=DeleteMessageBatch&QueueUrl=q&DeleteMessageBatchRequestEntry.1.Id=1&"
        "DeleteMessageBatchRequestEntry.1.ReceiptHandle=h&DeleteMessageBatchRequestEntry.2.Id=2",
        "200");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"queueUrl\":\"q\",\"entries\":[{\"id\":\"1\",\"receiptHandle\":\"h\"},{\"id\":\"2\"}]}"));
}

static void payloads_never_reach_a_part(void) {
    static const char *const requests[] = {
        FORM EXCHANGE_SIGNED("sns") "\nAction=Publish&TopicArn=t&Message=canary&Subject=canary&"
                                    "MessageAttributes.entry.1.Name=n&"
                                    "MessageAttributes.entry.1.Value.StringValue=canary",
        FORM EXCHANGE_SIGNED("sns") "\nAction=PublishBatch&PublishBatchRequestEntries.member.1.Id=1&"
                                    "PublishBatchRequestEntries.member.1.Message=canary",
        SQS "Action=SendMessage&MessageBody=canary&MessageAttribute.1.Value.StringValue=canary",
        SQS "Action=SendMessageBatch&SendMessageBatchRequestEntry.1.MessageBody=canary&"
            "SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=canary",
        IAM "Action=CreateLoginProfile&Password=canary",
        STS "Action=AssumeRoleWithWebIdentity&WebIdentityToken=canary",
        STS "Action=AssumeRole&TokenCode=canary",
        RDS "Action=CreateDBInstance&MasterUserPassword=canary",
        FORM EXCHANGE_SIGNED("cloudformation") "\nAction=CreateStack&Parameters.member.1.ParameterKey=k&"
                                               "Parameters.member.1.ParameterValue=canary",
        FORM EXCHANGE_SIGNED("autoscaling") "\nAction=CreateLaunchConfiguration&UserData=canary",
        IAM "Action=A&AWSAccessKeyId=canary&Signature=canary&SecurityToken=canary",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct protocol_call call = read_exchange(requests[i], "200");
        EXPECT(str_find(call.parts[0].request.json, STR_LITERAL("canary")) == SIZE_MAX);
    }
}

/* The names are those of the errors' types where records have these. */
static void errors_have_the_names_of_records(void) {
    static const struct {
        const char *request, *code, *recorded;
    } cases[] = {
        {IAM "Action=DeleteLoginProfile", "NoSuchEntity", "NoSuchEntityException"},
        {RDS "Action=DeleteDBInstance", "InvalidDBInstanceState", "InvalidDBInstanceStateFault"},
        {STS "Action=AssumeRole", "AccessDenied", "AccessDenied"},
        {STS "Action=AssumeRole", "InvalidClientTokenId", "InvalidClientTokenId"},
        {STS "Action=AssumeRole", "ExpiredTokenException", "ExpiredTokenException"},
        {SQS "Action=A", "AWS.SimpleQueueService.NonExistentQueue",
            "AWS.SimpleQueueService.NonExistentQueue"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str reply = arena_format(&arena,
            "400\n\n<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>m &amp; "
            "n</Message></Error>"
            "<RequestId>r-3</RequestId></ErrorResponse>",
            cases[i].code);
        struct protocol_call call = read_exchange(cases[i].request, reply.data);
        EXPECT(is_text("code", call.error_code, cases[i].recorded));
        EXPECT(is_text("message", call.error_message, "m & n") && str_is(call.request_id, "r-3"));
    }
}

static void the_version_tells_whose_an_unsigned_call_is(void) {
    struct protocol_call call =
        read_exchange(FORM "\nAction=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r", "200");
    EXPECT(str_is(call.event_source, "sts.amazonaws.com") && str_is(call.service, "sts"));
    call = read_exchange(FORM "\nAction=ListUsers&Action=ListUsers&Version=2010-05-08", "200");
    EXPECT(!call.is_ambiguous && str_is(call.operation, "ListUsers"));
    call = read_exchange(FORM "\nAction=ListUsers&Version=2010-05-08&Action=DeleteUser", "200");
    EXPECT(call.is_ambiguous && str_is(call.operation, "Unknown"));
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    buf_append_text(&text, FORM "\nAction=ListUsers&Version=2010-05-08");
    for (int i = 0; i < 30000; i++)
        buf_append_format(&text, "&a%d=", i);
    buf_append_text(&text, "&%41c%74ion=DeleteUser");
    buf_append_char(&text, '\0');
    EXPECT(read_exchange(text.data, "200").is_ambiguous);
    call = read_exchange(FORM "\nAction=RunInstances&Version=2016-11-15&ImageId=i", "200");
    EXPECT(call.kind == PROTOCOL_EC2 && str_is(call.service, "ec2"));
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"instancesSet\":{\"items\":[{\"imageId\":\"i\"}]},\"blockDeviceMapping\":{}}"));
    call = read_exchange(
        FORM "\nAction=A&Version=2012-11-05&AWSAccessKeyId=AKIAOLD&Signature=x&SignatureVersion=2", "200");
    EXPECT(call.claim.signature == PROTOCOL_SIGV2 && str_is(call.claim.access_key_id, "AKIAOLD"));
}

/* ---- sessions ---- */

#define CREDENTIALS                                                                                          \
    "<Credentials><AccessKeyId>ASIANEW</AccessKeyId><SecretAccessKey>canary</SecretAccessKey>"               \
    "<SessionToken>token</SessionToken><Expiration>2026-11-23T08:10:00Z</Expiration></Credentials>"

static void a_role_session_is_told_with_its_issuer(void) {
    struct protocol_call call = read_exchange(STS
        "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A210987654321%3Arole%2Fteam%2FDeployer&"
        "RoleSessionName=ci&SerialNumber=mfa-1&TokenCode=123456&SourceIdentity=ada",
        "200\n\n<AssumeRoleResponse><AssumeRoleResult>" CREDENTIALS
        "<AssumedRoleUser><AssumedRoleId>AROAX:ci</AssumedRoleId><Arn>arn:aws:sts::210987654321:assumed-role/"
        "Deployer/ci</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>");
    const struct protocol_session *session = call.session;
    EXPECT(session != NULL);
    if (session == NULL)
        return;
    EXPECT(str_is(session->access_key_id, "ASIANEW") && str_is(session->type, "AssumedRole"));
    EXPECT_INT(session->expires_at.ms, INT64_C(1795421400000));
    EXPECT(str_is(session->principal_id, "AROAX:ci") && str_is(session->account, "210987654321"));
    EXPECT(str_is(session->arn, "arn:aws:sts::210987654321:assumed-role/Deployer/ci"));
    EXPECT(str_is(session->issuer_type, "Role") && str_is(session->issuer_principal_id, "AROAX"));
    EXPECT(str_is(session->issuer_arn, "arn:aws:iam::210987654321:role/team/Deployer"));
    EXPECT(str_is(session->issuer_account, "210987654321") && str_is(session->issuer_user_name, "Deployer"));
    EXPECT(str_is(session->mfa_serial, "mfa-1") && str_is(session->source_identity, "ada"));
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"credentials\":{\"accessKeyId\":\"ASIANEW\",\"sessionToken\":\"token\",\"expiration\":"
        "\"Nov 23, 2026, 8:10:00 AM\"},\"assumedRoleUser\":{\"assumedRoleId\":\"AROAX:ci\",\"arn\":"
        "\"arn:aws:sts::210987654321:assumed-role/Deployer/ci\"}}"));
}

static void other_keys_are_told_with_what_is_known(void) {
    struct protocol_call call = read_exchange(STS "Action=GetSessionToken",
        "200\n\n<R><GetSessionTokenResult>" CREDENTIALS "</GetSessionTokenResult></R>");
    EXPECT(call.session != NULL && str_is(call.session->access_key_id, "ASIANEW"));
    EXPECT(call.session != NULL && call.session->type.size == 0 && call.session->arn.size == 0);
    call = read_exchange(STS "Action=GetFederationToken&Name=bob",
        "200\n\n<R><GetFederationTokenResult>" CREDENTIALS "<FederatedUser><Arn>arn:aws:sts::210987654321:"
        "federated-user/bob</Arn><FederatedUserId>210987654321:bob</FederatedUserId></FederatedUser>"
        "</GetFederationTokenResult></R>");
    EXPECT(call.session != NULL && str_is(call.session->type, "FederatedUser"));
    EXPECT(call.session != NULL && str_is(call.session->principal_id, "210987654321:bob"));
    call = read_exchange(IAM "Action=CreateAccessKey&UserName=ada",
        "200\n\n<R><CreateAccessKeyResult><AccessKey><UserName>ada</UserName><AccessKeyId>AKIANEW</"
        "AccessKeyId>"
        "<Status>Active</Status><SecretAccessKey>canary</SecretAccessKey></AccessKey></CreateAccessKeyResult>"
        "</R>");
    EXPECT(call.session != NULL && str_is(call.session->access_key_id, "AKIANEW"));
    EXPECT(call.session != NULL && call.session->expires_at.ms == MOMENT_NONE.ms);
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"accessKey\":{\"userName\":\"ada\",\"accessKeyId\":\"AKIANEW\",\"status\":\"Active\"}}"));
}

static void what_hands_out_no_key_teaches_nothing(void) {
    EXPECT(read_exchange(
               STS "Action=AssumeRole", "403\n\n<R><AssumeRoleResult>" CREDENTIALS "</AssumeRoleResult></R>")
               .session == NULL);
    EXPECT(read_exchange(STS "Action=GetCallerIdentity", "200\n\n<R><XResult>" CREDENTIALS "</XResult></R>")
               .session == NULL);
    EXPECT(read_exchange(
               SQS "Action=AssumeRole", "200\n\n<R><AssumeRoleResult>" CREDENTIALS "</AssumeRoleResult></R>")
               .session == NULL);
    EXPECT(read_exchange(STS "Action=AssumeRole", "200\n\n<R><AssumeRoleResult/></R>").session == NULL);
}

static void too_many_parameters_are_left_out_and_said_so(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    buf_append_text(&text, IAM "Action=A");
    for (int i = 0; i < 9000; i++)
        buf_append_format(&text, "&N.member.%d=x", i);
    struct protocol_call call = read_exchange(text.data, "200");
    EXPECT(is_text("operation", call.operation, "A"));
    EXPECT(str_starts_with(call.parts[0].request.json,
        STR_LITERAL("{\"reason\":\"requestParameters too large\",\"omitted\":true")));
}

int main(void) {
    TEST(parameters_become_what_json_would_have);
    TEST(results_become_what_records_have);
    TEST(batches_list_their_entries);
    TEST(payloads_never_reach_a_part);
    TEST(errors_have_the_names_of_records);
    TEST(the_version_tells_whose_an_unsigned_call_is);
    TEST(a_role_session_is_told_with_its_issuer);
    TEST(other_keys_are_told_with_what_is_known);
    TEST(what_hands_out_no_key_teaches_nothing);
    TEST(too_many_parameters_are_left_out_and_said_so);
    arena_finish(&arena);
    return tap_done();
}
