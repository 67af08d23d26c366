/* SPDX-License-Identifier: Apache-2.0 */
/* A journal payload of any bytes: refused as corrupt, or read and written again the same. */
#include "base/check.h"
#include "base/own.h"
#include "event/event.h"
#include "support/facets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct error error;
    struct event_envelope first, second, head;
    if (!event_envelope_parse(&arena, bytes_of(data, size), &first, &error)) {
        ASSERT(error.kind == ERROR_CORRUPT);
        arena_finish(&arena);
        return 0;
    }
    ASSERT(event_envelope_parse_head(bytes_of(data, size), &head, &error));
    ASSERT(head.sequence == first.sequence && head.kind == first.kind);
    /* Sizes may have been written in more bytes than they need, so compare the meaning. */
    SCOPED(buf_finish) struct buf payload = BUF_INIT(64 << 20);
    event_envelope_append(&payload, &first);
    ASSERT(event_envelope_parse(&arena, buf_bytes(&payload), &second, &error));
    ASSERT(facets_equal(&first.facets, &second.facets) && str_equals(first.record, second.record) &&
           str_equals(first.principal, second.principal) && first.kind == second.kind &&
           first.sequence == second.sequence);
    arena_finish(&arena);
    return 0;
}
