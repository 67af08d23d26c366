/* SPDX-License-Identifier: Apache-2.0 */
/* parser: what parse.c and derive.c share: the parser's memory and the collected members. */
#pragma once

#include "event/event.h"

#include "names.h"

/* Top-level members that Cairn reads. */
#define TOP_MEMBERS(X)                                                                                       \
    X(TOP_VERSION, "eventVersion")                                                                           \
    X(TOP_IDENTITY, "userIdentity")                                                                          \
    X(TOP_TIME, "eventTime")                                                                                 \
    X(TOP_SOURCE, "eventSource")                                                                             \
    X(TOP_NAME, "eventName")                                                                                 \
    X(TOP_REGION, "awsRegion")                                                                               \
    X(TOP_SOURCE_IP, "sourceIPAddress")                                                                      \
    X(TOP_USER_AGENT, "userAgent")                                                                           \
    X(TOP_ERROR_CODE, "errorCode")                                                                           \
    X(TOP_REQUEST, "requestParameters")                                                                      \
    X(TOP_RESPONSE, "responseElements")                                                                      \
    X(TOP_ID, "eventID")                                                                                     \
    X(TOP_READ_ONLY, "readOnly")                                                                             \
    X(TOP_RESOURCES, "resources")                                                                            \
    X(TOP_TYPE, "eventType")                                                                                 \
    X(TOP_MANAGEMENT_EVENT, "managementEvent")                                                               \
    X(TOP_RECIPIENT, "recipientAccountId")                                                                   \
    X(TOP_SHARED_ID, "sharedEventID")                                                                        \
    X(TOP_VPC_ENDPOINT, "vpcEndpointId")                                                                     \
    X(TOP_CATEGORY, "eventCategory")                                                                         \
    X(TOP_FROM_CONSOLE, "sessionCredentialFromConsole")                                                      \
    X(TOP_INSIGHT, "insightDetails")                                                                         \
    X(TOP_METADATA, "metadata")                                                                              \
    X(TOP_EVENT_DATA, "eventData")                                                                           \
    X(TOP_AGGREGATED_ACCOUNT, "accountId")                                                                   \
    X(TOP_AGGREGATED_ID, "eventId")                                                                          \
    X(TOP_WINDOW, "timeWindow")                                                                              \
    X(TOP_DIGEST_START, "digestStartTime")                                                                   \
    X(TOP_DIGEST_BUCKET, "digestS3Bucket")                                                                   \
    X(TOP_RECORDS, "Records")

#define IDENTITY_MEMBERS(X)                                                                                  \
    X(IDENTITY_TYPE, "type")                                                                                 \
    X(IDENTITY_PRINCIPAL, "principalId")                                                                     \
    X(IDENTITY_ARN, "arn")                                                                                   \
    X(IDENTITY_ACCOUNT, "accountId")                                                                         \
    X(IDENTITY_ACCESS_KEY, "accessKeyId")                                                                    \
    X(IDENTITY_USER_NAME, "userName")                                                                        \
    X(IDENTITY_SESSION, "sessionContext")

#define MEMBER_ENUM(name, text) name,
enum top_member { TOP_MEMBERS(MEMBER_ENUM) TOP_COUNT };
enum identity_member { IDENTITY_MEMBERS(MEMBER_ENUM) IDENTITY_COUNT };
#undef MEMBER_ENUM

enum { EVENT_KEYS_SLOTS = 128, EVENT_KEYS_MAX = EVENT_KEYS_SLOTS / 2 };

/* Texts seen so far: the unknown keys of an object, the resources of a record. Emptied in no time:
 * a slot counts only while it carries the set's generation. */
struct event_key_set {
    struct event_key_slot {
        uint64_t hash;
        size_t index; /* the caller's number for the text */
        uint32_t generation;
    } slots[EVENT_KEYS_SLOTS];
    uint32_t generation;
    size_t count;
};

struct event_resource_list {
    struct event_resource *items;
    size_t count, capacity;
};

struct event_lookup_rows;

struct event_parser {
    struct json_parser *json;
    struct event_names top_names, identity_names;
    struct event_lookup_rows *lookup_rows;
    struct event_key_set key_set;
    struct str unknown_keys[EVENT_KEYS_MAX];
    struct event_resource_list lookup_resources, resources;
    struct json_value top[TOP_COUNT], identity[IDENTITY_COUNT]; /* of the record being parsed */
};

/* Append unless the list is full; beyond EVENT_RESOURCES_MAX a resource is left out. */
void event_resource_list_add(struct event_resource_list *list, struct event_resource resource);

struct event_lookup_rows *event_lookup_rows_create(void);
void event_lookup_rows_destroy(struct event_lookup_rows *rows);

/* The Username that LookupEvents gives for the collected userIdentity; empty where it gives none. */
struct str event_derive_username(const struct json_value identity[IDENTITY_COUNT]);

/* Fill parser->lookup_resources from requestParameters and responseElements. */
void event_derive_lookup_resources(struct event_parser *parser, struct str source, struct str name);
