/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/random.h"

#include "base/check.h"

#include <unistd.h>

enum { GETENTROPY_SIZE_MAX = 256 };

void random_bytes(void *data, size_t size) {
    uint8_t *bytes = data;
    for (size_t done = 0; done < size;) {
        size_t chunk = size - done < GETENTROPY_SIZE_MAX ? size - done : GETENTROPY_SIZE_MAX;
        ASSERT(getentropy(bytes + done, chunk) == 0);
        done += chunk;
    }
}

uint64_t random_u64(void) {
    uint64_t number = 0;
    random_bytes(&number, sizeof number);
    return number;
}
