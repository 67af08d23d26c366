/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cbor: reading CBOR (RFC 8949) as the JSON text that says the same.
 *
 * Bytes become base64 text, keys must be text, numbers keep all digits; NaN and the infinities become the
 * texts that AWS's JSON has for them. A tag is dropped and its value stays: tag 1's epoch seconds are a
 * number, as JSON protocols have them. Members keep their order, and keys that are there twice stay twice.
 * Refused: bad UTF-8, nesting past CBOR_DEPTH_MAX, reserved and cut forms, anything behind the first item.
 *
 * Threads: any; pure.
 */
#pragma once

#include "base/buf.h"

enum { CBOR_DEPTH_MAX = 64 }; /* tags count */

/* Append the item's JSON. ERROR_INVALID says what is wrong and where, ERROR_LIMIT that the buffer is full;
 * what was appended until then is no JSON. */
NODISCARD bool cbor_append_json(struct buf *json, struct bytes cbor, struct error *error);
