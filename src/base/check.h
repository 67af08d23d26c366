/* SPDX-License-Identifier: Apache-2.0 */
/* check: assertions that stay on in production. A failed one is our bug, never the input's. */
#pragma once

_Noreturn void check_failed(const char *file, int line, const char *function, const char *text);

#define ASSERT(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, __func__, #condition))

/* Structs that travel through void * carry `uint32_t magic` set to NAME_MAGIC. */
#define ASSERT_IS(pointer, NAME) ASSERT((pointer) != 0 && (pointer)->magic == NAME##_MAGIC)
