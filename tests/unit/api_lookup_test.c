/* SPDX-License-Identifier: Apache-2.0 */
/* LookupEvents, Search, Tail and GetStatus on events that were admitted. */
#include "support/api_world.h"

static struct world world;

struct sent {
    const char *name, *region, *account;
    int second;
    bool is_data;
};

/* Admit one event whose id ends in `number`. */
static void send(unsigned number, struct sent sent) {
    char text[2048] = {0};
    int size = snprintf(text, sizeof text - JSON_PADDING,
        "{\"eventVersion\":\"1.11\",\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"ann\","
        "\"accessKeyId\":"
        "\"AKIDANN\",\"arn\":\"arn:aws:iam::1:user/"
        "ann\"},\"eventTime\":\"2026-01-01T11:%02d:%02dZ\",\"eventSource\":"
        "\"ec2.amazonaws.com\",\"eventName\":\"%s\",\"awsRegion\":\"%s\",\"sourceIPAddress\":\"192.0.2.7\","
        "\"requestParameters\":null,\"responseElements\":null,\"eventID\":\"00000000-0000-4000-8000-%012u\","
        "\"readOnly\":false,\"eventType\":\"AwsApiCall\",\"managementEvent\":%s,\"recipientAccountId\":\"%"
        "s\","
        "\"eventCategory\":\"%s\"}",
        sent.second / 60, sent.second % 60, sent.name, sent.region == NULL ? WORLD_REGION : sent.region,
        number, sent.is_data ? "false" : "true", sent.account == NULL ? WORLD_ACCOUNT : sent.account,
        sent.is_data ? "Data" : "Management");
    struct admission_sender sender = {.door = EVENT_DOOR_EVENTS, .principal = STR_LITERAL("arn:sender")};
    struct error error = {0};
    uint64_t position;
    bool is_admitted =
        admission_admit(world.admission, &sender, str_of(text, (size_t)size), &position, &error);
    EXPECT(is_admitted);
    if (!is_admitted)
        printf("# %s\n", error.message);
}

static size_t count_events(void) {
    return json_count(json_get(world.json, "Events"));
}

static struct json_value event_at(size_t index) {
    struct json_iterator iterator = json_iterate(json_get(world.json, "Events"));
    for (size_t i = 0; i <= index; i++)
        if (!json_next(&iterator))
            return JSON_MISSING;
    return iterator.value;
}

static void an_event_is_shown_as_aws_shows_it(void) {
    world_open(&world);
    send(1, (struct sent){"RunInstances", .second = 5});
    send(2, (struct sent){"RunInstances", .second = 6, .region = "eu-west-1"});
    send(3, (struct sent){"RunInstances", .second = 7, .account = "999999999999"});
    send(4, (struct sent){"RunInstances", .second = 8, .is_data = true});
    world_catch_up(&world);
    EXPECT(world_call(&world, "LookupEvents", "{}"));
    EXPECT_INT(count_events(), 1);
    EXPECT(
        world_has(world.answer, "{\"EventId\":\"00000000-0000-4000-8000-000000000001\",\"EventName\":"
                                "\"RunInstances\",\"ReadOnly\":\"false\","
                                "\"AccessKeyId\":\"AKIDANN\",\"EventTime\":1767265205,\"EventSource\":\"ec2."
                                "amazonaws.com\",\"Username\":\"ann\","
                                "\"Resources\":[],\"CloudTrailEvent\":\"{\\\"eventVersion\\\":\\\"1.11\\\""));
    EXPECT(!json_exists(json_get(world.json, "NextToken")));
    world_close(&world);
}

