/* SPDX-License-Identifier: Apache-2.0 */
/* id.c: ids of what is made. */
#include "codec/text.h"
#include "sys/random.h"

#include "private.h"

struct str lakeapi_new_id(struct api_call *call) {
    uint8_t random[UUID_SIZE];
    char text[UUID_TEXT_SIZE + 1];
    random_bytes(random, sizeof random);
    uuid_format(uuid_random(random), text);
    return arena_str(call->arena, str_of(text, UUID_TEXT_SIZE));
}

struct str lakeapi_new_alias(struct api_call *call) {
    return arena_format(call->arena, "AWSCloudTrail-%.*s", STR(lakeapi_new_id(call)));
}
