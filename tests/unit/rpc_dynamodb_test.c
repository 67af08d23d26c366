/* SPDX-License-Identifier: Apache-2.0 */
/* DynamoDB calls: of items nothing but their keys, and only where these are known. */
#include "base/own.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct arena arena;

static struct protocol_call read_with(
    struct protocol_keys *keys, const char *operation, const char *json, const char *reply) {
    struct bytes body;
    struct str text = arena_format(&arena, "POST /\nX-Amz-Target: DynamoDB_20120810.%s\n%s\n%s", operation,
        EXCHANGE_SIGNED("dynamodb"), json);
    struct protocol_request request = exchange_request(&arena, text, &body);
    return exchange_read_with(&arena, keys, &request, body, str_from(reply));
}

static struct protocol_call read_exchange(const char *operation, const char *json, const char *reply) {
    return read_with(NULL, operation, json, reply);
}

static void a_key_is_recorded_with_plain_values(void) {
    struct protocol_call call = read_exchange("GetItem",
        "{\"TableName\":\"Music\",\"Key\":{\"Artist\":{\"S\":\"a\"},\"Year\":{\"N\":\"12\"}},"
        "\"ConsistentRead\":true,"
        "\"ProjectionExpression\":\"#a\",\"ExpressionAttributeNames\":{\"#a\":\"Album\"}}",
        "200\n\n{\"Item\":{\"Album\":{\"S\":\"canary\"}}}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"tableName\":\"Music\",\"key\":{\"Artist\":\"a\",\"Year\":\"12\"},\"consistentRead\":true,"
        "\"projectionExpression\":\"#a\",\"expressionAttributeNames\":{\"#a\":\"Album\"}}"));
    EXPECT(
        call.casing == CALL_CASED && str_is(call.table, "Music") && str_is(call.api_version, "2012-08-10"));
    EXPECT(call.parts[0].response.json.size == 0 && call.reply_bytes_max == 0);
    EXPECT_INT(call.parts[0].resource_count, 1);
    EXPECT(is_text("type", call.parts[0].resources[0].type, "AWS::DynamoDB::Table"));
    EXPECT(is_text("table", call.parts[0].resources[0].arn, "arn:aws:dynamodb:eu-west-1::table/Music"));
}

static void a_table_may_be_named_by_its_arn(void) {
    struct protocol_call call = read_exchange(
        "Scan", "{\"TableName\":\"arn:aws:dynamodb:eu-west-1:210987654321:table/Music\"}", "200");
    EXPECT(str_is(call.table, "Music"));
    EXPECT(is_text(
        "table", call.parts[0].resources[0].arn, "arn:aws:dynamodb:eu-west-1:210987654321:table/Music"));
    EXPECT(is_text("account", call.parts[0].resources[0].account, "210987654321"));
}

