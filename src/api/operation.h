/* SPDX-License-Identifier: Apache-2.0 */
/*
 * operation: the table of operations, and one call of one of them on its way. Private to api.
 * Threads: the table is constant; a call belongs to its connection's thread.
 */
#pragma once

#include "api/api.h"
#include "auth/auth.h"
#include "aws/arn.h"
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
    api_step *handle;
};

/* What one service is called in the places where names differ. */
struct api_service_names {
    const char *signing_name;  /* "cloudtrail" */
    const char *event_source;  /* "cloudtrail.amazonaws.com" */
    const char *action_prefix; /* "cloudtrail" in IAM's messages */
};
const struct api_service_names *api_service_names(enum api_service service);

/* Resources with tags, by the first part of their ARN's resource ("trail"). */
struct api_tagged {
    void *resource; /* what load() found, for store(); in the call's arena */
    const struct catalog_tag *tags;
    size_t count;
};
struct api_taggable {
    const char *type;
    /* The caller's resource `name`; ResourceNotFoundException where there is none. */
    bool (*load)(
        struct api_call *call, const struct aws_arn *arn, struct str name, struct api_tagged *ret_tagged);
    bool (*store)(struct api_call *call, const struct api_tagged *tagged); /* in the call's change */
};

/* What a folder above adds to the API: operations with rows of its own table, and its share in operations
 * that are for trails and for other resources. Constant; api_options.extension_context goes with it. */
struct api_extension {
    const struct api_operation *operations;
    size_t operation_count;
    const struct api_taggable *taggables;
    size_t taggable_count;
    api_step *put_store_insights, *get_store_insights; /* where they name an event data store */
};

/* All rows of a table, in its order: this folder's (`which` 0), the extension's (1). */
enum { API_TABLE_COUNT = 2 };
size_t api_operations(
    const struct api_extension *extension, unsigned which, const struct api_operation **ret_operations);

/* By X-Amz-Target; NULL where it names none. `extension` may be NULL. */
const struct api_operation *api_operation_of_target(const struct api_extension *extension, struct str target);
const struct api_operation *api_operation_find(
    const struct api_extension *extension, enum api_service service, struct str name);

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
    struct uuid event_id;                        /* of the call's own record */
    struct json_parser *parser, *stored_parser;  /* of the body; of JSON that the catalog keeps */
    struct json_value body;                      /* the request as it was sent */
    void *request, *response;                    /* structs of the operation's shapes */
    struct catalog_change *change;               /* open while a CHANGES handler runs */
    void *prepared;                              /* what the prepare step found out for the handler */
    void (*on_committed)(struct api_call *call); /* set by the handler: runs once its change is durable */
    bool is_unrecorded;                          /* part of a call that is recorded already */
    bool has_changed_keys;                       /* auth reads the keys again after the commit */
    struct api_fault fault;                      /* where a step failed */
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

/* What a row names, and the row itself, in the table of `folder`. */
#define API_ROW_NAMES(folder, subject)                                                                       \
    extern const struct aws_shape folder##_##subject##_request, folder##_##subject##_response;               \
    api_step folder##_##subject;
#define API_ROW(folder, service, name, permission, effect, subject, prepare)                                 \
    {                                                                                                        \
        API_##service, #name, AUTH_##permission, API_##effect, &folder##_##subject##_request,                \
            &folder##_##subject##_response, prepare, folder##_##subject                                      \
    }

#define OPERATION(service, name, permission, effect, subject) API_ROW_NAMES(api, subject)
#define PREPARED(service, name, permission, effect, subject)                                                 \
    API_ROW_NAMES(api, subject)                                                                              \
    api_step api_##subject##_prepare;
#include "operation_table.h"
#undef OPERATION
#undef PREPARED
