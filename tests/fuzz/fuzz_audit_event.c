/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever eventData holds: what is taken of it is an event that admission takes too, of this channel. */
#include "audit/event.h"
#include "base/check.h"
#include "event/event.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_record(struct buf *record, const struct audit_place *place) {
    static const char padding[JSON_PADDING];
    struct event_parser *parser = event_parser_create();
    struct event_facets facets;
    struct error error = {0};
    size_t size = record->size;
    buf_append(record, padding, sizeof padding);
    /* Nesting is the one thing that the record has more of than eventData. */
    if (event_parse(parser, str_of(record->data, size), place->now, &facets, &error)) {
        ASSERT(str_is(facets.category_text, EVENT_ACTIVITY_CATEGORY));
        ASSERT(str_equals(facets.account, place->account) && str_equals(facets.region, place->region));
        ASSERT(facets.resource_count == 1 && str_equals(facets.resources[0].name, place->channel_arn));
    } else {
        ASSERT(size > JSON_DEPTH_MAX);
    }
    event_parser_destroy(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t key[AUDIT_KEY_SIZE] = {1};
    const struct audit_place place = {
        .channel_arn = STR_LITERAL("arn:aws:cloudtrail:eu-west-1:123456789012:channel/c"),
        .account = STR_LITERAL("123456789012"),
        .region = STR_LITERAL("eu-west-1"),
        .now = {1767268800000},
        .key = key,
    };
    const struct audit_event event = {STR_LITERAL("id"), bytes_str(bytes_of(data, size)), {NULL, 0}};
    struct arena arena = ARENA_INIT;
    struct buf record = BUF_INIT(1 << 20);
    struct json_parser *parser = json_parser_create();
    struct audit_problem problem;
    if (audit_event_append(&record, parser, &arena, &place, &event, &problem))
        check_record(&record, &place);
    else
        ASSERT(record.size == 0 && problem.message.size > 0 && strlen(problem.code) > 0);
    json_parser_destroy(parser);
    buf_finish(&record);
    arena_finish(&arena);
    return 0;
}
