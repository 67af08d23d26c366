/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialect: what a family of protocols gets to read, and what it is: a row of functions, named in the table of
 * dialect/dialect.c.
 *
 * Threads: pure.
 */
#pragma once

#include "codec/json.h"
#include "protocol/protocol.h"

/* The head of a request, its headers looked up once. What is not there is empty. */
struct protocol_head {
    const struct protocol_request *request;
    struct str path, query; /* raw: before and after '?' */
    struct str host;        /* as it was sent, with its port */
    struct str authorization, content_type, target /* X-Amz-Target */, smithy_protocol, user_agent;
    struct str session_token, region_set;
};

/* NULL: nothing to do. `begin` finds service, kind, region, claim, event source and one empty part filled in;
 * it sets the operation, and whatever else the head tells. An error of the reply that read_reply() leaves
 * unnamed is named after the status. */
struct protocol_dialect {
    void (*begin)(struct arena *arena, const struct protocol_head *head, struct protocol_call *call);
    void (*read_body)(
        struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call);
    void (*begin_reply)(const struct protocol_reply *reply, struct protocol_call *call);
    void (*read_reply)(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
        struct bytes body, struct protocol_call *call);
};

/* ---- head.c ---- */

void protocol_head_read(const struct protocol_request *request, struct protocol_head *ret_head);

/* The first header of that name, trimmed; empty where there is none. */
struct str protocol_header(const struct protocol_header *headers, size_t count, struct str name);

/* The raw value of a query parameter; false where there is none. */
bool protocol_query_find(struct str query, struct str name, struct str *ret_value);

/* Percent-decoded where it can be, else as it stands: nothing fails for a strange text. Borrowed or in the
 * arena; a text may be no UTF-8. */
struct str protocol_decode(struct arena *arena, struct str text, bool plus_is_space);

/* ---- claim.c ---- */

void protocol_claim_read(
    struct arena *arena, const struct protocol_head *head, struct protocol_claim *ret_claim);

/* What the fields of a signed form say, by their names in lower case; for POST of S3 objects. */
void protocol_claim_take_field(
    struct arena *arena, struct str name, struct str value, struct protocol_claim *claim);

/* ---- service.c: what is known of services, by their signing names ---- */

/* "monitoring.amazonaws.com"; SERVICE.amazonaws.com for those that are not known. */
struct str protocol_event_source(struct arena *arena, struct str service);

/* For dialects that learn the service from what they read: sets the event source too. */
void protocol_set_service(struct arena *arena, struct str service, struct protocol_call *call);

/* ---- parts.c ---- */

/* New, empty parts instead of those the call had. */
struct protocol_part *protocol_make_parts(struct arena *arena, size_t count, struct protocol_call *call);