static void bad_questions_get_the_error_of_aws(void) {
    static const struct {
        const char *body, *code;
    } cases[] = {
        {"{\"MaxResults\":0}", "InvalidMaxResultsException"},
        {"{\"MaxResults\":51}", "InvalidMaxResultsException"},
        {"{\"MaxResults\":\"5\"}", "SerializationException"},
        {"{\"EventCategory\":\"management\"}", "InvalidEventCategoryException"},
        {"{\"StartTime\":2000,\"EndTime\":1000}", "InvalidTimeRangeException"},
        {"{\"NextToken\":\"made up\"}", "InvalidNextTokenException"},
        {"{\"NextToken\":\"\"}", "InvalidNextTokenException"},
        {"{\"LookupAttributes\":[{\"AttributeKey\":\"EventName\",\"AttributeValue\":\"a\"},{\"AttributeKey\":"
         "\"EventId\",\"AttributeValue\":\"b\"}]}",
            "InvalidLookupAttributesException"},
        {"{\"LookupAttributes\":[{\"AttributeKey\":\"eventName\",\"AttributeValue\":\"a\"}]}",
            "InvalidLookupAttributesException"},
        {"{\"LookupAttributes\":[{\"AttributeKey\":\"SourceIPAddress\",\"AttributeValue\":\"a\"}]}",
            "InvalidLookupAttributesException"},
        {"{\"LookupAttributes\":[{\"AttributeKey\":\"EventName\",\"AttributeValue\":\"\"}]}",
            "InvalidLookupAttributesException"},
        {"{\"LookupAttributes\":[{}]}", "InvalidLookupAttributesException"},
        {"{\"EventCategory\":\"insight\",\"LookupAttributes\":[{\"AttributeKey\":\"Username\","
         "\"AttributeValue\":"
         "\"a\"}]}",
            "InvalidLookupAttributesException"},
    };
    world_open(&world);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(world_refuses(&world, "LookupEvents", cases[i].body, cases[i].code, ""));
    EXPECT(world_call(&world, "LookupEvents",
        "{\"EventCategory\":\"insight\",\"LookupAttributes\":[{\"AttributeKey\":\"EventName\","
        "\"AttributeValue\":\"a\"}]}"));
    world_close(&world);
}

static void an_underscore_weighs_two(void) {
    world_open(&world);
    for (size_t size = 1000; size <= 1001; size++) {
        char value[1002] = {0}, body[1200];
        memset(value, '_', size);
        (void)snprintf(body, sizeof body,
            "{\"LookupAttributes\":[{\"AttributeKey\":\"EventName\",\"AttributeValue\":\"%s\"}]}", value);
        EXPECT(world_call(&world, "LookupEvents", body) == (size == 1000));
    }
    world_close(&world);
}

static void pages_hold_each_event_once_while_more_arrive(void) {
    world_open(&world);
    enum { COUNT = 25, PAGE = 10 };
    for (unsigned i = 0; i < COUNT; i++)
        send(i + 1, (struct sent){"Old", .second = (int)(i / 2) * 2}); /* pairs share a second */
    world_catch_up(&world);
    char token[256] = "";
    unsigned seen[COUNT + 1] = {0};
    size_t pages = 0;
    int last_second = 10000;
    do {
        char body[512];
        (void)snprintf(body, sizeof body,
            "{\"MaxResults\":%d,\"LookupAttributes\":[{\"AttributeKey\":\"EventName\","
            "\"AttributeValue\":\"Old\"}]%s%s%s}",
            PAGE, token[0] != '\0' ? ",\"NextToken\":\"" : "", token, token[0] != '\0' ? "\"" : "");
        EXPECT(world_call(&world, "LookupEvents", body));
        for (size_t i = 0; i < count_events(); i++) {
            struct str id = json_text(json_get(event_at(i), "EventId"));
            unsigned number = (unsigned)strtoul(id.data + 24, NULL, 10);
            int second = (int)(number - 1) / 2 * 2;
            EXPECT(number >= 1 && number <= COUNT && second <= last_second);
            seen[number <= COUNT ? number : 0]++;
            last_second = second;
        }
        (void)snprintf(token, sizeof token, "%.*s", STR(json_text(json_get(world.json, "NextToken"))));
        send(100 + (unsigned)pages, (struct sent){"Old", .second = 1}); /* behind what was shown */
        world_catch_up(&world);
    } while (token[0] != '\0' && ++pages < 10);
    EXPECT_INT(pages, 2);
    for (size_t i = 1; i <= COUNT; i++)
        EXPECT_INT(seen[i], 1);
    world_close(&world);
}