static void values_never_reach_a_part(void) {
    static const struct {
        const char *operation, *json;
    } cases[] = {
        {"PutItem", "{\"TableName\":\"T\",\"Item\":{\"a\":{\"S\":\"canary\"}},\"Expected\":{\"a\":{\"Value\":"
                    "{\"S\":\"canary\"}}}}"},
        {"UpdateItem",
            "{\"TableName\":\"T\",\"Key\":{\"i\":{\"S\":\"1\"}},\"UpdateExpression\":\"SET a = :v\","
            "\"ExpressionAttributeValues\":{\":v\":{\"S\":\"canary\"}},\"AttributeUpdates\":{\"a\":"
            "{\"Value\":{\"S\":\"canary\"}}}}"},
        {"Query",
            "{\"TableName\":\"T\",\"KeyConditions\":{\"a\":{\"AttributeValueList\":[{\"S\":\"canary\"}]}},"
            "\"ExclusiveStartKey\":{\"x\":{\"S\":\"canary\"}}}"},
        {"Scan",
            "{\"TableName\":\"T\",\"ScanFilter\":{\"a\":{\"AttributeValueList\":[{\"S\":\"canary\"}]}}}"},
        {"BatchWriteItem",
            "{\"RequestItems\":{\"T\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"canary\"}}}}]}}"},
        {"TransactWriteItems", "{\"TransactItems\":[{\"Put\":{\"TableName\":\"T\",\"Item\":{\"a\":{\"S\":"
                               "\"canary\"}},\"ExpressionAttributeValues\":{\":a\":{\"S\":\"canary\"}}}}]}"},
        {"ExecuteStatement", "{\"Statement\":\"SELECT * FROM T WHERE a='canary'\",\"Parameters\":[{\"S\":"
                             "\"canary\"}]}"},
        {"BatchExecuteStatement", "{\"Statements\":[{\"Statement\":\"INSERT INTO T VALUE {'a':'canary'}\","
                                  "\"Parameters\":[{\"S\":\"canary\"}]}]}"},
        {"GetItem",
            "{\"TableName\":\"T\",\"Key\":{\"a\":{\"S\":\"canary\"},\"b\":{\"S\":\"canary\"},\"c\":{\"S\":"
            "\"canary\"}}}"},
        {"GetItem", "{\"TableName\":\"T\",\"Key\":{\"a\":{\"M\":{\"x\":{\"S\":\"canary\"}}}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct protocol_call call = read_exchange(cases[i].operation, cases[i].json, "200");
        bool is_clean = str_find(call.parts[0].request.json, STR_LITERAL("canary")) == SIZE_MAX;
        EXPECT(is_clean && call.parts[0].request.json.size > 0);
        if (!is_clean)
            printf("# %s: %.*s\n", cases[i].operation, STR(call.parts[0].request.json));
    }
}

static const char put[] =
    "{\"TableName\":\"Music\",\"Item\":{\"Artist\":{\"S\":\"a\"},\"Song\":{\"S\":\"s\"},"
    "\"Text\":{\"S\":\"canary\"}}}";

static void an_items_keys_are_learned_from_the_schema(void) {
    struct protocol_keys *keys = protocol_keys_create();
    EXPECT(is_text(
        "before", read_with(keys, "PutItem", put, "200").parts[0].request.json, "{\"tableName\":\"Music\"}"));
    IGNORE(read_with(keys, "DescribeTable", "{\"TableName\":\"Music\"}",
               "200\n\n{\"Table\":{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"Artist\","
               "\"KeyType\":"
               "\"HASH\"},{\"AttributeName\":\"Song\",\"KeyType\":\"RANGE\"}]}}")
               .part_count,
        "it teaches");
    EXPECT(is_text("after", read_with(keys, "PutItem", put, "200").parts[0].request.json,
        "{\"tableName\":\"Music\",\"key\":{\"Artist\":\"a\",\"Song\":\"s\"}}"));
    IGNORE(read_with(keys, "DeleteTable", "{\"TableName\":\"Music\"}",
               "200\n\n{\"TableDescription\":{\"TableName\":\"Music\"}}")
               .part_count,
        "it makes forget");
    EXPECT(is_text("deleted", read_with(keys, "PutItem", put, "200").parts[0].request.json,
        "{\"tableName\":\"Music\"}"));
    protocol_keys_destroy(keys);
}

static void keys_are_learned_in_passing_but_not_from_refused_calls(void) {
    struct protocol_keys *keys = protocol_keys_create();
    const char *json = "{\"TableName\":\"Music\",\"Key\":{\"Text\":{\"S\":\"x\"}}}";
    EXPECT(
        read_with(keys, "GetItem", json, "400\n\n{\"__type\":\"ValidationException\"}").error_code.size > 0);
    EXPECT(is_text(
        "before", read_with(keys, "PutItem", put, "200").parts[0].request.json, "{\"tableName\":\"Music\"}"));
    json = "{\"TableName\":\"Music\",\"Key\":{\"Artist\":{\"S\":\"x\"}}}";
    EXPECT(read_with(keys, "GetItem", json, "200").error_code.size == 0);
    EXPECT(is_text("after", read_with(keys, "PutItem", put, "200").parts[0].request.json,
        "{\"tableName\":\"Music\",\"key\":{\"Artist\":\"a\"}}"));
    json = "{\"TableName\":\"Music\",\"Key\":{\"Artist\":{\"S\":\"x\"},\"Text\":{\"S\":\"canary\"}}}";
    EXPECT(is_text("foreign", read_with(keys, "GetItem", json, "400").parts[0].request.json,
        "{\"tableName\":\"Music\",\"key\":{\"Artist\":\"x\"}}"));
    protocol_keys_destroy(keys);
}

static void many_tables_are_bounded(void) {
    struct protocol_keys *keys = protocol_keys_create();
    for (int i = 0; i < 10000; i++) {
        struct str json = arena_format(&arena, "{\"TableName\":\"T%d\",\"Key\":{\"k\":{\"S\":\"v\"}}}", i);
        EXPECT(read_with(keys, "DeleteItem", json.data, "200").part_count == 1);
        arena_clear(&arena);
    }
    struct protocol_call call = read_with(keys, "PutItem",
        "{\"TableName\":\"T9999\",\"Item\":{\"k\":{\"S\":\"v\"},\"a\":{\"S\":\"canary\"}}}", "200");
    EXPECT(is_text("newest", call.parts[0].request.json, "{\"tableName\":\"T9999\",\"key\":{\"k\":\"v\"}}"));
    protocol_keys_destroy(keys);
}

static void batches_list_keys_and_what_was_left_undone(void) {
    struct protocol_call call = read_exchange("BatchWriteItem",
        "{\"RequestItems\":{\"A\":[{\"DeleteRequest\":{\"Key\":{\"i\":{\"S\":\"1\"}}}},{\"PutRequest\":{"
        "\"Item\":{"
        "\"i\":{\"S\":\"canary\"}}}}],\"B\":[{\"DeleteRequest\":{\"Key\":{\"i\":{\"S\":\"2\"}}}}]}}",
        "200\n\n{\"UnprocessedItems\":{\"B\":[{\"DeleteRequest\":{\"Key\":{\"i\":{\"S\":\"2\"}}}}]}}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"requestItems\":[{\"operation\":\"Delete\",\"tableName\":\"A\",\"key\":{\"i\":\"1\"}},{"
        "\"operation\":"
        "\"Put\",\"tableName\":\"A\"},{\"operation\":\"Delete\",\"tableName\":\"B\",\"key\":{\"i\":\"2\"}}]"
        "}"));
    EXPECT(is_text("rest", call.parts[0].additional.json,
        "{\"unprocessedItems\":[{\"operation\":\"Delete\",\"tableName\":\"B\",\"key\":{\"i\":\"2\"}}]}"));
    EXPECT_INT(call.parts[0].resource_count, 2);
    call = read_exchange("BatchGetItem",
        "{\"RequestItems\":{\"A\":{\"Keys\":[{\"i\":{\"S\":\"1\"}},{\"i\":{\"S\":\"2\"}}]}}}",
        "200\n\n{\"Responses\":{\"A\":[{\"x\":{\"S\":\"canary\"}}]},\"UnprocessedKeys\":{\"A\":{\"Keys\":[{"
        "\"i\":{"
        "\"S\":\"2\"}}]}}}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"requestItems\":[{\"operation\":\"Get\",\"tableName\":\"A\",\"key\":{\"i\":\"1\"}},{\"operation\":"
        "\"Get\",\"tableName\":\"A\",\"key\":{\"i\":\"2\"}}]}"));
    EXPECT(is_text("rest", call.parts[0].additional.json,
        "{\"unprocessedKeys\":[{\"operation\":\"Get\",\"tableName\":\"A\",\"key\":{\"i\":\"2\"}}]}"));
}

