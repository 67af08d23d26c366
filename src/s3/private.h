/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private: what the parts of s3 share: s3.c (the dialect), target.c (bucket, key, operation), parameter.c
 * (parameters from query and headers), document.c (bodies and errors), control.c (the account's operations),
 * delete.c (DeleteObjects), form.c (POST forms).
 *
 * Threads: pure.
 */
#pragma once

#include "codec/xml.h"
#include "s3/s3.h"

enum {
    S3_DOCUMENT_SIZE_MAX = 1 << 20,
    S3_DELETION_SIZE_MAX = 8 << 20, /* 1,000 keys of 1,024 bytes, each of them escaped */
    S3_FORM_SIZE_MAX = 1 << 20,     /* AWS: 20 KB of fields before the file; MinIO 1 MB in one */
    S3_ERROR_SIZE_MAX = 64 << 10,
};

enum s3_level { S3_SERVICE, S3_BUCKET, S3_OBJECT, S3_LEVEL_COUNT };
enum s3_method { S3_GET, S3_HEAD, S3_PUT, S3_POST, S3_DELETE, S3_OPTIONS, S3_PATCH, S3_METHOD_COUNT };
enum s3_body { S3_BODY_NONE, S3_BODY_XML, S3_BODY_POLICY, S3_BODY_KEYS, S3_BODY_FORM };
enum s3_reply { S3_REPLY_PLAIN, S3_REPLY_RESULT, S3_REPLY_KEYS, S3_REPLY_SESSION };

struct s3_operation {
    const char *name;
    enum s3_body body;
    enum s3_reply reply;
};

struct s3_target {
    struct str bucket, key; /* decoded where they can be */
    enum s3_level level;
    enum s3_method method; /* S3_METHOD_COUNT: another */
};

/* What the steps of one call remember, its protocol_call's `detail`. */
struct s3_call {
    const struct s3_operation *operation; /* NULL: none that is known */
    struct s3_target target;
    bool is_head, is_chunked /* the body, as aws-chunked */;
    struct str form_type;         /* the Content-Type of a form */
    struct s3_deletion *deletion; /* NULL: not a readable DeleteObjects */
};

/* ---- target.c ---- */

enum s3_method s3_method_of(struct str method);
void s3_target_read(struct arena *arena, const struct protocol_head *head, struct s3_target *ret_target);

/* The row of a request, or NULL. `is_express`: at the service of directory buckets. */
const struct s3_operation *s3_operation_find(
    struct arena *arena, const struct protocol_head *head, const struct s3_target *target, bool is_express);

/* ---- parameter.c ---- */

/* The request's parameters: bucket, host, key, the query's and those of its headers that S3 records. */
struct str s3_parameters(struct arena *arena, const struct protocol_head *head,
    const struct s3_target *target, const struct protocol_header *labels, size_t label_count);

/* The parameters with one more member, whose value is JSON. */
struct str s3_parameters_with(struct arena *arena, struct str parameters, struct str name, struct str json);

/* Is this a header (or a form's field) that S3 records with the request? Never one with a secret. */
bool s3_is_recorded(struct str name);

/* The response's elements: what the reply's headers say of a change; empty where they say nothing. */
struct str s3_elements(struct arena *arena, const struct protocol_reply *reply);

/* ---- document.c ---- */

/* The parameters with a note that the body is not in them. `why`: "too large", "not readable". */
struct str s3_omitted(struct arena *arena, struct str parameters, const char *why, size_t size);

/* What an aws-chunked body holds; the body itself where it is not of that form. */
struct str s3_unchunked(struct arena *arena, struct str body);

/* {"Root": ...} of a body into the parameters; a note where it cannot be read. */
struct str s3_document_record(struct arena *arena, struct str body, struct str parameters);
struct str s3_policy_record(struct arena *arena, struct str body, struct str parameters);

/* The root of a reply, or NULL. */
const struct xml_node *s3_document_read(struct arena *arena, struct bytes body);

/* Takes code and message of an error document; false where the root is none. */
bool s3_error_take(const struct xml_node *root, struct protocol_call *call);

/* The error that a status stands for where no document tells, as for HEAD. */
void s3_error_of_status(unsigned status, const struct s3_target *target, struct protocol_call *call);

/* ---- control.c ---- */

/* The account's operations, under /v20180820/. False where the path is not there. */
bool s3_control_begin(
    struct arena *arena, const struct protocol_head *head, struct protocol_call *call, struct s3_call *state);

/* ---- delete.c ---- */

/* One part for so many keys as fit a record, each with the keys as resources and in its parameters. */
void s3_deletion_read(struct arena *arena, struct str body, struct protocol_call *call);
/* What became of each key, into the part that has it. */
void s3_deletion_answer(struct arena *arena, const struct xml_node *root, struct protocol_call *call);

/* ---- form.c ---- */

void s3_form_read(struct arena *arena, struct str body, struct protocol_call *call);
