/* SPDX-License-Identifier: Apache-2.0 */
/* DeleteObjects: every key and what became of it is in the records, however many they need. */
#include "base/own.h"
#include "codec/xml.h"
#include "support/exchange_text.h"
#include "support/tap.h"

static struct json_parser *parser;
static struct call_recorder *recorder;

/* The keys of one call, and of them those whose deletion fails, and with what. */
struct plan {
    size_t count, key_size, fail_from;
    char filler;
    const char *message;
};

static struct str key_of(struct arena *arena, const struct plan *plan, size_t i) {
    char *text = arena_text(arena, arena_format(arena, "%04zu%*s", i, (int)plan->key_size - 4, ""));
    for (size_t at = 4; at < plan->key_size; at++)
        text[at] = plan->filler;
    return str_of(text, plan->key_size);
}

static struct str request_of(struct arena *arena, const struct plan *plan) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&text, "POST /b?delete\nHost: s3.example.com\n\n<Delete>");
    for (size_t i = 0; i < plan->count; i++) {
        xml_open(&text, "Object");
        xml_element(&text, "Key", key_of(arena, plan, i));
        xml_close(&text, "Object");
    }
    buf_append_text(&text, "</Delete>");
    return arena_str(arena, buf_str(&text));
}

static struct str reply_of(struct arena *arena, const struct plan *plan) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
    buf_append_text(&text, "200\n\n<?xml version=\"1.0\"?><DeleteResult>");
    for (size_t i = plan->count; i-- > 0;) { /* in another order than they were asked for */
        xml_open(&text, i < plan->fail_from ? "Deleted" : "Error");
        xml_element(&text, "Key", key_of(arena, plan, i));
        if (i >= plan->fail_from) {
            xml_element(&text, "Code", STR_LITERAL("AccessDenied"));
            xml_element(&text, "Message", str_from(plan->message));
        }
        xml_close(&text, i < plan->fail_from ? "Deleted" : "Error");
    }
    buf_append_text(&text, "</DeleteResult>");
    return arena_str(arena, buf_str(&text));
}

static struct protocol_call read_exchange(struct arena *arena, struct str request_text, struct str reply) {
    struct bytes body;
    struct protocol_request request = exchange_request(arena, request_text, &body);
    request.service = STR_LITERAL("s3");
    return exchange_read(arena, &request, body, reply);
}

/* What the records of a call hold together. */
struct tally {
    size_t keys, resources, errors, messages;
    bool are_sound; /* each record is whole: nothing was left out as too large */
};

static void tally_errors(struct json_value errors, struct tally *tally) {
    struct json_iterator error = json_iterate(errors);
    while (json_next(&error)) {
        tally->errors += str_is(json_text(json_get(error.value, "Code")), "AccessDenied");
        tally->messages += json_exists(json_get(error.value, "Message"));
    }
}

static void tally_record(
    struct arena *arena, const struct plan *plan, struct json_value record, struct tally *tally) {
    struct json_value parameters = json_get(record, "requestParameters");
    struct json_value elements = json_get(record, "responseElements");
    struct json_iterator object = json_iterate(json_get(json_get(parameters, "Delete"), "Object"));
    struct json_iterator resource = json_iterate(json_get(record, "resources"));
    bool is_whole =
        !json_exists(json_get(parameters, "omitted")) && !json_exists(json_get(elements, "omitted"));
    tally->are_sound = tally->are_sound && is_whole && str_is(json_text(json_get(parameters, "delete")), "");
    while (json_next(&object)) {
        struct str key = key_of(arena, plan, tally->keys);
        tally->keys += str_equals(json_text(json_get(object.value, "Key")), key);
    }
    while (json_next(&resource)) {
        struct str arn =
            arena_format(arena, "arn:aws:s3:::b/%.*s", STR(key_of(arena, plan, tally->resources)));
        tally->resources += str_equals(json_text(json_get(resource.value, "ARN")), arn);
    }
    tally_errors(json_get(json_get(elements, "DeleteResult"), "Error"), tally);
}

