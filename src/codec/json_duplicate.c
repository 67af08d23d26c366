/* SPDX-License-Identifier: Apache-2.0 */
/* json_duplicate: keys that an object has twice, in time that a hostile object cannot make quadratic. */
#include "base/own.h"
#include "codec/json.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL_MAX = 128, SLOTS = 512 };
_Static_assert(SMALL_MAX < UINT8_MAX && SLOTS >= 4 * SMALL_MAX, "slots hold 1-based places and stay sparse");

/* Length and both ends: enough to tell apart the keys that records have. */
static size_t slot_of(struct str key) {
    uint64_t head = 0, tail = 0;
    size_t size = key.size < sizeof head ? key.size : sizeof head;
    memcpy(&head, key.data, size);
    memcpy(&tail, key.data + key.size - size, size);
    return (size_t)(((head ^ (tail * 31) ^ key.size) * 0x9e3779b97f4a7c15u) >> 55);
}

static bool find_in_small(struct json_value object, struct str *ret_key) {
    uint8_t slots[SLOTS] = {0};
    struct str keys[SMALL_MAX];
    uint8_t count = 0;
    for (struct json_iterator member = json_iterate(object); json_next(&member);) {
        size_t slot = slot_of(member.key);
        for (; slots[slot] != 0; slot = (slot + 1) % SLOTS) {
            if (str_equals(keys[slots[slot] - 1], member.key)) {
                *ret_key = member.key;
                return true;
            }
        }
        keys[count++] = member.key;
        slots[slot] = count;
    }
    return false;
}

static int compare_keys(const void *a, const void *b) {
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool find_by_sorting(struct json_value object, struct str *ret_key) {
    size_t count = json_count(object);
    SCOPED(own_free) struct str *keys = mem_alloc_array(count, sizeof *keys);
    struct json_iterator member = json_iterate(object);
    for (size_t i = 0; i < count && json_next(&member); i++)
        keys[i] = member.key;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (str_equals(keys[i - 1], keys[i])) {
            *ret_key = keys[i];
            return true;
        }
    }
    return false;
}

bool json_find_duplicate_key(struct json_value object, struct str *ret_key) {
    if (json_kind(object) != JSON_OBJECT)
        return false;
    return json_count(object) <= SMALL_MAX ? find_in_small(object, ret_key)
                                           : find_by_sorting(object, ret_key);
}
