/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call: an AWS call that somebody saw (Cairn's own API, the S3 door, the gateway) as the record that
 * CloudTrail would have written of it: version 1.11, members in AWS's order, names in its casing, its
 * limits, and no secrets.
 *
 * Promise: a member that secret_table.h knows never reaches the record, whatever else is in the call.
 * What the tables do not know is recorded too: operation.h only tells names and kinds apart.
 *
 * Threads: a recorder one owner; everything else is values and pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/time.h"
#include "codec/json.h"
#include "codec/text.h"

enum {
    CALL_TEXT_SIZE_MAX = 1024,         /* userAgent, errorCode, errorMessage, requestID: cut */
    CALL_PART_SIZE_MAX = 102400,       /* requestParameters, responseElements: left out above */
    CALL_ADDITIONAL_SIZE_MAX = 28672,  /* additionalEventData: left out above */
    CALL_RECORD_SIZE_MAX = 256 * 1024, /* resources are listed as far as they fit */
};

/* userIdentity. Empty texts are left out, except where AWS writes them empty. */
struct call_identity {
    struct str type; /* "Root", "IAMUser", "AssumedRole", "AWSAccount", "AWSService", ... */
    struct str principal_id, arn, account, access_key_id, user_name, invoked_by;
    bool has_session;
    struct moment session_began_at; /* MOMENT_NONE: no attributes */
    bool has_mfa;
    struct str issuer_type, issuer_principal_id, issuer_arn, issuer_account, issuer_user_name;
    struct str federated_provider; /* of a session from a web identity: ARN or host of the provider */
    struct str source_identity;
    struct str identity_provider; /* SAMLUser, WebIdentityUser */
};

/* A part of a call, by whichever is at hand: a parsed value, else JSON text; neither: null. */
struct call_part {
    struct json_value value;
    struct str json;
};

/* requestParameters and responseElements come as the record wants them (CALL_CASED: aws_shape_encode(), or
 * S3's own names), or as they went over the wire (CALL_WIRE: UpperCamel first letters, which are lowered). */
enum call_casing { CALL_CASED, CALL_WIRE };

struct call_resource {
    struct str account, type, arn; /* account and type may be empty */
    bool is_of_call;               /* the record's account is put in: as accountId, and into the ARN */
};

/* More members that are never recorded, by the rules of secret_table.h's names: HIDE for one service
 * ("dynamodb") or, where that is empty, for all. */
struct call_hide {
    struct str service, member;
};
enum { CALL_HIDES_MAX = 64 };

/* Read "SERVICE:MEMBER,SERVICE:MEMBER,..."; SERVICE may be "*". The rows live in the arena and borrow from
 * the text. ERROR_INVALID and ERROR_LIMIT say what is wrong. */
NODISCARD bool call_hide_parse(struct arena *arena, struct str text, struct call_hide **ret_rows,
    size_t *ret_count, struct error *error);

/* What S3 adds. Numbers are of bodies. */
struct call_transfer {
    uint64_t bytes_in, bytes_out;
    struct str host_id; /* x-amz-id-2 */
    bool is_signed, is_presigned;
    struct str signature_version; /* "SigV2"; empty: SigV4 */
};

struct call {
    struct str event_source, operation;
    struct call_identity identity;
    struct moment time; /* when it was finished */
    struct str region, account;
    struct str source_ip, user_agent, host; /* host: the Host header */
    struct str tls_version, tls_cipher;     /* empty: plain HTTP */
    struct str error_code, error_message;   /* empty: it succeeded */
    enum call_casing casing;
    struct call_part request, response, additional;
    struct str request_id, api_version;
    struct uuid event_id;
    const struct call_resource *resources;
    size_t resource_count;
    struct str bucket_account;            /* S3: whose bucket; empty: not known */
    const struct call_transfer *transfer; /* S3: added to additionalEventData; NULL: none */
    struct str shared_id, vpc_endpoint_id, vpc_endpoint_account;
    bool is_from_console;
    const struct call_hide *hides; /* at most CALL_HIDES_MAX; NULL: none */
    size_t hide_count;
    struct call_part service_event; /* makes it an AwsServiceEvent with these serviceEventDetails */
};

struct call_recorder; /* reusable memory */
struct call_recorder *call_recorder_create(void);
void call_recorder_destroy(struct call_recorder *recorder);

/* Append the record, compact JSON of at most CALL_RECORD_SIZE_MAX bytes. It cannot fail (but see
 * buf_check()): a part that is no JSON object is replaced by a marker that says so. */
void call_append_record(struct call_recorder *recorder, struct buf *buf, const struct call *call);

/* Append one part of a call, scrubbed and cased as its record has it. */
void call_append_scrubbed(struct buf *buf, const struct call *call, struct json_value part);

/* Append the record that tells of events that nobody recorded (EventsNotRecorded), compact JSON. */
struct call_gap {
    struct uuid event_id; /* the same for the same gap, so that telling it again adds nothing */
    struct str account, region, entry, reason;
    uint64_t count;
    bool is_exact;                        /* else an upper bound */
    struct moment first_at, last_at, now; /* MOMENT_NONE: null */
};
void call_append_gap(struct buf *buf, const struct call_gap *gap);
