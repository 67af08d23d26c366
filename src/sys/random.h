/* SPDX-License-Identifier: Apache-2.0 */
/* random: unpredictable bytes from the kernel; aborts where the kernel has none. Threads: any. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *data, size_t size);
uint64_t random_u64(void);
