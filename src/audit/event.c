/* SPDX-License-Identifier: Apache-2.0 */
/* event.c: the rules of eventData as a table, and the record around it. */
#include "event.h"

#include "aws/arn.h"
#include "base/own.h"
#include "event/event.h"

#include <arpa/inet.h>
#include <string.h>

enum rule_kind { RULE_TEXT, RULE_OBJECT, RULE_ADDRESS };

/* Members of eventData; `parent` NULL: at its top. `size_max`: characters of texts, bytes of objects. */
static const struct rule {
    const char *parent, *name;
    enum rule_kind kind;
    bool is_required;
    size_t size_max;
} rules[] = {
    {NULL, "version", RULE_TEXT, true, 256},
    {NULL, "userIdentity", RULE_OBJECT, true, SIZE_MAX},
    {"userIdentity", "type", RULE_TEXT, true, 128},
    {"userIdentity", "principalId", RULE_TEXT, true, 1024},
    {"userIdentity", "details", RULE_OBJECT, false, SIZE_MAX},
    {NULL, "userAgent", RULE_TEXT, false, 1024},
    {NULL, "eventSource", RULE_TEXT, true, 1024},
    {NULL, "eventName", RULE_TEXT, true, 1024},
    {NULL, "eventTime", RULE_TEXT, true, 64},
    {NULL, "UID", RULE_TEXT, true, 1024},
    {NULL, "requestParameters", RULE_OBJECT, false, 100 << 10},
    {NULL, "responseElements", RULE_OBJECT, false, 100 << 10},
    {NULL, "errorCode", RULE_TEXT, false, 256},
    {NULL, "errorMessage", RULE_TEXT, false, 256},
    {NULL, "sourceIPAddress", RULE_ADDRESS, false, 64},
    {NULL, "recipientAccountId", RULE_TEXT, true, 12},
    {NULL, "additionalEventData", RULE_OBJECT, false, 28 << 10},
};

/* One event being checked. */
struct inspection {
    struct arena *arena;
    const struct audit_place *place;
    struct json_value data;
    struct moment time;
    struct audit_problem problem;
};

static bool refuse(struct inspection *inspection, const char *code, const char *format, ...) PRINTF(3, 4);
static bool refuse(struct inspection *inspection, const char *code, const char *format, ...) {
    SCOPED(buf_finish) struct buf message = BUF_INIT(BUF_UNBOUNDED);
    va_list args;
    va_start(args, format);
    buf_append_vformat(&message, format, args);
    va_end(args);
    inspection->problem = (struct audit_problem){code, arena_str(inspection->arena, buf_str(&message))};
    return false;
}

static const char *path_of(struct inspection *inspection, const struct rule *rule) {
    return arena_format(inspection->arena, "eventData.%s%s%s", rule->parent != NULL ? rule->parent : "",
        rule->parent != NULL ? "." : "", rule->name)
        .data;
}

static size_t character_count(struct str text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return count;
}

static bool is_address(struct inspection *inspection, struct str text) {
    uint8_t address[sizeof(struct in6_addr)];
    const char *literal = arena_text(inspection->arena, text);
    return strlen(literal) == text.size &&
           (inet_pton(AF_INET, literal, address) == 1 || inet_pton(AF_INET6, literal, address) == 1);
}

/* A member that is there and of the right kind. */
static bool check_size(struct inspection *inspection, const struct rule *rule, struct json_value value) {
    size_t size = 0;
    if (rule->kind == RULE_OBJECT && rule->size_max != SIZE_MAX) {
        SCOPED(buf_finish) struct buf text = BUF_INIT(BUF_UNBOUNDED);
        json_append_value(&text, value);
        size = text.size;
    } else if (rule->kind != RULE_OBJECT) {
        size = character_count(json_text(value));
    }
    if (size > rule->size_max)
        return refuse(inspection, "FieldTooLong", "%s is too long: at most %zu %s are allowed.",
            path_of(inspection, rule), rule->size_max, rule->kind == RULE_OBJECT ? "bytes" : "characters");
    return true;
}

