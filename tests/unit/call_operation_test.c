/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations: name, effect and category of calls as CloudTrail tells them. */
#include "call/call.h"
#include "call/operation.h"
#include "support/tap.h"

#include <string.h>

static void every_row_is_found_once(void) {
    const struct call_operation *operations;
    size_t count = call_operations(&operations), trail_count = 0, s3_count = 0;
    for (size_t i = 0; i < count; i++) {
        EXPECT(call_operation_find(str_from(operations[i].event_source), str_from(operations[i].name)) ==
               &operations[i]);
        trail_count += strcmp(operations[i].event_source, "cloudtrail.amazonaws.com") == 0;
        s3_count += strcmp(operations[i].event_source, "s3.amazonaws.com") == 0;
    }
    EXPECT_INT(trail_count, 60);
    EXPECT(s3_count >= 110 && count >= 450);
}

static void rows_are_sorted_by_source_and_name(void) {
    const struct call_operation *operations;
    size_t count = call_operations(&operations);
    for (size_t i = 1; i < count; i++) {
        int order = strcmp(operations[i - 1].event_source, operations[i].event_source);
        if (order == 0)
            order = strcmp(operations[i - 1].name, operations[i].name);
        bool is_s3 = strcmp(operations[i - 1].event_source, "s3.amazonaws.com") == 0;
        EXPECT(order < 0 || is_s3);
    }
}

enum { READ = 1, WRITE = 0, DATA = 1, MANAGEMENT = 0 };

/* From "Logging data events" of CloudTrail's guide, the services' guides, and real records. */
static const struct {
    const char *service, *name, *event_name;
    bool is_read, is_data;
} known[] = {
    {"dynamodb", "GetItem", "GetItem", READ, DATA},
    {"dynamodb", "Query", "Query", READ, DATA},
    {"dynamodb", "Scan", "Scan", READ, DATA},
    {"dynamodb", "BatchGetItem", "BatchGetItem", READ, DATA},
    {"dynamodb", "TransactGetItems", "TransactGetItems", READ, DATA},
    {"dynamodb", "PutItem", "PutItem", WRITE, DATA},
    {"dynamodb", "BatchWriteItem", "BatchWriteItem", WRITE, DATA},
    {"dynamodb", "CreateTable", "CreateTable", WRITE, MANAGEMENT},
    {"dynamodb", "DescribeTable", "DescribeTable", READ, MANAGEMENT},
    {"lambda", "Invoke", "Invoke", WRITE, DATA},
    {"lambda", "CreateFunction", "CreateFunction20150331", WRITE, MANAGEMENT},
    {"lambda", "UpdateFunctionCode", "UpdateFunctionCode20150331v2", WRITE, MANAGEMENT},
    {"lambda", "GetFunction", "GetFunction20150331v2", READ, MANAGEMENT},
    {"lambda", "ListFunctions", "ListFunctions20150331", READ, MANAGEMENT},
    {"lambda", "TagResource", "TagResource20170331v2", WRITE, MANAGEMENT},
    {"lambda", "PublishLayerVersion", "PublishLayerVersion20181031", WRITE, MANAGEMENT},
    {"lambda", "CreateFunctionUrlConfig", "CreateFunctionUrlConfig", WRITE, MANAGEMENT},
    {"sqs", "SendMessage", "SendMessage", WRITE, DATA},
    {"sqs", "ReceiveMessage", "ReceiveMessage", READ, DATA},
    {"sqs", "DeleteMessageBatch", "DeleteMessageBatch", WRITE, DATA},
    {"sqs", "GetQueueUrl", "GetQueueUrl", READ, MANAGEMENT},
    {"sqs", "PurgeQueue", "PurgeQueue", WRITE, MANAGEMENT},
    {"sns", "Publish", "Publish", WRITE, DATA},
    {"sns", "Subscribe", "Subscribe", WRITE, MANAGEMENT},
    {"kinesis", "PutRecords", "PutRecords", WRITE, DATA},
    {"kinesis", "GetShardIterator", "GetShardIterator", READ, DATA},
    {"kinesis", "CreateStream", "CreateStream", WRITE, MANAGEMENT},
    {"kms", "Encrypt", "Encrypt", READ, MANAGEMENT},
    {"kms", "Decrypt", "Decrypt", READ, MANAGEMENT},
    {"kms", "GenerateDataKey", "GenerateDataKey", READ, MANAGEMENT},
    {"kms", "CreateGrant", "CreateGrant", WRITE, MANAGEMENT},
    {"secretsmanager", "GetSecretValue", "GetSecretValue", READ, MANAGEMENT},
    {"secretsmanager", "PutSecretValue", "PutSecretValue", WRITE, MANAGEMENT},
    {"ssm", "GetParametersByPath", "GetParametersByPath", READ, MANAGEMENT},
    {"ssm", "SendCommand", "SendCommand", WRITE, MANAGEMENT},
    {"sts", "AssumeRole", "AssumeRole", READ, MANAGEMENT},
    {"sts", "GetCallerIdentity", "GetCallerIdentity", READ, MANAGEMENT},
    {"iam", "SimulatePrincipalPolicy", "SimulatePrincipalPolicy", READ, MANAGEMENT},
    {"iam", "CreateAccessKey", "CreateAccessKey", WRITE, MANAGEMENT},
    {"ec2", "RunInstances", "RunInstances", WRITE, MANAGEMENT},
    {"ec2", "DescribeInstances", "DescribeInstances", READ, MANAGEMENT},
    {"logs", "FilterLogEvents", "FilterLogEvents", READ, MANAGEMENT},
    {"logs", "StartQuery", "StartQuery", READ, MANAGEMENT},
    {"cloudformation", "ValidateTemplate", "ValidateTemplate", READ, MANAGEMENT},
    {"events", "PutEvents", "PutEvents", WRITE, DATA},
    {"monitoring", "PutMetricData", "PutMetricData", WRITE, DATA},
    {"monitoring", "PutMetricAlarm", "PutMetricAlarm", WRITE, MANAGEMENT},
    {"ecr", "BatchGetImage", "BatchGetImage", READ, MANAGEMENT},
    {"athena", "StartQueryExecution", "StartQueryExecution", WRITE, MANAGEMENT},
    {"rdsdata", "ExecuteStatement", "ExecuteStatement", WRITE, DATA},
    {"bedrock", "InvokeModel", "InvokeModel", READ, MANAGEMENT},
    {"bedrock", "InvokeAgent", "InvokeAgent", WRITE, DATA},
};

