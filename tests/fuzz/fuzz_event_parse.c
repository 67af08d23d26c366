/* SPDX-License-Identifier: Apache-2.0 */
/* A record from outside: whatever parses must survive the envelope unchanged. */
#include "base/check.h"
#include "event/event.h"
#include "event/insight.h"
#include "support/facets.h"
#include "support/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct event_parser *parser;
    static struct buf text = {.limit = 4 << 20};
    if (parser == NULL)
        parser = event_parser_create();
    struct event_envelope before = {.kind = EVENT_KIND_EVENT, .principal = STR_LITERAL("fuzz")}, after;
    struct error error;
    before.record = record_padded(&text, str_of((const char *)data, size));
    if (!event_parse(parser, before.record, RECORD_NOW, &before.facets, &error)) {
        ASSERT(error.kind == ERROR_INVALID || error.kind == ERROR_LIMIT);
        return 0;
    }
    ASSERT(before.facets.account.size == 12);
    ASSERT(before.facets.region.size >= 1 && before.facets.region.size <= 32);
    ASSERT(before.facets.time.ms >= 0 && before.facets.time.ms <= RECORD_NOW.ms + EVENT_AHEAD_MS_MAX);
    ASSERT(before.facets.version.size != 0 && before.facets.category_text.size != 0);
    if (before.facets.category == EVENT_INSIGHT) {
        struct event_insight insight = {0};
        struct json_parser *json = json_parser_create();
        ASSERT(event_insight_parse(json, before.record, &insight, &error) || error.kind == ERROR_INVALID);
        json_parser_destroy(json);
    }
    SCOPED(buf_finish) struct buf payload = BUF_INIT(64 << 20);
    struct arena arena = ARENA_INIT;
    event_envelope_append(&payload, &before);
    ASSERT(event_envelope_parse(&arena, buf_bytes(&payload), &after, &error));
    ASSERT(facets_equal(&before.facets, &after.facets) && str_equals(before.record, after.record));
    arena_finish(&arena);
    return 0;
}
