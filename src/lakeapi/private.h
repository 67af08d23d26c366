/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the files of lakeapi share. Threads: as lakeapi.h. */
#pragma once

#include "api/operation.h"
#include "api/private.h"
#include "lakeapi/lakeapi.h"

/* Rows and functions that the table names. */
#define OPERATION(service, name, permission, effect, subject) API_ROW_NAMES(lakeapi, subject)
#define PREPARED(service, name, permission, effect, subject)                                                 \
    API_ROW_NAMES(lakeapi, subject)                                                                          \
    api_step lakeapi_##subject##_prepare;
#include "operation_table.h"
#undef OPERATION
#undef PREPARED

/* access.c: may the caller do this operation on the resource, by its role and by the resource's policy? */
bool lakeapi_may_access(struct api_call *call, struct str arn, struct str owner, bool *ret_may);
bool lakeapi_refuse_access(struct api_call *call, struct str arn); /* AccessDeniedException */

/* The id of something new, a UUID; and the alias of a new query. In the call's arena. */
struct str lakeapi_new_id(struct api_call *call);
struct str lakeapi_new_alias(struct api_call *call);

static inline const struct lakeapi *lakeapi_of(const struct api_call *call) {
    return call->api->options.extension_context;
}
