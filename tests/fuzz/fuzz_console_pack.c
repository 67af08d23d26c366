/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as a console's pack: its files lie within. */
#include "base/bits.h"
#include "base/check.h"
#include "base/mem.h"
#include "console/pack.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct error error = {0};
    struct console_pack pack;
    if (size < SHA256_SIZE)
        return 0;
    /* With a true hash at its end, so that what is inside is looked at. */
    uint8_t *copy = mem_copy(data, size), hash[SHA256_SIZE];
    hash_sha256(bytes_of(copy, size - SHA256_SIZE), hash);
    memcpy(copy + size - SHA256_SIZE, hash, SHA256_SIZE);
    if (console_pack_parse(bytes_of(copy, size), &pack, &error)) {
        for (size_t i = 0; i < pack.count; i++) {
            ASSERT(pack.files[i].gzip.data >= copy && pack.files[i].gzip.size <= size);
            ASSERT(console_pack_find(&pack, pack.files[i].path) == &pack.files[i]);
        }
        console_pack_finish(&pack);
    }
    mem_free(copy);
    return 0;
}
