/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of any kind, of any service: the record parses, is no larger than allowed and holds no secret.
 */
#include "base/check.h"
#include "base/own.h"
#include "call/call.h"
#include "event/event.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const services[] = {
    "s3.amazonaws.com", "rds.amazonaws.com", "cairn.amazonaws.com", "ssm.amazonaws.com"};
static const char *const operations[] = {"PutObject", "ListObjectsV2", "CreateKey", "GetThing"};

/* No object in the value has a member that every service keeps secret, unless covered. */
static void expect_scrubbed(struct json_value value) {
    struct json_iterator iterator = json_iterate(value);
    while (json_next(&iterator)) {
        ASSERT(!str_equals_ignoring_case(iterator.key, STR_LITERAL("secretAccessKey")));
        if (str_equals_ignoring_case(iterator.key, STR_LITERAL("password")))
            ASSERT(json_kind(iterator.value) == JSON_NULL || json_kind(iterator.value) == JSON_BOOLEAN ||
                   str_is(json_text(iterator.value), "****"));
        expect_scrubbed(iterator.value);
    }
}

/* The first byte chooses service, operation and casing; the rest is the request, the response and texts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct call_recorder *recorder;
    static struct event_parser *parser;
    static struct json_parser *document;
    if (recorder == NULL) {
        recorder = call_recorder_create();
        parser = event_parser_create();
        document = json_parser_create();
    }
    if (size == 0)
        return 0;
    struct str text = str_of((const char *)data + 1, size - 1);
    struct call call = {
        .event_source = str_from(services[data[0] & 3]),
        .operation = str_from(operations[data[0] >> 2 & 3]),
        .identity = {.type = STR_LITERAL("IAMUser"), .user_name = text},
        .time = {1772438659000},
        .region = STR_LITERAL("eu-west-1"),
        .account = STR_LITERAL("210987654321"),
        .user_agent = text,
        .error_message = (data[0] & 32) != 0 ? text : STR_EMPTY,
        .host = text,
        .casing = (data[0] & 16) != 0 ? CALL_WIRE : CALL_CASED,
        .request = {.json = text},
        .response = {.json = text},
        .bucket_account = STR_LITERAL("210987654321"),
    };
    SCOPED(buf_finish) struct buf record = BUF_INIT(1 << 20);
    call_append_record(recorder, &record, &call);
    ASSERT(record.size != 0 && record.size <= CALL_RECORD_SIZE_MAX);
    memset(buf_reserve(&record, JSON_PADDING), 0, JSON_PADDING);
    struct str json = buf_str(&record);
    struct event_facets facets;
    struct error error;
    ASSERT(event_parse(parser, json, call.time, &facets, &error));
    ASSERT(str_equals(facets.account, call.account) && facets.version.size == 4);
    struct json_value root;
    ASSERT(json_parse(document, json, &root, &error));
    expect_scrubbed(json_get(root, "requestParameters"));
    expect_scrubbed(json_get(root, "responseElements"));
    return 0;
}
