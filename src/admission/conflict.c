/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflict: the record that says that somebody sent an event under the id of another one. So nobody can
 * hide an event by planting its id first: the planted one stays, and the attempt shows beside it.
 */
#include "base/bits.h"

#include "private.h"

#include <string.h>

enum { SHOWN_SIZE_MAX = 512, RECORD_SIZE_MAX = 16 << 10 };

static const struct uuid conflict_namespace = {
    {0x6f, 0x1d, 0x0c, 0x5b, 0x93, 0x2e, 0x4a, 0x57, 0x8e, 0x04, 0xd1, 0x7a, 0x3b, 0x66, 0xc2, 0x90}};

/* The same attempt, repeated, is recorded once. The secret keeps the id from being planted in turn. */
static struct uuid conflict_id(const struct event_envelope *refused, uint64_t secret) {
    uint8_t name[8 + UUID_SIZE + SHA256_SIZE];
    store_u64(name, secret);
    memcpy(name + 8, refused->facets.id.bytes, UUID_SIZE);
    memcpy(name + 8 + UUID_SIZE, refused->sha256, SHA256_SIZE);
    return uuid_named(conflict_namespace, BYTES_OF(name));
}

static void member_uuid(struct json_writer *writer, const char *key, struct uuid uuid) {
    char text[UUID_TEXT_SIZE + 1];
    uuid_format(uuid, text);
    json_member_string(writer, key, str_from(text));
}

static void member_time(struct json_writer *writer, const char *key, struct moment moment) {
    struct buf text = BUF_INIT(64);
    (void)time_append_iso(&text, moment);
    json_member_string(writer, key, buf_str(&text));
    buf_finish(&text);
}

static void member_shown(struct json_writer *writer, const char *key, struct str text) {
    json_member_string(writer, key, str_slice(text, 0, SHOWN_SIZE_MAX));
}

static void write_details(struct json_writer *writer, const struct event_envelope *refused) {
    char sha256[2 * SHA256_SIZE];
    hex_encode(BYTES_OF(refused->sha256), sha256);
    json_key(writer, STR_LITERAL("serviceEventDetails"));
    json_begin_object(writer);
    member_uuid(writer, "eventID", refused->facets.id);
    json_member_string(writer, "reason",
        STR_LITERAL("An event with this ID and other content was recorded before; this one was refused."));
    member_shown(writer, "sentBy", refused->principal);
    json_member_string(writer, "refusedSha256", str_of(sha256, sizeof sha256));
    member_shown(writer, "refusedEventSource", refused->facets.source);
    member_shown(writer, "refusedEventName", refused->facets.name);
    member_time(writer, "refusedEventTime", refused->facets.time);
    member_shown(writer, "refusedUser", refused->facets.user_arn);
    json_end_object(writer);
}

static void write_record(
    struct buf *buf, const struct event_envelope *refused, struct uuid id, struct moment now) {
    const struct str cairn = STR_LITERAL("cairn.amazonaws.com");
    struct json_writer writer = JSON_WRITER(buf);
    json_begin_object(&writer);
    json_member_string(&writer, "eventVersion", STR_LITERAL("1.11"));
    json_key(&writer, STR_LITERAL("userIdentity"));
    json_begin_object(&writer);
    json_member_string(&writer, "accountId", refused->facets.account);
    json_member_string(&writer, "invokedBy", cairn);
    json_end_object(&writer);
    member_time(&writer, "eventTime", now);
    json_member_string(&writer, "eventSource", cairn);
    json_member_string(&writer, "eventName", STR_LITERAL("EventIdConflict"));
    json_member_string(&writer, "awsRegion", refused->facets.region);
    json_member_string(&writer, "sourceIPAddress", cairn);
    json_member_string(&writer, "userAgent", cairn);
    json_member_null(&writer, "requestParameters");
    json_member_null(&writer, "responseElements");
    member_uuid(&writer, "eventID", id);
    json_member_boolean(&writer, "readOnly", false);
    json_member_string(&writer, "eventType", STR_LITERAL("AwsServiceEvent"));
    json_member_boolean(&writer, "managementEvent", true);
    json_member_string(&writer, "recipientAccountId", refused->facets.account);
    write_details(&writer, refused);
    json_member_string(&writer, "eventCategory", STR_LITERAL("Management"));
    json_end_object(&writer);
}

static bool wrap(struct admission_group *group, struct str record, struct bytes *ret_payload,
    struct seen_claim *ret_claim, struct error *error) {
    struct event_envelope envelope = {
        .kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_INTERNAL,
        .is_witnessed = true,
        .arrived_at = group->last_arrival,
        .principal = STR_LITERAL("cairn.amazonaws.com"),
        .record = record,
    };
    if (!event_parse(group->parser, record, group->last_arrival, &envelope.facets, error))
        return error_context(error, "record of an id conflict");
    hash_sha256(str_bytes(record), envelope.sha256);
    struct buf payload = BUF_INIT(4 * RECORD_SIZE_MAX);
    event_envelope_append(&payload, &envelope);
    bool done = buf_check(&payload, "record of an id conflict", error);
    if (done) {
        *ret_payload = arena_bytes(&group->arena, buf_bytes(&payload));
        *ret_claim =
            (struct seen_claim){.id = envelope.facets.id, .content = admission_content(envelope.sha256)};
    }
    buf_finish(&payload);
    return done;
}

bool admission_conflict_payload(struct admission_group *group, const struct admission_entry *entry,
    struct bytes *ret_payload, struct seen_claim *ret_claim, struct error *error) {
    struct event_envelope refused;
    struct bytes payload = bytes_of(entry->batch->kit.payloads.data + entry->item->offset, entry->item->size);
    if (!event_envelope_parse(&group->arena, payload, &refused, error))
        return false;
    if (refused.facets.account.size == 0)
        refused.facets.account = group->account;
    if (refused.facets.region.size == 0)
        refused.facets.region = group->region;
    struct buf record = BUF_INIT(RECORD_SIZE_MAX);
    write_record(&record, &refused, conflict_id(&refused, group->secret), group->last_arrival);
    struct str text = buf_str(&record);
    static const char padding[JSON_PADDING];
    bool done = buf_append(&record, padding, sizeof padding) &&
                buf_check(&record, "record of an id conflict", error) &&
                wrap(group, str_of(record.data, text.size), ret_payload, ret_claim, error);
    buf_finish(&record);
    return done;
}
