/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation: the table of operations, and one call of one of them on its way. Private to api.
 * Threads: the table is constant; a call belongs to its connection's thread.
 */
#pragma once

#include "api/api.h"
#include "auth/auth.h"
#include "aws/shape.h"
#include "http/http.h"

enum api_error {
#define API_ERROR(name, code, status) API_##name,
#include "error_table.h"
#undef API_ERROR
};

enum api_service { API_CLOUDTRAIL, API_CAIRN, API_STS, API_SERVICE_COUNT };
enum api_effect { API_READS, API_CHANGES };

struct api_call;

/* A step of an operation: true, or false with api_fail() called. Output goes to `call->response`. */
typedef bool api_step(struct api_call *call);

struct api_operation {
    enum api_service service;
    const char *name;
    enum auth_permission permission;
    enum api_effect effect;
    const struct aws_shape *request, *response;
    api_step *prepare; /* NULL: nothing to prepare */
    api_step *handle;  /* NULL: not supported */
};

/* What one service is called in the places where names differ. */
struct api_service_names {
    const char *signing_name;  /* "cloudtrail" */
    const char *event_source;  /* "cloudtrail.amazonaws.com" */
    const char *action_prefix; /* "cloudtrail" in IAM's messages */
};
const struct api_service_names *api_service_names(enum api_service service);

/* All rows, in the table's order. */
size_t api_operations(const struct api_operation **ret_operations);

/* By X-Amz-Target; NULL where it names none. */
const struct api_operation *api_operation_of_target(struct str target);
const struct api_operation *api_operation_find(enum api_service service, struct str name);

/* What an error answer says. */
struct api_fault {
    const char *code;
    unsigned status;
    struct str message;
};

struct api_call {
    struct api *api;
    struct http_exchange *exchange; /* NULL in tests of handlers */
    struct arena *arena;
    const struct api_operation *operation;
    struct auth_principal principal;
    struct str account, region; /* the caller's: all that it may see and configure */
    struct moment now;
    char request_id[UUID_TEXT_SIZE + 1];
    struct uuid event_id;                       /* of the call's own record */
    struct json_parser *parser, *stored_parser; /* of the body; of JSON that the catalog keeps */
    struct json_value body;                     /* the request as it was sent */
    void *request, *response;                   /* structs of the operation's shapes */
    struct catalog_change *change;              /* open while a CHANGES handler runs */
    void *prepared;                             /* what the prepare step found out for the handler */
    bool is_unrecorded;                         /* part of a call that is recorded already */
    bool has_changed_keys;                      /* auth reads the keys again after the commit */
    struct api_fault fault;                     /* where a step failed */
};

/* Say why the call fails; returns false. */
bool api_fail(struct api_call *call, enum api_error error, const char *format, ...) PRINTF(3, 4);

/* The same for an error of a store: overload asks to come later, anything else is internal. */
bool api_fail_with(struct api_call *call, const struct error *error);

/* Run the steps of an authenticated call, recorded as it must be: true with `call->response` filled. */
bool api_call_run(struct api_call *call, struct str body);

/* Members of the shapes that handlers declare: MEMBER(struct, field, "Name", shape). */
#define API_MEMBER(type, field, name, shape)                                                                 \
    { name, offsetof(struct type, field), &(shape), false, false }
#define API_REQUIRED(type, field, name, shape)                                                               \
    { name, offsetof(struct type, field), &(shape), true, false }
#define API_SECRET(type, field, name, shape)                                                                 \
    { name, offsetof(struct type, field), &(shape), false, true }

/* Rows and functions that the table names. */
#define OPERATION(service, name, permission, effect, subject)                                                \
    extern const struct aws_shape api_##subject##_request, api_##subject##_response;                         \
    api_step api_##subject;
#define PREPARED(service, name, permission, effect, subject)                                                 \
    OPERATION(service, name, permission, effect, subject)                                                    \
    api_step api_##subject##_prepare;
#define UNSUPPORTED(service, name)
#include "operation_table.h"
#undef OPERATION
#undef PREPARED
#undef UNSUPPORTED
