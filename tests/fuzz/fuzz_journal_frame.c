/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a segment: its header and frames never lead outside, and what parses writes back the same. */
#include "base/check.h"
#include "journal/frame.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(struct bytes rest, const struct journal_frame *frame) {
    uint8_t again[JOURNAL_FRAME_HEADER_SIZE];
    journal_frame_write(again, frame);
    ASSERT(memcmp(again, rest.data, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error error = {0};
    struct journal_header header;
    if (journal_header_parse(bytes_of(data, size), &header, &error)) {
        data += JOURNAL_HEADER_SIZE;
        size -= JOURNAL_HEADER_SIZE;
    }
    struct bytes rest = bytes_of(data, size);
    for (;;) {
        struct journal_frame frame;
        size_t frame_size = 0;
        if (journal_frame_parse(rest, &frame, &frame_size) != JOURNAL_FRAME_WHOLE)
            return 0;
        ASSERT(frame_size <= rest.size);
        if (frame.position > 0)
            check_same(rest, &frame);
        rest = bytes_of(rest.data + frame_size, rest.size - frame_size);
    }
}
