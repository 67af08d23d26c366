/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem: heap memory that never fails. Out of memory aborts with a message: the daemon is
 * crash-only and its journal recovers, so every size from outside is checked against a
 * named limit *before* it comes here.
 *
 * Threads: any.
 */
#pragma once

#include <stddef.h>

/* `size` zeroed bytes; never NULL, also for size 0. The caller frees with mem_free(). */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));

/* `count * size` zeroed bytes; aborts where the product overflows. */
void *mem_alloc_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* Grow or shrink; new bytes are not zeroed. */
void *mem_resize(void *pointer, size_t size) __attribute__((returns_nonnull));

/* As mem_resize() for `count` elements of `size`; aborts where the product overflows. */
void *mem_resize_array(void *pointer, size_t count, size_t size) __attribute__((returns_nonnull));

/* An owned copy of `size` bytes followed by one NUL. */
void *mem_copy(const void *data, size_t size) __attribute__((returns_nonnull));

/* An owned copy of a C string. */
char *mem_text(const char *text) __attribute__((returns_nonnull));

/* Free; NULL is fine. */
void mem_free(void *pointer);

/* Overwrite `size` bytes in a way the compiler may not drop: for secrets. */
void mem_wipe(void *pointer, size_t size);

#define MEM_NEW(type) ((type *)mem_alloc(sizeof(type)))
