/* SPDX-License-Identifier: Apache-2.0 */
/* parts: a batch's entries in as many linked records as they need. Threads: pure. */
#pragma once

#include "base/buf.h"

#include "dialect.h"

enum {
    PROTOCOL_PART_SIZE_MAX = 90 * 1024, /* of the parameters, so that those of the record are never omitted */
    PROTOCOL_ENTRIES_MAX = 10000,       /* services take 500 at most; what is beyond is only counted */
};

/* Entries gathered one by one: each is one JSON value. */
struct protocol_entries {
    struct buf json; /* one after the other */
    size_t *ends;    /* where each ends in `json`; in the arena */
    size_t count, capacity;
    size_t skipped; /* beyond PROTOCOL_ENTRIES_MAX */
};
#define PROTOCOL_ENTRIES_INIT ((struct protocol_entries){.json = BUF_INIT(BUF_UNBOUNDED)})
void protocol_entries_finish(struct protocol_entries *entries);

/* Is there no room for one more? Then it is counted, and nothing is to be written of it. */
bool protocol_entries_skip(struct protocol_entries *entries);

/* What was written to entries->json since the last call is one more. */
void protocol_entries_end(struct arena *arena, struct protocol_entries *entries);

/* Give the call its parts: in each {`members`,"list":[entries...]} as requestParameters. `members` are JSON
 * members without braces, or empty. What would need more than PROTOCOL_PARTS_MAX parts is counted in the last
 * one's additionalEventData. */
void protocol_entries_to_parts(struct arena *arena, const struct protocol_entries *entries,
    struct str members, const char *list, struct protocol_call *call);

/* What the reply says of entries goes into the first part's additionalEventData, as far as it fits. */
void protocol_entries_to_rest(struct arena *arena, const struct protocol_entries *entries, const char *list,
    struct protocol_call *call);
