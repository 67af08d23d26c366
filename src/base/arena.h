/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory for one request or batch, freed all at once. Nothing in it is freed alone
 * and nothing in it may be used after arena_finish() or arena_clear().
 *
 * Threads: one owner.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
};

#define ARENA_INIT ((struct arena){NULL})

void arena_finish(struct arena *arena);
void arena_clear(struct arena *arena); /* keeps one block for reuse */

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* As arena_alloc(), but the bytes are whatever was there: for memory that is filled at once anyway. */
void *arena_alloc_unset(struct arena *arena, size_t size) __attribute__((returns_nonnull));
void *arena_alloc_array(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull));

/* Copies; each is followed by a NUL that its size does not count. */
char *arena_text(struct arena *arena, struct str text) __attribute__((returns_nonnull));
struct str arena_str(struct arena *arena, struct str text);
struct str arena_lower_case(struct arena *arena, struct str text); /* ASCII letters only */
struct bytes arena_bytes(struct arena *arena, struct bytes bytes);
struct str arena_format(struct arena *arena, const char *format, ...) PRINTF(2, 3);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_alloc_array((arena), (count), sizeof(type)))
