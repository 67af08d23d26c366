/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelope: what the journal keeps of an event, as bytes: docs/formats/envelope.md.
 * Writing reserves once and fills; reading trusts nothing, though a checksum went before.
 */
#include "base/bits.h"
#include "base/check.h"
#include "event/event.h"

#include <string.h>

enum {
    ENVELOPE_VERSION = 1,
    ENVELOPE_VERSION_NUMBERED = 2, /* with a sequence number; the others stay as they always were */
    FACETS_VERSION = 1,            /* a new one for every change of the facets or of how they are derived */
    FLAG_WITNESSED = 1,
    FLAG_ARCHIVE = 2,
    FLAGS_KNOWN = FLAG_WITNESSED | FLAG_ARCHIVE,
    ENVELOPE_ARRIVED_AT = 4, /* offset */
    ENVELOPE_HEAD_SIZE = 4 + 8 + SHA256_SIZE,
    SEQUENCE_SIZE = 8,
    FACETS_HEAD_SIZE = 1 + 4 + 8 + UUID_SIZE,
};

/* The texts of the facets, in the order in which they are written. Append only, with FACETS_VERSION. */
static const size_t text_offsets[] = {
    offsetof(struct event_facets, version),
    offsetof(struct event_facets, name),
    offsetof(struct event_facets, source),
    offsetof(struct event_facets, region),
    offsetof(struct event_facets, account),
    offsetof(struct event_facets, event_type),
    offsetof(struct event_facets, category_text),
    offsetof(struct event_facets, username),
    offsetof(struct event_facets, access_key_id),
    offsetof(struct event_facets, user_arn),
    offsetof(struct event_facets, user_type),
    offsetof(struct event_facets, source_ip),
    offsetof(struct event_facets, user_agent),
    offsetof(struct event_facets, error_code),
    offsetof(struct event_facets, vpc_endpoint_id),
    offsetof(struct event_facets, session_from_console),
    offsetof(struct event_facets, shared_id),
};
enum { TEXT_COUNT = sizeof text_offsets / sizeof *text_offsets };

static const struct str *text_at(const struct event_facets *facets, size_t i) {
    return (const struct str *)(const void *)((const char *)facets + text_offsets[i]);
}

/* ---- writing ---- */

static uint8_t *put_text(uint8_t *at, struct str text) {
    at += store_varint(at, text.size);
    if (text.size != 0)
        memcpy(at, text.data, text.size);
    return at + text.size;
}

static uint8_t *put_resources(uint8_t *at, const struct event_resource *resources, size_t count) {
    at += store_varint(at, count);
    for (size_t i = 0; i < count; i++)
        at = put_text(put_text(at, resources[i].type), resources[i].name);
    return at;
}

static size_t resources_size_max(const struct event_resource *resources, size_t count) {
    size_t size = VARINT_SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        size += 2 * (size_t)VARINT_SIZE_MAX + resources[i].type.size + resources[i].name.size;
    return size;
}

static size_t facets_size_max(const struct event_facets *facets) {
    size_t size = FACETS_HEAD_SIZE;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        size += VARINT_SIZE_MAX + text_at(facets, i)->size;
    return size + resources_size_max(facets->lookup_resources, facets->lookup_resource_count) +
           resources_size_max(facets->resources, facets->resource_count);
}

static uint8_t *put_facets(uint8_t *at, const struct event_facets *facets) {
    *at++ = FACETS_VERSION;
    *at++ = (uint8_t)facets->category;
    *at++ = (uint8_t)facets->read_only;
    *at++ = (uint8_t)facets->management_event;
    *at++ = facets->id_is_derived ? 1 : 0;
    store_u64(at, (uint64_t)facets->time.ms);
    memcpy(at + 8, facets->id.bytes, UUID_SIZE);
    at += 8 + UUID_SIZE;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        at = put_text(at, *text_at(facets, i));
    at = put_resources(at, facets->lookup_resources, facets->lookup_resource_count);
    return put_resources(at, facets->resources, facets->resource_count);
}

