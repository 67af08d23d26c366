/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors from outside: what is accepted prints as a list that is accepted and prints the same. */
#include "base/check.h"
#include "base/own.h"
#include "event/selector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct event_selectors *parse_function(struct json_value list, struct error *error);

static void round_trip(struct json_parser *parser, struct str text, parse_function *parse) {
    struct json_value list;
    struct error error;
    if (!json_parse(parser, text, &list, &error))
        return;
    struct event_selectors *first = parse(list, &error);
    if (first == NULL) {
        ASSERT(error.kind == ERROR_INVALID);
        return;
    }
    SCOPED(buf_finish) struct buf printed = BUF_INIT(64 << 20);
    SCOPED(buf_finish) struct buf again = BUF_INIT(64 << 20);
    event_selectors_append_json(&printed, first);
    ASSERT(json_parse(parser, buf_str(&printed), &list, &error));
    struct event_selectors *second = parse(list, &error);
    ASSERT(second != NULL);
    event_selectors_append_json(&again, second);
    ASSERT(str_equals(buf_str(&printed), buf_str(&again)));
    ASSERT(event_selectors_are_default(first) == event_selectors_are_default(second));

    const struct event_resource resource = {STR_LITERAL("AWS::S3::Object"), STR_LITERAL("arn:aws:s3:::b/k")};
    struct event_facets facets = {.category = EVENT_DATA,
        .category_text = STR_LITERAL("Data"),
        .resources = &resource,
        .resource_count = 1};
    ASSERT(event_selectors_match(first, &facets) == event_selectors_match(second, &facets));
    event_selectors_destroy(first);
    event_selectors_destroy(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct json_parser *parser;
    if (parser == NULL)
        parser = json_parser_create();
    struct str text = str_of((const char *)data, size);
    round_trip(parser, text, event_selectors_parse_basic);
    round_trip(parser, text, event_selectors_parse_advanced);
    round_trip(parser, text, event_selectors_parse_store);
    return 0;
}