static bool check_rule(struct inspection *inspection, const struct rule *rule) {
    struct json_value parent =
        rule->parent != NULL ? json_get(inspection->data, rule->parent) : inspection->data;
    struct json_value value = json_get(parent, rule->name);
    bool is_there = json_exists(value) && json_kind(value) != JSON_NULL;
    if (!is_there || (rule->is_required && json_kind(value) == JSON_STRING && json_text(value).size == 0))
        return !rule->is_required ||
               refuse(inspection, "FieldNotFound", "%s is required.", path_of(inspection, rule));
    if (json_kind(value) != (rule->kind == RULE_OBJECT ? JSON_OBJECT : JSON_STRING))
        return refuse(inspection, "InvalidData", "%s is not %s.", path_of(inspection, rule),
            rule->kind == RULE_OBJECT ? "an object" : "a string");
    if (!check_size(inspection, rule, value))
        return false;
    if (rule->kind == RULE_ADDRESS && !is_address(inspection, json_text(value)))
        return refuse(inspection, "InvalidData", "%s is neither an IPv4 nor an IPv6 address.",
            path_of(inspection, rule));
    return true;
}

/* yyyy-MM-DDTHH:mm:ss, UTC, with or without the Z. */
static bool check_time(struct inspection *inspection) {
    struct str text = json_text(json_get(inspection->data, "eventTime"));
    struct str with_zone = arena_format(inspection->arena, "%.*sZ", STR(text));
    if (!time_parse_iso(text, &inspection->time) && !time_parse_iso(with_zone, &inspection->time))
        return refuse(
            inspection, "InvalidData", "eventData.eventTime is not of the form yyyy-MM-DDTHH:mm:ss.");
    if (inspection->time.ms < 0 || inspection->time.ms - EVENT_AHEAD_MS_MAX > inspection->place->now.ms)
        return refuse(
            inspection, "InvalidData", "eventData.eventTime is before 1970, or more than 15 minutes ahead.");
    return true;
}

static bool check_whose(struct inspection *inspection) {
    struct str recipient = json_text(json_get(inspection->data, "recipientAccountId"));
    struct str source = json_text(json_get(inspection->data, "eventSource"));
    if (!str_equals(recipient, inspection->place->account))
        return refuse(inspection, "InvalidRecipient",
            "eventData.recipientAccountId is not the account of the channel: %.*s.",
            STR(inspection->place->account));
    if (str_ends_with(source, STR_LITERAL(".amazonaws.com")))
        return refuse(inspection, "InvalidEventSource",
            "eventData.eventSource names an AWS service; channels are for events from outside of AWS.");
    return true;
}

static bool check_keys(struct inspection *inspection) {
    struct str key;
    if (json_find_duplicate_key(inspection->data, &key) ||
        json_find_duplicate_key(json_get(inspection->data, "userIdentity"), &key))
        return refuse(
            inspection, "InvalidData", "eventData has the key %.*s twice.", STR(str_slice(key, 0, 100)));
    return true;
}

static bool check_checksum(struct inspection *inspection, const struct audit_event *event) {
    uint8_t hash[SHA256_SIZE];
    SCOPED(buf_finish) struct buf text = BUF_INIT(2 * SHA256_SIZE);
    if (event->checksum.data == NULL)
        return true;
    hash_sha256(str_bytes(event->data), hash);
    base64_append(&text, BYTES_OF(hash));
    if (str_equals(buf_str(&text), event->checksum))
        return true;
    return refuse(inspection, "InvalidChecksum", "eventDataChecksum is not the base64-SHA256 of eventData.");
}