void event_envelope_append(struct buf *buf, const struct event_envelope *envelope) {
    bool is_numbered = envelope->sequence > 0;
    size_t size = ENVELOPE_HEAD_SIZE + SEQUENCE_SIZE + VARINT_SIZE_MAX + envelope->principal.size +
                  facets_size_max(&envelope->facets) + envelope->record.size;
    uint8_t *start = buf_reserve(buf, size);
    if (start == NULL)
        return;
    uint8_t *at = start;
    *at++ = is_numbered ? ENVELOPE_VERSION_NUMBERED : ENVELOPE_VERSION;
    *at++ = (uint8_t)envelope->kind;
    *at++ = (uint8_t)envelope->door;
    *at++ =
        (uint8_t)((envelope->is_witnessed ? FLAG_WITNESSED : 0) | (envelope->is_archive ? FLAG_ARCHIVE : 0));
    store_u64(at, (uint64_t)envelope->arrived_at.ms);
    memcpy(at + 8, envelope->sha256, SHA256_SIZE);
    at += 8 + SHA256_SIZE;
    if (is_numbered) {
        store_u64(at, envelope->sequence);
        at += SEQUENCE_SIZE;
    }
    at = put_facets(put_text(at, envelope->principal), &envelope->facets);
    if (envelope->record.size != 0)
        memcpy(at, envelope->record.data, envelope->record.size);
    at += envelope->record.size;
    ASSERT((size_t)(at - start) <= size);
    buf_commit(buf, (size_t)(at - start));
}

void event_envelope_stamp(uint8_t *payload, struct moment arrived_at) {
    store_u64(payload + ENVELOPE_ARRIVED_AT, (uint64_t)arrived_at.ms);
}

/* ---- reading ---- */

static bool is_cut(const char *what, struct error *error) {
    return error_set(error, ERROR_CORRUPT, "the envelope of an event ends inside its %s", what);
}

static bool take_text(const uint8_t **at, const uint8_t *end, struct str *ret_text) {
    uint64_t size;
    if (!load_varint(at, end, &size) || size > (size_t)(end - *at))
        return false;
    *ret_text = str_of((const char *)*at, (size_t)size);
    *at += size;
    return true;
}

static bool take_resources(struct arena *arena, const uint8_t **at, const uint8_t *end,
    const struct event_resource **ret_resources, size_t *ret_count) {
    uint64_t count;
    /* Each has two sizes of a byte at least, so the count is bounded before memory is taken. */
    if (!load_varint(at, end, &count) || count > EVENT_RESOURCES_MAX || count > (size_t)(end - *at) / 2)
        return false;
    struct event_resource *resources =
        count == 0 ? NULL : ARENA_ARRAY(arena, (size_t)count, struct event_resource);
    for (size_t i = 0; i < count; i++) {
        if (!take_text(at, end, &resources[i].type) || !take_text(at, end, &resources[i].name))
            return false;
    }
    *ret_resources = resources;
    *ret_count = (size_t)count;
    return true;
}

/* The fixed part of the facets; what comes after it is left to the caller. */
static bool take_facets_head(
    const uint8_t **at, const uint8_t *end, struct event_facets *ret_facets, struct error *error) {
    const uint8_t *head = *at;
    if (end - head < FACETS_HEAD_SIZE)
        return is_cut("facets", error);
    if (head[0] != FACETS_VERSION)
        return error_set(error, ERROR_CORRUPT, "the facets of an event have version %u", head[0]);
    if (head[1] > EVENT_OTHER || head[2] > EVENT_TRUE || head[3] > EVENT_TRUE || head[4] > 1)
        return error_set(error, ERROR_CORRUPT, "the facets of an event have a value out of range");
    *ret_facets = (struct event_facets){
        .category = (enum event_category)head[1],
        .read_only = (enum event_truth)head[2],
        .management_event = (enum event_truth)head[3],
        .id_is_derived = head[4] == 1,
        .time = {(int64_t)load_u64(head + 5)},
    };
    memcpy(ret_facets->id.bytes, head + 13, UUID_SIZE);
    *at += FACETS_HEAD_SIZE;
    return true;
}

