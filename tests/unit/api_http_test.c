/* SPDX-License-Identifier: Apache-2.0 */
/* The API over HTTP: targets, signatures, answers and errors on the wire; and the table of operations. */
#include "call/call.h"
#include "call/operation.h"
#include "codec/xml.h"
#include "http/http.h"
#include "lakeapi/lakeapi.h"
#include "support/api_world.h"

static struct world world;
static struct http_server *server;
static struct http_client *client;

static void open_all(void) {
    struct error error = {0};
    world_open(&world);
    struct http_server_options options = {
        .host = STR_LITERAL("127.0.0.1"), .connections_max = 8, .idle_timeout_s = 10};
    server = http_server_create(&options, api_service(world.api), &error);
    EXPECT(server != NULL);
    client = http_client_create(
        &(struct http_client_options){.connect_timeout_ms = 5000, .idle_timeout_ms = 5000});
}

static void close_all(void) {
    http_client_destroy(client);
    http_server_stop(server);
    http_server_destroy(server);
    world_close(&world);
}

struct sent {
    const char *target, *body, *service, *secret, *token;
    bool is_unsigned;
};

static struct http_reply send(struct sent sent) {
    struct arena *arena = &world.arena;
    struct str body = str_from(sent.body);
    uint8_t hash[SHA256_SIZE];
    char hex[2 * SHA256_SIZE];
    hash_sha256(str_bytes(body), hash);
    hex_encode(BYTES_OF(hash), hex);
    struct str host = arena_format(arena, "127.0.0.1:%u", http_server_port(server));
    struct aws_header plain[2] = {
        {STR_LITERAL("Host"), host}, {STR_LITERAL("X-Amz-Target"), str_from(sent.target)}};
    struct aws_request request = {STR_LITERAL("POST"), STR_LITERAL("/"), STR_EMPTY, plain,
        sent.target == NULL ? 1 : 2, str_of(hex, sizeof hex)};
    struct aws_sign_options options = {STR_LITERAL(WORLD_ROOT),
        str_from(sent.secret != NULL ? sent.secret : WORLD_SECRET), str_from(sent.token),
        STR_LITERAL(WORLD_REGION), str_from(sent.service != NULL ? sent.service : "cloudtrail"),
        {world.clock.now_ms}};
    struct aws_header *headers = plain;
    size_t count = sent.is_unsigned ? request.header_count : aws_sign(arena, &request, &options, &headers);
    struct http_header *copies = ARENA_ARRAY(arena, count, struct http_header);
    for (size_t i = 0; i < count; i++)
        copies[i] = (struct http_header){headers[i].name, headers[i].value};
    struct http_call call = {.method = STR_LITERAL("POST"),
        .url = arena_format(arena, "http://%.*s/", STR(host)),
        .headers = copies,
        .header_count = count,
        .body = str_bytes(body),
        .answer_bytes_max = 1 << 20};
    struct http_reply reply = {0};
    struct error error = {0};
    EXPECT(http_client_call(client, &call, arena, &reply, &error));
    return reply;
}

static bool answers(struct sent sent, unsigned status, const char *body) {
    struct http_reply reply = send(sent);
    struct uuid uuid;
    EXPECT(uuid_parse(http_reply_header(&reply, "x-amzn-RequestId"), &uuid));
    bool is_expected = reply.status == status && str_starts_with(bytes_str(reply.body), str_from(body));
    if (!is_expected)
        printf("# %u %.*s\n", reply.status, STR(bytes_str(reply.body)));
    return is_expected;
}

