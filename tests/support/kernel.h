/* SPDX-License-Identifier: Apache-2.0 */
/* kernel: what this machine's kernel can do, asked of itself: a test is skipped for its lack and for nothing
 * else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KERNEL_ASK_VERSION = 1 };

static inline bool kernel_has_landlock(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, KERNEL_ASK_VERSION) > 0;
}
