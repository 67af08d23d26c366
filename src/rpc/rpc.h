/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rpc: the dialects whose requests name their operation: JSON and CBOR (X-Amz-Target, Smithy RPC v2), query
 * and EC2 (Action).
 *
 * Threads: pure.
 */
#pragma once

#include "protocol/dialect.h"

extern const struct protocol_dialect rpc_json, rpc_cbor, rpc_query, rpc_ec2;

/* Is it known, by its signing name, that the service is called by X-Amz-Target, or by Action? */
bool rpc_target_has_service(struct str service);
bool rpc_query_has_service(struct str service);