static void both_target_prefixes_reach_the_operation(void) {
    open_all();
    EXPECT(answers((struct sent){.target = "CloudTrail_20131101.DescribeTrails", .body = "{}"}, 200,
        "{\"trailList\":[]}"));
    EXPECT(answers(
        (struct sent){
            .target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails", .body = "{}"},
        200, "{\"trailList\":[]}"));
    EXPECT(answers((struct sent){.target = "Cairn_20260101.GetStatus", .body = "", .service = "cairn"}, 200,
        "{\"Version\":\"0.0.0\""));
    struct http_reply reply =
        send((struct sent){.target = "CloudTrail_20131101.DescribeTrails", .body = "{}"});
    EXPECT(str_is(http_reply_header(&reply, "Content-Type"), "application/x-amz-json-1.1"));
    close_all();
}

static void errors_name_their_type_in_body_and_header(void) {
    open_all();
    struct sent get = {.target = "CloudTrail_20131101.GetTrail", .body = "{\"Name\":\"none\"}"};
    EXPECT(answers(get, 400,
        "{\"__type\":\"TrailNotFoundException\",\"Message\":\"Unknown trail: none for the "
        "user: " WORLD_ACCOUNT "\"}"));
    struct http_reply reply = send(get);
    EXPECT(str_is(http_reply_header(&reply, "x-amzn-ErrorType"), "TrailNotFoundException"));
    EXPECT(answers((struct sent){.target = "CloudTrail_20131101.GetTrail", .body = "{\"Name\":"}, 400,
        "{\"__type\":\"SerializationException\""));
    EXPECT(answers((struct sent){.target = "CloudTrail_20131101.MakeTea", .body = "{}"}, 400,
        "{\"__type\":\"UnknownOperationException\"}"));
    EXPECT(answers((struct sent){.target = "Other_1.GetTrail", .body = "{}"}, 400,
        "{\"__type\":\"UnknownOperationException\"}"));
    EXPECT(answers(
        (struct sent){.target = NULL, .body = "{}"}, 400, "{\"__type\":\"UnknownOperationException\"}"));
    close_all();
}

static void nobody_gets_in_without_the_right_signature(void) {
    open_all();
    struct str record;
    static const char target[] = "CloudTrail_20131101.DescribeTrails";
    EXPECT(answers((struct sent){.target = target, .body = "{}", .is_unsigned = true}, 400,
        "{\"__type\":\"MissingAuthenticationTokenException\",\"Message\":\"Missing Authentication Token\"}"));
    EXPECT(answers((struct sent){.target = target, .body = "{}", .secret = "wrong"}, 400,
        "{\"__type\":\"InvalidSignatureException\",\"Message\":\"The request signature we calculated does "
        "not match the "
        "signature you provided. Check your AWS Secret Access Key and signing method."));
    EXPECT(answers((struct sent){.target = target, .body = "{}", .service = "cairn"}, 400,
        "{\"__type\":\"InvalidSignatureException\",\"Message\":\"Credential should be scoped to correct "
        "service: "
        "'cloudtrail'. \"}"));
    EXPECT(answers((struct sent){.target = target, .body = "{}", .token = "token"}, 400,
        "{\"__type\":\"UnrecognizedClientException\",\"Message\":\"The security token included in the "
        "request is "
        "invalid.\"}"));
    EXPECT_INT(world_records(&world, 1, "DescribeTrails", &record), 0);
    EXPECT_INT(api_stats(world.api).authentication_failures, 4);
    close_all();
}

static void a_body_past_the_limit_is_refused(void) {
    open_all();
    static char body[API_BODY_BYTES_MAX + 2];
    memset(body, ' ', sizeof body - 1);
    EXPECT(answers((struct sent){.target = "CloudTrail_20131101.DescribeTrails", .body = body}, 413,
        "{\"__type\":\"RequestEntityTooLargeException\",\"Message\":\"The body of a request has at most "
        "1048576 bytes.\"}"));
    close_all();
}

static void sts_says_who_the_caller_is(void) {
    open_all();
    struct str record;
    struct sent ask = {.body = "Action=GetCallerIdentity&Version=2011-06-15", .service = "sts"};
    struct http_reply reply = send(ask);
    struct xml_node *root;
    struct error error = {0};
    EXPECT_INT(reply.status, 200);
    EXPECT(xml_parse(&world.arena, bytes_str(reply.body), &root, &error));
    const struct xml_node *result = xml_child(root, "GetCallerIdentityResult");
    EXPECT(str_is(xml_child_text(result, "Arn"), "arn:aws:iam::" WORLD_ACCOUNT ":root"));
    EXPECT(str_is(xml_child_text(result, "UserId"), WORLD_ACCOUNT));
    EXPECT(str_is(xml_child_text(result, "Account"), WORLD_ACCOUNT));
    EXPECT_INT(world_records(&world, 1, "GetCallerIdentity", &record), 1);
    EXPECT(world_has(record, "\"eventSource\":\"sts.amazonaws.com\""));
    EXPECT(world_has(record, "\"requestParameters\":null"));
    ask.secret = "wrong";
    reply = send(ask);
    EXPECT_INT(reply.status, 403);
    EXPECT(world_has(bytes_str(reply.body), "<Code>SignatureDoesNotMatch</Code>"));
    ask.body = "Action=AssumeRole&Version=2011-06-15";
    reply = send(ask);
    EXPECT_INT(reply.status, 400);
    EXPECT(world_has(bytes_str(reply.body), "<Code>InvalidAction</Code>"));
    EXPECT(world_has(bytes_str(reply.body), "Could not find operation AssumeRole for version 2011-06-15"));
    ask.body = "Action=%3CMessage%3E&Version=2011-06-15";
    reply = send(ask);
    EXPECT(world_has(bytes_str(reply.body), "Could not find operation &lt;Message&gt; for"));
    close_all();
}

static void the_table_and_the_recorder_agree_on_what_reads(void) {
    size_t of_cloudtrail = 0;
    for (unsigned which = 0; which < API_TABLE_COUNT; which++) {
        const struct api_operation *operations = NULL;
        size_t count = api_operations(lakeapi_extension(), which, &operations);
        for (size_t i = 0; i < count; i++) {
            struct str source = str_from(api_service_names(operations[i].service)->event_source);
            const struct call_operation *row = call_operation_find(source, str_from(operations[i].name));
            of_cloudtrail += operations[i].service == API_CLOUDTRAIL;
            EXPECT(row != NULL);
            if (row == NULL)
                printf("# the recorder does not know %s\n", operations[i].name);
            else if (operations[i].handle != NULL)
                EXPECT(row->is_read == (operations[i].effect == API_READS));
        }
    }
    EXPECT_INT(of_cloudtrail, 60); /* as many as AWS's model has */
}

int main(void) {
    TEST(both_target_prefixes_reach_the_operation);
    TEST(errors_name_their_type_in_body_and_header);
    TEST(nobody_gets_in_without_the_right_signature);
    TEST(a_body_past_the_limit_is_refused);
    TEST(sts_says_who_the_caller_is);
    TEST(the_table_and_the_recorder_agree_on_what_reads);
    return tap_done();
}
