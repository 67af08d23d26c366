/* SPDX-License-Identifier: Apache-2.0 */
/* key: the name of a series as bytes: on disk, for its hash and its ids (docs/formats/insights.md). Pure. */
#pragma once

#include "insights.h"

enum {
    INSIGHTS_NAME_SIZE_MAX = 256,  /* of a name in a key; longer ones are cut */
    INSIGHTS_TRAIL_SIZE_MAX = 512, /* of a trail's ARN */
    INSIGHTS_KEY_SIZE_MAX = 2048,
};

/* Returns the size of what was written. */
size_t insights_key_write(uint8_t key[INSIGHTS_KEY_SIZE_MAX], const struct insights_series *series);

/* The texts borrow from the key. ERROR_CORRUPT where it is none. */
NODISCARD bool insights_key_parse(struct bytes key, struct insights_series *ret_series, struct error *error);

uint64_t insights_key_hash(struct bytes key);
