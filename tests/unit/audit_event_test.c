/* SPDX-License-Identifier: Apache-2.0 */
/* One audit event against the rules of eventData, and the record that is kept of it. */
#include "audit/event.h"
#include "base/own.h"
#include "event/event.h"
#include "support/tap.h"

#include <string.h>

static const uint8_t KEY[AUDIT_KEY_SIZE] = {1, 2, 3};
static const struct audit_place PLACE = {
    .channel_arn = {"arn:aws:cloudtrail:eu-west-1:123456789012:channel/c", 51},
    .account = {"123456789012", 12},
    .region = {"eu-west-1", 9},
    .now = {1767268800000},
    .key = KEY,
};
#define HEAD                                                                                                 \
    "{\"version\":\"1\",\"userIdentity\":{\"type\":\"user\",\"principalId\":\"ada\",\"details\":{\"x\":1}}," \
    "\"eventSource\":\"shop\",\"eventName\":\"Order\",\"eventTime\":\"2026-01-01T11:59:00\",\"UID\":\"u-"    \
    "1\","
#define GOOD HEAD "\"recipientAccountId\":\"123456789012\"}"

static struct buf record = {.limit = 1 << 20};
static struct audit_problem problem;
static struct arena arena;
static struct json_parser *parser;

static bool take(struct str data, const char *checksum) {
    struct audit_event event = {
        STR_LITERAL("id-1"), data, {checksum, checksum != NULL ? strlen(checksum) : 0}};
    buf_clear(&record);
    return audit_event_append(&record, parser, &arena, &PLACE, &event, &problem);
}

static bool refuses(struct str data, const char *code) {
    bool is_it = !take(data, NULL) && strcmp(problem.code, code) == 0 && record.size == 0;
    if (!is_it)
        printf("# %s: %.*s\n", problem.code != NULL ? problem.code : "taken", STR(problem.message));
    return is_it;
}

/* The good event with one part replaced. */
static struct str with(const char *part, const char *replacement) {
    struct str good = STR_LITERAL(GOOD);
    size_t at = str_find(good, str_from(part));
    EXPECT(at != SIZE_MAX);
    return arena_format(&arena, "%.*s%s%.*s", STR(str_slice(good, 0, at)), replacement,
        STR(str_slice(good, at + strlen(part), SIZE_MAX)));
}

static struct str with_member(const char *name, char open, size_t size, char close) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(1 << 20);
    buf_append_format(&text, HEAD "\"%s\":%c", name, open);
    if (open == '{')
        buf_append_text(&text, "\"k\":\"");
    for (size_t i = 0; i < size; i++)
        buf_append_char(&text, 'x');
    if (open == '{')
        buf_append_char(&text, '"');
    buf_append_format(&text, "%c,\"recipientAccountId\":\"123456789012\"}", close);
    return arena_str(&arena, buf_str(&text));
}

static void a_good_event_becomes_a_record_of_its_channel(void) {
    EXPECT(take(
        with("\"UID\":\"u-1\"", " \"UID\" :\t\"u \\\" {1\",\n \"n\":1234567890123456789012345678901"), NULL));
    static const char padding[JSON_PADDING];
    struct str text = buf_str(&record);
    EXPECT(str_find(text, STR_LITERAL("\"UID\":\"u \\\" {1\",\"n\":1234567890123456789012345678901")) !=
           SIZE_MAX);
    EXPECT(
        str_find(text, STR_LITERAL("\"eventTime\":\"2026-01-01T11:59:00Z\",\"awsRegion\":\"eu-west-1\"")) !=
        SIZE_MAX);
    EXPECT(
        str_find(text,
            STR_LITERAL("\"metadata\":{\"ingestionTime\":\"2026-01-01T12:00:00Z\",\"channelARN\":\"arn:")) !=
        SIZE_MAX);
    size_t size = record.size;
    buf_append(&record, padding, sizeof padding);
    struct event_parser *events = event_parser_create();
    struct event_facets facets;
    struct error error = {0};
    EXPECT(event_parse(events, str_of(record.data, size), PLACE.now, &facets, &error));
    EXPECT(str_is(facets.category_text, EVENT_ACTIVITY_CATEGORY) && str_is(facets.name, "Order"));
    EXPECT(str_equals(facets.account, PLACE.account) && !facets.id_is_derived);
    EXPECT(facets.resource_count == 1 && str_equals(facets.resources[0].name, PLACE.channel_arn));
    event_parser_destroy(events);
}

