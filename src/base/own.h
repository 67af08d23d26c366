/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own: scope-bound ownership.
 *
 * SCOPED(fn) runs fn(&variable) when the variable leaves scope. TAKE(pointer)
 * moves ownership out: it yields the pointer and leaves NULL behind.
 */
#pragma once

#include "base/mem.h"

#define SCOPED(fn) __attribute__((cleanup(fn), unused)) /* unused: a lock is held, not read */
#define TAKE(pointer)                                                                                        \
    __extension__({                                                                                          \
        __typeof__(pointer) taken_ = (pointer);                                                              \
        (pointer) = NULL;                                                                                    \
        taken_;                                                                                              \
    })

/* Ignore a result on purpose, with the reason in the source. */
#define IGNORE(expression, why)                                                                              \
    do {                                                                                                     \
        if (expression) {                                                                                    \
        }                                                                                                    \
    } while (0)

static inline void own_free(void *pointer) {
    mem_free(*(void **)pointer);
}
