/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack: numbers in as few bits as the largest of them needs, and a sort that knows they are small.
 *
 * Threads: pure.
 */
#pragma once

#include "base/buf.h"

enum { HISTORY_PACK_BITS_MAX = 56 };

unsigned history_pack_bits(uint64_t largest);
size_t history_pack_size(size_t count, unsigned bits); /* bytes */
void history_pack_append(struct buf *buf, const uint64_t *numbers, size_t count, unsigned bits);

/* Number `index` of `size` packed bytes; the caller checked that it lies inside. */
uint64_t history_pack_get(const uint8_t *packed, size_t size, size_t index, unsigned bits);

/* Ascending; `scratch` has room for as many. */
void history_sort_u32(uint32_t *numbers, size_t count, uint32_t *scratch);