static void the_id_is_of_channel_id_and_content(void) {
    struct audit_event event = {STR_LITERAL("a"), STR_LITERAL(GOOD), {NULL, 0}}, other = event;
    struct audit_place place = PLACE;
    struct uuid id = audit_event_id(&place, &event);
    place.now.ms += 5000;
    struct uuid again = audit_event_id(&place, &event);
    EXPECT(memcmp(id.bytes, again.bytes, UUID_SIZE) == 0);
    other.id = STR_LITERAL("b");
    again = audit_event_id(&place, &other);
    EXPECT(memcmp(id.bytes, again.bytes, UUID_SIZE) != 0);
    other = event;
    other.data = with("Order", "Offer");
    again = audit_event_id(&place, &other);
    EXPECT(memcmp(id.bytes, again.bytes, UUID_SIZE) != 0);
    place.channel_arn = STR_LITERAL("arn:other");
    again = audit_event_id(&place, &event);
    EXPECT(memcmp(id.bytes, again.bytes, UUID_SIZE) != 0);
    place = PLACE;
    const uint8_t other_key[AUDIT_KEY_SIZE] = {9};
    place.key = other_key;
    again = audit_event_id(&place, &event);
    EXPECT(memcmp(id.bytes, again.bytes, UUID_SIZE) != 0);
}

static void a_checksum_is_verified(void) {
    struct str data = STR_LITERAL(GOOD);
    uint8_t hash[SHA256_SIZE];
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    hash_sha256(str_bytes(data), hash);
    base64_append(&text, BYTES_OF(hash));
    EXPECT(take(data, text.data));
    EXPECT(!take(with("Order", "Offer"), text.data) && strcmp(problem.code, "InvalidChecksum") == 0);
    EXPECT(!take(data, "") && strcmp(problem.code, "InvalidChecksum") == 0);
}

static void each_rule_has_its_code(void) {
    static const struct {
        const char *part, *replacement, *code;
    } cases[] = {
        {"\"version\":\"1\",", "", "FieldNotFound"},
        {"\"version\":\"1\"", "\"version\":null", "FieldNotFound"},
        {"\"version\":\"1\"", "\"version\":\"\"", "FieldNotFound"},
        {"\"version\":\"1\"", "\"version\":1", "InvalidData"},
        {"\"type\":\"user\",", "", "FieldNotFound"},
        {"\"principalId\":\"ada\"", "\"principalId\":[]", "InvalidData"},
        {"{\"x\":1}", "\"x\"", "InvalidData"},
        {"\"eventSource\":\"shop\"", "\"eventSource\":\"s3.amazonaws.com\"", "InvalidEventSource"},
        {"\"UID\"", "\"uid\"", "FieldNotFound"},
        {"2026-01-01T11:59:00", "2026-01-01 11:59:00", "InvalidData"},
        {"2026-01-01T11:59:00", "2026-01-01T12:15:01", "InvalidData"},
        {"2026-01-01T11:59:00", "1969-12-31T23:59:59", "InvalidData"},
        {"\"123456789012\"", "\"210987654321\"", "InvalidRecipient"},
        {"\"UID\":\"u-1\"", "\"UID\":\"u-1\",\"UID\":\"u-2\"", "InvalidData"},
        {"\"UID\":\"u-1\"", "\"UID\":\"u-1\",\"sourceIPAddress\":\"nowhere\"", "InvalidData"},
        {"\"UID\":\"u-1\"", "\"UID\":\"u-1\",\"requestParameters\":[]", "InvalidData"},
        {"}", "", "InvalidData"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        EXPECT(refuses(with(cases[i].part, cases[i].replacement), cases[i].code));
    EXPECT(refuses(STR_LITERAL("[]"), "InvalidData") && refuses(STR_EMPTY, "InvalidData"));
    EXPECT(take(with("\"UID\":\"u-1\"", "\"UID\":\"u-1\",\"sourceIPAddress\":\"2001:db8::1\""), NULL));
    EXPECT(take(with("2026-01-01T11:59:00", "2026-01-01T12:15:00Z"), NULL));
}

static void sizes_are_limited(void) {
    static const struct {
        const char *name;
        char open, close;
        size_t size_max;
    } cases[] = {
        {"userAgent", '"', '"', 1024},
        {"errorCode", '"', '"', 256},
        {"errorMessage", '"', '"', 256},
        {"requestParameters", '{', '}', (100 << 10) - 8},
        {"responseElements", '{', '}', (100 << 10) - 8},
        {"additionalEventData", '{', '}', (28 << 10) - 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT(take(with_member(cases[i].name, cases[i].open, cases[i].size_max, cases[i].close), NULL));
        EXPECT(refuses(with_member(cases[i].name, cases[i].open, cases[i].size_max + 1, cases[i].close),
            "FieldTooLong"));
    }
    EXPECT(refuses(with_member("more", '{', 256 << 10, '}'), "FieldTooLong"));
}

int main(void) {
    parser = json_parser_create();
    TEST(a_good_event_becomes_a_record_of_its_channel);
    TEST(the_id_is_of_channel_id_and_content);
    TEST(a_checksum_is_verified);
    TEST(each_rule_has_its_code);
    TEST(sizes_are_limited);
    json_parser_destroy(parser);
    arena_finish(&arena);
    buf_finish(&record);
    return tap_done();
}
