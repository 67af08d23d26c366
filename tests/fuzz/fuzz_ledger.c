/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of a gateway entry, of any bytes: refused as corrupt, or written again the same. */
#include "base/bits.h"
#include "base/check.h"
#include "base/own.h"
#include "codec/hash.h"
#include "ledger/file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error error = {0};
    struct ledger_state state;
    if (size > LEDGER_FILE_SIZE_MAX)
        return 0;
    /* With a checksum that is right, or no input would get far. */
    SCOPED(own_free) uint8_t *file = mem_copy(data, size);
    if (size > 16)
        store_u32(file + 12, hash_crc32c(0, bytes_of(file + 16, size - 16)));
    if (!ledger_state_parse(bytes_of(file, size), &state, &error)) {
        ASSERT(error.kind == ERROR_CORRUPT);
        return 0;
    }
    SCOPED(buf_finish) struct buf again = BUF_INIT(LEDGER_FILE_SIZE_MAX);
    ledger_state_append(&again, &state);
    ASSERT(again.size == size && memcmp(again.data, file, size) == 0);
    ledger_state_finish(&state);
    return 0;
}