static void calls_are_told_apart_as_aws_does(void) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char source[64];
        (void)snprintf(source, sizeof source, "%s.amazonaws.com", known[i].service);
        struct str name = str_from(known[i].name);
        const struct call_operation *row = call_operation_find(str_from(source), name);
        bool shows = call_shows_response(str_from(source), name);
        bool is_so = row != NULL ? row->is_read == known[i].is_read && row->is_data == known[i].is_data &&
                                       strcmp(row->event_name, known[i].event_name) == 0
                                 : !known[i].is_data && shows != known[i].is_read &&
                                       strcmp(known[i].name, known[i].event_name) == 0;
        if (!is_so)
            printf("# %s %s\n", known[i].service, known[i].name);
        EXPECT(is_so);
    }
}

static void a_name_is_a_reads_only_where_it_begins_with_the_whole_word(void) {
    struct str source = STR_LITERAL("new.amazonaws.com");
    EXPECT(!call_shows_response(source, STR_LITERAL("ListThings")));
    EXPECT(!call_shows_response(source, STR_LITERAL("BatchGetThings")));
    EXPECT(!call_shows_response(source, STR_LITERAL("Search")));
    EXPECT(call_shows_response(source, STR_LITERAL("Listen")));
    EXPECT(call_shows_response(source, STR_LITERAL("Countersign")));
    EXPECT(call_shows_response(source, STR_LITERAL("MakeList")));
    EXPECT(call_shows_response(source, STR_EMPTY));
}

static void only_some_reads_show_their_response(void) {
    EXPECT(call_shows_response(STR_LITERAL("sts.amazonaws.com"), STR_LITERAL("AssumeRole")));
    EXPECT(!call_shows_response(STR_LITERAL("sts.amazonaws.com"), STR_LITERAL("GetCallerIdentity")));
    EXPECT(!call_shows_response(STR_LITERAL("kms.amazonaws.com"), STR_LITERAL("GenerateDataKey")));
    EXPECT(call_shows_response(STR_LITERAL("s3.amazonaws.com"), STR_LITERAL("CreateSession")));
    EXPECT(call_operation_find(STR_LITERAL("s3.amazonaws.com"), STR_LITERAL("CreateTrail")) == NULL);
}

int main(void) {
    TEST(every_row_is_found_once);
    TEST(rows_are_sorted_by_source_and_name);
    TEST(calls_are_told_apart_as_aws_does);
    TEST(a_name_is_a_reads_only_where_it_begins_with_the_whole_word);
    TEST(only_some_reads_show_their_response);
    return tap_done();
}