static bool inspect(
    struct inspection *inspection, struct json_parser *parser, const struct audit_event *event) {
    struct error error = {0};
    if (!check_checksum(inspection, event))
        return false;
    if (!json_parse(parser, event->data, &inspection->data, &error))
        return refuse(inspection, "InvalidData", "eventData is not valid JSON: %s", error.message);
    if (json_kind(inspection->data) != JSON_OBJECT)
        return refuse(inspection, "InvalidData", "eventData is not a JSON object.");
    if (!check_keys(inspection))
        return false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (!check_rule(inspection, &rules[i]))
            return false;
    return check_time(inspection) && check_whose(inspection);
}

/* ---- the record ---- */

/* Valid JSON without the blanks between its parts; every number stays as it was written. */
static void append_compact(struct buf *buf, struct str json) {
    bool is_in_string = false;
    for (size_t i = 0; i < json.size; i++) {
        char c = json.data[i];
        if (is_in_string && c == '\\') {
            buf_append(buf, json.data + i++, 2); /* what is escaped follows: the JSON is valid */
            continue;
        }
        if (c == '"')
            is_in_string = !is_in_string;
        if (is_in_string || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
            buf_append_char(buf, c);
    }
}

static void member_time(struct json_writer *writer, const char *key, struct moment moment) {
    SCOPED(buf_finish) struct buf text = BUF_INIT(64);
    time_append_iso(&text, moment);
    json_member_string(writer, key, buf_str(&text));
}

static void append_record(
    struct buf *buf, const struct inspection *inspection, const struct audit_event *event) {
    const struct audit_place *place = inspection->place;
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(audit_event_id(place, event), id);
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "eventVersion", STR_LITERAL("1.0"));
    json_member_string(&writer, "eventCategory", STR_LITERAL(EVENT_ACTIVITY_CATEGORY));
    json_member_string(&writer, "eventType", STR_LITERAL("ActivityLog"));
    json_member_string(&writer, "eventID", str_from(id));
    member_time(&writer, "eventTime", inspection->time);
    json_member_string(&writer, "awsRegion", place->region);
    json_member_string(&writer, "recipientAccountId", place->account);
    json_key(&writer, STR_LITERAL("metadata"));
    json_begin_object(&writer);
    member_time(&writer, "ingestionTime", place->now);
    json_member_string(&writer, "channelARN", place->channel_arn);
    json_end_object(&writer);
    json_key(&writer, STR_LITERAL("eventData"));
    append_compact(buf, event->data);
    json_end_object(&writer);
}

struct uuid audit_event_id(const struct audit_place *place, const struct audit_event *event) {
    SCOPED(buf_finish) struct buf name = BUF_INIT(BUF_UNBOUNDED);
    uint8_t hash[SHA256_SIZE];
    buf_append_str(&name, place->channel_arn);
    buf_append_u8(&name, 0); /* neither an ARN nor an id has one: no two triples are written alike */
    buf_append_str(&name, event->id);
    buf_append_u8(&name, 0);
    hash_sha256(str_bytes(event->data), hash);
    buf_append(&name, hash, sizeof hash);
    hash_hmac_sha256(bytes_of(place->key, AUDIT_KEY_SIZE), buf_bytes(&name), hash);
    return uuid_random(hash);
}

bool audit_event_append(struct buf *buf, struct json_parser *parser, struct arena *arena,
    const struct audit_place *place, const struct audit_event *event, struct audit_problem *ret_problem) {
    struct inspection inspection = {.arena = arena, .place = place};
    size_t before = buf->size;
    if (inspect(&inspection, parser, event)) {
        append_record(buf, &inspection, event);
        if (buf->size - before <= EVENT_SIZE_MAX && !buf->overflowed)
            return true;
        IGNORE(refuse(&inspection, "FieldTooLong", "The event is too large: at most %d bytes are allowed.",
                   EVENT_SIZE_MAX),
            "only the problem is wanted");
        buf->size = before;
    }
    *ret_problem = inspection.problem;
    return false;
}
