/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body: bodies as text, and what of them goes into a record; for the dialects whose bodies are recorded.
 *
 * Threads: pure.
 */
#pragma once

#include "codec/json.h"
#include "codec/xml.h"

#include "dialect.h"

enum {
    PROTOCOL_SINGLE_SIZE_MAX = 1 << 20,  /* requests but for batches: ten times what a record can show */
    PROTOCOL_FAILURE_SIZE_MAX = 1 << 18, /* replies that are errors */
    PROTOCOL_TEXT_SIZE_MAX = 32 << 20,   /* JSON made of a body: twice its limit, base64 fits */
};

/* ---- body.c ---- */

/* How much of a request's and of a reply's body is wanted; for begin() and begin_reply(). */
void protocol_body_begin(struct protocol_call *call);
void protocol_body_begin_reply(const struct protocol_reply *reply, struct protocol_call *call);

/* The body without its gzip (no body that is recorded begins as gzip does); empty where it cannot be read or
 * would be larger than PROTOCOL_BODY_SIZE_MAX. Borrowed or in the arena. */
struct bytes protocol_body_plain(struct arena *arena, struct bytes body);

/* The body as JSON text; empty where it is none. */
struct str protocol_json_of(struct arena *arena, const struct protocol_call *call, struct bytes body);

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
struct call_part protocol_part_of(struct arena *arena, struct buf *json);

/* A part that says that `name` ("requestParameters") is left out, and why ("too large"). The size may be the
 * least that it was. */
struct call_part protocol_part_omitted(
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

/* ---- failure.c ---- */

/* Error code, message and request id of a body of any of these dialects. */
void protocol_read_failure(
    struct arena *arena, const struct protocol_reply *reply, struct bytes body, struct protocol_call *call);

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
