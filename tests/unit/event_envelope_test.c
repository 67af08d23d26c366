/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"
#include "support/facets.h"
#include "support/record.h"
#include "support/tap.h"

static struct event_parser *parser;
static struct arena arena;
static struct error error;

static struct event_envelope sample(struct buf *text) {
    struct event_envelope envelope = {
        .kind = EVENT_KIND_INTENT,
        .door = EVENT_DOOR_GATEWAY,
        .is_witnessed = true,
        .arrived_at = {1772438660123},
        .principal = STR_LITERAL("arn:aws:iam::210987654321:user/sender"),
        .sequence = 0x0123456789abcdef,
        .record = STR_LITERAL(RECORD_STOP_LOGGING),
    };
    hash_sha256(str_bytes(envelope.record), envelope.sha256);
    EXPECT(event_parse(parser, record_padded(text, envelope.record), RECORD_NOW, &envelope.facets, &error));
    return envelope;
}

static void what_was_written_is_read_back(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    struct event_envelope before = sample(&text), after;
    buf_append_text(&payload, "before");
    event_envelope_append(&payload, &before);
    struct bytes bytes = bytes_of(payload.data + 6, payload.size - 6);
    EXPECT(event_envelope_parse(&arena, bytes, &after, &error));
    EXPECT_INT(after.kind, EVENT_KIND_INTENT);
    EXPECT_INT(after.door, EVENT_DOOR_GATEWAY);
    EXPECT(after.is_witnessed && !after.is_archive);
    EXPECT_INT(after.arrived_at.ms, before.arrived_at.ms);
    EXPECT(str_equals(after.principal, before.principal) && after.sequence == before.sequence);
    EXPECT(memcmp(after.sha256, before.sha256, SHA256_SIZE) == 0);
    EXPECT(facets_equal(&after.facets, &before.facets));
    EXPECT(str_equals(after.record, before.record));
}

static void an_envelope_of_nothing_is_one_too(void) {
    struct event_envelope before = {.kind = EVENT_KIND_MARK, .is_archive = true}, after;
    before.facets.time = MOMENT_NONE;
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    event_envelope_append(&payload, &before);
    EXPECT(event_envelope_parse(&arena, buf_bytes(&payload), &after, &error));
    EXPECT(after.is_archive && !after.is_witnessed);
    EXPECT_INT(after.facets.time.ms, INT64_MIN);
    EXPECT(facets_equal(&after.facets, &before.facets));
    EXPECT_INT(after.record.size, 0);
}

/* The layout is on disk: an envelope written by the first version must read for ever. */
static void the_bytes_are_those_of_the_format_page(void) {
    const struct event_resource resource = {STR_LITERAL("T"), STR_LITERAL("N")};
    struct event_envelope envelope = {
        .kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_IMPORT,
        .is_archive = true,
        .arrived_at = {0x0102},
        .principal = STR_LITERAL("p"),
        .record = STR_LITERAL("{}"),
        .facets = {.time = {3},
            .category = EVENT_DATA,
            .read_only = EVENT_TRUE,
            .management_event = EVENT_FALSE,
            .version = STR_LITERAL("v"),
            .shared_id = STR_LITERAL("s"),
            .lookup_resources = &resource,
            .lookup_resource_count = 1},
    };
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf hex = BUF_INIT(65536);
    event_envelope_append(&payload, &envelope);
    hex_append(&hex, buf_bytes(&payload));
    EXPECT(str_is(buf_str(&hex), "01"
                                 "01"
                                 "01"
                                 "02"
                                 "0201000000000000"
                                 "0000000000000000000000000000000000000000000000000000000000000000"
                                 "0170"
                                 "01"
                                 "01"
                                 "02"
                                 "01"
                                 "00"
                                 "0300000000000000"
                                 "00000000000000000000000000000000"
                                 "0176"
                                 "000000000000000000000000000000"
                                 "0173"
                                 "010154014e"
                                 "00"
                                 "7b7d"));
}

