/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange: one S3 call from its headers to its answer: what all handlers share.
 *
 * Threads: the exchange's.
 */
#pragma once

#include "auth/auth.h"
#include "codec/xml.h"
#include "http/http.h"
#include "objects/upload.h"

#include "body.h"
#include "checksum.h"
#include "operation.h"
#include "s3api.h"

#include <stdatomic.h>

#define S3API_XML_NAMESPACE "http://s3.amazonaws.com/doc/2006-03-01/"

struct s3api {
    struct s3api_options options;
    struct clock *clock;
    struct http_service service;
    atomic_uint_fast64_t requests, unrecorded_reads;
};

struct s3api_exchange {
    struct s3api *api;
    struct http_exchange *http;
    struct arena *arena;
    struct moment time;
    struct s3api_request request;
    const struct s3api_operation *operation; /* NULL until known */
    struct auth_identity identity;
    const struct auth_principal *principal; /* NULL until known */
    struct objects_bucket bucket;           /* of the request; its name is empty until it was read */
    struct s3api_body body;
    struct buf small_body;
    struct error failure; /* of the body while it came; told when all of it has come */
    bool has_failed;
    struct objects_upload *upload;
    const struct s3api_algorithm *checksum; /* of the body: what the client chose, else what we choose */
    struct str request_id, host_id;
    struct str *deleted_keys;
    size_t deleted_count;
};

/* A request header; empty if none. */
struct str s3api_header(const struct s3api_exchange *exchange, const char *name);

/* Answer. Each sets the headers that every answer has, reports the call, and ends the exchange. */
void s3api_answer_empty(struct s3api_exchange *exchange, unsigned status);
void s3api_answer_body(struct s3api_exchange *exchange, const char *content_type, struct bytes body);
void s3api_answer_error(struct s3api_exchange *exchange, const struct error *error); /* "Code: message" */
void s3api_answer_refusal(struct s3api_exchange *exchange, const struct auth_refusal *refusal);

/* An object's bytes, streamed. Takes the reader in any case. */
struct s3api_stream {
    unsigned status;
    uint64_t offset, size;
    struct objects_reader *owned_reader;
};
void s3api_answer_stream(struct s3api_exchange *exchange, const struct s3api_stream *stream);

/* XML: declaration and the root with its namespace; close the root, then s3api_answer_xml(). */
struct buf s3api_xml_begin(const char *root);
void s3api_answer_xml(struct s3api_exchange *exchange, struct buf *xml); /* finishes the buffer */
void s3api_xml_number(struct buf *xml, const char *name, uint64_t number);
void s3api_xml_boolean(struct buf *xml, const char *name, bool boolean);
void s3api_xml_time(struct buf *xml, const char *name, struct moment moment);
void s3api_xml_etag(struct buf *xml, struct str etag);
void s3api_xml_identity(struct buf *xml, struct str account);
void s3api_xml_owner(struct buf *xml, const char *name, struct str account);

/* A bucket that the caller's account owns: NoSuchBucket, AccessDenied. */
NODISCARD bool s3api_read_bucket(
    struct s3api_exchange *exchange, struct str name, struct objects_bucket *ret_bucket, struct error *error);
bool s3api_refuse_access(struct error *error); /* AccessDenied */
