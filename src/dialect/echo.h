/* SPDX-License-Identifier: Apache-2.0 */
/* echo: no message of an error shows what the record does not. Threads: pure. */
#pragma once

#include "protocol/protocol.h"

/* Keep of the body what dialect_echo_cover() needs: it covers in the error message every value that was sent
 * and that no part shows. */
void dialect_echo_keep(struct arena *arena, struct bytes body, struct protocol_call *call);
void dialect_echo_cover(struct arena *arena, struct protocol_call *call);
