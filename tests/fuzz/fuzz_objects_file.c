/* SPDX-License-Identifier: Apache-2.0 */
/* The end of an object's file: any bytes are refused or read, and what is read writes back. */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "objects/object_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(struct bytes tail, uint64_t file_size) {
    SCOPED(arena_finish) struct arena arena = ARENA_INIT;
    struct objects_file_info info, again;
    struct error error = {0};
    if (!objects_file_parse_tail(tail, file_size, &arena, &info, &error))
        return;
    SCOPED(buf_finish) struct buf written = BUF_INIT(BUF_UNBOUNDED);
    objects_file_append_description(&written, &info);
    ASSERT(
        objects_file_parse_tail(buf_bytes(&written), info.info.size + written.size, &arena, &again, &error));
    ASSERT(str_equals(info.info.etag, again.info.etag) && info.info.size == again.info.size);
    ASSERT(info.info.metadata.user_count == again.info.metadata.user_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    parse(bytes_of(data, size), size);
    if (size < OBJECTS_FOOTER_SIZE)
        return 0;
    /* Also with a checksum that fits, so that the description itself is reached. */
    SCOPED(own_free) uint8_t *fixed = mem_copy(data, size);
    uint8_t *footer = fixed + size - OBJECTS_FOOTER_SIZE;
    size_t description_size = size - OBJECTS_FOOTER_SIZE;
    memcpy(footer + 40, "cairnobj", 8);
    store_u32(footer + 16, (uint32_t)description_size);
    store_u32(footer + 24, 1);
    store_u32(footer + 36, hash_crc32c(0, bytes_of(fixed, description_size + 36)));
    parse(bytes_of(fixed, size), load_u64(footer) + size);
    return 0;
}
