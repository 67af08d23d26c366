/* SPDX-License-Identifier: Apache-2.0 */
/* checked: arithmetic on numbers from outside. Each returns false on overflow and then writes nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool checked_add_u64(uint64_t a, uint64_t b, uint64_t *ret_sum) {
    uint64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret_sum = sum;
    return true;
}

static inline bool checked_multiply_u64(uint64_t a, uint64_t b, uint64_t *ret_product) {
    uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret_product = product;
    return true;
}