static void transactions_list_their_actions_and_why_they_failed(void) {
    struct protocol_call call = read_exchange("TransactWriteItems",
        "{\"ClientRequestToken\":\"t\",\"TransactItems\":[{\"Update\":{\"TableName\":\"A\",\"Key\":{\"i\":{"
        "\"S\":"
        "\"1\"}},\"UpdateExpression\":\"SET a = "
        ":a\"}},{\"Delete\":{\"TableName\":\"A\",\"Key\":{\"i\":{\"S\":"
        "\"2\"}}}}]}",
        "400\n\n{\"__type\":\"x#TransactionCanceledException\",\"Message\":\"m\",\"CancellationReasons\":[{"
        "\"Code\":"
        "\"None\"},{\"Code\":\"ConditionalCheckFailed\",\"Item\":{\"a\":{\"S\":\"canary\"}}}]}");
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"clientRequestToken\":\"t\",\"requestItems\":[{\"operation\":\"Update\",\"tableName\":\"A\","
        "\"key\":{"
        "\"i\":\"1\"},\"updateExpression\":\"SET a = "
        ":a\"},{\"operation\":\"Delete\",\"tableName\":\"A\",\"key\":{"
        "\"i\":\"2\"}}]}"));
    EXPECT(is_text("why", call.parts[0].additional.json,
        "{\"cancellationReasons\":[{\"code\":\"None\"},{\"code\":\"ConditionalCheckFailed\"}]}"));
    EXPECT(str_is(call.error_code, "TransactionCanceledException"));
}

/* 100 keys of 2 KB: three parts, all keys in them. */
static void a_large_transaction_is_several_linked_parts(void) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(1 << 20);
    buf_append_text(&json, "{\"TransactItems\":[");
    for (int i = 0; i < 100; i++)
        buf_append_format(&json, "%s{\"Delete\":{\"TableName\":\"A\",\"Key\":{\"i\":{\"S\":\"%02000d\"}}}}",
            i == 0 ? "" : ",", i);
    buf_append_text(&json, "]}");
    struct protocol_call call = read_exchange("TransactWriteItems", json.data, "200");
    EXPECT_INT(call.part_count, 3);
    size_t found = 0;
    for (size_t part = 0; part < call.part_count; part++) {
        EXPECT(call.parts[part].request.json.size < CALL_PART_SIZE_MAX);
        EXPECT_INT(call.parts[part].resource_count, 1);
        for (int i = 0; i < 100; i++)
            found +=
                str_find(call.parts[part].request.json, arena_format(&arena, "\"%02000d\"", i)) != SIZE_MAX;
    }
    EXPECT_INT(found, 100);
    EXPECT(is_text("link", call.parts[2].additional.json, "{\"part\":3,\"parts\":3}"));
}

