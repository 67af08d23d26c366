/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_event: small CloudTrail records made from a number, always the same from the same one, and the
 * journal payloads that admission would make of them.
 */
#pragma once

#include "base/bits.h"
#include "base/buf.h"
#include "base/check.h"
#include "event/event.h"

#include <inttypes.h>
#include <string.h>

struct sample_event {
    uint64_t number; /* makes the event id */
    int64_t time_ms, arrived_at_ms;
    unsigned user, name, address, resource, account, error; /* error 0: none */
    enum event_category category;
    bool read_only;
    unsigned padding; /* more bytes in the record */
};

enum { SAMPLE_REGION_COUNT = 2 };
static const char *const sample_regions[SAMPLE_REGION_COUNT] = {"us-east-1", "eu-west-1"};

static inline uint64_t sample_mix(uint64_t number) {
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
    number = (number ^ number >> 27) * 0x94d049bb133111eb;
    return number ^ number >> 31;
}

static inline struct str sample_account(unsigned account) {
    return account == 0 ? STR_LITERAL("111111111111") : STR_LITERAL("222222222222");
}

static inline const char *sample_region(unsigned account) {
    return sample_regions[account % SAMPLE_REGION_COUNT];
}

static inline const char *sample_category_text(enum event_category category) {
    switch (category) {
    case EVENT_DATA:
        return "Data";
    case EVENT_INSIGHT:
        return "Insight";
    case EVENT_NETWORK_ACTIVITY:
        return "NetworkActivity";
    case EVENT_MANAGEMENT:
    case EVENT_AGGREGATED:
    case EVENT_OTHER:
        break;
    }
    return "Management";
}

/* "u7": how lookups name the user of an event; likewise names, addresses and so on. */
static inline struct uuid sample_id(uint64_t number) {
    uint8_t random[UUID_SIZE];
    store_u64(random, sample_mix(number));
    store_u64(random + 8, sample_mix(number + 1000003));
    return uuid_random(random);
}

static inline void sample_record(struct buf *buf, const struct sample_event *event) {
    char id[UUID_TEXT_SIZE + 1];
    uuid_format(sample_id(event->number), id);
    (void)buf_append_text(buf, "{\"eventVersion\":\"1.08\",\"eventTime\":\"");
    (void)time_append_iso(buf, (struct moment){event->time_ms});
    (void)buf_append_format(buf,
        "\",\"eventID\":\"%s\",\"eventSource\":\"s%u.amazonaws.com\",\"eventName\":\"Name%u\","
        "\"awsRegion\":\"%s\",\"sourceIPAddress\":\"10.0.0.%u\",\"userAgent\":\"test\","
        "\"userIdentity\":{\"type\":\"IAMUser\",\"userName\":\"u%u\",\"accountId\":\"%.*s\","
        "\"accessKeyId\":\"AKIA%u\",\"arn\":\"arn:aws:iam::%.*s:user/u%u\",\"principalId\":\"P%u\"},",
        id, event->name % 3 + 2, event->name, sample_region(event->account), event->address, event->user,
        STR(sample_account(event->account)), event->user, STR(sample_account(event->account)), event->user,
        event->user);
    if (event->error != 0)
        (void)buf_append_format(buf, "\"errorCode\":\"Error%u\",", event->error);
    (void)buf_append_format(buf,
        "\"requestParameters\":{\"bucketName\":\"b%u\",\"padding\":\"%0*d\"},\"responseElements\":null,"
        "\"readOnly\":%s,\"managementEvent\":%s,\"eventType\":\"AwsApiCall\",\"eventCategory\":\"%s\","
        "\"resources\":[{\"type\":\"AWS::S3::Bucket\",\"ARN\":\"arn:aws:s3:::b%u\"}],"
        "\"recipientAccountId\":\"%.*s\"}",
        event->resource, (int)event->padding + 1, 0, event->read_only ? "true" : "false",
        event->category == EVENT_MANAGEMENT ? "true" : "false", sample_category_text(event->category),
        event->resource, STR(sample_account(event->account)));
}

/* Append the payload; its record ends where the buffer does. False where the parser refuses the record. */
static inline bool sample_payload(
    struct event_parser *parser, struct buf *payload, const struct sample_event *event, struct error *error) {
    struct buf record = BUF_INIT(1 << 20);
    sample_record(&record, event);
    size_t size = record.size;
    ASSERT(buf_reserve(&record, JSON_PADDING) != NULL);
    struct event_envelope envelope = {.kind = EVENT_KIND_EVENT,
        .door = EVENT_DOOR_EVENTS,
        .is_witnessed = event->number % 2 == 0,
        .is_archive = event->number % 5 == 0,
        .arrived_at = {event->arrived_at_ms},
        .principal = STR_LITERAL("arn:aws:iam::111111111111:user/sender"),
        .record = str_of(record.data, size)};
    hash_sha256(str_bytes(envelope.record), envelope.sha256);
    struct moment now = {event->time_ms + MS_PER_DAY};
    bool parsed = event_parse(parser, envelope.record, now, &envelope.facets, error);
    if (parsed)
        event_envelope_append(payload, &envelope);
    buf_finish(&record);
    return parsed;
}
