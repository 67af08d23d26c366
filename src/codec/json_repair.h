/* SPDX-License-Identifier: Apache-2.0 */
/* json_repair: numbers that are legal JSON but that simdjson refuses, in a form that it takes. */
#pragma once

#include "base/buf.h"

/* Append `text` with every integer beyond 64 bits written as a floating-point number, and every
 * number beyond the range of a double as the largest one. What is no legal number stays as it
 * is, so that parsing the result still refuses it. */
void json_repair_numbers(struct str text, struct buf *out);
