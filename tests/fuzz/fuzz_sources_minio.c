/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever MinIO sends is refused, or gives records that admission takes, the same ones every time. */
#include "support/source_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    source_fuzz(sources_read_minio, bytes_str(bytes_of(data, size)));
    return 0;
}
