/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: the audit record. Parsed once, on its way in: checked, and its facets taken out, the
 * fields that selectors, lookups, insights and file planning need, decoded, so that an escape
 * in the text ("\u0044eleteTrail") hides nothing. The record's bytes are never rewritten.
 *
 * What selectors ask of facets: event/selector.h; what an insight record says: event/insight.h.
 *
 * Format:  docs/formats/envelope.md
 * Threads: a parser one owner; everything else is values and pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"
#include "codec/hash.h"
#include "codec/json.h"
#include "codec/text.h"

enum {
    EVENT_SIZE_MAX = 262144,        /* AWS: an event is at most 256 KB */
    EVENT_LARGE_SIZE_MAX = 1048576, /* for event data stores of large events */
    EVENT_AHEAD_MS_MAX = 15 * 60 * 1000,
    EVENT_RESOURCES_MAX = 4096, /* of each kind; a DeleteObjects record names up to 1,000 */
    EVENT_NAME_SIZE_MAX = 2048, /* a longer text names no lookup resource */
};

enum event_category {
    EVENT_MANAGEMENT,
    EVENT_DATA,
    EVENT_NETWORK_ACTIVITY,
    EVENT_INSIGHT,
    EVENT_AGGREGATED,
    EVENT_OTHER
};
/* eventCategory of what came through a channel, and the type of its one resource in the facets, the channel
 * (by ARN); source, name and user are those of its eventData. It is EVENT_OTHER: for event data stores only.
 */
#define EVENT_ACTIVITY_CATEGORY "ActivityAuditLog"
#define EVENT_CHANNEL_TYPE      "AWS::CloudTrail::Channel"

enum event_truth { EVENT_ABSENT, EVENT_FALSE, EVENT_TRUE };

struct event_resource {
    struct str type; /* "AWS::S3::Bucket"; empty where unknown */
    struct str name; /* name, id or ARN */
};

/* What readers know of an event without parsing it. Absent fields are empty texts. */
struct event_facets {
    struct moment time; /* eventTime */
    struct uuid id;     /* eventID; UUIDv5 of the bytes where the record has none that is a UUID */
    bool id_is_derived;
    enum event_category category;
    enum event_truth read_only, management_event;
    struct str version, name, source, region, account, event_type, category_text;
    struct str username;      /* as LookupEvents derives it */
    struct str access_key_id; /* userIdentity.accessKeyId */
    struct str user_arn;      /* userIdentity.arn */
    struct str user_type, source_ip, user_agent, error_code;
    struct str vpc_endpoint_id, session_from_console, shared_id;
    const struct event_resource *lookup_resources; /* as LookupEvents derives them; name never empty */
    size_t lookup_resource_count;
    const struct event_resource *resources; /* the record's own resources[]: type and ARN */
    size_t resource_count;
};

struct event_parser; /* reusable memory for parsing */
struct event_parser *event_parser_create(void);
void event_parser_destroy(struct event_parser *parser);

/* Parse and check one record: valid JSON of an object, no key twice at the top level or in
 * userIdentity, known time, account and region of legal form, category, an eventTime at most
 * EVENT_AHEAD_MS_MAX after `now`; any CloudTrail version 1.x, insight and aggregated records
 * too; digest files are refused. Facets borrow from the parser until its next call; the record
 * itself is not needed after the call. ERROR_INVALID (ERROR_LIMIT above EVENT_LARGE_SIZE_MAX) with a
 * reason a sender can act on. JSON_PADDING readable bytes must follow `record`. Username and lookup
 * resources: docs/formats/lookup-fields.md. */
NODISCARD bool event_parse(struct event_parser *parser, struct str record, struct moment now,
    struct event_facets *ret_facets, struct error *error);

enum event_door {
    EVENT_DOOR_EVENTS,
    EVENT_DOOR_IMPORT,
    EVENT_DOOR_API,
    EVENT_DOOR_S3,
    EVENT_DOOR_GATEWAY,
    EVENT_DOOR_AUDIT,
    EVENT_DOOR_INTERNAL,
    EVENT_DOOR_SOURCE
};
enum event_kind { EVENT_KIND_EVENT = 1, EVENT_KIND_INTENT = 2, EVENT_KIND_MARK = 3 };

/* What Cairn knows about how a record came: travels in front of the bytes, never in them. */
struct event_envelope {
    enum event_kind kind;
    enum event_door door;
    bool is_witnessed; /* Cairn saw the call itself; otherwise somebody claims it */
    bool is_archive;   /* only for lookups, not for trails */
    struct moment arrived_at;
    struct str principal; /* ARN of who sent it; of a gateway's record "gateway/NAME", its entry */
    uint64_t sequence;    /* of the call at its gateway entry, from 1; 0: no gateway's, or a further part */
    uint8_t sha256[SHA256_SIZE];
    struct event_facets facets;
    struct str record; /* the bytes as they arrived */
};

/* Append the journal payload: envelope, facets, record. */
void event_envelope_append(struct buf *buf, const struct event_envelope *envelope);

/* Set the arrival time of a payload that event_envelope_append() wrote, once it is known. */
void event_envelope_stamp(uint8_t *payload, struct moment arrived_at);

/* Read it back; texts borrow from `payload`, resource lists live in `arena`. ERROR_CORRUPT where it is not
 * one. */
NODISCARD bool event_envelope_parse(
    struct arena *arena, struct bytes payload, struct event_envelope *ret_envelope, struct error *error);

/* As event_envelope_parse(), but only what stands at the front: everything before the texts of the facets (so
 * time and id), not those, no resources and no record. */
NODISCARD bool event_envelope_parse_head(
    struct bytes payload, struct event_envelope *ret_envelope, struct error *error);

/* Is this one of the records that only Cairn itself may make: gaps, insights, events of channels,
 * cairn.amazonaws.com? */
bool event_is_reserved(const struct event_facets *facets);