static void a_number_makes_it_version_2(void) {
    struct event_envelope envelope = {.kind = EVENT_KIND_INTENT,
        .door = EVENT_DOOR_GATEWAY,
        .is_witnessed = true,
        .principal = STR_LITERAL("g"),
        .sequence = 0x0102};
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf hex = BUF_INIT(65536);
    event_envelope_append(&payload, &envelope);
    hex_append(&hex, bytes_of(payload.data, 56));
    EXPECT(str_is(buf_str(&hex), "02"
                                 "02"
                                 "04"
                                 "01"
                                 "0000000000000000"
                                 "0000000000000000000000000000000000000000000000000000000000000000"
                                 "0201000000000000"
                                 "0167"
                                 "0100"));
    struct event_envelope after;
    payload.data[44] = payload.data[45] = 0;
    EXPECT(!event_envelope_parse(&arena, buf_bytes(&payload), &after, &error));
    EXPECT(!event_envelope_parse_head(buf_bytes(&payload), &after, &error) && error.kind == ERROR_CORRUPT);
}

static void the_head_can_be_read_alone(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    struct event_envelope before = sample(&text), after;
    event_envelope_append(&payload, &before);
    EXPECT(event_envelope_parse_head(buf_bytes(&payload), &after, &error));
    EXPECT(after.kind == before.kind && after.door == before.door && after.sequence == before.sequence);
    EXPECT(str_equals(after.principal, before.principal) && after.facets.time.ms == before.facets.time.ms);
    EXPECT(memcmp(after.facets.id.bytes, before.facets.id.bytes, UUID_SIZE) == 0);
    EXPECT(after.facets.name.size == 0 && after.record.size == 0);
}

static void every_shorter_envelope_is_corrupt(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    struct event_envelope envelope = sample(&text), after;
    envelope.record = STR_EMPTY;
    event_envelope_append(&payload, &envelope);
    for (size_t size = 0; size < payload.size; size++) {
        error = (struct error){0};
        /* Its own memory, so that a sanitizer sees a read behind the end. */
        SCOPED(own_free) uint8_t *cut = mem_copy(payload.data, size);
        EXPECT(!event_envelope_parse(&arena, bytes_of(cut, size), &after, &error));
        EXPECT_INT(error.kind, ERROR_CORRUPT);
    }
}

static void values_out_of_range_are_corrupt(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf payload = BUF_INIT(65536);
    struct event_envelope envelope = sample(&text), after;
    event_envelope_append(&payload, &envelope);
    size_t facets_at = 4 + 8 + SHA256_SIZE + 8 + 1 + envelope.principal.size;
    const size_t places[] = {
        0, 1, 2, 3, facets_at, facets_at + 1, facets_at + 2, facets_at + 3, facets_at + 4};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char was = payload.data[places[i]];
        payload.data[places[i]] = (char)0x7f;
        error = (struct error){0};
        EXPECT(!event_envelope_parse(&arena, buf_bytes(&payload), &after, &error));
        EXPECT_INT(error.kind, ERROR_CORRUPT);
        payload.data[places[i]] = was;
    }
    EXPECT(event_envelope_parse(&arena, buf_bytes(&payload), &after, &error));
}

static void a_full_buffer_says_so_and_gets_no_half_envelope(void) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(65536);
    SCOPED(buf_finish) struct buf payload = BUF_INIT(100);
    struct event_envelope envelope = sample(&text);
    event_envelope_append(&payload, &envelope);
    EXPECT(payload.overflowed);
    EXPECT_INT(payload.size, 0);
}

int main(void) {
    parser = event_parser_create();
    TEST(what_was_written_is_read_back);
    TEST(an_envelope_of_nothing_is_one_too);
    TEST(the_bytes_are_those_of_the_format_page);
    TEST(a_number_makes_it_version_2);
    TEST(the_head_can_be_read_alone);
    TEST(every_shorter_envelope_is_corrupt);
    TEST(values_out_of_range_are_corrupt);
    TEST(a_full_buffer_says_so_and_gets_no_half_envelope);
    arena_finish(&arena);
    event_parser_destroy(parser);
    return tap_done();
}
