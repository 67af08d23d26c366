/* SPDX-License-Identifier: Apache-2.0 */
/* A checkpoint from anywhere never verifies and never hurts. */
#include "base/check.h"
#include "catalog/catalog.h"
#include "digest/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t KEY[SEAL_KEY_SIZE] = {3};
    static struct catalog *catalog; /* kept: opening one per input would be all that is measured */
    struct error error = {0};
    if (catalog == NULL)
        catalog = catalog_open(&(struct catalog_options){.path = ":memory:", .key = KEY}, &error);
    ASSERT(catalog != NULL);
    ASSERT(!digest_checkpoint_verify(catalog, str_of((const char *)data, size), &error));
    ASSERT(error.kind == ERROR_INVALID || error.kind == ERROR_CORRUPT);
    return 0;
}
