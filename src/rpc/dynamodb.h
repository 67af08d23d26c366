/* SPDX-License-Identifier: Apache-2.0 */
/* dynamodb: calls that touch items, and what replies tell of tables. Threads: any. */
#pragma once

#include "aws/arn.h"
#include "codec/json.h"
#include "protocol/dialect.h"

/* Append a PartiQL statement as a JSON string, every literal in it replaced as AWS does: "***(Redacted)". */
void rpc_write_statement(struct json_writer *writer, struct str statement);

/* False: no call that touches items, and nothing is done. */
bool rpc_dynamodb_read_body(
    struct arena *arena, struct protocol_keys *keys, struct json_value root, struct protocol_call *call);

/* How much of the reply is wanted: `otherwise` where the call is none of these. */
size_t rpc_dynamodb_reply_max(const struct protocol_call *call, unsigned status, size_t otherwise);

/* A reply that is no error; `root` may be JSON_MISSING. False: its record has the reply as it is. */
bool rpc_dynamodb_read_reply(
    struct arena *arena, struct protocol_keys *keys, struct json_value root, struct protocol_call *call);
void rpc_dynamodb_read_failure(struct arena *arena, struct json_value root, struct protocol_call *call);