static void a_token_is_good_for_its_question_and_caller_only(void) {
    world_open(&world);
    for (unsigned i = 0; i < 4; i++)
        send(i + 1, (struct sent){"Old", .second = (int)i});
    world_catch_up(&world);
    EXPECT(world_call(&world, "LookupEvents", "{\"MaxResults\":2,\"EndTime\":1767268000}"));
    char good[512], other[512], token[256];
    (void)snprintf(token, sizeof token, "%.*s", STR(json_text(json_get(world.json, "NextToken"))));
    (void)snprintf(
        good, sizeof good, "{\"MaxResults\":1,\"EndTime\":1767268000,\"NextToken\":\"%s\"}", token);
    (void)snprintf(
        other, sizeof other, "{\"MaxResults\":2,\"EndTime\":1767268001,\"NextToken\":\"%s\"}", token);
    EXPECT(world_call(&world, "LookupEvents", good));
    EXPECT(world_refuses(&world, "LookupEvents", other, "InvalidNextTokenException", ""));
    world.region = "eu-west-1";
    EXPECT(world_refuses(&world, "LookupEvents", good, "InvalidNextTokenException", ""));
    world.region = WORLD_REGION;
    world_start_api(&world, (struct api_options){0}); /* after a restart */
    EXPECT(world_call(&world, "LookupEvents", good));
    EXPECT_INT(count_events(), 1);
    for (size_t i = 0; i < strlen(token); i++) { /* and no letter of it may change */
        char torn[512];
        (void)snprintf(
            torn, sizeof torn, "{\"MaxResults\":1,\"EndTime\":1767268000,\"NextToken\":\"%s\"}", token);
        char *letter = strstr(torn, token) + i;
        *letter = *letter == 'A' ? 'B' : 'A';
        EXPECT(!world_call(&world, "LookupEvents", torn));
    }
    world_close(&world);
}

static bool cairn(const char *name, const char *body) {
    return world_call_service(&world, API_CAIRN, name, body);
}

static void search_takes_several_filters_and_data_events(void) {
    world_open(&world);
    send(1, (struct sent){"GetObject", .second = 1, .is_data = true});
    send(2, (struct sent){"PutObject", .second = 2, .is_data = true});
    send(3, (struct sent){"RunInstances", .second = 3});
    world_catch_up(&world);
    EXPECT(cairn("Search",
        "{\"Filters\":[{\"Name\":\"SourceIPAddress\",\"Value\":\"192.0.2.7\"},{\"Name\":\"EventName\","
        "\"Value\":\"PutObject\"}]}"));
    EXPECT_INT(count_events(), 1);
    EXPECT(str_is(json_text(json_get(event_at(0), "EventCategory")), "Data"));
    EXPECT(str_is(json_text(json_get(event_at(0), "Door")), "events"));
    EXPECT(str_is(json_text(json_get(event_at(0), "Principal")), "arn:sender"));
    EXPECT(cairn("Search", "{\"Categories\":[\"Data\"],\"MaxResults\":1}"));
    EXPECT_INT(count_events(), 1);
    char body[512];
    (void)snprintf(body, sizeof body, "{\"Categories\":[\"Data\"],\"NextToken\":\"%.*s\"}",
        STR(json_text(json_get(world.json, "NextToken"))));
    EXPECT(cairn("Search", body));
    EXPECT_INT(count_events(), 1);
    EXPECT(str_is(json_text(json_get(event_at(0), "EventName")), "GetObject"));
    EXPECT(!cairn("Search", "{\"Filters\":[{\"Name\":\"Colour\",\"Value\":\"red\"}]}"));
    EXPECT(strcmp(world.code, "InvalidParameterException") == 0);
    EXPECT(!cairn("Search", "{\"Categories\":[\"Cats\"]}"));
    EXPECT(strcmp(world.code, "ValidationException") == 0);
    world_close(&world);
}

static void a_tail_follows_and_is_recorded_once(void) {
    world_open(&world);
    struct str record;
    char session[256], body[768];
    send(1, (struct sent){"Before", .second = 1});
    world_catch_up(&world);
    EXPECT(cairn("Tail", "{\"WaitSeconds\":0,\"Filters\":[{\"Name\":\"EventName\",\"Value\":\"After\"}]}"));
    EXPECT_INT(count_events(), 0);
    int64_t position = 0;
    for (unsigned round = 0; round < 2; round++) {
        EXPECT(json_i64(json_get(world.json, "Position"), &position));
        (void)snprintf(session, sizeof session, "%.*s", STR(json_text(json_get(world.json, "SessionId"))));
        send(10 + round, (struct sent){"After", .second = 3});
        send(20 + round, (struct sent){"Other", .second = 4});
        world_catch_up(&world);
        (void)snprintf(body, sizeof body,
            "{\"WaitSeconds\":0,\"Filters\":[{\"Name\":\"EventName\",\"Value\":\"After\"}],\"AfterPosition\":"
            "%lld,"
            "\"SessionId\":\"%s\"}",
            (long long)position, session);
        EXPECT(cairn("Tail", body));
        EXPECT_INT(count_events(), 1);
    }
    EXPECT_INT(world_records(&world, 1, "Tail", &record), 1);
    EXPECT(!cairn("Tail", "{\"WaitSeconds\":0,\"SessionId\":\"made up\"}"));
    EXPECT(strcmp(world.code, "InvalidTokenException") == 0);
    world.principal.access_key_id = STR_LITERAL("AKIAANOTHERANOTHERXX"); /* a session is its caller's */
    EXPECT(!cairn("Tail", body));
    EXPECT_INT(world_records(&world, 1, "Tail", &record), 3);
    world_close(&world);
}

