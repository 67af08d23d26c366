/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include "base/check.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *owned_or_abort(void *pointer, size_t size) {
    if (pointer != NULL)
        return pointer;
    (void)fprintf(stderr, "out of memory asking for %zu bytes\n", size);
    abort();
}

static size_t product(size_t count, size_t size) {
    size_t bytes = 0;
    ASSERT(!__builtin_mul_overflow(count, size, &bytes));
    return bytes;
}

void *mem_alloc(size_t size) {
    return owned_or_abort(calloc(1, size > 0 ? size : 1), size);
}

void *mem_alloc_array(size_t count, size_t size) {
    return mem_alloc(product(count, size));
}

void *mem_resize(void *pointer, size_t size) {
    return owned_or_abort(realloc(pointer, size > 0 ? size : 1), size);
}

void *mem_resize_array(void *pointer, size_t count, size_t size) {
    return mem_resize(pointer, product(count, size));
}

void *mem_copy(const void *data, size_t size) {
    ASSERT(size < SIZE_MAX);
    char *copy = owned_or_abort(malloc(size + 1), size);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

char *mem_text(const char *text) {
    return mem_copy(text, strlen(text));
}

void mem_free(void *pointer) {
    free(pointer);
}

void mem_wipe(void *pointer, size_t size) {
    if (size > 0)
        explicit_bzero(pointer, size);
}
