/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_memory: a catalog that nothing keeps, and the noon at which its tests play. */
#pragma once

#include "catalog/catalog.h"
#include "support/tap.h"

static const uint8_t KEY[SEAL_KEY_SIZE] = {1, 2, 3};
static const struct moment NOON = {1767268800000};

static inline void closep(struct catalog **catalog) {
    catalog_close(*catalog);
}

static inline struct catalog *open_memory(void) {
    struct error error = {0};
    struct catalog *catalog = catalog_open(&(struct catalog_options){.path = ":memory:", .key = KEY}, &error);
    EXPECT(catalog != NULL);
    return catalog;
}
