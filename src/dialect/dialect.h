/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialect: what an HTTP exchange with an AWS-compatible service means, in whichever of AWS's protocols it is.
 * What it does not know it passes on as far as it is.
 *
 * Use: dialect_begin() with the head of the request; where `body_bytes_max` is set, dialect_read_body()
 * with the whole body (or not, where it was larger); dialect_begin_reply() with the head of the reply;
 * dialect_read_reply() when it has ended. What they find is added to the call.
 *
 * Bodies that are never recorded (objects) are not read.
 *
 * Threads: pure; a call belongs to its arena's owner.
 */
#pragma once

#include "protocol/protocol.h"

/* Never fails: what cannot be understood is recorded as it is known. `keys` may be NULL. Texts borrow from
 * the request and its body, or live in the arena: nothing of the reply is kept. */
void dialect_begin(
    struct arena *arena, const struct protocol_request *request, struct protocol_call *ret_call);
void dialect_read_body(
    struct arena *arena, struct protocol_keys *keys, struct bytes body, struct protocol_call *call);
void dialect_begin_reply(const struct protocol_reply *reply, struct protocol_call *call);
void dialect_read_reply(struct arena *arena, struct protocol_keys *keys, const struct protocol_reply *reply,
    struct bytes body, struct protocol_call *call);
