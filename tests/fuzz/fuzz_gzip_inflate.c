/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as gzip stay inside the limit; and as content they come back from what is written. */
#include "base/check.h"
#include "base/own.h"
#include "codec/compress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { LIMIT = 1 << 20 };
    struct error error;
    struct bytes input = bytes_of(data, size);
    SCOPED(buf_finish) struct buf text = BUF_INIT(LIMIT);
    if (gzip_inflate(input, &text, &error))
        ASSERT(text.size <= LIMIT && gzip_is(input));
    else
        ASSERT(text.size == 0);
    SCOPED(buf_finish) struct buf gzip = BUF_INIT(2 * LIMIT);
    SCOPED(buf_finish) struct buf again = BUF_INIT(size);
    bool written = gzip_append(&gzip, input, &error);
    ASSERT(written);
    bool read = gzip_inflate(buf_bytes(&gzip), &again, &error);
    ASSERT(read && bytes_equal(buf_bytes(&again), input));
    return 0;
}