static bool take_facets(struct arena *arena, const uint8_t **at, const uint8_t *end,
    struct event_facets *facets, struct error *error) {
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        struct str *text = (struct str *)(void *)((char *)facets + text_offsets[i]);
        if (!take_text(at, end, text))
            return is_cut("facets", error);
    }
    if (!take_resources(arena, at, end, &facets->lookup_resources, &facets->lookup_resource_count) ||
        !take_resources(arena, at, end, &facets->resources, &facets->resource_count))
        return is_cut("resources", error);
    return true;
}

static bool take_sequence(
    const uint8_t **at, const uint8_t *end, uint64_t *ret_sequence, struct error *error) {
    if (end - *at < SEQUENCE_SIZE)
        return is_cut("head", error);
    *ret_sequence = load_u64(*at);
    *at += SEQUENCE_SIZE;
    return *ret_sequence > 0 || error_set(error, ERROR_CORRUPT, "a numbered event has the number 0");
}

/* Everything before the texts of the facets. */
static bool take_head(
    const uint8_t **at, const uint8_t *end, struct event_envelope *ret_envelope, struct error *error) {
    const uint8_t *head = *at;
    if (end - head < ENVELOPE_HEAD_SIZE)
        return is_cut("head", error);
    if (head[0] != ENVELOPE_VERSION && head[0] != ENVELOPE_VERSION_NUMBERED)
        return error_set(error, ERROR_CORRUPT, "the envelope of an event has version %u", head[0]);
    if (head[1] < EVENT_KIND_EVENT || head[1] > EVENT_KIND_MARK || head[2] > EVENT_DOOR_SOURCE ||
        (head[3] & ~FLAGS_KNOWN) != 0)
        return error_set(error, ERROR_CORRUPT, "the envelope of an event has a value out of range");
    *ret_envelope = (struct event_envelope){
        .kind = (enum event_kind)head[1],
        .door = (enum event_door)head[2],
        .is_witnessed = (head[3] & FLAG_WITNESSED) != 0,
        .is_archive = (head[3] & FLAG_ARCHIVE) != 0,
        .arrived_at = {(int64_t)load_u64(head + ENVELOPE_ARRIVED_AT)},
    };
    memcpy(ret_envelope->sha256, head + ENVELOPE_ARRIVED_AT + 8, SHA256_SIZE);
    *at += ENVELOPE_HEAD_SIZE;
    if (head[0] == ENVELOPE_VERSION_NUMBERED && !take_sequence(at, end, &ret_envelope->sequence, error))
        return false;
    if (!take_text(at, end, &ret_envelope->principal))
        return is_cut("principal", error);
    return take_facets_head(at, end, &ret_envelope->facets, error);
}

bool event_envelope_parse_head(
    struct bytes payload, struct event_envelope *ret_envelope, struct error *error) {
    const uint8_t *at = payload.data;
    struct event_envelope envelope;
    if (!take_head(&at, payload.data + payload.size, &envelope, error))
        return false;
    *ret_envelope = envelope;
    return true;
}

bool event_envelope_parse(
    struct arena *arena, struct bytes payload, struct event_envelope *ret_envelope, struct error *error) {
    const uint8_t *at = payload.data, *end = payload.data + payload.size;
    struct event_envelope envelope;
    if (!take_head(&at, end, &envelope, error) || !take_facets(arena, &at, end, &envelope.facets, error))
        return false;
    envelope.record = str_of((const char *)at, (size_t)(end - at));
    *ret_envelope = envelope;
    return true;
}
