/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpc: what the dialects share whose requests name their operation: JSON, CBOR, query and EC2.
 *
 * Threads: pure.
 */
#pragma once

#include "codec/json.h"
#include "codec/xml.h"

#include "private.h"

enum {
    PROTOCOL_RPC_BODY_MAX = 1 << 20,    /* requests but for batches: ten times what a record can show */
    PROTOCOL_RPC_FAILURE_MAX = 1 << 18, /* replies that are errors */
    PROTOCOL_RPC_TEXT_MAX = 32 << 20,   /* JSON made of a body: twice its limit, base64 fits */
};

/* ---- rpc.c ---- */

/* Letters, digits and '_': what is not is recorded as "Unknown". */
bool protocol_rpc_is_operation(struct str name);

/* How much of a request's and of a reply's body is wanted; for begin() and begin_reply(). */
void protocol_rpc_begin(struct protocol_call *call);
void protocol_rpc_begin_reply(const struct protocol_reply *reply, struct protocol_call *call);

/* The body without its gzip (no body of these dialects begins as gzip does); empty where it cannot be read or
 * would be larger than PROTOCOL_BODY_SIZE_MAX. Borrowed or in the arena. */
struct bytes protocol_rpc_plain(struct arena *arena, struct bytes body);

/* JSON text that is parsed. Not there: root is JSON_MISSING. */
struct protocol_document {
    struct json_parser *parser;
    struct json_value root;
};
struct protocol_document protocol_document_open(struct str json);
void protocol_document_close(struct protocol_document *document);

/* The last member of that name: the one that services take where there are two. */
struct json_value protocol_member(struct json_value object, struct str name);

/* A part of what is in the buffer, which is cleared; "{}" and nothing make no part. */
struct call_part protocol_rpc_part(struct arena *arena, struct buf *json);

/* A part that says that `name` ("requestParameters") is left out, and why ("too large"). The size may be the
 * least that it was. */
struct call_part protocol_rpc_omitted(
    struct arena *arena, const char *name, const char *why, size_t original_size);

/* ---- values.c: how members are written ---- */

/* A member that carries the caller's data: written hidden or not at all, and true. False: no such member. */
bool protocol_write_payload(
    struct json_writer *writer, struct str service, struct str name, bool is_parameter);

/* "UserName" as "userName", in the arena. */
struct str protocol_lowered(struct arena *arena, struct str name);

/* A text of query and EC2 replies and requests as AWS types the member of that (lowered) name. */
enum protocol_times { PROTOCOL_TIMES_WORDS, PROTOCOL_TIMES_WORDS_COMMA, PROTOCOL_TIMES_MS };
void protocol_write_typed(
    struct json_writer *writer, struct str name, struct str text, enum protocol_times times);

/* A text typed as it looks, for what no table knows. */
void protocol_write_guessed(struct json_writer *writer, struct str text);

/* The whole value, payloads hidden and times of the epoch written as AWS does; names stay as they are. */
void protocol_write_json(struct json_writer *writer, struct str service, struct json_value value);

/* "Jul 10, 2023 12:07:59 PM"; with a comma behind the year where `has_comma`. */
void protocol_append_words(struct buf *buf, struct moment moment, bool has_comma);

/* ---- failure.c ---- */

/* Error code, message and request id of a body of any of these dialects. */
void protocol_read_failure(
    struct arena *arena, const struct protocol_reply *reply, struct bytes body, struct protocol_call *call);

/* The body as JSON text; empty where it is none. */
struct str protocol_json_of(struct arena *arena, const struct protocol_call *call, struct bytes body);

/* ---- echo.c ---- */

/* Keep of the body what protocol_echo_cover() needs: it covers in the error message every value that was sent
 * and that no part shows. */
void protocol_echo_keep(struct arena *arena, struct bytes body, struct protocol_call *call);
void protocol_echo_cover(struct arena *arena, struct protocol_call *call);

/* ---- session.c: what STS and IAM hand out ---- */

/* Where the reply hands out a key, say to whom. The result is `xml` ("AssumeRoleResult") or, where that is
 * NULL, `json`; the request is taken from the call's first part. */
void protocol_read_session(
    struct arena *arena, const struct xml_node *xml, struct json_value json, struct protocol_call *call);

/* ---- resource.c ---- */

/* What the parameters say the call is about, or for KMS the reply: for all parts. Nothing found leaves what
 * was there. */
bool protocol_has_resources(const struct protocol_call *call); /* may they say it? */
void protocol_find_resources(struct arena *arena, struct json_value root, struct protocol_call *call);

/* ---- target.c ---- */

/* The signing name by the prefix of X-Amz-Target; empty where it is not known. */
struct str protocol_target_service(struct str prefix);
bool protocol_target_has_service(struct str service);

/* ---- query.c, result.c, ec2.c ---- */

bool protocol_query_has_service(struct str service); /* by its signing name */
void protocol_query_begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call);
void protocol_query_read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call);

/* responseElements of a query reply: what is in its element "<Operation>Result". */
struct call_part protocol_result_part(
    struct arena *arena, const struct xml_node *result, const struct protocol_call *call);

/* EC2: is the operation recorded in the old form? requestParameters, and the reply. */
bool protocol_ec2_is_old(struct str operation);
struct str protocol_ec2_name(struct str operation, struct str lowered); /* as the old form has a member */
void protocol_ec2_read_reply(struct arena *arena, struct protocol_keys *keys,
    const struct protocol_reply *reply, struct bytes body, struct protocol_call *call);
struct protocol_parameter;
struct call_part protocol_ec2_part(
    struct arena *arena, const struct protocol_call *call, const struct protocol_parameter *root);

/* ---- batch.c ---- */

bool protocol_is_batch(const struct protocol_call *call);

/* False: the operation is no batch, and nothing is done. */
bool protocol_batch_read_body(struct arena *arena, struct json_value root, struct protocol_call *call);
bool protocol_batch_read_reply(struct arena *arena, struct json_value root, struct protocol_call *call);
