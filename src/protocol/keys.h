/* SPDX-License-Identifier: Apache-2.0 */
/* keys: what protocol_keys holds of each table. Threads: any. */
#pragma once

#include "protocol/protocol.h"

enum { PROTOCOL_TABLE_KEYS_MAX = 2, PROTOCOL_KEY_NAME_SIZE_MAX = 255 };

struct protocol_table_keys {
    struct str names[PROTOCOL_TABLE_KEYS_MAX];
    size_t count; /* 0: not known */
};

/* `name`: region and table, as protocol_table_name() makes it. `keys` may be NULL. */
void protocol_keys_learn(struct protocol_keys *keys, struct str name, struct protocol_table_keys names);
void protocol_keys_forget(struct protocol_keys *keys, struct str name);
struct protocol_table_keys protocol_keys_of(struct arena *arena, struct protocol_keys *keys, struct str name);
