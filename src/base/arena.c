/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *next;
    size_t capacity;
    size_t used;
    _Alignas(ALIGNMENT) char data[];
};

static struct arena_block *add_block(struct arena *arena, size_t size) {
    size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    ASSERT(capacity < SIZE_MAX - sizeof(struct arena_block));
    struct arena_block *block = mem_resize(NULL, sizeof *block + capacity);
    *block = (struct arena_block){.next = arena->blocks, .capacity = capacity};
    arena->blocks = block;
    return block;
}

void arena_finish(struct arena *arena) {
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        mem_free(arena->blocks);
        arena->blocks = next;
    }
}

void arena_clear(struct arena *arena) {
    while (arena->blocks != NULL && arena->blocks->next != NULL) {
        struct arena_block *next = arena->blocks->next;
        mem_free(arena->blocks);
        arena->blocks = next;
    }
    if (arena->blocks != NULL)
        arena->blocks->used = 0;
}

static void *take(struct arena *arena, size_t size) {
    ASSERT(size <= SIZE_MAX / 2);
    size_t rounded = (size + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1);
    struct arena_block *block = arena->blocks;
    if (block == NULL || rounded > block->capacity - block->used)
        block = add_block(arena, rounded);
    void *place = block->data + block->used;
    block->used += rounded;
    return place;
}

void *arena_alloc(struct arena *arena, size_t size) {
    return memset(take(arena, size > 0 ? size : 1), 0, size > 0 ? size : 1);
}

void *arena_alloc_unset(struct arena *arena, size_t size) {
    return take(arena, size > 0 ? size : 1);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size) {
    size_t product = 0;
    ASSERT(!__builtin_mul_overflow(count, size, &product));
    return arena_alloc(arena, product);
}

char *arena_text(struct arena *arena, struct str text) {
    char *copy = take(arena, text.size + 1);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return copy;
}

struct str arena_str(struct arena *arena, struct str text) {
    return (struct str){arena_text(arena, text), text.size};
}

struct str arena_lower_case(struct arena *arena, struct str text) {
    char *copy = arena_text(arena, text);
    for (size_t i = 0; i < text.size; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + ('a' - 'A'));
    return (struct str){copy, text.size};
}

struct bytes arena_bytes(struct arena *arena, struct bytes bytes) {
    return str_bytes(arena_str(arena, bytes_str(bytes)));
}

struct str arena_format(struct arena *arena, const char *format, ...) {
    ASSERT(format != NULL);
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    ASSERT(size >= 0);
    char *text = take(arena, (size_t)size + 1);
    (void)vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    va_end(args);
    return (struct str){text, (size_t)size};
}
