/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the parts of rpc share. Threads: pure. */
#pragma once

#include "protocol/body.h"
#include "rpc/rpc.h"

/* ---- json.c ---- */

/* Letters, digits and '_': what is not is recorded as "Unknown". */
bool rpc_is_operation(struct str name);

/* ---- target.c ---- */

/* The signing name by the prefix of X-Amz-Target; empty where it is not known. */
struct str rpc_target_service(struct str prefix);

/* ---- query.c, result.c, ec2.c ---- */

void rpc_query_begin(struct arena *arena, const struct protocol_head *head, struct protocol_call *call);
void rpc_query_read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call);

/* The root of a reply in XML; NULL where it is an error, which is taken into the call, or cannot be read. */
const struct xml_node *rpc_reply_root(
    struct arena *arena, const struct protocol_reply *reply, struct bytes body, struct protocol_call *call);

/* responseElements of a query reply: what is in its element "<Operation>Result". */
struct call_part rpc_result_part(
    struct arena *arena, const struct xml_node *result, const struct protocol_call *call);

/* EC2: is the operation recorded in the old form? requestParameters, and the reply. */
bool rpc_ec2_is_old(struct str operation);
struct str rpc_ec2_name(struct str operation, struct str lowered); /* as the old form has a member */
void rpc_ec2_read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call);
struct protocol_parameter;
struct call_part rpc_ec2_part(
    struct arena *arena, const struct protocol_call *call, const struct protocol_parameter *root);

/* ---- batch.c ---- */

/* False: the operation is no batch, and nothing is done. */
bool rpc_batch_read_body(struct arena *arena, struct json_value root, struct protocol_call *call);
bool rpc_batch_read_reply(struct arena *arena, struct json_value root, struct protocol_call *call);