static void keys_are_made_listed_and_disabled_without_their_secret_on_record(void) {
    world_open(&world);
    struct str record;
    EXPECT(cairn("CreateKey", "{\"UserName\":\"ann\",\"Role\":\"auditor\"}"));
    struct json_value key = json_get(world.json, "Key");
    struct str secret = arena_str(&world.arena, json_text(json_get(key, "SecretAccessKey")));
    struct str id = arena_str(&world.arena, json_text(json_get(key, "AccessKeyId")));
    EXPECT_INT(secret.size, 40);
    EXPECT(str_is(json_text(json_get(key, "Arn")), "arn:aws:iam::" WORLD_ACCOUNT ":user/ann"));
    EXPECT_INT(world_records(&world, 1, "CreateKey", &record), 1);
    EXPECT(str_find(record, secret) == SIZE_MAX);
    EXPECT(world_has(record, "\"requestParameters\":{\"userName\":\"ann\",\"role\":\"auditor\"}"));
    EXPECT(cairn("ListKeys", "{}"));
    EXPECT_INT(json_count(json_get(world.json, "Keys")), 2);
    EXPECT(str_find(world.answer, secret) == SIZE_MAX);
    char body[128];
    (void)snprintf(body, sizeof body, "{\"AccessKeyId\":\"%.*s\"}", STR(id));
    EXPECT(cairn("DisableKey", body));
    EXPECT(cairn("ListKeys", "{}"));
    EXPECT(world_has(world.answer, "\"Status\":\"Inactive\""));
    EXPECT(!cairn("DisableKey", "{\"AccessKeyId\":\"" WORLD_ROOT "\"}"));
    EXPECT(!cairn("DisableKey", "{\"AccessKeyId\":\"AKIAUNKNOWNUNKNOWNXX\"}"));
    EXPECT(!cairn("CreateKey", "{\"UserName\":\"a b\",\"Role\":\"writer\"}"));
    EXPECT(!cairn("CreateKey", "{\"UserName\":\"ann\",\"Role\":\"king\"}"));
    EXPECT(cairn("CreateKey", "{\"UserName\":\"bob\",\"Role\":\"admin\",\"AccountId\":\"999999999999\"}"));
    world.principal.is_root = false;
    EXPECT(!cairn("CreateKey", "{\"UserName\":\"bob\",\"Role\":\"admin\",\"AccountId\":\"999999999999\"}"));
    EXPECT(strcmp(world.code, "AccessDeniedException") == 0);
    world_close(&world);
}

static void the_status_counts(void) {
    world_open(&world);
    send(1, (struct sent){"Any", .second = 1});
    world_catch_up(&world);
    EXPECT(world_call(&world, "CreateTrail", "{\"Name\":\"main\",\"S3BucketName\":\"audit\"}"));
    EXPECT(cairn("GetStatus", "{}"));
    EXPECT(world_has(world.answer, "\"JournalPosition\":2,\"HistoryPosition\":1"));
    EXPECT(world_has(world.answer, "\"Readers\":[{\"Name\":\"history\",\"Position\":1,\"Lag\":1}]"));
    EXPECT(world_has(world.answer, "\"Name\":\"main\",\"IsLogging\":false"));
    EXPECT(world_has(world.answer, "\"Admission\":{\"Admitted\":2,"));
    world_close(&world);
}

int main(void) {
    TEST(an_event_is_shown_as_aws_shows_it);
    TEST(bad_questions_get_the_error_of_aws);
    TEST(an_underscore_weighs_two);
    TEST(pages_hold_each_event_once_while_more_arrive);
    TEST(a_token_is_good_for_its_question_and_caller_only);
    TEST(search_takes_several_filters_and_data_events);
    TEST(a_tail_follows_and_is_recorded_once);
    TEST(keys_are_made_listed_and_disabled_without_their_secret_on_record);
    TEST(the_status_counts);
    return tap_done();
}