static struct tally tally_of(struct arena *arena, const struct plan *plan, const struct protocol_call *call) {
    struct tally tally = {.are_sound = true};
    for (size_t i = 0; i < call->part_count; i++) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        struct call_transfer transfer = {.bytes_in = 1};
        struct call record = {.event_source = call->event_source,
            .operation = call->operation,
            .region = call->region,
            .request = call->parts[i].request,
            .response = call->parts[i].response,
            .additional = call->parts[i].additional,
            .resources = call->parts[i].resources,
            .resource_count = call->parts[i].resource_count,
            .transfer = &transfer};
        call_append_record(recorder, &text, &record);
        struct json_value value;
        struct error error;
        bool is_read = json_parse(parser, buf_str(&text), &value, &error);
        uint64_t number = 0, bytes_in = 0;
        struct json_value additional = json_get(value, "additionalEventData");
        (void)json_u64(json_get(additional, "part"), &number);
        (void)json_u64(json_get(additional, "bytesTransferredIn"), &bytes_in);
        tally.are_sound = tally.are_sound && is_read && text.size <= CALL_RECORD_SIZE_MAX && bytes_in == 1 &&
                          number == (call->part_count > 1 ? i + 1 : 0);
        tally_record(arena, plan, value, &tally);
    }
    return tally;
}

static void every_key_is_recorded_however_many_and_long(void) {
    static const struct {
        struct plan plan;
        size_t parts;
    } cases[] = {
        {{1, 8, 1, 'k', "Access Denied"}, 1},
        {{250, 40, 250, 'k', "Access Denied"}, 1},
        {{1000, 40, 0, 'k', "Access Denied"}, 3},
        {{1000, 40, 1000, 'k', "Access Denied"}, 3},
        {{1000, 5, 0, 'k', "Access Denied"}, 2},
        {{1000, 1024, 0, 'k', "A long message. A long message. A long message."}, 18},
        {{1000, 1024, 0, '"', "Access \"Denied\""}, 34},
        {{1000, 1024, 500, '\n', "Access Denied"}, 34},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCOPED(arena_finish) struct arena arena = ARENA_INIT;
        const struct plan *plan = &cases[i].plan;
        struct protocol_call call = read_exchange(&arena, request_of(&arena, plan), reply_of(&arena, plan));
        struct tally tally = tally_of(&arena, plan, &call);
        bool is_so = tally.are_sound && tally.keys == plan->count && tally.resources == plan->count &&
                     tally.errors == plan->count - plan->fail_from && call.part_count <= cases[i].parts;
        if (!is_so)
            printf("# case %zu: %zu parts, %zu keys, %zu resources, %zu errors, sound %d\n", i,
                call.part_count, tally.keys, tally.resources, tally.errors, tally.are_sound);
        EXPECT(is_so && call.error_code.size == 0);
    }
}