static void a_member_that_is_there_twice_is_told(void) {
    EXPECT(is_text("parameters",
        read_exchange("Scan", "{\"TableName\":\"A\",\"TableName\":\"B\"}", "200").parts[0].request.json,
        "{\"tableName\":\"B\",\"ambiguousMember\":\"TableName\"}"));
}

static void what_no_service_would_take_is_counted(void) {
    SCOPED(buf_finish) struct buf json = BUF_INIT(1 << 20);
    buf_append_text(&json, "{\"TransactItems\":[{}");
    for (int i = 1; i < 10005; i++)
        buf_append_text(&json, ",{}");
    buf_append_text(&json, "]}");
    struct protocol_call call = read_exchange("TransactWriteItems", json.data, "200");
    EXPECT_INT(call.part_count, 1);
    EXPECT(is_text("rest", call.parts[0].additional.json, "{\"part\":1,\"parts\":1,\"omittedEntries\":5}"));
}

static void statements_lose_their_literals(void) {
    static const struct {
        const char *statement, *recorded;
    } cases[] = {
        {"SELECT a FROM \\\"Music2\\\" WHERE b='x''y' AND c = -12.5",
            "SELECT a FROM \\\"Music2\\\" WHERE "
            "b=***(Redacted) AND c = -***(Redacted)"},
        {"INSERT INTO T VALUE {'a': 'x', 'b': ?}",
            "INSERT INTO T VALUE {***(Redacted): ***(Redacted), ***(Redacted): ?}"},
        {"SELECT -- it's\\nx FROM T WHERE a='canary'", "SELECT  x FROM T WHERE a=***(Redacted)"},
        {"SELECT /* ' */ x FROM T WHERE a='canary'", "SELECT   x FROM T WHERE a=***(Redacted)"},
        {"SELECT x FROM T WHERE a='canary", "SELECT x FROM T WHERE a=***(Redacted)"},
        {"SELECT x FROM T WHERE a=`canary`", "SELECT x FROM T WHERE a=***(Redacted)"},
        {"SELECT x FROM T WHERE a = \\\"canary\\\"", "SELECT x FROM T WHERE a = ***(Redacted)"},
        {"SELECT x1 FROM T", "SELECT x1 FROM T"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str json = arena_format(&arena, "{\"Statement\":\"%s\"}", cases[i].statement);
        struct str expected = arena_format(&arena, "{\"statement\":\"%s\"}", cases[i].recorded);
        EXPECT(is_text("statement", read_exchange("ExecuteStatement", json.data, "200").parts[0].request.json,
            expected.data));
    }
}

static void calls_that_touch_no_items_are_recorded_as_they_are(void) {
    struct protocol_call call = read_exchange("CreateTable",
        "{\"TableName\":\"T\",\"KeySchema\":[{\"AttributeName\":\"Id\",\"KeyType\":\"HASH\"}]}",
        "200\n\n{\"TableDescription\":{\"TableName\":\"T\",\"CreationDateTime\":1688990879.5}}");
    EXPECT(call.casing == CALL_WIRE);
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"TableName\":\"T\",\"KeySchema\":[{\"AttributeName\":\"Id\",\"KeyType\":\"HASH\"}]}"));
    EXPECT(is_text("result", call.parts[0].response.json,
        "{\"TableDescription\":{\"TableName\":\"T\",\"CreationDateTime\":\"Jul 10, 2023, 12:07:59 PM\"}}"));
}

int main(void) {
    TEST(a_key_is_recorded_with_plain_values);
    TEST(a_table_may_be_named_by_its_arn);
    TEST(values_never_reach_a_part);
    TEST(an_items_keys_are_learned_from_the_schema);
    TEST(keys_are_learned_in_passing_but_not_from_refused_calls);
    TEST(many_tables_are_bounded);
    TEST(batches_list_keys_and_what_was_left_undone);
    TEST(transactions_list_their_actions_and_why_they_failed);
    TEST(a_large_transaction_is_several_linked_parts);
    TEST(a_member_that_is_there_twice_is_told);
    TEST(what_no_service_would_take_is_counted);
    TEST(statements_lose_their_literals);
    TEST(calls_that_touch_no_items_are_recorded_as_they_are);
    arena_finish(&arena);
    return tap_done();
}
