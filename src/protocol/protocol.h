/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol: what is found in an HTTP exchange with an AWS-compatible service: which service, which operation,
 * who signed it, with what parameters, and how it ended. The folders above it (s3, rpc, rest) each understand
 * one family of protocols, `dialect` chooses between them.
 *
 * Nothing here is scrubbed, that is what `call` does.
 *
 * Threads: pure; a call belongs to its arena's owner.
 */
#pragma once

#include "base/arena.h"
#include "base/time.h"
#include "call/call.h"

enum {
    PROTOCOL_BODY_SIZE_MAX = 16 << 20, /* the largest request of a batch operation: BatchWriteItem's 16 MB */
    PROTOCOL_REPLY_SIZE_MAX = 8 << 20, /* DeleteObjects' answer for 1,000 long keys, each of them escaped */
    PROTOCOL_PARTS_MAX = 64,           /* linked records of one call */
};

enum protocol_kind {
    PROTOCOL_UNKNOWN,
    PROTOCOL_S3,
    PROTOCOL_JSON, /* 1.0 and 1.1: X-Amz-Target */
    PROTOCOL_CBOR, /* Smithy RPC v2, and the older X-Amz-Target with CBOR bodies */
    PROTOCOL_QUERY,
    PROTOCOL_EC2,
    PROTOCOL_REST_JSON,
    PROTOCOL_REST_XML, /* Route 53, CloudFront */
};

struct protocol_header {
    struct str name, value;
};

struct protocol_request {
    struct str method, target; /* raw, as on the request line */
    const struct protocol_header *headers;
    size_t header_count;
    struct str host_suffixes;   /* with commas: <bucket>.SUFFIX is a bucket; the port is not part of it */
    struct str service, region; /* the entry's, for calls that are not signed; empty: none */
    bool service_is_fixed;      /* the entry's service stands, whatever the scope says */
    bool is_aws;                /* the service knows AWS's own host names: <bucket>.s3.amazonaws.com */
};

struct protocol_reply {
    unsigned status;
    const struct protocol_header *headers;
    size_t header_count;
};

/* What the signature claims; nothing is verified here. */
enum protocol_signature { PROTOCOL_UNSIGNED, PROTOCOL_SIGV2, PROTOCOL_SIGV4, PROTOCOL_SIGV4A };
struct protocol_claim {
    enum protocol_signature signature;
    bool is_presigned;                         /* in the query */
    struct str access_key_id, region, service; /* of a request that claims two keys: both, with a comma */
    struct str session_token;                  /* never recorded: its presence tells a temporary key */
};

/* One record of the call: large batches need several. */
struct protocol_part {
    struct call_part request, response, additional;
    const struct call_resource *resources;
    size_t resource_count;
};

/* A temporary or new key that the reply handed out: for learning who will call next. Never its secret. Where
 * it names nobody (`arn` empty) the key acts for who asked for it. */
struct protocol_session {
    struct str access_key_id;                               /* of the new key */
    struct moment expires_at;                               /* MOMENT_NONE: CreateAccessKey */
    struct str principal_id, arn, account, user_name, type; /* "AssumedRole", "FederatedUser", "IAMUser" */
    struct str issuer_type, issuer_principal_id, issuer_arn, issuer_account, issuer_user_name;
    struct str source_identity, federated_provider, mfa_serial;
};

struct protocol_call {
    enum protocol_kind kind;
    struct protocol_claim claim;
    struct str service;      /* signing name: "s3", "dynamodb", "monitoring" */
    struct str event_source; /* "s3.amazonaws.com", "monitoring.amazonaws.com" */
    struct str operation;    /* the API's name; "Unknown", or as in S3's log: "REST.PATCH.OBJECT" */
    struct str region, api_version, bucket, key; /* bucket, key: S3's, decoded */
    enum call_casing casing;
    size_t body_bytes_max;       /* the body is wanted, up to so many bytes; 0: not at all */
    size_t reply_bytes_max;      /* after dialect_begin_reply(): the reply's body likewise */
    bool body_was_too_large;     /* set by who collects it, before dialect_read_reply() */
    bool is_ambiguous;           /* it names two operations: services differ in which one they take */
    bool body_prefix_will_do;    /* of a larger body its first body_bytes_max bytes are wanted: POST forms */
    uint64_t payload_size;       /* of the object: x-amz-decoded-content-length; UINT64_MAX: as transferred */
    struct protocol_part *parts; /* at least one; all in the arena */
    size_t part_count;
    struct str error_code, error_message; /* empty: it succeeded */
    struct str request_id, host_id;       /* of the reply's headers; else empty */
    bool was_refused_as_unauthenticated;  /* the service does not know this caller: InvalidAccessKeyId, ... */
    const struct protocol_session *session; /* NULL: the reply handed out no key */
    struct str table;                       /* DynamoDB: see protocol_keys */
    void *detail;                           /* the dialect's own */
    struct bytes sent;                      /* the body, where it is small: see dialect/echo.c */
    bool sent_is_left_out;
};

/* What is known of DynamoDB tables' keys, so that of an item only its keys are recorded. Bounded; one per
 * entry, filled by the dialects from CreateTable and DescribeTable, and by Key members in passing.
 * Threads: any. */
struct protocol_keys;
struct protocol_keys *protocol_keys_create(void);
void protocol_keys_destroy(struct protocol_keys *keys);