static void versions_markers_and_errors_stand_with_their_keys(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str request = STR_LITERAL(
        "POST /b?delete&x-id=DeleteObjects\n\n<?xml version=\"1.0\"?><Delete xmlns=\"x\"><Object><Key>a</Key>"
        "</Object><Object><Key>b</Key><VersionId>1</VersionId></Object><Object><Key>b</Key><VersionId>2"
        "</VersionId></Object><Object><Key>7</Key></Object><Quiet>true</Quiet></Delete>");
    struct str reply =
        STR_LITERAL("200\nx-amz-request-charged: "
                    "requester\n\n<DeleteResult><Error><Key>b</Key><VersionId>2</VersionId><Code>"
                    "AccessDenied</Code><Message>No</Message></Error><Deleted><Key>a</"
                    "Key><DeleteMarker>true</DeleteMarker>"
                    "<DeleteMarkerVersionId>m</DeleteMarkerVersionId></Deleted><Deleted><Key>7</Key></"
                    "Deleted><Error><Key>"
                    "never asked for</Key><Code>X</Code></Error></DeleteResult>");
    struct protocol_call call = read_exchange(&arena, request, reply);
    EXPECT(call.part_count == 1 && call.parts[0].resource_count == 4);
    EXPECT(is_text("parameters", call.parts[0].request.json,
        "{\"bucketName\":\"b\",\"delete\":\"\",\"x-id\":"
        "\"DeleteObjects\",\"Delete\":{\"Object\":[{\"Key\":\"a\"},"
        "{\"Key\":\"b\",\"VersionId\":\"1\"},{\"Key\":\"b\","
        "\"VersionId\":\"2\"},{\"Key\":\"7\"}],\"Quiet\":true}}"));
    EXPECT(is_text("response", call.parts[0].response.json,
        "{\"x-amz-request-charged\":\"requester\",\"DeleteResult\":{\"Deleted\":[{\"Key\":\"a\","
        "\"DeleteMarker\":"
        "true,\"DeleteMarkerVersionId\":\"m\"}],\"Error\":[{\"Key\":\"b\",\"VersionId\":\"2\",\"Code\":"
        "\"AccessDenied\",\"Message\":\"No\"}]}}"));
    EXPECT(call.parts[0].additional.json.size == 0);
}

#define NOTE(why, size)                                                                                      \
    "{\"bucketName\":\"b\",\"delete\":\"\",\"requestBody\":{\"reason\":\"requestBody " why                   \
    "\",\"omitted\":true,\"originalSize\":" size "}}"

static void what_is_no_deletion_still_is_a_record(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct str reply = STR_LITERAL("400\n\n<Error><Code>MalformedXML</Code></Error>");
    struct protocol_call call = read_exchange(&arena, STR_LITERAL("POST /b?delete\n\n<Delete><Obj"), reply);
    EXPECT(call.part_count == 1 &&
           is_text("parameters", call.parts[0].request.json, NOTE("not readable", "12")));
    EXPECT(is_text("error", call.error_code, "MalformedXML"));
    call = read_exchange(&arena, STR_LITERAL("POST /b?delete&requestBody=x\n\n<Delete></Delete>"), reply);
    EXPECT(call.part_count == 1 &&
           is_text("parameters", call.parts[0].request.json, NOTE("not readable", "17")));
}

static void a_body_that_was_too_large_is_told_of(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct bytes body;
    struct str text = STR_LITERAL("POST /b?delete\n" EXCHANGE_SIGNED("s3"));
    struct protocol_request request = exchange_request(&arena, text, &body);
    struct protocol_reply reply = {.status = 200};
    struct protocol_call call;
    dialect_begin(&arena, &request, &call);
    call.body_was_too_large = true;
    dialect_begin_reply(&reply, &call);
    dialect_read_reply(&arena, NULL, &reply, body, &call);
    EXPECT(is_text("parameters", call.parts[0].request.json, NOTE("too large", "8388609")));
}

static void keys_past_the_last_part_are_counted(void) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct plan plan = {4000, 1024, 4000, '"', ""};
    struct str request = request_of(&arena, &plan);
    struct bytes body;
    struct protocol_request head = exchange_request(&arena, request, &body);
    struct protocol_call call;
    dialect_begin(&arena, &head, &call);
    dialect_read_body(&arena, NULL, body, &call);
    struct str last = call.parts[call.part_count - 1].additional.json;
    EXPECT(call.part_count == PROTOCOL_PARTS_MAX);
    EXPECT(str_find(last, STR_LITERAL("{\"part\":64,\"parts\":64,\"omittedEntries\":")) == 0);
}

int main(void) {
    parser = json_parser_create();
    recorder = call_recorder_create();
    TEST(every_key_is_recorded_however_many_and_long);
    TEST(versions_markers_and_errors_stand_with_their_keys);
    TEST(what_is_no_deletion_still_is_a_record);
    TEST(a_body_that_was_too_large_is_told_of);
    TEST(keys_past_the_last_part_are_counted);
    call_recorder_destroy(recorder);
    json_parser_destroy(parser);
    return tap_done();
}
