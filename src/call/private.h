/* SPDX-License-Identifier: Apache-2.0 */
/* private: what the parts of call share. */
#pragma once

#include "call/call.h"

/* "s3" of "s3.amazonaws.com". */
struct str call_service(struct str event_source);

/* Are the names of this service's parameters recorded as they were sent, not lowered? S3's are. */
bool call_keeps_case(struct str event_source);

/* For operations without a row: does the name begin as those of reads do? */
bool call_is_read_name(struct str name);
